use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use super::resource::Format;
use super::{Chosen, DemoFile, Resource, accounts, packs, pdf, plain, resources, schools, script, stock};
use crate::domain::curriculum::{Catalogue, MajorCode};
use crate::domain::file::RelativePath;
use crate::domain::resource::{Status, resource_type};
use crate::domain::role::Role;

fn one_of(format: Format) -> &'static Resource {
    resources()
        .find(|resource| resource.format == format)
        .expect("the sample has every format")
}

fn main_file(resource: &Resource) -> DemoFile {
    resource.files().swap_remove(0)
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// The text of all members of a ZIP package, one after the other.
fn unpacked(bytes: Vec<u8>) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut all = Vec::new();
    for at in 0..archive.len() {
        archive.by_index(at).unwrap().read_to_end(&mut all).unwrap();
    }
    all
}

#[test]
fn there_are_300_resources_that_the_catalogue_and_the_schools_know() {
    let catalogue = Catalogue::shipped();
    let schools: BTreeSet<&str> = schools().iter().map(|school| school.code.as_str()).collect();

    assert_eq!(resources().len(), 300);
    for resource in resources() {
        assert!(resource_type(&resource.kind).is_some(), "{}", resource.kind);
        assert!(schools.contains(resource.school.as_str()));
        let major = catalogue
            .majors
            .iter()
            .find(|major| major.name == resource.major)
            .expect("its major is listed");
        assert_eq!(
            major.code.as_ref().map(MajorCode::as_str),
            resource.major_code.as_deref()
        );
        let Some(name) = &resource.course else { continue };
        let course = catalogue
            .courses
            .iter()
            .find(|course| course.major == major.key() && course.level == resource.level && course.name == *name);
        let course = course
            .unwrap_or_else(|| panic!("course {name} of {} is not listed", resource.key))
            .key();
        let Some(task) = &resource.task else { continue };
        assert!(
            catalogue
                .tasks
                .iter()
                .any(|row| row.course == course && row.name == *task),
            "{task}"
        );
    }
}

#[test]
fn packs_hold_what_the_sample_has_and_their_audience_may_see() {
    for pack in packs() {
        assert!(
            accounts().iter().any(|account| account.name == pack.owner),
            "{}",
            pack.owner
        );
        for chosen in pack.contents {
            match chosen {
                Chosen::Course(name) => {
                    assert!(
                        resources().any(|resource| resource.course.as_deref() == Some(*name)),
                        "{name}"
                    );
                }
                Chosen::Resource(key, _) => {
                    let resource = resources().find(|resource| resource.key == *key).unwrap();
                    assert!(
                        resource.scope >= pack.scope && resource.status == Status::Published,
                        "{key}"
                    );
                }
            }
        }
    }
}

#[test]
fn there_is_an_account_of_every_role_and_every_resource_has_an_owner_at_its_school() {
    for role in [
        Role::Reader,
        Role::Teacher,
        Role::SchoolAdmin,
        Role::Expert,
        Role::Bureau,
        Role::Auditor,
    ] {
        assert!(accounts().iter().any(|account| account.role == role));
    }
    let names: BTreeSet<&str> = accounts().iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names.len(), accounts().len(), "sign-in names are unique");

    for resource in resources() {
        let owner = accounts()
            .iter()
            .find(|account| account.name == resource.owner())
            .unwrap();
        assert_eq!(owner.school.as_deref(), Some(resource.school.as_str()));
    }
}

#[test]
fn every_major_has_forty_good_paragraphs_and_every_task_some_of_its_own() {
    for group in stock::groups() {
        let lines = stock::lines(group);
        let distinct: BTreeSet<&str> = lines.iter().map(|(_, line)| *line).collect();
        assert_eq!(distinct.len(), lines.len(), "{group} repeats itself");
        assert!(lines.len() >= 40, "{group} has {}", lines.len());
        assert!(
            lines
                .iter()
                .all(|(_, line)| line.chars().count() >= 25 && line.ends_with('。')),
            "{group}"
        );
    }
    for resource in resources() {
        let Some(topic) = &resource.topic else { continue };
        let own = stock::lines(&resource.group)
            .iter()
            .filter(|(of, _)| of == topic)
            .count();
        assert!(own >= 5, "{topic} has {own}");
    }
}

#[test]
fn every_format_begins_as_it_should() {
    let begins: [(Format, usize, &[u8]); 11] = [
        (Format::Pdf, 0, b"%PDF-1.4"),
        (Format::Docx, 0, b"PK\x03\x04"),
        (Format::Pptx, 0, b"PK\x03\x04"),
        (Format::Xlsx, 0, b"PK\x03\x04"),
        (Format::Zip, 0, b"PK\x03\x04"),
        (Format::Epub, 30, b"mimetypeapplication/epub+zip"),
        (Format::Rtf, 0, b"{\\rtf1"),
        (Format::Mp4, 4, b"ftypisom"),
        (Format::Mov, 4, b"ftypqt  "),
        (Format::Mp3, 0, b"ID3\x03"),
        (Format::Txt, 0, b""),
    ];
    for (format, at, magic) in begins {
        let bytes = main_file(one_of(format)).bytes;
        assert!(bytes[at..].starts_with(magic), "{format:?}");
    }
}

#[test]
fn every_file_holds_its_title() {
    for resource in resources()
        .step_by(7)
        .chain([one_of(Format::Mp3), one_of(Format::Xlsx), one_of(Format::Epub)])
    {
        let title = &resource.title;
        let bytes = main_file(resource).bytes;
        let first_line = super::layout::wrap(title, 23_000).swap_remove(0);
        let escaped = quick_xml::escape::escape(title.as_str()).into_owned();
        let is_there = match resource.format {
            Format::Pdf => holds(&bytes, pdf::face::Face::new().show(20, &first_line).as_bytes()),
            Format::Docx | Format::Pptx | Format::Xlsx | Format::Epub => holds(&unpacked(bytes), escaped.as_bytes()),
            Format::Zip => holds(&unpacked(bytes), &plain::gb18030(title)),
            Format::Txt => holds(&bytes, title.as_bytes()) || holds(&bytes, &plain::gb18030(title)),
            Format::Rtf => holds(
                &bytes,
                format!("\\u{}?", title.encode_utf16().next().unwrap().cast_signed()).as_bytes(),
            ),
            Format::Mp4 | Format::Mov => holds(&bytes, title.as_bytes()),
            Format::Mp3 => holds(
                &bytes,
                &title.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
            ),
        };
        assert!(is_there, "{} {title}", resource.key);
    }
}

#[test]
fn the_same_resource_always_has_the_same_bytes() {
    for format in [
        Format::Docx,
        Format::Pptx,
        Format::Xlsx,
        Format::Pdf,
        Format::Epub,
        Format::Mp4,
        Format::Zip,
    ] {
        let resource = one_of(format);
        assert_eq!(resource.files(), resource.files(), "{format:?}");
    }
}

#[test]
fn the_whole_sample_is_small_and_no_two_files_are_the_same() {
    let mut total = 0;
    let mut seen = BTreeMap::new();
    for resource in resources() {
        for file in resource.files() {
            let path = RelativePath::parse(&file.path).expect("a safe path");
            assert_eq!(path.as_str(), file.path, "the path needs no cleaning");
            total += file.bytes.len();
            let twin = seen.insert(file.bytes, resource.key.clone());
            assert_eq!(twin, None, "{} is the same as another", resource.key);
        }
    }
    assert!(total < 40_000_000, "{total} bytes");
}

#[test]
fn films_carry_their_subtitles_inside_and_beside() {
    let files = one_of(Format::Mp4).files();

    let tracks = re_mp4::Mp4::read_bytes(&files[0].bytes).unwrap().tracks().len();
    assert_eq!(tracks, 3, "picture, sound, subtitles");
    assert_eq!(files[1].path.rsplit_once('.').map(|(_, ending)| ending), Some("srt"));
    let srt = String::from_utf8(files[1].bytes.clone()).unwrap();
    assert!(srt.starts_with("1\r\n00:00:00,000 --> 00:00:04,000\r\n"));
}

#[test]
fn the_text_of_a_resource_names_its_task_in_every_stage() {
    let resource = resources().next().unwrap();

    let script = script::of(resource);

    assert_eq!(script.sections.len(), 6);
    assert!(
        script
            .sections
            .iter()
            .all(|section| section.paragraphs[0].contains("台阶轴数控车加工"))
    );
    let paragraphs: BTreeSet<&String> = script.sections.iter().flat_map(|section| &section.paragraphs).collect();
    assert!(paragraphs.len() >= 20, "pages differ");
}

#[test]
fn the_typeface_has_every_sign_of_every_pdf() {
    let face = pdf::face::Face::new();
    for resource in resources().filter(|resource| matches!(resource.format, Format::Pdf | Format::Zip)) {
        let text = plain::text(&script::of(resource));
        let missing: String = text
            .chars()
            .filter(|sign| !sign.is_ascii() && !face.has(*sign))
            .collect();
        assert_eq!(missing, "", "{}", resource.key);
    }
}
