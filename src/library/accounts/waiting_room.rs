//! How many sign-ins wait for an answer altogether: a bound that shuts nobody out.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::db::crowding::Crowd;
use crate::error::Result;
use crate::library::accounts::Accounts;

/// So many wait at most.
const MOST: u64 = 50_000;
/// How often it is looked whether they are too many, in sign-ins that are begun: to count so many rows takes longer than to
/// add one.
const LOOKED_EVERY: u64 = 64;
/// Networks that make room at one look.
const MOST_ROUNDS: usize = 16;

/// How many were begun here.
#[derive(Debug, Default)]
pub(super) struct WaitingRoom(AtomicU64);

impl WaitingRoom {
    /// Counts one more; says whether it is time to look.
    fn is_to_be_looked_at(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOKED_EVERY)
    }
}

impl Accounts {
    /// Has the networks that left most make room, now and then, after somebody left one more.
    pub(super) async fn bound_waiting(&self) -> Result<()> {
        if !self.waiting.is_to_be_looked_at() {
            return Ok(());
        }
        for crowd in [Crowd::SignOns, Crowd::Ceremonies] {
            self.thin(crowd).await?;
        }
        Ok(())
    }

    async fn thin(&self, crowd: Crowd) -> Result<()> {
        let mut excess = crowd.count(self.db.read()).await?.saturating_sub(MOST);
        for _ in 0..MOST_ROUNDS {
            if excess == 0 {
                break;
            }
            let gone = self.db.write(async |tx| crowd.thin(tx, excess).await).await?;
            excess = excess.saturating_sub(gone.max(1));
        }
        Ok(())
    }
}
