//! Health: whether the process answers, and whether it can be given work.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::library::Library;

/// One part of the service.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PartState {
    /// Which part.
    pub name: &'static str,
    /// It does what it should.
    pub ok: bool,
    /// What is the matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Whether the service can be given work.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Readiness {
    /// All parts do what they should.
    pub ready: bool,
    /// Each part.
    pub parts: Vec<PartState>,
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = String)))]
pub async fn healthz() -> &'static str {
    "ok"
}

/// Database, store and index answer.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, body = Readiness), (status = 503, body = Readiness)))]
pub async fn readyz(library: web::Data<Library>) -> HttpResponse {
    let parts: Vec<PartState> = library
        .operations
        .parts()
        .await
        .into_iter()
        .map(|(name, state)| part(name, state))
        .collect();
    let ready = parts.iter().all(|part| part.ok);
    let mut response = if ready {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    response.json(Readiness { ready, parts })
}

fn part(name: &'static str, state: anyhow::Result<Option<String>>) -> PartState {
    if let Err(error) = &state {
        tracing::warn!("{name} is not ready: {error:#}");
    }
    // The reason may name addresses and folders; it is for the log.
    PartState {
        name,
        ok: state.is_ok(),
        detail: state.unwrap_or_else(|_| Some("see the log".to_owned())),
    }
}
