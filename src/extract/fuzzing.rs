//! Fuzz targets of the readers: what a child does with a stranger's file, in this process and within small limits.
//!
//! They are held to more than not to crash: what a reader says must be within the limits on output, clean, countable and
//! fit to be told to the parent.

use std::{
    cell::Cell,
    io::{Cursor, Write as _},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook},
    sync::Once,
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{
    ExtractLimits, archive_members, charset,
    clean_text::{clean_text, count_characters},
    html_table,
    input::Input,
    number_format::{Epoch, NumberFormat, serial_of},
    office, office_pages,
    output::Output,
    pdf,
    protocol::Message,
    readers, sniff,
    table::{self, MAX_COLUMNS},
};
use crate::domain::{
    file::{ExtractionReport, Kind},
    film,
    passage::Passage,
};

/// Less than a child may say: what is too much for a small file is too much for a large one.
const PASSAGES: u32 = 2_000;
const OUTPUT_BYTES: u64 = 8 << 20;

/// Reads a document and looks at everything that is said of it.
fn read(kind: Kind, bytes: &[u8]) -> ExtractionReport {
    let limits = ExtractLimits {
        passages: PASSAGES,
        output_bytes: OUTPUT_BYTES,
        ..ExtractLimits::default()
    };
    let mut passages = Vec::new();
    let mut send = |passage: Passage| {
        passages.push(passage);
        true
    };
    let mut out = Output::new(&limits, &mut send);
    let end = readers::read(kind, Input::of_bytes(bytes.to_vec()), &mut out);
    let report = out.close(end);

    let bytes: usize = passages.iter().map(|passage| passage.text.len()).sum();
    assert!(passages.len() <= PASSAGES as usize && bytes as u64 <= OUTPUT_BYTES);
    let characters: u64 = passages.iter().map(|passage| count_characters(&passage.text)).sum();
    assert_eq!(report.characters, characters, "what is counted is what was said");
    for passage in &passages {
        expect_clean(&passage.text);
    }
    expect_tellable(&Message::Report(Box::new(report.clone())));
    if let Some(passage) = passages.first() {
        expect_tellable(&Message::Passage(passage.clone()));
    }
    let played = film::web_vtt(&passages);
    assert!(!played.contains("\n\n\n"), "an empty line ends a cue");
    report
}

/// The index, the pages and the marks rely on it.
fn expect_clean(text: &str) {
    assert!(!text.trim().is_empty());
    let is_odd = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!text.contains(is_odd), "control characters: {text:?}");
    assert_eq!(clean_text(text), text, "what is clean stays as it is");
}

/// A line of the child's is one line, and the parent reads it.
fn expect_tellable(message: &Message) {
    let line = serde_json::to_vec(message).expect("a child can say what it found");
    assert!(!line.contains(&b'\n'));
    serde_json::from_slice::<Message>(&line).expect("the parent understands what it is told");
}

/// Reads a table as imports do.
fn read_table(bytes: &[u8]) {
    let Ok(table) = table::read_input(Input::of_bytes(bytes.to_vec())) else {
        return;
    };
    for row in &table.rows {
        assert!(row.cells.len() >= table.header.len() && row.cells.len() <= MAX_COLUMNS);
    }
    let rises = table.rows.windows(2).all(|pair| pair[0].number <= pair[1].number);
    assert!(rises || bytes.starts_with(b"PK"), "rows come in the order of the sheet");
    expect_tellable(&Message::Table(table));
}

/// Lets a crash of other people's engines pass, as the parent of a child does; one of ours is a fault.
///
/// `hayro`, `re_mp4`, `nom-exif`, `office_oxide` and `calamine` are young, and a child's crash is a reading that failed.
fn contained(read: impl FnOnce()) {
    watch_panics();
    IS_CONTAINED.set(true);
    let end = catch_unwind(AssertUnwindSafe(read));
    IS_CONTAINED.set(false);
    if let Err(panic) = end
        && !IS_OF_ENGINE.take()
    {
        resume_unwind(panic);
    }
}

thread_local! {
    static IS_CONTAINED: Cell<bool> = const { Cell::new(false) };
    /// Whether the last panic came from a crate of the registry.
    static IS_OF_ENGINE: Cell<bool> = const { Cell::new(false) };
}

/// Keeps what engines panic with from the hook, which under a fuzzer ends the process.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            let place = panic.location().map_or("", |place| place.file());
            let is_of_engine = IS_CONTAINED.get() && place.contains("/registry/src/");
            IS_OF_ENGINE.set(is_of_engine);
            if !is_of_engine {
                usual(panic);
            }
        }));
    });
}

/// Containers as they come: ZIP, what is recognised in it, and each listed member by its path.
pub fn archive(bytes: &[u8]) {
    contained(|| {
        let whole = [b"PK\x03\x04".as_slice(), bytes.get(4..).unwrap_or_default()].concat();
        let report = read(Kind::Zip, &whole);
        for member in report.members.iter().take(4) {
            let found = archive_members::member(Input::of_bytes(whole.clone()), &member.path);
            if let Ok(mut found) = found {
                let mut unpacked = std::io::sink();
                let _ = found.open().map(|mut bytes| std::io::copy(&mut bytes, &mut unpacked));
            }
        }
        read_table(&whole);
    });
}

/// A part of an office document: the first byte says which, the rest is its markup.
///
/// Whole containers are seldom right after a change of some bytes; here the container is always right.
pub fn office_markup(bytes: &[u8]) {
    let Some((choice, markup)) = bytes.split_first() else {
        return;
    };
    let (package, part) = PARTS[usize::from(*choice) % PARTS.len()];
    let whole = stored(package, part, markup);
    contained(|| {
        read(Kind::Zip, &whole);
        if part.starts_with("xl/") || part == "content.xml" {
            read_table(&whole);
        }
    });
}

/// Which part of which package is somebody's own.
const PARTS: [(Package, &str); 26] = [
    (DOCX, "word/document.xml"),
    (DOCX, "word/styles.xml"),
    (DOCX, "word/footnotes.xml"),
    (DOCX, "word/charts/chart1.xml"),
    (DOCX, "_rels/.rels"),
    (DOCX, "word/_rels/document.xml.rels"),
    (DOCX, "word/afchunk.html"),
    (DOCX, "word/embeddings/object1.bin"),
    (PPTX, "ppt/slides/slide1.xml"),
    (PPTX, "ppt/presentation.xml"),
    (PPTX, "ppt/slides/_rels/slide1.xml.rels"),
    (XLSX, "xl/worksheets/sheet1.xml"),
    (XLSX, "xl/sharedStrings.xml"),
    (XLSX, "xl/styles.xml"),
    (XLSX, "xl/workbook.xml"),
    (XLSX, "xl/drawings/drawing1.xml"),
    (ODT, "content.xml"),
    (ODS, "content.xml"),
    (ODP, "content.xml"),
    (ODP, "styles.xml"),
    (EPUB, "OEBPS/content.opf"),
    (EPUB, "OEBPS/one.xhtml"),
    (EPUB, "META-INF/encryption.xml"),
    (VISIO, "visio/pages/page1.xml"),
    (OFD, "Doc_0/Pages/Page_0/Content.xml"),
    (XMIND, "content.json"),
];

/// The other parts of a package, as short as they can be.
type Package = &'static [(&'static str, &'static str)];

const DOCX: Package = &[
    (
        "[Content_Types].xml",
        r#"<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="word/document.xml"/></Relationships>"#,
    ),
    (
        "word/_rels/document.xml.rels",
        r#"<Relationships><Relationship Id="s" Type="x/styles" Target="styles.xml"/><Relationship Id="f" Type="x/footnotes" Target="footnotes.xml"/><Relationship Id="c" Type="x/chart" Target="charts/chart1.xml"/><Relationship Id="a" Type="x/aFChunk" Target="afchunk.html"/><Relationship Id="o" Type="x/oleObject" Target="embeddings/object1.bin"/></Relationships>"#,
    ),
    (
        "word/document.xml",
        "<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>课</w:t></w:r></w:p></w:body></w:document>",
    ),
    ("word/styles.xml", "<w:styles xmlns:w='w'/>"),
    ("word/footnotes.xml", "<w:footnotes xmlns:w='w'/>"),
    ("word/charts/chart1.xml", "<c:chart xmlns:c='c'/>"),
    ("word/afchunk.html", "<p>附</p>"),
    ("word/embeddings/object1.bin", "附"),
];
const PPTX: Package = &[
    (
        "[Content_Types].xml",
        r#"<Types><Override PartName="/ppt/presentation.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="ppt/presentation.xml"/></Relationships>"#,
    ),
    (
        "ppt/presentation.xml",
        r#"<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="r2"/></p:sldIdLst></p:presentation>"#,
    ),
    (
        "ppt/_rels/presentation.xml.rels",
        r#"<Relationships><Relationship Id="r2" Type="x/slide" Target="slides/slide1.xml"/></Relationships>"#,
    ),
    (
        "ppt/slides/slide1.xml",
        "<p:sld xmlns:p='p' xmlns:a='a'><a:p><a:r><a:t>页</a:t></a:r></a:p></p:sld>",
    ),
    ("ppt/slides/_rels/slide1.xml.rels", "<Relationships/>"),
];
const XLSX: Package = &[
    (
        "[Content_Types].xml",
        r#"<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="表" sheetId="1" r:id="r2"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
    (
        "xl/worksheets/sheet1.xml",
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>45000.5</v></c></row></sheetData></worksheet>"#,
    ),
    (
        "xl/worksheets/_rels/sheet1.xml.rels",
        r#"<Relationships><Relationship Id="d" Type="x/drawing" Target="../drawings/drawing1.xml"/></Relationships>"#,
    ),
    ("xl/drawings/drawing1.xml", "<d><t>图</t></d>"),
    (
        "xl/sharedStrings.xml",
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>字</t></si></sst>"#,
    ),
    (
        "xl/styles.xml",
        r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts><numFmt numFmtId="164" formatCode="yyyy年"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#,
    ),
];
const ODT: Package = &[
    ("mimetype", "application/vnd.oasis.opendocument.text"),
    ("content.xml", "<o/>"),
];
const ODS: Package = &[
    ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
    ("content.xml", "<o/>"),
];
const ODP: Package = &[
    ("mimetype", "application/vnd.oasis.opendocument.presentation"),
    ("content.xml", "<o/>"),
    ("styles.xml", "<o/>"),
];
const EPUB: Package = &[
    ("mimetype", "application/epub+zip"),
    (
        "META-INF/container.xml",
        r#"<container><rootfiles><rootfile full-path="OEBPS/content.opf"/></rootfiles></container>"#,
    ),
    ("META-INF/encryption.xml", "<encryption/>"),
    (
        "OEBPS/content.opf",
        r#"<package><manifest><item id="a" href="one.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>"#,
    ),
    ("OEBPS/one.xhtml", "<html><body><h1>一</h1><p>章</p></body></html>"),
];
const VISIO: Package = &[
    ("[Content_Types].xml", "<Types/>"),
    ("visio/document.xml", "<d/>"),
    ("visio/pages/page1.xml", "<PageContents><Text>框</Text></PageContents>"),
];
const OFD: Package = &[
    (
        "OFD.xml",
        "<OFD><DocBody><DocRoot>Doc_0/Document.xml</DocRoot></DocBody></OFD>",
    ),
    (
        "Doc_0/Document.xml",
        r#"<Document><Pages><Page BaseLoc="Pages/Page_0/Content.xml"/></Pages></Document>"#,
    ),
    (
        "Doc_0/Pages/Page_0/Content.xml",
        r#"<Page><TextObject Boundary="1 2 3 4"><TextCode>字</TextCode></TextObject></Page>"#,
    ),
];
const XMIND: Package = &[
    ("metadata.json", "{}"),
    ("content.json", r#"[{"title":"图","rootTopic":{"title":"中心"}}]"#),
];

/// The package with one part replaced, nothing of it compressed.
fn stored(package: Package, part: &str, markup: &[u8]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in package {
        let bytes = if *name == part { markup } else { text.as_bytes() };
        zip.start_file(*name, options).expect("the name is short");
        zip.write_all(bytes).expect("memory takes it");
    }
    zip.finish().expect("memory takes it").into_inner()
}

/// Office documents that are one XML file: the first byte says of which kind it is called.
pub fn flat_office(bytes: &[u8]) {
    const KINDS: [Kind; 6] = [Kind::Odt, Kind::Ods, Kind::Odp, Kind::Doc, Kind::Xls, Kind::Html];
    let Some((choice, bytes)) = bytes.split_first() else {
        return;
    };
    contained(|| {
        read(KINDS[usize::from(*choice) % KINDS.len()], bytes);
        read_table(bytes);
    });
}

/// Compound files: Word, Excel and PowerPoint of 1997–2003, objects inside of them, sheets that are imported.
pub fn compound(bytes: &[u8]) {
    const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    let whole = [MAGIC.as_slice(), bytes.get(8..).unwrap_or_default()].concat();
    contained(|| {
        read(Kind::Doc, &whole);
        read_table(&whole);
    });
}

/// Rich Text Format.
pub fn rtf(bytes: &[u8]) {
    read(Kind::Rtf, bytes);
}

/// Web pages, tables in them, and saved messages (MIME) that are called so.
pub fn html(bytes: &[u8]) {
    read(Kind::Html, bytes);
    if html_table::is_one(bytes) {
        read_table(bytes);
    }
}

/// Saved web pages: a message of several parts.
pub fn mime(bytes: &[u8]) {
    let head = b"MIME-Version: 1.0\r\n";
    contained(|| {
        read(Kind::Html, &[head, bytes].concat());
    });
}

/// Texts: plain, Markdown, the three kinds of subtitles, and their encodings.
pub fn text(bytes: &[u8]) {
    for kind in [Kind::Text, Kind::Markdown, Kind::Srt, Kind::Vtt, Kind::Lrc] {
        read(kind, bytes);
    }
    let (encoding, skipped) = charset::detect(bytes);
    assert!(skipped <= bytes.len());
    let decoded = charset::decode(bytes);
    assert_eq!(decoded.encoding, encoding);
    // GB 18030 has four bytes for what UTF-8 writes with three, and nothing makes more of a byte than a replacement.
    assert!(decoded.text.len() <= 3 * bytes.len() + 3);
    charset::decode_name(bytes);
    let name = String::from_utf8_lossy(bytes);
    let sniffed = sniff(&name, bytes);
    office_pages::has_pages(sniffed.kind);
    assert!(!sniffed.media_type.is_empty());
}

/// Tables without a container: CSV in any encoding and with any separator.
pub fn table(bytes: &[u8]) {
    read_table(bytes);
}

/// PDF: the text of all pages, and where the words of the first stand.
pub fn pdf(bytes: &[u8]) {
    contained(|| {
        read(Kind::Pdf, bytes);
        if let Ok(words) = pdf::words::page(&Input::of_bytes(bytes.to_vec()), 1) {
            let length = words.text().len();
            for span in words.stretches(std::slice::from_ref(&(0..length))) {
                assert!(span.to <= span.run.length(), "a mark lies on its word");
            }
            expect_tellable(&Message::Words(words));
        }
    });
}

/// Film and sound: MP4 and its subtitles, MPEG sound, the forms of others.
pub fn media(bytes: &[u8]) {
    contained(|| {
        read(Kind::Video, bytes);
    });
}

/// Pictures, of which only the size is read.
pub fn picture(bytes: &[u8]) {
    read(Kind::Image, bytes);
}

/// Number formats of spreadsheets: eight bytes of a number, then the code of a format.
pub fn number_format(bytes: &[u8]) {
    let Some((number, code)) = bytes.split_first_chunk() else {
        return;
    };
    let (value, code) = (f64::from_le_bytes(*number), String::from_utf8_lossy(code));
    let format = NumberFormat::parse(&code);
    for epoch in [Epoch::Of1900, Epoch::Of1904] {
        // A number has at most some 310 digits before its point; a format says each of its signs once.
        assert!(format.number(value, epoch).len() <= 4_096 + 8 * code.len());
    }
    let _ = format.is_general();
    format.words(&code);
    serial_of(&code);
    let path = office::resolve(&code, &code);
    assert!(
        !path.split('/').any(|part| part == ".."),
        "targets stay inside the package"
    );
}
