//! Samples of running a school or the city, and of one's own account.

use super::{HOSTILE, teacher};
use crate::domain::damage::DamageKind;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::domain::file::Kind;
use crate::domain::id::{JobId, Sha256, WorkerId};
use crate::domain::ocr::OcrBacklog;
use crate::domain::rate::RequestKind;
use crate::domain::role::{Role, TokenArea, TokenScope};
use crate::domain::roster::{RosterColumn, RosterFault, RosterProblem};
use crate::domain::search::NamedRef;
use crate::domain::time::Timestamp;
use crate::domain::work::{WorkKind, Worker};
use crate::http::web::account::passkeys::PasskeyRow;
use crate::http::web::account::{AccountPage, IdentityRow, LinkForm, SessionRow, TokenRow};
use crate::http::web::admin::accounts::{AccountActions, AccountFields, AccountRow, AccountsPage, GivenTo};
use crate::http::web::admin::damage::DamagePage;
use crate::http::web::admin::files::FilesPage;
use crate::http::web::admin::import_page::{Confirm, SheetPage, SheetPreview};
use crate::http::web::admin::jobs::{JobsPage, WorkerRow};
use crate::http::web::admin::mirror::{MirrorPage, MirrorRow};
use crate::http::web::admin::one_time_passwords::OneTimePasswords;
use crate::http::web::admin::rates::{NoticeRow, RatesPage};
use crate::http::web::admin::roster::OpenedPage;
use crate::http::web::admin::schools::{SchoolFields, SchoolLine, SchoolsPage};
use crate::http::web::admin::storage::StoragePage;
use crate::http::web::admin::{AdminPage, Attention};
use crate::http::web::form::{Choice, FormField};
use crate::http::web::layout::{Layout, Tab};
use crate::http::web::marks::OwnMarkRow;
use crate::library::accounts::shut_out::ShutOutAddress;
use crate::library::jobs::admin::{Job, WorkOfKind};
use crate::library::objects::damaged::{AffectedFile, Damaged};
use crate::library::uploads::storage_figures::{HeldOfKind, Large, SchoolStorage, StorageUsage, Unfindable};
use crate::words::Lang;
use crate::words::pages::PageWords;

fn layout(lang: Lang, title: impl FnOnce(PageWords) -> &'static str) -> Layout {
    teacher(lang, title(PageWords(lang)))
}

fn nav(say: PageWords, here: &str) -> Vec<Tab> {
    [
        say.admin_overview(),
        say.accounts(),
        say.schools_admin(),
        say.storage_admin(),
    ]
    .map(|label| Tab {
        label: label.to_owned(),
        url: "/admin".to_owned(),
        is_here: label == here,
    })
    .into()
}

/// 2026-11-24 15:40 in Tianjin.
const AT: Timestamp = Timestamp(1_795_506_000_000);
const SCANNED: &str = "扫描/第一章.pdf";
const SCHOOL: &str = "天津市第一示范技师学院";

fn named<I: Default>(name: &str) -> NamedRef<I> {
    NamedRef {
        id: I::default(),
        code: None,
        name: name.to_owned(),
    }
}

fn facts<const N: usize>(facts: [&str; N]) -> Vec<String> {
    facts.map(str::to_owned).into()
}

impl AdminPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::admin);
        let say = layout.say;
        let row = |number: &str, what: String, is_fault| Attention {
            number: number.to_owned(),
            what,
            go: say.admin_go_look(),
            url: "/admin/jobs".to_owned(),
            is_fault,
        };
        Self {
            nav: nav(say, say.admin_overview()),
            whose: say.admin_of_city().to_owned(),
            attention: vec![
                row("3", say.dead_jobs(3), true),
                row("92 %", say.room_is_tight(HOSTILE), true),
                row("14", say.waiting_review(14), false),
                row("1,208", say.unfindable_files(1208), false),
            ],
            figures: vec![
                ("12,840".to_owned(), say.admin_figure_published()),
                ("312".to_owned(), say.admin_figure_accounts()),
                ("7".to_owned(), say.admin_figure_schools()),
            ],
            recognition: Some(say.recognition_left(
                OcrBacklog {
                    waiting: 12_400,
                    pages_per_hour: Some(900),
                },
                "22-6".parse().unwrap_or_default(),
            )),
            layout,
        }
    }

    pub(in crate::http::web) fn calm(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.attention.clear();
        page
    }
}

impl AccountsPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::accounts);
        let say = layout.say;
        let row = |display: &str, marks: &[(&'static str, &'static str)], is_open| AccountRow {
            display: display.to_owned(),
            facts: facts(["wangmin", "教师", "天津市第一示范技师学院"]),
            marks: marks.to_vec(),
            edit_url: Some("/admin/accounts?edit=1#form".to_owned()),
            is_open,
        };
        Self {
            nav: nav(say, say.accounts()),
            given: Some(GivenTo {
                whose: "王敏 · wangmin".to_owned(),
                given: given(say, &[("王敏", "wangmin")]),
                has_passkeys: true,
            }),
            filter: "wang".to_owned(),
            roles: roles(say, Role::Teacher),
            schools: vec![Choice::new("S1", "天津市第一示范技师学院", "S1")],
            rows: vec![
                row("王敏", &[("submitted", say.account_password_once())], false),
                row(HOSTILE, &[("withdrawn", say.account_disabled())], true),
                AccountRow {
                    edit_url: None,
                    ..row("李强", &[("returned", say.account_locked())], false)
                },
            ],
            nothing: None,
            next_url: Some("/admin/accounts?cursor=x".to_owned()),
            add: Some(fields(say)),
            edit: None,
            layout,
        }
    }

    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        let say = page.layout.say;
        page.given = None;
        page.rows.clear();
        page.nothing = Some(say.accounts_not_found());
        if let Some(fields) = &mut page.add {
            fields.name = FormField::of(HOSTILE).faulty("“wangmin”已经存在，请换一个。");
            fields.display = FormField::of(HOSTILE);
            fields.school_fault = Some("必填。".to_owned());
        }
        page
    }

    pub(in crate::http::web) fn editing(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.given = None;
        page.add = None;
        page.edit = Some(AccountActions {
            id: "1".to_owned(),
            fields: fields(page.layout.say),
            is_disabled: false,
            is_locked: true,
            has_second_factor: true,
        });
        page
    }
}

fn roles(say: PageWords, chosen: Role) -> Vec<Choice> {
    Role::ALL
        .into_iter()
        .map(|role| Choice::new(role.code(), say.role(role), chosen.code()))
        .collect()
}

fn fields(say: PageWords) -> AccountFields {
    AccountFields {
        name: FormField::default(),
        display: FormField::of("王敏"),
        roles: roles(say, Role::Teacher),
        role_fault: None,
        schools: vec![Choice::new("S1", "天津市第一示范技师学院", "S1")],
        school_fault: None,
    }
}

fn given(say: PageWords, people: &[(&str, &str)]) -> OneTimePasswords {
    let row = |(display, name): &(&str, &str)| [*display, *name, "k7mp-3xwd-q9ra-hu6t"].map(str::to_owned);
    OneTimePasswords::new(say, people.iter().map(row).collect(), Timestamp(0)).unwrap()
}

impl OpenedPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::roster_opened);
        let say = layout.say;
        Self {
            nav: nav(say, say.accounts()),
            given: given(say, &[("王敏", "wangmin"), (HOSTILE, "liqiang")]),
            layout,
        }
    }
}

impl SheetPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::curriculum_admin);
        let say = layout.say;
        let rows = [
            facts([&say.replaced_by("0403"), say.major(), "0402", "汽车修理"]),
            facts([say.fate_changed(), say.major(), "0116", "机械设备装配与自动控制"]),
            facts([say.fate_added(), say.course(), "", HOSTILE]),
        ];
        Self {
            nav: nav(say, say.accounts()),
            lead: say.curriculum_lead(),
            note: say.curriculum_note(),
            accept: ".json,.xlsx,.csv",
            action: "/admin/curriculum",
            file_fault: None,
            preview: Some(SheetPreview {
                name: HOSTILE.to_owned(),
                facts: vec![say.counted(say.major(), 0, 2, 9), say.counted(say.course(), 1, 0, 44)],
                header: vec![
                    say.column_fate(),
                    say.column_rank(),
                    say.column_code(),
                    say.column_what(),
                ],
                warnings: vec![say.import_departs(HOSTILE, 2, HOSTILE)],
                rows: rows.into(),
                more: Some(say.and_more(40)),
                confirm: Some(Confirm {
                    action: "/admin/curriculum/1".to_owned(),
                    label: say.curriculum_go().to_owned(),
                }),
                ..SheetPreview::default()
            }),
            layout,
        }
    }

    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        let say = page.layout.say;
        let fault = |row, column, problem| say.roster_fault(&RosterFault { row, column, problem });
        let required = RosterProblem::Cell(FieldFault::at("name", FaultKind::Required));
        page.preview = Some(SheetPreview {
            name: "教师名单.xlsx".to_owned(),
            faults: vec![
                fault(3, Some(RosterColumn::Name), RosterProblem::Taken(HOSTILE.to_owned())),
                fault(
                    4,
                    Some(RosterColumn::School),
                    RosterProblem::NoSuchSchool("S9".to_owned()),
                ),
                fault(5, Some(RosterColumn::Name), RosterProblem::SameAsRow(2)),
                fault(6, None, RosterProblem::NotYours),
                fault(7, Some(RosterColumn::Name), required),
                fault(1, None, RosterProblem::NoNameColumn),
                fault(1, None, RosterProblem::TooManyRows),
            ],
            faults_found: say.faults_found(7),
            nothing: None,
            ..SheetPreview::default()
        });
        page
    }

    pub(in crate::http::web) fn unreadable(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.preview = None;
        page.file_fault = Some("表格读不出来。".to_owned());
        page
    }
}

impl SchoolsPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::schools_admin);
        let say = layout.say;
        let line = |code: &str, name: &str| SchoolLine {
            code: code.to_owned(),
            name: name.to_owned(),
            facts: vec![
                "技师学院".to_owned(),
                say.joined_phase(1),
                say.account_count(46),
                say.used_of("82 GB", "100 GB"),
            ],
            edit_url: Some("/admin/schools?edit=1#form".to_owned()),
            accounts_url: "/admin/accounts?school=S1".to_owned(),
        };
        Self {
            nav: nav(say, say.schools_admin()),
            rows: vec![line("S1", "天津市第一示范技师学院"), line("S2", HOSTILE)],
            form: Some(SchoolFields {
                heading: say.school_add(),
                action: "/admin/schools".to_owned(),
                code: Some(FormField::of("S 1").faulty("格式应为:字母、汉字、数字和 - _ . @，不含空格")),
                name: FormField::of(HOSTILE),
                kind: FormField::of("技师学院"),
                phase: FormField::of("一").faulty("格式应为:期数，从 1 到 99"),
                quota: FormField::of("很多").faulty(say.expected_gb()),
                quota_was: "200".to_owned(),
                go: say.add_go(),
                cancel_url: Some("/admin/schools"),
            }),
            layout,
        }
    }
}

impl JobsPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::jobs_admin);
        let kind = |kind: &str, dead: u64| WorkOfKind {
            kind: kind.to_owned(),
            queued: 120,
            running: 2,
            dead,
        };
        Self {
            nav: nav(layout.say, layout.say.jobs_admin()),
            kinds: vec![kind("extract", 3), kind("build-pack", 0)],
            dead: vec![Job {
                id: JobId::NO_ROW,
                kind: "extract".to_owned(),
                subject: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08:pdf".to_owned(),
                state: "dead".to_owned(),
                attempts: 5,
                error: Some(HOSTILE.to_owned()),
                created_at: AT,
            }],
            workers: vec![WorkerRow::of(
                layout.say,
                Worker {
                    id: WorkerId::NO_ROW,
                    name: HOSTILE.to_owned(),
                    account: "wang".to_owned(),
                    token: "机房".to_owned(),
                    role: Role::SchoolAdmin,
                    kinds: WorkKind::ALL.to_vec(),
                    version: "0.1.0".to_owned(),
                    seen_at: AT,
                    running: 1,
                    pages: 640,
                    films: 2,
                    refused: 1,
                },
            )],
            may_retry: true,
            next_url: Some("/admin/jobs?cursor=x".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn idle(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.kinds.clear();
        page.dead.clear();
        page.workers.clear();
        page.next_url = None;
        page
    }
}

impl StoragePage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::storage_admin);
        let say = layout.say;
        let held = |name: &str, quota| SchoolStorage {
            room: StorageUsage {
                school: named(name),
                used: 92 << 30,
                quota,
            },
            contents: 1024,
            bytes: 80 << 30,
        };
        let large = |shown| Large {
            shown,
            kind: "video".to_owned(),
            school: Some("天津市第三示范技师学院".to_owned()),
            bytes: 1_503_238_553,
            files: 3,
        };
        Self {
            nav: nav(say, say.storage_admin()),
            figures: vec![
                ("310 GB".to_owned(), say.storage_total()),
                ("1.2 TB".to_owned(), say.storage_free()),
            ],
            schools: vec![held("天津市第一示范技师学院", Some(100 << 30)), held(HOSTILE, None)],
            kinds: vec![HeldOfKind {
                kind: Kind::Pdf,
                contents: 900,
                bytes: 12 << 30,
            }],
            largest: vec![large(Some(named(HOSTILE))), large(None)],
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.figures.clear();
        page.schools.clear();
        page.kinds.clear();
        page.largest.clear();
        page
    }
}

impl MirrorPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::mirror_admin);
        let say = layout.say;
        let row = |title: &str, url: Option<&str>, fault: Option<&str>| MirrorRow {
            title: title.to_owned(),
            url: url.map(str::to_owned),
            facts: facts(["https://hub.example.org", "2026-11-20 08:12"]),
            fault: fault.map(str::to_owned),
        };
        Self {
            nav: nav(say, say.mirror_admin()),
            packs: vec![row("继电控制线路 资源包", None, None)],
            conflicts: vec![row(HOSTILE, Some("/r/7"), None)],
            problems: vec![row(say.storage_hidden(), None, Some(say.mirror_problem("fields")))],
            offers: vec![
                row("二保焊工作页", Some("/r/8"), None),
                row(say.storage_hidden(), None, Some(HOSTILE)),
            ],
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.packs.clear();
        page.conflicts.clear();
        page.problems.clear();
        page.offers.clear();
        page
    }
}

impl FilesPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::files_admin);
        let file = |resource| Unfindable {
            resource,
            path: Some(SCANNED.to_owned()),
            kind: Kind::Pdf,
            school: Some(SCHOOL.to_owned()),
        };
        Self {
            nav: nav(layout.say, layout.say.files_admin()),
            rows: vec![file(Some(named(HOSTILE))), file(None)],
            next_url: Some("/admin/files?cursor=x".to_owned()),
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

impl DamagePage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::damage_admin);
        let say = layout.say;
        let file = |resource| AffectedFile {
            resource,
            path: Some(SCANNED.to_owned()),
            school: Some(SCHOOL.to_owned()),
        };
        let damaged = |found, files, more| Damaged {
            sha256: Sha256::from_bytes([0x9f; 32]),
            found,
            found_at: AT,
            files,
            more,
        };
        Self {
            nav: nav(say, say.damage_admin()),
            verified: Some(say.verified_since("2026-11-02 03:00")),
            rows: vec![
                damaged(DamageKind::Bytes, vec![file(Some(named(HOSTILE))), file(None)], 12),
                damaged(DamageKind::Missing, Vec::new(), 0),
            ],
            next_url: Some("/admin/damage?cursor=x".to_owned()),
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

impl RatesPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::rates_admin);
        let say = layout.say;
        let row = |who: String, kind| NoticeRow {
            who,
            facts: vec![
                say.request_kind(kind).to_owned(),
                say.times_met(1_204),
                say.last_met("2026-11-24 15:40"),
            ],
        };
        Self {
            nav: nav(say, say.rates_admin()),
            unknown_proxy: Some(say.unknown_proxy("10.0.0.1", "2026-11-24 15:40")),
            shut_out: Some(vec![ShutOutAddress {
                address: "10.1.2.3".to_owned(),
                attempts: 60,
                since: AT,
                until: AT,
            }]),
            may_free: true,
            notices: vec![
                row(say.token_of(&format!("{HOSTILE} (wang)")), RequestKind::Search),
                row(say.all_of_school(SCHOOL), RequestKind::Packs),
                row("2001:db8:1:2::".to_owned(), RequestKind::SignIn),
            ],
            next_url: Some("/admin/rates?cursor=x".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.unknown_proxy = None;
        page.shut_out = Some(Vec::new());
        page.notices.clear();
        page.next_url = None;
        page
    }
}

impl AccountPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = layout(lang, PageWords::own_account);
        let say = layout.say;
        let session = |label, is_here| SessionRow {
            id: "9f86d081".to_owned(),
            label,
            facts: vec![
                "10.1.2.3".to_owned(),
                say.last_used("2026-11-24 15:40"),
                say.signed_in_at("2026-11-20 08:00"),
            ],
            is_here,
        };
        Self {
            facts: facts(["wangmin", "教师", "天津市第一示范技师学院"]),
            password_note: say.password_note(10),
            old_fault: None,
            new_fault: None,
            has_password: true,
            identities: vec![IdentityRow {
                id: "1".to_owned(),
                label: "市统一认证".to_owned(),
                facts: vec![HOSTILE.to_owned(), say.last_used("2026-11-24 15:40")],
            }],
            linkable: vec![LinkForm {
                label: say.link_at("校园账号"),
                url: "/account/sign-on/ad".to_owned(),
                asks_there: true,
                asks_code: true,
            }],
            passkeys: vec![PasskeyRow {
                id: "1".to_owned(),
                name: HOSTILE.to_owned(),
                facts: vec![say.passkey_unused().to_owned(), say.passkey_synced().to_owned()],
            }],
            has_passkeys: true,
            marks: vec![OwnMarkRow {
                label: HOSTILE.to_owned(),
                url: Some("/recognition/1".to_owned()),
                facts: vec!["有效".to_owned(), HOSTILE.to_owned()],
            }],
            sessions: vec![session(say.session_here(), true), session(say.session_other(), false)],
            made: Some("gxt_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG".to_owned()),
            tokens: vec![TokenRow {
                id: "1".to_owned(),
                name: HOSTILE.to_owned(),
                facts: vec![say.scope_of_token(TokenScope::Write), say.valid_until("2027-02-22")],
            }],
            token_name: FormField::default(),
            scopes: [TokenScope::Read, TokenScope::Write, TokenScope::Admin]
                .map(|scope| Choice::new(scope.code(), say.scope_of_token(scope), "read"))
                .into(),
            areas: TokenArea::ALL
                .map(|area| Choice::new(area.code(), say.area_of_token(area), ""))
                .into(),
            days: [30, 90]
                .map(|n: u64| Choice::new(n.to_string(), say.days(n), "90"))
                .into(),
            layout,
        }
    }

    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.made = None;
        page.tokens.clear();
        page.old_fault = Some("登录名或密码不对".to_owned());
        page.new_fault = Some("至少 10 个字符。".to_owned());
        page.token_name = FormField::of(HOSTILE).faulty("最多 100 个字。");
        page
    }
}
