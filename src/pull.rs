//! The client's side of packs: fetches what is missing from a hub, over plain HTTP, and switches when all of it is whole.
//!
//! | room | what it is for |
//! |---|---|
//! | [`source`] | where a pack comes from, and what is believed of it |
//! | [`fetch`] | bytes of files, whatever happens to the line |
//! | [`plan`] | what changes |
//! | [`folder`] | the folder that it is pulled into |
//! | [`mod@mirror`] | a hub's packs in this node's own library, and the way back |
//! | [`error`] | what can stop it |
//!
//! [`pull`] joins them. Whoever wants a pack elsewhere than in a folder takes the first two alone:
//!
//! ```text
//! Source::hub → Visit::newest → newest_release → Fetcher { … }.files(wanted) → what stands in `into/<sha256>` is checked
//! ```
//!
//! Nothing here is trusted for where it came from: the manifest for its signatures, files for their hashes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use self::error::{Error, Result};
use self::fetch::{Fetcher, Wanted};
use self::folder::state::State;
use self::folder::survey::Survey;
use self::folder::{Aside, Folder, Tree};
use self::plan::Plan;
use self::source::visit::{Release, Visit};
use self::source::{Moved, Source};
use crate::clock::Clock;
use crate::domain::id::{PackId, Sha256};
use crate::pack::manifest::Manifest;

pub mod error;
pub mod fetch;
pub mod folder;
mod hash;
pub mod mirror;
pub mod plan;
pub mod source;

#[cfg(test)]
mod tests;

/// What is to be pulled where.
#[derive(Debug, Clone)]
pub struct Order {
    /// Which pack.
    pub pack: PackId,
    /// Into which folder.
    pub to: PathBuf,
    /// Which version, if not the newest.
    pub version: Option<u32>,
    /// Whether only to say what would be done.
    pub dry_run: bool,
}

/// Who is told what happens while it happens.
pub trait Watch: Sync {
    /// What will change, before anything does.
    fn planned(&self, _plan: &Plan) {}
    /// So many bytes more of what is missing are there.
    fn came(&self, _bytes: u64) {}
}

impl Watch for () {}

/// What was done.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
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
    pub plan: Plan,
    /// The user's own files, which stay.
    pub local: usize,
    /// Those of them that stand under another name now: they were changed, or were in the way.
    pub aside: Vec<Aside>,
    /// Paths that the hub may no longer share.
    pub left_out: Vec<String>,
    /// What went over the line.
    #[serde(flatten)]
    pub moved: Moved,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "millis")]
    pub duration: Duration,
}

fn millis<S: serde::Serializer>(duration: &Duration, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// Brings a folder to a version of a pack. May be called again after whatever stopped it, and goes on there.
pub async fn pull(source: &Source, order: &Order, clock: &Clock, watch: &dyn Watch) -> Result<Report> {
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

async fn open(order: &Order, clock: &Clock) -> Result<Folder> {
    let (to, pack, now) = (order.to.clone(), order.pack, clock.now());
    if order.dry_run {
        return blocking(move || Folder::look(&to, pack)).await;
    }
    blocking(move || {
        let folder = Folder::open(&to, pack)?;
        folder.forget(now)?;
        Ok(folder)
    })
    .await
}

/// A pull under way.
struct Pull<'a> {
    source: &'a Source,
    order: &'a Order,
    clock: &'a Clock,
    folder: Arc<Folder>,
    begun: Instant,
}

impl Pull<'_> {
    /// For whoever asks where the time goes.
    fn passed(&self, what: &str) {
        tracing::debug!("{what} after {} ms", self.begun.elapsed().as_millis());
    }

    async fn run(&self, watch: &dyn Watch) -> Result<Report> {
        let survey = self.on_folder(Folder::survey).await?;
        self.passed("the folder was looked at");
        if self.is_here(self.order.version, &survey) {
            return Ok(self.nothing_to_do(&survey));
        }
        let visit = self.visit().await?;
        if self.is_here(visit.newest_version(), &survey) {
            return Ok(self.nothing_to_do(&survey));
        }
        let release = self.release(&visit).await?;
        self.passed("the list was fetched and checked");
        self.bring(release, survey, watch).await
    }

    /// Asks the source what is new, and keeps what it said: that holds whether or not the rest succeeds.
    async fn visit(&self) -> Result<Visit<'_>> {
        let (memory, pack, now) = (self.folder.memory(), self.order.pack, self.clock.now());
        let visit = match self.order.version {
            None => Visit::newest(self.source, pack, memory, now).await?,
            Some(_) => Visit::of_any_version(self.source, pack, memory, now).await?,
        };
        if !self.order.dry_run {
            let memory = visit.memory().clone();
            self.on_folder(move |folder| folder.remember(&memory)).await?;
        }
        Ok(visit)
    }

    async fn release(&self, visit: &Visit<'_>) -> Result<Release> {
        let held = self.on_folder(|folder| Ok(folder.held())).await?;
        match self.order.version {
            Some(version) => visit.release_of(version, &held).await,
            None => visit.newest_release(&held).await,
        }
    }

    async fn bring(&self, release: Release, mut survey: Survey, watch: &dyn Watch) -> Result<Report> {
        let release = Arc::new(release);
        let searched = Arc::clone(&release);
        let survey = self
            .on_folder(move |folder| {
                folder.search(&mut survey, &searched.manifest)?;
                Ok(Arc::new(survey))
            })
            .await?;
        let mut plan = Plan::new(&self.before(), &release.manifest);
        let wanted = folder_wants(&self.folder, &survey, &release.manifest);
        plan.bytes_missing = wanted.iter().map(|wanted| self.folder.missing(wanted)).sum();
        watch.planned(&plan);
        if self.order.dry_run {
            return Ok(self.report(release.manifest.version, plan, &survey));
        }
        let needed = plan.bytes_missing;
        let arriving = Arc::clone(&release);
        self.on_folder(move |folder| {
            folder.arrive(&arriving)?;
            folder.expect_room(needed)
        })
        .await?;
        self.passed("what is missing was known");
        let (tell, told) = mpsc::channel();
        let growing = self.grow(&release, &survey, told);
        let (gone, early) = tokio::join!(self.fetch(&release, wanted, tell, watch), growing);
        let (gone, early, version) = (gone?, early?, release.manifest.version);
        self.passed("everything had come");
        let built = self
            .on_folder(move |folder| folder.replace(&release, &gone, early))
            .await?;
        self.passed("the folder was switched");
        let report = self.report(version, plan, &survey);
        Ok(Report {
            local: built.local,
            aside: built.aside,
            left_out: built.left_out,
            ..report
        })
    }

    /// Puts into the next tree what is held and, as it comes, what is fetched.
    async fn grow(
        &self,
        release: &Arc<Release>,
        survey: &Arc<Survey>,
        whole: mpsc::Receiver<Sha256>,
    ) -> Result<Option<Tree>> {
        let (release, survey) = (Arc::clone(release), Arc::clone(survey));
        self.on_folder(move |folder| Ok(folder.grow(&release, &survey, &whole)))
            .await
    }

    /// Fetches; says what may no longer be shared. Tells of each file when it is whole.
    async fn fetch(
        &self,
        release: &Release,
        wanted: Vec<Wanted>,
        tell: mpsc::Sender<Sha256>,
        watch: &dyn Watch,
    ) -> Result<BTreeSet<Sha256>> {
        let partial = self.folder.partial();
        let fetcher = Fetcher {
            source: self.source,
            pack: self.order.pack,
            version: release.manifest.version,
            into: &partial,
            tell: Some(tell),
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

    fn is_here(&self, version: Option<u32>, survey: &Survey) -> bool {
        let state = self.folder.state();
        state.is_some_and(|state| Some(state.version) == version && survey.is_whole(state))
    }

    fn before(&self) -> BTreeMap<String, Sha256> {
        self.folder.state().map(State::contents).unwrap_or_default()
    }

    fn nothing_to_do(&self, survey: &Survey) -> Report {
        let state = self.folder.state().expect("a version is here");
        let plan = Plan {
            kept: state.files.len(),
            bytes_total: state.files.values().map(|kept| kept.looks.size).sum(),
            ..Plan::default()
        };
        Report {
            left_out: state.left_out.clone(),
            ..self.report(state.version, plan, survey)
        }
    }

    fn report(&self, version: u32, plan: Plan, survey: &Survey) -> Report {
        Report {
            pack: self.order.pack,
            version_before: self.folder.state().map(|state| state.version),
            version,
            dry_run: self.order.dry_run,
            plan,
            local: survey.own.len() + survey.changed.len(),
            aside: Vec::new(),
            left_out: Vec::new(),
            moved: self.source.moved(),
            duration: Duration::ZERO,
        }
    }

    async fn on_folder<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let folder = Arc::clone(&self.folder);
        blocking(move || work(&folder)).await
    }
}

/// What a folder lacks of a version; what stood under the same path before may be like it.
fn folder_wants(folder: &Folder, survey: &Survey, manifest: &Manifest) -> Vec<Wanted> {
    let mut seen = HashSet::new();
    let missing = manifest.targets.iter().enumerate().filter(|(_, (_, target))| {
        let sha256 = &target.hashes.sha256;
        !survey.holds(sha256) && seen.insert(sha256.clone())
    });
    missing
        .map(|(number, (path, target))| Wanted {
            number,
            sha256: target.hashes.sha256.clone(),
            length: target.length,
            old: survey.intact.contains_key(path).then(|| folder.path().join(path)),
        })
        .collect()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.expect("work on the disk does not panic")
}
