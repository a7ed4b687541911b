//! Removing lines of the audit log that were kept long enough, so that it can be told from removing others.
//!
//! Only the oldest lines go, without a gap, and none that is too young or not as it was chained; and only by a clock by which the
//! library has been at work for a day. What stands in their place is
//! signed: the number, the hash and the time of the last of them, from which the chain of the rest goes on. That the cut was
//! made is a line of the log itself.

use serde::{Deserialize, Serialize};

use super::{AuditChain, AuditCheckpointBody, AuditMark, ChainFault, end_of, hash};
use crate::actor::Actor;
use crate::db::{audit, entity};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::id::LibraryId;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::audit_chain::AuditCheckpoint;
use crate::library::signing::said::{RootChain, SignedStatement};

/// Lines that are removed together: writers wait that long.
const REMOVED_AT_ONCE: u64 = 2_000;
/// The law has logs kept for six months; whatever the settings said when it was made, an earlier cut is none of ours.
const LEAST_KEPT: std::time::Duration = std::time::Duration::from_hours(180 * 24);
/// A clock is believed by which something was recorded since so long ago,
const LIVED_SINCE: std::time::Duration = std::time::Duration::from_hours(15 * 24);
/// and so long ago at the latest: what is younger may be of a clock that has just run ahead.
const LIVED_UNTIL: std::time::Duration = std::time::Duration::from_hours(24);
/// A line is chained so long after it happened at the most: reads of an hour are told at its end.
const CHAINED_WITHIN: std::time::Duration = std::time::Duration::from_hours(2);
/// What a cut is called in what is signed.
const CUT: &str = "audit-cut";
const CUT_NOT_OURS: &str = "what says where the audit log was cut is not signed by this library, so nothing is removed";

/// Up to where the log was cut, signed by the key that signs its checkpoints.
pub(super) type AuditCut = SignedStatement<AuditCutBody>;

/// Up to where the log was cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AuditCutBody {
    /// Always `audit-cut`.
    #[serde(rename = "_type")]
    kind: String,
    /// Which library.
    library: LibraryId,
    /// The number of the last line that was removed.
    pub(super) lines: i64,
    /// Its hash, from which the chain goes on.
    pub(super) chain: String,
    /// When the youngest of all that was removed happened, those aside that were dated later than the cut.
    newest: Timestamp,
    /// When it was cut.
    at: Timestamp,
}

impl AuditCutBody {
    /// Whether it says so of this library.
    pub(super) fn is_of(&self, library: LibraryId) -> bool {
        self.kind == CUT && self.library == library
    }

    /// What is wrong with a cut: with itself, and beside checkpoints.
    pub(super) fn faults(&self, checkpoints: &[AuditCheckpoint]) -> Vec<ChainFault> {
        let bodies = || checkpoints.iter().map(|checkpoint| &checkpoint.signed);
        let is_other = bodies().any(|body| body.lines == self.lines && body.chain != self.chain);
        // What was chained behind a mark happened no earlier than that, so the cut would have to know of it.
        let is_younger = |mark: AuditMark| mark.lines < self.lines && mark.at > self.newest.plus(CHAINED_WITHIN);
        let too_early =
            self.newest.plus(LEAST_KEPT) > self.at || bodies().flat_map(AuditCheckpointBody::all_marks).any(is_younger);
        let rewritten = is_other.then_some(ChainFault::Rewritten(self.lines));
        let early = too_early.then_some(ChainFault::CutTooEarly(self.lines));
        rewritten.into_iter().chain(early).collect()
    }
}

impl AuditChain {
    /// Removes the lines that were kept long enough; returns how many. None, where the clock may be wrong: by one that has run
    /// ahead all of them are old.
    pub async fn cut(&self) -> Result<u64> {
        let now = self.clock.now();
        let conn = self.db.read();
        let Some(last) = audit::last_before(conn, now.minus(self.kept), now).await? else {
            return Ok(0);
        };
        if !audit::is_any_between(conn, now.minus(LIVED_SINCE), now.minus(LIVED_UNTIL)).await? {
            tracing::warn!(
                "the clock may have run ahead: nothing was recorded by it in two weeks, so no old line is removed"
            );
            return Ok(0);
        }
        let first = self.present_cut().await?.map_or(1, |cut| cut.signed.lines + 1);
        let mut is_told = false;
        let mut removed = 0;
        loop {
            let batch = self.cut_some(last, (!is_told).then_some(first)).await?;
            if batch == 0 {
                return Ok(removed);
            }
            is_told = true;
            removed += batch;
        }
    }

    /// The cut as it is kept.
    pub(super) async fn present_cut(&self) -> Result<Option<AuditCut>> {
        let row = audit::cut(self.db.read()).await?;
        Ok(row.and_then(|row| serde_json::from_str(&row.body).ok()))
    }

    /// Where the log was cut. One that is not ours is nothing to go on from: what is signed after it would cover it.
    async fn believed_cut(&self) -> Result<Option<AuditCutBody>> {
        let conn = self.db.read();
        if audit::cut(conn).await?.is_none() {
            return Ok(None);
        }
        let library = self.library_id().await?;
        let roots = RootChain::load(conn).await?;
        let cut = self.present_cut().await?;
        let cut = cut.filter(|cut| cut.signed.is_of(library) && roots.believes(cut));
        let cut = cut.ok_or_else(|| anyhow::anyhow!("{CUT_NOT_OURS}; see `gongxue doctor --records`"))?;
        Ok(Some(cut.signed))
    }

    /// Removes some lines up to `last`; the first time it says from which on.
    async fn cut_some(&self, last: i64, tells_from: Option<i64>) -> Result<u64> {
        let present = self.believed_cut().await?;
        let (seq, mut chain) = present
            .as_ref()
            .map_or((0, String::new()), |cut| (cut.lines, cut.chain.clone()));
        let lines = audit::chained_after(self.db.read(), seq, REMOVED_AT_ONCE).await?;
        let now = self.clock.now();
        let mut newest = present.map_or(Timestamp(0), |cut| cut.newest);
        let mut end = seq;
        for line in lines
            .iter()
            .take_while(|line| line.seq.is_some_and(|number| number <= last))
        {
            end += 1;
            chain = hash(&chain, end, line);
            if line.seq != Some(end) || line.chain.as_deref() != Some(&*chain) {
                let what = format!("line {end} of the audit log is not as it was chained, so nothing is removed");
                return Err(anyhow::anyhow!("{what}; see `gongxue doctor --records`").into());
            }
            // What a clock that ran ahead wrote happened before some line behind it.
            if line.at <= now {
                newest = newest.max(line.at);
            }
        }
        if end == seq {
            return Ok(0);
        }
        let signed = AuditCutBody {
            kind: CUT.to_owned(),
            library: self.library_id().await?,
            lines: end,
            chain,
            newest,
            at: now,
        };
        let cut: AuditCut = self.signing.say(signed).await?;
        let row = entity::audit_cut::Model {
            seq: end,
            body: serde_json::to_string(&cut).map_err(crate::error::Error::unexpected)?,
        };
        self.db
            .write(async |tx| {
                // Another node may have cut on meanwhile; a cut that goes back would leave a gap for ever.
                if audit::cut(tx).await?.map_or(0, |row| row.seq) != seq {
                    return Ok(0);
                }
                if let Some(first) = tells_from {
                    let told = AuditChanges::default().moved("lines", first, last);
                    self.audit
                        .record_changes(tx, &Actor::guest(), AuditAction::AuditCut, None, &told)
                        .await?;
                }
                audit::set_cut(tx, row).await?;
                audit::remove_until(tx, end).await
            })
            .await
    }

    /// Where the chain ends: at its last line, or where it was cut if none is left.
    pub(super) async fn end(&self, last: Option<entity::audit::Model>) -> Result<(i64, String)> {
        if last.is_some() {
            return Ok(end_of(last));
        }
        let cut = self.present_cut().await?;
        Ok(cut.map_or_else(|| end_of(None), |cut| (cut.signed.lines, cut.signed.chain)))
    }
}
