//! `gongxue serve`.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use actix_web::dev::Server;
use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use super::{demo, explain, library_with_index, say};
use crate::app::lock::DataLock;
use crate::app::process::ProcessLock;
use crate::config::Config;
use crate::http;
use crate::jobs::Workers;
use crate::library::Library;
use crate::telemetry;

/// How often an address that is in use is tried again, five seconds in all.
const LISTEN_TRIES: u32 = 50;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// Runs the service.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Fills an empty library with a sample: schools, accounts of every role, a catalogue, 300 resources with real files.
    #[arg(long)]
    demo: bool,
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    // First: what is counted before a recorder stands is counted nowhere.
    telemetry::figures();
    // One service a folder: two would write over each other's unfinished uploads.
    let _folder = DataLock::acquire(&config.data_dir, "gongxue serve").await?;
    let library = library_with_index(config).await?;
    library.signing.open_keys().await.map_err(explain)?;
    let (_process, ended) =
        ProcessLock::acquire(&config.data_dir, library.process()).context("say that this process lives")?;
    library.jobs.take_over_from(&ended).await?;
    let workers = Workers::start(&library, config.extract.worker_count());
    let sign_in = if args.demo {
        Some(demo::fill(&library, config).await?)
    } else {
        None
    };
    let (server, addresses) = listen(&library, config).await?;
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
        // Answers that wait for a change would otherwise hold up the stop for all of its grace.
        waited_on.signals.stop_waiting();
        // Requests that are under way may finish; new ones are not taken.
        handle.stop(true).await;
        asked
    });
    server.await?;
    stopping.await??;
    // After the last answer, because they write down what it counted and found.
    workers.stop().await;
    library.operations.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Listens. What a killed service leaves behind may hold the address a moment longer: a child that was just being started
/// has its sockets until it runs.
async fn listen(library: &Library, config: &Config) -> anyhow::Result<(Server, Vec<SocketAddr>)> {
    for _ in 0..LISTEN_TRIES {
        match http::serve(library, config) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                tracing::warn!("`{}` is still in use; trying again", config.server.listen);
                tokio::time::sleep(BETWEEN_TRIES).await;
            }
            served => return served.with_context(|| format!("listen on `{}`", config.server.listen)),
        }
    }
    http::serve(library, config).with_context(|| format!("listen on `{}`", config.server.listen))
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
