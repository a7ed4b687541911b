//! The page of who met limits, and of addresses that are shut out.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{nav, next};
use crate::domain::authority::{Act, Reach};
use crate::domain::rate::{PROXY_SEEN_WITHIN, RateSubject};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::page_query::PageQuery;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::accounts::shut_out::ShutOutAddress;
use crate::library::rates::notices::DoorNotice;
use crate::words::pages::PageWords;

/// How many lines stand on a page.
const PAGE_SIZE: u64 = 50;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin_rates.html")]
pub struct RatesPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// What is to be done about a proxy that nobody told us of.
    pub unknown_proxy: Option<String>,
    /// The addresses that are shut out; none for those who do not see the whole city.
    pub shut_out: Option<Vec<ShutOutAddress>>,
    /// Whether the reader may free them.
    pub may_free: bool,
    /// Who met limits, the newest first.
    pub notices: Vec<NoticeRow>,
    /// The next page.
    pub next_url: Option<String>,
}

/// One line of who met limits.
#[derive(Debug, Clone)]
pub struct NoticeRow {
    /// Who: a name, a school, an address.
    pub who: String,
    /// What was asked for, how often it was too much, and when.
    pub facts: Vec<String>,
}

impl NoticeRow {
    fn of(say: PageWords, notice: DoorNotice) -> Self {
        let school = notice.school.map(|school| school.name);
        let account = notice
            .account
            .map(|account| format!("{} ({})", account.display, account.name));
        let who = match notice.by {
            Some(RateSubject::Account) => account,
            Some(RateSubject::Token) => account.map(|account| say.token_of(&account)),
            Some(RateSubject::School) => school.clone().map(|school| say.all_of_school(&school)),
            Some(RateSubject::Address) | None => notice.address,
        };
        let school = school.filter(|_| matches!(notice.by, Some(RateSubject::Account | RateSubject::Token)));
        let what = match notice.kind {
            Some(kind) => say.request_kind(kind),
            None => say.unknown_proxy_short(),
        };
        let times = notice.kind.is_some().then(|| say.times_met(notice.times));
        let facts = [
            Some(what.to_owned()),
            times,
            Some(say.last_met(&notice.last_at.minute())),
            school,
        ];
        Self {
            who: who.unwrap_or_else(|| say.rates_gone().to_owned()),
            facts: facts.into_iter().flatten().collect(),
        }
    }
}

/// `GET /admin/rates`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (say, actor) = (visit.say, &visit.actor);
    let found = library.rates.notices(actor, query.cursor(), PAGE_SIZE).await?;
    let sees_city = actor.reach(Act::Oversee) == Some(Reach::City);
    let (mut shut_out, mut proxy) = (None, None);
    if sees_city {
        shut_out = Some(library.accounts.shut_out(actor).await?);
        let since = library.clock().now().minus(PROXY_SEEN_WITHIN);
        proxy = library.rates.unknown_proxy(actor, since).await?;
    }
    let mut layout = visit.layout(say.rates_admin());
    layout.notice = query.done.as_ref().map(|_| say.address_freed().to_owned());
    visit.page(&RatesPage {
        layout,
        nav: nav(&visit, urls::RATES),
        unknown_proxy: proxy.map(|(address, at)| say.unknown_proxy(&address, &at.minute())),
        shut_out,
        may_free: actor.may(Act::Operate),
        notices: found
            .items
            .into_iter()
            .map(|notice| NoticeRow::of(say, notice))
            .collect(),
        next_url: next(urls::RATES, found.next_cursor, &[]),
    })
}

/// Which address is freed.
#[derive(Debug, Deserialize)]
pub struct FreeAddress {
    /// The address.
    #[serde(default)]
    pub address: String,
}

/// `POST /admin/rates`
pub async fn free(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedForm<FreeAddress>,
) -> Result<HttpResponse, Problem> {
    library.accounts.free_address(&visit.actor, &form.address).await?;
    Ok(see_other("/admin/rates?done=free"))
}
