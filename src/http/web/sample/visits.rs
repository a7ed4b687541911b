//! Samples of visits of experts.

use super::{HOSTILE, teacher};
use crate::domain::visit::{VisitKind, VisitState};
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::Link;
use crate::http::web::recognition::CallRow;
use crate::http::web::visits::{VisitFields, VisitPage, VisitsPage};
use crate::words::Lang;
use crate::words::pages::PageWords;

fn faulty() -> FormField {
    FormField::of(HOSTILE).faulty(HOSTILE)
}

fn fields(say: PageWords) -> VisitFields {
    let kinds = VisitKind::ALL.map(|it| Choice::new(it.code(), say.visit_kind_of(it), "exchange"));
    VisitFields {
        action: "/visits".to_owned(),
        revision: "2".to_owned(),
        go: say.visit_add(),
        schools: vec![Choice::new("S1", HOSTILE, "")],
        expert: Some(faulty()),
        day: faulty(),
        kinds: kinds.into(),
        asked: faulty(),
        advice: faulty(),
        resources: faulty(),
    }
}

impl VisitsPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, "专家指导");
        let say = layout.say;
        Self {
            rows: vec![CallRow {
                link: Link::new(HOSTILE, "/visits/1"),
                state: ("submitted", say.visit_state_of(VisitState::Open)),
                facts: vec![HOSTILE.to_owned()],
            }],
            next_url: Some("/visits?cursor=x".to_owned()),
            import_url: Some("/sheets/visits".to_owned()),
            form: Some(fields(say)),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::faulty(lang);
        page.rows.clear();
        page.next_url = None;
        page.form = None;
        page
    }
}

impl VisitPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, HOSTILE);
        let say = layout.say;
        Self {
            list: Link::new(say.visits(), "/visits"),
            state: ("running", say.visit_state_of(VisitState::Answered)),
            facts: vec![HOSTILE.to_owned()],
            asked: HOSTILE.to_owned(),
            advice: Some(HOSTILE.to_owned()),
            resources: vec![Link::new(HOSTILE, "/r/1")],
            done: Some(HOSTILE.to_owned()),
            answer: Some(faulty()),
            close_action: Some("/visits/1/close".to_owned()),
            form: Some(fields(say)),
            remove_action: Some("/visits/1/remove".to_owned()),
            revision: 2,
            meanwhile: Some(say.visit_meanwhile().to_owned()),
            here: "/visits/1".to_owned(),
            layout,
        }
    }
}
