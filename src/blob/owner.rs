//! Owner of the store: one small object at its root carries the id of its library, another what the library's database
//! wrote last, so that a store is never taken for another one, nor an older database for the newest.

use object_store::path::Path as ObjectPath;
use object_store::{Error, ObjectStoreExt, PutMode, PutPayload};

use futures_util::StreamExt as _;

use super::store::ObjectKind;
use super::{BlobError, Blobs, disk};
use crate::domain::id::LibraryId;

/// Carries the library's id. Written once and never changed, but for somebody who joins the two on purpose.
pub(super) const OWNER: &str = "library";
/// Carries the mark of the library's database.
const MARK: &str = "library.mark";

/// Both objects are a line of text; whatever is longer is not ours.
const LONGEST: u64 = 256;

/// How many objects are looked at to find one that is ours: strangers may lie among them.
const LOOKED_AT: usize = 1000;

impl Blobs {
    /// The id of the library that this store belongs to, if it belongs to one.
    pub async fn owner(&self) -> Result<Option<LibraryId>, BlobError> {
        let path = self.located(OWNER);
        let Some(text) = self.line(&path).await? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| BlobError::Damaged {
            key: path.to_string(),
            why: "it does not carry the id of a library",
        })
    }

    /// Claims a store that belongs to nobody: makes it this library's; returns whose it is now, for another one may have been first.
    pub async fn claim(&self, id: LibraryId) -> Result<LibraryId, BlobError> {
        let path = self.located(OWNER);
        let put = self.store.put_opts(&path, line(id), PutMode::Create.into()).await;
        match put {
            Ok(_) | Err(Error::AlreadyExists { .. }) => {}
            // Not every store writes on a condition. The one who writes last has it; all others read that.
            Err(error) if self.owner().await?.is_none() => {
                tracing::debug!(%error, "the store does not write on a condition");
                self.set_owner(id).await?;
            }
            Err(_) => {}
        }
        // Read back even where the write succeeded: a store may ignore the condition (Garage does) and tell each of
        // several that it was first.
        let owner = self.owner().await?;
        owner.ok_or_else(|| BlobError::Missing { key: path.to_string() })
    }

    /// Makes the store this library's, whosever it was.
    pub async fn set_owner(&self, id: LibraryId) -> Result<(), BlobError> {
        self.put_line(OWNER, id).await
    }

    /// What the database of the library wrote last, if it ever did.
    pub async fn mark(&self) -> Result<Option<String>, BlobError> {
        self.line(&self.located(MARK)).await
    }

    /// Writes what the database of the library is known by.
    pub async fn set_mark(&self, mark: &str) -> Result<(), BlobError> {
        self.put_line(MARK, mark).await
    }

    /// Whether the store holds any object of a library.
    pub async fn holds_something(&self) -> Result<bool, BlobError> {
        for kind in [ObjectKind::Blobs, ObjectKind::Derived] {
            let mut listed = self.list(kind).take(LOOKED_AT);
            while let Some(object) = listed.next().await {
                if object?.key.is_some() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    async fn line(&self, path: &ObjectPath) -> Result<Option<String>, BlobError> {
        let got = match self.store.get(path).await {
            Err(Error::NotFound { .. }) => return Ok(None),
            got => got.map_err(BlobError::store("read", path))?,
        };
        if got.meta.size > LONGEST {
            return Err(BlobError::TooLarge {
                key: path.to_string(),
                size: got.meta.size,
                limit: LONGEST,
            });
        }
        let bytes = got.bytes().await.map_err(BlobError::store("read", path))?;
        Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()))
    }

    async fn put_line(&self, name: &str, text: impl ToString) -> Result<(), BlobError> {
        let path = self.located(name);
        let put = self.store.put(&path, line(text)).await;
        put.map(drop).map_err(BlobError::store("write", &path))
    }
}

fn line(text: impl ToString) -> PutPayload {
    format!("{}\n", text.to_string()).into_bytes().into()
}

impl super::Staging {
    /// The id of the library whose uploads grow here, if it is known.
    pub async fn owner(&self) -> Result<Option<LibraryId>, BlobError> {
        let file = self.folder().join(OWNER);
        let read = disk::blocking(move || match std::fs::read_to_string(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        });
        let read = read
            .await
            .map_err(BlobError::disk("read whose uploads are staged here"))?;
        Ok(read.and_then(|text| text.trim().parse().ok()))
    }

    /// Notes whose uploads grow here.
    pub async fn set_owner(&self, id: LibraryId) -> Result<(), BlobError> {
        let folder = self.folder().to_owned();
        let written = disk::blocking(move || {
            // Renamed into place: a crash leaves the note of before or the new one, never half an id.
            let mut file = tempfile::NamedTempFile::new_in(&folder)?;
            std::io::Write::write_all(&mut file, format!("{id}\n").as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(folder.join(OWNER)).map_err(|error| error.error)?;
            disk::sync_folder(&folder)
        });
        written
            .await
            .map_err(BlobError::disk("note whose uploads are staged here"))
    }
}
