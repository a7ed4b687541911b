//! Where in a pack things lie: readable folders that follow the curriculum, short enough for every file system.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use sea_orm::ConnectionTrait;

use crate::db::{curriculum, entity};
use crate::domain::extension;
use crate::domain::id::{CourseId, ResourceId, TaskId};
use crate::domain::pack::PackSelection;
use crate::domain::resource::resource_type;
use crate::error::Result;
use crate::pack::path::{MAX_PATH_CHARS, folded, numbered, safe_name};
use crate::words::packs::{WHOLE_COURSE, WHOLE_MAJOR};

/// The most characters of each part of a path. Together they leave sixty for a file's own path.
const ENTRY_CHARS: usize = 32;
const COURSE_CHARS: usize = 26;
const TASK_CHARS: usize = 26;
const TITLE_CHARS: usize = 36;
/// The most characters of a folder or file inside a resource.
const NAME_CHARS: usize = 48;

/// Courses and tasks with their places in their order.
pub(super) struct CurriculumOrder {
    courses: HashMap<CourseId, (usize, String)>,
    tasks: HashMap<TaskId, (usize, String)>,
}

impl CurriculumOrder {
    /// Loads all of it: a few thousand rows.
    pub(super) async fn load(conn: &impl ConnectionTrait) -> Result<Self> {
        let courses = curriculum::courses(conn, None).await?;
        let mut tasks = curriculum::all_tasks(conn).await?;
        tasks.sort_by(|a, b| (a.position, &a.name).cmp(&(b.position, &b.name)));
        Ok(Self {
            courses: ranked(courses.into_iter().map(|row| (row.id, row.major_id, row.name))),
            // A typical task and the reference tasks made of it are numbered apart.
            tasks: ranked(
                tasks
                    .into_iter()
                    .map(|row| (row.id, (row.course_id, row.kind), row.name)),
            ),
        })
    }

    /// The folder of a resource below the entry that it was chosen by.
    pub(super) fn folder_below(&self, what: &PackSelection, row: &entity::resource::Model) -> String {
        let course = || part(&self.courses, row.course_id, WHOLE_MAJOR, COURSE_CHARS);
        let task = || part(&self.tasks, row.task_id, WHOLE_COURSE, TASK_CHARS);
        let kind = || resource_type(&row.kind).map_or_else(|| row.kind.clone(), |kind| safe_name(kind.zh, 20));
        let title = safe_name(&row.title, TITLE_CHARS);
        let parts = match what {
            PackSelection::Major(_) => vec![course(), task(), kind(), title],
            PackSelection::Course(_) => vec![task(), kind(), title],
            PackSelection::Task(_) => vec![kind(), title],
            PackSelection::Resource(_) | PackSelection::Fragment { .. } => vec![title],
        };
        parts.join("/")
    }
}

/// Gives each row its place among those with the same parent, counted from 1.
fn ranked<I: Eq + Hash, Parent: Eq + Hash>(
    rows: impl Iterator<Item = (I, Parent, String)>,
) -> HashMap<I, (usize, String)> {
    let mut seen: HashMap<Parent, usize> = HashMap::new();
    let ranked = rows.map(|(id, parent, name)| {
        let rank = seen.entry(parent).or_default();
        *rank += 1;
        (id, (*rank, name))
    });
    ranked.collect()
}

fn part<I: Eq + Hash>(rows: &HashMap<I, (usize, String)>, id: Option<I>, otherwise: &str, max: usize) -> String {
    match id.and_then(|id| rows.get(&id)) {
        Some((rank, name)) => safe_name(&format!("{rank:02} {name}"), max),
        None => otherwise.to_owned(),
    }
}

/// The folder of the entry with this place in the pack, counted from 0.
pub(super) fn entry_folder(at: usize, entries: usize, name: &str) -> String {
    let width = if entries > 99 { 4 } else { 2 };
    safe_name(&format!("{:0width$} {name}", at + 1), ENTRY_CHARS)
}

/// Where resources lie, with folders of their own: of several with one name, the oldest keeps it, so that adding one
/// moves nothing.
pub(super) fn apart(placed: &mut [Placed]) {
    placed.sort_unstable_by_key(|placed| placed.resource);
    let mut taken = HashSet::with_capacity(placed.len());
    for placed in placed {
        if !taken.insert(folded(&placed.folder)) {
            let id = placed.resource.to_string();
            placed.folder = format!("{} [{}]", placed.folder, &id[id.len() - 6..]);
            taken.insert(folded(&placed.folder));
        }
    }
}

/// A resource that belongs to a pack, and its folder.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// The resource.
    pub(super) resource: ResourceId,
    /// The entry that brought it, by place.
    pub(super) entry: usize,
    /// Its folder.
    pub(super) folder: String,
}

/// Paths of a resource's files in a pack, in the order of `names`, none like another on any file system.
pub(super) fn file_paths<'a>(folder: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = TakenPaths::default();
    let room = MAX_PATH_CHARS - folder.chars().count() - 1;
    let paths = names.map(|name| {
        let mut path = shortened(name, room);
        if taken.goes_through_a_file(&path) {
            path = path.rsplit('/').next().unwrap_or_default().to_owned();
        }
        // Of so many numbers one is free: no more paths are taken than these.
        let free = (1..=taken.count() + 1)
            .map(|number| numbered(&path, number, room))
            .find(|path| taken.is_free(path));
        let path = free.expect("there are more numbers than paths");
        taken.take(&path);
        format!("{folder}/{path}")
    });
    paths.collect()
}

/// Paths that are used, without regard to case: a resource may hold `a` and `a/b`, a folder cannot.
#[derive(Default)]
struct TakenPaths {
    files: HashSet<String>,
    folders: HashSet<String>,
}

impl TakenPaths {
    fn goes_through_a_file(&self, path: &str) -> bool {
        folders_of(&folded(path)).any(|folder| self.files.contains(folder))
    }

    fn count(&self) -> usize {
        self.files.len() + self.folders.len()
    }

    fn is_free(&self, path: &str) -> bool {
        let path = folded(path);
        !self.folders.contains(&path) && !self.files.contains(&path)
    }

    fn take(&mut self, path: &str) {
        let path = folded(path);
        self.folders.extend(folders_of(&path).map(str::to_owned));
        self.files.insert(path);
    }
}

/// The folders above a path, outermost first.
fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// The path with each part made safe; only the name where the whole has no room.
fn shortened(path: &str, room: usize) -> String {
    let path = &extension::without_repeated_extension(path);
    let parts: Vec<String> = path.split('/').map(|part| safe_name(part, NAME_CHARS)).collect();
    let whole = parts.join("/");
    if whole.chars().count() <= room {
        return whole;
    }
    safe_name(parts.last().map_or("", String::as_str), room.min(NAME_CHARS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::path::is_safe;

    #[test]
    fn files_that_differ_only_in_case_or_form_get_paths_of_their_own() {
        let names = ["课件.pptx", "课件.PPTX", "a/b?.txt", "a/b？.txt", "con", "x/../y"];

        let paths = file_paths("01 课程/课件/标题", names.into_iter());

        assert_eq!(paths[1], "01 课程/课件/标题/课件 (2).PPTX");
        assert_eq!(
            paths[2..4],
            ["01 课程/课件/标题/a/b？.txt", "01 课程/课件/标题/a/b？ (2).txt"]
        );
        let lower: HashSet<String> = paths.iter().map(|path| path.to_lowercase()).collect();
        assert_eq!(lower.len(), names.len());
        assert!(paths.iter().all(|path| is_safe(path)), "{paths:?}");
    }

    #[test]
    fn a_file_that_is_named_like_a_folder_does_not_make_the_pack_unreadable() {
        let paths = |names: [&str; 3]| file_paths("夹", names.into_iter());

        assert_eq!(paths(["a", "A/b", "a/c/b"]), ["夹/a", "夹/b", "夹/b (2)"]);
        assert_eq!(paths(["a/b", "A", "a/c"]), ["夹/a/b", "夹/A (2)", "夹/a/c"]);
    }

    #[test]
    fn the_longest_names_still_fit() {
        let long = |c: &str| c.repeat(200);
        let entry = entry_folder(1_500, 2_000, &long("课"));
        let folder = [
            entry,
            safe_name(&long("程"), COURSE_CHARS),
            safe_name(&long("任"), TASK_CHARS),
            safe_name("源文件（程序/图纸/数据）", 20),
            safe_name(&long("题"), TITLE_CHARS),
        ]
        .join("/");
        let deep = format!("{}/{}.docx", long("夹"), long("名"));

        let paths = file_paths(&format!("{folder} [abcdef]"), [deep.as_str(); 12].into_iter());

        assert!(paths.iter().all(|path| is_safe(path)), "{paths:?}");
        assert!(paths[11].ends_with(" (12).docx"));
    }

    #[test]
    fn a_younger_resource_of_the_same_name_does_not_move_the_older() {
        let (older, younger) = (ResourceId::new(), ResourceId::new());
        let placed = |resource| Placed {
            resource,
            entry: 0,
            folder: "01 课程/Folder".to_owned(),
        };
        let mut all = vec![placed(younger), placed(older)];

        apart(&mut all);

        let folder = |id| all.iter().find(|placed| placed.resource == id).unwrap().folder.clone();
        assert_eq!(folder(older), "01 课程/Folder");
        assert!(folder(younger).starts_with("01 课程/Folder ["));
    }
}
