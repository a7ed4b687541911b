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
        /// What kind of school it is: 技师学院
        #[arg(long)]
        kind: Option<String>,
        /// The phase of the city's plan in which it joined, counted from 1
        #[arg(long, value_parser = clap::value_parser!(i32).range(1..=20))]
        phase: Option<i32>,
    },
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let Command::Add {
        code,
        name,
        kind,
        phase,
    } = args.command;
    say(library(config)
        .await?
        .accounts
        .add_school(&code, &name, kind, phase)
        .await
        .map_err(explain)?);
    Ok(ExitCode::SUCCESS)
}
