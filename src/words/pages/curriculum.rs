//! Words of the pages of courses, majors and schools.

use super::{PageWords, plural};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        what_there_is: "有什么，缺什么" | "What there is, and what is missing";
        coverage_note: "数字是已发布的资源；“缺”是计划里要有、还没有的。" |
            "Numbers are published resources; a gap is what the plan asks for and nobody has shared yet.";
        task_and_type: "学习任务" | "Learning task";
        missing: "缺" | "gap";
        none_here: "没有" | "none";
        upload_short: "上传" | "Upload";
        of_all: "全部学校" | "All schools";
        of_own_school: "本校" | "My school";
        whose: "看谁的资源" | "Whose resources";
        school_page: "学校主页" | "School's page";
        school_holdings: "各专业的资源" | "By major";
        school_packs: "资源包" | "Packs";
        school_newest: "最近发布" | "Recently published";
        school_nothing: "这所学校还没有您能看到的资源。" | "This school has nothing yet that you can see.";
        school_no_packs: "还没有资源包。" | "No packs yet.";
        order: "排顺序" | "Put in order";
        order_heading: "排顺序" | "Order";
        order_lead_school: "本校老师打开这个任务时，先看到排在前面的资源；新发布的先排在后面。" |
            "What stands first here is what your school's teachers see first for this task. What is published later stands behind.";
        order_lead_city: "没有自己排过的学校，都按这个顺序看；新发布的先排在后面。" |
            "Every school that made no order of its own sees this one. What is published later stands behind.";
        order_save: "保存顺序" | "Save the order";
        order_saved: "顺序保存好了。" | "The order is saved.";
        order_moved: "移动好了，已经保存。" | "Moved and saved.";
        order_stale: "您打开以后，别人排过了。这是现在的顺序，您的还没有保存。" |
            "Somebody put them in order since you opened the page. This is the order now; yours is not saved.";
        order_given_up: "这里的顺序不用了。" | "The order that was made here is given up.";
        order_newest: "改回最新的在前" | "Newest first again";
        order_give_up: "不要本校的顺序了" | "Give up the school's order";
        order_of_city: "这里现在是全市的顺序；保存后，本校用自己的。" |
            "This is the city's order. Once saved, your school has its own.";
        order_back: "回到课程" | "Back to the course";
        major_packs: "本专业的资源包" | "Packs with this major";
        all_packs: "全部资源包" | "All packs";
    }

    /// "5 类资源已有 7 / 15"
    pub fn covered(self, there: usize, of: usize) -> String {
        said!(self.0, zh: "计划要求的五类资源：已有 {there} / {of}", en: "Of what the plan asks for: {there} of {of}")
    }

    /// The same beside a course.
    pub fn covered_short(self, there: usize, of: usize) -> String {
        said!(self.0, zh: "五类资源 {there} / {of}", en: "{there} of {of} covered")
    }

    /// "待审核 2"
    pub fn in_review(self, n: u64) -> String {
        said!(self.0, zh: "待审核 {n}", en: "{n} in review")
    }

    /// "退回修改 2"
    pub fn sent_back(self, n: u64) -> String {
        said!(self.0, zh: "退回修改 {n}", en: "{n} sent back")
    }

    /// "草稿 2"
    pub fn drafts(self, n: u64) -> String {
        let noun = plural(n, "draft", "drafts");
        said!(self.0, zh: "草稿 {n}", en: "{n} {noun}")
    }

    /// What a link that says only 上传 is about.
    pub fn upload_of(self, kind: &str, task: &str) -> String {
        said!(self.0, zh: "上传{kind}：{task}", en: "Upload {kind} for {task}")
    }

    /// What a count in the table is of.
    pub fn published_of(self, kind: &str, task: &str) -> String {
        said!(self.0, zh: "{task}的{kind}", en: "{kind} for {task}")
    }

    /// "第一期加入"
    pub fn joined_phase(self, phase: i32) -> String {
        said!(self.0, zh: "第 {phase} 期试点", en: "pilot phase {phase}")
    }
}
