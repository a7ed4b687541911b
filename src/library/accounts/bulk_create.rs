//! Opening many accounts from a table: first everything is looked at, then its sender says yes.

use std::collections::{HashMap, HashSet};
use std::fs::File;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::actor::{Actor, Member};
use crate::db::{people, staged};
use crate::domain::account::name_key;
use crate::domain::authority::{Act, Target};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{PreviewId, SchoolId};
use crate::domain::roster::{Roster, RosterColumn, RosterProblem, RosterRow};
use crate::error::{Refusal, Result, Thing};
use crate::library::accounts::Accounts;
use crate::library::accounts::manage::{Account, expect_managed, own_school_alone};
use crate::library::authority::who_may;

const KIND: &str = "accounts";
/// Passwords that are hashed side by side.
const SIDE_BY_SIDE: usize = 2;

/// What a table would open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterPreview {
    /// What a yes is said to; none while something is wrong.
    pub id: Option<PreviewId>,
    /// What was read.
    pub roster: Roster,
}

impl Accounts {
    /// Looks at a table of new accounts. Opens none.
    pub async fn preview_accounts(&self, actor: &Actor, name: &str, file: File) -> Result<RosterPreview> {
        let member = who_may(actor, Act::ManageAccounts)?;
        let table = self.previews.read_table(actor, file).await?;
        let rows: Vec<(u32, Vec<String>)> = table.rows.into_iter().map(|row| (row.number, row.cells)).collect();
        let schools = self.schools_by_name().await?;
        let own = own_school_alone(member);
        let own = own.map(|id| id.to_string());
        let mut roster = Roster::read(table.header_row, &table.header, &rows, own.as_deref());
        self.check(member, &mut roster, &schools).await?;
        let id = if roster.faults.is_empty() && !roster.lines.is_empty() {
            Some(self.previews.stage(member, KIND, name, &roster.lines).await?)
        } else {
            None
        };
        Ok(RosterPreview { id, roster })
    }

    /// Opens the accounts of a table that was looked at: all of them, or none. Each comes with its password for once.
    pub async fn open_accounts(&self, actor: &Actor, preview: PreviewId) -> Result<Vec<Account>> {
        let member = who_may(actor, Act::ManageAccounts)?;
        let lines: Vec<RosterRow> = self.previews.staged(member, KIND, preview).await?;
        let schools = self.schools_by_name().await?;
        // Before the transaction: each takes some forty milliseconds, and nobody could write meanwhile.
        let keyed = stream::iter(lines).map(|line| async {
            let fresh = self.fresh_password(actor).await?;
            Ok::<_, crate::error::Error>((line, fresh))
        });
        let keyed: Vec<_> = keyed.buffered(SIDE_BY_SIDE).try_collect().await?;
        let mut rows = Vec::with_capacity(keyed.len());
        let mut passwords = Vec::with_capacity(keyed.len());
        for (line, fresh) in keyed {
            let school = line.form.school.as_ref().and_then(|given| schools.get(given).copied());
            // Once more: rights and schools may have changed since the table was looked at.
            expect_managed(member, line.form.role, school)?;
            rows.push(self.account_row(line.form, school, &fresh));
            passwords.push(fresh.plain);
        }
        let added = rows.clone();
        self.db
            .write(async |tx| {
                if !staged::remove(tx, preview).await? {
                    return Err(Refusal::NoSuch(Thing::Preview).into());
                }
                self.add_recorded(tx, actor, rows).await
            })
            .await?;
        let shown = self.show_accounts(actor, added).await?;
        let with_password = |(account, password)| Account {
            password: Some(password),
            ..account
        };
        Ok(shown.into_iter().zip(passwords).map(with_password).collect())
    }

    /// Holds the rows against what is there: names in use, schools, and what the sender may open.
    async fn check(&self, member: &Member, roster: &mut Roster, schools: &HashMap<String, SchoolId>) -> Result<()> {
        let keys = roster.lines.iter().map(|line| name_key(&line.form.name)).collect();
        let taken: HashSet<String> = people::keys_in_use(self.db.read(), keys).await?.into_iter().collect();
        for line in roster.lines.clone() {
            if taken.contains(&name_key(&line.form.name)) {
                let problem = RosterProblem::Taken(line.form.name.clone());
                roster.add_fault(line.row, Some(RosterColumn::Name), problem);
            }
            let school = line.form.school.as_ref().map(|given| schools.get(given).copied());
            if school == Some(None) {
                let problem = RosterProblem::NoSuchSchool(line.form.school.clone().unwrap_or_default());
                roster.add_fault(line.row, Some(RosterColumn::School), problem);
                continue;
            }
            let (role, school) = (line.form.role, school.flatten());
            let target = Target::Account { role, school };
            if school.is_none() && role.needs_school() {
                let fault = FieldFault::at("school", FaultKind::Required);
                roster.add_fault(line.row, Some(RosterColumn::School), RosterProblem::Cell(fault));
            } else if !member.authority().may(Act::ManageAccounts, target) {
                roster.add_fault(line.row, None, RosterProblem::NotYours);
            }
        }
        roster.faults.sort_by_key(|fault| fault.row);
        Ok(())
    }

    /// Every school by its id, its code and its name.
    async fn schools_by_name(&self) -> Result<HashMap<String, SchoolId>> {
        let rows = people::schools(self.db.read()).await?;
        let named = rows
            .into_iter()
            .flat_map(|row| [row.id.to_string(), row.code, row.name].map(|name| (name, row.id)));
        Ok(named.collect())
    }
}
