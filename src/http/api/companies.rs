//! Companies that work with schools.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value};

use super::created::created;
use super::if_match;
use super::list_table::{self, FormatQuery, ListTable, heads, text};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::company::{CompanyForm, parse_member};
use crate::domain::id::{AccountId, CompanyId};
use crate::domain::search::NamedAccount;
use crate::domain::time::Timestamp;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::proxy;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::companies::Company;
use crate::library::companies::contributions::Contribution;
use crate::library::paging::Page;
use crate::library::sheets;
use crate::table::SpreadsheetCell;
use crate::words::pages::PageWords;

/// Companies 企业, newest first: all for those who see the whole city, those of the school for its administrators, their own
/// for a company's people. Tables hold all of them, with the headings that `POST /api/v1/sheets/companies` reads.
#[utoipa::path(get, path = "/api/v1/companies", tag = "companies", params(FormatQuery, Paging),
    responses((status = 200, body = Page<Company>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    Ok(match SpreadsheetFormat::parse(query.format.as_deref())? {
        SpreadsheetFormat::Json => {
            let limit = paging.limit()?;
            let page = library.companies.companies(&actor, paging.cursor(), limit).await?;
            HttpResponse::Ok().json(page)
        }
        SpreadsheetFormat::Csv => {
            let rows = library.companies.export_companies(&actor, "csv").await?;
            spreadsheet::csv(&sheets::companies::table(&rows))?
        }
        SpreadsheetFormat::Xlsx => {
            let rows = library.companies.export_companies(&actor, "xlsx").await?;
            spreadsheet::xlsx(sheets::companies::table(&rows)).await?
        }
    })
}

/// Adds a company: the bureau with any schools, a school's administrator with the school.
#[utoipa::path(post, path = "/api/v1/companies", tag = "companies", request_body = CompanyForm,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key acts once")),
    responses((status = 201, body = Company)))]
pub async fn add(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let add = async |actor: &Actor| {
        let form = CompanyForm::parse(&body).map_err(Refusal::Fields)?;
        library.companies.add_company(actor, form).await
    };
    let find = async |id| library.companies.company(&actor, id).await;
    let address = |company: &Company| format!("/api/v1/companies/{}", company.id);
    Ok(created(&library, &actor, &request, &body, add, find, address).await?)
}

/// One company.
#[utoipa::path(get, path = "/api/v1/companies/{id}", tag = "companies", params(("id" = String, Path)),
    responses((status = 200, body = Company, headers(("ETag" = String)))))]
pub async fn show(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<CompanyId>,
) -> Result<HttpResponse, Problem> {
    let company = library.companies.company(&actor, *id).await?;
    Ok(if_match::tagged(company.revision, &company))
}

/// Changes a company: what is given replaces, `null` empties, the rest stays. What works with several schools is the bureau's.
/// With `If-Match`, what somebody else changed meanwhile is not overwritten.
#[utoipa::path(patch, path = "/api/v1/companies/{id}", tag = "companies",
    request_body(content = Object, description = "fields of `CompanyBody`: those that change"),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "the `ETag` you saw")),
    responses((status = 200, body = Company, headers(("ETag" = String)))))]
pub async fn edit(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<CompanyId>,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let seen = if_match::given(&request)?;
    let company = library.companies.edit_company(&actor, *id, seen, &body).await?;
    Ok(if_match::tagged(company.revision, &company))
}

/// Removes a company that was added by mistake: one without people that gave nothing.
#[utoipa::path(delete, path = "/api/v1/companies/{id}", tag = "companies", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<CompanyId>,
) -> Result<HttpResponse, Problem> {
    library.companies.remove_company(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The people of a company. Tables have the headings that `POST /api/v1/sheets/company-members` reads; sign-in names are for
/// those who say who is of it.
#[utoipa::path(get, path = "/api/v1/companies/{id}/members", tag = "companies", params(("id" = String, Path), FormatQuery),
    responses((status = 200, body = Page<NamedAccount>)))]
pub async fn members(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<CompanyId>,
    format: web::Query<FormatQuery>,
) -> Result<HttpResponse, Problem> {
    let form = SpreadsheetFormat::parse(format.format.as_deref())?;
    if form == SpreadsheetFormat::Json {
        let people = library.companies.members(&actor, *id).await?;
        return Ok(HttpResponse::Ok().json(Page::only(people)));
    }
    let people = library.companies.export_members(&actor, *id).await?;
    let table = sheets::company_members::table(&people);
    Ok(list_table::whole((&library, &actor, "company-members"), form, table).await?)
}

/// Who is added.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used; `domain::company` reads the JSON")]
pub struct CompanyMemberBody {
    /// The sign-in name of a partner of a school that the company works with.
    name: String,
}

/// Makes somebody one of a company's people.
#[utoipa::path(post, path = "/api/v1/companies/{id}/members", tag = "companies", request_body = CompanyMemberBody,
    params(("id" = String, Path)), responses((status = 200, body = Page<NamedAccount>)))]
pub async fn add_member(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<CompanyId>,
    body: web::Json<Map<String, Value>>,
) -> Result<web::Json<Page<NamedAccount>>, Problem> {
    let name = parse_member(&body).map_err(Refusal::Fields)?;
    Ok(web::Json(Page::only(
        library.companies.add_member(&actor, *id, &name).await?,
    )))
}

/// Lets somebody be of a company no more. What they gave stays under its name.
#[utoipa::path(delete, path = "/api/v1/companies/{id}/members/{account}", tag = "companies",
    params(("id" = String, Path), ("account" = String, Path)), responses((status = 204)))]
pub async fn remove_member(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(CompanyId, AccountId)>,
) -> Result<HttpResponse, Problem> {
    let (id, account) = path.into_inner();
    library.companies.remove_member(&actor, id, account).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What became of what a company gave, newest first: where it stands, and how often it was used in all.
#[utoipa::path(get, path = "/api/v1/companies/{id}/contributions", tag = "companies",
    params(("id" = String, Path), FormatQuery, Paging), responses((status = 200, body = Page<Contribution>)))]
pub async fn contributions(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<CompanyId>,
    format: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let (companies, asker, id) = (library.clone(), actor.clone(), *id);
    let page = async move |cursor: Option<String>, limit| {
        let cursor = cursor.as_deref();
        companies.companies.contributions(&asker, id, cursor, limit).await
    };
    let site = proxy::origin(&request);
    let of = (&library, &actor, "company-contributions");
    let table = |say| contributions_table(say, site);
    Ok(list_table::answer(of, (&format, &paging), table, page).await?)
}

fn contributions_table(say: PageWords, site: String) -> ListTable<Contribution> {
    ListTable {
        name: say.company_given_table().to_owned(),
        heads: heads(say.given_heads()),
        row: Box::new(move |say, it| {
            vec![
                SpreadsheetCell::text(it.title.clone()),
                SpreadsheetCell::text(it.school.as_ref().map(|school| school.name.clone())),
                text(say.status(it.status)),
                SpreadsheetCell::text(it.review_note.clone()),
                text(it.created_at.minute()),
                SpreadsheetCell::text(it.published_at.map(Timestamp::minute)),
                SpreadsheetCell::Number(it.uses),
                text(format!("{site}{}", it.url)),
            ]
        }),
    }
}
