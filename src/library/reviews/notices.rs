//! Notices of infringement: received from anybody, handled by those who look after the resource's school or the city,
//! answered by whoever shared it. Each step is kept for ever.
//!
//! | who | sees |
//! |---|---|
//! | whoever sent it, by its secret link | where it stands, what was said |
//! | whoever handles it | all of it, also how to reach its sender |
//! | whoever shared the resource | all but how to reach its sender |
//! | everybody else | nothing, and not that there is one |

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::db::entity::{resource, rights_notice, rights_notice_step};
use crate::db::rights_notices::{self, NoticeFilter};
use crate::db::{people, resources, review_paths};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, NoticeId, NoticeStepId, ResourceId};
use crate::domain::notice::{
    MAX_OPEN, MAX_STEPS, MAX_STEPS_BEFORE_ANSWER, NewNotice, NoticeParty, NoticeState, NoticeStep, step_text,
};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::accounts::{hashed, secret};
use crate::library::authority::{may, reach, who_may};
use crate::library::paging::{self, Page};
use crate::library::resources::edit;
use crate::library::reviews::Reviews;
use crate::library::reviews::notices::view::{last_taken, named_school, number, shown, taken};

pub use self::view::{FollowedNotice, NoticeStepTaken, RightsNotice, SentNotice};

mod view;

/// How many notices on a resource its people are shown.
const SHOWN_OF_RESOURCE: u64 = 20;

/// What a step is taken about, and as whom.
struct NoticeStanding {
    row: rights_notice::Model,
    party: NoticeParty,
}

impl Reviews {
    /// Takes a notice from anybody. The resource must be one that others see, or saw.
    pub async fn send_notice(&self, actor: &Actor, new: NewNotice) -> Result<SentNotice> {
        let unknown = || {
            let kind = FaultKind::Unknown {
                value: new.resource.to_string(),
                hint: String::new(),
            };
            Refusal::Fields(vec![FieldFault::at("link", kind)])
        };
        let about = resources::resource(self.db.read(), new.resource).await?;
        // Whoever holds the rights complains of what schools share among themselves as well.
        let was_shown = |row: &resource::Model| row.published_at.is_some();
        let about = about.filter(was_shown).ok_or_else(unknown)?;
        let (key, now) = (secret()?, self.clock.now());
        let id = NoticeId::new();
        let row = rights_notice::Model {
            id,
            number: number(id, now),
            key_sha256: hashed(&key),
            resource_id: about.id,
            school_id: about.school_id,
            resource_title: about.title,
            state: NoticeState::Received,
            sender_name: new.name,
            sender_contact: new.contact,
            work: new.work,
            statement: new.statement,
            revision: 1,
            taken_down_at: None,
            taken_down_revision: None,
            cleared_at: None,
            created_at: now,
            updated_at: now,
        };
        let sent = SentNotice {
            number: row.number.clone(),
            url: format!("/copyright/{key}"),
        };
        self.db
            .write(async |tx| {
                // Nobody passes the limit together with this one.
                resources::find_for_update(tx, row.resource_id).await?;
                if rights_notices::open_on(tx, row.resource_id).await? >= MAX_OPEN {
                    let thing = Thing::Notice;
                    return Err(Refusal::LimitReached { thing, limit: MAX_OPEN }.into());
                }
                rights_notices::add(tx, row).await?;
                self.note_step(tx, actor, id, NoticeStep::Send, String::new(), now)
                    .await
            })
            .await?;
        Ok(sent)
    }

    /// What became of the notice with this secret link.
    pub async fn followed_notice(&self, key: &str) -> Result<FollowedNotice> {
        let row = self.notice_of_key(key).await?;
        let steps = rights_notices::steps(self.db.read(), row.id, MAX_STEPS).await?;
        Ok(FollowedNotice {
            may_answer: row.state.after(NoticeStep::Answer).is_some(),
            number: row.number,
            state: row.state,
            resource_url: format!("/r/{}", row.resource_id),
            work: row.work,
            statement: row.statement,
            steps: steps.into_iter().map(|step| taken(step, &[])).collect(),
            created_at: row.created_at,
        })
    }

    /// Says more about the notice with this secret link.
    pub async fn answer_notice(&self, actor: &Actor, key: &str, text: &str) -> Result<()> {
        let row = self.notice_of_key(key).await?;
        let party = NoticeParty::Sender;
        self.take_step(actor, NoticeStanding { row, party }, NoticeStep::Answer, text, None)
            .await
    }

    async fn notice_of_key(&self, key: &str) -> Result<rights_notice::Model> {
        let row = rights_notices::of_key(self.db.read(), &hashed(key)).await?;
        row.ok_or_else(|| Refusal::NoSuch(Thing::Notice).into())
    }

    /// Notices that the actor handles, newest first: those of a school, or all.
    pub async fn notices(
        &self,
        actor: &Actor,
        state: Option<NoticeState>,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<RightsNotice>> {
        let page = self.exported_notices(actor, state, cursor, limit).await?;
        self.audit.read(actor, AuditAction::NoticeRead, None);
        Ok(page)
    }

    /// The same, of a table that is taken along, which is [noted](Self::begin_notice_export) once.
    pub async fn exported_notices(
        &self,
        actor: &Actor,
        state: Option<NoticeState>,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<RightsNotice>> {
        let school = reach(actor, Act::HandleNotices)?.school();
        let before = paging::begin(cursor)?;
        let conn = self.db.read();
        let rows = rights_notices::list(conn, NoticeFilter { school, state }, before, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        let last = rights_notices::last_steps(conn, rows.iter().map(|row| row.id).collect()).await?;
        let schools = people::schools_by_id(conn, rows.iter().filter_map(|row| row.school_id).collect()).await?;
        let about = resources::resources_by_id(conn, rows.iter().map(|row| row.resource_id).collect()).await?;
        let items = rows.into_iter().filter_map(|row| {
            let party = party(actor, &row, about.iter().find(|about| about.id == row.resource_id))?;
            let of_it = last.iter().filter(|(of, ..)| *of == row.id);
            let steps: Vec<NoticeStepTaken> = of_it.map(|(_, step, at)| last_taken(*step, *at)).collect();
            let school = row
                .school_id
                .and_then(|id| schools.iter().find(|school| school.id == id));
            let school = school.map(named_school);
            Some(shown(row, party, steps, school, Vec::new()))
        });
        Ok(Page {
            items: items.collect(),
            next_cursor,
        })
    }

    /// Notes that notices are taken along; refused for those who handle none.
    pub fn begin_notice_export(&self, actor: &Actor, format: &str) -> Result<()> {
        reach(actor, Act::HandleNotices)?;
        let told = AuditChanges::default().set("format", format);
        self.audit.exported(actor, AuditAction::NoticeExport, None, &told);
        Ok(())
    }

    /// How many notices wait for the actor; none for those who handle none.
    pub async fn notices_waiting(&self, actor: &Actor) -> Result<u64> {
        match (reach(actor, Act::HandleNotices), actor.id()) {
            (Ok(reach), Some(handler)) => rights_notices::waiting(self.db.read(), reach.school(), handler).await,
            _ => Ok(0),
        }
    }

    /// A notice, for whoever handles it and whoever shared the resource.
    pub async fn notice(&self, actor: &Actor, id: NoticeId) -> Result<RightsNotice> {
        let NoticeStanding { row, party } = self.standing(actor, id).await?;
        self.audit.read(actor, AuditAction::NoticeRead, Some(id.to_string()));
        self.shown_notice(actor, row, party).await
    }

    /// Takes a step. `seen` is the revision that the actor looked at.
    pub async fn notice_step(
        &self,
        actor: &Actor,
        id: NoticeId,
        step: NoticeStep,
        text: &str,
        seen: Option<i64>,
    ) -> Result<RightsNotice> {
        let standing = self.standing(actor, id).await?;
        // Told apart from a step that somebody may take and cannot now.
        let is_takers = step.party() == standing.party && step.party() != NoticeParty::Sender;
        if !is_takers || who_may(actor, act_of(step)).is_err() {
            return Err(Refusal::NotAllowed.into());
        }
        self.take_step(actor, standing, step, text, seen).await?;
        let NoticeStanding { row, party } = self.standing(actor, id).await?;
        self.shown_notice(actor, row, party).await
    }

    /// Notices on a resource that the actor handles or shared, the newest first; nothing to others.
    pub async fn notices_of(&self, actor: &Actor, resource: ResourceId) -> Result<Vec<RightsNotice>> {
        if actor.account.is_none() {
            return Ok(Vec::new());
        }
        let conn = self.db.read();
        let about = resources::resource(conn, resource).await?;
        let rows = rights_notices::of_resource(conn, resource, SHOWN_OF_RESOURCE).await?;
        let seen = rows.into_iter().filter_map(|row| {
            let party = party(actor, &row, about.as_ref())?;
            Some(shown(row, party, Vec::new(), None, Vec::new()))
        });
        Ok(seen.collect())
    }

    async fn standing(&self, actor: &Actor, id: NoticeId) -> Result<NoticeStanding> {
        let none = || Refusal::NoSuch(Thing::Notice);
        let conn = self.db.read();
        let row = rights_notices::notice(conn, id).await?.ok_or_else(none)?;
        let about = resources::resource(conn, row.resource_id).await?;
        let Some(party) = party(actor, &row, about.as_ref()) else {
            let refusal = none();
            self.audit
                .refused(actor, AuditAction::AccessHidden, Some(id.to_string()), refusal.code());
            return Err(refusal.into());
        };
        Ok(NoticeStanding { row, party })
    }

    async fn shown_notice(&self, actor: &Actor, row: rights_notice::Model, party: NoticeParty) -> Result<RightsNotice> {
        let conn = self.db.read();
        let steps = rights_notices::steps(conn, row.id, MAX_STEPS).await?;
        let is_handler = party == NoticeParty::Handler;
        let mut by: Vec<AccountId> = steps.iter().filter_map(|step| step.account_id).collect();
        by.retain(|_| is_handler);
        by.sort_unstable();
        by.dedup();
        let accounts = people::accounts_by_id(conn, by).await?;
        let schools = people::schools_by_id(conn, row.school_id.into_iter().collect()).await?;
        let may = row.state.steps(party).into_iter();
        let may = may.filter(|step| who_may(actor, act_of(*step)).is_ok()).collect();
        let steps = steps.into_iter().map(|step| taken(step, &accounts)).collect();
        Ok(shown(row, party, steps, schools.first().map(named_school), may))
    }

    async fn take_step(
        &self,
        actor: &Actor,
        standing: NoticeStanding,
        step: NoticeStep,
        text: &str,
        seen: Option<i64>,
    ) -> Result<()> {
        let before = standing.row;
        let text = step_text(step, text).map_err(|fault| Refusal::Fields(vec![fault]))?;
        if seen.is_some_and(|seen| seen != before.revision) {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let state = before.state.after(step).ok_or(Refusal::NoticeStepNotPossible {
            state: before.state,
            step,
        })?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                review_paths::hold(tx).await?;
                if step == NoticeStep::Answer {
                    expect_answers_left(tx, before.id).await?;
                }
                let mut after = rights_notice::Model {
                    state,
                    revision: before.revision + 1,
                    updated_at: now,
                    ..before.clone()
                };
                match step {
                    NoticeStep::TakeDown => {
                        let (since, revision) = self.take_down_for_notice(tx, actor, &before, now).await?;
                        after.taken_down_revision = revision;
                        after.taken_down_at = Some(since);
                    }
                    NoticeStep::Restore => self.restore_after_notice(tx, actor, &before, now).await?,
                    NoticeStep::Send
                    | NoticeStep::Ask
                    | NoticeStep::Answer
                    | NoticeStep::Reject
                    | NoticeStep::Counter => {}
                }
                rights_notices::update(tx, after, before.revision).await?;
                self.note_step(tx, actor, before.id, step, text, now).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    async fn note_step(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        notice: NoticeId,
        step: NoticeStep,
        text: String,
        now: Timestamp,
    ) -> Result<()> {
        let row = rights_notice_step::Model {
            id: NoticeStepId::new(),
            notice_id: notice,
            step,
            // By its secret link somebody is whoever sent it, and not whoever is signed in.
            account_id: actor.id().filter(|_| step.party() != NoticeParty::Sender),
            text,
            at: now,
        };
        rights_notices::add_step(tx, row).await?;
        let subject = Some(notice.to_string());
        self.audit.record(tx, actor, action_of(step), subject).await
    }
}

/// Refuses more answers than those who handle a notice could ever read: whoever has its secret link may be anybody.
async fn expect_answers_left(tx: &impl ConnectionTrait, id: NoticeId) -> Result<()> {
    if rights_notices::count_steps(tx, id).await? < MAX_STEPS_BEFORE_ANSWER {
        return Ok(());
    }
    Err(Refusal::LimitReached {
        thing: Thing::Notice,
        limit: MAX_STEPS_BEFORE_ANSWER,
    }
    .into())
}

/// What the actor is to a notice; nothing to most. Nobody handles a notice on their own work: whose it was that is gone no school
/// can tell, so the city looks after it.
fn party(actor: &Actor, row: &rights_notice::Model, about: Option<&resource::Model>) -> Option<NoticeParty> {
    let member: &Member = actor.account.as_ref()?;
    let is_own = about.is_some_and(|about| about.owner_id == member.id);
    // A token that only reads is not told how to reach anybody.
    let reach = who_may(actor, Act::HandleNotices)
        .ok()
        .and(member.authority().reach(Act::HandleNotices));
    let handles = reach.is_some_and(|reach| reach.school().is_none() || reach.school() == row.school_id);
    let is_citys = reach.is_some_and(|reach| reach.school().is_none());
    if handles && !is_own && (about.is_some() || is_citys) {
        return Some(NoticeParty::Handler);
    }
    let shares = about.is_some_and(|about| may(actor, Act::SeeDrafts, edit::as_target(about)));
    (is_own || shares).then_some(NoticeParty::Uploader)
}

/// What a step asks of whoever takes it.
fn act_of(step: NoticeStep) -> Act {
    match step.party() {
        NoticeParty::Handler => Act::HandleNotices,
        NoticeParty::Sender | NoticeParty::Uploader => Act::Share,
    }
}

fn action_of(step: NoticeStep) -> AuditAction {
    match step {
        NoticeStep::Send => AuditAction::NoticeSend,
        NoticeStep::Ask => AuditAction::NoticeAsk,
        NoticeStep::Answer => AuditAction::NoticeAnswer,
        NoticeStep::Reject => AuditAction::NoticeReject,
        NoticeStep::TakeDown => AuditAction::NoticeTakeDown,
        NoticeStep::Counter => AuditAction::NoticeCounter,
        NoticeStep::Restore => AuditAction::NoticeRestore,
    }
}
