//! Lists of who took part, brought afterwards: first everything is looked at, then the sender says yes. A list with a faulty
//! row changes nothing.

use std::collections::HashMap;
use std::fs::File;

use crate::actor::{Actor, Member};
use crate::db::entity::{training_attendance, training_correction, training_sign_in};
use crate::db::staged;
use crate::db::training::{self, attendance};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::Act;
use crate::domain::day::Day;
use crate::domain::id::{AccountId, PreviewId, SchoolId, TrainingSessionId};
use crate::domain::time::Timestamp;
use crate::domain::training::TrainingState;
use crate::domain::training::attendance::{AttendanceState, SignInWay};
use crate::domain::training::fault::TrainingFault;
use crate::domain::training::list::{AttendanceList, ListColumn, ListProblem, ListRow};
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, who_may};
use crate::library::training::Training;
use crate::library::training::attendance::{enrols, expect_room};
use crate::library::training::corrections::correction;
use crate::library::training::sessions::TrainingSession;

/// What a list would count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPreview {
    /// What a yes is said to; none while something is wrong.
    pub id: Option<PreviewId>,
    /// What was read.
    pub list: AttendanceList,
}

impl Training {
    /// Looks at a list of who took part. Counts nobody.
    pub async fn preview_list(
        &self,
        actor: &Actor,
        id: TrainingSessionId,
        name: &str,
        file: File,
    ) -> Result<ListPreview> {
        let member = who_may(actor, Act::HoldTraining)?;
        let session = self.listed(actor, member, id).await?;
        let table = self.previews.read_table(actor, file).await?;
        let rows: Vec<(u32, Vec<String>)> = table.rows.into_iter().map(|row| (row.number, row.cells)).collect();
        let mut list = AttendanceList::read(table.header_row, &table.header, &rows, session.hours);
        self.check(member, &session, &mut list).await?;
        let id = if list.faults.is_empty() && !list.rows.is_empty() {
            Some(self.previews.stage(member, &kind(id), name, &list.rows).await?)
        } else {
            None
        };
        Ok(ListPreview { id, list })
    }

    /// Counts those of a list that was looked at: all of them, or nobody. Returns how many are counted by it.
    pub async fn count_list(&self, actor: &Actor, id: TrainingSessionId, preview: PreviewId) -> Result<u64> {
        let member = who_may(actor, Act::HoldTraining)?;
        let session = self.listed(actor, member, id).await?;
        let rows: Vec<ListRow> = self.previews.staged(member, &kind(id), preview).await?;
        // Once more: rights, accounts and what is counted may have changed since the list was looked at.
        let mut list = AttendanceList {
            rows,
            faults: Vec::new(),
        };
        let accounts = self.check(member, &session, &mut list).await?;
        if !list.faults.is_empty() {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let ids: Vec<AccountId> = accounts.iter().map(|(account, _)| *account).collect();
        self.db
            .write(async |tx| {
                if !staged::remove(tx, preview).await? {
                    return Err(Refusal::NoSuch(Thing::Preview).into());
                }
                let held = training::session_for_update(tx, id).await?;
                let held = held.ok_or(Refusal::NoSuch(Thing::TrainingSession))?;
                let there = attendance::of_accounts(tx, id, &ids).await?.into_iter();
                let mut there: HashMap<AccountId, training_attendance::Model> =
                    there.map(|row| (row.account_id, row)).collect();
                let is_too_long = |row: &ListRow| row.hours.is_some_and(|hours| hours > held.hours);
                if held.cancelled_at.is_some() || list.rows.iter().any(is_too_long) {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let today = self.today().min(held.until_day);
                let mut counted = CountedByList::default();
                for (row, (account, school)) in list.rows.iter().zip(&accounts) {
                    let before = there.remove(account);
                    let new = || self.part(&held, *account, *school, member.id);
                    let after = training_attendance::Model {
                        state: AttendanceState::Attended,
                        hours: row.hours.unwrap_or(held.hours),
                        ..before.clone().unwrap_or_else(new)
                    };
                    counted.add(before, after, today, self.clock.now(), member.id)?;
                }
                expect_room(tx, id, counted.new.len()).await?;
                let people = counted.days.len();
                attendance::add(tx, &counted.new).await?;
                attendance::update_all(tx, &counted.changed).await?;
                attendance::add_corrections(tx, &counted.corrections).await?;
                attendance::sign_in(tx, &counted.days).await?;
                let told = AuditChanges::default().set("lines", people);
                let subject = Some(id.to_string());
                self.audit
                    .record_changes(tx, actor, AuditAction::TrainingList, subject, &told)
                    .await?;
                Ok(people as u64)
            })
            .await
    }

    /// The session, if the sender holds it and it has begun.
    async fn listed(&self, actor: &Actor, member: &Member, id: TrainingSessionId) -> Result<TrainingSession> {
        let session = self.session(actor, id).await?;
        expect(member, Act::HoldTraining, session.as_target())?;
        match session.state {
            TrainingState::Cancelled => Err(Refusal::Training(TrainingFault::Cancelled).into()),
            TrainingState::Planned => Err(Refusal::Training(TrainingFault::NotToday).into()),
            TrainingState::Running | TrainingState::Over => Ok(session),
        }
    }

    /// Holds the rows against what is there. Returns the account of each row that is fine, with its school.
    async fn check(
        &self,
        member: &Member,
        session: &TrainingSession,
        list: &mut AttendanceList,
    ) -> Result<Vec<(AccountId, Option<SchoolId>)>> {
        let names: Vec<String> = list.rows.iter().map(|row| row.name.clone()).collect();
        let accounts = self.named(&names).await?;
        let ids: Vec<AccountId> = accounts.iter().flatten().map(|row| row.id).collect();
        let there = attendance::of_accounts(self.db.read(), session.id, &ids)
            .await?
            .into_iter();
        let there: HashMap<AccountId, training_attendance::Model> = there.map(|row| (row.account_id, row)).collect();
        let mut found = Vec::with_capacity(accounts.len());
        for (row, account) in list.rows.clone().into_iter().zip(accounts) {
            let Some(account) = account else {
                list.blame(row.row, Some(ListColumn::Name), ListProblem::NoSuchAccount(row.name));
                continue;
            };
            let counted = there
                .get(&account.id)
                .filter(|it| it.state == AttendanceState::Attended);
            let hours = row.hours.unwrap_or(session.hours);
            // First: who somebody is that the session is not for is told to nobody.
            if !enrols(member, session, &account) {
                list.blame(row.row, Some(ListColumn::Name), ListProblem::NotForThem);
            } else if row.display.as_ref().is_some_and(|display| *display != account.display) {
                list.blame(
                    row.row,
                    Some(ListColumn::Display),
                    ListProblem::OtherPerson(account.display),
                );
            } else if account.id == member.id {
                list.blame(row.row, None, ListProblem::Own);
            } else if let Some(counted) = counted.filter(|it| it.hours != hours) {
                list.blame(row.row, Some(ListColumn::Hours), ListProblem::Counted(counted.hours));
            } else {
                found.push((account.id, account.school_id));
            }
        }
        list.faults.sort_by_key(|fault| fault.row);
        Ok(found)
    }
}

/// What a list changes, gathered so that it is written in a few statements.
#[derive(Default)]
struct CountedByList {
    new: Vec<training_attendance::Model>,
    changed: Vec<training_attendance::Model>,
    corrections: Vec<training_correction::Model>,
    days: Vec<training_sign_in::Model>,
}

impl CountedByList {
    fn add(
        &mut self,
        before: Option<training_attendance::Model>,
        after: training_attendance::Model,
        today: Day,
        now: Timestamp,
        by: AccountId,
    ) -> Result<()> {
        let is_counted = before
            .as_ref()
            .is_some_and(|row| row.state == AttendanceState::Attended);
        if is_counted {
            // The same is counted already, or the list would have been refused.
            let is_same = before.is_some_and(|row| row.hours == after.hours);
            return if is_same {
                Ok(())
            } else {
                Err(Refusal::ChangedMeanwhile.into())
            };
        }
        self.days.push(training_sign_in::Model {
            attendance_id: after.id,
            day: today,
            way: SignInWay::List,
            at: now,
        });
        let after = training_attendance::Model {
            attended_on: Some(today),
            ..after
        };
        let Some(before) = before else {
            self.new.push(after);
            return Ok(());
        };
        if before.state == AttendanceState::Withdrawn {
            self.corrections
                .push(correction(&before, &after, by, String::new(), now));
        }
        self.changed.push(after);
        Ok(())
    }
}

/// What a list of a session is kept as until its sender says yes.
fn kind(id: TrainingSessionId) -> String {
    format!("training {id}")
}
