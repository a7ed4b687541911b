//! Refusals of the request itself: it names what is not there, or cannot be read.

use super::{Both, said, thing_name};
use crate::domain::fault::FieldFault;
use crate::error::Thing;

pub(super) fn no_such(thing: Thing) -> Both {
    let (zh, en) = thing_name(thing);
    (
        said(
            &format!("没有找到{zh}"),
            format!("这个{zh}不存在，或者您看不到它。请检查地址，或登录后再试。"),
        ),
        said(
            &format!("No such {en}"),
            format!("This {en} does not exist or is not shown to you. Check the address or sign in."),
        ),
    )
}

pub(super) fn method_not_allowed() -> Both {
    (
        said("不支持这种请求方法", "请看接口文档 /api/docs。"),
        said("Method not allowed", "See the documentation at /api/docs."),
    )
}

pub(super) fn fields(faults: &[FieldFault]) -> Both {
    (
        said(
            "有几处需要修改",
            format!("共 {} 处，请逐项修改后再提交。", faults.len()),
        ),
        said(
            "Some fields need mending",
            format!("{} in all; mend each and send again.", faults.len()),
        ),
    )
}

pub(super) fn media_type(expected: &str) -> Both {
    (
        said("内容类型不对", format!("请使用 `{expected}`。")),
        said("Unsupported media type", format!("Use `{expected}`.")),
    )
}

pub(super) fn unreadable_table() -> Both {
    (
        said(
            "表格读不出来",
            "请用 XLSX、XLS、ODS 或 CSV 格式，第一行写列名；有密码的请先去掉密码再上传。",
        ),
        said(
            "The table cannot be read",
            "Use XLSX, XLS, ODS or CSV with the columns' names in the first row, and without a password.",
        ),
    )
}

pub(super) fn bad_cursor() -> Both {
    (
        said("翻页位置无效", "请从第一页重新开始。"),
        said("Not a cursor", "Begin again at the first page."),
    )
}

pub(super) fn range_not_satisfiable(size: u64) -> Both {
    (
        said("请求的范围不在文件内", format!("文件共 {size} 字节。")),
        said("The range is outside the file", format!("The file has {size} bytes.")),
    )
}

pub(super) fn address_too_long(limit: usize) -> Both {
    (
        said(
            "网址太长",
            format!("网址最多 {limit} 字节。搜索的话请缩短，一两句就够了。"),
        ),
        said(
            "The address is too long",
            format!("An address may have {limit} bytes. Search for less: a sentence or two will do."),
        ),
    )
}

pub(super) fn headers_too_large() -> Both {
    (
        said("请求头太大", "请清除本站的 Cookie 后重试。"),
        said(
            "The request's headers are too large",
            "Remove this site's cookies and try again.",
        ),
    )
}

pub(super) fn malformed(detail: &str) -> Both {
    (
        said("请求无法识别", format!("请检查格式：{detail}")),
        said("The request cannot be read", format!("Check its form: {detail}")),
    )
}
