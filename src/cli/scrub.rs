//! `gongxue scrub`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::pull::{explain as explain_line, hub_token, parse_rate};
use super::{explain, library, record, say};
use crate::config::Config;
use crate::domain::audit::AuditAction;
use crate::domain::time::Timestamp;
use crate::library::Library;
use crate::library::objects::repair::MissingContent;
use crate::library::operations::scrub::Scrubbed;
use crate::pull::source::Source;
use crate::words::sizes::size;

/// Something is lost or damaged still, or could not be looked at.
const DONE_IN_PART: u8 = 3;
/// Where progress is not drawn it is said this often.
const SAID_EVERY: Duration = Duration::from_secs(30);

const EXAMPLES: &str = "\
Reads every stored object and compares it with its hash. The service may go on meanwhile; it does the same by itself, within
30 days, at `storage.scrub_bytes_per_sec`. A pass that is interrupted is gone on with by the same command.
What is lost or damaged is refused to whoever asks for it (410) and named on the page /admin/damage. It is mended by
whoever uploads the same file again, or from a place that has it: a folder of any kind (a backup, a pulled pack, a
teacher's own disk), or a hub.

Examples:
  gongxue scrub
  gongxue scrub --from /srv/backup --from https://hub.example --token-file token.txt
  gongxue scrub --known --from /media/stick        only what is known to be damaged: at once

Exit codes: 0 all is well, 1 failed, 2 wrong usage, 3 something is damaged still or could not be looked at.";

/// Reads every stored object and compares it with its hash.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Where right bytes may be: a folder, or the address of a hub.
    #[arg(long = "from", value_name = "PLACE")]
    places: Vec<String>,
    /// A file with the token to ask a hub with; else the environment variable `GONGXUE_TOKEN`, else nobody's.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Mends what is known to be damaged and reads nothing else.
    #[arg(long, conflicts_with_all = ["anew", "limit_rate"])]
    known: bool,
    /// Begins anew where a pass was interrupted.
    #[arg(long)]
    anew: bool,
    /// No more than so many bytes a second: `500K`, `20M`.
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    limit_rate: Option<u64>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// Output of the command.
#[derive(Debug, Serialize)]
struct ScrubOutput {
    /// Everything that is not named below was verified since.
    began_at: Option<Timestamp>,
    #[serde(flatten)]
    pass: Scrubbed,
    /// Contents that were mended from the places given.
    repaired: Vec<MissingContent>,
    /// Contents that are lost or damaged still.
    damaged_still: Vec<MissingContent>,
}

/// Where undamaged copies may be fetched from.
enum RepairSource {
    Hub(Box<Source>),
    Folder(PathBuf),
}

pub(super) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let places = args.places()?;
    let library = library(config).await?;
    record(&library, AuditAction::StoreScrub, None).await?;
    let done = tokio::select! {
        done = scrub(&library, &args, &places) => done,
        _ = tokio::signal::ctrl_c() => {
            // What was found since they were last written down is in memory alone.
            library.objects.keep_verdicts().await.map_err(explain)?;
            bail!("interrupted\nhint: run the same command again; it goes on where it stopped");
        }
    };
    let report = done?;
    let is_well = report.damaged_still.is_empty() && report.pass.skipped == 0;
    tell(&report, args.json)?;
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DONE_IN_PART)
    })
}

impl Args {
    fn places(&self) -> anyhow::Result<Vec<RepairSource>> {
        let token = hub_token(self.token_file.as_deref())?;
        let place = |text: &String| {
            if text.starts_with("http://") || text.starts_with("https://") {
                let hub = Source::hub(text, token.as_deref(), None).map_err(|error| explain_line(&error))?;
                return Ok(RepairSource::Hub(Box::new(hub)));
            }
            let folder = PathBuf::from(text);
            if !folder.is_dir() {
                bail!("`{text}` is neither a folder nor the address of a hub");
            }
            Ok(RepairSource::Folder(folder))
        };
        self.places.iter().map(place).collect()
    }
}

async fn scrub(library: &Library, args: &Args, places: &[RepairSource]) -> anyhow::Result<ScrubOutput> {
    // What is known is mended first: people wait for it, and a pass may take days.
    let mut repaired = repair(library, places).await?;
    let (began_at, pass) = if args.known {
        (None, Scrubbed::default())
    } else {
        let (began, pass) = read_all(library, args).await?;
        (Some(began), pass)
    };
    repaired.extend(repair(library, places).await?);
    Ok(ScrubOutput {
        began_at,
        pass,
        repaired,
        damaged_still: library.objects.wanted_contents().await.map_err(explain)?,
    })
}

async fn read_all(library: &Library, args: &Args) -> anyhow::Result<(Timestamp, Scrubbed)> {
    let (objects, bytes) = library.operations.scrub_ahead(args.anew).await.map_err(explain)?;
    let style = "{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";
    let bar = ProgressBar::new(bytes).with_style(ProgressStyle::with_template(style)?);
    eprintln!("{objects} objects, {} to read", size(bytes));
    let mut said = std::time::Instant::now();
    let told = |so_far: &Scrubbed| {
        bar.set_position(so_far.bytes);
        if so_far.damaged > 0 {
            bar.set_message(format!("{} damaged", so_far.damaged));
        }
        if bar.is_hidden() && said.elapsed() >= SAID_EVERY {
            said = std::time::Instant::now();
            eprintln!("{} of {objects} objects, {}", so_far.objects, size(so_far.bytes));
        }
    };
    let rate = args.limit_rate.unwrap_or(0);
    let done = library
        .operations
        .scrub_pass(args.anew, rate, told)
        .await
        .map_err(explain);
    bar.finish_and_clear();
    done
}

/// Mends what is known to be damaged from the places given, each in its turn; returns what was mended.
async fn repair(library: &Library, places: &[RepairSource]) -> anyhow::Result<Vec<MissingContent>> {
    let mut repaired = Vec::new();
    for place in places {
        let wanted = library.objects.wanted_contents().await.map_err(explain)?;
        if wanted.is_empty() {
            break;
        }
        let candidates = match place {
            RepairSource::Hub(_) => HashMap::new(),
            RepairSource::Folder(folder) => candidates(folder.clone(), &wanted).await?,
        };
        for content in wanted {
            match bytes_from(library, place, &candidates, &content).await {
                Ok(true) => repaired.push(content),
                Ok(false) => {}
                Err(error) => eprintln!("{}: {error:#}", content.sha256),
            }
        }
    }
    Ok(repaired)
}

/// Brings the bytes of a content from a place, if it has them and they are right.
async fn bytes_from(
    library: &Library,
    place: &RepairSource,
    candidates: &HashMap<u64, Vec<PathBuf>>,
    wanted: &MissingContent,
) -> anyhow::Result<bool> {
    match place {
        RepairSource::Hub(hub) => {
            let Some(body) = hub
                .content(&wanted.sha256)
                .await
                .map_err(|error| explain_line(&error))?
            else {
                return Ok(false);
            };
            let bytes = stream::try_unfold(body, async |mut body| {
                let piece = body.next().await?;
                Ok::<_, crate::pull::error::Error>(piece.map(|piece| (piece, body)))
            });
            library
                .objects
                .offer_bytes(wanted, bytes.boxed())
                .await
                .map_err(explain)
        }
        RepairSource::Folder(_) => {
            for path in candidates.get(&wanted.size).into_iter().flatten() {
                if offer_file(library, wanted, path).await? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

async fn offer_file(library: &Library, wanted: &MissingContent, path: &Path) -> anyhow::Result<bool> {
    let file = tokio::fs::File::open(path).await;
    let file = file.with_context(|| format!("open `{}`", path.display()))?;
    let bytes = stream::try_unfold(file, async |mut file| {
        use tokio::io::AsyncReadExt as _;
        let mut piece = bytes::BytesMut::with_capacity(PIECE);
        let count = file.read_buf(&mut piece).await?;
        Ok::<_, std::io::Error>((count > 0).then(|| (piece.freeze(), file)))
    });
    library
        .objects
        .offer_bytes(wanted, bytes.boxed())
        .await
        .map_err(explain)
}

/// What is read of a file at once.
const PIECE: usize = 256 << 10;

/// The files below a folder that are as long as something wanted; those that bear its hash in their names come first.
async fn candidates(folder: PathBuf, wanted: &[MissingContent]) -> anyhow::Result<HashMap<u64, Vec<PathBuf>>> {
    let sizes: HashSet<u64> = wanted.iter().map(|content| content.size).collect();
    let hashes: HashSet<String> = wanted.iter().map(|content| content.sha256.hex()).collect();
    let walking = tokio::task::spawn_blocking(move || {
        let mut found: HashMap<u64, Vec<PathBuf>> = HashMap::new();
        for entry in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok) {
            let Ok(about) = entry.metadata() else { continue };
            if about.is_file() && sizes.contains(&about.len()) {
                found.entry(about.len()).or_default().push(entry.into_path());
            }
        }
        for paths in found.values_mut() {
            paths.sort_by_key(|path| !bears_one_of(path, &hashes));
        }
        found
    });
    Ok(walking.await?)
}

fn bears_one_of(path: &Path, hashes: &HashSet<String>) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.get(..64).is_some_and(|begin| hashes.contains(begin))
}

fn tell(report: &ScrubOutput, json: bool) -> anyhow::Result<()> {
    if json {
        say(serde_json::to_string_pretty(report)?);
        return Ok(());
    }
    let pass = &report.pass;
    if report.began_at.is_some() {
        say(format_args!(
            "{} objects, {} read; {} made again from their originals, {} right again, {} skipped",
            pass.objects,
            size(pass.bytes),
            pass.made_again,
            pass.mended,
            pass.skipped
        ));
    }
    say(format_args!("{} repaired", report.repaired.len()));
    for content in &report.damaged_still {
        say(format_args!("damaged: {} ({})", content.sha256, size(content.size)));
    }
    if !report.damaged_still.is_empty() {
        eprintln!(
            "以上内容仍然缺失或损坏：请有原件的人把同一个文件再上传一次，或用 --from 指明备份或上级资源库。\n\
             Lost or damaged still: have the same files uploaded again, or name a backup or a hub with --from. \
             Which files they are is on the page /admin/damage."
        );
    }
    Ok(())
}
