//! A resource as a manifest tells of it, read by the types that forms are read by: a hub is a stranger like any other.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use serde_json::{Map, json};

use crate::db::entity::file;
use crate::domain::account::SchoolForm;
use crate::domain::code::codes;
use crate::domain::file::{self as kinds, RelativePath};
use crate::domain::form::ResourceForm;
use crate::domain::id::{FileId, ResourceId, Sha256};
use crate::domain::metadata::Metadata;
use crate::pack::canonical::{self, with_lines};
use crate::pack::manifest::{Card, Manifest, NamedCode, Target};

/// The largest version that a resource can have, far beyond what anybody makes.
const MAX_VERSION: i32 = 1_000_000_000;

/// A resource with its files.
pub(super) struct IncomingResource<'a> {
    pub(super) id: ResourceId,
    pub(super) card: &'a Card,
    /// What is said about it, as a form would have it.
    pub(super) said: ResourceForm,
    /// Its major, under the name that its words have.
    pub(super) major: Option<NamedCode>,
    /// Its school, if that has a code.
    pub(super) school: Option<NamedCode>,
    /// The company under whose name it was given.
    pub(super) company: Option<String>,
    pub(super) files: Vec<ComingFile>,
    /// Tells whether anything of it is another than before.
    pub(super) fingerprint: Sha256,
}

/// A file of it.
pub(super) struct ComingFile {
    pub(super) id: FileId,
    pub(super) path: RelativePath,
    pub(super) sha256: Sha256,
    pub(super) size: i64,
    pub(super) kind: kinds::Kind,
    pub(super) media_type: String,
}

/// A resource that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedResource {
    /// Which.
    pub resource: ResourceId,
    /// Its title at the hub, as far as it can be shown.
    pub title: String,
    /// Why.
    pub why: Why,
    /// What of it, for whoever looks into it.
    pub detail: String,
}

/// Why a resource cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The hub says something of it that no form would take.
    Fields,
    /// It came from another hub.
    OtherHub,
    /// It names a file of another resource.
    OtherFile,
    /// This node could not write it.
    Fault,
}

codes!(Why: Fields "fields", OtherHub "other_hub", OtherFile "other_file", Fault "fault");

impl SkippedResource {
    pub(super) fn new(resource: ResourceId, title: &str, why: Why, detail: impl Into<String>) -> Self {
        Self {
            resource,
            title: shown(title),
            why,
            detail: detail.into(),
        }
    }
}

impl IncomingResource<'_> {
    pub(super) fn skipped(&self, why: Why, detail: impl Into<String>) -> SkippedResource {
        SkippedResource::new(self.id, &self.said.metadata.title, why, detail)
    }

    /// Bytes of all its files.
    pub(super) fn size(&self) -> i64 {
        self.files
            .iter()
            .fold(0, |size: i64, file| size.saturating_add(file.size))
    }
}

impl ComingFile {
    /// Its row from version `version` on.
    pub(super) fn row(&self, resource_id: ResourceId, version: i32) -> file::Model {
        file::Model {
            id: self.id,
            resource_id,
            path: self.path.as_str().to_owned(),
            sha256: self.sha256.clone(),
            size: self.size,
            kind: self.kind,
            media_type: self.media_type.clone(),
            contradiction: None,
            added_in: version,
            removed_in: None,
        }
    }
}

/// The resources of a manifest with their files, and those that nobody could have made.
pub(super) fn coming(manifest: &Manifest) -> (Vec<IncomingResource<'_>>, Vec<SkippedResource>) {
    let mut targets: BTreeMap<ResourceId, Vec<&Target>> = BTreeMap::new();
    for target in manifest.targets.values() {
        targets.entry(target.custom.resource).or_default().push(target);
    }
    let (mut taken, mut skipped) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for (id, card) in &manifest.resources {
        let targets = targets.remove(id).unwrap_or_default();
        let fingerprint = fingerprint(card, &targets);
        match words(card).and_then(|words| Ok((words, files(&targets, &mut seen)?))) {
            Ok((words, files)) => taken.push(IncomingResource {
                id: *id,
                card,
                said: words.said,
                major: words.major,
                school: words.school,
                company: words.company,
                files,
                fingerprint,
            }),
            Err(fields) => skipped.push(SkippedResource::new(*id, &card.metadata.title, Why::Fields, fields)),
        }
    }
    (taken, skipped)
}

/// Tells what is said of a resource from everything else, in whichever of the two forms its lines are signed.
fn fingerprint(card: &Card, targets: &[&Target]) -> Sha256 {
    let said = Card {
        metadata: written_in_lines(&card.metadata),
        note: with_lines(&card.note),
        ..card.clone()
    };
    canonical::sha256(&canonical::to_vec(&(said, targets)))
}

/// What a card says of its resource, read.
struct Words {
    said: ResourceForm,
    major: Option<NamedCode>,
    school: Option<NamedCode>,
    company: Option<String>,
}

/// The words of a card; or which of them no form would take.
fn words(card: &Card) -> Result<Words, String> {
    if !(1..=MAX_VERSION).contains(&card.version) {
        return Err("/version".to_owned());
    }
    let schools = card.school.iter().filter(|school| school.code.is_some());
    let school = schools.map(|school| coded(school, "/school")).next().transpose()?;
    let majors = card.major.iter();
    let major = majors.map(|major| coded(major, "/major")).next().transpose()?;
    let company = card.company.clone().map(|name| NamedCode { code: None, name });
    let company = company.map(|company| coded(&company, "/company")).transpose()?;
    let said = said(card, major.as_ref())?;
    Ok(Words {
        said,
        major,
        school,
        company: company.map(|company| company.name),
    })
}

/// What a card says as the rules for forms have it.
fn said(card: &Card, major: Option<&NamedCode>) -> Result<ResourceForm, String> {
    let said = ResourceForm {
        metadata: written_in_lines(&card.metadata),
        major: major.map(|major| major.name.clone()),
        course: card.course.clone(),
        task: card.task.clone(),
    };
    said.patched(&Map::new()).map_err(|faults| {
        let pointers: Vec<String> = faults.into_iter().map(|fault| fault.pointer).collect();
        pointers.join(" ")
    })
}

/// The same with its lines as they were written, whichever form they are signed in.
fn written_in_lines(metadata: &Metadata) -> Metadata {
    Metadata {
        title: with_lines(&metadata.title),
        description: with_lines(&metadata.description),
        ..metadata.clone()
    }
}

/// A code and a name, as the form of schools would take them.
fn coded(given: &NamedCode, place: &str) -> Result<NamedCode, String> {
    let mut fields = Map::new();
    // What has no code is asked about its name alone.
    fields.insert("code".to_owned(), json!(given.code.as_deref().unwrap_or("none")));
    fields.insert("name".to_owned(), json!(given.name));
    let form = SchoolForm::parse(&fields).map_err(|faults| {
        let pointers: Vec<String> = faults
            .into_iter()
            .map(|fault| format!("{place}{}", fault.pointer))
            .collect();
        pointers.join(" ")
    })?;
    Ok(NamedCode {
        code: given.code.is_some().then_some(form.code),
        name: form.name,
    })
}

/// A resource's files; or which of them cannot be one. `seen` are the ids that others have.
fn files(targets: &[&Target], seen: &mut HashSet<FileId>) -> Result<Vec<ComingFile>, String> {
    let mut paths = HashSet::new();
    let mut files = Vec::with_capacity(targets.len());
    for target in targets {
        let item = &target.custom;
        let path = RelativePath::parse(&item.name).ok_or_else(|| "/name".to_owned())?;
        if !seen.insert(item.file) || !paths.insert(path.as_str().to_owned()) {
            return Err(format!("/file {} twice", item.file));
        }
        files.push(ComingFile {
            id: item.file,
            path,
            sha256: target.hashes.sha256.clone(),
            size: i64::try_from(target.length).map_err(|_| "/length".to_owned())?,
            kind: item.kind,
            media_type: kinds::media_type(&item.media_type).to_owned(),
        });
    }
    Ok(files)
}

/// A stranger's title, for a list of what went wrong.
pub(super) fn shown(title: &str) -> String {
    title.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use crate::domain::file::Kind;
    use crate::domain::id::{FileId, PackId, ResourceId};
    use crate::domain::metadata::Metadata;
    use crate::domain::role::Scope;
    use crate::domain::time::Timestamp;
    use crate::library::mirror::incoming::{Why, coming};
    use crate::pack::canonical::sha256;
    use crate::pack::manifest::{Card, Crc32, Hashes, Manifest, NamedCode, PackInfo, Target, TargetInfo};

    fn card(title: &str) -> Card {
        serde_json::from_value(serde_json::json!({
            "title": title, "type": "worksheet", "version": 1, "folder": "f", "scope": "public"
        }))
        .unwrap()
    }

    fn manifest(cards: Vec<Card>, mut spoil: impl FnMut(usize, &mut Target)) -> Manifest {
        let head = PackInfo {
            id: PackId::new(),
            title: "包".to_owned(),
            description: String::new(),
            audience: Scope::Public,
            school: None,
            hub: None,
            published_at: Timestamp(0),
            note: String::new(),
        };
        let mut manifest = Manifest::new(1, Timestamp(1), head);
        for (number, card) in cards.into_iter().enumerate() {
            let id = ResourceId::new();
            manifest.resources.insert(id, card);
            let mut target = Target {
                length: 3,
                hashes: Hashes { sha256: sha256(b"one") },
                custom: TargetInfo {
                    crc32: Crc32(0),
                    media_type: "text/plain".to_owned(),
                    kind: Kind::Text,
                    resource: id,
                    file: FileId::new(),
                    name: "a.txt".to_owned(),
                    text: None,
                },
            };
            spoil(number, &mut target);
            manifest.targets.insert(format!("{number}.txt"), target);
        }
        manifest
    }

    /// What a hub says went into the rows as it came: a type that nobody has, a code with a slash, a year 90000.
    #[test]
    fn what_no_form_would_take_is_named_and_the_rest_is_taken() {
        let spoilt = [
            Card {
                version: 0,
                ..card("版本")
            },
            Card {
                metadata: Metadata {
                    kind: "virus".to_owned(),
                    ..card("类型").metadata
                },
                ..card("类型")
            },
            Card {
                metadata: Metadata {
                    year: Some(90_000),
                    ..card("年份").metadata
                },
                ..card("年份")
            },
            Card {
                metadata: Metadata {
                    level: Some("god".to_owned()),
                    ..card("层次").metadata
                },
                ..card("层次")
            },
            Card {
                metadata: Metadata {
                    title: "长".repeat(300),
                    ..card("").metadata
                },
                ..card("")
            },
            Card {
                metadata: Metadata {
                    title: "\u{7}".to_owned(),
                    ..card("").metadata
                },
                ..card("")
            },
            Card {
                company: Some("长".repeat(300)),
                ..card("企业")
            },
            Card {
                school: Some(NamedCode {
                    code: Some("../S1".to_owned()),
                    name: "校".to_owned(),
                }),
                ..card("学校")
            },
        ];
        let count = spoilt.len();
        let mut cards = spoilt.to_vec();
        cards.push(card("好的"));

        let manifest = manifest(cards, |_, _| {});
        let (taken, skipped) = coming(&manifest);

        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].said.metadata.title, "好的");
        assert_eq!(skipped.len(), count);
        assert!(
            skipped.iter().all(|it| it.why == Why::Fields && !it.detail.is_empty()),
            "{skipped:?}"
        );
    }

    #[test]
    fn files_are_read_like_uploads_are() {
        let manifest = manifest(
            vec![card("甲"), card("乙"), card("丙")],
            |number, target| match number {
                0 => {
                    target.custom.name = "../../etc/passwd\u{7}\u{202e}".to_owned();
                    target.custom.media_type = "text/plain\r\nX-Evil: 1".to_owned();
                }
                1 => target.length = u64::MAX,
                _ => target.custom.name = "..".to_owned(),
            },
        );

        let (taken, skipped) = coming(&manifest);

        assert_eq!((taken.len(), skipped.len()), (1, 2));
        assert_eq!(taken[0].files[0].path.as_str(), "etc/passwd");
        assert_eq!(taken[0].files[0].media_type, "application/octet-stream");
    }

    #[test]
    fn a_file_that_two_resources_name_is_of_the_first_alone() {
        let same = FileId::new();
        let manifest = manifest(vec![card("甲"), card("乙")], |_, target| target.custom.file = same);

        let (taken, skipped) = coming(&manifest);

        assert_eq!((taken.len(), skipped.len()), (1, 1));
    }

    #[test]
    fn lines_come_back_as_they_were_written() {
        let manifest = manifest(
            vec![Card {
                metadata: Metadata {
                    description: "第一行\u{2028}第二行".to_owned(),
                    ..card("甲").metadata
                },
                ..card("甲")
            }],
            |_, _| {},
        );

        let taken = &coming(&manifest).0[0];
        assert_eq!(taken.said.metadata.description, "第一行\n第二行");
        // A hub that signs it in the other form has not changed it.
        let mut before = manifest.clone();
        for card in before.resources.values_mut() {
            card.metadata.description = "第一行\n第二行".to_owned();
        }
        assert_eq!(coming(&before).0[0].fingerprint, taken.fingerprint);
    }
}
