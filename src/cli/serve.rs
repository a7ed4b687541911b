//! `gongxue serve`.

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use super::{demo, library, say};
use crate::config::Config;
use crate::http;
use crate::jobs::Workers;
use crate::telemetry;

/// Runs the service.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Fills an empty library with a sample: schools, accounts of every role, a catalogue, 300 resources with real files.
    #[arg(long)]
    demo: bool,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    telemetry::figures();
    let library = library(config).await?;
    let workers = Workers::start(&library, config.extract.worker_count());
    let sign_in = if args.demo {
        Some(demo::fill(&library, config).await?)
    } else {
        None
    };
    let (server, addresses) = http::serve(&library, config)?;
    for address in addresses {
        say(format_args!("http://{address}"));
    }
    if let Some(sign_in) = sign_in {
        say(sign_in);
    }
    let handle = server.handle();
    let waited_on = library.clone();
    let stopping = actix_web::rt::spawn(async move {
        let asked = asked_to_stop().await;
        waited_on.stop_waiting();
        // Requests that are under way may finish; new ones are not taken.
        handle.stop(true).await;
        asked
    });
    server.await?;
    stopping.await??;
    workers.stop().await;
    library.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Waits for SIGTERM or Ctrl-C.
pub(super) async fn asked_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: requests under way are finished, jobs are given back");
    Ok(())
}
