//! Approval: others see what was approved, and nothing that nobody has looked at.
//!
//! A resource is one row, and the row says what *others* see: guests, other schools, colleagues. Lists, the index, packs,
//! mirrors, figures and feeds read rows as they are, so none of them can show what waits by forgetting something.
//!
//! Until a resource is published its row is its author's desk. From then on its people (its owner, its school's
//! administrators, the reviewers whom it is submitted to) change a *working copy*: the row with its column `waiting` laid
//! over it. Only a decision moves that into the row, in one write, and only if the revision is still the one that was
//! decided on: one counter counts the changes of both. Sent back, it waits on with the reason, and the row stays as it was.
//!
//! | act on something published | the row | the working copy |
//! |---|---|---|
//! | its words or files change | stays; a narrower scope counts at once | waits, submitted |
//! | its words change within its school by somebody who may publish it, while nothing waits | changes | none |
//! | approved, or published | becomes the working copy | none |
//! | sent back | stays | waits, returned |
//! | discarded | stays | none |
//! | withdrawn | becomes the working copy, withdrawn | none |
//!
//! Versions and files are a history that is only added to: a file is part of the versions from `added_in` until before
//! `removed_in`, and the row's number says which of them others get. Others know of that version and of those that were
//! shown before it since the resource was withdrawn last: when a version is replaced it keeps the words that it was shown
//! with (`approved_metadata`), and whoever may not see the working copy sees no version without them. What was removed
//! before it was ever shown stays between its people, and a withdrawal takes the whole history with it.
//!
//! A decision is about (resource, version, revision); the last one is noted at the version. Every decision on the way there is a
//! row that names the same three (`library::review_steps`), and a change of what waits lets it begin anew.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::db::changes::NewChange;
use crate::db::entity::file;
use crate::db::entity::resource::Model;
use crate::db::recognition::marks;
use crate::db::{files, versions};
use crate::domain::authority::Act;
use crate::domain::change::ChangeKind;
use crate::domain::day::Day;
use crate::domain::id::{AccountId, ResourceId};
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::domain::search::Audience;
use crate::domain::time::Timestamp;
use crate::domain::version::VersionChanges;
use crate::error::Result;
use crate::library::authority::expect;
use crate::library::resource_view::{self, ChangedSinceApproved, Resource};
use crate::library::resources::edit::{as_target, audiences, form_of, pack_audiences};
use crate::library::resources::visibility::{
    approved, as_seen, is_part_of, is_shown, sees_working_copy, words, working_audiences,
};
use crate::library::review_steps;

/// Shows resources as the actor sees them, in the order given, without their files: what waits of them, marked as such, to
/// those who see it. Those that the actor does not see are left out.
pub(in crate::library) async fn show(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    rows: Vec<Model>,
    today: Day,
) -> Result<Vec<Resource>> {
    let seen = rows.iter().filter_map(|row| as_seen(actor, row)).collect();
    let mut shown = resource_view::resources(conn, seen, today).await?;
    let mut changes = changes(conn, actor, &rows).await?;
    for resource in &mut shown {
        resource.changed_since_approved = changes.remove(&resource.id);
    }
    Ok(shown)
}

/// How what waits differs from what was approved, where something waits and the actor sees it: by one query more.
async fn changes(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    rows: &[Model],
) -> Result<HashMap<ResourceId, ChangedSinceApproved>> {
    let waits = |row: &&Model| row.has_waiting() && sees_working_copy(actor, row);
    let waiting: Vec<&Model> = rows.iter().filter(waits).collect();
    let files = files::changed_since_shown(conn, waiting.iter().map(|row| row.id).collect()).await?;
    let mut found = HashMap::new();
    for row in waiting {
        let working = row.working_copy();
        let of_it = files.iter().filter(|file| file.resource_id == row.id);
        let is_in = |version: i32| move |file: &&file::Model| is_part_of(file, version);
        let came = of_it.clone().filter(is_in(working.version));
        let went = of_it.filter(is_in(row.version));
        let path = |file: &file::Model| file.path.clone();
        let (before, after) = (words(row)?, words(&working)?);
        let changes = VersionChanges {
            fields: VersionChanges::fields(&before, &after),
            ..VersionChanges::of_files(came.map(path).collect(), went.map(path).collect())
        };
        let changed = ChangedSinceApproved {
            approved_version: row.version,
            changes,
        };
        found.insert(row.id, changed);
    }
    Ok(found)
}

/// Where a change leaves the working copy of something published: submitted, but for words that somebody mends who may publish it
/// without a review, in what is for its school alone. A new version is the work of whoever made it, and nobody decides on that
/// themselves: it waits for others, as do words that other schools would read.
pub(in crate::library) async fn submit_unless_approved(
    conn: &impl ConnectionTrait,
    member: &Member,
    before: &Model,
    working: &mut Model,
) -> Result<()> {
    if before.status != Status::Published || before.has_waiting() {
        return Ok(());
    }
    let is_new_version = working.version != before.version;
    let is_within_school = before.scope == Scope::School && working.scope == Scope::School;
    // Called something else it is none the less what it was.
    let may_publish = !is_new_version
        && is_within_school
        && expect(member, Act::Publish, as_target(working)).is_ok()
        && review_steps::route(conn, before).await?.may_publish
        && review_steps::route(conn, working).await?.may_publish;
    if may_publish {
        return Ok(());
    }
    if review_steps::is_rejected(conn, working).await? {
        // It waits beside, and for nobody: another version has to be made of it.
        working.status = Status::Returned;
        return Ok(());
    }
    working.status = Status::Submitted;
    working.submitted_at = Some(working.updated_at);
    working.submitted_revision = Some(working.revision);
    Ok(())
}

/// The row after a change that leads to this working copy.
pub(in crate::library) fn settled(before: &Model, working: Model) -> Model {
    let is_decided = matches!(working.status, Status::Published | Status::Withdrawn);
    if before.status != Status::Published || is_decided {
        return working;
    }
    let is_narrower = working.scope < before.scope;
    let others = Model {
        scope: before.scope.min(working.scope),
        updated_at: if is_narrower {
            working.updated_at
        } else {
            before.updated_at
        },
        revision: working.revision,
        ..approved(before)
    };
    // What says the same again waits for nobody.
    if others.version == working.version && form_of(&others) == form_of(&working) {
        return others;
    }
    let submitted = Model {
        submitted_at: working.submitted_at,
        submitted_revision: working.submitted_revision,
        ..others
    };
    submitted.with_waiting(working)
}

/// Notes beside the versions that the row shows another from now on, and on whose word.
pub(in crate::library) async fn note_approval(
    tx: &impl ConnectionTrait,
    before: &Model,
    after: &Model,
    by: AccountId,
    now: Timestamp,
) -> Result<()> {
    if before.marked_at.is_some() && after.marked_at.is_none() {
        marks::end_of_resource(tx, after.id, now, by).await?;
    }
    if before.status == Status::Published && before.version != after.version {
        versions::keep_words(tx, before.id, before.version, words(before)?).await?;
    }
    let decided_on = before.revision;
    versions::mark_approved(tx, (after.id, after.version), by, decided_on, now).await
}

/// Notes that others know of no version any more. What was approved stays to be read by the resource's people: its words may be
/// others than those that wait.
pub(in crate::library) async fn note_withdrawal(
    tx: &impl ConnectionTrait,
    before: &Model,
    now: Timestamp,
) -> Result<()> {
    if before.status == Status::Published {
        versions::keep_words(tx, before.id, before.version, words(before)?).await?;
    }
    versions::hide(tx, before.id, now).await
}

/// The line of the change log between two states of a resource. Where others see the same before and after they are told
/// nothing.
pub(in crate::library) fn change(before: &Model, after: &Model, now: Timestamp) -> NewChange {
    let (seen_before, seen_after) = if is_same_to_others(before, after) {
        told_of_working_copy(before, after)
    } else {
        (all_audiences(before), all_audiences(after))
    };
    NewChange {
        at: now,
        resource_id: before.id,
        kind: ChangeKind::Updated,
        seen_before,
        seen_after,
        packed: Some([pack_audiences(before), pack_audiences(after)]),
    }
}

/// The line of the change log that says that what stands beside a resource is called otherwise.
pub(in crate::library) fn renamed(row: &Model, now: Timestamp) -> NewChange {
    NewChange {
        at: now,
        resource_id: row.id,
        kind: ChangeKind::Updated,
        seen_before: all_audiences(row),
        seen_after: all_audiences(row),
        packed: None,
    }
}

/// All who see a resource: as others do, or as its people work on it.
pub(in crate::library) fn all_audiences(row: &Model) -> Vec<Audience> {
    let mut all = audiences(row);
    for audience in working_audiences(row) {
        if !all.contains(&audience) {
            all.push(audience);
        }
    }
    all
}

fn is_same_to_others(before: &Model, after: &Model) -> bool {
    let shown = |row: &Model| Model {
        revision: 0,
        submitted_at: None,
        submitted_revision: None,
        ..approved(row)
    };
    before.status == Status::Published && shown(before) == shown(after)
}

/// Those who see the working copy, before and after. The city's reviewers, whom it waits for no longer, see what was approved
/// again if that is meant for more than one school: to them it has changed, and is not gone.
fn told_of_working_copy(before: &Model, after: &Model) -> (Vec<Audience>, Vec<Audience>) {
    let (seen_before, mut seen_after) = (working_audiences(before), working_audiences(after));
    let see_it_still = seen_before.contains(&Audience::Reviewers) && after.scope > Scope::School;
    if see_it_still && !seen_after.contains(&Audience::Reviewers) {
        seen_after.push(Audience::Reviewers);
    }
    (seen_before, seen_after)
}

/// Those who are told that the text of a file was read: whoever may have the file.
pub(in crate::library) fn audiences_of_file(file: &file::Model, row: &Model) -> Vec<Audience> {
    if is_shown(file, row) {
        all_audiences(row)
    } else {
        working_audiences(row)
    }
}
