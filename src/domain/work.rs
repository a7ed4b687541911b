//! Work that other machines do for the library: what they say of themselves, what they are given, what they send back.
//!
//! Whatever comes from there is a stranger's: [`expect_fair`] says what of a page is not as our own reader writes it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::code::codes;
use super::fault::{FaultKind, FieldFault};
use super::file::{ExtractionFault, Kind};
use super::form::FieldReader;
use super::id::{Sha256, WorkClaimId, WorkerId};
use super::job::JobKind;
use super::ocr::{OcrLine, OcrPage};
use super::role::Role;
use super::speech::SpeechFault;
use super::time::Timestamp;

/// A claim lasts this long without a sign of life.
pub const WORK_LEASE: Duration = Duration::from_secs(30);
/// Signs of life come this often.
pub const WORK_BEAT: Duration = Duration::from_secs(10);
/// Where there is no work, a machine asks again after this long.
pub const ASK_AGAIN: Duration = Duration::from_secs(15);
/// A result that is over this is not taken. Lines of a page are a fraction of it, subtitles of a day are a tenth.
pub const MOST_RESULT_BYTES: u64 = 20 << 20;
/// Subtitles of a film.
pub const MOST_SUBTITLE_BYTES: usize = 16 << 20;

/// The longest name of a machine, and of a model, in characters.
const MAX_NAME_CHARS: usize = 100;
/// The longest path of a picture in an archive, in characters.
const MAX_PATH_CHARS: usize = 4_096;
/// The longest side of a picture that is read: strips are longer than pages (docs/ocr.md).
const MOST_SIDE: u32 = 4_800;
/// Lines of a page.
const MOST_LINES: usize = 1_500;
/// Characters of a page: our reader stops at some 4,500 of print, and at as many again of the narrowest letters.
const MOST_CHARACTERS: usize = 20_000;

/// Work that other machines can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkKind {
    /// Reads the picture of a page.
    Ocr,
    /// Hears what is said in a film.
    Speech,
}

codes!(WorkKind: Ocr "ocr", Speech "speech");

impl WorkKind {
    /// The jobs of this kind.
    pub fn job(self) -> JobKind {
        match self {
            Self::Ocr => JobKind::Ocr,
            Self::Speech => JobKind::Speech,
        }
    }

    /// Several by their stable names, with commas.
    pub fn codes(kinds: &[Self]) -> String {
        let codes: Vec<&str> = kinds.iter().map(|kind| kind.code()).collect();
        codes.join(",")
    }
}

/// A machine that asks for work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = WorkAsk, description = "A machine that asks for work; the schema of its JSON.")]
pub struct WorkAskForm {
    /// What its people call it, up to 100 characters.
    pub name: String,
    /// What it can do: `ocr`, `speech`.
    pub kinds: Vec<WorkKind>,
    /// The version of its program.
    pub version: String,
    /// The number of the models that it reads pages with; needed for `ocr`.
    pub ocr_model: Option<u32>,
}

impl WorkAskForm {
    /// Parses the JSON of such a request.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let name = reader.required("name", MAX_NAME_CHARS);
        let version = reader.required("version", MAX_NAME_CHARS);
        let mut kinds = Vec::new();
        for given in reader.list("kinds", WorkKind::ALL.len()) {
            match WorkKind::of_code(given.trim()) {
                Some(kind) if !kinds.contains(&kind) => kinds.push(kind),
                Some(_) => {}
                None => {
                    let hint = WorkKind::codes(&WorkKind::ALL);
                    reader.fault("kinds", FaultKind::Unknown { value: given, hint });
                }
            }
        }
        if kinds.is_empty() && reader.is_fine() {
            reader.fault("kinds", FaultKind::Required);
        }
        let given = reader.take("ocr_model");
        let ocr_model = given
            .and_then(Value::as_u64)
            .and_then(|number| u32::try_from(number).ok());
        if given.is_some_and(|value| !value.is_null()) && ocr_model.is_none() {
            let expected = "a number";
            reader.fault("ocr_model", FaultKind::Malformed { expected });
        }
        reader.refuse_others();
        reader.finish(|| Self {
            name,
            kinds,
            version,
            ocr_model,
        })
    }
}

/// A piece of work that a machine has claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WorkOrder {
    /// Names the claim.
    pub id: WorkClaimId,
    /// What is to be done.
    pub kind: WorkKind,
    /// What the content is.
    #[schema(value_type = String)]
    pub read_as: Kind,
    /// Which page is to be read, counted from 1.
    pub page: Option<u32>,
    /// The content's bytes.
    pub size_bytes: u64,
    /// Their SHA-256.
    #[schema(value_type = String)]
    pub sha256: Sha256,
    /// How long the claim lasts without a sign of life.
    pub lease_secs: u64,
}

/// What came of a piece of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum WorkResult {
    /// A page was read.
    Read {
        /// Which.
        page: u32,
        /// Its lines.
        #[schema(value_type = Object)]
        lines: OcrPage,
    },
    /// A page could not be read.
    Unread {
        /// Which.
        page: u32,
        /// Why.
        #[schema(value_type = String)]
        fault: ExtractionFault,
    },
    /// A film was heard.
    Heard {
        /// The model that heard it.
        heard_by: String,
        /// What is said in it, as WebVTT.
        subtitles: String,
    },
    /// A film could not be heard.
    Unheard {
        /// Why.
        #[schema(value_type = String)]
        fault: SpeechFault,
    },
}

impl WorkResult {
    /// What was done.
    pub fn kind(&self) -> WorkKind {
        match self {
            Self::Read { .. } | Self::Unread { .. } => WorkKind::Ocr,
            Self::Heard { .. } | Self::Unheard { .. } => WorkKind::Speech,
        }
    }

    /// The page that it is about.
    pub fn page(&self) -> Option<u32> {
        match self {
            Self::Read { page, .. } | Self::Unread { page, .. } => Some(*page),
            Self::Heard { .. } | Self::Unheard { .. } => None,
        }
    }

    /// Says what of it is not as our own programs answer.
    pub fn expect_fair(&self, read_as: Kind) -> Result<(), &'static str> {
        match self {
            Self::Read { lines, .. } => expect_fair(lines, read_as),
            Self::Heard { heard_by, .. } if !is_name(heard_by, MAX_NAME_CHARS) => Err("`heard_by` is no name"),
            Self::Heard { subtitles, .. } if subtitles.len() > MOST_SUBTITLE_BYTES => Err("too many subtitles"),
            Self::Unread { .. } | Self::Heard { .. } | Self::Unheard { .. } => Ok(()),
        }
    }
}

/// Says what of a page is not as our own reader writes it.
pub fn expect_fair(page: &OcrPage, read_as: Kind) -> Result<(), &'static str> {
    let sides = 1..=MOST_SIDE;
    if !sides.contains(&page.width) || !sides.contains(&page.height) {
        return Err("no picture that is read has this size");
    }
    if page.lines.len() > MOST_LINES {
        return Err("too many lines");
    }
    let characters: usize = page.lines.iter().map(|line| line.ends.len()).sum();
    if characters > MOST_CHARACTERS {
        return Err("too many characters");
    }
    let may_have_path = matches!(read_as, Kind::Zip | Kind::Docx);
    if page
        .path
        .as_ref()
        .is_some_and(|path| !may_have_path || !is_name(path, MAX_PATH_CHARS))
    {
        return Err("`path` is no path of a picture in an archive");
    }
    page.lines.iter().try_for_each(expect_fair_line)
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand pixels")]
fn expect_fair_line(line: &OcrLine) -> Result<(), &'static str> {
    // A line of a page on its side begins a little outside of its picture.
    let most = 2.0 * MOST_SIDE as f32;
    let is_length = |length: f32| length.is_finite() && (-most..=most).contains(&length);
    if line.text.trim().is_empty() || line.text.chars().any(char::is_control) {
        return Err("a line without letters, or with signs that are none");
    }
    if line.text.chars().count() != line.ends.len() {
        return Err("a line has as many `ends` as characters");
    }
    if ![line.x, line.y, line.height, line.start].into_iter().all(is_length) || line.height <= 0.0 {
        return Err("a line lies outside of any picture");
    }
    if !line.angle.is_finite() || line.angle.abs() > 360.0 {
        return Err("`angle` is none");
    }
    if !line.ends.iter().copied().all(is_length) || !line.ends.is_sorted() {
        return Err("`ends` do not follow each other");
    }
    if !(0.0..=1.0).contains(&line.confidence) {
        return Err("`confidence` is from 0 to 1");
    }
    // Only people correct.
    if line.is_corrected {
        return Err("`is_corrected` is not for machines to say");
    }
    Ok(())
}

fn is_name(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}

/// A machine that helps, as those see it who run the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Worker {
    /// Its id.
    pub id: WorkerId,
    /// What its people call it.
    pub name: String,
    /// Whose token it shows.
    pub account: String,
    /// What that token is for, in its owner's words.
    pub token: String,
    /// What the account is.
    #[schema(value_type = String)]
    pub role: Role,
    /// What it can do.
    pub kinds: Vec<WorkKind>,
    /// The version of its program.
    pub version: String,
    /// When it was last heard of.
    pub seen_at: Timestamp,
    /// Pieces of work that it is at.
    pub running: u64,
    /// Pages that it read in the last 24 hours.
    pub pages: u64,
    /// Films that it heard in the last 24 hours.
    pub films: u64,
    /// Results of the last 24 hours that were refused.
    pub refused: u64,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page() -> Value {
        json!({"width": 1300, "height": 900, "lines": [{
            "text": "快速定位", "x": 10.0, "y": 40.0, "angle": 0.0, "height": 30.0, "start": 2.0,
            "ends": [30.0, 60.0, 90.0, 120.0], "confidence": 0.97
        }]})
    }

    fn verdict(page: Value) -> Result<(), &'static str> {
        expect_fair(&serde_json::from_value(page).unwrap(), Kind::Pdf)
    }

    #[test]
    fn what_our_reader_writes_is_fair() {
        assert_eq!(verdict(page()), Ok(()));
        assert_eq!(verdict(json!({"width": 1, "height": 4800, "lines": []})), Ok(()));
    }

    #[test]
    fn what_our_reader_would_not_write_is_not() {
        let wrong = [
            ("/width", json!(0)),
            ("/height", json!(60_000)),
            ("/path", json!("图/1.png")),
            ("/lines/0/text", json!("快速\u{1}位")),
            ("/lines/0/text", json!("快速")),
            ("/lines/0/text", json!("    ")),
            ("/lines/0/x", json!(1e300)),
            ("/lines/0/y", json!(-20_000.0)),
            ("/lines/0/angle", json!(1_000.0)),
            ("/lines/0/height", json!(0.0)),
            ("/lines/0/start", json!(1e30)),
            ("/lines/0/ends", json!([30.0, 20.0, 90.0, 120.0])),
            ("/lines/0/ends", json!([30.0])),
            ("/lines/0/confidence", json!(1.5)),
            ("/lines/0/is_corrected", json!(true)),
        ];
        for (place, value) in wrong {
            let mut page = page();
            page["path"] = Value::Null;
            page["lines"][0]["is_corrected"] = json!(false);
            *page.pointer_mut(place).unwrap() = value.clone();
            assert!(verdict(page).is_err(), "{place} {value}");
        }
        let line = page()["lines"][0].clone();
        assert!(verdict(json!({"width": 9, "height": 9, "lines": vec![line; 1_501]})).is_err());
    }

    #[test]
    fn a_machine_says_what_it_can_do() {
        let parse = |value: Value| WorkAskForm::parse(value.as_object().unwrap());
        let asked = parse(json!({"name": "机房 3 号", "kinds": ["ocr", "ocr"], "version": "1.0", "ocr_model": 1}));

        let asked = asked.unwrap();
        assert_eq!((asked.kinds, asked.ocr_model), (vec![WorkKind::Ocr], Some(1)));
        for wrong in [
            json!({"name": "a", "kinds": [], "version": "1"}),
            json!({"name": "a", "kinds": ["film"], "version": "1"}),
            json!({"name": "", "kinds": ["ocr"], "version": "1"}),
            json!({"name": "a", "kinds": ["ocr"], "version": "1", "ocr_model": "x"}),
            json!({"name": "a", "kinds": ["ocr"], "version": "1", "colour": 1}),
        ] {
            assert!(parse(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_result_says_what_it_is_and_nothing_else() {
        let read: WorkResult = serde_json::from_value(json!({"outcome": "read", "page": 2, "lines": page()})).unwrap();
        assert_eq!((read.kind(), read.page()), (WorkKind::Ocr, Some(2)));
        for wrong in [
            json!({"outcome": "read", "page": -1, "lines": page()}),
            json!({"outcome": "unread", "page": 1, "fault": "tired"}),
            json!({"outcome": "heard", "heard_by": "base"}),
            json!({"outcome": "film"}),
            json!({}),
        ] {
            assert!(serde_json::from_value::<WorkResult>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
