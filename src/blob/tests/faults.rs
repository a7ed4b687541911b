use std::process::Command;

use super::{Fixture, append, at, noise, pieces, sha256};
use crate::blob::{AppendEnd, BlobError, Staging};
use crate::domain::id::UploadId;

#[tokio::test]
async fn an_object_that_was_cut_short_is_not_served_as_whole() {
    let fixture = Fixture::new();
    let key = fixture
        .blobs
        .put_upload(&fixture.upload(&noise(1_000_000)).await)
        .await
        .unwrap();
    let file = fixture.folder.path().join("objects").join(key.to_string());
    std::fs::OpenOptions::new()
        .write(true)
        .open(file)
        .unwrap()
        .set_len(600_000)
        .unwrap();

    let read = fixture.read(&key, 0..1_000_000).await;

    assert!(matches!(
        read,
        Err(BlobError::Truncated {
            wanted: 1_000_000,
            found: 600_000,
            ..
        })
    ));
    assert_eq!(fixture.read(&key, 0..600_000).await.unwrap(), noise(600_000));
}

/// A file system of 4 MiB, where this process may mount one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
            .arg(folder.path())
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.0.path()).status();
        assert!(
            unmounted.is_ok_and(|status| status.success()),
            "the small disk stays mounted"
        );
    }
}

#[tokio::test]
async fn a_full_disk_stops_an_upload_and_leaves_what_was_acknowledged() {
    let Some(disk) = SmallDisk::mount() else {
        return;
    };
    let staging = Staging::open(disk.0.path()).unwrap();
    let content = noise(6_000_000);
    let id = UploadId::new();
    staging.create(id).await.unwrap();
    let lock = staging.lock(id).await.unwrap();
    let first = append(&staging, &lock, at(0), pieces(&content[..1_000_000], 65_536))
        .await
        .unwrap();
    assert!(staging.free_space().unwrap() < 4 << 20);

    let second = append(&staging, &lock, at(first.offset), pieces(&content[1_000_000..], 65_536))
        .await
        .unwrap();

    assert_eq!(second.end, AppendEnd::DiskFull);
    assert!(second.offset > 3_000_000, "{second:?}");
    let kept = usize::try_from(second.offset).unwrap();
    let finished = staging.finish(&lock, second.offset).await.unwrap();
    assert_eq!(finished.sha256, sha256(&content[..kept]));
    let unable = Fixture::new().blobs.put_upload(&finished).await;
    assert!(unable.is_ok(), "another disk has room: {unable:?}");
}

#[tokio::test]
async fn a_full_disk_refuses_a_new_object_and_shows_no_half() {
    let Some(disk) = SmallDisk::mount() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::at(folder, &format!("file://{}", disk.0.path().display()));
    let finished = fixture.upload(&noise(6_000_000)).await;

    let kept = fixture.blobs.put_upload(&finished).await;

    assert!(matches!(kept, Err(BlobError::DiskFull { .. })), "{kept:?}");
    let left = walkdir::WalkDir::new(disk.0.path())
        .into_iter()
        .filter(|entry| entry.as_ref().unwrap().file_type().is_file());
    assert_eq!(left.count(), 0);
}
