//! The command line: one variant, one arm, one file per subcommand.
//!
//! Data goes to standard output, talk and progress to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done
//! in part.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::actor::Actor;
use crate::app::private;
use crate::config::{self, Config};
use crate::domain::audit::AuditAction;
use crate::library::Library;
use crate::telemetry::{self, LogFormat};

mod account;
mod backup;
mod check;
mod curriculum;
mod demo;
mod doctor;
mod import;
mod keys;
mod mirror;
mod pack;
mod progress;
mod pull;
mod reindex;
mod remote_work;
mod restore;
mod school;
mod scrub;
mod serve;
mod show;
mod standard;
mod token;
mod work;

/// Wrong usage or wrong settings.
const WRONG_USAGE: u8 = 2;
/// Something could not be done and is named; the rest is.
const DONE_IN_PART: u8 = 3;

/// Gongxue 工学资源库: a shared repository of teaching resources for technical schools.
#[derive(Debug, Parser)]
#[command(name = "gongxue", version, after_help = EXAMPLES)]
pub struct Cli {
    /// The settings' file; environment variables `GONGXUE_<SECTION>__<KEY>` count more.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// `json` or `human`; human on a terminal, JSON elsewhere.
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  gongxue serve --demo                           try it: a sample library on http://127.0.0.1:8080
  gongxue account add wang --role teacher --school S1 --password-stdin < password.txt
  gongxue token add wang --scope write --expires 90d
  gongxue pull https://hub.example --pack 0190… --to ./数控车床
  GONGXUE_DATABASE__URL=postgres://… gongxue serve";

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the service, with its workers.
    Serve(serve::Args),
    /// Runs only the workers that read files, beside other nodes or for a library elsewhere.
    Work(work::Args),
    /// Adds accounts.
    Account(account::Args),
    /// Makes tokens for programs.
    Token(token::Args),
    /// Adds schools.
    School(school::Args),
    /// Imports majors, courses and tasks, and publishes standards.
    Curriculum(curriculum::Args),
    /// Imports a folder of files as resources.
    Import(import::Args),
    /// Mirrors a hub's packs into this node's own library, and offers it what is shared here.
    Mirror(mirror::Args),
    /// Works on packs of this library: brings them onto a stick.
    Pack(pack::Args),
    /// Shows and changes the keys that sign packs.
    Keys(keys::Args),
    /// Pulls a pack from a hub into a folder: only what is missing, and all of it checked.
    Pull(pull::Args),
    /// Keeps the library at another place: rows, objects, keys.
    Backup(backup::Args),
    /// Brings a library back from a backup.
    Restore(restore::Args),
    /// Brings the database's tables up to date.
    Migrate,
    /// Builds the search index anew beside the one that serves, without reading any file again.
    Reindex(reindex::Args),
    /// Reads every stored object and compares it with its hash; mends what is damaged from a backup or a hub.
    Scrub(scrub::Args),
    /// Looks whether everything is as it should be, and says what to do where not.
    Doctor(doctor::Args),
    /// Checks the store against the database: objects that no row names; joins the two on purpose.
    Check(check::Args),
    /// Prints the description of the REST interface (OpenAPI 3.1).
    Openapi,
    /// Shows the settings.
    Config(show::Args),
}

impl Command {
    /// Whether all that it makes is the service's own. What is pulled into a folder or brought onto a stick is for others,
    /// as far as the umask of whoever asked lets them.
    fn keeps_to_itself(&self) -> bool {
        !matches!(self, Self::Pull(_) | Self::Pack(_))
    }
}

/// Reads the command line and does what it says.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    let config = match Config::load(cli.config.as_deref(), config::environment()) {
        Ok(config) => config,
        Err(faults) => {
            eprintln!("{faults}");
            return ExitCode::from(WRONG_USAGE);
        }
    };
    if cli.command.keeps_to_itself() {
        private::keep_private();
    }
    // Fails only where logging was started before, and then it is on.
    let _ = telemetry::start_logs(cli.log_format.unwrap_or_else(LogFormat::of_stderr));
    match dispatch(cli.command, config).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: Command, config: Config) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(args) => serve::run(args, &config).await,
        Command::Work(args) => work::run(&args, &config).await,
        Command::Account(args) => account::run(args, &config).await,
        Command::Token(args) => token::run(args, &config).await,
        Command::School(args) => school::run(args, &config).await,
        Command::Curriculum(args) => curriculum::run(args, &config).await,
        Command::Import(args) => import::run(args, &config).await,
        Command::Mirror(args) => mirror::run(args, &config).await,
        Command::Pack(args) => pack::run(args, &config).await,
        Command::Keys(args) => keys::run(args, &config).await,
        Command::Pull(args) => pull::run(args).await,
        Command::Backup(args) => backup::run(args, &config).await,
        Command::Restore(args) => restore::run(args, &config).await,
        Command::Migrate => {
            library(&config).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Reindex(args) => reindex::run(args, &config).await,
        Command::Scrub(args) => scrub::run(args, &config).await,
        Command::Doctor(args) => doctor::run(args, &config).await,
        Command::Check(args) => check::run(args, &config).await,
        Command::Openapi => {
            say(crate::http::openapi::document_text());
            Ok(ExitCode::SUCCESS)
        }
        Command::Config(args) => {
            show::run(&args, &config);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Opens the library, for commands that work on it and look nothing up.
async fn library(config: &Config) -> anyhow::Result<Library> {
    crate::app::open_without_index(config).await
}

/// Opens the library with its index, for commands that are about it.
async fn library_with_index(config: &Config) -> anyhow::Result<Library> {
    crate::app::open(config).await
}

/// Has the audit log say what the operator did that changes no rows.
async fn record(library: &Library, action: AuditAction, subject: Option<String>) -> anyhow::Result<()> {
    let done = library.audit.did(&Actor::guest(), action, subject).await;
    done.map_err(explain)
}

/// Writes a line of data to standard output.
#[expect(clippy::print_stdout, reason = "this is what commands answer with")]
fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

/// Names objects that are lost, on standard error.
fn name_lost(named: &[String], count: u64) {
    for key in named {
        eprintln!("lost: {key}");
    }
    if count > 0 {
        eprintln!("{}", crate::words::backups::lost(count));
    }
}

/// Turns a refusal into what an operator reads: what is wrong, in both languages, and the next step.
pub(crate) fn explain(error: crate::error::Error) -> anyhow::Error {
    use crate::words::Lang;
    match error {
        crate::error::Error::Refused(refusal) => {
            let (zh, en) = (refusal.say(Lang::Zh), refusal.say(Lang::En));
            anyhow::anyhow!("{}: {}\n       {}: {}", zh.title, zh.detail, en.title, en.detail)
        }
        crate::error::Error::Unexpected(source) => source,
    }
}
