//! Refusals of a request that is in order and does not go with how things stand.

use super::{Both, move_name, said, status_name};
use crate::domain::notice::{NoticeState, NoticeStep};
use crate::domain::resource::{Status, StatusTransition};
use crate::words::Lang;
use crate::words::pages::PageWords;

pub(super) fn move_not_possible(from: Status, step: StatusTransition) -> Both {
    let (from_zh, from_en) = status_name(from);
    let (step_zh, step_en) = move_name(step);
    (
        said(
            "现在不能这样操作",
            format!("资源现在是“{from_zh}”，不能{step_zh}。请刷新后查看最新状态。"),
        ),
        said(
            "Not possible now",
            format!("The resource is {from_en}; you cannot {step_en} it. Reload to see its state."),
        ),
    )
}

pub(super) fn notice_step_not_possible(state: NoticeState, step: NoticeStep) -> Both {
    let (zh, en) = (PageWords(Lang::Zh), PageWords(Lang::En));
    let (state_zh, state_en) = (zh.notice_state(state), en.notice_state(state));
    let (step_zh, step_en) = (zh.notice_step(step), en.notice_step(step));
    (
        said(
            "现在不能这样处理",
            format!("这份通知现在是“{state_zh}”，不能“{step_zh}”。请刷新后查看。"),
        ),
        said(
            "Not possible now",
            format!(
                "The notice is “{state_en}”; “{step_en}” does not lead on from there. Reload to see where it stands."
            ),
        ),
    )
}

pub(super) fn held_by_notice(number: &str) -> Both {
    (
        said(
            "因侵权通知下架，尚未了结",
            format!("侵权通知 {number} 了结以前不能发布。可以在那里提交不侵权说明，由处理人恢复。"),
        ),
        said(
            "Taken down for a notice",
            format!("It cannot be published before notice {number} is settled: object there, and have it restored."),
        ),
    )
}

pub(super) fn not_published() -> Both {
    (
        said("还没有发布", "发布以后才能评为示范资源。"),
        said("Not published yet", "Only what is published can be held up as a model."),
    )
}

pub(super) fn file_in_use() -> Both {
    (
        said(
            "文件还在使用",
            "它属于现在的版本或等待审核的版本。请先提交一个不含它的新版本，通过以后再从历史中删除。",
        ),
        said(
            "The file is in use",
            "It is part of the present version or of one that waits. Make a version without it first; once that is approved, erase it.",
        ),
    )
}

pub(super) fn nothing_waits() -> Both {
    (
        said(
            "没有可以撤销的修改",
            "只有发布以后又改过、还没有通过的内容才能撤销。没有发布过的资源可以直接修改或删除。",
        ),
        said(
            "There is nothing to discard",
            "Only changes of something published that are not approved yet can be discarded. Edit or remove what was never published.",
        ),
    )
}

pub(super) fn changed_meanwhile() -> Both {
    (
        said("别人刚改过", "请重新读取最新内容，再提交您的修改。"),
        said("Changed meanwhile", "Read it again and send your change once more."),
    )
}

pub(super) fn if_match_required() -> Both {
    (
        said(
            "缺少 If-Match",
            "请带上您看到的 `ETag`：修改时以免覆盖别人的修改，审核时以免批准没有看过的内容。",
        ),
        said(
            "If-Match is required",
            "Send the `ETag` you saw, so that nobody's change is lost and nothing is approved that you have not seen.",
        ),
    )
}

pub(super) fn changed_since_submitted() -> Both {
    (
        said(
            "提交以后又改过",
            "作者提交以后又改过内容。请看一遍现在的样子，并在 If-Match 里带上您看到的 `ETag` 再决定。",
        ),
        said(
            "It has changed since it was submitted",
            "Its author changed it after submitting it. Look at it as it is now, and decide with the `ETag` you saw in If-Match.",
        ),
    )
}

pub(super) fn name_taken(name: &str) -> Both {
    (
        said("名称已被使用", format!("“{name}”已经存在，请换一个。")),
        said(
            "The name is in use",
            format!("“{name}” exists already; choose another."),
        ),
    )
}

pub(super) fn idempotency_mismatch() -> Both {
    (
        said("重复的 Idempotency-Key", "这个键已经用于另一个请求，请换一个。"),
        said(
            "The key was used before",
            "This `Idempotency-Key` came with another request; choose a new one.",
        ),
    )
}

pub(super) fn pack_item_gone(items: &[usize]) -> Both {
    let files = items.len();
    (
        said(
            "有文件已停止共享",
            format!("所要的文件中有 {files} 个已不能提供。请取资源包的新版本，或只取其余文件。"),
        ),
        said(
            "Some files are no longer shared",
            format!(
                "{files} of the files asked for may no longer be given. Fetch the pack's next version, or the others."
            ),
        ),
    )
}

pub(super) fn pack_not_ready() -> Both {
    (
        said(
            "这个版本还没有生成好",
            "请稍后再试；进度见 `GET /api/v1/packs/{id}/versions/{n}`。",
        ),
        said(
            "This version is not ready",
            "Try again in a moment; `GET /api/v1/packs/{id}/versions/{n}` shows how far it is.",
        ),
    )
}

pub(super) fn bad_receipt() -> Both {
    (
        said(
            "回执无效",
            "签名不对，或不是这个资源包的回执。请用 `gongxue pull` 或 `gongxue mirror` 重新生成。",
        ),
        said(
            "The receipt is not valid",
            "It is not signed as it says, or is of another pack. See docs/packs.md for its form.",
        ),
    )
}

pub(super) fn idempotency_busy() -> Both {
    (
        said("同一请求正在处理", "请稍后再查询结果。"),
        said(
            "Still at work",
            "The first request with this key is still being handled. Ask again in a moment.",
        ),
    )
}
