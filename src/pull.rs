//! Pack client: fetches what is missing from a hub over plain HTTP and switches folders when all of it is whole.
//!
//! | room | what it is for |
//! |---|---|
//! | [`source`] | where a pack comes from, and what is believed of it |
//! | [`fetch`] | resumable downloads of files |
//! | [`change_preview`] | what changes from one version to the next |
//! | [`folder`] | the folder that it is pulled into |
//! | [`mod@mirror`] | a hub's packs in this node's own library, and the way back |
//! | [`work`] | pages and films that this machine reads and hears for a hub |
//! | [`error`] | what can stop it |
//!
//! [`pull`] joins them. Whoever wants a pack elsewhere than in a folder takes the first two alone:
//!
//! ```text
//! Source::hub → UpdateSession::newest → newest_release → Fetcher { … }.files(wanted) → what stands in `into/<sha256>`
//! is checked
//! ```
//!
//! Nothing here is trusted for where it came from: the manifest for its signatures, files for their hashes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use self::change_preview::ChangePreview;
use self::error::{Error, Result};
use self::fetch::{Fetcher, WantedFile};
use self::folder::scan::FolderScan;
use self::folder::state::FolderState;
use self::folder::{Conflict, PullFolder, StagedTree};
use self::source::update_session::{Release, UpdateSession};
use self::source::{Source, TransferStats};
use crate::clock::Clock;
use crate::domain::id::{PackId, Sha256};
use crate::pack::manifest::Manifest;

pub mod change_preview;
pub mod error;
pub mod fetch;
pub mod folder;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod hash;
pub mod mirror;
pub mod source;
pub mod work;

#[cfg(test)]
mod tests;

/// Options of one pull: which pack, into which folder.
#[derive(Debug, Clone)]
pub struct PullOptions {
    /// Which pack.
    pub pack: PackId,
    /// Into which folder.
    pub to: PathBuf,
    /// Which version, if not the newest.
    pub version: Option<u32>,
    /// Whether only to say what would be done.
    pub dry_run: bool,
}

/// Observer of a pull's progress.
pub trait PullObserver: Sync {
    /// What will change, before anything does.
    fn planned(&self, _plan: &ChangePreview) {}
    /// So many bytes more of what is missing are there.
    fn came(&self, _bytes: u64) {}
}

impl PullObserver for () {}

/// Report of a finished pull, as `gongxue pull --json` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct PullReport {
    /// Which pack.
    pub pack: PackId,
    /// The version that was here before.
    pub version_before: Option<u32>,
    /// The version that is here now, or would be.
    pub version: u32,
    /// Whether only to say was asked.
    pub dry_run: bool,
    /// What changed in the pack's own files.
    #[serde(flatten)]
    pub plan: ChangePreview,
    /// The user's own files, which stay.
    pub local: usize,
    /// Those of them that stand under another name now: they were changed, or were in the way.
    pub aside: Vec<Conflict>,
    /// Paths that the hub may no longer share.
    pub left_out: Vec<String>,
    /// Requests and bytes.
    #[serde(flatten)]
    pub moved: TransferStats,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "millis")]
    pub duration: Duration,
}

fn millis<S: serde::Serializer>(duration: &Duration, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// Brings a folder to a version of a pack. After an interruption the next call resumes.
pub async fn pull(source: &Source, order: &PullOptions, clock: &Clock, watch: &dyn PullObserver) -> Result<PullReport> {
    let begun = Instant::now();
    let folder = open(order, clock).await?;
    let pull = Pull {
        source,
        order,
        clock,
        folder: Arc::new(folder),
        begun,
    };
    let mut report = pull.run(watch).await?;
    report.moved = source.moved();
    report.duration = begun.elapsed();
    Ok(report)
}

async fn open(order: &PullOptions, clock: &Clock) -> Result<PullFolder> {
    let (to, pack, now) = (order.to.clone(), order.pack, clock.now());
    if order.dry_run {
        return blocking(move || PullFolder::open_read_only(&to, pack)).await;
    }
    blocking(move || {
        let folder = PullFolder::open(&to, pack)?;
        folder.delete_expired(now)?;
        Ok(folder)
    })
    .await
}

/// A pull under way.
struct Pull<'a> {
    source: &'a Source,
    order: &'a PullOptions,
    clock: &'a Clock,
    folder: Arc<PullFolder>,
    begun: Instant,
}

impl Pull<'_> {
    /// Logs how long a phase took.
    fn passed(&self, what: &str) {
        tracing::debug!("{what} after {} ms", self.begun.elapsed().as_millis());
    }

    async fn run(&self, watch: &dyn PullObserver) -> Result<PullReport> {
        let scan = self.on_folder(PullFolder::scan).await?;
        self.passed("the folder was looked at");
        // A version never changes: one that is here whole is not even asked about.
        if self.is_here(self.order.version, &scan) {
            return Ok(self.nothing_to_do(&scan));
        }
        let session = self.session().await?;
        if self.is_here(session.newest_version(), &scan) {
            return Ok(self.nothing_to_do(&scan));
        }
        let release = self.release(&session).await?;
        self.passed("the list was fetched and checked");
        self.bring(release, scan, watch).await
    }

    /// Asks the source what is new. The trust state is saved before anything else is fetched, so that nobody can show an
    /// older state later even if the rest fails.
    async fn session(&self) -> Result<UpdateSession<'_>> {
        let (trust_state, pack, now) = (self.folder.trust_state(), self.order.pack, self.clock.now());
        let session = match self.order.version {
            None => UpdateSession::newest(self.source, pack, trust_state, now).await?,
            Some(_) => UpdateSession::of_any_version(self.source, pack, trust_state, now).await?,
        };
        if !self.order.dry_run {
            let trust_state = session.trust_state().clone();
            self.on_folder(move |folder| folder.save_trust_state(&trust_state))
                .await?;
        }
        Ok(session)
    }

    async fn release(&self, session: &UpdateSession<'_>) -> Result<Release> {
        let held = self.on_folder(|folder| Ok(folder.held())).await?;
        match self.order.version {
            Some(version) => session.release_of(version, &held).await,
            None => session.newest_release(&held).await,
        }
    }

    async fn bring(&self, mut release: Release, mut scan: FolderScan, watch: &dyn PullObserver) -> Result<PullReport> {
        if !self.order.dry_run {
            release.made = self.source.made_for(&release.manifest).await?;
        }
        let release = Arc::new(release);
        let searched = Arc::clone(&release);
        let scan = self
            .on_folder(move |folder| {
                folder.search(&mut scan, &searched.manifest)?;
                Ok(Arc::new(scan))
            })
            .await?;
        let mut plan = ChangePreview::new(&self.before(), &release.manifest);
        let wanted = folder_wants(&self.folder, &scan, &release.manifest);
        plan.bytes_missing = wanted.iter().map(|wanted| self.folder.missing(wanted)).sum();
        watch.planned(&plan);
        if self.order.dry_run {
            return Ok(self.report(release.manifest.version, plan, &scan));
        }
        let needed = plan.bytes_missing;
        let arriving = Arc::clone(&release);
        self.on_folder(move |folder| {
            folder.save_documents(&arriving)?;
            folder.expect_room(needed)
        })
        .await?;
        self.passed("what is missing was known");
        let (completed, told) = mpsc::channel();
        let growing = self.stage_while_fetching(&release, &scan, told);
        let (gone, early) = tokio::join!(self.fetch(&release, wanted, completed, watch), growing);
        let (gone, early, version) = (gone?, early?, release.manifest.version);
        self.passed("everything had come");
        let built = self
            .on_folder(move |folder| folder.replace(&release, &gone, early))
            .await?;
        self.passed("the folder was switched");
        let report = self.report(version, plan, &scan);
        Ok(PullReport {
            local: built.local,
            aside: built.aside,
            left_out: built.left_out,
            ..report
        })
    }

    /// Stages the next tree: what is held at once, what is fetched as it comes.
    async fn stage_while_fetching(
        &self,
        release: &Arc<Release>,
        scan: &Arc<FolderScan>,
        whole: mpsc::Receiver<Sha256>,
    ) -> Result<Option<StagedTree>> {
        let (release, scan) = (Arc::clone(release), Arc::clone(scan));
        self.on_folder(move |folder| Ok(folder.stage_while_fetching(&release, &scan, &whole)))
            .await
    }

    /// Fetches files, reports each one that is complete, and returns those that may no longer be shared.
    async fn fetch(
        &self,
        release: &Release,
        wanted: Vec<WantedFile>,
        completed: mpsc::Sender<Sha256>,
        watch: &dyn PullObserver,
    ) -> Result<BTreeSet<Sha256>> {
        let partial = self.folder.partial();
        let fetcher = Fetcher {
            source: self.source,
            pack: self.order.pack,
            version: release.manifest.version,
            into: &partial,
            completed: Some(completed),
            watch,
        };
        let shortfall = fetcher.files(wanted).await?;
        if shortfall.spoilt.is_empty() {
            return Ok(shortfall.gone.into_iter().map(|wanted| wanted.sha256).collect());
        }
        let paths: Vec<&String> = release.manifest.targets.keys().collect();
        let spoilt = shortfall.spoilt.iter().map(|wanted| paths[wanted.number].clone());
        Err(Error::Spoilt {
            paths: spoilt.collect(),
        })
    }

    fn is_here(&self, version: Option<u32>, scan: &FolderScan) -> bool {
        let state = self.folder.state();
        state.is_some_and(|state| Some(state.version) == version && scan.is_whole(state))
    }

    fn before(&self) -> BTreeMap<String, Sha256> {
        self.folder.state().map(FolderState::contents).unwrap_or_default()
    }

    fn nothing_to_do(&self, scan: &FolderScan) -> PullReport {
        let state = self.folder.state().expect("a version is here");
        let plan = ChangePreview {
            kept: state.files.len(),
            bytes_total: state.files.values().map(|kept| kept.stat.size).sum(),
            ..ChangePreview::default()
        };
        PullReport {
            left_out: state.left_out.clone(),
            ..self.report(state.version, plan, scan)
        }
    }

    fn report(&self, version: u32, plan: ChangePreview, scan: &FolderScan) -> PullReport {
        PullReport {
            pack: self.order.pack,
            version_before: self.folder.state().map(|state| state.version),
            version,
            dry_run: self.order.dry_run,
            plan,
            local: scan.own.len() + scan.changed.len(),
            aside: Vec::new(),
            left_out: Vec::new(),
            moved: self.source.moved(),
            duration: Duration::ZERO,
        }
    }

    async fn on_folder<T: Send + 'static>(
        &self,
        work: impl FnOnce(&PullFolder) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let folder = Arc::clone(&self.folder);
        blocking(move || work(&folder)).await
    }
}

/// Files of a version that a folder lacks. The file that stood under the same path before is offered as a base for
/// chunks.
fn folder_wants(folder: &PullFolder, scan: &FolderScan, manifest: &Manifest) -> Vec<WantedFile> {
    let mut seen = HashSet::new();
    let missing = manifest.targets.iter().enumerate().filter(|(_, (_, target))| {
        let sha256 = &target.hashes.sha256;
        !scan.holds(sha256) && seen.insert(sha256.clone())
    });
    missing
        .map(|(number, (path, target))| WantedFile {
            number,
            sha256: target.hashes.sha256.clone(),
            length: target.length,
            old: scan.intact.contains_key(path).then(|| folder.path().join(path)),
        })
        .collect()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.expect("work on the disk does not panic")
}
