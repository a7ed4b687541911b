//! Stories about the index on disk.

use std::path::PathBuf;

use super::*;

#[test]
fn changes_replace_and_remove_with_all_passages() {
    let before = with_pages("旧题", &["旧文甲", "旧文乙"]);
    let (_dir, index) = holding(std::slice::from_ref(&before));

    index
        .apply(
            [Document {
                metadata: Metadata {
                    title: "新题".to_owned(),
                    ..before.metadata.clone()
                },
                files: vec![],
                ..before.clone()
            }],
            [],
            2,
        )
        .unwrap();

    assert_eq!(find(&index, "旧文"), []);
    assert_eq!(find(&index, "新题"), [before.id]);
    assert_eq!((index.entries(), index.applied_change()), (1, 2));

    index.apply(Vec::<Document>::new(), [before.id], 3).unwrap();

    assert_eq!((index.entries(), index.applied_change()), (0, 3));
}

#[test]
fn what_is_not_committed_never_was() {
    let (dir, index) = holding(&[titled("电机")]);

    let mut writer = index.writer().unwrap();
    writer.put(&titled("水泵")).unwrap();
    drop(writer);
    index.apply([titled("风机")], [], 2).unwrap();

    assert_eq!(find(&index, "水泵"), []);
    drop(index);
    let index = open(dir.path());
    assert_eq!(find(&index, "水泵"), []);
    assert_eq!((index.entries(), index.applied_change()), (2, 2));
}

#[test]
fn an_index_is_rebuilt_beside_the_one_that_serves() {
    let (dir, index) = holding(&[titled("电机")]);
    assert!(
        index.needs_rebuild(),
        "it began empty and may lack what was there before"
    );
    let fresh = titled("水泵");

    let rebuild = index.rebuild().unwrap();
    rebuild.add(&fresh).unwrap();
    index.apply([titled("风机")], [], 7).unwrap();
    assert_eq!(find(&index, "风机").len(), 1);
    assert_eq!(find(&index, "水泵"), []);
    rebuild.finish(9).unwrap();

    assert_eq!(find(&index, "水泵"), [fresh.id]);
    assert_eq!(find(&index, "电机"), []);
    assert_eq!((index.applied_change(), index.needs_rebuild()), (9, false));
    index.apply([titled("阀门")], [], 10).unwrap();
    drop(index);
    let index = open(dir.path());
    assert_eq!(
        (index.applied_change(), index.needs_rebuild(), index.entries()),
        (10, false, 2)
    );
    assert_eq!(generations(dir.path()), 1);
}

fn generations(dir: &Path) -> usize {
    fs::read_dir(dir)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().is_dir())
        .count()
}

#[test]
fn a_rebuild_that_is_given_up_leaves_nothing() {
    let (dir, index) = holding(&[titled("电机")]);

    let rebuild = index.rebuild().unwrap();
    rebuild.add(&titled("水泵")).unwrap();
    drop(rebuild);
    assert_eq!(generations(dir.path()), 1);

    // What a killed process leaves is swept by the next that writes.
    drop(index);
    fs::create_dir(dir.path().join(uuid::Uuid::now_v7().to_string())).unwrap();
    let index = open(dir.path());
    index.prepare().unwrap();
    assert_eq!(generations(dir.path()), 1);
    assert_eq!(find(&index, "电机").len(), 1);
}

#[test]
fn only_one_may_write() {
    let (dir, first) = holding(&[titled("电机")]);

    let second = open(dir.path());

    assert_eq!(find(&second, "电机").len(), 1);
    assert!(matches!(second.prepare(), Err(SearchError::Locked(_))));
    assert!(matches!(second.writer(), Err(SearchError::Locked(_))));
    assert!(matches!(second.rebuild(), Err(SearchError::Locked(_))));
    drop(first);
}

#[test]
fn whoever_only_looks_keeps_nobody_from_writing_and_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("index");
    let looks = open(&folder);
    assert!(!folder.exists());

    let writes = open(&folder);
    writes.apply([titled("电机")], [], 1).unwrap();

    assert_eq!(find(&looks, "电机"), [], "it was opened before");
    assert!(matches!(looks.writer(), Err(SearchError::Locked(_))));
    drop(writes);
}

#[test]
fn whoever_waited_to_write_goes_on_from_what_the_other_left() {
    let (dir, first) = holding(&[titled("电机")]);
    let second = open(dir.path());
    let rebuild = first.rebuild().unwrap();
    rebuild.add(&titled("水泵")).unwrap();
    rebuild.finish(4).unwrap();
    first.apply([titled("风机")], [], 5).unwrap();
    assert!(second.prepare().is_err());
    drop(first);

    second.prepare().unwrap();

    assert_eq!((second.applied_change(), second.health()), (5, Health::Whole));
    second.apply([titled("阀门")], [], 6).unwrap();
    assert_eq!(
        ["电机", "水泵", "风机", "阀门"].map(|word| find(&second, word).len()),
        [0, 1, 1, 1]
    );
}

#[test]
fn a_process_without_an_index_looks_nothing_up_and_writes_nothing() {
    let index = Index::disabled().unwrap();

    assert_eq!(find(&index, "电机"), []);
    assert!(matches!(index.writer(), Err(SearchError::Disabled)));
    assert!(matches!(index.rebuild(), Err(SearchError::Disabled)));
}

/// An index that was built from all there is.
fn whole(documents: &[Document]) -> (TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let index = open(dir.path());
    let rebuild = index.rebuild().unwrap();
    for document in documents {
        rebuild.add(document).unwrap();
    }
    rebuild.finish(5).unwrap();
    (dir, index)
}

#[test]
fn an_index_that_is_removed_under_it_is_noticed_answers_on_and_can_be_built_anew() {
    let (dir, index) = whole(&[titled("电机")]);

    fs::remove_dir_all(dir.path()).unwrap();

    index.prepare().unwrap();
    assert_eq!(index.health(), Health::Outdated);
    assert_eq!(find(&index, "电机").len(), 1, "what is open stays readable");
    assert!(matches!(index.writer(), Err(SearchError::Gone(_))));
    let rebuild = index.rebuild().unwrap();
    rebuild.add(&titled("水泵")).unwrap();
    rebuild.finish(6).unwrap();
    assert_eq!(index.health(), Health::Whole);
    drop(index);
    assert_eq!(find(&open(dir.path()), "水泵").len(), 1);
}

#[test]
fn a_question_that_fails_alone_costs_a_look_for_damage_and_no_building_anew() {
    let (_dir, index) = whole(&[titled("电机")]);

    let failed: Result<(), _> = index.guarded(|_| panic!("a fault that only this question meets"));

    assert!(matches!(failed, Err(SearchError::Damaged)));
    assert_eq!(index.health(), Health::Suspected);
    index.prepare().unwrap();
    assert_eq!(index.health(), Health::Whole);
    let _: Result<(), _> = index.guarded(|_| panic!("the same question again"));
    index.prepare().unwrap();
    assert_eq!(
        index.health(),
        Health::Suspected,
        "not read whole again at once, and not built anew"
    );
}

#[test]
fn a_document_over_which_the_engine_breaks_down_is_known_before_it_takes_others_along() {
    let (_dir, index) = whole(&[titled("电机")]);
    let breaks = with_pages("图册", &["页一", super::super::tests::BREAKS]);

    let broken = index.apply([&titled("水泵"), &breaks], [], 6);

    assert!(broken.is_err_and(|error| error.is_breakdown()));
    assert!(!is_indexable(&breaks));
    let without_text = Document {
        files: vec![],
        ..breaks
    };
    assert!(is_indexable(&without_text));
    index.apply([titled("水泵"), without_text], [], 6).unwrap();
    assert_eq!(["电机", "水泵", "图册"].map(|word| find(&index, word).len()), [1, 1, 1]);
}

#[test]
fn an_index_whose_resources_are_put_in_again_while_it_merges_keeps_all_of_them() {
    let (_dir, index) = whole(&[]);
    let documents: Vec<Document> = (0..40).map(|number| titled(&format!("零件{number}"))).collect();

    // As an import does it: each resource comes, and once more when its text was read.
    for (change, document) in documents.iter().chain(&documents).enumerate() {
        index.apply([document], [], 6 + change as u64).unwrap();
    }

    assert_eq!(index.entries(), 40);
    assert_eq!(index.verify().unwrap(), Vec::<String>::new());
    for number in 0..40 {
        assert!(!find(&index, &format!("零件{number}")).is_empty());
    }
}

/// The folder of the live generation.
fn live_folder(dir: &Path) -> std::path::PathBuf {
    dir.join(fs::read_to_string(dir.join("current")).unwrap())
}

/// Every file of the live index.
fn live_files(dir: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let parts = ["resources", "passages"].map(|part| live_folder(dir).join(part));
    let files = |part| fs::read_dir(part).unwrap().map(|entry| entry.unwrap().path());
    parts.into_iter().flat_map(files)
}

#[test]
fn a_broken_index_heals() {
    type Harm = fn(&Path);
    let harms: [(&str, Harm); 5] = [
        ("no pointer", |dir| fs::remove_file(dir.join("current")).unwrap()),
        ("a pointer to nowhere", |dir| {
            fs::write(dir.join("current"), "../../etc").unwrap();
        }),
        ("no index", |dir| fs::remove_dir_all(live_folder(dir)).unwrap()),
        ("a torn list of segments", |dir| {
            fs::write(live_folder(dir).join("passages/meta.json"), "{\"segm").unwrap();
        }),
        ("torn segments", |dir| {
            for path in live_files(dir) {
                if path
                    .extension()
                    .is_some_and(|ending| ending != "json" && ending != "lock")
                {
                    fs::File::options().write(true).open(path).unwrap().set_len(10).unwrap();
                }
            }
        }),
    ];
    for (harm, harmed) in harms {
        let (dir, index) = holding(&[titled("电机")]);
        let rebuild = index.rebuild().unwrap();
        rebuild.add(&titled("电机")).unwrap();
        rebuild.finish(5).unwrap();
        drop(index);
        harmed(dir.path());

        let index = open(dir.path());

        assert!(index.needs_rebuild(), "{harm}");
        assert_eq!(index.applied_change(), 0, "{harm}");
        assert_eq!(find(&index, "电机"), [], "{harm}");
        let rebuild = index.rebuild().unwrap();
        rebuild.add(&titled("电机")).unwrap();
        rebuild.finish(6).unwrap();
        assert_eq!(find(&index, "电机").len(), 1, "{harm}");
        assert!(!index.needs_rebuild(), "{harm}");
    }
}

/// Too many open files, or a folder of another account, for one moment at the start: an empty index took the place of the
/// one that was there, and nothing was found until all was built anew.
#[test]
fn a_disk_that_does_not_let_us_look_costs_no_index() {
    let paths: [fn(&Path) -> PathBuf; 3] = [
        |dir| dir.join("current"),
        |dir| live_folder(dir).join("resources"),
        |dir| live_folder(dir).join("passages/meta.json"),
    ];
    for path in paths {
        let (dir, index) = holding(&[titled("电机")]);
        drop(index);
        let opened_before = open(dir.path());
        let harmed = path(dir.path());
        let aside = dir.path().join("aside");
        fs::rename(&harmed, &aside).unwrap();
        // Leads to itself: the system refuses to follow it, whoever asks.
        std::os::unix::fs::symlink(&harmed, &harmed).unwrap();

        let opened = Index::open(dir.path());
        let written = opened_before.apply([titled("水泵")], [], 2);
        fs::remove_file(&harmed).unwrap();
        fs::rename(&aside, &harmed).unwrap();

        assert!(matches!(opened, Err(SearchError::Disk(_))), "{}", harmed.display());
        assert!(matches!(written, Err(SearchError::Disk(_))), "{written:?}");
        opened_before.apply([titled("水泵")], [], 2).unwrap();
        for index in [opened_before, open(dir.path())] {
            assert_eq!(find(&index, "电机").len(), 1);
            assert_eq!(find(&index, "水泵").len(), 1);
        }
    }
}

#[test]
fn flipped_bits_are_noticed_and_never_stop_the_service() {
    let (dir, index) = holding(&[with_pages("电机", &["正反转控制"]), titled("电机保养")]);
    drop(index);
    for path in live_files(dir.path()) {
        if path
            .extension()
            .is_some_and(|ending| ending == "store" || ending == "idx" || ending == "term")
        {
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[..middle].fill(0xff);
            fs::write(&path, bytes).unwrap();
        }
    }

    let index = open(dir.path());
    let _ = index.search(&asking("电机"), &synonyms());
    let damaged = index.verify();

    assert!(index.needs_rebuild());
    assert!(damaged.is_err() || damaged.is_ok_and(|files| !files.is_empty()) || index.entries() == 0);
}

#[test]
fn an_index_is_shared_by_threads() {
    fn shared<T: Send + Sync>() {}

    shared::<Index>();
    shared::<Rebuild<'_>>();
}
