//! Samples of recognition.

use super::{HOSTILE, teacher};
use crate::domain::recognition::{CallState, Criterion, Entrants, RecognitionKind};
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::Link;
use crate::http::web::recognition::edit::{CallEditPage, CallFields};
use crate::http::web::recognition::entry::{EntryFields, EntryPage, EntryView};
use crate::http::web::recognition::judging::{EvidenceRow, JudgePage, PointsField, ScoreFields, ScorePage};
use crate::http::web::recognition::jury::{AppointFields, JurorRow, JuryPage};
use crate::http::web::recognition::standings::{StandingRow, StandingsPage};
use crate::http::web::recognition::{CallDesk, CallPage, CallRow, RecognitionPage, ResultCorrectFields, ResultRow};
use crate::words::Lang;
use crate::words::pages::PageWords;

fn row(say: PageWords, title: &str, url: &str) -> CallRow {
    CallRow {
        link: Link::new(title, url),
        state: ("open", say.call_state(CallState::Open)),
        facts: vec![
            say.recognition_kind(RecognitionKind::Course).to_owned(),
            say.entry_called(3),
            HOSTILE.to_owned(),
        ],
    }
}

fn faulty() -> FormField {
    FormField::of(HOSTILE).faulty(HOSTILE)
}

fn criterion() -> Criterion {
    Criterion {
        name: HOSTILE.to_owned(),
        weight: 40,
        max: 100,
    }
}

fn points(at: usize) -> PointsField {
    PointsField {
        at,
        criterion: criterion(),
        points: faulty(),
    }
}

impl RecognitionPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "评优");
        let say = layout.say;
        Self {
            add_url: Some("/recognition/new"),
            import_url: Some("/sheets/recognition-calls".to_owned()),
            rows: vec![
                row(say, "精品课程", "/recognition/1"),
                row(say, HOSTILE, "/recognition/2"),
            ],
            next_url: Some("/recognition?cursor=x".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.add_url = None;
        page.import_url = None;
        page.rows.clear();
        page.next_url = None;
        page
    }
}

impl CallPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, HOSTILE);
        let say = layout.say;
        let result = ResultRow {
            title: HOSTILE.to_owned(),
            award: Some("一等奖".to_owned()),
            facts: vec![say.place_of(1), say.score_of("92.5")],
            reason: Some(HOSTILE.to_owned()),
            earlier: vec![HOSTILE.to_owned()],
            correct: Some(ResultCorrectFields {
                id: "1".to_owned(),
                action: "/recognition/1/results/1".to_owned(),
                award: FormField::of(HOSTILE),
            }),
        };
        Self {
            list: Link::new(say.recognition(), "/recognition"),
            state: ("published", say.call_state(CallState::Published)),
            facts: vec![say.call_blind().to_owned(), HOSTILE.to_owned()],
            rules: vec![HOSTILE.to_owned()],
            criteria: vec![criterion()],
            results_url: "/api/v1/recognition/calls/1/results?format=xlsx".to_owned(),
            results: Some(vec![result]),
            enter_url: Some("/recognition/1/enter".to_owned()),
            judge_url: Some("/recognition/1/judge".to_owned()),
            entries: vec![row(say, HOSTILE, "/recognition/entries/1")],
            import_url: Some("/sheets/recognition-entries?call=1".to_owned()),
            export_url: Some("/api/v1/recognition/calls/1/entries?format=xlsx".to_owned()),
            desk: Some(CallDesk {
                edit_url: Some("/recognition/1/edit".to_owned()),
                announce_action: Some("/recognition/1/announce".to_owned()),
                cancel_action: Some("/recognition/1/cancel".to_owned()),
                jury_url: "/recognition/1/jury".to_owned(),
                standings_url: "/recognition/1/standings".to_owned(),
            }),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.results = Some(Vec::new());
        page.rules.clear();
        page.entries.clear();
        page.desk = None;
        page
    }
}

impl CallEditPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, "新建评优活动");
        let say = layout.say;
        let kinds = RecognitionKind::ALL.map(|it| Choice::new(it.code(), say.recognition_kind(it), "course"));
        let entrants = Entrants::ALL.map(|it| Choice::new(it.code(), say.entrants(it), "schools"));
        Self {
            back: Link::new(HOSTILE, "/recognition"),
            action: "/recognition/new".to_owned(),
            revision: "1".to_owned(),
            fields: Some(CallFields {
                kinds: kinds.into(),
                title: faulty(),
                rules: faulty(),
                entrants: entrants.into(),
                opens: faulty(),
                blind: true,
                voices: faulty(),
                per_school: faulty(),
                valid_years: faulty(),
                criteria: faulty(),
            }),
            closes: faulty(),
            jury_due: faulty(),
            layout,
        }
    }
}

impl EntryPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, HOSTILE);
        let say = layout.say;
        Self {
            back: Link::new(HOSTILE, "/recognition/1"),
            view: Some(EntryView {
                facts: vec![say.entry_called(1), HOSTILE.to_owned()],
                state: ("submitted", say.entry_state_of(false)),
                statement: vec![HOSTILE.to_owned()],
                evidence: vec![Link::new(HOSTILE, "/r/1")],
            }),
            form: Some(EntryFields {
                action: "/recognition/entries/1".to_owned(),
                revision: "1".to_owned(),
                go: say.save_changes(),
                is_blind: true,
                title: faulty(),
                course: Some(faulty()),
                major: Some(faulty()),
                person: Some(faulty()),
                statement: faulty(),
                evidence: faulty(),
            }),
            withdraw_action: Some("/recognition/entries/1/withdraw".to_owned()),
            layout,
        }
    }
}

impl JudgePage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "评审");
        let say = layout.say;
        Self {
            back: Link::new(HOSTILE, "/recognition/1"),
            is_blind: true,
            rows: vec![row(say, HOSTILE, "/recognition/entries/1/score")],
            layout,
        }
    }
}

impl ScorePage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, HOSTILE);
        let say = layout.say;
        Self {
            back: Link::new(say.judge(), "/recognition/1/judge"),
            is_blind: true,
            facts: vec![say.entry_called(1)],
            statement: vec![HOSTILE.to_owned()],
            evidence: vec![EvidenceRow {
                title: HOSTILE.to_owned(),
                links: vec![Link::new("1-1.pdf", "/recognition/entries/1/evidence/1/1")],
            }],
            excluded: Some(say.jury_excluded()),
            form: Some(ScoreFields {
                action: "/recognition/entries/1/score".to_owned(),
                revision: 1,
                criteria: vec![points(0), points(1)],
                comment: faulty(),
            }),
            conflict_action: Some("/recognition/entries/1/conflict".to_owned()),
            layout,
        }
    }
}

impl JuryPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, "评委");
        let say = layout.say;
        Self {
            back: Link::new(HOSTILE, "/recognition/1"),
            rows: vec![JurorRow {
                name: HOSTILE.to_owned(),
                facts: vec![say.jury_progress(2, 5), say.jury_is_disabled().to_owned()],
                excluded: vec![HOSTILE.to_owned()],
                dismiss_action: Some("/recognition/1/jury/1/dismiss".to_owned()),
            }],
            appoint: Some(AppointFields {
                action: "/recognition/1/jury".to_owned(),
                names: faulty(),
            }),
            export_url: "/api/v1/recognition/calls/1/jury?format=xlsx".to_owned(),
            import_url: Some("/sheets/recognition-jury?call=1".to_owned()),
            layout,
        }
    }
}

impl StandingsPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, "评审情况");
        let say = layout.say;
        let row = |id: &str| StandingRow {
            link: Link::new(HOSTILE, "/recognition/entries/1"),
            facts: vec![say.place_of(1), say.voices(3)],
            lacking: Some(say.voices_lacking(1)),
            comments: vec![HOSTILE.to_owned()],
            id: id.to_owned(),
            award: faulty(),
            reason: faulty(),
        };
        Self {
            back: Link::new(HOSTILE, "/recognition/1"),
            rows: vec![row("1"), row("2")],
            export_url: "/api/v1/recognition/calls/1/standings?format=xlsx".to_owned(),
            digest: "0".repeat(64),
            publish_action: Some("/recognition/1/publish".to_owned()),
            layout,
        }
    }
}
