//! The line to a hub: it goes where the hub's own address leads, and nowhere else, and its waits end.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, RequestBuilder, Response, Url};
use tokio::time::timeout;

use super::hub::broken;
use crate::pull::error::{Error, Result};

/// Until a line stands.
const CONNECT: Duration = Duration::from_secs(15);
/// A line that brings nothing for so long is cut.
const STALL: Duration = Duration::from_mins(1);
/// Until an answer begins. A feed is waited on for most of a minute.
const ANSWER: Duration = Duration::from_secs(100);
/// So often a hub may send somebody on, to another address of its own.
const REDIRECTS: usize = 3;
/// A line that brings less than this, while it is listened to for [`PACE_WINDOW`], is left: no modem is that slow.
pub(in crate::pull) const SLOWEST_BYTES: u64 = 512;
const PACE_WINDOW: Duration = Duration::from_mins(1);

/// A client for one hub.
pub(in crate::pull) fn client(base: &str) -> Result<Client> {
    Client::builder()
        .user_agent(concat!("gongxue/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .read_timeout(STALL)
        .redirect(Policy::custom(within_the_hub))
        .dns_resolver(Arc::new(Resolver::default()))
        .build()
        .map_err(|error| broken(base, &error))
}

/// Sends a request without a long body; its answer must begin soon.
pub(in crate::pull) async fn send(address: &str, request: RequestBuilder) -> Result<Response> {
    send_for(address, request, ANSWER).await
}

/// As [`send`], for a request whose body takes its time.
pub(in crate::pull) async fn send_for(address: &str, request: RequestBuilder, longest: Duration) -> Result<Response> {
    match timeout(longest, request.send()).await {
        Ok(response) => elsewhere(address, response.map_err(|error| broken(address, &error))?),
        Err(_) => Err(too_slow(address)),
    }
}

/// How long a body of some bytes may take to be sent.
pub(in crate::pull) fn time_to_send(bytes: u64) -> Duration {
    ANSWER + Duration::from_secs(bytes / SLOWEST_BYTES)
}

/// All of a short answer.
pub(in crate::pull) async fn short(address: &str, mut response: Response, max: usize) -> Result<Vec<u8>> {
    let reading = async {
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| broken(address, &error))? {
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
    timeout(ANSWER, reading)
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
    if is_same && attempt.previous().len() <= REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// A redirect that was not followed.
fn elsewhere(address: &str, response: Response) -> Result<Response> {
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

/// How fast an answer comes, over the time that it was waited for.
#[derive(Debug, Default)]
pub(super) struct Pace {
    waited: Duration,
    came: u64,
}

impl Pace {
    /// Whether it is still worth listening, after so many bytes came in so long.
    pub(super) fn is_bearable(&mut self, waited: Duration, came: u64) -> bool {
        self.waited += waited;
        self.came += came;
        if self.waited < PACE_WINDOW {
            return true;
        }
        let is_bearable = self.came >= SLOWEST_BYTES * self.waited.as_secs();
        *self = Self::default();
        is_bearable
    }
}

/// Where an address is, as seen from this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Net {
    Public,
    Private,
    LinkLocal,
    Loopback,
}

/// Looks up the hub's name. Where it leads the first time is where the hub is: a name that led to the world and leads
/// into this node's own network later is not followed there.
#[derive(Debug, Default)]
struct Resolver {
    nets: Arc<OnceLock<HashSet<Net>>>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let nets = Arc::clone(&self.nets);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let known = nets.get_or_init(|| found.iter().map(|address| net_of(address.ip())).collect());
            let here: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| may_go(known, address.ip()))
                .collect();
            if here.is_empty() {
                return Err("its name leads into this node's own network now, and did not before".into());
            }
            Ok(Box::new(here.into_iter()) as Addrs)
        })
    }
}

fn may_go(known: &HashSet<Net>, address: IpAddr) -> bool {
    let net = net_of(address);
    net == Net::Public || known.contains(&net)
}

fn net_of(address: IpAddr) -> Net {
    match address {
        IpAddr::V4(v4) if v4.is_loopback() || v4.is_unspecified() => Net::Loopback,
        IpAddr::V4(v4) if v4.is_link_local() || v4.is_broadcast() || v4.is_multicast() => Net::LinkLocal,
        // Carriers' own addresses (RFC 6598) are inside as well.
        IpAddr::V4(v4) if v4.is_private() || matches!(v4.octets(), [100, 64..=127, ..] | [0, ..]) => Net::Private,
        IpAddr::V4(_) => Net::Public,
        IpAddr::V6(v6) => net_of_v6(v6),
    }
}

fn net_of_v6(address: Ipv6Addr) -> Net {
    if let Some(v4) = address.to_ipv4_mapped() {
        return net_of(IpAddr::V4(v4));
    }
    match address {
        v6 if v6.is_loopback() || v6.is_unspecified() => Net::Loopback,
        v6 if v6.is_unicast_link_local() || v6.is_multicast() => Net::LinkLocal,
        v6 if v6.is_unique_local() => Net::Private,
        _ => Net::Public,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_drips_is_left_and_one_that_pauses_is_not() {
        let mut pace = Pace::default();
        let second = Duration::from_secs(1);

        assert!((0..59).all(|_| pace.is_bearable(second, 1)));
        assert!(!pace.is_bearable(second, 1));

        let mut pace = Pace::default();
        assert!(pace.is_bearable(second * 59, 0));
        assert!(pace.is_bearable(second, 100_000));
    }

    /// A hub's name that was changed to lead to the metadata service of a cloud, or to this machine.
    #[test]
    fn a_name_that_led_to_the_world_does_not_lead_inside_later() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let outside = HashSet::from([net_of(address("203.0.113.7"))]);
        let school = HashSet::from([net_of(address("10.1.2.3"))]);

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
            assert!(!may_go(&outside, address(inside)), "{inside}");
        }
        assert!(may_go(&outside, address("203.0.113.8")) && may_go(&outside, address("2001:4860::1")));
        assert!(may_go(&school, address("10.9.9.9")));
        assert!(!may_go(&school, address("169.254.169.254")) && !may_go(&school, address("127.0.0.1")));
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
