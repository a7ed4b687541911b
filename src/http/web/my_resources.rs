//! The page of one's own resources, in any status.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::layout::{Layout, Link, Tab};
use super::page_context::{PageContext, see_other};
use super::page_query::PageQuery;
use super::resource_card::{ResourceCard, StatusMark};
use super::urls;
use crate::domain::id::{ResourceId, TaskId};
use crate::domain::resource::Status;
use crate::error::{Error, Refusal};
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::mirror::offers::AtHub;
use crate::library::resource_view::Resource;
use crate::library::resources::edit::Filter;
use crate::words::pages::PageWords;

/// How many resources stand on a page.
const PAGE_SIZE: u64 = 20;

/// The page of one's own resources.
#[derive(Debug, Template)]
#[template(path = "mine.html")]
pub struct MyResourcesPage {
    /// The frame.
    pub layout: Layout,
    /// One tab for all, and one per status.
    pub tabs: Vec<Tab>,
    /// Lifts the limits to a task and a type, where there are some.
    pub all_url: Option<String>,
    /// All of the tab as a table, where it holds anything.
    pub table_url: Option<String>,
    /// The resources of the tab.
    pub rows: Vec<MyResourceRow>,
    /// The next page.
    pub next_url: Option<String>,
}

/// One of one's own resources.
#[derive(Debug, Clone)]
pub struct MyResourceRow {
    /// The resource; its status always shown.
    pub card: ResourceCard,
    /// What the reviewer wrote, when it was sent back.
    pub review_note: Option<String>,
    /// What became of it at the hub that it was offered to.
    pub at_hub: Option<HubRemark>,
    /// The form that changes it.
    pub edit_url: String,
    /// What reviewers said that is not done with yet: `3 条未解决的批注`; leads there.
    pub comments: Option<Link>,
    /// What keeps files of it from being found: `1 个文件读不出文字`; leads to why.
    pub warning: Option<Link>,
}

/// What became of a resource at the hub, for its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubRemark {
    /// What stands before a reviewer's words.
    pub heading: Option<&'static str>,
    /// The reviewer's words, or a sentence.
    pub text: String,
    /// Whether its author has something to do.
    pub is_fault: bool,
}

impl HubRemark {
    /// What is said of it.
    pub fn of(say: PageWords, at_hub: AtHub) -> Self {
        let plain = |text: &str| Self {
            heading: None,
            text: text.to_owned(),
            is_fault: false,
        };
        if let Some(why) = at_hub.refused {
            return Self {
                is_fault: true,
                ..plain(&say.at_hub_refused(&why))
            };
        }
        if at_hub.is_gone {
            return plain(say.at_hub_gone());
        }
        match (at_hub.status, at_hub.note) {
            (Some(Status::Returned), Some(note)) => Self {
                heading: Some(say.at_hub_returned()),
                text: note,
                is_fault: true,
            },
            (status, _) => Self {
                is_fault: status == Some(Status::Returned),
                ..plain(say.at_hub(status))
            },
        }
    }
}

/// Which tab, and which part of it.
#[derive(Debug, Default, Deserialize)]
pub struct MyResourcesQuery {
    /// A status; all when not given.
    pub tab: Option<String>,
    /// Only for this learning task, by id.
    pub task: Option<TaskId>,
    /// Only of this type, by code.
    pub r#type: Option<String>,
    /// `open`: only those on which others said something that is not done with.
    pub comments: Option<String>,
    /// Which part of the list, and what just happened.
    #[serde(flatten)]
    pub at: PageQuery,
}

/// What a tab holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TabFilter {
    All,
    Own(Status),
}

/// The tabs with the names that addresses give them.
const TABS: [(&str, TabFilter); 6] = [
    ("", TabFilter::All),
    ("draft", TabFilter::Own(Status::Draft)),
    ("submitted", TabFilter::Own(Status::Submitted)),
    ("returned", TabFilter::Own(Status::Returned)),
    ("published", TabFilter::Own(Status::Published)),
    ("withdrawn", TabFilter::Own(Status::Withdrawn)),
];

/// `GET /mine`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<MyResourcesQuery>,
) -> Result<HttpResponse, Problem> {
    let asked = query.tab.as_deref().unwrap_or_default();
    // Where the queue stood before it had a page of its own.
    if asked == "review" {
        return Ok(see_other(urls::REVIEW));
    }
    let (name, holds) = TABS.into_iter().find(|(name, _)| *name == asked).unwrap_or(TABS[0]);
    let page = library
        .resources
        .list(
            &visit.actor,
            &filter(&visit, holds, &query)?,
            query.at.cursor(),
            PAGE_SIZE,
        )
        .await?;
    // For the whole page at once: a query for each row would be three times twenty.
    let unread = library.resources.unread(&page.items).await?;
    let comments = library.reviews.open_comments(&page.items).await?;
    let ids: Vec<ResourceId> = page.items.iter().map(|resource| resource.id).collect();
    let mut at_hub = library.mirror.standings(&ids).await?;
    let row = |resource: &Resource| {
        let open = comments.get(&resource.id).copied();
        let at_hub = at_hub.remove(&resource.id);
        MyResourceRow {
            at_hub: at_hub.map(|at_hub| HubRemark::of(visit.say, at_hub)),
            ..row(&visit, resource, unread.get(&resource.id).copied(), open)
        }
    };
    let task = query.task.map(|id| id.to_string()).unwrap_or_default();
    let kind = query.r#type.as_deref().unwrap_or_default();
    let commented = query.comments.as_deref().unwrap_or_default();
    let is_limited = !task.is_empty() || !kind.is_empty() || !commented.is_empty();
    let mut layout = visit.layout(visit.say.mine_heading());
    layout.notice = (query.at.done.as_deref() == Some("removed")).then(|| visit.say.done_removed().to_owned());
    visit.page(&MyResourcesPage {
        layout,
        tabs: tabs(&visit, holds),
        // What has open comments is no list of its own.
        table_url: (!page.items.is_empty() && commented.is_empty()).then(|| {
            let fields = [("status", name), ("task", &task), ("type", kind), ("format", "xlsx")];
            let fields: Vec<(&str, &str)> = [("mine", "true")].into_iter().chain(fields).collect();
            urls::with_query(urls::RESOURCES, &fields)
        }),
        rows: page.items.iter().map(row).collect(),
        next_url: page.next_cursor.map(|cursor| {
            urls::with_query(
                "/mine",
                &[
                    ("tab", name),
                    ("task", &task),
                    ("type", kind),
                    ("comments", commented),
                    ("cursor", &cursor),
                ],
            )
        }),
        all_url: is_limited.then(|| urls::with_query("/mine", &[("tab", name)])),
    })
}

fn filter(visit: &PageContext, holds: TabFilter, query: &MyResourcesQuery) -> Result<Filter, Error> {
    let member = visit.actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    Ok(Filter {
        owner: Some(member.id),
        status: match holds {
            TabFilter::All => None,
            TabFilter::Own(status) => Some(status),
        },
        task: query.task,
        kind: query.r#type.clone().filter(|kind| !kind.is_empty()),
        commented_but_by: (query.comments.as_deref() == Some("open")).then_some(member.id),
        ..Filter::default()
    })
}

fn tabs(visit: &PageContext, open: TabFilter) -> Vec<Tab> {
    let label = |holds| match holds {
        TabFilter::All => visit.say.all().to_owned(),
        TabFilter::Own(status) => visit.say.status(status),
    };
    let tab = |(name, holds)| Tab {
        label: label(holds),
        url: urls::with_query("/mine", &[("tab", name)]),
        is_here: holds == open,
    };
    TABS.into_iter().map(tab).collect()
}

fn row(visit: &PageContext, resource: &Resource, unread: Option<u64>, comments: Option<u64>) -> MyResourceRow {
    let mut card = ResourceCard::of(visit.say, resource);
    card.status = Some(StatusMark::of(visit.say, resource.status));
    MyResourceRow {
        card,
        review_note: resource
            .review_note
            .clone()
            .filter(|_| resource.status == Status::Returned),
        at_hub: None,
        edit_url: urls::edit_resource(resource.id),
        comments: comments.map(|open| Link::new(visit.say.open_comments(open), urls::comments(resource.id))),
        warning: unread.map(|files| Link::new(visit.say.unread_files(files), urls::findability(resource.id, ""))),
    }
}
