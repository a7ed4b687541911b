//! Formats values for pages: sizes, file formats, the one-character seal of a type.

use crate::domain::file::Kind;

pub use crate::words::sizes::size as bytes;

/// The format's short name beside a file; the file's own ending where its kind says little.
pub fn format(kind: Kind, name: &str) -> String {
    let fixed = match kind {
        Kind::Markdown => "MD",
        Kind::Text => "TXT",
        Kind::Video | Kind::Audio | Kind::Image | Kind::Other | Kind::Html => "",
        Kind::Pdf => "PDF",
        Kind::Docx => "DOCX",
        Kind::Pptx => "PPTX",
        Kind::Xlsx => "XLSX",
        Kind::Doc => "DOC",
        Kind::Ppt => "PPT",
        Kind::Xls => "XLS",
        Kind::Odt => "ODT",
        Kind::Ods => "ODS",
        Kind::Odp => "ODP",
        Kind::Epub => "EPUB",
        Kind::Rtf => "RTF",
        Kind::Srt => "SRT",
        Kind::Vtt => "VTT",
        Kind::Lrc => "LRC",
        Kind::Zip => "ZIP",
    };
    if fixed.is_empty() {
        ending(name)
    } else {
        fixed.to_owned()
    }
}

/// A file's ending in capitals, or `…` for a name without one that fits a badge.
fn ending(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((_, end)) if (1..=5).contains(&end.len()) && end.is_ascii() => end.to_ascii_uppercase(),
        _ => "…".to_owned(),
    }
}

/// The character that stands for a type, as a seal stands for a name.
pub fn seal(type_code: &str) -> &'static str {
    match type_code {
        "textbook" => "书",
        "worksheet" => "页",
        "teaching_case" => "例",
        "courseware" => "课",
        "video" => "影",
        "resource_pack" => "包",
        "info_page" => "讯",
        "animation" => "动",
        "simulation" => "仿",
        "item_bank" => "题",
        "assessment" => "考",
        "course_standard" => "标",
        "task_design" => "设",
        "activity_plan" => "策",
        "schedule" => "程",
        "lesson_plan" => "案",
        "image" => "图",
        "audio" => "音",
        "source_file" => "源",
        _ => "资",
    }
}

#[cfg(test)]
mod tests {
    use super::{format, seal};
    use crate::domain::file::Kind;
    use crate::domain::resource::RESOURCE_TYPES;

    #[test]
    fn every_type_has_a_seal_of_its_own() {
        let mut seals: Vec<_> = RESOURCE_TYPES.iter().map(|kind| seal(kind.code)).collect();
        seals.sort_unstable();
        seals.dedup();

        assert_eq!(seals.len(), RESOURCE_TYPES.len());
        assert!(!seals.contains(&"资"));
    }

    #[test]
    fn a_format_is_named_by_kind_or_by_ending() {
        assert_eq!(format(Kind::Pdf, "x.bin"), "PDF");
        assert_eq!(format(Kind::Video, "对刀.mp4"), "MP4");
        assert_eq!(format(Kind::Other, "无名"), "…");
    }
}
