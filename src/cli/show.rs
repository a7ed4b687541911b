//! `gongxue config show`.

use clap::Subcommand;

use super::say;
use crate::config::Config;

/// Shows the settings.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints the settings as they are in force; secrets are left out.
    Show,
}

pub(super) fn run(args: &Args, config: &Config) {
    let Command::Show = args.command;
    say(config.show());
}
