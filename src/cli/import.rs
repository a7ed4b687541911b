//! `gongxue import`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::{explain, library, say};
use crate::actor::Actor;
use crate::config::Config;
use crate::library::Library;
use crate::library::imports::fault::ItemFault;
use crate::library::imports::sheet;
use crate::library::imports::table;
use crate::library::imports::table::ExtractedTable;
use crate::library::imports::{ImportItem, ImportOutcome, ImportPlan};
use crate::words::sizes::size;

/// Some items were imported and some were not.
const DONE_IN_PART: u8 = 3;

/// How many columns stand on a line of the help, with the path.
const COLUMNS_A_LINE: usize = 7;

fn after_help() -> String {
    let mut columns = sheet::columns();
    columns.insert(0, "文件 path (from FOLDER)".to_owned());
    let lines = columns.chunks(COLUMNS_A_LINE).map(|line| line.join("   "));
    HELP.replace("{columns}", &lines.collect::<Vec<_>>().join("\n  "))
}

const HELP: &str = "\
Without a sheet every sub-folder and every file at the top of FOLDER becomes a resource; its title is its name,
its type is guessed. A sheet has a row for each resource and these columns, in Chinese or English:
  {columns}
Nothing is imported while the sheet has a fault. Run the same command again after an interruption: what is
there already is recognised by its title and files.

Examples:
  gongxue import ./工业机器人 --as wang --dry-run
  gongxue import ./工业机器人 --as wang --sheet 清单.xlsx --publish

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part.";

/// Imports a folder of files as resources.
#[derive(Debug, clap::Args)]
#[command(after_help = after_help())]
pub(super) struct Args {
    /// The folder.
    folder: PathBuf,
    /// The account that the resources will belong to.
    #[arg(long = "as", value_name = "NAME")]
    account: String,
    /// A CSV, XLSX, XLS or ODS file that says what is what.
    #[arg(long, value_name = "FILE")]
    sheet: Option<PathBuf>,
    /// Only says what would be imported, and what is wrong.
    #[arg(long)]
    dry_run: bool,
    /// Publishes at once: the operator stands in for the review.
    #[arg(long)]
    publish: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// Counts of items by what became of them.
#[derive(Default)]
struct ImportCounts {
    imported: usize,
    known: usize,
    failed: usize,
    items: Vec<Value>,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    if !args.folder.is_dir() {
        bail!("`{}` is not a folder", args.folder.display());
    }
    let sheet = args.sheet.as_deref().map(read_sheet).transpose()?;
    let library = library(config).await?;
    let actor = library.accounts.actor_named(&args.account).await.map_err(explain)?;
    let mut plan = library
        .imports
        .plan_import(&args.folder, sheet.as_ref())
        .await
        .map_err(explain)?;
    tell_faults(&plan);
    if !plan.faults.is_empty() {
        if args.json {
            let faults: Vec<_> = plan.faults.iter().map(ItemFault::shown).collect();
            say(serde_json::to_string_pretty(
                &json!({ "faults": faults, "skipped": plan.skipped }),
            )?);
        }
        return Ok(ExitCode::FAILURE);
    }
    library.imports.recognise(&actor, &mut plan).await.map_err(explain)?;
    if args.dry_run {
        tell_plan(&plan, args.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    let tally = carry(&library, &actor, &plan, args.publish).await;
    tell_tally(&tally, &plan, args.json)?;
    Ok(tally.exit_code())
}

fn read_sheet(path: &Path) -> anyhow::Result<ExtractedTable> {
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("open the sheet `{name}`"))?;
    table::read(file).with_context(|| format!("read the sheet `{name}`"))
}

async fn carry(library: &Library, actor: &Actor, plan: &ImportPlan, publish: bool) -> ImportCounts {
    let bar = progress(plan.items.iter().map(ImportItem::bytes).sum());
    let mut tally = ImportCounts::default();
    for item in &plan.items {
        bar.set_message(item.form.metadata.title.clone());
        let outcome = library
            .imports
            .import_item(actor, item, publish, |bytes| bar.inc(bytes))
            .await;
        match outcome {
            Ok(outcome) => tally.add(item, outcome),
            Err(error) => {
                let why = format!("{:#}", explain(error));
                bar.suspend(|| talk(&format!("失败 failed `{}`: {why}", item.path)));
                tally.fail(item, &why);
            }
        }
    }
    bar.finish_and_clear();
    tally
}

/// A bar on a terminal, nothing elsewhere.
fn progress(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} {wide_msg}");
    bar.with_style(style.expect("a test draws the bar"))
}

impl ImportCounts {
    fn add(&mut self, item: &ImportItem, outcome: ImportOutcome) {
        let (word, id) = match outcome {
            ImportOutcome::Imported { id } => {
                self.imported += 1;
                ("imported", id)
            }
            ImportOutcome::Known { id } => {
                self.known += 1;
                ("known", id)
            }
        };
        self.items
            .push(json!({ "path": item.path, "title": item.form.metadata.title, "outcome": word, "id": id }));
    }

    fn fail(&mut self, item: &ImportItem, why: &str) {
        self.failed += 1;
        self.items
            .push(json!({ "path": item.path, "title": item.form.metadata.title, "outcome": "failed", "why": why }));
    }

    fn exit_code(&self) -> ExitCode {
        match (self.failed, self.imported + self.known) {
            (0, _) => ExitCode::SUCCESS,
            (_, 0) => ExitCode::FAILURE,
            _ => ExitCode::from(DONE_IN_PART),
        }
    }
}

fn tell_faults(plan: &ImportPlan) {
    for fault in &plan.faults {
        talk(&format!("{}\n    {}", fault.zh(), fault.en()));
    }
    let count = plan.faults.len();
    if count > 0 {
        talk(&format!(
            "共 {count} 处错误，未导入任何内容。\n{count} faults; nothing was imported."
        ));
    }
}

fn tell_plan(plan: &ImportPlan, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        say(serde_json::to_string_pretty(
            &json!({ "items": plan.items, "skipped": plan.skipped, "faults": [] }),
        )?);
        return Ok(());
    }
    for item in &plan.items {
        say(planned(item));
    }
    tell_skipped(plan);
    let (count, bytes) = (plan.items.len(), size(plan.items.iter().map(ImportItem::bytes).sum()));
    say(format_args!(
        "试运行：{count} 个资源，{bytes}，未写入。 Dry run: {count} resources, {bytes}; nothing was written."
    ));
    Ok(())
}

fn planned(item: &ImportItem) -> String {
    let mark = |field: &str| if item.guessed.contains(&field) { "?" } else { "" };
    let known = if item.known.is_some() {
        "  已导入 already there"
    } else {
        ""
    };
    format!(
        "{}: {}{} [{}{}] {} 个文件 files, {}{known}",
        item.path,
        item.form.metadata.title,
        mark("title"),
        item.form.metadata.kind,
        mark("type"),
        item.files.len(),
        size(item.bytes()),
    )
}

fn tell_skipped(plan: &ImportPlan) {
    for skipped in &plan.skipped {
        talk(&format!(
            "略过 skipped `{}`: {} · {}",
            skipped.path,
            skipped.why.zh(),
            skipped.why.en()
        ));
    }
}

fn tell_tally(tally: &ImportCounts, plan: &ImportPlan, as_json: bool) -> anyhow::Result<()> {
    let ImportCounts {
        imported,
        known,
        failed,
        items,
    } = tally;
    if as_json {
        let counts =
            json!({ "imported": imported, "known": known, "failed": failed, "items": items, "skipped": plan.skipped });
        say(serde_json::to_string_pretty(&counts)?);
        return Ok(());
    }
    tell_skipped(plan);
    say(format_args!(
        "导入 {imported} imported · 已有 {known} already there · 失败 {failed} failed · 略过 {} skipped",
        plan.skipped.len()
    ));
    Ok(())
}

#[expect(clippy::print_stderr, reason = "talk, not data")]
fn talk(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_bar_can_be_drawn() {
        super::progress(1).finish_and_clear();
    }
}
