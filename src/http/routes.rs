//! The route table: every address of the service, what it takes, who may knock, and who answers.
//!
//! To add one, add a line; the tests that visit every route as every role find it here.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, guard, web};

use super::api::{
    audit, blobs, changes, curriculum, files, findability, packs as packs_api, resources, saved as saved_api, search,
    session, suggest, synonyms as synonyms_api,
};
use super::problem::Problem;
use super::web::{
    assets, course, docs, findability as findability_page, home, major, mine, pack, packs, problem, resource, results,
    saved, sign_in, synonyms, upload,
};
use super::{atom, operations, tus};
use crate::error::{Refusal, Thing};

/// Who may knock. What they may do and see is for the library to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everyone.
    Anyone,
    /// Whoever has signed in or sent a token.
    Member,
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The address, with its parts in braces.
    pub path: &'static str,
    /// Who may knock.
    pub access: Access,
}

macro_rules! routes {
    ($($path:literal => { $($method:ident $access:ident $handler:path),+ $(,)? })+) => {
        /// Every route.
        pub const TABLE: &[Route] = &[
            $($(Route { method: stringify!($method), path: $path, access: Access::$access },)+)+
        ];

        /// Puts every route into an application.
        pub fn configure(app: &mut web::ServiceConfig) {
            $(app.service(
                web::resource($path)
                    $(.route(web::route().guard(takes(stringify!($method))).to($handler)))+
                    .default_service(web::to(method_not_allowed)),
            );)+
            app.default_service(web::to(no_such_page));
        }
    };
}

routes! {
    "/" => { GET Anyone home::show }
    "/search" => { GET Anyone results::show }
    "/search.atom" => { GET Anyone atom::search }
    "/feeds/{key}" => { GET Anyone atom::saved }
    "/saved" => { GET Member saved::show, POST Member saved::keep }
    "/saved/{id}/{act}" => { POST Member saved::act }
    "/admin/synonyms" => { GET Member synonyms::show, POST Member synonyms::add }
    "/admin/synonyms/{id}" => { POST Member synonyms::edit }
    "/admin/synonyms/{id}/delete" => { POST Member synonyms::remove }
    "/r/{id}" => { GET Anyone resource::show }
    // Before the steps, which take any word.
    "/r/{id}/findability" => { GET Anyone findability_page::show }
    "/r/{id}/{step}" => { POST Member resource::step }
    "/m/{id}" => { GET Anyone major::show }
    "/c/{id}" => { GET Anyone course::show }
    "/packs" => { GET Anyone packs::show, POST Member pack::make::make }
    "/packs/new" => { GET Member pack::make::show }
    "/packs/add" => { POST Member pack::make::add }
    "/p/{id}" => { GET Anyone pack::show }
    "/p/{id}/changes" => { GET Anyone pack::changes::show }
    "/p/{id}/edit" => { GET Member pack::edit::show, POST Member pack::edit::save }
    "/p/{id}/publish" => { POST Member pack::publish }
    "/p/{id}/withdraw" => { POST Member pack::withdraw }
    "/upload" => { GET Member upload::show, POST Member upload::share }
    "/mine" => { GET Member mine::show }
    "/sign-in" => { GET Anyone sign_in::show, POST Anyone sign_in::sign_in }
    "/sign-out" => { POST Member sign_in::sign_out }
    "/api/docs" => { GET Anyone docs::show }
    "/problems/{code}" => { GET Anyone problem::show }
    "/assets/{name}" => { GET Anyone assets::serve }
    "/favicon.ico" => { GET Anyone assets::favicon }
    "/api/v1/session" => { POST Anyone session::sign_in, DELETE Member session::sign_out }
    "/api/v1/me" => { GET Member session::me }
    "/api/v1/schools" => { GET Anyone curriculum::schools }
    "/api/v1/resource-types" => { GET Anyone curriculum::resource_types }
    "/api/v1/majors" => { GET Anyone curriculum::majors }
    "/api/v1/majors/{id}" => { GET Anyone curriculum::major }
    "/api/v1/courses" => { GET Anyone curriculum::courses }
    "/api/v1/courses/{id}" => { GET Anyone curriculum::course }
    "/api/v1/resources" => { GET Anyone resources::list, POST Member resources::create }
    "/api/v1/resources/{id}" => {
        GET Anyone resources::show,
        PATCH Member resources::edit,
        DELETE Member resources::remove,
    }
    "/api/v1/resources/{id}/findability" => { GET Anyone findability::findability }
    "/api/v1/resources/{id}/versions" => { GET Anyone resources::versions, POST Member resources::create_version }
    "/api/v1/resources/{id}/versions/{number}" => { GET Anyone resources::version }
    "/api/v1/resources/{id}/similar" => { GET Anyone suggest::similar }
    "/api/v1/resources/{id}/submit" => { POST Member resources::submit }
    "/api/v1/resources/{id}/approve" => { POST Member resources::approve }
    "/api/v1/resources/{id}/return" => { POST Member resources::send_back }
    "/api/v1/resources/{id}/publish" => { POST Member resources::publish }
    "/api/v1/resources/{id}/withdraw" => { POST Member resources::withdraw }
    "/api/v1/files/{id}/content" => { GET Anyone files::content }
    "/api/v1/files/{id}/passages" => { GET Anyone files::passages }
    "/api/v1/files/{id}/pages/{page}" => { GET Anyone files::page }
    "/api/v1/files/{id}/thumbnail" => { GET Anyone files::thumbnail }
    "/api/v1/blobs/sha256/{hex}" => { GET Anyone blobs::content }
    "/api/v1/uploads" => { OPTIONS Anyone tus::options, POST Member tus::create }
    "/api/v1/uploads/{id}" => {
        HEAD Member tus::head,
        PATCH Member tus::patch,
        DELETE Member tus::terminate,
        POST Member tus::overridden,
        OPTIONS Anyone tus::options_of_one,
    }
    "/api/v1/search" => { GET Anyone search::search }
    "/api/v1/synonyms" => { GET Anyone synonyms_api::list, POST Member synonyms_api::add }
    "/api/v1/synonyms/{id}" => { PATCH Member synonyms_api::edit, DELETE Member synonyms_api::remove }
    "/api/v1/saved-searches" => { GET Member saved_api::list, POST Member saved_api::add }
    "/api/v1/saved-searches/{id}" => { PATCH Member saved_api::edit, DELETE Member saved_api::remove }
    "/api/v1/saved-searches/{id}/seen" => { POST Member saved_api::seen }
    "/api/v1/suggest" => { GET Anyone suggest::suggest }
    "/api/v1/packs" => { GET Anyone packs_api::list, POST Member packs_api::create }
    "/api/v1/packs/{id}" => {
        GET Anyone packs_api::show,
        PATCH Member packs_api::edit,
        DELETE Member packs_api::remove,
    }
    "/api/v1/packs/{id}/publish" => { POST Member packs_api::publish }
    "/api/v1/packs/{id}/timestamp.json" => { GET Anyone packs_api::give::timestamp }
    "/api/v1/packs/{id}/receipts" => { GET Member packs_api::receipts }
    "/api/v1/packs/{id}/versions" => { GET Anyone packs_api::versions }
    "/api/v1/packs/{id}/versions/{number}" => { GET Anyone packs_api::version }
    "/api/v1/packs/{id}/versions/{number}/manifest.json" => { GET Anyone packs_api::give::manifest }
    "/api/v1/packs/{id}/versions/{number}/manifest.patch.json" => { GET Anyone packs_api::give::manifest_patch }
    "/api/v1/packs/{id}/versions/{number}/snapshot.json" => { GET Anyone packs_api::give::snapshot }
    "/api/v1/packs/{id}/versions/{number}/archive.{ending}" => { GET Anyone packs_api::give::archive }
    "/api/v1/packs/{id}/versions/{number}/bundle" => { GET Anyone packs_api::give::bundle }
    "/api/v1/packs/{id}/versions/{number}/passages" => { GET Anyone packs_api::give::passages }
    "/api/v1/packs/{id}/versions/{number}/receipts" => { POST Member packs_api::keep_receipt }
    "/api/v1/packs/{id}/versions/{number}/files/{sha256}" => { GET Anyone packs_api::give::file }
    "/api/v1/packs/{id}/versions/{number}/files/{sha256}/chunks" => { GET Anyone packs_api::give::chunks }
    "/api/v1/trust/root.json" => { GET Anyone packs_api::give::root }
    "/api/v1/trust/{version}.root.json" => { GET Anyone packs_api::give::root_version }
    "/api/v1/changes" => { GET Anyone changes::changes }
    "/api/v1/audit" => { GET Member audit::list }
    "/api/openapi.json" => { GET Anyone operations::openapi }
    "/healthz" => { GET Anyone operations::healthz }
    "/readyz" => { GET Anyone operations::readyz }
    "/metrics" => { GET Anyone operations::metrics }
}

/// The access level of a route, by method and pattern. `HEAD` goes where `GET` goes.
pub fn access(method: &Method, pattern: &str) -> Option<Access> {
    let of = |name: &str| TABLE.iter().find(|route| route.method == name && route.path == pattern);
    let route = of(method.as_str()).or_else(|| of("GET").filter(|_| *method == Method::HEAD));
    route.map(|route| route.access)
}

fn takes(method: &'static str) -> impl guard::Guard {
    guard::fn_guard(move |context| {
        let asked = &context.head().method;
        asked.as_str() == method || (method == "GET" && *asked == Method::HEAD)
    })
}

/// Says no, and which methods the address takes (RFC 9110 §15.5.6).
async fn method_not_allowed(request: HttpRequest) -> HttpResponse {
    let pattern = request.match_pattern().unwrap_or_default();
    let taken: Vec<&str> = TABLE
        .iter()
        .filter(|route| route.path == pattern)
        .map(|route| route.method)
        .collect();
    let mut response = Problem::from(Refusal::MethodNotAllowed).error_response();
    if let Ok(taken) = HeaderValue::from_str(&taken.join(", ")) {
        response.headers_mut().insert(header::ALLOW, taken);
    }
    response
}

async fn no_such_page() -> Result<&'static str, Problem> {
    Err(Refusal::NoSuch(Thing::Page).into())
}
