//! Words for the same thing: reading and editing the table, and keeping in memory what questions are read with.
//!
//! The bureau keeps the city's groups, a school's administrators those of their school. A change counts for the next
//! question on this node and within a second on the others; nothing is indexed anew, because only questions are read
//! with it.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::actor::Actor;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::entity::{self, Strings};
use crate::db::{people, synonyms};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::{AccountId, SchoolId, SynonymGroupId};
use crate::domain::search::{NamedAccount, NamedRef, NamedSchool};
use crate::domain::synonym::{MAX_GROUPS, QueryReading, SynonymWords};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::authority::{reach, who_may};
use crate::library::paging::{self, Page};
use crate::library::synonyms::cache::SynonymEdition;
use crate::search::{self, Synonyms};

mod cache;

pub(crate) use cache::SynonymCache;

/// A group of words for the same thing.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SynonymGroup {
    /// Its id.
    pub id: SynonymGroupId,
    /// The school whose questions are read with it; `null`: everybody's.
    pub school: Option<NamedSchool>,
    /// The words.
    pub words: Vec<String>,
    /// Why they are one group.
    pub remark: Option<String>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who changed it last; told to those who may change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_by: Option<NamedAccount>,
}

/// Whose groups, and which of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SynonymsFilter<'a> {
    /// The school whose own they are, by id, code or exact name; the whole city's when not given.
    pub school: Option<&'a str>,
    /// Only groups with a word that holds this text, however it is spelt.
    pub text: &'a str,
    /// Where the last page ended.
    pub cursor: Option<&'a str>,
    /// Groups on a page.
    pub limit: u64,
}

/// Words for the same thing, as the city and each school have them.
#[derive(Debug, Clone)]
pub struct SynonymStore {
    db: Db,
    clock: Clock,
    audit: Audit,
    /// What questions are read with, as it was last loaded.
    cache: Arc<SynonymCache>,
}

impl SynonymStore {
    pub(super) fn new(base: &Base) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            cache: Arc::default(),
        }
    }

    /// What questions are read with.
    pub(super) fn cache(&self) -> Arc<SynonymCache> {
        Arc::clone(&self.cache)
    }

    /// Puts in the words that come with the program if nobody has done so ever, and reads what is there.
    pub async fn open_synonyms(&self, shipped: &Synonyms) -> Result<()> {
        if synonyms::edition(self.db.read()).await? == 0 {
            let now = self.clock.now();
            let rows = shipped.groups().iter().map(|words| entity::synonyms::Model {
                id: SynonymGroupId::new(),
                school_id: None,
                words: Strings(words.clone()),
                remark: None,
                updated_at: now,
                updated_by: None,
            });
            let rows = rows.collect();
            self.db
                .write(async |tx| {
                    if synonyms::begin_filling(tx).await? {
                        synonyms::add(tx, rows).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        self.reload_synonyms().await
    }

    /// Reads the table again if it was written since it was last read.
    pub(crate) async fn reload_synonyms(&self) -> Result<()> {
        let edition = synonyms::edition(self.db.read()).await?;
        if self.cache.edition() >= edition {
            return Ok(());
        }
        // The rows may be newer than the edition read before them; then they are read once more.
        let rows = synonyms::all(self.db.read()).await?;
        let groups = rows.into_iter().map(|row| (row.school_id, row.words.0));
        self.cache.put(SynonymEdition::new(edition, groups));
        Ok(())
    }

    /// A page of groups, newest first.
    pub async fn synonyms(&self, actor: &Actor, asked: &SynonymsFilter<'_>) -> Result<Page<SynonymGroup>> {
        let before: Option<SynonymGroupId> = paging::begin(asked.cursor)?;
        let school = match asked.school {
            None => None,
            Some(given) => match people::school_named(self.db.read(), given).await? {
                Some(row) => Some(row.id),
                // A school that nobody knows has no words.
                None => {
                    return Ok(Page::only(Vec::new()));
                }
            },
        };
        let wanted = search::normalize(asked.text.trim());
        // Words are compared as questions are read, which no database can; there are at most MAX_GROUPS.
        let read = if wanted.is_empty() { asked.limit + 1 } else { MAX_GROUPS };
        let mut rows = synonyms::list(self.db.read(), school, before, read).await?;
        rows.retain(|row| row.words.0.iter().any(|word| search::normalize(word).contains(&wanted)));
        let (rows, next_cursor) = paging::cut(rows, asked.limit, |row| row.id);
        Ok(Page {
            items: self.show_synonyms(actor, rows).await?,
            next_cursor,
        })
    }

    /// One group.
    pub async fn synonym_group(&self, actor: &Actor, id: SynonymGroupId) -> Result<SynonymGroup> {
        let row = synonyms::group(self.db.read(), id).await?;
        let row = row.ok_or(Refusal::NoSuch(Thing::Synonyms))?;
        self.show_one(actor, row).await
    }

    /// Adds a group: to the city's for the bureau, to their school's for administrators.
    pub async fn add_synonyms(&self, actor: &Actor, fields: &Map<String, Value>) -> Result<SynonymGroup> {
        let member = who_may(actor, Act::EditSynonyms)?;
        let school_id = reach(actor, Act::EditSynonyms)?.school();
        let group = SynonymWords::parse(fields, search::normalize).map_err(Refusal::Fields)?;
        let row = entity::synonyms::Model {
            id: SynonymGroupId::new(),
            school_id,
            words: Strings(group.words),
            remark: group.remark,
            updated_at: self.clock.now(),
            updated_by: Some(member.id),
        };
        let added = row.clone();
        self.db
            .write(async |tx| {
                // First, so that those who add side by side are counted one after the other.
                synonyms::advance_edition(tx).await?;
                if synonyms::count(tx, school_id).await? >= MAX_GROUPS {
                    let thing = Thing::Synonyms;
                    return Err(Refusal::LimitReached {
                        thing,
                        limit: MAX_GROUPS,
                    }
                    .into());
                }
                let subject = row.id.to_string();
                synonyms::add(tx, vec![row]).await?;
                self.audit
                    .record(tx, actor, AuditAction::SynonymsAdd, Some(subject))
                    .await
            })
            .await?;
        self.read_what_was_written().await;
        self.show_one(actor, added).await
    }

    /// Changes a group: what is given replaces, `null` empties.
    pub async fn edit_synonyms(
        &self,
        actor: &Actor,
        id: SynonymGroupId,
        fields: &Map<String, Value>,
    ) -> Result<SynonymGroup> {
        let member = who_may(actor, Act::EditSynonyms)?;
        let keeps = reach(actor, Act::EditSynonyms)?.school();
        let now = self.clock.now();
        let after = self
            .db
            .write(async |tx| {
                let before = own(keeps, synonyms::find_for_update(tx, id).await?)?;
                let present = SynonymWords {
                    words: before.words.0.clone(),
                    remark: before.remark.clone(),
                };
                let group = present.patched(fields, search::normalize).map_err(Refusal::Fields)?;
                let told = AuditChanges::default()
                    .named("words", present.words != group.words)
                    .named("remark", present.remark != group.remark);
                let after = entity::synonyms::Model {
                    words: Strings(group.words),
                    remark: group.remark,
                    updated_at: now,
                    updated_by: Some(member.id),
                    ..before
                };
                synonyms::update(tx, after.clone()).await?;
                synonyms::advance_edition(tx).await?;
                self.audit
                    .record_changes(tx, actor, AuditAction::SynonymsEdit, Some(id.to_string()), &told)
                    .await?;
                Ok(after)
            })
            .await?;
        self.read_what_was_written().await;
        self.show_one(actor, after).await
    }

    /// Removes a group.
    pub async fn remove_synonyms(&self, actor: &Actor, id: SynonymGroupId) -> Result<()> {
        let keeps = reach(actor, Act::EditSynonyms)?.school();
        self.db
            .write(async |tx| {
                own(keeps, synonyms::find_for_update(tx, id).await?)?;
                self.audit
                    .record(tx, actor, AuditAction::SynonymsRemove, Some(id.to_string()))
                    .await?;
                synonyms::remove(tx, id).await?;
                synonyms::advance_edition(tx).await
            })
            .await?;
        self.read_what_was_written().await;
        Ok(())
    }

    /// The school whose groups the actor edits; `None` inside: the whole city's.
    pub fn synonyms_kept_by(&self, actor: &Actor) -> Result<Option<SchoolId>> {
        let member = actor.account.as_ref().ok_or(Refusal::NotSignedIn)?;
        let reach = member.authority().reach(Act::EditSynonyms);
        Ok(reach.ok_or(Refusal::NotAllowed)?.school())
    }

    /// What a question by the actor is read as.
    pub async fn read_question(&self, actor: &Actor, text: &str) -> Result<QueryReading> {
        let (cache, school, text) = (Arc::clone(&self.cache), school(actor), text.to_owned());
        let reading = tokio::task::spawn_blocking(move || search::preview(&text, &cache.table(school)));
        reading.await.map_err(Error::unexpected)
    }

    /// The change is made; if it cannot be read just now, the follower reads it in a moment.
    async fn read_what_was_written(&self) {
        if let Err(error) = self.reload_synonyms().await {
            tracing::warn!("the synonyms could not be read again: {error:?}");
        }
    }

    async fn show_one(&self, actor: &Actor, row: entity::synonyms::Model) -> Result<SynonymGroup> {
        let shown = self.show_synonyms(actor, vec![row]).await?.pop();
        Ok(shown.ok_or(Refusal::NoSuch(Thing::Synonyms))?)
    }

    async fn show_synonyms(&self, actor: &Actor, rows: Vec<entity::synonyms::Model>) -> Result<Vec<SynonymGroup>> {
        let conn = self.db.read();
        let keeps = actor.reach(Act::EditSynonyms).map(Reach::school);
        let may_edit = |row: &entity::synonyms::Model| keeps == Some(row.school_id);
        let schools = people::schools_by_id(conn, distinct(rows.iter().filter_map(|row| row.school_id))).await?;
        let schools: HashMap<SchoolId, NamedSchool> =
            schools.into_iter().map(|row| (row.id, school_named(row))).collect();
        let told = rows.iter().filter(|row| may_edit(row));
        let editors = people::accounts_by_id(conn, distinct(told.filter_map(|row| row.updated_by))).await?;
        let editors: HashMap<AccountId, NamedAccount> = editors.into_iter().map(|row| (row.id, editor(row))).collect();
        let shown = rows.into_iter().map(|row| SynonymGroup {
            updated_by: row
                .updated_by
                .filter(|_| may_edit(&row))
                .and_then(|id| editors.get(&id).cloned()),
            school: row.school_id.and_then(|id| schools.get(&id).cloned()),
            id: row.id,
            words: row.words.0,
            remark: row.remark,
            updated_at: row.updated_at,
        });
        Ok(shown.collect())
    }
}

/// The school of whoever asks, whose words their questions are read with.
pub(super) fn school(actor: &Actor) -> Option<SchoolId> {
    actor.account.as_ref().and_then(|member| member.school_id)
}

/// The row, if it is there and among those that somebody edits. Everybody may see every group, so the others are no
/// secret.
fn own(keeps: Option<SchoolId>, row: Option<entity::synonyms::Model>) -> Result<entity::synonyms::Model> {
    let row = row.ok_or(Refusal::NoSuch(Thing::Synonyms))?;
    if row.school_id != keeps {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(row)
}

fn distinct<I: Ord>(ids: impl Iterator<Item = I>) -> Vec<I> {
    let mut ids: Vec<I> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn school_named(row: entity::school::Model) -> NamedSchool {
    NamedRef {
        id: row.id,
        code: Some(row.code),
        name: row.name,
    }
}

fn editor(row: entity::account::Model) -> NamedAccount {
    NamedRef {
        id: row.id,
        code: None,
        name: row.display,
    }
}
