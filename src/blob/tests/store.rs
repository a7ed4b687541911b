use std::io::Read;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::stream::{self, TryStreamExt};

use super::{Fixture, noise, sha256};
use crate::blob::store::ObjectKind;
use crate::blob::{BlobError, BlobKey, DerivedKey};

/// Every promise of the store, in one story, so that each kind of store is asked the same.
async fn keeps_its_promises(fixture: &Fixture) {
    fixture.blobs.check().await.unwrap();
    keeps_and_gives_back(fixture, &noise(100)).await;
    keeps_and_gives_back(fixture, &[]).await;
    keeps_and_gives_back(fixture, &noise(20_000_003)).await;
    keeps_two_copies_apart(fixture).await;
    keeps_derived_texts(fixture).await;
    tells_what_is_missing(fixture).await;
}

async fn keeps_and_gives_back(fixture: &Fixture, content: &[u8]) {
    let finished = fixture.upload(content).await;
    let key = fixture.blobs.put_upload(&finished).await.unwrap();
    let size = content.len() as u64;

    assert_eq!(key.sha256, sha256(content));
    assert_eq!(fixture.blobs.size(&key).await.unwrap(), size);
    assert!(fixture.read(&key, 0..size).await.unwrap() == content);
    let (from, to) = (size / 3, size - size / 5);
    let middle = &content[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()];
    assert!(fixture.read(&key, from..to).await.unwrap() == middle);

    let mut opened = Vec::new();
    let (seen, mut file) = fixture.blobs.open_file(&key, size).await.unwrap();
    file.read_to_end(&mut opened).unwrap();
    assert_eq!(seen.size, size);
    assert!(opened == content);
}

async fn keeps_two_copies_apart(fixture: &Fixture) {
    let content = noise(4_096);
    let finished = fixture.upload(&content).await;
    let old = fixture.blobs.put_upload(&finished).await.unwrap();
    let new = fixture.blobs.put_upload(&finished).await.unwrap();

    fixture.blobs.delete(&old).await.unwrap();
    fixture.blobs.delete(&old).await.unwrap();

    assert!(matches!(
        fixture.read(&old, 0..4_096).await,
        Err(BlobError::Missing { .. })
    ));
    assert_eq!(fixture.read(&new, 0..4_096).await.unwrap(), content);
    let listed: Vec<_> = fixture.blobs.list(ObjectKind::Blobs).try_collect().await.unwrap();
    let copies = listed
        .iter()
        .filter(|listed| listed.key.as_ref() == Some(&(&new).into()));
    assert_eq!(copies.map(|listed| listed.size).collect::<Vec<_>>(), [4_096]);
    assert!(listed.iter().all(|listed| listed.name != old.to_string()));
}

async fn keeps_derived_texts(fixture: &Fixture) {
    let key = DerivedKey::new(sha256(b"x"), "passages", 1);
    let text = |text: &'static str| stream::iter([Ok(Bytes::from_static(text.as_bytes()))]);
    fixture.blobs.put_derived(&key, text("一次\n两次")).await.unwrap();
    fixture
        .blobs
        .put_derived(&key, text("星三角\n\n降压启动\n"))
        .await
        .unwrap();

    let lines: Vec<_> = fixture
        .blobs
        .read_derived(&key)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();

    assert_eq!(lines, ["星三角", "", "降压启动"]);
    let listed: Vec<_> = fixture.blobs.list(ObjectKind::Derived).try_collect().await.unwrap();
    assert_eq!(
        listed.iter().map(|listed| listed.name.clone()).collect::<Vec<_>>(),
        [key.to_string()]
    );
}

async fn tells_what_is_missing(fixture: &Fixture) {
    let nothing = BlobKey::fresh(sha256(b"nothing"));
    assert!(matches!(
        fixture.read(&nothing, 0..10).await,
        Err(BlobError::Missing { .. })
    ));
    assert!(matches!(
        fixture.read(&nothing, 0..0).await,
        Err(BlobError::Missing { .. })
    ));
    assert!(matches!(
        fixture.blobs.open_file(&nothing, 10).await,
        Err(BlobError::Missing { .. })
    ));

    let short = fixture
        .blobs
        .put_upload(&fixture.upload(&noise(3_000_000)).await)
        .await
        .unwrap();
    assert!(matches!(
        fixture.read(&short, 0..3_000_001).await,
        Err(BlobError::Truncated {
            found: 3_000_000,
            wanted: 3_000_001,
            ..
        })
    ));
    assert!(matches!(
        fixture.read(&short, 4_000_000..4_000_001).await,
        Err(BlobError::Truncated { .. })
    ));
    assert!(matches!(
        fixture.blobs.open_file(&short, 2_999_999).await,
        Err(BlobError::TooLarge { .. })
    ));
}

#[tokio::test]
async fn local_disk_keeps_its_promises() {
    let fixture = Fixture::new();

    keeps_its_promises(&fixture).await;

    assert!(fixture.blobs.free_space().unwrap().unwrap() > 0);
    let key = BlobKey::fresh(sha256(b"x"));
    let signed = fixture
        .blobs
        .presign(&key, Duration::from_mins(1), "inline", "text/plain")
        .await;
    assert_eq!(signed.unwrap(), None);
}

#[tokio::test]
async fn s3_keeps_its_promises() {
    let Some(fixture) = Fixture::on_s3() else {
        return;
    };

    keeps_its_promises(&fixture).await;
}

#[tokio::test]
async fn a_signed_address_gives_the_bytes_and_the_name_to_anybody() {
    let Some(fixture) = Fixture::on_s3() else {
        return;
    };
    let content = noise(70_000);
    let key = fixture.blobs.put_upload(&fixture.upload(&content).await).await.unwrap();
    let disposition = "attachment; filename=\"_.pdf\"; filename*=UTF-8''%E6%98%9F.pdf";

    let url = fixture
        .blobs
        .presign(&key, Duration::from_mins(1), disposition, "application/pdf")
        .await
        .unwrap()
        .unwrap();
    let answer = reqwest::get(url).await.unwrap();

    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-disposition"], disposition);
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert!(answer.bytes().await.unwrap() == content);
}

#[tokio::test]
async fn a_store_that_is_not_there_is_found_out_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "y"),
        ("AWS_MAX_RETRIES", "0"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let blobs = crate::blob::Blobs::open_with("s3://bucket", folder.path(), variables.into_iter()).unwrap();

    let checked = tokio::time::timeout(Duration::from_mins(1), blobs.check())
        .await
        .unwrap();

    assert!(matches!(checked, Err(BlobError::Store { .. })));
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "files are dated by the system's clock")]
async fn the_sweep_of_the_scratch_folder_takes_old_files_of_its_own_and_nobody_elses() {
    let fixture = Fixture::new();
    let scratch = fixture.folder.path().join("scratch");
    let two_days_ago = SystemTime::now() - Duration::from_hours(48);
    let lay = |name: &str, modified: SystemTime| {
        let file = std::fs::File::create(scratch.join(name)).unwrap();
        file.set_modified(modified).unwrap();
    };
    lay("object-a1b2c3.scratch", two_days_ago);
    lay("object-d4e5f6.scratch", SystemTime::now());
    lay("0190a1b2-0000-7000-8000-000000000000.part", two_days_ago);
    lay("object-lesson.docx", two_days_ago);

    fixture.blobs.sweep_scratch().await.unwrap();

    let mut left: Vec<_> = std::fs::read_dir(&scratch)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(
        left,
        [
            "0190a1b2-0000-7000-8000-000000000000.part",
            "object-d4e5f6.scratch",
            "object-lesson.docx"
        ]
    );
}
