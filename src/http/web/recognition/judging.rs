//! The jury's pages: what is to be judged, and the form of points for one entry.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value};

use super::{CallRow, DoneQuery, lines};
use crate::domain::id::{RecognitionCallId, RecognitionEntryId};
use crate::domain::recognition::score::shown;
use crate::domain::recognition::{CallState, Criterion};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::web::form::FormField;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFaults, TypedFields, text, value};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::recognition::calls::RecognitionCall;
use crate::library::recognition::judging::JudgedEntry;
use crate::words::pages::PageWords;

/// What is to be judged.
#[derive(Debug, Template)]
#[template(path = "recognition_judge.html")]
pub struct JudgePage {
    /// The frame.
    pub layout: Layout,
    /// Back to the call.
    pub back: Link,
    /// Whether it is blind.
    pub is_blind: bool,
    /// The entries.
    pub rows: Vec<CallRow>,
}

/// One entry with the form of points.
#[derive(Debug, Template)]
#[template(path = "recognition_score.html")]
pub struct ScorePage {
    /// The frame.
    pub layout: Layout,
    /// Back to what is to be judged.
    pub back: Link,
    /// Whether it is blind.
    pub is_blind: bool,
    /// Number, course, in an open call whose it is.
    pub facts: Vec<String>,
    /// What is put forward, by line.
    pub statement: Vec<String>,
    /// What shows it.
    pub evidence: Vec<EvidenceRow>,
    /// Why the reader may not score it.
    pub excluded: Option<&'static str>,
    /// The form of points.
    pub form: Option<ScoreFields>,
    /// Steps back from it.
    pub conflict_action: Option<String>,
}

/// A piece of evidence.
#[derive(Debug, Clone)]
pub struct EvidenceRow {
    /// Its title.
    pub title: String,
    /// Its page, or its files.
    pub links: Vec<Link>,
}

/// The form of points.
#[derive(Debug, Clone)]
pub struct ScoreFields {
    /// Where it is sent.
    pub action: String,
    /// The revision that was read.
    pub revision: i32,
    /// Each criterion with its points.
    pub criteria: Vec<PointsField>,
    /// What is said of it.
    pub comment: FormField,
}

/// The points of a criterion.
#[derive(Debug, Clone)]
pub struct PointsField {
    /// Its place, counted from 0.
    pub at: usize,
    /// The criterion.
    pub criterion: Criterion,
    /// The points.
    pub points: FormField,
}

/// `GET /recognition/{id}/judge`
pub async fn list(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
    query: web::Query<DoneQuery>,
) -> Result<HttpResponse, Problem> {
    let call = library.recognition.call(&visit.actor, *id).await?;
    let entries = library.recognition.judging(&visit.actor, *id).await?;
    let say = visit.say;
    let mut page = JudgePage {
        layout: visit.layout(say.judge()),
        back: Link::new(&call.title, urls::recognition(call.id)),
        is_blind: call.blind,
        rows: entries.iter().map(|entry| row(say, entry)).collect(),
    };
    page.layout.notice = match query.done.as_deref() {
        Some("scored") => Some(say.judge_done().to_owned()),
        Some("conflict") => Some(say.judge_conflict_done().to_owned()),
        _ => None,
    };
    visit.page(&page)
}

fn row(say: PageWords, entry: &JudgedEntry) -> CallRow {
    let state = match (entry.excluded, &entry.voice) {
        (Some(why), _) => ("withdrawn", say.conflict_kind(why)),
        (None, Some(_)) => ("published", say.judge_scored()),
        (None, None) => ("submitted", say.judge_to_score()),
    };
    CallRow {
        link: Link::new(&entry.title, format!("{}/score", urls::recognition_entry(entry.id))),
        state,
        facts: facts(say, entry),
    }
}

fn facts(say: PageWords, entry: &JudgedEntry) -> Vec<String> {
    let open = entry.entry.as_ref();
    [
        Some(say.entry_called(entry.number)),
        entry.course.as_ref().map(|course| course.name.clone()),
        entry.major.as_ref().map(|major| major.name.clone()),
        open.and_then(|it| it.school.as_ref()).map(|school| school.name.clone()),
        open.and_then(|it| it.person.as_ref()).map(|person| person.name.clone()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `GET /recognition/entries/{id}/score`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionEntryId>,
) -> Result<HttpResponse, Problem> {
    let (call, entry) = opened(&visit, &library, *id).await?;
    let typed = typed_of(&entry);
    visit.page(&page(&visit, &call, &entry, &typed, &TypedFaults::default()))
}

/// `POST /recognition/entries/{id}/score`
pub async fn score(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionEntryId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let (call, entry) = opened(&visit, &library, *id).await?;
    let points = (0..call.criteria.len()).map(|at| value(&typed, &format!("points/{at}")).into());
    let points: Vec<Value> = points.collect();
    let mut fields = Map::new();
    fields.insert("points".to_owned(), points.into());
    fields.insert("revision".to_owned(), text(&typed, "revision"));
    fields.insert("comment".to_owned(), text(&typed, "comment"));
    match library.recognition.score(&visit.actor, *id, &fields).await {
        Ok(_) => Ok(see_other(&format!("{}/judge?done=scored", urls::recognition(call.id)))),
        Err(error) => {
            let faults = TypedFaults::of(Problem::from(error), visit.say, "comment")?;
            let page = page(&visit, &call, &entry, &typed, &faults);
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// `POST /recognition/entries/{id}/conflict`
pub async fn conflict(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionEntryId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    let (call, _) = opened(&visit, &library, *id).await?;
    library.recognition.declare_conflict(&visit.actor, *id, None).await?;
    Ok(see_other(&format!(
        "{}/judge?done=conflict",
        urls::recognition(call.id)
    )))
}

async fn opened(
    visit: &PageContext,
    library: &Library,
    id: RecognitionEntryId,
) -> Result<(RecognitionCall, JudgedEntry), Problem> {
    let entry = library.recognition.judged_entry(&visit.actor, id).await?;
    let call = library.recognition.call(&visit.actor, entry.call).await?;
    Ok((call, entry))
}

/// What the reader gave already, as it stands in the form.
fn typed_of(entry: &JudgedEntry) -> TypedFields {
    let Some(voice) = &entry.voice else {
        return TypedFields::new();
    };
    let points = voice.hundredths.iter().enumerate();
    let points = points.map(|(at, points)| (format!("points/{at}"), shown(i64::from(*points))));
    let comment = ("comment".to_owned(), voice.comment.clone().unwrap_or_default());
    points.chain([comment]).collect()
}

fn page(
    visit: &PageContext,
    call: &RecognitionCall,
    entry: &JudgedEntry,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> ScorePage {
    let say = visit.say;
    let here = urls::recognition_entry(entry.id);
    let may_score = entry.excluded.is_none() && call.state == CallState::Judging;
    let points = |(at, criterion): (usize, &Criterion)| {
        let name = format!("points/{at}");
        PointsField {
            at,
            criterion: criterion.clone(),
            points: faults.field(&name, value(typed, &name)),
        }
    };
    ScorePage {
        layout: visit.layout(entry.title.clone()),
        back: Link::new(say.judge(), format!("{}/judge", urls::recognition(call.id))),
        is_blind: call.blind,
        facts: facts(say, entry),
        statement: lines(Some(&entry.statement)),
        // Whoever steps back from it looks at nothing more of it.
        evidence: if entry.excluded.is_none() {
            evidence(say, entry)
        } else {
            Vec::new()
        },
        excluded: entry.excluded.map(|why| say.conflict_kind(why)),
        form: may_score.then(|| ScoreFields {
            action: format!("{here}/score"),
            revision: entry.revision,
            criteria: call.criteria.iter().enumerate().map(points).collect(),
            comment: faults.field("comment", value(typed, "comment")),
        }),
        conflict_action: may_score.then(|| format!("{here}/conflict")),
    }
}

fn evidence(say: PageWords, entry: &JudgedEntry) -> Vec<EvidenceRow> {
    let blind = entry.evidence.iter().map(|piece| EvidenceRow {
        title: piece.title.clone(),
        links: piece
            .files
            .iter()
            .map(|file| Link::new(&file.name, file.url.clone()))
            .collect(),
    });
    let open = entry.entry.iter().flat_map(|open| &open.evidence).map(|piece| {
        let title = piece.title.clone().unwrap_or_else(|| say.entry_gone().to_owned());
        EvidenceRow {
            links: vec![Link::new(&title, piece.url.clone())],
            title,
        }
    });
    blind.chain(open).collect()
}
