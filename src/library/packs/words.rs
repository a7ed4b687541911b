//! The words of a pack that others read: its title, its description, the notes beside what was chosen, and what is new.
//!
//! The files of a pack were all approved, and are given to whom it is for as soon as it is published. Its words are its
//! maker's alone: beyond the own school they are read once somebody has published them who may approve for that scope. Until
//! then others read the words that were approved before, or else, in place of a title, the names of what was chosen.
//!
//! A version holds the words that others read of it, and the newest those of the pack. What is typed afterwards shows with
//! the next version; those who make the pack, and those who may approve it, read it at once. An approval is of what the approver
//! saw, for those whom the version was for: for more people it counts no longer.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::db::entity::{PackEntries, pack, pack_version, resource};
use crate::db::packs;
use crate::domain::id::{AccountId, PackId};
use crate::domain::pack::{BuildState, PackChoice, audience_of, may_be_given};
use crate::domain::role::Scope;
use crate::error::{Refusal, Result};
use crate::library::packs::Packs;
use crate::library::packs::view::{chosen_id, names_of};
use crate::library::packs::visibility::{approves, reads_as_it_is};
use crate::library::resources::edit;
use crate::words::packs::named_by;

/// What a version says to others.
pub(super) struct PackWords {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) contents: PackEntries,
    pub(super) note: String,
    pub(super) approved_by: Option<AccountId>,
    pub(super) waiting_note: Option<String>,
}

impl Packs {
    /// The words of a version that somebody publishes: the pack's, where they may decide that others read them.
    pub(super) async fn words_of(
        &self,
        tx: &impl ConnectionTrait,
        pack: &pack::Model,
        publisher: &Member,
        note: String,
    ) -> Result<PackWords> {
        let is_approved = pack.scope > Scope::School && approves(publisher, pack);
        if pack.scope == Scope::School || is_approved {
            return Ok(PackWords {
                title: pack.title.clone(),
                description: pack.description.clone(),
                contents: pack.contents.clone(),
                note,
                approved_by: is_approved.then_some(publisher.id),
                waiting_note: None,
            });
        }
        let before = packs::newest_approved(tx, pack.id, approving_audiences(pack)).await?;
        let waiting_note = Some(note).filter(|note| !note.is_empty());
        Ok(PackWords {
            waiting_note,
            ..self.withheld(tx, pack, before).await?
        })
    }

    /// The words of a version that nobody asked for: what was chosen and said the last time.
    pub(super) async fn words_before(&self, tx: &impl ConnectionTrait, pack: &pack::Model) -> Result<PackWords> {
        let before = packs::version(tx, pack.id, pack.version).await?;
        let approved_by = before.as_ref().and_then(|before| before.approved_by);
        let pack = before.map_or_else(|| pack.clone(), |before| as_published(pack.clone(), &before));
        Ok(PackWords {
            title: pack.title,
            description: pack.description,
            contents: pack.contents,
            note: crate::words::packs::RENEWED.to_owned(),
            approved_by,
            waiting_note: None,
        })
    }

    /// Where a pack is meant for more than its school by now, its newest version says nothing that was not approved.
    pub(super) async fn withhold_from_more(&self, tx: &impl ConnectionTrait, pack: &pack::Model) -> Result<()> {
        if pack.scope == Scope::School {
            return Ok(());
        }
        let newest = packs::version(tx, pack.id, pack.version).await?;
        let Some(newest) = newest.filter(|newest| !is_approved_for(pack, newest)) else {
            return Ok(());
        };
        let words = self.withheld(tx, &as_published(pack.clone(), &newest), None).await?;
        let note = Some(newest.note.clone()).filter(|note| !note.is_empty());
        let withheld = pack_version::Model {
            title: Some(words.title),
            description: Some(words.description),
            contents: Some(words.contents),
            note: String::new(),
            waiting_note: newest.waiting_note.clone().or(note),
            approved_by: None,
            ..newest
        };
        packs::put_version(tx, withheld).await
    }

    /// Nobody approves what they have not seen. Whoever does not say what they saw approves nothing but what others read already.
    pub(super) async fn expect_seen(
        &self,
        tx: &impl ConnectionTrait,
        publisher: &Member,
        pack: &pack::Model,
        seen: Option<i64>,
    ) -> Result<()> {
        if let Some(seen) = seen {
            return if seen == pack.revision {
                Ok(())
            } else {
                Err(Refusal::ChangedMeanwhile.into())
            };
        }
        if pack.scope == Scope::School || !approves(publisher, pack) {
            return Ok(());
        }
        let newest = packs::version(tx, pack.id, pack.version).await?;
        if newest.is_none_or(|newest| waits_for_approval(pack, &newest)) {
            return Err(Refusal::IfMatchRequired.into());
        }
        Ok(())
    }

    /// Nobody is told that what they approved is published while a version is built that says something else.
    pub(super) async fn expect_shown_by(
        &self,
        tx: &impl ConnectionTrait,
        pack: &pack::Model,
        words: &PackWords,
    ) -> Result<()> {
        if words.approved_by.is_none() {
            return Ok(());
        }
        let newest = packs::newest_versions(tx, vec![pack.id]).await?.pop();
        let is_built = |row: &pack_version::Model| matches!(row.state, BuildState::Queued | BuildState::Building);
        match newest.filter(is_built) {
            Some(row) if !says(&row, words) => Err(Refusal::PackNotReady.into()),
            _ => Ok(()),
        }
    }

    /// What stands in the place of words that nobody has approved.
    async fn withheld(
        &self,
        tx: &impl ConnectionTrait,
        pack: &pack::Model,
        before: Option<pack_version::Model>,
    ) -> Result<PackWords> {
        let approved_by = before.as_ref().and_then(|before| before.approved_by);
        let (title, description, said) = match before {
            Some(before) => (before.title, before.description, before.contents),
            None => (None, None, None),
        };
        let said = said.unwrap_or_default().0;
        let title = match title {
            Some(title) => title,
            None => self.name_of_choice(tx, pack).await?,
        };
        let entries = pack.contents.0.iter().map(|entry| with_approved_note(entry, &said));
        Ok(PackWords {
            title,
            description: description.unwrap_or_default(),
            contents: PackEntries(entries.collect()),
            note: String::new(),
            approved_by,
            waiting_note: None,
        })
    }

    /// The names of what was chosen, as all may read them whom the pack is for.
    async fn name_of_choice(&self, tx: &impl ConnectionTrait, pack: &pack::Model) -> Result<String> {
        let right = (pack.scope, pack.school_id);
        let is_given = |row: &resource::Model| may_be_given((row.status, edit::pack_scope(row), row.school_id), right);
        let entries = &pack.contents.0;
        let names = names_of(tx, entries, is_given).await?;
        let named = entries
            .iter()
            .filter_map(|entry| names.get(&chosen_id(&entry.what)).cloned());
        Ok(named_by(&named.collect::<Vec<String>>()))
    }

    /// Packs as the actor reads them: as they are, or as they were published last.
    pub(super) async fn as_read(&self, actor: &Actor, rows: Vec<pack::Model>) -> Result<Vec<pack::Model>> {
        let others = rows.iter().filter(|row| !reads_as_it_is(actor, row));
        let keys: Vec<(PackId, i32)> = others.map(|row| (row.id, row.version)).collect();
        let published = packs::versions_by_key(self.db.read(), &keys).await?;
        let published: HashMap<PackId, pack_version::Model> =
            published.into_iter().map(|row| (row.pack_id, row)).collect();
        let read = rows.into_iter().map(|row| match published.get(&row.id) {
            Some(version) => as_published(row, version),
            None => row,
        });
        Ok(read.collect())
    }
}

/// The pack with the words and the choice of a version.
pub(super) fn as_published(pack: pack::Model, version: &pack_version::Model) -> pack::Model {
    pack::Model {
        title: version.title.clone().unwrap_or(pack.title),
        description: version.description.clone().unwrap_or(pack.description),
        contents: version.contents.clone().unwrap_or(pack.contents),
        ..pack
    }
}

/// The audiences whose approval counts for those whom a pack is for: an approval for fewer does not.
fn approving_audiences(pack: &pack::Model) -> Vec<String> {
    let as_wide = [Scope::City, Scope::Public]
        .into_iter()
        .filter(|scope| *scope >= pack.scope);
    as_wide
        .map(|scope| audience_of(scope, pack.school_id, pack.owner_id).term())
        .collect()
}

/// Whether the words of a version were approved for those whom the pack is for by now.
fn is_approved_for(pack: &pack::Model, version: &pack_version::Model) -> bool {
    version.approved_by.is_some() && approving_audiences(pack).contains(&version.audience)
}

/// Whether a version says these words, and with somebody's approval.
fn says(version: &pack_version::Model, words: &PackWords) -> bool {
    version.approved_by.is_some()
        && version.title.as_ref() == Some(&words.title)
        && version.description.as_ref() == Some(&words.description)
        && version.contents.as_ref() == Some(&words.contents)
}

/// Whether others read other words of a pack than those who make it, until somebody publishes these who may approve them.
pub(super) fn waits_for_approval(pack: &pack::Model, newest: &pack_version::Model) -> bool {
    let is_read = pack.scope > Scope::School && newest.state == BuildState::Ready;
    is_read && (newest.approved_by.is_none() || as_published(pack.clone(), newest) != *pack)
}

/// An entry with its note if that was approved with it, else without.
fn with_approved_note(entry: &PackChoice, approved: &[PackChoice]) -> PackChoice {
    let is_approved = approved
        .iter()
        .any(|before| before.what == entry.what && before.note == entry.note);
    PackChoice {
        note: if is_approved { entry.note.clone() } else { String::new() },
        ..entry.clone()
    }
}
