//! The page of the review's paths: the city's for the bureau, a school's own steps for its administrators.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use self::typed::Typed;
use super::nav;
use crate::domain::authority::Reach;
use crate::domain::fault::FieldFault;
use crate::domain::resource::RESOURCE_TYPES;
use crate::domain::review::{AppointedReviewer, GENERAL_PATH, ReviewLevel};
use crate::domain::review_form::is_path_code;
use crate::domain::role::Role;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::Choice;
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::reviews::paths::{ShownPath, ShownStep, is_removable};
use crate::words::pages::PageWords;

mod typed;

/// Empty rows behind the steps there are.
const MORE_STEPS: usize = 2;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin_review.html")]
pub struct ReviewPathsPage {
    /// The frame.
    pub layout: Layout,
    /// The administrators' pages.
    pub nav: Vec<Tab>,
    /// That schools publish for the city past its experts, and how to take that away; for the bureau.
    pub past_the_city: Option<String>,
    /// The paths there are.
    pub paths: Vec<PathCard>,
    /// The path that is open.
    pub form: Option<PathFields>,
    /// Opens an empty one; for the bureau.
    pub add_url: Option<&'static str>,
}

/// A path in the list.
#[derive(Debug, Clone)]
pub struct PathCard {
    /// Its name.
    pub name: String,
    /// What takes it, and what it allows.
    pub facts: Vec<String>,
    /// Its steps: name, and who takes it.
    pub steps: Vec<PathStepLine>,
    /// Opens it.
    pub edit_url: Option<String>,
}

/// A step in the list.
#[derive(Debug, Clone)]
pub struct PathStepLine {
    /// Its name.
    pub name: String,
    /// Who takes it, how many, how soon.
    pub facts: Vec<String>,
}

/// The form of a path.
#[derive(Debug, Clone)]
pub struct PathFields {
    /// What it does.
    pub heading: String,
    /// Its stable name; typed while it is new.
    pub code: String,
    /// Whether it is new.
    pub is_new: bool,
    /// Whether everything is changed; a school changes its steps alone.
    pub is_city: bool,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The types that take it; not of the general one.
    pub kinds: Vec<Choice>,
    /// Whether it can be rejected for good.
    pub may_reject: bool,
    /// Whether it may be published without a review for its school.
    pub may_publish: bool,
    /// Whether for more than its school as well.
    pub may_publish_beyond: bool,
    /// Its steps, and empty ones.
    pub steps: Vec<StepFields>,
    /// What is wrong, sentence by sentence.
    pub faults: Vec<String>,
    /// Whether a button takes it away, and what that says.
    pub remove: Option<&'static str>,
}

/// The fields of a step.
#[derive(Debug, Clone)]
pub struct StepFields {
    /// Its place, from 1.
    pub number: usize,
    /// Its id; empty while it is new.
    pub id: String,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Whose it is.
    pub levels: Vec<Choice>,
    /// Who of the city takes it.
    pub experts_only: bool,
    /// Sign-in names of those who alone take it.
    pub people: String,
    /// How many must approve.
    pub voices: String,
    /// Days until it is overdue.
    pub due_days: String,
    /// Days until a reminder.
    pub remind_days: String,
}

/// Which path is open.
#[derive(Debug, Default, Deserialize)]
pub struct PathsQuery {
    /// Its stable name; `new` for an empty one.
    pub path: Option<String>,
    /// What just happened, after a form was sent.
    pub done: Option<String>,
}

/// What an empty path is called in an address; no path bears it, because it would be hard to tell from a button.
const NEW: &str = "new";

/// `GET /admin/review`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<PathsQuery>,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&visit, &library, query.path.as_deref()).await?;
    page.layout.notice = match query.done.as_deref() {
        Some("saved") => Some(visit.say.path_saved().to_owned()),
        Some("removed") => Some(visit.say.path_removed().to_owned()),
        _ => None,
    };
    visit.page(&page)
}

async fn page(visit: &PageContext, library: &Library, open: Option<&str>) -> Result<ReviewPathsPage, Problem> {
    let reach = library.reviews.edits_paths(&visit.actor).ok_or(Refusal::NotAllowed)?;
    let paths = library.reviews.paths(&visit.actor).await?;
    let is_city = reach == Reach::City;
    let own = |code: &str| paths.iter().find(|path| path.school.is_some() && path.code == code);
    let of_city = paths.iter().filter(|path| path.school.is_none());
    let cards = of_city.clone().map(|path| {
        let mut card = card(visit.say, path, own(&path.code).filter(|_| !is_city));
        card.edit_url = Some(urls::with_query(urls::REVIEW_PATHS, &[("path", &path.code)]) + "#form");
        card
    });
    let form = match open {
        Some(NEW) if is_city => Some(fields(visit.say, None, None, true)),
        Some(code) => of_city
            .clone()
            .find(|path| path.code == code)
            .map(|path| fields(visit.say, Some(path), own(code).filter(|_| !is_city), is_city)),
        None => None,
    };
    let past = of_city
        .clone()
        .filter(|path| path.may_publish && path.may_publish_beyond);
    let past: Vec<&str> = past
        .map(|path| visit.say.either(&path.name_zh, &path.name_en))
        .collect();
    Ok(ReviewPathsPage {
        layout: visit.layout(visit.say.review_paths()),
        nav: nav(visit, urls::REVIEW_PATHS),
        past_the_city: (is_city && !past.is_empty()).then(|| visit.say.paths_past_the_city(&past)),
        paths: cards.collect(),
        form,
        add_url: is_city.then_some("/admin/review?path=new#form"),
    })
}

/// A path with the steps that count for the reader: a school's own where it has some.
fn card(say: PageWords, path: &ShownPath, own: Option<&ShownPath>) -> PathCard {
    let kinds = say.kinds(&path.types);
    let facts = [
        Some(if kinds.is_empty() {
            say.path_all_others().to_owned()
        } else {
            kinds
        }),
        path.may_reject.then(|| say.path_may_reject().to_owned()),
        path.may_publish.then(|| say.path_may_publish().to_owned()),
        path.may_publish_beyond
            .then(|| say.path_may_publish_beyond().to_owned()),
        own.map(|_| say.path_is_own().to_owned()),
    ];
    let steps = counted(path, own).map(|step| PathStepLine {
        name: say.either(&step.name_zh, &step.name_en).to_owned(),
        facts: step_facts(say, step),
    });
    PathCard {
        name: say.either(&path.name_zh, &path.name_en).to_owned(),
        facts: facts.into_iter().flatten().collect(),
        steps: steps.collect(),
        edit_url: None,
    }
}

fn counted<'a>(path: &'a ShownPath, own: Option<&'a ShownPath>) -> impl Iterator<Item = &'a ShownStep> {
    let of_school = own.unwrap_or(path).steps.iter();
    let of_school = of_school.filter(|step| step.level == ReviewLevel::School);
    of_school.chain(path.steps.iter().filter(|step| step.level == ReviewLevel::City))
}

fn step_facts(say: PageWords, step: &ShownStep) -> Vec<String> {
    let who: Vec<String> = step.asked.iter().map(|role| say.role(*role)).collect();
    let facts = [
        Some(who.join(say.lang().pick("、", ", "))),
        (!step.appointed.is_empty()).then(|| say.review_appointed(&people(step))),
        Some(say.review_voices(step.voices)),
        step.due_days.map(|days| say.step_due(days)),
        step.remind_days.map(|days| say.step_remind(days)),
    ];
    facts.into_iter().flatten().collect()
}

/// Those appointed to a step, by the names that others read; of one who cannot take it any more that is said.
fn people(step: &ShownStep) -> Vec<String> {
    let name = |person: &AppointedReviewer| match person.is_able {
        true => person.display.clone(),
        false => format!("({})", person.display),
    };
    step.appointed.iter().map(name).collect()
}

fn fields(say: PageWords, path: Option<&ShownPath>, own: Option<&ShownPath>, is_city: bool) -> PathFields {
    let is_shown = |step: &&ShownStep| is_city || step.level == ReviewLevel::School;
    let there: Vec<&ShownStep> = path
        .into_iter()
        .flat_map(|path| counted(path, own))
        .filter(is_shown)
        .collect();
    let filled = there.iter().map(|step| Some(*step));
    let rows = filled.chain(std::iter::repeat_n(None, MORE_STEPS));
    let code = path.map(|path| path.code.clone()).unwrap_or_default();
    let is_general = code == GENERAL_PATH;
    PathFields {
        heading: match path {
            Some(path) => say.either(&path.name_zh, &path.name_en).to_owned(),
            None => say.path_add().to_owned(),
        },
        is_new: path.is_none(),
        is_city,
        name_zh: path.map(|path| path.name_zh.clone()).unwrap_or_default(),
        name_en: path.map(|path| path.name_en.clone()).unwrap_or_default(),
        kinds: if is_general {
            Vec::new()
        } else {
            kind_choices(say, path)
        },
        may_reject: path.is_some_and(|path| path.may_reject),
        may_publish: path.is_some_and(|path| path.may_publish),
        may_publish_beyond: path.is_some_and(|path| path.may_publish_beyond),
        steps: (1..)
            .zip(rows)
            .map(|(number, step)| step_fields(say, number, step))
            .collect(),
        faults: Vec::new(),
        remove: match path {
            Some(_) if !is_city => own.map(|_| say.path_give_up()),
            Some(path) if is_removable(&path.code) => Some(say.path_remove()),
            _ => None,
        },
        code,
    }
}

fn kind_choices(say: PageWords, path: Option<&ShownPath>) -> Vec<Choice> {
    let is_chosen = |code: &str| path.is_some_and(|path| path.types.iter().any(|kind| kind == code));
    let choice = |code: &'static str, label: &str| Choice {
        is_chosen: is_chosen(code),
        ..Choice::new(code, label, "")
    };
    RESOURCE_TYPES
        .iter()
        .map(|kind| choice(kind.code, say.kind(kind)))
        .collect()
}

fn step_fields(say: PageWords, number: usize, step: Option<&ShownStep>) -> StepFields {
    let level = step.map_or(ReviewLevel::School, |step| step.level).code();
    let days = |days: Option<u32>| days.map(|days| days.to_string()).unwrap_or_default();
    StepFields {
        number,
        id: step.map(|step| step.id.to_string()).unwrap_or_default(),
        name_zh: step.map(|step| step.name_zh.clone()).unwrap_or_default(),
        name_en: step.map(|step| step.name_en.clone()).unwrap_or_default(),
        levels: vec![
            Choice::new(ReviewLevel::School.code(), say.step_of_school(), level),
            Choice::new(ReviewLevel::City.code(), say.step_of_city(), level),
        ],
        experts_only: step.is_some_and(|step| step.asked == [Role::Expert]),
        people: step.map(|step| step.people.join("、")).unwrap_or_default(),
        voices: step.map_or(1, |step| step.voices).to_string(),
        due_days: days(step.and_then(|step| step.due_days)),
        remind_days: days(step.and_then(|step| step.remind_days)),
    }
}

/// `POST /admin/review`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedForm<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let reach = library.reviews.edits_paths(&visit.actor).ok_or(Refusal::NotAllowed)?;
    let typed = Typed(&form);
    let code = typed.one("code");
    let body = typed.body(reach == Reach::City);
    let written = match is_path_code(code) && code != NEW {
        true => library.reviews.put_path(&visit.actor, code, &body).await,
        false => {
            let page = faulty(&visit, &library, &typed, vec![visit.say.path_code_fault().to_owned()]).await?;
            return visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    match written {
        Ok(Some(_)) => Ok(see_other("/admin/review?done=saved")),
        Ok(None) => Ok(see_other("/admin/review?done=removed")),
        Err(error) => {
            let problem = Problem::from(error);
            let Some(Refusal::Fields(faults)) = problem.refusal() else {
                return Err(problem);
            };
            let said = faults.iter().map(|fault| told(visit.say, fault)).collect();
            let page = faulty(&visit, &library, &typed, said).await?;
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// A fault with the place where it is.
fn told(say: PageWords, fault: &FieldFault) -> String {
    let said = fault.kind.say(say.lang());
    let mut parts = fault.pointer.split('/').skip(1);
    match (parts.next(), parts.next().and_then(|at| at.parse::<usize>().ok())) {
        (Some("steps"), Some(at)) => format!("{}{}{said}", say.step_number(at + 1), say.colon()),
        (Some("name_zh"), _) => format!("{}{}{said}", say.path_name(), say.colon()),
        _ => said,
    }
}

/// Shows the form once more with what was typed and what is wrong with it.
async fn faulty(
    visit: &PageContext,
    library: &Library,
    typed: &Typed<'_>,
    faults: Vec<String>,
) -> Result<ReviewPathsPage, Problem> {
    let code = typed.one("code");
    let mut page = page(
        visit,
        library,
        Some(if typed.one("is_new") == "true" { NEW } else { code }),
    )
    .await?;
    let Some(form) = &mut page.form else {
        return Err(Refusal::NoSuch(crate::error::Thing::ReviewPath).into());
    };
    form.faults = faults;
    code.clone_into(&mut form.code);
    if form.is_city {
        typed.one("name_zh").clone_into(&mut form.name_zh);
        typed.one("name_en").clone_into(&mut form.name_en);
        form.may_reject = typed.one("may_reject") == "true";
        form.may_publish = typed.one("may_publish") == "true";
        form.may_publish_beyond = typed.one("may_publish_beyond") == "true";
        let chosen = typed.all("types");
        for choice in &mut form.kinds {
            choice.is_chosen = chosen.contains(&choice.value.as_str());
        }
    }
    for step in &mut form.steps {
        let of = |name: &str| typed.one(&format!("s{}.{name}", step.number)).to_owned();
        (step.name_zh, step.name_en) = (of("name_zh"), of("name_en"));
        (step.voices, step.due_days, step.remind_days) = (of("voices"), of("due_days"), of("remind_days"));
        (step.experts_only, step.people) = (of("experts_only") == "true", of("people"));
        let level = of("level");
        for choice in &mut step.levels {
            choice.is_chosen = choice.value == level;
        }
    }
    Ok(page)
}
