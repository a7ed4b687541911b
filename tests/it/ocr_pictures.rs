//! Pictures inside other files, and pictures that are made to cost much.

use std::fs;
use std::path::{Path, PathBuf};

use gongxue::domain::file::{ExtractionFault, Kind};
use gongxue::extract::{ExtractLimits, Extractor, OcrReader};

use crate::app::TestApp;
use crate::client::text;
use crate::extract::{read_bytes, zip_of};

/// Boxes in a row, and rows, of the picture that is all boxes.
const BOXES: usize = 100;
/// Pixels from one box to the next.
const APART: usize = 20;
/// Lines that are read of a page at most.
const MOST_LINES: usize = 1_500;

/// A presentation whose only slide is a picture.
fn presentation(picture: &[u8]) -> Vec<u8> {
    zip_of(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "_rels/.rels",
            br#"<R><Relationship Id="a" Type="x/officeDocument" Target="ppt/presentation.xml"/></R>"#,
        ),
        (
            "ppt/presentation.xml",
            br#"<p xmlns:r="r"><sldId id="256" r:id="s"/><sldSz cx="9144000" cy="6858000"/></p>"#,
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            br#"<R><Relationship Id="s" Type="x/slide" Target="slides/slide1.xml"/></R>"#,
        ),
        (
            "ppt/slides/slide1.xml",
            br#"<sld xmlns:r="r"><pic><blipFill><blip r:embed="p"/></blipFill><spPr><xfrm><ext cx="9144000" cy="5000000"/></xfrm></spPr></pic></sld>"#,
        ),
        (
            "ppt/slides/_rels/slide1.xml.rels",
            br#"<R><Relationship Id="p" Type="x/image" Target="../media/image1.jpg"/></R>"#,
        ),
        ("ppt/media/image1.jpg", picture),
    ])
}

#[tokio::test]
async fn a_photograph_that_fills_a_slide_is_found_at_its_slide() {
    let app = TestApp::with(|config| config.ocr.enabled = true).await;
    let teacher = app.teacher("S1").await;
    let photograph = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ocr/section.jpg")).unwrap();

    let shared = teacher
        .share("课件", &[("课件.pptx", &presentation(&photograph))])
        .await;
    app.settled().await;

    let found = teacher.search("快速定位指令").await;
    let hit = &found["hits"][0];
    assert_eq!(hit["resource"]["id"], shared["id"], "{found}");
    assert_eq!(hit["passages"][0]["locator"]["slide"], 1, "{found}");
    assert!(hit["passages"][0]["machine"].as_u64() >= Some(90), "{found}");
    assert_eq!(teacher.finds("快速定位指令").await, [text(&shared["id"])]);
    app.finish().await;
}

#[tokio::test]
async fn slides_of_libreoffice_that_are_pictures_are_named_by_number() {
    let content = r#"<d xmlns:x="x"><presentation><page><frame><text-box><p>封面</p></text-box></frame></page>
        <page><frame x:width="28cm" x:height="15.75cm"><image x:href="Pictures/1.jpg"/></frame></page></presentation></d>"#;
    let slides = zip_of(&[
        ("mimetype", b"application/vnd.oasis.opendocument.presentation"),
        ("content.xml", content.as_bytes()),
        ("Pictures/1.jpg", b"\xff\xd8\xff"),
    ]);

    let read = read_bytes("课件.odp", &slides).await;

    assert_eq!(read.outcome.pictures, [2], "{:?}", read.outcome);
}

#[tokio::test]
async fn a_scan_that_fills_a_page_of_word_is_found_behind_its_text() {
    let app = TestApp::with(|config| config.ocr.enabled = true).await;
    let teacher = app.teacher("S1").await;
    let scan = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ocr/section.jpg")).unwrap();
    let document = zip_of(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "word/document.xml",
            r#"<d xmlns:r="r"><body><p><r><t>教材扫描件</t></r></p><p><r><drawing><inline><extent cx="7000000" cy="9000000"/><blip r:embed="p"/></inline></drawing></r></p></body></d>"#.as_bytes(),
        ),
        (
            "word/_rels/document.xml.rels",
            br#"<R><Relationship Id="p" Type="x/image" Target="media/image1.jpg"/></R>"#,
        ),
        ("word/media/image1.jpg", &scan),
    ]);

    let shared = teacher.share("教材", &[("教材.docx", &document)]).await;
    app.settled().await;

    let found = teacher.search("快速定位指令").await;
    let hit = &found["hits"][0];
    assert_eq!(hit["resource"]["id"], shared["id"], "{found}");
    assert!(hit["passages"][0]["machine"].as_u64() >= Some(90), "{found}");
    app.finish().await;
}

#[tokio::test]
async fn a_picture_in_an_archive_is_found_under_its_path() {
    let app = TestApp::with(|config| config.ocr.enabled = true).await;
    let teacher = app.teacher("S1").await;
    let photograph = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ocr/section.jpg")).unwrap();
    let archive = zip_of(&[
        ("说明.txt", "对刀的步骤".as_bytes()),
        ("图标.png", b"\x89PNG"),
        ("板书/第一课.jpg", &photograph),
    ]);

    let shared = teacher.share("课堂资料", &[("资料.zip", &archive)]).await;
    app.settled().await;

    let found = teacher.search("快速定位指令").await;
    let hit = &found["hits"][0];
    assert_eq!(hit["resource"]["id"], shared["id"], "{found}");
    let place = &hit["passages"][0]["locator"];
    assert_eq!(
        (&place["section"], &place["title"]),
        (&2.into(), &"板书/第一课.jpg".into()),
        "{found}"
    );
    app.finish().await;
}

/// A grey picture of ten thousand small boxes, each of which could be a character, as a BMP.
fn boxes() -> Vec<u8> {
    let side = BOXES * APART;
    let mut pixels = vec![0xff_u8; side * side];
    for (at, pixel) in pixels.iter_mut().enumerate() {
        let (x, y) = (at % side % APART, at / side % APART);
        let is_inside = (3..15).contains(&x) && (3..15).contains(&y);
        let is_edge = [3, 4, 13, 14].contains(&x) || [3, 4, 13, 14].contains(&y);
        if is_inside && is_edge {
            *pixel = 0;
        }
    }
    let begins = 14 + 40 + 256 * 4;
    let mut bmp = b"BM".to_vec();
    let mut put = |numbers: &[usize]| {
        for number in numbers {
            bmp.extend_from_slice(&u32::try_from(*number).unwrap().to_le_bytes());
        }
    };
    // The file: its size, nothing, where its pixels begin. The picture: 40 bytes of head, its sides, one plane of 8 bits.
    put(&[
        begins + pixels.len(),
        0,
        begins,
        40,
        side,
        side,
        1 | 8 << 16,
        0,
        pixels.len(),
        0,
        0,
        256,
        0,
    ]);
    let greys: Vec<usize> = (0..256).map(|grey| grey * 0x01_01_01).collect();
    put(&greys);
    bmp.extend_from_slice(&pixels);
    bmp
}

#[tokio::test]
async fn ten_thousand_small_boxes_cost_no_more_than_a_page() {
    let extractor = Extractor {
        exe: env!("CARGO_BIN_EXE_gongxue").into(),
        limits: ExtractLimits::default(),
    };
    let reader = OcrReader::new(&extractor, &PathBuf::new()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("boxes.bmp");
    fs::write(&path, boxes()).unwrap();

    let read = reader.read(fs::File::open(path).unwrap(), Kind::Image, 1).await;

    match read {
        Ok(page) => assert!(page.lines.len() <= MOST_LINES, "{} lines", page.lines.len()),
        Err(fault) => assert_eq!(fault, ExtractionFault::TimeLimit),
    }
}
