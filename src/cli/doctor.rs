//! `gongxue doctor`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use serde::Serialize;

use super::{explain, library, library_with_index, say};
use crate::app::lock::{DataLock, LockHolder};
use crate::config::Config;
use crate::domain::address::is_private;
use crate::domain::rate::PROXY_SEEN_WITHIN;
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
    /// A checkpoint that was kept elsewhere (`GET /api/v1/audit/checkpoint`): the log must go on from it. Given several times,
    /// from each.
    #[arg(long, value_name = "FILE", requires = "records")]
    checkpoint: Vec<PathBuf>,
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
        let state = records(config, &args.checkpoint).await;
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
    findings.push(Finding::of("tokens", tokens(&library).await));
    findings.push(Finding::of("reviews", reviews(&library).await));
    findings.push(Finding::of("rates", rates(config)));
    findings.push(Finding::of("proxies", proxies(&library).await));
    findings
}

/// Every line of the audit log is as it was chained, and the chain goes on from the checkpoints.
async fn records(config: &Config, checkpoints: &[PathBuf]) -> anyhow::Result<String> {
    let checkpoints = checkpoints.iter().map(|path| read_checkpoint(path));
    let checkpoints = checkpoints.collect::<anyhow::Result<Vec<_>>>()?;
    let library = library(config).await?;
    let report = library.audit_chain.verify(&checkpoints).await.map_err(explain)?;
    let mut seen = format!("{} lines are chained, {} wait", report.lines, report.unchained);
    if report.cut > 0 {
        seen = format!(
            "{seen}, those up to number {} were kept long enough and removed",
            report.cut
        );
    }
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

/// Tokens that are older than areas carry all that their account may read, and those without an end go on for good.
async fn tokens(library: &crate::library::Library) -> anyhow::Result<String> {
    let unbounded = library.accounts.unbounded_tokens().await.map_err(explain)?;
    let named: Vec<String> = unbounded
        .iter()
        .map(|(token, account)| format!("`{token}` of `{account}`"))
        .collect();
    anyhow::ensure!(
        named.is_empty(),
        "made before tokens had areas, they read all that their account may, for good: {}. Make new ones and withdraw these",
        named.join(", ")
    );
    Ok("each has its areas or its end".to_owned())
}

/// Whether schools publish for the city past its experts: a rule that the bureau may want, and that an upgrade leaves in force.
async fn reviews(library: &crate::library::Library) -> anyhow::Result<String> {
    let past = library.reviews.paths_past_the_city().await.map_err(explain)?;
    if past.is_empty() {
        return Ok("what is meant for the city is approved by the city".to_owned());
    }
    let named: Vec<String> = past.iter().map(|code| format!("`{code}`")).collect();
    Ok(format!(
        "on {} a school's administrator alone publishes for the city and for everybody, as in libraries older than this rule; to          take that away, open the path at /admin/review, untick 给全市的、公开的也可以不经审核直接发布, and save",
        named.join(", ")
    ))
}

/// Limits under which people cannot work, and ones that cannot be meant.
fn rates(config: &Config) -> anyhow::Result<String> {
    let rates = &config.rates;
    let odd = [
        (
            "sign_in",
            (1..3).contains(&rates.sign_in),
            "people mistype; allow 3 at least",
        ),
        (
            "search",
            (1..60).contains(&rates.search),
            "completions count, too; allow 60 at least",
        ),
        (
            "upload",
            (1..120).contains(&rates.upload),
            "a folder of files takes two requests each; allow 120 at least",
        ),
        (
            "rendering",
            (1..120).contains(&rates.rendering),
            "a page shows 20 pictures; allow 120 at least",
        ),
        (
            "packs_mib",
            (1..10).contains(&rates.packs_mib),
            "a pull takes hours; allow 10 at least",
        ),
        (
            "other",
            (1..120).contains(&rates.other),
            "a page may ask for several things; allow 120 at least",
        ),
        (
            "token_percent",
            rates.token_percent > 100,
            "a token never has more than its account; 100 at most",
        ),
        (
            "school_times",
            (1..5).contains(&rates.school_times),
            "a school has more people than that; allow 5 at least",
        ),
        (
            "address_times",
            (1..3).contains(&rates.address_times),
            "a class sits behind one address; allow 3 at least",
        ),
    ];
    let odd: Vec<String> = odd
        .into_iter()
        .filter(|(_, is_odd, _)| *is_odd)
        .map(|(key, _, why)| format!("`rates.{key}`: {why}"))
        .collect();
    anyhow::ensure!(odd.is_empty(), "{} (0 means: no limit)", odd.join("; "));
    Ok("as they are set, people can work".to_owned())
}

/// Whether all who come by a reverse proxy look like one address.
async fn proxies(library: &crate::library::Library) -> anyhow::Result<String> {
    let since = library.clock().now().minus(PROXY_SEEN_WITHIN);
    let seen = library.rates.last_unknown_proxy(since).await.map_err(explain)?;
    let Some((address, at)) = seen else {
        return Ok("none that is not named was seen within a day".to_owned());
    };
    if !is_private(&address) {
        return Ok(format!(
            "somebody outside ({address}) sends X-Forwarded-For; it is not believed. If that is your reverse proxy, name it in \
             `server.trusted_proxies`"
        ));
    }
    anyhow::bail!(
        "requests came by way of `{address}` (last at {}), which `server.trusted_proxies` does not name: all who come by it \
         look like one address and share its limits. If it is your reverse proxy, set `server.trusted_proxies = \
         [\"{address}\"]` and restart; if it is not, nothing is to be done",
        at.whole_seconds()
    )
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
