//! How soon a library of some size serves after a start, and what the service holds while nobody asks.
//!
//! ```text
//! cargo bench --bench restart -- [FOLDER] [RESOURCES]
//! ```
//!
//! `FOLDER` lies on the disk to measure (default: the system's temporary folder), `RESOURCES` is 100,000 if it is not
//! given. The library is filled by its own tables, as 100,000 acts of sharing would leave them, and indexed by its own
//! rebuilding; how fast sharing itself is, is measured on a few hundred. Each start follows a kill -9.

use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use gongxue::actor::Actor;
use gongxue::config::Config;
use gongxue::db::Db;
use gongxue::db::entity::{course, major, resource, task, version};
use gongxue::domain::curriculum::Catalogue;
use gongxue::domain::form::{ResourceForm, ShareForm};
use gongxue::domain::id::{CourseId, MajorId, ResourceId, TaskId};
use gongxue::domain::metadata::Metadata;
use gongxue::domain::resource::Status;
use gongxue::domain::role::{Role, Scope};
use gongxue::library::Library;
use gongxue::library::accounts::NewAccount;
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde_json::Value;

#[path = "common/load.rs"]
mod load;
#[path = "common/machine.rs"]
mod machine;
#[path = "common/material.rs"]
mod material;

use material::{Material, Sheet};

const OWNER: &str = "wang";
/// Resources that are shared as a teacher would, one after the other.
const SHARED: u64 = 300;
/// Rows that are written in one transaction.
const ROWS: u64 = 500;
const STARTS: usize = 5;
const QUESTIONS: u64 = 500;
/// How often each kind of page is opened.
const VISITS: u64 = 200;
/// How long nobody asks before the idle service is looked at.
const REST: Duration = Duration::from_secs(10);
/// What takes longer than this never ends.
const PATIENCE: Duration = Duration::from_mins(10);

#[tokio::main]
async fn main() -> Result<()> {
    let mut given = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let folder = given.next().map_or_else(std::env::temp_dir, Into::into);
    let size = given
        .next()
        .map_or(Ok(100_000), |size| size.parse())
        .context("RESOURCES is a number")?;
    let folder = tempfile::tempdir_in(folder)?;
    load::describe()?;
    sample(&folder.path().join("sample")).await?;
    let data = folder.path().join("data");
    let material = Material::new(None)?;
    fill(&data, &material, size).await?;
    starts(&data, &material, size).await
}

/// The sample library, all its files read, at rest.
async fn sample(data: &Path) -> Result<()> {
    let service = Service::start(data, &["--demo"])?;
    service.settled().await?;
    tokio::time::sleep(REST).await;
    service.report_memory("the sample library, just filled and read")?;
    drop(service);

    let service = Service::start(data, &[])?;
    service.settled().await?;
    tokio::time::sleep(REST).await;
    service.report_memory("the sample library after a restart")
}

async fn fill(data: &Path, material: &Material, size: u64) -> Result<()> {
    let config = Config {
        data_dir: data.to_owned(),
        ..Config::default()
    };
    let library = gongxue::app::open(&config).await?;
    let owner = people(&library).await?;
    let began = Instant::now();
    for number in 0..SHARED.min(size) {
        let form = ShareForm {
            resource: form(material.sheet(size + number)),
            uploads: Vec::new(),
            submit: false,
        };
        library.resources.share(&owner, form).await.map_err(told)?;
    }
    println!(
        "shared one after the other: {:.0} resources/s",
        per_second(SHARED.min(size), began.elapsed())
    );

    let db = Db::open(&config.database_url(), 2).await?;
    let began = Instant::now();
    let places = Places::load(&db).await?;
    for first in (0..size).step_by(usize::try_from(ROWS)?) {
        let sheets = (first..size.min(first + ROWS)).map(|number| material.sheet(number));
        write(&db, &places, &owner, sheets.collect()).await?;
    }
    println!("{size} resources as rows: {:.1} s", began.elapsed().as_secs_f64());

    let began = Instant::now();
    library.indexer.rebuild_index(|_, _| {}).await.map_err(told)?;
    println!(
        "rebuilt the index from the rows: {:.0} resources/s",
        per_second(size, began.elapsed())
    );
    db.close().await;
    library.operations.close().await;
    let part = |name: &str| machine::size_of(&data.join(name));
    println!(
        "on disk: {} MB, of which the index has {}",
        machine::size_of(data),
        part("index")
    );
    Ok(())
}

/// The sample's catalogue, one school, one teacher.
async fn people(library: &Library) -> Result<Actor> {
    library
        .curriculum
        .import_catalogue(&Catalogue::shipped(), false)
        .await
        .map_err(told)?;
    library
        .accounts
        .add_school("S1", "第一技师学院", None, None)
        .await
        .map_err(told)?;
    let teacher = NewAccount {
        name: OWNER.to_owned(),
        display: None,
        role: Role::Teacher,
        school: Some("S1".to_owned()),
        password: None,
    };
    library.accounts.add_account(teacher).await.map_err(told)?;
    library.accounts.actor_named(OWNER).await.map_err(told)
}

fn form(sheet: Sheet) -> ResourceForm {
    ResourceForm {
        metadata: Metadata {
            title: sheet.title,
            kind: sheet.of.kind.clone(),
            description: sheet.description + &sheet.passages.concat(),
            scope: Scope::Public,
            level: sheet.level.map(str::to_owned),
            keywords: sheet.keywords,
            authors: vec![sheet.of.author.clone()],
            year: Some(sheet.year),
            licence: Some("cc-by-4.0".to_owned()),
            language: Some("zh".to_owned()),
            ..Metadata::default()
        },
        major: Some(sheet.of.major.clone()),
        course: sheet.of.course.clone(),
        task: sheet.of.task.clone(),
    }
}

fn id_of<I: Copy>(ids: &HashMap<String, I>, name: Option<&String>) -> Option<I> {
    ids.get(name?).copied()
}

/// The ids of what sheets name.
struct Places {
    majors: HashMap<String, MajorId>,
    courses: HashMap<String, CourseId>,
    tasks: HashMap<String, TaskId>,
}

impl Places {
    async fn load(db: &Db) -> Result<Self> {
        let majors = major::Entity::find().all(db.read()).await?;
        let courses = course::Entity::find().all(db.read()).await?;
        let tasks = task::Entity::find().all(db.read()).await?;
        Ok(Self {
            majors: majors.into_iter().map(|row| (row.name, row.id)).collect(),
            courses: courses.into_iter().map(|row| (row.name, row.id)).collect(),
            tasks: tasks.into_iter().map(|row| (row.name, row.id)).collect(),
        })
    }

    fn row(&self, owner: &Actor, form: &ResourceForm) -> Result<resource::Model> {
        let member = owner.account.as_ref().context("the owner has an account")?;
        let at = gongxue::clock::Clock::default().now();
        Ok(resource::Model {
            school_id: member.school_id,
            status: Status::Published,
            major_id: id_of(&self.majors, form.major.as_ref()),
            course_id: id_of(&self.courses, form.course.as_ref()),
            task_id: id_of(&self.tasks, form.task.as_ref()),
            published_at: Some(at),
            ..resource::Model::new(ResourceId::new(), member.id, form.metadata.clone(), at)
        })
    }
}

async fn write(db: &Db, places: &Places, owner: &Actor, sheets: Vec<Sheet>) -> Result<()> {
    let mut resources = Vec::new();
    let mut versions = Vec::new();
    for sheet in sheets {
        let form = form(sheet);
        let row = places.row(owner, &form)?;
        let metadata = serde_json::to_value(&form)?;
        let version = version::Model::new(row.id, 1, metadata, row.owner_id, row.created_at);
        resources.push(row.into_active_model());
        versions.push(version.into_active_model());
    }
    let written = db.write(async |tx| {
        resource::Entity::insert_many(resources)
            .exec_without_returning(tx)
            .await?;
        version::Entity::insert_many(versions)
            .exec_without_returning(tx)
            .await?;
        Ok(())
    });
    written.await.map_err(told)
}

async fn starts(data: &Path, material: &Material, size: u64) -> Result<()> {
    let (mut ready, mut right) = (Vec::new(), Vec::new());
    for start in 0..STARTS as u64 {
        let began = Instant::now();
        let service = Service::start(data, &[])?;
        service.ready().await?;
        ready.push(began.elapsed());
        let title = material.sheet(start * size / STARTS as u64).title;
        while !service.finds(&title).await? {
            ensure!(began.elapsed() < PATIENCE, "`{title}` was never found");
        }
        right.push(began.elapsed());
    }
    let (ready, right) = (machine::percentile(&mut ready, 50), machine::percentile(&mut right, 50));
    println!(
        "started over {size} resources: ready in {ready:.0} ms, the first right answer in {right:.0} ms (medians of {STARTS})"
    );

    let service = Service::start(data, &[])?;
    service.settled().await?;
    tokio::time::sleep(REST).await;
    service.report_memory("at rest after a start")?;
    service.ask(material).await?;
    tokio::time::sleep(REST).await;
    service.report_memory("at rest after the questions")?;
    service.open_pages(material).await
}

/// A running service. It is killed, not stopped, when it is dropped.
struct Service {
    process: Child,
    base: String,
    client: reqwest::Client,
}

impl Service {
    fn start(data: &Path, arguments: &[&str]) -> Result<Self> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let process = Command::new(env!("CARGO_BIN_EXE_gongxue"))
            .arg("serve")
            .args(arguments)
            .env("GONGXUE_DATA_DIR", data)
            .env("GONGXUE_SERVER__LISTEN", address.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        gongxue::tls::use_ring();
        Ok(Self {
            process,
            base: format!("http://{address}"),
            client: reqwest::Client::builder().no_proxy().build()?,
        })
    }

    async fn ready(&self) -> Result<()> {
        let began = Instant::now();
        while self.text("/readyz").await.is_err() {
            ensure!(began.elapsed() < PATIENCE, "the service never came up");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// Waits until nothing is queued, read or unindexed.
    async fn settled(&self) -> Result<()> {
        self.ready().await?;
        let began = Instant::now();
        loop {
            let figures = self.text("/metrics").await?;
            let waiting = |line: &&str| {
                let of_interest = [
                    "gongxue_jobs{state=\"queued\"}",
                    "gongxue_jobs{state=\"running\"}",
                    "gongxue_index_lag_changes",
                ];
                of_interest.iter().any(|name| line.starts_with(name)) && !line.ends_with(" 0")
            };
            if !figures.lines().any(|line| waiting(&line)) {
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "the service is never done");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn finds(&self, title: &str) -> Result<bool> {
        let answer = self.search(&[("q", title)]).await?;
        Ok(answer["hits"][0]["resource"]["title"] == title)
    }

    /// Asks one question after the other, each with a filter, beside a request that does nothing.
    async fn ask(&self, material: &Material) -> Result<()> {
        let mut times = Vec::new();
        let mut floor = Vec::new();
        for number in 0..QUESTIONS {
            let text = material.question(number).join(" ");
            let began = Instant::now();
            self.search(&[("q", &text), ("level", "intermediate"), ("limit", "20")])
                .await?;
            times.push(began.elapsed());
            let began = Instant::now();
            self.text("/healthz").await?;
            floor.push(began.elapsed());
        }
        let at = machine::percentile;
        println!(
            "search over HTTP: p50 {:.1} ms, p99 {:.1} ms",
            at(&mut times, 50),
            at(&mut times, 99)
        );
        println!(
            "a request that does nothing: p50 {:.1} ms, p99 {:.1} ms",
            at(&mut floor, 50),
            at(&mut floor, 99)
        );
        Ok(())
    }

    /// Opens every kind of page in turn, each time of another question and what it finds.
    async fn open_pages(&self, material: &Material) -> Result<()> {
        let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
        for number in 0..VISITS {
            let text = material.question(number).join(" ");
            let answer = self.search(&[("q", &text)]).await?;
            let found = &answer["hits"][0]["resource"];
            let id = |value: &Value| value["id"].as_str().map(str::to_owned);
            let pages = [
                ("home", Some("/".to_owned())),
                ("search", Some(format!("/search?q={}", escaped(&text)))),
                ("browsing", Some("/search?level=intermediate".to_owned())),
                ("resource", id(found).map(|id| format!("/r/{id}"))),
                ("major", id(&found["major"]).map(|id| format!("/m/{id}"))),
                ("course", id(&found["course"]).map(|id| format!("/c/{id}"))),
            ];
            for (kind, path) in pages.iter().filter_map(|(kind, path)| Some((kind, path.as_ref()?))) {
                let began = Instant::now();
                self.text(path).await?;
                times.entry(kind).or_default().push(began.elapsed());
            }
        }
        for (kind, times) in &mut times {
            let (middle, most) = (machine::percentile(times, 50), machine::percentile(times, 95));
            println!("page of {kind}: p50 {middle:.1} ms, p95 {most:.1} ms");
        }
        Ok(())
    }

    async fn search(&self, query: &[(&str, &str)]) -> Result<Value> {
        let query = query.iter().map(|(key, value)| format!("{key}={}", escaped(value)));
        let address = format!("/api/v1/search?{}", query.collect::<Vec<_>>().join("&"));
        Ok(serde_json::from_str(&self.text(&address).await?)?)
    }

    async fn text(&self, path: &str) -> Result<String> {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await?;
        Ok(answer.error_for_status()?.text().await?)
    }

    fn report_memory(&self, when: &str) -> Result<()> {
        let (own, resident) = machine::memory(&self.process.id().to_string())?;
        println!("{when}: {own} MiB allocated, {resident} MiB with mapped files");
        Ok(())
    }
}

fn escaped(text: &str) -> impl std::fmt::Display {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn told(error: gongxue::error::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}

#[expect(clippy::cast_precision_loss, reason = "counts of resources are small")]
fn per_second(number: u64, took: Duration) -> f64 {
    number as f64 / took.as_secs_f64()
}
