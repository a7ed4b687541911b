//! `gongxue check`: compares the store with the rows, and joins the two on purpose.

use std::process::ExitCode;

use serde::Serialize;

use super::progress::ProgressLine;
use super::{explain, record, say};
use crate::app::lock::{DataLock, LockHolder};
use crate::config::Config;
use crate::domain::audit::AuditAction;
use crate::domain::time::Timestamp;
use crate::library::Library;
use crate::library::operations::backup::BackupProgress;
use crate::library::operations::check::{CheckOptions, Checked};
use crate::library::operations::orphan_sweep::{Orphan, Orphans};
use crate::words::sizes::size;

const EXAMPLES: &str = "\
Without an option everything is compared: rows with the store, texts with rows, the index with the log, quotas with files,
clocks; and who is at work is named. No object is read but with --deep. Nothing is changed but with --repair, which reads lost
texts again, counts anew what quotas count, and takes lost objects from a backup where one is named.
Objects that no row names are leftovers of crashes, or the database is not the one that the store was filled by.
Look at a few before you delete them: when more than 1 % of the store or anything held back would go, say how many.

Examples:
  gongxue check
  gongxue check --deep                        reads every object, as long as it takes
  gongxue check --repair --from /mnt/backup/gongxue
  gongxue check --orphans                     lists them, and why a sweep holds some back
  gongxue check --orphans --delete            deletes them, if they are few
  gongxue check --orphans --delete --count 37
  gongxue check --join-store                  after a warning that database and store are not of one library

Exit codes: 0 all is well, 1 failed, 2 wrong usage, 3 something is lost still, or clocks differ.";

/// Checks the library's store against its database.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Lists objects in the store that no row names.
    #[arg(long)]
    orphans: bool,
    /// Deletes them.
    #[arg(long, requires = "orphans")]
    delete: bool,
    /// How many they are: needed when they are more than 1 % of the store, or a sweep would hold some back.
    #[arg(long, value_name = "N", requires = "delete")]
    count: Option<u64>,
    /// Joins this database with this store and this data folder, whosever they were.
    #[arg(long, conflicts_with = "orphans")]
    join_store: bool,
    /// Mends what can be mended without loss.
    #[arg(long, conflicts_with_all = ["orphans", "join_store"])]
    repair: bool,
    /// A backup that lost objects are taken from: a folder, or `s3://bucket/prefix`.
    #[arg(long, value_name = "BACKUP", requires = "repair")]
    from: Option<String>,
    /// Reads every object and compares it with its hash, as `gongxue scrub --anew` does.
    #[arg(long, conflicts_with_all = ["orphans", "join_store"])]
    deep: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// What was found and done, as JSON.
#[derive(Debug, Serialize)]
struct OrphansOutput<'a> {
    #[serde(flatten)]
    found: &'a Orphans,
    deleted: u64,
}

/// What a check found, as JSON.
#[derive(Debug, Serialize)]
struct CheckOutput<'a> {
    #[serde(flatten)]
    checked: &'a Checked,
    /// Who serves this data folder.
    service: Option<&'a LockHolder>,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    if args.join_store {
        let library = crate::app::open_unjoined(config).await?;
        library.operations.join_store().await.map_err(explain)?;
        eprintln!(
            "数据库与存储已合用。Database and store are joined; what the store holds now is held back from sweeps."
        );
        return Ok(ExitCode::SUCCESS);
    }
    if !args.orphans {
        return check_up(&args, config).await;
    }
    let library = super::library(config).await?;
    let found = library.operations.orphans().await.map_err(explain)?;
    let deleted = if args.delete {
        record(&library, AuditAction::StoreClear, None).await?;
        delete(&library, &found, args.count).await?
    } else {
        0
    };
    if args.json {
        let answer = OrphansOutput { found: &found, deleted };
        say(serde_json::to_string_pretty(&answer)?);
    } else {
        list(&found, deleted);
    }
    Ok(ExitCode::SUCCESS)
}

async fn check_up(args: &Args, config: &Config) -> anyhow::Result<ExitCode> {
    let backup = args.from.as_deref();
    let backup = backup
        .map(|named| crate::app::backups_there(config, named))
        .transpose()?;
    let library = super::library_with_index(config).await?;
    if args.repair {
        record(&library, AuditAction::StoreRepair, None).await?;
    }
    let options = CheckOptions {
        repair: args.repair,
        from: backup.as_ref(),
        deep: args.deep,
    };
    let service = DataLock::holder(&config.data_dir)?;
    let progress = ProgressLine::start();
    let watch = |step: BackupProgress<'_>| progress.tell(step);
    let checked = library.operations.check_up(options, &watch).await;
    progress.end();
    let checked = checked.map_err(explain)?;
    if args.json {
        let found = CheckOutput {
            checked: &checked,
            service: service.as_ref(),
        };
        say(serde_json::to_string_pretty(&found)?);
    } else {
        tell(&checked, service.as_ref());
    }
    library.operations.close().await;
    Ok(if checked.is_well() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(super::DONE_IN_PART)
    })
}

fn tell(checked: &Checked, service: Option<&LockHolder>) {
    let Checked { lost, texts_lost, .. } = checked;
    for key in &lost.named {
        say(format_args!("lost: {key}"));
    }
    for key in &texts_lost.named {
        say(format_args!("text lost: {key}"));
    }
    for school in &checked.miscounted.named {
        say(format_args!("quota: {school}"));
    }
    let age = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), Timestamp::whole_seconds);
    say(format_args!(
        "contents: {} ({}), {} lost",
        checked.contents,
        size(checked.bytes),
        lost.count
    ));
    say(format_args!("texts: {} lost", texts_lost.count));
    say(format_args!("index: {} changes behind", checked.index_behind));
    say(format_args!("quotas: {} schools miscounted", checked.miscounted.count));
    tell_who(checked, service);
    if let Some(deep) = &checked.deep {
        say(format_args!(
            "read: {} objects, {}; {} damaged, {} made again, {} skipped",
            deep.objects,
            size(deep.bytes),
            deep.damaged,
            deep.made_again,
            deep.skipped
        ));
    }
    let mark = if checked.clocks_differ() {
        "differ: set them by NTP"
    } else {
        "agree"
    };
    say(format_args!(
        "clocks: {mark} (database {} ms, store {} ms ahead)",
        checked.database_ahead_ms, checked.store_ahead_ms
    ));
    say(format_args!("last backup: {}", age(checked.last_backup)));
    say(format_args!(
        "all objects verified since: {}",
        age(checked.verified_since)
    ));
    if checked.repaired > 0 {
        eprintln!("{} repaired, or asked to be", checked.repaired);
    } else if lost.count + texts_lost.count + checked.miscounted.count > 0 {
        eprintln!("hint: gongxue check --repair --from BACKUP");
    }
}

/// Names who has this folder and who is at work on the library, wherever that is.
fn tell_who(checked: &Checked, service: Option<&LockHolder>) {
    match service {
        Some(LockHolder { what, pid, host, .. }) => {
            say(format_args!("this folder: `{what}` (host {host}, process {pid})"));
        }
        None => say("this folder: served by nobody"),
    }
    for held in &checked.at_work {
        say(format_args!(
            "at work: {} by {} until {}",
            held.name,
            held.holder,
            held.until.whole_seconds()
        ));
    }
}

async fn delete(library: &Library, found: &Orphans, count: Option<u64>) -> anyhow::Result<u64> {
    let needs_count = found.are_too_many() || found.held() > 0;
    if needs_count && count != Some(found.count) {
        anyhow::bail!(
            "共 {count} 个对象没有登记，其中 {held} 个被保留；确认数据库无误后，请加上 `--count {count}` 再运行。\n       \
             {count} of {objects} objects are named by no row, {held} of them held back: that is more than goes without a \
             word. If this is the right database and the newest, add `--count {count}`.",
            count = found.count,
            held = found.held(),
            objects = found.objects,
        );
    }
    library.operations.delete_orphans(found).await.map_err(explain)
}

fn list(found: &Orphans, deleted: u64) {
    for orphan in &found.orphans {
        let Orphan { key, size, .. } = orphan;
        say(format_args!(
            "{key}  {size}  {}  {}",
            orphan.modified_at.whole_seconds(),
            standing(orphan)
        ));
    }
    for name in &found.strangers {
        say(format_args!("{name}  stranger"));
    }
    eprintln!(
        "{} objects in the store; {} are named by no row ({} bytes), {} of them held back; {} names are not ours",
        found.objects,
        found.count,
        found.bytes,
        found.held(),
        found.stranger_count
    );
    if deleted > 0 {
        eprintln!("{deleted} deleted");
    }
}

fn standing(orphan: &Orphan) -> String {
    use crate::domain::orphan_sweep::HoldReason;
    match (orphan.held, orphan.found_at) {
        (Some(HoldReason::NewerThanKnown), _) => "held: newer than every object that a row names".to_owned(),
        (Some(HoldReason::OfAnotherState), _) => {
            "held: stored while another state of the database was at work".to_owned()
        }
        (Some(HoldReason::YoungerThanBackup), _) => "held: younger than the oldest backup".to_owned(),
        (None, Some(found)) => format!("waits since {}", found.whole_seconds()),
        (None, None) => "new".to_owned(),
    }
}
