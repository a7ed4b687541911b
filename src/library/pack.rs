//! Packs: choosing, publishing versions, giving them out.
//!
//! | file | what it is about |
//! |---|---|
//! | here | choosing what belongs to a pack, looking at it, publishing |
//! | [`mod@build`] | from what was chosen to a version: a job |
//! | [`mod@place`] | where in the pack a resource's files lie |
//! | [`mod@sign`] | the hub's keys, and the documents it signs |
//! | [`mod@contents`] | what a version holds, and what changed between two, for people to look at |
//! | [`mod@documents`] | the lists of a version as they are signed, and what is made of contents |
//! | [`mod@give`] | bytes of a version: files, bundles, text |
//! | [`mod@archive`] | a version as one file |
//! | [`mod@shelf`] | what was needed lately |
//! | [`mod@export`] | a version in a folder, for a stick |
//! | [`mod@receipts`] | who holds a pack |

use std::collections::HashMap;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use super::view::Page;
use super::{Library, may_write};
use crate::actor::{Actor, Member};
use crate::db::entity::{Contents, pack, pack_version};
use crate::db::{curriculum, jobs, packs, people, resources};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::Id;
use crate::domain::pack::{BuildState, Chosen, Entry, NamedEntry, PackForm, audience_of};
use crate::domain::passage::Locator;
use crate::domain::role::{Role, Scope};
use crate::domain::search::{Audience, Named};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};

pub mod archive;
pub mod build;
pub mod contents;
pub mod documents;
pub mod export;
pub mod give;
pub mod place;
pub mod receipts;
pub mod shelf;
pub mod sign;

pub use crate::db::packs::Filter;

/// Whoever publishes waits this long for the version; most are ready sooner.
const PATIENCE: Duration = Duration::from_secs(10);

/// A pack as the API and the pages show it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Pack {
    /// Its id.
    pub id: Id,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Whom it is for.
    pub scope: Scope,
    /// The school it belongs to.
    pub school: Option<Named>,
    /// Who made it.
    pub owner: Named,
    /// `draft`, `published` or `withdrawn`.
    pub status: PackStatus,
    /// What was chosen, in order; only where one pack is shown, not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contents: Option<Vec<PackEntry>>,
    /// The newest version that is ready; 0 before the first.
    pub version: i32,
    /// The newest version, ready or not.
    pub newest: Option<PackVersion>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The page that shows it, as a path on this site.
    pub url: String,
    /// Counts every change; sent as the entity tag.
    #[serde(skip)]
    pub revision: i64,
}

/// Where a pack stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PackStatus {
    /// It has no version yet.
    Draft,
    /// It has one, and is shown to whom it is for.
    Published,
    /// Taken down.
    Withdrawn,
}

/// Something chosen for a pack.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PackEntry {
    /// `major`, `course`, `task`, `resource` or `fragment`.
    pub kind: &'static str,
    /// Its id; of a fragment, the file's.
    pub id: Id,
    /// Its name or title, as far as the caller may know it.
    pub name: String,
    /// Where a fragment begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Locator>,
    /// Where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Locator>,
    /// For the teacher.
    pub note: String,
    /// Only resources of these types; empty: all.
    pub types: Vec<String>,
}

/// A version of a pack.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PackVersion {
    /// Counted from 1.
    pub number: i32,
    /// How far its building has come.
    pub state: BuildState,
    /// Resources looked at so far, while it is built.
    pub done: i64,
    /// Resources to look at.
    pub total: i64,
    /// What is new, in its publisher's words.
    pub note: String,
    /// Files in it.
    pub items: i64,
    /// Bytes in them.
    pub bytes: i64,
    /// What belongs into it and may not be shared with its audience.
    pub stubs: i64,
    /// Files that may no longer be given; only where one version is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<usize>,
    /// Why it could not be built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was ready.
    pub published_at: Option<Timestamp>,
}

impl Library {
    /// Makes a pack of what is chosen.
    pub async fn add_pack(&self, actor: &Actor, form: PackForm) -> Result<Pack> {
        let member = may_write(actor)?;
        let contents = self.chosen(actor, &form.contents, &[]).await?;
        let now = self.clock.now();
        let row = pack::Model {
            id: Id::new(),
            school_id: member.school_id,
            owner_id: member.id,
            title: form.title,
            description: form.description,
            scope: form.scope,
            contents: Contents(contents),
            version: 0,
            withdrawn: false,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        let id = row.id;
        self.db
            .write(async |tx| {
                packs::add(tx, row).await?;
                self.record(tx, actor, "pack.create", Some(id.to_string())).await
            })
            .await?;
        self.pack(actor, id).await
    }

    /// Changes a pack's words or what is chosen; published versions stay as they are. `seen` is the revision the actor saw.
    pub async fn edit_pack(
        &self,
        actor: &Actor,
        id: Id,
        seen: i64,
        fields: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Pack> {
        may_write(actor)?;
        let before = self.editable_pack(actor, id).await?;
        let form = PackForm::patched(&before.title, &before.description, before.scope, fields);
        let form = form.map_err(Refusal::Fields)?;
        let contents = match &form.contents {
            Some(contents) => Contents(self.chosen(actor, contents, &before.contents.0).await?),
            None => before.contents,
        };
        let after = pack::Model {
            title: form.title,
            description: form.description,
            scope: form.scope,
            contents,
            revision: before.revision + 1,
            updated_at: self.clock.now(),
            ..before
        };
        self.db
            .write(async |tx| {
                packs::update(tx, after, seen).await?;
                self.record(tx, actor, "pack.edit", Some(id.to_string())).await
            })
            .await?;
        self.pack(actor, id).await
    }

    /// Removes a pack that was never published; one that was is withdrawn, so that holders learn of it.
    pub async fn remove_pack(&self, actor: &Actor, id: Id) -> Result<()> {
        may_write(actor)?;
        let before = self.editable_pack(actor, id).await?;
        let seen = before.revision;
        self.db
            .write(async |tx| {
                if before.version == 0 {
                    packs::remove(tx, id).await?;
                    return self.record(tx, actor, "pack.remove", Some(id.to_string())).await;
                }
                let after = pack::Model {
                    withdrawn: true,
                    revision: seen + 1,
                    updated_at: self.clock.now(),
                    ..before
                };
                packs::update(tx, after, seen).await?;
                self.record(tx, actor, "pack.withdraw", Some(id.to_string())).await
            })
            .await
    }

    /// Publishes a new version of a pack. Waits a little for it: most are ready at once, large ones go on in the
    /// background. While one is being built there is no second one.
    pub async fn publish_pack(&self, actor: &Actor, id: Id, note: String) -> Result<PackVersion> {
        let number = self.begin_publishing(actor, id, note).await?;
        self.built(id, number).await
    }

    /// Asks for a new version of a pack and does not wait for it; returns its number.
    pub async fn begin_publishing(&self, actor: &Actor, id: Id, note: String) -> Result<i32> {
        let member = may_write(actor)?;
        let pack = self.editable_pack(actor, id).await?;
        let number = self
            .db
            .write(async |tx| {
                let number = self.ask_for_version(tx, &pack, member.id, note).await?;
                self.record(tx, actor, "pack.publish", Some(format!("{id}/{number}")))
                    .await?;
                Ok(number)
            })
            .await?;
        self.wake();
        Ok(number)
    }

    /// Asks for the next version, or for the one that is not ready yet.
    async fn ask_for_version(
        &self,
        tx: &impl ConnectionTrait,
        pack: &pack::Model,
        author: Id,
        note: String,
    ) -> Result<i32> {
        let now = self.clock.now();
        let newest = packs::newest_versions(tx, vec![pack.id]).await?.pop();
        let number = match &newest {
            Some(row) if matches!(row.state, BuildState::Queued | BuildState::Building) => return Ok(row.number),
            Some(row) if row.state == BuildState::Failed => row.number,
            Some(row) => row.number + 1,
            None => 1,
        };
        let row = pack_version::Model {
            pack_id: pack.id,
            number,
            state: BuildState::Queued,
            note,
            author_id: author,
            audience: audience_of(pack.scope, pack.school_id, pack.owner_id).term(),
            done: 0,
            total: 0,
            items: 0,
            bytes: 0,
            stubs: 0,
            error: None,
            manifest_sha256: None,
            patch_sha256: None,
            patch_of: None,
            snapshot: None,
            created_at: now,
            published_at: None,
        };
        packs::put_version(tx, row).await?;
        jobs::enqueue_ahead(tx, jobs::BUILD_PACK, vec![build::subject(pack.id, number)], now).await?;
        Ok(number)
    }

    /// The version once it is built, or as far as it is when patience ends.
    async fn built(&self, pack: Id, number: i32) -> Result<PackVersion> {
        /// Another node's work is not heard here; the tick looks for it.
        const TICK: Duration = Duration::from_millis(250);
        let until = tokio::time::Instant::now() + PATIENCE;
        let mut changed = self.changed.subscribe();
        loop {
            changed.borrow_and_update();
            let row = packs::version(self.db.read(), pack, number).await?;
            let row = row.ok_or(Refusal::NoSuch(Thing::Version))?;
            let is_done = matches!(row.state, BuildState::Ready | BuildState::Failed);
            if is_done || tokio::time::Instant::now() >= until {
                return Ok(show_version(row));
            }
            let _ = tokio::time::timeout(TICK, changed.changed()).await;
        }
    }

    /// Publishes a pack anew in its owner's name, because something in it may no longer be given. A job.
    pub(super) async fn renew_pack(&self, subject: &str) -> Result<()> {
        let Some(pack) = packs::pack(self.db.read(), parse_id(subject)?).await? else {
            return Ok(());
        };
        if pack.version == 0 || pack.withdrawn {
            return Ok(());
        }
        self.db
            .write(async |tx| {
                let note = crate::words::packs::RENEWED.to_owned();
                self.ask_for_version(tx, &pack, pack.owner_id, note).await.map(|_| ())
            })
            .await?;
        self.wake();
        Ok(())
    }

    /// A pack with what was chosen.
    pub async fn pack(&self, actor: &Actor, id: Id) -> Result<Pack> {
        let row = self.visible_pack(actor, id).await?;
        let entries = self.show_entries(actor, &row.contents.0).await?;
        let shown = self.show_packs(vec![row]).await?.pop();
        let pack = shown.ok_or(Refusal::NoSuch(Thing::Pack))?;
        Ok(Pack {
            contents: Some(entries),
            ..pack
        })
    }

    /// Packs that the actor may see, newest first.
    pub async fn packs(&self, actor: &Actor, filter: &Filter, cursor: Option<&str>, limit: u64) -> Result<Page<Pack>> {
        let before = cursor
            .map(|cursor| cursor.parse().map_err(|_| Refusal::BadCursor))
            .transpose()?;
        let mut rows = packs::list(self.db.read(), filter, &actor.audiences(), before, limit + 1).await?;
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next_cursor = rows.last().filter(|_| more).map(|row| row.id.to_string());
        Ok(Page {
            items: self.show_packs(rows).await?,
            next_cursor,
        })
    }

    /// A pack's versions that the actor may see, newest first.
    pub async fn pack_versions(&self, actor: &Actor, id: Id) -> Result<Vec<PackVersion>> {
        let pack = self.visible_pack(actor, id).await?;
        let rows = packs::versions(self.db.read(), id).await?;
        let seen = rows.into_iter().filter(|row| is_for(actor, &pack, row));
        Ok(seen.map(show_version).collect())
    }

    /// One version.
    pub async fn pack_version(&self, actor: &Actor, id: Id, number: i32) -> Result<PackVersion> {
        let row = self.visible_version(actor, id, number).await?;
        let gone = packs::gone_items(self.db.read(), id, number).await?.len();
        Ok(PackVersion {
            gone: Some(gone),
            ..show_version(row)
        })
    }

    /// The pack, if the actor may see it.
    pub(super) async fn visible_pack(&self, actor: &Actor, id: Id) -> Result<pack::Model> {
        let row = packs::pack(self.db.read(), id).await?;
        row.filter(|row| is_visible(actor, row))
            .ok_or_else(|| Refusal::NoSuch(Thing::Pack).into())
    }

    /// The version, if the actor may see it: whom the pack was for when it was made counts as well.
    pub(super) async fn visible_version(&self, actor: &Actor, id: Id, number: i32) -> Result<pack_version::Model> {
        let pack = self.visible_pack(actor, id).await?;
        let row = packs::version(self.db.read(), id, number).await?;
        row.filter(|row| is_for(actor, &pack, row))
            .ok_or_else(|| Refusal::NoSuch(Thing::Version).into())
    }

    /// The pack, if the actor may change it: its owner, or an administrator of its school.
    pub(super) async fn editable_pack(&self, actor: &Actor, id: Id) -> Result<pack::Model> {
        let row = self.visible_pack(actor, id).await?;
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        if may_edit(member, &row) {
            return Ok(row);
        }
        Err(Refusal::NotAllowed.into())
    }

    /// Whether the actor may change a pack that it sees.
    pub fn may_edit_pack(&self, actor: &Actor, pack: &Pack) -> bool {
        let school = pack.school.as_ref().map(|school| school.id);
        may_write(actor).is_ok_and(|member| pack.owner.id == member.id || runs(member, school))
    }

    /// Finds what entries name, with a fault for each that is unknown. What was chosen before stays, whether the actor
    /// still sees it or not: a resource that was withdrawn must not keep anybody from changing the rest.
    async fn chosen(&self, actor: &Actor, entries: &[NamedEntry], before: &[Entry]) -> Result<Vec<Entry>> {
        let mut faults = Vec::new();
        let mut found = Vec::with_capacity(entries.len());
        for entry in entries {
            let kept = before.iter().find(|kept| kept.what.is_named(&entry.what));
            let (given, hint, what) = match kept {
                Some(kept) => ("", "", Some(kept.what.clone())),
                None => self.find_chosen(actor, entry).await?,
            };
            match what {
                Some(what) => found.push(Entry {
                    what,
                    note: entry.note.clone(),
                    types: entry.types.clone(),
                }),
                None => faults.push(FieldFault {
                    pointer: entry.pointer.clone(),
                    kind: FaultKind::Unknown {
                        value: given.to_owned(),
                        hint: hint.to_owned(),
                    },
                }),
            }
        }
        if faults.is_empty() {
            Ok(found)
        } else {
            Err(Refusal::Fields(faults).into())
        }
    }

    async fn find_chosen<'a>(
        &self,
        actor: &Actor,
        entry: &'a NamedEntry,
    ) -> Result<(&'a str, &'static str, Option<Chosen>)> {
        use crate::domain::pack::Named as By;
        let conn = self.db.read();
        Ok(match &entry.what {
            By::Major(given) => {
                let row = curriculum::major_named(conn, given).await?;
                (given, "GET /api/v1/majors", row.map(|row| Chosen::Major(row.id)))
            }
            By::Course(given) => {
                let rows = curriculum::courses_named(conn, given).await?;
                let first = rows.into_iter().next();
                (
                    given,
                    "GET /api/v1/courses?major=",
                    first.map(|row| Chosen::Course(row.id)),
                )
            }
            By::Task(given) => {
                let rows = curriculum::tasks_named(conn, given).await?;
                let first = rows.into_iter().next();
                (given, "GET /api/v1/courses/{id}", first.map(|row| Chosen::Task(row.id)))
            }
            By::Resource(given) => {
                let found = match given.parse() {
                    Ok(id) => self.visible(actor, id).await.ok(),
                    Err(_) => None,
                };
                (given, "GET /api/v1/search", found.map(|row| Chosen::Resource(row.id)))
            }
            By::Fragment { file, from, to } => {
                let found = match file.parse() {
                    Ok(id) => self.visible_file(actor, id).await.ok(),
                    Err(_) => None,
                };
                let what = found.map(|(file, _)| Chosen::Fragment {
                    file: file.id,
                    from: from.clone(),
                    to: to.clone(),
                });
                (file, "GET /api/v1/resources/{id}", what)
            }
        })
    }

    async fn show_packs(&self, rows: Vec<pack::Model>) -> Result<Vec<Pack>> {
        let conn = self.db.read();
        let newest = packs::newest_versions(conn, rows.iter().map(|row| row.id).collect()).await?;
        let mut newest: HashMap<Id, pack_version::Model> = newest.into_iter().map(|row| (row.pack_id, row)).collect();
        let schools = people::schools_by_id(conn, rows.iter().filter_map(|row| row.school_id).collect()).await?;
        let owners = people::accounts_by_id(conn, rows.iter().map(|row| row.owner_id).collect()).await?;
        let school = |id: Id| {
            let found = schools.iter().find(|school| school.id == id)?;
            Some(Named {
                id,
                code: Some(found.code.clone()),
                name: found.name.clone(),
            })
        };
        let owner = |id: Id| Named {
            id,
            code: None,
            name: owners
                .iter()
                .find(|account| account.id == id)
                .map(|account| account.display.clone())
                .unwrap_or_default(),
        };
        let shown = rows.into_iter().map(|row| Pack {
            url: format!("/p/{}", row.id),
            status: status(&row),
            school: row.school_id.and_then(school),
            owner: owner(row.owner_id),
            newest: newest.remove(&row.id).map(show_version),
            id: row.id,
            title: row.title,
            description: row.description,
            scope: row.scope,
            contents: None,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            revision: row.revision,
        });
        Ok(shown.collect())
    }

    async fn show_entries(&self, actor: &Actor, entries: &[Entry]) -> Result<Vec<PackEntry>> {
        let names = self.entry_names(actor, entries).await?;
        let shown = entries.iter().map(|entry| {
            let (kind, id, from, to) = match &entry.what {
                Chosen::Major(id) => ("major", *id, None, None),
                Chosen::Course(id) => ("course", *id, None, None),
                Chosen::Task(id) => ("task", *id, None, None),
                Chosen::Resource(id) => ("resource", *id, None, None),
                Chosen::Fragment { file, from, to } => ("fragment", *file, Some(from.clone()), to.clone()),
            };
            PackEntry {
                kind,
                id,
                name: names.get(&id).cloned().unwrap_or_default(),
                from,
                to,
                note: entry.note.clone(),
                types: entry.types.clone(),
            }
        });
        Ok(shown.collect())
    }

    /// The names of what was chosen, one query per kind; of resources only those that the actor may see.
    pub(super) async fn entry_names(&self, actor: &Actor, entries: &[Entry]) -> Result<HashMap<Id, String>> {
        let conn = self.db.read();
        let (mut majors, mut courses, mut tasks, mut whole, mut files) = (vec![], vec![], vec![], vec![], vec![]);
        for entry in entries {
            match &entry.what {
                Chosen::Major(id) => majors.push(*id),
                Chosen::Course(id) => courses.push(*id),
                Chosen::Task(id) => tasks.push(*id),
                Chosen::Resource(id) => whole.push(*id),
                Chosen::Fragment { file, .. } => files.push(*file),
            }
        }
        let mut names = HashMap::new();
        names.extend(
            curriculum::majors_by_id(conn, majors)
                .await?
                .into_iter()
                .map(|row| (row.id, row.name)),
        );
        names.extend(
            curriculum::courses_by_id(conn, courses)
                .await?
                .into_iter()
                .map(|row| (row.id, row.name)),
        );
        names.extend(
            curriculum::tasks_by_id(conn, tasks)
                .await?
                .into_iter()
                .map(|row| (row.id, row.name)),
        );
        let files = resources::files_by_id(conn, files).await?;
        whole.extend(files.iter().map(|file| file.resource_id));
        let rows = resources::resources_by_id(conn, whole).await?;
        let titles: HashMap<Id, String> = rows
            .into_iter()
            .filter(|row| super::edit::is_visible(actor, row))
            .map(|row| (row.id, row.title))
            .collect();
        names.extend(
            files
                .iter()
                .filter_map(|file| Some((file.id, titles.get(&file.resource_id)?.clone()))),
        );
        names.extend(titles);
        Ok(names)
    }
}

/// Gives up a building that failed too often.
pub(super) async fn give_up(tx: &impl ConnectionTrait, subject: &str) -> Result<()> {
    let version = build::parse_subject(subject)?;
    packs::set_failed(tx, version, "the service could not build it").await
}

fn parse_id(text: &str) -> Result<Id> {
    text.parse()
        .map_err(|_| anyhow::anyhow!("`{text}` is no pack's id").into())
}

/// Who may see a pack: its owner and its school's administrators always, and once it has a version whom it is for.
pub(super) fn audiences(row: &pack::Model) -> Vec<Audience> {
    let mut audiences = vec![Audience::Owner(row.owner_id)];
    audiences.extend(row.school_id.map(Audience::SchoolAdmin));
    if row.version > 0 && !row.withdrawn {
        audiences.push(audience_of(row.scope, row.school_id, row.owner_id));
    }
    audiences
}

fn is_visible(actor: &Actor, row: &pack::Model) -> bool {
    let callers = actor.audiences();
    audiences(row).iter().any(|audience| callers.contains(audience))
}

/// Whether a version is for the actor: one made for fewer people is not shown to more when the pack is.
fn is_for(actor: &Actor, pack: &pack::Model, version: &pack_version::Model) -> bool {
    let makes_it = actor.account.as_ref().is_some_and(|member| may_edit(member, pack));
    let is_addressed = actor.audiences().iter().any(|caller| caller.term() == version.audience);
    makes_it || (is_addressed && version.state == BuildState::Ready)
}

fn may_edit(member: &Member, pack: &pack::Model) -> bool {
    pack.owner_id == member.id || runs(member, pack.school_id)
}

fn runs(member: &Member, school: Option<Id>) -> bool {
    member.role == Role::SchoolAdmin && school.is_some() && school == member.school_id
}

fn status(row: &pack::Model) -> PackStatus {
    match (row.withdrawn, row.version) {
        (true, _) => PackStatus::Withdrawn,
        (false, 0) => PackStatus::Draft,
        (false, _) => PackStatus::Published,
    }
}

fn show_version(row: pack_version::Model) -> PackVersion {
    PackVersion {
        number: row.number,
        state: row.state,
        done: row.done,
        total: row.total,
        note: row.note,
        items: row.items,
        bytes: row.bytes,
        stubs: row.stubs,
        gone: None,
        error: row.error,
        created_at: row.created_at,
        published_at: row.published_at,
    }
}
