//! Words of home, search, majors and courses.

use super::{PageWords, grouped, plural};
use crate::domain::metadata::SearchedField;
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        ask: "找到要用的那一页" | "Find the very page you need";
        ask_more: "搜的是文件里面：哪一页、哪张幻灯片、视频的哪一秒，原件一键取走。" |
            "Searches inside the files: the page, the slide, the second of a film. The original is one click away.";
        search: "搜索" | "Search";
        search_label: "搜索资源" | "Search resources";
        search_hint: "标题、内容、代码、拼音都可以" | "Titles, contents, codes";
        suggestions: "建议" | "Suggestions";
        suggested: "{n} 条建议，按上下键选择。" | "{n} suggestions, use the up and down arrows.";
        no_suggestions: "没有建议。" | "No suggestions.";
        search_here: "只在这里面搜索" | "Search in here only";
        try_words: "试试" | "Try";
        by_type: "按类型找" | "By type";
        majors: "专业与课程" | "Majors and courses";
        major: "专业" | "Major";
        course: "课程" | "Course";
        task: "学习任务" | "Learning task";
        type_of: "类型" | "Type";
        school: "学校" | "School";
        stage_of: "学习环节" | "Stage";
        level_of: "层次" | "Level";
        year: "年份" | "Year";
        keyword: "关键词" | "Keyword";
        resource: "资源" | "Resource";
        newest: "最近发布" | "Recently published";
        no_majors: "还没有导入课程目录。管理员可以用 gongxue curriculum import 导入。" |
            "No majors have been imported yet. An administrator imports them with gongxue curriculum import.";
        nothing_new: "还没有发布的资源。" | "Nothing has been published yet.";
        everything: "全部资源" | "All resources";
        filters: "筛选" | "Filter";
        filtered_by: "已限定" | "Limited to";
        remove_filter: "取消限定" | "Remove limit";
        clear_filters: "全部取消" | "Remove all";
        sort_by: "排序" | "Sort by";
        sort_relevance: "最相关" | "Relevance";
        sort_newest: "最新" | "Newest";
        did_you_mean: "您要找的是不是" | "Did you mean";
        search_typed: "仍搜索原词" | "Search for what I typed";
        found_inside: "在文件里找到" | "Found inside";
        next_page: "下一页" | "Next page";
        first_page: "回到第一页" | "Back to the first page";
        pages: "翻页" | "Pages";
        similar_found: "与找到的相近的资源" | "Resources like those found";
        nearest: "最接近的搜索" | "The nearest searches";
        advice_fewer: "少用一两个词，或换一个说法，例如“课件”“工作页”“二保焊”。" |
            "Use fewer words, or other ones.";
        advice_spelling: "检查有没有错字；也可以用拼音或首字母，例如 shukong、skcc。" |
            "Check the spelling; pinyin and initials work too, for example shukong or skcc.";
        advice_filters: "取消一些限定，看看别的专业和类型里有没有。" |
            "Remove the limits, it may stand under another major or type.";
        advice_sign_in: "登录后还能找到本校和全市共享的资源。" |
            "Sign in to find what your school and the city share as well.";
        without_filters: "不加限定再搜一次" | "Search again without limits";
        browse_majors: "按专业浏览" | "Browse by major";
        courses_of_major: "课程" | "Courses";
        no_courses: "这个专业还没有课程目录。" | "This major has no courses in the catalogue yet.";
        tasks_of_course: "学习任务" | "Learning tasks";
        no_tasks: "这门课程还没有登记学习任务。" | "No learning tasks are recorded for this course yet.";
        for_whole_course: "整门课程通用" | "For the whole course";
        nothing_for_task: "这个任务还没有资源。" | "There is nothing for this task yet.";
        upload_for_task: "为这个任务上传" | "Upload for this task";
        see_all: "查看全部" | "See all";
        work_task: "典型工作任务" | "Typical work task";
        catalogue_code: "编码" | "Code";
    }

    /// "还没有资源的专业(28)"
    pub fn majors_waiting(self, n: usize) -> String {
        said!(self.0, zh: "还没有资源的专业（{n}）", en: "Majors without resources ({n})")
    }

    /// "“星三角”的搜索结果"
    pub fn results_for(self, text: &str) -> String {
        said!(self.0, zh: "“{text}”", en: "“{text}”")
    }

    /// "找到 12 个资源"
    pub fn found(self, n: u64) -> String {
        let resources = self.resources(n);
        said!(self.0, zh: "找到 {resources}", en: "{resources} found")
    }

    /// "还有 127 个只含一部分的"
    pub fn near_found(self, n: u64) -> String {
        let n = grouped(n);
        said!(self.0, zh: "还有 {n} 个只含一部分的", en: "{n} more hold only some of it")
    }

    /// "有 127 个只含一部分的，供参考"
    pub fn nearest_found(self, n: u64) -> String {
        let n = grouped(n);
        said!(self.0, zh: "有 {n} 个只含一部分的，供参考", en: "{n} hold only some of it")
    }

    /// "您自己还有 2 个未发布的资源含有它"
    pub fn own_found(self, n: u64) -> String {
        let n = grouped(n);
        said!(self.0, zh: "您自己还有 {n} 个未发布的资源含有它", en: "{n} of your own, not published, hold it as well")
    }

    /// "同时搜索了：起动"
    pub fn also_looked_for(self, names: &[String]) -> String {
        let names = self.enumerated(names);
        said!(self.0, zh: "同时搜索了：{names}", en: "Looked for as well: {names}")
    }

    /// "在关键词、课程中"
    pub fn matched_in(self, fields: &[SearchedField]) -> String {
        let fields: Vec<String> = fields.iter().map(|field| self.field(*field).to_owned()).collect();
        let fields = self.enumerated(&fields);
        said!(self.0, zh: "在{fields}中", en: "In: {fields}")
    }

    /// That nothing was found, plainly.
    pub fn nothing_found(self, asked: &str, is_limited: bool) -> String {
        match (asked.is_empty(), is_limited) {
            (true, _) => said!(self.0, zh: "这里还没有资源", en: "There is nothing here yet"),
            (false, true) => said!(self.0,
                zh: "限定的范围里没有资源含有“{asked}”",
                en: "Nothing within these limits holds “{asked}”"),
            (false, false) => said!(self.0, zh: "没有资源含有“{asked}”", en: "Nothing holds “{asked}”"),
        }
    }

    /// That the answer is to something else than what was typed.
    pub fn shown_instead(self, typed: &str, used: &str) -> String {
        said!(self.0,
            zh: "没有资源含有“{typed}”，下面是“{used}”的结果。",
            en: "Nothing holds “{typed}”; these are the results for “{used}”.")
    }

    /// "3 所学校有此资源"
    pub fn schools_have_this(self, n: usize) -> String {
        let noun = plural(n as u64, "school has", "schools have");
        said!(self.0, zh: "{n} 所学校有此资源", en: "{n} {noun} this")
    }

    /// What a picture of a place shows.
    pub fn picture_of(self, place: &str) -> String {
        said!(self.0, zh: "{place}的图", en: "Picture of {place}")
    }

    /// "另有 6 项"
    pub fn more(self, n: usize) -> String {
        said!(self.0, zh: "另有 {n} 项", en: "{n} more")
    }

    /// "全部 28 个资源"
    pub fn all_of(self, n: u64) -> String {
        let n = grouped(n);
        said!(self.0, zh: "全部 {n} 个资源", en: "All {n} resources")
    }
}
