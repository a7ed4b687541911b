//! Headers and footers of Excel sheets, which are kept with marks for place, font and
//! what only the printer knows.

use std::io::Read as _;

use encoding_rs::{UTF_16LE, mem::decode_latin1};
use office_oxide::cfb::CfbReader;

use super::{
    archive_reader::ArchiveReader,
    error::ExtractResult,
    input::Input,
    limits::MEMBER_BYTES,
    xml::{Descend, Element, Visitor, walk},
};

/// Records of Excel 97–2003 that begin and end a part of the stream, and those with the margins.
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const HEADER: u16 = 0x0014;
const FOOTER: u16 = 0x0015;

/// The headers and footers of a sheet since 2007, a line each.
pub(crate) fn of_sheet(archive: &mut ArchiveReader, part: &str) -> ExtractResult<Vec<String>> {
    let mut margins = HeadersFooters::default();
    walk(archive.part(part)?.take(MEMBER_BYTES), &mut margins)?;
    Ok(lines(margins.found))
}

/// The headers and footers of the sheets of a workbook of 1997–2003, in their order.
pub(crate) fn of_workbook(input: &Input) -> Vec<Vec<String>> {
    let stream = CfbReader::new(input.clone()).and_then(|mut file| file.open_stream("Workbook"));
    let stream = stream.unwrap_or_default();
    let (mut sheets, mut depth) = (Vec::new(), 0_u32);
    for (kind, body) in records(&stream) {
        match kind {
            // Charts are parts inside the parts of sheets.
            BEGIN => {
                if depth == 0 {
                    sheets.push(Vec::new());
                }
                depth += 1;
            }
            END => depth = depth.saturating_sub(1),
            HEADER | FOOTER if depth == 1 => {
                if let Some(sheet) = sheets.last_mut() {
                    sheet.push(string(body).unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    // The first part is the workbook itself.
    sheets.into_iter().skip(1).map(lines).collect()
}

/// Records one after another: what each is, how long, and its bytes.
fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (head, after) = rest.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (body, next) = after.split_at(length.min(after.len()));
        rest = next;
        Some((u16::from_le_bytes([head[0], head[1]]), body))
    })
}

/// A string behind its length: in one byte a letter, or in two.
fn string(body: &[u8]) -> Option<String> {
    let (head, letters) = body.split_first_chunk::<3>()?;
    let count = usize::from(u16::from_le_bytes([head[0], head[1]]));
    if head[2] & 1 == 0 {
        return Some(decode_latin1(letters.get(..count)?).into_owned());
    }
    let letters = letters.get(..count * 2)?;
    Some(UTF_16LE.decode_without_bom_handling(letters).0.into_owned())
}

#[derive(Default)]
struct HeadersFooters {
    found: Vec<String>,
    is_margin: bool,
}

impl Visitor for HeadersFooters {
    fn open(&mut self, element: &Element<'_>) -> ExtractResult<Descend> {
        match element.name() {
            "sheetData" | "conditionalFormatting" | "dataValidations" | "hyperlinks" => return Ok(Descend::Skip),
            "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader" | "firstFooter" => {
                self.is_margin = true;
                self.found.push(String::new());
            }
            _ => {}
        }
        Ok(Descend::Inside)
    }

    fn close(&mut self, name: &str) -> ExtractResult {
        if name.ends_with("Header") || name.ends_with("Footer") {
            self.is_margin = false;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> ExtractResult {
        if let Some(last) = self.found.last_mut().filter(|_| self.is_margin) {
            last.push_str(text);
        }
        Ok(())
    }
}

/// Each text once: odd and even pages often have the same.
fn lines(found: Vec<String>) -> Vec<String> {
    let mut lines: Vec<String> = found.iter().map(|text| printed(text)).collect();
    lines.retain(|line| !line.is_empty());
    lines.dedup();
    lines
}

/// The words of a header or footer. `&` marks where a part begins, a font, a size, a colour, or a number of the page.
fn printed(marked: &str) -> String {
    let mut words = String::new();
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once('&') {
        words.push_str(before);
        let mut letters = after.chars();
        rest = match letters.next() {
            Some('&') => {
                words.push('&');
                letters.as_str()
            }
            Some('L' | 'C' | 'R') => {
                words.push(' ');
                letters.as_str()
            }
            Some('"') => letters.as_str().split_once('"').map_or("", |(_, rest)| rest),
            Some('K') => letters
                .as_str()
                .trim_start_matches(|c: char| c.is_ascii_hexdigit() || matches!(c, '+' | '-')),
            Some(c) if c.is_ascii_digit() => after.trim_start_matches(|c: char| c.is_ascii_digit()),
            _ => letters.as_str(),
        };
    }
    words.push_str(rest);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::printed;

    #[test]
    fn of_a_header_only_its_words_are_read() {
        let marked = "&L&\"宋体,加粗\"&12第一示范技师学院&C&K000000点检表 A&&B&R第 &P 页";
        assert_eq!(printed(marked), "第一示范技师学院 点检表 A&B 第 页");
    }
}
