//! Words of the reports.

use super::PageWords;
use crate::domain::resource::resource_type;
use crate::words::{Lang, said, sentences};

impl PageWords {
    sentences! {
        reports: "报表" | "Reports";
        reports_tabs: "哪一张报表" | "Which report";
        coverage: "资源覆盖" | "Coverage";
        progress: "方案进度" | "Progress";
        usage: "使用情况" | "Usage";
        whole_city: "全市" | "The whole city";
        report_of: "范围" | "Figures of";
        as_of: "截至（不填为现在）" | "As of (empty: now)";
        coverage_by_school: "各学校 × 资源类型" | "Schools × types";
        show_report: "查看" | "Show";
        export_csv: "导出 CSV" | "Export CSV";
        export_xlsx: "导出 Excel" | "Export Excel";
        export_pdf: "导出 PDF" | "Export PDF";
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
        trained_teachers: "培训教师（人次）" | "Teachers trained (times)";
        phase_number: "阶段编号" | "Phase number";
        phase_new: "新的阶段" | "A new phase";
        phase_head: "阶段" | "Phase";
        from_month: "开始" | "From";
        until_month: "结束" | "Until";
        goal: "指标" | "Goal";
        target: "目标" | "Target";
        reached: "已完成" | "Reached";
        with_resources: "已有资源" | "With resources";
        teachers_counted: "按人次计，与工作方案一致：参加计入方案的培训班，参加几次计几次；按参加培训的日期归入阶段。" |
            "Counted as the plan does: each time that somebody took part in a session that counts, in the phase of that day.";
        growth: "最近十二个月发布的资源（按最近一次发布）" | "Resources by the month of their last publication";
        month: "月份" | "Month";
        published_resources: "已发布资源" | "Published resources";
        sharing_teachers: "发布过资源的账号" | "Accounts that have published";
        plan_source: "依据" | "Source";
        plan_admin: "方案目标" | "The plan's targets";
        plan_lead: "工作方案各阶段的起止月份和目标。方案进度按这里的数字算；每次修改写明日期和原因，以前的都留着。" |
            "From when to when each phase of the plan goes, and what it is to reach. Progress is held against these; each change has a date and a reason, and what was before stays.";
        plan_saved: "已保存" | "Saved.";
        plan_of_table: "下面是表格里的内容，还没有保存。核对后写上日期和原因，再保存。" |
            "These are the table's numbers; nothing is saved yet. Look at them, give a date and a reason, and save.";
        plan_empty_note: "不填月份和目标的阶段不保存；相邻阶段可以共用一个月份。试点专业和学校按阶段编号计入，编号不变就还是原来的阶段；新的阶段不填编号，保存时自动编号。" |
            "A phase without months and targets is not saved; phases may share a month. Majors and schools count by a phase's number: with the same number it is the same phase. A new one has none, and is given one when saved.";
        plan_decided_on: "修改日期" | "Date of the change";
        plan_reason: "原因" | "Reason";
        plan_import: "从表格填写" | "Fill from a table";
        plan_import_note: "列名与导出的表格相同：阶段（编号，新的阶段留空）、开始、结束、试点专业、试点学校、培训教师（人次）。" |
            "Columns as in the export: Phase (its number; empty for a new one), From, Until, Pilot majors, Pilot schools, Teachers trained (times).";
        plan_history: "修改记录" | "Changes";
        usage_lead: "别人打开或下载本校、本专业资源的次数；作者自己的不算。" |
            "How often resources were opened or fetched by others than their authors.";
        task_usage: "按任务使用" | "Use by task";
        task_usage_lead: "各校在每个专业、课程、学习任务上的资源，被别人打开或下载了多少次；作者自己的不算。" |
            "How often the resources of each school were used at each major, course and learning task, by others than their authors.";
        uses_in_all: "累计使用" | "Uses in all";
        usage_by_school: "各学校资源被使用的次数" | "Uses by school";
        usage_by_month: "最近十二个月的使用次数" | "Uses in the last twelve months";
        usage_by_major: "学校 × 专业" | "Schools × majors";
        usage_months_note: "按月的次数从这个版本启用时开始记，累计数包括以前的。" |
            "Months are counted since this release was installed; the sum knows what was before.";
        usage_none: "还没有使用记录。" | "Nothing has been used yet.";
        no_school: "不属于学校" | "No school";
        library_health: "贡献与馆藏" | "Library health";
        health_lead: "各校拿出了多少资源，谁在谁的基础上改编，哪些一年没人用、读不出文字或者重复。每天夜里统计一次。" |
            "What each school gives, who builds on whom, and what lies unused for a year, unread or twice. Counted once a night.";
        health_by_school: "各学校的资源" | "The schools' resources";
        health_adapted: "改编别人的" | "Adapted from others";
        health_adapted_elsewhere: "被别校改编" | "Adapted by other schools";
        health_unused: "一年没人用" | "Unused for a year";
        health_unreadable: "读不出文字的文件" | "Files without findable text";
        health_duplicates: "与别的资源重复" | "Holding a file twice held";
        health_not_counted: "还没有统计，今天夜里会有。" | "Not counted yet; it will be tonight.";
        reuse: "谁在谁的基础上改编" | "Who builds on whom";
        reuse_none: "还没有在别人基础上改编的资源。上传时写明“改编自”，这里就会有。" |
            "Nothing is adapted yet. Say what a resource is based on when you upload it, and it stands here.";
        reuse_from: "原作学校" | "Made by";
        reuse_count: "改编的资源（个）" | "Resources adapted";
        different_teachers: "不同的教师（人）" | "Different teachers";
        trained_times_in_all: "培训教师合计（人次，各阶段内外）" | "Trained in all (times)";
        trained_people_in_all: "培训教师合计（人，各阶段内外）" | "Trained in all (teachers)";
        published_in_month: "当月发布的资源（按最近一次发布）" | "Resources last published in the month";
        reuse_by: "改编学校" | "Adapted by";
        figures_none: "还没有已发布的资源。" | "Nothing is published yet.";
    }

    /// The heads of the counts of library health, in their order.
    pub fn health_heads(self) -> [&'static str; 6] {
        [
            self.published_resources(),
            self.health_adapted(),
            self.health_adapted_elsewhere(),
            self.health_unused(),
            self.health_unreadable(),
            self.health_duplicates(),
        ]
    }

    /// The same in a word each, above narrow columns.
    pub fn health_marks(self) -> [&'static str; 6] {
        match self.lang() {
            Lang::Zh => ["已发布", "改编", "被改编", "闲置", "无文字", "重复"],
            Lang::En => ["all", "adapted", "lent", "unused", "no text", "double"],
        }
    }

    /// "数字统计于 2026-11-24 02:10"
    pub fn nightly_at(self, moment: &str) -> String {
        said!(self.0, zh: "数字统计于 {moment}", en: "numbers of {moment}")
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

    /// "第 3 版 · 2026-11-30"
    pub fn plan_revision(self, revision: i64, day: Option<&str>) -> String {
        match day {
            Some(day) => said!(self.0, zh: "第 {revision} 版 · {day}", en: "no. {revision} · {day}"),
            None => said!(self.0, zh: "第 {revision} 版 · 随程序提供", en: "no. {revision} · as it came"),
        }
    }

    /// "第 2 页，共 7 页"
    pub fn page_of_pages(self, at: usize, all: usize) -> String {
        said!(self.0, zh: "第 {at} 页，共 {all} 页", en: "page {at} of {all}")
    }

    /// How many rows of a table stand in the workbook only.
    pub fn rows_not_printed(self, rows: usize) -> String {
        said!(self.0, zh: "还有 {rows} 行没有印出来，见 Excel 或 CSV。", en: "{rows} more rows are not printed; see the workbook or the CSV.")
    }

    /// "截至 2026-08-31"
    pub fn as_of_day(self, day: &str) -> String {
        said!(self.0, zh: "截至 {day}", en: "as of {day}")
    }

    /// How far the figures of a day before the ledger began can be trusted.
    pub fn before_ledger(self, since: &str) -> String {
        said!(self.0,
            zh: "逐日的账从 {since} 记起。更早的日期按每个资源最近一次发布的日期推算，当时有、后来下架的没有算进去。",
            en: "The ledger begins on {since}. Earlier days count each resource from when it was last published, and not what was taken down before.")
    }

    /// Whether uses and parts in training agreed with what they are the sum of when they were last compared.
    pub fn other_sums_compared(self, uses: i64, training: i64) -> String {
        if (uses, training) == (0, 0) {
            return said!(self.0, zh: "使用次数和培训学时也核对过，没有出入。", en: "Uses and hours of training were compared, too: they agree.");
        }
        said!(self.0,
            zh: "使用次数有 {uses} 处、培训记录有 {training} 处对不上，没有改动，请系统管理员查对。",
            en: "Uses do not add up at {uses} places, parts in training at {training}. They were left as they are: ask whoever runs this site.")
    }

    /// Whether uses agreed with what they are the sum of when they were last compared.
    pub fn uses_compared(self, at: &str, wrong: i64) -> String {
        if wrong == 0 {
            return said!(self.0, zh: "{at} 核对过使用次数，没有出入。", en: "Uses were compared {at}: they add up.");
        }
        said!(self.0,
            zh: "{at} 核对使用次数，有 {wrong} 处对不上，没有改动，请系统管理员查对。",
            en: "Compared {at}, uses do not add up at {wrong} places. They were left as they are: ask whoever runs this site.")
    }

    /// The same of parts in training.
    pub fn training_compared(self, at: &str, wrong: i64) -> String {
        if wrong == 0 {
            return said!(self.0, zh: "{at} 核对过培训记录，没有出入。", en: "Parts in training were compared {at}: they add up.");
        }
        said!(self.0,
            zh: "{at} 核对培训记录，有 {wrong} 处对不上，没有改动，请系统管理员查对。",
            en: "Compared {at}, parts in training do not add up at {wrong} places. They were left as they are: ask whoever runs this site.")
    }

    /// Whether the ledger agreed with the resources when it was last compared.
    pub fn ledger_compared(self, at: &str, wrong: i64) -> String {
        if wrong == 0 {
            return said!(self.0, zh: "{at} 与资源逐一核对，一致。", en: "Compared with the resources {at}: they agree.");
        }
        said!(self.0,
            zh: "{at} 与资源逐一核对，有 {wrong} 处不一致，已更正。",
            en: "Compared with the resources {at}: wrong at {wrong} places, which were put right.")
    }

    /// "第一阶段：12 人"
    pub fn phase_people(self, phase: i32, people: i64) -> String {
        let phase = self.phase(phase);
        said!(self.0, zh: "{phase}：不同的教师 {people} 人", en: "{phase}: {people} different teachers")
    }

    /// "各阶段内外共 120 人次，96 人"
    pub fn trained_in_all(self, times: i64, people: i64) -> String {
        said!(self.0, zh: "各阶段内外合计 {times} 人次，{people} 人", en: "in all, within the phases and outside: {times} times, {people} teachers")
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
