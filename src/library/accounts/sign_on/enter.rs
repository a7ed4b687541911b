//! A session for somebody whom a provider named: their account is found by the identity alone, opened at the first sign-in,
//! and stands as the rules say.

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::db::{entity, identities, people, review_paths};
use crate::domain::account::name_key;
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, stewards};
use crate::domain::id::{AccountId, IdentityId, SchoolId};
use crate::domain::role::{Role, TokenScope};
use crate::domain::sign_on::{Identity, names_like, standing};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result};
use crate::identity::{Identified, Provider};
use crate::library::accounts::attempts::Attempt;
use crate::library::accounts::leaving::{follow_reviewers, reviewed_school};
use crate::library::accounts::manage::{changes, expect_steward};
use crate::library::accounts::second_factor::FactorProof;
use crate::library::accounts::{Accounts, NewSession, member, secret};

/// Names that are tried before one is made up.
const NAMES_TRIED: usize = 20;
/// Of a class that comes for the first time at once, and wants one name, each try lets one in.
const TRIES: usize = 40;

/// With what somebody enters besides a provider's word.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry<'a> {
    /// The value of the cookie by which the browser is known again.
    pub(super) browser: Option<&'a str>,
    /// The attempt at a password that was typed into our form, and the code that came with it.
    pub(super) attempt: Option<(&'a Attempt, &'a FactorProof)>,
    /// When they proved by it that they sit there, if they did.
    pub(super) proved_at: Option<Timestamp>,
}

/// What the rules give somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct GivenStanding {
    role: Role,
    school: Option<SchoolId>,
}

/// What the rules say of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ruling {
    /// The first that fits gives this.
    Given(GivenStanding),
    /// None fits.
    None,
    /// One fits and gives nothing that can be: its school is not here. Nobody loses anything by a mistake of the settings.
    Amiss,
}

impl GivenStanding {
    /// What somebody is whom no rule fits.
    const NONE: Self = Self {
        role: Role::Reader,
        school: None,
    };

    /// An account that it was given to.
    fn applied(self, before: &entity::account::Model) -> entity::account::Model {
        entity::account::Model {
            role: self.role,
            school_id: self.school,
            ..before.clone()
        }
    }
}

impl Accounts {
    /// Begins a session for whomever a provider named.
    pub(super) async fn enter(
        &self,
        actor: &Actor,
        provider: &Provider,
        identified: Identified,
        entry: Entry<'_>,
    ) -> Result<NewSession> {
        let given = self.given_by_rules(provider, &identified.identity).await?;
        let mut entered = self.try_to_enter(actor, provider, &identified, given, entry).await;
        for _ in 1..TRIES {
            if !matches!(&entered, Err(Error::Refused(refusal)) if is_race(refusal)) {
                break;
            }
            entered = self.try_to_enter(actor, provider, &identified, given, entry).await;
        }
        if let Err(Error::Refused(refusal)) = &entered
            && is_of_account(refusal)
        {
            self.note_refused(actor, provider, &identified.identity, refusal)
                .await?;
        }
        entered
    }

    async fn try_to_enter(
        &self,
        actor: &Actor,
        provider: &Provider,
        identified: &Identified,
        given: Ruling,
        entry: Entry<'_>,
    ) -> Result<NewSession> {
        let identity = &identified.identity;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let known = identities::of_subject(tx, &identity.issuer, &identity.subject).await?;
                let (row, account) = match known {
                    Some(row) => self.recognized(tx, actor, provider, row, given).await?,
                    None => self.open_for(tx, actor, provider, identity, given).await?,
                };
                let seen = entity::identity::Model {
                    provider: provider.id.clone(),
                    name: name_key(&identity.name),
                    seen_at: now,
                    ..row
                };
                identities::update(tx, seen).await?;
                if let Some((attempt, proof)) = entry.attempt {
                    proof.take(tx, account.id).await?;
                    attempt.was_right(tx).await?;
                    people::set_locked_until(tx, account.id, None).await?;
                }
                let mut begun = self.new_session(actor, &account, entry.browser)?;
                begun.row.confirmed_at = entry.proved_at;
                begun.row.provider = Some(provider.id.clone());
                begun.row.sign_out_url.clone_from(&identified.sign_out_url);
                self.keep_session(tx, &begun, Some(provider.id.clone())).await?;
                Ok(begun.session)
            })
            .await
    }

    /// The account of somebody who signed in before, as the rules say now.
    async fn recognized(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        provider: &Provider,
        row: entity::identity::Model,
        given: Ruling,
    ) -> Result<(entity::identity::Model, entity::account::Model)> {
        let before = people::account(tx, row.account_id).await?;
        let before = before.ok_or(Refusal::AccountDisabled)?;
        let may_change = provider.reapply_rules && row.opened_account;
        let next = match given {
            Ruling::Given(given) => Some(given),
            // Who left the group loses what it gave; what was given here by hand stays.
            Ruling::None => row.by_rule.then_some(GivenStanding::NONE),
            Ruling::Amiss => None,
        };
        let next = next.filter(|_| may_change);
        // Before the account's own row is locked, as whoever looks after accounts locks them, and only for whom a school's review
        // gains or loses: nobody shares or decides while the paths are held alone.
        let has_paths = next
            .as_ref()
            .is_some_and(|next| reviewed_school(&before) != reviewed_school(&next.applied(&before)));
        if has_paths {
            review_paths::lock(tx).await?;
        }
        let kept = match stewards().contains(&before.role) {
            true => people::active_of_roles(tx, stewards()).await?,
            false => Vec::new(),
        };
        let before = people::locked_account(tx, row.account_id).await?;
        let before = before.filter(|account| !account.disabled);
        let before = before.ok_or(Refusal::AccountDisabled)?;
        if before.password_once && !row.opened_account {
            return Err(Refusal::PasswordOnce.into());
        }
        let Some(next) = next else {
            return Ok((row, before));
        };
        let row = entity::identity::Model {
            by_rule: matches!(given, Ruling::Given(_)),
            ..row
        };
        let after = next.applied(&before);
        if after == before {
            return Ok((row, before));
        }
        if reviewed_school(&before) != reviewed_school(&after) && !has_paths {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        if expect_steward(&before, &after, &kept).is_err() {
            tracing::warn!(
                "account {} keeps its role: it is the last that looks after all",
                before.id
            );
            return Ok((row, before));
        }
        people::update_account(tx, after.clone()).await?;
        if !after.authority().may_at_all(Act::ShareForCompany) || after.school_id != before.school_id {
            self.leave_company(tx, &as_themselves(actor, &after), after.id).await?;
        }
        let who = as_themselves(actor, &after);
        let told = changes(tx, Some(&before), &after).await?;
        self.audit
            .record_changes(tx, &who, AuditAction::AccountEdit, Some(after.id.to_string()), &told)
            .await?;
        follow_reviewers(tx, Some(&before), &after, (Some(after.id), self.clock.now())).await?;
        Ok((row, after))
    }

    /// Opens an account for somebody who never signed in before. It has no password of ours.
    async fn open_for(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        provider: &Provider,
        identity: &Identity,
        given: Ruling,
    ) -> Result<(entity::identity::Model, entity::account::Model)> {
        let now = self.clock.now();
        let name = free_name(tx, identity).await?;
        let stands = match given {
            Ruling::Given(given) => given,
            Ruling::None | Ruling::Amiss => GivenStanding::NONE,
        };
        let account = entity::account::Model {
            id: AccountId::new(),
            display: identity.shown_name().unwrap_or_else(|| name.clone()),
            name_key: Some(name_key(&name)),
            name,
            role: stands.role,
            school_id: stands.school,
            password_hash: None,
            password_once: false,
            disabled: false,
            failures: 0,
            locked_until: None,
            created_at: now,
        };
        if reviewed_school(&account).is_some() {
            review_paths::lock(tx).await?;
        }
        people::add_account(tx, account.clone()).await?;
        let row = entity::identity::Model {
            id: IdentityId::new(),
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            account_id: account.id,
            provider: provider.id.clone(),
            name: name_key(&identity.name),
            opened_account: true,
            by_rule: matches!(given, Ruling::Given(_)),
            created_at: now,
            seen_at: now,
        };
        identities::add(tx, row.clone()).await?;
        let who = as_themselves(actor, &account);
        let told = changes(tx, None, &account).await?;
        self.audit
            .record_changes(tx, &who, AuditAction::AccountAdd, Some(account.id.to_string()), &told)
            .await?;
        follow_reviewers(tx, None, &account, (Some(account.id), now)).await?;
        Ok((row, account))
    }

    /// What the first rule that fits gives, where the school that it names is here.
    async fn given_by_rules(&self, provider: &Provider, identity: &Identity) -> Result<Ruling> {
        let Some(standing) = standing(&provider.rules, &identity.attributes) else {
            return Ok(Ruling::None);
        };
        let school = match &standing.school {
            Some(named) => people::school_named(self.db.read(), named).await?.map(|row| row.id),
            None => None,
        };
        let is_amiss =
            standing.school.is_some() != school.is_some() || standing.role.needs_school() && school.is_none();
        if is_amiss {
            tracing::warn!(
                "a rule of the provider `{}` names a school that is not here",
                provider.id
            );
            return Ok(Ruling::Amiss);
        }
        let role = standing.role;
        Ok(Ruling::Given(GivenStanding { role, school }))
    }

    /// Notes whose account it is that somebody does not get in to.
    async fn note_refused(
        &self,
        actor: &Actor,
        provider: &Provider,
        identity: &Identity,
        refusal: &Refusal,
    ) -> Result<()> {
        let conn = self.db.read();
        let account = match identities::of_subject(conn, &identity.issuer, &identity.subject).await? {
            Some(row) => people::account(conn, row.account_id).await?,
            None => None,
        };
        let who = account.map_or_else(|| actor.clone(), |account| as_themselves(actor, &account));
        let subject = Some(provider.id.clone());
        self.audit
            .refused(&who, AuditAction::SessionBegin, subject, refusal.code());
        Ok(())
    }
}

/// Whether it says something of the account that a provider named.
fn is_of_account(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::AccountDisabled | Refusal::PasswordOnce)
}

fn is_race(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NameTaken { .. } | Refusal::IdentityTaken | Refusal::ChangedMeanwhile
    )
}

/// Somebody who acts on their own account by signing in.
pub(super) fn as_themselves(actor: &Actor, account: &entity::account::Model) -> Actor {
    Actor {
        account: Some(member(account, TokenScope::Admin, None)),
        address: actor.address.clone(),
        once: None,
    }
}

/// A sign-in name that nobody has: the wanted one, or one like it.
async fn free_name(tx: &impl ConnectionTrait, identity: &Identity) -> Result<String> {
    let wanted = identity.wanted_name();
    let names: Vec<String> = names_like(&wanted).take(NAMES_TRIED).collect();
    let keys = names.iter().map(|name| name_key(name)).collect();
    let taken = people::keys_in_use(tx, keys).await?;
    let free = names.into_iter().find(|name| !taken.contains(&name_key(name)));
    match free {
        Some(name) => Ok(name),
        None => Ok(format!("{wanted}-{}", secret()?.chars().take(8).collect::<String>())),
    }
}
