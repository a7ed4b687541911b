//! What forms of training name: bases and schools, found by whatever name was given.

use sea_orm::ConnectionTrait;

use super::unknown;
use crate::db::entity::{school, training_base};
use crate::db::{people, training};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{SchoolId, TrainingBaseId};
use crate::domain::spelling::code_or_name;
use crate::domain::training::{MAX_BASES, TrainingSessionForm};
use crate::error::{Refusal, Result};

/// What a form names, found.
pub(in crate::library) struct NamedBySession {
    pub(in crate::library) school: Option<SchoolId>,
    pub(in crate::library) base: Option<TrainingBaseId>,
    pub(in crate::library) schools: Vec<SchoolId>,
}

/// All bases and schools, of which there are few, for forms that name some.
pub(super) struct KnownNames {
    bases: Vec<training_base::Model>,
    schools: Vec<school::Model>,
}

impl KnownNames {
    pub(super) async fn load(conn: &impl ConnectionTrait) -> Result<Self> {
        Ok(Self {
            bases: training::bases(conn, MAX_BASES).await?,
            schools: people::schools(conn).await?,
        })
    }

    /// What a form names: a base that is there, schools that are there. A school's own session is for that school.
    pub(super) fn found(&self, school: Option<SchoolId>, form: &TrainingSessionForm) -> Result<NamedBySession> {
        let base = form.base.as_ref().map(|given| self.base(given)).transpose()?;
        let mut schools = Vec::with_capacity(form.schools.len());
        for given in &form.schools {
            let id = self.school(given)?;
            if !schools.contains(&id) {
                schools.push(id);
            }
        }
        if school.is_some() && schools.iter().any(|id| Some(*id) != school) {
            // A school's administrator invites no others, and the bureau does not do it in a school's name.
            return Err(unknown("schools", &form.schools.join(", "), "[]").into());
        }
        Ok(NamedBySession {
            schools: if school.is_some() { Vec::new() } else { schools },
            base,
            school,
        })
    }

    fn base(&self, given: &str) -> Result<TrainingBaseId> {
        let id = given.parse::<TrainingBaseId>().ok();
        let is_it = |row: &&training_base::Model| Some(row.id) == id || row.name == given;
        let found = self.bases.iter().find(is_it);
        Ok(found
            .ok_or_else(|| unknown("base", given, "GET /api/v1/training/bases"))?
            .id)
    }

    fn school(&self, given: &str) -> Result<SchoolId> {
        let (id, code) = (given.parse::<SchoolId>().ok(), code_or_name(given));
        let exactly = |row: &&school::Model| Some(row.id) == id || row.code == code;
        if let Some(found) = self.schools.iter().find(exactly) {
            return Ok(found.id);
        }
        let named: Vec<&school::Model> = self.schools.iter().filter(|row| row.name == given).collect();
        match named.as_slice() {
            [one] => Ok(one.id),
            [] => Err(unknown("schools", given, "GET /api/v1/schools").into()),
            several => {
                let kind = FaultKind::Ambiguous {
                    value: given.to_owned(),
                    candidates: several.iter().map(|row| row.code.clone()).collect(),
                };
                Err(Refusal::Fields(vec![FieldFault::at("schools", kind)]).into())
            }
        }
    }
}
