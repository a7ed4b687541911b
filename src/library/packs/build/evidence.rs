//! A version that is evidence: the twelve documents of the chosen tasks as tables, and the sums of all its files, frozen with it.
//!
//! What is written is taken from what the version holds, and bears the date of the last review among it: the same state
//! gives the same bytes, and so the same sums.

use std::collections::{BTreeSet, HashSet};

use crate::db::entity::{self, pack_document};
use crate::db::{curriculum, pack_documents};
use crate::domain::evidence::{EvidenceEntry, EvidenceItem, EvidenceMatrix, REFERENCE_DOCUMENTS, documents_of};
use crate::domain::id::{CourseId, MajorId, Sha256, TaskId};
use crate::domain::pack::PackSelection;
use crate::domain::resource::resource_type;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::library::blocking::blocking;
use crate::library::packs::Packs;
use crate::library::packs::build::Building;
use crate::pack::manifest::{EvidenceInfo, Hashes, MadeDocument, Manifest, SUMS};
use crate::table::evidence::{EvidenceLine, EvidenceTable};
use crate::table::pdf::PrintedSection;
use crate::table::{Spreadsheet, SpreadsheetCell, workbook};
use crate::words::Lang;
use crate::words::pages::PageWords;

/// Bundles speak Chinese, as archives do.
pub(super) const SAY: PageWords = PageWords(Lang::Zh);
/// The kind of the task that a course is made from.
const TYPICAL: &str = "typical";

/// A resource that a bundle is to show.
#[derive(Debug, Clone)]
pub(super) struct BundleItem {
    /// The course it is for.
    pub(super) course: Option<CourseId>,
    /// Its task.
    pub(super) task: Option<TaskId>,
    /// Its type.
    pub(super) kind: String,
    /// What is said of it; its title only where the bundle's readers may know it.
    pub(super) item: EvidenceItem,
    /// Its files.
    pub(super) files: Vec<BundleFile>,
    /// Its licence, as people call it.
    pub(super) licence: Option<String>,
    /// What is said of programs of the generative kind in it.
    pub(super) ai: Option<&'static str>,
    /// Why none of it is in the bundle.
    pub(super) left_out: Option<&'static str>,
}

/// A file of a bundle, or one that could not go in.
#[derive(Debug, Clone)]
pub(super) struct BundleFile {
    pub(super) path: String,
    pub(super) bytes: i64,
    pub(super) sha256: Sha256,
    /// Whether its content is damaged, and not in the bundle.
    pub(super) is_damaged: bool,
}

/// What is made: its name, what it is served as, its bytes.
type MadeBytes = (&'static str, &'static str, Vec<u8>);

impl Packs {
    /// Makes what stands beside the files of a version that is evidence, and keeps it.
    pub(super) async fn add_evidence(&self, building: &mut Building) -> Result<()> {
        if !building.pack.evidence {
            return Ok(());
        }
        let (pack, number) = (building.pack.id, building.version.number);
        let (table, files) = self.bundle_tables(building).await?;
        let reviewed = building.bundle.iter().filter_map(|it| it.item.reviewed_at);
        let as_of = reviewed.max().unwrap_or(building.pack.created_at);
        let sums = sums_of(&building.manifest);
        let made = blocking(move || make(&table, &files, as_of, sums)).await?;
        let mut evidence = EvidenceInfo {
            as_of,
            documents: std::collections::BTreeMap::new(),
        };
        let mut rows = Vec::with_capacity(made.len());
        for (name, media_type, bytes) in made {
            let length = bytes.len() as u64;
            let sha256 = self.keep_made(bytes.into()).await?;
            rows.push(pack_document::Model {
                pack_id: pack,
                number,
                name: name.to_owned(),
                media_type: media_type.to_owned(),
                sha256: sha256.clone(),
            });
            let hashes = Hashes { sha256 };
            evidence
                .documents
                .insert(name.to_owned(), MadeDocument { length, hashes });
        }
        building.manifest.evidence = Some(evidence);
        self.db
            .write(async |tx| pack_documents::put(tx, pack, number, &rows).await)
            .await
    }

    /// The matrix of what was chosen, and a table of all files and of what could not go in.
    async fn bundle_tables(&self, building: &Building) -> Result<(EvidenceTable, Spreadsheet)> {
        let conn = self.db.read();
        let (majors, ids) = chosen_places(building);
        let mut courses = Vec::new();
        for major in majors {
            courses.extend(curriculum::courses(conn, Some(major)).await?);
        }
        let known: HashSet<CourseId> = courses.iter().map(|row| row.id).collect();
        let others = ids.into_iter().filter(|id| !known.contains(id)).collect();
        courses.extend(curriculum::courses_by_id(conn, others).await?);
        let mut tasks = curriculum::tasks(conn, courses.iter().map(|row| row.id).collect()).await?;
        tasks.sort_by(|a, b| (a.position, &a.name).cmp(&(b.position, &b.name)));
        let table = EvidenceTable {
            say: SAY,
            of: building.pack.title.clone(),
            address: self.rules.public_url.clone().unwrap_or_default(),
            lines: lines(&courses, &tasks, &building.bundle),
        };
        Ok((table, files(&courses, &tasks, &building.bundle)))
    }
}

/// Which majors and courses a bundle shows, whether it holds anything of them or not.
fn chosen_places(building: &Building) -> (Vec<MajorId>, BTreeSet<CourseId>) {
    let mut majors = Vec::new();
    let mut courses: BTreeSet<CourseId> = building.bundle.iter().filter_map(|it| it.course).collect();
    for entry in &building.pack.contents.0 {
        match entry.what {
            PackSelection::Major(id) if !majors.contains(&id) => majors.push(id),
            PackSelection::Course(id) => drop(courses.insert(id)),
            _ => {}
        }
    }
    (majors, courses)
}

fn lines(courses: &[entity::course::Model], tasks: &[entity::task::Model], held: &[BundleItem]) -> Vec<EvidenceLine> {
    let in_bundle = held.iter().filter(|it| it.left_out.is_none());
    let entries = in_bundle.filter_map(|it| {
        Some(EvidenceEntry {
            course: it.course?,
            task: it.task,
            kind: it.kind.clone(),
            title: it.item.title.clone(),
            count: 1,
            newest: Some(it.item.clone()),
        })
    });
    let entries: Vec<EvidenceEntry> = entries.collect();
    let typical: HashSet<TaskId> = tasks
        .iter()
        .filter(|task| task.kind == TYPICAL)
        .map(|task| task.id)
        .collect();
    let matrix = EvidenceMatrix::of(&entries, |task| typical.contains(&task));
    let mut lines = Vec::new();
    for course in courses {
        let of_course = course.retired_in.is_some();
        let of = tasks.iter().filter(|task| task.course_id == course.id);
        let learning = of.filter(|task| !typical.contains(&task.id));
        let learning = learning.filter_map(|task| {
            let is_retired = of_course || task.retired_in.is_some();
            matrix.shows_task(task.id, is_retired).then(|| EvidenceLine {
                course: course.name.clone(),
                task: Some(task.name.clone()),
                is_retired,
                cells: matrix.task(course.id, task.id).into(),
            })
        });
        let learning: Vec<EvidenceLine> = learning.collect();
        if !learning.is_empty() || matrix.shows_course(course.id, of_course) {
            lines.push(EvidenceLine {
                course: course.name.clone(),
                task: None,
                is_retired: of_course,
                cells: matrix.course(course.id).into(),
            });
        }
        lines.extend(learning);
    }
    lines
}

/// A row for each file, and for each resource or file that could not go in, with the reason.
fn files(courses: &[entity::course::Model], tasks: &[entity::task::Model], held: &[BundleItem]) -> Spreadsheet {
    let course = |id: CourseId| courses.iter().find(|row| row.id == id).map(|row| row.name.clone());
    let task = |id: TaskId| tasks.iter().find(|row| row.id == id).map(|row| row.name.clone());
    let mut rows = Vec::new();
    for it in held {
        let said = [
            SpreadsheetCell::text(it.course.and_then(course)),
            SpreadsheetCell::text(it.task.and_then(task)),
            SpreadsheetCell::Text(document_names(it)),
            SpreadsheetCell::Text(it.item.title.clone()),
            SpreadsheetCell::Text(it.item.authors.join("、")),
            SpreadsheetCell::text(it.item.school.clone()),
            SpreadsheetCell::Text(it.item.version.to_string()),
            SpreadsheetCell::text(it.item.reviewed_at.map(Timestamp::day)),
            SpreadsheetCell::text(it.licence.clone()),
            SpreadsheetCell::text(it.ai.map(str::to_owned)),
        ];
        let row = |path: &str, bytes: String, sum: String, why: &str| {
            let of_file = [path.to_owned(), bytes, sum, why.to_owned()].map(SpreadsheetCell::Text);
            said.iter().cloned().chain(of_file).collect::<Vec<_>>()
        };
        if let Some(why) = it.left_out {
            rows.push(row("", String::new(), String::new(), why));
        }
        for file in &it.files {
            let why = if file.is_damaged { SAY.left_out_damaged() } else { "" };
            rows.push(row(&file.path, file.bytes.to_string(), file.sha256.hex(), why));
        }
    }
    // By course, task and path: the same whenever it is made.
    rows.sort_by_cached_key(|row| row.iter().map(SpreadsheetCell::shown).collect::<Vec<String>>());
    Spreadsheet {
        name: SAY.evidence_files().to_owned(),
        head: SAY.evidence_file_heads().map(str::to_owned).into(),
        rows,
    }
}

/// Which of the twelve a resource is, or else its type.
fn document_names(it: &BundleItem) -> String {
    let documents = documents_of(&it.kind, it.task.is_some(), &it.item.title).into_iter();
    let named = documents.map(|at| {
        let document = &REFERENCE_DOCUMENTS[at];
        format!("{} {}", document.number, document.zh)
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() {
        return resource_type(&it.kind).map_or(it.kind.clone(), |kind| kind.zh.to_owned());
    }
    named.join("、")
}

/// Makes the tables and the sums.
fn make(
    table: &EvidenceTable,
    files: &Spreadsheet,
    as_of: Timestamp,
    mut sums: Vec<(String, String)>,
) -> Result<Vec<MadeBytes>> {
    let sheets = [table.matrix(), table.list(), files.clone()];
    let lead = vec![SAY.evidence_bundle_lead().to_owned(), SAY.as_of_day(&as_of.day())];
    // On paper the sums would fill it; they stand in their file.
    let without_sums = |row: &Vec<String>| [&row[..11], &row[13..]].concat();
    let printed = PrintedSection {
        title: files.name.clone(),
        head: without_sums(&files.head),
        rows: files.shown_rows().iter().map(without_sums).collect(),
        ..PrintedSection::default()
    };
    let mut made = vec![
        ("evidence.csv", "text/csv; charset=utf-8", files.csv()?),
        (
            "evidence.pdf",
            "application/pdf",
            table.document(lead, vec![printed], as_of).pdf()?,
        ),
        (
            "evidence.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            workbook(&sheets, Some(as_of))?,
        ),
    ];
    for (name, _, bytes) in &made {
        sums.push(((*name).to_owned(), crate::pack::canonical::sha256(bytes).hex()));
    }
    sums.sort_unstable();
    let lines = sums.into_iter().map(|(path, sum)| format!("{sum}  {path}\n"));
    made.push((
        SUMS,
        "text/plain; charset=utf-8",
        lines.collect::<String>().into_bytes(),
    ));
    Ok(made)
}

/// The files of a version with their sums.
fn sums_of(manifest: &Manifest) -> Vec<(String, String)> {
    let files = manifest.targets.iter();
    files
        .map(|(path, target)| (path.clone(), target.hashes.sha256.hex()))
        .collect()
}
