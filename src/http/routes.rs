//! The route table: every address of the service, what it takes, who may knock, and who answers.
//!
//! To add one, add a line; the tests that visit every route as every role find it here.

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, guard, web};

use super::api::{
    accounts as accounts_api, audit, blobs, changes, comments as comments_api, companies as companies_api, curriculum,
    evidence, file_suggestions, files, findability, followups as followups_api, jobs as jobs_api,
    notices as notices_api, orders, own_data, packs as packs_api, passkeys as passkeys_api, plan as plan_api,
    rates as rates_api, recognition as recognition_api, reports as reports_api, resources, review_paths, review_sheets,
    reviews as reviews_api, saved as saved_api, scans, schools as schools_api, search, session, sheets as sheets_api,
    speech as speech_api, standards as standards_api, suggest, synonyms as synonyms_api, todos as todos_api,
    tokens as tokens_api, training as training_api, visits as visits_api, work,
};
use super::problem::Problem;
use super::web::{
    account, admin, assets, audit as audit_page, companies, confirm, course, docs, findability as findability_page,
    home, major, my_resources, notices, pack, packs, personal_data, problem, recognition, reports, resource, results,
    review, saved, school, second_factor, sheets, sign_in, sign_on, standards, synonyms, training, upload, visits,
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
    /// The same; whoever signed in and has not proved lately who they are is asked again ([`super::reauthentication`]).
    /// For what cannot be undone, gives power away, or takes others' data out.
    Confirmed,
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
    "/admin/accounts" => { GET Member admin::accounts::show, POST Confirmed admin::accounts::add }
    // Before one account, which takes any word.
    "/admin/accounts/import" => { GET Member admin::roster::show, POST Member admin::roster::preview }
    "/admin/accounts/import/{id}" => { POST Confirmed admin::roster::open }
    "/admin/accounts/{id}" => { POST Confirmed admin::accounts::edit }
    "/admin/accounts/{id}/{act}" => { POST Confirmed admin::accounts::act }
    "/admin/schools" => { GET Member admin::schools::show, POST Member admin::schools::add }
    "/admin/schools/{id}" => { POST Member admin::schools::edit }
    "/admin/curriculum" => { GET Member admin::curriculum::show, POST Member admin::curriculum::preview }
    "/admin/curriculum/{id}" => { POST Member admin::curriculum::import }
    "/admin/plan" => { GET Member admin::plan::show, POST Member admin::plan::save }
    "/admin/plan/import" => { POST Member admin::plan::import }
    "/admin/jobs" => { GET Member admin::jobs::show, POST Member admin::jobs::retry_all }
    "/admin/workers/{id}" => { POST Member admin::jobs::drop_worker }
    "/admin/jobs/{id}" => { POST Member admin::jobs::retry }
    "/admin/storage" => { GET Member admin::storage::show }
    "/admin/files" => { GET Member admin::files::show }
    "/admin/damage" => { GET Member admin::damage::show }
    "/admin/mirror" => { GET Member admin::mirror::show }
    "/admin/rates" => { GET Member admin::rates::show, POST Member admin::rates::free }
    "/account" => { GET Member account::show }
    // These three ask for the password, or for a code that goes with it, whenever it was proved last.
    "/account/password" => { POST Member account::change_password }
    "/account/second-factor" => { GET Member second_factor::show, POST Member second_factor::begin }
    "/account/second-factor/confirm" => { POST Member second_factor::confirm }
    "/account/second-factor/end" => { POST Member second_factor::end }
    "/account/passkeys/{id}" => { POST Member account::passkeys::rename }
    "/account/passkeys/{id}/remove" => { POST Confirmed account::passkeys::remove }
    "/confirm" => { GET Member confirm::show, POST Member confirm::confirm }
    "/account/sign-on/{provider}" => { POST Member sign_on::link }
    "/account/identities/{id}/unlink" => { POST Confirmed sign_on::unlink }
    "/account/sessions/end" => { POST Member account::end_session }
    "/account/export" => { POST Confirmed account::export }
    "/account/erase" => { POST Confirmed account::erase }
    "/account/tokens" => { POST Confirmed account::make_token }
    "/account/tokens/{id}/withdraw" => { POST Member account::withdraw_token }
    "/admin/review" => { GET Member admin::review::show, POST Confirmed admin::review::save }
    "/admin/synonyms" => { GET Member synonyms::show, POST Member synonyms::add }
    "/admin/synonyms/{id}" => { POST Member synonyms::edit }
    "/admin/synonyms/{id}/delete" => { POST Member synonyms::remove }
    "/r/{id}" => { GET Anyone resource::show }
    // Before the steps, which take any word.
    "/r/{id}/edit" => { GET Member resource::edit::show, POST Member resource::edit::save }
    "/r/{id}/mark" => { POST Member resource::mark }
    "/r/{id}/discard" => { POST Confirmed resource::discard }
    "/r/{id}/erase" => { POST Confirmed resource::erase }
    "/r/{id}/correct" => { POST Member resource::scans::correct }
    "/r/{id}/first" => { POST Member resource::scans::first }
    "/r/{id}/remove" => { POST Confirmed resource::edit::remove }
    "/r/{id}/findability" => { GET Anyone findability_page::show }
    "/r/{id}/speech/{file}" => { GET Member resource::speech::show, POST Member resource::speech::save }
    "/r/{id}/comments" => { POST Member resource::comments::add }
    "/r/{id}/comments/{comment}/{act}" => { POST Member resource::comments::act }
    "/r/{id}/taking" => { POST Member resource::review::take }
    "/r/{id}/{step}" => { POST Member resource::review::step }
    "/schools/{id}" => { GET Anyone school::show }
    "/m/{id}" => { GET Anyone major::show }
    "/standards" => { GET Anyone standards::show, POST Member standards::edit::add }
    // Before one version, which takes any word.
    "/standards/new" => { GET Member standards::edit::new }
    "/standards/followups" => { GET Member standards::followups::show }
    "/standards/followups/import" => {
        GET Member standards::decision_sheet::show,
        POST Member standards::decision_sheet::preview,
    }
    "/standards/followups/import/{preview}" => { POST Member standards::decision_sheet::decide }
    "/standards/followups/{id}" => { POST Member standards::followups::decide }
    "/standards/{id}" => { GET Anyone standards::version::show, POST Member standards::edit::save }
    "/standards/{id}/edit" => { GET Member standards::edit::show }
    "/standards/{id}/table" => { POST Member standards::edit::put_table }
    "/standards/{id}/remove" => { POST Confirmed standards::edit::remove }
    "/standards/{id}/publish" => { POST Confirmed standards::version::publish }
    "/c/{id}" => { GET Anyone course::show }
    "/tasks/{id}/order" => { GET Member course::order::show, POST Member course::order::save }
    "/sheets/{list}" => { GET Member sheets::show, POST Member sheets::preview }
    "/sheets/{list}/{preview}" => { POST Member sheets::carry_out }
    "/companies" => { GET Member companies::show, POST Member companies::add }
    "/companies/{id}" => { GET Member companies::company, POST Member companies::save }
    "/companies/{id}/remove" => { POST Confirmed companies::remove }
    "/companies/{id}/members" => { POST Member companies::add_member }
    "/companies/{id}/members/{account}/remove" => { POST Member companies::remove_member }
    "/visits" => { GET Member visits::show, POST Member visits::add }
    "/visits/{id}" => { GET Member visits::one, POST Member visits::save }
    "/visits/{id}/answer" => { POST Member visits::answer }
    "/visits/{id}/close" => { POST Member visits::close }
    "/visits/{id}/remove" => { POST Confirmed visits::remove }
    "/recognition" => { GET Anyone recognition::show }
    "/recognition/new" => { GET Member recognition::edit::new, POST Member recognition::edit::add }
    "/recognition/entries/{id}" => { GET Member recognition::entry::show, POST Member recognition::entry::save }
    "/recognition/entries/{id}/withdraw" => { POST Member recognition::entry::withdraw }
    "/recognition/entries/{id}/score" => {
        GET Member recognition::judging::show,
        POST Member recognition::judging::score,
    }
    "/recognition/entries/{id}/conflict" => { POST Member recognition::judging::conflict }
    "/recognition/entries/{id}/evidence/{position}/{number}" => { GET Member recognition_api::judging::evidence }
    "/recognition/{id}" => { GET Anyone recognition::call }
    "/recognition/{id}/edit" => { GET Member recognition::edit::show, POST Member recognition::edit::save }
    "/recognition/{id}/announce" => { POST Member recognition::announce }
    "/recognition/{id}/cancel" => { POST Confirmed recognition::cancel }
    "/recognition/{id}/enter" => { GET Member recognition::entry::new, POST Member recognition::entry::add }
    "/recognition/{id}/judge" => { GET Member recognition::judging::list }
    "/recognition/{id}/jury" => { GET Member recognition::jury::show, POST Member recognition::jury::appoint }
    "/recognition/{id}/jury/{account}/dismiss" => { POST Member recognition::jury::dismiss }
    "/recognition/{id}/standings" => { GET Member recognition::standings::show }
    "/recognition/{id}/publish" => { POST Confirmed recognition::standings::publish }
    "/recognition/{id}/results/{result}" => { POST Member recognition::correct }
    "/training" => { GET Member training::show }
    // Before one session, which takes any word.
    "/training/new" => { GET Member training::edit::new, POST Member training::edit::add }
    "/training/bases" => { GET Member training::bases::show, POST Member training::bases::add }
    "/training/bases/{id}" => { POST Member training::bases::edit }
    "/training/bases/{id}/remove" => { POST Member training::bases::remove }
    "/training/mine" => { GET Member training::mine::show }
    "/training/people" => { GET Member training::mine::people }
    "/training/certificates" => { GET Anyone training::certificate::verify }
    "/training/certificates/{number}" => { GET Anyone training::certificate::show }
    "/training/certificates/{number}/revoke" => { POST Confirmed training::certificate::revoke }
    "/training/{id}" => { GET Member training::session::show }
    "/training/{id}/edit" => { GET Member training::edit::show, POST Member training::edit::save }
    "/training/{id}/join" => { POST Member training::session::join }
    "/training/{id}/leave" => { POST Member training::session::leave }
    "/training/{id}/sign-in" => { GET Member training::sign_in::show, POST Member training::sign_in::sign_in }
    "/training/{id}/code" => { GET Member training::sign_in::code }
    "/training/{id}/people" => { GET Member training::people::show, POST Member training::people::enrol }
    // Before one of them, which takes any word.
    "/training/{id}/people/import" => { GET Member training::list::show, POST Member training::list::preview }
    "/training/{id}/people/import/{preview}" => { POST Member training::list::count }
    "/training/{id}/people/{attendance}" => { POST Member training::people::correct }
    "/training/{id}/items" => { GET Member training::items::show, POST Member training::items::save }
    "/training/{id}/items/{item}" => { GET Member training::items::look, POST Member training::items::read }
    "/training/{id}/certificates" => { POST Member training::people::certify }
    "/training/{id}/cancel" => { POST Confirmed training::session::cancel }
    "/packs" => { GET Anyone packs::show, POST Member pack::create::make }
    "/packs/new" => { GET Member pack::create::show }
    "/packs/add" => { POST Member pack::create::add }
    "/p/{id}" => { GET Anyone pack::show }
    "/p/{id}/changes" => { GET Anyone pack::changes::show }
    "/p/{id}/edit" => { GET Member pack::edit::show, POST Member pack::edit::save }
    "/p/{id}/publish" => { POST Member pack::publish }
    "/p/{id}/withdraw" => { POST Confirmed pack::withdraw }
    "/p/{id}/restore" => { POST Member pack::restore }
    "/copyright" => { GET Anyone notices::show, POST Anyone notices::send }
    "/copyright/{key}" => { GET Anyone notices::follow, POST Anyone notices::answer }
    "/notices/{id}" => { GET Member notices::show_case }
    "/notices/{id}/{step}" => { POST Confirmed notices::step }
    "/admin/notices" => { GET Member admin::notices::list }
    "/admin/notices/{id}" => { GET Member admin::notices::show }
    "/admin/notices/{id}/{step}" => { POST Confirmed notices::step }
    "/upload" => { GET Member upload::show, POST Member upload::share }
    "/review" => { GET Member review::show }
    "/reports" => { GET Member reports::show }
    "/reports/evidence" => { GET Member reports::evidence::show, POST Member reports::evidence::make }
    "/admin/audit" => { GET Member audit_page::show }
    "/mine" => { GET Member my_resources::show }
    "/sign-in" => { GET Anyone sign_in::show, POST Anyone sign_in::sign_in }
    "/sign-out" => { POST Member sign_in::sign_out }
    "/sign-on/{provider}" => { GET Anyone sign_on::begin, POST Anyone sign_on::sign_in }
    "/sign-on/{provider}/answer" => { GET Anyone sign_on::answer }
    "/api/docs" => { GET Anyone docs::show }
    "/privacy" => { GET Anyone personal_data::show }
    "/problems/{code}" => { GET Anyone problem::show }
    "/assets/{name}" => { GET Anyone assets::serve }
    "/favicon.ico" => { GET Anyone assets::favicon }
    "/api/v1/session" => { POST Anyone session::sign_in, DELETE Member session::sign_out }
    "/api/v1/session/confirm" => { POST Member session::confirm }
    "/api/v1/sign-on-providers" => { GET Anyone session::providers }
    "/api/v1/me" => { GET Member session::me }
    "/api/v1/me/todos" => { GET Member todos_api::list }
    "/api/v1/me/marks" => { GET Member recognition_api::own_marks }
    "/api/v1/accounts" => { GET Confirmed accounts_api::list, POST Confirmed accounts_api::add }
    "/api/v1/me/export" => { POST Confirmed own_data::export }
    "/api/v1/me/erase" => { POST Confirmed own_data::erase }
    "/api/v1/accounts/{id}" => { PATCH Confirmed accounts_api::edit, DELETE Confirmed own_data::erase_account }
    "/api/v1/tokens" => { GET Member tokens_api::list, POST Confirmed tokens_api::add }
    "/api/v1/tokens/{id}" => { DELETE Member tokens_api::remove }
    // Asked where one begins: the answer comes by the session that was.
    "/api/v1/passkeys/options" => { POST Confirmed passkeys_api::options }
    "/api/v1/passkeys" => { GET Member passkeys_api::list, POST Member passkeys_api::add }
    "/api/v1/passkeys/sign-in/options" => { POST Anyone passkeys_api::sign_in_options }
    "/api/v1/passkeys/sign-in" => { POST Anyone passkeys_api::sign_in }
    "/api/v1/passkeys/confirm/options" => { POST Member passkeys_api::confirm_options }
    "/api/v1/passkeys/{id}" => { PATCH Member passkeys_api::rename, DELETE Confirmed passkeys_api::remove }
    "/api/v1/schools" => { GET Anyone curriculum::schools, POST Member schools_api::add }
    "/api/v1/schools/{id}" => { PATCH Member schools_api::edit }
    "/api/v1/resource-types" => { GET Anyone curriculum::resource_types }
    "/api/v1/majors" => { GET Anyone curriculum::majors }
    "/api/v1/majors/{id}" => { GET Anyone curriculum::major }
    "/api/v1/majors/{id}/table" => { GET Anyone standards_api::taught_table }
    "/api/v1/standards" => { GET Anyone standards_api::list, POST Member standards_api::add }
    // Before one version, which takes any word.
    "/api/v1/standards/followups" => { GET Member followups_api::list }
    "/api/v1/standards/followups/{id}" => { PATCH Member followups_api::decide }
    "/api/v1/standards/{id}/progress" => { GET Member followups_api::progress }
    "/api/v1/standards/{id}" => {
        GET Anyone standards_api::show,
        PATCH Member standards_api::edit,
        DELETE Confirmed standards_api::remove,
    }
    "/api/v1/standards/{id}/table" => { GET Anyone standards_api::table, PUT Member standards_api::put_table }
    "/api/v1/standards/{id}/changes" => { GET Anyone standards_api::changes }
    "/api/v1/standards/{id}/publish" => { POST Confirmed standards_api::publish }
    "/api/v1/courses" => { GET Anyone curriculum::courses }
    "/api/v1/courses/{id}" => { GET Anyone curriculum::course }
    "/api/v1/tasks/{id}/order" => { GET Anyone orders::show, PUT Member orders::put }
    "/api/v1/resources" => { GET Anyone resources::list, POST Member resources::create }
    "/api/v1/resources/{id}" => {
        GET Anyone resources::show,
        PATCH Member resources::edit,
        DELETE Confirmed resources::remove,
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
    "/api/v1/resources/{id}/reject" => { POST Member resources::review::reject }
    "/api/v1/resources/{id}/recall" => { POST Member resources::review::recall }
    "/api/v1/resources/{id}/review" => { GET Member resources::review::history }
    "/api/v1/resources/{id}/taking" => {
        PUT Member resources::review::take,
        DELETE Member resources::review::give_back,
    }
    "/api/v1/resources/{id}/publish" => { POST Member resources::review::publish }
    "/api/v1/resources/{id}/withdraw" => { POST Member resources::review::withdraw }
    "/api/v1/resources/{id}/discard" => { POST Confirmed resources::versions::discard }
    "/api/v1/files/{id}" => { DELETE Confirmed files::erase }
    "/api/v1/files/{id}/read-first" => { POST Member scans::first }
    "/api/v1/files/{id}/content" => { GET Anyone files::content }
    "/api/v1/files/{id}/passages" => { GET Anyone files::passages }
    "/api/v1/files/{id}/members" => { GET Anyone files::member }
    "/api/v1/files/{id}/subtitles" => { GET Anyone files::subtitles }
    "/api/v1/files/{id}/speech" => { GET Anyone speech_api::show, POST Member speech_api::again }
    "/api/v1/files/{id}/speech/{start}" => { PUT Member speech_api::correct, DELETE Member speech_api::take_back }
    "/api/v1/files/{id}/chapters" => { GET Anyone files::chapters }
    "/api/v1/files/{id}/stream" => { GET Anyone files::stream }
    "/api/v1/files/{id}/stream.m3u8" => { GET Anyone files::playlist }
    "/api/v1/files/{id}/pages/{page}" => { GET Anyone files::page }
    "/api/v1/files/{id}/searchable" => { GET Anyone scans::searchable }
    "/api/v1/files/{id}/pages/{page}/lines" => { GET Anyone scans::lines }
    "/api/v1/files/{id}/pages/{page}/lines/{line}" => {
        PUT Member scans::correct,
        DELETE Member scans::take_back,
    }
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
        DELETE Confirmed packs_api::remove,
    }
    "/api/v1/packs/{id}/publish" => { POST Member packs_api::publish }
    "/api/v1/packs/{id}/timestamp.json" => { GET Anyone packs_api::serve::timestamp }
    "/api/v1/packs/{id}/tuf/{document}" => { GET Anyone packs_api::tuf::document }
    "/api/v1/packs/{id}/tuf/targets/{path:.*}" => { GET Anyone packs_api::tuf::target }
    "/api/v1/packs/{id}/checks" => { GET Member packs_api::checks }
    "/api/v1/packs/{id}/receipts" => { GET Member packs_api::receipts }
    "/api/v1/packs/{id}/versions" => { GET Anyone packs_api::versions }
    "/api/v1/packs/{id}/versions/{number}" => { GET Anyone packs_api::version }
    "/api/v1/packs/{id}/versions/{number}/manifest.json" => { GET Anyone packs_api::serve::manifest }
    "/api/v1/packs/{id}/versions/{number}/manifest.patch.json" => { GET Anyone packs_api::serve::manifest_patch }
    "/api/v1/packs/{id}/versions/{number}/snapshot.json" => { GET Anyone packs_api::serve::snapshot }
    "/api/v1/packs/{id}/versions/{number}/evidence/{name}" => { GET Anyone packs_api::serve::evidence }
    "/api/v1/packs/{id}/versions/{number}/archive.{ending}" => { GET Anyone packs_api::serve::archive }
    "/api/v1/packs/{id}/versions/{number}/bundle" => { GET Anyone packs_api::serve::bundle }
    "/api/v1/packs/{id}/versions/{number}/passages" => { GET Anyone packs_api::serve::passages }
    "/api/v1/packs/{id}/versions/{number}/receipts" => { POST Member packs_api::keep_receipt }
    "/api/v1/packs/{id}/versions/{number}/files/{sha256}" => { GET Anyone packs_api::serve::file }
    "/api/v1/packs/{id}/versions/{number}/files/{sha256}/chunks" => { GET Anyone packs_api::serve::chunks }
    "/api/v1/trust/root.json" => { GET Anyone packs_api::serve::root }
    "/api/v1/trust/{version}.root.json" => { GET Anyone packs_api::serve::root_version }
    "/api/v1/sheets/{list}" => { POST Member sheets_api::look_at }
    "/api/v1/sheets/{list}/{preview}" => { POST Member sheets_api::carry_out }
    "/api/v1/companies" => { GET Member companies_api::list, POST Member companies_api::add }
    "/api/v1/companies/{id}" => {
        GET Member companies_api::show,
        PATCH Member companies_api::edit,
        DELETE Confirmed companies_api::remove,
    }
    "/api/v1/companies/{id}/members" => { GET Member companies_api::members, POST Member companies_api::add_member }
    "/api/v1/companies/{id}/members/{account}" => { DELETE Member companies_api::remove_member }
    "/api/v1/companies/{id}/contributions" => { GET Member companies_api::contributions }
    "/api/v1/visits" => { GET Member visits_api::list, POST Member visits_api::add }
    "/api/v1/visits/{id}" => {
        GET Member visits_api::show,
        PATCH Member visits_api::edit,
        DELETE Confirmed visits_api::remove,
    }
    "/api/v1/visits/{id}/answer" => { POST Member visits_api::answer }
    "/api/v1/visits/{id}/close" => { POST Member visits_api::close }
    "/api/v1/recognition/calls" => { GET Anyone recognition_api::calls, POST Member recognition_api::add_call }
    "/api/v1/recognition/calls/{id}" => {
        GET Anyone recognition_api::call,
        PATCH Member recognition_api::edit_call,
    }
    "/api/v1/recognition/calls/{id}/announce" => { POST Member recognition_api::announce }
    "/api/v1/recognition/calls/{id}/cancel" => { POST Confirmed recognition_api::cancel_call }
    "/api/v1/recognition/calls/{id}/entries" => {
        GET Member recognition_api::entries,
        POST Member recognition_api::enter,
    }
    "/api/v1/recognition/calls/{id}/jury" => {
        GET Member recognition_api::judging::jury,
        POST Member recognition_api::judging::appoint,
    }
    "/api/v1/recognition/calls/{id}/jury/{account}" => { DELETE Member recognition_api::judging::dismiss }
    "/api/v1/recognition/calls/{id}/judging" => { GET Member recognition_api::judging::judging }
    "/api/v1/recognition/calls/{id}/standings" => { GET Member recognition_api::results::standings }
    "/api/v1/recognition/calls/{id}/publish" => { POST Confirmed recognition_api::results::publish }
    "/api/v1/recognition/calls/{id}/results" => { GET Anyone recognition_api::results::list }
    "/api/v1/recognition/marks" => { GET Anyone recognition_api::marks }
    "/api/v1/recognition/entries/{id}" => {
        GET Member recognition_api::entry,
        PATCH Member recognition_api::edit_entry,
    }
    "/api/v1/recognition/entries/{id}/withdraw" => { POST Member recognition_api::withdraw }
    "/api/v1/recognition/entries/{id}/judging" => { GET Member recognition_api::judging::judged }
    "/api/v1/recognition/entries/{id}/score" => { PUT Member recognition_api::judging::score }
    "/api/v1/recognition/entries/{id}/conflicts" => { POST Member recognition_api::judging::declare }
    "/api/v1/recognition/results/{id}/correct" => { POST Member recognition_api::results::correct }
    "/api/v1/training/bases" => { GET Member training_api::bases, POST Member training_api::add_base }
    "/api/v1/training/bases/{id}" => {
        GET Member training_api::base,
        PATCH Member training_api::edit_base,
        DELETE Member training_api::remove_base,
    }
    "/api/v1/training/sessions" => { GET Member training_api::sessions, POST Member training_api::add_session }
    "/api/v1/training/sessions/{id}" => {
        GET Member training_api::session,
        PATCH Member training_api::edit_session,
    }
    "/api/v1/training/sessions/{id}/attendance" => {
        GET Member training_api::attendance::list,
        POST Member training_api::attendance::enrol,
    }
    "/api/v1/training/sessions/{id}/attendance/{attendance}" => { PATCH Member training_api::attendance::correct }
    "/api/v1/training/sessions/{id}/withdraw" => { POST Member training_api::attendance::withdraw }
    "/api/v1/training/sessions/{id}/code" => { GET Member training_api::attendance::code }
    "/api/v1/training/sessions/{id}/sign-in" => { POST Member training_api::attendance::sign_in }
    "/api/v1/training/sessions/{id}/items" => {
        GET Member training_api::online::list,
        PUT Member training_api::online::put,
    }
    "/api/v1/training/items/{id}/progress" => { POST Member training_api::online::progress }
    "/api/v1/training/sessions/{id}/certificates" => { POST Member training_api::records::certify }
    "/api/v1/training/certificates/{number}" => { GET Anyone training_api::records::certificate }
    "/api/v1/training/certificates/{number}/revoke" => { POST Confirmed training_api::records::revoke }
    "/api/v1/training/mine" => { GET Member training_api::records::mine }
    "/api/v1/training/people" => { GET Member training_api::records::people }
    "/api/v1/training/sessions/{id}/cancel" => { POST Confirmed training_api::cancel_session }
    "/api/v1/changes" => { GET Anyone changes::changes }
    "/api/v1/jobs" => { GET Member jobs_api::list }
    "/api/v1/work/claims" => { POST Member work::claim }
    "/api/v1/work/claims/{id}" => { DELETE Member work::give_back }
    "/api/v1/work/claims/{id}/content" => { GET Member work::show_content }
    "/api/v1/work/claims/{id}/beat" => { POST Member work::beat }
    "/api/v1/work/claims/{id}/result" => { PUT Member work::put_result }
    "/api/v1/workers" => { GET Member work::list }
    "/api/v1/workers/{id}" => { DELETE Member work::remove }
    "/api/v1/jobs/{id}/retry" => { POST Member jobs_api::retry }
    "/api/v1/notices" => { GET Confirmed notices_api::list, POST Anyone notices_api::send }
    // Before the steps, which take any word.
    "/api/v1/notices/followed/{key}" => { GET Anyone notices_api::follow, POST Anyone notices_api::answer }
    "/api/v1/notices/{id}" => { GET Member notices_api::show }
    "/api/v1/notices/{id}/{step}" => { POST Confirmed notices_api::step }
    "/api/v1/reviews" => { GET Member reviews_api::list }
    "/api/v1/review-decisions" => { GET Member review_sheets::decisions }
    "/api/v1/review-paths" => { GET Member review_paths::list }
    "/api/v1/review-paths/{code}" => { PUT Confirmed review_paths::put }
    "/api/v1/reports/evidence" => { GET Member evidence::show }
    "/api/v1/plan" => { GET Member plan_api::show, PUT Member plan_api::change }
    "/api/v1/plan/history" => { GET Member plan_api::history }
    "/api/v1/reports/coverage" => { GET Member reports_api::coverage }
    "/api/v1/reports/progress" => { GET Member reports_api::progress }
    "/api/v1/reports/health" => { GET Member reports_api::health }
    "/api/v1/reports/usage" => { GET Member reports_api::usage }
    "/api/v1/reports/task-usage" => { GET Member reports_api::task_usage }
    "/api/v1/audit" => { GET Confirmed audit::list }
    "/api/v1/audit/checkpoint" => { GET Member audit::checkpoint }
    "/api/v1/rates" => { GET Member rates_api::list }
    "/api/v1/rates/shut-out" => { GET Member rates_api::shut_out }
    "/api/v1/rates/shut-out/{address}" => { DELETE Member rates_api::free }
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
