//! `gongxue serve --demo`: fills an empty library with the sample.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::str::FromStr;

use anyhow::Context as _;
use bytes::Bytes;
use indicatif::{ProgressBar, ProgressIterator as _, ProgressStyle};
use serde_json::{Map, Value, json};

use super::explain;
use crate::actor::Actor;
use crate::config::Config;
use crate::demo::training::BASE;
use crate::demo::{self, DemoFile, DemoResource, DemoSelection, DemoSession};
use crate::domain::curriculum::Catalogue;
use crate::domain::form::ShareForm;
use crate::domain::id::{PackId, ResourceId, TrainingSessionId, UploadId};
use crate::domain::pack::PackForm;
use crate::domain::resource::{Status, StatusTransition};
use crate::domain::training::attendance::{AttendanceCorrection, AttendanceState};
use crate::domain::training::{TrainingBaseForm, TrainingSessionForm};
use crate::error::{Error, Refusal, Result};
use crate::library::Library;
use crate::library::accounts::{NewAccount, secret};
use crate::library::idempotency::{Answered, made};

mod city;
mod standards;

/// Holds the password of the sample's accounts; made anew for each library.
const PASSWORD_FILE: &str = "demo-password";
/// Is there while the sample is not complete, so that an interrupted filling goes on.
const UNFINISHED_FILE: &str = "demo-unfinished";

/// How to sign in to the sample.
#[derive(Debug)]
pub(super) struct SignIn {
    password: Option<String>,
}

impl fmt::Display for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(password) = &self.password else {
            return write!(
                f,
                "资源库里已有内容，未加入示例。The library is not empty; no sample was added."
            );
        };
        writeln!(f, "登录 sign in (密码 password: {password})")?;
        let mut seen = Vec::new();
        for account in demo::accounts() {
            if seen.contains(&account.role) {
                continue;
            }
            seen.push(account.role);
            writeln!(f, "  {:<14} {}", account.name, account.display)?;
        }
        write!(f, "  teacher-s1 … teacher-s7, admin-s1 … admin-s7")
    }
}

/// Fills the library if it is empty, or goes on where an earlier filling was cut off.
pub(super) async fn fill(library: &Library, config: &Config) -> anyhow::Result<SignIn> {
    let unfinished = config.data_dir.join(UNFINISHED_FILE);
    let password_file = config.data_dir.join(PASSWORD_FILE);
    let is_empty = library.operations.is_empty().await.map_err(explain)?;
    if !is_empty && !unfinished.exists() {
        return Ok(SignIn {
            password: fs::read_to_string(password_file).ok(),
        });
    }
    fs::write(&unfinished, "").with_context(|| format!("write `{}`", unfinished.display()))?;
    let password = password(&password_file)?;
    library
        .curriculum
        .import_catalogue(&Catalogue::shipped(), false)
        .await
        .map_err(explain)?;
    people(library, &password).await.map_err(explain)?;
    let shared = resources(library).await.map_err(explain)?;
    packs(library, &shared).await.map_err(explain)?;
    training(library).await.map_err(explain)?;
    city::fill(library, &shared).await.map_err(explain)?;
    standards::fill(library).await.map_err(explain)?;
    fs::remove_file(&unfinished).with_context(|| format!("remove `{}`", unfinished.display()))?;
    Ok(SignIn {
        password: Some(password),
    })
}

fn password(file: &Path) -> anyhow::Result<String> {
    if let Ok(password) = fs::read_to_string(file) {
        return Ok(password);
    }
    let password: String = secret()
        .map_err(explain)?
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(12)
        .collect();
    let mut kept = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    std::io::Write::write_all(&mut kept, password.as_bytes())?;
    Ok(password)
}

async fn people(library: &Library, password: &str) -> Result<()> {
    for school in demo::schools() {
        let phase = i32::try_from(school.phase).ok();
        unless_there(
            library
                .accounts
                .add_school(&school.code, &school.name, Some(school.kind.clone()), phase)
                .await,
        )?;
    }
    for account in demo::accounts() {
        let new = NewAccount {
            name: account.name.clone(),
            display: Some(account.display.clone()),
            role: account.role,
            school: account.school.clone(),
            password: Some(password.to_owned()),
        };
        unless_there(library.accounts.add_account(new).await)?;
    }
    Ok(())
}

/// What an earlier filling added is there already.
fn unless_there<T>(added: Result<T>) -> Result<()> {
    match added {
        Err(Error::Refused(refusal)) if matches!(*refusal, Refusal::NameTaken { .. }) => Ok(()),
        added => added.map(|_| ()),
    }
}

/// Shares the resources; returns their ids by their keys in the sample.
async fn resources(library: &Library) -> Result<HashMap<&'static str, ResourceId>> {
    let mut owners: HashMap<&str, Actor> = HashMap::new();
    let mut shared = HashMap::new();
    let style = ProgressStyle::with_template("示例 sample {bar:40} {pos}/{len}").map_err(Error::unexpected)?;
    let bar = ProgressBar::new(demo::resources().len() as u64).with_style(style);
    for resource in demo::resources().progress_with(bar) {
        let owner = resource.owner();
        if !owners.contains_key(owner) {
            owners.insert(owner, library.accounts.actor_named(owner).await?);
        }
        let id = share(library, &owners[owner], resource).await?;
        shared.insert(resource.key.as_str(), id);
    }
    Ok(shared)
}

/// Makes the packs and asks for their first versions, which are ready once the files before them are read.
async fn packs(library: &Library, shared: &HashMap<&'static str, ResourceId>) -> Result<()> {
    for pack in demo::packs() {
        let owner = library.accounts.actor_named(pack.owner).await?;
        let key = format!("demo-pack-{}", pack.key);
        let hash = key.clone();
        let add = async |owner: &Actor| {
            let form = PackForm::parse(&words(pack, shared)).map_err(Refusal::Fields)?;
            Ok(answered(library.packs.add_pack(owner, form).await?.id))
        };
        let again = async |subject: &str| Ok(answered(made::<PackId>(subject)?));
        let added = library.idempotency.once(&owner, Some(&key), hash, add, again).await?;
        let id = id_of(&added, &key)?;
        // An earlier filling may have been cut off before this.
        let shown = library.packs.pack(&owner, id).await?;
        if shown.newest.is_none() {
            let publisher = library.accounts.actor_named(pack.publisher).await?;
            library
                .packs
                .begin_publishing(&publisher, id, pack.note.to_owned(), Some(shown.revision))
                .await?;
        }
    }
    Ok(())
}

fn words(pack: &demo::DemoPack, shared: &HashMap<&'static str, ResourceId>) -> Map<String, Value> {
    let entry = |chosen: &DemoSelection| match chosen {
        DemoSelection::Course(name) => json!({"course": name}),
        DemoSelection::Resource(key, note) => json!({"resource": shared.get(key), "note": note}),
    };
    let words = json!({
        "title": pack.title,
        "description": pack.description,
        "scope": pack.scope,
        "contents": pack.contents.iter().map(entry).collect::<Vec<_>>(),
    });
    words.as_object().cloned().unwrap_or_default()
}

/// Makes the base and the sessions, each once.
async fn training(library: &Library) -> Result<()> {
    let bureau = library.accounts.actor_named("bureau").await?;
    let base = json!({"name": BASE, "school": "S1"});
    let base = TrainingBaseForm::parse(base.as_object().unwrap_or(&Map::new())).map_err(Refusal::Fields)?;
    unless_there(library.training.add_base(&bureau, base).await)?;
    for session in demo::sessions() {
        let holder = library.accounts.actor_named(session.holder).await?;
        let key = format!("demo-training-{}", session.key);
        let hash = key.clone();
        let add = async |holder: &Actor| {
            let form = TrainingSessionForm::parse(&described(library, session)).map_err(Refusal::Fields)?;
            Ok(answered(library.training.add_session(holder, form).await?.id))
        };
        let again = async |subject: &str| Ok(answered(made::<TrainingSessionId>(subject)?));
        let added = library.idempotency.once(&holder, Some(&key), hash, add, again).await?;
        attend(library, &holder, id_of(&added, &key)?, session).await?;
    }
    Ok(())
}

fn described(library: &Library, session: &DemoSession) -> Map<String, Value> {
    let (from, until) = session.days;
    let is_of_city = session.holder == "bureau";
    let body = json!({
        "title": session.title,
        "topic": session.topic,
        "mode": session.mode,
        "base": (is_of_city && session.mode == "on-site").then_some(BASE),
        "from": library.training.today().plus_days(from),
        "until": library.training.today().plus_days(until),
        "hours": session.hours,
        "counts": session.counts,
    });
    body.as_object().cloned().unwrap_or_default()
}

/// Enrols people in a session, and says of the first ones that they took part.
async fn attend(library: &Library, holder: &Actor, id: TrainingSessionId, session: &DemoSession) -> Result<()> {
    let names: Vec<String> = session.people.iter().map(|name| (*name).to_owned()).collect();
    library.training.enrol(holder, id, &names).await?;
    let parts = library
        .training
        .attendances(holder, id, None, names.len() as u64)
        .await?;
    let came = &session.people[..session.attended.min(session.people.len())];
    for part in parts.items.iter().filter(|part| came.contains(&part.login.as_str())) {
        let correction = AttendanceCorrection {
            state: Some(AttendanceState::Attended),
            hours: None,
            reason: "示例：按签到表登记".to_owned(),
        };
        library.training.correct(holder, id, part.id, correction).await?;
    }
    Ok(())
}

/// What is kept of something added, so that a second filling knows its id.
fn answered(id: impl Display) -> Answered {
    Answered {
        status: 201,
        location: Some(id.to_string()),
        body: String::new(),
    }
}

/// Shares one resource, once: the key makes a second filling pass over it.
async fn share(library: &Library, actor: &Actor, resource: &'static DemoResource) -> Result<ResourceId> {
    let key = format!("demo-{}", resource.key);
    let hash = key.clone();
    let add = async |keyed: &Actor| {
        let mut form = ShareForm::parse(&metadata(resource)).map_err(Refusal::Fields)?;
        for file in resource.files() {
            form.uploads.push(receive(library, actor, file).await?);
        }
        let id = library.resources.share(keyed, form).await?.id;
        bring_on(library, actor, id, resource).await?;
        Ok(answered(id))
    };
    // An earlier filling was cut off while it went on with it.
    let again = async |subject: &str| {
        let id = made(subject)?;
        bring_on(library, actor, id, resource).await?;
        Ok(answered(id))
    };
    let shared = library.idempotency.once(actor, Some(&key), hash, add, again).await?;
    id_of(&shared, &key)
}

/// The id that is kept of something added.
fn id_of<I: FromStr>(added: &Answered, key: &str) -> Result<I> {
    let id = added.location.as_ref().and_then(|id| id.parse().ok());
    Ok(id.ok_or_else(|| anyhow::anyhow!("`{key}` was added under no id"))?)
}

/// Takes a draft to where it stands in the sample, through the hands that would take it there. What has left its author's
/// desk is there already.
async fn bring_on(library: &Library, actor: &Actor, id: ResourceId, resource: &DemoResource) -> Result<()> {
    if library.resources.resource(actor, id).await?.status != Status::Draft {
        return Ok(());
    }
    if matches!(resource.status, Status::Published | Status::Withdrawn) {
        library.reviews.publish_imported(actor, id).await?;
    }
    if matches!(resource.status, Status::Submitted | Status::Returned) {
        library
            .reviews
            .step(actor, id, StatusTransition::Submit, None, None)
            .await?;
    }
    let (step, note) = match resource.status {
        Status::Returned => (StatusTransition::Return, resource.note.clone()),
        Status::Withdrawn => (StatusTransition::Withdraw, None),
        Status::Draft | Status::Submitted | Status::Published => return Ok(()),
    };
    let administrator = library.accounts.actor_named(&resource.administrator()).await?;
    library
        .reviews
        .step(&administrator, id, step, note, None)
        .await
        .map(drop)
}

async fn receive(library: &Library, actor: &Actor, file: DemoFile) -> Result<UploadId> {
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(file.bytes))]);
    library.uploads.receive(actor, &file.path, body).await
}

fn metadata(resource: &DemoResource) -> Map<String, Value> {
    let metadata = json!({
        "title": resource.title,
        "type": resource.kind,
        "description": resource.description,
        "major": resource.major,
        "course": resource.course,
        "task": resource.task,
        "stage": resource.stage,
        "level": resource.level.map(crate::domain::curriculum::Level::code),
        "keywords": resource.keywords,
        "authors": [resource.author],
        "year": resource.year,
        "licence": resource.licence,
        "scope": resource.scope,
        "language": "zh",
    });
    metadata.as_object().cloned().unwrap_or_default()
}
