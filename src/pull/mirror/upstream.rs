//! The way back: what teachers share on a mirror is sent to the hub, where it waits for review like everything else.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::TryStreamExt as _;
use reqwest::{Body, Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Round, library};
use crate::domain::id::Id;
use crate::library::Library;
use crate::library::mirror::offers::{Offer, OfferedFile, Outcome};
use crate::pack::numbers::Numbers;
use crate::pack::receipt::{Receipt, SignedReceipt};
use crate::pull::error::{Error, Refused, Result};

const CONNECT: Duration = Duration::from_secs(15);
const STALL: Duration = Duration::from_mins(1);
/// An upload that is cut off is gone on with so often before the line counts as down.
const TRIES: usize = 5;
/// Fields that name something the hub may not know; without them a resource is still welcome.
const PLACES: [&str; 3] = ["major", "course", "task"];

/// A hub that takes what is shared here.
#[derive(Debug)]
pub struct Upstream {
    client: Client,
    base: String,
    token: String,
}

/// What the hub says no to, and where.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    code: String,
    title: String,
    detail: String,
    errors: Vec<Fault>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fault {
    pointer: String,
}

#[derive(Debug, Deserialize)]
struct Added {
    id: Id,
}

impl Upstream {
    /// A hub by its address, with a token that may write.
    pub fn new(url: &str, token: &str) -> Result<Self> {
        let base = url.trim_end_matches('/').trim_end_matches("/api/v1");
        let client = Client::builder()
            .user_agent(concat!("gongxue/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(STALL)
            .build()
            .map_err(|error| line(base, &error))?;
        Ok(Self {
            client,
            base: format!("{base}/api/v1"),
            token: token.to_owned(),
        })
    }

    fn request(&self, method: reqwest::Method, address: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/{address}", self.base));
        request.bearer_auth(&self.token)
    }

    /// Offers everything that waits. What the hub refuses is noted with its words and not offered again until it changes
    /// here; when the line is down the rest waits.
    pub async fn offer(&self, here: &Library, round: &mut Round) -> Result<()> {
        for offer in here.offers().await.map_err(library)? {
            let outcome = match self.send(here, &offer).await {
                Ok(id) => Outcome::Sent(id),
                Err(Error::Refused(refused)) if is_final(&refused) => Outcome::Refused(refused.detail),
                Err(error) => return Err(error),
            };
            match &outcome {
                Outcome::Sent(_) => round.offered += 1,
                Outcome::Refused(why) => round.refused.push((offer.resource, why.clone())),
            }
            here.note_offer(&self.base, &offer, outcome).await.map_err(library)?;
        }
        Ok(())
    }

    async fn send(&self, here: &Library, offer: &Offer) -> Result<Id> {
        let mut uploads = Vec::with_capacity(offer.files.len());
        for file in &offer.files {
            uploads.push(self.upload(here, file).await?);
        }
        let mut fields = serde_json::to_value(&offer.metadata).expect("metadata can be written as JSON");
        let fields = fields.as_object_mut().expect("metadata is an object");
        fields.insert("uploads".to_owned(), json!(uploads));
        let added = match self.add(offer, fields).await {
            Err(NotAdded::Unknown(places)) => {
                // The hub has no such course: the resource is welcome without it, and its reviewer will know.
                fields.retain(|field, _| !places.contains(field));
                self.add(offer, fields).await.map_err(NotAdded::into_error)?
            }
            other => other.map_err(NotAdded::into_error)?,
        };
        self.submit(added).await?;
        Ok(added)
    }

    async fn add(&self, offer: &Offer, fields: &Map<String, Value>) -> std::result::Result<Id, NotAdded> {
        let address = match offer.at_hub {
            Some(id) => format!("resources/{id}/versions"),
            None => "resources".to_owned(),
        };
        let mut request = self.request(reqwest::Method::POST, &address).json(fields);
        if offer.at_hub.is_none() {
            let key = format!("{}-{}-{}", offer.resource, offer.version, fields.len());
            request = request.header("Idempotency-Key", key);
        }
        let response = request
            .send()
            .await
            .map_err(|error| NotAdded::Failed(line(&address, &error)))?;
        if response.status().is_success() {
            let added: Added = response
                .json()
                .await
                .map_err(|error| NotAdded::Failed(line(&address, &error)))?;
            return Ok(added.id);
        }
        let status = response.status();
        let (refused, faults) = refusal(&address, response).await;
        let places: Vec<String> = faults
            .iter()
            .filter_map(|pointer| PLACES.iter().find(|place| pointer.trim_start_matches('/') == **place))
            .map(|place| (*place).to_owned())
            .collect();
        if status == StatusCode::UNPROCESSABLE_ENTITY && !places.is_empty() && places.len() == faults.len() {
            return Err(NotAdded::Unknown(places));
        }
        Err(NotAdded::Failed(refused))
    }

    /// Asks for review. One that is in review or published already needs no asking.
    async fn submit(&self, id: Id) -> Result<()> {
        let address = format!("resources/{id}/submit");
        let response = self.request(reqwest::Method::POST, &address).send().await;
        let response = response.map_err(|error| line(&address, &error))?;
        if response.status().is_success() || response.status() == StatusCode::CONFLICT {
            return Ok(());
        }
        Err(refusal(&address, response).await.0)
    }

    /// Sends a file by tus 1.0.0; goes on where a cut line left it.
    async fn upload(&self, here: &Library, file: &OfferedFile) -> Result<Id> {
        let metadata = format!("relativePath {}", BASE64_STANDARD.encode(&file.path));
        let request = self.request(reqwest::Method::POST, "uploads");
        let request = request
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Length", file.size)
            .header("Upload-Metadata", metadata);
        let response = request.send().await.map_err(|error| line("uploads", &error))?;
        if !response.status().is_success() {
            return Err(refusal("uploads", response).await.0);
        }
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        let id = location.and_then(|location| location.rsplit('/').next()?.parse().ok());
        let id: Id = id.ok_or_else(|| strange("uploads", "without an upload's address"))?;
        let mut failure = None;
        for _ in 0..TRIES {
            match self.go_on(here, file, id).await {
                Ok(()) => return Ok(id),
                Err(error @ Error::Refused(_)) => return Err(error),
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.expect("it was tried at least once"))
    }

    async fn go_on(&self, here: &Library, file: &OfferedFile, id: Id) -> Result<()> {
        let address = format!("uploads/{id}");
        let request = self
            .request(reqwest::Method::HEAD, &address)
            .header("Tus-Resumable", "1.0.0");
        let response = request.send().await.map_err(|error| line(&address, &error))?;
        let offset = response
            .headers()
            .get("upload-offset")
            .and_then(|value| value.to_str().ok()?.parse().ok());
        let offset: u64 = offset.ok_or_else(|| strange(&address, "without an offset"))?;
        if offset == file.size {
            return Ok(());
        }
        let bytes = here.offered_bytes(file, offset).await.map_err(library)?;
        let body = Body::wrap_stream(bytes.map_err(std::io::Error::other));
        let request = self.request(reqwest::Method::PATCH, &address);
        let request = request
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Offset", offset)
            .header("Content-Type", "application/offset+octet-stream")
            .body(body);
        let response = request.send().await.map_err(|error| line(&address, &error))?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(refusal(&address, response).await.0)
    }

    /// Tells the hub what is held.
    pub async fn send_receipt(&self, receipt: &Receipt, signed: &SignedReceipt) -> Result<()> {
        let address = format!("packs/{}/versions/{}/receipts", receipt.pack, receipt.version);
        let request = self.request(reqwest::Method::POST, &address).json(signed);
        let response = request.send().await.map_err(|error| line(&address, &error))?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(refusal(&address, response).await.0)
    }
}

/// Why adding did not succeed.
enum NotAdded {
    /// The hub does not know these places.
    Unknown(Vec<String>),
    /// Anything else.
    Failed(Error),
}

impl NotAdded {
    fn into_error(self) -> Error {
        match self {
            Self::Failed(error) => error,
            Self::Unknown(places) => strange("resources", &format!("that it knows no {}", places.join(", "))),
        }
    }
}

/// Whether a no is about what was offered, and not about the moment or the token.
fn is_final(refused: &Refused) -> bool {
    matches!(refused.status, 400 | 403 | 404 | 409 | 413 | 415 | 422)
}

fn line(address: &str, error: &reqwest::Error) -> Error {
    Error::Line {
        address: address.to_owned(),
        why: error.to_string(),
    }
}

fn strange(address: &str, what: &str) -> Error {
    Error::Strange {
        address: address.to_owned(),
        what: what.to_owned(),
    }
}

async fn refusal(address: &str, response: Response) -> (Error, Vec<String>) {
    let status = response.status().as_u16();
    let problem: Problem = response.json().await.unwrap_or_default();
    let faults = problem.errors.into_iter().map(|fault| fault.pointer).collect();
    let detail = format!("{}: {}", problem.title, problem.detail);
    let refused = Refused {
        address: address.to_owned(),
        status,
        code: problem.code,
        detail,
        retry_after: None,
        items: Numbers::default(),
    };
    (Error::Refused(Box::new(refused)), faults)
}
