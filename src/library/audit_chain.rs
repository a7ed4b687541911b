//! The audit log as evidence: its lines are chained by hashes, and a signed checkpoint says where the chain stands.
//!
//! A line is written with the act itself. Lines are chained a little later, by one process, in the order of their ids: were
//! they chained as they are written, every act of every node would wait for the one before it. A changed line, one that is
//! gone and one that was put in break the chain. Whoever owns the machine could chain the whole log anew; not so that it
//! fits a checkpoint that somebody else has kept. Lines that were kept long enough are removed from the old end by [`mod@cut`].

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Digest as _;

use crate::actor::Actor;
use crate::clock::Clock;
use crate::db::entity::audit::Model;
use crate::db::entity::audit_cut;
use crate::db::{Db, audit, library};
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::{LibraryId, Sha256};
use crate::domain::time::Timestamp;
use crate::error::{Refusal, Result};
use crate::library::Base;
use crate::library::audit::Audit;
use crate::library::authority::reach;
use crate::library::signing::Signing;
use crate::library::signing::said::{RootChain, RootName, SignedStatement};
use crate::pack::trust::{PublicKey, Signature};

mod cut;
mod head;

/// Lines that are chained or checked together.
const AT_ONCE: u64 = 500;
/// A broken chain is told by its first faults; a log that was chained anew has as many as lines.
const MOST_FAULTS: usize = 20;
/// A checkpoint has a mark of every month, in milliseconds: thirty days.
const MARKED_EVERY: i64 = 30 * 24 * 60 * 60 * 1_000;
/// Marks of a checkpoint: a log of ten years.
const MOST_MARKS: i64 = 122;
/// How often a log is checked whose oldest lines go beside the check: whoever has them go on and on does not keep it from
/// ending.
const MOST_CHECKS: usize = 5;

/// Chains the audit log, checks the chain, and signs where it stands.
#[derive(Debug, Clone)]
pub struct AuditChain {
    db: Db,
    clock: Clock,
    audit: Audit,
    /// For how long lines are kept.
    kept: Duration,
    signing: Arc<Signing>,
}

/// Where the chain of the audit log stood at a moment, signed by the key that signs manifests of packs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditCheckpoint {
    /// What is signed, in canonical JSON.
    pub signed: AuditCheckpointBody,
    /// The key, as the root of the packs names it by its id.
    #[schema(value_type = Object)]
    pub key: PublicKey,
    /// Its signature.
    #[schema(value_type = Object)]
    pub signature: Signature,
}

/// Where the chain of the audit log stood at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditCheckpointBody {
    /// Always `audit-checkpoint`, so that it is taken for nothing else that the key signs.
    #[serde(rename = "_type")]
    pub kind: String,
    /// Which library.
    pub library: LibraryId,
    /// How many lines were chained; 0: none yet.
    pub lines: i64,
    /// The hash of the last of them.
    pub chain: String,
    /// When it was signed.
    pub at: Timestamp,
    /// What had happened by when: lines that are removed are held against it. Older versions had none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<AuditMark>,
    /// The root that named the key: roots that somebody makes up later do not follow from it. Older versions named none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<RootName>,
}

/// A number of the chain and a moment: every line behind it happened since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditMark {
    /// The number.
    pub lines: i64,
    /// The moment.
    pub at: Timestamp,
}

impl AuditCheckpointBody {
    /// Its marks; the checkpoint itself is the last of them.
    fn all_marks(&self) -> impl Iterator<Item = AuditMark> + '_ {
        let own = AuditMark {
            lines: self.lines,
            at: self.at,
        };
        self.marks.iter().copied().chain([own])
    }
}

/// What a check of the chain came upon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChainReport {
    /// Lines that were checked.
    pub lines: i64,
    /// Lines that are too young to be chained.
    pub unchained: u64,
    /// The last line that was removed when its time was over; 0: none yet.
    pub cut: i64,
    /// What does not hold, the first of it.
    pub faults: Vec<ChainFault>,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "fault", content = "line")]
pub enum ChainFault {
    /// The line with this number is not what was chained.
    Changed(i64),
    /// No line bears this number.
    Missing(i64),
    /// The log had so many lines when the checkpoint was signed.
    CutOff(i64),
    /// The line with this number is not the one that the checkpoint was signed over.
    Rewritten(i64),
    /// The checkpoint is another library's, is not signed by a key of this one or by one that was revoked since, or the roots
    /// that name the keys do not go on from the one that it names.
    NotOurs,
    /// The lines up to this one are gone, and what says that they were kept long enough is not signed by this library, or by a
    /// key that was revoked.
    CutNotOurs(i64),
    /// The lines up to this one were removed before their time.
    CutTooEarly(i64),
}

impl AuditChain {
    pub(super) fn new(base: &Base, signing: Arc<Signing>) -> Self {
        Self {
            db: base.db.clone(),
            clock: base.clock.clone(),
            audit: base.audit.clone(),
            kept: base.rules.records_kept,
            signing,
        }
    }

    /// Chains the lines that came since the last round.
    pub async fn chain(&self) -> Result<()> {
        while self.chain_some().await? {}
        self.keep_head().await
    }

    async fn chain_some(&self) -> Result<bool> {
        self.db
            .write(async |tx| {
                // Numbers are unique, so two processes that chain at once do not fork the chain: the later one fails.
                let (mut seq, mut chain) = self.end(audit::last_chained(tx).await?).await?;
                let mut lines = audit::unchained(tx, AT_ONCE).await?;
                for line in &mut lines {
                    seq += 1;
                    chain = hash(&chain, seq, line);
                    line.seq = Some(seq);
                    line.chain = Some(chain.clone());
                }
                let is_more = lines.len() as u64 == AT_ONCE;
                audit::set_chain(tx, lines).await?;
                Ok(is_more)
            })
            .await
    }

    /// Signs where the chain stands, for those who read the whole log.
    pub async fn checkpoint(&self, actor: &Actor) -> Result<AuditCheckpoint> {
        if reach(actor, Act::ReadAuditLog)? != Reach::City {
            return Err(Refusal::NotAllowed.into());
        }
        self.audit.keep_noted(false).await?;
        // Who chains at the same moment, the job of the hour or another checkpoint, takes the numbers: then theirs are there.
        if self.chain().await.is_err() {
            self.chain().await?;
        }
        let checkpoint = self.signed_checkpoint().await?;
        let told = AuditChanges::default().set("lines", checkpoint.signed.lines);
        self.audit.exported(actor, AuditAction::AuditCheckpoint, None, &told);
        Ok(checkpoint)
    }

    /// Where the chain stands now, signed.
    async fn signed_checkpoint(&self) -> Result<AuditCheckpoint> {
        let conn = self.db.read();
        let (lines, chain) = self.end(audit::last_chained(conn).await?).await?;
        // The root is drawn with the keys.
        self.signing.root().await?;
        let signed = AuditCheckpointBody {
            kind: CHECKPOINT.to_owned(),
            library: self.library_id().await?,
            lines,
            chain,
            at: self.clock.now(),
            marks: self.marks().await?,
            root: RootChain::load(conn).await?.newest().cloned(),
        };
        let SignedStatement { signed, key, signature } = self.signing.say(signed).await?;
        Ok(AuditCheckpoint { signed, key, signature })
    }

    /// Which number was reached at the beginning of each month that the log reaches back.
    async fn marks(&self) -> Result<Vec<AuditMark>> {
        let conn = self.db.read();
        let Some(first) = audit::first_at(conn).await? else {
            return Ok(Vec::new());
        };
        let month = |number: i64| Timestamp(number.saturating_mul(MARKED_EVERY));
        let (first, last) = (first.0 / MARKED_EVERY, self.clock.now().0 / MARKED_EVERY);
        let mut marks = Vec::new();
        for number in first.max(last - MOST_MARKS) + 1..=last {
            let at = month(number);
            marks.extend(audit::number_at(conn, at).await?.map(|lines| AuditMark { lines, at }));
        }
        Ok(marks)
    }

    /// Checks the whole chain, and that it goes on from where checkpoints say it stood. Lines that the retention removes
    /// meanwhile are no faults.
    pub async fn verify(&self, checkpoints: &[AuditCheckpoint]) -> Result<ChainReport> {
        let conn = self.db.read();
        let mut cut = audit::cut(conn).await?;
        let mut checks = 1;
        loop {
            let report = self.verify_once(cut.as_ref(), checkpoints).await?;
            if report.faults.is_empty() || checks == MOST_CHECKS {
                return Ok(report);
            }
            let cut_now = audit::cut(conn).await?;
            if cut_now == cut {
                return Ok(report);
            }
            cut = cut_now;
            checks += 1;
        }
    }

    async fn verify_once(
        &self,
        cut: Option<&audit_cut::Model>,
        checkpoints: &[AuditCheckpoint],
    ) -> Result<ChainReport> {
        let conn = self.db.read();
        let roots = RootChain::load(conn).await?;
        let library = self.library_id().await?;
        // One by a key that was revoked since says nothing; the next round signs another.
        let own = self.head().await?.filter(|head| head.is_of(library, &roots));
        let all: Vec<AuditCheckpoint> = checkpoints.iter().cloned().chain(own).collect();
        let checkpoints = all.as_slice();
        let is_ours = |checkpoint: &&AuditCheckpoint| checkpoint.is_of(library, &roots);
        let mut report = ChainReport::default();
        let (mut seq, mut chain) = end_of(None);
        if let Some(row) = cut {
            report.cut = row.seq;
            report.note(self.cut_faults(row, &roots, checkpoints).await?);
            // From where it was cut the rest is checked all the same.
            (seq, chain) = self.end(None).await?;
        }
        loop {
            let lines = audit::chained_after(conn, seq, AT_ONCE).await?;
            if lines.is_empty() {
                break;
            }
            for line in lines {
                let number = line.seq.unwrap_or_default();
                report.note((seq + 1..number).map(ChainFault::Missing));
                let is_right = number == seq + 1 && line.chain.as_deref() == Some(&*hash(&chain, number, &line));
                // After a gap nobody can say: the hash covers the line that is gone.
                report.note((number == seq + 1 && !is_right).then_some(ChainFault::Changed(number)));
                report.note(checkpoints.iter().filter_map(|checkpoint| rewritten(checkpoint, &line)));
                report.lines += 1;
                seq = number;
                chain = line.chain.unwrap_or_default();
            }
        }
        report.unchained = audit::count_unchained(conn).await?;
        for checkpoint in checkpoints {
            report.note((checkpoint.signed.lines > seq).then_some(ChainFault::CutOff(checkpoint.signed.lines)));
            report.note((!is_ours(&checkpoint)).then_some(ChainFault::NotOurs));
        }
        Ok(report)
    }

    /// What is wrong with what stands in the place of the oldest lines.
    async fn cut_faults(
        &self,
        row: &audit_cut::Model,
        roots: &RootChain,
        checkpoints: &[AuditCheckpoint],
    ) -> Result<Vec<ChainFault>> {
        let Some(cut) = self.present_cut().await? else {
            return Ok(vec![ChainFault::CutNotOurs(row.seq)]);
        };
        let mut faults = cut.signed.faults(checkpoints);
        let is_ours = cut.signed.is_of(self.library_id().await?) && roots.believes(&cut);
        if cut.signed.lines != row.seq || !is_ours {
            faults.push(ChainFault::CutNotOurs(row.seq));
        }
        Ok(faults)
    }

    async fn library_id(&self) -> Result<LibraryId> {
        Ok(library::load(self.db.read()).await?.id)
    }
}

/// What a checkpoint is called in what is signed.
const CHECKPOINT: &str = "audit-checkpoint";

impl AuditCheckpoint {
    /// Whether it is a checkpoint of a library with these roots. It names one of them: whoever owns the machine can make up
    /// roots of their own, and name any key in them.
    fn is_of(&self, library: LibraryId, roots: &RootChain) -> bool {
        let said = SignedStatement {
            signed: &self.signed,
            key: self.key.clone(),
            signature: self.signature.clone(),
        };
        let is_checkpoint = self.signed.kind == CHECKPOINT && self.signed.library == library;
        let is_rooted = self.signed.root.as_ref().is_none_or(|root| roots.holds(root));
        is_checkpoint && is_rooted && roots.believes(&said)
    }
}

impl ChainReport {
    fn note(&mut self, faults: impl IntoIterator<Item = ChainFault>) {
        let room = MOST_FAULTS.saturating_sub(self.faults.len());
        self.faults.extend(faults.into_iter().take(room));
    }
}

fn rewritten(checkpoint: &AuditCheckpoint, line: &Model) -> Option<ChainFault> {
    let is_it = line.seq == Some(checkpoint.signed.lines);
    let is_other = line.chain.as_deref() != Some(&checkpoint.signed.chain);
    (is_it && is_other).then_some(ChainFault::Rewritten(checkpoint.signed.lines))
}

/// The number and the hash of the last line of the chain.
fn end_of(last: Option<Model>) -> (i64, String) {
    last.map_or((0, String::new()), |line| {
        (line.seq.unwrap_or_default(), line.chain.unwrap_or_default())
    })
}

/// The hash of a line and, through `before`, of all lines before it: SHA-256 over the JSON of both in one array.
fn hash(before: &str, seq: i64, line: &Model) -> String {
    let mut told = vec![
        json!(before),
        json!(seq),
        json!(line.id),
        json!(line.at.0),
        json!(line.account_id),
        json!(line.actor),
        json!(line.school_id),
        json!(line.action),
        json!(line.subject),
        json!(line.subject_title),
        json!(line.outcome),
        json!(line.address),
    ];
    // Lines that older versions chained have neither, and are hashed as they were.
    if line.changes.is_some() || line.times.is_some() {
        told.extend([json!(line.changes), json!(line.times)]);
    }
    let told = serde_json::Value::Array(told).to_string();
    Sha256::from_bytes(sha2::Sha256::digest(told).into()).hex()
}
