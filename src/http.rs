//! The door for browsers and programs: middleware in order, the route table, one noun or protocol per file.
//!
//! It knows statuses, headers, cookies, forms and pages, and asks the [`Library`] for everything else.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_http::HttpService;
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, map_config};
use actix_web::App;
use actix_web::dev::{AppConfig, Server, fn_service};
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use socket2::{Domain, Protocol, Socket, Type};

use crate::config::Config;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::error::{Refusal, Thing};
use crate::library::Library;
use problem::Problem;
use transport::Connection;

pub mod api;
pub mod as_of;
pub mod atom;
pub mod audited;
pub mod body_timeout;
pub mod caching;
pub mod canonical_path;
pub mod compression;
pub mod conditional;
pub mod connections;
pub mod content;
pub mod csrf;
pub mod disposition;
pub mod form;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod gbk;
pub mod guard;
pub mod health;
pub mod http_1_0;
pub mod negotiation;
pub mod nul_bytes;
pub mod observe;
pub mod openapi;
pub mod operations;
pub mod passkey_site;
pub mod problem;
pub mod problem_response;
pub mod protected_form;
pub mod proxy;
pub mod range;
pub mod rates;
pub mod reauthentication;
pub mod received_table;
pub mod routes;
pub mod security_headers;
pub mod session_cookie;
pub mod spreadsheet;
pub mod transport;
pub mod tus;
pub mod unread_body;
pub mod web;

/// How many connections may wait to be taken in.
const BACKLOG: i32 = 1024;

/// How long a client that was told to go may take to read it.
const DISCONNECT: Duration = Duration::from_secs(1);

/// Listens as the settings say. The server runs when it is awaited, and stops by its handle.
pub fn serve(library: &Library, config: &Config) -> std::io::Result<(Server, Vec<SocketAddr>)> {
    let library = library.clone();
    let site = actix_web::web::Data::new(config.clone());
    let description = actix_web::web::Data::new(operations::Description(openapi::document_text()));
    let workers = config.server.worker_threads();
    let connections = connections::OpenConnections::new(&config.server);
    let listener = listen(config.server.listen)?;
    let address = listener.local_addr()?;
    let server = actix_server::Server::build()
        .workers(workers)
        // The framework counts them by worker.
        .max_concurrent_connections((config.server.max_connections as usize).div_ceil(workers))
        .shutdown_timeout(config.server.shutdown_grace().as_secs())
        .disable_signals();
    let stopping = server.graceful_shutdown_signal();
    let server = server.listen("http", listener, move || {
        let (connections, stopping) = (connections.clone(), stopping.clone());
        let app = App::new()
            .configure(understand)
            .app_data(actix_web::web::Data::new(library.clone()))
            .app_data(site.clone())
            .app_data(description.clone())
            // The middleware that is wrapped last stands outermost: `observe` counts the bytes as they are sent,
            // compressed, and the guard sees an address in which `canonical_path`, `gbk` and `nul_bytes` have put everything right.
            .configure(routes::configure)
            .wrap(from_fn(reauthentication::ask_again))
            .wrap(from_fn(body_timeout::time_out))
            .wrap(from_fn(guard::guard))
            .wrap(from_fn(nul_bytes::replace))
            .wrap(from_fn(gbk::read))
            .wrap(from_fn(canonical_path::spell))
            .wrap(from_fn(caching::by_default))
            .wrap(from_fn(security_headers::secure))
            .wrap(from_fn(compression::compress))
            .wrap(from_fn(observe::observe))
            .wrap(from_fn(http_1_0::end_without_chunks))
            .wrap(from_fn(unread_body::hold))
            .into_factory()
            .map_err(|error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .client_disconnect_timeout(DISCONNECT)
            .local_addr(address)
            .on_connect_ext(move |connection: &Connection, extensions| {
                connections.accept(connection.socket(), extensions);
            })
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(accept).and_then(http)
    })?;
    Ok((server.run(), vec![address]))
}

/// A socket that takes connections at an address, as many at once as browsers of a whole school open.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Otherwise a restart finds its address taken as long as connections of the last run are still ending.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Takes a socket in. Without `nodelay` small streamed answers wait 40 ms for an acknowledgement (measured: 67 times fewer
/// requests a second).
async fn accept(
    socket: TcpStream,
) -> Result<(Connection, actix_http::Protocol, Option<SocketAddr>), actix_http::error::DispatchError> {
    // If that fails the answers are slower and right all the same.
    let _ = socket.set_nodelay(true);
    let peer = socket.peer_addr().ok();
    Ok((Connection::new(socket), actix_http::Protocol::Http1, peer))
}

/// What is malformed gets the same answer everywhere.
fn understand(app: &mut actix_web::web::ServiceConfig) {
    let malformed = |error: &dyn std::fmt::Display| {
        Problem::from(Refusal::Malformed {
            detail: error.to_string(),
        })
    };
    app.app_data(
        actix_web::web::JsonConfig::default()
            .limit(form::MAX_WORDS)
            .error_handler(move |error, _| json_problem(&error).into()),
    )
    .app_data(actix_web::web::QueryConfig::default().error_handler(move |error, _| malformed(&error).into()))
    .app_data(
        actix_web::web::FormConfig::default()
            .limit(form::MAX_WORDS)
            .error_handler(move |error, _| malformed(&error).into()),
    )
    // An address with something else than an id in it is the address of nothing.
    .app_data(
        actix_web::web::PathConfig::default().error_handler(|_, _| Problem::from(Refusal::NoSuch(Thing::Page)).into()),
    );
}

fn json_problem(error: &actix_web::error::JsonPayloadError) -> Problem {
    use actix_web::error::JsonPayloadError;
    match error {
        JsonPayloadError::ContentType => Refusal::MediaType {
            expected: "application/json",
        }
        .into(),
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => Refusal::BodyTooLarge {
            limit: form::MAX_WORDS as u64,
        }
        .into(),
        error => {
            let detail = error.to_string();
            let fault = field_fault(&detail);
            fault
                .map_or(Refusal::Malformed { detail }, |fault| Refusal::Fields(vec![fault]))
                .into()
        }
    }
}

/// The field that serde names in its message, if it names one.
fn field_fault(message: &str) -> Option<FieldFault> {
    let named = |before: &str| message.split_once(before)?.1.split('`').next();
    let unknown = named("unknown field `").map(|field| FieldFault::at(field, FaultKind::UnknownField));
    unknown.or_else(|| named("missing field `").map(|field| FieldFault::at(field, FaultKind::Required)))
}
