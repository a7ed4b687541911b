//! Form of a request for suggestions.

use serde_json::{Map, Value};

use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::FieldReader;
use crate::domain::id::{Sha256, UploadId};

/// The most files and folders of one request.
const MAX_ENTRIES: usize = 1_000;
/// The longest path, in characters.
const MAX_PATH_CHARS: usize = 1_000;

/// A file or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestEntry {
    /// Its path; that of a folder ends in `/`.
    pub path: String,
    /// Its content, where the asker knows it.
    pub sha256: Option<Sha256>,
    /// Its upload, where it is one of the asker's.
    pub upload: Option<UploadId>,
}

/// Files and folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestForm {
    /// In the order in which they are answered.
    pub entries: Vec<SuggestEntry>,
}

impl SuggestForm {
    /// Parses the JSON of `POST /suggestions`.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let entries = entries(&mut reader);
        reader.refuse_others();
        reader.finish(|| Self { entries })
    }
}

fn entries(reader: &mut FieldReader<'_>) -> Vec<SuggestEntry> {
    let Some(value) = reader.take("files") else {
        reader.fault("files", FaultKind::Required);
        return Vec::new();
    };
    let Some(list) = value.as_array() else {
        let expected = "a list of objects";
        reader.fault("files", FaultKind::Malformed { expected });
        return Vec::new();
    };
    if list.len() > MAX_ENTRIES {
        reader.fault("files", FaultKind::TooLong { max: MAX_ENTRIES });
        return Vec::new();
    }
    let mut entries = Vec::with_capacity(list.len());
    for (at, value) in list.iter().enumerate() {
        match entry(at, value) {
            Ok(entry) => entries.push(entry),
            Err(faults) => reader.add(faults),
        }
    }
    entries
}

fn entry(at: usize, value: &Value) -> Result<SuggestEntry, Vec<FieldFault>> {
    let place = format!("files/{at}");
    let Some(fields) = value.as_object() else {
        let expected = "an object";
        return Err(vec![FieldFault::at(&place, FaultKind::Malformed { expected })]);
    };
    let mut reader = FieldReader::inside(&place, fields);
    let path = reader.required("path", MAX_PATH_CHARS);
    let sha256 = sha256(&mut reader);
    let upload = reader.id("upload");
    reader.refuse_others();
    reader.finish(|| SuggestEntry { path, sha256, upload })
}

fn sha256(reader: &mut FieldReader<'_>) -> Option<Sha256> {
    let given = reader.text("sha256", 64)?;
    let parsed = given.parse().ok();
    if parsed.is_none() {
        let expected = "64 hexadecimal digits";
        reader.fault("sha256", FaultKind::Malformed { expected });
    }
    parsed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::SuggestForm;

    #[test]
    fn all_faults_are_named_at_once_where_they_are() {
        let body =
            json!({"files": [{"path": "a"}, {"path": "", "sha256": "x"}, 7, {"path": "b", "size": 1}], "more": 1});

        let faults = SuggestForm::parse(body.as_object().unwrap()).unwrap_err();

        let mut named: Vec<String> = faults
            .iter()
            .map(|fault| format!("{} {}", fault.pointer, fault.kind.code()))
            .collect();
        named.sort();
        let expected = [
            "/files/1/path required",
            "/files/1/sha256 malformed",
            "/files/2 malformed",
            "/files/3/size unknown-field",
            "/more unknown-field",
        ];
        assert_eq!(named, expected);
    }
}
