use std::path::{Path, PathBuf};

use tempfile::TempDir;
use walkdir::WalkDir;

use self::hub::{Files, Hub, text_of};
use super::error::{Error, Result};
use super::fetch::{Fetcher, Missing, WantedFile};
use super::source::Source;
use super::{PullOptions, PullReport, pull};
use crate::clock::Clock;
use crate::pack::canonical::sha256;

mod connection;
mod folder;
mod hub;
mod trust;

/// A hub with a pack, and a folder to pull it into.
struct Desk {
    clock: Clock,
    hub: Hub,
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let clock = Clock::default();
        let hub = Hub::start(&clock);
        let folder = tempfile::tempdir().unwrap();
        Self { clock, hub, folder }
    }

    /// A desk whose hub has published these files, and whose folder has them.
    async fn holding(files: &Files) -> Self {
        let desk = Self::new();
        desk.hub.publish(files);
        desk.pull().await.unwrap();
        desk
    }

    fn to(&self) -> PathBuf {
        self.folder.path().join("数控车床")
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join(".数控车床.gongxue")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.to().join(path)
    }

    fn order(&self) -> PullOptions {
        PullOptions {
            pack: self.hub.pack,
            to: self.to(),
            version: None,
            dry_run: false,
        }
    }

    fn source(&self) -> Source {
        Source::hub(&self.hub.url, None, None).unwrap()
    }

    async fn pull(&self) -> Result<PullReport> {
        self.pull_as(self.order()).await
    }

    async fn pull_as(&self, order: PullOptions) -> Result<PullReport> {
        pull(&self.source(), &order, &self.clock, &()).await
    }

    async fn refused(&self) -> Error {
        self.pull().await.expect_err("it should have been refused")
    }

    /// What is in the folder besides ours.
    fn files(&self) -> Files {
        files_in(&self.to())
    }
}

fn files_in(folder: &Path) -> Files {
    let walk = WalkDir::new(folder)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != ".gongxue" && entry.file_name() != super::folder::state::INDEX);
    let files = walk
        .filter_map(std::result::Result::ok)
        .filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            (path, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Bytes without any order, always the same for the same seed.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut dice = Dice(seed);
    let mut bytes: Vec<u8> = (0..length.div_ceil(8))
        .flat_map(|_| dice.throw().to_be_bytes())
        .collect();
    bytes.truncate(length);
    bytes
}

/// Chance that is the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.throw() % end as u64).unwrap()
    }
}

/// Two hundred small files of all lengths in eight folders, an empty one, two larger ones: 8 MB.
fn course() -> Files {
    let mut files: Files = (0..200_usize)
        .map(|number| {
            let path = format!("{:02} 任务/工作页 {number}.docx", number % 8);
            (path, noise(number as u64, 1 + number * number / 2))
        })
        .collect();
    files.insert("00 任务/空.txt".to_owned(), Vec::new());
    files.insert("00 任务/讲解.mp4".to_owned(), noise(1_000, 3_000_000));
    files.insert("01 任务/图纸.pdf".to_owned(), noise(1_001, 700_000));
    files
}

fn bytes_of(files: &Files) -> u64 {
    files.values().map(|bytes| bytes.len() as u64).sum()
}

#[tokio::test]
async fn the_first_pull_brings_everything_and_nothing_twice() {
    let desk = Desk::new();
    let mut files = course();
    files.insert("07 任务/又是讲解.mp4".to_owned(), files["00 任务/讲解.mp4"].clone());
    desk.hub.publish(&files);

    let report = desk.pull().await.unwrap();

    assert_eq!(desk.files(), files);
    assert_eq!((report.version_before, report.version), (None, 1));
    assert_eq!(report.plan.added.len(), files.len());
    assert_eq!(
        desk.hub.shelf().sent as u64,
        bytes_of(&course()),
        "the copy is not fetched"
    );
    // Timestamp, root, snapshot, manifest, one bundle, two large files.
    assert_eq!(report.moved.requests, 7);
}

#[tokio::test]
async fn when_nothing_is_new_one_request_says_so() {
    let desk = Desk::holding(&course()).await;

    let report = desk.pull().await.unwrap();

    assert_eq!((report.moved.requests, report.moved.bytes), (1, 0));
    assert_eq!((report.version_before, report.version), (Some(1), 1));
    assert!(report.plan.is_empty());
}

#[tokio::test]
async fn a_renamed_file_moves_no_bytes() {
    let mut files = course();
    let desk = Desk::holding(&files).await;
    let video = files.remove("00 任务/讲解.mp4").unwrap();
    files.insert("07 任务/讲解（新）.mp4".to_owned(), video);
    desk.hub.publish(&files);
    let before = desk.hub.shelf().sent;

    let report = desk.pull().await.unwrap();

    assert_eq!(desk.hub.shelf().sent, before);
    assert_eq!(desk.files(), files);
    assert_eq!(report.plan.renamed.len(), 1);
    assert_eq!(report.plan.bytes_missing, 0);
    // Timestamp, root, snapshot, patch.
    assert_eq!(report.moved.requests, 4);
}

#[tokio::test]
async fn a_change_of_one_per_cent_moves_no_more_than_two() {
    let mut files = course();
    let desk = Desk::holding(&files).await;
    let all = bytes_of(&files);
    let mut changed = 0;
    for (number, (_, bytes)) in files.iter_mut().enumerate().filter(|(number, _)| number % 50 == 7) {
        *bytes = noise(5_000 + number as u64, bytes.len());
        changed += bytes.len() as u64;
    }
    assert!(changed < all / 50, "{changed} of {all}");
    desk.hub.publish(&files);

    let report = desk.pull().await.unwrap();

    assert_eq!(desk.files(), files);
    assert!(report.moved.bytes < all / 50, "{} of {all}", report.moved.bytes);
    assert!(
        report.moved.bytes < changed + 20_000,
        "{} for {changed}",
        report.moved.bytes
    );
}

#[tokio::test]
async fn of_a_large_file_only_what_is_new_moves() {
    let mut files = course();
    files.insert("长视频.mp4".to_owned(), noise(9, 12_000_000));
    let desk = Desk::holding(&files).await;
    let video = files.get_mut("长视频.mp4").unwrap();
    video.splice(4_000_000..4_000_000, noise(10, 50_000));
    desk.hub.publish(&files);

    let report = desk.pull().await.unwrap();

    assert_eq!(desk.files(), files);
    assert!(report.moved.bytes < 700_000, "{}", report.moved.bytes);
    assert!(desk.hub.shelf().asked.iter().any(|asked| asked.contains("/chunks?")));
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_and_writes_nothing() {
    let desk = Desk::new();
    desk.hub.publish(&course());
    let order = PullOptions {
        dry_run: true,
        ..desk.order()
    };

    let report = desk.pull_as(order).await.unwrap();

    assert_eq!(report.plan.bytes_missing, bytes_of(&course()));
    assert_eq!(report.plan.added.len(), course().len());
    assert_eq!(std::fs::read_dir(desk.folder.path()).unwrap().count(), 0);
    assert_eq!(desk.hub.shelf().sent, 0);
}

#[tokio::test]
async fn an_older_version_is_had_by_its_number_and_the_newest_again_after_it() {
    let old: Files = [("a.pdf".to_owned(), noise(1, 100))].into();
    let new: Files = [("a.pdf".to_owned(), noise(2, 100)), ("b.pdf".to_owned(), noise(3, 100))].into();
    let desk = Desk::holding(&old).await;
    desk.hub.publish(&new);
    desk.pull().await.unwrap();

    let first = PullOptions {
        version: Some(1),
        ..desk.order()
    };
    let report = desk.pull_as(first.clone()).await.unwrap();

    assert_eq!(desk.files(), old);
    assert_eq!((report.version_before, report.version), (Some(2), 1));
    assert_eq!(report.plan.removed, ["b.pdf"]);
    assert_eq!(report.plan.bytes_missing, 0, "the version before is still beside it");
    assert_eq!(desk.pull_as(first).await.unwrap().moved.requests, 0);
    desk.pull().await.unwrap();
    assert_eq!(desk.files(), new);
}

#[tokio::test]
async fn from_several_versions_behind_it_goes_patch_by_patch_and_without_them_whole() {
    let mut files = course();
    let desk = Desk::holding(&files).await;
    for number in 0..5 {
        files.insert(format!("新 {number}.pdf"), noise(number, 50));
        desk.hub.publish(&files);
    }

    let by_patches = desk.pull().await.unwrap();
    files.insert("再新.pdf".to_owned(), noise(99, 50));
    let version = desk.hub.publish(&files);
    let patch = desk.hub.address(version, "manifest.patch.json");
    desk.hub.shelf().put(&patch, b"{}".to_vec());
    let whole = desk.pull().await.unwrap();

    assert!(by_patches.moved.bytes < 10_000, "{}", by_patches.moved.bytes);
    assert!(whole.moved.bytes > 60_000, "{}", whole.moved.bytes);
    assert_eq!(desk.files(), files);
}

#[tokio::test]
async fn a_stick_brings_the_same_and_is_believed_no_more_than_a_hub() {
    let desk = Desk::new();
    desk.hub.publish(&course());
    let stick = tempfile::tempdir().unwrap();
    desk.hub.shelf().bring_on_a_stick(stick.path());

    let source = Source::folder(stick.path());
    pull(&source, &desk.order(), &desk.clock, &()).await.unwrap();
    assert_eq!(desk.files(), course());
    assert!(desk.hub.shelf().asked.is_empty());

    let mut files = course();
    files.insert("新.pdf".to_owned(), noise(7, 5_000));
    desk.hub.publish(&files);
    desk.hub.shelf().bring_on_a_stick(stick.path());
    let hex = sha256(&noise(7, 5_000)).hex();
    std::fs::write(stick.path().join("files").join(&hex[..2]).join(&hex), noise(8, 5_000)).unwrap();
    let spoilt = pull(&source, &desk.order(), &desk.clock, &()).await.unwrap_err();
    assert!(matches!(spoilt, Error::Spoilt { paths } if paths == ["新.pdf"]));
    assert_eq!(desk.files(), course());
}

#[tokio::test]
async fn a_rate_is_kept_by_all_requests_together() {
    let desk = Desk::new();
    desk.hub.publish(
        &[
            ("a.bin".to_owned(), noise(1, 400_000)),
            ("b.bin".to_owned(), noise(2, 400_000)),
        ]
        .into(),
    );
    let source = Source::hub(&desk.hub.url, None, Some(1_000_000)).unwrap();

    let report = pull(&source, &desk.order(), &desk.clock, &()).await.unwrap();

    assert!(report.duration.as_millis() > 500, "{:?}", report.duration);
}

#[tokio::test]
async fn texts_come_as_one_stream_into_a_folder_of_half_files() {
    let desk = Desk::new();
    let version = desk.hub.publish(&course());
    let into = tempfile::tempdir().unwrap();
    let texts = course().into_values().map(|bytes| text_of(&sha256(&bytes)));
    let wanted = texts.enumerate().map(|(number, text)| WantedFile {
        number,
        sha256: sha256(&text),
        length: text.len() as u64,
        old: None,
    });
    let wanted: Vec<WantedFile> = wanted.step_by(3).collect();

    let source = desk.source();
    let fetcher = Fetcher {
        source: &source,
        pack: desk.hub.pack,
        version,
        into: into.path(),
        completed: None,
        watch: &(),
    };
    let shortfall = fetcher.texts(wanted.clone()).await.unwrap();

    assert_eq!(shortfall, Missing::default());
    assert_eq!(source.moved().requests, 1);
    for text in wanted {
        let bytes = std::fs::read(into.path().join(text.sha256.hex())).unwrap();
        assert_eq!(sha256(&bytes), text.sha256);
    }
}
