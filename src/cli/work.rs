//! `gongxue work`.

use std::process::ExitCode;

use anyhow::Context as _;

use super::{explain, library, serve};
use crate::app::process::ProcessLock;
use crate::config::Config;
use crate::jobs::Workers;

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
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
