//! SCORM 1.2: one page that lists and links everything, for learning platforms that know nothing else. It needs no script
//! and nothing from elsewhere.

use super::FormatFiles;
use super::contents::{ArchiveContents, GeneratedFile, titled};
use super::tree::{WalkStep, name, resources_by_folder, walk};
use super::xml::{HTML, XML, Xml};
use crate::pack::canonical::with_lines;
use crate::words::Lang;
use crate::words::archives::ArchiveWords;

/// The folder of the contents: `imsmanifest.xml` must stand at the root, where nothing may meet it.
const FOLDER: &str = "content/";
const PAGE: &str = "index.html";
/// The longest title that the schema allows.
const TITLE_CHARS: usize = 200;

const PACKAGE: &str = "http://www.imsproject.org/xsd/imscp_rootv1p1p2";
const ADL: &str = "http://www.adlnet.org/xsd/adlcp_rootv1p2";
const SCHEMA_LOCATION: &str = "http://www.imsproject.org/xsd/imscp_rootv1p1p2 imscp_rootv1p1p2.xsd \
    http://www.adlnet.org/xsd/adlcp_rootv1p2 adlcp_rootv1p2.xsd";

const STYLE: &str = "body{max-width:60rem;margin:2rem auto;padding:0 1rem;font-family:sans-serif;line-height:1.7}\
    ul{padding-left:1.4rem}p{margin:0}";

/// What makes a SCORM package of the contents.
pub(super) fn format_files(contents: &ArchiveContents<'_>) -> FormatFiles {
    let paths = contents.paths();
    FormatFiles {
        folder: FOLDER.to_owned(),
        own: vec![
            GeneratedFile::text("imsmanifest.xml", imsmanifest(contents, &paths)),
            GeneratedFile::text(PAGE, page(contents, &paths)),
        ],
    }
}

fn imsmanifest(contents: &ArchiveContents<'_>, paths: &[&str]) -> String {
    let title: String = contents.manifest.pack.title.chars().take(TITLE_CHARS).collect();
    let mut xml = Xml::new(XML);
    xml.open(
        "manifest",
        &[
            ("identifier", &contents.identifier()),
            ("version", &contents.manifest.version.to_string()),
            ("xmlns", PACKAGE),
            ("xmlns:adlcp", ADL),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            ("xsi:schemaLocation", SCHEMA_LOCATION),
        ],
    );
    xml.open("metadata", &[]);
    xml.leaf("schema", &[], "ADL SCORM");
    xml.leaf("schemaversion", &[], "1.2");
    xml.close();
    xml.open("organizations", &[("default", "pack")]);
    xml.open("organization", &[("identifier", "pack")]);
    xml.leaf("title", &[], &title);
    xml.open("item", &[("identifier", "item"), ("identifierref", "page")]);
    xml.leaf("title", &[], &title);
    xml.close();
    xml.close();
    xml.close();
    resources(&mut xml, contents, paths);
    xml.finish()
}

/// One resource: the page, and all that it needs.
fn resources(xml: &mut Xml, contents: &ArchiveContents<'_>, paths: &[&str]) {
    xml.open("resources", &[]);
    xml.open(
        "resource",
        &[
            ("identifier", "page"),
            ("type", "webcontent"),
            // An asset and no SCO: a SCO has to report to the platform, and that takes a script.
            ("adlcp:scormtype", "asset"),
            ("href", PAGE),
        ],
    );
    xml.empty("file", &[("href", PAGE)]);
    for path in paths.iter().copied().chain([contents.manifest_json().path.as_str()]) {
        xml.empty("file", &[("href", &format!("{FOLDER}{}", contents.place(path)))]);
    }
    xml.close();
    xml.close();
}

fn page(contents: &ArchiveContents<'_>, paths: &[&str]) -> String {
    let pack = &contents.manifest.pack;
    let mut html = Xml::new(HTML);
    html.open("html", &[("lang", "zh-CN")]);
    html.open("head", &[]);
    html.empty("meta", &[("charset", "utf-8")]);
    html.empty("meta", &[("name", "viewport"), ("content", "width=device-width")]);
    html.leaf("title", &[], &pack.title);
    html.leaf("style", &[], STYLE);
    html.close();
    html.open("body", &[]);
    html.leaf("h1", &[], &pack.title);
    html.leaf("p", &[], &with_lines(&pack.description));
    html.leaf("h2", &[], ArchiveWords(Lang::Zh).index());
    list(&mut html, contents, paths);
    html.leaf("p", &[], &contents.rights());
    html.finish()
}

fn list(html: &mut Xml, contents: &ArchiveContents<'_>, paths: &[&str]) {
    let cards = resources_by_folder(contents.manifest);
    html.open("ul", &[]);
    for step in walk(paths) {
        match step {
            WalkStep::Enter(folder) => {
                let card = cards.get(folder);
                html.open("li", &[]);
                let title = card.map(|card| titled(card));
                html.leaf("strong", &[], title.as_deref().unwrap_or(name(folder)));
                if let Some(card) = card.filter(|card| !card.note.is_empty()) {
                    html.leaf("p", &[], &card.note);
                }
                html.open("ul", &[]);
            }
            WalkStep::Pass(_, path) => {
                html.open("li", &[]);
                let href = format!("{FOLDER}{}", contents.place(path));
                html.leaf(
                    "a",
                    &[("href", &href), ("target", "_blank"), ("rel", "noopener")],
                    name(path),
                );
                html.close();
            }
            WalkStep::Leave => {
                html.close();
                html.close();
            }
        }
    }
    html.close();
}
