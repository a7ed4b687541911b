//! `gongxue work --hub`: this machine reads scans and hears films for a hub, without database, store or data folder.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::work::Args;
use super::{pull, say, serve};
use crate::app;
use crate::config::Config;
use crate::domain::film::web_vtt;
use crate::domain::id::Sha256;
use crate::domain::passage::{Locator, Passage};
use crate::domain::speech::SpokenLine;
use crate::domain::work::{ASK_AGAIN, WORK_BEAT, WorkAskForm, WorkKind, WorkOrder, WorkResult};
use crate::library::reading::Programs;
use crate::pull::error::Error;
use crate::pull::work::WorkHub;

/// After a failure of the line this long passes before the hub is asked again.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// One that works for a hub.
struct RemoteWorker {
    hub: WorkHub,
    programs: Programs,
    ask: WorkAskForm,
    once: bool,
    json: bool,
}

/// How a piece of work ended here.
enum WorkEnd {
    /// Its result was taken.
    Done,
    /// The hub gave it to somebody else.
    Lost,
    /// It was given back, because this machine stops.
    Stopped,
}

pub(super) async fn run(args: &Args, hub: &str, config: &Config) -> anyhow::Result<ExitCode> {
    let worker = RemoteWorker::open(args, hub, config)?;
    let (stop, stopping) = watch::channel(false);
    worker.tell(
        "ready",
        &json!({"hub": hub, "name": worker.ask.name, "kinds": worker.ask.kinds}),
    );
    let all = try_join_all((0..args.at_once.get()).map(|_| worker.work(stopping.clone())));
    tokio::pin!(all);
    tokio::select! {
        done = &mut all => drop(done?),
        asked = serve::asked_to_stop() => {
            asked?;
            stop.send_replace(true);
            all.await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl RemoteWorker {
    fn open(args: &Args, hub: &str, config: &Config) -> anyhow::Result<Self> {
        if let Some(file) = &args.token_file {
            expect_private(file)?;
        }
        let token = pull::hub_token(args.token_file.as_deref())?;
        let token = token.context("a token is needed\nhint: --token-file FILE, made with `--scope work`")?;
        let programs = app::programs(config)?;
        let kinds = kinds(&args.kinds, &programs)?;
        let ocr_model = kinds.contains(&WorkKind::Ocr).then(|| programs.ocr_model()).flatten();
        Ok(Self {
            hub: WorkHub::new(hub, &token).map_err(|error| pull::explain(&error))?,
            ask: WorkAskForm {
                name: args.name.clone().unwrap_or_else(host_name),
                kinds,
                version: env!("CARGO_PKG_VERSION").to_owned(),
                ocr_model,
            },
            programs,
            once: args.once,
            json: args.json,
        })
    }

    /// Takes one piece of work after another.
    async fn work(&self, mut stop: watch::Receiver<bool>) -> anyhow::Result<()> {
        // A book has many pages: it is fetched once for those that follow each other.
        let mut kept: Option<(Sha256, NamedTempFile)> = None;
        while !*stop.borrow() {
            let rest = match self.hub.claim(&self.ask).await {
                Ok(Some(order)) => match self.take(&order, &mut kept, &mut stop).await {
                    Ok(WorkEnd::Stopped) => return Ok(()),
                    Ok(WorkEnd::Done | WorkEnd::Lost) => Duration::ZERO,
                    Err(error) => self.rest_after(&error)?,
                },
                Ok(None) if self.once => return Ok(()),
                Ok(None) => ASK_AGAIN,
                Err(error) => self.rest_after(&error)?,
            };
            tokio::select! {
                () = sleep(rest) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
        Ok(())
    }

    /// How long to rest after an error that passes; one that does not ends the program.
    fn rest_after(&self, error: &Error) -> anyhow::Result<Duration> {
        if error.is_transient() && !self.once {
            self.tell("waiting", &json!({"why": error.to_string()}));
            return Ok(AFTER_FAILURE);
        }
        if let Error::Refused(refused) = error
            && refused.status == 404
            && refused.address == "work/claims"
        {
            bail!("{error}\nhint: the hub's program is older and gives no work to others; update it");
        }
        Err(pull::explain(error))
    }

    async fn take(
        &self,
        order: &WorkOrder,
        kept: &mut Option<(Sha256, NamedTempFile)>,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<WorkEnd, Error> {
        let began = Instant::now();
        let ended = tokio::select! {
            ended = self.finish(order, kept) => ended,
            lost = self.keep_claim(order) => Err(lost),
            _ = stop.wait_for(|stop| *stop) => {
                // Where it does not come through, the claim ends by itself.
                let _ = self.hub.give_back(order.id).await;
                self.tell("given-back", &about(order));
                return Ok(WorkEnd::Stopped);
            }
        };
        match ended {
            Ok(outcome) => {
                let mut done = about(order);
                done["outcome"] = outcome.into();
                done["seconds"] = json!((began.elapsed().as_secs_f64() * 10.0).round() / 10.0);
                self.tell("done", &done);
                Ok(WorkEnd::Done)
            }
            Err(Error::Refused(refused)) if refused.status == 409 => {
                self.tell("lost", &about(order));
                Ok(WorkEnd::Lost)
            }
            Err(error) => {
                let _ = self.hub.give_back(order.id).await;
                Err(error)
            }
        }
    }

    /// Says that the work goes on, until the claim is lost. A line that is away for a moment does not end it.
    async fn keep_claim(&self, order: &WorkOrder) -> Error {
        let mut beat = interval(WORK_BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.tick().await;
        loop {
            beat.tick().await;
            match self.hub.beat(order.id).await {
                Ok(()) => {}
                Err(error) if error.is_transient() => tracing::warn!("the hub does not answer: {error}"),
                Err(error) => return error,
            }
        }
    }

    /// Does a piece of work, and has the hub take what came of it; says what that was.
    async fn finish(
        &self,
        order: &WorkOrder,
        kept: &mut Option<(Sha256, NamedTempFile)>,
    ) -> Result<&'static str, Error> {
        if kept.as_ref().is_none_or(|(sha256, _)| *sha256 != order.sha256) {
            // The one before makes room first.
            *kept = None;
            let file = NamedTempFile::new().map_err(Error::disk("make", &std::env::temp_dir()))?;
            self.hub.fetch(order, file.path()).await?;
            *kept = Some((order.sha256.clone(), file));
        }
        let (_, file) = kept.as_ref().expect("set above");
        let content = file.reopen().map_err(Error::disk("read", file.path()))?;
        let result = match order.kind {
            WorkKind::Ocr => self.read(order, content).await,
            WorkKind::Speech => self.hear(content).await,
        };
        self.hub.send(order.id, &result).await?;
        Ok(match result {
            WorkResult::Read { .. } => "read",
            WorkResult::Unread { .. } => "unread",
            WorkResult::Heard { .. } => "heard",
            WorkResult::Unheard { .. } => "unheard",
        })
    }

    async fn read(&self, order: &WorkOrder, content: std::fs::File) -> WorkResult {
        let page = order.page.unwrap_or(1);
        let reader = self.programs.ocr.as_ref().expect("`kinds` asks for it");
        match reader.read(content, order.read_as, page).await {
            Ok(lines) => WorkResult::Read { page, lines },
            Err(fault) => WorkResult::Unread { page, fault },
        }
    }

    async fn hear(&self, content: std::fs::File) -> WorkResult {
        let machine = self.programs.speech.as_ref().expect("`kinds` asks for it");
        match machine.hear(&content).await {
            Ok(lines) => WorkResult::Heard {
                heard_by: machine.name(),
                subtitles: web_vtt(&cues(lines)),
            },
            Err(fault) => WorkResult::Unheard { fault },
        }
    }

    /// Tells what happens: as a line of JSON on standard output, or in words on standard error.
    fn tell(&self, event: &str, about: &Value) {
        if self.json {
            let mut line = about.clone();
            line["event"] = event.into();
            say(line);
        } else {
            talk(event, about);
        }
    }
}

fn about(order: &WorkOrder) -> Value {
    json!({"kind": order.kind, "page": order.page, "sha256": order.sha256.to_string()})
}

fn cues(lines: Vec<SpokenLine>) -> Vec<Passage> {
    let cue = |line: SpokenLine| {
        let (start_ms, end_ms) = (line.start_ms, line.end_ms);
        Passage::new(Locator::Time { start_ms, end_ms }, line.text)
    };
    lines.into_iter().map(cue).collect()
}

/// What this machine is to do: what was asked for, if it can; all that it can where nobody asked.
fn kinds(asked: &[String], programs: &Programs) -> anyhow::Result<Vec<WorkKind>> {
    let can = |kind: &WorkKind| match kind {
        WorkKind::Ocr => programs.ocr.is_some(),
        WorkKind::Speech => programs.speech.is_some(),
    };
    if asked.is_empty() {
        return Ok(WorkKind::ALL.into_iter().filter(can).collect());
    }
    let mut kinds = Vec::new();
    for given in asked {
        ensure!(
            given != "film",
            "copies of films are made by the hub itself, not by other machines\nhint: --kinds ocr,speech"
        );
        let kind = WorkKind::of_code(given);
        let kind = kind.with_context(|| format!("`{given}` is no work\nhint: ocr, speech"))?;
        let hint = match kind {
            WorkKind::Ocr => "`ocr.enabled` is off, or the program was built without the feature `ocr`",
            WorkKind::Speech => "set `speech.program`, and install ffmpeg: docs/speech.md",
        };
        ensure!(can(&kind), "this machine cannot do `{given}`\nhint: {hint}");
        kinds.push(kind);
    }
    Ok(kinds)
}

/// Refuses a token that others on this machine can read.
fn expect_private(file: &Path) -> anyhow::Result<()> {
    let name = file.display();
    let about = std::fs::metadata(file).with_context(|| format!("read the token in `{name}`"))?;
    ensure!(
        about.mode() & 0o077 == 0,
        "others can read the token in `{name}`\nhint: chmod 600 {name}"
    );
    Ok(())
}

fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() {
        "gongxue-work".to_owned()
    } else {
        name.to_owned()
    }
}

#[expect(clippy::print_stderr, reason = "talk, not data")]
fn talk(event: &str, about: &Value) {
    let page = about["page"]
        .as_u64()
        .map(|page| format!(" p. {page}"))
        .unwrap_or_default();
    let text = |key: &str| about[key].as_str().unwrap_or_default().to_owned();
    let content = text("sha256").chars().take(12).collect::<String>();
    match event {
        "ready" => eprintln!("已就绪 ready: {} → {}", text("name"), text("hub")),
        "waiting" => eprintln!("联系不上，稍后再试 trying again later: {}", text("why")),
        "done" => eprintln!("完成 {} {content}{page}: {} s", text("outcome"), about["seconds"]),
        "lost" => eprintln!("已交给别处 somebody else has it: {content}{page}"),
        _ => eprintln!("已交还 given back: {content}{page}"),
    }
}
