//! `gongxue reindex`.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use super::{explain, library};
use crate::config::Config;

/// Builds the search index anew.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) async fn run(_: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let library = library(config).await?;
    if !library.index().may_write() {
        library.ask_for_reindex().await.map_err(explain)?;
        eprintln!("服务正在运行,已请它重建索引。The service is running; it has been asked to build its index anew.");
        return Ok(ExitCode::SUCCESS);
    }
    // A bar draws itself only where standard error is a terminal.
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}")?);
    let progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    library.rebuild_index(progress).await.map_err(explain)?;
    bar.finish();
    library.catch_up().await.map_err(explain)?;
    eprintln!("索引已重建。The index has been built anew.");
    Ok(ExitCode::SUCCESS)
}
