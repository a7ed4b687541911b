//! The form that makes a pack of a course, a task, a major or a resource, and publishes it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::fields::{PackFields, entry_json, field, scopes};
use crate::actor::Actor;
use crate::domain::fault::FieldFault;
use crate::domain::id::{PackId, ResourceId};
use crate::domain::pack::PackForm;
use crate::domain::resource::RESOURCE_TYPES;
use crate::domain::search::{Filters, Question, Sort};
use crate::domain::stage::stage_rank;
use crate::error::{Error, Refusal, Result, Thing};
use crate::http::form::request_hash;
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::{Layout, Link};
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::urls;
use crate::library::Library;
use crate::library::idempotency::Answered;
use crate::library::search::find::FacetCount;
use crate::words::pages::PageWords;

/// What a pack can be made of, as the form's hidden field names it.
const SOURCES: [&str; 4] = ["course", "task", "major", "resource"];

/// The form that makes a pack.
#[derive(Debug, Template)]
#[template(path = "pack_new.html")]
pub struct CreatePackPage {
    /// The frame.
    pub layout: Layout,
    /// Makes sending the form twice make one pack.
    pub idempotency_key: String,
    /// What is wrong with the whole.
    pub fault: Option<String>,
    /// What it is made of: its page.
    pub source: Link,
    /// What that is, and how much there is: `课程 · 36 个资源`.
    pub source_facts: Vec<String>,
    /// The hidden field that names it.
    pub source_field: (&'static str, String),
    /// The title.
    pub title: FormField,
    /// The description.
    pub description: FormField,
    /// Whom it is for.
    pub scopes: Vec<Choice>,
    /// The types that there are; nothing to choose where there is only one.
    pub types: Vec<Choice>,
    /// The stages that there are; nothing to choose where there are none.
    pub stages: Vec<Choice>,
}

/// What the pack is to be made of; the first that is given counts.
#[derive(Debug, Default, Deserialize)]
pub struct NewPackQuery {
    /// A course.
    pub course: Option<String>,
    /// A task.
    pub task: Option<String>,
    /// A major.
    pub major: Option<String>,
    /// A resource.
    pub resource: Option<String>,
}

/// `GET /packs/new`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<NewPackQuery>,
) -> std::result::Result<HttpResponse, Problem> {
    if !visit.may_share() {
        return Err(Refusal::NotAllowed.into());
    }
    let query = query.into_inner();
    let given = [query.course, query.task, query.major, query.resource];
    let pairs = SOURCES.into_iter().zip(given);
    let pairs = pairs.filter_map(|(name, id)| Some((name.to_owned(), id?)));
    let typed = PackFields::of(pairs.chain([("scope".to_owned(), "city".to_owned())]).collect());
    let source = PackSource::find(&library, &visit.actor, &typed).await?;
    let mut page = page(&visit, &library, &typed, source, &[]).await?;
    page.title = FormField::of(visit.say.pack_title_of(&page.source.label));
    visit.page(&page)
}

/// `POST /packs`
pub async fn make(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    form: ProtectedForm<Vec<(String, String)>>,
) -> std::result::Result<HttpResponse, Problem> {
    let typed = PackFields::of(form.into_inner());
    let source = PackSource::find(&library, &visit.actor, &typed).await?;
    match made(&visit, &library, &request, &typed, &source).await {
        Ok(address) => Ok(see_other(&address)),
        Err(error) => {
            let problem = Problem::from(error);
            let Some(Refusal::Fields(faults)) = problem.refusal() else {
                return Err(problem);
            };
            let page = page(&visit, &library, &typed, source, faults).await?;
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Makes the pack and publishes it; returns its address. The same form sent twice makes one.
async fn made(
    visit: &PageContext,
    library: &Library,
    request: &HttpRequest,
    typed: &PackFields,
    source: &PackSource,
) -> Result<String> {
    let fields = json(typed, source);
    let hash = request_hash(request, &fields, &[]);
    let add = library.idempotency.once(
        &visit.actor,
        typed.one("idempotency_key"),
        hash,
        async |actor| {
            let form = PackForm::parse(&fields).map_err(Refusal::Fields)?;
            let pack = library.packs.add_pack(actor, form).await?;
            Ok(Answered::leading_to(pack.id.to_string()))
        },
        async |subject| Ok(Answered::leading_to(subject.to_owned())),
    );
    let id = add.await?.location.and_then(|id| id.parse::<PackId>().ok());
    let id = id.ok_or(Refusal::NoSuch(Thing::Pack))?;
    // Sent again, it is published already.
    if library.packs.pack(&visit.actor, id).await?.newest.is_none() {
        library
            .packs
            .publish_pack(&visit.actor, id, String::new(), None)
            .await?;
    }
    Ok(format!("{}?done=made", urls::pack(id)))
}

/// The form as the interface takes it.
fn json(typed: &PackFields, source: &PackSource) -> Map<String, Value> {
    let entry = json!({source.field: source.id, "types": typed.all("type").collect::<Vec<_>>(),
        "stages": typed.all("stage").collect::<Vec<_>>()});
    let fields = json!({
        "title": typed.one("title"),
        "description": typed.one("description"),
        "scope": typed.one("scope"),
        "contents": [entry],
    });
    fields.as_object().cloned().unwrap_or_default()
}

/// What a pack is made of.
struct PackSource {
    field: &'static str,
    id: String,
    /// What holds its resources, unless it is one.
    filters: Filters,
    link: Link,
}

impl PackSource {
    /// The course, task, major or resource that the form names.
    async fn find(library: &Library, actor: &Actor, typed: &PackFields) -> Result<Self> {
        let named = SOURCES.into_iter().find_map(|field| Some((field, typed.one(field)?)));
        let (field, given) = named.ok_or(Refusal::NoSuch(Thing::Page))?;
        let mut filters = Filters::default();
        let (id, link) = match field {
            "course" => {
                let course = library.curriculum.course(given).await?;
                filters.course.push(course.id);
                (course.id.to_string(), Link::new(course.name, urls::course(course.id)))
            }
            "task" => {
                let task = library.curriculum.task(given).await?;
                let search = urls::with_query("/search", &[("task", &task.id.to_string())]);
                filters.task.push(task.id);
                (task.id.to_string(), Link::new(task.name, search))
            }
            "major" => {
                let major = library.curriculum.major(given).await?;
                filters.major.push(major.id);
                (major.id.to_string(), Link::new(major.name, urls::major(major.id)))
            }
            _ => {
                let id: ResourceId = given.parse().map_err(|_| Refusal::NoSuch(Thing::Resource))?;
                let resource = library.resources.resource(actor, id).await?;
                (
                    resource.id.to_string(),
                    Link::new(resource.metadata.title, resource.url),
                )
            }
        };
        Ok(Self {
            field,
            id,
            filters,
            link,
        })
    }

    /// How many resources there are in it, of which types and for which stages, as far as the actor sees them.
    async fn holdings(&self, visit: &PageContext, library: &Library) -> Result<(u64, Vec<String>, Vec<String>)> {
        if self.field == "resource" {
            return Ok((1, Vec::new(), Vec::new()));
        }
        let question = Question {
            filters: self.filters.clone(),
            sort: Sort::Newest,
            limit: 1,
            ..Question::default()
        };
        let found = library.search.find(&visit.actor, question, visit.say.lang()).await?;
        let keys = |counts: Vec<FacetCount>| counts.into_iter().map(|count| count.key).collect();
        Ok((found.total as u64, keys(found.facets.kind), keys(found.facets.stage)))
    }
}

async fn page(
    visit: &PageContext,
    library: &Library,
    typed: &PackFields,
    source: PackSource,
    faults: &[FieldFault],
) -> std::result::Result<CreatePackPage, Problem> {
    let say = visit.say;
    let (holdings, kinds, there) = source.holdings(visit, library).await?;
    let typed_field = |name: &str| field(visit, typed.one(name).unwrap_or_default(), faults, &format!("/{name}"));
    Ok(CreatePackPage {
        layout: visit.layout(say.make_pack()),
        idempotency_key: typed
            .one("idempotency_key")
            .map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned),
        fault: (!faults.is_empty()).then(|| say.pack_faults().to_owned()),
        source_facts: vec![say.entry_kind(source.field), say.resources(holdings)],
        source_field: (source.field, source.id),
        source: source.link,
        title: typed_field("title"),
        description: typed_field("description"),
        scopes: scopes(say, typed.one("scope").unwrap_or_default()),
        types: types(say, &kinds, typed),
        stages: stages(say, there, typed),
    })
}

/// The types to choose from, in their usual order: those that there are, and those that were chosen.
fn types(say: PageWords, there: &[String], typed: &PackFields) -> Vec<Choice> {
    let chosen: Vec<&str> = typed.all("type").collect();
    let is_offered = |code: &str| there.iter().any(|kind| kind == code) || chosen.contains(&code);
    let offered = RESOURCE_TYPES.iter().filter(|kind| is_offered(kind.code));
    let choices = offered.map(|kind| Choice {
        value: kind.code.to_owned(),
        label: say.kind(kind).to_owned(),
        note: None,
        is_chosen: chosen.contains(&kind.code),
    });
    let choices: Vec<Choice> = choices.collect();
    // One type alone is no choice.
    if choices.len() < 2 { Vec::new() } else { choices }
}

/// The stages to choose from, in the order in which a task goes through them.
fn stages(say: PageWords, mut there: Vec<String>, typed: &PackFields) -> Vec<Choice> {
    let chosen: Vec<&str> = typed.all("stage").collect();
    there.sort_by(|a, b| (stage_rank(a), a).cmp(&(stage_rank(b), b)));
    let choices = there.into_iter().map(|key| Choice {
        label: say.stage(&key),
        note: None,
        is_chosen: chosen.contains(&key.as_str()),
        value: key,
    });
    choices.collect()
}

/// A resource to add, as its page sends it.
#[derive(Debug, Deserialize)]
pub struct AddFields {
    /// The resource.
    pub resource: ResourceId,
    /// The pack; a new one when left empty.
    #[serde(default)]
    pub pack: String,
}

/// `POST /packs/add`
pub async fn add(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedForm<AddFields>,
) -> std::result::Result<HttpResponse, Problem> {
    if form.pack.is_empty() {
        return Ok(see_other(&urls::new_pack("resource", form.resource)));
    }
    let pack: PackId = form.pack.parse().map_err(|_| Refusal::NoSuch(Thing::Pack))?;
    let done = append(&library, &visit.actor, pack, form.resource).await?;
    Ok(see_other(&format!("{}/edit?done={done}", urls::pack(pack))))
}

/// Appends a resource to a pack, unless it is in it.
async fn append(
    library: &Library,
    actor: &Actor,
    pack: PackId,
    resource: ResourceId,
) -> std::result::Result<&'static str, Error> {
    let pack = library.packs.pack(actor, pack).await?;
    let entries = pack.contents.unwrap_or_default();
    // The button may be pressed twice.
    if entries.iter().any(|entry| entry.id == resource.into()) {
        return Ok("there");
    }
    let mut contents: Vec<Value> = entries.iter().map(|entry| entry_json(entry, &entry.note)).collect();
    contents.push(json!({"resource": resource}));
    let fields = Map::from_iter([("contents".to_owned(), Value::Array(contents))]);
    library.packs.edit_pack(actor, pack.id, pack.revision, &fields).await?;
    Ok("added")
}
