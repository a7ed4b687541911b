//! The errors of readers: why one stopped before the end.

use std::io;

use crate::domain::file::ExtractionFault;

/// The reason that a reader gives up.
#[derive(Debug)]
pub(crate) enum ExtractError {
    /// The file cannot be read further.
    Fault(ExtractionFault, String),
    /// A limit on output is reached. Not the file's fault.
    OutputFull,
}

/// The result of a reader: everything it found went to [`Output`](super::output::Output) already.
pub(crate) type ExtractResult<T = ()> = Result<T, ExtractError>;

#[expect(
    clippy::needless_pass_by_value,
    reason = "errors are handed over whole, so that `map_err` reads well"
)]
impl ExtractError {
    /// The bytes are not what their form promises.
    pub(crate) fn damaged(detail: impl ToString) -> Self {
        Self::Fault(ExtractionFault::Damaged, detail.to_string())
    }

    /// The file unfolds to more than a document may hold.
    pub(crate) fn bomb(detail: impl ToString) -> Self {
        Self::Fault(ExtractionFault::Bomb, detail.to_string())
    }

    /// A password is needed.
    pub(crate) fn encrypted() -> Self {
        Self::Fault(ExtractionFault::Encrypted, "a password is needed".to_owned())
    }

    /// No reader for this.
    pub(crate) fn unsupported(detail: impl ToString) -> Self {
        Self::Fault(ExtractionFault::Unsupported, detail.to_string())
    }
}

/// Our own bounds on streams answer `FileTooLarge`, which no parser invents; everything else is a broken file.
impl From<io::Error> for ExtractError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::FileTooLarge => Self::bomb(error),
            io::ErrorKind::OutOfMemory => Self::Fault(ExtractionFault::MemoryLimit, error.to_string()),
            _ => Self::damaged(error),
        }
    }
}
