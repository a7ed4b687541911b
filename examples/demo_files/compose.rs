//! Which files a resource has, and what they are called.

use gongxue::demo::{DemoFile, DemoFormat, DemoResource};
use gongxue::domain::extension::with_ending;
use image::ImageFormat;

use super::package::Package;
use super::script::{self, Script};
use super::{docx, epub, film, media, pdf, plain, pptx, sound, xlsx};

/// Makes a resource's files: the main one first.
pub(super) fn files(resource: &DemoResource) -> Vec<DemoFile> {
    let script = script::of(resource);
    let main = |bytes| vec![named(resource, resource.format.extension(), bytes)];
    match resource.format {
        DemoFormat::Docx => main(docx::write(&script)),
        DemoFormat::Pptx => main(pptx::write(&script)),
        DemoFormat::Xlsx => main(xlsx::write(&script)),
        DemoFormat::Pdf => main(pdf::write(&script)),
        DemoFormat::Rtf => main(plain::rtf(&script)),
        DemoFormat::Txt => main(text(resource, &script)),
        DemoFormat::Epub => main(epub::write(&script, &resource.key)),
        DemoFormat::Zip => main(archive(resource, &script)),
        DemoFormat::Mp4 | DemoFormat::Mov => film_files(resource, &script),
        DemoFormat::Mp3 => sound_files(resource, &script),
    }
}

fn named(resource: &DemoResource, extension: &str, bytes: Vec<u8>) -> DemoFile {
    let path = with_ending(&file_name(&resource.title), extension);
    DemoFile { path, bytes }
}

/// A title as a file name that Windows takes too: signs it refuses become their full-width twins.
fn file_name(title: &str) -> String {
    let twin = |sign| match sign {
        '/' => '\u{ff0f}',
        ':' => '\u{ff1a}',
        '?' => '\u{ff1f}',
        '*' => '\u{ff0a}',
        '"' => '\u{ff02}',
        '<' => '\u{ff1c}',
        '>' => '\u{ff1e}',
        '|' => '\u{ff5c}',
        '\\' => '\u{ff3c}',
        other => other,
    };
    title.chars().map(twin).collect()
}

/// Half of the schools' plain text comes from old programs: every other file is in GB18030.
fn text(resource: &DemoResource, script: &Script) -> Vec<u8> {
    let text = plain::text(script);
    if resource.number().is_multiple_of(2) {
        plain::gb18030(&text)
    } else {
        text.into_bytes()
    }
}

fn film_files(resource: &DemoResource, script: &Script) -> Vec<DemoFile> {
    let subtitles = film::subtitles(script);
    let (film, beside) = match resource.format {
        DemoFormat::Mov => (film::mov(&subtitles), ("vtt", plain::vtt(&subtitles))),
        _ => (film::mp4(&subtitles), ("srt", plain::srt(&subtitles))),
    };
    let (extension, text) = beside;
    vec![
        named(resource, resource.format.extension(), film),
        named(resource, extension, text.into_bytes()),
    ]
}

fn sound_files(resource: &DemoResource, script: &Script) -> Vec<DemoFile> {
    let lyrics = sound::lyrics(script);
    let words = plain::lrc(&script.title, &lyrics);
    vec![
        named(resource, "mp3", sound::mp3(script, &lyrics)),
        named(resource, "lrc", words.into_bytes()),
    ]
}

/// What an archive holds follows from the resource's type; a note in GB18030, as Chinese Windows writes it, is in all.
fn archive(resource: &DemoResource, script: &Script) -> Vec<u8> {
    let mut package = Package::new();
    package.add("说明.txt", plain::gb18030(&plain::text(script)));
    match resource.kind.as_str() {
        "image" => add_pictures(&mut package, resource),
        "simulation" => package.add("simulation/index.html", html(script)),
        "source_file" => add_sources(&mut package, resource, script),
        _ => add_documents(&mut package, script),
    }
    package.finish()
}

fn add_pictures(package: &mut Package, resource: &DemoResource) {
    for (number, keyword) in (1..).zip(&resource.keywords) {
        let seed = format!("{}{keyword}", resource.title);
        let name = file_name(keyword);
        package.store(
            &format!("图片/{number:02} {name}.png"),
            media::chart(&seed, ImageFormat::Png),
        );
        package.store(
            &format!("图片/{number:02} {name}.jpg"),
            media::chart(&seed, ImageFormat::Jpeg),
        );
    }
}

fn add_documents(package: &mut Package, script: &Script) {
    package.add("01 工作页/工作页.docx", docx::write(script));
    package.add("02 课件/课件.pptx", pptx::write(script));
    package.add("03 信息页/信息页.pdf", pdf::write(script));
    package.add("04 评价/评分表.xlsx", xlsx::write(script));
}

/// Sources of the trades' own programs cannot be made here: notes on them as Markdown and a table of the steps as CSV.
fn add_sources(package: &mut Package, resource: &DemoResource, script: &Script) {
    package.add("README.md", plain::markdown(script));
    let rows = script.marks.iter().map(|cells| format!("{}\r\n", cells.join(",")));
    package.add("数据/评分.csv", rows.collect::<String>());
    package.store("图纸/示意图.png", media::chart(&resource.title, ImageFormat::Png));
}

fn html(script: &Script) -> String {
    let title = quick_xml::escape::escape(&script.title);
    let sections = script.chapters().iter().map(html_section).collect::<String>();
    format!("<!doctype html>\n<html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>{title}</title>\n{sections}</html>\n")
}

fn html_section(section: &script::Section) -> String {
    let paragraph = |text: &String| format!("<p>{}</p>\n", quick_xml::escape::escape(text));
    let paragraphs: String = section.paragraphs.iter().map(paragraph).collect();
    format!("<h1>{}</h1>\n{paragraphs}", quick_xml::escape::escape(&section.heading))
}
