//! The form of a session, new or to be changed.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value};

use super::modes;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::TrainingSessionId;
use crate::domain::training::TrainingSessionForm;
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFaults, TypedFields, text, texts, value, values};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::training::sessions::TrainingSession;

/// Fields that are one text each, in the order of the form.
const TEXTS: [&str; 12] = [
    "title", "topic", "base", "mode", "from", "until", "days", "hours", "place", "holder", "capacity", "share",
];

/// The page.
#[derive(Debug, Template)]
#[template(path = "training_edit.html")]
pub struct TrainingEditPage {
    /// The frame.
    pub layout: Layout,
    /// Back without a change.
    pub back: Link,
    /// Where it is sent.
    pub action: String,
    /// What its button says.
    pub go: &'static str,
    /// Its title.
    pub title: FormField,
    /// What it is about.
    pub topic: FormField,
    /// The bases to choose from.
    pub bases: Vec<Choice>,
    /// How it can be held.
    pub modes: Vec<Choice>,
    /// Its first day.
    pub from: FormField,
    /// Its last day.
    pub until: FormField,
    /// On how many days.
    pub days: FormField,
    /// Class hours.
    pub hours: FormField,
    /// Where.
    pub place: FormField,
    /// Who holds it.
    pub holder: FormField,
    /// The schools it can be for; for the city's sessions.
    pub schools: Vec<Choice>,
    /// How many seats.
    pub capacity: FormField,
    /// Whether it is counted for the plan; for those who say so.
    pub counts: Option<bool>,
    /// How much must be seen online.
    pub share: FormField,
    /// What else is to be known.
    pub words: FormField,
}

/// `GET /training/new`
pub async fn new(visit: PageContext, library: web::Data<Library>) -> Result<HttpResponse, Problem> {
    if !visit.actor.may(Act::HoldTraining) {
        return Err(Refusal::NotAllowed.into());
    }
    let empty = vec![
        ("mode".to_owned(), "on-site".to_owned()),
        ("share".to_owned(), "80".to_owned()),
    ];
    let page = page(&visit, &library, None, &empty, &TypedFaults::default()).await?;
    visit.page(&page)
}

/// `POST /training/new`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let mut fields = json(&visit, None, &typed);
    fields.retain(|_, value| !value.is_null());
    let made = match TrainingSessionForm::parse(&fields) {
        Ok(form) => library.training.add_session(&visit.actor, form).await,
        Err(faults) => Err(Refusal::Fields(faults).into()),
    };
    match made {
        Ok(session) => Ok(see_other(&format!("{}?done=made", urls::training(session.id)))),
        Err(error) => again(&visit, &library, None, &typed, error).await,
    }
}

/// `GET /training/{id}/edit`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
) -> Result<HttpResponse, Problem> {
    let session = library.training.session(&visit.actor, *id).await?;
    if !library.training.may_hold(&visit.actor, &session) {
        return Err(Refusal::NotAllowed.into());
    }
    let page = page(
        &visit,
        &library,
        Some(&session),
        &typed_of(&session),
        &TypedFaults::default(),
    )
    .await?;
    visit.page(&page)
}

/// `POST /training/{id}/edit`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingSessionId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let session = library.training.session(&visit.actor, *id).await?;
    let fields = json(&visit, Some(&session), &typed);
    match library.training.edit_session(&visit.actor, *id, &fields).await {
        Ok(_) => Ok(see_other(&format!("{}?done=saved", urls::training(*id)))),
        Err(error) => again(&visit, &library, Some(&session), &typed, error).await,
    }
}

/// Whether the reader trains for the whole city.
fn is_of_city(visit: &PageContext) -> bool {
    visit.actor.reach(Act::HoldTraining) == Some(Reach::City)
}

/// What was typed, as the interface takes it.
fn json(visit: &PageContext, session: Option<&TrainingSession>, typed: &TypedFields) -> Map<String, Value> {
    let mut fields = texts(typed, &TEXTS);
    fields.insert("note".to_owned(), text(typed, "note"));
    if is_of_city(visit) {
        fields.insert("counts".to_owned(), (!value(typed, "counts").is_empty()).into());
    }
    if is_of_city(visit) && session.is_none_or(|session| session.school.is_none()) {
        fields.insert("schools".to_owned(), values(typed, "schools").into());
    }
    fields
}

/// A session as it stands in the form.
fn typed_of(session: &TrainingSession) -> TypedFields {
    let number = |number: Option<i32>| number.map(|n| n.to_string()).unwrap_or_default();
    let base = session.base.as_ref().map(|base| base.id.to_string());
    let one = [
        ("title", session.title.clone()),
        ("topic", session.topic.clone().unwrap_or_default()),
        ("base", base.unwrap_or_default()),
        ("mode", session.mode.code().to_owned()),
        ("from", session.from.to_string()),
        ("until", session.until.to_string()),
        ("days", session.days.to_string()),
        ("hours", session.hours.to_string()),
        ("place", session.place.clone().unwrap_or_default()),
        ("holder", session.holder.clone().unwrap_or_default()),
        ("capacity", number(session.capacity)),
        ("counts", if session.counts { "true" } else { "" }.to_owned()),
        ("share", session.share.to_string()),
        ("note", session.note.clone().unwrap_or_default()),
    ];
    let schools = session.schools.iter().map(|school| ("schools", school.id.to_string()));
    let all = one.into_iter().chain(schools);
    all.map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn page(
    visit: &PageContext,
    library: &Library,
    session: Option<&TrainingSession>,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> Result<TrainingEditPage, Problem> {
    let say = visit.say;
    let field = |name: &str| faults.field(name, value(typed, name));
    let (title, back, action, go) = match session {
        None => (
            say.training_add(),
            Link::new(say.training(), urls::TRAINING),
            urls::TRAINING_NEW.to_owned(),
            say.training_make(),
        ),
        Some(session) => {
            let here = urls::training(session.id);
            let back = Link::new(&session.title, &here);
            (say.training_edit(), back, format!("{here}/edit"), say.save_changes())
        }
    };
    let of_city = is_of_city(visit);
    let invites = of_city && session.is_none_or(|session| session.school.is_none());
    Ok(TrainingEditPage {
        layout: visit.layout(title),
        back,
        action,
        go,
        title: field("title"),
        topic: field("topic"),
        bases: bases(visit, library, value(typed, "base")).await?,
        modes: modes(say, "", value(typed, "mode")).split_off(1),
        from: field("from"),
        until: field("until"),
        days: field("days"),
        hours: field("hours"),
        place: field("place"),
        holder: field("holder"),
        schools: if invites {
            schools(library, typed).await?
        } else {
            Vec::new()
        },
        capacity: field("capacity"),
        counts: of_city.then(|| !value(typed, "counts").is_empty()),
        share: field("share"),
        words: field("note"),
    })
}

async fn bases(visit: &PageContext, library: &Library, chosen: &str) -> Result<Vec<Choice>, Problem> {
    let none = Choice::new("", visit.say.training_no_base(), chosen);
    let bases = library.training.bases(&visit.actor).await?.into_iter();
    let bases = bases.map(|base| Choice::new(base.id.to_string(), base.name, chosen));
    Ok(std::iter::once(none).chain(bases).collect())
}

async fn schools(library: &Library, typed: &TypedFields) -> Result<Vec<Choice>, Problem> {
    let chosen = values(typed, "schools");
    let schools = library.curriculum.schools().await?.into_iter();
    let choice = |id: String, name: String| Choice {
        is_chosen: chosen.contains(&id.as_str()),
        ..Choice::new(id, name, "")
    };
    Ok(schools
        .map(|school| choice(school.id.to_string(), school.name))
        .collect())
}

/// Shows the form once more with what was typed and what is wrong with it.
async fn again(
    visit: &PageContext,
    library: &Library,
    session: Option<&TrainingSession>,
    typed: &TypedFields,
    error: Error,
) -> Result<HttpResponse, Problem> {
    let faults = TypedFaults::of(Problem::from(error), visit.say, "title")?;
    let page = page(visit, library, session, typed, &faults).await?;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
