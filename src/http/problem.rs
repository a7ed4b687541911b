//! Why a request is not answered: what handlers return for every refusal and fault, its status and its JSON (RFC 9457).

use std::fmt;

use actix_web::http::StatusCode;
use serde::Serialize;

use super::observe::RequestId;
use crate::error::{Class, Error, Refusal};
use crate::pack::numbers::ItemNumbers;
use crate::words::Lang;
use crate::words::refusals::{ErrorWords, internal};

/// The most wrong fields that an answer names; more are counted.
const MAX_NAMED: usize = 20;
/// The longest text of a problem, in characters: some repeat what was sent, which may be a megabyte.
const MAX_SAID: usize = 1_000;

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
    /// The fields that are wrong, the first 20 of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// How many more are wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_errors: Option<usize>,
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

    /// What went wrong, if it is no refusal.
    pub(super) fn unexpected(&self) -> Option<&anyhow::Error> {
        match &self.0 {
            Error::Unexpected(source) => Some(source),
            Error::Refused(_) => None,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.refusal().map_or("internal", Refusal::code)
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.refusal()
            .map_or(StatusCode::INTERNAL_SERVER_ERROR, |refusal| status(refusal.class()))
    }

    /// What the reader is told.
    pub fn say(&self, lang: Lang) -> ErrorWords {
        let said = self
            .refusal()
            .map_or_else(|| internal(lang), |refusal| refusal.say(lang));
        ErrorWords {
            detail: shortened(said.detail),
            ..said
        }
    }

    /// What it says to programs.
    pub(super) fn body(&self, lang: Lang) -> ProblemBody {
        let said = self.say(lang);
        let faults = match self.refusal() {
            Some(Refusal::Fields(faults)) => faults.as_slice(),
            _ => &[],
        };
        let errors = faults.iter().take(MAX_NAMED).map(|fault| FieldProblem {
            pointer: shortened(fault.pointer.clone()),
            code: fault.kind.code().to_owned(),
            detail: shortened(fault.kind.say(lang)),
        });
        let more = faults.len().saturating_sub(MAX_NAMED);
        ProblemBody {
            kind: format!("/problems/{}", self.code()),
            title: said.title,
            status: self.status().as_u16(),
            detail: said.detail,
            instance: RequestId::current()
                .map(|id| id.as_str().to_owned())
                .unwrap_or_default(),
            code: self.code().to_owned(),
            errors: errors.collect(),
            more_errors: (more > 0).then_some(more),
            items: self.items(),
        }
    }

    fn items(&self) -> Option<String> {
        match self.refusal() {
            Some(Refusal::PackItemGone { items }) => Some(ItemNumbers::take_from(items).0.to_string()),
            _ => None,
        }
    }
}

/// A text that is not longer than a problem's may be.
fn shortened(text: String) -> String {
    match text.char_indices().nth(MAX_SAID) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
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
        // 460 is what the tus protocol's checksum extension asks for; no list of HTTP's own has it.
        Class::Checksum => StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST),
        Class::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Class::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
    }
}
