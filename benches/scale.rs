//! How fast a library of some size is indexed and searched, beside SQLite's full-text index (FTS5) over the same text.
//!
//! ```text
//! cargo bench --bench scale -- [--texts FILE] [RESOURCES…]
//! ```
//!
//! Without a number: 1,000 and 100,000. Each resource has four passages of recombined clauses of the sample, or, with a
//! FILE of lines {"title", "body"}, ten passages of recombined sentences of these texts. A question of one to four words
//! is asked with a filter, and answered with the count, facets, and a page of 20 hits with marked passages; FTS5, over the
//! same text cut into pairs of characters, answers only the count and the 20 best, without filter or passages.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use gongxue::domain::id::{CourseId, FileId, MajorId, ResourceId, SchoolId, TaskId};
use gongxue::domain::metadata::Metadata;
use gongxue::domain::passage::{Locator, Passage};
use gongxue::domain::resource::Status;
use gongxue::domain::role::Scope;
use gongxue::domain::search::{
    Audience, Document, DocumentFile, Filters, NamedRef, Question, SimilarQuestion, SuggestQuestion,
};
use gongxue::domain::time::Timestamp;
use gongxue::search::{Index, Synonyms};
use uuid::Uuid;

#[path = "common/fts5.rs"]
mod fts5;
#[path = "common/load.rs"]
mod load;
#[path = "common/machine.rs"]
mod machine;
#[path = "common/material.rs"]
mod material;

use fts5::Fts5;
use material::{Material, Sheet};

const QUESTIONS: u64 = 1_000;
/// Rows that go into SQLite at once.
const ROWS: u64 = 500;
/// How many ask at once.
const CLIENTS: u64 = 8;
/// How long they ask.
const BUSY: Duration = Duration::from_secs(20);
/// What comes in meanwhile: so many resources in every tick.
const COMING: u64 = 10;
/// Five ticks a second: fifty resources.
const TICK: Duration = Duration::from_millis(200);
/// Larger libraries are not built twice to see how asking goes on meanwhile.
const LARGEST_REBUILT: u64 = 200_000;

#[tokio::main]
async fn main() -> Result<()> {
    let mut given = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (mut sizes, mut texts) = (Vec::new(), None);
    while let Some(argument) = given.next() {
        if argument == "--texts" {
            texts = given.next().map(PathBuf::from);
        } else {
            sizes.push(argument.parse::<u64>().context("RESOURCES is a number")?);
        }
    }
    if sizes.is_empty() {
        sizes = vec![1_000, 100_000];
    }
    let material = Material::new(texts.as_deref())?;
    for size in sizes {
        println!("\n{size} resources");
        load::describe()?;
        ours(&material, size)?;
        fts5(&material, size).await?;
    }
    Ok(())
}

/// Documents made from sheets; what has a name has an id.
#[derive(Default)]
struct Names(HashMap<String, Uuid>);

impl Names {
    fn named<I>(&mut self, kind: impl Fn(Uuid) -> I, name: &str) -> NamedRef<I> {
        let next = Uuid::from_u128(1 + self.0.len() as u128);
        let id = *self.0.entry(name.to_owned()).or_insert(next);
        NamedRef {
            id: kind(id),
            code: None,
            name: name.to_owned(),
        }
    }

    fn document(&mut self, number: u64, sheet: Sheet) -> Document {
        let course = sheet.of.course.as_deref().map(|name| self.named(CourseId, name));
        let task = sheet.of.task.as_deref().map(|name| self.named(TaskId, name));
        Document {
            id: ResourceId(Uuid::from_u128(u128::from(number) << 64)),
            audiences: vec![Audience::Public],
            metadata: Metadata {
                title: sheet.title,
                kind: sheet.of.kind.clone(),
                description: sheet.description,
                scope: Scope::Public,
                level: sheet.level.map(str::to_owned),
                keywords: sheet.keywords,
                authors: vec![sheet.of.author.clone()],
                year: Some(sheet.year),
                ..Metadata::default()
            },
            major: Some(self.named(MajorId, &sheet.of.major)),
            course,
            task,
            school: Some(self.named(SchoolId, &sheet.of.school)),
            is_model: false,
            status: Status::Published,
            updated_at: Timestamp(i64::try_from(number).unwrap_or(i64::MAX)),
            files: vec![file(number, sheet.passages)],
        }
    }
}

fn file(number: u64, texts: Vec<String>) -> DocumentFile {
    let passages = (1..)
        .zip(texts)
        .map(|(page, text)| Passage::new(Locator::Page { page }, text));
    DocumentFile {
        id: FileId(Uuid::from_u128(u128::from(number) << 64 | 1)),
        path: format!("{number}.pdf"),
        members: Vec::new(),
        passages: passages.collect(),
    }
}

fn ours(material: &Material, size: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let synonyms = Synonyms::parse(include_str!("../config/synonyms.txt"));
    let index = Index::open(folder.path())?;
    let began = Instant::now();
    build(&index, material, size)?;
    report_indexing("gongxue", size, began.elapsed(), folder.path());

    ask_one_by_one(&index, &synonyms, material)?;
    let (own, resident) = machine::memory("self")?;
    println!("  memory {own} MiB allocated, {resident} MiB with the mapped index");
    complete_and_compare(&index, material)?;
    ask_while_more_comes(&index, &synonyms, material, size)?;
    if size <= LARGEST_REBUILT {
        ask_while_built_anew(&index, &synonyms, material, size)?;
    }
    Ok(())
}

fn build(index: &Index, material: &Material, size: u64) -> Result<()> {
    let mut names = Names::default();
    let rebuild = index.rebuild()?;
    for number in 0..size {
        rebuild.add(&names.document(number, material.sheet(number)))?;
    }
    Ok(rebuild.finish(1)?)
}

/// By the number of words, then all together, then browsing without any.
fn ask_one_by_one(index: &Index, synonyms: &Synonyms, material: &Material) -> Result<()> {
    let mut by_words: [Vec<Duration>; 4] = Default::default();
    let (mut found, mut marked) = (0, 0);
    for number in 0..QUESTIONS {
        let words = material.question(number).len();
        let question = question(material, number);
        let began = Instant::now();
        let answer = index.search(&question, synonyms)?;
        by_words[words.clamp(1, 4) - 1].push(began.elapsed());
        found += usize::from(!answer.hits.is_empty());
        marked += answer.hits.iter().map(|hit| hit.passages.len()).sum::<usize>();
    }
    for (words, times) in (1..).zip(&mut by_words) {
        report_times(&format!("  {words} words"), times);
    }
    report_searching("gongxue", &mut by_words.concat(), found);
    println!("  {marked} marked passages");
    let mut browsing = Vec::new();
    for number in 0..50 {
        let question = Question {
            text: String::new(),
            ..question(material, number)
        };
        let began = Instant::now();
        index.search(&question, synonyms)?;
        browsing.push(began.elapsed());
    }
    report_times("  browsing with a filter", &mut browsing);
    Ok(())
}

fn complete_and_compare(index: &Index, material: &Material) -> Result<()> {
    let (mut completing, mut comparing) = (Vec::new(), Vec::new());
    let mut names = Names::default();
    for number in 0..200 {
        let document = names.document(number, material.sheet(number));
        for length in 1..=document.metadata.title.chars().count().min(8) {
            let question = SuggestQuestion {
                text: document.metadata.title.chars().take(length).collect(),
                audiences: vec![Audience::Public],
                limit: 8,
            };
            let began = Instant::now();
            index.suggest(&question)?;
            completing.push(began.elapsed());
        }
        let question = SimilarQuestion {
            document,
            audiences: vec![Audience::Public],
            limit: 6,
        };
        let began = Instant::now();
        index.similar(&question)?;
        comparing.push(began.elapsed());
    }
    report_times("  completions", &mut completing);
    report_times("  similar resources", &mut comparing);
    Ok(())
}

/// Several ask as fast as they get answers, while new resources come in.
fn ask_while_more_comes(index: &Index, synonyms: &Synonyms, material: &Material, size: u64) -> Result<()> {
    let stop = AtomicBool::new(false);
    let (mut asked, mut visible) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| -> Result<()> {
        let clients = (0..CLIENTS).map(|client| {
            let stop = &stop;
            scope.spawn(move || -> Result<Vec<Duration>> {
                let mut times = Vec::new();
                for number in (client..).step_by(usize::try_from(CLIENTS)?) {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let began = Instant::now();
                    index.search(&question(material, number), synonyms)?;
                    times.push(began.elapsed());
                }
                Ok(times)
            })
        });
        let clients: Vec<_> = clients.collect();
        visible = let_come(index, material, size)?;
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            asked.extend(client.join().expect("a client ends by itself")?);
        }
        Ok(())
    })?;
    let per_second = asked.len() as u64 / BUSY.as_secs();
    println!("  {CLIENTS} clients while 50 resources a second come in: {per_second} questions/s");
    report_times("    their answers", &mut asked);
    report_times("    handed in to visible", &mut visible);
    Ok(())
}

fn let_come(index: &Index, material: &Material, size: u64) -> Result<Vec<Duration>> {
    let mut names = Names::default();
    let mut visible = Vec::new();
    let began = Instant::now();
    let mut next = size;
    for tick in 0.. {
        let due = TICK * tick;
        if due > BUSY {
            break;
        }
        std::thread::sleep(due.saturating_sub(began.elapsed()));
        let documents: Vec<Document> = (next..next + COMING)
            .map(|number| names.document(number, material.sheet(number)))
            .collect();
        next += COMING;
        let handed_in = Instant::now();
        index.apply(&documents, [], u64::from(tick) + 2)?;
        visible.push(handed_in.elapsed());
    }
    Ok(visible)
}

/// One asks while the whole index is built anew beside the one that answers.
fn ask_while_built_anew(index: &Index, synonyms: &Synonyms, material: &Material, size: u64) -> Result<()> {
    let stop = AtomicBool::new(false);
    let mut times = Vec::new();
    std::thread::scope(|scope| -> Result<()> {
        let asking = scope.spawn(|| -> Result<Vec<Duration>> {
            let mut times = Vec::new();
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let began = Instant::now();
                index.search(&question(material, number), synonyms)?;
                times.push(began.elapsed());
            }
            Ok(times)
        });
        build(index, material, size)?;
        stop.store(true, Ordering::Relaxed);
        times = asking.join().expect("who asks ends by itself")?;
        Ok(())
    })?;
    report_times("  one client while the index is built anew", &mut times);
    Ok(())
}

/// One to four words and a filter, the kinds of filters in turn.
fn question(material: &Material, number: u64) -> Question {
    let mut filters = Filters::default();
    match number % 3 {
        0 => filters.level.push("intermediate".to_owned()),
        1 => filters.year.extend(2018..2024),
        _ => filters.kind.extend(["worksheet".to_owned(), "courseware".to_owned()]),
    }
    Question {
        text: material.question(number).join(" "),
        filters,
        limit: 20,
        audiences: vec![Audience::Public],
        ..Question::default()
    }
}

async fn fts5(material: &Material, size: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let table = Fts5::create(folder.path()).await?;
    let began = Instant::now();
    for first in (0..size).step_by(usize::try_from(ROWS)?) {
        let texts = (first..size.min(first + ROWS)).map(|number| text(material.sheet(number)));
        table.insert(texts.collect()).await?;
    }
    report_indexing("SQLite FTS5", size, began.elapsed(), folder.path());

    let mut times = Vec::new();
    let mut found = 0;
    for number in 0..QUESTIONS {
        let words = material.question(number);
        let began = Instant::now();
        let (_, hits) = table.ask(&words, "AND", 20).await?;
        times.push(began.elapsed());
        found += usize::from(!hits.is_empty());
    }
    report_searching("SQLite FTS5", &mut times, found);
    Ok(())
}

fn text(sheet: Sheet) -> String {
    let names = [Some(&sheet.of.major), sheet.of.course.as_ref(), sheet.of.task.as_ref()]
        .into_iter()
        .flatten();
    let words = names.chain(&sheet.keywords).chain(&sheet.passages).cloned();
    [sheet.title, sheet.description]
        .into_iter()
        .chain(words)
        .collect::<Vec<_>>()
        .join("，")
}

fn report_indexing(who: &str, size: u64, took: Duration, folder: &Path) {
    let speed = u128::from(size) * 1_000_000 / took.as_micros();
    println!(
        "{who}: indexed in {:.1} s, {speed} resources/s, {} MB on disk",
        took.as_secs_f64(),
        machine::size_of(folder)
    );
}

fn report_searching(who: &str, times: &mut [Duration], found: usize) {
    report_times(who, times);
    println!("  {found} of {} questions found something", times.len());
}

fn report_times(what: &str, times: &mut [Duration]) {
    if times.is_empty() {
        return;
    }
    let (p50, p99) = (machine::percentile(times, 50), machine::percentile(times, 99));
    println!("{what}: p50 {p50:.2} ms, p99 {p99:.2} ms");
}
