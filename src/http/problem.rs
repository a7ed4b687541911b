//! Every no as the reader wants it: `application/problem+json` (RFC 9457) for programs, a page for browsers, in the
//! reader's language.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;

use super::observe::RequestId;
use super::wants::Wants;
use crate::error::{Class, Error, Refusal};
use crate::pack::numbers::ItemNumbers;
use crate::words::Lang;
use crate::words::refusals::{ErrorWords, internal};

/// Seconds after which a database or a store that was away may be back.
const AWAY_SECS: u32 = 10;

/// What a handler returns when it cannot do what was asked.
#[derive(Debug)]
pub struct Problem(Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The body of a problem.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// An address that stands for the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// A few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, and the next step.
    pub detail: String,
    /// The request's id, to tell the administrator.
    pub instance: String,
    /// The stable code.
    pub code: String,
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// Which files of a pack may no longer be given: their numbers, as they are asked for by; not more than fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<String>,
}

/// One wrong field.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The stable code.
    pub code: String,
    /// What would be right.
    pub detail: String,
}

impl Problem {
    /// What stops the request, if it is a refusal.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.0 {
            Error::Refused(refusal) => Some(refusal),
            Error::Unexpected(_) => None,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.refusal().map_or("internal", Refusal::code)
    }

    /// What the reader is told.
    pub fn say(&self, lang: Lang) -> ErrorWords {
        self.refusal()
            .map_or_else(|| internal(lang), |refusal| refusal.say(lang))
    }

    /// What it says to programs.
    pub(super) fn body(&self, lang: Lang) -> ProblemBody {
        let said = self.say(lang);
        let faults = match self.refusal() {
            Some(Refusal::Fields(faults)) => faults.as_slice(),
            _ => &[],
        };
        let errors = faults.iter().map(|fault| FieldProblem {
            pointer: fault.pointer.clone(),
            code: fault.kind.code().to_owned(),
            detail: fault.kind.say(lang),
        });
        ProblemBody {
            kind: format!("/problems/{}", self.code()),
            title: said.title,
            status: self.status_code().as_u16(),
            detail: said.detail,
            instance: RequestId::current()
                .map(|id| id.as_str().to_owned())
                .unwrap_or_default(),
            code: self.code().to_owned(),
            errors: errors.collect(),
            items: self.items(),
        }
    }

    fn items(&self) -> Option<String> {
        match self.refusal() {
            Some(Refusal::PackItemGone { items }) => Some(ItemNumbers::take_from(items).0.to_string()),
            _ => None,
        }
    }

    /// Headers that belong to the refusal itself.
    fn add_headers(&self, response: &mut HttpResponseBuilder) {
        match self.refusal() {
            Some(Refusal::LockedOut { retry_after }) => {
                response.insert_header((header::RETRY_AFTER, retry_after.as_secs().max(1)));
            }
            Some(Refusal::Busy | Refusal::BeingMade | Refusal::IdempotencyBusy) => {
                response.insert_header((header::RETRY_AFTER, 2));
            }
            Some(Refusal::Unavailable(_)) => {
                response.insert_header((header::RETRY_AFTER, AWAY_SECS));
            }
            Some(Refusal::NotSignedIn | Refusal::InvalidToken | Refusal::WrongPassword) => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            Some(Refusal::RangeNotSatisfiable { size }) => {
                response.insert_header((header::CONTENT_RANGE, super::range::unsatisfied_range(*size)));
            }
            Some(Refusal::UploadOffset { offset }) => {
                response.insert_header(("Upload-Offset", *offset));
            }
            Some(Refusal::TusVersion) => {
                response.insert_header(("Tus-Version", "1.0.0"));
            }
            _ => {}
        }
    }

    /// Whether the rest of the request's body may still be on its way, so that the connection cannot be used again.
    fn leaves_body_unread(&self) -> bool {
        matches!(
            self.status_code(),
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::INSUFFICIENT_STORAGE
        )
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.refusal()
            .map_or(StatusCode::INTERNAL_SERVER_ERROR, |refusal| status(refusal.class()))
    }

    fn error_response(&self) -> HttpResponse {
        if let Error::Unexpected(source) = &self.0 {
            tracing::error!("the request failed: {source:#}");
        }
        let wants = Wants::current();
        let mut response = HttpResponse::build(self.status_code());
        self.add_headers(&mut response);
        if self.leaves_body_unread() {
            response.force_close();
        }
        response.insert_header((header::CONTENT_LANGUAGE, wants.lang.code()));
        response.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
        if wants.page {
            let page = super::web::problem_page(self, wants.lang);
            return response.content_type("text/html; charset=utf-8").body(page);
        }
        let body = serde_json::to_string(&self.body(wants.lang)).unwrap_or_default();
        response.content_type("application/problem+json").body(body)
    }
}

fn status(class: Class) -> StatusCode {
    match class {
        Class::Malformed => StatusCode::BAD_REQUEST,
        Class::SignIn => StatusCode::UNAUTHORIZED,
        Class::Forbidden => StatusCode::FORBIDDEN,
        Class::Missing => StatusCode::NOT_FOUND,
        Class::Method => StatusCode::METHOD_NOT_ALLOWED,
        Class::Stalled => StatusCode::REQUEST_TIMEOUT,
        Class::Conflict => StatusCode::CONFLICT,
        Class::Gone => StatusCode::GONE,
        Class::Precondition => StatusCode::PRECONDITION_FAILED,
        Class::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Class::AddressTooLong => StatusCode::URI_TOO_LONG,
        Class::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        Class::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Class::Range => StatusCode::RANGE_NOT_SATISFIABLE,
        Class::Fields => StatusCode::UNPROCESSABLE_ENTITY,
        Class::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Class::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Class::Checksum => StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST),
        Class::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Class::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
    }
}
