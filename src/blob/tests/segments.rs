use futures_util::TryStreamExt as _;

use super::{Fixture, append, at, noise, pieces, sha256};
use crate::blob::staging::WriteLock;
use crate::blob::store::ObjectKind;
use crate::blob::{BlobError, Segment, SegmentKey, Staging};
use crate::domain::id::UploadId;

/// Adds bytes to an upload and keeps them as a segment, as a process does that shares it.
async fn grow(fixture: &Fixture, lock: &WriteLock, start: u64, content: &[u8]) -> Segment {
    let appended = append(&fixture.staging, lock, at(start), pieces(content, 65_536)).await;
    let end = appended.unwrap().offset;
    let key = SegmentKey::fresh(lock.id(), start);
    fixture.blobs.put_segment(&fixture.staging, &key, end).await.unwrap();
    let crc32 = fixture.staging.crc32_at(lock, end).expect("it was counted");
    Segment {
        key,
        size: end - start,
        crc32,
    }
}

/// An upload of two segments, and the folder of another process.
async fn shared(fixture: &Fixture, content: &[u8]) -> (UploadId, Vec<Segment>, Staging) {
    let id = UploadId::new();
    fixture.staging.create(id).await.unwrap();
    let lock = fixture.staging.lock(id).await.unwrap();
    let middle = content.len() / 2;
    let first = grow(fixture, &lock, 0, &content[..middle]).await;
    let second = grow(fixture, &lock, first.end(), &content[middle..]).await;
    let elsewhere = Staging::open(&fixture.folder.path().join("elsewhere")).unwrap();
    (id, vec![first, second], elsewhere)
}

async fn catch_up(fixture: &Fixture, staging: &Staging, id: UploadId, segments: &[Segment]) -> Result<(), BlobError> {
    let lock = staging.lock(id).await.unwrap();
    let end = segments.last().map_or(0, Segment::end);
    staging.catch_up(&lock, &fixture.blobs, segments, end).await?;
    assert!(staging.is_at(&lock, end, segments[segments.len() - 1].crc32).await);
    Ok(())
}

async fn finishes_elsewhere(fixture: Fixture) {
    // More than one part of a large object.
    let content = noise(20_000_001);
    let (id, segments, elsewhere) = shared(&fixture, &content).await;

    catch_up(&fixture, &elsewhere, id, &segments).await.unwrap();

    let lock = elsewhere.lock(id).await.unwrap();
    let finished = elsewhere.finish(&lock, content.len() as u64).await.unwrap();
    assert_eq!(finished.sha256, sha256(&content));
    assert_eq!(std::fs::read(finished.path).unwrap(), content);

    let listed = async || {
        fixture
            .blobs
            .list(ObjectKind::Uploads)
            .try_collect::<Vec<_>>()
            .await
            .unwrap()
    };
    assert_eq!(listed().await.len(), 2);
    fixture.blobs.delete_segments(id).await.unwrap();
    fixture.blobs.delete_segments(id).await.unwrap();
    assert!(listed().await.is_empty());
}

#[tokio::test]
async fn an_upload_is_finished_by_another_process() {
    finishes_elsewhere(Fixture::new()).await;
}

#[tokio::test]
async fn an_upload_is_finished_by_another_process_on_s3() {
    let Some(fixture) = Fixture::on_s3() else { return };
    finishes_elsewhere(fixture).await;
}

/// What a displaced request wrote stood where the bytes of the one that displaced it belong.
#[tokio::test]
async fn what_lies_here_is_believed_only_as_far_as_it_is_what_was_acknowledged() {
    let fixture = Fixture::new();
    let content = noise(2_000_000);
    let (id, segments, elsewhere) = shared(&fixture, &content).await;
    let stale = [&content[..1_000_000], &noise(1_500_000)].concat();
    std::fs::write(elsewhere.part(id), stale).unwrap();

    catch_up(&fixture, &elsewhere, id, &segments).await.unwrap();

    assert_eq!(std::fs::read(elsewhere.part(id)).unwrap(), content);
    // Fetched and agreeing, it is not fetched again.
    fixture.blobs.delete_segments(id).await.unwrap();
    catch_up(&fixture, &elsewhere, id, &segments).await.unwrap();
}

#[tokio::test]
async fn acknowledged_bytes_that_are_lost_or_rotten_are_never_replaced_by_others() {
    let fixture = Fixture::new();
    let content = noise(2_000_000);
    let (id, segments, elsewhere) = shared(&fixture, &content).await;
    let object = fixture.folder.path().join("objects").join(segments[1].key.to_string());
    let mut rotten = std::fs::read(&object).unwrap();
    rotten[7] ^= 1;

    std::fs::write(&object, &rotten).unwrap();
    let answer = catch_up(&fixture, &elsewhere, id, &segments).await;
    assert!(
        matches!(answer, Err(BlobError::AcknowledgedBytesLost { .. })),
        "{answer:?}"
    );

    std::fs::remove_file(&object).unwrap();
    let answer = catch_up(&fixture, &elsewhere, id, &segments).await;
    assert!(
        matches!(answer, Err(BlobError::AcknowledgedBytesLost { .. })),
        "{answer:?}"
    );
}

/// What is finished may be an object's second name: writing to it would change content that is served.
#[tokio::test]
async fn a_closed_file_is_never_written_to_again() {
    let fixture = Fixture::new();
    let content = noise(100_000);
    let (id, segments, _) = shared(&fixture, &content).await;
    let lock = fixture.staging.lock(id).await.unwrap();
    let finished = fixture.staging.finish(&lock, content.len() as u64).await.unwrap();
    let key = fixture.blobs.put_upload(&finished).await.unwrap();
    drop(lock);

    catch_up(&fixture, &fixture.staging, id, &segments[..1]).await.unwrap();

    assert_eq!(fixture.read(&key, 0..100_000).await.unwrap(), content);
}
