//! Words of evidence: the twelve reference documents of learning tasks, and the bundles that show them.

use super::PageWords;
use crate::domain::evidence::ReferenceDocument;
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        evidence: "体例证据" | "Evidence";
        evidence_lead: "每个学习任务的十二份教学文件（体例）：有几份，能看到的最新一份是哪一份，谁做的，什么时候审核通过。" |
            "The twelve reference documents of each learning task: how many there are, the newest that you may see, by whom, and when it was reviewed.";
        evidence_matrix: "学习任务 × 十二份体例" | "Learning tasks × the twelve documents";
        evidence_list: "已有的体例" | "What there is";
        evidence_rule: "同一类型的两份体例按标题和所在的位置区分：标题里写“转化”的是第 1 份，写“分析”的是第 6 份；课程的考核方案是第 4 份，学习任务的是第 8 份。" |
            "Two documents of one type are told apart by title and place: “转化” in a title is no. 1, “分析” no. 6; an assessment plan of the course is no. 4, of a task no. 8.";
        evidence_seen: "份数与覆盖报表相同，校内共享的也算在内；标题和链接只给能看到它的人。" |
            "The numbers are those of coverage, with what schools share among themselves; titles and links are for those who may see them.";
        evidence_hidden: "校内共享，不显示标题" | "shared in its school alone, without its title";
        evidence_path: "路径" | "Path";
        evidence_bytes: "字节" | "Bytes";
        evidence_sha256: "SHA-256" | "SHA-256";
        evidence_why_not: "未收入的原因" | "Why it is not in";
        evidence_newest: "最新一份" | "Newest";
        evidence_by: "作者" | "By";
        evidence_version: "版本" | "Version";
        evidence_link: "链接" | "Link";
        document_number: "体例序号" | "No.";
        document_name: "体例" | "Document";
        reviewed_when: "审核通过" | "Reviewed";
        evidence_make: "制作证据包" | "Make a bundle of evidence";
        evidence_make_note: "把这里的文件、表格和校验值冻结成资源包的一个版本，给检查的人看，谁都能用 sha256sum 核对。" |
            "Freezes these files, tables and their sums as a version of a pack, to be shown and checked by anyone with sha256sum.";
        evidence_bundle_lead: "这一版冻结时已审核通过的教学文件。每个文件的校验值在 SHA256SUMS 里：解压后在这个文件夹运行 sha256sum -c SHA256SUMS。" |
            "What was reviewed when this version was frozen. The sums of all files are in SHA256SUMS: unpack, and run sha256sum -c SHA256SUMS in this folder.";
        evidence_files: "文件与未收入的" | "Files, and what is not in";
        left_out_damaged: "文件损坏，等待修复" | "damaged, and to be repaired";
        evidence_bundle: "证据包" | "Bundle of evidence";
        evidence_sums: "校验值" | "Sums";
        ai_mark: "AI 标识" | "AI label";
        all_courses: "全部课程" | "All courses";
    }

    /// The heads of the table of a bundle's files.
    pub fn evidence_file_heads(self) -> [&'static str; 14] {
        [
            self.course(),
            self.task(),
            self.document_name(),
            self.title(),
            self.evidence_by(),
            self.school(),
            self.evidence_version(),
            self.reviewed_when(),
            self.licence(),
            self.ai_mark(),
            self.evidence_path(),
            self.evidence_bytes(),
            self.evidence_sha256(),
            self.evidence_why_not(),
        ]
    }

    /// "鸭嘴锤制作（已退出）"
    pub fn retired_place(self, name: &str) -> String {
        said!(self.0, zh: "{name}（已退出）", en: "{name} (retired)")
    }

    /// One of the twelve by its name.
    pub fn document(self, document: &ReferenceDocument) -> &'static str {
        self.lang().pick(document.zh, document.en)
    }

    /// "工作页（整门课程）"
    pub fn of_whole_course(self, title: &str) -> String {
        said!(self.0, zh: "{title}（整门课程）", en: "{title} (for the whole course)")
    }

    /// "2026-09-01 审核通过"
    pub fn reviewed_on(self, day: &str) -> String {
        said!(self.0, zh: "{day} 审核通过", en: "reviewed {day}")
    }
}
