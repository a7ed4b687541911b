//! Samples of the results.

use super::{HOSTILE, cards, guest, teacher};
use crate::domain::metadata::SearchedField;
use crate::domain::passage::Locator;
use crate::http::web::highlighted::Highlighted;
use crate::http::web::layout::{Layout, Link};
use crate::http::web::results::{
    Chip, Correction, EmptyResults, FacetChoice, FacetGroup, Fold, Hit, Picture, Quote, Relative, Relatives,
    ResultsPage, SaveForm, SortLink,
};
use crate::library::search::find::place;
use crate::words::Lang;

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
            table_url: Some("/api/v1/resources?type=video&format=xlsx".to_owned()),
            clear_url: Some("/search?q=x".to_owned()),
            correction: None,
            also: Some(say.also_looked_for(&["起动".to_owned()])),
            did_you_mean: vec![Link::new("星形三角形启动", "/search?q=y")],
            sorts: sorts(&layout),
            facets: facets(&layout),
            hits: hits(&layout),
            folds: vec![Fold {
                label: say.near_found(127),
                is_open: false,
                hits: hits(&layout),
            }],
            further: Some(say.near_found(127)),
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
            table_url: None,
            clear_url: None,
            correction: Some(Correction {
                said: say.shown_instead(HOSTILE, "星三角"),
                typed: HOSTILE.to_owned(),
                typed_url: "/search?q=z".to_owned(),
            }),
            also: None,
            did_you_mean: Vec::new(),
            sorts: Vec::new(),
            facets: Vec::new(),
            hits: Vec::new(),
            folds: vec![Fold {
                label: say.nearest_found(1),
                is_open: true,
                hits: hits(&layout),
            }],
            further: None,
            nothing: Some(EmptyResults {
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
        FacetGroup::new(say, say.type_of(), choices(&types)),
        FacetGroup::new(say, say.majors(), tree),
        FacetGroup::new(say, say.school(), choices(&schools)),
        FacetGroup::new(say, say.year(), choices(&["2026", "2025", "2024"])),
    ]
}

fn hits(layout: &Layout) -> Vec<Hit> {
    let mut hits: Vec<Hit> = cards(layout)
        .into_iter()
        .map(|card| Hit {
            card,
            picture: None,
            quotes: Vec::new(),
            matched: None,
            family: None,
        })
        .collect();
    hits[0].card.title = Highlighted::from_index("电动机<mark>星三角</mark>降压<mark>启动</mark>控制线路安装 工作页");
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
    hits[4].matched = Some(layout.say.matched_in(&[SearchedField::Keywords, SearchedField::Course]));
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
        is_film: false,
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
        text: Highlighted::from_index(text),
    }
}
