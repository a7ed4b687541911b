//! Connections to a hub: they lead where the hub's own address leads and nowhere else, and every wait has a timeout.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, RequestBuilder, Response, Url};
use tokio::time::timeout;

use super::hub::connection_error;
use crate::pull::error::{Error, Result};

/// Timeout of connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// A connection that brings nothing for so long is closed.
const READ_TIMEOUT: Duration = Duration::from_mins(1);
/// Until a response begins. The change feed holds a request for most of a minute, so this must be longer.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(100);
/// Redirects that are followed, inside the hub's own origin.
const MAX_REDIRECTS: usize = 3;
/// A response slower than this over [`SPEED_WINDOW`] is given up: no modem is that slow, and a byte a second would hold
/// this program for ever.
pub(in crate::pull) const MIN_BYTES_PER_SECOND: u64 = 512;
const SPEED_WINDOW: Duration = Duration::from_mins(1);

/// Builds the HTTP client for one hub.
pub(in crate::pull) fn client(base: &str) -> Result<Client> {
    crate::tls::use_ring();
    Client::builder()
        .user_agent(concat!("gongxue/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .redirect(Policy::custom(within_the_hub))
        .dns_resolver(Arc::new(Resolver::default()))
        .build()
        .map_err(|error| connection_error(base, &error))
}

/// Sends a request without a long body; its response must begin within [`RESPONSE_TIMEOUT`].
pub(in crate::pull) async fn send(address: &str, request: RequestBuilder) -> Result<Response> {
    send_for(address, request, RESPONSE_TIMEOUT).await
}

/// As [`send`], for a request whose body takes its time.
pub(in crate::pull) async fn send_for(address: &str, request: RequestBuilder, longest: Duration) -> Result<Response> {
    match timeout(longest, request.send()).await {
        Ok(response) => reject_redirect(address, response.map_err(|error| connection_error(address, &error))?),
        Err(_) => Err(too_slow(address)),
    }
}

/// How long a body of some bytes may take to be sent.
pub(in crate::pull) fn time_to_send(bytes: u64) -> Duration {
    RESPONSE_TIMEOUT + Duration::from_secs(bytes / MIN_BYTES_PER_SECOND)
}

/// Reads all of a short response.
pub(in crate::pull) async fn read_short(address: &str, mut response: Response, max: usize) -> Result<Vec<u8>> {
    let reading = async {
        let mut bytes = Vec::new();
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|error| connection_error(address, &error))?
        {
            bytes.extend_from_slice(&piece);
            if bytes.len() > max {
                return Err(Error::Strange {
                    address: address.to_owned(),
                    what: format!("more than {max} bytes"),
                });
            }
        }
        Ok(bytes)
    };
    timeout(RESPONSE_TIMEOUT, reading)
        .await
        .unwrap_or_else(|_| Err(too_slow(address)))
}

pub(in crate::pull) fn too_slow(address: &str) -> Error {
    Error::Slow {
        address: address.to_owned(),
    }
}

/// Follows a hub inside itself alone: a redirect is its word, and could name any machine in this node's network.
fn within_the_hub(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let is_same = attempt
        .previous()
        .last()
        .is_some_and(|before| before.origin() == attempt.url().origin());
    if is_same && attempt.previous().len() <= MAX_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// Refuses a response that is a redirect which was not followed.
fn reject_redirect(address: &str, response: Response) -> Result<Response> {
    let place = response.headers().get(reqwest::header::LOCATION);
    match place.filter(|_| response.status().is_redirection()) {
        Some(place) => Err(Error::Elsewhere {
            address: address.to_owned(),
            place: origin_of(response.url(), place.to_str().unwrap_or_default()),
        }),
        None => Ok(response),
    }
}

/// Scheme, host and port alone: what stands behind is a stranger's text.
fn origin_of(here: &Url, place: &str) -> String {
    let place = here.join(place).ok();
    place.map_or_else(|| "nowhere".to_owned(), |url| url.origin().ascii_serialization())
}

/// Measures how fast a response comes, over the time that it was waited for.
#[derive(Debug, Default)]
pub(super) struct MinimumSpeed {
    waited: Duration,
    came: u64,
}

impl MinimumSpeed {
    /// Whether the response is still fast enough, after so many bytes came in so long.
    pub(super) fn is_fast_enough(&mut self, waited: Duration, came: u64) -> bool {
        self.waited += waited;
        self.came += came;
        if self.waited < SPEED_WINDOW {
            return true;
        }
        let is_fast_enough = self.came >= MIN_BYTES_PER_SECOND * self.waited.as_secs();
        *self = Self::default();
        is_fast_enough
    }
}

/// Where an address is, as seen from this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum NetworkZone {
    Public,
    Private,
    LinkLocal,
    Loopback,
}

/// DNS resolver for the hub's name, safe against DNS rebinding: a name that led to the public network first and leads
/// into this node's own network later is refused.
#[derive(Debug, Default)]
struct Resolver {
    nets: Arc<OnceLock<HashSet<NetworkZone>>>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let nets = Arc::clone(&self.nets);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let known = nets.get_or_init(|| found.iter().map(|address| zone_of(address.ip())).collect());
            let here: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| is_allowed(known, address.ip()))
                .collect();
            if here.is_empty() {
                return Err("its name leads into this node's own network now, and did not before".into());
            }
            Ok(Box::new(here.into_iter()) as Addrs)
        })
    }
}

fn is_allowed(known: &HashSet<NetworkZone>, address: IpAddr) -> bool {
    let net = zone_of(address);
    net == NetworkZone::Public || known.contains(&net)
}

fn zone_of(address: IpAddr) -> NetworkZone {
    match address {
        IpAddr::V4(v4) if v4.is_loopback() || v4.is_unspecified() => NetworkZone::Loopback,
        IpAddr::V4(v4) if v4.is_link_local() || v4.is_broadcast() || v4.is_multicast() => NetworkZone::LinkLocal,
        // Carriers' own addresses (RFC 6598) are inside as well.
        IpAddr::V4(v4) if v4.is_private() || matches!(v4.octets(), [100, 64..=127, ..] | [0, ..]) => {
            NetworkZone::Private
        }
        IpAddr::V4(_) => NetworkZone::Public,
        IpAddr::V6(v6) => zone_of_v6(v6),
    }
}

fn zone_of_v6(address: Ipv6Addr) -> NetworkZone {
    // `::ffff:127.0.0.1` is this machine.
    if let Some(v4) = address.to_ipv4_mapped() {
        return zone_of(IpAddr::V4(v4));
    }
    match address {
        v6 if v6.is_loopback() || v6.is_unspecified() => NetworkZone::Loopback,
        v6 if v6.is_unicast_link_local() || v6.is_multicast() => NetworkZone::LinkLocal,
        v6 if v6.is_unique_local() => NetworkZone::Private,
        _ => NetworkZone::Public,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_drips_is_left_and_one_that_pauses_is_not() {
        let mut pace = MinimumSpeed::default();
        let second = Duration::from_secs(1);

        assert!((0..59).all(|_| pace.is_fast_enough(second, 1)));
        assert!(!pace.is_fast_enough(second, 1));

        let mut pace = MinimumSpeed::default();
        assert!(pace.is_fast_enough(second * 59, 0));
        assert!(pace.is_fast_enough(second, 100_000));
    }

    /// A hub's name that was changed to lead to the metadata service of a cloud, or to this machine.
    #[test]
    fn a_name_that_led_to_the_world_does_not_lead_inside_later() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let outside = HashSet::from([zone_of(address("203.0.113.7"))]);
        let school = HashSet::from([zone_of(address("10.1.2.3"))]);

        let inside = [
            "127.0.0.1",
            "10.0.0.1",
            "192.168.1.1",
            "172.16.0.1",
            "169.254.169.254",
            "100.100.1.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
        ];
        for inside in inside {
            assert!(!is_allowed(&outside, address(inside)), "{inside}");
        }
        assert!(is_allowed(&outside, address("203.0.113.8")) && is_allowed(&outside, address("2001:4860::1")));
        assert!(is_allowed(&school, address("10.9.9.9")));
        assert!(!is_allowed(&school, address("169.254.169.254")) && !is_allowed(&school, address("127.0.0.1")));
    }

    #[test]
    fn of_where_a_redirect_leads_no_more_is_said_than_the_machine() {
        let here = Url::parse("https://hub.example/api/v1/packs").unwrap();

        assert_eq!(
            origin_of(&here, "http://10.0.0.1:9/secret?x=\u{7}"),
            "http://10.0.0.1:9"
        );
        assert_eq!(origin_of(&here, "/elsewhere"), "https://hub.example");
    }
}
