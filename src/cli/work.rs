//! `gongxue work`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use super::{explain, library, remote_work, serve};
use crate::app::process::ProcessLock;
use crate::config::Config;
use crate::jobs::Workers;

const EXAMPLES: &str = "\
Without --hub it works on the library of the settings, beside other nodes: it needs their database and store.
With --hub it works for a library elsewhere, from any computer: it claims a page or a film at a time, and can be
stopped at any moment. What it has not finished goes to others.

Examples:
  gongxue work
  gongxue work --hub https://hub.example --token-file token.txt
  gongxue work --hub https://hub.example --token-file token.txt --kinds ocr --at-once 4 --name 机房3
  gongxue work --hub https://hub.example --token-file token.txt --once --json

The token is one of the scope `work`: `gongxue token add wang --scope work --expires 90d`, or on one's account page.
Exit codes: 0 stopped or done, 1 failed, 2 wrong usage.";

/// Runs only the workers that read files: of this library, or of one elsewhere.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The address of a library elsewhere that this computer works for.
    #[arg(long, value_name = "HUB_URL", value_parser = super::pull::parse_hub)]
    hub: Option<String>,
    /// A file with the token, which nobody else can read; else the environment variable `GONGXUE_TOKEN`.
    #[arg(long, value_name = "FILE", requires = "hub")]
    pub(super) token_file: Option<PathBuf>,
    /// What to do, with commas: `ocr`, `speech`; all that this computer can when not given.
    #[arg(long, value_name = "KINDS", value_delimiter = ',', requires = "hub")]
    pub(super) kinds: Vec<String>,
    /// What the library's people see it as; the computer's name when not given.
    #[arg(long, value_name = "NAME", requires = "hub")]
    pub(super) name: Option<String>,
    /// How many pieces of work it is at side by side: each page takes a processor and 320 MB.
    #[arg(long, value_name = "N", default_value = "1", requires = "hub")]
    pub(super) at_once: NonZeroUsize,
    /// Ends when nothing waits.
    #[arg(long, requires = "hub")]
    pub(super) once: bool,
    /// Prints what happens as lines of JSON.
    #[arg(long, requires = "hub")]
    pub(super) json: bool,
}

pub(super) async fn run(args: &Args, config: &Config) -> anyhow::Result<ExitCode> {
    if let Some(hub) = &args.hub {
        return remote_work::run(args, hub, config).await;
    }
    let library = library(config).await?;
    library.signing.open_keys().await.map_err(explain)?;
    let (_process, ended) =
        ProcessLock::acquire(&config.data_dir, library.process()).context("say that this process lives")?;
    library.jobs.take_over_from(&ended).await?;
    let workers = Workers::start_readers(&library, config.extract.worker_count());
    serve::asked_to_stop().await?;
    workers.stop().await;
    library.operations.close().await;
    Ok(ExitCode::SUCCESS)
}
