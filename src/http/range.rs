//! Range requests (RFC 9110 §14): which bytes are wanted, and how an answer says which it gives. Nothing here reads any.

use std::fmt::Write;
use std::ops::Range;

/// More ranges than this in one request are an attack or a fault; RFC 9110 §14.2 lets us answer with the whole.
pub const MAX_RANGES: usize = 64;

/// Ranges nearer to each other than this are joined: the frame of a part costs more than the gap.
const NEAR: u64 = 160;

/// What a request wants of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestedRange {
    /// Everything: there is no `Range`, or it is not one that must be understood.
    Whole,
    /// One range: 206 with `Content-Range`.
    One(Range<u64>),
    /// Several, in the order they were asked for, apart from each other: 206 `multipart/byteranges`.
    Several(Vec<Range<u64>>),
    /// Nothing of what it asks for exists: 416 with [`unsatisfied_range`].
    Nothing,
}

/// Reads the `Range` header of a GET for a content of `size` bytes.
///
/// A header that is malformed, or in another unit than bytes, is ignored as RFC 9110 §14.2 asks.
pub fn wanted(header: Option<&str>, size: u64) -> RequestedRange {
    let Some(specs) = header.and_then(parse) else {
        return RequestedRange::Whole;
    };
    if specs.len() > MAX_RANGES || is_suffix_of_nothing(&specs, size) {
        return RequestedRange::Whole;
    }
    let ranges: Vec<_> = specs.iter().filter_map(|spec| spec.within(size)).collect();
    let mut ranges = join(ranges);
    match ranges.len() {
        0 => RequestedRange::Nothing,
        1 => RequestedRange::One(ranges.swap_remove(0)),
        _ => RequestedRange::Several(ranges),
    }
}

/// `Content-Range` of a part: `bytes 0-499/1234`.
pub fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end - 1)
}

/// `Content-Range` of a 416: `bytes */1234`.
pub fn unsatisfied_range(size: u64) -> String {
    format!("bytes */{size}")
}

/// The frame around several ranges, of which the length is known before a byte is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MultipartFrame {
    boundary: String,
    parts: Vec<(String, Range<u64>)>,
}

impl MultipartFrame {
    /// Frames `ranges` of a content of `size` bytes.
    ///
    /// `boundary` must not occur in the content: give it something random (1–60 letters and digits).
    pub fn new(ranges: Vec<Range<u64>>, size: u64, content_type: &str, boundary: &str) -> Self {
        let head = |range: &Range<u64>| {
            let place = content_range(range, size);
            format!("\r\n--{boundary}\r\nContent-Type: {content_type}\r\nContent-Range: {place}\r\n\r\n")
        };
        let parts = ranges.into_iter().map(|range| (head(&range), range)).collect();
        Self {
            boundary: boundary.to_owned(),
            parts,
        }
    }

    /// The `Content-Type` of the whole answer.
    pub fn content_type(&self) -> String {
        format!("multipart/byteranges; boundary={}", self.boundary)
    }

    /// What is sent: each head, followed by its range of the content.
    pub fn parts(&self) -> &[(String, Range<u64>)] {
        &self.parts
    }

    /// What is sent at the very end.
    pub fn tail(&self) -> String {
        format!("\r\n--{}--\r\n", self.boundary)
    }

    /// The `Content-Length` of the whole answer.
    pub fn length(&self) -> u64 {
        let parts = self
            .parts
            .iter()
            .map(|(head, range)| head.len() as u64 + (range.end - range.start));
        parts.sum::<u64>() + self.tail().len() as u64
    }
}

/// Writes a `Range` header that asks for `ranges`, as a client does.
pub fn request(ranges: &[Range<u64>]) -> String {
    let mut header = String::from("bytes=");
    for (number, range) in ranges.iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        write!(header, "{comma}{}-{}", range.start, range.end - 1).expect("writing to a String cannot fail");
    }
    header
}

/// One range as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spec {
    /// `first-last`, the last one included; `first-` reaches to the end.
    From { first: u64, last: u64 },
    /// `-length`: the last bytes.
    Last { length: u64 },
}

impl Spec {
    fn within(self, size: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::From { first, last } => first..last.saturating_add(1).min(size),
            Self::Last { length } => size.saturating_sub(length)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

/// Takes the header apart; `None` if it is to be ignored.
fn parse(header: &str) -> Option<Vec<Spec>> {
    let (unit, set) = header.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let specs = set.split(',').map(|spec| spec.trim_matches([' ', '\t']));
    // Empty members of a list are to be overlooked (RFC 9110 §5.6.1.2).
    let specs: Option<Vec<_>> = specs.filter(|spec| !spec.is_empty()).map(parse_spec).collect();
    specs.filter(|specs| !specs.is_empty())
}

fn parse_spec(spec: &str) -> Option<Spec> {
    let (first, last) = spec.split_once('-')?;
    if first.is_empty() {
        return Some(Spec::Last { length: number(last)? });
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    (first <= last).then_some(Spec::From { first, last })
}

/// A number of any length: those beyond all contents are as good as the largest.
fn number(digits: &str) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(u64::MAX))
}

/// The last bytes of an empty content can be given, but no `Content-Range` can say so: it is sent whole.
fn is_suffix_of_nothing(specs: &[Spec], size: u64) -> bool {
    let is_suffix = |spec: &Spec| matches!(spec, Spec::Last { length } if *length > 0);
    size == 0 && specs.iter().any(is_suffix)
}

/// Joins ranges that overlap or nearly touch; the rest keep the order in which they were asked for.
fn join(ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for mut range in ranges {
        // A range may close the gap between several earlier ones: they all go into the first of them.
        let mut place = None;
        let mut at = 0;
        while at < joined.len() {
            if !is_near(&joined[at], &range) {
                at += 1;
                continue;
            }
            let near = joined.remove(at);
            range = near.start.min(range.start)..near.end.max(range.end);
            place.get_or_insert(at);
            // The joined range is longer and may now be near to one that was passed already.
            at = 0;
        }
        joined.insert(place.unwrap_or(joined.len()).min(joined.len()), range);
    }
    joined
}

fn is_near(one: &Range<u64>, other: &Range<u64>) -> bool {
    one.start <= other.end.saturating_add(NEAR) && other.start <= one.end.saturating_add(NEAR)
}

#[cfg(test)]
mod tests {
    use super::RequestedRange::{Nothing, One, Several, Whole};
    use super::{MAX_RANGES, MultipartFrame, content_range, request, unsatisfied_range, wanted};

    #[test]
    fn the_examples_of_rfc_9110_are_understood() {
        let of_10000 = |header| wanted(Some(header), 10_000);

        assert_eq!(of_10000("bytes=0-499"), One(0..500));
        assert_eq!(of_10000("bytes=500-999"), One(500..1000));
        assert_eq!(of_10000("bytes=-500"), One(9_500..10_000));
        assert_eq!(of_10000("bytes=9500-"), One(9_500..10_000));
        assert_eq!(of_10000("bytes=0-0,-1"), Several(vec![0..1, 9_999..10_000]));
        assert_eq!(
            of_10000("bytes= 0-999, 4500-5499, -1000"),
            Several(vec![0..1000, 4500..5500, 9000..10_000])
        );
        // Two ways to ask for the second 500 bytes, one of them overlapping.
        assert_eq!(of_10000("bytes=500-600,601-999"), One(500..1000));
        assert_eq!(of_10000("bytes=500-700,601-999"), One(500..1000));
        assert_eq!(content_range(&(42..1234), 1234), "bytes 42-1233/1234");
        assert_eq!(unsatisfied_range(1234), "bytes */1234");
    }

    #[test]
    fn a_range_that_reaches_behind_the_end_ends_there() {
        assert_eq!(wanted(Some("bytes=5-99999999999999999999999"), 10), One(5..10));
        assert_eq!(wanted(Some("bytes=-11"), 10), One(0..10));
        assert_eq!(wanted(Some("bytes=0-"), 10), One(0..10));
    }

    #[test]
    fn a_range_that_begins_behind_the_end_cannot_be_given() {
        assert_eq!(wanted(Some("bytes=10-"), 10), Nothing);
        assert_eq!(wanted(Some("bytes=10-20,30-"), 10), Nothing);
        assert_eq!(wanted(Some("bytes=-0"), 10), Nothing);
        assert_eq!(wanted(Some("bytes=99999999999999999999999-"), 10), Nothing);
        assert_eq!(wanted(Some("bytes=0-0"), 0), Nothing);
        assert_eq!(wanted(Some("bytes=5-6,20-30"), 10), One(5..7));
        assert_eq!(wanted(Some("bytes=-5"), 0), Whole);
    }

    #[test]
    fn what_is_not_a_range_of_bytes_is_ignored() {
        let nonsense = [
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=1 - 2",
            "bytes=+1-2",
            "bytes=1-2-3",
            "bytes=0-1,x",
            "lines=1-2",
            "",
            "bytes:1-2",
            "bytes=٣-",
        ];
        for header in nonsense {
            assert_eq!(wanted(Some(header), 10), Whole, "{header}");
        }
        assert_eq!(wanted(None, 10), Whole);
        assert_eq!(wanted(Some("Bytes=,1-2, ,"), 10), One(1..3));
    }

    #[test]
    fn ranges_keep_their_order_and_join_where_they_touch() {
        assert_eq!(
            wanted(Some("bytes=9000-9009,0-9"), 10_000),
            Several(vec![9000..9010, 0..10])
        );
        assert_eq!(
            wanted(Some("bytes=9000-9009,0-9,9005-9100"), 10_000),
            Several(vec![9000..9101, 0..10])
        );
        assert_eq!(wanted(Some("bytes=0-9,400-409,200-209,100-300"), 10_000), One(0..410));
        assert_eq!(wanted(Some("bytes=0-9,0-9,0-9"), 10_000), One(0..10));
    }

    #[test]
    fn a_flood_of_ranges_is_answered_with_the_whole() {
        let flood: Vec<String> = (0..=MAX_RANGES)
            .map(|at| format!("{}-{}", at * 1000, at * 1000))
            .collect();

        assert_eq!(wanted(Some(&format!("bytes={}", flood.join(","))), 1_000_000), Whole);
        assert!(matches!(
            wanted(Some(&format!("bytes={}", flood[1..].join(","))), 1_000_000),
            Several(_)
        ));
    }

    #[test]
    fn the_length_of_a_frame_is_known_before_it_is_sent() {
        let content: Vec<u8> = (0..=255).collect();
        let frame = MultipartFrame::new(vec![0..2, 250..256], 256, "application/pdf", "THIS_STRING_SEPARATES");

        let mut sent = Vec::new();
        for (head, range) in frame.parts() {
            sent.extend_from_slice(head.as_bytes());
            sent.extend_from_slice(
                &content[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()],
            );
        }
        sent.extend_from_slice(frame.tail().as_bytes());

        assert_eq!(frame.length(), sent.len() as u64);
        let expected = b"\r\n--THIS_STRING_SEPARATES\r\nContent-Type: application/pdf\r\nContent-Range: bytes 0-1/256\r\n\r\n\x00\x01\r\n--";
        assert!(sent.starts_with(expected));
        assert!(sent.ends_with(b"\xff\r\n--THIS_STRING_SEPARATES--\r\n"));
        assert_eq!(
            frame.content_type(),
            "multipart/byteranges; boundary=THIS_STRING_SEPARATES"
        );
    }

    #[test]
    fn what_a_client_asks_for_is_what_a_server_understands() {
        let ranges = vec![5..10, 1000..1001, 300..400];

        assert_eq!(wanted(Some(&request(&ranges)), 2000), Several(ranges));
    }
}
