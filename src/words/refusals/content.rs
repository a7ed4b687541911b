//! Refusals of a file whose bytes the store lost or damaged: whoever has the file can mend it, so that is the next step.

use super::{Both, said};

const NEXT_STEP_ZH: &str = "有原件的人把同一个文件再上传一次（放在哪个资源都可以），所有用到它的资源就都恢复了；也可请系统管理员运行 `gongxue check`，从备份或上级资源库找回。";
const NEXT_STEP_EN: &str = "Whoever has the file uploads it again, to any resource, and every resource that holds it is whole again. Or ask the operator to run `gongxue check` and bring it back from a backup or the hub.";

pub(super) fn lost() -> Both {
    both(
        ("文件内容丢失", "存储中已经没有这个文件的内容，因此无法提供。"),
        (
            "The file's content is lost",
            "It is not in the store any more and cannot be given.",
        ),
    )
}

pub(super) fn damaged() -> Both {
    both(
        (
            "文件内容已损坏",
            "存储中的内容与当初上传的不一致，为免给出错误的内容，不再提供。",
        ),
        (
            "The file's content is damaged",
            "What the store holds is not what was uploaded, and wrong bytes are not given.",
        ),
    )
}

fn both((title_zh, zh): (&str, &str), (title_en, en): (&str, &str)) -> Both {
    (
        said(title_zh, format!("{zh}{NEXT_STEP_ZH}")),
        said(title_en, format!("{en} {NEXT_STEP_EN}")),
    )
}
