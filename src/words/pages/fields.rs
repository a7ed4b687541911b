//! Words of a resource's fields: in the form that fills them, and where one of them is named.

use super::PageWords;
use crate::domain::metadata::SearchedField;
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        description: "简介" | "Description";
        description_note: "内容、适用的学时、怎么用" | "What is in it, for how many hours, how to use it";
        stage_label: "用在哪个学习环节" | "For which stage of the task";
        stage_note: "选一个，或写本校的叫法" | "Choose one, or write what your school calls it";
        level_label: "培养层次" | "Training level";
        any_level: "不限" | "Any";
        keywords_note: "用逗号或空格分开" | "Separated by commas or spaces";
        authors_label: "作者" | "Authors";
        authors_note: "几个人用逗号分开；不填就是您自己" | "Separated by commas; you, if left empty";
        year_label: "编写年份" | "Year it was made";
    }

    /// A field of the metadata by its name in the interface; a name nobody knows stands for itself.
    pub fn field_of(self, name: &str) -> String {
        let (zh, en) = match name {
            "title" => ("标题", "title"),
            "type" => ("类型", "type"),
            "description" => ("简介", "description"),
            "major" => ("专业", "major"),
            "course" => ("课程", "course"),
            "task" => ("学习任务", "learning task"),
            "stage" => ("学习环节", "stage"),
            "level" => ("层次", "level"),
            "keywords" => ("关键词", "keywords"),
            "authors" => ("作者", "authors"),
            "year" => ("年份", "year"),
            "licence" => ("许可", "licence"),
            "scope" => ("共享范围", "who it is shared with"),
            "employer_consent" => ("单位同意", "employer's consent"),
            "third_party" => ("第三方素材", "what others made"),
            "people_filmed" => ("出镜人员", "people filmed"),
            "ai_use" => ("人工智能声明", "what AI did"),
            "ai_tool" => ("人工智能工具", "AI tool"),
            "ai_purpose" => ("人工智能用途", "what AI was used for"),
            "language" => ("语言", "language"),
            "based_on" => ("改编自", "what it is based on"),
            other => (other, other),
        };
        said!(self.0, zh: "{zh}", en: "{en}")
    }

    /// A field by its name.
    pub fn field(self, field: SearchedField) -> &'static str {
        match field {
            SearchedField::Title => self.0.pick("标题", "title"),
            SearchedField::Description => self.0.pick("简介", "description"),
            SearchedField::Keywords => self.0.pick("关键词", "keywords"),
            SearchedField::Authors => self.0.pick("作者", "authors"),
            SearchedField::FileNames => self.0.pick("文件名", "file names"),
            SearchedField::Major => self.0.pick("专业", "major"),
            SearchedField::Course => self.0.pick("课程", "course"),
            SearchedField::Task => self.0.pick("学习任务", "learning task"),
            SearchedField::School => self.0.pick("学校", "school"),
            SearchedField::Type => self.0.pick("类型", "type"),
            SearchedField::Stage => self.0.pick("学习环节", "stage"),
            SearchedField::Level => self.0.pick("层次", "level"),
            SearchedField::Year => self.0.pick("年份", "year"),
        }
    }
}
