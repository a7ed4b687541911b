//! Notices of infringement, for those who handle them: the list, a case with what can be done, and mails to copy.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{nav, next};
use crate::domain::id::NoticeId;
use crate::domain::notice::{NoticeParty, NoticeState, NoticeStep};
use crate::http::api::notices::NoticeQuery;
use crate::http::problem::Problem;
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::notices::{NoticeMailRow, NoticeStepForm, case};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::page_query::PageQuery;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::reviews::notices::RightsNotice;
use crate::words::pages::{NoticeMail, NoticeMailKind};

/// How many notices stand on a page.
const PAGE_SIZE: u64 = 50;

/// The list.
#[derive(Debug, Template)]
#[template(path = "admin_notices.html")]
pub struct NoticesPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// Where notices stand.
    pub tabs: Vec<Tab>,
    /// The notices, newest first.
    pub rows: Vec<NoticeListRow>,
    /// All of them as tables.
    pub csv_url: String,
    /// The same as a workbook.
    pub xlsx_url: String,
    /// The next page.
    pub next_url: Option<String>,
}

/// A notice in the list.
#[derive(Debug, Clone)]
pub struct NoticeListRow {
    /// Opens it.
    pub url: String,
    /// What people call it by.
    pub number: String,
    /// Where it stands.
    pub state: &'static str,
    /// Whether it waits for the reader.
    pub waits: bool,
    /// The resource's title, who sent it, when, what was done last.
    pub facts: Vec<String>,
}

/// What the list is limited to, and where it begins.
#[derive(Debug, Default, Deserialize)]
pub struct NoticesQuery {
    /// In one state.
    pub state: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// `GET /admin/notices`
pub async fn list(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<NoticesQuery>,
) -> Result<HttpResponse, Problem> {
    let say = visit.say;
    let asked = NoticeQuery {
        state: query.state.clone(),
        format: None,
    };
    let state = asked.state()?;
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let found = library.reviews.notices(&visit.actor, state, cursor, PAGE_SIZE).await?;
    let code = state.map(NoticeState::code).unwrap_or_default();
    let tab = |state: Option<NoticeState>| {
        let code = state.map(NoticeState::code).unwrap_or_default();
        Tab {
            label: state
                .map_or(say.notices_all(), |state| say.notice_state(state))
                .to_owned(),
            url: urls::with_query(urls::NOTICES, &[("state", code)]),
            is_here: state.map(NoticeState::code).unwrap_or_default() == query.state.as_deref().unwrap_or_default(),
        }
    };
    let export = |format: &str| urls::with_query("/api/v1/notices", &[("state", code), ("format", format)]);
    visit.page(&NoticesPage {
        layout: visit.layout(say.notices_admin()),
        nav: nav(&visit, urls::NOTICES),
        tabs: [None].into_iter().chain(NoticeState::ALL.map(Some)).map(tab).collect(),
        csv_url: export("csv"),
        xlsx_url: export("xlsx"),
        next_url: next(urls::NOTICES, found.next_cursor, &[("state", code)]),
        rows: found.items.iter().map(|notice| row(&visit, notice)).collect(),
    })
}

fn row(visit: &PageContext, notice: &RightsNotice) -> NoticeListRow {
    let say = visit.say;
    let last = notice.steps.last();
    let facts = [
        Some(notice.resource_title.clone()),
        notice.school.as_ref().map(|school| school.name.clone()),
        Some(notice.sender_name.clone()).filter(|name| !name.is_empty()),
        Some(notice.created_at.minute()),
        last.map(|last| format!("{} {}", say.notice_step(last.step), last.at.minute())),
    ];
    NoticeListRow {
        url: notice.url.clone(),
        number: notice.number.clone(),
        state: say.notice_state(notice.state),
        waits: notice.state.waits(),
        facts: facts.into_iter().flatten().collect(),
    }
}

/// `GET /admin/notices/{id}`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<NoticeId>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let say = visit.say;
    let notice = library.reviews.notice(&visit.actor, *id).await?;
    if notice.sender_contact.is_none() {
        // To whoever shared the resource it is another page.
        return Ok(see_other(&notice.url));
    }
    let form = |step: &NoticeStep| NoticeStepForm::of(say, *step, format!("{}/{id}/{}", urls::NOTICES, step.code()));
    let steps = notice.may.iter().filter(|step| step.party() == NoticeParty::Handler);
    let mut page = case(&visit, &notice);
    page.nav = nav(&visit, urls::NOTICES);
    page.forms = steps.map(form).collect();
    page.mails = mails(&visit, &notice);
    page.layout.notice = query.done.as_ref().map(|_| say.notice_done().to_owned());
    visit.page(&page)
}

/// The mails that go with where a notice stands.
fn mails(visit: &PageContext, notice: &RightsNotice) -> Vec<NoticeMailRow> {
    use NoticeMailKind::{Asked, Back, Countered, Forwarded, Received, Rejected, Restored, TakenDown};
    let kinds: &[NoticeMailKind] = match notice.state {
        NoticeState::Received => &[Received],
        NoticeState::Asked => &[Asked],
        NoticeState::TakenDown => &[TakenDown, Forwarded],
        NoticeState::Countered => &[Countered],
        NoticeState::Restored => &[Restored, Back],
        NoticeState::Rejected => &[Rejected],
    };
    let said = notice.steps.last().map(|last| last.text.as_str()).unwrap_or_default();
    let (resource_url, case_url) = (
        visit.absolute(&urls::resource(notice.resource_id)),
        visit.absolute(&format!("/notices/{}", notice.id)),
    );
    let day = notice.created_at.day();
    let mail = NoticeMail {
        number: &notice.number,
        day: &day,
        title: &notice.resource_title,
        resource_url: &resource_url,
        case_url: &case_url,
        sender: &notice.sender_name,
        work: &notice.work,
        statement: &notice.statement,
        text: said,
        site: visit.site_name(),
    };
    let row = |kind: &NoticeMailKind| {
        let [subject, body] = visit.say.notice_mail(*kind, &mail);
        NoticeMailRow {
            name: visit.say.notice_mail_name(*kind),
            subject,
            body,
        }
    };
    kinds.iter().map(row).collect()
}
