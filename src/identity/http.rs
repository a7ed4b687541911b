//! HTTP to a provider: no redirects, for they are its word and could name any machine of this network; an end to every wait
//! and to every body.

use std::time::Duration;

use openidconnect::http::{Response, header};
use openidconnect::{HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};

/// Until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Until an answer has arrived whole.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(6);
/// The longest answer, in bytes. A person in a thousand groups has some 100 KiB.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpFailure {
    #[error("ask the provider")]
    Connection(#[source] reqwest::Error),
    #[error("more than {MAX_ANSWER_BYTES} bytes")]
    TooLong,
    #[error("the answer is none")]
    Strange(#[source] openidconnect::http::Error),
}

/// A client for one provider.
#[derive(Debug, Clone)]
pub(super) struct HttpClient(Client);

impl HttpClient {
    /// Trusts the system's certificates, and those of `more` (PEM).
    pub(super) fn new(more: Option<&[u8]>) -> anyhow::Result<Self> {
        crate::tls::use_ring();
        let mut builder = Client::builder()
            .user_agent(concat!("gongxue/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .redirect(Policy::none());
        if let Some(more) = more {
            builder = builder.tls_certs_merge(Certificate::from_pem_bundle(more)?);
        }
        Ok(Self(builder.build()?))
    }

    /// Sends a request and takes the whole answer, whatever it is.
    pub(super) async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        // Addresses hold codes and tickets, which no log may have.
        let failed = |error: reqwest::Error| HttpFailure::Connection(error.without_url());
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let mut response = self.0.execute(request).await.map_err(failed)?;
        let mut answer = Response::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(failed)? {
            if body.len() + piece.len() > MAX_ANSWER_BYTES {
                return Err(HttpFailure::TooLong);
            }
            body.extend_from_slice(&piece);
        }
        answer.body(body).map_err(HttpFailure::Strange)
    }

    /// Fetches, with a token if there is one.
    pub(super) async fn get(&self, url: &str, bearer: Option<&str>) -> Result<HttpResponse, HttpFailure> {
        let mut request = openidconnect::http::Request::get(url);
        if let Some(token) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Vec::new()).map_err(HttpFailure::Strange)?;
        self.call(request).await
    }
}
