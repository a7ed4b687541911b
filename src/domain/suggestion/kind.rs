//! Resource types by names and by the forms of files.

use super::title::{extension, stem};
use crate::domain::resource::RESOURCE_TYPES;

/// Words that name a type in file names only, besides those that queries know.
const MORE: &[(&str, &[&str])] = &[
    ("worksheet", &["任务单", "worksheet"]),
    ("courseware", &["演示文稿", "slides"]),
    ("video", &["实录"]),
    ("item_bank", &["习题", "测试题"]),
    ("assessment", &["考核"]),
    ("task_design", &["任务分析"]),
    ("activity_plan", &["活动策划"]),
    ("schedule", &["教学进度"]),
    ("textbook", &["讲义"]),
];

/// Forms of files that say what they are, where all files of a resource agree.
const FORMS: &[(&str, &[&str])] = &[
    ("video", &["mp4", "mov", "mkv", "webm", "avi", "wmv", "m4v", "flv"]),
    ("audio", &["mp3", "m4a", "wav", "wma", "aac", "ogg"]),
    (
        "image",
        &["jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff", "svg"],
    ),
    ("courseware", &["ppt", "pptx", "odp", "pps", "ppsx"]),
    (
        "source_file",
        &[
            "dwg", "dxf", "step", "stp", "sldprt", "nc", "zap17", "ap17", "gx3", "py", "ino",
        ],
    ),
];

/// What a film, a recording or a picture can be; other words in its name say what it is about.
const SEEN_OR_HEARD: [&str; 6] = ["video", "audio", "image", "animation", "simulation", "teaching_case"];

/// Every word that says a type, with the type's code.
fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
    let common = RESOURCE_TYPES.iter().map(|kind| (kind.code, kind.also));
    let all = common.chain(MORE.iter().copied());
    all.flat_map(|(code, words)| words.iter().map(move |word| (code, *word)))
}

/// The code of the type that a name says. What comes last is what it is: 工作页评价表 is an 评价表.
pub(super) fn kind_named(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let ends = words().filter_map(|(code, word)| {
        let end = name.rfind(word)? + word.len();
        Some((end, word.len(), code))
    });
    ends.max().map(|(.., code)| code)
}

/// A name without the words that say a type.
pub(super) fn without_words(name: &str) -> String {
    let mut left = name.to_lowercase();
    let mut all: Vec<&str> = words().map(|(_, word)| word).collect();
    all.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in all {
        left = left.replace(word, " ");
    }
    left
}

/// The code of the type that the forms of all files agree on.
fn of_forms(paths: &[&str]) -> Option<&'static str> {
    let agree = |(_, forms): &&(&str, &[&str])| {
        let mut endings = paths.iter().map(|path| extension(path));
        !paths.is_empty() && endings.all(|ending| forms.contains(&ending.as_str()))
    };
    FORMS.iter().find(agree).map(|(code, _)| *code)
}

/// The code of the type that a file's or folder's name and the paths of its files say.
pub fn kind(name: &str, paths: &[&str]) -> Option<&'static str> {
    let formed = of_forms(paths);
    // A film about a worksheet is a film: 工作页讲解.mp4.
    let is_media = formed.is_some_and(|code| SEEN_OR_HEARD.contains(&code));
    kind_named(stem(name))
        .filter(|code| !is_media || SEEN_OR_HEARD.contains(code))
        .or(formed)
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn words_in_the_name_tell_more_than_the_form() {
        for (name, paths, expected) in [
            ("台阶轴 工作页.docx", &["台阶轴 工作页.docx"][..], Some("worksheet")),
            ("台阶轴课件", &["1.pptx", "备注.txt"], Some("courseware")),
            ("车削演示", &["a/1.MP4", "2.mov"], Some("video")),
            ("台阶轴", &["图纸.dwg", "1.mp4"], None),
            ("空", &[], None),
        ] {
            assert_eq!(kind(name, paths), expected, "{name}");
        }
    }

    #[test]
    fn the_last_word_says_what_it_is() {
        assert_eq!(kind("工作页评价表.xlsx", &["工作页评价表.xlsx"]), Some("assessment"));
        assert_eq!(
            kind("教学设计 案例.docx", &["教学设计 案例.docx"]),
            Some("teaching_case")
        );
        assert_eq!(kind("学习任务设计.docx", &["学习任务设计.docx"]), Some("task_design"));
    }

    #[test]
    fn a_film_about_a_worksheet_is_a_film() {
        assert_eq!(kind("工作页讲解.mp4", &["工作页讲解.mp4"]), Some("video"));
        assert_eq!(kind("仿真操作.mp4", &["仿真操作.mp4"]), Some("simulation"));
    }
}
