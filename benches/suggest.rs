//! How fast suggestions and similar resources come from a library of some size.
//!
//! ```text
//! cargo bench --bench suggest -- [RESOURCES…]
//! ```
//!
//! Without a number: 100,000. Two hundred titles are typed letter by letter, in characters, in pinyin as an input method
//! leaves it half way, and by their initials; each beginning is one question.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use gongxue::domain::id::{AccountId, CourseId, FileId, MajorId, ResourceId, SchoolId, TaskId};
use gongxue::domain::metadata::Metadata;
use gongxue::domain::passage::{Locator, Passage};
use gongxue::domain::resource::Status;
use gongxue::domain::role::Scope;
use gongxue::domain::search::{Audience, Document, DocumentFile, NamedRef, SimilarQuestion, SuggestQuestion};
use gongxue::domain::time::Timestamp;
use gongxue::search::Index;
use pinyin::ToPinyin as _;
use uuid::Uuid;

#[path = "common/load.rs"]
mod load;
#[path = "common/machine.rs"]
#[expect(dead_code, reason = "other benches use the rest")]
mod machine;
#[path = "common/material.rs"]
#[expect(dead_code, reason = "other benches use the rest")]
mod material;

use material::Material;

/// Titles that are typed.
const TYPED: u64 = 200;
/// Letters typed of each.
const LETTERS: usize = 12;
/// Resources whose likes are asked for.
const ALIKE: u64 = 300;

fn main() -> Result<()> {
    let given = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let mut sizes: Vec<u64> = given
        .map(|size| size.parse().context("RESOURCES is a number"))
        .collect::<Result<_>>()?;
    if sizes.is_empty() {
        sizes = vec![100_000];
    }
    let material = Material::new(None)?;
    for size in sizes {
        println!("\n{size} resources");
        load::describe()?;
        measure(&material, size)?;
    }
    Ok(())
}

fn measure(material: &Material, size: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let index = Index::open(folder.path())?;
    let mut names = Names::default();
    let began = Instant::now();
    let rebuild = index.rebuild()?;
    for number in 0..size {
        rebuild.add(&names.document(material, number))?;
    }
    rebuild.finish(1)?;
    let took = began.elapsed().as_secs_f64();
    println!("indexed in {took:.1} s, {} MB on disk", machine::size_of(folder.path()));

    for (way, typed) in ways(material, size) {
        let mut times = Vec::new();
        let (mut found, mut slowest) = (0, (Duration::ZERO, String::new()));
        for text in typed {
            let took = suggest(&index, &text, &mut found)?;
            times.push(took);
            slowest = slowest.max((took, text));
        }
        report(way, &mut times, found);
        println!(
            "    slowest: {} in {:.2} ms",
            slowest.1,
            slowest.0.as_secs_f64() * 1000.0
        );
    }
    similar(material, size, &index, &mut names)
}

fn suggest(index: &Index, text: &str, found: &mut usize) -> Result<Duration> {
    let question = SuggestQuestion {
        text: text.to_owned(),
        audiences: asking(),
        limit: 8,
    };
    let began = Instant::now();
    let completions = index.suggest(&question)?;
    let took = began.elapsed();
    *found += usize::from(!completions.is_empty());
    Ok(took)
}

fn similar(material: &Material, size: u64, index: &Index, names: &mut Names) -> Result<()> {
    let mut times = Vec::new();
    let mut found = 0;
    for number in 0..ALIKE {
        let mut document = names.document(material, number * (size / ALIKE).max(1) % size);
        document.files.clear();
        let question = SimilarQuestion {
            document,
            audiences: asking(),
            limit: 6,
        };
        let began = Instant::now();
        let alike = index.similar(&question)?;
        times.push(began.elapsed());
        found += usize::from(!alike.is_empty());
    }
    report("similar", &mut times, found);
    Ok(())
}

/// A teacher, who belongs to several audiences.
fn asking() -> Vec<Audience> {
    let id = Uuid::from_u128(7);
    vec![
        Audience::Public,
        Audience::City,
        Audience::Owner(AccountId(id)),
        Audience::School(SchoolId(id)),
    ]
}

/// Every beginning of some titles, in each way of typing.
fn ways(material: &Material, size: u64) -> [(&'static str, Vec<String>); 3] {
    let titles = (0..TYPED).map(|number| material.sheet(number * (size / TYPED).max(1) % size).title);
    let titles: Vec<String> = titles.collect();
    let said = |title: &String| {
        title
            .as_str()
            .to_pinyin()
            .flatten()
            .map(pinyin::Pinyin::plain)
            .collect::<String>()
    };
    let row = |title: &String| {
        title
            .as_str()
            .to_pinyin()
            .flatten()
            .map(pinyin::Pinyin::first_letter)
            .collect::<String>()
    };
    [
        (
            "characters",
            titles.iter().flat_map(|title| beginnings(title)).collect(),
        ),
        (
            "pinyin",
            titles.iter().map(said).flat_map(|said| beginnings(&said)).collect(),
        ),
        (
            "initials",
            titles.iter().map(row).flat_map(|row| beginnings(&row)).collect(),
        ),
    ]
}

fn beginnings(text: &str) -> Vec<String> {
    let letters = text.chars().count().min(LETTERS);
    (1..=letters)
        .map(|length| text.chars().take(length).collect())
        .collect()
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

    fn document(&mut self, material: &Material, number: u64) -> Document {
        let sheet = material.sheet(number);
        let owner = AccountId(Uuid::from_u128(1 << 64 | u128::from(number % 5_000)));
        let passages = (1..)
            .zip(sheet.passages)
            .map(|(page, text)| Passage::new(Locator::Page { page }, text));
        let file = DocumentFile {
            id: FileId(Uuid::from_u128(u128::from(number) << 64 | 1)),
            path: format!("{number}.pdf"),
            members: Vec::new(),
            passages: passages.collect(),
        };
        Document {
            id: ResourceId(Uuid::from_u128(u128::from(number) << 64)),
            audiences: vec![Audience::Owner(owner), Audience::Public],
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
            course: sheet.of.course.as_deref().map(|name| self.named(CourseId, name)),
            task: sheet.of.task.as_deref().map(|name| self.named(TaskId, name)),
            school: Some(self.named(SchoolId, &sheet.of.school)),
            is_model: false,
            status: Status::Published,
            updated_at: Timestamp(0),
            files: vec![file],
        }
    }
}

fn report(what: &str, times: &mut [Duration], found: usize) {
    let (p50, p99) = (machine::percentile(times, 50), machine::percentile(times, 99));
    println!(
        "  {what}: p50 {p50:.2} ms, p99 {p99:.2} ms; {found} of {} found something",
        times.len()
    );
}
