//! Liveness, readiness, metrics and the OpenAPI document, for whoever runs the service.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::problem::Problem;
use crate::library::Library;
use crate::telemetry;

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

/// Figures in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, body = String)))]
pub async fn metrics(library: web::Data<Library>) -> Result<HttpResponse, Problem> {
    library.operations.measure().await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(telemetry::render_figures()))
}

/// The interface's description, as it is served. It is made from the route table, which knows the handlers that serve it:
/// so they are given it with the application's data.
#[derive(Debug, Clone, Copy)]
pub struct Description(pub &'static str);

/// This interface, as OpenAPI 3.1.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operations", responses((status = 200, body = Object)))]
pub async fn openapi(description: web::Data<Description>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(description.0)
}
