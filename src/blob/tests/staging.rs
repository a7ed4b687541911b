use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use sha2::Digest;

use super::{Broken, Fixture, append, at, noise, pieces, sha256};
use crate::blob::staging::Algorithm;
use crate::blob::{Append, AppendEnd, Appended, BlobError, Checkpoint, Checksum, Staging};
use crate::domain::id::UploadId;

async fn begun(staging: &Staging) -> UploadId {
    let id = UploadId::new();
    staging.create(id).await.unwrap();
    id
}

#[tokio::test]
async fn an_upload_in_several_requests_is_hashed_while_it_comes() {
    let fixture = Fixture::new();
    let content = noise(5_000_000);
    let id = begun(&fixture.staging).await;
    let lock = fixture.staging.lock(id).await.unwrap();

    let first = append(&fixture.staging, &lock, at(0), pieces(&content[..2_000_001], 65_536))
        .await
        .unwrap();
    let second = append(
        &fixture.staging,
        &lock,
        at(first.offset),
        pieces(&content[2_000_001..], 1_400),
    )
    .await
    .unwrap();
    let finished = fixture.staging.finish(&lock, second.offset).await.unwrap();

    assert_eq!(
        first,
        Appended {
            offset: 2_000_001,
            end: AppendEnd::Whole
        }
    );
    assert_eq!(
        second,
        Appended {
            offset: 5_000_000,
            end: AppendEnd::Whole
        }
    );
    assert_eq!((finished.sha256, finished.size), (sha256(&content), 5_000_000));
    assert_eq!(finished.crc32, crc32fast::hash(&content));
    assert_eq!(finished.head, content[..65_536]);
    assert!(std::fs::read(finished.path).unwrap() == content);
}

#[tokio::test]
async fn an_upload_goes_on_after_a_restart_at_the_byte_that_was_acknowledged() {
    let fixture = Fixture::new();
    let content = noise(3_000_000);
    let id = begun(&fixture.staging).await;
    let lock = fixture.staging.lock(id).await.unwrap();
    append(&fixture.staging, &lock, at(0), pieces(&content[..2_000_000], 65_536))
        .await
        .unwrap();
    drop(lock);

    // The row knows of less than came: what lies behind it does not count.
    let reopened = Staging::open(&fixture.folder.path().join("staging")).unwrap();
    let lock = reopened.lock(id).await.unwrap();
    let appended = append(&reopened, &lock, at(1_500_000), pieces(&content[1_500_000..], 65_536))
        .await
        .unwrap();
    let finished = reopened.finish(&lock, appended.offset).await.unwrap();

    assert_eq!(finished.sha256, sha256(&content));
    let again = reopened.finish(&lock, appended.offset).await.unwrap();
    assert_eq!((again.sha256, again.crc32), (finished.sha256, finished.crc32));
}

#[tokio::test]
async fn bytes_that_were_acknowledged_and_are_gone_are_never_made_up() {
    let fixture = Fixture::new();
    let id = begun(&fixture.staging).await;
    let lock = fixture.staging.lock(id).await.unwrap();

    let appended = append(&fixture.staging, &lock, at(10), pieces(b"more", 4)).await;

    assert!(matches!(
        appended,
        Err(BlobError::AcknowledgedBytesLost {
            acknowledged: 10,
            found: 0,
            ..
        })
    ));
}

#[tokio::test]
async fn a_cut_connection_leaves_what_came() {
    let fixture = Fixture::new();
    let content = noise(1_500_000);
    let id = begun(&fixture.staging).await;
    let lock = fixture.staging.lock(id).await.unwrap();
    let cut = pieces(&content[..1_200_000], 10_000).chain(stream::iter([Err(Broken)]));

    let appended = append(&fixture.staging, &lock, at(0), cut).await.unwrap();
    assert_eq!(
        appended,
        Appended {
            offset: 1_200_000,
            end: AppendEnd::Cut
        }
    );

    let appended = append(
        &fixture.staging,
        &lock,
        at(1_200_000),
        pieces(&content[1_200_000..], 10_000),
    )
    .await
    .unwrap();
    let finished = fixture.staging.finish(&lock, appended.offset).await.unwrap();
    assert_eq!(finished.sha256, sha256(&content));
}

#[tokio::test]
async fn a_client_that_falls_silent_is_let_go_and_keeps_what_it_sent() {
    let fixture = Fixture::new();
    let id = begun(&fixture.staging).await;
    let lock = fixture.staging.lock(id).await.unwrap();
    let silent = pieces(b"hello", 5).chain(stream::pending());
    let order = Append {
        stall: Duration::from_millis(50),
        ..at(0)
    };

    let appended = append(&fixture.staging, &lock, order, silent).await.unwrap();

    assert_eq!(
        appended,
        Appended {
            offset: 5,
            end: AppendEnd::Stalled
        }
    );
}

#[tokio::test]
async fn more_than_was_announced_is_not_taken() {
    let fixture = Fixture::new();
    let id = begun(&fixture.staging).await;
    let lock = fixture.staging.lock(id).await.unwrap();
    let order = Append { room: 7, ..at(0) };

    let appended = append(&fixture.staging, &lock, order, pieces(b"hello world", 5))
        .await
        .unwrap();

    assert_eq!(
        appended,
        Appended {
            offset: 7,
            end: AppendEnd::TooLong
        }
    );
    assert_eq!(
        fixture.staging.finish(&lock, 7).await.unwrap().sha256,
        sha256(b"hello w")
    );
}

#[tokio::test]
async fn a_newer_request_takes_over_and_the_stale_one_keeps_its_bytes() {
    let fixture = Fixture::new();
    let content = noise(300_000);
    let id = begun(&fixture.staging).await;
    let (heard, hearing) = tokio::sync::oneshot::channel::<()>();
    let mut heard = Some(heard);
    // A connection that died without a word: bytes came, then nothing, and nobody knows yet.
    let dead = pieces(&content[..200_000], 50_000)
        .inspect(move |_| drop(heard.take()))
        .chain(stream::pending());
    let staging = fixture.staging.clone();
    let stale = tokio::spawn(async move {
        let lock = staging.lock(id).await.unwrap();
        append(&staging, &lock, at(0), Box::pin(dead)).await.unwrap()
    });
    let _ = hearing.await;

    let lock = fixture.staging.lock(id).await.unwrap();
    let stale = stale.await.unwrap();
    let rest = usize::try_from(stale.offset).unwrap();
    let appended = append(
        &fixture.staging,
        &lock,
        at(stale.offset),
        pieces(&content[rest..], 50_000),
    )
    .await
    .unwrap();

    assert_eq!(stale.end, AppendEnd::Displaced);
    assert!(stale.offset >= 50_000, "{stale:?}");
    let finished = fixture.staging.finish(&lock, appended.offset).await.unwrap();
    assert_eq!(finished.sha256, sha256(&content));
}

#[tokio::test]
async fn nothing_counts_until_the_checksum_is_met() {
    let fixture = Fixture::new();
    let id = begun(&fixture.staging).await;
    let lock = fixture.staging.lock(id).await.unwrap();
    append(&fixture.staging, &lock, at(0), pieces(b"hello ", 6))
        .await
        .unwrap();
    let digest = sha1::Sha1::digest(b"world").to_vec();
    let order = Append {
        checksum: Checksum::new(Algorithm::Sha1, digest),
        ..at(6)
    };

    let wrong = append(&fixture.staging, &lock, order.clone(), pieces(b"wrong", 2)).await;
    assert!(matches!(wrong, Err(BlobError::ChecksumMismatch)));
    let cut = pieces(b"wor", 2).chain(stream::iter([Err(Broken)]));
    let cut = append(&fixture.staging, &lock, order.clone(), cut).await.unwrap();
    assert_eq!(
        cut,
        Appended {
            offset: 6,
            end: AppendEnd::Cut
        }
    );
    let right = append(&fixture.staging, &lock, order, pieces(b"world", 2))
        .await
        .unwrap();
    assert_eq!(
        right,
        Appended {
            offset: 11,
            end: AppendEnd::Whole
        }
    );

    let finished = fixture.staging.finish(&lock, 11).await.unwrap();
    assert_eq!(finished.sha256, sha256(b"hello world"));
}

#[tokio::test]
async fn every_64_mib_are_acknowledged_on_the_way() {
    let fixture = Fixture::new();
    let id = begun(&fixture.staging).await;
    let lock = fixture.staging.lock(id).await.unwrap();
    let piece = Bytes::from(noise(1 << 20));
    let body = stream::iter(std::iter::repeat_n(Ok::<_, Broken>(piece), 150));
    let told = Arc::new(Mutex::new(Vec::new()));

    let tell = |checkpoint: Checkpoint| {
        told.lock().unwrap().push(checkpoint.offset >> 20);
        async { Ok(()) }
    };
    let appended = fixture.staging.append(&lock, at(0), body, tell).await.unwrap();

    assert_eq!(appended.offset >> 20, 150);
    assert_eq!(*told.lock().unwrap(), [64_u64, 128]);
}

#[tokio::test]
async fn uploads_are_joined_in_the_order_given() {
    let fixture = Fixture::new();
    let parts = [fixture.upload(&noise(1_100_000)).await, fixture.upload(b"end").await];
    let whole = begun(&fixture.staging).await;
    let lock = fixture.staging.lock(whole).await.unwrap();
    let expected = [noise(1_100_000), b"end".to_vec()].concat();

    for _twice in 0..2 {
        let size = fixture
            .staging
            .concat(&lock, &parts.each_ref().map(|part| part.id))
            .await
            .unwrap();
        assert_eq!(size, expected.len() as u64);
    }

    let finished = fixture.staging.finish(&lock, expected.len() as u64).await.unwrap();
    assert_eq!(finished.sha256, sha256(&expected));
}

#[tokio::test]
async fn what_is_finished_takes_no_more_bytes() {
    let fixture = Fixture::new();
    let finished = fixture.upload(b"hello").await;
    let lock = fixture.staging.lock(finished.id).await.unwrap();

    let late = append(&fixture.staging, &lock, at(5), pieces(b"late", 4)).await;

    assert!(matches!(late, Err(BlobError::NotStaged { .. })));
    assert_eq!(std::fs::read(&finished.path).unwrap(), b"hello");
}

#[tokio::test]
async fn an_upload_is_kept_even_when_its_staged_copy_is_gone() {
    let fixture = Fixture::new();
    let finished = fixture.upload(b"hello").await;
    let key = fixture.blobs.put_upload(&finished).await.unwrap();
    let lock = fixture.staging.lock(finished.id).await.unwrap();
    assert_eq!(fixture.staging.list().await.unwrap().len(), 1);

    fixture.staging.remove(&lock).await.unwrap();
    fixture.staging.remove(&lock).await.unwrap();

    assert!(fixture.staging.list().await.unwrap().is_empty());
    assert_eq!(fixture.read(&key, 0..5).await.unwrap(), b"hello");
}

#[tokio::test]
async fn an_upload_can_be_cut_back() {
    let fixture = Fixture::new();
    let id = begun(&fixture.staging).await;
    let lock = fixture.staging.lock(id).await.unwrap();
    append(&fixture.staging, &lock, at(0), pieces(b"hello world", 11))
        .await
        .unwrap();

    fixture.staging.truncate(&lock, 5).await.unwrap();

    let finished = fixture.staging.finish(&lock, 5).await.unwrap();
    assert_eq!(
        (finished.sha256, finished.crc32),
        (sha256(b"hello"), crc32fast::hash(b"hello"))
    );
}
