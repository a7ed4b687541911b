//! Words inside the archives of packs, for whoever unpacks one.

use super::{Lang, said, sentences};

/// The archives' words in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveWords(pub Lang);

impl ArchiveWords {
    /// The language spoken.
    pub fn lang(self) -> Lang {
        self.0
    }

    sentences! {
        index: "目录" | "Contents";
        number: "序号" | "No.";
        path: "路径" | "Path";
        title: "标题" | "Title";
        kind: "类型" | "Type";
        major: "专业" | "Major";
        course: "课程" | "Course";
        task: "任务" | "Task";
        school: "学校" | "School";
        company: "提供企业" | "Company";
        authors: "作者" | "Authors";
        licence: "许可" | "Licence";
        bytes: "字节" | "Bytes";
        sha256: "SHA-256" | "SHA-256";
        not_shared: "未共享" | "not shared";
        beyond_scope: "这里的一个资源没有共享给本资源包的读者，所以没有放进来。" | "What belongs here is shared with fewer people than this pack is for, so it was left out.";
        unpublished: "这里的一个资源没有发布，或者已经下架，所以没有放进来。" | "What belongs here is not published, or no longer, so it was left out.";
    }

    /// Which resources AI made or helped to make.
    pub fn made_by_ai(self, titles: &[String], others: usize) -> String {
        let list = titles.join(self.0.pick("、", ", "));
        if others == 0 {
            return said!(self.0, zh: "人工智能标识：{list}", en: "AI label: {list}");
        }
        said!(self.0, zh: "人工智能标识：{list}，另有 {others} 个，见目录", en: "AI label: {list}, and {others} more; see the contents")
    }

    /// What a company gave.
    pub fn given_by(self, company: &str, titles: &[&str], others: usize) -> String {
        let list = titles.join(self.0.pick("、", ", "));
        if others == 0 {
            return said!(self.0, zh: "{company}提供：{list}", en: "Given by {company}: {list}");
        }
        said!(self.0, zh: "{company}提供：{list}，另有 {others} 个，见目录", en: "Given by {company}: {list}, and {others} more; see the contents")
    }

    /// A title with the label of what AI made.
    pub fn labelled(self, title: &str, label: &str) -> String {
        said!(self.0, zh: "{title}（{label}）", en: "{title} ({label})")
    }

    /// What kind of thing is missing.
    pub fn missing(self, kind: &str) -> String {
        said!(self.0, zh: "类型：{kind}", en: "Type: {kind}")
    }

    /// Which right keeps it back.
    pub fn because(self, right: &str) -> String {
        said!(self.0, zh: "原因：{right}", en: "Why: {right}")
    }

    /// Whom to ask for what is missing.
    pub fn ask(self, school: Option<&str>) -> String {
        match school {
            Some(school) => said!(self.0, zh: "需要的话，请联系{school}。", en: "If you need it, please ask {school}."),
            None => said!(self.0,
                zh: "需要的话，请联系制作本资源包的老师。",
                en: "If you need it, please ask whoever made this pack."),
        }
    }

    /// On which terms a pack's files may be used: the licences' names.
    pub fn rights(self, licences: &[String]) -> String {
        let list = licences.join(self.0.pick("、", ", "));
        said!(self.0,
            zh: "每个文件各有许可，见目录。本资源包中有：{list}",
            en: "Each file has its licence; see the contents. In this pack: {list}")
    }
}
