//! The route table: every address of the service, what it takes, who may knock, and who answers.
//!
//! To add one, add a line; the tests that visit every route as every role find it here.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, guard, web};

use super::api::{
    accounts as accounts_api, audit, blobs, changes, comments as comments_api, curriculum, file_suggestions, files,
    findability, jobs as jobs_api, orders, packs as packs_api, reports as reports_api, resources,
    reviews as reviews_api, saved as saved_api, schools as schools_api, search, session, suggest,
    synonyms as synonyms_api, tokens as tokens_api,
};
use super::problem::Problem;
use super::web::{
    account, admin, assets, audit as audit_page, course, docs, findability as findability_page, home, major,
    my_resources, pack, packs, problem, reports, resource, results, review, saved, school, second_factor, sign_in,
    synonyms, upload,
};
use super::{atom, health, operations, tus};
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

impl Route {
    /// Its address as the description of the interface has it: without how long a part may be.
    pub fn described(&self) -> String {
        self.path.replace(":.*}", "}")
    }
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
    "/admin" => { GET Member admin::show }
    "/admin/accounts" => { GET Member admin::accounts::show, POST Member admin::accounts::add }
    // Before one account, which takes any word.
    "/admin/accounts/import" => { GET Member admin::roster::show, POST Member admin::roster::preview }
    "/admin/accounts/import/{id}" => { POST Member admin::roster::open }
    "/admin/accounts/{id}" => { POST Member admin::accounts::edit }
    "/admin/accounts/{id}/{act}" => { POST Member admin::accounts::act }
    "/admin/schools" => { GET Member admin::schools::show, POST Member admin::schools::add }
    "/admin/schools/{id}" => { POST Member admin::schools::edit }
    "/admin/curriculum" => { GET Member admin::curriculum::show, POST Member admin::curriculum::preview }
    "/admin/curriculum/{id}" => { POST Member admin::curriculum::import }
    "/admin/jobs" => { GET Member admin::jobs::show, POST Member admin::jobs::retry_all }
    "/admin/jobs/{id}" => { POST Member admin::jobs::retry }
    "/admin/storage" => { GET Member admin::storage::show }
    "/admin/files" => { GET Member admin::files::show }
    "/admin/damage" => { GET Member admin::damage::show }
    "/admin/mirror" => { GET Member admin::mirror::show }
    "/account" => { GET Member account::show }
    "/account/password" => { POST Member account::change_password }
    "/account/second-factor" => { GET Member second_factor::show, POST Member second_factor::begin }
    "/account/second-factor/confirm" => { POST Member second_factor::confirm }
    "/account/second-factor/end" => { POST Member second_factor::end }
    "/account/sessions/end" => { POST Member account::end_session }
    "/account/tokens" => { POST Member account::make_token }
    "/account/tokens/{id}/withdraw" => { POST Member account::withdraw_token }
    "/admin/synonyms" => { GET Member synonyms::show, POST Member synonyms::add }
    "/admin/synonyms/{id}" => { POST Member synonyms::edit }
    "/admin/synonyms/{id}/delete" => { POST Member synonyms::remove }
    "/r/{id}" => { GET Anyone resource::show }
    // Before the steps, which take any word.
    "/r/{id}/edit" => { GET Member resource::edit::show, POST Member resource::edit::save }
    "/r/{id}/mark" => { POST Member resource::mark }
    "/r/{id}/erase" => { POST Member resource::erase }
    "/r/{id}/remove" => { POST Member resource::edit::remove }
    "/r/{id}/findability" => { GET Anyone findability_page::show }
    "/r/{id}/comments" => { POST Member resource::comments::add }
    "/r/{id}/comments/{comment}/{act}" => { POST Member resource::comments::act }
    "/r/{id}/{step}" => { POST Member resource::step }
    "/schools/{id}" => { GET Anyone school::show }
    "/m/{id}" => { GET Anyone major::show }
    "/c/{id}" => { GET Anyone course::show }
    "/tasks/{id}/order" => { GET Member course::order::show, POST Member course::order::save }
    "/packs" => { GET Anyone packs::show, POST Member pack::create::make }
    "/packs/new" => { GET Member pack::create::show }
    "/packs/add" => { POST Member pack::create::add }
    "/p/{id}" => { GET Anyone pack::show }
    "/p/{id}/changes" => { GET Anyone pack::changes::show }
    "/p/{id}/edit" => { GET Member pack::edit::show, POST Member pack::edit::save }
    "/p/{id}/publish" => { POST Member pack::publish }
    "/p/{id}/withdraw" => { POST Member pack::withdraw }
    "/p/{id}/restore" => { POST Member pack::restore }
    "/upload" => { GET Member upload::show, POST Member upload::share }
    "/review" => { GET Member review::show }
    "/reports" => { GET Member reports::show }
    "/admin/audit" => { GET Member audit_page::show }
    "/mine" => { GET Member my_resources::show }
    "/sign-in" => { GET Anyone sign_in::show, POST Anyone sign_in::sign_in }
    "/sign-out" => { POST Member sign_in::sign_out }
    "/api/docs" => { GET Anyone docs::show }
    "/problems/{code}" => { GET Anyone problem::show }
    "/assets/{name}" => { GET Anyone assets::serve }
    "/favicon.ico" => { GET Anyone assets::favicon }
    "/api/v1/session" => { POST Anyone session::sign_in, DELETE Member session::sign_out }
    "/api/v1/me" => { GET Member session::me }
    "/api/v1/accounts" => { GET Member accounts_api::list, POST Member accounts_api::add }
    "/api/v1/accounts/{id}" => { PATCH Member accounts_api::edit }
    "/api/v1/tokens" => { GET Member tokens_api::list, POST Member tokens_api::add }
    "/api/v1/tokens/{id}" => { DELETE Member tokens_api::remove }
    "/api/v1/schools" => { GET Anyone curriculum::schools, POST Member schools_api::add }
    "/api/v1/schools/{id}" => { PATCH Member schools_api::edit }
    "/api/v1/resource-types" => { GET Anyone curriculum::resource_types }
    "/api/v1/majors" => { GET Anyone curriculum::majors }
    "/api/v1/majors/{id}" => { GET Anyone curriculum::major }
    "/api/v1/courses" => { GET Anyone curriculum::courses }
    "/api/v1/courses/{id}" => { GET Anyone curriculum::course }
    "/api/v1/tasks/{id}/order" => { GET Anyone orders::show, PUT Member orders::put }
    "/api/v1/resources" => { GET Anyone resources::list, POST Member resources::create }
    "/api/v1/resources/{id}" => {
        GET Anyone resources::show,
        PATCH Member resources::edit,
        DELETE Member resources::remove,
    }
    "/api/v1/resources/{id}/findability" => { GET Anyone findability::findability }
    "/api/v1/resources/{id}/versions" => {
        GET Anyone resources::versions::versions,
        POST Member resources::versions::create_version,
    }
    "/api/v1/resources/{id}/versions/{number}" => { GET Anyone resources::versions::version }
    "/api/v1/resources/{id}/similar" => { GET Anyone suggest::similar }
    "/api/v1/resources/{id}/comments" => { GET Member comments_api::list, POST Member comments_api::add }
    "/api/v1/resources/{id}/comments/{comment}" => {
        PATCH Member comments_api::edit,
        DELETE Member comments_api::remove,
    }
    "/api/v1/resources/{id}/mark" => { PUT Member resources::review::mark, DELETE Member resources::review::unmark }
    "/api/v1/resources/{id}/submit" => { POST Member resources::review::submit }
    "/api/v1/resources/{id}/approve" => { POST Member resources::review::approve }
    "/api/v1/resources/{id}/return" => { POST Member resources::review::send_back }
    "/api/v1/resources/{id}/publish" => { POST Member resources::review::publish }
    "/api/v1/resources/{id}/withdraw" => { POST Member resources::review::withdraw }
    "/api/v1/files/{id}" => { DELETE Member files::erase }
    "/api/v1/files/{id}/content" => { GET Anyone files::content }
    "/api/v1/files/{id}/passages" => { GET Anyone files::passages }
    "/api/v1/files/{id}/members" => { GET Anyone files::member }
    "/api/v1/files/{id}/subtitles" => { GET Anyone files::subtitles }
    "/api/v1/files/{id}/chapters" => { GET Anyone files::chapters }
    "/api/v1/files/{id}/stream" => { GET Anyone files::stream }
    "/api/v1/files/{id}/stream.m3u8" => { GET Anyone files::playlist }
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
    "/api/v1/suggestions" => { POST Member file_suggestions::suggest }
    "/api/v1/packs" => { GET Anyone packs_api::list, POST Member packs_api::create }
    "/api/v1/packs/{id}" => {
        GET Anyone packs_api::show,
        PATCH Member packs_api::edit,
        DELETE Member packs_api::remove,
    }
    "/api/v1/packs/{id}/publish" => { POST Member packs_api::publish }
    "/api/v1/packs/{id}/timestamp.json" => { GET Anyone packs_api::serve::timestamp }
    "/api/v1/packs/{id}/tuf/{document}" => { GET Anyone packs_api::tuf::document }
    "/api/v1/packs/{id}/tuf/targets/{path:.*}" => { GET Anyone packs_api::tuf::target }
    "/api/v1/packs/{id}/receipts" => { GET Member packs_api::receipts }
    "/api/v1/packs/{id}/versions" => { GET Anyone packs_api::versions }
    "/api/v1/packs/{id}/versions/{number}" => { GET Anyone packs_api::version }
    "/api/v1/packs/{id}/versions/{number}/manifest.json" => { GET Anyone packs_api::serve::manifest }
    "/api/v1/packs/{id}/versions/{number}/manifest.patch.json" => { GET Anyone packs_api::serve::manifest_patch }
    "/api/v1/packs/{id}/versions/{number}/snapshot.json" => { GET Anyone packs_api::serve::snapshot }
    "/api/v1/packs/{id}/versions/{number}/archive.{ending}" => { GET Anyone packs_api::serve::archive }
    "/api/v1/packs/{id}/versions/{number}/bundle" => { GET Anyone packs_api::serve::bundle }
    "/api/v1/packs/{id}/versions/{number}/passages" => { GET Anyone packs_api::serve::passages }
    "/api/v1/packs/{id}/versions/{number}/receipts" => { POST Member packs_api::keep_receipt }
    "/api/v1/packs/{id}/versions/{number}/files/{sha256}" => { GET Anyone packs_api::serve::file }
    "/api/v1/packs/{id}/versions/{number}/files/{sha256}/chunks" => { GET Anyone packs_api::serve::chunks }
    "/api/v1/trust/root.json" => { GET Anyone packs_api::serve::root }
    "/api/v1/trust/{version}.root.json" => { GET Anyone packs_api::serve::root_version }
    "/api/v1/changes" => { GET Anyone changes::changes }
    "/api/v1/jobs" => { GET Member jobs_api::list }
    "/api/v1/jobs/{id}/retry" => { POST Member jobs_api::retry }
    "/api/v1/reviews" => { GET Member reviews_api::list }
    "/api/v1/reports/coverage" => { GET Member reports_api::coverage }
    "/api/v1/reports/progress" => { GET Member reports_api::progress }
    "/api/v1/reports/usage" => { GET Member reports_api::usage }
    "/api/v1/audit" => { GET Member audit::list }
    "/api/v1/audit/checkpoint" => { GET Member audit::checkpoint }
    "/api/openapi.json" => { GET Anyone operations::openapi }
    "/healthz" => { GET Anyone health::healthz }
    "/readyz" => { GET Anyone health::readyz }
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
