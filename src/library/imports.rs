//! Importing a folder: what a school does in September with years of mixed material.
//!
//! First everything is looked at and every fault named ([`Imports::plan_import`](crate::library::imports::Imports::plan_import)); a dry run ends there, and the real run
//! goes on only without faults. Then the items are carried in one by one ([`Imports::import_item`](crate::library::imports::Imports::import_item)).
//!
//! A run that was cut off is simply started again. There is no journal to lose: an item is known by what it became, a
//! resource of the same account with the same title and the same files (paths and SHA-256). An item is shared in one
//! transaction, so it is there or it is not; and files are hashed only where title, paths and sizes agree already.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::db::Db;
use crate::domain::fault::FieldFault;
use crate::domain::file::{MAX_PATH_CHARS, RelativePath};
use crate::domain::form::{ResourceForm, ShareForm};
use crate::domain::id::ResourceId;
use crate::domain::resource::Status;
use crate::domain::spelling::strip_invisible;
use crate::domain::suggestion;
use crate::error::{Error, Refusal, Result};
pub use crate::extract::table;
use crate::extract::table::ExtractedTable;
use crate::library::Base;
use crate::library::Rules;
use crate::library::curriculum::Curriculum;
use crate::library::imports::fault::{ImportProblem, ItemFault};
use crate::library::imports::scan::{Scan, Skip, SkippedFile};
use crate::library::imports::sheet::SheetRow;
use crate::library::resources::Resources;
use crate::library::reviews::Reviews;
use crate::library::uploads::Uploads;
use crate::pack::path::numbered;

pub mod fault;
mod import_item;
pub mod scan;
pub mod sheet;

pub use import_item::ImportOutcome;

/// What a resource is when nothing says more.
const OTHERWISE: &str = "source_file";

/// What an import would do.
#[derive(Debug, Default)]
pub struct ImportPlan {
    /// The resources to be, in the order of the sheet or of the folder.
    pub items: Vec<ImportItem>,
    /// What is left out.
    pub skipped: Vec<SkippedFile>,
    /// Everything that is wrong. Nothing is imported while there is any.
    pub faults: Vec<ItemFault>,
}

/// A resource to be.
#[derive(Debug, Clone, Serialize)]
pub struct ImportItem {
    /// Its row in the sheet.
    pub row: Option<u32>,
    /// The file or folder it is made from.
    pub path: String,
    /// What will be said of it.
    #[serde(rename = "metadata")]
    pub form: ResourceForm,
    /// The fields that nobody said and that were guessed from names: `title`, `type`.
    pub guessed: Vec<&'static str>,
    /// Its files.
    pub files: Vec<ItemFile>,
    /// The resource that it already is.
    #[serde(skip)]
    pub known: Option<(ResourceId, Status)>,
}

/// A file of a resource to be.
#[derive(Debug, Clone, Serialize)]
pub struct ItemFile {
    /// Its path inside the resource.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// Where it lies.
    #[serde(skip)]
    pub source: PathBuf,
}

impl ImportItem {
    /// The bytes of all its files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }
}

/// The files of a folder by their paths as they are looked for ([`loose`]). Several may be called the same to the eye, as a
/// Mac and a PC write `é`: each of them is a file.
struct FileIndex {
    folder: PathBuf,
    files: BTreeMap<String, Vec<FolderFile>>,
    taken: HashSet<String>,
}

/// A file of the folder.
#[derive(Clone)]
struct FolderFile {
    /// Its path, byte for byte.
    path: String,
    size: u64,
}

/// What a path of a sheet or of the folder stands for.
#[derive(Default)]
struct PathMatch {
    files: Vec<ItemFile>,
    /// It is a file itself, not a folder of files.
    is_file: bool,
}

/// Takes folders with a sheet about them in.
#[derive(Debug, Clone)]
pub struct Imports {
    db: Db,
    rules: Arc<Rules>,
    curriculum: Arc<Curriculum>,
    resources: Arc<Resources>,
    reviews: Arc<Reviews>,
    uploads: Arc<Uploads>,
}

impl Imports {
    pub(super) fn new(
        base: &Base,
        curriculum: Arc<Curriculum>,
        resources: Arc<Resources>,
        reviews: Arc<Reviews>,
        uploads: Arc<Uploads>,
    ) -> Self {
        Self {
            db: base.db.clone(),
            rules: Arc::clone(&base.rules),
            curriculum,
            resources,
            reviews,
            uploads,
        }
    }

    /// Looks at a folder, and at the sheet that describes it where there is one. Writes nothing.
    pub async fn plan_import(&self, folder: &Path, sheet: Option<&ExtractedTable>) -> Result<ImportPlan> {
        let root = folder.to_owned();
        let seen = tokio::task::spawn_blocking(move || scan::scan(&root))
            .await
            .map_err(Error::unexpected)?;
        let mut plan = ImportPlan::default();
        let mut cabinet = FileIndex::new(folder, &seen);
        plan.skipped = seen.skipped;
        let lines = match sheet {
            Some(table) => sheet::lines(table, &mut plan.faults),
            None => top_level(&seen.files),
        };
        let mut rows: HashMap<String, u32> = HashMap::new();
        for line in lines {
            let path = cabinet.known_as(&line.path);
            if let Some(earlier) = rows.insert(path, line.row) {
                plan.blame(&line, sheet.is_some(), ImportProblem::SameAsRow(earlier));
                continue;
            }
            self.plan_item(&mut plan, &mut cabinet, line, sheet.is_some()).await?;
        }
        plan.skipped.extend(cabinet.left());
        Ok(plan)
    }

    async fn plan_item(
        &self,
        plan: &mut ImportPlan,
        cabinet: &mut FileIndex,
        line: SheetRow,
        has_sheet: bool,
    ) -> Result<()> {
        let PathMatch { files, is_file } = cabinet.take(&line.path);
        if files.is_empty() {
            plan.blame(&line, has_sheet, ImportProblem::NothingThere);
        }
        for problem in self.wrong_with(&files) {
            plan.blame(&line, has_sheet, problem);
        }
        let (fields, guessed) = completed(&line, &files, is_file);
        let form = match ShareForm::parse(&fields) {
            Ok(form) => form.resource,
            Err(faults) => {
                plan.blame_fields(&line, has_sheet, faults);
                return Ok(());
            }
        };
        match self.curriculum.expect_place(&form).await {
            Ok(()) => {}
            Err(Error::Refused(refusal)) => match *refusal {
                Refusal::Fields(faults) => plan.blame_fields(&line, has_sheet, faults),
                other => return Err(other.into()),
            },
            Err(error) => return Err(error),
        }
        plan.items.push(ImportItem {
            row: has_sheet.then_some(line.row),
            path: line.path,
            form,
            guessed,
            files,
            known: None,
        });
        Ok(())
    }

    fn wrong_with(&self, files: &[ItemFile]) -> Vec<ImportProblem> {
        let rules = &self.rules;
        let mut problems = Vec::new();
        if files.iter().any(|file| file.size > rules.max_file_bytes) {
            problems.push(ImportProblem::FileTooLarge(rules.max_file_bytes));
        }
        if files.len() as u64 > rules.max_files {
            problems.push(ImportProblem::TooManyFiles(rules.max_files));
        }
        for file in files.iter().filter(|file| file.path.is_empty()) {
            problems.push(ImportProblem::FilePath(file.source.display().to_string()));
        }
        problems
    }
}

impl ImportPlan {
    fn blame(&mut self, line: &SheetRow, has_sheet: bool, problem: ImportProblem) {
        self.faults.push(ItemFault {
            row: has_sheet.then_some(line.row),
            path: line.path.clone(),
            problem,
        });
    }

    fn blame_fields(&mut self, line: &SheetRow, has_sheet: bool, faults: Vec<FieldFault>) {
        for fault in faults {
            self.blame(line, has_sheet, ImportProblem::Field(fault));
        }
    }
}

impl FileIndex {
    fn new(folder: &Path, scan: &Scan) -> Self {
        let mut files: BTreeMap<String, Vec<FolderFile>> = BTreeMap::new();
        for file in &scan.files {
            let kept = FolderFile {
                path: file.path.clone(),
                size: file.size,
            };
            files.entry(loose(&file.path)).or_default().push(kept);
        }
        Self {
            folder: folder.to_owned(),
            files,
            taken: HashSet::new(),
        }
    }

    /// The files at a path or below it: those at exactly this path where there are any, or else those that look the same.
    fn at(&self, path: &str) -> Vec<&FolderFile> {
        let inside = format!("{}/", loose(path));
        let below = self.files.range(inside.clone()..);
        let below = below.take_while(|(key, _)| key.starts_with(&inside));
        let found = self.files.get_key_value(&loose(path)).into_iter().chain(below);
        let found: Vec<&FolderFile> = found.flat_map(|(_, kept)| kept).collect();
        let exact: Vec<&FolderFile> = found
            .iter()
            .filter(|kept| is_at_or_below(&kept.path, path))
            .copied()
            .collect();
        if exact.is_empty() { found } else { exact }
    }

    /// What tells two lines apart: the path itself where something lies there, or else what it looks like.
    fn known_as(&self, path: &str) -> String {
        let is_there = self.at(path).iter().any(|kept| is_at_or_below(&kept.path, path));
        if is_there { path.to_owned() } else { loose(path) }
    }

    /// The file of a path, or everything in the folder of that path. Names that become the same are numbered.
    fn take(&mut self, path: &str) -> PathMatch {
        let depth = path.matches('/').count() + 1;
        let found: Vec<FolderFile> = self.at(path).into_iter().cloned().collect();
        let mut taken = PathMatch::default();
        let mut paths = HashSet::new();
        for FolderFile { path, size } in found {
            let inside = path.splitn(depth + 1, '/').nth(depth);
            taken.is_file |= inside.is_none();
            let name = RelativePath::parse(inside.unwrap_or_else(|| file_name(&path)));
            let name = name.map(|name| of_its_own(name.as_str(), &mut paths));
            taken.files.push(ItemFile {
                path: name.unwrap_or_default(),
                size,
                source: self.folder.join(&path),
            });
            self.taken.insert(path);
        }
        taken
    }

    /// The files that no item took.
    fn left(&self) -> impl Iterator<Item = SkippedFile> {
        let left = self
            .files
            .values()
            .flatten()
            .filter(|kept| !self.taken.contains(&kept.path));
        left.map(|kept| SkippedFile {
            path: kept.path.clone(),
            why: Skip::NotInSheet,
        })
    }
}

/// A path as it is looked for: a name typed into a sheet and the same name unpacked from a Mac's archive differ in bytes,
/// and a blank behind a name is not seen.
fn loose(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| strip_invisible(part).nfc().collect::<String>());
    parts.collect::<Vec<_>>().join("/")
}

fn is_at_or_below(path: &str, top: &str) -> bool {
    let rest = path.strip_prefix(top);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path that none of the others has, nor looks like: as it is, or with ` (2)`, ` (3)` … before its ending.
fn of_its_own(path: &str, others: &mut HashSet<String>) -> String {
    let path: String = path.nfc().collect();
    // Of so many numbers one is free.
    let mut numbers = 1..=others.len() + 1;
    let free = numbers.find(|number| !others.contains(&numbered(&path, *number, MAX_PATH_CHARS)));
    let own = numbered(&path, free.unwrap_or(1), MAX_PATH_CHARS);
    others.insert(own.clone());
    own
}

/// Without a sheet, each file and each folder at the top is a resource.
fn top_level(files: &[scan::ScannedFile]) -> Vec<SheetRow> {
    let mut lines: Vec<SheetRow> = Vec::new();
    for file in files {
        let top = file.path.split('/').next().unwrap_or(&file.path);
        // The paths are sorted, so what lies in one folder stands together.
        if lines.last().is_none_or(|line| line.path != top) {
            lines.push(SheetRow {
                row: 0,
                path: top.to_owned(),
                fields: Map::new(),
            });
        }
    }
    lines
}

/// What is said of an item, with guesses for what is not said.
fn completed(line: &SheetRow, files: &[ItemFile], is_file: bool) -> (Map<String, Value>, Vec<&'static str>) {
    let mut fields = line.fields.clone();
    let mut guessed = Vec::new();
    let name = file_name(&line.path);
    if !fields.contains_key("title") {
        let title = if is_file { suggestion::stem(name) } else { name };
        fields.insert("title".to_owned(), json!(title));
        guessed.push("title");
    }
    if !fields.contains_key("type") {
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        fields.insert(
            "type".to_owned(),
            json!(suggestion::kind(name, &paths).unwrap_or(OTHERWISE)),
        );
        guessed.push("type");
    }
    (fields, guessed)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
