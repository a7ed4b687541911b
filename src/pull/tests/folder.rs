//! The folder, and what its user does in it.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use super::hub::resource_of;
use super::*;
use crate::pack::manifest::{Gone, GoneReason};
use crate::pull::error::ForeignContent;
use crate::pull::folder::PullFolder;
use crate::pull::source::update_session::{HeldDocuments, UpdateSession};

fn two_files() -> Files {
    let files = [("甲/a.pdf", noise(1, 500)), ("乙/b.pdf", noise(2, 500))];
    files.map(|(path, bytes)| (path.to_owned(), bytes)).into()
}

#[tokio::test]
async fn what_the_user_added_or_changed_survives_and_is_reported() {
    let desk = Desk::holding(&two_files()).await;
    fs::write(desk.path("甲/我的笔记.txt"), "note").unwrap();
    fs::create_dir(desk.path("空")).unwrap();
    std::os::unix::fs::symlink("甲/a.pdf", desk.path("捷径")).unwrap();
    fs::write(desk.path("甲/a.pdf"), "mine").unwrap();
    let mut files = two_files();
    files.insert("甲/a.pdf".to_owned(), noise(3, 600));
    desk.hub.publish(&files);

    let report = desk.pull().await.unwrap();

    let mut expected = files;
    expected.insert("甲/我的笔记.txt".to_owned(), b"note".to_vec());
    expected.insert("甲/a (本机修改).pdf".to_owned(), b"mine".to_vec());
    assert_eq!(desk.files(), expected);
    assert!(desk.path("空").is_dir());
    assert_eq!(fs::read_link(desk.path("捷径")).unwrap(), Path::new("甲/a.pdf"));
    let aside: Vec<_> = report.aside.iter().map(|aside| aside.now.as_str()).collect();
    assert_eq!(aside, ["甲/a (本机修改).pdf"]);
    assert_eq!(desk.pull().await.unwrap().moved.requests, 1);
}

#[tokio::test]
async fn what_the_user_broke_is_mended_without_a_new_version() {
    let desk = Desk::holding(&two_files()).await;
    fs::remove_file(desk.path("甲/a.pdf")).unwrap();
    fs::write(desk.path("乙/b.pdf"), "mine").unwrap();

    desk.pull().await.unwrap();

    let mut expected = two_files();
    expected.insert("乙/b (本机修改).pdf".to_owned(), b"mine".to_vec());
    assert_eq!(desk.files(), expected);
    assert!(!desk.work().join("previous").exists(), "it was the same version");
}

#[tokio::test]
async fn a_file_that_was_only_touched_is_read_and_kept() {
    let desk = Desk::holding(&two_files()).await;
    let file = fs::File::options().write(true).open(desk.path("甲/a.pdf")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1))
        .unwrap();

    let report = desk.pull().await.unwrap();

    assert_eq!(report.moved.requests, 1);
    assert_eq!(desk.files(), two_files());
}

#[tokio::test]
async fn a_file_that_the_user_put_where_the_next_version_has_another_stands_beside_it() {
    let desk = Desk::holding(&two_files()).await;
    fs::write(desk.path("c.pdf"), "mine").unwrap();
    fs::write(desk.path("丙"), "mine too").unwrap();
    fs::write(desk.path("d.pdf"), noise(4, 40)).unwrap();
    let mut files = two_files();
    files.insert("c.pdf".to_owned(), noise(3, 30));
    files.insert("丙/e.pdf".to_owned(), noise(5, 50));
    files.insert("d.pdf".to_owned(), noise(4, 40));
    desk.hub.publish(&files);

    desk.pull().await.unwrap();

    files.insert("c (本机修改).pdf".to_owned(), b"mine".to_vec());
    files.insert("丙 (本机修改)".to_owned(), b"mine too".to_vec());
    assert_eq!(desk.files(), files);
}

#[tokio::test]
async fn what_a_version_no_longer_has_is_said_and_stays_in_the_version_before() {
    let desk = Desk::holding(&two_files()).await;
    let mut files = two_files();
    files.remove("乙/b.pdf");
    desk.hub.publish(&files);

    let report = desk.pull().await.unwrap();

    assert_eq!(report.plan.removed, ["乙/b.pdf"]);
    assert_eq!(desk.files(), files);
    assert_eq!(files_in(&desk.work().join("previous")), two_files());
}

#[tokio::test]
async fn what_its_holders_are_asked_to_delete_is_deleted_when_its_time_has_come() {
    let desk = Desk::holding(&two_files()).await;
    let mut files = two_files();
    files.remove("乙/b.pdf");
    let version = desk.hub.publish(&files);
    let now = desk.clock.now();
    let gone = Gone {
        at_once: false,
        reason: GoneReason::Withdrawn,
        at: now,
        keep_until: now.plus(Duration::from_hours(48)),
    };
    let mut manifest = desk.hub.shelf().manifest(version).clone();
    manifest.gone.insert(resource_of("乙/b.pdf"), gone);
    let pack = desk.hub.pack;
    desk.hub.shelf().sign_version(pack, manifest);
    desk.hub.stamp(version);
    desk.pull().await.unwrap();
    let kept = desk.work().join("previous/乙/b.pdf");
    assert!(kept.exists());

    desk.clock.advance(Duration::from_hours(72));
    desk.pull().await.unwrap();

    assert!(!kept.exists());
}

#[tokio::test]
async fn what_is_taken_down_at_once_does_not_stay_in_the_version_before() {
    let desk = Desk::holding(&two_files()).await;
    let mut files = two_files();
    files.remove("乙/b.pdf");
    let version = desk.hub.publish(&files);
    let now = desk.clock.now();
    let gone = Gone {
        at_once: true,
        reason: GoneReason::Withdrawn,
        at: now,
        keep_until: now,
    };
    let mut manifest = desk.hub.shelf().manifest(version).clone();
    manifest.gone.insert(resource_of("乙/b.pdf"), gone);
    let pack = desk.hub.pack;
    desk.hub.shelf().sign_version(pack, manifest);
    desk.hub.stamp(version);

    desk.pull().await.unwrap();

    assert_eq!(desk.files(), files);
    assert_eq!(files_in(&desk.work().join("previous")), files);
}

#[tokio::test]
async fn two_pulls_into_one_folder_exclude_each_other() {
    let desk = Desk::holding(&two_files()).await;
    let _at_work = PullFolder::open(&desk.to(), desk.hub.pack).unwrap();

    let busy = desk.refused().await;

    assert!(matches!(&busy, Error::Busy { to } if *to == desk.to()), "{busy}");
    assert!(busy.hint().is_some());
}

#[tokio::test]
async fn a_folder_with_something_else_in_it_is_left_alone() {
    let desk = Desk::new();
    desk.hub.publish(&two_files());
    fs::create_dir(desk.to()).unwrap();
    fs::write(desk.path("mine.txt"), "mine").unwrap();

    let foreign = desk.refused().await;

    assert!(matches!(
        foreign,
        Error::Foreign {
            holds: ForeignContent::Something,
            ..
        }
    ));
    fs::remove_file(desk.path("mine.txt")).unwrap();
    desk.pull().await.unwrap();
    assert_eq!(desk.files(), two_files());
    let other = PullOptions {
        pack: crate::domain::id::PackId::new(),
        ..desk.order()
    };
    let foreign = desk.pull_as(other).await.unwrap_err();
    assert!(matches!(foreign, Error::Foreign { holds: ForeignContent::Pack(pack), .. } if pack == desk.hub.pack));
}

#[tokio::test]
async fn a_lost_state_costs_reading_and_no_bytes() {
    let desk = Desk::holding(&two_files()).await;
    fs::remove_file(desk.path(".gongxue/state")).unwrap();

    let report = desk.pull().await.unwrap();

    assert_eq!(report.moved.requests, 1);
    assert_eq!(desk.files(), two_files());
}

/// A desk that holds version 1, with version 2 built beside it and not switched.
async fn built() -> (Desk, Files) {
    let desk = Desk::holding(&two_files()).await;
    let mut files = two_files();
    files.insert("乙/b.pdf".to_owned(), noise(9, 900));
    desk.hub.publish(&files);
    let source = desk.source();
    let folder = PullFolder::open(&desk.to(), desk.hub.pack).unwrap();
    let session = UpdateSession::newest(&source, desk.hub.pack, None, desk.clock.now())
        .await
        .unwrap();
    let release = session.newest_release(&HeldDocuments::default()).await.unwrap();
    let sha256 = crate::pack::canonical::sha256(&noise(9, 900));
    fs::write(folder.partial().join(sha256.hex()), noise(9, 900)).unwrap();
    let scan = folder.scan().unwrap();
    let tree = folder.begin(&release).unwrap();
    folder.build(tree, &release, &scan, &BTreeSet::new()).unwrap();
    (desk, files)
}

#[tokio::test]
async fn a_tree_that_was_built_and_not_switched_is_built_again_from_what_was_fetched() {
    let (desk, files) = built().await;
    assert_eq!(desk.files(), two_files());
    let before = desk.hub.shelf().sent;

    desk.pull().await.unwrap();

    assert_eq!(desk.files(), files);
    assert_eq!(desk.hub.shelf().sent, before);
}

#[tokio::test]
async fn a_pull_that_was_killed_after_the_exchange_has_nothing_left_to_do_but_put_away() {
    let (desk, files) = built().await;
    let (next, aside) = (desk.work().join("next"), desk.folder.path().join("aside"));
    // What the exchange does.
    fs::rename(desk.to(), &aside).unwrap();
    fs::rename(&next, desk.to()).unwrap();
    fs::rename(&aside, &next).unwrap();

    let report = desk.pull().await.unwrap();

    assert_eq!((report.version_before, report.plan.is_empty()), (Some(2), true));
    assert_eq!(desk.files(), files);
    assert_eq!(files_in(&desk.work().join("previous")), two_files());
}

#[tokio::test]
async fn a_pull_that_was_killed_between_two_renames_is_undone_and_done_again() {
    let (desk, files) = built().await;
    fs::rename(desk.to(), desk.work().join("old")).unwrap();

    let folder = PullFolder::open(&desk.to(), desk.hub.pack).unwrap();
    assert_eq!(desk.files(), two_files());
    drop(folder);
    desk.pull().await.unwrap();

    assert_eq!(desk.files(), files);
}

/// Somebody who saves a file while the pull is fetching.
struct Busybody(PathBuf);

impl crate::pull::PullObserver for Busybody {
    fn came(&self, _bytes: u64) {
        fs::write(&self.0, "just now").unwrap();
    }
}

#[tokio::test]
async fn what_the_user_saves_while_the_pull_is_fetching_is_taken_along() {
    let desk = Desk::holding(&two_files()).await;
    let mut files = two_files();
    files.insert("c.pdf".to_owned(), noise(3, 300));
    desk.hub.publish(&files);
    let saved = Busybody(desk.path("乙/新笔记.txt"));

    pull(&desk.source(), &desk.order(), &desk.clock, &saved).await.unwrap();

    files.insert("乙/新笔记.txt".to_owned(), b"just now".to_vec());
    assert_eq!(desk.files(), files);
}

#[tokio::test]
async fn who_writes_into_a_file_of_the_pack_while_the_pull_is_fetching_loses_nothing_and_spoils_nothing() {
    let desk = Desk::holding(&two_files()).await;
    let path = two_files().into_keys().next().unwrap();
    let mut files = two_files();
    files.insert("c.pdf".to_owned(), noise(3, 300));
    desk.hub.publish(&files);
    // Into the file itself, which the next tree shares by then.
    let written = Busybody(desk.path(&path));

    let moved = pull(&desk.source(), &desk.order(), &desk.clock, &written)
        .await
        .unwrap_err();

    assert!(
        matches!(&moved, Error::ChangedMeanwhile { path: named } if *named == path),
        "{moved}"
    );
    assert_eq!(fs::read(desk.path(&path)).unwrap(), b"just now");
    let report = desk.pull().await.unwrap();
    assert_eq!(report.aside.len(), 1);
    assert_eq!(fs::read(desk.path(&report.aside[0].now)).unwrap(), b"just now");
    assert_eq!(fs::read(desk.path(&path)).unwrap(), two_files()[&path]);
}

#[tokio::test]
async fn who_writes_into_the_folder_before_the_switch_loses_nothing() {
    let (desk, _) = built().await;
    let folder = PullFolder::open(&desk.to(), desk.hub.pack).unwrap();
    let scan = folder.scan().unwrap();
    fs::write(desk.path("新笔记.txt"), "just now").unwrap();

    let moved = folder.switch(&scan).unwrap_err();

    assert!(
        matches!(&moved, Error::ChangedMeanwhile { path } if path == "新笔记.txt"),
        "{moved}"
    );
    assert_eq!(fs::read(desk.path("新笔记.txt")).unwrap(), b"just now");
}
