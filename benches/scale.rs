//! How fast a library of some size is indexed and searched, beside SQLite's full-text index (FTS5) over the same text.
//!
//! ```text
//! cargo bench --bench scale -- [RESOURCES…]
//! ```
//!
//! Without a number: 1,000 and 100,000. Each resource has four passages. A question of one to four words is asked with a
//! filter, and answered with the count, facets, and a page of 20 hits with marked passages; FTS5, over the same text cut
//! into pairs of characters, answers only the count and the 20 best, without filter or passages.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use gongxue::domain::id::Id;
use gongxue::domain::passage::{Locator, Passage};
use gongxue::domain::resource::Status;
use gongxue::domain::role::Scope;
use gongxue::domain::search::{Audience, Document, DocumentFile, Filters, Named, Question};
use gongxue::domain::time::Timestamp;
use gongxue::search::{Index, Synonyms};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use uuid::Uuid;

#[path = "common/load.rs"]
mod load;
#[path = "common/machine.rs"]
mod machine;
#[path = "common/material.rs"]
mod material;

use material::{Material, Sheet};

const QUESTIONS: u64 = 1_000;
/// Rows that go into SQLite at once.
const ROWS: u64 = 500;

#[tokio::main]
async fn main() -> Result<()> {
    let given = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let mut sizes: Vec<u64> = given
        .map(|size| size.parse().context("RESOURCES is a number"))
        .collect::<Result<_>>()?;
    if sizes.is_empty() {
        sizes = vec![1_000, 100_000];
    }
    let material = Material::new();
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
struct Names(HashMap<String, Id>);

impl Names {
    fn named(&mut self, name: &str) -> Named {
        let next = Id(Uuid::from_u128(1 + self.0.len() as u128));
        let id = *self.0.entry(name.to_owned()).or_insert(next);
        Named {
            id,
            code: None,
            name: name.to_owned(),
        }
    }

    fn document(&mut self, number: u64, sheet: Sheet) -> Document {
        let mut named = |name: &Option<String>| name.as_deref().map(|name| self.named(name));
        let (course, task) = (named(&sheet.of.course), named(&sheet.of.task));
        Document {
            id: Id(Uuid::from_u128(u128::from(number) << 64)),
            audiences: vec![Audience::Public],
            title: sheet.title,
            description: sheet.description,
            keywords: sheet.keywords,
            authors: vec![sheet.of.author.clone()],
            kind: sheet.of.kind.clone(),
            major: Some(self.named(&sheet.of.major)),
            course,
            task,
            school: Some(self.named(&sheet.of.school)),
            level: sheet.level.map(str::to_owned),
            year: Some(sheet.year),
            status: Status::Published,
            scope: Scope::Public,
            updated_at: Timestamp(i64::try_from(number).unwrap_or(i64::MAX)),
            files: vec![file(number, sheet.passages)],
        }
    }
}

fn file(number: u64, texts: Vec<String>) -> DocumentFile {
    let passages = (1..).zip(texts).map(|(page, text)| Passage {
        locator: Locator::Page { page },
        text,
    });
    DocumentFile {
        id: Id(Uuid::from_u128(u128::from(number) << 64 | 1)),
        path: format!("{number}.pdf"),
        passages: passages.collect(),
    }
}

fn ours(material: &Material, size: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let synonyms = Synonyms::parse(include_str!("../config/synonyms.txt"));
    let index = Index::open(folder.path())?;
    let mut names = Names::default();
    let began = Instant::now();
    let rebuild = index.rebuild()?;
    for number in 0..size {
        rebuild.add(&names.document(number, material.sheet(number)))?;
    }
    rebuild.finish(1)?;
    report_indexing("gongxue", size, began.elapsed(), folder.path());

    let mut times = Vec::new();
    let (mut found, mut marked) = (0, 0);
    for number in 0..QUESTIONS {
        let question = question(material, number);
        let began = Instant::now();
        let answer = index.search(&question, &synonyms)?;
        times.push(began.elapsed());
        found += usize::from(!answer.hits.is_empty());
        marked += answer.hits.iter().map(|hit| hit.passages.len()).sum::<usize>();
    }
    report_searching("gongxue", &mut times, found);
    let (own, resident) = machine::memory("self")?;
    println!("  {marked} marked passages; memory {own} MiB allocated, {resident} MiB with the mapped index");
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
    let db = open(folder.path()).await?;
    let began = Instant::now();
    for first in (0..size).step_by(usize::try_from(ROWS)?) {
        let texts = (first..size.min(first + ROWS)).map(|number| pairs(&text(material.sheet(number))));
        insert(&db, texts.collect()).await?;
    }
    report_indexing("SQLite FTS5", size, began.elapsed(), folder.path());

    let mut times = Vec::new();
    let mut found = 0;
    for number in 0..QUESTIONS {
        let words = material.question(number);
        let asked: Vec<String> = words.iter().map(|word| format!("\"{}\"", pairs(word))).collect();
        let began = Instant::now();
        let hits = ask(&db, &asked.join(" AND ")).await?;
        times.push(began.elapsed());
        found += usize::from(hits > 0);
    }
    report_searching("SQLite FTS5", &mut times, found);
    Ok(())
}

async fn open(folder: &Path) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", folder.join("fts.sqlite").display()));
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    db.execute_unprepared("CREATE VIRTUAL TABLE text USING fts5(body, content='', tokenize='unicode61')")
        .await?;
    Ok(db)
}

async fn insert(db: &DatabaseConnection, texts: Vec<String>) -> Result<()> {
    let places = vec!["(?)"; texts.len()].join(",");
    let values = texts.into_iter().map(Into::into);
    let insert = format!("INSERT INTO text (body) VALUES {places}");
    db.execute_raw(Statement::from_sql_and_values(
        db.get_database_backend(),
        insert,
        values.collect::<Vec<_>>(),
    ))
    .await?;
    Ok(())
}

/// The count and the twenty best: how many of these there are.
async fn ask(db: &DatabaseConnection, asked: &str) -> Result<usize> {
    let statement = |sql: &str| Statement::from_sql_and_values(db.get_database_backend(), sql, [asked.into()]);
    db.query_one_raw(statement("SELECT count(*) FROM text WHERE text MATCH ?"))
        .await?;
    let hits = db
        .query_all_raw(statement(
            "SELECT rowid FROM text WHERE text MATCH ? ORDER BY rank LIMIT 20",
        ))
        .await?;
    Ok(hits.len())
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

/// A text as pairs of neighbouring characters, for a tokenizer that knows no Chinese.
fn pairs(text: &str) -> String {
    let runs = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|run| !run.is_empty());
    let pairs = runs.flat_map(|run| {
        let characters: Vec<char> = run.chars().collect();
        let width = characters.len().min(2);
        characters.windows(width).map(String::from_iter).collect::<Vec<_>>()
    });
    pairs.collect::<Vec<_>>().join(" ")
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
    let (p50, p99) = (machine::percentile(times, 50), machine::percentile(times, 99));
    println!(
        "{who}: p50 {p50:.2} ms, p99 {p99:.2} ms; {found} of {} questions found something",
        times.len()
    );
}
