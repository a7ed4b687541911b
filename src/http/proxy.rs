//! The client's address and our own behind proxies: the one place that reads `Forwarded` and its kin.
//!
//! Anybody can send such headers. They are read only when the connection itself comes from a proxy that
//! `server.trusted_proxies` names, and `server.public_url`, where it is set, is our address whatever a request says.

use std::net::IpAddr;

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, web};

use crate::config::Config;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The longest host name that DNS knows, and a port.
const LONGEST_HOST: usize = 253 + 6;

/// Our own address as browsers see it, without a path: `https://library.example.org`.
///
/// `server.public_url` wins; else a trusted proxy is believed; else it is the `Host` that was asked for, over HTTP,
/// because we speak no TLS ourselves.
pub fn origin(request: &HttpRequest) -> String {
    if let Some(public) = config(request).and_then(|config| config.server.public_url.as_deref()) {
        return public.to_owned();
    }
    let said = ForwardedRequest::of(request);
    let scheme = said.proto.as_deref().filter(|proto| *proto == "https");
    let asked_for = text(request, &header::HOST).filter(|host| is_host(host));
    let host = said.host.filter(|host| is_host(host));
    let host = host.or_else(|| asked_for.map(str::to_owned));
    format!(
        "{}://{}",
        scheme.unwrap_or("http"),
        host.unwrap_or_else(|| request.app_config().host().to_owned())
    )
}

/// Whether browsers reach us over TLS, so that cookies may be kept to it.
pub fn is_secure(request: &HttpRequest) -> bool {
    origin(request).starts_with("https://")
}

/// The address that the request comes from: the nearest that is not one of our own proxies.
pub fn client(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let hops = ForwardedRequest::of(request).hops;
    // From our side outwards: what stands before the first stranger is what that stranger claims.
    let stranger = hops.into_iter().rev().find(|hop| !is_trusted(request, *hop));
    Some(stranger.unwrap_or(peer))
}

/// What the proxy before us says of the request. Empty when nobody stands there whom we believe.
#[derive(Debug, Default)]
struct ForwardedRequest {
    /// From the sender on, each as the next one saw it.
    hops: Vec<IpAddr>,
    host: Option<String>,
    proto: Option<String>,
}

impl ForwardedRequest {
    fn of(request: &HttpRequest) -> Self {
        let peer = request.peer_addr().map(|peer| peer.ip());
        if !peer.is_some_and(|peer| is_trusted(request, peer)) {
            return Self::default();
        }
        let is_older_form = [X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO]
            .iter()
            .any(|name| request.headers().contains_key(name));
        // Never both: a proxy that writes one form lets the other through as the sender wrote it.
        if is_older_form {
            Self::of_x_forwarded(request)
        } else {
            Self::of_forwarded(request)
        }
    }

    fn of_x_forwarded(request: &HttpRequest) -> Self {
        // The last one was written by the proxy next to us.
        let last = |name| text(request, name).and_then(|value| value.rsplit(',').next());
        let hops = text(request, &X_FORWARDED_FOR).unwrap_or_default();
        Self {
            hops: hops.split(',').filter_map(address).collect(),
            host: last(&X_FORWARDED_HOST).map(|host| host.trim().to_owned()),
            proto: last(&X_FORWARDED_PROTO).map(|proto| proto.trim().to_ascii_lowercase()),
        }
    }

    /// RFC 7239: `for=192.0.2.43;proto=https;host=example.org, for="[2001:db8::17]:4711"`.
    fn of_forwarded(request: &HttpRequest) -> Self {
        let mut said = Self::default();
        let elements = text(request, &header::FORWARDED).unwrap_or_default().split(',');
        for element in elements {
            for pair in element.split(';') {
                let Some((name, value)) = pair.split_once('=') else {
                    continue;
                };
                let value = value.trim().trim_matches('"');
                match name.trim().to_ascii_lowercase().as_str() {
                    "for" => said.hops.extend(address(value)),
                    "host" => said.host = Some(value.to_owned()),
                    "proto" => said.proto = Some(value.to_ascii_lowercase()),
                    _ => {}
                }
            }
        }
        said
    }
}

fn config(request: &HttpRequest) -> Option<&web::Data<Config>> {
    request.app_data::<web::Data<Config>>()
}

fn is_trusted(request: &HttpRequest, address: IpAddr) -> bool {
    let networks = config(request).map(|config| config.server.trusted_proxies.as_slice());
    networks
        .unwrap_or_default()
        .iter()
        .any(|network| network.contains(address))
}

fn text<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// An address with or without a port, in brackets or not.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    if let Some((inside, _)) = hop.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return inside.parse().ok();
    }
    // Some balancers write the port too; tried second, because an IPv6 address is full of colons itself.
    hop.parse().ok().or_else(|| hop.rsplit_once(':')?.0.parse().ok())
}

/// Whether a name can stand in an address that we write into pages: nothing that ends a host or begins a script.
fn is_host(host: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !host.is_empty() && host.len() <= LONGEST_HOST && host.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use actix_web::web;

    use super::{client, is_secure, origin};
    use crate::config::{Config, Setting as _};

    const STRANGER: &str = "203.0.113.7:4000";
    const PROXY: &str = "10.0.0.1:4000";

    fn request(peer: &str, public_url: &str, headers: &[(&'static str, &str)]) -> actix_web::HttpRequest {
        let mut config = Config::default();
        config.server.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        if !public_url.is_empty() {
            config.server.public_url.set(public_url).unwrap();
        }
        let mut request = TestRequest::default()
            .peer_addr(peer.parse().unwrap())
            .app_data(web::Data::new(config))
            .insert_header(("host", "lib.local:8080"));
        for header in headers {
            request = request.insert_header(*header);
        }
        request.to_http_request()
    }

    #[test]
    fn a_strangers_word_on_where_we_are_and_who_asks_counts_for_nothing() {
        for header in [
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
            ("forwarded", "for=198.51.100.1;host=evil.example;proto=https"),
            ("x-forwarded-for", "198.51.100.1"),
        ] {
            let request = request(STRANGER, "", &[header]);

            assert_eq!(origin(&request), "http://lib.local:8080", "{header:?}");
            assert!(!is_secure(&request));
            assert_eq!(client(&request).unwrap().to_string(), "203.0.113.7");
        }
    }

    #[test]
    fn a_trusted_proxy_says_who_asks_and_where_in_either_form() {
        for headers in [
            &[
                ("x-forwarded-for", "198.51.100.1, 10.0.0.2"),
                ("x-forwarded-host", "ku.example"),
                ("x-forwarded-proto", "https"),
            ][..],
            &[(
                "forwarded",
                r#"for=198.51.100.1;proto=https;host=ku.example, for="10.0.0.2:80""#,
            )],
        ] {
            let request = request(PROXY, "", headers);

            assert_eq!(origin(&request), "https://ku.example", "{headers:?}");
            assert!(is_secure(&request));
            assert_eq!(client(&request).unwrap().to_string(), "198.51.100.1");
        }
    }

    #[test]
    fn what_a_sender_slips_in_beside_its_proxys_own_form_is_not_read() {
        let headers = [
            ("x-forwarded-for", "198.51.100.1"),
            ("forwarded", "host=evil.example;proto=https"),
        ];

        assert_eq!(origin(&request(PROXY, "", &headers)), "http://lib.local:8080");
    }

    #[test]
    fn the_public_address_that_was_set_is_ours_whoever_says_what() {
        let headers = [("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "http")];
        for peer in [STRANGER, PROXY] {
            let request = request(peer, "https://ku.example", &headers);

            assert_eq!(origin(&request), "https://ku.example");
            assert!(is_secure(&request), "the cookie is kept to TLS");
        }
    }

    #[test]
    fn a_scheme_or_a_host_that_could_run_in_a_page_is_not_repeated() {
        let headers = [
            ("x-forwarded-proto", "javascript"),
            ("x-forwarded-host", "evil.example/<script>"),
        ];

        assert_eq!(origin(&request(PROXY, "", &headers)), "http://lib.local:8080");
    }
}
