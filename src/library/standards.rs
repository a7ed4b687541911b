//! Curriculum standards 课程标准: drafts, what they would change, publishing, and the versions there were.
//!
//! A draft holds a table and some words. What it changes is worked out each time it is looked at, against what is taught at
//! that moment; that state's digest is its *base*, and whoever publishes says which base they saw. Under the lock that every
//! writer of the curriculum takes it is compared once more: what changed meanwhile, by another version or by an import of the
//! catalogue, is looked at anew. Publishing is one transaction: courses and tasks, the version, the audit line, the changes.
//!
//! Nothing is deleted. What no row of the table names is marked as retired and keeps its row, its name and what hangs on it.
//! An import of the catalogue may still add and change courses and tasks; it brings back nothing that was retired, its preview
//! says which standards it departs from, and a standard says so of itself.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::ConnectionTrait;
use serde::Serialize;

use crate::actor::Actor;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::entity::{resource, standard_version};
use crate::db::standards::{self, StandardFilter, StandardWords};
use crate::db::{curriculum, resources};
use crate::domain::authority::Act;
use crate::domain::curriculum::{RowFault, RowFaults};
use crate::domain::day::Day;
use crate::domain::id::{MajorId, ResourceId, Sha256, StandardId};
use crate::domain::search::{NamedMajor, NamedRef};
use crate::domain::standard::StandardState;
use crate::domain::standard::comparison::{StandardChange, compare};
use crate::domain::standard::structure::StandardStructure;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::authority::who_may;
use crate::library::import_preview::ImportPreviews;
use crate::library::paging::{self, Page};
use crate::library::resources::edit;
use crate::library::signals::Signals;

mod apply;
pub mod decision_sheet;
mod drafts;
pub mod followups;
mod publish;
pub mod sheet;
mod standing;
mod targets;
pub mod touched;

use standing::standing;
use touched::{DraftReach, VersionStep};

/// A version of a standard.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Standard {
    /// Its id.
    pub id: StandardId,
    /// The major it is of.
    pub major: NamedMajor,
    /// A draft, or published for good.
    pub state: StandardState,
    /// Counted from 1 within the major when it is published.
    pub number: Option<i32>,
    /// Its title.
    pub title: String,
    /// The number of the document that issued it.
    pub issued_no: Option<String>,
    /// The day from which it holds.
    pub effective_on: Option<Day>,
    /// The document, where it is in this library and you may see it.
    pub document: Option<StandardDocument>,
    /// What else is to be known.
    pub notes: Option<String>,
    /// Counts the changes; its entity tag.
    pub revision: i64,
    /// When the draft was made.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    /// When it was published.
    #[schema(value_type = Option<String>)]
    pub published_at: Option<Timestamp>,
}

/// The document of a standard.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct StandardDocument {
    /// The resource that holds it.
    pub resource: ResourceId,
    /// Its title.
    pub title: String,
    /// Which version of it.
    pub version: Option<i32>,
}

/// A version of a standard with what it holds.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct StandardView {
    /// What is said about it.
    #[serde(flatten)]
    pub standard: Standard,
    /// The number of the version that is in force for this major; `null` before the first.
    pub in_force: Option<i32>,
    /// Whether what is taught now is something else than this version, which is in force: somebody imported a catalogue since.
    pub departs: bool,
    /// Its courses and tasks; of a draft as they would be, `null` while it has no sound table.
    pub structure: Option<StandardStructure>,
    /// What it changed; of a draft what it would change.
    pub changes: Vec<StandardChange>,
    /// Of a draft: names what is taught now, which the changes are reckoned from. Publishing says it back.
    pub base: Option<Sha256>,
    /// Of a draft: what is wrong with its rows beside what is taught now, a sentence each in Chinese and English.
    pub faults: Vec<[String; 2]>,
    /// Whether it is a draft that has a table.
    pub has_table: bool,
    /// Of a draft with a sound table: what it would touch.
    pub touches: Option<DraftReach>,
}

impl StandardView {
    /// Whether it can be published as it is.
    pub fn is_sound(&self) -> bool {
        self.standard.state == StandardState::Draft && self.structure.is_some()
    }
}

/// Which versions a list shows.
#[derive(Debug, Clone, Default)]
pub struct StandardQuery {
    /// Those of a major: its id, code or exact name.
    pub major: Option<String>,
    /// Those in a state.
    pub state: Option<StandardState>,
}

/// Versions of standards.
#[derive(Debug, Clone)]
pub struct Standards {
    db: Db,
    clock: Clock,
    audit: Audit,
    signals: Signals,
    previews: Arc<ImportPreviews>,
}

impl Standards {
    pub(super) fn new(base: &Base, previews: Arc<ImportPreviews>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            signals: base.signals.clone(),
            previews,
        }
    }

    /// Whether the actor makes drafts and publishes them: whoever keeps the catalogue.
    pub fn may_edit(&self, actor: &Actor) -> bool {
        actor.may(Act::Operate)
    }

    /// Versions, the newest first; drafts among them for those who make them.
    pub async fn list(
        &self,
        actor: &Actor,
        query: &StandardQuery,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<Page<Standard>> {
        let before = paging::begin(cursor)?;
        let conn = self.db.read();
        let major = match &query.major {
            Some(given) => {
                let found = curriculum::major_named(conn, given).await?;
                Some(found.ok_or(Refusal::NoSuch(Thing::Major))?.id)
            }
            None => None,
        };
        let state = match (self.may_edit(actor), query.state) {
            (true, state) => state,
            (false, Some(StandardState::Draft)) => return Err(Refusal::NotAllowed.into()),
            (false, _) => Some(StandardState::Published),
        };
        let filter = StandardFilter { major, state };
        let rows = standards::list(conn, filter, before, limit + 1).await?;
        let (rows, next_cursor) = paging::cut(rows, limit, |row| row.id);
        let items = show(conn, actor, rows).await?;
        Ok(Page { items, next_cursor })
    }

    /// What is said about one version.
    pub async fn words(&self, actor: &Actor, id: StandardId) -> Result<Standard> {
        let conn = self.db.read();
        let words = standards::words(conn, id).await?;
        let seen = words.filter(|words| self.sees(actor, words.state));
        let shown = show(conn, actor, seen.into_iter().collect()).await?.pop();
        Ok(shown.ok_or(Refusal::NoSuch(Thing::Standard))?)
    }

    /// One version with what it holds.
    pub async fn standard(&self, actor: &Actor, id: StandardId) -> Result<StandardView> {
        let row = self.row(actor, id).await?;
        let conn = self.db.read();
        let major_id = row.major_id;
        let shown = show(conn, actor, vec![StandardWords::from(&row)]).await?.pop();
        let mut view = StandardView {
            standard: shown.ok_or(Refusal::NoSuch(Thing::Standard))?,
            in_force: None,
            departs: false,
            structure: row.structure.map(|column| column.0),
            changes: row.changes.map(|column| column.0).unwrap_or_default(),
            base: None,
            faults: Vec::new(),
            has_table: row.proposal.is_some(),
            touches: None,
        };
        let newest = standards::newest(conn, major_id).await?;
        view.in_force = newest.map(|(_, number)| number);
        let is_in_force = newest.is_some_and(|(newest, _)| newest == id);
        if row.state == StandardState::Published && !is_in_force {
            return Ok(view);
        }
        let standing = standing(conn, major_id).await?;
        let base = standing.taught.digest();
        if row.state == StandardState::Published {
            view.departs = row.digest.as_ref() != Some(&base);
            return Ok(view);
        }
        if let Some(proposal) = row.proposal {
            match proposal.0.resolve(&standing) {
                Ok(structure) => {
                    let changes = compare(&standing.taught, &structure);
                    let step = VersionStep {
                        major: major_id,
                        major_name: &view.standard.major.name,
                        before: &standing.taught,
                        after: &structure,
                        changes: &changes,
                    };
                    let member = who_may(actor, Act::Operate)?;
                    view.touches = Some(touched::reach(conn, actor, member, &step).await?);
                    view.changes = changes;
                    view.structure = Some(structure);
                }
                Err(faults) => view.faults = sentences(&faults),
            }
        }
        view.base = Some(base);
        Ok(view)
    }

    /// What one published version has otherwise than another of the same major.
    pub async fn compared(&self, actor: &Actor, id: StandardId, with: StandardId) -> Result<Vec<StandardChange>> {
        let (later, earlier) = (self.row(actor, id).await?, self.row(actor, with).await?);
        if later.major_id != earlier.major_id {
            return Err(Refusal::NoSuch(Thing::Standard).into());
        }
        match (earlier.structure, later.structure) {
            (Some(before), Some(after)) => Ok(compare(&before.0, &after.0)),
            _ => Err(Refusal::NoSuch(Thing::Standard).into()),
        }
    }

    /// Whether the actor sees a version where it stands.
    fn sees(&self, actor: &Actor, state: StandardState) -> bool {
        state == StandardState::Published || self.may_edit(actor)
    }

    /// The row of a version that the actor may see: a draft is not there for others.
    async fn row(&self, actor: &Actor, id: StandardId) -> Result<standard_version::Model> {
        let found = standards::by_id(self.db.read(), id).await?;
        let seen = found.filter(|row| self.sees(actor, row.state));
        Ok(seen.ok_or(Refusal::NoSuch(Thing::Standard))?)
    }

    /// The row of a draft, for those who work on it. What is published is not changed any more.
    async fn draft(&self, actor: &Actor, id: StandardId) -> Result<standard_version::Model> {
        who_may(actor, Act::Operate)?;
        let row = self.row(actor, id).await?;
        if row.state != StandardState::Draft {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        Ok(row)
    }
}

fn sentences(faults: &RowFaults) -> Vec<[String; 2]> {
    let both = |fault: &RowFault| [fault.zh(), fault.en()];
    faults.0.iter().map(both).collect()
}

/// Shows versions, in the order given, by two queries more. A document that the actor may not see is not named.
async fn show(conn: &impl ConnectionTrait, actor: &Actor, rows: Vec<StandardWords>) -> Result<Vec<Standard>> {
    let mut majors: Vec<MajorId> = rows.iter().map(|row| row.major_id).collect();
    majors.sort_unstable();
    majors.dedup();
    let majors = curriculum::majors_by_id(conn, majors).await?.into_iter();
    let majors: HashMap<MajorId, NamedMajor> = majors
        .map(|row| {
            let (id, code, name) = (row.id, row.code, row.name);
            (id, NamedRef { id, code, name })
        })
        .collect();
    let documents = rows.iter().filter_map(|row| row.document_id).collect();
    let documents = resources::resources_by_id(conn, documents).await?.into_iter();
    let documents: HashMap<ResourceId, resource::Model> = documents
        .filter(|row| edit::is_visible(actor, row))
        .map(|row| (row.id, row))
        .collect();
    let shown = rows.into_iter().filter_map(|row| {
        let document = row.document_id.and_then(|id| documents.get(&id));
        Some(Standard {
            id: row.id,
            major: majors.get(&row.major_id)?.clone(),
            state: row.state,
            number: row.number,
            title: row.title,
            issued_no: row.issued_no,
            effective_on: row.effective_on,
            document: document.map(|document| StandardDocument {
                resource: document.id,
                title: document.title.clone(),
                version: row.document_version,
            }),
            notes: row.notes,
            revision: row.revision,
            created_at: row.created_at,
            published_at: row.published_at,
        })
    });
    Ok(shown.collect())
}
