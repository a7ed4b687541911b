//! Fuzz targets of what comes by HTTP before any handler sees it, and of what pages and tables make of strangers' words.

use std::net::SocketAddr;

use actix_web::{
    HttpRequest,
    http::{Uri, header::HeaderValue},
    test::TestRequest,
    web,
};

use super::{
    api::{paging::Paging, saved},
    conditional::{Conditions, Current},
    csrf,
    disposition::{Showing, content_disposition},
    form, gbk,
    negotiation::query_lang,
    nul_bytes, proxy,
    range::{self, MAX_RANGES, MultipartFrame, RequestedRange},
    tus,
    web::{highlighted::Highlighted, sign_in},
};
use crate::{config::Config, domain::time::Timestamp, words::Lang};

/// A size of eight bytes, then one header a line, of every kind that we read ourselves.
pub fn headers(bytes: &[u8]) {
    let Some((size, text)) = bytes.split_first_chunk() else {
        return;
    };
    let (size, text) = (u64::from_le_bytes(*size), String::from_utf8_lossy(text));
    for line in text.lines().take(20) {
        ranges(line, size);
        names(line);
        query_lang(line);
        Lang::negotiate(Some(line));
    }
    let request = request_with(&text, [127, 0, 0, 1]);
    tus::read_headers(&request);
    origin(&request);
    origin(&request_with(&text, [203, 0, 113, 9]));
    for line in text.lines() {
        proxy::is_own_origin(&request, line);
    }
}

/// Ranges that are given lie inside the content, apart from each other and within their number.
fn ranges(header: &str, size: u64) {
    let given = match range::wanted(Some(header), size) {
        RequestedRange::Whole | RequestedRange::Nothing => return,
        RequestedRange::One(range) => vec![range],
        RequestedRange::Several(ranges) => ranges,
    };
    assert!(given.len() <= MAX_RANGES);
    for (at, one) in given.iter().enumerate() {
        assert!(one.start < one.end && one.end <= size);
        assert!(
            given[..at]
                .iter()
                .all(|other| one.end <= other.start || other.end <= one.start)
        );
        HeaderValue::from_str(&range::content_range(one, size)).expect("it is sent as a header");
    }
    let total: u64 = given.iter().map(|range| range.end - range.start).sum();
    let frame = MultipartFrame::new(given.clone(), size, "text/plain", "boundary");
    assert!(frame.length() > total);
    let again = range::wanted(Some(&range::request(&given)), size);
    let again = match again {
        RequestedRange::One(range) => vec![range],
        RequestedRange::Several(ranges) => ranges,
        RequestedRange::Whole | RequestedRange::Nothing => Vec::new(),
    };
    assert_eq!(again, given, "what a client asks for is what a server understands");
}

/// Whatever a file is called, its name does not leave its header.
fn names(line: &str) {
    let disposition = content_disposition(Showing::of(line), line);
    HeaderValue::from_str(&disposition).expect("it is sent as a header");
    assert_eq!(disposition.matches('"').count(), 2);
    if let Some(name) = form::written_name(line) {
        assert!(name.len() <= line.len());
    }
    form::from_mail(line);
}

fn request_with(text: &str, peer: [u8; 4]) -> HttpRequest {
    let mut config = Config::default();
    config.server.trusted_proxies = vec![crate::config::IpNetwork::LOOPBACK_V4];
    let mut request = TestRequest::default()
        .peer_addr(SocketAddr::from((peer, 4711)))
        .app_data(web::Data::new(config));
    for (name, value) in text.lines().filter_map(|line| line.split_once(':')).take(40) {
        let name = actix_web::http::header::HeaderName::from_bytes(name.trim().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value.trim())) {
            request = request.append_header((name, value));
        }
    }
    request.to_http_request()
}

/// Our own address stands in pages, feeds and mails: it is one of HTTP and a host, whatever was sent.
fn origin(request: &HttpRequest) {
    let origin = proxy::origin(request);
    let host = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    let host = host.unwrap_or_else(|| panic!("no scheme of ours: {origin}"));
    assert!(!host.contains(['/', '<', '>', '"', '\'', ' ', '@', '\\']), "{origin}");
    proxy::client(request);
    proxy::came_by_an_unknown_proxy(request);
    proxy::is_secure(request);
}

/// Conditions of a request, one a line, then a tag.
pub fn conditional(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let mut next = || lines.next().filter(|line| !line.is_empty());
    let conditions = Conditions {
        if_match: next(),
        if_none_match: next(),
        if_modified_since: next(),
        if_unmodified_since: next(),
        if_range: next(),
    };
    let etag = next().unwrap_or("\"xyzzy\"");
    for modified in [None, Some(Timestamp(784_111_777_500)), Some(Timestamp(i64::MIN))] {
        let current = Current { etag, modified };
        conditions.weigh(current);
        conditions.may_continue(current);
    }
}

/// Addresses as they come, and words of strangers as pages, tables and redirections show them.
pub fn pages(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(uri) = text.parse::<Uri>() {
        if let Some(read) = gbk::in_utf8(&uri) {
            assert_eq!(read.path(), uri.path(), "only queries are written in GBK");
        }
        if let Some(read) = nul_bytes::without_nul_bytes(&uri) {
            assert_eq!(read.path(), uri.path().replace("%00", "%EF%BF%BD"));
        }
    }
    let address = sign_in::local(Some(&text));
    HeaderValue::from_str(&address).expect("it is sent as a header");
    assert!(address.starts_with('/') && !address.starts_with("//") && !address.contains('\\'));

    let shown = Highlighted::from_index(&text);
    expect_only_marks(&shown);
    expect_only_marks(&Highlighted::plain(&text));
    assert_eq!(Highlighted::plain(&text).text(), text, "the text is what was written");
    for part in Highlighted::split(&text, '\n', &[]) {
        expect_only_marks(&part);
    }
    let cell = crate::table::harmless(&text);
    assert!(!cell.starts_with(['=', '@', '\t', '\r']), "no cell is a formula");

    let masked = csrf::masked(&text);
    assert!(csrf::is_token(&text, Some(&masked)));
    assert!(text.is_empty() || !csrf::is_token("another token", Some(&masked)) || text == "another token");
    let _ = csrf::is_token("token", Some(&text));
    let _ = saved::read(&text);
    let paging = Paging {
        limit: Some(text.clone().into_owned()),
        cursor: Some(text.clone().into_owned()),
    };
    assert!(paging.limit().is_ok_and(|limit| (1..=100).contains(&limit)) || paging.limit().is_err());
    let _ = paging.offset();
}

fn expect_only_marks(shown: &Highlighted) {
    let bare = shown.to_string().replace("<mark>", "").replace("</mark>", "");
    assert!(!bare.contains(['<', '>']), "{bare}");
}
