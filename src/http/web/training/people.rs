//! The page of who takes part in a session: enrolling by names, correcting, lists to bring and to take along.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domain::id::{AttendanceId, TrainingSessionId};
use crate::domain::training::attendance::{AttendanceCorrection, AttendanceState, MAX_NAMES};
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFaults, TypedFields, texts, value};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::training::parts::Attendance;
use crate::library::training::sessions::TrainingSession;
use crate::words::pages::PageWords;

/// People on a page.
const SHOWN: u64 = 50;

/// The page.
#[derive(Debug, Template)]
#[template(path = "training_people.html")]
pub struct TraineesPage {
    /// The frame.
    pub layout: Layout,
    /// Back to the session.
    pub session: Link,
    /// Who takes part.
    pub rows: Vec<TraineeRow>,
    /// The next page.
    pub next_url: Option<String>,
    /// The list as CSV.
    pub csv_url: String,
    /// The list as a workbook.
    pub xlsx_url: String,
    /// Enrols people by their names; for those who may.
    pub enrol: Option<EnrolFields>,
    /// Brings a list of who took part; for whoever holds the session.
    pub import_url: Option<String>,
    /// Where certificates are issued; for whoever holds the session.
    pub certify_action: Option<String>,
}

/// Somebody who takes part.
#[derive(Debug, Clone)]
pub struct TraineeRow {
    /// The row's id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// How it stands: its code and its name.
    pub state: (&'static str, &'static str),
    /// Sign-in name, school, hours, days.
    pub facts: Vec<String>,
    /// The certificate.
    pub certificate: Option<Link>,
    /// What was corrected.
    pub corrections: Vec<String>,
    /// Corrects it; for whoever holds the session.
    pub correct: Option<CorrectFields>,
}

/// The form of a correction.
#[derive(Debug, Clone)]
pub struct CorrectFields {
    /// Where it is sent.
    pub action: String,
    /// How it can stand.
    pub states: Vec<Choice>,
    /// The hours that are counted.
    pub hours: FormField,
    /// Why.
    pub reason: FormField,
    /// Whether it is open, because something is wrong with it.
    pub is_open: bool,
}

/// The form that enrols people.
#[derive(Debug, Clone)]
pub struct EnrolFields {
    /// Where it is sent.
    pub action: String,
    /// Sign-in names, a line each.
    pub names: FormField,
}

/// Which part of the list.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct TraineesQuery {
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// What just happened, after a form was sent.
    pub done: Option<String>,
}

/// A form to be shown once more.
enum Faulty<'a> {
    Nothing,
    Enrol(FormField),
    Correct(AttendanceId, &'a TypedFields, TypedFaults),
}

/// `GET /training/{id}/people`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    query: web::Query<TraineesQuery>,
) -> Result<HttpResponse, Problem> {
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let mut page = page(&visit, &library, *id, cursor, &Faulty::Nothing).await?;
    page.layout.notice = notice(visit.say, query.done.as_deref()).map(str::to_owned);
    visit.page(&page)
}

fn notice(say: PageWords, done: Option<&str>) -> Option<&'static str> {
    match done? {
        "enrolled" => Some(say.trainees_enrolled()),
        "corrected" => Some(say.trainee_corrected()),
        "counted" => Some(say.list_counted()),
        "certified" => Some(say.certificates_issued()),
        _ => None,
    }
}

/// `POST /training/{id}/people`
pub async fn enrol(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let names: Vec<String> = value(&typed, "names")
        .split(|sign: char| sign.is_whitespace() || "，、,;；".contains(sign))
        .filter(|name| !name.is_empty())
        .take(MAX_NAMES)
        .map(str::to_owned)
        .collect();
    let done = library.training.enrol(&visit.actor, *id, &names).await;
    let Err(error) = done else {
        return Ok(see_other(&format!("{}/people?done=enrolled", urls::training(*id))));
    };
    let problem = Problem::from(error);
    let Some(Refusal::Fields(faults)) = problem.refusal() else {
        return Err(problem);
    };
    let wrong = faults.iter().filter_map(|fault| {
        let at: usize = fault.pointer.rsplit('/').next()?.parse().ok()?;
        names.get(at).cloned()
    });
    let wrong: Vec<String> = wrong.collect();
    let field = FormField::of(value(&typed, "names")).faulty(visit.say.trainees_unknown(&wrong));
    let page = page(&visit, &library, *id, None, &Faulty::Enrol(field)).await?;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// `POST /training/{id}/certificates`
pub async fn certify(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.training.certify(&visit.actor, *id).await?;
    Ok(see_other(&format!("{}/people?done=certified", urls::training(*id))))
}

/// `POST /training/{id}/people/{attendance}`
pub async fn correct(
    visit: PageContext,
    library: web::Data<Library>,
    path: web::Path<(TrainingSessionId, AttendanceId)>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let (id, part) = path.into_inner();
    let fields: Map<String, Value> = texts(&typed, &["state", "hours", "reason"]);
    let corrected = match AttendanceCorrection::parse(&fields) {
        Ok(correction) => library.training.correct(&visit.actor, id, part, correction).await,
        Err(faults) => Err(Refusal::Fields(faults).into()),
    };
    match corrected {
        Ok(_) => Ok(see_other(&format!("{}/people?done=corrected", urls::training(id)))),
        Err(error) => correct_again(&visit, &library, id, part, &typed, error).await,
    }
}

async fn correct_again(
    visit: &PageContext,
    library: &Library,
    id: TrainingSessionId,
    part: AttendanceId,
    typed: &TypedFields,
    error: Error,
) -> Result<HttpResponse, Problem> {
    let faults = TypedFaults::of(Problem::from(error), visit.say, "state")?;
    let page = page(visit, library, id, None, &Faulty::Correct(part, typed, faults)).await?;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn page(
    visit: &PageContext,
    library: &Library,
    id: TrainingSessionId,
    cursor: Option<&str>,
    faulty: &Faulty<'_>,
) -> Result<TraineesPage, Problem> {
    let say = visit.say;
    let session = library.training.session(&visit.actor, id).await?;
    let page = library.training.attendances(&visit.actor, id, cursor, SHOWN).await?;
    let here = format!("{}/people", urls::training(id));
    let holds = library.training.may_hold(&visit.actor, &session);
    let enrol = library.training.may_enrol(&visit.actor, &session).then(|| EnrolFields {
        action: here.clone(),
        names: match faulty {
            Faulty::Enrol(field) => field.clone(),
            _ => FormField::default(),
        },
    });
    let table = |format| format!("/api/v1/training/sessions/{id}/attendance?format={format}");
    Ok(TraineesPage {
        layout: visit.layout(say.training_people_list()),
        session: Link::new(&session.title, urls::training(id)),
        rows: page
            .items
            .iter()
            .map(|part| row(visit, &session, holds, part, faulty))
            .collect(),
        next_url: page
            .next_cursor
            .map(|cursor| urls::with_query(&here, &[("cursor", &cursor)])),
        csv_url: table("csv"),
        xlsx_url: table("xlsx"),
        enrol,
        import_url: holds.then(|| format!("{here}/import")),
        certify_action: holds.then(|| format!("{}/certificates", urls::training(id))),
    })
}

fn row(
    visit: &PageContext,
    session: &TrainingSession,
    holds: bool,
    part: &Attendance,
    faulty: &Faulty<'_>,
) -> TraineeRow {
    let say = visit.say;
    let days: Vec<String> = part.days.iter().map(ToString::to_string).collect();
    let mut facts = vec![part.login.clone()];
    facts.extend(part.school.as_ref().map(|school| school.name.clone()));
    facts.push(say.hours(part.hours.unsigned_abs()));
    facts.extend((!days.is_empty()).then(|| say.training_signed(&days.join(say.comma()))));
    let is_own = visit.actor.id() == Some(part.person.id);
    let correct = (holds && !is_own).then(|| correct_fields(say, session, part, faulty));
    TraineeRow {
        id: part.id.to_string(),
        name: part.person.name.clone(),
        state: (part.state.code(), say.attendance_state(part.state)),
        facts,
        certificate: part
            .certificate
            .as_ref()
            .map(|number| Link::new(number.to_string(), urls::certificate(number))),
        corrections: part
            .corrections
            .iter()
            .map(|it| say.training_correction(it.at, &it.by.name, it.to_state, it.to_hours, &it.reason))
            .collect(),
        correct,
    }
}

fn correct_fields(say: PageWords, session: &TrainingSession, part: &Attendance, faulty: &Faulty<'_>) -> CorrectFields {
    let action = format!("{}/people/{}", urls::training(session.id), part.id);
    let states = |chosen: &str| {
        let each = AttendanceState::ALL.map(|state| Choice::new(state.code(), say.attendance_state(state), chosen));
        each.into()
    };
    match faulty {
        Faulty::Correct(id, typed, faults) if *id == part.id => CorrectFields {
            action,
            states: states(value(typed, "state")),
            hours: faults.field("hours", value(typed, "hours")),
            reason: faults.field("reason", value(typed, "reason")),
            is_open: true,
        },
        _ => CorrectFields {
            action,
            states: states(part.state.code()),
            hours: FormField::of(if part.hours > 0 {
                part.hours.to_string()
            } else {
                String::new()
            }),
            reason: FormField::default(),
            is_open: false,
        },
    }
}
