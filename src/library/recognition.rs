//! Recognition 评优: calls, entries, the jury, results.
//!
//! Calls and their results are for everybody once they are announced. Entries are seen by those who entered them and by those
//! who see the whole city; the jury sees what it judges, without names where the call is blind. Whatever depends on how far a
//! call is holds its row, so that of two who do it at once the second sees what the first did.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::clock::Clock;
use crate::db::entity::recognition_call;
use crate::db::recognition::CallsSeen;
use crate::db::{Db, people, recognition};
use crate::domain::authority::{Act, Reach};
use crate::domain::day::Day;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::id::{AccountId, RecognitionCallId, SchoolId};
use crate::domain::recognition::CallState;
use crate::domain::recognition::fault::RecognitionFault;
use crate::domain::search::{NamedAccount, NamedRef, NamedSchool};
use crate::error::{Refusal, Result, Thing};
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::packs::Packs;
use crate::library::resources::Resources;

pub mod blind;
pub mod calls;
pub mod entries;
mod entry_form;
pub mod evidence;
pub mod judging;
pub mod jury;
pub mod marks;
pub mod results;

/// The most entries of a call.
pub(in crate::library) const MAX_ENTRIES: u64 = 1_000;

/// Calls, entries, the jury, results.
#[derive(Debug, Clone)]
pub struct Recognition {
    db: Db,
    clock: Clock,
    audit: Audit,
    packs: Arc<Packs>,
    resources: Arc<Resources>,
}

impl Recognition {
    pub(super) fn new(base: &Base, packs: Arc<Packs>, resources: Arc<Resources>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            packs,
            resources,
        }
    }

    fn today(&self) -> Day {
        Day::of(self.clock.now())
    }

    fn state(&self, call: &recognition_call::Model) -> CallState {
        call.dates().state(self.today())
    }

    /// A call that the actor sees.
    async fn seen_call(&self, actor: &Actor, id: RecognitionCallId) -> Result<recognition_call::Model> {
        let row = recognition::call(self.db.read(), id, seeing(actor)).await?;
        Ok(row.ok_or(Refusal::NoSuch(Thing::RecognitionCall))?)
    }
}

/// Which calls the actor sees: what is not announced is for those who see the whole city.
fn seeing(actor: &Actor) -> CallsSeen {
    if actor.reach(Act::SeeRecognition) == Some(Reach::City) {
        CallsSeen::All
    } else {
        CallsSeen::Announced
    }
}

/// A call's row, held until the transaction ends.
async fn held(tx: &impl ConnectionTrait, id: RecognitionCallId) -> Result<recognition_call::Model> {
    let row = recognition::call_for_update(tx, id).await?;
    Ok(row.ok_or(Refusal::NoSuch(Thing::RecognitionCall))?)
}

fn refused(fault: RecognitionFault) -> crate::error::Error {
    Refusal::Recognition(fault).into()
}

fn unknown(field: &str, given: &str, hint: &str) -> Refusal {
    let kind = FaultKind::Unknown {
        value: given.to_owned(),
        hint: hint.to_owned(),
    };
    Refusal::Fields(vec![FieldFault::at(field, kind)])
}

/// RecognitionNames of schools and people beside rows.
#[derive(Debug, Default)]
struct RecognitionNames {
    schools: HashMap<SchoolId, NamedSchool>,
    people: HashMap<AccountId, String>,
}

impl RecognitionNames {
    /// All schools, of which there are few, and these people.
    async fn of(conn: &impl ConnectionTrait, mut accounts: Vec<AccountId>) -> Result<Self> {
        accounts.sort_unstable();
        accounts.dedup();
        let schools = people::schools(conn).await?.into_iter().map(|row| {
            let named = NamedRef {
                id: row.id,
                code: Some(row.code),
                name: row.name,
            };
            (row.id, named)
        });
        let people = people::accounts_by_id(conn, accounts).await?.into_iter();
        Ok(Self {
            schools: schools.collect(),
            people: people.map(|row| (row.id, row.display)).collect(),
        })
    }

    fn person(&self, id: AccountId) -> NamedAccount {
        NamedRef {
            id,
            code: None,
            name: self.people.get(&id).cloned().unwrap_or_default(),
        }
    }
}
