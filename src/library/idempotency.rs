//! A request sent twice acts once.
//!
//! The key of such a request travels with its [`Actor`], and [`Audit::record`](crate::library::audit::Audit::record), which every act calls in its own
//! transaction, writes it down there with what was made: both are committed or neither. The answer is kept beside it as
//! soon as it is made. A service that dies in between has lost the answer and not the fact, and tells it anew from what
//! was made. To make one more request take a key, hand the actor that [`Idempotency::once`](crate::library::idempotency::Idempotency::once) gives on to its act.

use std::str::FromStr;
use std::time::Duration;

use sea_orm::ConnectionTrait;

use crate::actor::{Actor, IdempotencyKey};
use crate::clock::Clock;
use crate::db::{Db, entity, idempotency};
use crate::domain::id::AccountId;
use crate::error::{Error, Refusal, Result};

/// How long answers are kept.
pub(crate) const KEPT: Duration = crate::domain::personal_data::ANSWERS_KEPT;

/// An answer as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The `Location` header.
    pub location: Option<String>,
    /// The JSON.
    pub body: String,
}

impl Answered {
    /// A form's answer: where its sender is led (303).
    pub fn leading_to(address: String) -> Self {
        Self {
            status: 303,
            location: Some(address),
            body: String::new(),
        }
    }
}

/// Answers requests that come twice as it answered them first.
#[derive(Debug, Clone)]
pub struct Idempotency {
    db: Db,
    clock: Clock,
}

impl Idempotency {
    pub(super) fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Gives the answer of the request that acted under `key`, or acts as the actor that `act` is given.
    ///
    /// Should the answer be lost, `again` tells it from what the audit log calls the act's subject. A refusal changed
    /// nothing and is not kept: the request may be mended and sent again.
    pub async fn once(
        &self,
        actor: &Actor,
        key: Option<&str>,
        request_hash: String,
        act: impl AsyncFnOnce(&Actor) -> Result<Answered>,
        again: impl AsyncFnOnce(&str) -> Result<Answered>,
    ) -> Result<Answered> {
        let (Some(key), Some(account)) = (key, actor.id()) else {
            return act(actor).await;
        };
        if let Some(earlier) = idempotency::find(self.db.read(), account, key).await? {
            return self.answer_again(earlier, &request_hash, again).await;
        }
        let keyed = Actor {
            once: Some(IdempotencyKey {
                key: key.to_owned(),
                request_hash: request_hash.clone(),
            }),
            ..actor.clone()
        };
        match act(&keyed).await {
            Ok(answer) => Ok(self.keep_answer(account, key, answer).await),
            // The same request at the same moment may have been first: then its act is this one's, too.
            Err(error) => match idempotency::find(self.db.read(), account, key).await? {
                Some(earlier) => self.answer_again(earlier, &request_hash, again).await,
                None => Err(error),
            },
        }
    }

    /// Takes the key of whoever acts, if they brought one.
    pub(super) async fn take_key(&self, tx: &impl ConnectionTrait, actor: &Actor, subject: Option<&str>) -> Result<()> {
        let (Some(once), Some(account_id)) = (&actor.once, actor.id()) else {
            return Ok(());
        };
        let row = entity::idempotency::Model {
            account_id,
            key: once.key.clone(),
            request_hash: once.request_hash.clone(),
            subject: subject.map(str::to_owned),
            status: None,
            location: None,
            body: None,
            created_at: self.clock.now(),
        };
        if idempotency::reserve(tx, row).await? {
            return Ok(());
        }
        // The same request was first: its act stands, and all of this transaction is undone.
        Err(Refusal::IdempotencyBusy.into())
    }

    async fn answer_again(
        &self,
        earlier: entity::idempotency::Model,
        request_hash: &str,
        again: impl AsyncFnOnce(&str) -> Result<Answered>,
    ) -> Result<Answered> {
        if earlier.request_hash != request_hash {
            return Err(Refusal::IdempotencyMismatch.into());
        }
        if let Some(kept) = kept(&earlier) {
            return Ok(kept);
        }
        let subject = earlier.subject.ok_or(Refusal::IdempotencyBusy)?;
        let answer = again(&subject).await?;
        Ok(self.keep_answer(earlier.account_id, &earlier.key, answer).await)
    }

    /// Keeps an answer, and returns the one that is given: of those who tell it at the same moment the first is kept, and
    /// all give the same. What was done is done: where nothing can be kept, the answer is given all the same, and told
    /// anew if the request comes again.
    async fn keep_answer(&self, account: AccountId, key: &str, answer: Answered) -> Answered {
        let Answered { status, location, body } = answer.clone();
        let keeping = self.db.write(async |tx| {
            idempotency::store_response(tx, account, key, status, location, body).await?;
            idempotency::find(tx, account, key).await
        });
        match keeping.await {
            Ok(row) => row.as_ref().and_then(kept).unwrap_or(answer),
            Err(error) => {
                tracing::warn!("an answer could not be kept: {error:?}");
                answer
            }
        }
    }
}

/// The answer that is kept, if there is one yet.
fn kept(row: &entity::idempotency::Model) -> Option<Answered> {
    Some(Answered {
        status: row.status.and_then(|status| u16::try_from(status).ok())?,
        location: row.location.clone(),
        body: row.body.clone().unwrap_or_default(),
    })
}

/// The id of what an act made: the last part of its subject.
pub fn made<I: FromStr>(subject: &str) -> Result<I> {
    let id = subject.rsplit('/').next().unwrap_or_default().parse();
    id.map_err(|_| Error::unexpected(anyhow::anyhow!("the subject `{subject}` names nothing that was made")))
}
