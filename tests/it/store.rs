//! The object store as somebody with access to its disk or bucket sees it, past the service.

use futures_util::TryStreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};

use crate::app::TestApp;

/// A test's own store.
pub(crate) struct Store {
    store: Box<dyn ObjectStore>,
    prefix: String,
}

impl Store {
    /// The store of a service.
    pub(crate) fn of(app: &TestApp) -> Self {
        let url = app.config().storage_url();
        if let Some(folder) = url.strip_prefix("file://") {
            let store = LocalFileSystem::new_with_prefix(folder).expect("open the folder");
            return Self {
                store: Box::new(store),
                prefix: String::new(),
            };
        }
        let rest = url.strip_prefix("s3://").expect("a folder or a bucket");
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        gongxue::tls::use_ring();
        let builder = AmazonS3Builder::from_env().with_allow_http(true);
        let store = builder.with_bucket_name(bucket).build().expect("open the bucket");
        Self {
            store: Box::new(store),
            prefix: format!("{prefix}/"),
        }
    }

    fn path(&self, key: &str) -> Path {
        Path::from(format!("{}{key}", self.prefix))
    }

    /// An object's bytes.
    pub(crate) async fn read(&self, key: &str) -> Vec<u8> {
        let got = self.store.get(&self.path(key)).await.expect("it is there");
        got.bytes().await.expect("it can be read").to_vec()
    }

    /// Puts other bytes in an object's place, at a later time than it was written and verified. A bucket tells times by the
    /// second, and the object may have been verified in the one after.
    pub(crate) async fn write(&self, key: &str, bytes: Vec<u8>) {
        let path = self.path(key);
        let later = if self.prefix.is_empty() { 1 } else { 2_000 };
        let written = async || {
            let about = self.store.head(&path).await.ok();
            about.map_or(0, |about| about.last_modified.timestamp_millis())
        };
        let before = written().await;
        let bytes = bytes::Bytes::from(bytes);
        loop {
            let put = self.store.put(&path, PutPayload::from(bytes.clone())).await;
            put.expect("it can be written");
            if written().await >= before + later {
                return;
            }
        }
    }

    /// Removes an object.
    pub(crate) async fn delete(&self, key: &str) {
        self.store.delete(&self.path(key)).await.expect("it can be removed");
    }

    /// Removes everything that is in it.
    pub(crate) async fn empty(&self) {
        let prefix = Path::from(self.prefix.clone());
        let listed: Vec<_> = self
            .store
            .list(Some(&prefix))
            .try_collect()
            .await
            .expect("it can be listed");
        for object in listed {
            self.store.delete(&object.location).await.expect("it can be removed");
        }
    }
}
