//! Words of the review queue and of comments.

use super::{PageWords, grouped, plural};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        queue_heading: "审核" | "Review";
        queue_lead: "待您审核的资源，先提交的排在前面。自己的作品由别人审核，不在这里。" |
            "What waits for your review, the longest first. Your own work is reviewed by others and is not here.";
        queue_empty: "没有等待审核的资源" | "Nothing waits for review";
        queue_empty_more: "有老师提交时，这里和菜单上会显示个数。" | "When somebody submits, the number shows here and in the menu.";
        queue_packs: "文字待审核的资源包" | "Packs whose words wait";
        queue_packs_note: "包里的资源都通过了审核；名称、说明和备注要有人看过再发布，校外才看得到。" |
            "What is in them was approved; other schools read their title, description and notes once somebody has looked at them and published them.";
        queue_pack_open: "看这个资源包" | "Look at this pack";
        queue_narrowed: "这些条件下没有等待审核的资源" | "Nothing waits under these limits";
        queue_all: "看全部" | "See all";
        queue_go: "筛选" | "Show";
        queue_filter: "筛选待审核的资源" | "Narrow the queue";
        queue_open: "审核这个资源" | "Review this one";
        queue_next: "下一个" | "Next";
        queue_back: "回到队列" | "Back to the queue";
        queue_way: "审核队列" | "Review queue";
        any_school: "所有学校" | "Every school";
        any_major: "所有专业" | "Every major";
        any_kind: "所有类型" | "Every type";
        no_task: "未注明学习任务" | "No learning task given";
        comments: "批注" | "Comments";
        comments_note: "只有作者、学校管理员和审核人能看到批注。" |
            "Only its author, the school's administrators and the reviewers see comments.";
        comments_none: "还没有批注。" | "No comments yet.";
        comments_resolved: "已解决的批注" | "Comments that are done with";
        comment_add: "写批注" | "Write a comment";
        comment_here: "给这一处写批注" | "Comment on this place";
        comment_text: "内容" | "What you want to say";
        comment_file: "针对" | "About";
        comment_whole: "整个资源" | "The whole resource";
        comment_place: "位置" | "Place";
        comment_place_note: "文档填页码，课件填第几张，音视频填时间（如 02:10），表格填“表名 行号”。可以不填。" |
            "A page, a slide, a time such as 02:10, or a sheet's name and a row. May be left empty.";
        comment_place_fault: "这个文件没有这样的位置。文档填页码，音视频填时间，例如 02:10。" |
            "This file has no such place. Give a page, or for film and sound a time such as 02:10.";
        comment_file_fault: "请先选择文件，再填位置。" | "Choose the file that this place is in.";
        comment_send: "发送批注" | "Send the comment";
        comment_resolve: "标为已解决" | "Mark as done with";
        comment_reopen: "重新打开" | "Open again";
        comment_remove: "删除" | "Delete";
        comment_remove_note: "删除后不能恢复。事情办完了，可以只标为已解决。" | "It cannot be brought back. What is dealt with can be marked as done with instead.";
        comment_carried: "（新版中的这一处）" | " (this place in the new version)";
        comment_file_gone: "（新版中没有这个文件了）" | " (the new version has no such file)";
        comment_before: "看原来那一版" | "See it as it was";
        comment_gone_file: "（文件已换新版）" | " (the file has been replaced since)";
        done_comment: "批注已保存。" | "The comment is saved.";
        done_resolve: "已标为解决。" | "Marked as done with.";
        done_reopen: "已重新打开。" | "Open again.";
        done_remove: "批注已删除。" | "The comment is deleted.";
    }

    /// "待审核 12 个"
    pub fn queue_count(self, n: u64) -> String {
        let noun = plural(n, "resource waits", "resources wait");
        let n = grouped(n);
        said!(self.0, zh: "待审核 {n} 个", en: "{n} {noun}")
    }

    /// "3 条未解决的批注"
    pub fn open_comments(self, n: u64) -> String {
        let noun = plural(n, "open comment", "open comments");
        let n = grouped(n);
        said!(self.0, zh: "{n} 条未解决的批注", en: "{n} {noun}")
    }

    /// How long something waits, as people say it.
    pub fn waits_since(self, moment: &str, hours: i64) -> String {
        let days = hours / 24;
        match (hours, days) {
            (i64::MIN..=0, _) => said!(self.0, zh: "{moment} 提交，刚刚", en: "submitted {moment}, just now"),
            (_, 0) => {
                let noun = plural(hours.unsigned_abs(), "hour", "hours");
                said!(self.0, zh: "{moment} 提交，已等 {hours} 小时", en: "submitted {moment}, {hours} {noun} ago")
            }
            _ => {
                let noun = plural(days.unsigned_abs(), "day", "days");
                said!(self.0, zh: "{moment} 提交，已等 {days} 天", en: "submitted {moment}, {days} {noun} ago")
            }
        }
    }

    /// "周老师 提交"
    pub fn submitted_by(self, name: &str) -> String {
        said!(self.0, zh: "提交人 {name}", en: "by {name}")
    }

    /// "刘建国 · 2026-11-24 15:40 标为已解决"
    pub fn resolved_by(self, name: &str, moment: &str) -> String {
        said!(self.0, zh: "{name} 于 {moment} 标为已解决", en: "done with, said {name} on {moment}")
    }
}
