//! Panics, caught: what panics ends with an error, and whoever works goes on with the next.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use crate::error::{Error, Result};

/// Does `work`; a panic in it is an error like others. A worker that was gone would be missed by nobody.
pub(crate) async fn catch_panic<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.unwrap_or_else(|panic| {
        let why = message(panic.as_ref());
        Err(Error::unexpected(anyhow::anyhow!("it panicked: {why}")))
    })
}

/// What a panic said, where it said something.
fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a word")
}

#[cfg(test)]
mod tests {
    use super::catch_panic;
    use crate::error::Result;

    #[tokio::test]
    async fn a_panic_is_an_error_with_its_words() {
        let fallen: Result<()> = catch_panic(async { panic!("page {} is not there", 7) }).await;
        let done = catch_panic(async { Ok(1) }).await;

        assert!(format!("{:?}", fallen.unwrap_err()).contains("page 7 is not there"));
        assert_eq!(done.unwrap(), 1);
    }
}
