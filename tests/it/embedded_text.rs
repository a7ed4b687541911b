//! Words that lie deep in a file are read; letters that mean nothing are not taken for words.

use gongxue::domain::{file::ExtractionState, passage::Locator};

use crate::app::TestApp;
use crate::extract::{read_bytes, zip_of};

const ENGLISH: &str = "Turn the power off before you open the cabinet, hang the sign on the switch, \
    and measure all three phases with the meter before you touch a wire";

/// A PDF of one font, whose table to Unicode is `letters`, if any; each page shows lines of bytes.
fn pdf_of(pages: &[&[Vec<u8>]], letters: Option<&str>) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = vec![b"<</Type/Catalog/Pages 2 0 R>>".to_vec()];
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R ", 5 + 2 * page)).collect();
    let kids = kids.concat();
    objects.push(format!("<</Type/Pages/Count {}/Kids[{kids}]>>", pages.len()).into_bytes());
    let table = letters.map_or("", |_| "/ToUnicode 4 0 R");
    objects.push(format!("<</Type/Font/Subtype/Type1/BaseFont/Helvetica{table}>>").into_bytes());
    objects.push(stream_of(letters.unwrap_or_default().as_bytes()));
    for (number, lines) in pages.iter().enumerate() {
        let mut content = b"BT /F1 12 Tf 72 760 Td 14 TL\n".to_vec();
        for line in *lines {
            let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
            let hex = hex.concat();
            content.extend_from_slice(format!("<{hex}> Tj T*\n").as_bytes());
        }
        content.extend_from_slice(b"ET");
        let contents = 6 + 2 * number;
        objects.push(
            format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents {contents} 0 R>>")
                .into_bytes(),
        );
        objects.push(stream_of(&content));
    }
    bound(&objects)
}

pub(crate) fn stream_of(bytes: &[u8]) -> Vec<u8> {
    [
        format!("<</Length {}>>\nstream\n", bytes.len()).as_bytes(),
        bytes,
        b"\nendstream",
    ]
    .concat()
}

/// The objects of a PDF, with the table that leads to them.
pub(crate) fn bound(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let (count, at, places) = (objects.len() + 1, file.len(), places.concat());
    let table = format!(
        "xref\n0 {count}\n0000000000 65535 f \n{places}trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF"
    );
    file.extend_from_slice(table.as_bytes());
    file
}

/// A table to Unicode that puts all letters among 26 others.
fn table_from(first: u32) -> String {
    let to = |code: u32| format!("<{code:02x}> <{:04x}>\n", first + (code - 0x21) % 26);
    let letters: String = (0x21..0x7f).map(to).collect();
    format!(
        "begincmap\n1 begincodespacerange\n<00> <ff>\nendcodespacerange\n94 beginbfchar\n{letters}endbfchar\nendcmap"
    )
}

/// A text in letters numbered as they come, from `!` on: what a font calls those that it does not name.
fn numbered(text: &str) -> Vec<u8> {
    let mut known = Vec::new();
    let mut number = |c: char| {
        let at = known.iter().position(|k| *k == c).unwrap_or_else(|| {
            known.push(c);
            known.len() - 1
        });
        0x21 + u8::try_from(at).unwrap()
    };
    text.chars().map(|c| if c == ' ' { b' ' } else { number(c) }).collect()
}

#[tokio::test]
async fn letters_that_mean_nothing_are_seen_but_not_found() {
    let app = TestApp::start().await;
    let teacher = app.teacher("S1").await;
    let garbled = [numbered(ENGLISH)];
    let bytes = pdf_of(&[&[ENGLISH.as_bytes().to_vec()], &garbled, &garbled], None);

    let shared = teacher.share("安全须知", &[("安全须知.pdf", &bytes)]).await;
    app.settled().await;

    let seen = teacher
        .get_json(&format!("/api/v1/resources/{}", shared["id"].as_str().unwrap()))
        .await;
    let file = &seen["files"][0];
    let report = &file["report"];
    assert_eq!(
        (&report["pages"], &report["garbled_pages"]),
        (&3.into(), &2.into()),
        "{file}"
    );
    assert_eq!(
        (&report["needs_ocr"], &report["blank_pages"]),
        (&true.into(), &0.into()),
        "{file}"
    );
    // Not a word of it is said to be found, and the page is there to be looked at.
    let found = teacher.search("cabinet").await;
    let passages = found["hits"][0]["passages"].as_array().unwrap();
    assert_eq!(passages.len(), 1, "{found}");
    assert_eq!(passages[0]["locator"]["page"], 1, "{found}");
    let picture = format!("/api/v1/files/{}/pages/2?width=200", file["id"].as_str().unwrap());
    let picture = teacher.get(&picture).await.expect(200);
    assert_eq!(picture.headers["content-type"], "image/jpeg");
    app.finish().await;
}

#[tokio::test]
async fn a_table_that_names_no_letters_leaves_nothing_to_read() {
    let lines = [ENGLISH.replace(' ', "").into_bytes()];
    // Control characters, letters of all countries, private ones, Han that nobody uses.
    for first in [0x01, 0x80, 0xa1, 0xe000, 0x3400, 0x9f00] {
        let read = read_bytes("讲义.pdf", &pdf_of(&[&lines], Some(&table_from(first)))).await;

        assert_eq!(
            (read.text().as_str(), read.outcome.state),
            ("", ExtractionState::NoText),
            "{first:x}"
        );
        assert!(read.outcome.report.needs_ocr, "{first:x}");
    }
}

#[tokio::test]
async fn pages_that_only_look_strange_are_read() {
    let pages = [
        "#include <stdio.h>|int main(void) { for (int i = 0; i < 10; i++) { a[i] = ~b[i] & 0xff; } }|printf(\"%d%%\\n\", a[0]); return !c; /* done */",
        "6ES7214-1AG40-0XB0|3RT1016-1BB41|W7805 LM317T TIP31C|NE555P CD4017BE|M8x30-8.8",
        "12.5% 3.2% 98.5% 0.02% 100%|$12.50 $3.99 $7.00|#1 #2 #3 #4|10 20 30 40 50 60 70 80",
        "y = f(x) + 2*a*x^2 - 3*sqrt(b^2 - 4*a*c)|<= |x1 - x2| < 10^{-6}|{x | x > 0} & {y | y < 1}",
        "O0001;|N10 G50 S1500;|N20 G96 S180 M03;|N30 T0101;|N40 G00 X52.0 Z2.0 M08;|%",
        "Safety!",
    ];
    for page in pages {
        let lines: Vec<Vec<u8>> = page.split('|').map(|line| line.as_bytes().to_vec()).collect();

        let read = read_bytes("讲义.pdf", &pdf_of(&[&lines], None)).await;

        let report = &read.outcome.report;
        assert_eq!(
            (report.needs_ocr, report.garbled_pages),
            (false, 0),
            "{page}: {report:?}"
        );
        assert_eq!(read.text().lines().count(), lines.len(), "{page}: {}", read.text());
    }
}

/// Two narrow letters side by side were taken for one that is printed bold: nobody found "Hello".
#[tokio::test]
async fn double_letters_are_two_letters() {
    let hello = [b"Hello, well filled skill: illicit 11.1".to_vec()];
    let read = read_bytes("a.pdf", &pdf_of(&[&hello], None)).await;
    assert_eq!(read.text(), "Hello, well filled skill: illicit 11.1");
}

#[tokio::test]
async fn rich_text_is_spelled_as_its_fonts_say() {
    let hex = |encoding: &'static encoding_rs::Encoding, text: &str| -> String {
        let bytes = encoding.encode(text).0;
        let hex: Vec<String> = bytes.iter().map(|byte| format!("\\'{byte:02x}")).collect();
        hex.concat()
    };
    let japanese = hex(encoding_rs::SHIFT_JIS, "電源を切ってください");
    let korean = hex(encoding_rs::EUC_KR, "전원을 끄십시오");
    let document = format!(
        "{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0\\fnil\\fcharset128 MS Mincho;}}{{\\f1\\fcharset129 Batang;}}}}{japanese}\\par\\f1 {korean}\\par}}"
    );

    let read = read_bytes("须知.rtf", document.as_bytes()).await;

    assert_eq!(read.text(), "電源を切ってください\n전원을 끄십시오");
}

/// A compound file of these streams, each named by its path.
pub(crate) fn compound_of(streams: &[(&str, &[u8])]) -> Vec<u8> {
    const END: u32 = 0xffff_fffe;
    const NONE: u32 = 0xffff_ffff;
    let sectors = |bytes: usize| u32::try_from(bytes.div_ceil(512)).unwrap();
    let entries = streams.len() + 1;
    let directory = sectors(entries * 128);
    let data: u32 = streams.iter().map(|(_, bytes)| sectors(bytes.len())).sum();
    let mut table = vec![0xffff_fffd_u32];
    let mut chain = |length: u32| {
        let first = u32::try_from(table.len()).unwrap();
        let next = (1..length).map(|nth| first + nth);
        table.extend(next.chain((length > 0).then_some(END)));
        if length > 0 { first } else { END }
    };
    let entry = |name: &str, kind: u8, right: u32, child: u32, first: u32, size: usize| {
        let mut entry = vec![0_u8; 128];
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..units.len()].copy_from_slice(&units);
        entry[64..66].copy_from_slice(&u16::try_from(units.len() + 2).unwrap().to_le_bytes());
        entry[66..68].copy_from_slice(&[kind, 1]);
        for (at, number) in [(68, NONE), (72, right), (76, child), (116, first)] {
            entry[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        entry[120..124].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
        entry
    };
    let first = chain(directory);
    let mut folder = entry("Root Entry", 5, NONE, 1, END, 0);
    let mut contents = Vec::new();
    for (number, (name, bytes)) in (2..).zip(streams) {
        let right = if number < entries {
            u32::try_from(number).unwrap()
        } else {
            NONE
        };
        folder.extend(entry(name, 2, right, NONE, chain(sectors(bytes.len())), bytes.len()));
        contents.extend_from_slice(bytes);
        contents.resize(contents.len().next_multiple_of(512), 0);
    }
    folder.resize(directory as usize * 512, 0);
    assert!(
        1 + directory + data <= 128,
        "one sector of the table is enough for a test"
    );
    let mut head = vec![0_u8; 512];
    head[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    head[24..34].copy_from_slice(&[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    for (at, number) in [(44, 1), (48, first), (56, 4_096), (60, END), (68, END)] {
        head[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    head[76..].fill(0xff);
    head[76..80].fill(0);
    let mut table: Vec<u8> = table.into_iter().flat_map(u32::to_le_bytes).collect();
    table.resize(512, 0xff);
    [head, table, folder, contents].concat()
}

/// A record of PowerPoint 97: `instance` and `kind` say what it is; a container has version 15.
fn record(version: u16, instance: u16, kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap();
    [
        &((instance << 4) | version).to_le_bytes()[..],
        &kind.to_le_bytes(),
        &length.to_le_bytes(),
        body,
    ]
    .concat()
}

fn text_record(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [record(0, 0, 0x0f9f, &4_u32.to_le_bytes()), record(0, 0, 0x0fa0, &units)].concat()
}

/// A deck whose slides hold the first texts in a shape, and the second ones in the outline alone.
fn deck_of(slides: &[(&str, &str)]) -> Vec<u8> {
    let mut list = Vec::new();
    for (number, (_, outlined)) in (2_u32..).zip(slides) {
        let ids: Vec<u8> = [number, 0, 0, 255 + number, 0]
            .iter()
            .flat_map(|id| id.to_le_bytes())
            .collect();
        list.extend(record(0, 0, 0x03f3, &ids));
        if !outlined.is_empty() {
            list.extend(text_record(outlined));
        }
    }
    let mut stream = record(15, 0, 0x03e8, &record(15, 0, 0x0ff0, &list));
    let mut places = vec![0];
    for (shown, _) in slides {
        places.push(stream.len());
        let shape = record(15, 0, 0xf004, &record(15, 0, 0xf00d, &text_record(shown)));
        let drawing = record(15, 0, 0x040c, &record(15, 0, 0xf002, &record(15, 0, 0xf003, &shape)));
        let body = if shown.is_empty() { Vec::new() } else { drawing };
        stream.extend(record(15, 0, 0x03ee, &body));
    }
    let directory = stream.len();
    let count = u32::try_from(places.len()).unwrap();
    let mut table = ((count << 20) | 1).to_le_bytes().to_vec();
    table.extend(places.iter().flat_map(|at| u32::try_from(*at).unwrap().to_le_bytes()));
    stream.extend(record(0, 0, 0x1772, &table));
    let edit = u32::try_from(stream.len()).unwrap();
    let numbers = [0, 0, 0, u32::try_from(directory).unwrap(), 1, count + 1, 0];
    let body: Vec<u8> = numbers.iter().flat_map(|number: &u32| number.to_le_bytes()).collect();
    stream.extend(record(0, 0, 0x0ff5, &body));
    let user: Vec<u8> = [20, 0xe391_c05f, edit, 0, 0]
        .iter()
        .flat_map(|number: &u32| number.to_le_bytes())
        .collect();
    compound_of(&[
        ("PowerPoint Document", &stream),
        ("Current User", &record(0, 0, 0x0ff6, &user)),
    ])
}

#[tokio::test]
async fn a_slide_whose_text_stands_in_the_outline_alone_is_read() {
    let deck = deck_of(&[("主轴不转", ""), ("", "先查变频器"), ("", "")]);

    for name in ["检修.ppt", "检修.dps"] {
        let read = read_bytes(name, &deck).await;

        assert_eq!(read.text(), "主轴不转\n先查变频器", "{name}: {:?}", read.outcome);
        let slides: Vec<&Locator> = read.passages.iter().map(|passage| &passage.locator).collect();
        assert_eq!(slides, [&Locator::Slide { slide: 1 }, &Locator::Slide { slide: 2 }]);
        // A slide without a title is not called "Slide 3".
        assert_eq!((read.outcome.report.pages, read.outcome.report.blank_pages), (3, 1));
    }
}

/// A PDF with a form: each field is a dictionary without its braces.
fn form_of(fields: &[&str]) -> Vec<u8> {
    let kids: Vec<String> = (0..fields.len()).map(|field| format!("{} 0 R ", 5 + field)).collect();
    let kids = kids.concat();
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{kids}]>>>>").into_bytes(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[{kids}]>>").into_bytes(),
        stream_of(b"BT ET"),
    ];
    objects.extend(
        fields
            .iter()
            .map(|field| format!("<</Type/Annot/Rect[0 0 9 9]{field}>>").into_bytes()),
    );
    bound(&objects)
}

fn utf_16(text: &str) -> String {
    let units: Vec<String> = text.encode_utf16().map(|unit| format!("{unit:04x}")).collect();
    format!("<feff{}>", units.concat())
}

#[tokio::test]
async fn what_is_filled_in_and_noted_on_a_page_is_read() {
    let (name, note, part) = (utf_16("主轴电机"), utf_16("先断电再测量"), utf_16("接触器"));
    let bytes = form_of(&[
        &format!("/Subtype/Widget/FT/Tx/T(a)/V{name}"),
        &format!("/Subtype/Widget/FT/Ch/T(b)/V[{part}(KM1)]"),
        "/Subtype/Widget/FT/Btn/T(c)/V/Yes/AS/Yes",
        "/Subtype/Widget/FT/Tx/Ff 8192/T(d)/V(geheim)",
        "/Subtype/Widget/FT/Tx/F 2/T(e)/V(unseen)",
        &format!("/Subtype/Text/Contents{note}"),
        "/Subtype/Link/Contents(where it leads)",
    ]);

    let read = read_bytes("点检表.pdf", &bytes).await;

    assert_eq!(read.text(), "主轴电机\n接触器\nKM1\n先断电再测量");
    assert_eq!(read.outcome.report.blank_pages, 0);
}

/// A workbook of 2007 whose second sheet is hidden, with a header and an object on the first.
fn workbook_of(object: &[u8]) -> Vec<u8> {
    let relation = |id: &str, role: &str, target: &str| {
        format!(
            "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{role}\" Target=\"{target}\"/>"
        )
    };
    let relations = |list: &[String]| format!("<Relationships>{}</Relationships>", list.concat()).into_bytes();
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let book = format!(
        "<workbook {main} xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>\
        <sheet name=\"点检\" sheetId=\"1\" r:id=\"r1\"/><sheet name=\"答案\" sheetId=\"2\" state=\"hidden\" r:id=\"r2\"/></sheets></workbook>"
    );
    let sheet = |cell: &str, rest: &str| {
        format!(
            "<worksheet {main}><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{cell}</t></is></c></row></sheetData>{rest}</worksheet>"
        )
    };
    let header = "<headerFooter><oddHeader>&amp;L&amp;\"宋体,加粗\"&amp;12机电系&amp;R第 &amp;P 页</oddHeader><oddFooter>&amp;C编制：王工</oddFooter></headerFooter>";
    zip_of(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "_rels/.rels",
            &relations(&[relation("a", "officeDocument", "xl/workbook.xml")]),
        ),
        ("xl/workbook.xml", book.as_bytes()),
        (
            "xl/_rels/workbook.xml.rels",
            &relations(&[
                relation("r1", "worksheet", "worksheets/sheet1.xml"),
                relation("r2", "worksheet", "worksheets/sheet2.xml"),
            ]),
        ),
        ("xl/worksheets/sheet1.xml", sheet("冷却液", header).as_bytes()),
        ("xl/worksheets/sheet2.xml", sheet("浓度百分之五", "").as_bytes()),
        (
            "xl/worksheets/_rels/sheet1.xml.rels",
            &relations(&[relation("o", "oleObject", "../embeddings/oleObject1.bin")]),
        ),
        ("xl/embeddings/oleObject1.bin", object),
    ])
}

#[tokio::test]
async fn hidden_sheets_headers_and_objects_of_a_workbook_are_read() {
    let deck = deck_of(&[("液压系统", "")]);
    for (object, words) in [
        (
            compound_of(&[("Package", &zip_of(&[("说明.txt", "换油".as_bytes())]))]),
            "换油",
        ),
        (deck, "液压系统"),
        (
            compound_of(&[("\u{1}Ole10Native", &native("规程.txt", "挂牌上锁".as_bytes()))]),
            "挂牌上锁",
        ),
    ] {
        let read = read_bytes("点检表.xlsx", &workbook_of(&object)).await;

        for words in ["冷却液", "浓度百分之五", "机电系 第 页", "编制:王工", words] {
            assert!(read.text().contains(words), "{words} is not in {}", read.text());
        }
        assert_eq!(read.outcome.report.hidden, ["答案"]);
        assert_eq!((read.outcome.report.unread, read.outcome.report.fault), (0, None));
        // What lies in a sheet is no sheet.
        assert_eq!(read.outcome.report.pages, 2);
    }

    // One that is broken costs itself: the one behind it was lost with it.
    let both = compound_of(&[
        ("\u{1}Ole10Native", b"\x04\0\0\0"),
        ("Package", &zip_of(&[("说明.txt", "换油".as_bytes())])),
    ]);
    let read = read_bytes("点检表.xlsx", &workbook_of(&both)).await;
    assert!(read.text().contains("换油"), "{}", read.text());
    assert_eq!(read.outcome.report.unread, 1);

    // An equation is seen, counted, and costs nothing else.
    let read = read_bytes(
        "点检表.xlsx",
        &workbook_of(&compound_of(&[("Equation Native", b"\x1c\0\0\0")])),
    )
    .await;
    assert_eq!((read.outcome.report.unread, read.outcome.report.fault), (1, None));
    assert!(read.text().contains("冷却液"));
}

/// A file as Windows keeps it that was dragged into a document.
fn native(name: &str, bytes: &[u8]) -> Vec<u8> {
    let name = encoding_rs::GBK.encode(name).0;
    let path = [b"C:\\", &*name, b"\0"].concat();
    let mut body = vec![2, 0];
    body.extend_from_slice(&[&*name, b"\0", &path, &[0, 0, 3, 0]].concat());
    body.extend_from_slice(&u32::try_from(path.len()).unwrap().to_le_bytes());
    body.extend_from_slice(&path);
    body.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
    body.extend_from_slice(bytes);
    [&u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body].concat()
}

/// A record of Excel 97.
fn cell_record(kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), body].concat()
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [&u16::try_from(units.len() / 2).unwrap().to_le_bytes()[..], &[1], &units].concat()
}

#[tokio::test]
async fn a_hidden_sheet_and_a_header_of_an_old_workbook_are_read() {
    let begin = |kind: u16| {
        cell_record(
            0x0809,
            &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat(),
        )
    };
    let end = cell_record(0x000a, &[]);
    let cell = |text: &str| cell_record(0x0204, &[&[0; 6][..], &wide(text)].concat());
    let sheet =
        |header: &str, text: &str| [begin(0x10), cell_record(0x14, &wide(header)), cell(text), end.clone()].concat();
    let (first, second) = (sheet("&L机电系", "冷却液"), sheet("", "浓度百分之五"));
    let name = |at: usize, state: u8, name: &str| {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = u8::try_from(units.len() / 2).unwrap();
        cell_record(
            0x85,
            &[
                &u32::try_from(at).unwrap().to_le_bytes()[..],
                &[state, 0, length, 1],
                &units,
            ]
            .concat(),
        )
    };
    let length = begin(5).len() + 2 * name(0, 0, "点检").len() + end.len();
    let globals = [
        begin(5),
        name(length, 0, "点检"),
        name(length + first.len(), 1, "答案"),
        end.clone(),
    ]
    .concat();
    let book = compound_of(&[("Workbook", &[globals, first, second].concat())]);

    for file in ["点检表.xls", "点检表.et"] {
        let read = read_bytes(file, &book).await;

        for words in ["冷却液", "浓度百分之五", "机电系"] {
            assert!(
                read.text().contains(words),
                "{words} is not in {}: {:?}",
                read.text(),
                read.outcome
            );
        }
        assert_eq!(read.outcome.report.hidden, ["答案"], "{file}");
    }
}

#[tokio::test]
async fn comments_headers_and_hidden_sheets_of_open_documents_are_read() {
    let styles = "<styles><master-page><header><p>机电系</p></header><footer><p>第 <page-number>1</page-number> 页</p></footer></master-page></styles>";
    let open = |kind: &str, content: &str| {
        let mimetype = format!("application/vnd.oasis.opendocument.{kind}");
        zip_of(&[
            ("mimetype", mimetype.as_bytes()),
            ("content.xml", content.as_bytes()),
            ("styles.xml", styles.as_bytes()),
        ])
    };
    let comment = "<annotation><creator>王工</creator><date>2026</date><p>补充图示</p></annotation>";

    let text = open(
        "text",
        &format!("<d><h>拆装</h><p>先断{comment}电</p><p>再挂牌</p></d>"),
    );
    let read = read_bytes("规程.odt", &text).await;
    assert_eq!(read.text(), "拆装\n先断电\n补充图示\n再挂牌\n机电系\n第 页");

    let content = format!(
        "<d><automatic-styles><style name=\"ta1\"><table-properties display=\"true\"/></style>\
        <style name=\"ta2\"><table-properties display=\"false\"/></style></automatic-styles>\
        <table name=\"点检\" style-name=\"ta1\"><table-row><table-cell>{comment}<p>冷却液</p></table-cell></table-row></table>\
        <table name=\"答案\" style-name=\"ta2\"><table-row><table-cell><p>百分之五</p></table-cell></table-row></table></d>"
    );
    let read = read_bytes("点检.ods", &open("spreadsheet", &content)).await;
    for words in ["冷却液\n补充图示", "百分之五", "机电系"] {
        assert!(read.text().contains(words), "{words} is not in {}", read.text());
    }
    assert_eq!(
        (read.outcome.report.hidden.as_slice(), read.outcome.report.pages),
        (["答案".to_owned()].as_slice(), 2)
    );

    let slides = format!(
        "<d><footer-decl>实训中心</footer-decl><page>{comment}<frame><p>液压</p><desc>泵的剖面</desc></frame><notes><p>先演示</p></notes></page></d>"
    );
    let read = read_bytes("课件.odp", &open("presentation", &slides)).await;
    for words in ["液压", "泵的剖面", "先演示", "补充图示", "实训中心"] {
        assert!(read.text().contains(words), "{words} is not in {}", read.text());
    }
}

#[tokio::test]
async fn office_files_are_read_under_all_their_names() {
    let word = zip_of(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "_rels/.rels",
            br#"<R><Relationship Id="a" Type="x/officeDocument" Target="word/document.xml"/></R>"#,
        ),
        (
            "word/document.xml",
            "<document><body><p><t>主轴不转</t></p></body></document>".as_bytes(),
        ),
    ]);
    let slides = zip_of(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "_rels/.rels",
            br#"<R><Relationship Id="a" Type="x/officeDocument" Target="ppt/presentation.xml"/></R>"#,
        ),
        (
            "ppt/presentation.xml",
            br#"<p xmlns:r="r"><sldId id="256" r:id="s"/></p>"#,
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            br#"<R><Relationship Id="s" Type="x/slide" Target="slides/slide1.xml"/></R>"#,
        ),
        ("ppt/slides/slide1.xml", "<sld><p><t>主轴不转</t></p></sld>".as_bytes()),
        (
            "ppt/slides/_rels/slide1.xml.rels",
            br#"<R><Relationship Id="c" Type="x/comments" Target="../comments/c.xml"/></R>"#,
        ),
        (
            "ppt/comments/c.xml",
            "<cmLst><cm><text>补充图示</text></cm></cmLst>".as_bytes(),
        ),
    ]);
    let book = workbook_of(&compound_of(&[("Package", &word)]));
    let names = [
        ("a.docm", &word, "主轴不转"),
        ("a.dotx", &word, "主轴不转"),
        ("a.dotm", &word, "主轴不转"),
        ("a.pptm", &slides, "补充图示"),
        ("a.ppsx", &slides, "补充图示"),
        ("a.potx", &slides, "补充图示"),
        ("a.xlsm", &book, "主轴不转"),
        ("a.xltx", &book, "主轴不转"),
    ];
    for (name, bytes, words) in names {
        let read = read_bytes(name, bytes).await;

        assert!(read.text().contains(words), "{name}: {}", read.text());
        let report = &read.outcome.report;
        assert_eq!((report.contradiction.as_deref(), report.unread), (None, 0), "{name}");
    }
}

#[tokio::test]
async fn programs_of_machines_and_controls_are_text_alone_and_in_archives() {
    let (program, ..) = encoding_rs::GBK.encode("O0001 (精车外圆)\r\nN10 G50 S1500\r\nN20 G00 X52.0 Z2.0\r\nM30\r\n");
    let names = [
        "O1.nc", "O1.mpf", "O1.gcode", "O1.st", "O1.awl", "O1.scl", "O1.c", "O1.py", "O0001", "O1.src",
    ];
    for name in names {
        let read = read_bytes(name, &program).await;
        assert!(read.text().contains("精车外圆"), "{name}: {}", read.text());
        assert!(
            read.sniffed.media_type.starts_with("text/"),
            "{name}: {}",
            read.sniffed.media_type
        );
    }

    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, &*program)).collect();
    let tool: (&str, &[u8]) = ("tool.exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8");
    let read = read_bytes("程序.zip", &zip_of(&[&entries[..], &[tool]].concat())).await;
    assert_eq!(read.passages.len(), names.len(), "{:?}", read.outcome);
    assert_eq!((read.outcome.report.fault, read.outcome.report.unread), (None, 0));
}
