//! How often the store is asked for something, by a store that counts.

use std::fmt;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};

use super::{Fixture, noise, sha256};
use crate::blob::DerivedKey;

/// A store far away, without files of its own, that counts the bytes it gives.
#[derive(Debug, Default)]
struct Counting {
    inner: InMemory,
    given: AtomicU64,
}

impl fmt::Display for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a store that counts")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Counting {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let is_look = options.head;
        let got = self.inner.get_opts(location, options).await?;
        if !is_look {
            self.given.fetch_add(got.range.end - got.range.start, Ordering::Relaxed);
        }
        Ok(got)
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

/// A hundred pictures of the pages of a 100 MB document moved 10 GB from S3.
#[tokio::test]
async fn a_hundred_who_open_one_document_fetch_it_once() {
    const SIZE: u64 = 3_000_000;
    let mut fixture = Fixture::new();
    let counting = Arc::new(Counting::default());
    fixture.blobs.store = counting.clone();
    fixture.blobs.root = None;
    let document = noise(3_000_000);
    let key = DerivedKey::new(sha256(&document), "pages-docx", 1);
    let body = futures_util::stream::iter([Ok(document.clone().into())]);
    fixture.blobs.put_derived(&key, body).await.unwrap();

    let opened = (0..100).map(|_| fixture.blobs.open_file(&key, SIZE));
    let opened = futures_util::future::try_join_all(opened).await.unwrap();
    for (_, mut file) in opened {
        let mut read = Vec::new();
        file.read_to_end(&mut read).unwrap();
        assert!(read == document);
    }
    fixture.blobs.open_file(&key, SIZE).await.unwrap();

    assert_eq!(counting.given.load(Ordering::Relaxed), SIZE);
    let other = b"written anew".to_vec();
    let body = futures_util::stream::iter([Ok(other.clone().into())]);
    fixture.blobs.put_derived(&key, body).await.unwrap();
    let (seen, mut file) = fixture.blobs.open_file(&key, SIZE).await.unwrap();
    let mut read = Vec::new();
    file.read_to_end(&mut read).unwrap();
    assert_eq!((seen.size, read), (12, other), "what took its place is fetched");
}
