//! `gongxue school add`.

use std::process::ExitCode;

use clap::Subcommand;

use super::{explain, library, say};
use crate::config::Config;

/// Adds schools.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Adds a school; prints its id.
    Add {
        /// The short name that people and programs use: `S1`.
        code: String,
        /// The full name.
        name: String,
    },
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let Command::Add { code, name } = args.command;
    say(library(config)
        .await?
        .accounts
        .add_school(&code, &name, None, None)
        .await
        .map_err(explain)?);
    Ok(ExitCode::SUCCESS)
}
