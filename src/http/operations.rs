//! Metrics and the OpenAPI document, for whoever runs the service; [`super::health`] says whether it is well.

use actix_web::{HttpResponse, web};

use super::problem::Problem;
use crate::library::Library;
use crate::telemetry;

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
