//! The bases where teachers are trained.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::tabs;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::TrainingBaseId;
use crate::domain::list_sheet::ListSheet;
use crate::domain::training::TrainingBaseForm;
use crate::error::{Error, Refusal, Thing};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFaults, TypedFields, texts, value};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::training::bases::TrainingBase;
use crate::words::pages::PageWords;

/// The page.
#[derive(Debug, Template)]
#[template(path = "training_bases.html")]
pub struct TrainingBasesPage {
    /// The frame.
    pub layout: Layout,
    /// The pages of training.
    pub tabs: Vec<Tab>,
    /// The bases, by name.
    pub rows: Vec<BaseRow>,
    /// Brings a list; for those who may.
    pub import_url: Option<String>,
    /// Adds a base or changes one; for those who may.
    pub form: Option<BaseFields>,
}

/// A base in the list.
#[derive(Debug, Clone)]
pub struct BaseRow {
    /// Its name.
    pub name: String,
    /// Whose, since when, for what.
    pub facts: Vec<String>,
    /// Opens it to be changed.
    pub edit_url: Option<String>,
}

/// The form of a base.
#[derive(Debug, Clone)]
pub struct BaseFields {
    /// What it does.
    pub heading: &'static str,
    /// Where it is sent.
    pub action: String,
    /// Where the base is removed; only of one that is there.
    pub remove_action: Option<String>,
    /// The name.
    pub name: FormField,
    /// Since when it is one.
    pub since: FormField,
    /// The majors, apart by commas.
    pub majors: FormField,
    /// The schools it can belong to; for the bureau.
    pub schools: Vec<Choice>,
    /// How it stood when it was opened; only of one that is there.
    pub seen: Option<String>,
    /// What somebody else has made of it since.
    pub meanwhile: Option<String>,
}

/// Which base is open.
#[derive(Debug, Default, Deserialize)]
pub struct BasesQuery {
    /// The base to change.
    pub edit: Option<TrainingBaseId>,
    /// What just happened, after a form was sent.
    pub done: Option<String>,
}

/// `GET /training/bases`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<BasesQuery>,
) -> Result<HttpResponse, Problem> {
    let bases = library.training.bases(&visit.actor).await?;
    let open = query.edit.and_then(|id| bases.iter().find(|base| base.id == id));
    let typed = open.map(typed_of).unwrap_or_default();
    let mut page = page(&visit, &library, &bases, query.edit, &typed, &TypedFaults::default()).await?;
    page.layout.notice = notice(visit.say, query.done.as_deref()).map(str::to_owned);
    visit.page(&page)
}

fn notice(say: PageWords, done: Option<&str>) -> Option<&'static str> {
    match done? {
        "added" => Some(say.base_added()),
        "saved" => Some(say.base_saved()),
        "removed" => Some(say.base_removed()),
        _ => None,
    }
}

/// `POST /training/bases`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let mut fields = json(&visit, &typed);
    fields.retain(|_, value| !value.is_null());
    let added = match TrainingBaseForm::parse(&fields) {
        Ok(form) => library.training.add_base(&visit.actor, form).await,
        Err(faults) => Err(Refusal::Fields(faults).into()),
    };
    match added {
        Ok(_) => Ok(see_other("/training/bases?done=added")),
        Err(error) => again(&visit, &library, None, &typed, error).await,
    }
}

/// `POST /training/bases/{id}`
pub async fn edit(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingBaseId>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let fields = json(&visit, &typed);
    // A page of an older program does not say it.
    let seen = Some(value(&typed, "seen")).filter(|seen| !seen.is_empty());
    match library.training.edit_base(&visit.actor, *id, seen, &fields).await {
        Ok(_) => Ok(see_other("/training/bases?done=saved")),
        Err(Error::Refused(refusal)) if *refusal == Refusal::ChangedMeanwhile => {
            meanwhile(&visit, &library, *id, &typed).await
        }
        Err(error) => again(&visit, &library, Some(*id), &typed, error).await,
    }
}

/// `POST /training/bases/{id}/remove`
pub async fn remove(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TrainingBaseId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.training.remove_base(&visit.actor, *id).await?;
    Ok(see_other("/training/bases?done=removed"))
}

fn is_of_city(visit: &PageContext) -> bool {
    visit.actor.reach(Act::HoldTraining) == Some(Reach::City)
}

/// What was typed, as the interface takes it. A school's administrator does not choose a school.
fn json(visit: &PageContext, typed: &TypedFields) -> Map<String, Value> {
    let mut fields = texts(typed, &["name", "since"]);
    let majors = value(typed, "majors").split(['、', '，', ',', ';', '；', '\n']);
    let majors: Vec<&str> = majors.map(str::trim).filter(|major| !major.is_empty()).collect();
    fields.insert("majors".to_owned(), majors.into());
    if is_of_city(visit) {
        fields.extend(texts(typed, &["school"]));
    }
    fields
}

/// A base as it stands in the form.
fn typed_of(base: &TrainingBase) -> TypedFields {
    let majors: Vec<&str> = base
        .majors
        .iter()
        .map(|major| major.code.as_deref().unwrap_or(&major.name))
        .collect();
    let school = base.school.as_ref().map(|school| school.id.to_string());
    let fields = [
        ("name", base.name.clone()),
        ("since", base.since.map(|day| day.to_string()).unwrap_or_default()),
        ("majors", majors.join("，")),
        ("school", school.unwrap_or_default()),
    ];
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}

async fn page(
    visit: &PageContext,
    library: &Library,
    bases: &[TrainingBase],
    open: Option<TrainingBaseId>,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> Result<TrainingBasesPage, Problem> {
    let say = visit.say;
    let row = |base: &TrainingBase| {
        let may_edit = library.training.may_edit_base(&visit.actor, base);
        BaseRow {
            name: base.name.clone(),
            facts: facts(say, base),
            edit_url: may_edit.then(|| format!("{}?edit={}#form", urls::TRAINING_BASES, base.id)),
        }
    };
    let rows: Vec<BaseRow> = bases.iter().map(row).collect();
    let open = bases.iter().find(|base| Some(base.id) == open);
    let may_open = open.is_none_or(|base| library.training.may_edit_base(&visit.actor, base));
    let form = if visit.actor.may(Act::HoldTraining) && may_open {
        Some(fields(visit, library, open, typed, faults).await?)
    } else {
        None
    };
    Ok(TrainingBasesPage {
        layout: visit.layout(say.training_bases()),
        tabs: tabs(visit, urls::TRAINING_BASES),
        import_url: visit
            .actor
            .may(Act::HoldTraining)
            .then(|| urls::sheet(ListSheet::TrainingBases)),
        rows,
        form,
    })
}

fn facts(say: PageWords, base: &TrainingBase) -> Vec<String> {
    let school = base.school.as_ref().map(|school| school.name.clone());
    let since = base
        .since
        .map(|day| format!("{}{}{day}", say.base_since(), say.colon()));
    let majors: Vec<&str> = base.majors.iter().map(|major| major.name.as_str()).collect();
    let majors = (!majors.is_empty()).then(|| majors.join(say.lang().pick("、", ", ")));
    let whose = school.unwrap_or_else(|| say.training_city().to_owned());
    [Some(whose), since, majors].into_iter().flatten().collect()
}

async fn fields(
    visit: &PageContext,
    library: &Library,
    open: Option<&TrainingBase>,
    typed: &TypedFields,
    faults: &TypedFaults,
) -> Result<BaseFields, Problem> {
    let say = visit.say;
    let field = |name: &str| faults.field(name, value(typed, name));
    let action = match open {
        Some(base) => format!("{}/{}", urls::TRAINING_BASES, base.id),
        None => urls::TRAINING_BASES.to_owned(),
    };
    let mut schools = Vec::new();
    if is_of_city(visit) {
        let chosen = value(typed, "school");
        schools.push(Choice::new("", say.base_of_city(), chosen));
        let all = library.curriculum.schools().await?.into_iter();
        schools.extend(all.map(|school| Choice::new(school.id.to_string(), school.name, chosen)));
    }
    Ok(BaseFields {
        heading: if open.is_some() {
            say.base_edit()
        } else {
            say.base_add()
        },
        remove_action: open.map(|_| format!("{action}/remove")),
        action,
        name: field("name"),
        since: field("since"),
        majors: field("majors"),
        schools,
        seen: open.map(TrainingBase::as_it_stands),
        meanwhile: None,
    })
}

/// Shows the form once more with what was typed, which counts if it is sent again, beside what somebody else made of it.
async fn meanwhile(
    visit: &PageContext,
    library: &Library,
    id: TrainingBaseId,
    typed: &TypedFields,
) -> Result<HttpResponse, Problem> {
    let say = visit.say;
    let bases = library.training.bases(&visit.actor).await?;
    let base = bases.iter().find(|base| base.id == id);
    let base = base.ok_or(Refusal::NoSuch(Thing::TrainingBase))?;
    let present = typed_of(base);
    let labels = [
        ("name", say.base_name()),
        ("since", say.base_since()),
        ("majors", say.base_majors()),
    ];
    let mut told: Vec<String> = labels
        .into_iter()
        .filter(|(name, _)| value(&present, name) != value(typed, name))
        .map(|(name, label)| say.field_now(label, value(&present, name)))
        .collect();
    if is_of_city(visit) && value(&present, "school") != value(typed, "school") {
        let school = base.school.as_ref().map_or("", |school| school.name.as_str());
        told.push(say.field_now(say.base_school(), school));
    }
    let mut page = page(visit, library, &bases, Some(id), typed, &TypedFaults::default()).await?;
    if let Some(form) = &mut page.form {
        form.meanwhile = Some(say.changed_meanwhile(&told));
    }
    visit.page_as(StatusCode::PRECONDITION_FAILED, &page)
}

/// Shows the form once more with what was typed and what is wrong with it.
async fn again(
    visit: &PageContext,
    library: &Library,
    open: Option<TrainingBaseId>,
    typed: &TypedFields,
    error: Error,
) -> Result<HttpResponse, Problem> {
    let faults = TypedFaults::of(Problem::from(error), visit.say, "name")?;
    let bases = library.training.bases(&visit.actor).await?;
    let page = page(visit, library, &bases, open, typed, &faults).await?;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
