//! A Common Cartridge 1.1 of IMS, which is GB/T 36347: learning platforms make a course of it. Its table of contents is the
//! tree of folders: major, course, task, resource.

use super::FormatFiles;
use super::contents::{ArchiveContents, GeneratedFile, titled};
use super::tree::{WalkStep, name, resources_by_folder, walk};
use super::xml::{XML, Xml};
use crate::pack::canonical::with_lines;

/// The folder of the contents: `imsmanifest.xml` must stand at the root, where nothing may meet it.
const FOLDER: &str = "content/";
const LANGUAGE: (&str, &str) = ("language", "zh-CN");

const PACKAGE: &str = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1";
const METADATA: &str = "http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest";
const SCHEMA_LOCATION: &str = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1 \
    http://www.imsglobal.org/profile/cc/ccv1p1/ccv1p1_imscp_v1p2_v1p0.xsd \
    http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest \
    http://www.imsglobal.org/profile/cc/ccv1p1/LOM/ccv1p1_lommanifest_v1p0.xsd";

/// What makes a cartridge of the contents.
pub(super) fn format_files(contents: &ArchiveContents<'_>) -> FormatFiles {
    FormatFiles {
        folder: FOLDER.to_owned(),
        own: vec![GeneratedFile::text("imsmanifest.xml", imsmanifest(contents))],
    }
}

fn imsmanifest(contents: &ArchiveContents<'_>) -> String {
    let paths = contents.paths();
    let mut xml = Xml::new(XML);
    xml.open(
        "manifest",
        &[
            ("identifier", &contents.identifier()),
            ("xmlns", PACKAGE),
            ("xmlns:lom", METADATA),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            ("xsi:schemaLocation", SCHEMA_LOCATION),
        ],
    );
    metadata(&mut xml, contents);
    organizations(&mut xml, contents, &paths);
    resources(&mut xml, contents, &paths);
    xml.finish()
}

fn metadata(xml: &mut Xml, contents: &ArchiveContents<'_>) {
    let pack = &contents.manifest.pack;
    xml.open("metadata", &[]);
    xml.leaf("schema", &[], "IMS Common Cartridge");
    xml.leaf("schemaversion", &[], "1.1.0");
    xml.open("lom:lom", &[]);
    xml.open("lom:general", &[]);
    string(xml, "lom:title", &pack.title);
    xml.leaf("lom:language", &[], LANGUAGE.1);
    string(xml, "lom:description", &with_lines(&pack.description));
    xml.close();
    contributors(xml, contents);
    xml.open("lom:rights", &[]);
    xml.open("lom:copyrightAndOtherRestrictions", &[]);
    xml.leaf("lom:value", &[], "yes");
    xml.close();
    string(xml, "lom:description", &contents.rights());
    xml.close();
    xml.close();
    xml.close();
}

/// The companies under whose names resources were given, each as the content's provider; what each gave is said with the
/// rights.
fn contributors(xml: &mut Xml, contents: &ArchiveContents<'_>) {
    let companies = contents.companies();
    if companies.is_empty() {
        return;
    }
    xml.open("lom:lifeCycle", &[]);
    for company in companies.keys() {
        xml.open("lom:contribute", &[]);
        xml.open("lom:role", &[]);
        xml.leaf("lom:value", &[], "content provider");
        xml.close();
        xml.leaf("lom:entity", &[], &vcard(company));
        xml.close();
    }
    xml.close();
}

/// An organization as a vCard (RFC 2426), in which LOM names who contributed.
fn vcard(organization: &str) -> String {
    let mut name = String::with_capacity(organization.len());
    for c in organization.chars() {
        if matches!(c, '\\' | ',' | ';') {
            name.push('\\');
        }
        name.push(c);
    }
    format!("BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nFN:{name}\nORG:{name}\nEND:VCARD")
}

/// A text with its language; nothing where there is none.
fn string(xml: &mut Xml, name: &'static str, text: &str) {
    if text.is_empty() {
        return;
    }
    xml.open(name, &[]);
    xml.leaf("lom:string", &[LANGUAGE], text);
    xml.close();
}

fn organizations(xml: &mut Xml, contents: &ArchiveContents<'_>, paths: &[&str]) {
    let cards = resources_by_folder(contents.manifest);
    xml.open("organizations", &[]);
    xml.open(
        "organization",
        &[("identifier", "tree"), ("structure", "rooted-hierarchy")],
    );
    xml.open("item", &[("identifier", "root")]);
    for (number, step) in walk(paths).into_iter().enumerate() {
        let identifier = format!("item-{number}");
        match step {
            WalkStep::Enter(folder) => {
                let title = cards.get(folder).map(|card| titled(card));
                xml.open("item", &[("identifier", &identifier)]);
                xml.leaf("title", &[], title.as_deref().unwrap_or(name(folder)));
            }
            WalkStep::Pass(number, path) => {
                xml.open(
                    "item",
                    &[("identifier", &identifier), ("identifierref", &resource_id(number))],
                );
                xml.leaf("title", &[], name(path));
                xml.close();
            }
            WalkStep::Leave => xml.close(),
        }
    }
    xml.close();
    xml.close();
    xml.close();
}

fn resources(xml: &mut Xml, contents: &ArchiveContents<'_>, paths: &[&str]) {
    xml.open("resources", &[]);
    for (number, path) in paths.iter().enumerate() {
        resource(xml, &resource_id(number), contents.place(path));
    }
    resource(xml, "manifest-json", contents.place(&contents.manifest_json().path));
    xml.close();
}

fn resource(xml: &mut Xml, identifier: &str, place: &str) {
    let address = format!("{FOLDER}{place}");
    let href = ("href", address.as_str());
    xml.open("resource", &[("identifier", identifier), ("type", "webcontent"), href]);
    xml.empty("file", &[href]);
    xml.close();
}

fn resource_id(number: usize) -> String {
    format!("file-{number}")
}
