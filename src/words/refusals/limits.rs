//! Refusals for want of room, time or a part of the service.

use std::time::Duration;

use super::{Both, said, thing_name};
use crate::domain::rate::{RateSubject, RequestKind};
use crate::error::{Dependency, Thing};
use crate::words::sizes::size;

pub(super) fn body_too_large(limit: u64) -> Both {
    (
        said("请求太大", format!("这类请求最多 {}。", size(limit))),
        said(
            "The request is too large",
            format!("A request of this kind may have {}.", size(limit)),
        ),
    )
}

pub(super) fn file_too_large(limit: u64) -> Both {
    (
        said(
            "文件太大",
            format!("单个文件最多 {}。可以压缩视频，或拆成几个文件再传。", size(limit)),
        ),
        said(
            "The file is too large",
            format!(
                "A file may have {}. Compress the video or send it in parts.",
                size(limit)
            ),
        ),
    )
}

pub(super) fn too_many_files(limit: u64) -> Both {
    (
        said(
            "文件太多",
            format!("一个资源最多 {limit} 个文件。请分成几个资源，或先打包。"),
        ),
        said(
            "Too many files",
            format!("A resource may hold {limit} files. Split it, or send an archive."),
        ),
    )
}

pub(super) fn limit_reached(thing: Thing, limit: u64) -> Both {
    let (zh, en) = thing_name(thing);
    (
        said("已到上限", format!("{zh}最多 {limit} 项。请先删除不再用的。")),
        said(
            "The limit is reached",
            format!("Of this kind ({en}) {limit} can be kept. Delete what is no longer needed."),
        ),
    )
}

pub(super) fn quota_exceeded(limit: u64) -> Both {
    (
        said(
            "学校空间已满",
            format!("本校空间共 {}。请学校管理员清理或申请扩容。", size(limit)),
        ),
        said(
            "The school's room is used up",
            format!("It has {} in all. Ask its administrator to make room.", size(limit)),
        ),
    )
}

pub(super) fn disk_full() -> Both {
    (
        said("服务器空间不足", "文件没有保存。请联系系统管理员，稍后再传。"),
        said(
            "No room on the server",
            "The file was not kept. Tell the system's administrator and try again later.",
        ),
    )
}

pub(super) fn stalled() -> Both {
    (
        said("传输中断", "太久没有收到数据。已收到的部分会保留，请从断点继续。"),
        said(
            "The transfer stalled",
            "No data came for too long. What arrived is kept; go on from there.",
        ),
    )
}

pub(super) fn being_made() -> Both {
    (
        said(
            "正在生成",
            "由原文件生成的内容第一次有人要，或已丢失、损坏，正在生成。请稍后再试；原文件可以下载。",
        ),
        said(
            "Being made",
            "This is made of the file when somebody first asks for it, and anew where it was lost or damaged. Try again in a moment; the file itself can be downloaded.",
        ),
    )
}

pub(super) fn busy() -> Both {
    (
        said("服务器正忙", "请稍后再试。"),
        said("Busy", "Try again in a moment."),
    )
}

pub(super) fn too_many_requests(kind: RequestKind, subject: RateSubject, retry_after: Duration) -> Both {
    let secs = retry_after.as_secs() + 1;
    let (zh, en) = match kind {
        RequestKind::SignIn => ("登录", "attempts to sign in"),
        RequestKind::Search => ("搜索", "searches"),
        RequestKind::Upload => ("上传", "uploads"),
        RequestKind::Rendering => ("打开页面图片", "pictures of pages"),
        RequestKind::Packs => ("取用资源包", "files of packs"),
        RequestKind::Other => ("请求", "requests"),
    };
    let (who_zh, who_en) = match subject {
        RateSubject::Account => ("这个账号", "this account"),
        RateSubject::Token => ("这个令牌", "this token"),
        RateSubject::School => ("本校全部账号合计", "all accounts of this school together"),
        RateSubject::Address => (
            "您所在网络地址的访客合计",
            "all guests of your network address together",
        ),
    };
    (
        said(
            "太频繁了",
            format!("{who_zh}在一分钟内{zh}太多次。请 {secs} 秒后再试；常常遇到时，请联系系统管理员放宽限额。"),
        ),
        said(
            "Too many requests",
            format!(
                "Too many {en} in a minute, counted for {who_en}. Try again in {secs} seconds; if this happens often, ask the system's administrator for a wider limit."
            ),
        ),
    )
}

pub(super) fn unavailable(outside: Dependency) -> Both {
    match outside {
        Dependency::Database => (
            said(
                "数据库暂时不可用",
                "没有保存任何内容。请过一会儿再试；如果一直这样，请联系系统管理员。",
            ),
            said(
                "The database is away",
                "Nothing was kept. Try again in a moment; if it stays so, tell the system's administrator.",
            ),
        ),
        Dependency::Store => (
            said(
                "文件存储暂时不可用",
                "请过一会儿再试；正在上传的文件会从断点继续。如果一直这样，请联系系统管理员。",
            ),
            said(
                "The store of files is away",
                "Try again in a moment; uploads go on where they stopped. If it stays so, tell the system's administrator.",
            ),
        ),
    }
}
