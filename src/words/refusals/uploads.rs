//! Refusals of the upload protocol (tus).

use super::{Both, said};

pub(super) fn offset(offset: u64) -> Both {
    (
        said("续传位置不一致", format!("已收到 {offset} 字节，请从这里继续。")),
        said(
            "The offset does not fit",
            format!("{offset} bytes have arrived; go on from there."),
        ),
    )
}

pub(super) fn checksum() -> Both {
    (
        said("校验和不符", "这一段在传输中损坏，没有保存。请重新发送这一段。"),
        said(
            "Checksum mismatch",
            "This piece was damaged on its way and was not kept. Send it again.",
        ),
    )
}

pub(super) fn checksum_algorithm() -> Both {
    (
        said(
            "不支持这种校验算法",
            "请使用 `OPTIONS` 应答里 `Tus-Checksum-Algorithm` 列出的算法。",
        ),
        said(
            "Unknown checksum algorithm",
            "Use one that `Tus-Checksum-Algorithm` lists in the answer to `OPTIONS`.",
        ),
    )
}

pub(super) fn gone() -> Both {
    (
        said("上传已失效", "这个上传已经删除或过期，请重新开始。"),
        said("The upload is gone", "It was removed or has expired. Begin again."),
    )
}

pub(super) fn is_final() -> Both {
    (
        said("合并后的上传不能再写入", "请写入各个分段，再合并。"),
        said(
            "A concatenated upload takes no bytes",
            "Write to its pieces, then concatenate.",
        ),
    )
}

pub(super) fn pieces() -> Both {
    (
        said("分段不完整", "要合并的分段必须都是您自己的、已经传完的分段。"),
        said(
            "Pieces are missing",
            "Every piece must be a finished partial upload of your own.",
        ),
    )
}

pub(super) fn taken() -> Both {
    (
        said(
            "这些文件已经用过了",
            "另一个请求刚刚用这些文件建好了资源，请先看看“我的资源”；若要再建一个，请重新上传文件。",
        ),
        said(
            "Already taken",
            "Another request has just made a resource of these files. Look among your resources first; to make one more, send the files again.",
        ),
    )
}

pub(super) fn taken_over() -> Both {
    (
        said("这个上传在别处继续了", "同一个上传有了更新的请求，这一个已停止。"),
        said(
            "Taken over",
            "A newer request goes on with this upload; this one has stopped.",
        ),
    )
}

pub(super) fn tus_version() -> Both {
    (
        said("tus 版本不对", "请带上 `Tus-Resumable: 1.0.0`。"),
        said("Wrong tus version", "Send `Tus-Resumable: 1.0.0`."),
    )
}
