//! Messages of form faults: what is wrong with a field, and what would be right.

use super::Lang;
use crate::domain::fault::FaultKind;

impl FaultKind {
    /// What is wrong with the field, and what would be right.
    pub fn say(&self, lang: Lang) -> String {
        match self {
            Self::Required => lang.pick("必填。".to_owned(), "Must be given.".to_owned()),
            Self::TooLong { max } => lang.pick(
                format!("最多 {max} 个字。"),
                format!("At most {max} characters or entries."),
            ),
            Self::TooShort { min } => lang.pick(format!("至少 {min} 个字符。"), format!("At least {min} characters.")),
            Self::Guessable => lang.pick(
                "太容易猜到。可以用几个不相关的词连在一起。".to_owned(),
                "Too easy to guess. A few unrelated words in a row do well.".to_owned(),
            ),
            Self::SameAsBefore => lang.pick(
                "与原来的一样，请换一个。".to_owned(),
                "The same as before; choose another.".to_owned(),
            ),
            Self::Unknown { value, hint } => lang.pick(
                format!("没有“{value}”。可以是：{hint}"),
                format!("`{value}` is unknown. hint: {hint}"),
            ),
            Self::Ambiguous { value, candidates } => lang.pick(
                format!("“{value}”不止一个，请写明其中一个的编号：{}", candidates.join(";")),
                format!(
                    "Several are called `{value}`; give the id of one: {}",
                    candidates.join("; ")
                ),
            ),
            Self::UnknownField => lang.pick("没有这个字段。".to_owned(), "There is no such field.".to_owned()),
            Self::Malformed { expected } => lang.pick(
                format!("格式应为：{}", form_zh(expected)),
                format!("Expected {expected}."),
            ),
            Self::Unfinished => lang.pick(
                "这个上传还没有传完。".to_owned(),
                "This upload is not finished.".to_owned(),
            ),
            Self::NoSuchUpload => lang.pick("没有这个上传。".to_owned(), "There is no such upload.".to_owned()),
            Self::Repeated { value } => lang.pick(
                format!("“{value}”重复了，写一次就够。"),
                format!("“{value}” is there already; once is enough."),
            ),
            Self::DuplicatePath { path } => lang.pick(
                format!("有两个文件的路径都是“{path}”。"),
                format!("Two files have the path “{path}”."),
            ),
        }
    }
}

/// The form a field must have, in Chinese; what has no word of its own is the same in both languages.
fn form_zh(expected: &'static str) -> &'static str {
    match expected {
        "text" => "一段文字",
        "two words or more" => "至少两个词",
        "names that exist" => "已有的专业、课程、任务和学校",
        "a moment such as 2026-11-24T08:00:00Z" => "时间，例如 2026-11-24T08:00:00Z",
        "a list" => "列表",
        "a list of texts" => "文字列表",
        "a list of objects" => "对象列表",
        "an object" => "一个对象",
        "64 hexadecimal digits" => "64 位十六进制数",
        "true or false" => "true 或 false",
        "an id" => "编号",
        "an upload's id" => "上传的编号",
        "a year such as 2024" => "年份，例如 2024",
        "a place such as {\"kind\":\"page\",\"page\":12}" => "位置，例如 {\"kind\":\"page\",\"page\":12}",
        "a day such as 2026-11-24" => "日期，例如 2026-11-24",
        "a number" => "数字",
        "a number of days from 1 to 366" => "1 到 366 的天数",
        "letters, digits and - _ . @" => "字母、汉字、数字和 - _ . @，不含空格",
        "a number from 1 to 100" => "1 到 100 的数字",
        "a number from 1 to 1000" => "1 到 1000 的数字",
        "seconds from 0 to 60" => "0 到 60 秒",
        other => other,
    }
}
