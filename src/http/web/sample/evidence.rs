//! The page of evidence, filled with examples.

use super::HOSTILE;
use super::operations::{admin, frame, named};
use crate::domain::evidence::{EvidenceCell, EvidenceItem, REFERENCE_DOCUMENTS};
use crate::domain::id::ResourceId;
use crate::domain::time::Timestamp;
use crate::http::web::form::Choice;
use crate::http::web::reports::evidence::EvidencePage;
use crate::library::administration::figures::{EvidenceReport, NamedDocument, TaskEvidence};
use crate::words::Lang;

impl EvidencePage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let cell = |at: i64| EvidenceCell {
            count: at,
            by_course: at == 2,
            // Of some there are, nothing may be seen.
            newest: [1, 2].contains(&at).then(|| EvidenceItem {
                resource: ResourceId::new(),
                title: HOSTILE.to_owned(),
                authors: vec![HOSTILE.to_owned(), "王老师".to_owned()],
                school: Some(HOSTILE.to_owned()),
                version: 3,
                reviewed_at: Some(Timestamp(1_790_000_000_000)),
            }),
        };
        let row = |task: Option<&str>| TaskEvidence {
            course: named(None, "零件钳加工"),
            task: task.map(|name| named(None, name)),
            retired: task == Some(HOSTILE),
            cells: (0_i64..)
                .zip(&REFERENCE_DOCUMENTS)
                .map(|(at, _)| cell(at % 4))
                .collect(),
        };
        let report = EvidenceReport {
            frame: frame(),
            major: named(Some("0116"), "数控加工"),
            course: None,
            documents: NamedDocument::all(),
            rows: vec![row(None), row(Some("鸭嘴锤制作")), row(Some(HOSTILE))],
        };
        let mut page = Self::of(admin(lang, "报表"), &report);
        page.can_make = true;
        page.majors = vec![Choice::new("0116", HOSTILE, "0116")];
        page
    }

    pub(in crate::http::web) fn without_courses(lang: Lang) -> Self {
        Self::nothing(admin(lang, "报表"))
    }
}
