use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use gongxue::demo::{DemoFile, DemoFormat, DemoResource, resources};

use super::{compose, pdf, plain, script, stock};

fn one_of(format: DemoFormat) -> &'static DemoResource {
    resources()
        .find(|resource| resource.format == format)
        .expect("the sample has every format")
}

fn main_file(resource: &DemoResource) -> DemoFile {
    compose::files(resource).swap_remove(0)
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
fn every_file_holds_its_title() {
    for resource in resources().step_by(7).chain([
        one_of(DemoFormat::Mp3),
        one_of(DemoFormat::Xlsx),
        one_of(DemoFormat::Epub),
    ]) {
        let title = &resource.title;
        let bytes = main_file(resource).bytes;
        let first_line = super::layout::wrap(title, 23_000).swap_remove(0);
        let escaped = quick_xml::escape::escape(title.as_str()).into_owned();
        let is_there = match resource.format {
            DemoFormat::Pdf => holds(&bytes, pdf::face::Face::new().show(20, &first_line).as_bytes()),
            DemoFormat::Docx | DemoFormat::Pptx | DemoFormat::Xlsx | DemoFormat::Epub => {
                holds(&unpacked(bytes), escaped.as_bytes())
            }
            DemoFormat::Zip => holds(&unpacked(bytes), &plain::gb18030(title)),
            DemoFormat::Txt => holds(&bytes, title.as_bytes()) || holds(&bytes, &plain::gb18030(title)),
            DemoFormat::Rtf => holds(
                &bytes,
                format!("\\u{}?", title.encode_utf16().next().unwrap().cast_signed()).as_bytes(),
            ),
            DemoFormat::Mp4 | DemoFormat::Mov => holds(&bytes, title.as_bytes()),
            DemoFormat::Mp3 => holds(
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
        DemoFormat::Docx,
        DemoFormat::Pptx,
        DemoFormat::Xlsx,
        DemoFormat::Pdf,
        DemoFormat::Epub,
        DemoFormat::Mp4,
        DemoFormat::Zip,
    ] {
        let resource = one_of(format);
        assert_eq!(compose::files(resource), compose::files(resource), "{format:?}");
    }
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
    for resource in resources().filter(|resource| matches!(resource.format, DemoFormat::Pdf | DemoFormat::Zip)) {
        let text = plain::text(&script::of(resource));
        let missing: String = text
            .chars()
            .filter(|sign| !sign.is_ascii() && !face.has(*sign))
            .collect();
        assert_eq!(missing, "", "{}", resource.key);
    }
}

/// Packages are compared by name only: their bytes also depend on the version of the library that compresses them.
#[test]
fn the_program_carries_the_files_that_are_made_here() {
    for resource in resources() {
        let made = compose::files(resource);
        let carried = resource.files();
        let paths = |files: &[DemoFile]| files.iter().map(|file| file.path.clone()).collect::<Vec<_>>();
        assert_eq!(paths(&made), paths(&carried), "run `cargo run --example demo_files`");
        for (made, carried) in made.iter().zip(&carried) {
            let is_package = made.bytes.starts_with(b"PK");
            assert!(
                is_package || made.bytes == carried.bytes,
                "{} differs: run `cargo run --example demo_files`",
                made.path
            );
        }
    }
}
