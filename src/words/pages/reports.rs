//! Words of the reports.

use super::PageWords;
use crate::domain::resource::resource_type;
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        reports: "报表" | "Reports";
        reports_tabs: "哪一张报表" | "Which report";
        coverage: "资源覆盖" | "Coverage";
        progress: "方案进度" | "Progress";
        usage: "使用情况" | "Usage";
        whole_city: "全市" | "The whole city";
        report_of: "范围" | "Figures of";
        show_report: "查看" | "Show";
        export_csv: "导出 CSV" | "Export CSV";
        export_xlsx: "导出 Excel" | "Export Excel";
        numbers: "查看数字表" | "The same in numbers";
        code: "代码" | "Code";
        school_code: "学校代码" | "School code";
        in_all: "合计" | "In all";
        unplaced: "未注明专业" | "No major given";
        missing_documents: "缺少的体例" | "Official documents missing";
        coverage_lead: "每个专业、课程和学习任务各有多少已发布的资源，还缺哪些规定的教学文件（体例）。" |
            "How many published resources each major, course and learning task has, and which of the official documents are missing.";
        coverage_by_major: "各专业 × 资源类型" | "Majors × types";
        coverage_of_tasks: "各学习任务 × 规定的教学文件" | "Learning tasks × official documents";
        coverage_quiet: "还没有资源的专业" | "Majors without a resource yet";
        coverage_rule: "给整门课程的文件，算作每个学习任务都有。" | "A document for a course as a whole counts for each of its tasks.";
        all_majors: "全部专业" | "All majors";
        no_courses_known: "这个专业还没有课程数据。" | "No courses of this major are known yet.";
        whole_course_row: "整门课程" | "The course as a whole";
        has_it: "有" | "there";
        has_from_course: "课程已有" | "by the course";
        has_not: "缺" | "missing";
        legend: "图例" | "Key";
        few_many: "颜色越深，数量越多" | "the darker, the more";
        progress_lead: "工作方案各阶段的目标，和资源库里已有的。" | "What each phase of the plan was to reach, and what the library has.";
        pilot_majors: "试点专业" | "Pilot majors";
        pilot_schools: "试点学校" | "Pilot schools";
        trained_teachers: "培训教师" | "Trained teachers";
        phase_head: "阶段" | "Phase";
        from_month: "开始" | "From";
        until_month: "结束" | "Until";
        goal: "指标" | "Goal";
        target: "目标" | "Target";
        reached: "已加入" | "Joined";
        with_resources: "已有资源" | "With resources";
        teachers_unrecorded: "资源库不登记培训，这一项只列目标。" | "The library keeps no records of training: only the target is shown.";
        growth: "最近十二个月发布的资源" | "Resources published in the last twelve months";
        month: "月份" | "Month";
        published_resources: "已发布资源" | "Published resources";
        sharing_teachers: "发布过资源的老师" | "Teachers who have published";
        plan_source: "依据" | "Source";
        usage_lead: "别人打开或下载本校、本专业资源的次数；作者自己的不算。" |
            "How often resources were opened or fetched by others than their authors.";
        uses_in_all: "累计使用" | "Uses in all";
        usage_by_school: "各学校资源被使用的次数" | "Uses by school";
        usage_by_month: "最近十二个月的使用次数" | "Uses in the last twelve months";
        usage_by_major: "学校 × 专业" | "Schools × majors";
        usage_months_note: "按月的次数从这个版本启用时开始记，累计数包括以前的。" |
            "Months are counted since this release was installed; the sum knows what was before.";
        usage_none: "还没有使用记录。" | "Nothing has been used yet.";
        no_school: "不属于学校" | "No school";
        figures_none: "还没有已发布的资源。" | "Nothing is published yet.";
    }

    /// Types by their names, apart as a list is.
    pub fn kinds(self, codes: &[String]) -> String {
        let names = codes.iter().filter_map(|code| resource_type(code));
        let names: Vec<&str> = names.map(|kind| self.kind(kind)).collect();
        names.join(self.lang().pick("、", ", "))
    }

    /// "第一阶段"
    pub fn phase(self, n: i32) -> String {
        let zh = match n {
            1 => "一",
            2 => "二",
            3 => "三",
            _ => return said!(self.0, zh: "第 {n} 阶段", en: "Phase {n}"),
        };
        said!(self.0, zh: "第{zh}阶段", en: "Phase {n}")
    }

    /// "统计于 2026-11-24 15:40"
    pub fn counted_at(self, moment: &str) -> String {
        said!(self.0, zh: "统计于 {moment}", en: "counted {moment}")
    }

    /// "4 / 6"
    pub fn of_target(self, reached: Option<i64>, target: i64) -> String {
        match reached {
            Some(n) => format!("{n} / {target}"),
            None => said!(self.0, zh: "目标 {target}", en: "target {target}"),
        }
    }

    /// "其中 3 个已有资源"
    pub fn of_which_with_resources(self, n: i64) -> String {
        said!(self.0, zh: "其中 {n} 个已有资源", en: "{n} of them with resources")
    }

    /// "数控加工：教材 3，工作页 5"
    pub fn chart_row(self, name: &str, parts: &str) -> String {
        let colon = self.colon();
        format!("{name}{colon}{parts}")
    }

    /// "有 5 项，缺 4 项"
    pub fn documents_there(self, there: usize, missing: usize) -> String {
        said!(self.0, zh: "有 {there} 项，缺 {missing} 项", en: "{there} there, {missing} missing")
    }

    /// "缺 4 项"
    pub fn documents_missing(self, missing: usize) -> String {
        if missing == 0 {
            return said!(self.0, zh: "齐全", en: "complete");
        }
        said!(self.0, zh: "缺 {missing} 项", en: "{missing} missing")
    }
}
