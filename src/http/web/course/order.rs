//! The form that puts a task's resources in order, by hand.
//!
//! The form holds the whole list, and every button sends it whole.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::domain::authority::Reach;
use crate::domain::id::{ResourceId, TaskId};
use crate::domain::resource::Status;
use crate::domain::search::{Filters, Question, Sort};
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::resource_card::ResourceCard;
use crate::http::web::urls;
use crate::library::Library;
use crate::library::curriculum::order::{MAX_ORDERED, TaskOrder};
use crate::library::resource_view::Resource;

/// How many resources of a task without a place are listed.
const LISTED: usize = 100;

/// The form.
#[derive(Debug, Template)]
#[template(path = "task_order.html")]
pub struct OrderPage {
    /// The frame.
    pub layout: Layout,
    /// The course, at the task.
    pub course: Link,
    /// The task.
    pub task: String,
    /// For whom the order is made.
    pub lead: &'static str,
    /// Where the form is sent.
    pub url: String,
    /// The revision that is changed.
    pub seen: i64,
    /// What is shown for the task, in the order in which it is shown.
    pub rows: Vec<OrderRow>,
    /// That the order shown is not the one that is made here.
    pub whose: Option<&'static str>,
    /// Gives up the order that is made here, where there is one.
    pub give_up: Option<&'static str>,
}

/// One resource in the list.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// Its place, counted from 1.
    pub number: usize,
    /// Its id.
    pub id: ResourceId,
    /// What it is.
    pub card: ResourceCard,
    /// How its buttons are read out: up, down.
    pub labels: [String; 2],
    /// Whether it can go up.
    pub has_above: bool,
    /// Whether it can go down.
    pub has_below: bool,
}

/// What just happened.
#[derive(Debug, Default, Deserialize)]
pub struct OrderQuery {
    /// After a form was sent.
    pub done: Option<String>,
}

/// `GET /tasks/{id}/order`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TaskId>,
    query: web::Query<OrderQuery>,
) -> Result<HttpResponse, Problem> {
    let reach = library
        .curriculum
        .arranges_for(&visit.actor)
        .ok_or(Refusal::NotAllowed)?;
    let order = library.curriculum.task_order(&visit.actor, *id).await?;
    let resources = listed(&visit, &library, &order).await?;
    let mut page = page(&visit, &order, reach, &resources);
    let said = match query.done.as_deref() {
        Some("saved") => Some(visit.say.order_saved()),
        Some("moved") => Some(visit.say.order_moved()),
        Some("stale") => Some(visit.say.order_stale()),
        Some("given-up") => Some(visit.say.order_given_up()),
        _ => None,
    };
    page.layout.notice = said.map(str::to_owned);
    visit.page(&page)
}

/// What is shown for the task: what was given a place, and the newest of the others behind.
async fn listed(visit: &PageContext, library: &Library, order: &TaskOrder) -> Result<Vec<Resource>, Problem> {
    let mut resources = library.curriculum.all_in_order(&visit.actor, order).await?;
    let ask = Question {
        filters: Filters {
            task: vec![order.task.id],
            ..Filters::default()
        },
        sort: Sort::Newest,
        limit: LISTED,
        ..Question::default()
    };
    let found = library.search.find(&visit.actor, ask, visit.say.lang()).await?;
    let others = found.hits.into_iter().map(|hit| hit.resource);
    // One's own that is not published yet is found as well, and has no place among what everybody sees.
    let published = others.filter(|other| other.status == Status::Published);
    resources.extend(published.filter(|other| !order.resources.contains(&other.id)));
    Ok(resources)
}

fn page(visit: &PageContext, order: &TaskOrder, reach: Reach, resources: &[Resource]) -> OrderPage {
    let say = visit.say;
    let row = |(at, resource): (usize, &Resource)| OrderRow {
        number: at + 1,
        id: resource.id,
        card: ResourceCard::of(say, resource),
        labels: [say.entry_up(), say.entry_down()].map(|act| say.entry_named(act, at + 1, &resource.metadata.title)),
        has_above: at > 0,
        has_below: at + 1 < resources.len(),
    };
    let has_order = !order.resources.is_empty();
    let is_own = order.school.as_ref().map(|school| school.id) == reach.school();
    OrderPage {
        layout: visit.layout(say.order_heading()),
        course: Link::new(&order.course.name, urls::course_at(order.course.id, order.task.id)),
        task: order.task.name.clone(),
        lead: match reach {
            Reach::City => say.order_lead_city(),
            Reach::School(_) => say.order_lead_school(),
        },
        url: urls::task_order(order.task.id),
        seen: order.revision,
        rows: resources.iter().enumerate().map(row).collect(),
        whose: (has_order && !is_own).then(|| say.order_of_city()),
        give_up: (has_order && is_own).then(|| match reach {
            Reach::City => say.order_newest(),
            Reach::School(_) => say.order_give_up(),
        }),
    }
}

/// Which button was pressed, and what it does besides saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Button {
    Save,
    Up(ResourceId),
    Down(ResourceId),
    Newest,
}

impl Button {
    /// Reads `up-` with a resource's id.
    fn parse(text: &str) -> Option<Self> {
        match text.split_once('-') {
            Some(("up", id)) => Some(Self::Up(id.parse().ok()?)),
            Some(("down", id)) => Some(Self::Down(id.parse().ok()?)),
            _ => match text {
                "save" => Some(Self::Save),
                "newest" => Some(Self::Newest),
                _ => None,
            },
        }
    }

    /// Does it to a list; where there is nothing to move, nothing happens.
    fn apply(self, list: &mut Vec<ResourceId>) {
        let place = |id: ResourceId, list: &[ResourceId]| list.iter().position(|other| *other == id);
        match self {
            Self::Save => {}
            Self::Newest => list.clear(),
            Self::Up(id) => {
                if let Some(at) = place(id, list).filter(|at| *at > 0) {
                    list.swap(at, at - 1);
                }
            }
            Self::Down(id) => {
                if let Some(at) = place(id, list).filter(|at| at + 1 < list.len()) {
                    list.swap(at, at + 1);
                }
            }
        }
    }

    /// Where one is led when it is done: a moved entry stays in view.
    fn leads_to(self, order: &TaskOrder) -> String {
        let form = urls::task_order(order.task.id);
        match self {
            Self::Save => format!("{form}?done=saved"),
            Self::Newest => format!("{form}?done=given-up"),
            Self::Up(id) | Self::Down(id) => format!("{form}?done=moved#entry-{id}"),
        }
    }
}

/// `POST /tasks/{id}/order`
pub async fn save(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TaskId>,
    form: ProtectedForm<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let one = |name: &str| {
        form.iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    };
    let seen = one("seen").and_then(|seen| seen.parse().ok()).unwrap_or_default();
    let act = one("act").and_then(Button::parse).unwrap_or(Button::Save);
    let order = library.curriculum.task_order(&visit.actor, *id).await?;
    // What was withdrawn while the page was open has no place any more, and that is nobody's mistake.
    let there: Vec<ResourceId> = listed(&visit, &library, &order)
        .await?
        .iter()
        .map(|resource| resource.id)
        .collect();
    let sent = form.iter().filter(|(name, _)| name == "entry");
    let mut list: Vec<ResourceId> = sent
        .filter_map(|(_, id)| id.parse().ok())
        .filter(|id| there.contains(id))
        .collect();
    act.apply(&mut list);
    list.truncate(MAX_ORDERED);
    match library.curriculum.put_in_order(&visit.actor, *id, list, seen).await {
        Ok(order) => Ok(see_other(&act.leads_to(&order))),
        // Back to the form: an error page would be a dead end, and the list can be moved once more.
        Err(Error::Refused(refusal)) if *refusal == Refusal::ChangedMeanwhile => {
            Ok(see_other(&format!("{}?done=stale", urls::task_order(*id))))
        }
        Err(error) => Err(error.into()),
    }
}
