//! Tokens of one's own.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value};

use super::list_table::{self, FormatQuery, ListTable, heads, text};
use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::account::TokenForm;
use crate::domain::id::TokenId;
use crate::domain::time::Timestamp;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::accounts::self_service::Token;
use crate::library::paging::Page;
use crate::table::SpreadsheetCell;
use crate::words::pages::PageWords;

/// The caller's tokens, newest first, in one page: there are at most 50. None says the token itself.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "people", params(FormatQuery),
    responses((status = 200, body = Page<Token>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    format: web::Query<FormatQuery>,
) -> Result<HttpResponse, Problem> {
    let (accounts, asker) = (library.clone(), actor.clone());
    let page = async move |_: Option<String>, _| Ok(Page::only(accounts.accounts.own_tokens(&asker).await?));
    let of = (&library, &actor, "tokens");
    Ok(list_table::answer(of, (&format, &Paging::default()), tokens_table, page).await?)
}

fn tokens_table(say: PageWords) -> ListTable<Token> {
    ListTable {
        name: say.tokens().to_owned(),
        heads: heads(say.token_heads()),
        row: Box::new(|say, it| {
            let areas: Vec<String> = it.areas.iter().map(|area| say.area_of_token(*area)).collect();
            vec![
                text(&*it.name),
                text(say.scope_of_token(it.scope)),
                text(areas.join(say.comma())),
                text(it.created_at.minute()),
                SpreadsheetCell::text(it.expires_at.map(Timestamp::minute)),
            ]
        }),
    }
}

/// Makes a token that speaks for the caller. It is told in this answer alone; no `Idempotency-Key` is taken, because no
/// token is kept.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "people", request_body = TokenForm,
    responses((status = 201, body = Token)))]
pub async fn add(
    library: web::Data<Library>,
    actor: Actor,
    body: web::Json<Map<String, Value>>,
) -> Result<HttpResponse, Problem> {
    let token = library.accounts.make_token(&actor, &body).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/api/v1/tokens/{}", token.id)))
        .json(token))
}

/// Withdraws a token of the caller's. Programs that used it are shut out at once.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn remove(
    library: web::Data<Library>,
    actor: Actor,
    id: web::Path<TokenId>,
) -> Result<HttpResponse, Problem> {
    library.accounts.withdraw_token(&actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
