//! `gongxue work`.

use std::process::ExitCode;

use super::{library, serve};
use crate::config::Config;
use crate::jobs::Workers;

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let library = library(config).await?;
    let workers = Workers::start_readers(&library, config.extract.worker_count());
    serve::asked_to_stop().await?;
    workers.stop().await;
    library.close().await;
    Ok(ExitCode::SUCCESS)
}
