//! Computing beside the async threads.

use crate::error::{Error, Result};

/// Computes where it holds nobody up.
pub(in crate::library) async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(act).await.map_err(Error::unexpected)?
}
