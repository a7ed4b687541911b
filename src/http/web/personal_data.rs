//! The page that says what is kept of people, drawn from the table that the service goes by.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::layout::Layout;
use super::page_context::PageContext;
use crate::domain::personal_data::{Period, PersonalData, TABLE};
use crate::http::problem::Problem;
use crate::library::{Library, Rules};
use crate::words::pages::PageWords;

/// The page.
#[derive(Debug, Template)]
#[template(path = "personal_data.html")]
pub struct PersonalDataPage {
    /// The frame.
    pub layout: Layout,
    /// A row for each kind of data.
    pub rows: Vec<PersonalDataRow>,
}

/// A kind of data.
#[derive(Debug, Clone)]
pub struct PersonalDataRow {
    /// What it is.
    pub what: &'static str,
    /// What for.
    pub purpose: &'static str,
    /// For how long.
    pub period: String,
    /// Why that is lawful.
    pub ground: &'static str,
    /// What becomes of it when the account is erased.
    pub after: &'static str,
}

/// `GET /privacy`
pub async fn show(visit: PageContext, library: web::Data<Library>) -> Result<HttpResponse, Problem> {
    let layout = visit.layout(visit.say.personal_data());
    visit.page(&PersonalDataPage {
        rows: TABLE.iter().map(|line| row(visit.say, line, library.rules())).collect(),
        layout,
    })
}

pub(super) fn row(say: PageWords, line: &PersonalData, rules: &Rules) -> PersonalDataRow {
    let [what, purpose] = say.personal_data_kind(line.kind);
    PersonalDataRow {
        what,
        purpose,
        period: period(say, line.period, rules),
        ground: say.legal_ground(line.ground),
        after: say.after_erasure(line.after),
    }
}

fn period(say: PageWords, period: Period, rules: &Rules) -> String {
    let hours = |span: Duration| span.as_secs() / 3600;
    match period {
        Period::Account => say.period_account().to_owned(),
        Period::Work => say.period_work().to_owned(),
        Period::Training => say.period_training().to_owned(),
        Period::Recognition => say.period_recognition().to_owned(),
        Period::Company => say.period_company().to_owned(),
        Period::Never => say.period_never().to_owned(),
        Period::Session => say.days_at_most(hours(rules.session_max) / 24),
        Period::Attempt => say.minutes_kept(rules.guesses.wait.max(rules.guesses.window).as_secs() / 60),
        Period::Upload => say.days_at_most(hours(rules.upload_ttl).div_ceil(24)),
        // The settings count months, the rules the longest months.
        Period::Records => say.months(hours(rules.records_kept) / (24 * 31)),
        Period::For(span) if span < Duration::from_hours(1) => say.minutes_kept(span.as_secs() / 60),
        Period::For(span) if span < Duration::from_hours(24) => say.hours_kept(hours(span)),
        Period::For(span) => say.days_after_last_use(hours(span) / 24),
    }
}
