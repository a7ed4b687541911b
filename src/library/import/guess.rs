//! Guesses what kind of resource a folder or a file is, from the words in its name and the forms of its files.

/// Words in names, the more telling ones first: 学习任务设计 before 教学设计, 考核方案 before 方案.
const WORDS: &[(&str, &[&str])] = &[
    ("resource_pack", &["资源包"]),
    ("info_page", &["信息页"]),
    ("worksheet", &["工作页", "任务书", "学生手册"]),
    ("task_design", &["学习任务设计", "任务分析", "学习任务分析"]),
    ("activity_plan", &["活动策划", "策划表"]),
    ("schedule", &["进度计划", "教学进度", "授课计划"]),
    ("course_standard", &["课程标准", "课标"]),
    ("assessment", &["考核", "评价表"]),
    ("item_bank", &["题库", "试题", "试卷", "习题"]),
    ("simulation", &["仿真"]),
    ("animation", &["动画"]),
    ("courseware", &["课件", "ppt"]),
    ("lesson_plan", &["教案", "教学设计"]),
    ("teaching_case", &["案例"]),
    ("video", &["视频", "录像", "微课"]),
    ("audio", &["音频", "录音"]),
    ("image", &["图片", "照片"]),
    ("textbook", &["教材", "讲义"]),
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
];

/// What it is called when nothing tells.
const OTHERWISE: &str = "source_file";

/// The code of the type that a name and the paths of its files suggest.
pub(super) fn kind(name: &str, paths: &[&str]) -> &'static str {
    let name = stem(name).to_lowercase();
    let says = |(_, words): &&(&str, &[&str])| words.iter().any(|word| name.contains(word));
    if let Some((kind, _)) = WORDS.iter().find(says) {
        return kind;
    }
    let agree = |(_, forms): &&(&str, &[&str])| {
        let mut extensions = paths.iter().map(|path| extension(path));
        extensions.all(|extension| forms.contains(&extension.as_str()))
    };
    FORMS.iter().find(agree).map_or(OTHERWISE, |(kind, _)| kind)
}

/// The title that a name suggests: without the ending of a file.
pub(super) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 5 && ending.is_ascii() => stem,
        _ => name,
    }
}

fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{kind, stem};

    #[test]
    fn words_in_the_name_tell_more_than_the_form() {
        assert_eq!(kind("台阶轴 工作页.docx", &["台阶轴 工作页.docx"]), "worksheet");
        assert_eq!(kind("台阶轴课件", &["1.pptx", "备注.txt"]), "courseware");
        assert_eq!(kind("车削演示", &["a/1.MP4", "2.mov"]), "video");
        assert_eq!(kind("台阶轴", &["图纸.dwg", "1.mp4"]), "source_file");
    }

    #[test]
    fn a_title_loses_the_ending_of_a_file_and_nothing_else() {
        assert_eq!(stem("台阶轴.v2.docx"), "台阶轴.v2");
        assert_eq!(stem("第1.2节 车削"), "第1.2节 车削");
    }
}
