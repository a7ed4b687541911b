//! Bases 师资研修基地: where teachers are trained.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{school_of_new, schools_by_id, seeing, unknown};
use crate::actor::Actor;
use crate::db::entity::{MajorIds, training_base};
use crate::db::{curriculum, training};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Target};
use crate::domain::day::Day;
use crate::domain::id::{MajorId, TrainingBaseId};
use crate::domain::search::{NamedMajor, NamedRef, NamedSchool};
use crate::domain::training::fault::TrainingFault;
use crate::domain::training::{MAX_BASES, TrainingBaseForm};
use crate::error::{Refusal, Result, Thing};
use crate::library::authority::{expect, may, who_may};
use crate::library::training::Training;

/// A base as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TrainingBase {
    /// Its id.
    pub id: TrainingBaseId,
    /// Its name.
    pub name: String,
    /// The school that it belongs to; `null` for the city's.
    pub school: Option<NamedSchool>,
    /// Since when it is one.
    pub since: Option<Day>,
    /// The majors that are trained there.
    pub majors: Vec<NamedMajor>,
}

impl TrainingBase {
    fn as_form(&self) -> TrainingBaseForm {
        TrainingBaseForm {
            name: self.name.clone(),
            school: self.school.as_ref().map(|school| school.id.to_string()),
            since: self.since,
            majors: self.majors.iter().map(|major| major.id.to_string()).collect(),
        }
    }

    /// All that a form says of it, for whoever sends that back to tell whether it has changed since.
    pub fn as_it_stands(&self) -> String {
        serde_json::to_string(&self.as_form()).unwrap_or_default()
    }

    fn as_target(&self) -> Target {
        Target::Training {
            school: self.school.as_ref().map(|school| school.id),
        }
    }
}

impl Training {
    /// Every base, by name.
    pub async fn bases(&self, actor: &Actor) -> Result<Vec<TrainingBase>> {
        seeing(actor)?;
        let rows = training::bases(self.db.read(), MAX_BASES).await?;
        show_bases(self.db.read(), rows).await
    }

    /// Every base, to take along.
    pub async fn export_bases(&self, actor: &Actor, format: &str) -> Result<Vec<TrainingBase>> {
        let bases = self.bases(actor).await?;
        let told = AuditChanges::default().set("format", format);
        self.audit.exported(actor, AuditAction::TrainingExport, None, &told);
        Ok(bases)
    }

    /// One base.
    pub async fn base(&self, actor: &Actor, id: TrainingBaseId) -> Result<TrainingBase> {
        seeing(actor)?;
        let rows = training::bases_by_id(self.db.read(), &[id]).await?;
        let shown = show_bases(self.db.read(), rows).await?.pop();
        Ok(shown.ok_or(Refusal::NoSuch(Thing::TrainingBase))?)
    }

    /// Adds a base: the bureau anywhere, an administrator at their school.
    pub async fn add_base(&self, actor: &Actor, form: TrainingBaseForm) -> Result<TrainingBase> {
        let member = who_may(actor, Act::HoldTraining)?;
        let conn = self.db.read();
        let row = training_base::Model {
            id: TrainingBaseId::new(),
            school_id: school_of_new(conn, member, form.school.as_deref()).await?,
            majors: MajorIds(majors_named(conn, &form.majors).await?),
            name: form.name,
            since: form.since,
            created_by: member.id,
            created_at: self.clock.now(),
        };
        let id = row.id;
        self.db
            .write(async |tx| {
                if training::count_bases(tx).await? >= MAX_BASES {
                    let thing = Thing::TrainingBase;
                    return Err(Refusal::LimitReached {
                        thing,
                        limit: MAX_BASES,
                    }
                    .into());
                }
                training::add_base(tx, row).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::TrainingBaseAdd, subject)
                    .await
            })
            .await?;
        self.base(actor, id).await
    }

    /// Changes a base: what is given replaces, `null` empties, the rest stays. `seen` is how it stood for those who looked at all of
    /// it ([`TrainingBase::as_it_stands`]).
    pub async fn edit_base(
        &self,
        actor: &Actor,
        id: TrainingBaseId,
        seen: Option<&str>,
        fields: &Map<String, Value>,
    ) -> Result<TrainingBase> {
        let member = who_may(actor, Act::HoldTraining)?;
        seeing(actor)?;
        self.db
            .write(async |tx| {
                // Under its lock: of two who change it the second sees what the first made of it.
                training::hold_bases(tx, [id]).await?;
                let row = training::bases_by_id(tx, &[id]).await?.pop();
                let row = row.ok_or(Refusal::NoSuch(Thing::TrainingBase))?;
                let present = show_bases(tx, vec![row.clone()]).await?.pop();
                let present = present.ok_or(Refusal::NoSuch(Thing::TrainingBase))?;
                expect(member, Act::HoldTraining, present.as_target())?;
                if seen.is_some_and(|seen| seen != present.as_it_stands()) {
                    return Err(Refusal::ChangedMeanwhile.into());
                }
                let form = present.as_form().patched(fields).map_err(Refusal::Fields)?;
                let after = training_base::Model {
                    school_id: school_of_new(tx, member, form.school.as_deref()).await?,
                    majors: MajorIds(majors_named(tx, &form.majors).await?),
                    name: form.name,
                    since: form.since,
                    ..row
                };
                training::update_base(tx, after).await?;
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::TrainingBaseEdit, subject)
                    .await
            })
            .await?;
        self.base(actor, id).await
    }

    /// Removes a base that no session was held by; one that was stays for the record.
    pub async fn remove_base(&self, actor: &Actor, id: TrainingBaseId) -> Result<()> {
        let member = who_may(actor, Act::HoldTraining)?;
        let before = self.base(actor, id).await?;
        expect(member, Act::HoldTraining, before.as_target())?;
        self.db
            .write(async |tx| {
                if training::sessions_of_base(tx, id).await? > 0 {
                    return Err(Refusal::Training(TrainingFault::BaseInUse).into());
                }
                // Named in the log while it is there.
                let subject = Some(id.to_string());
                self.audit
                    .record(tx, actor, AuditAction::TrainingBaseRemove, subject)
                    .await?;
                training::remove_base(tx, id).await
            })
            .await
    }

    /// Whether the actor changes this base.
    pub fn may_edit_base(&self, actor: &Actor, base: &TrainingBase) -> bool {
        may(actor, Act::HoldTraining, base.as_target())
    }
}

/// The majors that are named, each by id, code or exact name.
async fn majors_named(conn: &impl ConnectionTrait, given: &[String]) -> Result<Vec<MajorId>> {
    let mut ids = Vec::with_capacity(given.len());
    for named in given {
        let found = curriculum::major_named(conn, named).await?;
        let found = found.ok_or_else(|| unknown("majors", named, "GET /api/v1/majors"))?;
        if !ids.contains(&found.id) {
            ids.push(found.id);
        }
    }
    Ok(ids)
}

/// Shows bases, in the order given, by two queries more.
pub(in crate::library) async fn show_bases(
    conn: &impl ConnectionTrait,
    rows: Vec<training_base::Model>,
) -> Result<Vec<TrainingBase>> {
    let schools = schools_by_id(conn).await?;
    let mut named: Vec<MajorId> = rows.iter().flat_map(|row| row.majors.0.iter().copied()).collect();
    named.sort_unstable();
    named.dedup();
    let majors = curriculum::majors_by_id(conn, named).await?.into_iter();
    let majors: HashMap<MajorId, NamedMajor> = majors
        .map(|row| {
            let shown = NamedRef {
                id: row.id,
                code: row.code,
                name: row.name,
            };
            (row.id, shown)
        })
        .collect();
    let shown = rows.into_iter().map(|row| TrainingBase {
        id: row.id,
        name: row.name,
        school: row.school_id.and_then(|id| schools.get(&id).cloned()),
        since: row.since,
        majors: row.majors.0.iter().filter_map(|id| majors.get(id).cloned()).collect(),
    });
    Ok(shown.collect())
}
