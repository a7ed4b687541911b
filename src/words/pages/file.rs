//! Words about a file: how far its extraction has come and what keeps it from being found.

use super::{PageWords, clock, grouped, plural};
use crate::domain::file::{ExtractionFault, ExtractionReport, ExtractionState, Kind, PartUnit};
use crate::words::{Lang, said};

impl PageWords {
    /// The plain answer to "is it found?".
    pub fn findability(self, kind: Kind, state: ExtractionState, report: &ExtractionReport) -> String {
        match state {
            ExtractionState::Queued => said!(self.0, zh: "排队等待读取", en: "Waiting to be read"),
            ExtractionState::Extracting => said!(self.0, zh: "正在读取内容", en: "Being read"),
            ExtractionState::Ready => self.read(kind, report),
            ExtractionState::NoText => self.no_text(kind, report),
            ExtractionState::Failed => self.fault(report.fault.unwrap_or(ExtractionFault::ReaderCrashed)),
        }
    }

    fn read(self, kind: Kind, report: &ExtractionReport) -> String {
        let units = self
            .units(kind, report.pages)
            .map_or_else(String::new, |units| self.listed(&units));
        let characters = grouped(report.characters);
        let noun = plural(report.characters, "character", "characters");
        let length = self.length(report);
        said!(self.0,
            zh: "内容可以搜到：{length}{units}{characters} 字",
            en: "Contents searchable: {length}{units}{characters} {noun}")
    }

    fn no_text(self, kind: Kind, report: &ExtractionReport) -> String {
        let length = report.duration_ms.map(clock);
        match (kind, length) {
            (Kind::Video | Kind::Audio, Some(length)) => {
                said!(self.0, zh: "时长 {length}；没有字幕，只能按标题搜到", en: "{length} long; without subtitles it is found by its title only")
            }
            _ if report.ocr.is_some_and(|pages| pages.waiting > 0) => {
                said!(self.0, zh: "文字在图片里，排队等待机器识别", en: "Its words are pictures and wait to be read by a machine")
            }
            _ => {
                said!(self.0, zh: "里面没有文字，只能按标题和文件名搜到", en: "No text inside; found by its title and name only")
            }
        }
    }

    fn length(self, report: &ExtractionReport) -> String {
        let Some(length) = report.duration_ms.map(clock) else {
            return String::new();
        };
        let length = said!(self.0, zh: "时长 {length}", en: "{length} long");
        self.listed(&length)
    }

    /// A part of an enumeration that goes on.
    fn listed(self, part: &str) -> String {
        said!(self.0, zh: "{part}，", en: "{part}, ")
    }

    /// The parts of a file in the unit that readers of its kind count in; running text has none.
    fn units(self, kind: Kind, n: u32) -> Option<String> {
        let (zh, one, many) = match kind.unit() {
            PartUnit::Page => ("页", "page", "pages"),
            PartUnit::Slide => ("张幻灯片", "slide", "slides"),
            PartUnit::Sheet => ("个工作表", "sheet", "sheets"),
            PartUnit::Cue => ("条字幕", "subtitle", "subtitles"),
            PartUnit::Section => return None,
        };
        let en = plural(u64::from(n), one, many);
        let n = grouped(u64::from(n));
        Some(said!(self.0, zh: "{n} {zh}", en: "{n} {en}"))
    }

    /// Everything that keeps parts of a file from being found, a sentence each.
    pub fn warnings(self, kind: Kind, report: &ExtractionReport) -> Vec<String> {
        let mut warnings = Vec::new();
        warnings.extend(self.speech_warning(report));
        if report.ocr.is_some() {
            warnings.extend(self.recognised(report));
        } else if report.garbled_pages > 0 {
            warnings.push(self.garbled(report.garbled_pages));
        } else if report.needs_ocr {
            warnings.push(said!(self.0,
                zh: "像是扫描件：文字在图里，暂时搜不到。上传由文档直接导出的 PDF 就能搜到。",
                en: "Looks like a scan: its words are pictures and cannot be found. A PDF exported from the document can."));
        }
        let blank = self
            .units(kind, report.blank_pages)
            .filter(|_| report.blank_pages > 0 && !report.needs_ocr);
        if let Some(blank) = blank {
            warnings.push(said!(self.0, zh: "其中 {blank}没有文字", en: "{blank} without text"));
        }
        if !report.hidden.is_empty() {
            let sheets = self.enumerated(&report.hidden);
            warnings.push(said!(self.0,
                zh: "隐藏的工作表也能搜到：{sheets}", en: "Hidden sheets are found, too: {sheets}"));
        }
        if report.truncated {
            warnings.push(
                said!(self.0, zh: "文件太长，只有前面的部分能搜到", en: "Very long; only the first part is found"),
            );
        }
        if report.unread > 0 {
            let n = report.unread;
            let noun = plural(u64::from(n), "part", "parts");
            warnings.push(said!(self.0, zh: "其中 {n} 处内容读不出来", en: "{n} {noun} inside could not be read"));
        }
        if report.unreadable > 0 {
            let n = report.unreadable;
            let noun = plural(u64::from(n), "character", "characters");
            warnings.push(said!(self.0, zh: "有 {n} 个字无法辨认，以“\u{fffd}”代替", en: "{n} broken {noun}, shown as “\u{fffd}”"));
        }
        if let Some(form) = &report.contradiction {
            let form = form.to_uppercase();
            warnings.push(said!(self.0, zh: "名字和内容不一致：内容其实是 {form}", en: "Name and contents differ: inside it is {form}"));
        }
        warnings
    }

    fn garbled(self, n: u32) -> String {
        let pages = plural(u64::from(n), "page", "pages");
        let n = grouped(u64::from(n));
        said!(self.0,
            zh: "其中 {n} 页的文字无法辨认：PDF 里的字体没有说明每个字是什么，只能看、搜不到。请用原文档重新导出 PDF。",
            en: "The letters of {n} {pages} cannot be told: the fonts of the PDF do not say what they are. They can be seen, but not found. Export the PDF again from the document.")
    }

    /// Why a file could not be read, and what helps.
    pub fn fault(self, fault: ExtractionFault) -> String {
        match fault {
            ExtractionFault::Encrypted => said!(self.0,
                zh: "文件有密码，读不出内容。去掉密码后上传新版本就能搜到。",
                en: "Locked with a password. Upload a new version without it to have it found."),
            ExtractionFault::Damaged => said!(self.0,
                zh: "文件不完整或已损坏，读不出内容。请在电脑上打开检查后重新上传。",
                en: "Incomplete or damaged. Open it on your computer, check it and upload it again."),
            ExtractionFault::Bomb => said!(self.0,
                zh: "解开后大得不合常理，没有读取内容。",
                en: "It unfolds to an unreasonable size and was not read."),
            ExtractionFault::TimeLimit => said!(self.0,
                zh: "读取用时超过上限，没有读完。拆成几个文件会更好找。",
                en: "Reading took too long. Split into several files it will be found better."),
            ExtractionFault::MemoryLimit => said!(self.0,
                zh: "读取所需内存超过上限，没有读完。拆成几个文件会更好找。",
                en: "Reading needed too much memory. Split into several files it will be found better."),
            ExtractionFault::ReaderCrashed => said!(self.0,
                zh: "读取时出错，内容暂时搜不到；原件完好，可以下载。",
                en: "Reading failed, its contents are not found; the original is unharmed and can be fetched."),
            ExtractionFault::Unsupported => said!(self.0,
                zh: "这种格式读不出内容，只能按标题和文件名搜到。",
                en: "Contents of this format cannot be read; found by its title and name only."),
        }
    }

    /// "压缩包里有 14 个文件"
    pub fn members(self, n: usize) -> String {
        let noun = plural(n as u64, "file", "files");
        said!(self.0, zh: "压缩包里的 {n} 个文件", en: "{n} {noun} in the archive")
    }

    /// "3 个文件，共 24 MB"
    pub fn files_total(self, n: u64, size: &str) -> String {
        let files = self.files(n);
        said!(self.0, zh: "{files}，共 {size}", en: "{files}, {size} in all")
    }

    /// How many files cannot be found by their contents.
    pub fn unread_files(self, n: u64) -> String {
        let files = self.files(n);
        match (self.0, n) {
            (Lang::En, 1) => "The contents of 1 file cannot be found".to_owned(),
            _ => said!(self.0, zh: "{files}的内容搜不到", en: "The contents of {files} cannot be found"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_found_says_why_and_what_helps() {
        let say = PageWords(Lang::Zh);
        let scan = ExtractionReport {
            pages: 8,
            blank_pages: 8,
            needs_ocr: true,
            ..ExtractionReport::default()
        };

        assert_eq!(
            say.findability(Kind::Pdf, ExtractionState::NoText, &scan),
            "里面没有文字，只能按标题和文件名搜到"
        );
        assert_eq!(say.warnings(Kind::Pdf, &scan).len(), 1);
        assert!(say.warnings(Kind::Pdf, &scan)[0].contains("扫描件"));
    }

    #[test]
    fn a_page_whose_letters_mean_nothing_is_not_called_a_scan() {
        let garbled = ExtractionReport {
            pages: 4,
            garbled_pages: 4,
            needs_ocr: true,
            ..ExtractionReport::default()
        };

        let warnings = PageWords(Lang::Zh).warnings(Kind::Pdf, &garbled);

        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].contains("其中 4 页的文字无法辨认"), "{warnings:?}");
    }

    #[test]
    fn a_file_that_was_read_says_how_much_of_it() {
        let report = ExtractionReport {
            pages: 12,
            characters: 8431,
            ..ExtractionReport::default()
        };

        let said = PageWords(Lang::En).findability(Kind::Pptx, ExtractionState::Ready, &report);
        assert_eq!(said, "Contents searchable: 12 slides, 8,431 characters");
    }
}
