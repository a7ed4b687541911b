//! Samples of packs.

use super::{HOSTILE, guest, teacher};
use crate::domain::pack::BuildState;
use crate::domain::resource::Status;
use crate::domain::role::Scope;
use crate::http::web::form::{Choice, FormField};
use crate::http::web::highlighted::Highlighted;
use crate::http::web::layout::{Layout, Link, Tab};
use crate::http::web::pack::changes::{ChangeGroup, ChangedFileRow, ChangesPage};
use crate::http::web::pack::create::CreatePackPage;
use crate::http::web::pack::edit::{EditPage, EntryRow};
use crate::http::web::pack::tree::{FolderLink, PackTree, ResourceMark, TreeFile, TreeFolder};
use crate::http::web::pack::{
    BuildProgress, Editor, PackChecks, PackHolder, PackPage, PackVersionRow, PublishForm, Withdraw,
};
use crate::http::web::packs::{PackRow, PacksPage};
use crate::http::web::resource::{Download, Fact, TermsOfUse};
use crate::http::web::resource_card::{KindMark, ResourceCard, StatusMark};
use crate::words::Lang;

const TITLE: &str = "简单零件数控车床加工 资源包";

impl PacksPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "资源包");
        let say = layout.say;
        let row = |title: &str, status| PackRow {
            card: ResourceCard {
                url: "/p/1".to_owned(),
                title: Highlighted::plain(title),
                kind: KindMark {
                    seal: "包",
                    label: say.scope(Scope::City),
                },
                facts: vec![
                    "天津市第一示范技师学院".to_owned(),
                    say.version(3),
                    say.pack_size(36, "240 MB"),
                    "2026-11-20".to_owned(),
                ],
                status,
                ai: None,
            },
            description: Some("一门课的课件、工作页和视频，按学习任务排好。".to_owned()),
        };
        Self {
            tabs: tabs(&layout),
            rows: vec![
                row(TITLE, None),
                row(HOSTILE, Some(StatusMark::of(say, Status::Withdrawn))),
            ],
            nothing: say.packs_empty_more(),
            next_url: Some("/packs?cursor=x".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let layout = guest(lang, "资源包");
        Self {
            tabs: Vec::new(),
            rows: Vec::new(),
            nothing: layout.say.packs_empty_guest(),
            next_url: None,
            layout,
        }
    }
}

fn tabs(layout: &Layout) -> Vec<Tab> {
    let tab = |label: &str, is_here| Tab {
        label: label.to_owned(),
        url: "/packs".to_owned(),
        is_here,
    };
    vec![tab(layout.say.packs_all(), true), tab(layout.say.packs_mine(), false)]
}

impl PackPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, TITLE);
        let say = layout.say;
        Self {
            url: "/p/1".to_owned(),
            status: None,
            status_note: None,
            description: vec!["给第一次带这门课的老师：从任务一的工作页开始。".to_owned()],
            rights: TermsOfUse {
                scope: say.scope(Scope::City),
                scope_note: say.scope_note(Scope::City),
                ..TermsOfUse::default()
            },
            facts: facts(&layout),
            making: None,
            old: Some((say.pack_old_version(2, 3), "/p/1".to_owned())),
            whats_new: vec!["新增锥轴的视频。".to_owned(), HOSTILE.to_owned()],
            download: Some(Download {
                url: "/api/v1/packs/1/versions/2/archive.zip".to_owned(),
                facts: "ZIP · 240 MB".to_owned(),
            }),
            forms: [say.form_bagit(), say.form_imscc(), say.form_scorm()]
                .map(|label| Link::new(label, "/api/v1/packs/1/versions/2/archive.imscc"))
                .into(),
            command: [
                "gongxue pull https://library.example.org",
                "--pack 1",
                "--to ./简单零件数控车床加工-资源包",
            ]
            .map(str::to_owned)
            .into(),
            tree: Some(tree(&layout)),
            gone: vec![say.pack_gone("withdrawn", 2), say.pack_gone("left_out", 1)],
            changes_url: Some("/p/1/changes?from=1&to=2".to_owned()),
            versions: versions(&layout),
            editor: Some(editor(&layout)),
            layout,
        }
    }

    /// A large pack whose next version is being made.
    pub(in crate::http::web) fn large(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        let say = page.layout.say;
        HOSTILE.clone_into(&mut page.layout.title);
        page.making = Some(BuildProgress {
            said: say.pack_building().to_owned(),
            progress: say.pack_progress(BuildState::Building, 12_000, 48_000),
            share: Some((12_000, 48_000)),
            has_failed: false,
        });
        page.tree = Some(PackTree {
            way: vec![
                Link::new(say.pack_tree_top(), "/p/1#contents"),
                Link::new(HOSTILE, "/p/1"),
            ],
            here: Some("01 台阶轴".to_owned()),
            links: vec![FolderLink {
                link: Link::new(HOSTILE, "/p/1?folder=x#contents"),
                facts: say.pack_size(12_000, "3.2 GB"),
            }],
            files: vec![file("说明.txt", "TXT")],
            stubs: vec![say.pack_stub(HOSTILE, say.left_out(true, None), Some(HOSTILE))],
            part: Some(say.pack_part(1, 500, 1_200)),
            next_url: Some("/p/1?folder=x&from=500#contents".to_owned()),
            ..PackTree::default()
        });
        if let Some(editor) = &mut page.editor {
            editor.publish = None;
            editor.holders = Some(Vec::new());
        }
        page
    }

    /// A first version that could not be made.
    pub(in crate::http::web) fn failed(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        let say = page.layout.say;
        page.status = Some(StatusMark::of(say, Status::Draft));
        page.status_note = Some(say.pack_draft_note().to_owned());
        page.making = Some(BuildProgress {
            said: say.pack_failed().to_owned(),
            progress: say.pack_failed_unknown().to_owned(),
            share: None,
            has_failed: true,
        });
        page.download = None;
        page.command.clear();
        page.tree = None;
        page.versions.clear();
        if let Some(publish) = page.editor.as_mut().and_then(|editor| editor.publish.as_mut()) {
            publish.note = FormField::of(HOSTILE).faulty("最多 2000 个字。");
        }
        page
    }
}

fn facts(layout: &Layout) -> Vec<Fact> {
    let say = layout.say;
    let fact = |name, value: &str| Fact {
        name,
        value: value.to_owned(),
        url: (name == say.school()).then(|| "/schools/1".to_owned()),
    };
    vec![
        fact(say.school(), "天津市第一示范技师学院"),
        fact(say.author(), "王敏"),
        fact(say.pack_versions(), &format!("{} · 2026-11-20", say.version(3))),
        fact(say.files_heading(), &say.pack_size(36, "240 MB")),
    ]
}

fn tree(layout: &Layout) -> PackTree {
    let say = layout.say;
    let mut folder = folder(layout, "01 简单零件数控车床加工", None);
    let mut task = self::folder(layout, "01 台阶轴数控车加工", None);
    let mark = ResourceMark {
        url: "/r/7".to_owned(),
        kind: KindMark::of(say, "worksheet"),
        ai: Some("AI 辅助"),
        facts: vec![say.files(2), "3.4 MB".to_owned()],
        points: vec![(Link::new("第 12 页", "/r/7?page=12&file=1#reading"), HOSTILE.to_owned())],
    };
    let mut sheet = self::folder(layout, "台阶轴数控车加工 工作页", Some(mark.clone()));
    sheet.note = Some("第一次课用。".to_owned());
    sheet.files = vec![file("工作页.docx", "DOCX"), file(HOSTILE, "PDF")];
    sheet.files[1].url = None;
    let mut slides = self::folder(layout, HOSTILE, Some(mark));
    slides.has_many = true;
    slides.files = vec![file("图/a.png", "PNG")];
    task.folders = vec![sheet, slides];
    task.stubs = vec![say.pack_stub("教学视频", say.left_out(false, None), Some("天津市第二示范技师学院"))];
    folder.note = Some("按任务的顺序用。".to_owned());
    folder.folders = vec![task];
    PackTree {
        folders: vec![folder],
        ..PackTree::default()
    }
}

fn folder(layout: &Layout, name: &str, resource: Option<ResourceMark>) -> TreeFolder {
    TreeFolder {
        say: layout.say,
        name: name.to_owned(),
        facts: layout.say.pack_size(2, "3.4 MB"),
        resource,
        note: None,
        is_open: true,
        has_many: false,
        folders: Vec::new(),
        files: Vec::new(),
        stubs: Vec::new(),
    }
}

fn file(name: &str, format: &str) -> TreeFile {
    TreeFile {
        name: name.to_owned(),
        format: format.to_owned(),
        size: "1.2 MB".to_owned(),
        url: Some("/api/v1/packs/1/versions/2/files/0".to_owned()),
    }
}

fn versions(layout: &Layout) -> Vec<PackVersionRow> {
    let say = layout.say;
    let row = |number, note: &str, is_shown: bool| PackVersionRow {
        label: say.version(number),
        facts: vec!["2026-11-20".to_owned(), say.pack_size(36, "240 MB")],
        note: note.to_owned(),
        url: (!is_shown).then(|| format!("/p/1?version={number}")),
        changes_url: (number > 1).then(|| "/p/1/changes?from=1&to=2".to_owned()),
    };
    vec![
        row(3, HOSTILE, false),
        row(2, "新增锥轴的视频。", true),
        row(1, "", false),
    ]
}

fn editor(layout: &Layout) -> Editor {
    let say = layout.say;
    let holder = |name: &str, is_damaged| PackHolder {
        name: name.to_owned(),
        version: say.version(2),
        state: if is_damaged {
            say.holder_damaged()
        } else {
            say.holder_whole()
        },
        is_damaged,
        at: "2026-11-21 08:30".to_owned(),
    };
    Editor {
        seen: 1,
        edit_url: Some("/p/1/edit".to_owned()),
        publish: Some(PublishForm {
            go: say.pack_publish(),
            note: FormField::default(),
            waiting: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
        }),
        checks: Some(PackChecks {
            said: say.pack_checked(50, 1),
            rows: vec![(Link::new(HOSTILE, "/r/1"), vec![HOSTILE.to_owned()])],
            next_url: Some("/p/1?checks=0.#checks-title".to_owned()),
        }),
        withdraw: Some(Withdraw {
            label: say.pack_withdraw(),
            note: say.pack_withdraw_note(),
            go: say.pack_withdraw_really(),
        }),
        may_restore: true,
        holders: Some(vec![holder("天津市第二示范技师学院", false), holder(HOSTILE, true)]),
    }
}

impl CreatePackPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "制作资源包");
        let say = layout.say;
        let scopes = [
            ("school", Scope::School),
            ("city", Scope::City),
            ("public", Scope::Public),
        ];
        Self {
            idempotency_key: "019385f0-0000-7000-8000-000000000000".to_owned(),
            fault: None,
            source: Link::new("简单零件数控车床加工", "/c/1"),
            source_facts: vec![say.entry_kind("course"), say.resources(36)],
            source_field: ("course", "1".to_owned()),
            title: FormField::of(say.pack_title_of("简单零件数控车床加工")),
            description: FormField::default(),
            scopes: scopes
                .map(|(code, scope)| Choice::new(code, say.scope(scope), "city").noted(say.scope_note(scope)))
                .into(),
            types: ["worksheet", "courseware", "video"]
                .map(|code| Choice::new(code, code, "video"))
                .into(),
            stages: ["inform", "execute"]
                .map(|code| Choice::new(code, say.stage(code), "execute"))
                .into(),
            layout,
        }
    }

    pub(in crate::http::web) fn faulty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.fault = Some(page.layout.say.pack_faults().to_owned());
        page.source.label = HOSTILE.to_owned();
        page.title = FormField::of("").faulty("必填。");
        page.description = FormField::of(HOSTILE).faulty("最多 5000 个字。");
        page.types.clear();
        page
    }
}

impl EditPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "修改资源包");
        let say = layout.say;
        let entry = |number: usize, kind: &str, name: &str, note| EntryRow {
            number,
            kind: say.entry_kind(kind),
            name: name.to_owned(),
            url: (number != 3).then(|| "/c/1".to_owned()),
            facts: vec!["工作页".to_owned()],
            note,
            labels: [say.entry_up(), say.entry_down(), say.entry_remove()]
                .map(|act| say.entry_named(act, number, name)),
            has_above: number > 1,
            has_below: number < 3,
        };
        let new = CreatePackPage::sample(lang);
        Self {
            url: "/p/1".to_owned(),
            name: TITLE.to_owned(),
            seen: 4,
            fault: Some(say.pack_faults().to_owned()),
            title: FormField::of(TITLE),
            description: new.description,
            scopes: new.scopes,
            entries: vec![
                entry(1, "course", "简单零件数控车床加工", FormField::default()),
                entry(
                    2,
                    "resource",
                    HOSTILE,
                    FormField::of(HOSTILE).faulty("最多 2000 个字。"),
                ),
                entry(3, "fragment", say.entry_unseen(), FormField::default()),
            ],
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.fault = None;
        page.entries.clear();
        page
    }
}

impl ChangesPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = guest(lang, "第 1 版到第 2 版的变化");
        let say = layout.say;
        let row = |name: &str, was: Option<&str>| ChangedFileRow {
            folder: "01 台阶轴/".to_owned(),
            name: name.to_owned(),
            was: was.map(str::to_owned),
            size: "1.2 MB".to_owned(),
        };
        let group = |code, heading, rows: Vec<ChangedFileRow>| ChangeGroup {
            code,
            heading,
            facts: say.pack_size(rows.len() as u64, "1.2 MB"),
            rest: (rows.len() > 1).then(|| say.changes_rest(12)),
            rows,
        };
        let choice = |number: i32| Choice::new(number.to_string(), say.version(number), "2");
        Self {
            pack: Link::new(TITLE, "/p/1"),
            cost: Some(say.changes_cost(1, "3.2 MB", 34)),
            groups: vec![
                group(
                    "added",
                    say.changes_added(),
                    vec![row(HOSTILE, None), row("b.pdf", None)],
                ),
                group("changed", say.changes_changed(), vec![row("c.pdf", None)]),
                group("renamed", say.changes_renamed(), vec![row("d.pdf", Some(HOSTILE))]),
                group("removed", say.changes_removed(), vec![row("e.pdf", None)]),
            ],
            gone: vec![(
                HOSTILE.to_owned(),
                format!(
                    "{} · {}",
                    say.pack_gone_one("withdrawn"),
                    say.pack_keep_until("2026-12-08")
                ),
            )],
            nothing: None,
            from: vec![choice(2), choice(1)],
            to: vec![choice(2), choice(1)],
            url: "/p/1/changes".to_owned(),
            layout,
        }
    }

    pub(in crate::http::web) fn nothing(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.groups.clear();
        page.gone.clear();
        page.from.truncate(1);
        page.cost = None;
        page.nothing = Some(page.layout.say.changes_none());
        page
    }
}
