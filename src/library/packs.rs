//! Packs: choosing, building and publishing versions. They are handed out by [`delivery`](crate::library::delivery), with
//! the keys of [`signing`](crate::library::signing).
//!
//! | file | what it is about |
//! |---|---|
//! | here | making, changing and publishing a pack |
//! | [`mod@visibility`] | who may see and change a pack, and which versions |
//! | [`mod@chosen`] | what was chosen, found by its name |
//! | [`mod@view`] | packs and versions as they are shown |
//! | [`mod@build`] | from what was chosen to a version: a job |
//! | [`mod@folder_layout`] | where in the pack a resource's files lie |
//! | [`mod@evidence`] | packs that are evidence |
//! | [`mod@checks`] | what automatic checks find of the resources that go in |
//! | [`mod@contents`] | what a version holds, and what changed between two, for people to look at |
//! | [`mod@receipts`] | who holds a pack |

use std::sync::Arc;
use std::time::Duration;

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::blob::Blobs;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::entity;
use crate::db::entity::{pack, pack_version};
use crate::db::{jobs, packs, people};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, PackId, SchoolId, Sha256};
use crate::domain::job::JobKind;
use crate::domain::pack::{BuildState, PackForm, audience_of};
use crate::error::{Refusal, Result, Thing};
use crate::library::Base;
use crate::library::Rules;
use crate::library::audit::Audit;
use crate::library::authority::who_may;
use crate::library::curriculum::Curriculum;
use crate::library::lru_cache::LruCache;
use crate::library::objects::Objects;
use crate::library::packs::contents::Contents;
use crate::library::packs::view::show_version;
use crate::library::packs::visibility::{expect_may_publish, is_for, reads_as_it_is};
use crate::library::packs::words::PackWords;
use crate::library::paging::{self, Page};
use crate::library::resources::Resources;
use crate::library::signals::Signals;
use crate::library::signing::Signing;
use crate::library::texts::Texts;

pub mod build;
pub mod checks;
mod chosen;
pub mod contents;
pub mod evidence;
pub mod folder_layout;
pub mod receipts;
pub mod view;
mod visibility;
mod words;

pub use crate::db::packs::PackFilter;
pub use crate::library::packs::view::{Pack, PackEntry, PackStatus, PackVersion};

/// Whoever publishes waits this long for the version; most are ready sooner.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a cache of versions of packs may take: one of a hundred thousand files takes some 6 MB to be given, 30 as an archive.
pub(super) const CACHE_BYTES: usize = 48 << 20;

/// Packs and their versions: choosing, building, publishing, showing.
#[derive(Debug, Clone)]
pub struct Packs {
    db: Db,
    clock: Clock,
    rules: Arc<Rules>,
    audit: Audit,
    signals: Signals,
    blobs: Blobs,
    curriculum: Arc<Curriculum>,
    objects: Arc<Objects>,
    resources: Arc<Resources>,
    signing: Arc<Signing>,
    texts: Arc<Texts>,
    /// Lists of versions that people looked at lately.
    lists: Arc<LruCache<Sha256, Contents>>,
}

impl Packs {
    pub(super) fn new(
        base: &Base,
        curriculum: Arc<Curriculum>,
        objects: Arc<Objects>,
        resources: Arc<Resources>,
        signing: Arc<Signing>,
        texts: Arc<Texts>,
    ) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            rules: Arc::clone(&base.rules),
            audit: base.audit.clone(),
            signals: base.signals.clone(),
            blobs: base.blobs.clone(),
            curriculum,
            objects,
            resources,
            signing,
            texts,
            lists: Arc::new(LruCache::new(2 * CACHE_BYTES)),
        }
    }

    /// Makes a pack of what is chosen.
    pub async fn add_pack(&self, actor: &Actor, form: PackForm) -> Result<Pack> {
        let member = who_may(actor, Act::Share)?;
        let row = self.made_of(actor, member, form).await?;
        let id = row.id;
        self.db.write(async |tx| self.put_new(tx, actor, row).await).await?;
        self.pack(actor, id).await
    }

    /// The pack that a form asks for, before it is there.
    async fn made_of(&self, actor: &Actor, member: &Member, form: PackForm) -> Result<pack::Model> {
        let contents = self.chosen(actor, &form.contents, &[]).await?;
        let of_school = self.school_meant(form.of_school.as_deref()).await?;
        let now = self.clock.now();
        Ok(pack::Model {
            id: PackId::new(),
            school_id: member.school_id,
            owner_id: member.id,
            title: form.title,
            description: form.description,
            scope: form.scope,
            contents: entity::PackEntries(contents),
            version: 0,
            withdrawn: false,
            evidence: form.evidence,
            of_school,
            revision: 1,
            created_at: now,
            updated_at: now,
        })
    }

    async fn put_new(&self, tx: &impl ConnectionTrait, actor: &Actor, row: pack::Model) -> Result<()> {
        let subject = Some(row.id.to_string());
        let told = AuditChanges::default().set("scope", row.scope.code());
        packs::add(tx, row).await?;
        self.audit
            .record_changes(tx, actor, AuditAction::PackCreate, subject, &told)
            .await
    }

    /// The school that a form limits its pack to.
    async fn school_meant(&self, given: Option<&str>) -> Result<Option<SchoolId>> {
        let Some(given) = given else { return Ok(None) };
        let found = people::school_named(self.db.read(), given).await?;
        let found = found.ok_or_else(|| {
            let kind = FaultKind::Unknown {
                value: given.to_owned(),
                hint: "GET /api/v1/schools".to_owned(),
            };
            Refusal::Fields(vec![FieldFault::at("of_school", kind)])
        })?;
        Ok(Some(found.id))
    }

    /// Changes a pack's words or what is chosen; published versions stay as they are. `seen` is the revision the actor saw.
    pub async fn edit_pack(
        &self,
        actor: &Actor,
        id: PackId,
        seen: i64,
        fields: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Pack> {
        who_may(actor, Act::Share)?;
        let before = self.editable_pack(actor, id).await?;
        if seen != before.revision {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let form = PackForm::patched(&before.title, &before.description, before.scope, fields);
        let form = form.map_err(Refusal::Fields)?;
        let contents = match &form.contents {
            Some(contents) => entity::PackEntries(self.chosen(actor, contents, &before.contents.0).await?),
            None => before.contents.clone(),
        };
        let told = AuditChanges::default()
            .moved("scope", before.scope.code(), form.scope.code())
            .named("title", before.title != form.title)
            .named("description", before.description != form.description)
            .named("contents", before.contents != contents);
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
                // Its newest version as it stands under the lock: one may have become ready since, and what that says is withheld.
                let present = packs::find_for_update(tx, id)
                    .await?
                    .ok_or(Refusal::NoSuch(Thing::Pack))?;
                let after = pack::Model {
                    version: present.version,
                    ..after
                };
                self.withhold_from_more(tx, &after).await?;
                packs::update(tx, after, seen).await?;
                self.audit
                    .record_changes(tx, actor, AuditAction::PackEdit, Some(id.to_string()), &told)
                    .await
            })
            .await?;
        self.pack(actor, id).await
    }

    /// Removes a pack that was never published; one that was is withdrawn, so that holders learn of it.
    pub async fn remove_pack(&self, actor: &Actor, id: PackId) -> Result<()> {
        who_may(actor, Act::Share)?;
        self.editable_pack(actor, id).await?;
        self.db
            .write(async |tx| {
                // As it stands under the lock: its first version may have become ready a moment ago.
                let before = packs::find_for_update(tx, id)
                    .await?
                    .ok_or(Refusal::NoSuch(Thing::Pack))?;
                let seen = before.revision;
                if before.version == 0 {
                    self.audit
                        .record(tx, actor, AuditAction::PackRemove, Some(id.to_string()))
                        .await?;
                    return packs::remove(tx, id).await;
                }
                let after = pack::Model {
                    withdrawn: true,
                    revision: seen + 1,
                    updated_at: self.clock.now(),
                    ..before
                };
                packs::update(tx, after, seen).await?;
                self.audit
                    .record(tx, actor, AuditAction::PackWithdraw, Some(id.to_string()))
                    .await
            })
            .await
    }

    /// Shares a withdrawn pack again, with the versions that it had. One that is shared stays so.
    pub async fn restore_pack(&self, actor: &Actor, id: PackId) -> Result<()> {
        who_may(actor, Act::Share)?;
        self.editable_pack(actor, id).await?;
        self.db
            .write(async |tx| {
                let before = packs::find_for_update(tx, id)
                    .await?
                    .ok_or(Refusal::NoSuch(Thing::Pack))?;
                if !before.withdrawn {
                    return Ok(());
                }
                let (seen, version) = (before.revision, before.version);
                let after = pack::Model {
                    withdrawn: false,
                    revision: seen + 1,
                    updated_at: self.clock.now(),
                    ..before
                };
                packs::update(tx, after, seen).await?;
                // What stopped being shared meanwhile renewed no list of a pack that nobody could fetch.
                if !packs::gone_items(tx, id, version).await?.is_empty() {
                    jobs::enqueue_ahead(tx, JobKind::RenewPack, vec![id.to_string()], self.clock.now()).await?;
                }
                self.audit
                    .record(tx, actor, AuditAction::PackRestore, Some(id.to_string()))
                    .await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Publishes a new version of a pack; its words reach more than its school once they are approved ([`words`]). `seen` is the
    /// revision the actor saw, for those who looked. Waits a little for it: most are ready at once, large ones go on in the
    /// background. While one is being built there is no second one.
    pub async fn publish_pack(
        &self,
        actor: &Actor,
        id: PackId,
        note: String,
        seen: Option<i64>,
    ) -> Result<PackVersion> {
        let number = self.begin_publishing(actor, id, note, seen).await?;
        self.built(id, number).await
    }

    /// A version that was asked for before, waited for as [`Packs::publish_pack`](crate::library::packs::Packs::publish_pack) does.
    pub async fn built_version(&self, actor: &Actor, id: PackId, number: i32) -> Result<PackVersion> {
        self.visible_version(actor, id, number).await?;
        self.built(id, number).await
    }

    /// Asks for a new version of a pack and does not wait for it; returns its number.
    pub async fn begin_publishing(&self, actor: &Actor, id: PackId, note: String, seen: Option<i64>) -> Result<i32> {
        let member = who_may(actor, Act::Share)?;
        self.visible_pack(actor, id).await?;
        let number = self
            .db
            .write(async |tx| {
                // As it stands under the lock: of two who publish it at once the second waits and joins the first, and
                // whom it is for is what counts now.
                let pack = packs::find_for_update(tx, id)
                    .await?
                    .ok_or(Refusal::NoSuch(Thing::Pack))?;
                expect_may_publish(member, &pack)?;
                self.expect_seen(tx, member, &pack, seen).await?;
                let words = self.words_of(tx, &pack, member, note).await?;
                self.expect_shown_by(tx, &pack, &words).await?;
                let number = self.ask_for_version(tx, &pack, member.id, words).await?;
                self.audit
                    .record(tx, actor, AuditAction::PackPublish, Some(format!("{id}/{number}")))
                    .await?;
                Ok(number)
            })
            .await?;
        self.signals.wake();
        Ok(number)
    }

    /// Asks for the next version, or for the one that is not ready yet.
    async fn ask_for_version(
        &self,
        tx: &impl ConnectionTrait,
        pack: &pack::Model,
        author: AccountId,
        words: PackWords,
    ) -> Result<i32> {
        let now = self.clock.now();
        let newest = packs::newest_versions(tx, vec![pack.id]).await?.pop();
        let number = match &newest {
            Some(row) if matches!(row.state, BuildState::Queued | BuildState::Building) => return Ok(row.number),
            // Its number is used again: the difference to the version before is kept for neighbours only.
            Some(row) if row.state == BuildState::Failed => row.number,
            Some(row) => row.number + 1,
            None => 1,
        };
        let row = pack_version::Model {
            pack_id: pack.id,
            number,
            state: BuildState::Queued,
            note: words.note,
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
            title: Some(words.title),
            description: Some(words.description),
            contents: Some(words.contents),
            approved_by: words.approved_by,
            waiting_note: words.waiting_note,
        };
        packs::put_version(tx, row).await?;
        jobs::enqueue_ahead(tx, JobKind::BuildPack, vec![build::subject(pack.id, number)], now).await?;
        Ok(number)
    }

    /// The version once it is built, or as far as it is when patience ends.
    async fn built(&self, pack: PackId, number: i32) -> Result<PackVersion> {
        /// Another node's work is not heard here; the tick looks for it.
        const TICK: Duration = Duration::from_millis(250);
        let until = tokio::time::Instant::now() + PATIENCE;
        let mut changed = self.signals.changes();
        loop {
            // Marked as heard before looking, so that a commit in between rings again.
            changed.borrow_and_update();
            let row = packs::version(self.db.read(), pack, number).await?;
            let row = row.ok_or(Refusal::NoSuch(Thing::Version))?;
            let is_done = matches!(row.state, BuildState::Ready | BuildState::Failed);
            if is_done || tokio::time::Instant::now() >= until {
                return Ok(show_version(row, true));
            }
            let _ = tokio::time::timeout(TICK, changed.changed()).await;
        }
    }

    /// Publishes a pack anew in its owner's name, because something in it may no longer be given. A job.
    pub(super) async fn renew_pack(&self, subject: &str) -> Result<()> {
        let id = parse_id(subject)?;
        self.db
            .write(async |tx| {
                let found = packs::find_for_update(tx, id).await?;
                let Some(pack) = found.filter(|pack| pack.version > 0 && !pack.withdrawn) else {
                    return Ok(());
                };
                let words = self.words_before(tx, &pack).await?;
                self.ask_for_version(tx, &pack, pack.owner_id, words).await.map(|_| ())
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// A pack with what was chosen.
    pub async fn pack(&self, actor: &Actor, id: PackId) -> Result<Pack> {
        let row = self.visible_pack(actor, id).await?;
        let row = self.as_read(actor, vec![row]).await?.remove(0);
        let entries = self.show_entries(actor, &row.contents.0).await?;
        let shown = self.show_packs(actor, vec![row]).await?.pop();
        let pack = shown.ok_or(Refusal::NoSuch(Thing::Pack))?;
        Ok(Pack {
            contents: Some(entries),
            ..pack
        })
    }

    /// Packs that the actor may see, newest first.
    pub async fn packs(
        &self,
        actor: &Actor,
        filter: &PackFilter,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<Pack>> {
        let before = paging::begin(cursor)?;
        let rows = packs::list(self.db.read(), filter, &actor.audiences(), before, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        Ok(Page {
            items: self.show_packs(actor, self.as_read(actor, rows).await?).await?,
            next_cursor,
        })
    }

    /// Packs whose words wait for the actor's approval, newest first; none for those who approve nothing.
    pub async fn packs_waiting(&self, actor: &Actor, cursor: Option<&str>, limit: u64) -> Result<Page<Pack>> {
        let Some(approver) = approver(actor) else {
            return Ok(Page::only(Vec::new()));
        };
        let filter = PackFilter {
            waiting_for: Some(approver),
            ..PackFilter::default()
        };
        self.packs(actor, &filter, cursor, limit).await
    }

    /// How many packs' words wait for the actor's approval.
    pub async fn count_waiting(&self, actor: &Actor) -> Result<u64> {
        match approver(actor) {
            Some(approver) => packs::count_waiting_for(self.db.read(), approver).await,
            None => Ok(0),
        }
    }

    /// A pack's versions that the actor may see, newest first.
    pub async fn pack_versions(&self, actor: &Actor, id: PackId) -> Result<Vec<PackVersion>> {
        let pack = self.visible_pack(actor, id).await?;
        let rows = packs::versions(self.db.read(), id).await?;
        let seen = rows.into_iter().filter(|row| is_for(actor, &pack, row));
        let as_it_is = reads_as_it_is(actor, &pack);
        Ok(seen.map(|row| show_version(row, as_it_is)).collect())
    }

    /// One version.
    pub async fn pack_version(&self, actor: &Actor, id: PackId, number: i32) -> Result<PackVersion> {
        let pack = self.visible_pack(actor, id).await?;
        let row = self.visible_version(actor, id, number).await?;
        let gone = packs::gone_items(self.db.read(), id, number).await?.len();
        Ok(PackVersion {
            gone: Some(gone),
            documents: self.documents_of(id, number).await?,
            ..show_version(row, reads_as_it_is(actor, &pack))
        })
    }
}

/// Gives up a building that failed too often.
pub(super) async fn give_up(tx: &impl ConnectionTrait, subject: &str) -> Result<()> {
    let version = build::parse_subject(subject)?;
    packs::set_failed(tx, version, "the service could not build it").await
}

fn parse_id(text: &str) -> Result<PackId> {
    text.parse()
        .map_err(|_| anyhow::anyhow!("`{text}` is no pack's id").into())
}

/// How far somebody approves what packs say.
fn approver(actor: &Actor) -> Option<(Reach, AccountId)> {
    Some((actor.reach(Act::Approve)?, actor.id()?))
}
