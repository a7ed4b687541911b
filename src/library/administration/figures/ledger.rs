//! The ledger of holdings, which figures of any day are taken from: rolled up hourly, and compared once a day with the
//! resources themselves. What only a walk through everything tells is counted in the same round.

use std::time::Duration;

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use crate::db::entity::nightly_figure;
use crate::db::training::attendance;
use crate::db::{holdings, library_health, usage};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::library::administration::Administration;

/// How often the ledger is compared; somewhat less than a day, so that a round an hour finds it due each day.
const COMPARED_EVERY: Duration = Duration::from_hours(23);

/// What the other sums that figures are taken from are kept as, once they were compared.
const OTHER_SUMS: &str = "sums-compared";

/// Where other sums that figures are taken from do not agree with what they are of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct WrongSums {
    uses: i64,
    training: i64,
}

/// The ledger that the figures of any day are taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LedgerState {
    /// The first day that it was kept: `2026-11-30`. What stood before is counted from the day on which it was last
    /// published, and what was taken down before is not in it.
    pub exact_since: Option<String>,
    /// When it was last compared with the resources themselves.
    pub compared_at: Option<Timestamp>,
    /// At how many places it was found wrong then, and put right.
    pub wrong: i64,
    /// Of how many resources or places the months say more uses than there were in all, and one more where resources say more
    /// than places, when that was last compared. Nobody can tell which is right, so they stay as they are.
    pub wrong_uses: i64,
    /// How many people's parts in training do not agree with themselves: hours of somebody who did not take part, or a part on
    /// no day.
    pub wrong_training: i64,
}

/// The same as it was found last.
async fn last_wrong(conn: &impl ConnectionTrait) -> Result<WrongSums> {
    let kept = library_health::kept(conn, OTHER_SUMS).await?;
    let kept = kept.map(|row| serde_json::from_value::<WrongSums>(row.body));
    Ok(kept.transpose().map_err(Error::unexpected)?.unwrap_or_default())
}

/// At how many places sums were found wrong when they were last compared, and left for people to look into.
pub(in crate::library) async fn count_wrong_sums(conn: &impl ConnectionTrait) -> Result<u64> {
    let wrong = last_wrong(conn).await?;
    Ok(wrong.uses.saturating_add(wrong.training).unsigned_abs())
}

impl Administration {
    /// Rolls the ledger up, and compares it where that is due.
    pub async fn keep_ledger(&self) -> Result<()> {
        while self.db.write(async |tx| holdings::roll_up(tx).await).await? == holdings::ROLLED_UP_AT_ONCE {}
        let (first, last) = holdings::checks(self.db.read()).await?;
        let now = self.clock.now();
        if let Some(first) = first.as_ref().filter(|first| first.at > now) {
            tracing::warn!(
                "the clock says a day before the ledger began ({}); it is not compared",
                first.at.day()
            );
            return Ok(());
        }
        let is_due = last
            .as_ref()
            .is_none_or(|last| last.at > now || last.at.plus(COMPARED_EVERY) <= now);
        // Just upgraded, it does not wait for the night: a process of the version before may have written past the ledger.
        if is_due || first == last {
            self.compare_ledger().await?;
        }
        // Nor does whoever has just begun: what they share is counted within the hour.
        let is_young = first.is_none_or(|first| first.at.plus(COMPARED_EVERY) > now);
        if is_due || is_young {
            self.count_health().await
        } else {
            Ok(())
        }
    }

    async fn compare_ledger(&self) -> Result<()> {
        let wrong = holdings::differences(self.db.read()).await?;
        if !wrong.is_empty() {
            tracing::warn!(
                "the ledger of holdings was wrong at {} places and is put right",
                wrong.len()
            );
        }
        let now = self.clock.now();
        self.db
            .write(async |tx| holdings::correct(tx, wrong, now).await)
            .await?;
        self.compare_other_sums(now).await
    }

    /// Compares how often resources were used and how much people were trained with what that is the sum of, by one question
    /// each. What is wrong is told and left: which of the two is right, only people know.
    async fn compare_other_sums(&self, now: Timestamp) -> Result<()> {
        let conn = self.db.read();
        let wrong = WrongSums {
            uses: usage::count_wrong(conn).await?,
            training: attendance::count_wrong(conn).await?,
        };
        if wrong != WrongSums::default() {
            tracing::warn!(
                "sums are wrong: uses of {} resources, {} parts in training",
                wrong.uses,
                wrong.training
            );
        }
        let row = nightly_figure::Model {
            name: OTHER_SUMS.to_owned(),
            counted_at: now,
            body: serde_json::to_value(wrong).map_err(Error::unexpected)?,
        };
        self.db.write(async |tx| library_health::keep(tx, row).await).await
    }

    pub(super) async fn ledger_state(&self) -> Result<LedgerState> {
        let conn = self.db.read();
        let (first, last) = holdings::checks(conn).await?;
        let other = last_wrong(conn).await?;
        Ok(LedgerState {
            wrong_uses: other.uses,
            wrong_training: other.training,
            exact_since: first.map(|first| first.at.day()),
            compared_at: last.as_ref().map(|last| last.at),
            wrong: last.map_or(0, |last| last.wrong),
        })
    }
}
