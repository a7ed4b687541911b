//! Addresses that tried so many sign-ins that whoever sits there waits: who they are, and letting one try again. Behind one
//! address may be a lab of forty people, of whom one guesses.

use std::net::IpAddr;

use serde::Serialize;

use crate::actor::Actor;
use crate::db::sign_in_attempts;
use crate::domain::address::network_of;
use crate::domain::audit::AuditAction;
use crate::domain::authority::Act;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::sign_in::AttemptCount;
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result, Thing};
use crate::library::accounts::{Accounts, hashed};
use crate::library::authority::expect_city;

/// Addresses that are shown at most: those that wait longest.
const MOST_SHOWN: u64 = 100;

/// An address that is shut out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ShutOutAddress {
    /// The address, or the network of an IPv6 address.
    pub address: String,
    /// How many sign-ins it tried.
    pub attempts: u32,
    /// Since when they are counted together.
    pub since: Timestamp,
    /// Until when it waits.
    pub until: Timestamp,
}

impl Accounts {
    /// The addresses that are shut out now, for those who see the whole city: whose people sit behind one nobody knows.
    pub async fn shut_out(&self, actor: &Actor) -> Result<Vec<ShutOutAddress>> {
        expect_city(actor, Act::Oversee)?;
        // Who sits where is for those who see accounts.
        expect_city(actor, Act::SeeAccounts)?;
        let rows = sign_in_attempts::shut_out(self.db.read(), self.clock.now(), MOST_SHOWN).await?;
        let shown = rows.into_iter().filter_map(|row| {
            Some(ShutOutAddress {
                address: row.network?,
                attempts: row.attempts.unsigned_abs(),
                since: row.since,
                until: row.free_at,
            })
        });
        Ok(shown.collect())
    }

    /// Lets whoever sits behind an address try again.
    pub async fn free_address(&self, actor: &Actor, address: &str) -> Result<()> {
        expect_city(actor, Act::Operate)?;
        self.free(actor, address).await
    }

    /// The same, for the operator's command line.
    pub async fn free_address_at_desk(&self, address: &str) -> Result<()> {
        self.free(&Actor::guest(), address).await
    }

    async fn free(&self, actor: &Actor, address: &str) -> Result<()> {
        let address: IpAddr = address.trim().parse().map_err(|_| {
            let expected = "an address such as 192.0.2.1 or 2001:db8::1";
            Refusal::Fields(vec![FieldFault::at("address", FaultKind::Malformed { expected })])
        })?;
        let network = network_of(address).to_string();
        let key_hash = hashed(&network);
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let rows = sign_in_attempts::lock(tx, vec![key_hash.clone()]).await?;
                if !rows.iter().any(|row| row.free_at > now) {
                    return Err(Refusal::NoSuch(Thing::ShutOutAddress).into());
                }
                sign_in_attempts::set(tx, &key_hash, AttemptCount::NONE).await?;
                self.audit
                    .record(tx, actor, AuditAction::AddressFree, Some(network))
                    .await
            })
            .await
    }
}
