//! The packs of the sample: a whole course for the city, and a few resources for everybody.

use crate::domain::role::Scope;

/// A pack of the sample.
#[derive(Debug, Clone, Copy)]
pub struct DemoPack {
    /// A stable name within the sample.
    pub key: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Whom it is for.
    pub scope: Scope,
    /// The sign-in name of the account that makes it.
    pub owner: &'static str,
    /// The sign-in name of the administrator of its school who publishes it, and with it the words in it.
    pub publisher: &'static str,
    /// What is in it, in order.
    pub contents: &'static [DemoSelection],
    /// What is new in its first version.
    pub note: &'static str,
}

/// Something chosen for a pack.
#[derive(Debug, Clone, Copy)]
pub enum DemoSelection {
    /// A course by its exact name.
    Course(&'static str),
    /// A resource by its key, with a note for the teacher.
    Resource(&'static str, &'static str),
}

const PACKS: [DemoPack; 2] = [
    DemoPack {
        key: "course",
        title: "简单零件数控车床加工 资源包",
        description: "一门课的工作页、课件、视频和考核，按学习任务排好。第一次带这门课的老师从任务一的工作页开始；学校内部的资源不在包里，目录中写明了该联系谁。",
        scope: Scope::City,
        owner: "teacher-s1",
        publisher: "admin-s1",
        contents: &[DemoSelection::Course("简单零件数控车床加工")],
        note: "首次发布，配合秋季学期使用。",
    },
    DemoPack {
        key: "welding",
        title: "焊接入门 公开课资源",
        description: "给社会培训和开放日用的公开资源：先看手法，再讲参数，最后认缺陷。",
        scope: Scope::Public,
        owner: "teacher-s2",
        publisher: "admin-s2",
        contents: &[
            DemoSelection::Resource("R0130", "开场用，每人一份打印。"),
            DemoSelection::Resource("R0140", "慢动作放两遍，第二遍停下来讲摆动。"),
            DemoSelection::Resource("R0141", ""),
            DemoSelection::Resource("R0138", "参数表贴在工位上。"),
            DemoSelection::Resource("R0144", "下课前十分钟，让学员自己指认缺陷。"),
        ],
        note: "",
    },
];

/// The packs of the sample.
pub fn packs() -> &'static [DemoPack] {
    &PACKS
}
