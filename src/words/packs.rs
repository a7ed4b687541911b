//! Words inside the files of packs, where no reader's language is known.

/// The note of a version that was made because something is no longer shared.
pub const RENEWED: &str = "有资源停止共享，本版已自动更新 · renewed because something is no longer shared";

/// What stands in the place of a pack's title until that is approved: the names of what was chosen.
pub fn named_by(names: &[String]) -> String {
    match names {
        [] => "教学资源包 · resource pack".to_owned(),
        [name] => name.clone(),
        [first, ..] => format!("{first} 等 {} 项", names.len()),
    }
}

/// The folder of what belongs to a whole major.
pub const WHOLE_MAJOR: &str = "00 全专业";

/// The folder of what belongs to a whole course.
pub const WHOLE_COURSE: &str = "00 全课程";

/// The name of a file that stands for what is not shared: its type, for its title is not for everyone, and whom to ask.
pub fn not_shared(kind: &str, school: Option<&str>) -> String {
    let whom = school.unwrap_or("资源包制作人");
    format!("（未共享）{kind} 请联系{whom}")
}
