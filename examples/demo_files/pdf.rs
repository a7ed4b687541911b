//! A small PDF writer: pages of Chinese text with an embedded typeface, headings and page numbers.

use std::fmt::Write;

use face::Face;

use super::layout::wrap;
use super::script::{Script, Section};

pub(crate) mod face;

/// A4 in points.
const PAGE_WIDTH: u32 = 595;
const PAGE_HEIGHT: u32 = 842;
const MARGIN: u32 = 64;
const BODY: u32 = 13;
const HEADING: u32 = 20;
const LEADING: u32 = 26;
/// Two signs, as Chinese paragraphs are indented.
const INDENT: &str = "\u{3000}\u{3000}";
const IDEOGRAPHIC_SPACE: char = '\u{3000}';
/// The objects before the first page: catalogue, page tree, facts, three fonts.
const FIXED_OBJECTS: usize = 6;
const INFALLIBLE: &str = "writing to a String cannot fail";

/// One line of a page.
struct Line {
    size: u32,
    text: String,
}

/// Writes a script as PDF, each section on a page of its own.
pub(crate) fn write(script: &Script) -> Vec<u8> {
    let pages: Vec<Vec<Line>> = script.chapters().iter().flat_map(pages_of).collect();
    let after_pages = FIXED_OBJECTS + 2 * pages.len();
    let mut face = Face::new();
    let mut file = File::new();
    file.object("<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>");
    file.object(&page_tree(pages.len()));
    file.object(&format!(
        "<< /Title {} /Author {} >>",
        text(&script.title),
        text(&script.author)
    ));
    file.object(&format!(
        "<< /Type /Font /Subtype /Type0 /BaseFont /GXSANS+DroidSansFallback /Encoding /Identity-H \
         /DescendantFonts [{} 0 R] /ToUnicode {} 0 R >>",
        after_pages + 1,
        after_pages + 2
    ));
    file.object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
    file.object(&format!(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol /ToUnicode {} 0 R >>",
        after_pages + 5
    ));
    for (at, lines) in pages.iter().enumerate() {
        let stream = content(&mut face, lines, at + 1, pages.len());
        file.page(&stream);
    }
    file.typeface(&face);
    file.stream("", face::symbols_to_unicode().as_bytes());
    file.finish()
}

fn page_tree(pages: usize) -> String {
    let kids: Vec<String> = (0..pages)
        .map(|at| format!("{} 0 R", FIXED_OBJECTS + 1 + 2 * at))
        .collect();
    format!("<< /Type /Pages /Count {pages} /Kids [{}] >>", kids.join(" "))
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

/// The operators that paint a page: its lines from the top, its number at the foot.
fn content(face: &mut Face, lines: &[Line], number: usize, of: usize) -> String {
    let mut stream = String::new();
    let mut y = PAGE_HEIGHT - MARGIN;
    for line in lines {
        paint(&mut stream, face, (MARGIN, y), line);
        y = y.saturating_sub(LEADING);
    }
    let text = format!("第 {number} 页 共 {of} 页");
    paint(
        &mut stream,
        face,
        (PAGE_WIDTH / 2 - 30, MARGIN / 2),
        &Line { size: 9, text },
    );
    stream
}

fn paint(stream: &mut String, face: &mut Face, (x, y): (u32, u32), line: &Line) {
    // The typeface has no ideographic space, so an indented line begins further to the right instead.
    let text = line.text.trim_start_matches(IDEOGRAPHIC_SPACE);
    let indented = if text.len() < line.text.len() { 2 * line.size } else { 0 };
    let shown = face.show(line.size, text);
    writeln!(stream, "BT {} {y} Td {shown}ET", x + indented).expect(INFALLIBLE);
}

/// A text as a hexadecimal string of UTF-16 with its byte order mark, as facts want it.
fn text(content: &str) -> String {
    format!("<FEFF{}>", hex(content))
}

/// UTF-16 in hexadecimal digits.
pub(super) fn hex(content: &str) -> String {
    content.encode_utf16().fold(String::new(), |mut hex, unit| {
        write!(hex, "{unit:04X}").expect(INFALLIBLE);
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

    fn begin(&mut self) {
        self.offsets.push(self.bytes.len());
        self.push(&format!("{} 0 obj\n", self.offsets.len()));
    }

    fn push(&mut self, text: &str) {
        self.bytes.extend(text.bytes());
    }

    fn object(&mut self, body: &str) {
        self.begin();
        self.push(&format!("{body}\nendobj\n"));
    }

    fn stream(&mut self, entries: &str, stream: &[u8]) {
        self.begin();
        self.push(&format!("<< {entries}/Length {} >>\nstream\n", stream.len()));
        self.bytes.extend(stream);
        self.push("\nendstream\nendobj\n");
    }

    /// A page is two objects: the page, then what it shows.
    fn page(&mut self, stream: &str) {
        let contents = self.offsets.len() + 2;
        self.object(&format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] \
             /Resources << /Font << /F1 4 0 R /F2 5 0 R /F3 6 0 R >> >> /Contents {contents} 0 R >>"
        ));
        self.stream("", stream.as_bytes());
    }

    /// The typeface is four objects: the font, its table of signs, its descriptor and its file.
    fn typeface(&mut self, face: &Face) {
        let descriptor = self.offsets.len() + 3;
        self.object(&format!(
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /GXSANS+DroidSansFallback /CIDToGIDMap /Identity \
             /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> \
             /FontDescriptor {descriptor} 0 R /DW 1000 /W [{}] >>",
            face.widths()
        ));
        self.stream("", face.to_unicode().as_bytes());
        self.object(&format!(
            "<< /Type /FontDescriptor /FontName /GXSANS+DroidSansFallback /Flags 4 /FontBBox [-50 -240 1050 900] \
             /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 730 /StemV 80 /FontFile2 {} 0 R >>",
            descriptor + 1
        ));
        self.stream(&format!("/Length1 {} ", face::FILE.len()), face::FILE);
    }

    fn finish(mut self) -> Vec<u8> {
        let table = self.bytes.len();
        let size = self.offsets.len() + 1;
        let mut end = format!("xref\n0 {size}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            writeln!(end, "{offset:010} 00000 n ").expect(INFALLIBLE);
        }
        write!(
            end,
            "trailer\n<< /Size {size} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{table}\n%%EOF\n"
        )
        .expect(INFALLIBLE);
        self.push(&end);
        self.bytes
    }
}
