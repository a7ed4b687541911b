//! Authority: the table of rights ([`crate::domain::authority`]) as every service asks it, with the refusal that follows.

use crate::actor::{Actor, Member};
use crate::domain::authority::{Act, Reach, Target};
use crate::domain::role::TokenScope;
use crate::error::{Refusal, Result};

/// The account behind a request that may do this with something, or the reason why not.
pub(crate) fn who_may(actor: &Actor, act: Act) -> Result<&Member> {
    let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
    let may = member.authority().may_at_all(act);
    // Whoever runs nothing is not sent for a wider token, which would not help.
    if !may && (matches!(act.token(), TokenScope::Admin | TokenScope::Work) || act.area().is_some()) {
        return Err(Refusal::NotAllowed.into());
    }
    if !member.carries(act) {
        return Err(Refusal::TokenTooNarrow.into());
    }
    if !may {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(member)
}

/// Refuses whoever may not do this with `target`.
pub(super) fn expect(member: &Member, act: Act, target: Target) -> Result<()> {
    if !member.authority().may(act, target) {
        return Err(Refusal::NotAllowed.into());
    }
    let is_own =
        matches!(target, Target::Work { owner, .. } | Target::LeftToBureau { owner, .. } if owner == member.id);
    if is_own && act.needs_another() {
        return Err(Refusal::OwnWork.into());
    }
    Ok(())
}

/// Whether the actor may do this with `target` now: to show a button, or to leave it out.
pub(super) fn may(actor: &Actor, act: Act, target: Target) -> bool {
    who_may(actor, act).is_ok_and(|member| expect(member, act, target).is_ok())
}

/// How far the actor's lists of what an act is about reach.
pub(super) fn reach(actor: &Actor, act: Act) -> Result<Reach> {
    let member = who_may(actor, act)?;
    member.authority().reach(act).ok_or_else(|| Refusal::NotAllowed.into())
}

/// Refuses whoever may not do this for the whole city.
pub(super) fn expect_city(actor: &Actor, act: Act) -> Result<()> {
    match reach(actor, act)? {
        Reach::City => Ok(()),
        Reach::School(_) => Err(Refusal::NotAllowed.into()),
    }
}
