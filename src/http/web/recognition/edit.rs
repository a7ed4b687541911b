//! The form of a call, new or to be changed.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value};

use crate::domain::authority::Act;
use crate::domain::id::RecognitionCallId;
use crate::domain::recognition::{CallForm, CallState, Entrants, RecognitionKind, criteria_typed};
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFaults, TypedFields, text, texts, value};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::recognition::calls::RecognitionCall;

/// Fields that are one text each.
const TEXTS: [&str; 10] = [
    "kind",
    "title",
    "rules",
    "entrants",
    "opens",
    "closes",
    "jury_due",
    "voices",
    "per_school",
    "valid_years",
];

/// The page.
#[derive(Debug, Template)]
#[template(path = "recognition_edit.html")]
pub struct CallEditPage {
    /// The frame.
    pub layout: Layout,
    /// Back without a change.
    pub back: Link,
    /// Where it is sent.
    pub action: String,
    /// The revision that was read; empty of a new one.
    pub revision: String,
    /// Its form whole; none once it is announced, when only days are put off.
    pub fields: Option<CallFields>,
    /// The last day for entries.
    pub closes: FormField,
    /// The jury's last day.
    pub jury_due: FormField,
}

/// What is said of a call until it is announced.
#[derive(Debug, Clone)]
pub struct CallFields {
    /// What can be recognized.
    pub kinds: Vec<Choice>,
    /// Its title.
    pub title: FormField,
    /// Its rules.
    pub rules: FormField,
    /// Who can enter.
    pub entrants: Vec<Choice>,
    /// The first day for entries.
    pub opens: FormField,
    /// Whether it is blind.
    pub blind: bool,
    /// How many voices an entry needs.
    pub voices: FormField,
    /// How many entries a school may have.
    pub per_school: FormField,
    /// For how many years marks are valid.
    pub valid_years: FormField,
    /// What the jury looks at, one a line.
    pub criteria: FormField,
}

/// `GET /recognition/new`
pub async fn new(visit: PageContext) -> Result<HttpResponse, Problem> {
    if !visit.actor.may(Act::HoldRecognition) {
        return Err(Refusal::NotAllowed.into());
    }
    let usual = vec![("voices".to_owned(), "3".to_owned())];
    visit.page(&page(&visit, None, &usual, &TypedFaults::default()))
}

/// `POST /recognition/new`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let fields = json(&typed);
    let made = match CallForm::parse(&fields) {
        Ok(form) => library.recognition.add_call(&visit.actor, form).await,
        Err(faults) => Err(Refusal::Fields(faults).into()),
    };
    match made {
        Ok(call) => Ok(see_other(&format!("{}?done=made", urls::recognition(call.id)))),
        Err(error) => again(&visit, None, &typed, error),
    }
}

/// `GET /recognition/{id}/edit`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
) -> Result<HttpResponse, Problem> {
    let call = library.recognition.call(&visit.actor, *id).await?;
    if !visit.actor.may(Act::HoldRecognition) {
        return Err(Refusal::NotAllowed.into());
    }
    visit.page(&page(&visit, Some(&call), &typed_of(&call), &TypedFaults::default()))
}

/// `POST /recognition/{id}/edit`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<RecognitionCallId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let call = library.recognition.call(&visit.actor, *id).await?;
    let mut fields = if call.state == CallState::Draft {
        json(&typed)
    } else {
        texts(&typed, &["closes", "jury_due"])
    };
    fields.insert("revision".to_owned(), text(&typed, "revision"));
    match library.recognition.edit_call(&visit.actor, *id, &fields).await {
        Ok(_) => Ok(see_other(&format!("{}?done=saved", urls::recognition(*id)))),
        Err(error) => again(&visit, Some(&call), &typed, error),
    }
}

/// What was typed, as the interface takes it.
fn json(typed: &TypedFields) -> Map<String, Value> {
    let mut fields = texts(typed, &TEXTS);
    fields.insert("blind".to_owned(), (!value(typed, "blind").is_empty()).into());
    fields.insert("criteria".to_owned(), criteria_typed(value(typed, "criteria")));
    fields
}

/// A call as it stands in the form.
fn typed_of(call: &RecognitionCall) -> TypedFields {
    let number = |number: Option<i32>| number.map(|n| n.to_string()).unwrap_or_default();
    let criteria: Vec<String> = call
        .criteria
        .iter()
        .map(|it| format!("{} {} {}", it.name, it.weight, it.max))
        .collect();
    let fields = [
        ("kind", call.kind.code().to_owned()),
        ("title", call.title.clone()),
        ("rules", call.rules.clone().unwrap_or_default()),
        ("entrants", call.entrants.code().to_owned()),
        ("opens", call.opens.to_string()),
        ("closes", call.closes.to_string()),
        ("jury_due", call.jury_due.to_string()),
        ("blind", if call.blind { "true" } else { "" }.to_owned()),
        ("voices", call.voices.to_string()),
        ("per_school", number(call.per_school)),
        ("valid_years", number(call.valid_years)),
        ("criteria", criteria.join("\n")),
        ("revision", call.revision.to_string()),
    ];
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}

fn page(
    visit: &PageContext,
    call: Option<&RecognitionCall>,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> CallEditPage {
    let say = visit.say;
    let field = |name: &str| faults.field(name, value(typed, name));
    let (title, back, action) = match call {
        None => (
            say.recognition_add(),
            Link::new(say.recognition(), urls::RECOGNITION),
            urls::RECOGNITION_NEW.to_owned(),
        ),
        Some(call) => {
            let here = urls::recognition(call.id);
            (
                say.recognition_edit(),
                Link::new(&call.title, &here),
                format!("{here}/edit"),
            )
        }
    };
    let chosen = |name: &str| value(typed, name).to_owned();
    let is_draft = call.is_none_or(|call| call.state == CallState::Draft);
    let kinds = RecognitionKind::ALL.map(|it| Choice::new(it.code(), say.recognition_kind(it), &chosen("kind")));
    let entrants = Entrants::ALL.map(|it| Choice::new(it.code(), say.entrants(it), &chosen("entrants")));
    CallEditPage {
        layout: visit.layout(title),
        back,
        action,
        revision: value(typed, "revision").to_owned(),
        fields: is_draft.then(|| CallFields {
            kinds: kinds.into(),
            title: field("title"),
            rules: field("rules"),
            entrants: entrants.into(),
            opens: field("opens"),
            blind: !value(typed, "blind").is_empty(),
            voices: field("voices"),
            per_school: field("per_school"),
            valid_years: field("valid_years"),
            criteria: field("criteria"),
        }),
        closes: field("closes"),
        jury_due: field("jury_due"),
    }
}

/// Shows the form once more with what was typed and what is wrong with it.
fn again(
    visit: &PageContext,
    call: Option<&RecognitionCall>,
    typed: &TypedFields,
    error: Error,
) -> Result<HttpResponse, Problem> {
    let faults = TypedFaults::of(Problem::from(error), visit.say, "title")?;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page(visit, call, typed, &faults))
}
