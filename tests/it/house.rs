//! The house's one rule about its rooms: who may import whom. The map is in `src/lib.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What every room above `domain` may use.
const GROUND: &[&str] = &["actor", "clock", "domain", "error", "telemetry", "tls", "words"];

/// Each room and the rooms it may use besides itself; `None`: all, because it joins them.
const ROOMS: &[(&str, Option<&[&[&str]]>)] = &[
    ("domain", Some(&[])),
    ("error", Some(&[&["domain", "words"]])),
    ("words", Some(&[&["domain", "error"]])),
    ("actor", Some(&[&["domain"]])),
    ("clock", Some(&[&["domain"]])),
    // The names of roles, so that a rule with a wrong one is told with all other faults of the settings.
    ("config", Some(&[&["domain"]])),
    ("telemetry", Some(&[])),
    ("tls", Some(&[])),
    ("demo", Some(&[&["domain"]])),
    ("db", Some(&[GROUND])),
    ("blob", Some(&[GROUND])),
    ("extract", Some(&[GROUND])),
    ("search", Some(&[GROUND])),
    ("pack", Some(&[GROUND])),
    ("table", Some(&[GROUND])),
    ("identity", Some(&[GROUND])),
    (
        "library",
        Some(&[
            GROUND,
            &["db", "blob", "extract", "identity", "search", "pack", "table"],
        ]),
    ),
    ("jobs", Some(&[GROUND, &["library"]])),
    ("pull", Some(&[GROUND, &["library", "pack"]])),
    ("http", Some(&[GROUND, &["library", "config", "pack", "table"]])),
    (
        "cli",
        Some(&[
            GROUND,
            &["app", "config", "demo", "http", "jobs", "library", "pack", "pull"],
        ]),
    ),
    ("app", None),
    ("fuzzing", None),
    ("lib", None),
    ("main", None),
];

/// What every service of the library may use of it.
const LIBRARY_GROUND: &[&str] = &[
    "audit",
    "authority",
    "blocking",
    "catch_panic",
    "idempotency",
    "key_lock",
    "leases",
    "limiter",
    "lru_cache",
    "paging",
    "signals",
    "resource_view",
    "review_steps",
];

/// Each service of the library and the others whose names it uses besides its own; a service is *given* only those that
/// `Library::new` makes before it. The table is what is so: an arrow that is gone is taken out of it, one that comes in is
/// a decision.
const SERVICES: &[(&str, &[&str])] = &[
    ("accounts", &["import_preview"]),
    ("administration", &["operations", "uploads"]),
    ("audit_chain", &["signing"]),
    ("companies", &[]),
    ("curriculum", &["import_preview", "imports", "resources"]),
    (
        "delivery",
        &["accounts", "objects", "packs", "resources", "signing", "texts"],
    ),
    ("import_preview", &["imports"]),
    ("imports", &["curriculum", "resources", "reviews", "uploads"]),
    ("indexer", &["synonyms", "texts"]),
    (
        "jobs",
        &["indexer", "objects", "packs", "reading", "resources", "texts"],
    ),
    (
        "mirror",
        &["curriculum", "objects", "packs", "resources", "signing", "texts"],
    ),
    ("objects", &["operations", "reading", "texts", "uploads"]),
    (
        "operations",
        &[
            "delivery", "indexer", "objects", "reading", "signing", "texts", "uploads",
        ],
    ),
    (
        "packs",
        &["accounts", "curriculum", "objects", "resources", "signing", "texts"],
    ),
    ("rates", &[]),
    ("reading", &["objects", "resources", "search", "synonyms", "texts"]),
    ("recognition", &["packs", "resources"]),
    (
        "resources",
        &["companies", "curriculum", "objects", "texts", "uploads", "usage"],
    ),
    ("reviews", &["accounts", "curriculum", "resources", "search"]),
    ("search", &["accounts", "indexer", "resources", "synonyms", "texts"]),
    (
        "sheets",
        &[
            "companies",
            "curriculum",
            "import_preview",
            "recognition",
            "resources",
            "reviews",
            "synonyms",
            "training",
            "visits",
        ],
    ),
    ("signing", &[]),
    ("standards", &["curriculum", "import_preview", "resources"]),
    ("synonyms", &[]),
    ("texts", &["indexer", "objects", "resources"]),
    (
        "todos",
        &["administration", "packs", "recognition", "reviews", "training"],
    ),
    ("training", &["import_preview"]),
    ("uploads", &["objects", "resources"]),
    ("usage", &[]),
    ("visits", &["resources"]),
];

#[test]
fn every_service_uses_only_the_services_that_it_is_said_to() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/library");
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in rust_files(&folder) {
        let shown = file.strip_prefix(&folder).unwrap();
        let service = shown.components().next().unwrap().as_os_str().to_str().unwrap();
        let service = service.trim_end_matches(".rs").to_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let others = named_after(&text, "crate::library::");
        let others = others.into_iter().filter(|other| *other != service);
        used.entry(service.clone()).or_default().extend(others);
    }
    let services: Vec<&str> = SERVICES.iter().map(|(name, _)| *name).collect();
    for (name, uses) in &mut used {
        uses.retain(|other| services.contains(&other.as_str()));
        let may = SERVICES
            .iter()
            .find(|(service, _)| service == name)
            .map(|(_, may)| *may);
        let may = may.or(LIBRARY_GROUND.contains(&name.as_str()).then_some(&[]));
        let may = may.unwrap_or_else(|| panic!("`{name}` is no service that this test knows"));
        let uses: Vec<&str> = uses.iter().map(String::as_str).collect();
        assert_eq!(uses, may, "what `src/library/{name}` uses of other services");
    }
}

#[test]
fn every_room_imports_only_from_the_rooms_below_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in rust_files(&source) {
        let shown = file.strip_prefix(&source).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        for import in imports(&text) {
            seen += 1;
            wrong.extend(objection(shown, &import));
        }
    }
    assert!(seen > 200, "only {seen} imports were found: this test has gone blind");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_import_that_crosses_the_house_is_named_with_the_way_around() {
    let source =
        "use crate::{db::Db, domain::{id::Id, role}};\n// crate::jobs is only spoken of\nlet x = crate::app::open();";

    assert_eq!(imports(source), ["app", "db", "domain"].map(str::to_owned).into());
    assert_eq!(
        objection(Path::new("http/api/files.rs"), "db").unwrap(),
        "`src/http/api/files.rs` may not import `crate::db`; go through `Library`"
    );
    assert_eq!(objection(Path::new("http.rs"), "library"), None);
    assert_eq!(
        objection(Path::new("search/plan.rs"), "blob").unwrap(),
        "`src/search/plan.rs` may not import `crate::blob`"
    );
}

#[test]
fn files_of_http_import_each_other_in_one_direction() {
    let mut imports = imports_within("http");
    let arrows: usize = imports.values().map(BTreeSet::len).sum();
    assert!(
        arrows > 300,
        "only {arrows} imports were found: this test has gone blind"
    );
    // What imports nothing that is left, or is imported by nothing that is left, is in no circle.
    loop {
        let is_used = |file: &String| imports.values().any(|uses| uses.contains(file));
        let uses_any = |uses: &BTreeSet<String>| uses.iter().any(|file| imports.contains_key(file));
        let free = imports.iter().find(|(file, uses)| !is_used(file) || !uses_any(uses));
        let Some(free) = free.map(|(file, _)| file.clone()) else {
            break;
        };
        imports.remove(&free);
    }
    assert!(imports.is_empty(), "circles among these: {imports:#?}");
}

/// The files of a room, each with those that it imports. One that belongs to another (`a/b.rs` to `a.rs`) may import it.
fn imports_within(room: &str) -> BTreeMap<String, BTreeSet<String>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let module = |path: &Path| path.strip_prefix(&source).unwrap().with_extension("");
    let is_for_tests = |path: &PathBuf| path.ends_with("tests.rs") || path.to_str().unwrap().contains("/sample");
    let files = rust_files(&source.join(room)).into_iter();
    let files: Vec<PathBuf> = files.filter(|path| !is_for_tests(path)).collect();
    let modules: BTreeSet<PathBuf> = files.iter().map(|path| module(path)).collect();
    let mut found = BTreeMap::new();
    for path in &files {
        let here = module(path);
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let named = paths(code).into_iter().filter_map(|named| {
            let mut at = here.clone();
            let mut last = None;
            for part in named.split("::") {
                match part {
                    "crate" => at = PathBuf::new(),
                    "super" => drop(at.pop()),
                    part => at.push(part),
                }
                last = modules.get(&at).or(last);
            }
            last.filter(|other| !here.starts_with(other)).cloned()
        });
        let shown = |path: PathBuf| path.to_str().unwrap().to_owned();
        found.insert(shown(here.clone()), named.map(shown).collect());
    }
    found
}

/// The paths that begin with `crate::` or `super::` in a source file, those in braces each by itself.
fn paths(source: &str) -> Vec<String> {
    let code: Vec<&str> = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let is_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let begins = ["crate::", "super::"]
        .into_iter()
        .flat_map(|begin| code.match_indices(begin));
    let mut found = Vec::new();
    for (at, _) in begins.filter(|(at, _)| !code[..*at].ends_with(is_of_path)) {
        let rest = &code[at..];
        let end = rest.find(|c| !is_of_path(c)).unwrap_or(rest.len());
        let path = &rest[..end];
        match rest[end..].strip_prefix('{') {
            Some(group) => found.extend(heads(group).into_iter().map(|head| format!("{path}{head}"))),
            None => found.push(path.to_owned()),
        }
    }
    found
}

fn objection(file: &Path, import: &str) -> Option<String> {
    let room = file.components().next()?.as_os_str().to_str()?;
    let room = room.trim_end_matches(".rs");
    let (_, may) = ROOMS
        .iter()
        .find(|(name, _)| *name == room)
        .unwrap_or_else(|| panic!("`src/{}` is in no room that this test knows", file.display()));
    let may = (*may)?;
    if room == import || may.iter().any(|rooms| rooms.contains(&import)) {
        return None;
    }
    let above = ["jobs", "http", "cli", "pull"].contains(&room);
    let below = ["db", "blob", "extract", "search"].contains(&import);
    let way = if above && below { "; go through `Library`" } else { "" };
    Some(format!(
        "`src/{}` may not import `crate::{import}`{way}",
        file.display()
    ))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path());
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect()
}

/// The rooms that a source file names by `crate::`, alone or in braces, in a `use` or inline.
fn imports(source: &str) -> BTreeSet<String> {
    named_after(source, "crate::")
}

/// What a source file names right after a path.
fn named_after(source: &str, path: &str) -> BTreeSet<String> {
    let code: Vec<&str> = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let mut found = BTreeSet::new();
    for (at, path) in code.match_indices(path) {
        let rest = &code[at + path.len()..];
        // `$crate::` and `other_crate::` are other things.
        let before = code[..at].chars().next_back();
        if before.is_some_and(|before| before.is_alphanumeric() || before == '_') {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group)),
            None => found.extend(word(rest)),
        }
    }
    // What the crate's root itself offers, such as macros, begins otherwise; rooms are lower case.
    found.retain(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
    found
}

/// The first word of each path in a group, up to the group's own end.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut heads: Vec<String> = word(group.trim_start()).into_iter().collect();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.extend(word(group[at + 1..].trim_start())),
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

/// Where something hangs on what somebody is, and not on what they may do.
const ROLE_ASKED: &[(&str, &str)] = &[
    ("library/visits.rs", "a visit is an expert's"),
    ("library/sheets/visits.rs", "a visit is an expert's"),
    (
        "library/todos.rs",
        "a checkpoint that the bureau took is held against nobody but the auditor",
    ),
];

/// Paths of the review and companies asked for roles by name, past the table of rights: a new role would have been forgotten
/// there.
#[test]
fn nobody_asks_for_a_role_but_the_table_of_rights() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let asks = |line: &&str| {
        let is_compared = [".role == Role::", ".role != Role::"]
            .iter()
            .any(|it| line.contains(it));
        let is_matched = ["match ", "matches!("].iter().any(|it| line.contains(it)) && line.contains(".role");
        !line.trim_start().starts_with("//") && (is_compared || is_matched && !line.contains("stewards()"))
    };
    let mut asking = BTreeSet::new();
    for file in ["library", "http"].map(|room| rust_files(&source.join(room))).concat() {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        if code.lines().any(|line| asks(&line)) {
            asking.insert(file.strip_prefix(&source).unwrap().display().to_string());
        }
    }

    let explained: BTreeSet<String> = ROLE_ASKED.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(asking, explained, "see `domain/authority.rs`");
}

/// The map led newcomers to a file that had been given another name.
#[test]
fn every_file_that_the_map_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = std::fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let doc: Vec<&str> = map.lines().filter_map(|line| line.strip_prefix("//!")).collect();
    let doc = doc.join("\n");
    let named = doc.split('`').skip(1).step_by(2);
    let endings = [".rs", ".md", ".toml", ".html"];
    let named: Vec<&str> = named
        .filter(|name| endings.iter().any(|ending| name.ends_with(ending)))
        .collect();
    assert!(named.len() > 20, "only {named:?} were found: this test has gone blind");
    // A name without a folder is explained by the sentence it stands in.
    let is_there =
        |name: &str| !name.contains('/') || ["", "src"].iter().any(|folder| root.join(folder).join(name).exists());
    let gone: Vec<&str> = named
        .into_iter()
        .filter(|name| !is_there(name) && !name.contains('<'))
        .collect();
    assert!(gone.is_empty(), "`src/lib.rs` names files that are not there: {gone:?}");
}

/// Names of types that may be used again, with the reason.
const USED_AGAIN: &[(&str, &str)] = &[
    ("Model", "a row, as sea-orm's derive asks for it"),
    ("Relation", "joins, as sea-orm's derive asks for it"),
    ("Args", "what follows a subcommand, as clap's examples have it"),
    ("Command", "the subcommands of a subcommand, as clap's examples have it"),
    (
        "Error",
        "of the service; the client of packs, which is used without it, has its own",
    ),
    ("Result", "with the `Error` beside it"),
    ("Hit", "what search answers, and its row on the page of results"),
    (
        "Target",
        "what a right is asked about; in TUF (section 4) a file that is signed",
    ),
];

/// `Place` was ten things and `Report` seven: a search for one brought the others.
#[test]
fn no_name_of_a_type_means_two_things() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in rust_files(&source) {
        let shown = file.strip_prefix(&source).unwrap().display().to_string();
        if shown.contains("tests") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        for name in text.lines().filter_map(type_named) {
            places.entry(name.to_owned()).or_default().push(shown.clone());
        }
    }
    assert!(
        places.len() > 900,
        "only {} were found: this test has gone blind",
        places.len()
    );
    let is_explained = |name: &String| USED_AGAIN.iter().any(|(again, _)| again == name);
    let twice = places
        .into_iter()
        .filter(|(name, files)| files.len() > 1 && !is_explained(name));
    let twice: Vec<String> = twice
        .map(|(name, files)| format!("`{name}`: {}", files.join(", ")))
        .collect();
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

/// The type that a line declares at the top of a file.
fn type_named(line: &str) -> Option<&str> {
    let line = match line.strip_prefix("pub") {
        Some(rest) => rest
            .strip_prefix('(')
            .map_or(rest, |rest| rest.split_once(')').map_or("", |(_, rest)| rest))
            .trim_start(),
        None => line,
    };
    let rest = ["struct ", "enum ", "trait ", "type "]
        .iter()
        .find_map(|kind| line.strip_prefix(kind))?;
    let end = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    Some(&rest[..end])
}
