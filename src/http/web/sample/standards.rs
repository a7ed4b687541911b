//! Samples of curriculum standards.

use super::{HOSTILE, teacher};
use crate::domain::standard::StandardState;
use crate::domain::standard::comparison::StandardChangeKind;
use crate::domain::standard::followup::FollowUpState;
use crate::domain::standard::followup::cause::FollowUpCause;
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::Link;
use crate::http::web::standards::edit::StandardEditPage;
use crate::http::web::standards::followups::{FollowUpRow, FollowUpsPage};
use crate::http::web::standards::version::{
    ChangeLine, CourseLines, StandardDesk, StandardPage, TouchedLine, TouchedLines,
};
use crate::http::web::standards::{StandardRow, StandardsPage};
use crate::words::Lang;

impl StandardsPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "课程标准");
        let say = layout.say;
        let row = |title: &str, state: StandardState, number| StandardRow {
            title: title.to_owned(),
            url: "/standards/1".to_owned(),
            state: (state.code(), say.standard_number(state, number)),
            facts: vec!["数控加工".to_owned(), "津人社办发〔2022〕1号".to_owned()],
        };
        Self {
            add_url: Some("/standards/new"),
            followups: Some("/standards/followups"),
            majors: vec![
                Choice::new("", say.standards_any_major(), ""),
                Choice::new("1", HOSTILE, ""),
            ],
            rows: vec![
                row(HOSTILE, StandardState::Draft, None),
                row("数控加工专业课程标准", StandardState::Published, Some(2)),
            ],
            next_url: Some("/standards?cursor=x".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.add_url = None;
        page.followups = None;
        page.rows.clear();
        page.next_url = None;
        page
    }
}

impl StandardPage {
    /// A published version.
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, HOSTILE);
        let say = layout.say;
        let change = |kind: StandardChangeKind, text: &str| ChangeLine {
            kind: (kind.code(), say.standard_change_kind(kind)),
            text: text.to_owned(),
        };
        Self {
            back: Link::new(say.standards(), "/standards"),
            state: ("published", say.standard_number(StandardState::Published, Some(2))),
            is_in_force: true,
            facts: vec!["数控加工".to_owned(), HOSTILE.to_owned()],
            document: Some(Link::new(say.standard_document_link(), "/r/1")),
            notes: Some(HOSTILE.to_owned()),
            departs: Some(say.standard_departs()),
            changes_heading: say.standard_changes().to_owned(),
            no_changes: say.standard_no_changes_then(),
            changes: vec![
                change(StandardChangeKind::Retired, HOSTILE),
                change(StandardChangeKind::Split, "“锥轴” → “外锥”、“内锥”"),
            ],
            courses: vec![CourseLines {
                name: HOSTILE.to_owned(),
                facts: vec![say.level("advanced"), say.hours(120)],
                tasks: vec!["台阶轴的车削".to_owned(), HOSTILE.to_owned()],
            }],
            table_url: Some("/api/v1/standards/1/table".to_owned()),
            others: vec![Link::new(say.standard_compare(1), "/standards/2?with=1")],
            followups: Some(Link::new(say.followups_of_version(), "/standards/followups?standard=1")),
            desk: None,
            layout,
        }
    }

    /// A draft whose table is wrong.
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        let say = page.layout.say;
        page.courses.clear();
        page.desk = Some(StandardDesk {
            url: "/standards/1".to_owned(),
            seen: 2,
            base: "0".repeat(64),
            template_url: "/api/v1/majors/1/table".to_owned(),
            file_fault: Some(HOSTILE.to_owned()),
            faults: Some((say.faults_found(1), vec![HOSTILE.to_owned()])),
            is_sound: false,
            touches: None,
        });
        page
    }

    /// A draft that can be published.
    pub(in crate::http::web) fn draft(lang: Lang) -> Self {
        let mut page = Self::faulty(lang);
        page.courses = Self::sample(lang).courses;
        let say = page.layout.say;
        if let Some(desk) = &mut page.desk {
            desk.file_fault = None;
            desk.faults = None;
            desk.is_sound = true;
            desk.touches = Some(TouchedLines {
                counts: say.standard_touches_so_much(61, 2, 1),
                first: vec![TouchedLine {
                    title: HOSTILE.to_owned(),
                    url: Some("/r/1".to_owned()),
                    facts: vec![say.followup_because(Some(FollowUpCause::Within), HOSTILE)],
                }],
                more: Some(say.and_more(14)),
            });
        }
        page
    }
}

impl StandardEditPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, "课程标准");
        let say = layout.say;
        let field = || FormField::of(HOSTILE).faulty(HOSTILE);
        Self {
            back: Link::new(HOSTILE, "/standards"),
            action: "/standards".to_owned(),
            seen: 0,
            go: say.standard_make(),
            majors: vec![Choice::new("1", HOSTILE, "1")],
            major_fault: Some(HOSTILE.to_owned()),
            title: field(),
            issued_no: field(),
            effective_on: field(),
            document: field(),
            notes: field(),
            layout,
        }
    }
}

impl FollowUpsPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "课程标准跟进");
        let say = layout.say;
        let row = |title: &str, state: FollowUpState| FollowUpRow {
            id: title.chars().filter(char::is_ascii_alphanumeric).collect(),
            title: title.to_owned(),
            url: Some("/r/1".to_owned()),
            state: (state.code(), say.followup_state_of(state)),
            facts: vec![say.followup_because(Some(FollowUpCause::Split), HOSTILE)],
            reason: (state == FollowUpState::Waived).then(|| HOSTILE.to_owned()),
            seen: 1,
            may_decide: true,
            is_open: state == FollowUpState::Open,
        };
        Self {
            back: Link::new(HOSTILE, "/standards/1"),
            standard: "1".to_owned(),
            is_own: true,
            states: vec![
                Choice::new("", say.followup_any_state(), ""),
                Choice::new("open", say.followup_state_of(FollowUpState::Open), ""),
                Choice::new("done", say.followup_state_of(FollowUpState::Done), ""),
                Choice::new("waived", say.followup_state_of(FollowUpState::Waived), ""),
            ],
            schools: vec![Choice::new("S1", HOSTILE, "")],
            progress: vec![(HOSTILE.to_owned(), ["3", "1", "0"].map(str::to_owned))],
            rows: vec![row(HOSTILE, FollowUpState::Open), row("a", FollowUpState::Waived)],
            export_url: "/api/v1/standards/followups?format=xlsx".to_owned(),
            import_url: Some("/standards/followups/import"),
            here: "/standards/followups?standard=1".to_owned(),
            next_url: Some("/standards/followups?cursor=x".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.progress.clear();
        page.rows.clear();
        page.schools.clear();
        page.next_url = None;
        page
    }
}
