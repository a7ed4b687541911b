//! Reading: the text of each content is taken out once, in a child process, and kept as a derived object, so that an
//! index can be built again without reading anything twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use metrics::{counter, histogram};
use sea_orm::{ActiveEnum as _, ConnectionTrait};
use sha2::Digest as _;
use tokio::sync::mpsc;

use super::caught::caught;
use super::{Library, edit};
use crate::actor::Actor;
use crate::blob::{self, BlobError, BlobKey, DerivedKey};
use crate::db::changes::{self, NewChange};
use crate::db::content::KeptText;
use crate::db::{content, derived, entity, jobs, resources};
use crate::domain::backup::{SHARDS, shard_digits};
use crate::domain::change::ChangeKind;
use crate::domain::file::{Kind, Report, State};
use crate::domain::film::PLAYED;
use crate::domain::id::{Id, Sha256};
use crate::domain::passage::Passage;
use crate::error::{Error, Result};
use crate::extract::Outcome;
use crate::library::objects::integrity::{Kept, is_damage, is_made_again};
use crate::telemetry::{field, metric};

/// Raised when readers improve enough to read everything again.
pub const READER_VERSION: u32 = 1;
/// Raised when pages of Office files come out better.
const PAGES_VERSION: u32 = 1;
/// A claim lasts this long without a sign of life: after a crash somebody else takes the work up.
const LEASE: Duration = Duration::from_secs(30);
/// Signs of life come this often.
const BEAT: Duration = Duration::from_secs(10);
/// The largest content that is fetched to be read, in bytes.
pub(super) const MAX_READ_BYTES: u64 = 16 << 30;
/// What stands on something that is away is tried again after this long.
const AFTER_OUTAGE: Duration = Duration::from_secs(30);
/// The first retry comes after this long; each later one after twice as long.
const RETRY: Duration = Duration::from_secs(5);

/// What a reading job is about: `<sha256>:<kind>`.
pub(crate) fn subject(sha256: &Sha256, kind: Kind) -> String {
    format!("{sha256}:{}", kind_name(kind))
}

fn kind_name(kind: Kind) -> String {
    kind.to_value()
}

pub(super) fn parse_subject(subject: &str) -> Option<(Sha256, Kind)> {
    let (sha256, kind) = subject.split_once(':')?;
    Some((sha256.parse().ok()?, Kind::try_from_value(&kind.to_owned()).ok()?))
}

/// Whether an object is pages that an Office file was turned into.
pub(super) fn is_of_pages(key: &DerivedKey) -> bool {
    key.kind().starts_with("pages")
}

/// The reading that makes an object.
pub(super) fn subject_of(key: &DerivedKey) -> Option<String> {
    let kind = key.kind().strip_prefix("passages-")?;
    Some(format!("{}:{kind}", key.sha256))
}

/// Where the passages of a content, read as a kind, are.
pub(super) fn passages_key(sha256: &Sha256, kind: Kind) -> DerivedKey {
    DerivedKey::new(sha256.clone(), &format!("passages-{}", kind_name(kind)), READER_VERSION)
}

/// Everything that is made of a content, taken for a kind.
pub(super) fn made_of(sha256: &Sha256, kind: Kind) -> [DerivedKey; 3] {
    let pages = |what: &str| DerivedKey::new(sha256.clone(), &format!("{what}-{}", kind_name(kind)), PAGES_VERSION);
    [passages_key(sha256, kind), pages("pages"), pages("pages-text")]
}

fn count_ended(job: &entity::job::Model, outcome: &'static str) {
    counter!(metric::JOBS_FINISHED, "kind" => job.kind.clone(), "outcome" => outcome).increment(1);
}

impl Library {
    /// Claims one piece of work and does it; says whether there was any.
    ///
    /// `stop` ends the work early: it is given back unharmed.
    pub async fn work_once(&self, stop: impl Future<Output = ()>) -> Result<bool> {
        let turn = Arc::clone(&self.filming).try_acquire_owned();
        let kinds = self.kinds(turn.is_ok());
        let claimed = self
            .db
            .write(async |tx| jobs::claim(tx, self.process, LEASE, self.clock.ahead(), &kinds).await)
            .await?;
        let Some(job) = claimed else { return Ok(false) };
        // Kept by whoever makes a film, and by nobody else.
        let _turn = turn.ok().filter(|_| job.kind == jobs::FILM);
        if jobs::ends_processes(&job) {
            return self.put_aside(&job).await.map(|()| true);
        }
        let done = tokio::select! {
            done = caught(self.act(&job)) => done,
            lost = self.keep_claim(&job) => lost,
            () = stop => {
                self.db.write(async |tx| jobs::give_back(tx, &job).await).await?;
                return Ok(true);
            }
        };
        match done {
            Ok(()) => count_ended(&job, "done"),
            Err(error) => self.put_off(&job, &error).await?,
        }
        Ok(true)
    }

    /// The kinds of work that this process does. Others do what it has no program for, what it does not know, and a second
    /// film at a time.
    fn kinds(&self, has_turn: bool) -> Vec<&'static str> {
        let mut kinds = vec![jobs::EXTRACT, jobs::REINDEX, jobs::BUILD_PACK, jobs::RENEW_PACK];
        kinds.extend(self.office.is_some().then_some(jobs::RENDER));
        kinds.extend((has_turn && self.film_maker.is_some()).then_some(jobs::FILM));
        kinds
    }

    /// Asks for what a reading made to be made again.
    pub(super) async fn read_again(&self, key: &DerivedKey) -> Result<()> {
        let subjects = subject_of(key).into_iter().collect();
        self.db
            .write(async |tx| jobs::enqueue(tx, jobs::EXTRACT, subjects, self.clock.now()).await)
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// Asks for every file to be read again, because readers read more than they did; returns how many. One a second is due,
    /// so that new files hardly wait. What was read before is found until then.
    pub async fn read_all_again(&self) -> Result<u64> {
        let mut asked = 0;
        for shard in 0..SHARDS {
            let read = content::read_under(self.db.read(), &shard_digits(shard)).await?;
            let subjects: Vec<String> = read.iter().map(|(sha256, kind)| subject(sha256, *kind)).collect();
            let (count, after) = (subjects.len() as u64, Duration::from_secs(asked));
            self.db
                .write(async |tx| jobs::enqueue_later(tx, jobs::EXTRACT, subjects, after, self.clock.now()).await)
                .await?;
            asked += count;
        }
        self.signals.wake();
        Ok(asked)
    }

    /// Keeps a claim while the work goes on; ends only when the claim is lost. A database that is away for a moment does not
    /// end the work: the claim lasts longer than that.
    async fn keep_claim(&self, job: &entity::job::Model) -> Result<()> {
        let mut beat = tokio::time::interval(BEAT);
        let mut kept_at = tokio::time::Instant::now();
        loop {
            beat.tick().await;
            let asked_at = tokio::time::Instant::now();
            let ahead = self.clock.ahead();
            match self
                .db
                .write(async |tx| jobs::extend(tx, job, LEASE, ahead).await)
                .await
            {
                Ok(true) => kept_at = asked_at,
                Ok(false) => return Err(Error::unexpected(anyhow::anyhow!("somebody else took the job over"))),
                Err(error) if kept_at.elapsed() < LEASE => tracing::warn!("a claim could not be extended: {error:?}"),
                // Somebody else may take it over from now on.
                Err(error) => return Err(error),
            }
        }
    }

    async fn act(&self, job: &entity::job::Model) -> Result<()> {
        if job.kind == jobs::REINDEX {
            // An older version's way to ask for it.
            self.demand_reindex().await?;
            return self.db.write(async |tx| jobs::finish(tx, job).await).await;
        }
        if job.kind == jobs::BUILD_PACK {
            self.build_pack(&job.subject).await?;
            return self.db.write(async |tx| jobs::finish(tx, job).await).await;
        }
        if job.kind == jobs::RENEW_PACK {
            self.renew_pack(&job.subject).await?;
            return self.db.write(async |tx| jobs::finish(tx, job).await).await;
        }
        match (job.kind.as_str(), parse_subject(&job.subject)) {
            (jobs::EXTRACT, Some((sha256, kind))) => self.read(job, &sha256, kind).await,
            (jobs::RENDER, Some((sha256, kind))) => {
                self.make_pages(&sha256, kind).await?;
                self.db.write(async |tx| jobs::finish(tx, job).await).await
            }
            (jobs::FILM, Some((sha256, _))) => {
                self.make_film(&sha256).await?;
                self.db.write(async |tx| jobs::finish(tx, job).await).await
            }
            _ => Err(Error::unexpected(anyhow::anyhow!(
                "job `{}` of kind `{}` is not known",
                job.id,
                job.kind
            ))),
        }
    }

    async fn put_off(&self, job: &entity::job::Model, error: &Error) -> Result<()> {
        tracing::warn!(
            { field::JOB_ID } = %job.id,
            { field::JOB_KIND } = job.kind,
            { field::JOB_ATTEMPTS } = job.attempts,
            "job {} failed: {error:?}",
            job.id
        );
        let why = format!("{error:?}");
        let ahead = self.clock.ahead();
        if error.is_passing() && !self.objects.is_of_one_object(error).await {
            // However long the store is away, no text is given up for it.
            return self
                .db
                .write(async |tx| jobs::postpone(tx, job, &why, AFTER_OUTAGE, ahead).await)
                .await;
        }
        let doublings = u32::try_from(jobs::failures(job)).unwrap_or(0).min(10);
        let rest = RETRY * 2_u32.pow(doublings);
        let last = jobs::failures(job) >= jobs::MAX_ATTEMPTS;
        let is_ours = self
            .db
            .write(async |tx| {
                let is_ours = jobs::fail(tx, job, &why, rest, ahead).await?;
                if last && is_ours {
                    self.give_up_on(tx, job).await?;
                }
                Ok(is_ours)
            })
            .await?;
        if is_ours {
            count_ended(job, if last { "dead" } else { "failed" });
        }
        Ok(())
    }

    /// Puts a job aside that took its process with it too often.
    async fn put_aside(&self, job: &entity::job::Model) -> Result<()> {
        tracing::error!(
            { field::JOB_ID } = %job.id,
            { field::JOB_KIND } = job.kind,
            "job {} is put aside: its process ended each time",
            job.id
        );
        let why = format!("the process ended {} times while it was at this job", job.lost);
        let is_ours = self
            .db
            .write(async |tx| {
                let is_ours = jobs::put_aside(tx, job, &why, self.clock.now()).await?;
                if is_ours {
                    self.give_up_on(tx, job).await?;
                }
                Ok(is_ours)
            })
            .await?;
        if is_ours {
            count_ended(job, "dead");
        }
        Ok(())
    }

    /// Says of what a job was about that nothing comes of it, until somebody tries the job again.
    async fn give_up_on(&self, tx: &impl ConnectionTrait, job: &entity::job::Model) -> Result<()> {
        if job.kind == jobs::BUILD_PACK {
            return super::pack::give_up(tx, &job.subject).await;
        }
        let Some((sha256, kind)) = parse_subject(&job.subject).filter(|_| job.kind == jobs::EXTRACT) else {
            return Ok(());
        };
        let report = Report {
            detail: Some("the service could not read it".to_owned()),
            ..Report::default()
        };
        content::set_extraction(tx, &sha256, kind, State::Failed, Some(report), self.clock.now()).await
    }

    /// Takes up what processes that have ended were at, instead of waiting until their claims end.
    pub async fn take_over_from(&self, ended: &[Id]) -> Result<()> {
        for process in ended {
            let taken = self.db.write(async |tx| jobs::end_claims(tx, *process).await).await?;
            if taken > 0 {
                tracing::info!("taking up {taken} jobs of a process that has ended");
            }
        }
        self.signals.wake();
        Ok(())
    }

    /// Reads a content, keeps its passages, and says so in the change log.
    async fn read(&self, job: &entity::job::Model, sha256: &Sha256, kind: Kind) -> Result<()> {
        let Some(blob) = content::blob(self.db.read(), sha256).await? else {
            // Collected meanwhile: nobody refers to it any more.
            return self.db.write(async |tx| jobs::finish(tx, job).await).await;
        };
        let now = self.clock.now();
        self.db
            .write(async |tx| content::set_extraction(tx, sha256, kind, State::Extracting, None, now).await)
            .await?;
        let (outcome, text, made) = match self.extract(&blob, kind).await {
            Ok(read) => read,
            Err(error) if is_damage(&error) => return self.read_in_vain(job, sha256, kind).await,
            Err(error) => return Err(error),
        };
        self.db
            .write(async |tx| {
                let now = self.clock.now();
                derived::put(tx, made).await?;
                content::set_extraction(tx, sha256, kind, outcome.state, Some(outcome.report), now).await?;
                content::set_text(tx, sha256, kind, &text).await?;
                jobs::finish(tx, job).await?;
                if self.film_maker.is_some() && PLAYED.contains(&kind) {
                    jobs::enqueue(tx, jobs::FILM, vec![job.subject.clone()], now).await?;
                }
                let holders = resources::resources_with(tx, sha256, Some(kind)).await?;
                let read = holders.iter().map(|row| NewChange {
                    at: now,
                    resource_id: row.id,
                    kind: ChangeKind::Text,
                    seen_before: edit::audiences(row),
                    seen_after: edit::audiences(row),
                });
                changes::append(tx, read.collect()).await
            })
            .await?;
        self.signals.wake();
        Ok(())
    }

    /// A content that is lost or damaged cannot be read; it is read when right bytes come again.
    async fn read_in_vain(&self, job: &entity::job::Model, sha256: &Sha256, kind: Kind) -> Result<()> {
        let report = Report {
            detail: Some("its bytes are lost or damaged in the store; upload the same file again".to_owned()),
            ..Report::default()
        };
        let now = self.clock.now();
        self.db
            .write(async |tx| {
                content::set_extraction(tx, sha256, kind, State::Failed, Some(report), now).await?;
                jobs::finish(tx, job).await
            })
            .await
    }

    /// Runs the reader and stores its passages as they come.
    async fn extract(
        &self,
        blob: &entity::blob::Model,
        kind: Kind,
    ) -> Result<(Outcome, KeptText, entity::derived::Model)> {
        let file = self.objects.open_right(&Kept::copy(blob)?).await?;
        let (lines, mut arriving) = mpsc::unbounded_channel();
        let reading = async {
            let sink = |passage: Passage| {
                // The reader bounds how much text it sends; a receiver that is gone shows in the other branch.
                let _ = lines.send(line(&passage));
            };
            let began = Instant::now();
            let outcome = self.extractor.extract(file, kind, sink).await;
            drop(lines);
            histogram!(
                metric::EXTRACT_SECONDS,
                "kind" => kind_name(kind),
                "outcome" => outcome.state.to_value(),
            )
            .record(began.elapsed());
            outcome
        };
        let body = futures_util::stream::poll_fn(|context| arriving.poll_recv(context).map(|line| line.map(Ok)));
        let key = passages_key(&blob.sha256, kind);
        let (outcome, made) = tokio::join!(reading, self.objects.put_derived(&key, body));
        let made = made?;
        let text = KeptText {
            bytes: u64::try_from(made.size).unwrap_or(0),
            sha256: made.sha256.clone(),
        };
        Ok((with_reason(outcome), text, made))
    }

    /// What the passages of a content are as they are kept. Those that older versions read are measured now; none where
    /// nothing is kept.
    pub(super) async fn kept_text(&self, read: &entity::extraction::Model) -> Result<Option<KeptText>> {
        if let (Some(sha256), Some(bytes)) = (&read.text_sha256, read.text_bytes) {
            return Ok(Some(KeptText {
                sha256: sha256.clone(),
                bytes: u64::try_from(bytes).unwrap_or(0),
            }));
        }
        let key = passages_key(&read.sha256, read.kind);
        let size = match self.blobs.size(&key).await {
            Ok(size) => size,
            Err(BlobError::Missing { .. }) => return Ok(None),
            Err(error) => return Err(Error::unexpected(error)),
        };
        let began = self.clock.now();
        let mut tally = sha2::Sha256::new();
        let mut body = self.blobs.read(&key, 0..size).await.map_err(Error::unexpected)?;
        while let Some(bytes) = body.try_next().await.map_err(Error::unexpected)? {
            tally.update(&bytes);
        }
        let text = KeptText {
            bytes: size,
            sha256: Sha256::from_bytes(tally.finalize().into()),
        };
        let made = entity::derived::Model {
            key: key.to_string(),
            content: read.sha256.clone(),
            sha256: text.sha256.clone(),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            verified_at: began,
        };
        self.db
            .write(async |tx| {
                derived::put(tx, made).await?;
                content::set_text(tx, &read.sha256, read.kind, &text).await
            })
            .await?;
        Ok(Some(text))
    }

    /// A file's passages, as they were read. Whoever shows them goes through [`Library::or_lose`].
    pub(crate) async fn stored_passages(
        &self,
        actor: &Actor,
        sha256: &Sha256,
        kind: Kind,
    ) -> Result<impl Stream<Item = Result<Passage>> + use<>> {
        let lines = self.made_lines(actor, &passages_key(sha256, kind)).await?;
        Ok(lines.and_then(async |line: String| serde_json::from_str(&line).map_err(Error::unexpected)))
    }

    /// The lines of a text that was made from a content; none where it is lost or damaged, and will be made again.
    pub(super) async fn made_lines(
        &self,
        actor: &Actor,
        key: &DerivedKey,
    ) -> Result<BoxStream<'static, Result<String>>> {
        let Some(row) = derived::find(self.db.read(), &key.to_string()).await? else {
            // An older version made it, and nobody has hashed it yet.
            return match self.blobs.read_derived(key).await {
                Ok(lines) => Ok(lines.map_err(Error::unexpected).boxed()),
                Err(BlobError::Missing { .. }) => Ok(futures_util::stream::empty().boxed()),
                Err(error) => Err(Error::unexpected(error)),
            };
        };
        let kept = Kept::made(key.clone(), &row);
        match self.objects.give(&kept, 0..kept.size, Some(actor)).await {
            Ok(given) => Ok(blob::lines(given.body, key.to_string())
                .map_err(Error::unexpected)
                .boxed()),
            Err(error) if is_made_again(&error) => Ok(futures_util::stream::empty().boxed()),
            Err(error) => Err(error),
        }
    }

    /// A page of a file's passages, from the one numbered `from` (counted from 0).
    pub async fn passages(&self, actor: &Actor, file: Id, from: usize, limit: usize) -> Result<(Vec<Passage>, bool)> {
        let (file, _) = self.visible_file(actor, file).await?;
        let looked = async {
            let passages = self.stored_passages(actor, &file.sha256, file.kind).await?;
            passages.skip(from).take(limit + 1).try_collect().await
        };
        let mut page: Vec<Passage> = self.or_lose(&file, looked.await).await?;
        let more = page.len() > limit;
        page.truncate(limit);
        Ok((page, more))
    }
}

/// A file without text says why, whatever its reader had to say.
fn with_reason(mut outcome: Outcome) -> Outcome {
    let report = &mut outcome.report;
    if outcome.state == State::NoText && report.fault.is_none() && report.detail.is_none() {
        report.detail = Some("read to its end; it holds no text".to_owned());
    }
    outcome
}

pub(super) fn line(passage: &Passage) -> Bytes {
    let mut text = serde_json::to_vec(passage).unwrap_or_default();
    text.push(b'\n');
    text.into()
}

/// Where a content's object is.
pub(crate) fn blob_key(row: &entity::blob::Model) -> Result<BlobKey> {
    key_of(row.sha256.clone(), &row.generation)
}

/// Where an object of a content is that was kept under some word.
pub(crate) fn key_of(sha256: Sha256, generation: &str) -> Result<BlobKey> {
    let generation = generation
        .parse()
        .map_err(|_| anyhow::anyhow!("the generation of `{sha256}` is no word"))?;
    Ok(BlobKey { sha256, generation })
}
