//! PowerPoint 97–2003: the words of its slides, as `office_oxide` finds them in their shapes, and those that stand in the
//! document's outline alone.
//!
//! A slide's placeholders need not hold their text: the outline (`SlideListWithText`, [MS-PPT] 2.4.14.3) does, and a
//! program may leave out the reference. The crate reads what is referred to; the rest is read here.

use encoding_rs::{UTF_16LE, mem::decode_latin1};
use office_oxide::{
    cfb::CfbReader,
    ppt::{PptDocument, SlideText, TextRun, TextType},
};

use super::{error::ExtractResult, input::Input, output::Output};
use crate::domain::passage::Locator;

/// The records of the stream that matter here, by their types.
const DOCUMENT: u16 = 0x03e8;
const SLIDE_LIST: u16 = 0x0ff0;
const SLIDE: u16 = 0x03f3;
const UTF_16: u16 = 0x0fa0;
const LATIN_1: u16 = 0x0fa8;
/// An object that lies in the deck; others are links, controls, films.
const EMBEDDED: u32 = 0;
/// Slides of an outline; a deck with more is a bomb.
const SLIDES: usize = 10_000;

/// Reads all slides, hidden ones too. What stands on the master stands on every slide, and is read with the first.
pub(crate) fn read(deck: &PptDocument, input: &Input, out: &mut Output<'_>) -> ExtractResult {
    let outline = outline_of(input);
    let mut beside: Vec<&str> = deck.master_text.iter().map(|run| run.text.as_str()).collect();
    for (number, slide) in (1..).zip(&deck.slides) {
        let mut text = text_of(slide);
        let lines = outline.get(number as usize - 1).into_iter().flatten();
        for line in lines.map(String::as_str).chain(beside.drain(..)) {
            add_missing(&mut text, line);
        }
        out.page(Locator::Slide { slide: number }, &text)?;
        let embedded = slide.ole_object_refs.iter().filter(|object| object.kind == EMBEDDED);
        let objects = u32::try_from(embedded.count()).unwrap_or(u32::MAX);
        out.report.unread = out.report.unread.saturating_add(objects);
    }
    Ok(())
}

/// What the audience sees, then the tables, then the notes. A slide without a title has none.
fn text_of(slide: &SlideText) -> String {
    let (notes, shown): (Vec<&TextRun>, Vec<&TextRun>) =
        slide.text_runs.iter().partition(|run| run.text_type == TextType::Notes);
    let rows = slide.tables.iter().flat_map(|table| &table.rows);
    let mut text = String::new();
    for run in shown {
        add_line(&mut text, &run.text);
    }
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| cell.iter().map(|run| &*run.text).collect())
            .collect();
        add_line(&mut text, &cells.join("\t"));
    }
    for run in notes {
        add_line(&mut text, &run.text);
    }
    text
}

fn add_line(text: &mut String, line: &str) {
    text.push_str(&lines_of(line));
    text.push('\n');
}

/// Paragraphs end with a carriage return, lines with a vertical tab.
fn lines_of(text: &str) -> String {
    text.replace(['\r', '\u{b}'], "\n")
}

fn add_missing(text: &mut String, line: &str) {
    if !line.trim().is_empty() && !text.contains(lines_of(line).trim()) {
        add_line(text, line);
    }
}

/// The texts of the outline, slide by slide. Of several documents in a stream the last one is the present one: saving
/// appends.
fn outline_of(input: &Input) -> Vec<Vec<String>> {
    let stream = CfbReader::new(input.clone()).and_then(|mut file| file.open_stream("PowerPoint Document"));
    let stream = stream.unwrap_or_default();
    let document = records(&stream).filter(|record| record.kind == DOCUMENT).last();
    let list = document.and_then(|document| {
        // Lists of masters and of notes have other numbers.
        records(document.body).find(|record| record.kind == SLIDE_LIST && record.instance == 0)
    });
    let mut slides: Vec<Vec<String>> = Vec::new();
    for record in list.iter().flat_map(|list| records(list.body)) {
        if record.kind == SLIDE && slides.len() == SLIDES {
            break;
        }
        match (record.kind, slides.last_mut()) {
            (SLIDE, _) => slides.push(Vec::new()),
            (UTF_16, Some(slide)) => slide.push(UTF_16LE.decode_without_bom_handling(record.body).0.into_owned()),
            (LATIN_1, Some(slide)) => slide.push(decode_latin1(record.body).into_owned()),
            _ => {}
        }
    }
    slides
}

struct Record<'s> {
    kind: u16,
    instance: u16,
    body: &'s [u8],
}

/// Records one after another: eight bytes say what each is and how long.
fn records(stream: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (head, after) = rest.split_first_chunk::<8>()?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let (body, next) = after.split_at(length.min(after.len()));
        rest = next;
        Some(Record {
            kind: u16::from_le_bytes([head[2], head[3]]),
            instance: u16::from_le_bytes([head[0], head[1]]) >> 4,
            body,
        })
    })
}
