//! A small PDF writer: pages of Chinese text in a font that every reader brings along.
//!
//! `STSong-Light` with the encoding `UniGB-UCS2-H` is one of the fonts that PDF readers must know for the Adobe-GB1
//! collection (ISO 32000-1, 9.7.5.2), so nothing is embedded and the text can be read back by any program.

use std::fmt::Write;

use super::layout::{HALF, wrap};
use super::script::{Script, Section};

/// A4 in points.
const PAGE_WIDTH: u32 = 595;
const PAGE_HEIGHT: u32 = 842;
const MARGIN: u32 = 64;
const BODY: u32 = 11;
const HEADING: u32 = 16;
const LEADING: u32 = 19;
/// Two signs, as Chinese paragraphs are indented.
const INDENT: &str = "\u{3000}\u{3000}";
/// The objects before the first page: catalogue, page tree, facts, font, its descendant and its descriptor.
const FIXED_OBJECTS: usize = 6;

/// One line of a page.
struct Line {
    size: u32,
    text: String,
}

/// Writes a script as PDF, each section on a page of its own.
pub fn write(script: &Script) -> Vec<u8> {
    let pages: Vec<Vec<Line>> = script.chapters().iter().flat_map(pages_of).collect();
    let mut file = File::new();
    file.object("<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>");
    file.object(&page_tree(pages.len()));
    file.object(&format!(
        "<< /Title {} /Author {} >>",
        text(&script.title),
        text(&script.author)
    ));
    file.object(
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>",
    );
    file.object(&descendant());
    file.object(
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 \
         /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    );
    for (at, lines) in pages.iter().enumerate() {
        file.page(lines, at + 1, pages.len());
    }
    file.finish()
}

/// The descendant font: Latin signs (CID 1–95) are half as wide as the Chinese ones.
fn descendant() -> String {
    format!(
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 6 0 R /DW 1000 /W [1 95 {HALF}] \
         /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>"
    )
}

fn page_tree(pages: usize) -> String {
    let kids: Vec<String> = (0..pages)
        .map(|at| format!("{} 0 R", page_number_to_object(at)))
        .collect();
    format!("<< /Type /Pages /Count {pages} /Kids [{}] >>", kids.join(" "))
}

/// Each page is two objects: the page, then what it shows.
fn page_number_to_object(at: usize) -> usize {
    FIXED_OBJECTS + 1 + 2 * at
}

/// Lays a section out; a long one goes on over several pages.
fn pages_of(section: &Section) -> Vec<Vec<Line>> {
    let column = |size| (PAGE_WIDTH - 2 * MARGIN) * 1000 / size;
    let mut lines: Vec<Line> = wrap(&section.heading, column(HEADING))
        .into_iter()
        .map(|text| Line { size: HEADING, text })
        .collect();
    for paragraph in &section.paragraphs {
        let wrapped = wrap(&format!("{INDENT}{paragraph}"), column(BODY));
        lines.extend(wrapped.into_iter().map(|text| Line { size: BODY, text }));
    }
    let room = ((PAGE_HEIGHT - 2 * MARGIN) / LEADING) as usize;
    let mut pages = Vec::new();
    while lines.len() > room {
        let rest = lines.split_off(room);
        pages.push(std::mem::replace(&mut lines, rest));
    }
    pages.push(lines);
    pages
}

/// A text as a hexadecimal string of UTF-16 with its byte order mark, as facts and outlines want it.
fn text(content: &str) -> String {
    format!("<FEFF{}>", hex(content))
}

/// The UCS-2 codes that `UniGB-UCS2-H` reads.
pub(super) fn hex(content: &str) -> String {
    content.encode_utf16().fold(String::new(), |mut hex, unit| {
        write!(hex, "{unit:04X}").expect("writing to a String cannot fail");
        hex
    })
}

/// The file in the making, with the offset of each object for the table at its end.
struct File {
    bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl File {
    fn new() -> Self {
        // The second line tells programs that move files about that this is not plain text.
        let bytes = b"%PDF-1.4\n%\xE5\xB7\xA5\xE5\xAD\xA6\n".to_vec();
        Self {
            bytes,
            offsets: Vec::new(),
        }
    }

    fn object(&mut self, body: &str) {
        self.offsets.push(self.bytes.len());
        let number = self.offsets.len();
        self.bytes.extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
    }

    fn page(&mut self, lines: &[Line], number: usize, of: usize) {
        let contents = self.offsets.len() + 2;
        self.object(&format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] \
             /Resources << /Font << /F1 4 0 R >> >> /Contents {contents} 0 R >>"
        ));
        let stream = content(lines, number, of);
        self.object(&format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()));
    }

    fn finish(mut self) -> Vec<u8> {
        let table = self.bytes.len();
        let size = self.offsets.len() + 1;
        let mut end = format!("xref\n0 {size}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            writeln!(end, "{offset:010} 00000 n ").expect("writing to a String cannot fail");
        }
        write!(
            end,
            "trailer\n<< /Size {size} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{table}\n%%EOF\n"
        )
        .expect("writing to a String cannot fail");
        self.bytes.extend(end.bytes());
        self.bytes
    }
}

/// The operators that paint a page: its lines from the top, its number at the foot.
fn content(lines: &[Line], number: usize, of: usize) -> String {
    let mut stream = String::new();
    let mut y = PAGE_HEIGHT - MARGIN;
    for line in lines {
        paint(&mut stream, MARGIN, y, line.size, &line.text);
        y = y.saturating_sub(LEADING);
    }
    paint(
        &mut stream,
        PAGE_WIDTH / 2 - 30,
        MARGIN / 2,
        9,
        &format!("第 {number} 页 共 {of} 页"),
    );
    stream
}

fn paint(stream: &mut String, x: u32, y: u32, size: u32, text: &str) {
    writeln!(stream, "BT /F1 {size} Tf {x} {y} Td <{}> Tj ET", hex(text)).expect("writing to a String cannot fail");
}
