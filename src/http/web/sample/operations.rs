//! Samples of the pages of those who run the library: the queue, comments, reports, records.

use std::collections::BTreeMap;

use super::{HOSTILE, cards, guest};
use crate::domain::personal_data::{PersonalData, TABLE};
use crate::domain::review::ReviewOutcome;
use crate::domain::role::{Role, Scope};
use crate::domain::search::NamedRef;
use crate::domain::time::Timestamp;
use crate::http::web::audit::{AuditPage, AuditRow};
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::{AccountMark, Layout, Link, MenuItem, Tab};
use crate::http::web::personal_data::{PersonalDataPage, PersonalDataRow};
use crate::http::web::reports::{ReportContents, ReportsPage, coverage, progress, usage};
use crate::http::web::resource::ResourcePage;
use crate::http::web::resource::comments::{CommentForm, CommentPlace, CommentRow, Comments};
use crate::http::web::resource::review::{HistoryRow, ReviewPanel, TakingForm};
use crate::http::web::review::{EmptyQueue, QueueFilters, QueueRow, QueueWay, ReviewPage, WaitingPack};
use crate::http::web::waits_at::WaitingRemark;
use crate::library::administration::figures::{
    CourseCoverage, CoverageReport, FigureFrame, Goal, LedgerState, MajorCoverage, MonthCount, PhaseProgress, Progress,
    SchoolCoverage, TaskCoverage, TypeCounts, UsageReport, UsageRow,
};
use crate::words::Lang;
use crate::words::pages::PageWords;

pub(super) fn admin(lang: Lang, title: &str) -> Layout {
    let mut layout = guest(lang, title);
    let say = layout.say;
    let item = |label, url, count: Option<&str>| MenuItem {
        label,
        url,
        is_here: false,
        count: count.map(str::to_owned),
    };
    layout.menu = vec![
        item(say.review(), "/review", Some("12")),
        item(say.reports(), "/reports", None),
    ];
    layout.account = Some(AccountMark {
        name: "第一示范技师学院 管理员".to_owned(),
        standing: say.role(Role::SchoolAdmin),
    });
    layout
}

fn waiting(say: PageWords, is_overdue: bool) -> WaitingRemark {
    WaitingRemark {
        text: say.review_waits("学校专业审核", &[Role::SchoolAdmin]),
        facts: vec![
            say.review_since("2026-11-21 09:30", Some("2026-11-28 09:30")),
            say.review_voices(2),
            say.review_taken_by(HOSTILE, "2026-11-24 15:40"),
        ],
        warning: is_overdue.then(|| say.review_overdue()),
    }
}

fn review_panel(say: PageWords) -> ReviewPanel {
    let row = |text: String, note: Option<&str>| HistoryRow {
        at: "2026-11-24 15:40".to_owned(),
        text,
        note: note.map(str::to_owned),
        version: say.version(2),
    };
    ReviewPanel {
        waits: Some(waiting(say, true)),
        taking: Some(TakingForm {
            act: "take",
            label: say.review_take(),
            note: Some(say.review_take_note()),
        }),
        checks: Some(vec![HOSTILE.to_owned()]),
        history: vec![
            row(
                format!("学校专业审核 · {}", say.review_outcome(ReviewOutcome::Returned)),
                Some(HOSTILE),
            ),
            row(say.review_outcome(ReviewOutcome::PassedOver), None),
        ],
    }
}

impl ReviewPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let mut layout = admin(lang, "审核");
        let say = layout.say;
        layout.notice = Some(say.done_approve().to_owned());
        let rows = cards(&layout).into_iter().enumerate().map(|(at, card)| QueueRow {
            card,
            facts: vec![
                "焊接加工 › 气体保护焊焊接 › 管板骑座式焊接".to_owned(),
                say.waits_since("2026-11-21 09:30", 70 - i64::try_from(at).unwrap_or(0) * 10),
            ],
            step: (at < 2).then(|| waiting(say, at == 1)),
            comments: (at == 1).then(|| say.open_comments(2)),
            is_next: at == 0,
        });
        let choices = |all: &str| vec![Choice::new("", all, ""), Choice::new("x", HOSTILE, "")];
        Self {
            count: Some(say.queue_count(12)),
            limits: Some(QueueFilters {
                schools: choices(say.any_school()),
                majors: choices(say.any_major()),
                kinds: choices(say.any_kind()),
                all_url: Some("/review".to_owned()),
            }),
            rows: rows.collect(),
            packs: vec![WaitingPack {
                link: Link::new(HOSTILE, "/p/7"),
                facts: vec!["王敏".to_owned(), say.scope(Scope::City)],
            }],
            nothing: None,
            next_url: Some("/review?cursor=x".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let layout = admin(lang, "审核");
        let say = layout.say;
        Self {
            count: None,
            limits: None,
            rows: Vec::new(),
            packs: Vec::new(),
            nothing: Some(EmptyQueue {
                heading: say.queue_empty(),
                more: Some(say.queue_empty_more()),
            }),
            next_url: None,
            layout,
        }
    }
}

impl ResourcePage {
    pub(in crate::http::web) fn discussed(lang: Lang) -> Self {
        let mut page = Self::in_review(lang);
        let say = page.layout.say;
        let comment = |id: &str, place: Option<&str>, resolved: bool| CommentRow {
            id: id.to_owned(),
            author: "专家 刘建国".to_owned(),
            at: "2026-11-24 10:12".to_owned(),
            text: vec![
                "第 3 步的接线图与正文不一致，KM3 的触点编号请核对。".to_owned(),
                HOSTILE.to_owned(),
            ],
            place: place.map(|label| CommentPlace {
                label: label.to_owned(),
                url: "/r/7?page=12&file=1#reading".to_owned(),
                before_url: resolved.then(|| "/r/7?version=1&page=12&file=1#reading".to_owned()),
            }),
            resolved: resolved.then(|| say.resolved_by("王敏", "2026-11-24 15:40")),
            action: format!("/r/7/comments/{id}"),
            may_resolve: true,
            is_own: id == "1",
        };
        page.queue = Some(QueueWay {
            previous: Some(Link::new("CA6140 车床电气控制线路检修 教学课件", "/r/6")),
            next: Some(Link::new(HOSTILE, "/r/8")),
        });
        page.review = Some(review_panel(say));
        page.comments = Some(Comments {
            open: vec![
                comment("1", Some("工作页.pdf · 第 12 页"), false),
                comment("2", Some("操作示范.mp4 · 02:10"), false),
                comment("3", None, false),
            ],
            resolved: vec![comment("4", Some("评分表.xlsx · 评分 · 第 5 行"), true)],
            form: Some(CommentForm {
                action: "/r/7/comments".to_owned(),
                heading: say.comment_here(),
                is_open: true,
                files: vec![
                    Choice::new("", say.comment_whole(), "1"),
                    Choice::new("1", "课件/工作页.pdf", "1"),
                ],
                place: FormField::of("十二").faulty(say.comment_place_fault()),
                text: FormField::of(HOSTILE),
            }),
        });
        page
    }

    pub(in crate::http::web) fn undiscussed(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.comments = Some(Comments {
            open: Vec::new(),
            resolved: Vec::new(),
            form: None,
        });
        page
    }
}

const MAJORS: [&str; 5] = ["数控加工(数控车工)", "焊接加工", "汽车维修", "电子商务", HOSTILE];
const SCHOOLS: [(&str, &str); 3] = [
    ("S1", "天津市第一示范技师学院"),
    ("S2", "天津市第二示范技师学院"),
    ("S3", HOSTILE),
];

pub(super) fn named<I: Default>(code: Option<&str>, name: &str) -> NamedRef<I> {
    NamedRef {
        id: I::default(),
        code: code.map(str::to_owned),
        name: name.to_owned(),
    }
}

pub(super) fn frame() -> FigureFrame {
    FigureFrame {
        counted_at: Timestamp(1_795_500_000_000),
        school: None,
    }
}

fn counts(some: &[(&str, i64)]) -> TypeCounts {
    TypeCounts(
        some.iter()
            .map(|(kind, n)| ((*kind).to_owned(), *n))
            .collect::<BTreeMap<_, _>>(),
    )
}

fn months(of: impl Fn(i64) -> i64) -> Vec<MonthCount> {
    let names = [
        "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09",
        "2026-10", "2026-11",
    ];
    let count = |(at, month): (i64, &str)| MonthCount {
        month: month.to_owned(),
        count: of(at),
    };
    (0..).zip(names).map(count).collect()
}

fn covered() -> CoverageReport {
    let course = |name: &str, missing: &[&str]| CourseCoverage {
        course: named(None, name),
        level: Some("advanced".to_owned()),
        counts: counts(&[("worksheet", 4), ("course_standard", 1), ("video", 9)]),
        whole: counts(&[("course_standard", 1)]),
        missing: missing.iter().map(|kind| (*kind).to_owned()).collect(),
        tasks: vec![TaskCoverage {
            task: named(None, "台阶轴的车削"),
            counts: counts(&[("worksheet", 4), ("video", 9)]),
            missing: missing.iter().map(|kind| (*kind).to_owned()).collect(),
        }],
    };
    let major = |(at, name): (i64, &&str)| MajorCoverage {
        major: named((at == 0).then_some("0116"), name),
        counts: counts(&[
            ("textbook", at),
            ("worksheet", 1 + 7 * at),
            ("courseware", 120 / (at + 1)),
            ("video", 30 * at),
        ]),
        courses: vec![
            course("简单零件数控车床加工", &["schedule", "lesson_plan"]),
            course("零件钳加工", &[]),
        ],
    };
    let mut majors: Vec<MajorCoverage> = (0..).zip(&MAJORS).map(major).collect();
    majors.push(MajorCoverage {
        major: named(None, "工业机器人应用与维护"),
        counts: TypeCounts::default(),
        courses: Vec::new(),
    });
    CoverageReport {
        frame: frame(),
        official_documents: crate::domain::resource::OFFICIAL_DOCUMENTS.map(str::to_owned).into(),
        total: majors.iter().map(|it| it.counts.total()).sum(),
        majors,
        unplaced: counts(&[("image", 3)]),
        schools: vec![
            SchoolCoverage {
                school: Some(named(Some("S3"), HOSTILE)),
                counts: counts(&[("worksheet", 12), ("video", 400)]),
            },
            SchoolCoverage {
                school: None,
                counts: counts(&[("image", 3)]),
            },
        ],
        as_of: Some("2026-08-31".to_owned()),
        ledger: ledger(),
    }
}

fn ledger() -> LedgerState {
    LedgerState {
        exact_since: Some("2026-11-30".to_owned()),
        compared_at: Some(Timestamp(1_790_000_000_000)),
        wrong: 2,
        wrong_uses: 1,
        wrong_training: 0,
    }
}

fn report(lang: Lang, of: &'static str, lead: &'static str) -> ReportsPage {
    let layout = admin(lang, "报表");
    let say = layout.say;
    let tab = |label: &str| Tab {
        label: label.to_owned(),
        url: "/reports".to_owned(),
        is_here: label == say.coverage(),
    };
    ReportsPage {
        tabs: [say.coverage(), say.progress(), say.usage(), say.audit()]
            .map(tab)
            .into(),
        lead,
        of,
        schools: vec![Choice::new("", say.whole_city(), ""), Choice::new("S3", HOSTILE, "")],
        as_of: (of == "coverage").then(|| "2026-08-31".to_owned()),
        contents: ReportContents::default(),
        csv_url: format!("/api/v1/reports/{of}?format=csv"),
        xlsx_url: format!("/api/v1/reports/{of}?format=xlsx"),
        pdf_url: format!("/api/v1/reports/{of}?format=pdf"),
        layout,
    }
}

impl ReportsPage {
    pub(in crate::http::web) fn covered(lang: Lang) -> Self {
        let mut page = report(lang, "coverage", "");
        let say = page.layout.say;
        coverage::fill(say, &mut page.contents, &covered(), "");
        page
    }

    pub(in crate::http::web) fn covered_in(lang: Lang) -> Self {
        let mut page = report(lang, "coverage", "");
        let say = page.layout.say;
        coverage::fill(say, &mut page.contents, &covered(), "0116");
        page
    }

    pub(in crate::http::web) fn progressed(lang: Lang) -> Self {
        let mut page = report(lang, "progress", "");
        let say = page.layout.say;
        let goal = |target, reached: Option<i64>| Goal {
            target,
            reached,
            with_resources: reached.map(|n| n / 2),
        };
        let phase = |number, majors, schools, teachers| PhaseProgress {
            phase: number,
            from: "2022-08".to_owned(),
            until: "2023-07".to_owned(),
            majors: goal(majors, Some(majors)),
            schools: goal(schools, Some(schools - 1)),
            teachers: goal(teachers, Some(teachers - 3)),
            people: teachers - 5,
        };
        let figures = Progress {
            frame: frame(),
            source: HOSTILE.to_owned(),
            phases: vec![phase(1, 6, 4, 20), phase(2, 2, 2, 30), phase(3, 1, 1, 50)],
            trained: 91,
            trained_people: 77,
            companies: 12,
            given_by_companies: 48,
            visits: 20,
            visits_closed: 18,
            authors: 38,
            resources: 12_840,
            published: months(|at| at * at * 9),
            ledger: ledger(),
        };
        progress::fill(say, &mut page.contents, &figures);
        page
    }

    pub(in crate::http::web) fn used(lang: Lang) -> Self {
        let mut page = report(lang, "usage", "");
        let say = page.layout.say;
        let mut rows = Vec::new();
        for (at, (code, school)) in (1..).zip(SCHOOLS) {
            for (of, major) in (1..).zip(MAJORS) {
                rows.push(UsageRow {
                    school: Some(named(Some(code), school)),
                    major: Some(named(None, major)),
                    resources: at * 10,
                    uses: 4_000 / (at * of),
                    by_month: months(|month| month * of).into_iter().map(|it| it.count).collect(),
                });
            }
        }
        let figures = UsageReport {
            frame: frame(),
            months: months(|_| 0).into_iter().map(|it| it.month).collect(),
            uses: rows.iter().map(|row| row.uses).sum(),
            rows,
            ledger: ledger(),
        };
        usage::fill(say, &mut page.contents, &figures);
        page
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = report(lang, "usage", "");
        let say = page.layout.say;
        let figures = UsageReport {
            frame: frame(),
            months: months(|_| 0).into_iter().map(|it| it.month).collect(),
            uses: 0,
            rows: Vec::new(),
            ledger: ledger(),
        };
        usage::fill(say, &mut page.contents, &figures);
        page
    }
}

impl AuditPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = admin(lang, "操作记录");
        let say = layout.say;
        let row = |actor: &str, action: &str, outcome: &str, subject: Option<&str>| AuditRow {
            at: "2026-11-24 15:40".to_owned(),
            actor: actor.to_owned(),
            act: say.act(action),
            action: action.to_owned(),
            changes: HOSTILE.to_owned(),
            count: say.audit_count(12),
            title: subject.map(|_| HOSTILE.to_owned()),
            subject: subject.map(str::to_owned),
            subject_url: subject.map(|_| "/r/7".to_owned()),
            outcome: say.outcome(outcome),
            is_done: outcome == "done",
            address: "10.0.0.7".to_owned(),
        };
        let subject = Some("0193a5f2-7c11-7bb0-9a4e-3f0f7c3c8d21");
        Self {
            tabs: vec![Tab {
                label: say.audit().to_owned(),
                url: "/admin/audit".to_owned(),
                is_here: true,
            }],
            actor: HOSTILE.to_owned(),
            address: HOSTILE.to_owned(),
            text: HOSTILE.to_owned(),
            actions: vec![Choice::new("", say.audit_anything(), "")],
            outcomes: vec![Choice::new("", say.audit_any(), "")],
            from: FormField::of("2026-11-01"),
            until: FormField::default(),
            all_url: Some("/admin/audit".to_owned()),
            rows: vec![
                row("admin-s1", "resource.approve", "done", subject),
                row("teacher-s1", "session.begin", "wrong-password", None),
                row(HOSTILE, "comment.add", "done", subject),
            ],
            csv_url: "/api/v1/audit?format=csv".to_owned(),
            xlsx_url: "/api/v1/audit?format=xlsx".to_owned(),
            jsonl_url: "/api/v1/audit?format=jsonl".to_owned(),
            checkpoint_name: Some("checkpoint-2026-11-30.json".to_owned()),
            goes_on: true,
            newest_url: Some("/admin/audit".to_owned()),
            next_url: Some("/admin/audit?cursor=x".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        let fault = page.layout.say.audit_day_fault();
        page.from = FormField::of(HOSTILE).faulty(fault);
        page.rows.clear();
        page
    }
}

impl PersonalDataPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = admin(lang, "个人信息");
        let say = layout.say;
        Self {
            rows: TABLE.iter().map(|line| row_for(say, line)).collect(),
            layout,
        }
    }
}

fn row_for(say: PageWords, line: &PersonalData) -> PersonalDataRow {
    let [what, purpose] = say.personal_data_kind(line.kind);
    PersonalDataRow {
        what,
        purpose,
        period: say.months(12),
        ground: say.legal_ground(line.ground),
        after: say.after_erasure(line.after),
    }
}
