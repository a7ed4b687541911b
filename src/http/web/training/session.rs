//! The page of one session.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{facts, items};
use crate::domain::id::TrainingSessionId;
use crate::domain::training::attendance::AttendanceState;
use crate::domain::training::{TrainingMode, TrainingState};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedButton;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::training::attendance::OwnPart;
use crate::library::training::online::TrainingItem;
use crate::library::training::sessions::TrainingSession;
use crate::words::pages::PageWords;

/// The page.
#[derive(Debug, Template)]
#[template(path = "training_session.html")]
pub struct TrainingSessionPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the list.
    pub list: Link,
    /// How far it is: its code and its name.
    pub state: (&'static str, &'static str),
    /// When, how, whose.
    pub facts: Vec<String>,
    /// What else is known of it: each with its name.
    pub details: Vec<(&'static str, String)>,
    /// What else is to be known, a paragraph each.
    pub note: Vec<String>,
    /// What an online session shows.
    pub items: Vec<ItemRow>,
    /// The reader's own part.
    pub part: Option<PartFacts>,
    /// Where the reader enrols.
    pub join_action: Option<String>,
    /// Where the reader withdraws.
    pub leave_action: Option<String>,
    /// Where the reader signs in.
    pub sign_in_url: Option<String>,
    /// Who takes part; for those who may see it.
    pub people_url: Option<String>,
    /// What whoever holds it can do.
    pub desk: Option<SessionDesk>,
}

/// Something that an online session shows.
#[derive(Debug, Clone)]
pub struct ItemRow {
    /// Its page.
    pub link: Link,
    /// How far the reader is.
    pub progress: String,
    /// Whether that is enough.
    pub is_finished: bool,
}

/// The reader's own part in a session.
#[derive(Debug, Clone)]
pub struct PartFacts {
    /// How it stands: its code and its name.
    pub state: (&'static str, &'static str),
    /// Hours and days.
    pub facts: Vec<String>,
}

/// What whoever holds a session can do.
#[derive(Debug, Clone)]
pub struct SessionDesk {
    /// Changes it.
    pub edit_url: String,
    /// Says what it shows, of an online one.
    pub items_url: Option<String>,
    /// Shows the code of the day, on a day of one that is on site.
    pub code_url: Option<String>,
    /// Where it is cancelled; not for one that is.
    pub cancel_action: Option<String>,
}

/// What just happened.
#[derive(Debug, Default, Deserialize)]
pub struct SessionDoneQuery {
    /// After a form was sent.
    pub done: Option<String>,
}

/// `GET /training/{id}`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    query: web::Query<SessionDoneQuery>,
) -> Result<HttpResponse, Problem> {
    let session = library.training.session(&visit.actor, *id).await?;
    let own = library.training.own_part(&visit.actor, *id).await?;
    let mut page = page(&visit, &library, &session, own);
    if session.mode == TrainingMode::Online {
        let items = library.training.items(&visit.actor, *id).await?;
        page.items = items.iter().map(|item| item_row(visit.say, &session, item)).collect();
    }
    page.layout.notice = notice(visit.say, query.done.as_deref()).map(str::to_owned);
    visit.page(&page)
}

/// `POST /training/{id}/cancel`
pub async fn cancel(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.training.cancel_session(&visit.actor, *id).await?;
    Ok(see_other(&format!("{}?done=cancelled", urls::training(*id))))
}

/// `POST /training/{id}/join`
pub async fn join(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.training.join(&visit.actor, *id).await?;
    Ok(see_other(&format!("{}?done=joined", urls::training(*id))))
}

/// `POST /training/{id}/leave`
pub async fn leave(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.training.leave(&visit.actor, *id).await?;
    Ok(see_other(&format!("{}?done=left", urls::training(*id))))
}

fn notice(say: PageWords, done: Option<&str>) -> Option<&'static str> {
    match done? {
        "made" => Some(say.training_made()),
        "saved" => Some(say.training_saved()),
        "cancelled" => Some(say.training_cancelled()),
        "joined" => Some(say.training_joined()),
        "left" => Some(say.training_left()),
        "signed" => Some(say.training_signed_in()),
        _ => None,
    }
}

fn page(
    visit: &PageContext,
    library: &Library,
    session: &TrainingSession,
    own: Option<OwnPart>,
) -> TrainingSessionPage {
    let say = visit.say;
    let here = urls::training(session.id);
    let to = |step: &str| format!("{here}/{step}");
    let is_held = session.state != TrainingState::Cancelled;
    let is_open = matches!(session.state, TrainingState::Planned | TrainingState::Running);
    let is_today = session.state == TrainingState::Running && session.mode == TrainingMode::OnSite;
    let may_hold = library.training.may_hold(&visit.actor, session);
    let desk = may_hold.then(|| SessionDesk {
        edit_url: to("edit"),
        items_url: (session.mode == TrainingMode::Online && is_held).then(|| to("items")),
        code_url: is_today.then(|| to("code")),
        cancel_action: is_held.then(|| to("cancel")),
    });
    let stands = own.as_ref().map(|own| own.state);
    let may_join = library.training.may_join(&visit.actor) && is_open;
    let is_in = stands.is_some_and(|state| state != AttendanceState::Withdrawn);
    let note = session.note.as_deref().unwrap_or_default();
    TrainingSessionPage {
        layout: visit.layout(&session.title),
        list: Link::new(say.training(), urls::TRAINING),
        state: (session.state.code(), say.training_state_of(session.state)),
        facts: facts(say, session),
        details: details(say, session),
        note: note
            .lines()
            .map(str::to_owned)
            .filter(|line| !line.is_empty())
            .collect(),
        items: Vec::new(),
        part: own.map(|own| part(say, &own)),
        join_action: (may_join && !is_in).then(|| to("join")),
        leave_action: (may_join && stands == Some(AttendanceState::Enrolled)).then(|| to("leave")),
        sign_in_url: (may_join && is_today).then(|| to("sign-in")),
        people_url: library.training.sees_trainees(&visit.actor).then(|| to("people")),
        desk,
    }
}

fn item_row(say: PageWords, session: &TrainingSession, item: &TrainingItem) -> ItemRow {
    let url = format!("{}/items/{}", urls::training(session.id), item.id);
    let title = if item.title.is_empty() {
        say.item_withdrawn()
    } else {
        item.title.as_str()
    };
    ItemRow {
        link: Link::new(title, url),
        progress: items::progress(say, item),
        is_finished: item.is_finished,
    }
}

fn part(say: PageWords, own: &OwnPart) -> PartFacts {
    let days: Vec<String> = own.days.iter().map(ToString::to_string).collect();
    let mut facts = vec![say.hours(own.hours.unsigned_abs())];
    facts.extend((!days.is_empty()).then(|| say.training_signed(&days.join(say.comma()))));
    PartFacts {
        state: (own.state.code(), say.attendance_state(own.state)),
        facts,
    }
}

fn details(say: PageWords, session: &TrainingSession) -> Vec<(&'static str, String)> {
    let invited: Vec<String> = session.schools.iter().map(|school| school.name.clone()).collect();
    let whom = match (&session.school, invited.is_empty()) {
        (Some(school), _) => say.training_for(std::slice::from_ref(&school.name)),
        (None, true) => say.training_all_schools().to_owned(),
        (None, false) => say.training_for(&invited),
    };
    let some = [
        (say.training_topic(), session.topic.clone()),
        (say.training_schools(), Some(whom)),
        (say.training_base(), session.base.as_ref().map(|base| base.name.clone())),
        (say.training_place(), session.place.clone()),
        (say.training_holder(), session.holder.clone()),
        (say.training_days(), Some(say.training_day_count(session.days))),
    ];
    some.into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}
