//! What happens to the line, and what comes of it.

use super::*;
use crate::pull::folder::PullFolder;

#[tokio::test]
async fn a_line_that_is_cut_again_and_again_ends_whole_and_brings_little_twice() {
    let mut dice = Dice(20_261_124);
    let files = course();
    for _ in 0..4 {
        let desk = Desk::new();
        desk.hub.publish(&files);
        desk.hub.shelf().cuts = (0..50).map(|_| dice.below(150_000)).collect();

        let report = desk.pull().await.unwrap();

        assert_eq!(desk.files(), files);
        assert!(desk.hub.shelf().cuts.is_empty(), "all fifty cuts were made");
        let documents = 200_000;
        let bound = bytes_of(&files) + documents;
        assert!(report.moved.bytes <= bound, "{} of {bound}", report.moved.bytes);
    }
}

#[tokio::test]
async fn a_pull_that_is_stopped_at_any_moment_is_finished_by_the_next_and_the_folder_is_never_half() {
    let mut dice = Dice(7);
    let (old, mut new) = (course(), course());
    for (number, bytes) in new.values_mut().enumerate().filter(|(number, _)| number % 3 == 0) {
        *bytes = noise(9_000 + number as u64, bytes.len());
    }
    let desk = Desk::holding(&old).await;
    desk.hub.publish(&new);

    for _ in 0..40 {
        let moment = std::time::Duration::from_millis(dice.below(120) as u64);
        let ended = tokio::time::timeout(moment, desk.pull()).await;
        until_let_go(&desk).await;
        let files = desk.files();
        assert!(files == old || files == new, "the folder is half");
        if ended.is_ok() {
            break;
        }
    }
    desk.pull().await.unwrap();

    assert_eq!(desk.files(), new);
}

/// Waits until the thread of a pull that was stopped has ended too.
async fn until_let_go(desk: &Desk) {
    let let_go = async {
        while matches!(PullFolder::open(&desk.to(), desk.hub.pack), Err(Error::Busy { .. })) {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
    let patience = std::time::Duration::from_secs(30);
    assert!(
        tokio::time::timeout(patience, let_go).await.is_ok(),
        "the folder is never let go"
    );
}

#[tokio::test]
async fn what_was_fetched_before_a_kill_is_not_fetched_again() {
    let desk = Desk::new();
    let files = course();
    desk.hub.publish(&files);
    // A hub that has gone away: six tries in vain end the pull.
    desk.hub.shelf().cuts = std::iter::once(2_000_000).chain([0; 60]).collect();
    let lost = desk.refused().await;
    assert!(matches!(lost, Error::Connection { .. }), "{lost}");
    desk.hub.shelf().cuts.clear();
    let kept = bytes_of(&files_in(&desk.work().join("partial")));

    let report = desk.pull().await.unwrap();

    assert_eq!(desk.files(), files);
    assert!(kept >= 700_000, "{kept}");
    // What came, not what the hub sent: it may still be answering the pull that was given up.
    let missing = bytes_of(&files) - kept;
    let documents = 20_000;
    let came = report.moved.bytes;
    assert!((missing..missing + documents).contains(&came), "{came} for {missing}");
}

#[tokio::test]
async fn a_flipped_byte_is_fetched_anew_and_what_stays_wrong_is_named() {
    let files = course();
    for path in ["03 任务/工作页 43.docx", "00 任务/讲解.mp4"] {
        let desk = Desk::new();
        desk.hub.publish(&files);
        desk.hub.shelf().flips = (Some(sha256(&files[path])), 1);
        desk.pull().await.unwrap();
        assert_eq!(desk.files(), files);

        let desk = Desk::new();
        desk.hub.publish(&files);
        desk.hub.shelf().flips = (Some(sha256(&files[path])), 99);
        let spoilt = desk.refused().await;
        assert!(
            matches!(&spoilt, Error::Spoilt { paths } if *paths == [path]),
            "{spoilt}"
        );
        assert!(!desk.to().exists());
        desk.hub.shelf().flips.1 = 0;
        let before = desk.hub.shelf().sent;
        desk.pull().await.unwrap();
        assert_eq!(desk.files(), files);
        assert_eq!(desk.hub.shelf().sent - before, files[path].len(), "the rest was kept");
    }
}

#[tokio::test]
async fn a_hub_without_ranges_is_understood() {
    let desk = Desk::new();
    let files = course();
    desk.hub.publish(&files);
    desk.hub.shelf().ignores_ranges = true;
    desk.hub.shelf().cuts = [100_000, 50_000, 200_000].into();

    desk.pull().await.unwrap();

    assert_eq!(desk.files(), files);
}

/// It brought bytes each time, and so was asked again at once, for ever.
#[tokio::test]
async fn a_hub_that_begins_anew_each_time_and_never_ends_is_left() {
    let small = noise(1, 1_000);
    let large = noise(2, 500_000);
    let pulls = [small, large].map(async |bytes| {
        let desk = Desk::new();
        let half = bytes.len() / 2;
        desk.hub.publish(&[("01 a/a.bin".to_owned(), bytes)].into());
        desk.hub.shelf().ignores_ranges = true;
        desk.hub.shelf().cuts = [half, half / 2].repeat(500).into();

        let refused = desk.refused().await;

        assert!(matches!(refused, Error::Connection { .. }), "{refused}");
        let asked = desk.hub.shelf().asked.len();
        assert!(asked < 30, "it was asked {asked} times");
    });
    futures_util::future::join_all(pulls).await;
}

#[tokio::test]
async fn what_may_no_longer_be_shared_is_left_out_and_said_and_the_rest_is_whole() {
    // One that says which they are, and one that does not.
    for (keeps_quiet, requests) in [(false, 12), (true, 40)] {
        let desk = Desk::new();
        desk.hub.shelf().keeps_quiet = keeps_quiet;
        let mut files = course();
        desk.hub.publish(&files);
        let gone = ["03 任务/工作页 43.docx", "05 任务/工作页 5.docx", "00 任务/讲解.mp4"];
        desk.hub.shelf().gone = gone.iter().map(|path| sha256(&files[*path])).collect();

        let report = desk.pull().await.unwrap();
        let again = desk.pull().await.unwrap();

        for path in gone {
            files.remove(path);
        }
        assert_eq!(desk.files(), files);
        let mut gone = gone.map(str::to_owned);
        gone.sort();
        assert_eq!(report.left_out, gone);
        assert_eq!((again.left_out.as_slice(), again.moved.requests), (&gone[..], 1));
        assert!(report.moved.requests <= requests, "{}", report.moved.requests);
    }
}

#[tokio::test]
async fn a_hub_that_wants_to_know_who_asks_is_answered_with_a_token() {
    let desk = Desk::new();
    desk.hub.publish(&course());
    desk.hub.shelf().wants_token = true;

    let refused = desk.refused().await;
    let source = Source::hub(&desk.hub.url, Some("token"), None).unwrap();
    let pulled = pull(&source, &desk.order(), &desk.clock, &()).await;

    assert!(
        refused.to_string().contains("401 `sign-in-required`: Sign in first."),
        "{refused}"
    );
    assert!(refused.hint().unwrap().contains("--token-file"));
    assert!(pulled.is_ok());
}

#[tokio::test]
async fn a_pack_that_is_not_there_is_said_to_be_missing() {
    let desk = Desk::new();

    let missing = desk.refused().await;

    assert!(matches!(&missing, Error::Missing { .. }), "{missing}");
    assert!(missing.hint().unwrap().contains("token"));
}
