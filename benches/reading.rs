//! How fast the text of PDF files is read, each in a child of its own as the service does it, beside pdftotext (of
//! poppler-utils, which has to be installed) on the same files.
//!
//! ```text
//! cargo bench --bench reading -- FOLDER
//! ```
//!
//! Files that either of them refuses, or needs ten seconds for, are left out; the rest is read in turns.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use gongxue::domain::file::{ExtractionState, Kind};
use gongxue::extract::{ExtractLimits, Extractor, child, sniff};

#[path = "common/load.rs"]
mod load;

const TURNS: usize = 3;
const LONGEST: Duration = Duration::from_secs(10);

fn main() -> Result<ExitCode> {
    if let Some(code) = child::dispatch() {
        return Ok(code);
    }
    let mut given = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let Some(folder) = given.next() else {
        println!("usage: cargo bench --bench reading -- FOLDER");
        return Ok(ExitCode::SUCCESS);
    };
    load::describe()?;
    tokio::runtime::Runtime::new()?.block_on(compare(Path::new(&folder)))?;
    Ok(ExitCode::SUCCESS)
}

async fn compare(folder: &Path) -> Result<()> {
    let extractor = Extractor::of_this_program(ExtractLimits {
        wall: LONGEST,
        ..ExtractLimits::default()
    });
    let mut files = Vec::new();
    let mut pages = 0;
    for path in pdfs(folder)? {
        if let Some(read) = ours(&extractor, &path).await?.filter(|read| *read > 0 && theirs(&path)) {
            pages += read;
            files.push(path);
        }
    }
    println!("{} files that both read, {pages} pages", files.len());

    let (mut mine, mut other) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let began = Watch::start()?;
        for path in &files {
            ours(&extractor, path).await?;
        }
        mine.push(began.stop()?);
        let began = Watch::start()?;
        for path in &files {
            theirs(path);
        }
        other.push(began.stop()?);
    }
    report("gongxue", pages, &mut mine);
    report("pdftotext", pages, &mut other);
    Ok(())
}

fn pdfs(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let path = entry?.into_path();
        if path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("pdf"))
            && is_pdf(&path)?
        {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn is_pdf(path: &Path) -> Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(64 << 10).read_to_end(&mut head)?;
    let name = path.to_string_lossy();
    Ok(sniff(&name, &head).kind == Kind::Pdf)
}

/// How many pages were read, if it went well.
async fn ours(extractor: &Extractor, path: &Path) -> Result<Option<u32>> {
    let mut characters = 0;
    let file = File::open(path).with_context(|| format!("open `{}`", path.display()))?;
    let outcome = extractor
        .extract(file, Kind::Pdf, |passage| characters += passage.text.len())
        .await;
    Ok((outcome.state == ExtractionState::Ready && characters > 0).then_some(outcome.report.pages))
}

fn theirs(path: &Path) -> bool {
    let mut command = Command::new("timeout");
    command
        .arg(LONGEST.as_secs().to_string())
        .args(["pdftotext", "-q"])
        .arg(path)
        .arg("-");
    let ended = command.stdout(Stdio::null()).status();
    ended.is_ok_and(|status| status.success())
}

/// Time on the clock and of the processor, for what children do.
struct Watch {
    began: Instant,
    busy: Duration,
}

impl Watch {
    fn start() -> Result<Self> {
        Ok(Self {
            began: Instant::now(),
            busy: children_time()?,
        })
    }

    fn stop(self) -> Result<(Duration, Duration)> {
        Ok((self.began.elapsed(), children_time()?.saturating_sub(self.busy)))
    }
}

fn report(who: &str, pages: u32, turns: &mut [(Duration, Duration)]) {
    turns.sort_unstable();
    let (took, busy) = turns[turns.len() / 2];
    let speed = |time: Duration| f64::from(pages) / time.as_secs_f64();
    println!(
        "{who}: {:.0} pages/s, {:.0} pages per second of processor time (median of {TURNS})",
        speed(took),
        speed(busy)
    );
}

/// Processor time of the children of this process that have ended: what others do on the machine does not show in it.
fn children_time() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').context("no name in /proc/self/stat")?;
    let ticks = fields.split_whitespace().skip(13).take(2).map(str::parse::<u64>);
    let ticks: u64 = ticks.sum::<Result<_, _>>()?;
    Ok(Duration::from_millis(ticks * 10))
}
