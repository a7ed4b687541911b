//! The storage backends: reads the setting that says where objects live, and opens that store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::signer::Signer;
use object_store::{ClientOptions, ObjectStore, RetryConfig};

use super::{BlobError, disk};

/// How long a store may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// How long one request may take; none carries more than a few dozen MiB.
const ONE_REQUEST: Duration = Duration::from_mins(2);

/// After how long a failing request is not repeated any more: whoever asked is still waiting.
const GIVE_UP: Duration = Duration::from_secs(30);

/// An opened storage backend: a local folder or an S3 bucket.
pub(super) struct Backend {
    pub(super) store: Arc<dyn ObjectStore>,
    /// Goes before every key: the part of an `s3://` address after the bucket.
    pub(super) prefix: object_store::path::Path,
    /// The folder, if the place is one; the fast paths go around the store.
    pub(super) root: Option<PathBuf>,
    /// Signs addresses that a browser may fetch from the store itself, if the store can.
    pub(super) signer: Option<Arc<dyn Signer>>,
}

/// Opens `file:///folder` or `s3://bucket/prefix`.
///
/// An S3 backend takes everything else (region, keys, endpoint) from the usual `AWS_*` variables; pass them as
/// `environment` so that a test can hold them.
pub(super) fn open(url: &str, environment: impl Iterator<Item = (String, String)>) -> Result<Backend, BlobError> {
    if let Some(folder) = url.strip_prefix("file://") {
        return local(url, folder);
    }
    if let Some(rest) = url.strip_prefix("s3://") {
        return s3(url, rest, environment);
    }
    Err(invalid(url, &"it begins with neither `file:///` nor `s3://`"))
}

fn local(url: &str, folder: &str) -> Result<Backend, BlobError> {
    let folder = percent_encoding::percent_decode_str(folder).decode_utf8();
    let folder = folder.map_err(|_| invalid(url, &"its path is not UTF-8"))?;
    let folder = Path::new(folder.as_ref());
    if !folder.is_absolute() {
        return Err(invalid(
            url,
            &"its path is not absolute (three slashes: `file:///srv/objects`)",
        ));
    }
    self::folder(folder)
}

/// Opens a folder; makes it where it is not there.
pub(super) fn folder(folder: &Path) -> Result<Backend, BlobError> {
    disk::ensure_folder(folder).map_err(BlobError::disk(format!("make the folder `{}`", folder.display())))?;
    let store = LocalFileSystem::new_with_prefix(folder);
    let store = store.map_err(|error| invalid(&folder.display().to_string(), &error))?;
    // Without this, objects that were acknowledged are gone after a power cut (measured on ext4 and xfs).
    let store = store.with_fsync(true);
    Ok(Backend {
        store: Arc::new(store),
        prefix: object_store::path::Path::default(),
        root: Some(folder.to_owned()),
        signer: None,
    })
}

fn s3(url: &str, rest: &str, environment: impl Iterator<Item = (String, String)>) -> Result<Backend, BlobError> {
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(invalid(url, &"it names no bucket"));
    }
    let prefix = object_store::path::Path::parse(prefix).map_err(|error| invalid(url, &error))?;
    let builder = configured(environment).with_bucket_name(bucket);
    let store = Arc::new(builder.build().map_err(|error| invalid(url, &error))?);
    Ok(Backend {
        store: store.clone(),
        prefix,
        root: None,
        signer: Some(store),
    })
}

/// Takes the `AWS_*` variables. Servers in a school's own room often speak plain HTTP; whoever writes `http://` into
/// the endpoint means it.
fn configured(environment: impl Iterator<Item = (String, String)>) -> AmazonS3Builder {
    crate::tls::use_ring();
    let mut builder = AmazonS3Builder::new();
    for (name, value) in environment.filter(|(name, value)| name.starts_with("AWS_") && !value.is_empty()) {
        if let Ok(key) = name.to_ascii_lowercase().parse() {
            builder = builder.with_config(key, value);
        }
    }
    let options = ClientOptions::new().with_allow_http(true);
    let options = options.with_connect_timeout(CONNECT).with_timeout(ONE_REQUEST);
    let retry = RetryConfig {
        max_retries: 5,
        retry_timeout: GIVE_UP,
        ..RetryConfig::default()
    };
    builder.with_client_options(options).with_retry(retry)
}

fn invalid(url: &str, why: &impl ToString) -> BlobError {
    // An address may carry a password before the `@`.
    let shown = match url.rsplit_once('@') {
        Some((_, place)) => format!("…@{place}"),
        None => url.to_owned(),
    };
    BlobError::InvalidStorageUrl {
        url: shown,
        why: why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::open;

    #[test]
    fn a_place_that_cannot_be_used_is_refused_with_the_reason() {
        let reason = |url: &str| open(url, std::iter::empty()).err().expect("it is refused").to_string();

        assert!(reason("objects").contains("neither"), "{}", reason("objects"));
        assert!(reason("file://objects").contains("three slashes"));
        assert!(reason("s3://").contains("no bucket"));
        assert!(!reason("s3x://user:secret@bucket").contains("secret"));
    }
}
