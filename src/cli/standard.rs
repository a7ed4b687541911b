//! `gongxue curriculum standard`.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;

use super::{explain, library, say};
use crate::config::Config;
use crate::domain::curriculum::RowFault;
use crate::domain::day::Day;
use crate::domain::fault::FaultKind;
use crate::domain::id::{Sha256, StandardId};
use crate::domain::standard::{StandardForm, StandardState};
use crate::error::{Error, Refusal};
use crate::library::Library;
use crate::library::imports::table;
use crate::library::standards::{StandardQuery, StandardView};
use crate::words::Lang;
use crate::words::pages::PageWords;

/// The most versions that are listed.
const LISTED: u64 = 1_000;

/// Works on versions of curriculum standards 课程标准.
#[derive(Debug, Subcommand)]
pub(super) enum StandardCommand {
    /// Lists the versions, the newest first.
    List(List),
    /// Makes a draft of a table and says what it would change.
    #[command(after_help = DRAFT)]
    Draft(Draft),
    /// Says what a draft would change now, or what a version changed.
    Show(Show),
    /// Publishes a draft: the curriculum becomes what its table says.
    Publish(Publish),
}

const DRAFT: &str = "\
The table has the columns of the catalogue, and 原课程 and 原任务 for what is renamed, moved, split or merged. Every faulty
row is named on standard error; then the draft is kept without a table.

Example:
  gongxue curriculum standard draft 课程标准.xlsx --major 0403 --title 数控加工专业课程标准 --as bureau

Exit codes: 0 done, 1 failed, 2 wrong usage.";

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Id, code or exact name of a major.
    #[arg(long)]
    major: Option<String>,
    /// Whose rights count; without it what everybody sees.
    #[arg(long = "as", value_name = "NAME")]
    account: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Draft {
    /// A CSV, XLSX, XLS or ODS file.
    file: PathBuf,
    /// Id, code or exact name of the major.
    #[arg(long)]
    major: String,
    /// The title.
    #[arg(long)]
    title: String,
    /// The number of the document that issued it 文号.
    #[arg(long)]
    issued_no: Option<String>,
    /// The day from which it holds.
    #[arg(long)]
    effective_on: Option<Day>,
    /// Whose draft it is.
    #[arg(long = "as", value_name = "NAME")]
    account: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// The version's id.
    id: StandardId,
    /// Whose rights count.
    #[arg(long = "as", value_name = "NAME")]
    account: String,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Publish {
    /// The draft's id.
    id: StandardId,
    /// The base that was shown beside the changes.
    #[arg(long)]
    base: Sha256,
    /// Who publishes it.
    #[arg(long = "as", value_name = "NAME")]
    account: String,
}

pub(super) async fn run(command: StandardCommand, config: &Config) -> anyhow::Result<ExitCode> {
    let library = library(config).await?;
    match command {
        StandardCommand::List(args) => list(&library, args).await,
        StandardCommand::Draft(args) => draft(&library, args).await,
        StandardCommand::Show(args) => show(&library, args).await,
        StandardCommand::Publish(args) => publish(&library, args).await,
    }
}

async fn list(library: &Library, args: List) -> anyhow::Result<ExitCode> {
    let actor = match &args.account {
        Some(name) => library.accounts.actor_named(name).await.map_err(explain)?,
        None => crate::actor::Actor::guest(),
    };
    let query = StandardQuery {
        major: args.major,
        state: None,
    };
    let found = library
        .standards
        .list(&actor, &query, None, LISTED)
        .await
        .map_err(explain)?;
    for standard in found.items {
        let number = PageWords(Lang::Zh).standard_number(standard.state, standard.number);
        say(format_args!(
            "{} {} {} {}",
            standard.id, standard.major.name, number, standard.title
        ));
    }
    Ok(ExitCode::SUCCESS)
}

async fn draft(library: &Library, args: Draft) -> anyhow::Result<ExitCode> {
    let name = args.file.display().to_string();
    let file = File::open(&args.file).with_context(|| format!("open `{name}`"))?;
    let table = table::read(file).with_context(|| format!("read the table `{name}`"))?;
    let actor = library.accounts.actor_named(&args.account).await.map_err(explain)?;
    let form = StandardForm {
        major: args.major,
        title: args.title,
        issued_no: args.issued_no,
        effective_on: args.effective_on,
        document: None,
        document_version: None,
        notes: None,
    };
    let made = library.standards.add(&actor, form).await.map_err(explain)?;
    let (id, revision) = (made.standard.id, made.standard.revision);
    match library.standards.put_rows(&actor, id, revision, table).await {
        Ok(view) => {
            tell(&view);
            Ok(ExitCode::SUCCESS)
        }
        Err(Error::Refused(refusal)) if matches!(*refusal, Refusal::Fields(_)) => {
            tell_faults(id, &refusal);
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(explain(error)),
    }
}

async fn show(library: &Library, args: Show) -> anyhow::Result<ExitCode> {
    let actor = library.accounts.actor_named(&args.account).await.map_err(explain)?;
    let view = library.standards.standard(&actor, args.id).await.map_err(explain)?;
    if args.json {
        say(serde_json::to_string_pretty(&view)?);
    } else {
        tell(&view);
    }
    Ok(ExitCode::SUCCESS)
}

async fn publish(library: &Library, args: Publish) -> anyhow::Result<ExitCode> {
    let actor = library.accounts.actor_named(&args.account).await.map_err(explain)?;
    let seen = library.standards.revision(&actor, args.id).await.map_err(explain)?;
    let published = library.standards.publish(&actor, args.id, seen, &args.base).await;
    tell(&published.map_err(explain)?);
    Ok(ExitCode::SUCCESS)
}

fn tell(view: &StandardView) {
    let words = PageWords(Lang::Zh);
    let standard = &view.standard;
    let number = words.standard_number(standard.state, standard.number);
    say(format_args!(
        "{} {} {number} {}",
        standard.id, standard.major.name, standard.title
    ));
    for change in &view.changes {
        let kind = words.standard_change_kind(change.kind);
        say(format_args!("  {kind} {}", words.standard_change(change)));
    }
    for [zh, en] in &view.faults {
        say(format_args!("  {zh}\n    {en}"));
    }
    if let Some(base) = view.base.as_ref().filter(|_| standard.state == StandardState::Draft) {
        say(format_args!("base {base}"));
    }
}

#[expect(clippy::print_stderr, reason = "faults are talk, not data")]
fn tell_faults(id: StandardId, refusal: &Refusal) {
    let Refusal::Fields(faults) = refusal else { return };
    for fault in faults {
        let told: Option<&RowFault> = match &fault.kind {
            FaultKind::Row(row) => Some(row),
            _ => None,
        };
        if let Some(row) = told {
            eprintln!("{}\n    {}", row.zh(), row.en());
        }
    }
    eprintln!(
        "共 {} 处错误，草稿 {id} 没有表格。\n{} faults; the draft {id} has no table.",
        faults.len(),
        faults.len()
    );
}
