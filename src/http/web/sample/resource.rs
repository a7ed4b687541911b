//! Samples of a resource.

use super::{HOSTILE, cards, teacher};
use crate::domain::file::{ExtractionFault, ExtractionReport, ExtractionState, Kind};
use crate::domain::passage::Locator;
use crate::domain::resource::{Status, StatusTransition};
use crate::domain::role::Scope;
use crate::domain::speech::{SpeechReport, SpeechState};
use crate::http::web::form::Choice;
use crate::http::web::highlighted::Highlighted;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::my_resources::HubRemark;
use crate::http::web::resource::speech::{SpeechPage, SpokenRow};
use crate::http::web::resource::{
    Action, ChangeRow, ChangedRemark, Download, Fact, FileRow, MemberRow, ResourcePage, TermsOfUse, VersionRow,
    state_code,
};
use crate::http::web::resource_card::{KindMark, StatusMark};
use crate::http::web::viewer::{
    ChapterLink, CorrectionForms, CorrectionRow, FileView, Highlight, Jump, MediaSource, PageLink, PlacedText, Player,
    RenderedPage, ScanView, SpeechRemark, TextView, Track, TranscriptLine,
};
use crate::words::Lang;
use crate::words::pages::{Cited, PageWords};

impl ResourcePage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "电动机星三角降压启动控制线路安装 工作页");
        let say = layout.say;
        Self {
            id: "7".to_owned(),
            kind: KindMark::of(say, "worksheet"),
            status: None,
            review_note_label: say.review_note(),
            at_hub: None,
            notices: vec![Link::new("20261130-K7QF2M · 已下架", "/notices/1")],
            changed: None,
            seen: 4,
            review_note: None,
            trail: ["电气自动化设备安装与维修", "继电控制线路安装与检修", "电动机星三角降压启动控制线路安装"].map(|label| Link::new(label, "/c/1")).into(),
            description: vec!["学生用工作页，配合 30 学时的学习任务使用：识读电路图、选择元件、安装接线、通电试车。第 12 页起是试车记录与评分表，可以直接打印。".to_owned()],
            facts: facts(&layout),
            keywords: ["降压启动", "时间继电器", "接触器"].map(|word| Link::new(word, "/search?q=x")).into(),
            rights: TermsOfUse {
                licence: "CC BY-SA 4.0".to_owned(),
                licence_note: "可以使用和改编；请署名，并以同样的许可分享。".to_owned(),
                scope: say.scope(Scope::City),
                scope_note: say.scope_note(Scope::City),
                more: vec![(say.third_party_label(), HOSTILE.to_owned()), (say.ai_label(), HOSTILE.to_owned())],
                ai: Some("AI 生成"),
            },
            download: Some(Download {
                url: "/api/v1/files/1/content".to_owned(),
                facts: "DOCX · 3.2 MB".to_owned(),
            }),
            files_total: say.files_total(5, "286 MB"),
            files: files(&layout),
            findability_url: Some("/r/7/findability".to_owned()),
            edit_url: Some("/r/7/edit".to_owned()),
            marked: Some("2026-11-24".to_owned()),
            model: Some(HOSTILE.to_owned()),
            marks: vec![Link::new(HOSTILE, "/recognition/1")],
            mark_url: Some("/r/7/mark".to_owned()),
            is_processing: false,
            player: None,
            reading: Some(reading(&layout)),
            versions: versions(&layout),
            queue: None,
            review: None,
            comments: None,
            actions: Vec::new(),
            packs: vec![Link::new("继电控制线路 资源包", "/p/1"), Link::new(HOSTILE, "/p/2")],
            add_to_pack: Some(vec![Choice::new("1", HOSTILE, ""), Choice::new("", say.add_to_new(), "-")]),
            similar: cards(&layout),
            citation: say.citation(&Cited {
                who: "王敏, 李强",
                title: "电动机星三角降压启动控制线路安装 工作页",
                version: 2,
                site: say.site(),
                day: "2026-11-20",
            }),
            share_url: "https://library.example.org/r/7".to_owned(),
            layout,
        }
    }

    pub(in crate::http::web) fn told(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.reading = Some(table(&page.layout));
        page
    }

    pub(in crate::http::web) fn in_review(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        let say = page.layout.say;
        HOSTILE.clone_into(&mut page.layout.title);
        page.layout.notice = Some("已提交审核。".to_owned());
        page.status = Some(StatusMark::of(say, Status::Submitted));
        page.is_processing = true;
        page.changed = Some(ChangedRemark {
            text: say.changed_since_approved(1),
            approved_url: Some("/r/7?version=1".to_owned()),
            changes: vec![ChangeRow {
                label: say.fields_changed(),
                names: HOSTILE.to_owned(),
            }],
            may_discard: true,
        });
        page.review_note = Some("请补上第 3 页的接线图。".to_owned());
        page.download = None;
        page.reading = None;
        page.player = Some(Player {
            sources: vec![MediaSource {
                url: "/api/v1/files/3/stream#t=130".to_owned(),
                media_type: Some("video/mp4"),
            }],
            poster_url: Some("/api/v1/files/3/thumbnail?width=960".to_owned()),
            name: "操作示范.mp4".to_owned(),
            is_video: true,
            is_place: true,
            tracks: vec![Track {
                url: "/api/v1/files/4/subtitles".to_owned(),
                label: HOSTILE.to_owned(),
                is_chosen: true,
            }],
            cues: vec![TranscriptLine {
                url: "/r/7?t=130&file=3#reading".to_owned(),
                second: 130,
                clock: "02:10".to_owned(),
                text: Highlighted::stretch(HOSTILE, 0..HOSTILE.len(), &[]),
                is_here: true,
            }],
            speech: Some(SpeechRemark {
                text: say.unheard(None),
                download_url: Some("/api/v1/files/3/subtitles".to_owned()),
                correct_url: Some("/r/7/speech/3".to_owned()),
            }),
            marks: vec![172, 500],
            chapters: vec![ChapterLink {
                url: "/r/7?t=60&file=3#reading".to_owned(),
                second: 60,
                clock: "01:00".to_owned(),
                title: HOSTILE.to_owned(),
            }],
            chapters_label: say.made_chapters(),
            chapters_url: "/api/v1/files/3/chapters".to_owned(),
            note: Some(say.film_waiting()),
            is_waiting: true,
            other: Some(Link::new(say.film_light(19_000_000), "/r/7?file=3&light=1#reading")),
            download_url: "/api/v1/files/3/content?download=1".to_owned(),
        });
        page.actions = vec![
            action(say.step(StatusTransition::Approve), say.note_approve(), true, None),
            action(
                say.step(StatusTransition::Return),
                say.note_return(),
                false,
                Some(say.return_question()),
            ),
            Action {
                offers_at_once: true,
                really: Some(say.withdraw_really()),
                ..action(say.step(StatusTransition::Withdraw), say.note_withdraw(), false, None)
            },
        ];
        page.at_hub = Some(HubRemark {
            heading: Some(say.at_hub_returned()),
            text: HOSTILE.to_owned(),
            is_fault: true,
        });
        page
    }
}

fn action(label: String, note: &str, is_main: bool, asks: Option<&str>) -> Action {
    Action {
        url: "/r/7/step".to_owned(),
        label,
        note: note.to_owned(),
        is_main,
        asks: asks.map(str::to_owned),
        offers_at_once: false,
        really: None,
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
        fact(say.author(), "王敏、李强"),
        fact(say.school(), "天津市第一示范技师学院"),
        fact(say.level_of(), &say.level("advanced")),
        fact(say.year(), "2026"),
        fact(say.updated(), "2026-11-20"),
    ]
}

fn files(layout: &Layout) -> Vec<FileRow> {
    let read = ExtractionReport {
        pages: 16,
        characters: 8431,
        blank_pages: 1,
        ..ExtractionReport::default()
    };
    let scan = ExtractionReport {
        pages: 4,
        needs_ocr: true,
        ..ExtractionReport::default()
    };
    let film = ExtractionReport {
        pages: 86,
        characters: 2_210,
        duration_ms: Some(754_000),
        ..ExtractionReport::default()
    };
    let locked = ExtractionReport {
        fault: Some(ExtractionFault::Encrypted),
        ..ExtractionReport::default()
    };
    let mut rows = vec![
        file(
            layout,
            "工作页-星三角启动.docx",
            Kind::Docx,
            ExtractionState::Ready,
            &read,
        ),
        file(
            layout,
            "工作页-星三角启动.pdf",
            Kind::Pdf,
            ExtractionState::Ready,
            &read,
        ),
        file(layout, "电路图-扫描.pdf", Kind::Pdf, ExtractionState::NoText, &scan),
        file(layout, "操作示范.mp4", Kind::Video, ExtractionState::Ready, &film),
        file(layout, "评分表.xlsx", Kind::Xlsx, ExtractionState::Failed, &locked),
        file(
            layout,
            "CAD 图纸.zip",
            Kind::Zip,
            ExtractionState::Extracting,
            &ExtractionReport::default(),
        ),
    ];
    rows[5].members_label = layout.say.members(2);
    rows[5].members = ["图纸/主电路.dwg", "图纸/控制电路.dwg"].map(member).into();
    rows[2].folder = Some("附件/图/".to_owned());
    rows
}

fn member(path: &str) -> MemberRow {
    MemberRow {
        url: path.contains("主").then(|| "/api/v1/files/6/members?path=a".to_owned()),
        path: path.to_owned(),
        size: "1.2 MB".to_owned(),
    }
}

fn file(layout: &Layout, name: &str, kind: Kind, state: ExtractionState, report: &ExtractionReport) -> FileRow {
    FileRow {
        folder: None,
        name: name.to_owned(),
        format: crate::http::web::format::format(kind, name),
        size: "3.2 MB".to_owned(),
        url: "/api/v1/files/1/content".to_owned(),
        look_url: Some("/r/7?file=1#reading".to_owned()),
        state: state_code(state),
        report: layout.say.findability(kind, state, report),
        warnings: layout.say.warnings(kind, report),
        members: Vec::new(),
        members_label: String::new(),
        erase: (state == ExtractionState::Ready).then(|| "3".to_owned()),
        searchable_url: Some("/api/v1/files/1/searchable".to_owned()),
        first: (state == ExtractionState::Ready).then(|| "3".to_owned()),
        first_waits: (state == ExtractionState::Ready).then(|| layout.say.read_first_waits((22, 6))),
    }
}

fn reading(layout: &Layout) -> FileView {
    let text = "四、通电试车\n1. 检查接线无误后，合上电源开关 QF。\n2. 按下启动按钮 SB2，电动机绕组接成星形。";
    let start = text.find("启动").unwrap_or_default();
    let say = layout.say;
    let place = |page| say.place(&Locator::Page { page });
    FileView {
        file: HOSTILE.to_owned(),
        place: place(12),
        sheet: Some(sheet(layout)),
        image_url: None,
        text: TextView::of(text, std::slice::from_ref(&(start..start + 6))),
        open_url: Some("/api/v1/files/1/content#page=12".to_owned()),
        download_url: "/api/v1/files/1/content".to_owned(),
        share_url: "https://library.example.org/r/7?page=12&file=1#reading".to_owned(),
        previous: Some(Link::new(place(11), "/r/7?page=11")),
        next: Some(Link::new(place(13), "/r/7?page=13")),
        note: None,
        is_waiting: false,
        scan: Some(scan(say)),
    }
}

fn scan(say: PageWords) -> ScanView {
    let row = |line, is_corrected| CorrectionRow {
        line,
        text: HOSTILE.to_owned(),
        known: say.line_known(97, is_corrected),
        is_corrected,
    };
    ScanView {
        said: say.page_read_by_machine(97),
        correct: Some(CorrectionForms {
            url: "/r/7/correct".to_owned(),
            file: "1".to_owned(),
            page: 12,
            lines: vec![row(1, false), row(2, true)],
        }),
    }
}

/// A sheet of a workbook whose pages are still being made.
fn table(layout: &Layout) -> FileView {
    let text = "评分表\n项目\t分值\n<b>接线</b>\t30";
    FileView {
        place: "评分表".to_owned(),
        sheet: None,
        image_url: Some("/api/v1/files/1/content".to_owned()),
        text: TextView::of(text, &[]),
        note: Some(layout.say.pages_waiting()),
        is_waiting: true,
        ..reading(layout)
    }
}

fn sheet(layout: &Layout) -> RenderedPage {
    let leaf = |number| PageLink {
        number,
        url: format!("/r/7?page={number}&file=1#reading"),
        picture_url: format!("/api/v1/files/1/pages/{number}"),
        is_here: number == 12,
        is_found: number % 3 == 0,
    };
    let turn = Some("rotate(90 300 40)".to_owned());
    RenderedPage {
        number: 12,
        total: 16,
        picture_url: "/api/v1/files/1/pages/12".to_owned(),
        alt: layout.say.picture_of(&layout.say.place(&Locator::Page { page: 12 })),
        width: 595,
        height: 842,
        letters: vec![PlacedText {
            text: HOSTILE.to_owned(),
            x: 72.0,
            y: 96.5,
            size: 10.5,
            length: 210.0,
            turn: turn.clone(),
        }],
        marks: vec![Highlight {
            x: 82.5,
            y: 87.0,
            width: 21.0,
            height: 12.2,
            turn,
        }],
        strip: (9..=16).map(leaf).collect(),
        found: [9, 12, 15].map(leaf).into(),
        jump: Jump {
            url: "/r/7#reading".to_owned(),
            field: "page",
            fields: vec![("file", "1".to_owned()), ("q", HOSTILE.to_owned())],
        },
    }
}

fn versions(layout: &Layout) -> Vec<VersionRow> {
    let version = |number, url: Option<&str>| VersionRow {
        label: layout.say.version(number),
        facts: "2026-11-20 · 王敏".to_owned(),
        url: url.map(str::to_owned),
        changes: vec![ChangeRow {
            label: layout.say.files_replaced(),
            names: layout.say.names(&[HOSTILE.to_owned(), "评分表.xlsx".to_owned()], 1),
        }],
    };
    vec![version(2, None), version(1, Some("/r/7?version=1"))]
}

impl SpeechPage {
    /// A film of which one line is corrected, with more lines before and after.
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "");
        let say = layout.say;
        let row = |start: u64, text: &str, corrected| SpokenRow {
            start,
            clock: "02:10".to_owned(),
            label: say.speech_line_at("02:10"),
            url: "/r/7?t=130&file=3#reading".to_owned(),
            text: text.to_owned(),
            corrected,
        };
        Self {
            resource: Link::new("星三角启动", "/r/7"),
            name: "操作示范.mp4".to_owned(),
            url: "/r/7/speech/3".to_owned(),
            from: 100,
            about: Some(say.heard_note(&SpeechReport {
                state: SpeechState::Heard,
                lines: 1_240,
                corrected: 1,
                heard_by: Some("ggml-base".to_owned()),
                fault: None,
            })),
            state: Some(say.unheard(None)),
            lines: vec![row(130_000, HOSTILE, true), row(134_500, "先断电，再挂牌", false)],
            most: 500,
            previous: Some(Link::new(say.speech_previous(), "/r/7/speech/3?from=0")),
            next: Some(Link::new(say.speech_next(), "/r/7/speech/3?from=200")),
            download_url: "/api/v1/files/3/subtitles".to_owned(),
            layout: Layout {
                title: say.speech_heading().to_owned(),
                ..layout
            },
        }
    }

    /// A film in which nothing was heard.
    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        Self {
            about: None,
            lines: Vec::new(),
            previous: None,
            next: None,
            ..Self::sample(lang)
        }
    }
}
