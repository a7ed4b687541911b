use super::{House, append, at, noise, pieces, sha256};
use crate::blob::staging::Turn;
use crate::blob::store::Part;
use crate::blob::{BlobError, Segment, SegmentKey, Staging};
use crate::domain::id::Id;
use futures_util::TryStreamExt as _;

/// Adds bytes to an upload and keeps them as a segment, as a process does that shares it.
async fn grow(house: &House, turn: &Turn, start: u64, content: &[u8]) -> Segment {
    let appended = append(&house.staging, turn, at(start), pieces(content, 65_536)).await;
    let end = appended.unwrap().offset;
    let key = SegmentKey::fresh(turn.id(), start);
    house.blobs.keep_segment(&house.staging, &key, end).await.unwrap();
    let crc32 = house.staging.crc32_at(turn, end).expect("it was counted");
    Segment {
        key,
        size: end - start,
        crc32,
    }
}

/// An upload of two segments, and the folder of another process.
async fn shared(house: &House, content: &[u8]) -> (Id, Vec<Segment>, Staging) {
    let id = Id::new();
    house.staging.create(id).await.unwrap();
    let turn = house.staging.turn(id).await.unwrap();
    let middle = content.len() / 2;
    let first = grow(house, &turn, 0, &content[..middle]).await;
    let second = grow(house, &turn, first.end(), &content[middle..]).await;
    let elsewhere = Staging::open(&house.folder.path().join("elsewhere")).unwrap();
    (id, vec![first, second], elsewhere)
}

async fn catch_up(house: &House, staging: &Staging, id: Id, segments: &[Segment]) -> Result<(), BlobError> {
    let turn = staging.turn(id).await.unwrap();
    let end = segments.last().map_or(0, Segment::end);
    staging.catch_up(&turn, &house.blobs, segments, end).await?;
    assert!(staging.is_at(&turn, end, segments[segments.len() - 1].crc32).await);
    Ok(())
}

async fn finishes_elsewhere(house: House) {
    // More than one part of a large object.
    let content = noise(20_000_001);
    let (id, segments, elsewhere) = shared(&house, &content).await;

    catch_up(&house, &elsewhere, id, &segments).await.unwrap();

    let turn = elsewhere.turn(id).await.unwrap();
    let finished = elsewhere.finish(&turn, content.len() as u64).await.unwrap();
    assert_eq!(finished.sha256, sha256(&content));
    assert_eq!(std::fs::read(finished.path).unwrap(), content);

    let listed = async || house.blobs.list(Part::Uploads).try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(listed().await.len(), 2);
    house.blobs.drop_segments(id).await.unwrap();
    house.blobs.drop_segments(id).await.unwrap();
    assert!(listed().await.is_empty());
}

#[tokio::test]
async fn an_upload_is_finished_by_another_process() {
    finishes_elsewhere(House::new()).await;
}

#[tokio::test]
async fn an_upload_is_finished_by_another_process_on_s3() {
    let Some(house) = House::on_s3() else { return };
    finishes_elsewhere(house).await;
}

/// What a displaced request wrote stood where the bytes of the one that displaced it belong.
#[tokio::test]
async fn what_lies_here_is_believed_only_as_far_as_it_is_what_was_acknowledged() {
    let house = House::new();
    let content = noise(2_000_000);
    let (id, segments, elsewhere) = shared(&house, &content).await;
    let stale = [&content[..1_000_000], &noise(1_500_000)].concat();
    std::fs::write(elsewhere.part(id), stale).unwrap();

    catch_up(&house, &elsewhere, id, &segments).await.unwrap();

    assert_eq!(std::fs::read(elsewhere.part(id)).unwrap(), content);
    // Fetched and agreeing, it is not fetched again.
    house.blobs.drop_segments(id).await.unwrap();
    catch_up(&house, &elsewhere, id, &segments).await.unwrap();
}

#[tokio::test]
async fn acknowledged_bytes_that_are_lost_or_rotten_are_never_replaced_by_others() {
    let house = House::new();
    let content = noise(2_000_000);
    let (id, segments, elsewhere) = shared(&house, &content).await;
    let object = house.folder.path().join("objects").join(segments[1].key.to_string());
    let mut rotten = std::fs::read(&object).unwrap();
    rotten[7] ^= 1;

    std::fs::write(&object, &rotten).unwrap();
    let answer = catch_up(&house, &elsewhere, id, &segments).await;
    assert!(
        matches!(answer, Err(BlobError::AcknowledgedBytesLost { .. })),
        "{answer:?}"
    );

    std::fs::remove_file(&object).unwrap();
    let answer = catch_up(&house, &elsewhere, id, &segments).await;
    assert!(
        matches!(answer, Err(BlobError::AcknowledgedBytesLost { .. })),
        "{answer:?}"
    );
}

/// What is finished may be an object's second name: writing to it would change content that is served.
#[tokio::test]
async fn a_closed_file_is_never_written_to_again() {
    let house = House::new();
    let content = noise(100_000);
    let (id, segments, _) = shared(&house, &content).await;
    let turn = house.staging.turn(id).await.unwrap();
    let finished = house.staging.finish(&turn, content.len() as u64).await.unwrap();
    let key = house.blobs.keep(&finished).await.unwrap();
    drop(turn);

    catch_up(&house, &house.staging, id, &segments[..1]).await.unwrap();

    assert_eq!(house.read(&key, 0..100_000).await.unwrap(), content);
}
