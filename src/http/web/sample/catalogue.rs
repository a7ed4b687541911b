//! Samples of a major and of a course.

use super::{HOSTILE, cards, guest, teacher};
use crate::domain::id::ResourceId;
use crate::http::web::course::matrix::{CountLink, CoverageCell, CoverageMatrix, MatrixRow};
use crate::http::web::course::order::{OrderPage, OrderRow};
use crate::http::web::course::{CoursePage, TaskSection};
use crate::http::web::layout::{Layout, Link, Tab};
use crate::http::web::major::{CourseCard, MajorPage};
use crate::http::web::resource_card::{KindMark, ResourceCard};
use crate::http::web::school::{MajorHolding, SchoolPage};
use crate::library::curriculum::coverage::expected_types;
use crate::words::Lang;

impl MajorPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = guest(lang, "汽车维修");
        let say = layout.say;
        let course = |name: &str, tasks: &[&str]| CourseCard {
            url: "/c/1".to_owned(),
            name: name.to_owned(),
            facts: vec![say.level("advanced"), say.tasks(tasks.len() as u64), say.resources(42)],
            tasks: tasks.iter().map(|task| (*task).to_owned()).collect(),
            covered: Some((7, 5 * tasks.len(), say.covered_short(7, 5 * tasks.len()))),
        };
        Self {
            marks: vec![Link::new(HOSTILE, "/recognition/1")],
            code: Some("0403".to_owned()),
            facts: vec![
                "交通类".to_owned(),
                format!("{} / {}", say.level("intermediate"), say.level("advanced")),
                say.courses(3),
            ],
            courses: vec![
                course(
                    "汽车维护",
                    &[
                        "更换发动机机油与机滤(首保)",
                        "更换前轮制动片与制动盘检查",
                        "轮胎动平衡与四轮定位",
                    ],
                ),
                course(
                    "汽车故障诊断与排除",
                    &[
                        "发动机无法启动故障诊断",
                        "汽车空调不制冷故障诊断",
                        "新能源汽车高压断电与绝缘检测",
                    ],
                ),
                course("汽车总成大修", &["发动机总成拆装与大修"]),
            ],
            packs: cards(&layout)[6..].to_vec(),
            newest: cards(&layout),
            all_url: "/search?major=1".to_owned(),
            major_id: "1".to_owned(),
            pack_url: Some("/packs/new?major=1".to_owned()),
            standards_url: "/standards?major=1".to_owned(),
            layout,
        }
    }
}

impl CoursePage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "汽车维护");
        let say = layout.say;
        let all = cards(&layout);
        Self {
            major: Link::new("汽车维修", "/m/1"),
            marks: vec![Link::new(HOSTILE, "/recognition/1")],
            facts: vec![say.level("advanced"), say.hours(48), say.resources(42)],
            work_task: Some("汽车的定期维护与保养".to_owned()),
            matrix: Some(matrix(&layout)),
            tasks: vec![
                task(&layout, 1, "更换发动机机油与机滤(首保)", all[..3].to_vec()),
                task(&layout, 2, "更换前轮制动片与制动盘检查", all[2..].to_vec()),
                task(&layout, 3, "轮胎动平衡与四轮定位", Vec::new()),
            ],
            retired: vec![task(&layout, 4, "化油器清洗", all[..1].to_vec())],
            is_retired: false,
            general: all[..1].to_vec(),
            all_url: "/search?course=1".to_owned(),
            course_id: "1".to_owned(),
            pack_url: Some("/packs/new?course=1".to_owned()),
            layout,
        }
    }

    /// A course without tasks in the catalogue, and without anything in the library.
    pub(in crate::http::web) fn bare(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.matrix = None;
        page.tasks.clear();
        page.retired.clear();
        page.is_retired = true;
        page.general.clear();
        page
    }
}

impl OrderPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = teacher(lang, "");
        let say = layout.say;
        let all = cards(&layout);
        let of = all.len();
        let row = |(at, card): (usize, ResourceCard)| OrderRow {
            number: at + 1,
            id: ResourceId::new(),
            labels: [say.entry_up(), say.entry_down()].map(|act| say.entry_named(act, at + 1, &card.title.text())),
            has_above: at > 0,
            has_below: at + 1 < of,
            card,
        };
        Self {
            course: Link::new("汽车维护", "/c/1#task-1"),
            task: "更换发动机机油与机滤(首保)".to_owned(),
            lead: say.order_lead_school(),
            url: "/tasks/1/order".to_owned(),
            seen: 3,
            rows: all.into_iter().enumerate().map(row).collect(),
            whose: None,
            give_up: Some(say.order_give_up()),
            layout: Layout {
                title: say.order_heading().to_owned(),
                ..layout
            },
        }
    }

    /// A task for which there is nothing yet.
    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.rows.clear();
        page.whose = Some(page.layout.say.order_of_city());
        page.give_up = None;
        page.lead = page.layout.say.order_lead_city();
        page
    }
}

fn matrix(layout: &Layout) -> CoverageMatrix {
    let say = layout.say;
    let names = [HOSTILE, "更换前轮制动片与制动盘检查", "轮胎动平衡与四轮定位"];
    let codes: Vec<&str> = expected_types().chain(["lesson_plan"]).collect();
    let row = |(at, name): (usize, &&str)| MatrixRow {
        number: Some(at + 1),
        task: Link::new(*name, format!("#task-{}", at + 1)),
        cells: codes
            .iter()
            .enumerate()
            .map(|(column, code)| cell(layout, at + column, code))
            .collect(),
    };
    let tab = |label: &str, is_here| Tab {
        label: label.to_owned(),
        url: "/c/1".to_owned(),
        is_here,
    };
    CoverageMatrix {
        whose: vec![tab(say.of_all(), true), tab(say.of_own_school(), false)],
        types: codes.iter().map(|code| KindMark::of(say, code)).collect(),
        rows: names.iter().enumerate().map(row).collect(),
        covered: say.covered(7, 15),
        there: 7,
        of: 15,
    }
}

/// One of the states of a cell, by number.
fn cell(layout: &Layout, state: usize, code: &str) -> CoverageCell {
    let say = layout.say;
    let kind = KindMark::of(say, code).label;
    let mark = |label: String, url: Option<&str>| CountLink {
        label,
        url: url.map(str::to_owned),
    };
    let cell = CoverageCell {
        kind: kind.clone(),
        ..CoverageCell::default()
    };
    match state % 5 {
        0 => CoverageCell {
            published: Some(Link::new("3", "/search?task=1&type=video")),
            unpublished: [Some(mark(say.in_review(1), Some("/mine?tab=submitted"))), None, None],
            ..cell
        },
        1 => CoverageCell {
            is_missing: true,
            upload: Some(Link::new(say.upload_of(&kind, HOSTILE), "/upload?task=1&type=video")),
            ..cell
        },
        2 => CoverageCell {
            unpublished: [None, None, Some(mark(say.drafts(2), None))],
            ..cell
        },
        3 => CoverageCell {
            is_missing: true,
            ..cell
        },
        _ => cell,
    }
}

impl SchoolPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = guest(lang, "天津市第一示范技师学院");
        let say = layout.say;
        let holding = |name: &str, count| MajorHolding {
            major: Link::new(name, "/search?school=1&major=1"),
            count,
            said: say.resources(count),
        };
        Self {
            marks: vec![Link::new(HOSTILE, "/recognition/1")],
            facts: vec!["技师学院".to_owned(), say.joined_phase(1), say.resources(218)],
            majors: vec![
                holding("电气自动化设备安装与维修", 120),
                holding(HOSTILE, 74),
                holding("焊接加工", 24),
            ],
            most: 120,
            packs: cards(&layout)[..2].to_vec(),
            newest: cards(&layout),
            all_url: "/search?school=1".to_owned(),
            school_id: "1".to_owned(),
            layout,
        }
    }

    pub(in crate::http::web) fn empty(lang: Lang) -> Self {
        let mut page = Self::sample(lang);
        page.majors.clear();
        page.packs.clear();
        page.newest.clear();
        page
    }
}

fn task(layout: &Layout, number: usize, name: &str, resources: Vec<ResourceCard>) -> TaskSection {
    let say = layout.say;
    TaskSection {
        id: format!("task-{number}"),
        number,
        name: name.to_owned(),
        facts: vec![say.hours(18)],
        more: (!resources.is_empty()).then(|| Link::new(say.all_of(28), "/search?task=1")),
        resources,
        upload_url: Some("/upload?task=1".to_owned()),
        pack_url: Some("/packs/new?task=1".to_owned()),
        order_url: Some("/tasks/1/order".to_owned()),
    }
}
