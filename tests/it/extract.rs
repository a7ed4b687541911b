//! Reading documents through the real child process of the real binary.

use std::{
    fs::File,
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use gongxue::{
    domain::{
        file::{ExtractionFault, ExtractionState, Kind},
        passage::{Locator, Passage},
    },
    extract::{ExtractLimits, ExtractOutcome, Extractor, Sniffed, sniff},
};

use crate::recall::score;

/// Ideographs beyond the first plane in a font that is not embedded: every engine but PDFium loses a few.
const RARE_CHARACTERS: (&str, f64) = ("noembed-unigb-utf16-h.pdf", 0.96);
/// What every other text must reach.
const RECALL: f64 = 0.99;

fn extractor() -> Extractor {
    Extractor {
        exe: env!("CARGO_BIN_EXE_gongxue").into(),
        limits: ExtractLimits {
            cpu: Duration::from_secs(2),
            wall: Duration::from_secs(15),
            ..ExtractLimits::default()
        },
    }
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/corpus")
}

/// A file as it was read.
pub(crate) struct Reading {
    pub(crate) sniffed: Sniffed,
    pub(crate) outcome: ExtractOutcome,
    pub(crate) passages: Vec<Passage>,
}

impl Reading {
    pub(crate) fn text(&self) -> String {
        let texts: Vec<&str> = self.passages.iter().map(|passage| passage.text.as_str()).collect();
        texts.join("\n")
    }

    fn locators(&self) -> Vec<Locator> {
        self.passages.iter().map(|passage| passage.locator.clone()).collect()
    }
}

pub(crate) async fn read(name: &str) -> Reading {
    read_file(name, File::open(corpus().join(name)).unwrap()).await
}

pub(crate) async fn read_bytes(name: &str, bytes: &[u8]) -> Reading {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    read_file(name, file).await
}

async fn read_file(name: &str, mut file: File) -> Reading {
    let mut head = Vec::new();
    file.rewind().unwrap();
    (&file).take(64 << 10).read_to_end(&mut head).unwrap();
    let sniffed = sniff(name, &head);
    let mut passages = Vec::new();
    let outcome = extractor()
        .extract(file, sniffed.kind, |passage| passages.push(passage))
        .await;
    Reading {
        sniffed,
        outcome,
        passages,
    }
}

fn names_of(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let names = entries.filter(|entry| entry.path().is_file());
    names.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn every_text_of_the_corpus_is_read() {
    let mut misses = Vec::new();
    for text in names_of(&corpus().join("expected")) {
        let name = text.strip_suffix(".txt").unwrap();
        if ["gbk-names.zip", "utf8-names.zip"].contains(&name) {
            continue;
        }
        let expected = std::fs::read_to_string(corpus().join("expected").join(&text)).unwrap();

        let reading = read(name).await;

        let score = score(&expected, &reading.text());
        let recall = score.recall;
        let needed = if name == RARE_CHARACTERS.0 {
            RARE_CHARACTERS.1
        } else {
            RECALL
        };
        // Notes, file names and sheet names come on top; doubled text would halve it.
        if recall < needed || score.precision < 0.6 || reading.outcome.state != ExtractionState::Ready {
            misses.push(format!("{name}: {recall:.4} {:?}", reading.outcome));
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

#[tokio::test]
async fn every_hostile_file_ends_with_a_reason_or_within_bounds() {
    let mut silent = Vec::new();
    for name in names_of(&corpus()).iter().filter(|name| name.starts_with("hostile-")) {
        let reading = read(name).await;

        let is_harmless = HARMLESS.contains(&name.as_str());
        let report = &reading.outcome.report;
        if !is_harmless && report.fault.is_none() {
            silent.push(format!("{name}: {:?}", reading.outcome));
        }
        assert_ne!(reading.outcome.state, ExtractionState::Queued);
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

/// Made to hurt some reader, but read to their end by ours.
const HARMLESS: [&str; 11] = [
    "hostile-form-self-recursion.pdf",
    "hostile-huge-count.pdf",
    "hostile-huge-mediabox.pdf",
    "hostile-objstm-loop.pdf",
    "hostile-page-tree-loop.pdf",
    "hostile-pattern-bomb.pdf",
    "hostile-type3-recursion.pdf",
    "hostile-xlsx-dimension-lie.xlsx",
    "hostile-xlsx-sparse-corner.xlsx",
    "hostile-zip-slip.zip",
    "hostile-rtf-deep.rtf",
];

#[tokio::test]
async fn a_hit_opens_at_its_page_slide_or_row() {
    let page = |number| Locator::Page { page: number };
    assert_eq!(read("outline.pdf").await.locators(), [page(1), page(2), page(3)]);

    let slides = read("electric-rich.pptx").await;
    assert_eq!(slides.passages[0].locator, Locator::Slide { slide: 1 });
    assert!(slides.passages[0].text.starts_with("电工技术基础与技能"));

    let sheets = read("machining.xlsx").await;
    assert!(matches!(&sheets.passages[0].locator, Locator::Sheet { row: 1, .. }));

    let words = read("machining-rich.docx").await;
    let titles: Vec<_> = words.locators().into_iter().filter_map(title_of).collect();
    assert!(titles.len() > 1, "{titles:?}");
}

fn title_of(locator: Locator) -> Option<String> {
    match locator {
        Locator::Section { title, .. } => title,
        _ => None,
    }
}

#[tokio::test]
async fn subtitles_inside_a_film_open_at_their_second() {
    let film = read("with-movtext-zh.mp4").await;

    let report = &film.outcome.report;
    assert_eq!(film.outcome.state, ExtractionState::Ready);
    assert_eq!(report.pages, 14);
    assert_eq!(report.duration_ms.map(|ms| ms / 1_000), Some(83));
    assert!(
        report.tracks.iter().any(|track| track.starts_with("avc1")),
        "{report:?}"
    );
    assert!(matches!(film.passages[0].locator, Locator::Time { start_ms: 0, end_ms } if end_ms <= 30_000));
    assert!(film.passages[0].text.contains("数控车床"));
}

#[tokio::test]
async fn sound_and_film_tell_their_length() {
    for (name, kind) in [("audio-only.m4a", Kind::Audio), ("vp9.webm", Kind::Video)] {
        let reading = read(name).await;

        assert_eq!(reading.sniffed.kind, kind, "{name}");
        assert_eq!(reading.outcome.state, ExtractionState::NoText, "{name}");
        let seconds = reading.outcome.report.duration_ms.map(|ms| (ms + 500) / 1_000);
        assert_eq!(seconds, Some(6), "{name}");
    }
}

#[tokio::test]
async fn a_word_file_called_mp4_is_read_and_the_lie_is_told() {
    let reading = read("docx-renamed.mp4").await;

    assert_eq!(reading.sniffed.kind, Kind::Docx);
    assert_eq!(reading.sniffed.contradiction.as_deref(), Some("docx"));
    assert_eq!(reading.outcome.state, ExtractionState::Ready);
}

#[tokio::test]
async fn the_child_settles_what_a_head_cannot_tell() {
    let bytes = std::fs::read(corpus().join("auto.docx")).unwrap();
    let mut passages = Vec::new();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();

    let outcome = extractor()
        .extract(file, Kind::Pptx, |passage| passages.push(passage))
        .await;

    assert_eq!(outcome.report.contradiction.as_deref(), Some("docx"));
    assert_eq!(outcome.state, ExtractionState::Ready);
    assert!(!passages.is_empty());
}

#[tokio::test]
async fn unreadable_files_say_why() {
    let fault = |reading: Reading| (reading.outcome.state, reading.outcome.report.fault);

    assert_eq!(
        fault(read("enc-user-aes256.pdf").await),
        (ExtractionState::Failed, Some(ExtractionFault::Encrypted))
    );
    assert_eq!(
        fault(read("dmg-truncated-80.pdf").await),
        (ExtractionState::Failed, Some(ExtractionFault::Damaged))
    );
    assert_eq!(
        fault(read("dmg-empty.pdf").await),
        (ExtractionState::Failed, Some(ExtractionFault::Damaged))
    );
    assert_eq!(
        fault(read("truncated-moov-end.mp4").await),
        (ExtractionState::Failed, Some(ExtractionFault::Damaged))
    );
    assert_eq!(
        fault(read("hostile-docx-entity-bomb.docx").await),
        (ExtractionState::Failed, Some(ExtractionFault::Bomb))
    );
    let bomb = read("hostile-flate-bomb-nested.pdf").await;
    assert!(matches!(
        fault(bomb),
        (
            ExtractionState::Failed,
            Some(ExtractionFault::MemoryLimit | ExtractionFault::TimeLimit)
        )
    ));
}

#[tokio::test]
async fn letters_without_meaning_ask_for_recognition() {
    for name in ["tounicode-lies.pdf", "embed-no-tounicode.pdf"] {
        let read = read(name).await;
        let report = &read.outcome.report;
        assert!(report.needs_ocr, "{name}: {report:?}");
        assert_eq!(read.text(), "", "{name}");
    }
    let report = read("noembed-identity-gb1.pdf").await.outcome.report;
    assert!(!report.needs_ocr, "{report:?}");
}

#[tokio::test]
async fn an_archive_is_listed_and_its_documents_are_found_by_path() {
    let archive = read("gbk-names.zip").await;

    let expected = std::fs::read_to_string(corpus().join("expected/gbk-names.zip.txt")).unwrap();
    let listed: Vec<&str> = archive
        .outcome
        .report
        .members
        .iter()
        .map(|member| member.path.as_str())
        .collect();
    assert!(expected.lines().all(|name| listed.contains(&name)), "{listed:?}");
    let titles: Vec<_> = archive.locators().into_iter().filter_map(title_of).collect();
    assert!(titles.iter().any(|title| title == "第一章/课件说明.docx"), "{titles:?}");
}

#[tokio::test]
async fn a_file_that_is_no_document_is_not_called_broken() {
    let program = read_bytes("工具.exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8").await;
    assert_eq!(
        (program.sniffed.kind, program.outcome.state),
        (Kind::Other, ExtractionState::NoText)
    );
    assert_eq!(program.outcome.report.fault, None);

    let packed = read_bytes("课件.tar.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0").await;
    let detail = packed.outcome.report.detail.unwrap_or_default();
    assert!(detail.starts_with("kept, not read"), "said to be read: {detail}");

    let empty = read_bytes("空.txt", b"").await;
    assert_eq!(
        (empty.outcome.state, empty.outcome.report.fault),
        (ExtractionState::NoText, None)
    );
}

/// A ZIP container of these entries.
pub(crate) fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn of_two_members_with_one_name_it_is_said_that_one_is_not_read() {
    let apart = zip_of(&[("1.txt", "对刀的步骤".as_bytes()), ("2.txt", "换刀的步骤".as_bytes())]);
    let mut bytes = apart.clone();
    for at in 0..bytes.len() {
        if bytes[at..].starts_with(b"2.txt") {
            bytes[at] = b'1';
        }
    }

    let (whole, doubled) = (
        read_bytes("课件.zip", &apart).await,
        read_bytes("课件.zip", &bytes).await,
    );

    assert_eq!(
        (whole.outcome.report.members.len(), whole.outcome.report.unread),
        (2, 0)
    );
    assert_eq!(
        (doubled.outcome.report.members.len(), doubled.outcome.report.unread),
        (1, 1)
    );
}

/// The part that leads to a Word document's text.
const WORD_RELATIONS: &[u8] = br#"<R><Relationship Id="a" Type="x/officeDocument" Target="word/document.xml"/></R>"#;

#[tokio::test]
async fn endless_xml_is_stopped_by_its_packing() {
    let document = "<p><t>断电</t></p>".repeat(1_500_000);
    let bomb = zip_of(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", WORD_RELATIONS),
        ("word/document.xml", document.as_bytes()),
    ]);

    let reading = read_bytes("炸弹.docx", &bomb).await;

    assert_eq!(
        reading.outcome.report.fault,
        Some(ExtractionFault::Bomb),
        "{:?}",
        reading.outcome
    );
}

#[tokio::test]
async fn slides_of_libreoffice_are_read_with_their_notes() {
    let content = "<d><page><frame><p>低压配电<s c='2'/>接线</p></frame><notes><p>先演示</p></notes></page>\
                   <page><table><table-row><table-cell><p>量具</p></table-cell><table-cell><p>卡尺</p></table-cell>\
                   </table-row></table></page></d>";
    let slides = zip_of(&[
        ("mimetype", b"application/vnd.oasis.opendocument.presentation"),
        ("content.xml", content.as_bytes()),
    ]);

    let reading = read_bytes("课件.odp", &slides).await;

    let slide = |number| Locator::Slide { slide: number };
    assert_eq!(reading.locators(), [slide(1), slide(2)]);
    assert_eq!(reading.passages[0].text, "低压配电 接线\n先演示");
    assert_eq!(reading.passages[1].text, "量具\t卡尺");
}

#[tokio::test]
async fn one_broken_document_does_not_hide_the_others_of_its_archive() {
    let inner = zip_of(&[("深处/答案.txt", "选用合适的量具".as_bytes())]);
    let archive = zip_of(&[
        ("坏.pdf", b"%PDF-1.7 broken"),
        ("../../逃.txt", "装夹工件".as_bytes()),
        ("内.zip", &inner),
    ]);

    let reading = read_bytes("资料包.zip", &archive).await;

    let titles: Vec<_> = reading.locators().into_iter().filter_map(title_of).collect();
    assert_eq!(titles, ["逃.txt", "内.zip/深处/答案.txt"]);
    assert_eq!(reading.outcome.state, ExtractionState::Ready);
    assert_eq!(reading.outcome.report.fault, Some(ExtractionFault::Damaged));
    assert!(reading.outcome.report.detail.unwrap().starts_with("坏.pdf"));
}

#[tokio::test]
async fn markup_without_end_is_read_in_one_pass() {
    let page = "<div>".repeat(300_000);
    let cue = format!("1\n00:00:01,000 --> 00:00:02,000\n{}断电", "<".repeat(1_000_000));

    let (page, cue) = tokio::join!(
        read_bytes("深.html", page.as_bytes()),
        read_bytes("长.srt", cue.as_bytes())
    );

    assert_eq!(
        (page.outcome.state, page.outcome.report.fault),
        (ExtractionState::NoText, None)
    );
    assert_eq!(
        (cue.outcome.state, cue.outcome.report.fault),
        (ExtractionState::Ready, None)
    );
}

#[tokio::test]
async fn pages_already_read_survive_the_limit_on_output() {
    let mut extractor = extractor();
    extractor.limits.passages = 2;
    let file = File::open(corpus().join("outline.pdf")).unwrap();

    // Spawned, as a worker does it: the future may move between threads.
    let reading = tokio::spawn(async move {
        let mut passages = Vec::new();
        let outcome = extractor
            .extract(file, Kind::Pdf, |passage| passages.push(passage))
            .await;
        (passages, outcome)
    });

    let (passages, outcome) = reading.await.unwrap();
    assert_eq!(passages.len(), 2);
    assert!(outcome.report.truncated);
    assert_eq!((outcome.state, outcome.report.fault), (ExtractionState::Ready, None));
}

#[tokio::test]
async fn a_missing_reader_is_a_failed_reading() {
    let extractor = Extractor {
        exe: "/nonexistent/gongxue".into(),
        limits: ExtractLimits::default(),
    };

    let outcome = extractor
        .extract(File::open(corpus().join("outline.pdf")).unwrap(), Kind::Pdf, |_| {})
        .await;

    assert_eq!(
        (outcome.state, outcome.report.fault),
        (ExtractionState::Failed, Some(ExtractionFault::ReaderCrashed))
    );
}

#[tokio::test]
async fn a_page_is_painted_or_says_why_not() {
    let open = |name: &str| File::open(corpus().join(name)).unwrap();
    let extractor = extractor();

    let jpeg = extractor.render_page(open("outline.pdf"), 2, 320).await.unwrap();
    let picture = image::load_from_memory(&jpeg).unwrap();
    assert_eq!(picture.width(), 320);

    assert_eq!(
        extractor.render_page(open("outline.pdf"), 99, 320).await,
        Err(ExtractionFault::Damaged)
    );
    assert_eq!(
        extractor.render_page(open("enc-user-aes256.pdf"), 1, 320).await,
        Err(ExtractionFault::Encrypted)
    );
    let huge = extractor.render_page(open("hostile-huge-mediabox.pdf"), 1, 320).await;
    assert!(huge.is_err() || huge.is_ok_and(|jpeg| jpeg.len() < 1 << 20));
}
