//! Conditional requests (RFC 9110 §13): whether a client's copy is still good; and digests of content (RFC 9530).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use crate::domain::id::Sha256;
use crate::domain::time::Timestamp;

/// The three spellings of a date (RFC 9110 §5.6.7), of which we write the first.
const DATES: [&str; 3] = [
    "%a, %d %b %Y %H:%M:%S GMT",
    "%A, %d-%b-%y %H:%M:%S GMT",
    "%a %b %e %H:%M:%S %Y",
];

/// The strong `ETag` of content: its hash. Two contents with one tag do not exist.
pub fn etag(sha256: &Sha256) -> String {
    format!("\"{sha256}\"")
}

/// `Repr-Digest` (RFC 9530): the hash of the whole content, whichever part of it is sent.
pub fn repr_digest(sha256: &Sha256) -> String {
    format!("sha-256=:{}:", STANDARD.encode(sha256.as_bytes()))
}

/// The conditions that a request sets.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conditions<'a> {
    /// `If-Match`.
    pub if_match: Option<&'a str>,
    /// `If-None-Match`.
    pub if_none_match: Option<&'a str>,
    /// `If-Modified-Since`.
    pub if_modified_since: Option<&'a str>,
    /// `If-Unmodified-Since`.
    pub if_unmodified_since: Option<&'a str>,
    /// `If-Range`.
    pub if_range: Option<&'a str>,
}

/// What exists: its tag, quotes included, and when it was last changed.
#[derive(Debug, Clone, Copy)]
pub struct Current<'a> {
    /// The entity tag.
    pub etag: &'a str,
    /// The moment that `Last-Modified` tells, if it does.
    pub modified: Option<Timestamp>,
}

/// What the conditions come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// Do what was asked.
    Proceed,
    /// The client has it already: 304, or 412 where something was to be changed.
    NotModified,
    /// What the client wants to act on is not what is there: 412.
    Failed,
}

impl Conditions<'_> {
    /// Weighs the conditions in the order of RFC 9110 §13.2.2.
    pub fn weigh(&self, current: Current<'_>) -> Precondition {
        if !self.is_still_what_was_meant(current) {
            return Precondition::Failed;
        }
        if self.is_known_already(current) {
            Precondition::NotModified
        } else {
            Precondition::Proceed
        }
    }

    fn is_still_what_was_meant(&self, current: Current<'_>) -> bool {
        if let Some(tags) = self.if_match {
            return is_among(current.etag, tags, is_same_strongly);
        }
        match (self.if_unmodified_since.and_then(date), seconds(current)) {
            (Some(since), Some(modified)) => modified <= since,
            _ => true,
        }
    }

    fn is_known_already(&self, current: Current<'_>) -> bool {
        if let Some(tags) = self.if_none_match {
            return is_among(current.etag, tags, is_same_weakly);
        }
        match (self.if_modified_since.and_then(date), seconds(current)) {
            (Some(since), Some(modified)) => modified <= since,
            _ => false,
        }
    }

    /// Whether a `Range` may be honoured (RFC 9110 §13.1.5): there is no `If-Range`, or it names what is there.
    pub fn may_continue(&self, current: Current<'_>) -> bool {
        let Some(condition) = self.if_range.map(str::trim) else {
            return true;
        };
        if condition.starts_with('"') || condition.starts_with("W/") {
            return is_same_strongly(condition, current.etag);
        }
        // A date must be exactly ours: an earlier or later one is about other bytes.
        date(condition).is_some() && date(condition) == seconds(current)
    }
}

fn is_same_strongly(one: &str, other: &str) -> bool {
    one == other && one.starts_with('"')
}

fn is_same_weakly(one: &str, other: &str) -> bool {
    let opaque = |tag| str::strip_prefix(tag, "W/").unwrap_or(tag).to_owned();
    opaque(one) == opaque(other)
}

/// Whether the list of a condition names this tag. `*` names whatever exists.
fn is_among(etag: &str, list: &str, is_same: fn(&str, &str) -> bool) -> bool {
    list.trim() == "*" || tags(list).any(|tag| is_same(tag, etag))
}

/// The tags of a list. A comma may stand inside the quotes of a tag, so it cannot just be split.
fn tags(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = list;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let open = rest.find('"')?;
        let close = open + 1 + rest[open + 1..].find('"')?;
        let (tag, behind) = rest.split_at(close + 1);
        rest = behind;
        Some(tag)
    })
}

/// The second that a date names; `None` if it is none, and then the condition is to be ignored.
fn date(text: &str) -> Option<i64> {
    DATES.iter().find_map(|format| {
        let parsed: DateTime = strtime::parse(format, text.trim()).ok()?.to_datetime().ok()?;
        Some(TimeZone::UTC.to_timestamp(parsed).ok()?.as_second())
    })
}

/// `Last-Modified` knows no fractions of a second, so neither may the comparison.
fn seconds(current: Current<'_>) -> Option<i64> {
    current.modified.map(|modified| modified.0.div_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::{Conditions, Current, Precondition, date, etag, repr_digest};
    use crate::domain::id::Sha256;
    use crate::domain::time::Timestamp;

    const NOW: Current<'_> = Current {
        etag: "\"xyzzy\"",
        modified: Some(Timestamp(784_111_777_500)),
    };

    fn none_match(tags: &str) -> Precondition {
        Conditions {
            if_none_match: Some(tags),
            ..Conditions::default()
        }
        .weigh(NOW)
    }

    fn is_match(tags: &str) -> Precondition {
        Conditions {
            if_match: Some(tags),
            ..Conditions::default()
        }
        .weigh(NOW)
    }

    #[test]
    fn content_is_named_by_its_hash() {
        // SHA-256 of nothing.
        let empty: Sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            .parse()
            .unwrap();

        assert_eq!(
            etag(&empty),
            "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""
        );
        assert_eq!(
            repr_digest(&empty),
            "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
        );
    }

    #[test]
    fn a_copy_that_is_still_good_is_not_sent_again() {
        for tags in [
            "\"xyzzy\"",
            "W/\"xyzzy\"",
            "\"r2d2xxxx\", \"xyzzy\", \"c3piozzzz\"",
            "*",
            "\"a,b\",\"xyzzy\"",
        ] {
            assert_eq!(none_match(tags), Precondition::NotModified, "{tags}");
        }
        for tags in ["\"other\"", "xyzzy", "", "\"xyzzy", "\"a,\"xyzzy\""] {
            assert_eq!(none_match(tags), Precondition::Proceed, "{tags}");
        }
    }

    #[test]
    fn a_change_to_something_else_than_was_meant_fails() {
        assert_eq!(is_match("\"xyzzy\", \"r2d2\""), Precondition::Proceed);
        assert_eq!(is_match("*"), Precondition::Proceed);
        assert_eq!(is_match("\"r2d2\""), Precondition::Failed);
        assert_eq!(is_match("W/\"xyzzy\""), Precondition::Failed);
    }

    #[test]
    fn the_three_spellings_of_a_date_mean_the_same() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(date(text), Some(784_111_777), "{text}");
        }
        for text in ["", "yesterday", "Sun, 31 Feb 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn dates_count_only_where_no_tag_does() {
        let since = |if_none_match, if_modified_since| {
            Conditions {
                if_none_match,
                if_modified_since: Some(if_modified_since),
                ..Conditions::default()
            }
            .weigh(NOW)
        };

        assert_eq!(since(None, "Sun, 06 Nov 1994 08:49:37 GMT"), Precondition::NotModified);
        assert_eq!(since(None, "Sun, 06 Nov 1994 08:49:36 GMT"), Precondition::Proceed);
        assert_eq!(since(None, "nonsense"), Precondition::Proceed);
        assert_eq!(
            since(Some("\"other\""), "Sun, 06 Nov 1994 08:49:37 GMT"),
            Precondition::Proceed
        );
        let unmodified = |date| {
            Conditions {
                if_unmodified_since: Some(date),
                ..Conditions::default()
            }
            .weigh(NOW)
        };
        assert_eq!(unmodified("Sun, 06 Nov 1994 08:49:37 GMT"), Precondition::Proceed);
        assert_eq!(unmodified("Sun, 06 Nov 1994 08:49:36 GMT"), Precondition::Failed);
    }

    #[test]
    fn a_download_goes_on_only_in_the_same_bytes() {
        let goes_on = |if_range| {
            Conditions {
                if_range,
                ..Conditions::default()
            }
            .may_continue(NOW)
        };

        assert!(goes_on(None));
        assert!(goes_on(Some("\"xyzzy\"")));
        assert!(!goes_on(Some("W/\"xyzzy\"")));
        assert!(!goes_on(Some("\"other\"")));
        assert!(goes_on(Some("Sun, 06 Nov 1994 08:49:37 GMT")));
        assert!(!goes_on(Some("Sun, 06 Nov 1994 08:49:38 GMT")));
        assert!(!goes_on(Some("nonsense")));
    }
}
