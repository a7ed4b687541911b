//! A request sent twice acts once: the answer to an `Idempotency-Key` is kept and given again.

use std::time::Duration;

use super::Library;
use crate::actor::Actor;
use crate::db::entity::idempotency;
use crate::db::once;
use crate::error::{Refusal, Result};

/// An unanswered first request counts as lost after this long.
const LOST: Duration = Duration::from_mins(2);
/// How long answers are kept.
pub(crate) const KEPT: Duration = Duration::from_hours(24);

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

impl Library {
    /// Gives the answer kept under `key`, or acts and keeps the answer.
    ///
    /// Only what succeeds is kept: a refusal changed nothing, and the request may be mended and sent again.
    pub async fn once(
        &self,
        actor: &Actor,
        key: Option<&str>,
        request_hash: String,
        act: impl AsyncFnOnce() -> Result<Answered>,
    ) -> Result<Answered> {
        let (Some(key), Some(account_id)) = (key, actor.id()) else {
            return act().await;
        };
        let now = self.clock.now();
        let row = idempotency::Model {
            account_id,
            key: key.to_owned(),
            request_hash: request_hash.clone(),
            status: None,
            location: None,
            body: None,
            created_at: now,
        };
        let earlier = self
            .db
            .write(async |tx| once::begin(tx, row, now.minus(LOST)).await)
            .await?;
        if let Some(earlier) = earlier {
            return answer_again(earlier, &request_hash);
        }
        match act().await {
            Ok(answer) => {
                self.db
                    .write(async |tx| {
                        once::keep(
                            tx,
                            account_id,
                            key,
                            answer.status,
                            answer.location.clone(),
                            answer.body.clone(),
                        )
                        .await
                    })
                    .await?;
                Ok(answer)
            }
            Err(error) => {
                self.db
                    .write(async |tx| once::forget(tx, account_id, key).await)
                    .await?;
                Err(error)
            }
        }
    }
}

fn answer_again(earlier: idempotency::Model, request_hash: &str) -> Result<Answered> {
    if earlier.request_hash != request_hash {
        return Err(Refusal::IdempotencyMismatch.into());
    }
    let status = earlier
        .status
        .and_then(|status| u16::try_from(status).ok())
        .ok_or(Refusal::IdempotencyBusy)?;
    Ok(Answered {
        status,
        location: earlier.location,
        body: earlier.body.unwrap_or_default(),
    })
}
