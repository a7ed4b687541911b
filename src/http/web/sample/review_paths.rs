//! A sample of the page of the review's paths.

use super::{HOSTILE, teacher};
use crate::domain::role::Role;
use crate::http::web::admin::review::{PathCard, PathFields, PathStepLine, ReviewPathsPage, StepFields};
use crate::http::web::form::Choice;
use crate::http::web::layout::Tab;
use crate::words::Lang;
use crate::words::pages::PageWords;

impl ReviewPathsPage {
    pub(in crate::http::web) fn sample(lang: Lang) -> Self {
        let say = PageWords(lang);
        let line = |name: &str| PathStepLine {
            name: name.to_owned(),
            facts: vec![
                say.role(Role::SchoolAdmin),
                say.review_voices(2),
                say.step_due(7),
                say.step_remind(5),
            ],
        };
        Self {
            nav: vec![Tab {
                label: say.review_paths().to_owned(),
                url: "/admin/review".to_owned(),
                is_here: true,
            }],
            past_the_city: Some(say.paths_past_the_city(&[HOSTILE, "一般资源"])),
            paths: vec![PathCard {
                name: HOSTILE.to_owned(),
                facts: [say.path_all_others(), say.path_may_reject(), say.path_is_own()]
                    .map(str::to_owned)
                    .into(),
                steps: vec![line("学校初审"), line("市级专家审定")],
                edit_url: Some("/admin/review?path=textbook#form".to_owned()),
            }],
            form: Some(PathFields {
                heading: say.path_add().to_owned(),
                code: HOSTILE.to_owned(),
                is_new: true,
                is_city: true,
                name_zh: "教材".to_owned(),
                name_en: String::new(),
                kinds: vec![
                    Choice::new("textbook", "教材", "textbook"),
                    Choice::new("video", HOSTILE, ""),
                ],
                may_reject: true,
                may_publish: true,
                may_publish_beyond: false,
                steps: vec![step(say, 1, "学校初审"), step(say, 2, HOSTILE)],
                faults: vec![HOSTILE.to_owned()],
                remove: Some(say.path_remove()),
            }),
            add_url: Some("/admin/review?path=new#form"),
            layout: teacher(lang, say.review_paths()),
        }
    }
}

fn step(say: PageWords, number: usize, name: &str) -> StepFields {
    StepFields {
        number,
        id: String::new(),
        name_zh: name.to_owned(),
        name_en: HOSTILE.to_owned(),
        levels: vec![
            Choice::new("school", say.step_of_school(), "school"),
            Choice::new("city", say.step_of_city(), "school"),
        ],
        experts_only: number == 2,
        people: HOSTILE.to_owned(),
        voices: "2".to_owned(),
        due_days: "7".to_owned(),
        remind_days: String::new(),
    }
}
