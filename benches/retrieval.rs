//! How well and how fast things are found, on questions with known answers.
//!
//! ```text
//! cargo bench --bench retrieval -- FOLDER [SAMPLE]
//! ```
//!
//! `FOLDER` holds `docs.jsonl` {id, title, body}, `queries.jsonl` {id, text, set}, `qrels.tsv` (query, document, grade) and,
//! if there is one, `robust.jsonl` {base, set, text}: the same questions in other spellings. `SAMPLE` holds
//! `sample_library.json` and `queries.json`, whose answers are graded.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use gongxue::domain::id::{CourseId, FileId, MajorId, ResourceId, SchoolId, TaskId};
use gongxue::domain::metadata::Metadata;
use gongxue::domain::passage::{Locator, Passage};
use gongxue::domain::resource::Status;
use gongxue::domain::role::Scope;
use gongxue::domain::search::{Answer, Audience, Document, DocumentFile, NamedRef, Question};
use gongxue::domain::stage::stage_key;
use gongxue::domain::time::Timestamp;
use gongxue::search::{Index, Synonyms};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

#[path = "common/fts5.rs"]
mod fts5;

#[tokio::main]
async fn main() -> Result<()> {
    let folders: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .map(Into::into)
        .collect();
    let Some(folder) = folders.first() else {
        println!("usage: cargo bench --bench retrieval -- FOLDER [SAMPLE]");
        return Ok(());
    };
    public_questions(folder).await?;
    match folders.get(1) {
        Some(sample) => teachers_questions(sample),
        None => Ok(()),
    }
}

async fn public_questions(folder: &Path) -> Result<()> {
    let documents: Vec<BenchDocument> = lines(&folder.join("docs.jsonl"))?;
    let queries: Vec<BenchQuery> = lines(&folder.join("queries.jsonl"))?;
    let grades = read_grades(&folder.join("qrels.tsv"))?;
    let library = Library::build(
        documents
            .iter()
            .map(|document| (document.id.as_str(), document.to_document())),
    )?;

    let mut board = Board::default();
    for query in &queries {
        board.add(&query.set, &library.ask(&query.text)?, grades.get(&query.id));
    }
    board.print("questions");
    peer(&documents, &queries, &grades).await?;
    library.print_latency(queries.iter().map(|query| query.text.as_str()))?;

    let robust = folder.join("robust.jsonl");
    if robust.exists() {
        let mut board = Board::default();
        for query in lines::<RobustQuery>(&robust)? {
            board.add(&query.set, &library.ask(&query.text)?, grades.get(&query.base));
        }
        board.print("the same in other spellings");
    }
    Ok(())
}

/// The same questions to SQLite's full-text index over pairs of characters, any of them wanted, best first.
async fn peer(documents: &[BenchDocument], queries: &[BenchQuery], grades: &HashMap<String, Grades>) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let table = fts5::Fts5::create(folder.path()).await?;
    for some in documents.chunks(500) {
        let texts = some
            .iter()
            .map(|document| format!("{} {} {}", document.title, document.title, document.body));
        table.insert(texts.collect()).await?;
    }
    let mut board = Board::default();
    let mut took = Vec::new();
    for query in queries {
        let pairs: Vec<String> = fts5::pairs(&query.text).split(' ').map(str::to_owned).collect();
        let began = Instant::now();
        let (found, numbers) = table.ask(&pairs, "OR", 100).await?;
        took.push(began.elapsed());
        let name = |number: &i64| Some(documents.get(usize::try_from(number - 1).ok()?)?.id.clone());
        let found = Found {
            names: numbers.iter().filter_map(name).collect(),
            total: usize::try_from(found)?,
        };
        board.add(&query.set, &found, grades.get(&query.id));
    }
    board.print("SQLite FTS5, pairs");
    print_times("  its answers of 100", &mut took);
    Ok(())
}

fn teachers_questions(folder: &Path) -> Result<()> {
    let sample: SampleLibrary = json(&folder.join("sample_library.json"))?;
    let queries: SampleQueries = json(&folder.join("queries.json"))?;
    let library = Library::build(
        sample
            .documents()
            .iter()
            .map(|(id, document)| (id.as_str(), document.clone())),
    )?;

    let mut board = Board::default();
    let mut nonsense = 0;
    for query in &queries.queries {
        let found = library.ask(&query.query)?;
        let grades = query.grades();
        if grades.is_empty() {
            nonsense += usize::from(found.total > 0);
            continue;
        }
        let score = board.add(&query.class, &found, Some(&grades));
        if std::env::var_os("EACH").is_some() {
            println!("{score:.3} {} {} ({} hold it)", query.id, query.query, found.total);
        }
    }
    board.print("teachers' questions");
    println!("questions without an answer of which something is said to hold them: {nonsense}");
    Ok(())
}

#[derive(Deserialize)]
struct BenchDocument {
    id: String,
    title: String,
    body: String,
}

impl BenchDocument {
    fn to_document(&self) -> Document {
        let at = Locator::Section {
            section: 1,
            title: None,
        };
        let passage = Passage::new(at, self.body.clone());
        Document {
            files: vec![DocumentFile {
                id: FileId::new(),
                path: String::new(),
                members: Vec::new(),
                passages: vec![passage],
            }],
            ..document(&self.title)
        }
    }
}

fn titled(title: &str) -> Metadata {
    Metadata {
        title: title.to_owned(),
        scope: Scope::Public,
        ..Metadata::default()
    }
}

fn document(title: &str) -> Document {
    Document {
        id: ResourceId(Uuid::nil()),
        audiences: vec![Audience::Public],
        metadata: titled(title),
        major: None,
        course: None,
        task: None,
        school: None,
        is_model: false,
        status: Status::Published,
        updated_at: Timestamp(0),
        files: Vec::new(),
    }
}

#[derive(Deserialize)]
struct BenchQuery {
    id: String,
    text: String,
    set: String,
}

#[derive(Deserialize)]
struct RobustQuery {
    base: String,
    set: String,
    text: String,
}

/// Documents by name with how well they answer.
type Grades = HashMap<String, u32>;

fn read_grades(path: &Path) -> Result<HashMap<String, Grades>> {
    let mut grades: HashMap<String, Grades> = HashMap::new();
    for line in fs::read_to_string(path)
        .with_context(|| format!("read `{}`", path.display()))?
        .lines()
    {
        let mut columns = line.split('\t');
        let (Some(query), Some(document), Some(grade)) = (columns.next(), columns.next(), columns.next()) else {
            continue;
        };
        let grade: u32 = grade.parse().with_context(|| format!("the grade in `{line}`"))?;
        if grade > 0 {
            grades
                .entry(query.to_owned())
                .or_default()
                .insert(document.to_owned(), grade);
        }
    }
    Ok(grades)
}

#[derive(Deserialize)]
struct SampleLibrary {
    resources: Vec<SampleResource>,
}

#[derive(Deserialize)]
struct SampleResource {
    id: String,
    title: String,
    #[serde(rename = "type")]
    kind: String,
    major: Option<String>,
    major_code: Option<String>,
    stage: Option<String>,
    level: Option<String>,
    course: Option<String>,
    task: Option<String>,
    keywords: Vec<String>,
    description: String,
    author_role: String,
    author_pseudonym: String,
    school: String,
    year: i32,
}

impl SampleLibrary {
    fn documents(&self) -> Vec<(String, Document)> {
        self.resources
            .iter()
            .map(|resource| (resource.id.clone(), resource.to_document()))
            .collect()
    }
}

impl SampleResource {
    fn to_document(&self) -> Document {
        let level = self.level.as_deref().and_then(|level| match level {
            "中级工" => Some("intermediate"),
            "高级工" => Some("advanced"),
            "预备技师" => Some("pre_technician"),
            _ => None,
        });
        Document {
            metadata: Metadata {
                description: self.description.clone(),
                keywords: self.keywords.clone(),
                authors: vec![format!("{} {}", self.author_pseudonym, self.author_role)],
                kind: self.kind.clone(),
                stage: self.stage.as_deref().map(stage_key),
                level: level.map(str::to_owned),
                year: Some(self.year),
                ..titled(&self.title)
            },
            major: self
                .major
                .as_deref()
                .map(|name| named(MajorId, name, self.major_code.as_ref())),
            course: self.course.as_deref().map(|name| named(CourseId, name, None)),
            task: self.task.as_deref().map(|name| named(TaskId, name, None)),
            school: Some(named(SchoolId, &self.school, None)),
            ..document(&self.title)
        }
    }
}

/// What bears a name: one name, one place in the curriculum.
fn named<I>(kind: impl Fn(Uuid) -> I, name: &str, code: Option<&String>) -> NamedRef<I> {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    NamedRef {
        id: kind(Uuid::from_u64_pair(0, hasher.finish())),
        code: code.cloned(),
        name: name.to_owned(),
    }
}

#[derive(Deserialize)]
struct SampleQueries {
    queries: Vec<SampleQuery>,
}

#[derive(Deserialize)]
struct SampleQuery {
    id: String,
    query: String,
    class: String,
    relevant: Vec<String>,
    partial: Vec<String>,
}

impl SampleQuery {
    fn grades(&self) -> Grades {
        let partial = self.partial.iter().map(|id| (id.clone(), 1));
        let relevant = self.relevant.iter().map(|id| (id.clone(), 2));
        partial.chain(relevant).collect()
    }
}

/// An index of documents that have names of their own.
struct Library {
    index: Index,
    synonyms: Synonyms,
    names: HashMap<ResourceId, String>,
    _folder: tempfile::TempDir,
}

/// What was found, best first.
struct Found {
    names: Vec<String>,
    /// How many are said to hold what was asked for.
    total: usize,
}

impl Library {
    fn build<'a>(documents: impl Iterator<Item = (&'a str, Document)>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let synonyms = Synonyms::parse(include_str!("../config/synonyms.txt"));
        let index = Index::open(folder.path())?;
        let began = Instant::now();
        let mut names = HashMap::new();
        let rebuild = index.rebuild()?;
        for (number, (name, document)) in (1_u128..).zip(documents) {
            let id = ResourceId(Uuid::from_u128(number));
            names.insert(id, name.to_owned());
            rebuild.add(&Document { id, ..document })?;
        }
        rebuild.finish(1)?;
        println!(
            "\nindexed {} documents in {:.1} s",
            names.len(),
            began.elapsed().as_secs_f64()
        );
        Ok(Self {
            index,
            synonyms,
            names,
            _folder: folder,
        })
    }

    fn ask(&self, text: &str) -> Result<Found> {
        let answer = self.answer(text, 100)?;
        Ok(Found {
            names: answer
                .hits
                .iter()
                .filter_map(|hit| self.names.get(&hit.id).cloned())
                .collect(),
            total: answer.total,
        })
    }

    fn answer(&self, text: &str, limit: usize) -> Result<Answer> {
        let question = Question {
            text: text.to_owned(),
            limit,
            audiences: vec![Audience::Public],
            ..Question::default()
        };
        Ok(self.index.search(&question, &self.synonyms)?)
    }

    /// A page of twenty with facets, passages and marks, as the service asks for it.
    fn print_latency<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Result<()> {
        let mut took: Vec<Duration> = Vec::new();
        for text in texts {
            let began = Instant::now();
            self.answer(text, 20)?;
            took.push(began.elapsed());
        }
        print_times("latency of a page of 20", &mut took);
        Ok(())
    }
}

fn print_times(what: &str, took: &mut [Duration]) {
    took.sort_unstable();
    let at = |percent: usize| took.get(took.len() * percent / 100).map_or(0.0, Duration::as_secs_f64) * 1000.0;
    println!("{what}: p50 {:.2} ms, p99 {:.2} ms", at(50), at(99));
}

/// Sums of the measures over a set of questions.
#[derive(Default)]
struct Sums {
    questions: f64,
    ndcg: f64,
    reciprocal_rank: f64,
    recall_10: f64,
    recall_100: f64,
    /// The part of the first ten that is of any use.
    precision: f64,
    /// The part of the first ten that is what was asked for.
    precision_best: f64,
}

impl Sums {
    fn means(&self) -> [f64; 6] {
        let sums = [
            self.ndcg,
            self.reciprocal_rank,
            self.recall_10,
            self.recall_100,
            self.precision,
            self.precision_best,
        ];
        sums.map(|sum| sum / self.questions)
    }

    fn add(&mut self, other: &Self) {
        self.questions += other.questions;
        self.ndcg += other.ndcg;
        self.reciprocal_rank += other.reciprocal_rank;
        self.recall_10 += other.recall_10;
        self.recall_100 += other.recall_100;
        self.precision += other.precision;
        self.precision_best += other.precision_best;
    }
}

/// The measures by set of questions.
#[derive(Default)]
struct Board(BTreeMap<String, Sums>);

impl Board {
    fn add(&mut self, set: &str, found: &Found, grades: Option<&Grades>) -> f64 {
        let Some(grades) = grades else { return 0.0 };
        let sums = self.0.entry(set.to_owned()).or_default();
        let score = ndcg(&found.names, grades);
        sums.add(&Sums {
            questions: 1.0,
            ndcg: score,
            reciprocal_rank: reciprocal_rank(&found.names, grades),
            recall_10: recall(&found.names, grades, 10),
            recall_100: recall(&found.names, grades, 100),
            precision: precision(&found.names, grades, 1),
            precision_best: precision(&found.names, grades, grades.values().copied().max().unwrap_or(1)),
        });
        score
    }

    fn print(&self, title: &str) {
        println!(
            "\n{title:28} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
            "n", "nDCG@10", "MRR@10", "R@10", "R@100", "P@10", "P@10 best"
        );
        let line = |name: &str, questions: f64, means: [f64; 6]| {
            let means = means.map(|mean| format!("{mean:>8.4}"));
            println!("{name:28} {questions:>6} {}", means.join(" "));
        };
        let mut macro_means = [0.0; 6];
        let mut all = Sums::default();
        for (set, sums) in &self.0 {
            line(set, sums.questions, sums.means());
            for (mean, of_set) in macro_means.iter_mut().zip(sums.means()) {
                *mean += of_set / count(self.0.len());
            }
            all.add(sums);
        }
        line("mean of sets", all.questions, macro_means);
        line("mean of questions", all.questions, all.means());
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of questions and answers are small")]
fn count(number: usize) -> f64 {
    number as f64
}

/// The part of the first ten, or of what is shown if it is less, that has at least a grade.
fn precision(found: &[String], grades: &Grades, least: u32) -> f64 {
    let shown = &found[..found.len().min(10)];
    let good = shown
        .iter()
        .filter(|name| grades.get(*name).is_some_and(|grade| *grade >= least));
    if shown.is_empty() {
        0.0
    } else {
        count(good.count()) / count(shown.len())
    }
}

fn gain(grade: u32) -> f64 {
    2_f64.powf(f64::from(grade)) - 1.0
}

fn ndcg(found: &[String], grades: &Grades) -> f64 {
    let discount = |place: usize| (count(place) + 2.0).log2();
    let sum = |grades: &mut dyn Iterator<Item = u32>| -> f64 {
        grades
            .take(10)
            .enumerate()
            .map(|(place, grade)| gain(grade) / discount(place))
            .sum()
    };
    let mut best: Vec<u32> = grades.values().copied().collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    let reached = sum(&mut found.iter().map(|name| grades.get(name).copied().unwrap_or(0)));
    reached / sum(&mut best.into_iter())
}

fn reciprocal_rank(found: &[String], grades: &Grades) -> f64 {
    let place = found.iter().take(10).position(|name| grades.contains_key(name));
    place.map_or(0.0, |place| 1.0 / (count(place) + 1.0))
}

fn recall(found: &[String], grades: &Grades, at: usize) -> f64 {
    let found: HashSet<&String> = found
        .iter()
        .take(at)
        .filter(|name| grades.contains_key(*name))
        .collect();
    count(found.len()) / count(grades.len())
}

fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let text = fs::read_to_string(path).with_context(|| format!("read `{}`", path.display()))?;
    text.lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("understand `{line}`")))
        .collect()
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("read `{}`", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("understand `{}`", path.display()))
}
