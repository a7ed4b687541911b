//! Upstream: what teachers share on a mirror is offered to the hub, where it waits for review like everything else.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::TryStreamExt as _;
use reqwest::{Body, Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{MirrorRound, library};
use crate::domain::id::{ResourceId, Sha256, UploadId};
use crate::domain::resource::Status;
use crate::domain::rights::RIGHTS_FIELDS;
use crate::library::Library;
use crate::library::mirror::offers::{Offer, OfferOutcome, OfferStatus, OfferedFile};
use crate::pack::numbers::ItemNumbers;
use crate::pack::receipt::{Receipt, SignedReceipt};
use crate::pull::error::{Error, HubRefusal, Result};
use crate::pull::source::connection;

/// Most bytes read of a response: a resource with its files.
const MAX_ANSWER: usize = 16 << 20;
/// Attempts to resume an upload before the connection counts as down.
const UPLOAD_ATTEMPTS: usize = 5;
/// Pages of offers sent in one round: meanwhile nothing is heard of the hub. The next round continues there, so that
/// offers which fail each time do not keep those behind them from their turn.
const OFFER_PAGES: usize = 20;
/// Fields that a resource may have or not, besides those of its rights.
const OPTIONAL_FIELDS: [&str; 8] = [
    "major", "course", "task", "stage", "level", "year", "licence", "language",
];
/// Fields that name something the hub may not know; without them a resource is still welcome.
const CURRICULUM_FIELDS: [&str; 3] = ["major", "course", "task"];

/// A hub that takes what is shared here.
#[derive(Debug)]
pub struct Upstream {
    client: Client,
    base: String,
    token: String,
    /// What was offered last, when a round has left more: the next goes on after it, so that each has its turn.
    last: Mutex<Option<ResourceId>>,
}

/// The hub's `application/problem+json`, with the fields it refuses.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct HubProblem {
    code: String,
    title: String,
    detail: String,
    errors: Vec<HubFieldError>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct HubFieldError {
    pointer: String,
}

#[derive(Debug, Deserialize)]
struct CreatedResource {
    id: ResourceId,
}

/// A resource as it stands at the hub.
#[derive(Debug, Deserialize)]
struct HubResource {
    status: Status,
    #[serde(default)]
    review_note: Option<String>,
    #[serde(default)]
    files: Option<Vec<HubFile>>,
}

#[derive(Debug, Deserialize)]
struct HubFile {
    path: String,
    sha256: Sha256,
}

impl Upstream {
    /// A hub by its address, with a token that may write.
    pub fn new(url: &str, token: &str) -> Result<Self> {
        let base = url.trim_end_matches('/').trim_end_matches("/api/v1");
        Ok(Self {
            client: connection::client(base)?,
            base: format!("{base}/api/v1"),
            token: token.to_owned(),
            last: Mutex::new(None),
        })
    }

    fn request(&self, method: reqwest::Method, address: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/{address}", self.base));
        request.bearer_auth(&self.token)
    }

    /// Offers what waits, as much as one round takes. What the hub refuses is noted with its words and not offered again
    /// until it changes here; when the hub cannot be reached the rest waits.
    pub async fn offer(&self, here: &Library, round: &mut MirrorRound) -> Result<()> {
        for _ in 0..OFFER_PAGES {
            let last = *self.last();
            let page = here.mirror.offers(last).await.map_err(library)?;
            for offer in page.offers {
                // Before it is tried: one that fails each time must not be where each round begins.
                *self.last() = Some(offer.resource);
                self.offer_one(here, &offer, round).await?;
            }
            *self.last() = page.next;
            if page.next.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn last(&self) -> MutexGuard<'_, Option<ResourceId>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn offer_one(&self, here: &Library, offer: &Offer, round: &mut MirrorRound) -> Result<()> {
        let outcome = match self.send(here, offer).await {
            Ok(id) => OfferOutcome::Sent(id),
            Err(Error::Refused(refused)) if is_final(&refused) => OfferOutcome::Refused(refused.detail),
            Err(error @ Error::Connection { .. }) => return Err(error),
            Err(error) => {
                tracing::warn!("/r/{} cannot be offered now and waits: {error}", offer.resource);
                return Ok(());
            }
        };
        match &outcome {
            OfferOutcome::Sent(_) => round.offered += 1,
            OfferOutcome::Refused(why) => round.refused.push((offer.resource, why.clone())),
        }
        here.mirror
            .note_offer(&self.base, offer, outcome)
            .await
            .map_err(library)
    }

    /// Asks the hub what became of what was offered, and notes it for the authors here.
    pub async fn ask(&self, here: &Library, round: &mut MirrorRound) -> Result<()> {
        for (resource, at_hub) in here.mirror.to_ask_about(&self.base).await.map_err(library)? {
            let standing = match self.look(at_hub).await {
                Ok(there) => there.map(|there| OfferStatus {
                    status: there.status,
                    note: there.review_note.filter(|_| there.status == Status::Returned),
                }),
                Err(error) => {
                    here.mirror.note_asked(resource).await.map_err(library)?;
                    // A token that may no longer ask says nothing of what was offered.
                    if !matches!(error, Error::Refused(_) | Error::Strange { .. }) {
                        return Err(error);
                    }
                    tracing::warn!("the hub does not say what became of /r/{resource}: {error}");
                    continue;
                }
            };
            if here.mirror.note_standing(resource, standing).await.map_err(library)? {
                round.answered.push(resource);
            }
        }
        Ok(())
    }

    /// Fetches a resource of the hub; none if it has none such that the token may see.
    async fn look(&self, at_hub: ResourceId) -> Result<Option<HubResource>> {
        let address = format!("resources/{at_hub}");
        let response = connection::send(&address, self.request(reqwest::Method::GET, &address)).await?;
        match response.status() {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status if status.is_success() => read(&address, response).await.map(Some),
            _ => Err(refusal(&address, response).await.0),
        }
    }

    async fn send(&self, here: &Library, offer: &Offer) -> Result<ResourceId> {
        let there = match offer.at_hub {
            Some(at_hub) => self.look(at_hub).await?,
            None => None,
        };
        // One that the hub has no more is offered as a new one.
        let at_hub = offer.at_hub.filter(|_| there.is_some());
        let files: HashMap<String, Sha256> = there
            .and_then(|there| there.files)
            .into_iter()
            .flatten()
            .map(|file| (file.path, file.sha256))
            .collect();
        let is_new = |file: &&OfferedFile| files.get(&file.path) != Some(&file.sha256);
        let mut uploads = Vec::new();
        for file in offer.files.iter().filter(is_new) {
            uploads.push(self.upload(here, file).await?);
        }
        let mut gone: Vec<&String> = files.keys().collect();
        gone.retain(|path| !offer.files.iter().any(|file| file.path == **path));
        gone.sort();
        let mut fields = serde_json::to_value(&offer.form).expect("a form can be written as JSON");
        let fields = fields.as_object_mut().expect("a form is an object");
        let way = match at_hub {
            None => OfferMethod::New,
            Some(id) if uploads.is_empty() && gone.is_empty() => OfferMethod::Words(id),
            Some(id) => OfferMethod::Version(id),
        };
        if !matches!(way, OfferMethod::New) {
            for name in OPTIONAL_FIELDS.into_iter().chain(RIGHTS_FIELDS) {
                // What its author took out is taken out there as well.
                fields.entry(name).or_insert(Value::Null);
            }
        }
        if !matches!(way, OfferMethod::Words(_)) {
            fields.insert("uploads".to_owned(), json!(uploads));
        }
        if matches!(way, OfferMethod::Version(_)) {
            fields.insert("remove".to_owned(), json!(gone));
        }
        let added = match self.add(offer, way, fields).await {
            Err(CreateError::Unknown(places)) => {
                // The hub has no such course: the resource is welcome without it, and its reviewer will know.
                fields.retain(|field, _| !places.contains(field));
                self.add(offer, way, fields).await.map_err(CreateError::into_error)?
            }
            other => other.map_err(CreateError::into_error)?,
        };
        self.submit(added).await?;
        Ok(added)
    }

    async fn add(
        &self,
        offer: &Offer,
        way: OfferMethod,
        fields: &Map<String, Value>,
    ) -> std::result::Result<ResourceId, CreateError> {
        let (method, address) = match way {
            OfferMethod::New => (reqwest::Method::POST, "resources".to_owned()),
            OfferMethod::Version(id) => (reqwest::Method::POST, format!("resources/{id}/versions")),
            OfferMethod::Words(id) => (reqwest::Method::PATCH, format!("resources/{id}")),
        };
        let mut request = self.request(method, &address).json(fields);
        request = match way {
            // What the hub's reviewer changed there meanwhile the author has not seen; theirs is what is offered.
            OfferMethod::Words(_) => request.header("If-Match", "*"),
            OfferMethod::Version(_) => request,
            OfferMethod::New => {
                // With the number of fields, because the second try without unknown places is another request.
                let key = format!("{}-{}-{}", offer.resource, offer.revision, fields.len());
                request.header("Idempotency-Key", key)
            }
        };
        let response = connection::send(&address, request).await.map_err(CreateError::Failed)?;
        if response.status().is_success() {
            let added: CreatedResource = read(&address, response).await.map_err(CreateError::Failed)?;
            return Ok(added.id);
        }
        let status = response.status();
        let (refused, faults) = refusal(&address, response).await;
        let places: Vec<String> = faults
            .iter()
            .map(|pointer| pointer.trim_start_matches('/'))
            .filter(|field| may_be_left_out(field, fields))
            .map(str::to_owned)
            .collect();
        if status == StatusCode::UNPROCESSABLE_ENTITY && !places.is_empty() && places.len() == faults.len() {
            return Err(CreateError::Unknown(places));
        }
        Err(CreateError::Failed(refused))
    }

    /// Asks for review. One that is in review or published already needs no asking.
    async fn submit(&self, id: ResourceId) -> Result<()> {
        let address = format!("resources/{id}/submit");
        let response = connection::send(&address, self.request(reqwest::Method::POST, &address)).await?;
        if response.status().is_success() || response.status() == StatusCode::CONFLICT {
            return Ok(());
        }
        Err(refusal(&address, response).await.0)
    }

    /// Sends a file by tus 1.0.0; resumes after a broken connection.
    async fn upload(&self, here: &Library, file: &OfferedFile) -> Result<UploadId> {
        let metadata = format!("relativePath {}", BASE64_STANDARD.encode(&file.path));
        let request = self.request(reqwest::Method::POST, "uploads");
        let request = request
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Length", file.size)
            .header("Upload-Metadata", metadata);
        let response = connection::send("uploads", request).await?;
        if !response.status().is_success() {
            return Err(refusal("uploads", response).await.0);
        }
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        let id = location.and_then(|location| location.rsplit('/').next()?.parse().ok());
        let id: UploadId = id.ok_or_else(|| strange("uploads", "without an upload's address"))?;
        let mut failure = None;
        for _ in 0..UPLOAD_ATTEMPTS {
            match self.go_on(here, file, id).await {
                Ok(()) => return Ok(id),
                Err(error @ Error::Refused(_)) => return Err(error),
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.expect("it was tried at least once"))
    }

    async fn go_on(&self, here: &Library, file: &OfferedFile, id: UploadId) -> Result<()> {
        let address = format!("uploads/{id}");
        let request = self
            .request(reqwest::Method::HEAD, &address)
            .header("Tus-Resumable", "1.0.0");
        let response = connection::send(&address, request).await?;
        let offset = response
            .headers()
            .get("upload-offset")
            .and_then(|value| value.to_str().ok()?.parse().ok());
        let offset: Option<u64> = offset.filter(|offset| *offset <= file.size);
        let offset = offset.ok_or_else(|| strange(&address, "without an offset"))?;
        if offset == file.size {
            return Ok(());
        }
        let bytes = here.mirror.offered_bytes(file, offset).await.map_err(library)?;
        let body = Body::wrap_stream(bytes.map_err(std::io::Error::other));
        let request = self.request(reqwest::Method::PATCH, &address);
        let request = request
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Offset", offset)
            .header("Content-Type", "application/offset+octet-stream")
            .body(body);
        let longest = connection::time_to_send(file.size - offset);
        let response = connection::send_for(&address, request, longest).await?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(refusal(&address, response).await.0)
    }

    /// Tells the hub what is held.
    pub async fn send_receipt(&self, receipt: &Receipt, signed: &SignedReceipt) -> Result<()> {
        let address = format!("packs/{}/versions/{}/receipts", receipt.pack, receipt.version);
        let request = self.request(reqwest::Method::POST, &address).json(signed);
        let response = connection::send(&address, request).await?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(refusal(&address, response).await.0)
    }
}

/// Which request offers a resource.
#[derive(Debug, Clone, Copy)]
enum OfferMethod {
    /// As a new resource.
    New,
    /// As the next version of one that is there.
    Version(ResourceId),
    /// As other words of one that is there, whose files are the same.
    Words(ResourceId),
}

/// Why a resource could not be created at the hub.
enum CreateError {
    /// The hub does not know these places.
    Unknown(Vec<String>),
    /// Anything else.
    Failed(Error),
}

impl CreateError {
    fn into_error(self) -> Error {
        match self {
            Self::Failed(error) => error,
            Self::Unknown(places) => strange("resources", &format!("that it knows no {}", places.join(", "))),
        }
    }
}

/// Whether a field that the hub refuses is sent without: a place that it does not know, or one of the rights that an older
/// hub does not have and that nothing is said in.
fn may_be_left_out(field: &str, fields: &Map<String, Value>) -> bool {
    let is_empty = || fields.get(field).is_some_and(Value::is_null);
    CURRICULUM_FIELDS.contains(&field) || (RIGHTS_FIELDS.contains(&field) && is_empty())
}

/// Whether a no is about what was offered, and not about the moment or the token.
fn is_final(refused: &HubRefusal) -> bool {
    matches!(refused.status, 400 | 403 | 404 | 409 | 413 | 415 | 422)
}

async fn read<T: serde::de::DeserializeOwned>(address: &str, response: Response) -> Result<T> {
    let bytes = connection::read_short(address, response, MAX_ANSWER).await?;
    serde_json::from_slice(&bytes).map_err(|_| strange(address, "something that cannot be read"))
}

fn strange(address: &str, what: &str) -> Error {
    Error::Strange {
        address: address.to_owned(),
        what: what.to_owned(),
    }
}

async fn refusal(address: &str, response: Response) -> (Error, Vec<String>) {
    let status = response.status().as_u16();
    let problem: HubProblem = read(address, response).await.unwrap_or_default();
    let faults = problem.errors.into_iter().map(|fault| fault.pointer).collect();
    let detail = format!("{}: {}", problem.title, problem.detail);
    let refused = HubRefusal {
        address: address.to_owned(),
        status,
        code: problem.code,
        detail,
        retry_after: None,
        items: ItemNumbers::default(),
    };
    (Error::Refused(Box::new(refused)), faults)
}
