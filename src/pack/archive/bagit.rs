//! A bag (RFC 8493): the contents under `data/`, and around them lists that say whether all of it is there.

use std::fmt::Write as _;

use super::FormatFiles;
use super::contents::{ArchiveContents, GeneratedFile};
use crate::domain::id::Sha256;
use crate::pack::canonical::sha256;

/// The folder of the contents.
const PAYLOAD: &str = "data/";

/// What makes a bag of the contents.
pub(super) fn format_files(contents: &ArchiveContents<'_>) -> FormatFiles {
    let mut tags = vec![
        GeneratedFile::text(
            "bagit.txt",
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_owned(),
        ),
        GeneratedFile::text("bag-info.txt", info(contents)),
        GeneratedFile::text("manifest-sha256.txt", payload(contents)),
    ];
    let list = tags.iter().fold(String::new(), |mut list, tag| {
        put_line(&mut list, &sha256(&tag.bytes), "", &tag.path);
        list
    });
    // It may not name itself (RFC 8493 §2.2.1): made last, of those before it.
    tags.push(GeneratedFile::text("tagmanifest-sha256.txt", list));
    let top = contents.top();
    for tag in &mut tags {
        tag.path = format!("{top}/{}", tag.path);
    }
    FormatFiles {
        folder: format!("{top}/{PAYLOAD}"),
        own: tags,
    }
}

fn info(contents: &ArchiveContents<'_>) -> String {
    let manifest = contents.manifest;
    let pack = &manifest.pack;
    let generated: u64 = contents
        .generated
        .iter()
        .map(|generated| generated.bytes.len() as u64)
        .sum();
    let octets = manifest.bytes() + generated;
    let streams = manifest.targets.len() + contents.generated.len();
    let source = pack.school.as_ref().map_or("", |school| school.name.as_str());
    let mut info = String::new();
    put_info(&mut info, "Source-Organization", source);
    put_info(&mut info, "External-Description", &pack.title);
    put_info(&mut info, "Bagging-Date", &pack.published_at.there().date().to_string());
    put_info(&mut info, "External-Identifier", &format!("urn:uuid:{}", pack.id));
    put_info(&mut info, "Internal-Sender-Identifier", &manifest.version.to_string());
    put_info(&mut info, "AI-Declaration", &contents.made_by_ai());
    for line in contents.given_by_companies() {
        put_info(&mut info, "Contributed-By", &line);
    }
    put_info(&mut info, "Payload-Oxum", &format!("{octets}.{streams}"));
    info
}

/// A label with its value, which must stand on one line.
fn put_info(info: &mut String, label: &str, value: &str) {
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if !value.is_empty() {
        writeln!(info, "{label}: {value}").expect("writing to a String cannot fail");
    }
}

/// The list of all that is under `data/`.
fn payload(contents: &ArchiveContents<'_>) -> String {
    let mut list = String::new();
    for generated in &contents.generated {
        put_line(&mut list, &sha256(&generated.bytes), PAYLOAD, &generated.path);
    }
    for (path, target) in &contents.manifest.targets {
        put_line(&mut list, &target.hashes.sha256, PAYLOAD, path);
    }
    list
}

fn put_line(list: &mut String, sha256: &Sha256, folder: &str, path: &str) {
    writeln!(list, "{sha256}  {folder}{}", escaped(path)).expect("writing to a String cannot fail");
}

/// A path as lists have it (RFC 8493 §2.1.3).
fn escaped(path: &str) -> String {
    path.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
