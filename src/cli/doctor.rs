//! `gongxue doctor`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use serde::Serialize;

use super::{explain, library, library_with_index, say};
use crate::app::lock::{DataLock, LockHolder};
use crate::config::Config;
use crate::library::audit_chain::AuditCheckpoint;
use crate::library::indexer::IndexReach;
use crate::library::objects::integrity::FRESH;

/// Looks whether everything is as it should be.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// Checks every line of the audit log against its chain of hashes, and nothing else.
    #[arg(long)]
    records: bool,
    /// A checkpoint that was kept elsewhere (`GET /api/v1/audit/checkpoint`): the log must go on from it.
    #[arg(long, value_name = "FILE", requires = "records")]
    checkpoint: Option<PathBuf>,
}

/// Finding of one check.
#[derive(Debug, Serialize)]
struct Finding {
    what: String,
    ok: bool,
    detail: String,
}

impl Finding {
    fn of(what: &str, state: anyhow::Result<String>) -> Self {
        let ok = state.is_ok();
        let detail = state.unwrap_or_else(|error| format!("{error:#}"));
        Self {
            what: what.to_owned(),
            ok,
            detail,
        }
    }
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let findings = if args.records {
        let state = records(config, args.checkpoint.as_deref()).await;
        vec![Finding::of("records", state)]
    } else {
        look(config).await
    };
    let all_well = findings.iter().all(|finding| finding.ok);
    if args.json {
        say(serde_json::to_string_pretty(&findings)?);
    } else {
        for finding in &findings {
            let mark = if finding.ok { "ok  " } else { "FAIL" };
            say(format_args!("{mark} {}: {}", finding.what, finding.detail));
        }
    }
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn look(config: &Config) -> Vec<Finding> {
    let sandbox = Finding::of("sandbox", sandbox(config));
    let library = match library_with_index(config).await {
        Ok(library) => library,
        Err(error) => return vec![sandbox, Finding::of("open the library", Err(error))],
    };
    let mut findings = vec![Finding::of(
        "open the library",
        Ok(config.data_dir.display().to_string()),
    )];
    for (name, state) in library.operations.parts().await {
        findings.push(Finding::of(
            name,
            state.map(|said| said.unwrap_or_else(|| "answers".to_owned())),
        ));
    }
    findings.push(Finding::of("service", service(config)));
    findings.push(Finding::of("index", index(&library).await));
    findings.push(sandbox);
    findings.push(Finding::of("jobs", jobs(&library).await));
    findings.push(Finding::of("objects", objects(&library).await));
    findings.push(Finding::of("backup", backup(&library).await));
    findings.push(Finding::of("orphans", orphans(&library).await));
    findings.push(Finding::of("accounts", accounts(&library).await));
    findings
}

/// Every line of the audit log is as it was chained, and the chain goes on from the checkpoint.
async fn records(config: &Config, checkpoint: Option<&Path>) -> anyhow::Result<String> {
    let checkpoint = match checkpoint {
        Some(path) => Some(read_checkpoint(path)?),
        None => None,
    };
    let library = library(config).await?;
    let report = library.audit_chain.verify(checkpoint.as_ref()).await.map_err(explain)?;
    let seen = format!("{} lines are chained, {} wait", report.lines, report.unchained);
    anyhow::ensure!(
        report.faults.is_empty(),
        "{seen}; not as they were written: {}",
        serde_json::to_string(&report.faults)?
    );
    Ok(seen)
}

fn read_checkpoint(path: &Path) -> anyhow::Result<AuditCheckpoint> {
    let shown = path.display();
    let text = std::fs::read(path).with_context(|| format!("read `{shown}`"))?;
    serde_json::from_slice(&text).with_context(|| format!("`{shown}` is no checkpoint of an audit log"))
}

/// Sign-in names were told apart by capitals and blanks once: those that nobody could tell apart now are named.
async fn accounts(library: &crate::library::Library) -> anyhow::Result<String> {
    let alike = library.accounts.accounts_called_alike().await.map_err(explain)?;
    let named = |(name, other): &(String, Option<String>)| match other {
        Some(other) => format!("`{name}` beside `{other}`"),
        None => format!("`{name}`"),
    };
    let named: Vec<String> = alike.iter().map(named).collect();
    anyhow::ensure!(
        named.is_empty(),
        "called alike: {}. Each signs in by its exact spelling; rename one with `gongxue account rename`",
        named.join(", ")
    );
    Ok("no two names are alike".to_owned())
}

/// What the last sweep saw; looking through the whole store anew is what `gongxue check` does.
async fn orphans(library: &crate::library::Library) -> anyhow::Result<String> {
    let Some(sweep) = library.operations.last_sweep().await.map_err(explain)? else {
        return Ok("the store has not been looked through yet".to_owned());
    };
    let seen = format!(
        "{} objects, {} named by no row, {} more held back, {} strangers at {}",
        sweep.objects,
        sweep.orphans,
        sweep.held,
        sweep.strangers,
        sweep.at.whole_seconds()
    );
    anyhow::ensure!(
        !sweep.needs_attention(),
        "{seen}; nothing is swept: look with `gongxue check --orphans`"
    );
    Ok(seen)
}

/// Old backups are no fault of a library that is backed up by other means: the age is said and left to whoever reads it.
async fn backup(library: &crate::library::Library) -> anyhow::Result<String> {
    let last = library.operations.last_backup().await.map_err(explain)?;
    Ok(last.map_or_else(
        || "never made by `gongxue backup`".to_owned(),
        |made_at| format!("last made at {}", made_at.whole_seconds()),
    ))
}

async fn index(library: &crate::library::Library) -> anyhow::Result<String> {
    let entries = library.indexer.index().entries();
    match library.indexer.index_reach().await.map_err(explain)? {
        IndexReach::Behind(changes) => Ok(format!("{entries} entries, {changes} changes behind")),
        IndexReach::Anew(why, changes) => anyhow::bail!(
            "{why}; `gongxue serve` builds it anew by itself, or run `gongxue reindex` ({entries} entries, {changes} changes to take in)"
        ),
    }
}

/// Who serves this folder; nobody is well, too.
fn service(config: &Config) -> anyhow::Result<String> {
    Ok(match DataLock::holder(&config.data_dir)? {
        Some(LockHolder {
            what,
            version,
            pid,
            host,
        }) => format!("`{what}` {version} (host {host}, process {pid})"),
        None => "nobody serves this folder now".to_owned(),
    })
}

/// Whether programs of other people, which work on strangers' files, are kept from the library's own.
fn sandbox(config: &Config) -> anyhow::Result<String> {
    if crate::app::locks_programs() {
        return Ok("LibreOffice and ffmpeg see no file but the one they are given, and no network".to_owned());
    }
    anyhow::ensure!(
        !config.extract.allow_unlocked_programs,
        "this kernel has no landlock: LibreOffice and ffmpeg, working on strangers' files, can read the database and its \
         keys; set `extract.allow_unlocked_programs = false`, or use Linux 5.13 or later"
    );
    anyhow::bail!(
        "this kernel has no landlock (Linux 5.13 or later), so LibreOffice and ffmpeg are not used: Office files are shown \
         as text, films as they are"
    )
}

async fn jobs(library: &crate::library::Library) -> anyhow::Result<String> {
    let (queued, running, dead) = library.operations.job_counts().await.map_err(explain)?;
    if dead > 0 {
        anyhow::bail!("{dead} dead, {queued} waiting, {running} running; the reasons are in the `job` table");
    }
    Ok(format!("{queued} waiting, {running} running"))
}

async fn objects(library: &crate::library::Library) -> anyhow::Result<String> {
    let damaged = library.objects.count_damaged().await.map_err(explain)?;
    if damaged > 0 {
        anyhow::bail!(
            "{damaged} lost or damaged (which: the page /admin/damage); upload the same files again, or run \
             `gongxue scrub --known --from PLACE` with a backup or a hub"
        );
    }
    let Some(since) = library.operations.all_verified_since().await.map_err(explain)? else {
        return Ok("nothing is kept yet".to_owned());
    };
    let limit = library.clock().now().minus(FRESH);
    anyhow::ensure!(
        since > limit,
        "some were verified last at {since}; raise `storage.scrub_bytes_per_sec`, or run `gongxue scrub`"
    );
    Ok(format!("all verified since {since}"))
}
