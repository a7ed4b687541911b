//! Work for other machines: they claim it over HTTP by the same leases as the processes of the library do, read what it is
//! about, and send back what came of it. Without access to the database or the store, and believed no more than a stranger.
//!
//! A machine is known by its token and its name. It is gone when its token is: its next request is refused, and what it
//! had claimed is taken up by others when the lease ends.

use crate::actor::{Actor, Member};
use crate::db::{content, entity, jobs, workers};
use crate::domain::audit::AuditAction;
use crate::domain::authority::{Act, Reach};
use crate::domain::id::{ProcessId, Sha256, TokenId, WorkClaimId, WorkerId};
use crate::domain::job::JobKind;
use crate::domain::time::Timestamp;
use crate::domain::work::{WORK_LEASE, WorkAskForm, WorkKind, WorkOrder, WorkResult, Worker};
use crate::error::{Error, Refusal, Result, Thing};
use crate::library::authority::{expect_city, reach, who_may};
use crate::library::jobs::Jobs;
use crate::library::jobs::runner::count_ended;
use crate::library::reading::ocr::OCR_MODEL;
use crate::library::resources::download::Original;
use crate::library::texts::parse_subject;

/// Machines that one token may name: a school's computer room, and a few more.
const MOST_WORKERS: u64 = 200;
/// Jobs that turn out to be done already which one request looks at.
const MOST_LOOKED_AT: usize = 20;
/// What a machine did is counted over this long.
const A_DAY: std::time::Duration = std::time::Duration::from_hours(24);
/// Claims are kept so long, and their results are known again.
const CLAIMS_KEPT: std::time::Duration = std::time::Duration::from_hours(72);
/// Work whose result was refused rests so long, so that the same machine does not spoil it on the spot.
const AFTER_REFUSAL: std::time::Duration = std::time::Duration::from_secs(30);

const DONE: &str = "done";
const FAILED: &str = "failed";
const REFUSED: &str = "refused";
const GIVEN_BACK: &str = "given-back";

impl Jobs {
    /// Claims a piece of work for another machine; none where nothing waits that it can do and may see.
    pub async fn claim_work(&self, actor: &Actor, form: WorkAskForm) -> Result<Option<WorkOrder>> {
        let token = token_of(actor)?;
        let school = match reach(actor, Act::Work)? {
            Reach::City => None,
            Reach::School(school) => Some(school),
        };
        if form.kinds.contains(&WorkKind::Ocr) && form.ocr_model != Some(OCR_MODEL) {
            return Err(Refusal::OtherOcrModel { ours: OCR_MODEL }.into());
        }
        if form.kinds.contains(&WorkKind::Speech) {
            self.reading.is_heard_elsewhere();
        }
        let kinds: Vec<JobKind> = form
            .kinds
            .iter()
            .filter(|kind| **kind != WorkKind::Ocr || self.reading.takes_pages())
            .map(|kind| kind.job())
            .collect();
        let worker = self.note_worker(actor, token, form).await?;
        if kinds.is_empty() {
            return Ok(None);
        }
        for _ in 0..MOST_LOOKED_AT {
            let id = WorkClaimId::new();
            let name = lease_name(worker, id);
            let ahead = self.clock.ahead();
            let claimed = self
                .db
                .write(async |tx| jobs::claim_as(tx, name.clone(), WORK_LEASE, ahead, (&kinds, school)).await)
                .await?;
            let Some(job) = claimed else { return Ok(None) };
            if let Some(order) = self.order(worker, id, &job).await? {
                return Ok(Some(order));
            }
        }
        Ok(None)
    }

    /// Notes a machine as it says it is. The first time stands in the audit log.
    async fn note_worker(&self, actor: &Actor, token: TokenId, form: WorkAskForm) -> Result<WorkerId> {
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                let known = workers::named(tx, token, &form.name).await?;
                if known.is_none() {
                    workers::forget_without_token(tx).await?;
                    if workers::count_of(tx, token).await? >= MOST_WORKERS {
                        let (thing, limit) = (Thing::Worker, MOST_WORKERS);
                        return Err(Refusal::LimitReached { thing, limit }.into());
                    }
                    self.audit
                        .record(tx, actor, AuditAction::WorkerJoin, Some(form.name.clone()))
                        .await?;
                }
                let row = entity::worker::Model {
                    id: known.as_ref().map_or_else(WorkerId::new, |row| row.id),
                    token_id: token,
                    name: form.name.clone(),
                    kinds: WorkKind::codes(&form.kinds),
                    version: form.version.clone(),
                    created_at: known.map_or(now, |row| row.created_at),
                    seen_at: now,
                };
                let id = row.id;
                workers::upsert(tx, row).await?;
                Ok(id)
            })
            .await
    }

    /// What a machine is to do by a job that was claimed for it; none where there is nothing to do, and then the job has ended.
    async fn order(&self, worker: WorkerId, id: WorkClaimId, job: &entity::job::Model) -> Result<Option<WorkOrder>> {
        if jobs::ends_processes(job) {
            return self.put_aside(job).await.map(|()| None);
        }
        match self.try_order(worker, id, job).await {
            Ok(Some(order)) => Ok(Some(order)),
            Ok(None) => self
                .db
                .write(async |tx| jobs::finish(tx, job).await)
                .await
                .map(|()| None),
            Err(error) => self.put_off(job, &error).await.map(|()| None),
        }
    }

    async fn try_order(
        &self,
        worker: WorkerId,
        id: WorkClaimId,
        job: &entity::job::Model,
    ) -> Result<Option<WorkOrder>> {
        let kind = WorkKind::ALL.into_iter().find(|kind| kind.job().code() == job.kind);
        let Some((kind, (sha256, read_as))) = kind.zip(parse_subject(&job.subject)) else {
            return Err(Error::unexpected(anyhow::anyhow!(
                "job `{}` is no work for others",
                job.id
            )));
        };
        let Some(blob) = self.reading.content_row(&sha256).await? else {
            return Ok(None);
        };
        let page = match kind {
            WorkKind::Ocr => self.reading.page_for(job, &sha256, read_as).await?,
            WorkKind::Speech => None,
        };
        let is_due = match kind {
            WorkKind::Ocr => page.is_some(),
            WorkKind::Speech => self.reading.is_to_be_heard(&sha256, read_as).await?,
        };
        if !is_due {
            return Ok(None);
        }
        let now = self.clock.now();
        let claim = entity::work_claim::Model {
            id,
            worker_id: worker,
            kind: kind.code().to_owned(),
            sha256: sha256.clone(),
            read_as,
            page,
            claimed_at: now,
            ended_at: None,
            outcome: None,
            result_sha256: None,
        };
        self.db
            .write(async |tx| workers::add_claim(tx, claim.clone(), now.minus(CLAIMS_KEPT)).await)
            .await?;
        Ok(Some(WorkOrder {
            id,
            kind,
            read_as,
            page: page.and_then(|page| u32::try_from(page).ok()),
            size_bytes: u64::try_from(blob.size).unwrap_or(0),
            sha256,
            lease_secs: WORK_LEASE.as_secs(),
        }))
    }

    /// The bytes that a claim is about, while it holds.
    pub async fn work_content(&self, actor: &Actor, id: WorkClaimId) -> Result<Original> {
        let (claim, _) = self.held(actor, id).await?;
        let blob = content::blob(self.db.read(), &claim.sha256).await?;
        let blob = blob.ok_or(Refusal::NoSuch(Thing::File))?;
        Original::of(&blob, "content", "application/octet-stream")
    }

    /// Makes a claim last on.
    pub async fn extend_work(&self, actor: &Actor, id: WorkClaimId) -> Result<()> {
        let (claim, job) = self.held(actor, id).await?;
        let (now, ahead) = (self.clock.now(), self.clock.ahead());
        let holds = self
            .db
            .write(async |tx| {
                workers::seen(tx, claim.worker_id, now).await?;
                jobs::extend(tx, &job, WORK_LEASE, ahead).await
            })
            .await?;
        holds.then_some(()).ok_or_else(|| Refusal::WorkClaimOver.into())
    }

    /// Gives a piece of work back undone.
    pub async fn give_work_back(&self, actor: &Actor, id: WorkClaimId) -> Result<()> {
        let (claim, job) = self.held(actor, id).await?;
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                workers::end_claim(tx, claim.id, GIVEN_BACK, None, now).await?;
                jobs::give_back(tx, &job).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Takes what came of a piece of work: once, however often it is sent. `sha256` is that of its bytes.
    pub async fn take_result(&self, actor: &Actor, id: WorkClaimId, result: WorkResult, sha256: &Sha256) -> Result<()> {
        let claim = self.claim_of(actor, id).await?;
        if claim.outcome.is_some() && claim.result_sha256 == Some(sha256.hex()) {
            return Ok(());
        }
        let (claim, job) = self.held(actor, id).await?;
        // Keeping it takes its time, too.
        self.extend_work(actor, id).await?;
        let outcome = match self.keep_result(&claim, &job, result).await {
            Ok(outcome) => outcome,
            Err(Error::Refused(refusal)) if matches!(*refusal, Refusal::BadWorkResult { .. }) => {
                self.refuse_result(&claim, &job, &refusal).await?;
                return Err(Error::Refused(refusal));
            }
            // The machine may send it again.
            Err(error) => return Err(error),
        };
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                workers::end_claim(tx, claim.id, outcome, Some(&sha256.hex()), now).await?;
                jobs::finish(tx, &job).await
            })
            .await?;
        count_ended(&job, DONE);
        self.signals.wake();
        Ok(())
    }

    /// Puts a piece of work back whose result is no result at all.
    pub async fn refuse_unread(&self, actor: &Actor, id: WorkClaimId, why: String) -> Result<()> {
        let (claim, job) = self.held(actor, id).await?;
        let refusal = Refusal::BadWorkResult { detail: why };
        self.refuse_result(&claim, &job, &refusal).await?;
        Err(refusal.into())
    }

    async fn keep_result(
        &self,
        claim: &entity::work_claim::Model,
        job: &entity::job::Model,
        result: WorkResult,
    ) -> Result<&'static str> {
        let page = claim.page.and_then(|page| u32::try_from(page).ok());
        if result.kind().code() != claim.kind || result.page() != page {
            return Err(bad("it is of other work than was claimed"));
        }
        result.expect_fair(claim.read_as).map_err(bad)?;
        let (sha256, read_as) = (&claim.sha256, claim.read_as);
        let page = (sha256, read_as, claim.page.unwrap_or(0));
        match result {
            WorkResult::Read { lines, .. } => {
                self.reading.keep_remote_page(job, page, Ok(lines)).await?;
                Ok(DONE)
            }
            WorkResult::Unread { fault, .. } => {
                self.reading.keep_remote_page(job, page, Err(fault)).await?;
                Ok(FAILED)
            }
            WorkResult::Heard { heard_by, subtitles } => {
                let lines = self.reading.remote_lines(subtitles).await?;
                let lines = lines.map_err(|_| bad("`subtitles` are no WebVTT"))?;
                self.reading
                    .keep_remote_speech(sha256, read_as, Ok((lines, heard_by)))
                    .await?;
                Ok(DONE)
            }
            WorkResult::Unheard { fault } => {
                self.reading.keep_remote_speech(sha256, read_as, Err(fault)).await?;
                Ok(FAILED)
            }
        }
    }

    /// Puts work back whose result is not as our own programs answer: nobody's attempt is counted for it.
    async fn refuse_result(
        &self,
        claim: &entity::work_claim::Model,
        job: &entity::job::Model,
        refusal: &Refusal,
    ) -> Result<()> {
        tracing::warn!("the result of work claim {} was refused: {refusal:?}", claim.id);
        let (now, ahead) = (self.clock.now(), self.clock.ahead());
        self.db
            .write(async |tx| {
                workers::end_claim(tx, claim.id, REFUSED, None, now).await?;
                jobs::postpone(tx, job, "another machine sent a wrong result", AFTER_REFUSAL, ahead).await
            })
            .await?;
        count_ended(job, REFUSED);
        Ok(())
    }

    /// A claim of the machine that asks, whether it holds or not.
    async fn claim_of(&self, actor: &Actor, id: WorkClaimId) -> Result<entity::work_claim::Model> {
        let token = token_of(actor)?;
        let claim = workers::claim(self.db.read(), token, id).await?;
        claim.ok_or_else(|| Refusal::NoSuch(Thing::WorkClaim).into())
    }

    /// The same with its job, if it holds.
    async fn held(&self, actor: &Actor, id: WorkClaimId) -> Result<(entity::work_claim::Model, entity::job::Model)> {
        let claim = self.claim_of(actor, id).await?;
        let job = jobs::held_by(self.db.read(), &lease_name(claim.worker_id, id)).await?;
        let job = job.filter(|_| claim.outcome.is_none()).ok_or(Refusal::WorkClaimOver)?;
        Ok((claim, job))
    }

    /// The machines that help, the last seen first, with what they did lately.
    pub async fn workers(&self, actor: &Actor) -> Result<Vec<Worker>> {
        expect_city(actor, Act::Oversee)?;
        let since = self.clock.now().minus(A_DAY);
        let mut shown = Vec::new();
        for found in workers::list(self.db.read()).await? {
            shown.push(self.shown(found, since).await?);
        }
        Ok(shown)
    }

    async fn shown(
        &self,
        (row, token, account): (entity::worker::Model, entity::token::Model, entity::account::Model),
        since: Timestamp,
    ) -> Result<Worker> {
        let claims = workers::claims_since(self.db.read(), row.id, since).await?;
        let count = |kind: Option<WorkKind>, outcome: &str| {
            let counted = claims
                .iter()
                .filter(|(of, came)| kind.is_none_or(|kind| kind.code() == of) && came.as_deref() == Some(outcome));
            counted.count() as u64
        };
        let begins = format!("{}/", row.id);
        Ok(Worker {
            id: row.id,
            account: account.name,
            role: account.role,
            token: token.name,
            kinds: row.kinds.split(',').filter_map(WorkKind::of_code).collect(),
            version: row.version,
            seen_at: row.seen_at,
            running: jobs::count_held(self.db.read(), &begins).await?,
            pages: count(Some(WorkKind::Ocr), DONE),
            films: count(Some(WorkKind::Speech), DONE),
            refused: count(None, REFUSED),
            name: row.name,
        })
    }

    /// Sends a machine away: its token is withdrawn, with all machines that show it, and what they are at is taken up by
    /// others at once.
    pub async fn drop_worker(&self, actor: &Actor, id: WorkerId) -> Result<()> {
        who_may(actor, Act::Operate)?;
        self.db
            .write(async |tx| {
                let row = workers::find(tx, id).await?.ok_or(Refusal::NoSuch(Thing::Worker))?;
                for gone in workers::remove_with_token(tx, row.token_id).await? {
                    jobs::end_claims(tx, ProcessId(gone.0)).await?;
                }
                self.audit
                    .record(tx, actor, AuditAction::WorkerDrop, Some(row.name))
                    .await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }
}

/// The token of a machine that may work. Who signed in with a password is none.
fn token_of(actor: &Actor) -> Result<TokenId> {
    let member: &Member = who_may(actor, Act::Work)?;
    member.token_id.ok_or_else(|| Refusal::NotAllowed.into())
}

/// The name of the lease by which a machine holds a job, as processes have theirs.
fn lease_name(worker: WorkerId, claim: WorkClaimId) -> String {
    format!("{worker}/{claim}")
}

fn bad(what: &str) -> Error {
    let detail = what.to_owned();
    Refusal::BadWorkResult { detail }.into()
}
