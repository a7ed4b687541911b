//! Words about pages that a machine read.

use super::{PageWords, grouped, plural};
use crate::domain::daily_hours::DailyHours;
use crate::domain::file::{ExtractionFault, ExtractionReport};
use crate::domain::ocr::{OcrBacklog, OcrProgress};
use crate::domain::passage::{Locator, UNSURE};
use crate::words::{said, sentences};

impl PageWords {
    sentences! {
        read_first: "先识别这个文件" | "Read this file first";
        read_first_note: "把这个文件排到最前面；以前识别不出来的页也会再试一次。" |
            "Puts it before all others; pages that could not be read are tried again.";
        done_first: "已排到最前面，会最先识别这个文件，识别不出来的页也会再试一次。" |
            "This file is read before all others now, and pages that could not be read are tried again.";
        searchable_pdf: "下载可搜索的 PDF" | "Searchable PDF";
        correct_lines: "改正识别错误" | "Put right what was read wrongly";
        correct_lines_note: "对照左边的图，一行一行改；改过的文字马上能搜到，重新识别也不会丢。" |
            "Line by line, as the picture shows it. It is found by its new words at once, and no new reading undoes it.";
        correct_line: "改正" | "Put right";
        take_line_back: "撤销改正" | "Take back";
        done_correct: "已改正，马上就能按新的文字搜到。" | "Put right. It is found by its new words at once.";
        line_corrected: "已改正" | "put right";
    }

    /// That what is to be read first waits for the hours of the day in which pages are read.
    pub fn read_first_waits(self, (from, until): (u8, u8)) -> String {
        said!(self.0,
            zh: "现在不在识别时间内：本站只在每天 {from} 点到 {until} 点之间识别，到点后最先识别它。",
            en: "Not now: pages are read from {from}:00 to {until}:00 each day only, and this file then before all others.")
    }

    /// That a machine read a page, and how sure it is.
    pub fn page_read_by_machine(self, percent: u64) -> String {
        said!(self.0,
            zh: "本页文字由机器识别，平均把握 {percent}%，个别字可能有误。",
            en: "A machine read this page, {percent}% sure on average; single characters may be wrong.")
    }

    /// That a machine could not read a page, and why.
    pub fn page_not_read(self, fault: ExtractionFault) -> String {
        let (zh, en) = match fault {
            ExtractionFault::Encrypted => ("文件有密码", "the file has a password"),
            ExtractionFault::Damaged => ("这一页的图片不完整或已损坏", "its picture is incomplete or damaged"),
            ExtractionFault::Bomb => ("展开后过大", "it unfolds to too much"),
            ExtractionFault::TimeLimit => (
                "内容太密，超过了时间上限",
                "there is too much on it for the time that a page has",
            ),
            ExtractionFault::MemoryLimit => (
                "图片太大，超过了内存上限",
                "its picture takes more memory than a page has",
            ),
            ExtractionFault::ReaderCrashed => ("识别程序意外中断", "the reader stopped without a word"),
            ExtractionFault::Unsupported => (
                "图片太大，或格式不能识别",
                "its picture is too large, or of a form that is not read",
            ),
        };
        said!(self.0,
            zh: "机器识别不出本页：{zh}。本页只能看、搜不到。",
            en: "A machine could not read this page: {en}. It is seen only, and not found.")
    }

    /// The name under which a scan is saved as a PDF in which one can search.
    pub fn searchable_name(self, name: &str) -> String {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        said!(self.0, zh: "{stem}（可搜索）.pdf", en: "{stem} (searchable).pdf")
    }

    /// How a line is known.
    pub fn line_known(self, percent: u8, is_corrected: bool) -> String {
        if is_corrected {
            return self.line_corrected().to_owned();
        }
        said!(self.0, zh: "把握 {percent}%", en: "{percent}% sure")
    }

    /// Which line of a page: `第 3 行`.
    pub fn line_number(self, line: u32) -> String {
        said!(self.0, zh: "第 {line} 行", en: "Line {line}")
    }

    /// A place in a file, with how sure a machine is that read it there: "第 12 页 · 机器识别，把握 97%".
    pub fn read_place(self, locator: &Locator, machine: Option<u8>) -> String {
        let place = self.place(locator);
        match machine {
            // Nobody says how sure it is.
            Some(UNSURE) => said!(self.0, zh: "{place} · 机器识别", en: "{place} · by machine"),
            Some(percent) => said!(self.0,
                zh: "{place} · 机器识别，把握 {percent}%",
                en: "{place} · read by a machine, {percent}% sure"),
            None => place,
        }
    }

    /// What became of the pages whose text stands in their pictures alone, a sentence each; nothing where there are none.
    pub(super) fn recognised(self, report: &ExtractionReport) -> Vec<String> {
        let Some(pages) = report.ocr else { return Vec::new() };
        let OcrProgress {
            waiting,
            read,
            failed,
            left_out,
            again,
            confidence,
        } = pages;
        let mut told = Vec::new();
        if waiting > 0 {
            let (n, noun, wait) = counted(waiting, "waits", "wait");
            told.push(said!(self.0,
                zh: "{n} 页是图片，正在排队由机器识别，识别后里面的文字就能搜到",
                en: "{n} {noun} of pictures {wait} to be read by a machine; then their words are found"));
        }
        if read > 0 {
            let (n, noun, was) = counted(read, "was", "were");
            told.push(said!(self.0,
                zh: "{n} 页的文字由机器识别，平均把握 {confidence}%，个别字可能有误",
                en: "{n} {noun} {was} read by a machine, {confidence}% sure on average; single characters may be wrong"));
        }
        if again > 0 {
            let (n, noun, wait) = counted(again, "waits", "wait");
            told.push(said!(self.0,
                zh: "其中 {n} 页排队等待重新识别，识别完之前仍按原来的文字搜到",
                en: "{n} {noun} of them {wait} to be read again and can be found by the old words until then"));
        }
        if failed > 0 {
            let (n, noun, is) = counted(failed, "is", "are");
            told.push(said!(self.0,
                zh: "{n} 页机器识别不出来，只能看、搜不到",
                en: "{n} {noun} could not be read by a machine and {is} seen only"));
        }
        if left_out > 0 {
            let (n, noun, is) = counted(left_out, "is", "are");
            told.push(said!(self.0,
                zh: "另有 {n} 页超出本站每个文件的识别上限，没有识别，只能看、搜不到",
                en: "{n} {noun} beyond what this site reads of one file {is} seen only"));
        }
        told
    }

    /// How much waits to be recognised, and for how long it will.
    pub fn recognition_left(self, left: OcrBacklog, hours: DailyHours) -> String {
        let pages = grouped(left.waiting);
        let noun = plural(left.waiting, "page waits", "pages wait");
        let mut told = said!(self.0,
            zh: "{pages} 页扫描件和图片等待机器识别",
            en: "{pages} {noun} to be read by a machine");
        if let (Some(pace), Some(needed)) = (left.pages_per_hour, left.hours_left()) {
            let (pace, needed) = (grouped(pace), grouped(needed));
            told.push_str(&said!(self.0,
                zh: "，按最近每小时 {pace} 页的速度，约需 {needed} 小时",
                en: ": about {needed} h at {pace} pages an hour, as lately"));
        }
        if let Some((from, until)) = hours.span() {
            told.push_str(&said!(self.0,
                zh: "；只在每天 {from} 点到 {until} 点之间识别",
                en: "; from {from}:00 to {until}:00 each day only"));
        }
        told
    }
}

/// How many pages, and what is said of one and of several.
fn counted(pages: u32, one: &'static str, many: &'static str) -> (String, &'static str, &'static str) {
    let n = u64::from(pages);
    (grouped(n), plural(n, "page", "pages"), plural(n, one, many))
}

#[cfg(test)]
mod tests {
    use crate::domain::file::{ExtractionReport, Kind};
    use crate::domain::ocr::OcrProgress;
    use crate::domain::passage::Locator;
    use crate::words::{Lang, pages::PageWords};

    fn report(waiting: u32, read: u32, failed: u32) -> ExtractionReport {
        ExtractionReport {
            pages: waiting + read + failed,
            needs_ocr: waiting + failed > 0,
            ocr: Some(OcrProgress {
                waiting,
                read,
                failed,
                left_out: 0,
                again: 0,
                confidence: 97,
            }),
            ..ExtractionReport::default()
        }
    }

    #[test]
    fn a_hit_says_who_read_it() {
        let at = Locator::Page { page: 12 };

        assert_eq!(
            PageWords(Lang::Zh).read_place(&at, Some(97)),
            "第 12 页 · 机器识别，把握 97%"
        );
        assert_eq!(PageWords(Lang::Zh).read_place(&at, None), "第 12 页");
    }

    #[test]
    fn a_file_says_what_became_of_its_scanned_pages() {
        let say = |report: &ExtractionReport| PageWords(Lang::Zh).warnings(Kind::Pdf, report);

        assert_eq!(
            say(&report(3, 0, 0)),
            ["3 页是图片，正在排队由机器识别，识别后里面的文字就能搜到"]
        );
        assert_eq!(
            say(&report(0, 1_200, 1)),
            [
                "1,200 页的文字由机器识别，平均把握 97%，个别字可能有误",
                "1 页机器识别不出来，只能看、搜不到"
            ]
        );
    }
}
