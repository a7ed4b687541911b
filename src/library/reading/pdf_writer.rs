//! Writes a PDF page by page (ISO 32000-1): each a picture, with words above it that are there to be searched and copied but
//! not to be seen.

use std::fmt::Write as _;

use crate::domain::page::{PageText, TextRun};

/// The header. Bytes above 127 in its second line tell programs that it is no text.
const HEAD: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
/// The catalogue, which names the pages.
const CATALOG: usize = 1;
/// The list of pages, written at the end.
const PAGES: usize = 2;
/// The font of all words: nobody sees it, and a character's number in it is its number in Unicode.
const FONT: usize = 3;
const GLYPHS: usize = 4;
const DESCRIPTOR: usize = 5;
const TO_UNICODE: usize = 6;
/// Objects that every document has.
const FIXED: usize = 6;
/// A4, in points, for a page that says no size.
const A4: (f32, f32) = (595.0, 842.0);
/// What stands for characters outside the plane that the font's numbers reach.
const REPLACEMENT: u16 = 0xfffd;

/// A picture of a page.
#[derive(Debug)]
pub(super) struct PaintedPage<'a> {
    jpeg: &'a [u8],
    width: u16,
    height: u16,
    /// Whether it is grey.
    is_grey: bool,
}

/// A document that is being written.
#[derive(Debug, Default)]
pub(super) struct PdfWriter {
    /// Bytes written before.
    written: usize,
    /// Where each object begins; 0 while it is not written.
    offsets: Vec<usize>,
    /// The objects of the pages.
    pages: Vec<usize>,
}

impl<'a> PaintedPage<'a> {
    /// Understands a JPEG's frame; none where it has no usual one.
    pub(super) fn of(jpeg: &'a [u8]) -> Option<Self> {
        let word = |at: usize| Some(u16::from_be_bytes(jpeg.get(at..at + 2)?.try_into().ok()?));
        let mut at = 2;
        loop {
            let marker = *jpeg.get(at + 1)?;
            if matches!(marker, 0xc0..=0xc2) {
                return Some(Self {
                    jpeg,
                    height: word(at + 5)?,
                    width: word(at + 7)?,
                    is_grey: *jpeg.get(at + 9)? == 1,
                });
            }
            at += 2 + usize::from(word(at + 2)?);
        }
    }
}

impl PdfWriter {
    /// Adds a page; returns what it adds to the file.
    pub(super) fn page(&mut self, text: &PageText, picture: Option<&PaintedPage<'_>>) -> Vec<u8> {
        let mut out = self.begin();
        let (width, height) = match text.width > 0.0 && text.height > 0.0 {
            true => (text.width, text.height),
            false => A4,
        };
        let mut content = String::new();
        let mut resources = format!("/Font<</F {FONT} 0 R>>");
        if let Some(picture) = picture {
            let image = self.image(&mut out, picture);
            let _ = writeln!(content, "q {width} 0 0 {height} 0 0 cm /P Do Q");
            let _ = write!(resources, "/XObject<</P {image} 0 R>>");
        }
        words(&mut content, text, height);
        let content = self.stream(&mut out, "", content.as_bytes());
        let page = self.object(
            &mut out,
            &format!(
                "<</Type/Page/Parent {PAGES} 0 R/MediaBox[0 0 {width} {height}]/Resources<<{resources}>>/Contents {content} 0 R>>"
            ),
        );
        self.pages.push(page);
        self.written += out.len();
        out
    }

    /// Ends the file: the font, the list of pages, and where everything is.
    pub(super) fn end(mut self) -> Vec<u8> {
        let mut out = self.begin();
        let kids: Vec<String> = self.pages.iter().map(|page| format!("{page} 0 R")).collect();
        let unicode = to_unicode();
        let fixed = [
            (CATALOG, format!("<</Type/Catalog/Pages {PAGES} 0 R>>")),
            (PAGES, format!("<</Type/Pages/Count {}/Kids[{}]>>", kids.len(), kids.join(" "))),
            (
                FONT,
                format!("<</Type/Font/Subtype/Type0/BaseFont/Unseen/Encoding/Identity-H/DescendantFonts[{GLYPHS} 0 R]/ToUnicode {TO_UNICODE} 0 R>>"),
            ),
            (
                GLYPHS,
                format!("<</Type/Font/Subtype/CIDFontType2/BaseFont/Unseen/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000/FontDescriptor {DESCRIPTOR} 0 R>>"),
            ),
            (
                DESCRIPTOR,
                "<</Type/FontDescriptor/FontName/Unseen/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80>>".to_owned(),
            ),
            (
                TO_UNICODE,
                format!("<</Length {}>>\nstream\n{unicode}\nendstream", unicode.len()),
            ),
        ];
        for (number, body) in fixed {
            self.put(&mut out, number, body.as_bytes());
        }
        let start = self.written + out.len();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.offsets.len() + 1);
        for offset in &self.offsets {
            let _ = writeln!(table, "{offset:010} 00000 n ");
        }
        let size = self.offsets.len() + 1;
        let _ = writeln!(
            table,
            "trailer\n<</Size {size}/Root {CATALOG} 0 R>>\nstartxref\n{start}\n%%EOF"
        );
        out.extend_from_slice(table.as_bytes());
        out
    }

    /// The header, where nothing is written yet.
    fn begin(&mut self) -> Vec<u8> {
        if self.written > 0 {
            return Vec::new();
        }
        self.offsets = vec![0; FIXED];
        HEAD.to_vec()
    }

    fn image(&mut self, out: &mut Vec<u8>, picture: &PaintedPage<'_>) -> usize {
        let PaintedPage { width, height, .. } = picture;
        let colours = if picture.is_grey { "DeviceGray" } else { "DeviceRGB" };
        let about = format!(
            "/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/{colours}/BitsPerComponent 8/Filter/DCTDecode"
        );
        self.stream(out, &about, picture.jpeg)
    }

    fn stream(&mut self, out: &mut Vec<u8>, about: &str, bytes: &[u8]) -> usize {
        let head = format!("<<{about}/Length {}>>\nstream\n", bytes.len());
        let body = [head.as_bytes(), bytes, b"\nendstream"].concat();
        self.new_object(out, &body)
    }

    fn object(&mut self, out: &mut Vec<u8>, body: &str) -> usize {
        self.new_object(out, body.as_bytes())
    }

    fn new_object(&mut self, out: &mut Vec<u8>, body: &[u8]) -> usize {
        self.offsets.push(0);
        let number = self.offsets.len();
        self.put(out, number, body);
        number
    }

    fn put(&mut self, out: &mut Vec<u8>, number: usize, body: &[u8]) {
        self.offsets[number - 1] = self.written + out.len();
        out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        out.extend_from_slice(body);
        out.extend_from_slice(b"\nendobj\n");
    }
}

/// Writes the words of a page, each character as wide as it stands in the picture.
fn words(content: &mut String, text: &PageText, height: f32) {
    // Rendering mode 3: neither filled nor stroked.
    content.push_str("BT 3 Tr\n");
    for run in text.runs.iter().filter(|run| run.size > 0.0) {
        let (sin, cos) = run.angle.to_radians().sin_cos();
        // PDF counts upwards, we count downwards.
        let (x, y, turned) = (run.x, height - run.y, -sin);
        let _ = writeln!(
            content,
            "/F {} Tf {cos} {turned} {sin} {cos} {x} {y} Tm [{}] TJ",
            run.size,
            characters(run)
        );
    }
    content.push_str("ET\n");
}

/// The characters of a run with what each is narrower than its size, in thousandths of it.
fn characters(run: &TextRun) -> String {
    let mut shown = String::new();
    let mut before = 0.0;
    for (character, end) in run.text.chars().zip(&run.ends) {
        let number = u16::try_from(u32::from(character)).unwrap_or(REPLACEMENT);
        let narrower = 1_000.0 - (end - before) / run.size * 1_000.0;
        before = *end;
        let _ = write!(shown, "<{number:04X}>{narrower:.0} ");
    }
    shown
}

/// Says that each number is the character of that number. A range may not leave its block of 256, and a list has at most a
/// hundred ranges.
fn to_unicode() -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n\
         /CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n\
         /CMapName /Adobe-Identity-UCS def /CMapType 2 def\n\
         1 begincodespacerange <0000> <FFFF> endcodespacerange\n",
    );
    // Halves of pairs are no characters.
    let blocks: Vec<u16> = (0x00..=0xff).filter(|block| !(0xd8..=0xdf).contains(block)).collect();
    for list in blocks.chunks(100) {
        let _ = writeln!(map, "{} beginbfrange", list.len());
        for block in list {
            let _ = writeln!(map, "<{block:02X}00> <{block:02X}FF> <{block:02X}00>");
        }
        map.push_str("endbfrange\n");
    }
    map.push_str("endcmap CMapName currentdict /CMap defineresource pop end end");
    map
}

#[cfg(test)]
mod tests {
    use super::{PaintedPage, PdfWriter};
    use crate::domain::page::{PageText, TextRun};

    fn page(text: &str) -> PageText {
        let ends = (1..=text.chars().count()).map(|nth| f32::from(u8::try_from(nth).unwrap()) * 8.0);
        PageText {
            pages: 1,
            width: 100.0,
            height: 200.0,
            runs: vec![TextRun {
                text: text.to_owned(),
                x: 10.0,
                y: 50.0,
                angle: 0.0,
                size: 10.0,
                is_vertical: false,
                ends: ends.collect(),
                gap: "\n".to_owned(),
            }],
        }
    }

    #[test]
    fn a_page_is_a_picture_with_words_that_nobody_sees() {
        // The head of a grey JPEG of 20 by 40.
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x28\0\x14\x01";
        let picture = PaintedPage::of(jpeg).unwrap();
        let mut writer = PdfWriter::default();

        let mut file = writer.page(&page("车床"), Some(&picture));
        file.extend(writer.page(&page("A"), None));
        file.extend(writer.end());

        let text = String::from_utf8_lossy(&file);
        assert!(text.contains("/Width 20/Height 40/ColorSpace/DeviceGray"), "{text}");
        assert!(
            text.contains("/F 10 Tf 1 -0 0 1 10 150 Tm [<8F66>200 <5E8A>200 ] TJ"),
            "{text}"
        );
        assert!(text.contains("/Type/Pages/Count 2/Kids[9 0 R 11 0 R]"), "{text}");
        // Every object is where the table says.
        let start = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap();
        let table = &file[start.parse::<usize>().unwrap()..];
        let table = String::from_utf8_lossy(table);
        let offsets = table.lines().skip(3).take_while(|line| line.ends_with("n "));
        for (nth, line) in offsets.enumerate() {
            let offset: usize = line[..10].parse().unwrap();
            let object = format!("{} 0 obj\n", nth + 1);
            assert!(file[offset..].starts_with(object.as_bytes()), "{object}");
        }
    }

    #[test]
    fn what_is_no_jpeg_is_no_picture() {
        assert!(PaintedPage::of(b"\xff\xd8\xff\xe0\0\x04ab").is_none());
        assert!(PaintedPage::of(b"").is_none());
    }
}
