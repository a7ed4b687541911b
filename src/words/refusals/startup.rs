//! Refusals to start: the database, the store and the secret are not of one library.

use super::{Both, said};
use crate::error::StoreMismatch;

pub(super) fn not_together(apart: StoreMismatch) -> Both {
    let (zh, en) = match apart {
        StoreMismatch::OtherStore => (
            "对象库属于另一个资源库。",
            "The object store belongs to another library.",
        ),
        StoreMismatch::UnknownObjects => (
            "对象库里已有文件，而数据库里一个也没有登记。",
            "The object store holds files, and the database names none of them.",
        ),
        StoreMismatch::MissingObjects => (
            "数据库登记的文件，在对象库里大多找不到：可能是磁盘没有挂载。",
            "Most files that the database names are not in the object store: its disk may not be mounted.",
        ),
        StoreMismatch::OtherFolder => (
            "数据目录里有另一个资源库未完成的上传。",
            "The data folder holds unfinished uploads of another library.",
        ),
    };
    (
        said(
            "数据库与存储不属于同一个资源库",
            format!(
                "{zh}为避免误删，已停止。请检查 database.url、storage.url 和 data_dir（及相应的环境变量）有没有写错、漏写；\
                 确实要让它们合用，请运行 `gongxue check --join-store`。"
            ),
        ),
        said(
            "Database and storage are not of one library",
            format!(
                "{en} Nothing was started, so that nothing is destroyed. Look whether database.url, storage.url or data_dir \
                 (or their variables) are wrong or forgotten; to join them on purpose, run `gongxue check --join-store`."
            ),
        ),
    )
}

pub(super) fn keys_sealed(has_secret: bool) -> Both {
    let (zh, en) = if has_secret {
        (
            "设置的口令与加密时的不同",
            "the secret that is set is not the one they were sealed with",
        )
    } else {
        ("还没有设置口令", "no secret is set")
    };
    (
        said(
            "签名密钥已加密",
            format!("{zh}。请用环境变量 GONGXUE_KEYS__SECRET（keys.secret）给出加密时的口令。"),
        ),
        said(
            "The keys that sign are sealed",
            format!("In the database they are sealed, and {en}: set GONGXUE_KEYS__SECRET (keys.secret) to that one."),
        ),
    )
}
