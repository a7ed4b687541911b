//! Words of what waits for somebody.

use super::PageWords;
use crate::domain::todo::TodoKind;
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        todos: "待办" | "To do";
        todo_training_today: "今天上课、还没签到的培训班" | "Sessions today to sign in for";
        todo_reviews: "待您审核的资源" | "Resources for you to review";
        todo_pack_words: "待您审核的资源包说明" | "Words of packs for you to approve";
        todo_notices: "待您处理的侵权通知" | "Notices of infringement for you to handle";
        todo_jury_scores: "待您评分的申报" | "Entries for you to score";
        todo_calls_to_publish: "评审日期已过、待公布结果的评优活动" | "Calls whose results are to be published";
        todo_visits_to_answer: "待学校答复的专家指导" | "Visits of experts for the school to answer";
        todo_visits_to_close: "学校已答复、待您办结的专家指导" | "Visits that were answered, for you to close";
        todo_taken_down: "让您的资源下架的侵权通知，您可以答复" | "Notices that took your resources down, for you to answer";
        todo_returned: "退回给您修改的资源" | "Resources sent back to you";
        todo_comments: "您的资源上未解决的批注" | "Open comments on your resources";
        todo_attendance_open: "已结束、还有人没登记考勤的培训班" | "Sessions that are over, with attendance to settle";
        todo_training_online: "正在学习的线上培训班" | "Online sessions to go on with";
        todo_damaged_files: "损坏的文件" | "Damaged files";
        todo_failed_jobs: "多次失败的后台任务" | "Jobs that failed too often";
        todo_wrong_sums: "夜间核对对不上、请查对的报表数字" | "Sums of reports that do not add up, to look into";
        todo_checkpoint_due: "30 天没有取走的操作记录检查点" | "A checkpoint of the records, not taken away for 30 days";
        todo_standard_follow_ups: "课程标准更新后、您要核对的资源、资源包和排序" | "What a new standard asks you to look after";
        todo_drafts: "您还没提交的草稿" | "Your drafts";
    }

    /// "待您审核的资源：3（1 个已超期，1 个请尽快）"
    pub fn todo(self, kind: TodoKind, count: u64, (overdue, due_soon): (u64, u64)) -> String {
        let (what, count) = (self.todo_kind(kind), self.number(count));
        let overdue = (overdue > 0).then(|| said!(self.0, zh: "{overdue} 个已超期", en: "{overdue} overdue"));
        let due_soon = (due_soon > 0).then(|| said!(self.0, zh: "{due_soon} 个请尽快", en: "{due_soon} due soon"));
        let late: Vec<String> = overdue.into_iter().chain(due_soon).collect();
        if late.is_empty() {
            return said!(self.0, zh: "{what}：{count}", en: "{what}: {count}");
        }
        let late = late.join(self.comma());
        said!(self.0, zh: "{what}：{count}（{late}）", en: "{what}: {count} ({late})")
    }

    fn todo_kind(self, kind: TodoKind) -> &'static str {
        match kind {
            TodoKind::TrainingToday => self.todo_training_today(),
            TodoKind::Reviews => self.todo_reviews(),
            TodoKind::PackWords => self.todo_pack_words(),
            TodoKind::Notices => self.todo_notices(),
            TodoKind::JuryScores => self.todo_jury_scores(),
            TodoKind::CallsToPublish => self.todo_calls_to_publish(),
            TodoKind::VisitsToAnswer => self.todo_visits_to_answer(),
            TodoKind::VisitsToClose => self.todo_visits_to_close(),
            TodoKind::TakenDown => self.todo_taken_down(),
            TodoKind::Returned => self.todo_returned(),
            TodoKind::Comments => self.todo_comments(),
            TodoKind::AttendanceOpen => self.todo_attendance_open(),
            TodoKind::TrainingOnline => self.todo_training_online(),
            TodoKind::DamagedFiles => self.todo_damaged_files(),
            TodoKind::FailedJobs => self.todo_failed_jobs(),
            TodoKind::WrongSums => self.todo_wrong_sums(),
            TodoKind::CheckpointDue => self.todo_checkpoint_due(),
            TodoKind::StandardFollowUps => self.todo_standard_follow_ups(),
            TodoKind::Drafts => self.todo_drafts(),
        }
    }
}
