//! Cleans file names into titles: without numbers in front, versions behind, extensions.

/// Words that teachers mark versions of a file with.
const VERSIONS: [&str; 19] = [
    "最终版",
    "最终稿",
    "最终",
    "终稿",
    "终版",
    "定稿",
    "修改版",
    "修改稿",
    "修订版",
    "修订",
    "完整版",
    "打印版",
    "副本",
    "新版",
    "初稿",
    "草稿",
    "final",
    "copy",
    "new",
];
/// Numbers in front that do not follow a point: `任务二`, `项目3`.
const COUNTED: [&str; 7] = ["学习任务", "任务", "项目", "模块", "单元", "情境", "第"];
/// What a counted part of a course is called: `第三章`.
const PARTS: [&str; 6] = ["章", "节", "课", "讲", "次", "部分"];
const HAN_DIGITS: &str = "零一二三四五六七八九十";

/// Names that programs give to a document that nobody has named yet.
const BY_PROGRAMS: [&str; 14] = [
    "新建",
    "未命名",
    "无标题",
    "文件夹",
    "文本",
    "文档",
    "工作簿",
    "表格",
    "幻灯片",
    "microsoft",
    "untitled",
    "document",
    "presentation",
    "workbook",
];

/// A name, in small letters, without what a program calls its documents.
pub(super) fn without_program_words(name: &str) -> String {
    let mut left = name.to_owned();
    for word in BY_PROGRAMS {
        left = left.replace(word, " ");
    }
    left.split_whitespace()
        .filter(|word| !matches!(*word, "word" | "excel" | "powerpoint" | "wps"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A name without the ending of a file.
pub fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        // Titles have full stops in them: 第1.2节 车削.
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 5 && ending.is_ascii() => stem,
        _ => name,
    }
}

/// The ending of a path's last part, in small letters.
pub(super) fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase()
}

/// A name as a title: without what only orders files and tells versions apart. What would leave nothing is left alone.
pub(super) fn clean_title(name: &str) -> String {
    let spaced = name.replace(|c: char| c == '_' || c.is_control(), " ");
    let mut left = without_number(spaced.trim());
    while let Some(shorter) = without_version(left) {
        left = shorter;
    }
    left.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_between(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '.' | '、' | '-' | '—' | '–' | ')' | '）' | ']' | '】' | '．' | '·' | ',' | '，'
        )
}

/// `01-台阶轴`, `(3) 台阶轴`, `02台阶轴` without the number; `3D打印` and `7S管理` as they are.
fn without_number(name: &str) -> &str {
    let inner = name.trim_start_matches(['(', '（', '[', '【']);
    let rest = inner.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = inner.len() - rest.len();
    let after = rest.trim_start_matches(is_between);
    // Of four digits it is a year, and such belong to the title: 2024级教学进度.
    let is_number = (1..=3).contains(&digits) && (after.len() < rest.len() || inner.starts_with('0'));
    // `1.2 台阶轴` stays whole: half of a section's number would tell nothing.
    let goes_on = after.starts_with(|c: char| !c.is_ascii_digit());
    if is_number && goes_on { after } else { name }
}

/// A name without the last thing in it that only tells a version; nothing when there is none.
fn without_version(name: &str) -> Option<&str> {
    let end = name.trim_end_matches(is_between_or_open);
    let shorter = bracketed(name)
        .or_else(|| worded(end))
        .or_else(|| numbered(end))
        .or_else(|| dated(end));
    let shorter = shorter.unwrap_or(end).trim_end_matches(is_between_or_open);
    (!shorter.is_empty() && shorter.len() < name.trim_end_matches([')', '）', ']', '】']).len()).then_some(shorter)
}

fn is_between_or_open(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '.' | '、' | '-' | '—' | '–' | '(' | '（' | '[' | '【' | '．' | '·' | ',' | '，'
        )
}

/// `台阶轴(最终版)`, `台阶轴 (2)`: what stands in the last brackets goes if it only tells a version.
fn bracketed(name: &str) -> Option<&str> {
    let inner = name.strip_suffix([')', '）', ']', '】'])?;
    let at = inner.rfind(['(', '（', '[', '【'])?;
    let said = inner[at..].trim_start_matches(['(', '（', '[', '【']);
    let is_number = !said.is_empty() && said.chars().all(|c| c.is_ascii_digit()) && said.len() <= 2;
    let is_version = is_number
        || [worded(said), numbered(said), dated(said)]
            .iter()
            .flatten()
            .any(|left| left.is_empty());
    is_version.then_some(&name[..at])
}

fn worded(name: &str) -> Option<&str> {
    VERSIONS.iter().find_map(|word| {
        let at = name.len().checked_sub(word.len())?;
        let ending = name.get(at..)?;
        // `new` ends other words, too; Chinese ones stand without blanks.
        let is_apart = !word.is_ascii() || !name[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        (ending.eq_ignore_ascii_case(word) && is_apart).then_some(&name[..at])
    })
}

/// `V2`, `v1.3`.
fn numbered(name: &str) -> Option<&str> {
    let left = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = &name[left.len()..];
    let before = left.strip_suffix(['v', 'V'])?;
    let is_apart = !before.ends_with(|c: char| c.is_ascii_alphanumeric());
    (number.starts_with(|c: char| c.is_ascii_digit()) && is_apart).then_some(before)
}

/// `20241012`, `2024-10-12`, `2024年10月`; a year alone may belong to the title.
fn dated(name: &str) -> Option<&str> {
    let left = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '年' | '月' | '日'));
    let date = name[left.len()..].trim_start_matches(['-', '.']);
    let digits = date.chars().filter(char::is_ascii_digit).count();
    ((5..=8).contains(&digits) && (date.starts_with("20") || date.starts_with("19")))
        .then_some(&name[..name.len() - date.len()])
}

/// A name without the number of a task or a chapter in front: `任务二 星三角启动` is about 星三角启动.
pub(super) fn without_count(name: &str) -> &str {
    let counted = COUNTED.iter().find_map(|word| {
        let rest = name.strip_prefix(word)?.trim_start();
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || HAN_DIGITS.contains(c));
        let part = PARTS.iter().find_map(|part| after.strip_prefix(part)).unwrap_or(after);
        (after.len() < rest.len()).then_some(part)
    });
    let left = counted.map_or(name, |rest| {
        rest.trim_start_matches(|c| is_between(c) || c == '：' || c == ':')
    });
    if left.is_empty() { name } else { left }
}

#[cfg(test)]
mod tests {
    use super::{clean_title, stem, without_count};

    #[test]
    fn a_title_loses_the_ending_of_a_file_and_nothing_else() {
        assert_eq!(stem("台阶轴.v2.docx"), "台阶轴.v2");
        assert_eq!(stem("第1.2节 车削"), "第1.2节 车削");
    }

    #[test]
    fn numbers_in_front_and_versions_behind_are_no_part_of_a_title() {
        for (name, title) in [
            ("01-台阶轴的车削 工作页", "台阶轴的车削 工作页"),
            ("02台阶轴", "台阶轴"),
            ("(3) 台阶轴", "台阶轴"),
            ("1.2 台阶轴", "1.2 台阶轴"),
            ("台阶轴_工作页_最终版", "台阶轴 工作页"),
            ("台阶轴工作页（定稿）", "台阶轴工作页"),
            ("台阶轴 (2)", "台阶轴"),
            ("台阶轴V2.1", "台阶轴"),
            ("台阶轴-20241012-final", "台阶轴"),
            ("台阶轴 2024.10.12 修改版 v3", "台阶轴"),
            ("台阶轴 - 副本", "台阶轴"),
            ("2024级教学进度", "2024级教学进度"),
            ("授课计划 2024", "授课计划 2024"),
            ("3D打印", "3D打印"),
            ("7S管理", "7S管理"),
            ("S7-1200", "S7-1200"),
            ("CA6140 车床电气检修", "CA6140 车床电气检修"),
            ("数控车床(FANUC)", "数控车床(FANUC)"),
            ("最终版", "最终版"),
            ("1", "1"),
        ] {
            assert_eq!(clean_title(name), title, "{name}");
        }
    }

    #[test]
    fn the_number_of_a_task_is_not_what_it_is_about() {
        for (name, about) in [
            ("任务二 星三角启动", "星三角启动"),
            ("学习任务3：星三角启动", "星三角启动"),
            ("第三章 车削", "车削"),
            ("任务书", "任务书"),
            ("任务一", "任务一"),
        ] {
            assert_eq!(without_count(name), about, "{name}");
        }
    }
}
