//! Decodes queries in GBK: old links carry them, as Chinese sites wrote them for twenty years.
//!
//! `%D0%C7%C8%FD%BD%C7` is no UTF-8 and would be read as signs for unreadable characters. A value that is no UTF-8 and is
//! GBK from end to end was written in GBK.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;
use encoding_rs::GBK;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The middleware.
pub async fn read(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if let Some(uri) = in_utf8(request.uri()) {
        // The framework keeps the address twice: paths are matched with one, queries are read from the other.
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

/// The address with the values of its query in UTF-8, if any is in GBK.
pub(super) fn in_utf8(uri: &Uri) -> Option<Uri> {
    let query = uri.query().filter(|query| query.contains('%'))?;
    let pairs: Vec<(Option<&str>, &str)> = query
        .split('&')
        .map(|pair| {
            pair.split_once('=')
                .map_or((None, pair), |(name, value)| (Some(name), value))
        })
        .collect();
    if !pairs.iter().any(|(_, value)| from_gbk(value).is_some()) {
        return None;
    }
    let rewritten = pairs.iter().map(|(name, value)| {
        let value = from_gbk(value).unwrap_or_else(|| (*value).to_owned());
        name.map_or_else(|| value.clone(), |name| format!("{name}={value}"))
    });
    let target = format!("{}?{}", uri.path(), rewritten.collect::<Vec<_>>().join("&"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.parse().ok()?);
    Uri::from_parts(parts).ok()
}

/// A value in UTF-8; `None`: it is already, or is nothing that anybody wrote.
fn from_gbk(value: &str) -> Option<String> {
    let with_blanks = value.replace('+', "%20");
    let bytes: Vec<u8> = percent_decode_str(&with_blanks).collect();
    if std::str::from_utf8(&bytes).is_ok() {
        return None;
    }
    let text = GBK.decode_without_bom_handling_and_without_replacement(&bytes)?;
    Some(utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(target: &str) -> Option<String> {
        let uri = in_utf8(&target.parse().unwrap())?;
        Some(uri.query().unwrap().to_owned())
    }

    /// A bookmark of twenty years searched for three unreadable signs.
    #[test]
    fn a_question_in_gbk_is_read() {
        let read = query("/search?q=%D0%C7%C8%FD%BD%C7+PLC&type=video").unwrap();

        let text = percent_decode_str(&read).decode_utf8().unwrap().into_owned();
        assert_eq!(text, "q=星三角 PLC&type=video");
    }

    #[test]
    fn what_is_utf8_or_nothing_is_left_as_it_is() {
        for target in [
            "/search?q=%E6%98%9F",
            "/search?q=a%20b",
            "/search?q=%FF%FF",
            "/search",
            "/a%D0%C7?q=1",
        ] {
            assert_eq!(query(target), None, "{target}");
        }
    }
}
