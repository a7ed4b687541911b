//! Teacher training: bases, sessions, and who took part in them.
//!
//! The city's sessions are the bureau's, a school's are its administrators'. A session is seen by those whom it is for and by
//! those who see the whole city; to everybody else it is not there.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, Member};
use crate::clock::Clock;
use crate::db::training::SessionsSeen;
use crate::db::{Db, people};
use crate::domain::authority::{Act, Reach, Target};
use crate::domain::day::Day;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::SchoolId;
use crate::domain::search::{NamedRef, NamedSchool};
use crate::error::{Refusal, Result};
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::authority::{expect, who_may};
use crate::library::import_preview::ImportPreviews;

pub mod attendance;
pub mod bases;
pub mod certificates;
pub(in crate::library) mod code;
pub mod corrections;
pub mod list;
pub(in crate::library) mod names;
pub mod online;
pub mod parts;
pub mod records;
pub mod sessions;

/// Bases, sessions, and who took part in them.
#[derive(Debug, Clone)]
pub struct Training {
    db: Db,
    clock: Clock,
    audit: Audit,
    previews: Arc<ImportPreviews>,
}

impl Training {
    pub(super) fn new(base: &Base, previews: Arc<ImportPreviews>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            previews,
        }
    }

    /// Today, where the library stands.
    pub fn today(&self) -> Day {
        Day::of(self.clock.now())
    }
}

/// Whoever sees training at all. It is the schools' and the city's own, and not for companies.
fn seeing(actor: &Actor) -> Result<SessionsSeen> {
    let member = who_may(actor, Act::ReadInternal)?;
    let sees_city = member.authority().reach(Act::SeeFigures) == Some(Reach::City);
    Ok(if sees_city {
        SessionsSeen::All
    } else {
        SessionsSeen::Of(member.school_id)
    })
}

/// The school that something new belongs to: what was given, or that of whoever adds it; none for the city's.
async fn school_of_new(conn: &impl ConnectionTrait, member: &Member, given: Option<&str>) -> Result<Option<SchoolId>> {
    let reach = member.authority().reach(Act::HoldTraining);
    let school = match given {
        Some(given) => Some(school_named(conn, "school", given).await?),
        None => reach.and_then(Reach::school),
    };
    expect(member, Act::HoldTraining, Target::Training { school })?;
    Ok(school)
}

async fn school_named(conn: &impl ConnectionTrait, field: &str, given: &str) -> Result<SchoolId> {
    let found = people::school_named(conn, given).await?;
    Ok(found.ok_or_else(|| unknown(field, given, "GET /api/v1/schools"))?.id)
}

fn unknown(field: &str, given: &str, hint: &str) -> Refusal {
    let kind = FaultKind::Unknown {
        value: given.to_owned(),
        hint: hint.to_owned(),
    };
    Refusal::Fields(vec![FieldFault::at(field, kind)])
}

/// All schools by their ids: there are few.
async fn schools_by_id(conn: &impl ConnectionTrait) -> Result<HashMap<SchoolId, NamedSchool>> {
    let rows = people::schools(conn).await?.into_iter();
    let named = |row: crate::db::entity::school::Model| NamedRef {
        id: row.id,
        code: Some(row.code),
        name: row.name,
    };
    Ok(rows.map(|row| (row.id, named(row))).collect())
}
