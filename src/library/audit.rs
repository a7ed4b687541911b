//! The audit log: who did what, written in the transaction of the act itself.

use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::clock::Clock;
use crate::db::{audit, entity};
use crate::domain::audit::AuditAction;
use crate::domain::id::AuditId;
use crate::error::Result;
use crate::library::idempotency::Idempotency;

/// Who did what no account did, in the audit log.
pub(super) const OPERATOR: &str = "operator";

/// Who did what somebody did who has not signed in.
const GUEST: &str = "guest";

/// Writes the audit log.
#[derive(Debug, Clone)]
pub struct Audit {
    clock: Clock,
    idempotency: Idempotency,
}

impl Audit {
    /// A log that dates its lines by `clock`.
    pub(super) fn new(clock: Clock, idempotency: Idempotency) -> Self {
        Self { clock, idempotency }
    }

    /// Adds a line to the audit log: done. If the actor acts under a key, the same transaction takes it, so an act has
    /// one line.
    pub(crate) async fn record(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        action: AuditAction,
        subject: Option<String>,
    ) -> Result<()> {
        self.idempotency.take_key(tx, actor, subject.as_deref()).await?;
        self.record_outcome(tx, actor, action, subject, "done").await
    }

    /// Adds a line to the audit log, with what came of it.
    pub(crate) async fn record_outcome(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        action: AuditAction,
        subject: Option<String>,
        outcome: &str,
    ) -> Result<()> {
        let member = actor.account.as_ref();
        // What is deleted later leads nowhere by its id, so its name is kept as it is now.
        let subject_title = match &subject {
            Some(subject) => audit::titles(tx, &[(action.code(), subject)])
                .await?
                .into_values()
                .next(),
            None => None,
        };
        let line = entity::audit::Model {
            id: AuditId::new(),
            at: self.clock.now(),
            account_id: member.map(|member| member.id),
            actor: member.map_or_else(|| nobody(actor).to_owned(), |member| member.name.clone()),
            school_id: member.and_then(|member| member.school_id),
            action: action.code().to_owned(),
            subject,
            subject_title,
            outcome: outcome.to_owned(),
            address: actor.address.clone(),
            seq: None,
            chain: None,
        };
        audit::add(tx, line).await
    }
}

/// Requests have an address, the command line and the service itself have none.
fn nobody(actor: &Actor) -> &'static str {
    if actor.address.is_some() { GUEST } else { OPERATOR }
}
