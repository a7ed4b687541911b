//! A small writer of electronic books (EPUB 3.3): one chapter for each section.

use quick_xml::escape::escape;

use super::package::Package;
use super::script::{Script, Section};

const CONTAINER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"#;

/// Writes a script as a book; `key` names it for good.
pub(crate) fn write(script: &Script, key: &str) -> Vec<u8> {
    let chapters = script.chapters();
    let mut package = Package::new();
    // The type comes first and plain, so that a look at the first bytes tells a book from any other ZIP.
    package.store("mimetype", "application/epub+zip");
    package.add("META-INF/container.xml", CONTAINER);
    package.add("OEBPS/content.opf", manifest(script, key, chapters.len()));
    package.add("OEBPS/nav.xhtml", contents(&chapters));
    for (number, chapter) in (1..).zip(&chapters) {
        package.add(&format!("OEBPS/chapter{number}.xhtml"), page(chapter));
    }
    package.finish()
}

fn manifest(script: &Script, key: &str, chapters: usize) -> String {
    let item = |n| format!(r#"<item id="c{n}" href="chapter{n}.xhtml" media-type="application/xhtml+xml"/>"#);
    let itemref = |n| format!(r#"<itemref idref="c{n}"/>"#);
    let items: String = (1..=chapters).map(item).collect();
    let spine: String = (1..=chapters).map(itemref).collect();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="zh-CN"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:gongxue:demo:{key}</dc:identifier><dc:title>{}</dc:title><dc:language>zh-CN</dc:language><dc:creator>{}</dc:creator><meta property="dcterms:modified">2025-01-01T00:00:00Z</meta></metadata><manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>{items}</manifest><spine>{spine}</spine></package>"#,
        escape(&script.title),
        escape(&script.author)
    )
}

fn contents(chapters: &[Section]) -> String {
    let entry = |(number, chapter): (usize, &Section)| {
        format!(
            r#"<li><a href="chapter{number}.xhtml">{}</a></li>"#,
            escape(&chapter.heading)
        )
    };
    let entries: String = (1..).zip(chapters).map(entry).collect();
    xhtml(
        "目录",
        &format!(r#"<nav epub:type="toc"><h1>目录</h1><ol>{entries}</ol></nav>"#),
    )
}

fn page(chapter: &Section) -> String {
    let paragraph = |text: &String| format!("<p>{}</p>\n", escape(text));
    let paragraphs: String = chapter.paragraphs.iter().map(paragraph).collect();
    let heading = escape(&chapter.heading);
    xhtml(&chapter.heading, &format!("<h1>{heading}</h1>\n{paragraphs}"))
}

fn xhtml(title: &str, body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="zh-CN"><head><title>{}</title></head><body>{body}</body></html>"#,
        escape(title)
    )
}
