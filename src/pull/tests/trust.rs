//! What is not believed, and what is followed.

use std::time::Duration;

use super::hub::{manifest, signed_by};
use super::*;
use crate::domain::id::PackId;
use crate::pack::trust::VerificationError;

const YEAR: Duration = Duration::from_hours(24 * 365);

fn one_file(seed: u64) -> Files {
    [("a.pdf".to_owned(), noise(seed, 1_000))].into()
}

/// A desk that holds version 1, with version 2 at the hub.
async fn desk_with_news() -> Desk {
    let desk = Desk::holding(&one_file(1)).await;
    desk.hub.publish(&one_file(2));
    desk
}

/// Nothing was changed, and the reason says what it means.
async fn expect_distrust(desk: &Desk, meaning: &str) -> VerificationError {
    let before = desk.files();
    let error = desk.refused().await;
    assert_eq!(desk.files(), before);
    assert!(error.hint().unwrap().contains(meaning), "{error}: {:?}", error.hint());
    match error {
        Error::Distrust(distrust) => distrust,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_manifest_that_somebody_changed_is_not_believed() {
    let desk = Desk::new();
    let version = desk.hub.publish(&one_file(1));
    let address = desk.hub.address(version, "manifest.json");
    let changed = String::from_utf8(desk.hub.shelf().document(&address).to_vec()).unwrap();
    desk.hub
        .shelf()
        .put(&address, changed.replace("a.pdf", "b.pdf").into_bytes());

    let distrust = expect_distrust(&desk, "changed on their way").await;

    assert_eq!(distrust, VerificationError::OtherBytes { role: "targets" });
}

#[tokio::test]
async fn an_older_timestamp_is_a_rollback() {
    let desk = desk_with_news().await;
    let address = format!("packs/{}/timestamp.json", desk.hub.pack);
    let first = desk.hub.shelf().document(&address).to_vec();
    desk.hub.stamp(2);
    desk.pull().await.unwrap();
    desk.hub.shelf().put(&address, first);

    let distrust = expect_distrust(&desk, "rollback").await;

    assert!(matches!(distrust, VerificationError::Older { role: "timestamp", .. }));
}

#[tokio::test]
async fn a_newer_timestamp_of_an_older_version_is_a_rollback_too() {
    let desk = desk_with_news().await;
    desk.pull().await.unwrap();
    desk.hub.stamp(1);

    let distrust = expect_distrust(&desk, "rollback").await;

    assert!(matches!(distrust, VerificationError::Older { role: "snapshot", .. }));
}

#[tokio::test]
async fn a_timestamp_whose_time_is_over_is_a_freeze_even_if_it_is_the_one_held() {
    let desk = Desk::holding(&one_file(1)).await;
    desk.clock.advance(Duration::from_hours(24 * 8));

    let distrust = expect_distrust(&desk, "freeze").await;

    assert!(matches!(distrust, VerificationError::Expired { role: "timestamp", .. }));
    desk.hub.stamp(1);
    assert!(desk.pull().await.unwrap().plan.is_empty());
}

#[tokio::test]
async fn keys_whose_time_is_over_are_not_believed() {
    let desk = Desk::holding(&one_file(1)).await;
    desk.clock.advance(YEAR);

    let distrust = expect_distrust(&desk, "clock").await;

    assert!(matches!(distrust, VerificationError::Expired { role: "root", .. }));
}

#[tokio::test]
async fn the_snapshot_of_one_version_with_the_manifest_of_another_is_not_believed() {
    let desk = desk_with_news().await;
    let first = desk
        .hub
        .shelf()
        .document(&desk.hub.address(1, "manifest.json"))
        .to_vec();
    let address = desk.hub.address(2, "manifest.json");
    desk.hub.shelf().put(&address, first);
    let patch = desk.hub.address(2, "manifest.patch.json");
    desk.hub.shelf().put(&patch, b"{}".to_vec());

    let distrust = expect_distrust(&desk, "mix and match").await;

    assert_eq!(distrust, VerificationError::OtherBytes { role: "targets" });
}

#[tokio::test]
async fn a_snapshot_that_the_timestamp_does_not_mean_is_not_believed() {
    let desk = desk_with_news().await;
    let first = desk
        .hub
        .shelf()
        .document(&desk.hub.address(1, "snapshot.json"))
        .to_vec();
    let address = desk.hub.address(2, "snapshot.json");
    desk.hub.shelf().put(&address, first);

    let distrust = expect_distrust(&desk, "mix and match").await;

    assert_eq!(distrust, VerificationError::OtherBytes { role: "snapshot" });
}

#[tokio::test]
async fn what_strangers_sign_is_not_believed() {
    let desk = desk_with_news().await;
    let address = format!("packs/{}/timestamp.json", desk.hub.pack);
    let newest: serde_json::Value = serde_json::from_slice(desk.hub.shelf().document(&address)).unwrap();
    let newest: crate::pack::trust::TimestampRole = serde_json::from_value(newest["signed"].clone()).unwrap();
    desk.hub.shelf().put(&address, signed_by(66, newest));

    let distrust = expect_distrust(&desk, "keys").await;

    assert_eq!(distrust, VerificationError::NotSigned { role: "timestamp" });
}

#[tokio::test]
async fn changed_keys_are_followed_when_the_old_ones_say_so() {
    let desk = desk_with_news().await;
    let pack = desk.hub.pack;
    desk.hub.shelf().rotate_keys(pack);

    desk.pull().await.unwrap();

    assert_eq!(desk.files(), one_file(2));
}

#[tokio::test]
async fn changed_keys_that_the_old_ones_do_not_know_are_not_believed() {
    let desk = desk_with_news().await;
    let address = "trust/1.root.json";
    let root: serde_json::Value = serde_json::from_slice(desk.hub.shelf().document(address)).unwrap();
    let mut root: crate::pack::trust::Root = serde_json::from_value(root["signed"].clone()).unwrap();
    root.version = 2;
    desk.hub.shelf().put("trust/2.root.json", signed_by(66, root));

    let distrust = expect_distrust(&desk, "keys").await;

    assert_eq!(distrust, VerificationError::NotSigned { role: "root" });
}

#[tokio::test]
async fn a_path_that_leads_out_of_the_folder_is_refused_however_well_it_is_signed() {
    for path in [
        "../a.pdf",
        "/etc/a.pdf",
        "a/../../b.pdf",
        "CON.txt",
        "A.pdf",
        ".gongxue/state",
        "a.pdf/b.pdf",
    ] {
        let desk = Desk::holding(&one_file(1)).await;
        let files: Files = [("a.pdf".to_owned(), noise(1, 10)), (path.to_owned(), noise(2, 10))].into();
        desk.hub.publish(&files);

        let distrust = expect_distrust(&desk, "no honest hub").await;

        assert!(
            matches!(distrust, VerificationError::UnsafePath { .. }),
            "{path}: {distrust}"
        );
    }
}

#[tokio::test]
async fn the_manifest_of_another_pack_is_not_believed() {
    let desk = desk_with_news().await;
    let mut other = manifest(PackId::new(), 3, desk.clock.now().plus(YEAR), &one_file(3));
    other.version = 3;
    let pack = desk.hub.pack;
    desk.hub.shelf().sign_version(pack, other);
    desk.hub.stamp(3);

    let distrust = expect_distrust(&desk, "mix and match").await;

    assert_eq!(distrust, VerificationError::OtherPack);
}

/// A snapshot that said 2^40 bytes made a client take whatever came: 2.1 GB of it.
#[tokio::test]
async fn a_length_that_no_list_has_is_refused_before_it_is_asked_for() {
    let desk = Desk::new();
    let version = desk.hub.publish(&one_file(1));
    desk.hub.shelf().claim_length(desk.hub.pack, version, 1 << 40);

    let distrust = expect_distrust(&desk, "no honest hub").await;

    assert!(matches!(distrust, VerificationError::TooLarge { .. }), "{distrust}");
    let asked = desk.hub.shelf().asked.join(" ");
    assert!(!asked.contains("manifest.json"), "{asked}");
}

/// Two files of 2^63 bytes are together none, if one counts so.
#[tokio::test]
async fn files_that_cannot_be_counted_are_refused() {
    let desk = Desk::new();
    let expires = desk.clock.now().plus(YEAR);
    let two: Files = [("a.pdf".to_owned(), vec![1]), ("b.pdf".to_owned(), vec![2])].into();
    let mut endless = manifest(desk.hub.pack, 1, expires, &two);
    for target in endless.targets.values_mut() {
        target.length = 1 << 63;
    }
    desk.hub.shelf().sign_version(desk.hub.pack, endless);
    desk.hub.stamp(1);

    let distrust = expect_distrust(&desk, "no honest hub").await;

    assert!(matches!(distrust, VerificationError::TooLarge { .. }), "{distrust}");
}

/// A hub's word opened a line to any machine of the school.
#[tokio::test]
async fn a_redirect_to_another_machine_is_not_followed_and_one_inside_the_hub_is() {
    let desk = Desk::new();
    desk.hub.publish(&one_file(1));
    let inner = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    inner.set_nonblocking(true).unwrap();
    let place = format!("http://{}/secret", inner.local_addr().unwrap());
    let timestamp = format!("packs/{}/timestamp.json", desk.hub.pack);
    desk.hub.shelf().redirects = Some((timestamp.clone(), place));

    let refused = desk.refused().await;

    assert!(matches!(refused, Error::Elsewhere { .. }), "{refused}");
    assert!(inner.accept().is_err());
    let here = format!("/api/v1/{timestamp}?again");
    desk.hub.shelf().redirects = Some((timestamp, here));
    desk.pull().await.unwrap();
}

/// What a hub of the time before signed: an escaped line break, names in the order of UTF-16, no `targets.json`.
#[tokio::test]
async fn what_hubs_signed_before_is_still_believed() {
    let desk = Desk::new();
    let expires = desk.clock.now().plus(YEAR);
    let files: Files = [("\u{1f600}.pdf".to_owned(), vec![1]), ("：.pdf".to_owned(), vec![2])].into();
    let mut old = manifest(desk.hub.pack, 1, expires, &files);
    old.pack.description = "第一行\n第二行\t列".to_owned();
    desk.hub.shelf().sign_as_before(desk.hub.pack, &old);

    desk.pull().await.unwrap();

    assert_eq!(desk.files(), files);
    // And by a patch to the next one, which is signed as now.
    let more: Files = [("\u{1f600}.pdf".to_owned(), vec![1]), ("：.pdf".to_owned(), vec![3])].into();
    desk.hub.publish(&more);
    desk.hub.shelf().asked.clear();
    desk.pull().await.unwrap();
    assert_eq!(desk.files(), more);
}

/// 2 MB on the line that unfold to 2 GB: what counts is what they unfold to, while they do.
#[tokio::test]
async fn a_document_that_unfolds_beyond_its_ceiling_is_left() {
    let desk = Desk::new();
    desk.hub.publish(&one_file(1));
    let timestamp = format!("packs/{}/timestamp.json", desk.hub.pack);
    desk.hub.shelf().put(&timestamp, vec![b' '; 64 << 20]);
    desk.hub.shelf().compresses = true;

    let refused = desk.refused().await;

    assert!(matches!(refused, Error::Strange { .. }), "{refused}");
}
