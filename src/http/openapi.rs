//! The OpenAPI 3.1 document, made from the handlers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};
use utoipa::OpenApi;

use super::api::{
    accounts, audit, blobs, changes, comments, companies, curriculum, evidence, file_suggestions, files, findability,
    followups, jobs, notices, orders, own_data, packs, passkeys, plan, rates, recognition, reports, resources,
    review_paths, review_sheets, reviews, saved, scans, schools, search, session, sheets, speech, standards, suggest,
    synonyms, todos, tokens, training, visits, work,
};
use super::problem::ProblemBody;
use super::routes::{Access, TABLE};
use super::{health, operations, session_cookie, spreadsheet, tus};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Gongxue 工学资源库",
        description = "Teaching resources of technical schools: share, find the page, fetch the original.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    paths(
        session::sign_in,
        session::sign_out,
        session::confirm,
        session::me,
        todos::list,
        session::providers,
        accounts::list,
        accounts::add,
        accounts::edit,
        own_data::erase_account,
        own_data::export,
        own_data::erase,
        tokens::list,
        tokens::add,
        tokens::remove,
        passkeys::list,
        passkeys::options,
        passkeys::add,
        passkeys::rename,
        passkeys::remove,
        passkeys::sign_in_options,
        passkeys::sign_in,
        passkeys::confirm_options,
        schools::add,
        schools::edit,
        curriculum::schools,
        curriculum::resource_types,
        curriculum::majors,
        curriculum::major,
        curriculum::courses,
        curriculum::course,
        standards::list,
        standards::add,
        standards::show,
        standards::edit,
        standards::remove,
        standards::put_table,
        standards::table,
        standards::taught_table,
        standards::publish,
        standards::changes,
        followups::list,
        followups::decide,
        followups::progress,
        orders::show,
        orders::put,
        resources::list,
        resources::create,
        resources::show,
        resources::edit,
        resources::remove,
        resources::versions::versions,
        resources::versions::create_version,
        resources::versions::version,
        resources::review::submit,
        resources::review::approve,
        resources::review::send_back,
        resources::review::reject,
        resources::review::recall,
        resources::review::history,
        resources::review::take,
        resources::review::give_back,
        resources::review::publish,
        resources::review::withdraw,
        resources::versions::discard,
        resources::review::mark,
        resources::review::unmark,
        comments::list,
        comments::add,
        comments::edit,
        comments::remove,
        reviews::list,
        review_sheets::decisions,
        review_paths::list,
        review_paths::put,
        files::erase,
        files::content,
        files::passages,
        files::member,
        files::subtitles,
        speech::show,
        speech::again,
        speech::correct,
        speech::take_back,
        files::chapters,
        files::stream,
        files::playlist,
        files::page,
        files::thumbnail,
        scans::first,
        scans::searchable,
        scans::lines,
        scans::correct,
        scans::take_back,
        blobs::content,
        tus::options,
        tus::options_of_one,
        tus::create,
        tus::head,
        tus::patch,
        tus::terminate,
        tus::overridden,
        search::search,
        synonyms::list,
        synonyms::add,
        synonyms::edit,
        synonyms::remove,
        saved::list,
        saved::add,
        saved::edit,
        saved::remove,
        saved::seen,
        findability::findability,
        suggest::suggest,
        suggest::similar,
        file_suggestions::suggest,
        packs::list,
        packs::create,
        packs::show,
        packs::edit,
        packs::remove,
        packs::publish,
        packs::checks,
        packs::versions,
        packs::version,
        packs::serve::manifest,
        packs::serve::manifest_patch,
        packs::serve::snapshot,
        packs::serve::timestamp,
        packs::serve::root,
        packs::serve::root_version,
        packs::serve::file,
        packs::serve::chunks,
        packs::serve::bundle,
        packs::serve::passages,
        packs::serve::evidence,
        packs::serve::archive,
        packs::tuf::document,
        packs::tuf::target,
        packs::keep_receipt,
        packs::receipts,
        sheets::look_at,
        sheets::carry_out,
        companies::list,
        companies::add,
        companies::show,
        companies::edit,
        companies::remove,
        companies::members,
        companies::add_member,
        companies::remove_member,
        companies::contributions,
        visits::list,
        visits::add,
        visits::show,
        visits::edit,
        visits::remove,
        visits::answer,
        visits::close,
        recognition::calls,
        recognition::add_call,
        recognition::call,
        recognition::edit_call,
        recognition::announce,
        recognition::cancel_call,
        recognition::entries,
        recognition::enter,
        recognition::entry,
        recognition::edit_entry,
        recognition::withdraw,
        recognition::marks,
        recognition::own_marks,
        recognition::judging::jury,
        recognition::judging::appoint,
        recognition::judging::dismiss,
        recognition::judging::judging,
        recognition::judging::judged,
        recognition::judging::score,
        recognition::judging::declare,
        recognition::results::standings,
        recognition::results::publish,
        recognition::results::list,
        recognition::results::correct,
        training::bases,
        training::add_base,
        training::base,
        training::edit_base,
        training::remove_base,
        training::sessions,
        training::add_session,
        training::session,
        training::edit_session,
        training::cancel_session,
        training::online::list,
        training::online::put,
        training::online::progress,
        training::records::certify,
        training::records::certificate,
        training::records::revoke,
        training::records::mine,
        training::records::people,
        training::attendance::list,
        training::attendance::enrol,
        training::attendance::withdraw,
        training::attendance::correct,
        training::attendance::code,
        training::attendance::sign_in,
        changes::changes,
        evidence::show,
        plan::show,
        plan::history,
        plan::change,
        reports::coverage,
        reports::health,
        reports::progress,
        reports::usage,
        reports::task_usage,
        audit::list,
        audit::checkpoint,
        notices::send,
        notices::list,
        notices::follow,
        notices::answer,
        notices::show,
        notices::step,
        jobs::list,
        jobs::retry,
        work::claim,
        work::show_content,
        work::beat,
        work::put_result,
        work::give_back,
        work::list,
        work::remove,
        rates::list,
        rates::shut_out,
        rates::free,
        operations::openapi,
        health::healthz,
        health::readyz,
        operations::metrics,
    ),
    components(schemas(ProblemBody))
)]
struct ApiDoc;

/// The document.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(build);
    &DOCUMENT
}

/// The document as it is served.
pub fn document_text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| serde_json::to_string_pretty(document()).unwrap_or_default());
    &TEXT
}

fn build() -> Value {
    let mut document = serde_json::to_value(ApiDoc::openapi()).expect("the description is plain data");
    document["components"]["securitySchemes"] = json!({
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": session_cookie::NAME, "description": "over https `__Host-` stands before the name"},
    });
    lay_flat(&mut document);
    let Some(paths) = document["paths"].as_object_mut() else {
        return document;
    };
    for (path, item) in paths {
        let Some(operations) = item.as_object_mut() else {
            continue;
        };
        for (method, operation) in operations {
            complete(path, method, operation);
        }
    }
    document
}

/// Puts what is said about a resource among its other fields, as it stands in JSON: of `allOf` clients make two types.
fn lay_flat(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else {
        return;
    };
    // The rights first: they are laid among the metadata.
    let rights = schemas.shift_remove("Rights");
    if let Some(rights) = rights {
        lay_among(document, "Rights", &rights);
    }
    let metadata = document["components"]["schemas"]
        .as_object_mut()
        .and_then(|schemas| schemas.shift_remove("Metadata"));
    if let Some(metadata) = metadata {
        lay_among(document, "Metadata", &metadata);
    }
}

fn lay_among(schema: &mut Value, name: &str, metadata: &Value) {
    match schema {
        Value::Array(parts) => parts.iter_mut().for_each(|part| lay_among(part, name, metadata)),
        Value::Object(parts) => parts.values_mut().for_each(|part| lay_among(part, name, metadata)),
        _ => return,
    }
    let holds_metadata = schema["allOf"][0]["$ref"] == format!("#/components/schemas/{name}");
    let Some(others) = schema["allOf"].get(1).filter(|_| holds_metadata) else {
        return;
    };
    let mut properties: BTreeMap<String, Value> = BTreeMap::new();
    let mut required = Vec::new();
    for part in [metadata, others] {
        let fields = part["properties"].as_object().into_iter().flatten();
        properties.extend(fields.map(|(name, field)| (name.clone(), field.clone())));
        required.extend(part["required"].as_array().into_iter().flatten().cloned());
    }
    let description = &schema["description"];
    *schema = json!({"type": "object", "description": description, "required": required, "properties": properties});
}

/// The forms besides JSON that data are sent in: their names after `format=`, their media types, and whether they are text.
const FORMS: [(&str, &str, bool); 4] = [
    ("csv", "text/csv", true),
    ("jsonl", "application/x-ndjson", true),
    ("xlsx", spreadsheet::XLSX, false),
    ("pdf", spreadsheet::PDF, false),
];

/// Adds to an answer the forms that may be asked for besides JSON: those that the description of `format` names.
fn offer_forms(operation: &mut Value) {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let mut asked = parameters.filter(|it| it["name"] == "format" && it["in"] == "query");
    let described = asked
        .next()
        .and_then(|it| it["description"].as_str())
        .map(str::to_owned);
    let content = operation.pointer_mut("/responses/200/content");
    let (Some(described), Some(content)) = (described, content.and_then(Value::as_object_mut)) else {
        return;
    };
    for (name, media_type, is_text) in FORMS {
        if described.contains(&format!("`{name}`")) && !content.contains_key(media_type) {
            let schema = match is_text {
                true => json!({"type": "string"}),
                false => json!({"type": "string", "format": "binary"}),
            };
            content.insert(media_type.to_owned(), json!({"schema": schema}));
        }
    }
}

/// Adds what is true of every operation: how a no looks, and who may knock.
fn complete(path: &str, method: &str, operation: &mut Value) {
    operation["responses"]["default"] = json!({
        "description": "a refusal, with its stable code and the next step (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
    });
    offer_forms(operation);
    let is_route = |access| {
        TABLE.iter().any(|route| {
            route.described() == path && route.method.eq_ignore_ascii_case(method) && route.access == access
        })
    };
    let signed_in = json!([{"token": []}, {"session": []}]);
    operation["security"] = if is_route(Access::Member) || is_route(Access::Confirmed) {
        signed_in
    } else {
        json!([{}, {"token": []}, {"session": []}])
    };
}
