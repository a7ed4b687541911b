//! `gongxue curriculum import`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;

use super::standard::{self, StandardCommand};
use super::{explain, library, say};
use crate::config::Config;
use crate::domain::curriculum::{Catalogue, RowFaults};
use crate::library::curriculum::catalogue::{CatalogueChanges, RowCounts, preview};

/// Imports majors, courses and tasks, and publishes standards.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Imports a catalogue of majors, courses and tasks; what is known keeps its id.
    #[command(after_help = EXAMPLES)]
    Import(Import),
    /// Works on versions of curriculum standards 课程标准.
    #[command(subcommand)]
    Standard(StandardCommand),
}

const EXAMPLES: &str = "\
Rows are recognised by code or name, so the same file twice changes nothing. Every faulty row is named on
standard error, and nothing is imported while there is one.

Examples:
  gongxue curriculum import catalogue.json
  gongxue curriculum import 专业目录.xlsx --dry-run
  gongxue curriculum import 课程.csv --json

Exit codes: 0 done, 1 failed, 2 wrong usage.";

#[derive(Debug, clap::Args)]
struct Import {
    /// A JSON, CSV, XLSX, XLS or ODS file.
    file: PathBuf,
    /// Only says what would change.
    #[arg(long)]
    dry_run: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let args = match args.command {
        Command::Import(args) => args,
        Command::Standard(command) => return standard::run(command, config).await,
    };
    let catalogue = match read(&args.file)? {
        Ok(catalogue) => catalogue,
        Err(faults) => {
            tell_faults(&faults);
            return Ok(ExitCode::FAILURE);
        }
    };
    let library = library(config).await?;
    let changes = library
        .curriculum
        .import_catalogue(&catalogue, args.dry_run)
        .await
        .map_err(explain)?;
    if args.json {
        say(serde_json::to_string_pretty(&changes)?);
    } else {
        tell(&changes, args.dry_run);
    }
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> anyhow::Result<Result<Catalogue, RowFaults>> {
    let file = File::open(path).with_context(|| format!("open `{}`", path.display()))?;
    preview::read(&path.display().to_string(), file)
}

#[expect(clippy::print_stderr, reason = "faults are talk, not data")]
fn tell_faults(faults: &RowFaults) {
    for fault in &faults.0 {
        eprintln!("{}\n    {}", fault.zh(), fault.en());
    }
    let count = faults.0.len();
    eprintln!("共 {count} 处错误，未导入任何内容。\n{count} faults; nothing was imported.");
}

fn tell(changes: &CatalogueChanges, dry_run: bool) {
    let line = |zh: &str, en: &str, counts: RowCounts| {
        let RowCounts { new, changed, same } = counts;
        say(format_args!(
            "{zh} {en} · 新增 {new} new · 更改 {changed} changed · 不变 {same} same"
        ));
    };
    line("专业", "majors", changes.majors);
    line("课程", "courses", changes.courses);
    line("任务", "tasks", changes.tasks);
    for left in &changes.departs {
        let (major, number, title) = (&left.major, left.number, &left.title);
        say(format_args!(
            "注意：与“{major}”第 {number} 版课程标准《{title}》不一致。 This departs from version {number} of the standard of {major}."
        ));
    }
    if dry_run {
        say("试运行，未写入。 Dry run: nothing was written.");
    }
}
