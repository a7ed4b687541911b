//! Tables on their way in: received into a file that nobody else can open, for readers of tables seek.

use std::fs::File;
use std::io::{Seek as _, SeekFrom};

use actix_web::web::Bytes;
use futures_util::{Stream, TryStreamExt as _};
use tokio::io::AsyncWriteExt as _;

use crate::error::{Error, Refusal, Result};

/// The largest table, in bytes.
pub const MAX_BYTES: u64 = 8 << 20;

/// Receives a table to its end. Ended early, nothing is left behind.
pub async fn receive<E>(mut body: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin) -> Result<File>
where
    E: Into<BrokenBody>,
{
    let file = tokio::task::spawn_blocking(tempfile::tempfile);
    let mut file = tokio::fs::File::from_std(file.await.map_err(Error::unexpected)??);
    let mut left = MAX_BYTES;
    while let Some(chunk) = body.try_next().await.map_err(|error| error.into().0)? {
        let rest = left.checked_sub(chunk.len() as u64);
        left = rest.ok_or(Refusal::BodyTooLarge { limit: MAX_BYTES })?;
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    let mut file = file.into_std().await;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Why a body did not come to its end.
#[derive(Debug)]
pub struct BrokenBody(Error);

impl BrokenBody {
    /// The refusal that it is.
    pub fn into_error(self) -> Error {
        self.0
    }
}

impl From<actix_web::error::PayloadError> for BrokenBody {
    fn from(error: actix_web::error::PayloadError) -> Self {
        let detail = error.to_string();
        Self(Refusal::Malformed { detail }.into())
    }
}

impl From<actix_multipart::MultipartError> for BrokenBody {
    fn from(error: actix_multipart::MultipartError) -> Self {
        Self(super::form::broken(error))
    }
}
