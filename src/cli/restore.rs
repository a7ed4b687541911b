//! `gongxue restore`.

use std::process::ExitCode;

use super::progress::ProgressLine;
use super::{DONE_IN_PART, say};
use crate::config::Config;
use crate::library::operations::backup::BackupProgress;
use crate::library::operations::backup::restore::{RestoreOptions, RestoreReport};
use crate::words::backups as words;
use crate::words::sizes::size;

const EXAMPLES: &str = "\
Restores into the database and the store that the settings name, whichever kind they are: a backup of SQLite and a local
disk may become a library on PostgreSQL and S3. Stop the service first, on every machine. What the store holds already is
read and compared, and written again where it is damaged. Objects come first and the rows last, in one
transaction: what was cut off has changed nothing, and the same command goes on where it stopped.
Unfinished uploads are not in a backup. The search index builds itself anew when the service starts.
A store whose database is lost keeps its rows itself: name the store's own address.

Examples:
  gongxue restore /mnt/backup/gongxue --dry-run --deep     is it whole? reads every object
  gongxue restore /mnt/backup/gongxue
  gongxue restore s3://bucket/gongxue --backup 001795
  gongxue restore ./data/objects                           the database is lost, the store is not

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part: objects that the backup does not hold are named; with --dry-run
also: it would be refused as things are.";

/// Brings a library back from a backup.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder, or `s3://bucket/prefix`, that holds backups.
    #[arg(value_name = "FROM")]
    from: String,
    /// Which one, by the beginning of its name; the newest when not given.
    #[arg(long, value_name = "NAME")]
    backup: Option<String>,
    /// Changes nothing; looks whether the backup is whole, fits this program, and would be restored as things are.
    #[arg(long)]
    dry_run: bool,
    /// Reads every object and compares it with its SHA-256.
    #[arg(long, requires = "dry_run")]
    deep: bool,
    /// Replaces what the database holds. It is gone for good.
    #[arg(long)]
    overwrite: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let options = RestoreOptions {
        name: args.backup,
        deep: args.deep,
        overwrite: args.overwrite,
    };
    let progress = ProgressLine::start();
    let watch = |step: BackupProgress<'_>| progress.tell(step);
    let work = async {
        if args.dry_run {
            return crate::app::look_at_backup(config, &args.from, &options, &watch).await;
        }
        crate::app::restore(config, &args.from, &options, &watch).await
    };
    let restored = tokio::select! {
        restored = work => restored,
        _ = tokio::signal::ctrl_c() => {
            progress.end();
            anyhow::bail!(words::interrupted());
        }
    };
    progress.end();
    let report = restored?;
    tell(&report, args.dry_run, args.json)?;
    Ok(if report.lost_count == 0 && report.refusal.is_none() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DONE_IN_PART)
    })
}

fn tell(report: &RestoreReport, dry_run: bool, json: bool) -> anyhow::Result<()> {
    if json {
        say(serde_json::to_string_pretty(report)?);
        return Ok(());
    }
    let RestoreReport {
        name,
        made_at,
        rows,
        objects,
        copied,
        ..
    } = report;
    let (all, new) = (size(report.bytes), size(report.copied_bytes));
    say(format_args!(
        "{name} of {made_at}: {rows} rows, {objects} objects ({all})"
    ));
    if !dry_run {
        say(format_args!("restored; {copied} objects ({new}) were copied"));
    }
    if report.rewritten > 0 {
        say(format_args!(
            "{} objects were there and damaged, and are written again",
            report.rewritten
        ));
    }
    for column in &report.without {
        say(format_args!(
            "it was made without `{column}`: new keys are drawn, and those who pull packs must trust them anew"
        ));
    }
    super::name_lost(&report.lost, report.lost_count);
    if let Some(refusal) = &report.refusal {
        eprintln!("{refusal}");
    }
    Ok(())
}
