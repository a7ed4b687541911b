//! `gongxue reindex`.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use super::{explain, library_with_index};
use crate::config::Config;
use crate::library::index::waits_for_writer;

/// Builds the search index anew.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) async fn run(_: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let library = library_with_index(config).await?;
    let prepared = library.prepare_index().await;
    if prepared.as_ref().is_err_and(waits_for_writer) {
        library.ask_for_reindex().await.map_err(explain)?;
        eprintln!("服务正在运行,已请它重建索引。The service is running; it has been asked to build its index anew.");
        return Ok(ExitCode::SUCCESS);
    }
    prepared.map_err(explain)?;
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
