//! Entries 参评作品: what a school or a teacher puts forward, with the resources and packs that show it.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{MAX_WORDS_CHARS, RecognitionKind};
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::form::{FieldReader, MAX_SHORT_CHARS, MAX_TITLE_CHARS, laid_over};
use crate::domain::id::{AccountId, CourseId, MajorId, PackId, ResourceId, SchoolId};

/// The most pieces of evidence of an entry.
pub const MAX_EVIDENCE: usize = 30;
/// How a piece of evidence is written.
const AN_ADDRESS: FaultKind = FaultKind::Malformed {
    expected: "the address of a resource or a pack, such as /r/… or /p/…",
};

/// Something that shows what an entry claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvidenceOf {
    /// A resource.
    Resource(ResourceId),
    /// A pack.
    Pack(PackId),
}

impl EvidenceOf {
    /// Reads the address of its page, with or without the site before it; an id alone is a resource's.
    pub fn parse(address: &str) -> Option<Self> {
        let path = address.trim().split(['?', '#']).next()?.trim_end_matches('/');
        let (before, id) = path.rsplit_once('/').unwrap_or(("", path));
        if before.ends_with("/p") || before == "p" || before.ends_with("/packs") {
            return id.parse().ok().map(Self::Pack);
        }
        id.parse().ok().map(Self::Resource)
    }

    /// The address of its page on this site.
    pub fn path(self) -> String {
        match self {
            Self::Resource(id) => format!("/r/{id}"),
            Self::Pack(id) => format!("/p/{id}"),
        }
    }
}

/// An entry as somebody describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RecognitionEntryBody, description = "An entry for a call; the schema of its JSON.")]
pub struct EntryForm {
    /// Its title, up to 200 characters.
    pub title: String,
    /// What is put forward and why, up to 5,000 characters.
    pub statement: String,
    /// The course it is about, by id or exact name; for `lesson` and `course`.
    pub course: Option<String>,
    /// The major it is about, by id, code or exact name; for `major`.
    pub major: Option<String>,
    /// Whose it is, by sign-in name; for `lesson` and `competition`. A teacher enters for themselves alone.
    pub person: Option<String>,
    /// Addresses of resources and packs that show it, up to 30. They are kept at the version that they have now.
    #[schema(value_type = Option<Vec<String>>)]
    pub evidence: Vec<String>,
}

impl EntryForm {
    /// Parses the JSON of a new one for a call of this kind.
    pub fn parse(kind: RecognitionKind, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        let title = reader.required("title", MAX_TITLE_CHARS);
        let statement = reader.required("statement", MAX_WORDS_CHARS);
        let course = reader.text("course", MAX_SHORT_CHARS);
        let major = reader.text("major", MAX_SHORT_CHARS);
        let person = reader.text("person", MAX_SHORT_CHARS);
        let evidence = reader.list("evidence", MAX_EVIDENCE);
        let needs_course = matches!(kind, RecognitionKind::Lesson | RecognitionKind::Course);
        if needs_course && course.is_none() {
            reader.fault("course", FaultKind::Required);
        }
        if kind == RecognitionKind::Major && major.is_none() {
            reader.fault("major", FaultKind::Required);
        }
        if kind == RecognitionKind::Resource && evidence.is_empty() {
            reader.fault("evidence", FaultKind::Required);
        }
        let unread = evidence
            .iter()
            .enumerate()
            .filter(|(_, it)| EvidenceOf::parse(it).is_none());
        for (at, _) in unread.collect::<Vec<_>>() {
            reader.fault(&format!("evidence/{at}"), AN_ADDRESS);
        }
        reader.refuse_others();
        reader.finish(|| Self {
            title,
            statement,
            course: course.filter(|_| needs_course),
            major: major.filter(|_| kind == RecognitionKind::Major),
            person: person.filter(|_| is_of_person(kind)),
            evidence,
        })
    }

    /// Parses a change of it: what is given replaces, `null` empties, the rest stays.
    pub fn patched(&self, kind: RecognitionKind, fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        Self::parse(kind, &laid_over(self, fields))
    }

    /// What shows it, in order and each once.
    pub fn evidence(&self) -> Vec<EvidenceOf> {
        let mut found = Vec::with_capacity(self.evidence.len());
        for one in self.evidence.iter().filter_map(|address| EvidenceOf::parse(address)) {
            if !found.contains(&one) {
                found.push(one);
            }
        }
        found
    }
}

/// Whether entries of this kind are about somebody.
pub fn is_of_person(kind: RecognitionKind) -> bool {
    matches!(kind, RecognitionKind::Lesson | RecognitionKind::Competition)
}

/// What an entry is about, and what a mark stands on.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecognitionSubject {
    /// The school.
    pub school: Option<SchoolId>,
    /// The course.
    pub course: Option<CourseId>,
    /// The major.
    pub major: Option<MajorId>,
    /// Somebody.
    pub person: Option<AccountId>,
    /// The resource.
    pub resource: Option<ResourceId>,
}

impl RecognitionSubject {
    /// What tells it apart from others, so that nobody enters the same twice.
    pub fn key(self) -> String {
        let part = |id: Option<String>| id.unwrap_or_default();
        [
            part(self.school.map(|id| id.to_string())),
            part(self.course.map(|id| id.to_string())),
            part(self.major.map(|id| id.to_string())),
            part(self.person.map(|id| id.to_string())),
            part(self.resource.map(|id| id.to_string())),
        ]
        .join("/")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn evidence_is_pasted_as_the_browser_shows_it() {
        let (resource, pack) = (ResourceId::new(), PackId::new());

        for address in [
            format!("https://res.example.cn/r/{resource}?version=2#files"),
            format!(" /r/{resource}/ "),
            resource.to_string(),
        ] {
            assert_eq!(
                EvidenceOf::parse(&address),
                Some(EvidenceOf::Resource(resource)),
                "{address}"
            );
        }
        assert_eq!(EvidenceOf::parse(&format!("/p/{pack}")), Some(EvidenceOf::Pack(pack)));
        assert_eq!(EvidenceOf::parse("https://example.cn/"), None);
    }

    #[test]
    fn an_entry_says_what_its_kind_is_about() {
        let faults = |kind, body: Value| {
            let faults = EntryForm::parse(kind, body.as_object().unwrap()).unwrap_err();
            faults
                .iter()
                .map(|it| format!("{} {}", it.pointer, it.kind.code()))
                .collect::<Vec<_>>()
        };

        assert_eq!(
            faults(RecognitionKind::Course, json!({"title": "甲", "evidence": ["没有"]})),
            ["/statement required", "/course required", "/evidence/0 malformed"]
        );
        assert_eq!(
            faults(RecognitionKind::Major, json!({"title": "甲", "statement": "乙"})),
            ["/major required"]
        );
    }
}
