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

/// What proxies write that do not know RFC 7239.
const OLDER_FORM: [HeaderName; 3] = [X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO];

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

/// Our public address, where a browser asked for another host: what it brings back from elsewhere comes there, and its
/// cookies of this host do not.
pub fn public_elsewhere(request: &HttpRequest) -> Option<&str> {
    let public = config(request).and_then(|config| config.server.public_url.as_deref())?;
    let (_, host) = public.split_once("://")?;
    let said = ForwardedRequest::of(request).host;
    let asked_for = said.as_deref().or_else(|| text(request, &header::HOST));
    (asked_for != Some(host)).then_some(public)
}

/// Whether browsers reach us over TLS, so that cookies may be kept to it.
pub fn is_secure(request: &HttpRequest) -> bool {
    origin(request).starts_with("https://")
}

/// Whether an `Origin` names this site: by the address that we are known by, or by the one that the browser asked for.
///
/// The second counts because a school may reach us by more addresses than one, and a page of another site has no say in
/// which host a browser asks.
pub fn is_own_origin(request: &HttpRequest, said: &str) -> bool {
    if said == origin(request) {
        return true;
    }
    let Some((scheme, host)) = said.split_once("://") else {
        return false;
    };
    let is_asked_for = text(request, &header::HOST) == Some(host);
    // What anybody on the way can write is not one of our pages, where those travel over TLS.
    is_asked_for && (scheme == "https" || !is_secure(request))
}

/// The address that the request comes from: the nearest that is not one of our own proxies.
pub fn client(request: &HttpRequest) -> Option<IpAddr> {
    let said = ForwardedRequest::of(request).client;
    said.or_else(|| peer(request))
}

/// Whether the request passed a proxy that `server.trusted_proxies` does not name, so that [`client`] is that proxy.
pub fn came_by_an_unknown_proxy(request: &HttpRequest) -> bool {
    let is_known = peer(request).is_some_and(|peer| is_trusted(request, peer));
    !is_known && (has_older_form(request) || request.headers().contains_key(header::FORWARDED))
}

/// What the proxies before us say of the request, as far as we believe them. Empty when nobody stands there whom we
/// believe.
#[derive(Debug, Default)]
struct ForwardedRequest {
    /// The nearest address that is not one of our own proxies.
    client: Option<IpAddr>,
    host: Option<String>,
    proto: Option<String>,
}

impl ForwardedRequest {
    fn of(request: &HttpRequest) -> Self {
        if !peer(request).is_some_and(|peer| is_trusted(request, peer)) {
            return Self::default();
        }
        // Never both: a proxy that writes one form lets the other through as the sender wrote it.
        if has_older_form(request) {
            Self::of_x_forwarded(request)
        } else {
            Self::of_forwarded(request)
        }
    }

    fn of_x_forwarded(request: &HttpRequest) -> Self {
        // From our side outwards: what stands before the first stranger is what that stranger claims.
        let hops = list(request, &X_FORWARDED_FOR);
        let mut strangers = hops
            .rsplit(',')
            .map(address)
            .skip_while(|hop| hop.is_some_and(|hop| is_trusted(request, hop)));
        // The last one was written by the proxy next to us.
        let last = |name| {
            let all = list(request, name);
            let last = all.rsplit(',').next().map(|last| last.trim().to_owned());
            last.filter(|last| !last.is_empty())
        };
        Self {
            client: strangers.next().flatten(),
            host: last(&X_FORWARDED_HOST),
            proto: last(&X_FORWARDED_PROTO).map(|proto| proto.to_ascii_lowercase()),
        }
    }

    /// RFC 7239: `for=192.0.2.43;proto=https;host=example.org, for="[2001:db8::17]:4711"`.
    ///
    /// Each proxy adds an element at the end. They are read from there back to the first that one of ours did not write:
    /// what stands before it is the sender's own invention.
    fn of_forwarded(request: &HttpRequest) -> Self {
        let mut said = Self::default();
        for element in list(request, &header::FORWARDED).rsplit(',') {
            let mut sender = None;
            for pair in element.split(';') {
                let Some((name, value)) = pair.split_once('=') else {
                    continue;
                };
                let value = value.trim().trim_matches('"');
                match name.trim().to_ascii_lowercase().as_str() {
                    "for" => sender = address(value),
                    "host" => said.host = Some(value.to_owned()),
                    "proto" => said.proto = Some(value.to_ascii_lowercase()),
                    _ => {}
                }
            }
            if !sender.is_some_and(|sender| is_trusted(request, sender)) {
                said.client = sender;
                break;
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

fn has_older_form(request: &HttpRequest) -> bool {
    OLDER_FORM.iter().any(|name| request.headers().contains_key(name))
}

/// Who holds the other end of the connection.
#[expect(clippy::disallowed_methods, reason = "the one reader of addresses")]
fn peer(request: &HttpRequest) -> Option<IpAddr> {
    Some(request.peer_addr()?.ip())
}

/// A list that may be spread over several lines: some proxies add theirs after the sender's.
fn list(request: &HttpRequest, name: &HeaderName) -> String {
    let lines = request.headers().get_all(name);
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    lines.join(",")
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

    use super::{client, is_own_origin, is_secure, origin};
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
            request = request.append_header(*header);
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
    fn what_a_sender_wrote_before_the_proxys_own_word_is_not_read() {
        for headers in [
            &[(
                "forwarded",
                "for=9.9.9.9;host=evil.example;proto=https, for=198.51.100.1",
            )][..],
            &[
                ("forwarded", "for=10.0.0.9;host=evil.example;proto=https"),
                ("forwarded", "for=198.51.100.1"),
            ],
            &[("x-forwarded-for", "9.9.9.9"), ("x-forwarded-for", "198.51.100.1")],
            &[("x-forwarded-for", "9.9.9.9, 198.51.100.1,10.0.0.2")],
        ] {
            let request = request(PROXY, "", headers);

            assert_eq!(origin(&request), "http://lib.local:8080", "{headers:?}");
            assert_eq!(client(&request).unwrap().to_string(), "198.51.100.1", "{headers:?}");
        }
    }

    #[test]
    fn a_sender_whom_a_proxy_does_not_name_is_not_whoever_the_sender_named() {
        for header in [
            ("forwarded", "for=9.9.9.9, for=_hidden"),
            ("x-forwarded-for", "9.9.9.9, unknown"),
        ] {
            let request = request(PROXY, "", &[header]);

            assert_eq!(client(&request).unwrap().to_string(), "10.0.0.1", "{header:?}");
        }
    }

    #[test]
    fn a_page_is_ours_by_the_address_that_was_set_or_asked_for() {
        for (public_url, said, is_ours) in [
            ("", "http://lib.local:8080", true),
            ("", "https://lib.local:8080", true),
            ("", "http://lib.local", false),
            ("", "http://evil.example", false),
            ("", "null", false),
            ("https://ku.example", "https://ku.example", true),
            ("https://ku.example", "https://lib.local:8080", true),
            ("https://ku.example", "http://lib.local:8080", false),
            ("https://ku.example", "http://ku.example", false),
            ("https://ku.example", "https://ku.example.evil.example", false),
        ] {
            let request = request(STRANGER, public_url, &[]);

            assert_eq!(is_own_origin(&request, said), is_ours, "{said} at {public_url:?}");
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
