//! What is filled in and noted on a page: values of form fields and words of annotations. Programs that show them draw
//! them, but a file need not bring the drawing.

use hayro::hayro_syntax::{
    object::{Array, Dict, Name, Object, String as PdfString},
    page::Page,
};

use crate::extract::charset;

/// Annotations of a page that are looked at.
const MANY: usize = 5_000;
/// Fields inside fields.
const DEPTH: usize = 8;

/// Flags that hide an annotation from everybody, and from the screen (ISO 32000-1, table 165).
const HIDDEN: i32 = (1 << 1) | (1 << 5);

/// The words that stand on the page, if its own text has them not, each on a line.
pub(super) fn beside(text: &str, page: &Page<'_>) -> Vec<String> {
    let Some(annotations) = page.raw().get::<Array<'_>>(b"Annots") else {
        return Vec::new();
    };
    let shown = without_blanks(text);
    let words = annotations.iter::<Dict<'_>>().take(MANY).flat_map(|one| words_of(&one));
    let is_new = |words: &String| {
        let words = without_blanks(words);
        !words.is_empty() && !shown.contains(&words)
    };
    words.filter(is_new).collect()
}

/// Lines break where the page is narrow.
fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn words_of(annotation: &Dict<'_>) -> Vec<String> {
    if is_hidden(annotation) {
        return Vec::new();
    }
    match annotation.get::<Name<'_>>(b"Subtype").as_ref().map(Name::as_str) {
        Some("Widget") => value_of(annotation),
        // A window shows what another annotation says; a link says where it leads.
        Some("Popup" | "Link") | None => Vec::new(),
        Some(_) => annotation
            .get::<PdfString<'_>>(b"Contents")
            .iter()
            .map(|words| decode(words))
            .collect(),
    }
}

fn is_hidden(annotation: &Dict<'_>) -> bool {
    annotation.get::<i32>(b"F").is_some_and(|flags| flags & HIDDEN != 0)
}

/// What was filled in: a text, or what was chosen. Buttons have states, which say nothing, and passwords are nobody's.
fn value_of(field: &Dict<'_>) -> Vec<String> {
    let is_told = match inherited(field, b"FT") {
        Some(Object::Name(kind)) => matches!(kind.as_str(), "Tx" | "Ch"),
        _ => false,
    };
    let is_password = match inherited(field, b"Ff") {
        Some(Object::Number(flags)) => flags.as_i64() & (1 << 13) != 0,
        _ => false,
    };
    if !is_told || is_password {
        return Vec::new();
    }
    match inherited(field, b"V") {
        Some(Object::String(value)) => vec![decode(&value)],
        Some(Object::Array(values)) => values
            .iter::<PdfString<'_>>()
            .take(MANY)
            .map(|value| decode(&value))
            .collect(),
        _ => Vec::new(),
    }
}

/// A field says what all its places have in common.
fn inherited<'a>(field: &Dict<'a>, key: &[u8]) -> Option<Object<'a>> {
    let mut field = field.clone();
    // Parents may form a circle.
    for _ in 0..DEPTH {
        if let Some(value) = field.get::<Object<'a>>(key) {
            return Some(value);
        }
        field = field.get::<Dict<'a>>(b"Parent")?;
    }
    None
}

/// UTF-16 and UTF-8 are marked; other bytes are in the encoding of the program's country, whatever the standard says.
fn decode(words: &[u8]) -> String {
    charset::decode(words).text.replace('\r', "\n")
}
