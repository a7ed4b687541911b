//! Accounts, for those who look after them.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::list_table::{self, FormatQuery, ListTable, heads, text};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::account::{AccountForm, AccountPatch};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::AccountId;
use crate::domain::role::Role;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::accounts::manage::{Account, AccountsFilter};
use crate::library::paging::Page;
use crate::table::SpreadsheetCell;
use crate::words::pages::PageWords;

/// Which accounts.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AccountsQuery {
    /// Those whose sign-in name or shown name holds this text.
    pub q: Option<String>,
    /// Those of this role: `teacher`.
    pub role: Option<String>,
    /// Those of this school: its id, code or exact name.
    pub school: Option<String>,
}

/// Reads a role of a query; an empty one limits nothing.
pub fn role_of(given: Option<&str>) -> Result<Option<Role>, Refusal> {
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Ok(None);
    };
    let fault = || FaultKind::Unknown {
        value: given.to_owned(),
        hint: Role::codes(),
    };
    let role = Role::parse(given).ok_or_else(|| Refusal::Fields(vec![FieldFault::at("role", fault())]))?;
    Ok(Some(role))
}

/// Accounts, newest first: all for the bureau and auditors, a school's own for its administrators. Tables hold all that are
/// asked for.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "people", params(AccountsQuery, FormatQuery, Paging),
    responses((status = 200, body = Page<Account>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    query: web::Query<AccountsQuery>,
    format: web::Query<FormatQuery>,
    paging: web::Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let role = role_of(query.role.as_deref())?;
    let (accounts, asker) = (library.clone(), actor.clone());
    let page = async move |cursor: Option<String>, limit| {
        let asked = AccountsFilter {
            text: query.q.as_deref().unwrap_or_default(),
            role,
            school: query.school.as_deref().filter(|school| !school.is_empty()),
            cursor: cursor.as_deref(),
            limit,
        };
        accounts.accounts.accounts(&asker, &asked).await
    };
    let of = (&library, &actor, "accounts");
    Ok(list_table::answer(of, (&format, &paging), accounts_table, page).await?)
}

fn accounts_table(say: PageWords) -> ListTable<Account> {
    ListTable {
        name: say.accounts().to_owned(),
        heads: heads(say.account_heads()),
        row: Box::new(|say, it| {
            let flag = |is_so: bool| text(if is_so { say.sheet_yes() } else { "" });
            vec![
                text(&*it.name),
                text(&*it.display),
                text(say.role(it.role)),
                SpreadsheetCell::text(it.school.as_ref().map(|school| school.name.clone())),
                flag(it.disabled),
                flag(it.locked),
                flag(it.second_factor),
                flag(it.passkeys),
                flag(it.password_once),
                text(it.sign_on.join(say.comma())),
                text(it.created_at.minute()),
            ]
        }),
    }
}

/// Opens an account. Its `password` is told in this answer alone and must be changed at the first sign-in. No
/// `Idempotency-Key` is taken, because no password is kept; the sign-in name keeps a repeated request from acting twice.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "people", request_body = AccountForm,
    responses((status = 201, body = Account)))]
pub async fn add(
    library: web::Data<Library>,
    actor: Actor,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let account = library.accounts.open_account(&actor, &body).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/api/v1/accounts/{}", account.id)))
        .json(account))
}

/// Changes an account, disables or enables it, unlocks it, or gives it a new password for once.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}", tag = "people", request_body = AccountPatch,
    params(("id" = String, Path)), responses((status = 200, body = Account)))]
pub async fn edit(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<AccountId>,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let account = library.accounts.edit_account(&actor, *id, &body).await?;
    Ok(HttpResponse::Ok().json(account))
}
