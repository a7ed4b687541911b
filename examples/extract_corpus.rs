//! Reads every file of a folder as the service would and prints how much was found.
//!
//! `cargo run --example extract_corpus -- FOLDER [NAME…]`; where `FOLDER/expected/NAME.txt` exists, recall and precision
//! are measured against it.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Context;
use gongxue::{
    domain::{
        file::{ExtractionReport, Kind},
        passage::Passage,
    },
    extract::{ExtractLimits, ExtractOutcome, Extractor, Sniffed, child, sniff},
};

#[path = "../tests/it/recall.rs"]
mod recall;

fn main() -> anyhow::Result<ExitCode> {
    if let Some(code) = child::dispatch() {
        return Ok(code);
    }
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("name a folder")?);
    let wanted: Vec<String> = arguments.collect();
    tokio::runtime::Runtime::new()?.block_on(read_all(&folder, &wanted))?;
    Ok(ExitCode::SUCCESS)
}

/// One line of the table.
struct Line {
    sniffed: Sniffed,
    outcome: ExtractOutcome,
    passages: Vec<Passage>,
    took: Duration,
}

async fn read_all(folder: &Path, wanted: &[String]) -> anyhow::Result<()> {
    let extractor = Extractor::of_this_program(ExtractLimits::default());
    let mut names: Vec<String> = std::fs::read_dir(folder)?
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| wanted.is_empty() || wanted.contains(name))
        .collect();
    names.sort();
    let mut scores = Vec::new();
    for name in &names {
        let line = read_one(&extractor, folder, name).await?;
        let expected = std::fs::read_to_string(folder.join(format!("expected/{name}.txt"))).ok();
        let score = expected.map(|expected| recall::score(&expected, &text_of(&line)));
        print(name, &line, score);
        scores.extend(score);
        if !wanted.is_empty() {
            show(&line);
        }
    }
    summarise(&scores);
    Ok(())
}

async fn read_one(extractor: &Extractor, folder: &Path, name: &str) -> anyhow::Result<Line> {
    let path = folder.join(name);
    let mut head = Vec::new();
    File::open(&path)?.take(64 << 10).read_to_end(&mut head)?;
    let sniffed = sniff(name, &head);
    let mut passages = Vec::new();
    let start = Instant::now();
    let outcome = extractor
        .extract(File::open(&path)?, sniffed.kind, |passage| passages.push(passage))
        .await;
    let took = start.elapsed();
    Ok(Line {
        sniffed,
        outcome,
        passages,
        took,
    })
}

/// What was read; of a plain archive, its list.
fn text_of(line: &Line) -> String {
    if line.sniffed.kind == Kind::Zip {
        return line
            .outcome
            .report
            .members
            .iter()
            .map(|member| member.path.as_str())
            .collect();
    }
    line.passages
        .iter()
        .map(|passage| passage.text.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
fn print(name: &str, line: &Line, score: Option<recall::Score>) {
    let report = &line.outcome.report;
    let score = score.map_or_else(
        || "      -       -".to_owned(),
        |score| format!("{:7.4} {:7.4}", score.recall, score.precision),
    );
    println!(
        "{name:40} {score} {:>8?} {:>9?} p{:<4} c{:<7} b{:<3} {}{}{:?} {:5} ms {} {} {}",
        line.sniffed.kind,
        line.outcome.state,
        report.pages,
        report.characters,
        report.blank_pages,
        if report.needs_ocr { "OCR " } else { "" },
        if report.truncated { "cut " } else { "" },
        report.fault,
        line.took.as_millis(),
        line.sniffed
            .contradiction
            .as_deref()
            .or(report.contradiction.as_deref())
            .unwrap_or(""),
        facts(report),
        report
            .detail
            .as_deref()
            .unwrap_or("")
            .chars()
            .take(90)
            .collect::<String>(),
    );
}

/// Length, size and tracks, where there are any.
fn facts(report: &ExtractionReport) -> String {
    let length = report.duration_ms.map(|ms| format!("{ms}ms"));
    let size = report
        .width
        .zip(report.height)
        .map(|(width, height)| format!("{width}x{height}"));
    let parts: Vec<String> = length
        .into_iter()
        .chain(size)
        .chain(report.tracks.iter().cloned())
        .collect();
    parts.join(" ")
}

#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
fn show(line: &Line) {
    println!("{:#?}", line.outcome);
    for passage in &line.passages {
        println!("--- {:?}\n{}", passage.locator, passage.text);
    }
}

#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
#[expect(clippy::cast_precision_loss, reason = "a folder has far fewer files than 2^52")]
fn summarise(scores: &[recall::Score]) {
    let mean = |part: fn(&recall::Score) -> f64| scores.iter().map(part).sum::<f64>() / scores.len().max(1) as f64;
    println!(
        "{} texts: mean recall {:.4}, mean precision {:.4}, below 0.99: {}",
        scores.len(),
        mean(|score| score.recall),
        mean(|score| score.precision),
        scores.iter().filter(|score| score.recall < 0.99).count(),
    );
}
