//! Who may see and change a pack, and which of its versions.

use crate::actor::{Actor, Member};
use crate::db::entity::{pack, pack_version};
use crate::db::packs;
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, Target};
use crate::domain::id::PackId;
use crate::domain::pack::{BuildState, audience_of};
use crate::domain::search::Audience;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::authority::{expect, may};
use crate::library::packs::{Pack, Packs};

impl Packs {
    /// The pack, if the actor may see it.
    pub(in crate::library) async fn visible_pack(&self, actor: &Actor, id: PackId) -> Result<pack::Model> {
        let row = packs::pack(self.db.read(), id).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::Pack))?;
        if !is_visible(actor, &row) {
            return Err(self.hidden(actor, id.to_string(), Thing::Pack));
        }
        Ok(row)
    }

    /// The version, if the actor may see it: whom the pack was for when it was made counts as well.
    pub(in crate::library) async fn visible_version(
        &self,
        actor: &Actor,
        id: PackId,
        number: i32,
    ) -> Result<pack_version::Model> {
        let pack = self.visible_pack(actor, id).await?;
        let row = packs::version(self.db.read(), id, number).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::Version))?;
        if !is_for(actor, &pack, &row) {
            return Err(self.hidden(actor, format!("{id}/{number}"), Thing::Version));
        }
        Ok(row)
    }

    /// The same for whoever fetches what is in it, which is noted where not everybody may.
    pub(in crate::library) async fn fetched_version(
        &self,
        actor: &Actor,
        id: PackId,
        number: i32,
    ) -> Result<pack_version::Model> {
        let row = self.visible_version(actor, id, number).await?;
        if row.audience != Audience::Public.term() && actor.account.is_some() {
            let subject = format!("{id}/{number}");
            self.audit.read(actor, AuditAction::PackFetch, Some(subject));
        }
        Ok(row)
    }

    /// Says that something is not there to somebody who may not know that it is; the audit log knows.
    fn hidden(&self, actor: &Actor, subject: String, thing: Thing) -> Error {
        let refusal = Refusal::NoSuch(thing);
        self.audit
            .refused(actor, AuditAction::AccessHidden, Some(subject), refusal.code());
        refusal.into()
    }

    /// The pack, if the actor may change it: its owner, or an administrator of its school.
    pub(in crate::library) async fn editable_pack(&self, actor: &Actor, id: PackId) -> Result<pack::Model> {
        let row = self.visible_pack(actor, id).await?;
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        expect(member, Act::Edit, as_target(&row))?;
        Ok(row)
    }

    /// The pack, if the actor may see its drafts and who holds it.
    pub(super) async fn own_pack(&self, actor: &Actor, id: PackId) -> Result<pack::Model> {
        let row = self.visible_pack(actor, id).await?;
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        expect(member, Act::SeeDrafts, as_target(&row))?;
        Ok(row)
    }

    /// Whether the actor may change a pack that it sees.
    pub fn may_edit_pack(&self, actor: &Actor, pack: &Pack) -> bool {
        may(actor, Act::Edit, target_of(pack))
    }

    /// Whether the actor may approve what a pack says that it sees.
    pub fn may_approve_pack(&self, actor: &Actor, pack: &Pack) -> bool {
        may(actor, Act::Approve, target_of(pack))
    }
}

fn target_of(pack: &Pack) -> Target {
    Target::Work {
        owner: pack.owner.id,
        school: pack.school.as_ref().map(|school| school.id),
        scope: pack.scope,
    }
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

pub(super) fn is_visible(actor: &Actor, row: &pack::Model) -> bool {
    let callers = actor.audiences();
    audiences(row).iter().any(|audience| callers.contains(audience))
}

/// Whether a version is for the actor: one made for fewer people is not shown to more when the pack is.
pub(super) fn is_for(actor: &Actor, pack: &pack::Model, version: &pack_version::Model) -> bool {
    let is_addressed = actor.audiences().iter().any(|caller| caller.term() == version.audience);
    makes(actor, pack) || (is_addressed && version.state == BuildState::Ready)
}

/// Whether the actor makes a pack, or looks after its school's.
pub(super) fn makes(actor: &Actor, pack: &pack::Model) -> bool {
    let authority = actor.account.as_ref().map(Member::authority);
    authority.is_some_and(|authority| authority.may(Act::SeeDrafts, as_target(pack)))
}

/// Whether somebody may approve the words of a pack for those whom it is for. Nobody approves their own.
pub(super) fn approves(member: &Member, pack: &pack::Model) -> bool {
    expect(member, Act::Approve, as_target(pack)).is_ok()
}

/// Whether the actor reads a pack as it is, and not as it was published: those who make it, and those who may approve what it
/// says.
pub(super) fn reads_as_it_is(actor: &Actor, pack: &pack::Model) -> bool {
    makes(actor, pack) || actor.account.as_ref().is_some_and(|member| approves(member, pack))
}

/// Refuses whoever may publish no version of a pack: those may who change it, and those who approve what it says.
pub(super) fn expect_may_publish(member: &Member, pack: &pack::Model) -> Result<()> {
    if approves(member, pack) {
        return Ok(());
    }
    expect(member, Act::Edit, as_target(pack))
}

pub(super) fn as_target(pack: &pack::Model) -> Target {
    Target::Work {
        owner: pack.owner_id,
        school: pack.school_id,
        scope: pack.scope,
    }
}
