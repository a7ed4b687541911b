//! Requests to a hub, and what its responses mean.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{self, HeaderMap};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;

use super::connection;
use crate::pull::error::{Error, HubRefusal, Result};

/// Most bytes read of a refusal's body.
const MAX_REFUSAL: usize = 64 * 1024;

/// A hub with its address and token.
#[derive(Debug)]
pub struct Hub {
    client: Client,
    base: String,
    token: Option<String>,
}

/// A document as a hub answers it.
#[derive(Debug)]
pub(super) enum HubDocument {
    Found { response: Response, etag: Option<String> },
    Same,
    Missing,
}

/// The parts of `application/problem+json` that are shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProblemDetails {
    code: String,
    title: String,
    detail: String,
    items: String,
}

impl Hub {
    /// A hub by its address, with or without `/api/v1` behind it.
    pub(super) fn new(url: &str, token: Option<&str>) -> Result<Self> {
        let base = url.trim_end_matches('/').trim_end_matches("/api/v1");
        let is_one = Url::parse(base).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !is_one {
            return Err(Error::NotAHub { url: url.to_owned() });
        }
        Ok(Self {
            client: connection::client(base)?,
            base: format!("{base}/api/v1"),
            token: token.map(str::to_owned),
        })
    }

    fn get(&self, address: &str) -> RequestBuilder {
        let request = self.client.get(format!("{}/{address}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(super) async fn document(&self, address: &str, etag: Option<&str>) -> Result<HubDocument> {
        let mut request = self.get(address);
        if let Some(etag) = etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        let response = connection::send(address, request).await?;
        match response.status() {
            StatusCode::OK => {
                let etag = text_of(response.headers(), header::ETAG).map(str::to_owned);
                Ok(HubDocument::Found { response, etag })
            }
            StatusCode::NOT_MODIFIED if etag.is_some() => Ok(HubDocument::Same),
            StatusCode::NOT_FOUND => Ok(HubDocument::Missing),
            _ => Err(refusal(address, response).await),
        }
    }

    /// Asks for bytes; returns which byte of the whole comes first.
    pub(super) async fn part(&self, address: &str, from: u64, end: Option<u64>) -> Result<(Response, u64)> {
        // Files are compressed already, and ranges are of what they are, not of how they travel.
        let mut request = self.get(address).header(header::ACCEPT_ENCODING, "identity");
        if from > 0 || end.is_some() {
            let last = end.map_or(String::new(), |end| (end - 1).to_string());
            request = request.header(header::RANGE, format!("bytes={from}-{last}"));
        }
        let response = connection::send(address, request).await?;
        match response.status() {
            StatusCode::OK => Ok((response, 0)),
            StatusCode::PARTIAL_CONTENT if first_byte(response.headers()) == Some(from) => Ok((response, from)),
            StatusCode::PARTIAL_CONTENT => Err(Error::Strange {
                address: address.to_owned(),
                what: "with other bytes than those asked for".to_owned(),
            }),
            _ => Err(refusal(address, response).await),
        }
    }
}

/// Next bytes of a response.
pub(in crate::pull) async fn next(address: &str, response: &mut Response) -> Result<Option<Bytes>> {
    response
        .chunk()
        .await
        .map_err(|error| connection_error(address, &error))
}

pub(super) fn connection_error(address: &str, error: &reqwest::Error) -> Error {
    // The outermost error names the whole address, and the reason stands at the bottom.
    let mut why = match error {
        error if error.is_timeout() => "timed out".to_owned(),
        error if error.is_connect() => format!("cannot connect to `{}`", host_of(error)),
        _ => "the line broke".to_owned(),
    };
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.source().is_none() {
            why = format!("{why}: {error}");
        }
        cause = error.source();
    }
    Error::Connection {
        address: address.to_owned(),
        why,
    }
}

fn host_of(error: &reqwest::Error) -> &str {
    error.url().and_then(Url::host_str).unwrap_or("the hub")
}

pub(in crate::pull) async fn refusal(address: &str, response: Response) -> Error {
    let status = response.status();
    let retry_after = text_of(response.headers(), header::RETRY_AFTER)
        .and_then(|seconds| seconds.parse().ok())
        .map(Duration::from_secs);
    // A refusal whose words do not come is one all the same.
    let body = connection::read_short(address, response, MAX_REFUSAL)
        .await
        .unwrap_or_default();
    let problem: ProblemDetails = serde_json::from_slice(&body).unwrap_or_default();
    let own_words = [problem.detail, problem.title]
        .into_iter()
        .find(|words| !words.is_empty());
    Error::Refused(Box::new(HubRefusal {
        address: address.to_owned(),
        status: status.as_u16(),
        code: problem.code,
        items: problem.items.parse().unwrap_or_default(),
        detail: own_words.unwrap_or_else(|| status.canonical_reason().unwrap_or("without a word").to_owned()),
        retry_after,
    }))
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// `5` of `Content-Range: bytes 5-9/10`.
fn first_byte(headers: &HeaderMap) -> Option<u64> {
    let range = text_of(headers, header::CONTENT_RANGE)?.strip_prefix("bytes ")?;
    range.split_once('-')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Hub;

    #[test]
    fn the_address_of_a_hub_is_taken_as_people_write_it() {
        for url in [
            "https://hub.example",
            "https://hub.example/",
            "https://hub.example/api/v1",
            "https://hub.example/api/v1/",
        ] {
            assert_eq!(Hub::new(url, None).unwrap().base, "https://hub.example/api/v1");
        }
        for url in ["hub.example", "ftp://hub.example", "https://", "", "file:///etc"] {
            assert!(Hub::new(url, None).is_err(), "{url}");
        }
    }
}
