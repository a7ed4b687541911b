//! `gongxue backup`.

use std::process::ExitCode;

use anyhow::Context as _;

use super::progress::ProgressLine;
use super::{DONE_IN_PART, explain, library, record, say};
use crate::config::Config;
use crate::domain::audit::AuditAction;
use crate::library::operations::backup::{BackupOptions, BackupProgress, BackupReport};
use crate::words::backups as words;
use crate::words::sizes::size;

const EXAMPLES: &str = "\
Keeps all rows as they are at one moment, and every object that they name; the signing keys are among the rows.
The service may run meanwhile. Only what the place does not hold yet is copied, and compared with its SHA-256 on the way.
A backup that was cut off is none; the same command goes on where it stopped. The search index is not kept: it is built
anew from the rest. Whoever can read a backup can read the library and sign in its name: guard it like the database.

Examples:
  gongxue backup /mnt/backup/gongxue
  gongxue backup s3://bucket/gongxue --keep 30
  gongxue backup /mnt/backup/gongxue --dry-run
  gongxue backup /mnt/backup/gongxue --verify      now and then: is what lies there still what was written?

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part: objects that are lost in the store are named.";

/// Keeps the library at another place.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A folder, made if it is not there, or `s3://bucket/prefix` with the usual `AWS_*` variables.
    #[arg(value_name = "TO")]
    to: String,
    /// How many backups stay there, this one among them; what only older ones need is removed. All when not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    keep: Option<u16>,
    /// Only says how much would be copied.
    #[arg(long)]
    dry_run: bool,
    /// Reads what the place holds already, and writes again what is not as it should be. Takes as long as a first backup.
    #[arg(long, conflicts_with = "dry_run")]
    verify: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let place = crate::app::backups(config, &args.to, args.dry_run)?;
    let library = library(config).await?;
    let options = BackupOptions {
        keep: args.keep.map(usize::from),
        dry_run: args.dry_run,
        verify: args.verify,
    };
    let progress = ProgressLine::start();
    let watch = |step: BackupProgress<'_>| progress.tell(step);
    // It may be dropped anywhere: a backup without its last file is none.
    let made = tokio::select! {
        made = library.operations.backup(&place, options, &watch) => made,
        _ = tokio::signal::ctrl_c() => {
            progress.end();
            anyhow::bail!(words::interrupted());
        }
    };
    progress.end();
    let report = made.map_err(explain).context("make the backup")?;
    if !args.dry_run {
        record(&library, AuditAction::BackupMake, Some(report.name.clone())).await?;
    }
    library.operations.close().await;
    tell(&report, &args)?;
    Ok(if report.lost_count == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DONE_IN_PART)
    })
}

fn tell(report: &BackupReport, args: &Args) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string_pretty(report)?);
        return Ok(());
    }
    let (all, new) = (size(report.bytes), size(report.copied_bytes));
    let BackupReport {
        rows, objects, copied, ..
    } = report;
    if args.dry_run {
        say(format_args!(
            "{rows} rows, {objects} objects ({all}); {copied} of them ({new}) would be copied"
        ));
    } else {
        say(format_args!(
            "{}: {rows} rows, {objects} objects ({all}); {copied} of them ({new}) are new",
            report.name
        ));
    }
    if report.rewritten > 0 {
        say(format_args!(
            "{} objects were there and damaged, and are written again",
            report.rewritten
        ));
    }
    if report.removed > 0 {
        say(format_args!("{} older backups were removed", report.removed));
    }
    super::name_lost(&report.lost, report.lost_count);
    Ok(())
}
