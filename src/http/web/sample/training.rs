//! Samples of teacher training.

use super::{HOSTILE, teacher};
use crate::domain::list_sheet::SheetCounts;
use crate::http::web::admin::import_page::{Confirm, SheetOfPage, SheetPreview};
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::{Link, Tab};
use crate::http::web::training::bases::{BaseFields, BaseRow, TrainingBasesPage};
use crate::http::web::training::certificate::{CertificatePage, RevokeFields, VerifyPage};
use crate::http::web::training::edit::TrainingEditPage;
use crate::http::web::training::items::{ItemPage, ItemSheet, ItemsPage};
use crate::http::web::training::mine::{OwnTrainingPage, OwnTrainingRow, TotalsPage};
use crate::http::web::training::people::{CorrectFields, EnrolFields, TraineeRow, TraineesPage};
use crate::http::web::training::session::{ItemRow, PartFacts, SessionDesk, TrainingSessionPage};
use crate::http::web::training::sign_in::{TrainingCodePage, TrainingSignInPage};
use crate::http::web::training::{TrainingPage, TrainingRow};
use crate::words::Lang;
use crate::words::pages::PageWords;

fn tabs(say: PageWords) -> Vec<Tab> {
    let tab = |label: &str, url: &str, is_here| Tab {
        label: label.to_owned(),
        url: url.to_owned(),
        is_here,
    };
    vec![
        tab(say.training_sessions(), "/training", true),
        tab(say.training_bases(), "/training/bases", false),
    ]
}

fn facts(say: PageWords) -> Vec<String> {
    vec![
        "2026-11-24".to_owned(),
        say.hours(16),
        say.training_seats(12, 30),
        say.training_counts().to_owned(),
    ]
}

impl TrainingPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "师资培训");
        let say = layout.say;
        let row = |title: &str| TrainingRow {
            title: title.to_owned(),
            url: "/training/1".to_owned(),
            state: ("running", "进行中"),
            facts: facts(say),
        };
        Self {
            tabs: tabs(say),
            add_url: Some("/training/new"),
            words: HOSTILE.to_owned(),
            states: vec![Choice::new("", say.training_any_state(), "")],
            modes: vec![Choice::new("", say.training_any_mode(), "")],
            schools: vec![Choice::new("S1", HOSTILE, "")],
            rows: vec![row("工学一体化课程开发"), row(HOSTILE)],
            next_url: Some("/training?cursor=x".to_owned()),
            import_url: Some("/sheets/training-sessions".to_owned()),
            export_urls: ["csv", "xlsx"].map(|format| format!("/api/v1/training/sessions?format={format}")),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.add_url = None;
        page.schools.clear();
        page.rows.clear();
        page.next_url = None;
        page
    }
}

impl TrainingSessionPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, HOSTILE);
        let say = layout.say;
        Self {
            list: Link::new(say.training(), "/training"),
            state: ("running", "进行中"),
            facts: facts(say),
            details: vec![
                (say.training_topic(), HOSTILE.to_owned()),
                (say.training_schools(), say.training_all_schools().to_owned()),
            ],
            note: vec![HOSTILE.to_owned()],
            items: vec![ItemRow {
                link: Link::new(HOSTILE, "/training/1/items/1"),
                progress: say.item_pages(12, 40),
                is_finished: true,
            }],
            part: Some(PartFacts {
                state: ("enrolled", "已报名"),
                facts: vec![HOSTILE.to_owned()],
            }),
            join_action: None,
            leave_action: Some("/training/1/leave".to_owned()),
            sign_in_url: Some("/training/1/sign-in".to_owned()),
            people_url: Some("/training/1/people".to_owned()),
            desk: Some(SessionDesk {
                items_url: Some("/training/1/items".to_owned()),
                code_url: Some("/training/1/code".to_owned()),
                edit_url: "/training/1/edit".to_owned(),
                cancel_action: Some("/training/1/cancel".to_owned()),
            }),
            layout,
        }
    }
}

impl TraineesPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "参训名单");
        let say = layout.say;
        let row = |id: &str, name: &str, is_open: bool| TraineeRow {
            id: id.to_owned(),
            name: name.to_owned(),
            state: ("attended", "已参加"),
            facts: vec![HOSTILE.to_owned(), say.hours(16)],
            certificate: Some(Link::new(HOSTILE, "/training/certificates/GX26-7K3M-9QTX-4HZD")),
            corrections: vec![HOSTILE.to_owned()],
            correct: Some(CorrectFields {
                action: format!("/training/1/people/{id}"),
                states: vec![Choice::new("attended", "已参加", "attended")],
                hours: FormField::of(HOSTILE).faulty(HOSTILE),
                reason: FormField::of(HOSTILE).faulty(HOSTILE),
                is_open,
            }),
        };
        Self {
            session: Link::new(HOSTILE, "/training/1"),
            rows: vec![row("1", "王敏", false), row("2", HOSTILE, true)],
            next_url: Some("/training/1/people?cursor=x".to_owned()),
            csv_url: "/api/v1/training/sessions/1/attendance?format=csv".to_owned(),
            xlsx_url: "/api/v1/training/sessions/1/attendance?format=xlsx".to_owned(),
            enrol: Some(EnrolFields {
                action: "/training/1/people".to_owned(),
                names: FormField::of(HOSTILE).faulty(HOSTILE),
            }),
            import_url: Some("/training/1/people/import".to_owned()),
            certify_action: Some("/training/1/certificates".to_owned()),
            layout,
        }
    }
}

impl ItemsPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        Self {
            layout: teacher(lang, "安排培训内容"),
            session: Link::new(HOSTILE, "/training/1"),
            action: "/training/1/items".to_owned(),
            items: FormField::of(HOSTILE).faulty(HOSTILE),
        }
    }
}

impl ItemPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, HOSTILE);
        let say = layout.say;
        Self {
            session: Link::new(HOSTILE, "/training/1"),
            progress: say.item_pages(12, 40),
            is_finished: false,
            uncounted: None,
            watch_url: "/api/v1/training/items/1/progress".to_owned(),
            page: Some(ItemSheet {
                number: 12,
                total: 40,
                picture_url: "/api/v1/files/1/pages/12".to_owned(),
                previous_url: Some("/training/1/items/1?page=11".to_owned()),
                next_url: Some("/training/1/items/1?page=13".to_owned()),
            }),
            film_url: None,
            resource_url: "/r/1".to_owned(),
            action: "/training/1/items/1".to_owned(),
            layout,
        }
    }

    pub(in crate::http::web) fn film(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.page = None;
        page.film_url = Some("/api/v1/files/1/stream".to_owned());
        page.uncounted = Some(HOSTILE.to_owned());
        page.is_finished = true;
        page
    }
}

impl CertificatePage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "培训证书");
        let say = layout.say;
        Self {
            holder: HOSTILE.to_owned(),
            text: say.certificate_text(HOSTILE, 16),
            number: "GX26-7K3M-9QTX-4HZD".to_owned(),
            validity: say.certificate_valid().to_owned(),
            is_valid: true,
            details: vec![(say.training_sessions(), HOSTILE.to_owned())],
            picture: crate::http::web::qr::picture("https://library.example.org/").unwrap(),
            revoke: Some(RevokeFields {
                action: "/training/certificates/GX26-7K3M-9QTX-4HZD/revoke".to_owned(),
                reason: FormField::of(HOSTILE).faulty(HOSTILE),
            }),
            layout,
        }
    }
}

impl VerifyPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        Self {
            layout: teacher(lang, "核验培训证书"),
            number: FormField::of(HOSTILE).faulty(HOSTILE),
        }
    }
}

impl OwnTrainingPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "我的培训记录");
        let say = layout.say;
        Self {
            tabs: tabs(say),
            rows: vec![OwnTrainingRow {
                session: Link::new(HOSTILE, "/training/1"),
                state: ("attended", "已参加"),
                facts: vec![say.hours(16)],
                certificate: Some(Link::new(
                    "GX26-7K3M-9QTX-4HZD",
                    "/training/certificates/GX26-7K3M-9QTX-4HZD",
                )),
            }],
            next_url: Some("/training/mine?cursor=x".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.rows.clear();
        page.next_url = None;
        page
    }
}

impl TotalsPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "教师培训情况");
        let say = layout.say;
        Self {
            tabs: tabs(say),
            schools: vec![Choice::new("S1", HOSTILE, "")],
            rows: vec![[HOSTILE, "第一技师学院", "3", "2", "48"].map(str::to_owned)],
            next_url: Some("/training/people?cursor=x".to_owned()),
            csv_url: "/api/v1/training/people?format=csv".to_owned(),
            xlsx_url: "/api/v1/training/people?format=xlsx".to_owned(),
            layout,
        }
    }
}

impl SheetOfPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, "导入参训名单");
        let say = layout.say;
        Self {
            back: Link::new(HOSTILE, "/training/1/people"),
            lead: say.list_lead(),
            note: say.list_note().to_owned(),
            action: "/training/1/people/import".to_owned(),
            file_fault: None,
            preview: Some(SheetPreview {
                name: HOSTILE.to_owned(),
                faults: vec![HOSTILE.to_owned()],
                faults_found: say.faults_found(1),
                ..SheetPreview::default()
            }),
            layout,
        }
    }
}

impl SheetOfPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let mut page = Self::faulty(lang);
        let say = page.layout.say;
        let counts = SheetCounts {
            added: 1,
            changed: 1,
            unchanged: 0,
        };
        page.preview = Some(SheetPreview {
            name: HOSTILE.to_owned(),
            facts: say.sheet_counts(counts),
            header: vec![say.sheet_row(), say.sheet_outcome_of_row(), "企业名称"],
            rows: vec![vec!["2".to_owned(), HOSTILE.to_owned(), HOSTILE.to_owned()]],
            confirm: Some(Confirm {
                action: "/sheets/companies/1".to_owned(),
                label: say.sheet_carry_out(2),
            }),
            ..SheetPreview::default()
        });
        page
    }
}

impl TrainingCodePage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        Self {
            layout: teacher(lang, "签到码"),
            session: Link::new(HOSTILE, "/training/1"),
            code: "1234 5678".to_owned(),
            seconds: 42,
            picture: crate::http::web::qr::picture("https://library.example.org/training/1").unwrap(),
            url: "/training/1/code".to_owned(),
        }
    }
}

impl TrainingSignInPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        Self {
            layout: teacher(lang, "签到"),
            session: Link::new(HOSTILE, "/training/1"),
            action: "/training/1/sign-in".to_owned(),
            code: FormField::of(HOSTILE).faulty(HOSTILE),
        }
    }
}

impl TrainingEditPage {
    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let layout = teacher(lang, "新建培训班");
        let say = layout.say;
        let typed = || FormField::of(HOSTILE).faulty(HOSTILE);
        Self {
            back: Link::new(say.training(), "/training"),
            action: "/training/new".to_owned(),
            go: say.training_make(),
            title: typed(),
            topic: typed(),
            bases: vec![Choice::new("", say.training_no_base(), "")],
            modes: vec![Choice::new("online", HOSTILE, "online")],
            from: typed(),
            until: typed(),
            days: typed(),
            hours: typed(),
            place: typed(),
            holder: typed(),
            schools: vec![Choice::new("1", HOSTILE, "1")],
            capacity: typed(),
            counts: Some(true),
            share: typed(),
            words: typed(),
            layout,
        }
    }
}

impl TrainingBasesPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "研修基地");
        let say = layout.say;
        Self {
            tabs: tabs(say),
            import_url: Some("/sheets/training-bases".to_owned()),
            rows: vec![BaseRow {
                name: HOSTILE.to_owned(),
                facts: vec![HOSTILE.to_owned()],
                edit_url: Some("/training/bases?edit=1#form".to_owned()),
            }],
            form: Some(BaseFields {
                heading: say.base_edit(),
                action: "/training/bases/1".to_owned(),
                remove_action: Some("/training/bases/1/remove".to_owned()),
                name: FormField::of(HOSTILE).faulty(HOSTILE),
                since: FormField::default(),
                majors: FormField::of(HOSTILE),
                schools: vec![Choice::new("", say.base_of_city(), "")],
                seen: Some(HOSTILE.to_owned()),
                meanwhile: Some(say.changed_meanwhile(&[say.field_now(say.base_name(), HOSTILE)])),
            }),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.rows.clear();
        page.form = None;
        page
    }
}
