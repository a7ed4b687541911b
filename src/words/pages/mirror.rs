//! Words of the mirror's page: what became of offers to the hub, and what could not be taken from it.

use super::PageWords;
use crate::domain::resource::Status;
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        at_hub_returned: "上级资源库退回了这个资源" | "The hub sent this back";
        at_hub_mend: "修改后会自动再次提交给上级资源库。" | "What you change is offered to the hub again by itself.";
        at_once: "镜像站也立即删除" | "Gone from mirrors at once";
        at_once_note: "用于涉及隐私、版权或安全的资源：各校镜像站下次连接时马上删除，不保留 14 天。" |
            "For what concerns privacy, rights or safety: mirrors delete it when they next connect, not 14 days later.";
        mirror_problems: "取不下来的资源" | "What could not be taken";
        mirror_problems_note: "其余资源都已更新。请把原因告诉上级资源库的管理员。" |
            "Everything else was taken. Tell whoever runs the hub why these were not.";
        mirror_no_problems: "全部都取下来了。" | "Everything was taken.";
    }

    /// Where something offered stands at the hub, in a sentence. `None`: the hub was not asked yet.
    pub fn at_hub(self, status: Option<Status>) -> &'static str {
        let (zh, en) = match status {
            None => ("已提交给上级资源库。", "Offered to the hub."),
            Some(Status::Draft | Status::Submitted) => (
                "已提交给上级资源库，在那里待审核。",
                "Offered to the hub, where it waits for review.",
            ),
            Some(Status::Returned) => (
                "被上级资源库退回，没有写明原因。",
                "The hub sent it back without a reason.",
            ),
            Some(Status::Published) => ("上级资源库已发布。", "Published at the hub."),
            Some(Status::Withdrawn) => ("上级资源库已下架。", "Withdrawn at the hub."),
        };
        self.0.pick(zh, en)
    }

    /// The hub has no such resource any more.
    pub fn at_hub_gone(self) -> &'static str {
        self.0.pick(
            "上级资源库里已经没有这个资源；修改后会重新提交。",
            "The hub has it no more; once changed it is offered anew.",
        )
    }

    /// Why the hub did not take something.
    pub fn at_hub_refused(self, why: &str) -> String {
        said!(self.0, zh: "上级资源库没有接收：{why}", en: "The hub did not take it: {why}")
    }

    /// Why what the hub says of a resource cannot be taken.
    pub fn mirror_problem(self, code: &str) -> &'static str {
        let (zh, en) = match code {
            "fields" => (
                "上级资源库给出的信息不合规范。",
                "What the hub says of it is not what a resource can be.",
            ),
            "other_file" => (
                "它的文件编号属于本站另一份资源。",
                "It names a file that belongs to another resource here.",
            ),
            "other_hub" => ("它来自另一个上级资源库。", "It came from another hub."),
            _ => (
                "写入本站时出错，下次会再试；原因见运行日志。",
                "This node failed to write it and will try again; its log says why.",
            ),
        };
        self.0.pick(zh, en)
    }
}
