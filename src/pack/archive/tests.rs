use std::collections::{BTreeSet, HashMap};
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::{fs, io};

use calamine::{Reader as _, Xlsx};
use uuid::Uuid;
use zip::ZipArchive;

use super::index::xlsx;
use super::{ArchiveFormat, ArchiveLayout, ArchivePiece};
use crate::domain::file::Kind;
use crate::domain::id::{FileId, PackId, ResourceId};
use crate::domain::rights::AiUse;
use crate::domain::role::Scope;
use crate::domain::time::Timestamp;
use crate::pack::canonical::{sha256, to_vec};
use crate::pack::manifest::{Card, Crc32, Hashes, Manifest, NamedCode, PackInfo, Stub, StubReason, Target, TargetInfo};

/// 2026-11-24 15:40:58 in China.
const PUBLISHED: Timestamp = Timestamp(1_795_506_058_000);
const ID: Uuid = Uuid::from_u128(0x0193_5b1c_0000_7000_8000_0000_0000_0001);
const GIB: u64 = 1 << 30;

/// Names that programs stumble over, in the order of a manifest.
const NASTY: [(&str, &[u8]); 8] = [
    ("01 数控加工-附录/说明.txt", "说明".as_bytes()),
    ("01 数控加工/01 编程/台阶轴 工作页/100%.txt", b"percent"),
    (
        "01 数控加工/01 编程/台阶轴 工作页/A&B #1 (稿).md",
        "# 台阶轴".as_bytes(),
    ),
    ("01 数控加工/01 编程/台阶轴 工作页/empty.bin", b""),
    ("01 数控加工/01 编程/台阶轴 工作页/图%20纸;=@[1].txt", b"%20"),
    ("01 数控加工/01 编程/台阶轴 工作页/😀 it's+fine.html", b"<p>&</p>"),
    ("imsmanifest.xml", b"<no/>"),
    ("目录.xlsx/里面.txt", b"inside"),
];

fn empty_pack() -> Manifest {
    let head = PackInfo {
        id: PackId(ID),
        title: "数控车工 <一年级> & 更多".to_owned(),
        description: "按任务编排的全部资料。\n第二行。".to_owned(),
        audience: Scope::City,
        school: Some(coded("天津市第一技工学校")),
        hub: None,
        published_at: PUBLISHED,
        note: String::new(),
    };
    Manifest::new(3, PUBLISHED, head)
}

fn coded(name: &str) -> NamedCode {
    NamedCode {
        code: None,
        name: name.to_owned(),
    }
}

fn target(length: u64, content: &[u8]) -> Target {
    Target {
        length,
        hashes: Hashes {
            sha256: sha256(content),
        },
        custom: TargetInfo {
            crc32: Crc32(crc32fast::hash(content)),
            media_type: "text/plain".to_owned(),
            kind: Kind::Text,
            resource: ResourceId(ID),
            file: FileId(ID),
            name: String::new(),
            text: None,
        },
    }
}

fn card() -> Card {
    let card = serde_json::json!({
        "title": "台阶轴 <工作页>", "type": "worksheet", "version": 2, "folder": "01 数控加工/01 编程/台阶轴 工作页",
        "major": {"code": "0106", "name": "数控加工"}, "course": "编程", "task": "台阶轴",
        "authors": ["王老师", "李老师"], "licence": "cc-by-4.0", "scope": "city", "note": "先看视频，再做工作页。"
    });
    serde_json::from_value(card).unwrap()
}

fn stub() -> Stub {
    Stub {
        kind: "video".to_owned(),
        reason: StubReason::Scope,
        withheld: None,
        contact: Some(coded("天津市第二技工学校")),
    }
}

/// A small pack with one card, one stub, and names that programs stumble over.
fn nasty_pack() -> Manifest {
    let mut manifest = empty_pack();
    let targets = NASTY.map(|(path, content)| (path.to_owned(), target(content.len() as u64, content)));
    manifest.targets = targets.into();
    manifest.resources = [(ResourceId(ID), card())].into();
    manifest.stubs = [("01 数控加工/01 编程/台阶轴 视频".to_owned(), stub())].into();
    manifest
}

fn layout(manifest: &Manifest, format: ArchiveFormat) -> Arc<ArchiveLayout> {
    Arc::new(ArchiveLayout::new(manifest, to_vec(manifest).into(), format))
}

/// The bytes of a range, with those of files from `NASTY`, whose manifest it is.
fn bytes(layout: &Arc<ArchiveLayout>, range: std::ops::Range<u64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in Arc::clone(layout).pieces(range) {
        assert_ne!(piece.length(), 0);
        match piece {
            ArchivePiece::Literal(literal) => bytes.extend(literal),
            ArchivePiece::List(range) => {
                // Of another pack only the length counts.
                let mut list = to_vec(&nasty_pack());
                list.resize(list.len().max(to_usize(range.end)), 0);
                bytes.extend(&list[to_usize(range.start)..to_usize(range.end)]);
            }
            ArchivePiece::Content { number, range } => {
                bytes.extend(&NASTY[number].1[to_usize(range.start)..to_usize(range.end)]);
            }
        }
    }
    bytes
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

fn whole(layout: &Arc<ArchiveLayout>) -> Vec<u8> {
    bytes(layout, 0..layout.length())
}

/// Everything in an archive by its name.
fn unpacked(archive: Vec<u8>) -> HashMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut members = HashMap::new();
    for number in 0..archive.len() {
        let mut member = archive.by_index(number).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        let name = member.name().unwrap().into_owned();
        assert!(members.insert(name, bytes).is_none());
    }
    members
}

#[test]
fn an_ending_names_its_format() {
    for format in ArchiveFormat::ALL {
        assert_eq!(ArchiveFormat::of_ending(format.ending()), Some(format));
    }
    assert_eq!(ArchiveFormat::of_ending("rar"), None);
}

#[test]
fn the_digest_differs_by_manifest_and_format_and_is_otherwise_the_same() {
    let digests: BTreeSet<_> = [b"a", b"b"]
        .into_iter()
        .flat_map(|manifest| ArchiveFormat::ALL.map(|format| format.digest(&sha256(manifest))))
        .collect();

    assert_eq!(digests.len(), 8);
    assert!(digests.contains(&ArchiveFormat::Zip.digest(&sha256(b"a"))));
}

#[test]
fn a_zip_holds_all_files_under_one_folder_with_their_chinese_names() {
    let members = unpacked(whole(&layout(&nasty_pack(), ArchiveFormat::Zip)));

    let top = "数控车工 ＜一年级＞ & 更多";
    for (path, content) in NASTY {
        assert_eq!(members[&format!("{top}/{path}")], content, "{path}");
    }
    assert_eq!(members[&format!("{top}/manifest.json")], to_vec(&nasty_pack()));
    let note = &members[&format!("{top}/01 数控加工/01 编程/台阶轴 视频（未共享）.txt")];
    assert!(String::from_utf8_lossy(note).contains("天津市第二技工学校"));
    assert!(
        members.contains_key(&format!("{top}/_目录.xlsx")),
        "a folder of the pack has that name"
    );
    assert_eq!(members.len(), NASTY.len() + 3);
}

#[test]
fn a_member_carries_the_moment_of_publishing_as_clocks_in_china_showed_it() {
    let mut archive = ZipArchive::new(Cursor::new(whole(&layout(&nasty_pack(), ArchiveFormat::Zip)))).unwrap();

    let member = archive.by_index(0).unwrap();

    assert_eq!(member.last_modified().unwrap().to_string(), "2026-11-24 15:40:58");
    assert_eq!(member.unix_mode(), Some(0o100_644));
}

#[test]
fn every_range_is_the_slice_of_the_whole() {
    for format in ArchiveFormat::ALL {
        let layout = layout(&nasty_pack(), format);
        let whole = whole(&layout);
        assert_eq!(whole.len() as u64, layout.length());
        for (start, end) in boundaries(&layout).into_iter().chain(drawn(layout.length())) {
            let range = start..end.max(start);
            let expected = &whole[to_usize(start)..to_usize(range.end.min(layout.length()))];
            assert_eq!(bytes(&layout, range), expected, "{format:?} {start}–{end}");
        }
        assert!(bytes(&layout, layout.length()..u64::MAX).is_empty());
    }
}

/// Ranges that begin and end just before, at, and just after every place where something else begins.
fn boundaries(layout: &Arc<ArchiveLayout>) -> Vec<(u64, u64)> {
    let mut places = vec![0];
    for piece in Arc::clone(layout).pieces(0..layout.length()) {
        places.push(places[places.len() - 1] + piece.length());
    }
    places.extend(layout.members.iter().map(|member| member.central_header_at));
    let near = |place: &u64| place.saturating_sub(1)..(place + 2).min(layout.length());
    let near: BTreeSet<u64> = places.iter().flat_map(near).collect();
    let near: Vec<u64> = near.into_iter().collect();
    let pairs = near.iter().flat_map(|start| near.iter().map(move |end| (*start, *end)));
    pairs
        .filter(|(start, end)| start <= end && end - start < 20_000)
        .collect()
}

/// Ranges drawn by a generator that always draws the same (Knuth's MMIX).
fn drawn(length: u64) -> impl Iterator<Item = (u64, u64)> {
    let mut state = 7_u64;
    let mut draw = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 16) % below
    };
    (0..300).map(move |_| {
        let start = draw(length);
        (start, start + draw(length + 10))
    })
}

#[test]
fn the_same_manifest_gives_the_same_bytes() {
    for format in ArchiveFormat::ALL {
        let [first, second] = [(), ()].map(|()| whole(&layout(&nasty_pack(), format)));
        assert!(first == second, "{format:?}");
    }
}

#[test]
fn a_bag_lists_every_byte_of_its_payload() {
    let members = unpacked(whole(&layout(&nasty_pack(), ArchiveFormat::Bagit)));
    let tag = |name: &str| String::from_utf8(members[&format!("数控车工 ＜一年级＞ & 更多/{name}")].clone()).unwrap();

    let payload: HashMap<&str, &[u8]> = members
        .iter()
        .filter_map(|(name, bytes)| Some((name.split_once('/')?.1, bytes.as_slice())))
        .filter(|(name, _)| name.starts_with("data/"))
        .collect();
    let listed = tag("manifest-sha256.txt");
    let octets: usize = payload.values().map(|bytes| bytes.len()).sum();

    assert!(tag("bag-info.txt").contains(&format!("Payload-Oxum: {octets}.{}\n", payload.len())));
    assert_eq!(listed.lines().count(), payload.len());
    for line in listed.lines() {
        let (digest, path) = line.split_once("  ").unwrap();
        assert_eq!(sha256(payload[path.replace("%25", "%").as_str()]).hex(), digest);
    }
    for line in tag("tagmanifest-sha256.txt").lines() {
        let (digest, name) = line.split_once("  ").unwrap();
        assert_eq!(sha256(tag(name).as_bytes()).hex(), digest);
    }
}

#[test]
fn learning_platforms_find_their_manifest_at_the_root_and_every_file_it_names() {
    for format in [ArchiveFormat::Imscc, ArchiveFormat::Scorm] {
        let members = unpacked(whole(&layout(&nasty_pack(), format)));
        let text = std::str::from_utf8(&members["imsmanifest.xml"]).unwrap();

        let named: BTreeSet<String> = hrefs(text);
        let held: BTreeSet<String> = members
            .keys()
            .filter(|name| *name != "imsmanifest.xml")
            .cloned()
            .collect();

        assert_eq!(named, held, "{format:?}");
    }
}

/// Moodle copies what stands under the address as it is written, and says nothing of what does not: with blanks encoded
/// it took 2 files of 325.
#[test]
fn names_in_cartridges_need_no_encoding_and_titles_say_what_they_are_called() {
    let is_plain = |name: &str| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
    };
    for (format, titles) in [
        (ArchiveFormat::Imscc, "imsmanifest.xml"),
        (ArchiveFormat::Scorm, "index.html"),
    ] {
        let layout = layout(&nasty_pack(), format);
        let members = unpacked(whole(&layout));

        assert!(members.keys().all(|name| is_plain(name)), "{:?}", members.keys());
        let titles = String::from_utf8(members[titles].clone()).unwrap();
        for (path, content) in NASTY {
            let name = path.rsplit('/').next().unwrap().replace('&', "&amp;");
            assert!(titles.contains(&format!(">{name}<")), "{format:?} {path}");
            assert!(members.values().any(|bytes| bytes == content), "{format:?} {path}");
        }
        assert_eq!(
            members.len(),
            NASTY.len() + if format == ArchiveFormat::Imscc { 4 } else { 5 }
        );
        // The index leads to the files under the names that they have here.
        let index = members
            .iter()
            .find(|(name, bytes)| name.contains(".xlsx") && bytes.starts_with(b"PK"));
        let sheet = unpacked(index.unwrap().1.clone());
        let links = String::from_utf8(sheet["xl/worksheets/_rels/sheet1.xml.rels"].clone()).unwrap();
        assert!(links.contains("01/01.txt") && !links.contains('%'), "{links}");
    }
}

/// Of what was not laid out anew, whoever has half goes on with the other half.
#[test]
fn the_digests_of_plain_archives_are_what_they_were() {
    let before = |format: ArchiveFormat| sha256(format!("{} {} 1", sha256(b"a"), format.ending()).as_bytes());

    for format in ArchiveFormat::ALL {
        let is_as_before = format.digest(&sha256(b"a")) == before(format);
        assert_eq!(is_as_before, format == ArchiveFormat::Zip, "{format:?}");
    }
}

/// A case that a company gave reached other platforms without its name: only the index said it.
#[test]
fn every_format_with_metadata_names_the_companies_and_what_ai_made() {
    let mut manifest = nasty_pack();
    let text = |manifest: &Manifest, format, name: &str| {
        let mut archive = ZipArchive::new(Cursor::new(whole(&layout(manifest, format)))).unwrap();
        let mut text = String::new();
        for number in 0..archive.len() {
            let mut member = archive.by_index(number).unwrap();
            if member.name().unwrap().ends_with(name) {
                member.read_to_string(&mut text).unwrap();
            }
        }
        text
    };
    assert!(!text(&manifest, ArchiveFormat::Imscc, "imsmanifest.xml").contains("lom:lifeCycle"));

    for card in manifest.resources.values_mut() {
        card.company = Some("津门数控; <天津>".to_owned());
        card.metadata.rights.ai_use = Some(AiUse::Generated);
    }

    let cartridge = text(&manifest, ArchiveFormat::Imscc, "imsmanifest.xml");
    let provider = "<lom:value>content provider</lom:value>\n</lom:role>\n<lom:entity>BEGIN:VCARD\nVERSION:3.0\nN:;;;;\n\
        FN:津门数控\\; &lt;天津&gt;\nORG:津门数控\\; &lt;天津&gt;\nEND:VCARD</lom:entity>";
    assert!(cartridge.contains(provider), "{cartridge}");
    let page = text(&manifest, ArchiveFormat::Scorm, "index.html");
    let said = "津门数控; &lt;天津&gt;提供：台阶轴 &lt;工作页&gt;";
    for text in [&cartridge, &page] {
        assert!(text.contains(said) && text.contains("人工智能标识："), "{text}");
    }
    let info = text(&manifest, ArchiveFormat::Bagit, "bag-info.txt");
    assert!(
        info.contains("\nContributed-By: 津门数控; <天津>提供：台阶轴 <工作页>\n"),
        "{info}"
    );
    assert!(info.contains("\nAI-Declaration: 人工智能标识："), "{info}");
}

/// What a document names by `href`, as it is written.
fn hrefs(text: &str) -> BTreeSet<String> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut hrefs = BTreeSet::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => return hrefs,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                let Some(href) = tag.try_get_attribute("href").unwrap() else {
                    continue;
                };
                hrefs.insert(href.value.into_owned());
            }
            _ => {}
        }
    }
}

#[test]
fn the_index_has_a_row_for_every_file() {
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(xlsx(&nasty_pack()))).unwrap();

    let sheet = workbook.worksheet_range("目录").unwrap();
    let rows: Vec<Vec<String>> = sheet
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect();

    assert_eq!(rows.len(), 1 + NASTY.len());
    let known = [
        "台阶轴 <工作页>",
        "工作页",
        "数控加工",
        "编程",
        "台阶轴",
        "",
        "王老师、李老师",
        "CC BY 4.0",
    ];
    assert_eq!(rows[2][..2], ["2", NASTY[1].0]);
    assert_eq!(rows[2][2..10], known);
    assert_eq!(rows[2][10..], ["7".to_owned(), sha256(b"percent").hex()]);
}

#[test]
fn the_index_names_the_company_that_gave_something_and_has_no_such_column_otherwise() {
    let mut manifest = nasty_pack();
    let sheet = |manifest: &Manifest| {
        let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(xlsx(manifest))).unwrap();
        workbook.worksheet_range("目录").unwrap()
    };
    assert_eq!(sheet(&manifest).width(), 12);

    for card in manifest.resources.values_mut() {
        card.company = Some("津门数控".to_owned());
    }

    let named = sheet(&manifest);
    let cell = |row| named.get((row, 12)).map(ToString::to_string);
    assert_eq!(
        (cell(0), cell(1)),
        (Some("提供企业".to_owned()), Some("津门数控".to_owned()))
    );
}

#[test]
fn seventy_thousand_files_and_five_gibibytes_are_found_by_a_reader_of_zip64() {
    let mut manifest = empty_pack();
    let mut lengths: Vec<u64> = vec![3 * GIB, 5 * GIB, u64::from(u32::MAX), 7];
    lengths.extend((0..70_000).map(|number| number % 5));
    let name = |number: usize| format!("第{}组/{number:05}.txt", number / 1000);
    manifest.targets = lengths
        .iter()
        .enumerate()
        .map(|(number, length)| (name(number), target(*length, b"")))
        .collect();

    let layout = layout(&manifest, ArchiveFormat::Zip);
    let numbers: HashMap<&String, usize> = manifest.targets.keys().zip(0..).collect();
    let mut archive = ZipArchive::new(Hollow {
        layout: Arc::clone(&layout),
        at: 0,
    })
    .unwrap();

    assert_eq!(archive.len(), lengths.len() + 2);
    for number in (0..10).chain((0..lengths.len()).step_by(997)) {
        let path = name(number);
        let member = archive
            .by_name(&format!("{}/{path}", "数控车工 ＜一年级＞ & 更多"))
            .unwrap();
        assert_eq!(member.size(), lengths[number]);
        if member.size() > 0 {
            let start = member.data_start().unwrap();
            let first = Arc::clone(&layout).pieces(start..start + 1).next();
            let expected = ArchivePiece::Content {
                number: numbers[&path],
                range: 0..1,
            };
            assert_eq!(first, Some(expected));
        }
    }
}

/// An archive whose files are all zeros, read as one goes.
struct Hollow {
    layout: Arc<ArchiveLayout>,
    at: u64,
}

impl Read for Hollow {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let range = self.at..self.at + into.len() as u64;
        let Some(piece) = Arc::clone(&self.layout).pieces(range).next() else {
            return Ok(0);
        };
        let length = to_usize(piece.length());
        match piece {
            ArchivePiece::Literal(bytes) => into[..length].copy_from_slice(&bytes),
            ArchivePiece::List(_) | ArchivePiece::Content { .. } => into[..length].fill(0),
        }
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for Hollow {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.layout.length().checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[test]
fn a_small_archive_needs_no_zip64() {
    let archive = whole(&layout(&nasty_pack(), ArchiveFormat::Zip));

    let has = |signature: &[u8]| archive.windows(4).any(|window| window == signature);

    assert!(has(b"PK\x05\x06"));
    assert!(!has(b"PK\x06\x06") && !has(b"PK\x06\x07"));
}

#[test]
fn a_pack_with_nothing_in_it_is_an_archive_too() {
    for format in ArchiveFormat::ALL {
        let archive = whole(&layout(&empty_pack(), format));
        assert!(ZipArchive::new(Cursor::new(archive)).unwrap().len() >= 2, "{format:?}");
    }
}

/// For programs of other people: `tests/clients/archives.py` checks what is written here.
#[test]
fn archives_are_written_to_the_folder_that_is_named() {
    let kept = std::env::var_os("ARCHIVES").map(PathBuf::from);
    let passing = tempfile::tempdir().unwrap();
    let folder = kept.as_deref().unwrap_or(passing.path());
    fs::create_dir_all(folder).unwrap();

    for format in ArchiveFormat::ALL {
        let layout = layout(&nasty_pack(), format);
        let path = folder.join(format!("archive.{}", format.ending()));
        fs::write(&path, whole(&layout)).unwrap();
        assert_eq!(fs::metadata(path).unwrap().len(), layout.length());
    }
}
