//! What online sessions show, and counting what somebody sees of it.

use std::collections::{HashMap, HashSet};

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::actor::Actor;
use crate::db::entity::{
    resource, training_attendance, training_item, training_progress, training_session, training_sign_in, training_watch,
};
use crate::db::files::{self, FileWithExtraction};
use crate::db::resources;
use crate::db::training::{self, attendance, online};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Target};
use crate::domain::day::Day;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, FileId, ResourceId, TrainingItemId, TrainingSessionId};
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;
use crate::domain::training::attendance::{AttendanceState, SignInWay};
use crate::domain::training::fault::TrainingFault;
use crate::domain::training::online::{
    ItemChosen, ItemUnit, ProgressSaid, SAID_EVERY, Saying, counted_ms, heard_until, is_enough, reached,
};
use crate::domain::training::{TrainingMode, TrainingState};
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, who_may};
use crate::library::training::Training;
use crate::library::training::attendance::last_word_of_others;

/// Something that an online session shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TrainingItem {
    /// Its id.
    pub id: TrainingItemId,
    /// The resource.
    pub resource: ResourceId,
    /// The resource's title; empty where it is not shared any more.
    pub title: String,
    /// The file.
    pub file: FileId,
    /// What the file is measured in.
    pub unit: ItemUnit,
    /// How many pages or seconds it has.
    pub total: i32,
    /// How many of them the asker saw.
    pub reached: i32,
    /// Whether that is enough.
    pub is_finished: bool,
}

/// How far somebody is with something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ItemProgress {
    /// How many pages or seconds were seen.
    pub reached: i32,
    /// How many there are.
    pub total: i32,
    /// Whether that is enough.
    pub is_finished: bool,
    /// Whether everything that the session shows is finished, so that its hours are counted.
    pub is_session_finished: bool,
    /// In how many seconds the page should say again that it is looked at.
    pub next_in_seconds: u64,
}

impl Training {
    /// What an online session shows, in order, with how far the actor is.
    pub async fn items(&self, actor: &Actor, id: TrainingSessionId) -> Result<Vec<TrainingItem>> {
        let session = self.visible(actor, id).await?;
        let rows = online::items(self.db.read(), id).await?;
        show(self.db.read(), actor.id(), &session, rows).await
    }

    /// One of the things that a session shows.
    pub async fn item(&self, actor: &Actor, id: TrainingSessionId, item: TrainingItemId) -> Result<TrainingItem> {
        let items = self.items(actor, id).await?;
        let found = items.into_iter().find(|it| it.id == item);
        Ok(found.ok_or(Refusal::NoSuch(Thing::TrainingItem))?)
    }

    /// Says what an online session shows, in order. What people saw of what stays is kept.
    pub async fn set_items(
        &self,
        actor: &Actor,
        id: TrainingSessionId,
        chosen: &[ItemChosen],
    ) -> Result<Vec<TrainingItem>> {
        let member = who_may(actor, Act::HoldTraining)?;
        let session = self.visible(actor, id).await?;
        expect(
            member,
            Act::HoldTraining,
            Target::Training {
                school: session.school_id,
            },
        )?;
        if session.mode != TrainingMode::Online {
            return Err(Refusal::Training(TrainingFault::IsOnSite).into());
        }
        let wanted = self.measured(&session, chosen).await?;
        self.db
            .write(async |tx| {
                training::session_for_update(tx, id).await?;
                let before = online::items(tx, id).await?.into_iter();
                let mut before: HashMap<FileId, TrainingItemId> = before.map(|row| (row.file_id, row.id)).collect();
                let rows = (0..).zip(&wanted).map(|(position, file)| training_item::Model {
                    id: before.remove(&file.file).unwrap_or_default(),
                    session_id: id,
                    position,
                    resource_id: file.resource,
                    file_id: file.file,
                    unit: file.unit,
                    total: file.total,
                });
                let rows: Vec<training_item::Model> = rows.collect();
                online::set_items(tx, id, &rows).await?;
                let told = AuditChanges::default().set("lines", rows.len());
                let subject = Some(id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::TrainingItems, subject, &told)
                    .await
            })
            .await?;
        self.items(actor, id).await
    }

    /// Counts what somebody sees of an item: `said` is what their page says of it.
    pub async fn look(
        &self,
        actor: &Actor,
        item: TrainingItemId,
        said: ProgressSaid,
        saying: Saying,
    ) -> Result<ItemProgress> {
        let member = who_may(actor, Act::JoinTraining)?;
        let row = online::item(self.db.read(), item).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::TrainingItem))?;
        let session = self.visible(actor, row.session_id).await?;
        self.expect_shown_today(&session)?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let part = attendance::of_accounts(tx, session.id, &[member.id]).await?.pop();
                let part = part.filter(|part| part.state != AttendanceState::Withdrawn);
                let part = part.ok_or(Refusal::Training(TrainingFault::NotEnrolled))?;
                let more = watched(tx, member.id, item, now, saying).await?;
                let before = online::progress(tx, member.id, &[item]).await?.remove(&item);
                let after = seen(&row, &session, member.id, before.clone(), more, said.page, now);
                online::set_progress(tx, after.clone()).await?;
                let is_through = after.finished_at.is_some() && is_through(tx, session.id, member.id).await?;
                if is_through && part.state == AttendanceState::Enrolled {
                    self.count_finished(tx, actor, session.id, now).await?;
                }
                Ok(ItemProgress {
                    reached: after.reached,
                    total: row.total,
                    is_finished: after.finished_at.is_some(),
                    is_session_finished: is_through,
                    next_in_seconds: SAID_EVERY.as_secs(),
                })
            })
            .await
    }

    /// Counts somebody who has finished, if their part still waits for it now that nobody else changes it. What the holder
    /// took back is not counted by a look at what was finished before.
    async fn count_finished(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        id: TrainingSessionId,
        now: Timestamp,
    ) -> Result<()> {
        let held = training::session_for_update(tx, id).await?;
        let held = held.ok_or(Refusal::NoSuch(Thing::TrainingSession))?;
        let own = attendance::of_accounts(tx, id, &actor.id().into_iter().collect::<Vec<_>>()).await?;
        let waits = |part: &training_attendance::Model| part.state == AttendanceState::Enrolled;
        let Some(part) = own.into_iter().find(waits).filter(|_| held.cancelled_at.is_none()) else {
            return Ok(());
        };
        let said = last_word_of_others(tx, &part).await?;
        if said.is_some_and(|it| it.from_state == AttendanceState::Attended) {
            return Ok(());
        }
        self.count_online(tx, actor, &held, part, now).await
    }

    async fn count_online(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        session: &training_session::Model,
        part: training_attendance::Model,
        now: Timestamp,
    ) -> Result<()> {
        let today = Day::of(now);
        let day = training_sign_in::Model {
            attendance_id: part.id,
            day: today,
            way: SignInWay::Online,
            at: now,
        };
        attendance::sign_in(tx, &[day]).await?;
        let after = training_attendance::Model {
            state: AttendanceState::Attended,
            hours: session.hours,
            attended_on: Some(today),
            ..part
        };
        attendance::update_all(tx, &[after]).await?;
        let subject = Some(session.id.to_string());
        self.audit.record(tx, actor, AuditAction::TrainingFinish, subject).await
    }

    fn expect_shown_today(&self, session: &training_session::Model) -> Result<()> {
        if session.mode != TrainingMode::Online {
            return Err(Refusal::Training(TrainingFault::IsOnSite).into());
        }
        let is_cancelled = session.cancelled_at.is_some();
        match TrainingState::on(self.today(), session.from_day, session.until_day, is_cancelled) {
            TrainingState::Running => Ok(()),
            TrainingState::Cancelled => Err(Refusal::Training(TrainingFault::Cancelled).into()),
            TrainingState::Over => Err(Refusal::Training(TrainingFault::Over).into()),
            TrainingState::Planned => Err(Refusal::Training(TrainingFault::NotToday).into()),
        }
    }

    /// The files that are named, each with how long it is; a fault for each that cannot be shown to those whom the session is
    /// for.
    async fn measured(&self, session: &training_session::Model, chosen: &[ItemChosen]) -> Result<Vec<Measured>> {
        let conn = self.db.read();
        let ids: Vec<ResourceId> = chosen.iter().map(|item| item.resource).collect();
        let rows = resources::resources_by_id(conn, ids.clone()).await?.into_iter();
        let rows: HashMap<ResourceId, resource::Model> = rows.map(|row| (row.id, row)).collect();
        let current = files::current(conn, &ids).await?;
        let (mut found, mut faults, mut named) = (Vec::new(), Vec::new(), HashSet::new());
        for (at, item) in chosen.iter().enumerate() {
            let row = rows.get(&item.resource).filter(|row| is_for(session, row));
            let of_it = current.iter().filter(|(file, _)| file.resource_id == item.resource);
            let mut fitting = of_it
                .filter(|(file, _)| item.file.is_none_or(|id| id == file.id))
                .filter_map(measure);
            // Shown twice, it would have to be seen twice.
            let first = row.and_then(|_| fitting.next()).filter(|file| named.insert(file.file));
            match first {
                Some(measured) => found.push(measured),
                None => faults.push(not_shown(at, item.resource)),
            }
        }
        if faults.is_empty() {
            Ok(found)
        } else {
            Err(Refusal::Fields(faults).into())
        }
    }
}

/// A file with how long it is.
struct Measured {
    resource: ResourceId,
    file: FileId,
    unit: ItemUnit,
    total: i32,
}

fn measure((file, read): &FileWithExtraction) -> Option<Measured> {
    let report = &read.as_ref()?.report.0;
    let pages = i32::try_from(report.pages).ok().filter(|pages| *pages > 0);
    let seconds = report.duration_ms.and_then(|ms| i32::try_from(ms / 1000).ok());
    let (unit, total) = match (seconds.filter(|seconds| *seconds > 0), pages) {
        (Some(seconds), _) => (ItemUnit::Seconds, seconds),
        (None, Some(pages)) => (ItemUnit::Pages, pages),
        (None, None) => return None,
    };
    Some(Measured {
        resource: file.resource_id,
        file: file.id,
        unit,
        total,
    })
}

fn not_shown(at: usize, resource: ResourceId) -> FieldFault {
    let kind = FaultKind::Unknown {
        value: resource.to_string(),
        hint: "a published resource that those may see whom the session is for, with pages or a film, named once"
            .to_owned(),
    };
    FieldFault::at(&format!("items/{at}/resource"), kind)
}

/// Whether everybody whom a session is for may see a resource.
fn is_for(session: &training_session::Model, row: &resource::Model) -> bool {
    let is_own = session.school_id.is_some() && session.school_id == row.school_id;
    row.status == Status::Published && (is_own || row.scope > Scope::School)
}

/// What is counted since the page was last heard of. Somebody has one thing open: what is said of another is refused, until
/// that is opened in its place.
async fn watched(
    tx: &impl ConnectionTrait,
    account: AccountId,
    item: TrainingItemId,
    now: Timestamp,
    saying: Saying,
) -> Result<i64> {
    let watch = online::watch_for_update(tx, account).await?;
    let same = watch.filter(|watch| watch.item_id == item);
    if same.is_none() && saying != Saying::Opened {
        return Err(Refusal::Training(TrainingFault::OtherItem).into());
    }
    let more = same.as_ref().map_or(0, |watch| counted_ms(watch.seen_at, now, saying));
    let row = training_watch::Model {
        account_id: account,
        item_id: item,
        seen_at: same.map_or(now, |watch| heard_until(watch.seen_at, now)),
    };
    online::set_watch(tx, row).await?;
    Ok(more)
}

fn seen(
    item: &training_item::Model,
    session: &training_session::Model,
    account: AccountId,
    before: Option<training_progress::Model>,
    more: i64,
    page: Option<i32>,
    now: Timestamp,
) -> training_progress::Model {
    let before = before.unwrap_or(training_progress::Model {
        item_id: item.id,
        account_id: account,
        counted_ms: 0,
        reached: 0,
        finished_at: None,
    });
    let counted_ms = before.counted_ms + more;
    let reached = reached(item.unit, item.total, counted_ms, page, before.reached);
    let is_finished = is_enough(reached, item.total, session.share);
    training_progress::Model {
        counted_ms,
        reached,
        finished_at: before.finished_at.or(is_finished.then_some(now)),
        ..before
    }
}

/// Whether somebody finished all that a session shows.
async fn is_through(tx: &impl ConnectionTrait, session: TrainingSessionId, account: AccountId) -> Result<bool> {
    let items: Vec<TrainingItemId> = online::items(tx, session)
        .await?
        .into_iter()
        .map(|row| row.id)
        .collect();
    let progress = online::progress(tx, account, &items).await?;
    let is_finished = |id| progress.get(id).is_some_and(|it| it.finished_at.is_some());
    Ok(!items.is_empty() && items.iter().all(is_finished))
}

/// Shows items, in the order given, by two queries more.
async fn show(
    conn: &impl ConnectionTrait,
    account: Option<AccountId>,
    session: &training_session::Model,
    rows: Vec<training_item::Model>,
) -> Result<Vec<TrainingItem>> {
    let shown = rows.iter().map(|row| row.resource_id).collect();
    let titles = resources::resources_by_id(conn, shown).await?.into_iter();
    let titles = titles.filter(|row| is_for(session, row));
    let titles: HashMap<ResourceId, String> = titles.map(|row| (row.id, row.title)).collect();
    let ids: Vec<TrainingItemId> = rows.iter().map(|row| row.id).collect();
    let progress = match account {
        Some(account) => online::progress(conn, account, &ids).await?,
        None => HashMap::new(),
    };
    let items = rows.into_iter().map(|row| {
        let own = progress.get(&row.id);
        TrainingItem {
            title: titles.get(&row.resource_id).cloned().unwrap_or_default(),
            id: row.id,
            resource: row.resource_id,
            file: row.file_id,
            unit: row.unit,
            total: row.total,
            reached: own.map_or(0, |it| it.reached),
            is_finished: own.is_some_and(|it| it.finished_at.is_some()),
        }
    });
    Ok(items.collect())
}
