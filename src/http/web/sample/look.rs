//! Samples of the results and of a resource.

use super::{HOSTILE, cards, guest, teacher};
use crate::domain::file::{Fault, Kind, Report, State};
use crate::domain::passage::Locator;
use crate::domain::resource::{Move, Status};
use crate::domain::role::Scope;
use crate::http::web::form::Choice;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::list::{KindMark, StatusMark};
use crate::http::web::marked::Marked;
use crate::http::web::reading::{Cue, Jump, Leaf, Letters, Mark, Player, Reading, Sheet, Text, Track};
use crate::http::web::resource::{
    Action, ChangeRow, Download, Fact, FileRow, MemberRow, ResourcePage, Rights, VersionRow, state_code,
};
use crate::http::web::results::{
    Chip, Correction, FacetChoice, FacetGroup, Hit, Nothing, Picture, Quote, Relative, Relatives, ResultsPage,
    SaveForm, SortLink,
};
use crate::library::find::place;
use crate::words::Lang;
use crate::words::pages::Cited;

impl ResultsPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let mut layout = teacher(lang, "星三角启动");
        let say = layout.say;
        layout.query = "星三角启动".to_owned();
        Self {
            heading: say.results_for(&layout.query),
            found: say.found(128),
            chips: vec![
                chip(say.major(), "电气自动化设备安装与维修"),
                chip(say.type_of(), "工作页"),
            ],
            save: Some(SaveForm {
                name: HOSTILE.to_owned(),
                query: "q=x&type=video".to_owned(),
            }),
            feed_url: "/search.atom?q=x&type=video".to_owned(),
            clear_url: Some("/search?q=x".to_owned()),
            correction: None,
            relaxed: Some(say.relaxed(3)),
            did_you_mean: vec![Link::new("星形三角形启动", "/search?q=y")],
            sorts: sorts(&layout),
            facets: facets(&layout),
            hits: hits(&layout),
            nothing: None,
            first_url: Some("/search?q=x".to_owned()),
            next_url: Some("/search?q=x&cursor=c".to_owned()),
            layout,
        }
    }

    pub(in crate::http::web) fn nothing(lang: Lang) -> Self {
        let mut layout = guest(lang, HOSTILE);
        let say = layout.say;
        layout.query = HOSTILE.to_owned();
        let advice = [
            say.advice_fewer(),
            say.advice_spelling(),
            say.advice_filters(),
            say.advice_sign_in(),
        ];
        Self {
            heading: say.results_for(HOSTILE),
            found: say.found(0),
            chips: vec![chip(say.school(), "天津市第七示范技工学校")],
            save: None,
            feed_url: "/search.atom?q=x".to_owned(),
            clear_url: None,
            correction: Some(Correction {
                said: say.shown_instead(HOSTILE, "星三角"),
                typed: HOSTILE.to_owned(),
                typed_url: "/search?q=z".to_owned(),
            }),
            relaxed: None,
            did_you_mean: Vec::new(),
            sorts: Vec::new(),
            facets: Vec::new(),
            hits: Vec::new(),
            nothing: Some(Nothing {
                said: say.nothing_found(HOSTILE, true),
                nearest: vec![
                    Link::new("星三角启动", "/search?q=y"),
                    Link::new(HOSTILE, "/search?q=z"),
                ],
                advice: advice.map(str::to_owned).into(),
                links: vec![
                    Link::new(say.without_filters(), "/search?q=x"),
                    Link::new(say.browse_majors(), "/#majors"),
                ],
                why_not_mine: Some(Link::new(say.why_not_mine(), "/mine")),
            }),
            first_url: None,
            next_url: None,
            layout,
        }
    }
}

fn chip(field: &str, label: &str) -> Chip {
    Chip {
        field: field.to_owned(),
        label: label.to_owned(),
        remove_url: "/search?q=x".to_owned(),
        page_url: (field == "学校").then(|| "/schools/1".to_owned()),
    }
}

fn sorts(layout: &Layout) -> Vec<SortLink> {
    let sort = |label: &str, is_chosen| SortLink {
        label: label.to_owned(),
        url: "/search".to_owned(),
        is_chosen,
    };
    vec![
        sort(layout.say.sort_relevance(), true),
        sort(layout.say.sort_newest(), false),
    ]
}

fn facets(layout: &Layout) -> Vec<FacetGroup> {
    let say = layout.say;
    let choices = |labels: &[&str]| -> Vec<FacetChoice> {
        let choice = |(index, label): (usize, &&str)| FacetChoice {
            label: (*label).to_owned(),
            count: (48 / (index + 1)).to_string(),
            url: "/search?q=x".to_owned(),
            is_chosen: index == 0,
            under: Vec::new(),
        };
        labels.iter().enumerate().map(choice).collect()
    };
    let majors = [
        "电气自动化设备安装与维修",
        "机械设备装配与自动控制",
        "工业机器人应用与维护",
        "汽车维修",
    ];
    let types = [
        "工作页",
        "教学课件",
        "教学视频",
        "教案",
        "信息页",
        "考核方案",
        "试题库",
        "教材",
        "动画",
    ];
    let schools = [
        "天津市第一示范技师学院",
        "天津市第二示范技师学院",
        "天津市第四示范高级技工学校",
    ];
    let mut tree = choices(&majors);
    tree[0].under = choices(&["继电控制线路安装与检修", "照明线路安装与检修"]);
    tree[0].under[0].under = choices(&["电动机星三角降压启动控制线路安装", HOSTILE]);
    vec![
        FacetGroup::new(layout, say.type_of(), choices(&types)),
        FacetGroup::new(layout, say.majors(), tree),
        FacetGroup::new(layout, say.school(), choices(&schools)),
        FacetGroup::new(layout, say.year(), choices(&["2026", "2025", "2024"])),
    ]
}

fn hits(layout: &Layout) -> Vec<Hit> {
    let mut hits: Vec<Hit> = cards(layout)
        .into_iter()
        .map(|card| Hit {
            card,
            picture: None,
            quotes: Vec::new(),
            family: None,
        })
        .collect();
    hits[0].card.title = Marked::from_index("电动机<mark>星三角</mark>降压<mark>启动</mark>控制线路安装 工作页");
    hits[0].quotes = vec![
        quote(
            layout,
            &Locator::Page { page: 12 },
            "…合上电源开关 QF，按下<mark>启动</mark>按钮 SB2，KM1、KM3 得电，电动机绕组接成<mark>星</mark>形降压启动；时间继电器 KT 延时 5 s 后，KM3 断电、KM2 得电，转为<mark>三角</mark>形运行…",
        ),
        quote(
            layout,
            &Locator::Page { page: 3 },
            "任务描述：某车间新装一台 11 kW 水泵，要求采用<mark>星三角启动</mark>…",
        ),
    ];
    hits[0].picture = Some(picture(layout, 12));
    hits[0].family = Some(Relatives {
        label: layout.say.schools_have_this(3),
        resources: vec![
            relative("电动机星三角降压启动 工作页", Some("天津市第四示范高级技工学校")),
            relative(HOSTILE, None),
        ],
    });
    hits[1].quotes = vec![quote(
        layout,
        &Locator::Slide { slide: 8 },
        "主轴电动机为何不用<mark>星三角启动</mark>？比较直接启动时的电流…",
    )];
    hits[2].quotes = vec![quote(
        layout,
        &Locator::Time {
            start_ms: 130_000,
            end_ms: 134_000,
        },
        "现在我们看一下<mark>启动</mark>电流的变化",
    )];
    let row = Locator::Sheet {
        sheet: "I/O 分配".to_owned(),
        row: 14,
    };
    hits[3].quotes = vec![quote(
        layout,
        &row,
        "Q0.2 <mark>星</mark>形接触器 KM3 · Q0.3 <mark>三角</mark>形接触器 KM2",
    )];
    hits
}

fn picture(layout: &Layout, page: u32) -> Picture {
    let locator = Locator::Page { page };
    Picture {
        url: format!("/api/v1/files/1/pages/{page}?width=192"),
        place_url: format!("/r/7?{}&file=1#reading", place(&locator)),
        alt: layout.say.picture_of(&layout.say.place(&locator)),
    }
}

fn relative(title: &str, school: Option<&str>) -> Relative {
    Relative {
        link: Link::new(title, "/r/8"),
        school: school.map(str::to_owned),
    }
}

fn quote(layout: &Layout, locator: &Locator, text: &str) -> Quote {
    Quote {
        url: format!("/r/7?{}&file=1#reading", place(locator)),
        place: layout.say.place(locator),
        text: Marked::from_index(text),
    }
}

impl ResourcePage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "电动机星三角降压启动控制线路安装 工作页");
        let say = layout.say;
        Self {
            id: "7".to_owned(),
            kind: KindMark::of(say, "worksheet"),
            status: None,
            review_note: None,
            trail: ["电气自动化设备安装与维修", "继电控制线路安装与检修", "电动机星三角降压启动控制线路安装"].map(|label| Link::new(label, "/c/1")).into(),
            description: vec!["学生用工作页，配合 30 学时的学习任务使用：识读电路图、选择元件、安装接线、通电试车。第 12 页起是试车记录与评分表，可以直接打印。".to_owned()],
            facts: facts(&layout),
            keywords: ["降压启动", "时间继电器", "接触器"].map(|word| Link::new(word, "/search?q=x")).into(),
            rights: Rights {
                licence: "CC BY-SA 4.0".to_owned(),
                licence_note: "可以使用和改编；请署名，并以同样的许可分享。".to_owned(),
                scope: say.scope(Scope::City),
                scope_note: say.scope_note(Scope::City),
            },
            download: Some(Download {
                url: "/api/v1/files/1/content".to_owned(),
                facts: "DOCX · 3.2 MB".to_owned(),
            }),
            files_total: say.files_total(5, "286 MB"),
            files: files(&layout),
            findability_url: Some("/r/7/findability".to_owned()),
            is_processing: false,
            player: None,
            reading: Some(reading(&layout)),
            versions: versions(&layout),
            queue: None,
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
        page.review_note = Some("请补上第 3 页的接线图。".to_owned());
        page.download = None;
        page.reading = None;
        page.player = Some(Player {
            url: "/api/v1/files/3/content#t=130".to_owned(),
            name: "操作示范.mp4".to_owned(),
            is_video: true,
            is_place: true,
            tracks: vec![Track {
                url: "/api/v1/files/4/subtitles".to_owned(),
                label: HOSTILE.to_owned(),
                is_chosen: true,
            }],
            cues: vec![Cue {
                url: "/r/7?t=130&file=3#reading".to_owned(),
                second: 130,
                clock: "02:10".to_owned(),
                text: Marked::stretch(HOSTILE, 0..HOSTILE.len(), &[]),
                is_here: true,
            }],
            marks: vec![172, 500],
            warning: Some(say.film_odd()),
            download_url: "/api/v1/files/3/content?download=1".to_owned(),
        });
        page.actions = vec![
            action(say.step(Move::Approve), say.note_approve(), true, None),
            action(
                say.step(Move::Return),
                say.note_return(),
                false,
                Some(say.return_question()),
            ),
        ];
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
    let read = Report {
        pages: 16,
        characters: 8431,
        blank_pages: 1,
        ..Report::default()
    };
    let scan = Report {
        pages: 4,
        needs_ocr: true,
        ..Report::default()
    };
    let film = Report {
        pages: 86,
        characters: 2_210,
        duration_ms: Some(754_000),
        ..Report::default()
    };
    let locked = Report {
        fault: Some(Fault::Encrypted),
        ..Report::default()
    };
    let mut rows = vec![
        file(layout, "工作页-星三角启动.docx", Kind::Docx, State::Ready, &read),
        file(layout, "工作页-星三角启动.pdf", Kind::Pdf, State::Ready, &read),
        file(layout, "电路图-扫描.pdf", Kind::Pdf, State::NoText, &scan),
        file(layout, "操作示范.mp4", Kind::Video, State::Ready, &film),
        file(layout, "评分表.xlsx", Kind::Xlsx, State::Failed, &locked),
        file(layout, "CAD 图纸.zip", Kind::Zip, State::Extracting, &Report::default()),
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

fn file(layout: &Layout, name: &str, kind: Kind, state: State, report: &Report) -> FileRow {
    FileRow {
        folder: None,
        name: name.to_owned(),
        format: crate::http::web::show::format(kind, name),
        size: "3.2 MB".to_owned(),
        url: "/api/v1/files/1/content".to_owned(),
        look_url: Some("/r/7?file=1#reading".to_owned()),
        state: state_code(state),
        report: layout.say.findability(kind, state, report),
        warnings: layout.say.warnings(kind, report),
        members: Vec::new(),
        members_label: String::new(),
    }
}

fn reading(layout: &Layout) -> Reading {
    let text = "四、通电试车\n1. 检查接线无误后，合上电源开关 QF。\n2. 按下启动按钮 SB2，电动机绕组接成星形。";
    let start = text.find("启动").unwrap_or_default();
    let say = layout.say;
    let place = |page| say.place(&Locator::Page { page });
    Reading {
        file: HOSTILE.to_owned(),
        place: place(12),
        sheet: Some(sheet(layout)),
        image_url: None,
        text: Text::of(text, std::slice::from_ref(&(start..start + 6))),
        open_url: Some("/api/v1/files/1/content#page=12".to_owned()),
        download_url: "/api/v1/files/1/content".to_owned(),
        share_url: "https://library.example.org/r/7?page=12&file=1#reading".to_owned(),
        previous: Some(Link::new(place(11), "/r/7?page=11")),
        next: Some(Link::new(place(13), "/r/7?page=13")),
        note: None,
        is_waiting: false,
    }
}

/// A sheet of a workbook whose pages are still being made.
fn table(layout: &Layout) -> Reading {
    let text = "评分表\n项目\t分值\n<b>接线</b>\t30";
    Reading {
        place: "评分表".to_owned(),
        sheet: None,
        image_url: Some("/api/v1/files/1/content".to_owned()),
        text: Text::of(text, &[]),
        note: Some(layout.say.pages_waiting()),
        is_waiting: true,
        ..reading(layout)
    }
}

fn sheet(layout: &Layout) -> Sheet {
    let leaf = |number| Leaf {
        number,
        url: format!("/r/7?page={number}&file=1#reading"),
        picture_url: format!("/api/v1/files/1/pages/{number}"),
        is_here: number == 12,
        is_found: number % 3 == 0,
    };
    let turn = Some("rotate(90 300 40)".to_owned());
    Sheet {
        number: 12,
        total: 16,
        picture_url: "/api/v1/files/1/pages/12".to_owned(),
        alt: layout.say.picture_of(&layout.say.place(&Locator::Page { page: 12 })),
        width: 595,
        height: 842,
        letters: vec![Letters {
            text: HOSTILE.to_owned(),
            x: 72.0,
            y: 96.5,
            size: 10.5,
            length: 210.0,
            turn: turn.clone(),
        }],
        marks: vec![Mark {
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
