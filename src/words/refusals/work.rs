//! Refusals that other machines meet which work for the library.

use super::{Both, said};

pub(super) fn claim_over() -> Both {
    (
        said(
            "这项任务已交给别处",
            "超过 30 秒没有联系，或管理员收回了任务。不用处理，协助程序会自动领取下一项。",
        ),
        said(
            "This work is somebody else's now",
            "Nothing was heard for 30 seconds, or an administrator took it back. There is nothing to do: the program takes the next piece.",
        ),
    )
}

pub(super) fn bad_result(detail: &str) -> Both {
    (
        said(
            "识别结果格式不对",
            format!("这项任务已退回，将重新识别。请在那台电脑上换用与资源库相同版本的程序。（{detail}）"),
        ),
        said(
            "The result has a wrong form",
            format!(
                "The work was put back and is done again. Use the library's own version of the program there. ({detail})"
            ),
        ),
    )
}

pub(super) fn other_model(ours: u32) -> Both {
    (
        said(
            "识别模型不一致",
            format!("资源库用第 {ours} 号模型。请在那台电脑上换用与资源库相同版本的程序。"),
        ),
        said(
            "Other models",
            format!(
                "The library reads pages with models number {ours}. Use its own version of the program on that computer."
            ),
        ),
    )
}
