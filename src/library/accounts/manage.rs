//! Looking after accounts: the bureau after all, a school's administrators after their readers and teachers.

use std::collections::{BTreeSet, HashMap};

use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::actor::{Actor, Member};
use crate::db::{entity, erasures, identities, passkeys, people, review_paths, second_factors, sign_in_attempts};
use crate::domain::account::{AccountForm, AccountPatch, name_key};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach, Target, stewards};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, SchoolId};
use crate::domain::role::Role;
use crate::domain::search::{NamedRef, NamedSchool};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::accounts::leaving::{follow_reviewers, reviewed_school};
use crate::library::accounts::password::Fresh;
use crate::library::accounts::sign_on::directory::counted_name;
use crate::library::accounts::{Accounts, hashed};
use crate::library::authority::{expect, reach, who_may};
use crate::library::paging::{self, Page};
use crate::library::review_steps;

/// An account as those see it who look after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark beside the name")]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The sign-in name.
    pub name: String,
    /// The name shown to others.
    pub display: String,
    /// What it is for.
    pub role: Role,
    /// Its school.
    pub school: Option<NamedSchool>,
    /// Whether it may no longer do anything.
    pub disabled: bool,
    /// Whether its sign-in is locked after wrong passwords.
    pub locked: bool,
    /// Whether signing in asks for a code of a second factor as well.
    pub second_factor: bool,
    /// Whether it has passkeys, which sign in without a password.
    pub passkeys: bool,
    /// Whether its password is one for once, not yet changed by its owner.
    pub password_once: bool,
    /// The providers of sign-on that open it, as the settings call them.
    pub sign_on: Vec<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Whether the caller may change it.
    pub managed: bool,
    /// A new password for once, told only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// Which accounts.
#[derive(Debug, Clone, Copy, Default)]
pub struct AccountsFilter<'a> {
    /// Those whose sign-in name or shown name holds this text.
    pub text: &'a str,
    /// Those of this role.
    pub role: Option<Role>,
    /// Those of this school, by id, code or exact name.
    pub school: Option<&'a str>,
    /// Where the last page ended.
    pub cursor: Option<&'a str>,
    /// Accounts on a page.
    pub limit: u64,
}

impl Accounts {
    /// A page of the accounts that the actor oversees, newest first.
    pub async fn accounts(&self, actor: &Actor, asked: &AccountsFilter<'_>) -> Result<Page<Account>> {
        let reach = reach(actor, Act::SeeAccounts)?;
        self.audit.read(actor, AuditAction::AccountRead, None);
        let before: Option<AccountId> = paging::begin(asked.cursor)?;
        let conn = self.db.read();
        let named = match asked.school {
            Some(given) => people::school_named(conn, given).await?.map(|row| row.id),
            None => None,
        };
        // A school that nobody knows, or that the actor does not oversee, has no accounts to show.
        let is_nowhere = asked.school.is_some() && named.is_none();
        let is_elsewhere = reach.school().is_some() && named.is_some() && named != reach.school();
        let rows = if is_nowhere || is_elsewhere {
            Vec::new()
        } else {
            let filter = people::AccountFilter {
                school: reach.school().or(named),
                role: asked.role,
                // PostgreSQL answers a text with a zero in it with an error.
                text: asked.text.trim().replace('\0', ""),
            };
            people::accounts(conn, &filter, before, asked.limit + 1).await?
        };
        let (rows, next_cursor) = paging::cut(rows, asked.limit, |row| row.id);
        Ok(Page {
            items: self.show_accounts(actor, rows).await?,
            next_cursor,
        })
    }

    /// One account.
    pub async fn account(&self, actor: &Actor, id: AccountId) -> Result<Account> {
        let reach = reach(actor, Act::SeeAccounts)?;
        self.audit.read(actor, AuditAction::AccountRead, None);
        let found = people::account(self.db.read(), id).await?;
        let found = found.ok_or(Refusal::NoSuch(Thing::Account))?;
        if reach.school().is_some() && found.school_id != reach.school() {
            let refusal = Refusal::NoSuch(Thing::Account);
            let subject = Some(id.to_string());
            self.audit
                .refused(actor, AuditAction::AccessHidden, subject, refusal.code());
            return Err(refusal.into());
        }
        let row = found;
        self.show_account(actor, row, None).await
    }

    /// Opens an account with a password for once.
    pub async fn open_account(&self, actor: &Actor, fields: &Map<String, Value>) -> Result<Account> {
        let member = who_may(actor, Act::ManageAccounts)?;
        let form = AccountForm::parse(fields).map_err(Refusal::Fields)?;
        let school = self.school_of(member, form.school.as_deref()).await?;
        expect_managed(member, form.role, school)?;
        let fresh = self.fresh_password(actor).await?;
        let row = self.account_row(form, school, &fresh);
        let added = row.clone();
        self.db
            .write(async |tx| self.add_recorded(tx, actor, vec![row]).await)
            .await?;
        self.show_account(actor, added, Some(fresh.plain)).await
    }

    /// Changes an account. One that is disabled, or gets a password for once, loses its sessions and tokens in the same act.
    pub async fn edit_account(&self, actor: &Actor, id: AccountId, fields: &Map<String, Value>) -> Result<Account> {
        let member = who_may(actor, Act::ManageAccounts)?;
        let patch = AccountPatch::parse(fields).map_err(Refusal::Fields)?;
        // Their own they change with what they know and have, or a session left open would do without either.
        if id == member.id && (patch.new_password || patch.end_second_factor) {
            return Err(Refusal::OwnAccount.into());
        }
        let school = match &patch.school {
            Some(given) => Some(self.school_of(member, given.as_deref()).await?),
            None => None,
        };
        let fresh = if patch.new_password {
            Some(self.fresh_password(actor).await?)
        } else {
            None
        };
        let after = self
            .db
            .write(async |tx| {
                if patch.disabled.is_some() || patch.role.is_some() || patch.school.is_some() {
                    review_paths::lock(tx).await?;
                }
                // Before the account's own row is locked: two who remove each other wait here, one after the other.
                let kept = if patch.disabled == Some(true) || patch.role.is_some() {
                    people::active_of_roles(tx, stewards()).await?
                } else {
                    Vec::new()
                };
                let before = managed(tx, member, id).await?;
                let after = patched(before.clone(), &patch, school, fresh.as_ref());
                expect_managed(member, after.role, after.school_id)?;
                expect_steward(&before, &after, &kept)?;
                people::update_account(tx, after.clone()).await?;
                if patch.name.is_some() {
                    people::assign_name_keys(tx).await?;
                }
                if !after.authority().may_at_all(Act::ShareForCompany) || after.school_id != before.school_id {
                    self.leave_company(tx, actor, id).await?;
                }
                if after.disabled || fresh.is_some() {
                    self.end_every_credential(tx, id).await?;
                    self.unlink_all(tx, actor, id).await?;
                }
                if patch.unlock || fresh.is_some() {
                    sign_in_attempts::forget_name(tx, &hashed(&name_key(&before.name))).await?;
                    for row in identities::of_accounts(tx, &[id]).await? {
                        sign_in_attempts::forget_name(tx, &counted_name(&row.issuer, &row.subject)).await?;
                    }
                }
                if fresh.is_some() {
                    second_factors::remove_unconfirmed(tx, id).await?;
                    self.end_passkeys(tx, actor, id).await?;
                }
                if patch.end_second_factor {
                    second_factors::remove(tx, id).await?;
                    passkeys::remove_all(tx, id).await?;
                }
                for action in actions(&patch) {
                    let changes = match action {
                        AuditAction::AccountEdit => changes(tx, Some(&before), &after).await?,
                        _ => AuditChanges::default(),
                    };
                    self.audit
                        .record_changes(tx, actor, action, Some(id.to_string()), &changes)
                        .await?;
                }
                follow_reviewers(tx, Some(&before), &after, (Some(member.id), self.clock.now())).await?;
                Ok(after)
            })
            .await?;
        self.show_account(actor, after, fresh.map(|fresh| fresh.plain)).await
    }

    /// Adds accounts, and says of each in the audit log what it may do. The review of their schools goes on with who has come.
    pub(super) async fn add_recorded(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        rows: Vec<entity::account::Model>,
    ) -> Result<()> {
        let schools: BTreeSet<SchoolId> = rows.iter().filter_map(reviewed_school).collect();
        if !schools.is_empty() {
            review_paths::lock(tx).await?;
        }
        for row in rows {
            let (subject, changes) = (row.id.to_string(), changes(tx, None, &row).await?);
            people::add_account(tx, row).await?;
            self.audit
                .record_changes(tx, actor, AuditAction::AccountAdd, Some(subject), &changes)
                .await?;
        }
        review_steps::place_schools(tx, &schools, actor.id(), self.clock.now()).await
    }

    /// Ends whatever speaks for an account: whoever took its password over may have made tokens, and their browser is known.
    pub(super) async fn end_every_credential(&self, tx: &impl ConnectionTrait, id: AccountId) -> Result<()> {
        people::end_sessions(tx, id, None).await?;
        people::remove_tokens(tx, id).await?;
        sign_in_attempts::forget_browsers(tx, id).await
    }

    /// Removes an account's passkeys: whoever knew its password may have added one.
    async fn end_passkeys(&self, tx: &impl ConnectionTrait, actor: &Actor, id: AccountId) -> Result<()> {
        for passkey in passkeys::of(tx, id).await? {
            // Named in the log while it is there.
            let subject = Some(passkey.id.to_string());
            self.audit
                .record(tx, actor, AuditAction::PasskeyRemove, subject)
                .await?;
        }
        passkeys::remove_all(tx, id).await
    }

    /// The school that was named; a school's administrators need not name their own.
    pub(super) async fn school_of(&self, member: &Member, given: Option<&str>) -> Result<Option<SchoolId>> {
        let Some(given) = given else {
            return Ok(own_school_alone(member));
        };
        let found = people::school_named(self.db.read(), given).await?;
        let unknown = || FaultKind::Unknown {
            value: given.to_owned(),
            hint: "GET /api/v1/schools".to_owned(),
        };
        let row = found.ok_or_else(|| Refusal::Fields(vec![FieldFault::at("school", unknown())]))?;
        Ok(Some(row.id))
    }

    pub(super) fn account_row(
        &self,
        form: AccountForm,
        school: Option<SchoolId>,
        fresh: &Fresh,
    ) -> entity::account::Model {
        entity::account::Model {
            id: AccountId::new(),
            display: form.display.unwrap_or_else(|| form.name.clone()),
            name_key: Some(name_key(&form.name)),
            name: form.name,
            role: form.role,
            school_id: school,
            password_hash: Some(fresh.hash.clone()),
            password_once: true,
            disabled: false,
            failures: 0,
            locked_until: None,
            created_at: self.clock.now(),
        }
    }

    async fn show_account(
        &self,
        actor: &Actor,
        row: entity::account::Model,
        password: Option<String>,
    ) -> Result<Account> {
        let shown = self.show_accounts(actor, vec![row]).await?.pop();
        let shown = shown.ok_or(Refusal::NoSuch(Thing::Account))?;
        Ok(Account { password, ..shown })
    }

    pub(super) async fn show_accounts(&self, actor: &Actor, rows: Vec<entity::account::Model>) -> Result<Vec<Account>> {
        let ids = rows.iter().filter_map(|row| row.school_id).collect();
        let schools = people::schools_by_id(self.db.read(), ids).await?;
        let schools: HashMap<SchoolId, NamedSchool> = schools
            .into_iter()
            .map(|row| {
                let named = NamedRef {
                    id: row.id,
                    code: Some(row.code),
                    name: row.name,
                };
                (row.id, named)
            })
            .collect();
        let ids: Vec<AccountId> = rows.iter().map(|row| row.id).collect();
        let mut sign_on: HashMap<AccountId, Vec<String>> = HashMap::new();
        for row in identities::of_accounts(self.db.read(), &ids).await? {
            sign_on.entry(row.account_id).or_default().push(row.provider);
        }
        let with_passkeys = passkeys::owners_of(self.db.read(), &ids).await?;
        let with_factor = second_factors::confirmed_of(self.db.read(), ids).await?;
        let now = self.clock.now();
        let authority = actor.account.as_ref().map(Member::authority);
        let shown = rows.into_iter().map(|row| Account {
            managed: authority.is_some_and(|authority| authority.may(Act::ManageAccounts, as_target(&row))),
            id: row.id,
            name: row.name,
            display: row.display,
            role: row.role,
            school: row.school_id.and_then(|id| schools.get(&id).cloned()),
            disabled: row.disabled,
            second_factor: with_factor.contains(&row.id),
            passkeys: with_passkeys.contains(&row.id),
            locked: row.locked_until.is_some_and(|until| until > now),
            password_once: row.password_once,
            sign_on: sign_on.remove(&row.id).unwrap_or_default(),
            created_at: row.created_at,
            password: None,
        });
        Ok(shown.collect())
    }
}

/// The school of a member who looks after the accounts of that one alone, and need not name it.
pub(super) fn own_school_alone(member: &Member) -> Option<SchoolId> {
    member.authority().reach(Act::ManageAccounts).and_then(Reach::school)
}

/// Refuses an account that the member may not look after, or that makes no sense.
pub(super) fn expect_managed(member: &Member, role: Role, school: Option<SchoolId>) -> Result<()> {
    expect(member, Act::ManageAccounts, Target::Account { role, school })?;
    if role.needs_school() && school.is_none() {
        return Err(Refusal::Fields(vec![FieldFault::at("school", FaultKind::Required)]).into());
    }
    Ok(())
}

/// The account, if the member looks after it. What lies outside their view is not there.
pub(super) async fn managed(
    tx: &impl ConnectionTrait,
    member: &Member,
    id: AccountId,
) -> Result<entity::account::Model> {
    let reach = member.authority().reach(Act::SeeAccounts).ok_or(Refusal::NotAllowed)?;
    let found = people::locked_account(tx, id).await?;
    let seen = found.filter(|row| reach.school().is_none() || row.school_id == reach.school());
    let row = seen.ok_or(Refusal::NoSuch(Thing::Account))?;
    // Whoever was erased does not come back, as somebody whose acts the log shows as nobody's.
    if !erasures::among(tx, vec![id]).await?.is_empty() {
        return Err(Refusal::NoSuch(Thing::Account).into());
    }
    expect(member, Act::ManageAccounts, as_target(&row))?;
    Ok(row)
}

/// Somebody must be left who looks after all.
pub(super) fn expect_steward(
    before: &entity::account::Model,
    after: &entity::account::Model,
    kept: &[AccountId],
) -> Result<()> {
    let counts = |row: &entity::account::Model| stewards().contains(&row.role) && !row.disabled;
    let is_last = !kept.iter().any(|id| *id != before.id);
    if counts(before) && !counts(after) && is_last {
        return Err(Refusal::LastBureau.into());
    }
    Ok(())
}

#[expect(
    clippy::option_option,
    reason = "not given, given as none and given are three things"
)]
fn patched(
    mut row: entity::account::Model,
    patch: &AccountPatch,
    school: Option<Option<SchoolId>>,
    fresh: Option<&Fresh>,
) -> entity::account::Model {
    if let Some(name) = &patch.name {
        row.name.clone_from(name);
        row.name_key = Some(name_key(name));
    }
    if let Some(display) = &patch.display {
        row.display.clone_from(display);
    }
    row.role = patch.role.unwrap_or(row.role);
    row.school_id = school.unwrap_or(row.school_id);
    row.disabled = patch.disabled.unwrap_or(row.disabled);
    if patch.unlock || fresh.is_some() {
        row.locked_until = None;
    }
    if let Some(fresh) = fresh {
        row.password_hash = Some(fresh.hash.clone());
        row.password_once = true;
    }
    row
}

/// What the audit log says of an account that was added or changed: what decides over its rights by value, its names as
/// changed alone.
pub(super) async fn changes(
    tx: &impl ConnectionTrait,
    before: Option<&entity::account::Model>,
    after: &entity::account::Model,
) -> Result<AuditChanges> {
    let before_school = before.and_then(|row| row.school_id);
    let ids = before_school.into_iter().chain(after.school_id).collect();
    let schools = people::schools_by_id(tx, ids).await?;
    let code = |id: Option<SchoolId>| {
        let row = schools.iter().find(|row| Some(row.id) == id);
        row.map(|row| row.code.clone())
    };
    let is_named = |differs: bool| before.is_some() && differs;
    Ok(AuditChanges::default()
        .moved_option("role", before.map(|row| row.role.code()), Some(after.role.code()))
        .moved_option("school", code(before_school), code(after.school_id))
        .named("name", is_named(before.is_some_and(|row| row.name != after.name)))
        .named(
            "display",
            is_named(before.is_some_and(|row| row.display != after.display)),
        ))
}

/// What the audit log says was done.
fn actions(patch: &AccountPatch) -> Vec<AuditAction> {
    let is_edited = patch.name.is_some() || patch.display.is_some() || patch.role.is_some() || patch.school.is_some();
    let done = [
        (is_edited, AuditAction::AccountEdit),
        (patch.disabled == Some(true), AuditAction::AccountDisable),
        (patch.disabled == Some(false), AuditAction::AccountEnable),
        (patch.unlock, AuditAction::AccountUnlock),
        (patch.new_password, AuditAction::AccountPassword),
        (patch.end_second_factor, AuditAction::SecondFactorReset),
    ];
    done.into_iter()
        .filter_map(|(is, action)| is.then_some(action))
        .collect()
}

fn as_target(row: &entity::account::Model) -> Target {
    Target::Account {
        role: row.role,
        school: row.school_id,
    }
}
