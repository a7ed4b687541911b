//! `gongxue pack export`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};

use super::{explain, library, record, say};
use crate::config::Config;
use crate::domain::audit::AuditAction;
use crate::domain::id::PackId;

const EXAMPLES: &str = "\
Examples:
  gongxue pack export --pack 0190… --to /media/stick/packs
  gongxue pull --from /media/stick/packs --pack 0190… --to ./数控车床      in a school without a line";

/// Works on packs of this library.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes the newest version of a pack into a folder, for a stick; several packs may share one.
    Export {
        /// The pack's id.
        #[arg(long, value_name = "ID")]
        pack: PackId,
        /// The folder; made if it is not there.
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let Command::Export { pack, to, json } = args.command;
    let library = library(config).await?;
    let style = ProgressStyle::with_template("{bytes} {bytes_per_sec} {wide_bar}").expect("a template of ours");
    let bar = ProgressBar::new_spinner().with_style(style);
    let exported = library.delivery.export_pack(pack, &to, |bytes| bar.inc(bytes)).await;
    bar.finish_and_clear();
    let exported = exported.map_err(explain)?;
    let subject = format!("{pack}/{}", exported.version);
    record(&library, AuditAction::PackFetch, Some(subject)).await?;
    if json {
        say(serde_json::to_string(&exported)?);
    } else {
        eprintln!(
            "version {}: {} files, {} of them were there, {} may no longer be given",
            exported.version, exported.files, exported.kept, exported.gone
        );
    }
    Ok(ExitCode::SUCCESS)
}
