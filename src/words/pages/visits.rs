//! Words of visits of experts.

use super::PageWords;
use crate::domain::day::Day;
use crate::domain::visit::{VisitKind, VisitState};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        visits: "专家指导" | "Visits of experts";
        visits_lead: "专家到学校督导、咨询、评估、交流的记录：指导内容、建议、落实情况。" |
            "Supervision, advice, evaluation and exchange at schools: what was asked, what was advised, what was done.";
        visits_none: "还没有专家指导记录。" | "No visits were recorded yet.";
        visits_export: "导出专家指导记录（XLSX）" | "Visits as XLSX";
        partner_companies: "合作企业（家）" | "Companies";
        given_by_companies: "企业提供的已发布资源（个）" | "Published resources that companies gave";
        expert_visits: "专家指导（次）" | "Visits of experts";
        expert_visits_closed: "其中已办结（次）" | "Of those closed";
        visits_import: "导入专家指导记录" | "Bring a list of visits";
        visit_add: "登记一次指导" | "Record a visit";
        visit_added: "已登记。" | "It is recorded.";
        visit_day: "日期" | "Day";
        visit_kind: "类型" | "Kind";
        visit_school: "学校" | "School";
        visit_expert: "专家" | "Expert";
        visit_expert_note: "填专家账号的登录名；本人去的不用填。" | "An expert's sign-in name; empty for yourself.";
        visit_asked: "指导内容" | "What was asked";
        visit_advice: "专家建议" | "Advice";
        visit_resources: "相关资源" | "Resources";
        visit_resources_note: "粘贴资源页面的地址，每行一个。" | "Addresses of resources, one a line.";
        visit_resource_hidden: "（您看不到这个资源）" | "(you do not see this resource)";
        visit_done: "落实情况" | "What was done";
        visit_state: "状态" | "State";
        visit_answer_go: "提交落实情况" | "Say what was done";
        visit_answered: "落实情况已提交。" | "It is kept what was done.";
        visit_edit: "修改这条记录" | "Change this visit";
        visit_saved: "记录已保存。" | "The visit is saved.";
        visit_remove: "删除这条记录" | "Remove this visit";
        visit_remove_note: "只用于登记错的记录：删除后不能恢复，也不再计入指导次数。学校提交落实情况以后就不能删除了。" |
            "For what was recorded by mistake: it is gone for good and does not count any more. Once the school has answered, it stays.";
        visit_removed: "记录已删除。" | "The visit is removed.";
        visit_meanwhile: "您打开这一页以后，这条记录改过了，下面是现在的内容。您填的还在：核对后再提交，就以您填的为准。" |
            "This record was changed since you opened the page; below is what it says now. What you typed is still here: look again, and sending it once more makes it count.";
        visit_close: "确认办结" | "Close it";
        visit_close_note: "办结以后不能再改。" | "Nothing changes any more then.";
        visit_closed: "已办结。" | "It is closed.";
    }

    /// What a visit is for.
    pub fn visit_kind_of(self, kind: VisitKind) -> &'static str {
        let (zh, en) = match kind {
            VisitKind::Supervision => ("专家督导", "Supervision"),
            VisitKind::Consulting => ("技术咨询", "Advice"),
            VisitKind::Evaluation => ("教学评估", "Evaluation"),
            VisitKind::Exchange => ("教学交流", "Exchange"),
        };
        self.lang().pick(zh, en)
    }

    /// How far a visit is.
    pub fn visit_state_of(self, state: VisitState) -> &'static str {
        let (zh, en) = match state {
            VisitState::Open => ("待落实", "to be answered"),
            VisitState::Answered => ("已落实", "answered"),
            VisitState::Closed => ("已办结", "closed"),
        };
        self.lang().pick(zh, en)
    }

    /// "2026-12-01 的专家指导"
    pub fn visit_of(self, day: Day) -> String {
        said!(self.lang(), zh: "{day} 的专家指导", en: "Visit of {day}")
    }

    /// "合作企业 3 家，提供已发布资源 12 个；专家指导 5 次，办结 4 次"
    pub fn partners_counted(self, companies: u64, given: u64, visits: u64, closed: u64) -> String {
        said!(self.lang(),
            zh: "合作企业 {companies} 家，提供已发布资源 {given} 个；专家指导 {visits} 次，办结 {closed} 次。",
            en: "{companies} companies gave {given} published resources; experts came {visits} times, {closed} of them closed.")
    }
}
