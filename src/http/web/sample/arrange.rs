//! Samples of a major and of a course.

use super::{cards, guest, teacher};
use crate::http::web::course::{CoursePage, TaskSection};
use crate::http::web::layout::{Layout, Link};
use crate::http::web::list::Card;
use crate::http::web::major::{CourseRow, MajorPage};
use crate::words::Lang;

impl MajorPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let layout = guest(lang, "汽车维修");
        let say = layout.say;
        let course = |name: &str, tasks: &[&str]| CourseRow {
            url: "/c/1".to_owned(),
            name: name.to_owned(),
            facts: vec![say.level("advanced"), say.tasks(tasks.len() as u64), say.resources(42)],
            tasks: tasks.iter().map(|task| (*task).to_owned()).collect(),
        };
        Self {
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
            newest: cards(&layout),
            all_url: "/search?major=1".to_owned(),
            major_id: "1".to_owned(),
            pack_url: Some("/packs/new?major=1".to_owned()),
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
            facts: vec![say.level("advanced"), say.hours(48), say.resources(42)],
            work_task: Some("汽车的定期维护与保养".to_owned()),
            tasks: vec![
                task(&layout, 1, "更换发动机机油与机滤(首保)", all[..3].to_vec()),
                task(&layout, 2, "更换前轮制动片与制动盘检查", all[2..].to_vec()),
                task(&layout, 3, "轮胎动平衡与四轮定位", Vec::new()),
            ],
            general: all[..1].to_vec(),
            all_url: "/search?course=1".to_owned(),
            course_id: "1".to_owned(),
            pack_url: Some("/packs/new?course=1".to_owned()),
            layout,
        }
    }
}

fn task(layout: &Layout, number: usize, name: &str, resources: Vec<Card>) -> TaskSection {
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
    }
}
