//! What files are, suggested from their names and the curriculum, and whether the library holds them already.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::actor::{Actor, Member};
use crate::db::{curriculum, resources, uploads};
use crate::domain::authority::Act;
use crate::domain::file::Kind;
use crate::domain::film::{PLAYED, SUBTITLES};
use crate::domain::id::{AnyId, CourseId, MajorId, ResourceId, Sha256, TaskId, UploadId};
use crate::domain::search::{NamedCourse, NamedMajor, NamedRef, NamedTask};
use crate::domain::suggestion::{
    self, CurriculumRef, FileHint, PlaceIndex, PlaceKind, SuggestEntry, SuggestForm, suggest,
};
use crate::error::{Error, Refusal, Result};
use crate::library::authority::who_may;
use crate::library::objects::integrity::is_damage;
use crate::library::reading::Reading;
use crate::library::synonyms;
use crate::search;
use crate::words::Lang;

/// The kind of the task that gives a course its name: the course is meant.
const TYPICAL: &str = "typical";
/// For so long documents are opened for one request, each by a process of its own; the others next time.
const LOOKING: Duration = Duration::from_secs(4);
/// So long one of them may take.
const ONE_LOOK: Duration = Duration::from_secs(1);
/// So many lines of a document may say what it is.
const LINES: usize = 6;
/// A line that may be a heading has so many characters.
const HEADING_CHARS: std::ops::RangeInclusive<usize> = 4..=60;
/// How many of the resources that hold a file are named.
const NAMED: u64 = 3;

/// Contents of uploads, and what they are.
type UploadedContents = HashMap<UploadId, (Sha256, Kind)>;

/// Suggestions, one for each file or folder that was asked about, in the same order.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FileSuggestions {
    /// The suggestions.
    pub items: Vec<FileSuggestion>,
}

/// What is suggested for a file or a folder.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FileSuggestion {
    /// The path as it was given.
    pub path: String,
    /// A title.
    pub title: String,
    /// The code of a type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What the type goes by, in a few words.
    pub type_reason: Option<String>,
    /// A major.
    pub major: Option<NamedMajor>,
    /// A course.
    pub course: Option<NamedCourse>,
    /// A task.
    pub task: Option<NamedTask>,
    /// What the place goes by, in a few words.
    pub place_reason: Option<String>,
    /// Resources that hold the same bytes, as far as the asker may see them; the first three.
    pub held_by: Vec<HoldingResource>,
}

/// A resource that holds a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Holder)]
pub struct HoldingResource {
    /// Its id.
    pub id: ResourceId,
    /// Its title.
    pub title: String,
    /// The page that shows it, as a path on this site.
    pub url: String,
}

impl Reading {
    /// Suggests for files and folders by their paths.
    pub async fn suggest_for_files(
        &self,
        actor: &Actor,
        fields: &Map<String, Value>,
        lang: Lang,
    ) -> Result<FileSuggestions> {
        let member = who_may(actor, Act::Share)?;
        let form = SuggestForm::parse(fields).map_err(Refusal::Fields)?;
        let uploads = self.own_uploads(member, &form.entries).await?;
        let mut holders = self.holders(actor, &uploads, &form.entries).await?;
        let places = self.places().await?;
        let lines = self.lines_of(actor, &uploads, &form.entries).await?;
        let paths: Vec<String> = form.entries.into_iter().map(|entry| entry.path).collect();
        let (table, school) = (self.synonyms.cache(), synonyms::school(actor));
        let comparing = tokio::task::spawn_blocking(move || {
            let index = PlaceIndex::new(
                places,
                suggestion::NameNormalizer::new(search::normalize, table.table(school).groups()),
            );
            answered(&paths, &lines, &index, lang)
        });
        let mut items = comparing.await.map_err(Error::unexpected)?;
        for (at, item) in items.iter_mut().enumerate() {
            item.held_by = holders.remove(&at).unwrap_or_default();
        }
        Ok(FileSuggestions { items })
    }

    /// The first lines of the documents among some entries, as far as the asker has uploaded them; of a folder those of the
    /// first document below it.
    async fn lines_of(
        &self,
        actor: &Actor,
        uploads: &UploadedContents,
        entries: &[SuggestEntry],
    ) -> Result<Vec<Arc<Vec<String>>>> {
        let until = Instant::now() + LOOKING;
        let mut lines = vec![Arc::default(); entries.len()];
        for (at, entry) in entries.iter().enumerate() {
            let document = entry.upload.and_then(|id| uploads.get(&id));
            if let Some((sha256, kind)) = document.filter(|(_, kind)| is_read(*kind)) {
                lines[at] = self.first_lines_of(actor, sha256, *kind, until).await?;
            }
        }
        for (at, folder) in entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.path.ends_with('/'))
        {
            let is_below = |(_, entry): &(usize, &SuggestEntry)| entry.path.starts_with(&folder.path);
            let mut below = entries.iter().enumerate().filter(is_below);
            let first = below.find(|(at, _)| !lines[*at].is_empty());
            lines[at] = first.map(|(first, _)| Arc::clone(&lines[first])).unwrap_or_default();
        }
        Ok(lines)
    }

    async fn first_lines_of(
        &self,
        actor: &Actor,
        sha256: &Sha256,
        kind: Kind,
        until: Instant,
    ) -> Result<Arc<Vec<String>>> {
        let key = (sha256.clone(), kind);
        if let Some(lines) = self.first_lines.get(&key) {
            return Ok(lines);
        }
        if Instant::now() > until {
            return Ok(Arc::default());
        }
        let content = match self.open_content(sha256).await {
            Ok(Some(content)) => content,
            Ok(None) => return Ok(Arc::default()),
            Err(error) if is_damage(&error) => return Ok(Arc::default()),
            Err(error) => return Err(error),
        };
        let _permit = self.looking.acquire(actor).await?;
        let (mut lines, enough) = (Vec::new(), Notify::new());
        let reading = self.programs.extractor.extract(content, kind, |passage| {
            lines.extend(headings(&passage.text));
            if lines.len() >= LINES {
                enough.notify_one();
            }
        });
        // Most of a long book is never looked at, and nobody waits for one that is hard to open.
        tokio::select! {
            _ = reading => {}
            () = enough.notified() => {}
            () = tokio::time::sleep(ONE_LOOK) => {}
        }
        lines.truncate(LINES);
        let weight = lines.iter().map(String::len).sum::<usize>() + size_of_val(&key);
        let lines = Arc::new(lines);
        // Also what took too long to open: the next request is not to wait for it again.
        self.first_lines.insert(key, Arc::clone(&lines), weight);
        Ok(lines)
    }

    /// Every place that a name can mean, by three queries.
    async fn places(&self) -> Result<Vec<CurriculumRef>> {
        let conn = self.db.read();
        // A retired code may share its name with the one in use, and then neither would be meant.
        let majors = curriculum::majors(conn)
            .await?
            .into_iter()
            .filter(|row| row.replaced_by.is_none());
        let mut places: Vec<CurriculumRef> = majors
            .map(|row| CurriculumRef {
                kind: PlaceKind::Major,
                id: row.id.into(),
                names: [row.name].into_iter().chain(row.aliases.0).collect(),
                within: Vec::new(),
            })
            .collect();
        let mut courses = curriculum::courses(conn, None).await?;
        courses.retain(|row| row.retired_in.is_none());
        let major_of: HashMap<CourseId, MajorId> = courses.iter().map(|row| (row.id, row.major_id)).collect();
        places.extend(courses.into_iter().map(|row| CurriculumRef {
            kind: PlaceKind::Course,
            id: row.id.into(),
            names: vec![row.name],
            within: vec![row.major_id.into()],
        }));
        let tasks = curriculum::all_tasks(conn)
            .await?
            .into_iter()
            .filter(|row| row.kind != TYPICAL && row.retired_in.is_none());
        places.extend(tasks.map(|row| {
            CurriculumRef {
                kind: PlaceKind::Task,
                id: row.id.into(),
                names: vec![row.name],
                within: [
                    Some(row.course_id.into()),
                    major_of.get(&row.course_id).copied().map(AnyId::from),
                ]
                .into_iter()
                .flatten()
                .collect(),
            }
        }));
        Ok(places)
    }

    /// The content of those uploads among some entries that are the asker's own and whole.
    async fn own_uploads(&self, member: &Member, entries: &[SuggestEntry]) -> Result<UploadedContents> {
        let named = entries.iter().filter_map(|entry| entry.upload).collect();
        let rows = uploads::by_id(self.db.read(), named).await?;
        let own = rows.into_iter().filter(|row| row.account_id == member.id);
        Ok(own.filter_map(|row| Some((row.id, (row.sha256?, row.kind?)))).collect())
    }

    /// By place in the list, the resources that hold an entry's bytes. Only the asker's own uploads tell their hash.
    async fn holders(
        &self,
        actor: &Actor,
        uploads: &UploadedContents,
        entries: &[SuggestEntry],
    ) -> Result<HashMap<usize, Vec<HoldingResource>>> {
        let conn = self.db.read();
        let content = |entry: &SuggestEntry| {
            let uploaded = entry.upload.and_then(|id| uploads.get(&id)).map(|(sha256, _)| sha256);
            entry.sha256.clone().or(uploaded.cloned())
        };
        let wanted: HashSet<Sha256> = entries.iter().filter_map(content).collect();
        let wanted: Vec<Sha256> = wanted.into_iter().filter(|sha256| !sha256.is_of_nothing()).collect();
        let mut found: HashMap<Sha256, Vec<HoldingResource>> = HashMap::new();
        for holder in resources::holders(conn, &wanted, &actor.audiences(), NAMED).await? {
            found.entry(holder.sha256).or_default().push(HoldingResource {
                id: holder.id,
                url: format!("/r/{}", holder.id),
                title: holder.title,
            });
        }
        let of_entry = |(at, entry): (usize, &SuggestEntry)| {
            let holders = found.get(&content(entry)?)?;
            Some((at, holders.clone()))
        };
        Ok(entries.iter().enumerate().filter_map(of_entry).collect())
    }
}

/// Whether a document of a kind begins with lines that say what it is.
fn is_read(kind: Kind) -> bool {
    !PLAYED.contains(&kind) && !SUBTITLES.contains(&kind) && !matches!(kind, Kind::Zip | Kind::Image)
}

/// The lines of a text that may be headings.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let lines = text
        .lines()
        .map(|line| line.trim_matches(|c: char| c.is_whitespace() || c == '#'));
    lines
        .filter(|line| HEADING_CHARS.contains(&line.chars().count()))
        .map(str::to_owned)
}

fn answered(paths: &[String], lines: &[Arc<Vec<String>>], index: &PlaceIndex, lang: Lang) -> Vec<FileSuggestion> {
    let seen: Vec<FileHint<'_>> = paths
        .iter()
        .zip(lines)
        .map(|(path, lines)| FileHint { path, lines })
        .collect();
    let found = suggest(&seen, index);
    let items = paths.iter().zip(found).map(|(path, found)| {
        let (kind, type_reason) = found.kind.map(|(code, why)| (code.to_owned(), why.say(lang))).unzip();
        let (place, place_reason) = found.place.map(|(place, why)| (place, why.say(lang))).unzip();
        let its = |kind| place.and_then(|place| around(index, place, kind));
        FileSuggestion {
            path: path.clone(),
            title: found.title,
            kind,
            type_reason,
            major: its(PlaceKind::Major).map(|place| named(place, MajorId)),
            course: its(PlaceKind::Course).map(|place| named(place, CourseId)),
            task: its(PlaceKind::Task).map(|place| named(place, TaskId)),
            place_reason,
            held_by: Vec::new(),
        }
    });
    items.collect()
}

/// The place itself or the one around it, whichever is of this kind.
fn around<'a>(index: &'a PlaceIndex, place: &'a CurriculumRef, kind: PlaceKind) -> Option<&'a CurriculumRef> {
    let around = place.within.iter().filter_map(|id| index.place(*id));
    [place].into_iter().chain(around).find(|place| place.kind == kind)
}

/// A place by its name; `kind` makes the id that of its kind.
fn named<I>(place: &CurriculumRef, kind: impl Fn(Uuid) -> I) -> NamedRef<I> {
    NamedRef {
        id: kind(place.id.0),
        code: None,
        name: place.names.first().cloned().unwrap_or_default(),
    }
}
