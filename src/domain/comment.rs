//! Comments of authors and reviewers on a resource, at a place of a file or on the whole.

use serde_json::{Map, Value};

use super::fault::{FaultKind, FieldFault};
use super::file::Kind;
use super::form::FieldReader;
use super::id::FileId;
use super::passage::Locator;

/// The most comments of a resource.
pub const MAX_COMMENTS: u64 = 1_000;
/// The longest comment, in characters.
pub const MAX_COMMENT_CHARS: usize = 2_000;
/// The longest name of a sheet, in characters.
const MAX_SHEET_CHARS: usize = 200;
/// How the place of a comment is written.
const A_PLACE: FaultKind = FaultKind::Malformed {
    expected: "a place such as {\"kind\":\"page\",\"page\":12}",
};

/// A comment to be kept.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(as = CommentBody, description = "A comment; the schema of its JSON.")]
pub struct NewComment {
    /// What it says, up to 2,000 characters.
    pub text: String,
    /// The file it is about, of any version; without one it is about the whole resource.
    #[schema(rename = "file_id", value_type = Option<String>)]
    pub file: Option<FileId>,
    /// The place in that file.
    pub locator: Option<Locator>,
}

impl NewComment {
    /// Parses the JSON of a new one.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let text = reader.required("text", MAX_COMMENT_CHARS);
        let file = reader.id("file_id");
        let locator = locator(&mut reader);
        if locator.is_some() && !fields.contains_key("file_id") {
            reader.fault("file_id", FaultKind::Required);
        }
        reader.refuse_others();
        reader.finish(|| Self { text, file, locator })
    }
}

fn locator(reader: &mut FieldReader<'_>) -> Option<Locator> {
    let given = reader.take("locator")?;
    let locator = serde_json::from_value(given.clone()).ok().and_then(sound);
    if locator.is_none() {
        reader.fault("locator", A_PLACE);
    }
    locator
}

/// Places are counted from 1; a section's title is the file's to say.
fn sound(locator: Locator) -> Option<Locator> {
    let is_sound = match &locator {
        Locator::Page { page: at } | Locator::Slide { slide: at } => *at > 0,
        Locator::Sheet { sheet, row } => {
            let is_name = !sheet.contains(char::is_control);
            is_name && *row > 0 && (1..=MAX_SHEET_CHARS).contains(&sheet.chars().count())
        }
        Locator::Section { section, .. } => *section > 0,
        Locator::Time { start_ms, end_ms } => start_ms <= end_ms,
    };
    let locator = match locator {
        Locator::Section { section, .. } => Locator::Section { section, title: None },
        other => other,
    };
    is_sound.then_some(locator)
}

/// What may be changed of a comment: whether it is done with.
pub fn parse_resolved(fields: &Map<String, Value>) -> Result<bool, Vec<FieldFault>> {
    let mut reader = FieldReader::new(fields);
    let resolved = reader.flag("resolved");
    if fields.get("resolved").is_none_or(Value::is_null) {
        reader.fault("resolved", FaultKind::Required);
    }
    reader.refuse_others();
    reader.finish(|| resolved)
}

/// The place that somebody typed for a file of this kind: `12`, `02:10`, `Sheet1 5`.
pub fn place_typed(kind: Kind, typed: &str) -> Option<Locator> {
    let typed = typed.trim();
    let number = || typed.parse::<u32>().ok();
    let locator = match kind {
        Kind::Pdf => Locator::Page { page: number()? },
        Kind::Ppt | Kind::Pptx | Kind::Odp => Locator::Slide { slide: number()? },
        Kind::Xls | Kind::Xlsx | Kind::Ods => sheet(typed),
        Kind::Video | Kind::Audio | Kind::Srt | Kind::Vtt | Kind::Lrc => {
            let start_ms = milliseconds(typed)?;
            Locator::Time {
                start_ms,
                end_ms: start_ms,
            }
        }
        Kind::Image | Kind::Other => return None,
        _ => Locator::Section {
            section: number()?,
            title: None,
        },
    };
    sound(locator)
}

/// A sheet's name, and behind it the row where one is named.
fn sheet(typed: &str) -> Locator {
    let parts = typed.rsplit_once(char::is_whitespace);
    let named = parts.and_then(|(name, row)| Some((name.trim(), row.parse().ok()?)));
    let (name, row) = named.unwrap_or((typed, 1));
    Locator::Sheet {
        sheet: name.to_owned(),
        row,
    }
}

/// `130`, `02:10` and `1:02:10` in milliseconds.
fn milliseconds(typed: &str) -> Option<u64> {
    let mut seconds: u64 = 0;
    for part in typed.replace('：', ":").split(':') {
        let part: u64 = part.trim().parse().ok().filter(|part| *part < 1_000_000)?;
        seconds = seconds.checked_mul(60)?.checked_add(part)?;
    }
    seconds.checked_mul(1000)
}

/// A place as it is typed; what [`place_typed`] reads.
pub fn as_typed(locator: &Locator) -> String {
    match locator {
        Locator::Page { page: at } | Locator::Slide { slide: at } | Locator::Section { section: at, .. } => {
            at.to_string()
        }
        Locator::Sheet { sheet, row } => format!("{sheet} {row}"),
        Locator::Time { start_ms, .. } => format!("{:02}:{:02}", start_ms / 60_000, start_ms / 1000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(body: &Value) -> Vec<String> {
        let faults = NewComment::parse(body.as_object().unwrap()).unwrap_err().into_iter();
        faults.map(|it| format!("{} {}", it.pointer, it.kind.code())).collect()
    }

    #[test]
    fn a_place_is_one_of_a_file_and_counted_from_one() {
        let page = |at: u32| json!({"kind": "page", "page": at});

        assert_eq!(
            faults(&json!({"text": "甲", "locator": page(3)})),
            ["/file_id required"]
        );
        let file = FileId::new();
        assert_eq!(
            faults(&json!({"text": " ", "file_id": file, "locator": page(0), "mood": 1})),
            ["/text required", "/locator malformed", "/mood unknown-field"]
        );
        let told = json!({"text": "图反了", "file_id": file, "locator": page(3)});
        let parsed = NewComment::parse(told.as_object().unwrap()).unwrap();
        assert_eq!(parsed.locator, Some(Locator::Page { page: 3 }));
    }

    #[test]
    fn a_place_is_typed_as_people_say_it_and_shown_so_again() {
        let time = |start_ms| Locator::Time {
            start_ms,
            end_ms: start_ms,
        };

        assert_eq!(place_typed(Kind::Pdf, " 12 "), Some(Locator::Page { page: 12 }));
        assert_eq!(place_typed(Kind::Pdf, "0"), None);
        assert_eq!(place_typed(Kind::Pdf, "十二"), None);
        assert_eq!(place_typed(Kind::Video, "02：10"), Some(time(130_000)));
        assert_eq!(place_typed(Kind::Video, "1:02:10"), Some(time(3_730_000)));
        assert_eq!(place_typed(Kind::Image, "1"), None);
        // PostgreSQL keeps no text with a zero in it.
        assert_eq!(place_typed(Kind::Xlsx, "表\u{0} 5"), None);
        let sheet = Locator::Sheet {
            sheet: "评分 表".to_owned(),
            row: 5,
        };
        assert_eq!(place_typed(Kind::Xlsx, "评分 表 5"), Some(sheet.clone()));
        assert_eq!(as_typed(&sheet), "评分 表 5");
        assert_eq!(
            place_typed(Kind::Video, &as_typed(&time(3_730_000))),
            Some(time(3_730_000))
        );
    }
}
