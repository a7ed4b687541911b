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

    /// Changes a base: what is given replaces, `null` empties, the rest stays.
    pub async fn edit_base(
        &self,
        actor: &Actor,
        id: TrainingBaseId,
        fields: &Map<String, Value>,
    ) -> Result<TrainingBase> {
        let member = who_may(actor, Act::HoldTraining)?;
        let before = self.base(actor, id).await?;
        expect(member, Act::HoldTraining, before.as_target())?;
        let form = before.as_form().patched(fields).map_err(Refusal::Fields)?;
        let conn = self.db.read();
        let school_id = school_of_new(conn, member, form.school.as_deref()).await?;
        let majors = MajorIds(majors_named(conn, &form.majors).await?);
        self.db
            .write(async |tx| {
                let row = training::bases_by_id(tx, &[id]).await?.pop();
                let row = training_base::Model {
                    name: form.name,
                    school_id,
                    since: form.since,
                    majors,
                    ..row.ok_or(Refusal::NoSuch(Thing::TrainingBase))?
                };
                training::update_base(tx, row).await?;
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
