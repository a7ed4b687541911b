//! Words of the steps of the review: where something waits, and how it came there.

use super::{PageWords, plural};
use crate::domain::review::ReviewOutcome;
use crate::domain::role::Role;
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        review_history: "审核记录" | "History of the review";
        review_overdue: "已超期" | "Overdue";
        review_remind: "快到期" | "Due soon";
        review_left_to_bureau: "本校没有足够的人可审，由市人社局代审" | "The school has too few people to review it; the bureau does";
        review_take: "领取" | "Take it";
        review_take_note: "领取后别人看得到由您审核；一天没有处理，会自动放回。" |
            "Others see that you review it; after a day without a decision it is anybody's again.";
        review_give_back: "交还" | "Give it back";
        review_nobody: "系统" | "The system";
        done_take: "已领取。" | "You have taken it.";
        done_give_back: "已交还。" | "Given back.";
        done_reject: "已判为不予通过。" | "Rejected.";
        done_recall: "已撤回，内容都还在。修改好再提交。" | "Taken back; nothing is lost. Submit it again when it is ready.";
        done_approve_on: "已通过，转到下一步。" | "Approved; it went on to the next step.";
        note_reject: "这一版到此为止，作者上传新版本后才能再提交。" |
            "This version ends here; its author can submit a new version only.";
        note_recall: "撤回后回到您手里，文件、版本和批注都留着。" | "It is yours again; files, versions and comments stay.";
        reject_question: "不予通过的理由（作者会看到）" | "Why it is rejected (the author will read it)";
        recall_really: "确认撤回" | "Really take it back";
    }

    /// A text in the language of the page.
    pub fn either<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        if en.is_empty() { zh } else { self.0.pick(zh, en) }
    }

    /// "现在：学校专业审核，由学校管理员审核"
    pub fn review_waits(self, step: &str, takers: &[Role]) -> String {
        let who: Vec<String> = takers.iter().map(|role| self.role(*role)).collect();
        let who = who.join(self.0.pick("、", ", "));
        said!(self.0, zh: "现在：{step}，由{who}审核", en: "Now at: {step}, for {who}")
    }

    /// "2026-12-01 16:30 起，12-08 前完成"
    pub fn review_since(self, since: &str, due: Option<&str>) -> String {
        match due {
            Some(due) => {
                said!(self.0, zh: "{since} 到这一步，应在 {due} 前审完", en: "there since {since}, due by {due}")
            }
            None => said!(self.0, zh: "{since} 到这一步", en: "there since {since}"),
        }
    }

    /// "指定由王老师、李老师审"
    pub fn review_appointed(self, people: &[String]) -> String {
        let names = people.join(self.0.pick("、", ", "));
        said!(self.0, zh: "指定由{names}审", en: "for {names} alone")
    }

    /// "需 2 人通过"
    pub fn review_voices(self, n: u32) -> String {
        let noun = plural(u64::from(n), "approval", "approvals");
        said!(self.0, zh: "需 {n} 人通过", en: "needs {n} {noun}")
    }

    /// "王老师 2026-12-01 09:10 领取"
    pub fn review_taken_by(self, name: &str, at: &str) -> String {
        said!(self.0, zh: "{name} 于 {at} 领取", en: "taken by {name} on {at}")
    }

    /// What came of something, in a word or two.
    pub fn review_outcome(self, outcome: ReviewOutcome) -> String {
        match outcome {
            ReviewOutcome::Submitted => said!(self.0, zh: "提交审核", en: "submitted"),
            ReviewOutcome::Changed => said!(self.0, zh: "改过内容，重新审核", en: "changed, so it is reviewed anew"),
            ReviewOutcome::Approved => said!(self.0, zh: "通过", en: "approved"),
            ReviewOutcome::PassedOver => said!(self.0, zh: "没有人可审，跳过", en: "passed over: nobody could take it"),
            ReviewOutcome::Returned => said!(self.0, zh: "退回修改（重新送审）", en: "sent back"),
            ReviewOutcome::Rejected => said!(self.0, zh: "不予通过", en: "rejected"),
            ReviewOutcome::Recalled => said!(self.0, zh: "作者撤回", en: "taken back by its author"),
            ReviewOutcome::Published => said!(self.0, zh: "直接发布", en: "published without a review"),
        }
    }

    /// That the bureau stood in: "（代审）"
    pub fn review_on_behalf(self) -> &'static str {
        self.0.pick("（代审）", " (standing in)")
    }
}
