//! Authority: who may do what, as every service asks it.

use crate::actor::{Actor, Member};
use crate::domain::role::{Reach, Role, TokenScope};
use crate::error::{Refusal, Result};

/// The account behind a request that may share and edit, or the reason why not.
pub(crate) fn may_write(actor: &Actor) -> Result<&Member> {
    let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    if member.token < TokenScope::Write {
        return Err(Refusal::TokenTooNarrow.into());
    }
    if matches!(member.role, Role::Reader | Role::Auditor) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(member)
}

/// How far the actor sees how things are run.
pub(super) fn reach(actor: &Actor) -> Result<Reach> {
    let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    member.post().oversees().ok_or_else(|| Refusal::NotAllowed.into())
}

/// Refuses whoever does not see the whole city.
pub(super) fn sees_city(actor: &Actor) -> Result<()> {
    match reach(actor)? {
        Reach::City => Ok(()),
        Reach::School(_) => Err(Refusal::NotAllowed.into()),
    }
}

/// The account behind a request that may run what it oversees: not one that only watches, and not by a narrow token.
pub(super) fn may_run(actor: &Actor) -> Result<&Member> {
    reach(actor)?;
    let member = may_write(actor)?;
    if member.token < TokenScope::Admin {
        return Err(Refusal::TokenTooNarrow.into());
    }
    Ok(member)
}

/// The same for what is the bureau's alone.
pub(super) fn may_run_city(actor: &Actor) -> Result<&Member> {
    let member = may_run(actor)?;
    if member.role == Role::Bureau {
        Ok(member)
    } else {
        Err(Refusal::NotAllowed.into())
    }
}
