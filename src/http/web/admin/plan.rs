//! The page of the city's plan: its phases and targets, changed with a date and a reason, or filled from a table.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{import_page, nav};
use crate::domain::authority::Act;
use crate::domain::city_plan::{CityPlan, PlanForm};
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::{ProtectedForm, ProtectedMultipart};
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::curriculum::city_plan::PlanRevision;

/// Empty rows behind the phases there are.
const MORE_PHASES: usize = 2;
/// The fields of a phase, as the form names them.
const FIELDS: [&str; 6] = ["number", "from", "until", "majors", "schools", "teachers"];

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin_plan.html")]
pub struct PlanPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// The revision that is shown.
    pub seen: i64,
    /// The document that says so.
    pub source: String,
    /// The phases, and empty rows.
    pub phases: Vec<PhaseRow>,
    /// The day that the change is of.
    pub decided_on: String,
    /// Why.
    pub reason: String,
    /// What is wrong, sentence by sentence.
    pub faults: Vec<String>,
    /// Whether the fields are those of a table, and not saved yet.
    pub is_of_table: bool,
    /// What is wrong with the table.
    pub file_fault: Option<String>,
    /// What was decided before, the newest first.
    pub history: Vec<PlanChange>,
}

/// A phase, as the form has it.
#[derive(Debug, Clone)]
pub struct PhaseRow {
    /// Which.
    pub legend: String,
    /// Its fields.
    pub fields: Vec<PhaseField>,
}

/// A field of a phase.
#[derive(Debug, Clone)]
pub struct PhaseField {
    /// What it is sent as.
    pub name: String,
    /// What it is called.
    pub label: &'static str,
    /// What stands in it.
    pub value: String,
}

/// A change of the plan.
#[derive(Debug, Clone)]
pub struct PlanChange {
    /// Its number and its day.
    pub title: String,
    /// Why.
    pub reason: String,
    /// What it says, phase by phase.
    pub phases: Vec<String>,
}

/// What just happened.
#[derive(Debug, Default, Deserialize)]
pub struct PlanPageQuery {
    /// What, after a form was sent.
    pub done: Option<String>,
}

/// `GET /admin/plan`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<PlanPageQuery>,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&visit, &library).await?;
    let is_saved = query.done.as_deref() == Some("saved");
    page.layout.notice = is_saved.then(|| visit.say.plan_saved().to_owned());
    visit.page(&page)
}

/// `POST /admin/plan`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedForm<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    expect_editor(&visit)?;
    let typed: Map<String, Value> = form
        .into_inner()
        .into_iter()
        .map(|(name, value)| (name, Value::from(value)))
        .collect();
    let fields = fields_of(&typed);
    let seen = text(&typed, "seen").parse().map_err(|_| Refusal::ChangedMeanwhile)?;
    let saved = match PlanForm::parse(&fields) {
        Ok(form) => library
            .curriculum
            .change_city_plan(&visit.actor, Some(seen), form)
            .await
            .map(|_| ()),
        Err(faults) => Err(Error::from(Refusal::Fields(faults))),
    };
    let problem = match saved {
        Ok(()) => return Ok(see_other("/admin/plan?done=saved")),
        Err(error) => Problem::from(error),
    };
    let Some(Refusal::Fields(faults)) = problem.refusal() else {
        return Err(problem);
    };
    let faults = faults
        .iter()
        .map(|fault| {
            let said = fault.kind.say(visit.say.lang());
            visit.say.chart_row(&fault.pointer, &said)
        })
        .collect();
    let mut page = page(&visit, &library).await?;
    // What they saw, and not what may be there by now.
    page.seen = seen;
    page.fill(&fields);
    page.faults = faults;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// `POST /admin/plan/import`: fills the form with a table. Nothing is saved.
pub async fn import(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedMultipart,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&visit, &library).await?;
    let Some(sent) = import_page::receive(form).await? else {
        page.file_fault = Some(visit.say.sheet_none().to_owned());
        return visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    match library.curriculum.preview_city_plan(&visit.actor, sent.file).await {
        Ok(phases) => {
            let fields = json!({"source": page.source, "phases": phases});
            page.fill(fields.as_object().expect("written as an object one line above"));
            page.is_of_table = true;
            visit.page(&page)
        }
        Err(error) => {
            page.file_fault = Some(import_page::file_fault(&visit, error)?);
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn expect_editor(visit: &PageContext) -> Result<(), Refusal> {
    if visit.actor.may(Act::Operate) {
        return Ok(());
    }
    Err(Refusal::NotAllowed)
}

async fn page(visit: &PageContext, library: &Library) -> Result<PlanPage, Problem> {
    expect_editor(visit)?;
    let present = library.curriculum.city_plan(&visit.actor).await?;
    let history = library.curriculum.city_plan_history(&visit.actor).await?;
    let mut page = PlanPage::of(visit.layout(visit.say.plan_admin()), &present, &history);
    page.nav = nav(visit, urls::PLAN);
    Ok(page)
}

impl PlanPage {
    /// The page of a plan and its history.
    pub fn of(layout: Layout, present: &PlanRevision, history: &[PlanRevision]) -> Self {
        let change = |revision: &PlanRevision| PlanChange {
            title: layout
                .say
                .plan_revision(revision.revision, revision.decided_on.as_deref()),
            reason: revision.reason.clone(),
            phases: phases_in_words(&layout, &revision.plan),
        };
        let mut page = Self {
            nav: Vec::new(),
            seen: present.revision,
            source: String::new(),
            phases: Vec::new(),
            decided_on: String::new(),
            reason: String::new(),
            faults: Vec::new(),
            is_of_table: false,
            file_fault: None,
            history: history.iter().map(change).collect(),
            layout,
        };
        let phases = present.plan.phases.iter().map(|phase| {
            json!({"number": phase.number, "from": phase.from, "until": phase.until, "majors": phase.majors,
                "schools": phase.schools, "teachers": phase.teachers})
        });
        let fields = json!({"source": present.plan.source, "phases": phases.collect::<Vec<Value>>()});
        page.fill(fields.as_object().expect("written as an object one line above"));
        page
    }

    /// Writes into the form what JSON says.
    fn fill(&mut self, fields: &Map<String, Value>) {
        self.source = text(fields, "source");
        self.decided_on = text(fields, "decided_on");
        self.reason = text(fields, "reason");
        let empty = Vec::new();
        let there = fields.get("phases").and_then(Value::as_array).unwrap_or(&empty);
        let say = self.layout.say;
        let labels = [
            say.phase_number(),
            say.from_month(),
            say.until_month(),
            say.pilot_majors(),
            say.pilot_schools(),
            say.trained_teachers(),
        ];
        let row = |(at, row): (usize, usize)| {
            let value = |name: &str| there.get(at).and_then(Value::as_object).map(|it| text(it, name));
            let fields = FIELDS.into_iter().zip(labels).map(|(name, label)| PhaseField {
                name: format!("p{row}.{name}"),
                label,
                value: value(name).unwrap_or_default(),
            });
            let number = value("number").and_then(|number| number.parse().ok());
            PhaseRow {
                legend: number.map_or_else(|| say.phase_new().to_owned(), |number| say.phase(number)),
                fields: fields.collect(),
            }
        };
        self.phases = (0..there.len() + MORE_PHASES).zip(1..).map(row).collect();
    }
}

fn phases_in_words(layout: &Layout, plan: &CityPlan) -> Vec<String> {
    let say = layout.say;
    let phases = plan.phases.iter().map(|phase| {
        let targets = [
            (say.pilot_majors(), phase.majors),
            (say.pilot_schools(), phase.schools),
            (say.trained_teachers(), phase.teachers),
        ];
        let targets = targets.map(|(name, target)| format!("{name} {target}"));
        let span = format!("{} {} – {}", say.phase(phase.number), phase.from, phase.until);
        say.chart_row(&span, &targets.join(say.comma()))
    });
    phases.collect()
}

/// What a field says, whether it was typed or is a number.
fn text(fields: &Map<String, Value>, name: &str) -> String {
    match fields.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// The JSON of what was typed: `p2.from` belongs to the second phase. A row in which nothing was typed is none.
fn fields_of(typed: &Map<String, Value>) -> Map<String, Value> {
    let mut phases = Vec::new();
    for at in 1.. {
        let named = FIELDS.map(|name| (name, typed.get(&format!("p{at}.{name}"))));
        if named.iter().all(|(_, value)| value.is_none()) {
            break;
        }
        let filled = named.into_iter().filter_map(|(name, value)| {
            let value = value.filter(|value| value.as_str().is_some_and(|text| !text.trim().is_empty()))?;
            Some((name.to_owned(), value.clone()))
        });
        let phase: Map<String, Value> = filled.collect();
        // A number alone is what is left of a phase that was emptied.
        if phase.keys().any(|name| name != "number") {
            phases.push(Value::Object(phase));
        }
    }
    let fields = ["source", "decided_on", "reason"].map(|name| (name.to_owned(), Value::from(text(typed, name))));
    fields
        .into_iter()
        .chain([("phases".to_owned(), Value::Array(phases))])
        .collect()
}
