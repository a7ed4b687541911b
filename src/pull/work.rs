//! A machine that works for a hub: it claims pages to read and films to hear, fetches what they are about, and sends back what
//! came of it. `docs/operations.md` has the protocol.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::Path;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};

use super::error::{Error, Result};
use super::hash;
use super::source::backoff::Backoff;
use super::source::{connection, hub};
use crate::domain::id::WorkClaimId;
use crate::domain::work::{WorkAskForm, WorkOrder, WorkResult};

/// Most bytes of an order.
const MAX_ORDER: usize = 64 << 10;

/// A hub that has work.
#[derive(Debug)]
pub struct WorkHub {
    client: Client,
    base: String,
    token: String,
}

impl WorkHub {
    /// A hub by its address, with a token of the scope `work`.
    pub fn new(url: &str, token: &str) -> Result<Self> {
        let base = url.trim_end_matches('/').trim_end_matches("/api/v1");
        Ok(Self {
            client: connection::client(base)?,
            base: format!("{base}/api/v1"),
            token: token.to_owned(),
        })
    }

    fn request(&self, method: Method, address: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/{address}", self.base));
        request.bearer_auth(&self.token)
    }

    /// Claims a piece of work; none where nothing waits.
    pub async fn claim(&self, ask: &WorkAskForm) -> Result<Option<WorkOrder>> {
        let address = "work/claims";
        // Asked once: a claim whose answer is lost ends by itself.
        let response = connection::send(address, self.request(Method::POST, address).json(ask)).await?;
        match response.status() {
            StatusCode::NO_CONTENT => Ok(None),
            StatusCode::OK => {
                let body = connection::read_short(address, response, MAX_ORDER).await?;
                let order = serde_json::from_slice(&body).map_err(|error| Error::Strange {
                    address: address.to_owned(),
                    what: format!("no order: {error}"),
                })?;
                Ok(Some(order))
            }
            _ => Err(hub::refusal(address, response).await),
        }
    }

    /// Fetches the bytes that a claim is about, checked by their hash.
    pub async fn fetch(&self, order: &WorkOrder, into: &Path) -> Result<()> {
        let mut file = File::create(into).map_err(Error::disk("write", into))?;
        let (mut came, mut backoff) = (0, Backoff::default());
        while came < order.size_bytes {
            let before = came;
            if let Err(error) = self.fetch_on(order, (&mut file, into), &mut came).await {
                backoff.retry(error, came > before).await?;
            }
        }
        let path = into.to_owned();
        let hashed = tokio::task::spawn_blocking(move || hash::sha256_of(&path)).await;
        let found = hashed.map_err(|error| Error::disk("read", into)(std::io::Error::other(error)))?;
        if found.map_err(Error::disk("read", into))? != order.sha256 {
            let paths = vec![order.sha256.to_string()];
            return Err(Error::Spoilt { paths });
        }
        Ok(())
    }

    async fn fetch_on(&self, order: &WorkOrder, (file, path): (&mut File, &Path), came: &mut u64) -> Result<()> {
        let address = format!("work/claims/{}/content", order.id);
        let mut request = self
            .request(Method::GET, &address)
            .header(header::ACCEPT_ENCODING, "identity");
        if *came > 0 {
            request = request.header(header::RANGE, format!("bytes={came}-"));
        }
        let mut response = connection::send(&address, request).await?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if *came > 0 => {}
            StatusCode::OK => {
                file.rewind().map_err(Error::disk("write", path))?;
                *came = 0;
            }
            _ => return Err(hub::refusal(&address, response).await),
        }
        while let Some(bytes) = hub::next(&address, &mut response).await? {
            *came += bytes.len() as u64;
            if *came > order.size_bytes {
                let what = "more bytes than it said".to_owned();
                return Err(Error::Strange { address, what });
            }
            file.write_all(&bytes).map_err(Error::disk("write", path))?;
        }
        Ok(())
    }

    /// Says that the claim is still worked on.
    pub async fn beat(&self, id: WorkClaimId) -> Result<()> {
        let address = format!("work/claims/{id}/beat");
        let response = connection::send(&address, self.request(Method::POST, &address)).await?;
        done(&address, response).await
    }

    /// Sends back what came of a claim; as often as it takes, for the same result counts once.
    pub async fn send(&self, id: WorkClaimId, result: &WorkResult) -> Result<()> {
        let address = format!("work/claims/{id}/result");
        let mut backoff = Backoff::default();
        loop {
            let request = self.request(Method::PUT, &address).json(result);
            let sent = match connection::send(&address, request).await {
                Ok(response) => done(&address, response).await,
                Err(error) => Err(error),
            };
            match sent {
                Ok(()) => return Ok(()),
                Err(error) => backoff.retry(error, false).await?,
            }
        }
    }

    /// Gives a claim back undone.
    pub async fn give_back(&self, id: WorkClaimId) -> Result<()> {
        let address = format!("work/claims/{id}");
        let response = connection::send(&address, self.request(Method::DELETE, &address)).await?;
        done(&address, response).await
    }
}

async fn done(address: &str, response: Response) -> Result<()> {
    match response.status() {
        StatusCode::NO_CONTENT => Ok(()),
        _ => Err(hub::refusal(address, response).await),
    }
}
