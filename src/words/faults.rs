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
            Self::TooManyRows { max } => lang.pick(
                format!("这种表格最多 {max} 行，您要的更多：请先筛选再导出；能导出 CSV 的，CSV 可以更长。"),
                format!("Such a table has at most {max} rows, and there are more: narrow the list first, or ask for CSV, which may be longer."),
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
            Self::Row(fault) => lang.pick(fault.zh(), fault.en()),
            Self::Retired { value } => lang.pick(
                format!("“{value}”已退出现行课程标准，新的内容请选现行的课程或学习任务。"),
                format!("`{value}` was retired from the standard; choose a course or task that is taught now."),
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
        "a list of steps" => "步骤列表",
        "a step of the school and one of the city" => "至少有一步归学校、一步归市级",
        "as many people as must approve, or nobody: then all are asked" => {
            "指定的人数不少于需要通过的人数；或者不填，由所有符合的人审"
        }
        "steps of the school alone" => "只有学校的步骤",
        "no types and no scopes: the general path is for whatever no other takes" => {
            "不限类型和范围：一般流程收其他流程没有列出的所有资源"
        }
        "a number from 1 to 9" => "1 到 9 的数",
        "days from 1 to 365" => "1 到 365 的天数",
        "an object" => "一个对象",
        "64 hexadecimal digits" => "64 位十六进制数",
        "true or false" => "true 或 false",
        "the address of a resource's page" => "资源网页的链接",
        "an id" => "编号",
        "an address such as 192.0.2.1 or 2001:db8::1" => "网络地址，例如 192.0.2.1 或 2001:db8::1",
        "an upload's id" => "上传的编号",
        "a year such as 2024" => "年份，例如 2024",
        "a place such as {\"kind\":\"page\",\"page\":12}" => "位置，例如 {\"kind\":\"page\",\"page\":12}",
        "a day such as 2026-08-31" => "日期，例如 2026-08-31",
        "a list of phases" => "阶段的列表",
        "a month such as 2026-11" => "月份，例如 2026-11",
        "a whole number, 0 or more" => "不小于 0 的整数",
        "a month that is not before the first" => "不早于开始的月份",
        "a number that no other phase of the plan has" => "方案中没有和别的阶段重复的编号",
        "the number of a phase of the plan; none for a new one" => "方案已有阶段的编号；新的阶段不填",
        "a month that is not before the end of the phase before" => "不早于上一阶段结束的月份",
        "a day such as 2026-11-24" => "日期，例如 2026-11-24",
        "a number" => "数字",
        "a number of days from 1 to 366" => "1 到 366 的天数",
        "18 digits and letters with the right check character" => "18 位数字和大写字母，最后一位是正确的校验码",
        "a day that is not to come" => "今天或以前的日期",
        "the address of a resource, such as /r/…" => "资源页面的地址，例如 /r/…",
        "a day after the last one for entries" => "晚于申报截止日期的日期",
        "a number of voices from 1 to 20" | "a number of years from 1 to 20" => "1 到 20 的整数",
        "a number of entries from 1 to 1000" => "1 到 1000 的整数",
        "an object with name, weight and max" => "含名称、权重和满分的对象",
        "a weight from 1 to 100" => "1 到 100 的权重",
        "a number of points from 1 to 100" => "1 到 100 的满分",
        "the address of a resource or a pack, such as /r/… or /p/…" => "资源或资源包页面的地址，例如 /r/… 或 /p/…",
        "points from 0 to the criterion's most, with up to two decimals" => "0 到满分之间的分数，最多两位小数",
        "the entry's revision" => "申报的版本号",
        "the revision that was read" => "读到的版本号",
        "a list of awards; [] for none" => "奖项列表；不授奖的写 []",
        "an object with entry, award and reason; each entry once" => "含申报、奖项和理由的对象，每项申报一次",
        "something that is published and shared with the city or with everyone" => {
            "已发布、共享给全市或公开的资源或资源包"
        }
        "a pack of 200 files at most: a blind jury opens them one by one" => {
            "不超过 200 个文件的资源包：匿名评审的评委要逐个打开"
        }
        "a resource of the school, which the entry is about" => "本校的资源，即参评的资源",
        "a day that is not before the first" => "不早于开始日期的日期",
        "what it was: a school's code stays" => "原来的学校代码，代码不能改",
        "a number of days from 1 to 10000" => "1 到 10000 的天数",
        "the number of a phase, from 1 to 99" => "期数，从 1 到 99",
        "a number of hours from 1 to 1000" => "1 到 1000 的学时数",
        "a number of hours from 0 to 1000" => "0 到 1000 的学时数",
        "a number of people from 1 to 10000" => "1 到 10000 的人数",
        "no hours for somebody who did not take part" => "没有参加的不计学时",
        "nothing: only who trains for the whole city says what is counted for the plan" => {
            "空着不填：是否计入工作方案由市级填写"
        }
        "no more hours than the session has" => "不超过培训班的学时",
        "one's own school alone: what concerns several schools is said by the bureau" => {
            "只写本校：涉及几所学校的由市级登记"
        }
        "a session of one's own to hold" => "自己举办的培训班：别校的和市级的不能改",
        "a session that is not cancelled" => "没有取消的培训班",
        "what it was: the school has said what it did" => "原来的内容：学校已经填写落实情况，不能再改",
        "what it was: the call is not held" => "原来的内容：活动已取消",
        "what it was: the results are out" => "原来的内容：结果已公布",
        "what it was: once a call is announced its last days may be put off, and nothing else changes" => {
            "原来的内容：公布以后只能推迟截止日期"
        }
        "letters, digits and - _ . @" => "字母、汉字、数字和 - _ . @，不含空格",
        "a number from 1 to 100" => "1 到 100 的数字",
        "a number from 1 to 1000" => "1 到 1000 的数字",
        "seconds from 0 to 60" => "0 到 60 秒",
        other => listed_form_zh(other),
    }
}

/// The same of what a row of a list must say.
fn listed_form_zh(expected: &'static str) -> &'static str {
    match expected {
        "somebody who was not dismissed; whoever is to come back is appointed on the page of the jury" => {
            "没有解聘的评委；要重新聘请，请在评委页面上聘请"
        }
        "a resource: packs are added on the page of the entry" => "资源：资源包请在申报页面上添加",
        "what it was: the entry was withdrawn; leave the id empty to enter it again" => {
            "原来的内容：已撤回；要重新申报，请把系统编号留空"
        }
        "what it was: somebody else entered it" => "原来的内容：是别人申报的",
        "small letters, digits and -, such as textbook" => "小写字母、数字和 -，例如 textbook",
        "the same as in the first row of the path: what is said of a path is said alike in all its rows" => {
            "与这个流程的第一行相同：同一流程的名称、类型等每一行都要一样"
        }
        "steps of one's own school: those of the city are changed by the bureau" => {
            "本校自己的步骤：市级流程由人社局修改"
        }
        "one's own school, or nothing" => "本校，或者空着不填",
        other => other,
    }
}
