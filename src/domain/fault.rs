//! Faults of form fields.

use super::curriculum::RowFault;

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Where, as a JSON pointer (RFC 6901): `/title`.
    pub pointer: String,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// It must be there.
    Required,
    /// It has more characters or entries than the limit.
    TooLong {
        /// The limit.
        max: usize,
    },
    /// A table that is asked for would have more rows than the limit.
    TooManyRows {
        /// The limit.
        max: usize,
    },
    /// It has fewer characters than it must have.
    TooShort {
        /// The fewest.
        min: usize,
    },
    /// A password that is tried first.
    Guessable,
    /// A password that was to be changed.
    SameAsBefore,
    /// No such value.
    Unknown {
        /// The value as given.
        value: String,
        /// What could be meant.
        hint: String,
    },
    /// Several bear this name.
    Ambiguous {
        /// The name as given.
        value: String,
        /// What could be meant, each with its id.
        candidates: Vec<String>,
    },
    /// No such field.
    UnknownField,
    /// Not of the form it must have.
    Malformed {
        /// The form expected.
        expected: &'static str,
    },
    /// The upload has not received all its bytes.
    Unfinished,
    /// The upload is not there, or is somebody else's.
    NoSuchUpload,
    /// It stands there already.
    Repeated {
        /// The value as given.
        value: String,
    },
    /// Two files have this path.
    DuplicatePath {
        /// The path.
        path: String,
    },
    /// A row of a table is wrong.
    Row(RowFault),
    /// It was retired from the curriculum: nothing new is put there.
    Retired {
        /// The name as given.
        value: String,
    },
}

impl FaultKind {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong { .. } | Self::TooManyRows { .. } => "too-long",
            Self::TooShort { .. } => "too-short",
            Self::Guessable => "guessable",
            Self::SameAsBefore => "same-as-before",
            Self::Unknown { .. } => "unknown-value",
            Self::Ambiguous { .. } => "ambiguous",
            Self::UnknownField => "unknown-field",
            Self::Malformed { .. } => "malformed",
            Self::Unfinished => "unfinished-upload",
            Self::NoSuchUpload => "no-such-upload",
            Self::Repeated { .. } => "repeated",
            Self::DuplicatePath { .. } => "duplicate-path",
            Self::Row(_) => "faulty-row",
            Self::Retired { .. } => "retired",
        }
    }
}

impl FieldFault {
    /// A fault at a top-level field.
    pub fn at(field: &str, kind: FaultKind) -> Self {
        Self {
            pointer: format!("/{field}"),
            kind,
        }
    }
}
