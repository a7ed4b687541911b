//! Who met limits, and addresses that are shut out: for those who run a school or the city.

use actix_web::{HttpResponse, web};

use super::paging::Paging;
use crate::actor::Actor;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::accounts::shut_out::ShutOutAddress;
use crate::library::paging::Page;
use crate::library::rates::notices::DoorNotice;

/// Who met limits, summed by day and kept for 30 days, newest first: those of a school for its administrators, all for the
/// bureau and auditors. Proxies that `server.trusted_proxies` does not name stand there, too.
#[utoipa::path(get, path = "/api/v1/rates", tag = "records", params(Paging),
    responses((status = 200, body = Page<DoorNotice>)))]
pub async fn list(
    library: web::Data<Library>,
    actor: Actor,
    paging: web::Query<Paging>,
) -> Result<web::Json<Page<DoorNotice>>, Problem> {
    let page = library.rates.notices(&actor, paging.cursor(), paging.limit()?).await?;
    Ok(web::Json(page))
}

/// Addresses whose unknown browsers wait, because they tried too many sign-ins. For the bureau and auditors.
#[utoipa::path(get, path = "/api/v1/rates/shut-out", tag = "records",
    responses((status = 200, body = Page<ShutOutAddress>)))]
pub async fn shut_out(library: web::Data<Library>, actor: Actor) -> Result<web::Json<Page<ShutOutAddress>>, Problem> {
    Ok(web::Json(Page::only(library.accounts.shut_out(&actor).await?)))
}

/// Lets whoever sits behind such an address try again. For the bureau.
#[utoipa::path(delete, path = "/api/v1/rates/shut-out/{address}", tag = "records", params(("address" = String, Path)),
    responses((status = 204)))]
pub async fn free(
    library: web::Data<Library>,
    actor: Actor,
    address: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    library.accounts.free_address(&actor, &address).await?;
    Ok(HttpResponse::NoContent().finish())
}
