//! A hub that says what a test has it say.

use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;

/// What it is asked.
pub(crate) struct Asked {
    /// The method and the address below `/api/v1/`, with its question: `GET packs?limit=100`.
    pub(crate) line: String,
    /// The body, where that is JSON.
    pub(crate) body: Value,
}

/// What it says: a status, headers, and JSON.
pub(crate) struct Said(pub(crate) u16, pub(crate) Vec<(&'static str, String)>, pub(crate) Value);

impl Said {
    /// JSON, and all is well.
    pub(crate) fn json(body: Value) -> Self {
        Self(200, Vec::new(), body)
    }
}

type Script = Arc<dyn Fn(&Asked) -> Said + Send + Sync>;

/// The hub; it ends when this is dropped.
pub(crate) struct ScriptedHub {
    pub(crate) url: String,
    handle: ServerHandle,
}

impl ScriptedHub {
    pub(crate) fn start(script: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Self {
        let script: Script = Arc::new(script);
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    App::new()
                        .app_data(web::Data::new(Arc::clone(&script)))
                        .default_service(web::to(answer))
                };
                let server = HttpServer::new(app).workers(1).disable_signals();
                let server = server.bind("127.0.0.1:0").unwrap();
                let url = format!("http://{}", server.addrs()[0]);
                let server = server.run();
                tell.send((url, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (url, handle) = told.recv().unwrap();
        Self { url, handle }
    }
}

impl Drop for ScriptedHub {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn answer(request: HttpRequest, body: web::Bytes, script: web::Data<Script>) -> HttpResponse {
    let address = request.uri().to_string();
    let asked = Asked {
        line: format!("{} {}", request.method(), address.trim_start_matches("/api/v1/")),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let Said(status, headers, body) = script(&asked);
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    for header in headers {
        response.insert_header(header);
    }
    response.json(body)
}
