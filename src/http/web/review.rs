//! The page of the review queue: what waits, since when, whose, for which task.

use std::fmt::Display;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::Choice;
use super::layout::{Layout, Link};
use super::page_context::PageContext;
use super::page_query::PageQuery;
use super::resource_card::ResourceCard;
use super::urls;
use super::waits_at::{WaitingRemark, remark};
use crate::domain::id::ResourceId;
use crate::domain::resource::resource_type;
use crate::domain::search::NamedRef;
use crate::domain::time::Timestamp;
use crate::http::api::reviews::QueueQuery;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::packs::Pack;
use crate::library::paging::Page;
use crate::library::resource_view::Resource;
use crate::library::reviews::queue::{Choices, Neighbour, Neighbours, SubmittedResource};
use crate::words::pages::PageWords;

/// How many resources stand on a page.
const PAGE_SIZE: u64 = 30;
/// How many things that changed are named.
const NAMED: usize = 5;
/// An hour in milliseconds.
const HOUR: i64 = 3_600_000;

/// The page.
#[derive(Debug, Template)]
#[template(path = "review.html")]
pub struct ReviewPage {
    /// The frame.
    pub layout: Layout,
    /// How much waits in all: `待审核 12 个`.
    pub count: Option<String>,
    /// What the queue can be limited to; not where nothing waits.
    pub limits: Option<QueueFilters>,
    /// What waits, the longest first.
    pub rows: Vec<QueueRow>,
    /// Packs whose words wait: shown with the whole queue.
    pub packs: Vec<WaitingPack>,
    /// What is said when there is nothing.
    pub nothing: Option<EmptyQueue>,
    /// The next page.
    pub next_url: Option<String>,
}

/// A pack whose words wait.
#[derive(Debug, Clone)]
pub struct WaitingPack {
    /// The pack.
    pub link: Link,
    /// Whose it is, and whom it is for.
    pub facts: Vec<String>,
}

/// What the queue can be limited to.
#[derive(Debug, Clone)]
pub struct QueueFilters {
    /// Schools; only where there are several.
    pub schools: Vec<Choice>,
    /// Majors.
    pub majors: Vec<Choice>,
    /// Types.
    pub kinds: Vec<Choice>,
    /// Lifts all limits, where there are some.
    pub all_url: Option<String>,
}

/// Something that waits.
#[derive(Debug, Clone)]
pub struct QueueRow {
    /// The resource.
    pub card: ResourceCard,
    /// Since when, whose, for which task.
    pub facts: Vec<String>,
    /// The step at which it waits.
    pub step: Option<WaitingRemark>,
    /// What reviewers said that is not done with: `3 条未解决的批注`.
    pub comments: Option<String>,
    /// Whether it is the next after what was just decided.
    pub is_next: bool,
}

/// That nothing waits.
#[derive(Debug, Clone)]
pub struct EmptyQueue {
    /// Plainly.
    pub heading: &'static str,
    /// What to do.
    pub more: Option<&'static str>,
}

/// Where a resource stands in the queue, on its page.
#[derive(Debug, Clone)]
pub struct QueueWay {
    /// The one before.
    pub previous: Option<Link>,
    /// The one behind.
    pub next: Option<Link>,
}

/// Which part of the queue.
#[derive(Debug, Default, Deserialize)]
pub struct ReviewQuery {
    /// What it is limited to.
    #[serde(flatten)]
    pub limits: QueueQuery,
    /// Which part of the list, and what just happened.
    #[serde(flatten)]
    pub at: PageQuery,
    /// What comes after it.
    pub next: Option<ResourceId>,
}

/// `GET /review`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<ReviewQuery>,
) -> Result<HttpResponse, Problem> {
    let choices = library.reviews.review_choices(&visit.actor).await?;
    let waiting = match query.limits.wanted(&library).await? {
        Some(wanted) => {
            library
                .reviews
                .reviews(&visit.actor, &wanted, query.at.cursor(), PAGE_SIZE)
                .await?
        }
        // Limits that nothing can meet: a school or a major that is not there.
        None => Page::only(Vec::new()),
    };
    let total = library.reviews.reviews_waiting(&visit.actor).await?;
    let now = library.clock().now();
    let mut page = page(&visit, &query, &choices, waiting, now);
    // Beside a part of the queue the number of all of it would say something else than the list.
    let is_whole = page.limits.as_ref().is_none_or(|limits| limits.all_url.is_none());
    if is_whole && query.at.cursor().is_none() {
        let packs = library.packs.packs_waiting(&visit.actor, None, PAGE_SIZE).await?;
        page.packs = packs.items.iter().map(|pack| waiting_pack(visit.say, pack)).collect();
    }
    if !page.packs.is_empty() {
        page.nothing = None;
    }
    page.count = (total > 0 && is_whole).then(|| visit.say.queue_count(total));
    page.layout.notice = query.at.done.as_deref().and_then(|done| notice(&visit, done));
    visit.page(&page)
}

fn page(
    visit: &PageContext,
    query: &ReviewQuery,
    choices: &Choices,
    waiting: Page<SubmittedResource>,
    now: Timestamp,
) -> ReviewPage {
    let limits = &query.limits;
    let chosen = [
        ("school", limits.school.as_deref().unwrap_or_default()),
        ("major", limits.major.as_deref().unwrap_or_default()),
        ("type", limits.r#type.as_deref().unwrap_or_default()),
        ("task", limits.task.as_deref().unwrap_or_default()),
    ];
    let is_limited = chosen.iter().any(|(_, value)| !value.is_empty());
    let next_of = |cursor: String| {
        let mut fields = chosen.to_vec();
        fields.push(("cursor", &cursor));
        urls::with_query(urls::REVIEW, &fields)
    };
    let mut rows: Vec<QueueRow> = waiting.items.iter().map(|it| row(visit, it, now)).collect();
    if query.at.done.is_some() {
        mark_next(&mut rows, &waiting.items, query.next);
    }
    let has_choices = !choices.kinds.is_empty();
    ReviewPage {
        layout: visit.layout(visit.say.queue_heading()),
        count: None,
        limits: has_choices.then(|| limits_of(visit, choices, &chosen, is_limited)),
        packs: Vec::new(),
        nothing: rows.is_empty().then(|| nothing(visit, is_limited)),
        next_url: waiting.next_cursor.map(next_of),
        rows,
    }
}

/// The one that came next when the last decision was made; the oldest, when somebody else has decided on that.
fn mark_next(rows: &mut [QueueRow], waiting: &[SubmittedResource], next: Option<ResourceId>) {
    let at = waiting.iter().position(|it| Some(it.resource.id) == next);
    if let Some(row) = rows.get_mut(at.unwrap_or(0)) {
        row.is_next = true;
    }
}

fn choice<I: Display>(named: &NamedRef<I>, chosen: &str) -> Choice {
    let value = named.code.clone().unwrap_or_else(|| named.id.to_string());
    Choice::new(value, named.name.clone(), chosen)
}

fn limits_of(visit: &PageContext, choices: &Choices, chosen: &[(&str, &str); 4], is_limited: bool) -> QueueFilters {
    let say = visit.say;
    let with_all = |all: &str, chosen: &str, some: Vec<Choice>| {
        std::iter::once(Choice::new("", all, chosen)).chain(some).collect()
    };
    let [(_, school), (_, major), (_, kind), _] = *chosen;
    let schools: Vec<Choice> = choices.schools.iter().map(|it| choice(it, school)).collect();
    let majors = choices.majors.iter().map(|it| choice(it, major)).collect();
    let kinds = choices.kinds.iter().filter_map(|code| resource_type(code));
    let kinds = kinds.map(|it| Choice::new(it.code, say.kind(it), kind)).collect();
    QueueFilters {
        // A reviewer of one school has nothing to choose.
        schools: if schools.len() > 1 {
            with_all(say.any_school(), school, schools)
        } else {
            Vec::new()
        },
        majors: with_all(say.any_major(), major, majors),
        kinds: with_all(say.any_kind(), kind, kinds),
        all_url: is_limited.then(|| urls::REVIEW.to_owned()),
    }
}

fn nothing(visit: &PageContext, is_limited: bool) -> EmptyQueue {
    if is_limited {
        return EmptyQueue {
            heading: visit.say.queue_narrowed(),
            more: None,
        };
    }
    EmptyQueue {
        heading: visit.say.queue_empty(),
        more: Some(visit.say.queue_empty_more()),
    }
}

fn row(visit: &PageContext, waiting: &SubmittedResource, now: Timestamp) -> QueueRow {
    let say = visit.say;
    let resource = &waiting.resource;
    let hours = (now.0 - waiting.submitted_at.0) / HOUR;
    let mut card = ResourceCard::of(say, resource);
    // Everything here is in review, and the place comes with its whole way below.
    card.status = None;
    card.facts = [resource.school.as_ref().map(|school| school.name.clone())]
        .into_iter()
        .flatten()
        .chain([
            say.submitted_by(&resource.owner.name),
            say.scope(resource.metadata.scope),
        ])
        .collect();
    QueueRow {
        card,
        facts: [
            Some(place(visit, resource)),
            Some(say.waits_since(&waiting.submitted_at.minute(), hours)),
            changed(visit, resource),
        ]
        .into_iter()
        .flatten()
        .collect(),
        step: waiting.review.as_ref().map(|waits| remark(say, waits)),
        comments: (waiting.open_comments > 0).then(|| say.open_comments(waiting.open_comments)),
        is_next: false,
    }
}

fn waiting_pack(say: PageWords, pack: &Pack) -> WaitingPack {
    let school = pack.school.as_ref().map(|school| school.name.clone());
    let facts = [school, Some(pack.owner.name.clone()), Some(say.scope(pack.scope))];
    WaitingPack {
        link: Link::new(pack.title.clone(), pack.url.clone()),
        facts: facts.into_iter().flatten().collect(),
    }
}

/// What changed since it was approved, where it was before.
fn changed(visit: &PageContext, resource: &Resource) -> Option<String> {
    let changes = &resource.changed_since_approved.as_ref()?.changes;
    let files = [&changes.added, &changes.replaced, &changes.removed]
        .into_iter()
        .flatten();
    let fields = changes.fields.iter().map(|name| visit.say.field_of(name));
    let names: Vec<String> = fields.chain(files.cloned()).collect();
    Some(visit.say.changed_in(&visit.say.names(&names, NAMED)))
}

fn place(visit: &PageContext, resource: &Resource) -> String {
    let major = resource.major.as_ref().map(|major| major.name.as_str());
    let course = resource.course.as_ref().map(|course| course.name.as_str());
    let task = resource.task.as_ref().map(|task| task.name.as_str());
    let names: Vec<&str> = [major, course, task].into_iter().flatten().collect();
    if names.is_empty() {
        return visit.say.no_task().to_owned();
    }
    names.join(" › ")
}

/// Where a resource stands in the reader's queue.
pub fn way(neighbours: Neighbours) -> QueueWay {
    let link = |it: Neighbour| Link::new(it.title, urls::resource(it.id));
    QueueWay {
        previous: neighbours.previous.map(link),
        next: neighbours.next.map(link),
    }
}

fn notice(visit: &PageContext, done: &str) -> Option<String> {
    let said = match done {
        "approve" => visit.say.done_approve(),
        "approve-on" => visit.say.done_approve_on(),
        "return" => visit.say.done_return(),
        "reject" => visit.say.done_reject(),
        _ => return None,
    };
    Some(said.to_owned())
}

/// Where a reviewer goes on after a decision.
pub fn after(done: &str, next: Option<ResourceId>) -> String {
    let next = next.map(|id| id.to_string()).unwrap_or_default();
    urls::with_query(urls::REVIEW, &[("done", done), ("next", &next)])
}
