//! Metrics and the OpenAPI document, for whoever runs the service; [`super::health`] says whether it is well.

use actix_web::{HttpRequest, HttpResponse, web};

use super::problem::Problem;
use super::proxy;
use crate::actor::Actor;
use crate::config::{Config, IpNetwork};
use crate::library::Library;
use crate::telemetry;

/// Figures in Prometheus' text format.
///
/// For the addresses in `server.metrics_from`, and for tokens of those who look after the whole library: they tell when and
/// how much a site is used.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, body = String)))]
pub async fn metrics(
    library: web::Data<Library>,
    config: web::Data<Config>,
    actor: Actor,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if !comes_from(&config.server.metrics_from, &request) {
        library.operations.expect_overseer(&actor)?;
    }
    library.operations.measure().await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(telemetry::render_figures()))
}

/// Whether a request comes from one of these networks, as far as can be known: one that passed a proxy which nobody told
/// us of may come from anywhere.
fn comes_from(networks: &[IpNetwork], request: &HttpRequest) -> bool {
    let client = proxy::client(request).filter(|_| !proxy::came_by_an_unknown_proxy(request));
    client.is_some_and(|client| networks.iter().any(|network| network.contains(client)))
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
