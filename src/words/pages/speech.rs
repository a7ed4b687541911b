//! Words about what a machine heard in films and recordings without subtitles.

use super::{PageWords, grouped, plural};
use crate::domain::file::ExtractionReport;
use crate::domain::speech::{SpeechFault, SpeechReport, SpeechState};
use crate::words::{Lang, said, sentences};

impl PageWords {
    sentences! {
        by_machine: "机器识别" | "by machine";
        speech_heading: "听写的字幕" | "What a machine heard";
        speech_lead: "这些字幕由机器听写，可能有错。改好一行就保存一行；改过的行一直保留，换模型重新听写也不会被盖掉。上传同名的 .srt 或 .vtt 字幕后，就不再用它。" |
            "A machine heard this, and may be wrong. Correct a line and save it; what is corrected stays, whatever model hears the film later. Subtitles of the same name (.srt or .vtt) take its place.";
        speech_correct: "逐行更正" | "Correct it line by line";
        speech_download: "下载字幕（VTT）" | "Download the subtitles (VTT)";
        speech_again: "重新听写" | "Hear it again";
        speech_again_note: "换了识别模型，或上次没有成功时使用；要等一会儿，改过的行不变。" |
            "For another model, or where the last time failed. It takes a while; corrected lines stay as they are.";
        speech_line: "这一行讲的话" | "What is said in this line";
        speech_save: "保存这一行" | "Save this line";
        speech_undo: "恢复听写的原文" | "As the machine heard it";
        speech_corrected: "已更正" | "corrected";
        speech_empty_note: "没有人讲话的行，清空后保存。" | "Where nobody speaks, empty the line and save it.";
        speech_saved: "已保存。一会儿就能按改后的话搜到。" | "Saved. It is found by the new words in a moment.";
        speech_stale: "没有保存：刚才有人改过这一行，下面是改后的样子，请再看一遍。" |
            "Not saved: somebody changed this line just now. Look at it again as it is below.";
        speech_asked: "已排队重新听写。" | "It waits to be heard again.";
        speech_previous: "前面的行" | "Lines before";
        speech_next: "后面的行" | "Lines after";
        speech_nothing: "没有听写的字幕。" | "Nothing was heard.";
    }

    /// The line of a list, to be read out with its field: "00:02:10 这一行讲的话".
    pub fn speech_line_at(self, clock: &str) -> String {
        let label = self.speech_line();
        said!(self.0, zh: "{clock} {label}", en: "{label}, {clock}")
    }

    /// The name of subtitles in a player's menu, of which a machine heard the words.
    pub fn heard_transcript(self) -> String {
        let (transcript, machine) = (self.transcript(), self.by_machine());
        said!(self.0, zh: "{transcript}（{machine}）", en: "{transcript} ({machine})")
    }

    /// The name of chapters that begin behind pauses.
    pub fn made_chapters(self) -> String {
        let (chapters, machine) = (self.chapters(), self.by_machine());
        said!(self.0, zh: "{chapters}（{machine}）", en: "{chapters} ({machine})")
    }

    /// What is to be known of the subtitles that a machine heard: by which model, how many lines are corrected.
    pub fn heard_note(self, report: &SpeechReport) -> String {
        let lines = grouped(u64::from(report.lines));
        let noun = plural(u64::from(report.lines), "line", "lines");
        let by = report.heard_by.as_deref().unwrap_or("?");
        let corrected = grouped(u64::from(report.corrected));
        said!(self.0,
            zh: "字幕由机器识别（{by}），共 {lines} 行，其中 {corrected} 行已由人更正；个别字可能有误。",
            en: "A machine heard these subtitles ({by}): {lines} {noun}, {corrected} of them corrected by people; single words may be wrong.")
    }

    /// What became of hearing a film, where that is more than its lines.
    pub fn speech_state(self, report: &SpeechReport) -> Option<String> {
        if let Some(fault) = report.fault {
            return Some(self.speech_fault(fault));
        }
        match report.state {
            SpeechState::Queued => Some(said!(self.0,
                zh: "讲的话正在排队由机器听写，听写后就能搜到。",
                en: "What is said waits to be heard by a machine; then it is found.")),
            SpeechState::Heard if report.lines == 0 => Some(said!(self.0,
                zh: "机器没有听到有人讲话。",
                en: "A machine heard nobody speak in it.")),
            SpeechState::Heard | SpeechState::Failed | SpeechState::Unneeded => None,
        }
    }

    fn speech_fault(self, fault: SpeechFault) -> String {
        let (zh, en) = match fault {
            SpeechFault::NoSound => ("里面没有声音", "it has no sound"),
            SpeechFault::FilmTooLong => ("比本站听写的上限长", "it is longer than this site hears"),
            SpeechFault::OutOfTime => ("听写用时超过上限", "it took too long"),
            SpeechFault::ProgramFailed => ("听写程序没有给出结果", "the program that hears ended without an answer"),
            SpeechFault::AnswerTooLarge => (
                "听写程序给出的结果大得不合常理",
                "the program that hears answered far too much",
            ),
            SpeechFault::NoSubtitles => (
                "听写程序给出的不是字幕",
                "what the program that hears answered is no subtitles",
            ),
        };
        said!(self.0,
            zh: "机器听写不成：{zh}。讲的话搜不到；可以上传同名字幕（.srt 或 .vtt）。",
            en: "A machine could not hear it: {en}. What is said is not found; subtitles of the same name (.srt or .vtt) help.")
    }

    /// The same among what keeps parts of a file from being found; what is only true is told as well.
    pub(super) fn speech_warning(self, report: &ExtractionReport) -> Option<String> {
        let speech = report.speech.as_ref()?;
        let heard = (speech.lines > 0).then(|| self.heard_note(speech));
        self.speech_state(speech).or(heard)
    }

    /// What to do so that what is said in a film is found.
    pub(super) fn next_for_film(self, report: &ExtractionReport) -> String {
        match report.speech.as_ref().map(|speech| speech.state) {
            Some(SpeechState::Queued) => said!(self.0,
                zh: "等一会儿：机器听写完就能搜到讲的话。也可以上传同名的字幕文件（.srt 或 .vtt）。",
                en: "Wait a while: what is said is found once a machine has heard it. You can upload subtitles of the same name (.srt or .vtt) as well."),
            Some(_) => said!(self.0,
                zh: "上传一个与它同名的字幕文件（.srt 或 .vtt），就能搜到讲的话，并从那一秒播放。",
                en: "Upload subtitles of the same name (.srt or .vtt); then what is said is found and plays from that second."),
            None => said!(self.0,
                zh: "上传一个与它同名的字幕文件（.srt 或 .vtt），就能搜到讲的话，并从那一秒播放；本站也可以自动听写，请管理员按说明书的“听写”一节设置听写程序（speech.program）。",
                en: "Upload subtitles of the same name (.srt or .vtt); then what is said is found and plays from that second. This site can hear it by itself, too, once its administrators name a program for that (speech.program, docs/speech.md)."),
        }
    }

    /// Why what is said in a film is not found, and how to have it found: for the page on which it plays.
    pub fn unheard(self, report: Option<&SpeechReport>) -> String {
        match report {
            Some(report) => self.speech_state(report).unwrap_or_default(),
            None => match self.0 {
                Lang::Zh => "没有字幕，讲的话搜不到。上传同名的 .srt 或 .vtt 字幕就能搜到；管理员设置听写程序（speech.program）后，本站也会自动听写。",
                Lang::En => "Without subtitles what is said is not found. Subtitles of the same name (.srt or .vtt) change that; once the administrators name a program that hears (speech.program), this site hears it by itself.",
            }
            .to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::file::{ExtractionReport, ExtractionState, Kind};
    use crate::domain::speech::{SpeechFault, SpeechReport, SpeechState};
    use crate::words::{Lang, pages::PageWords};

    fn report(state: SpeechState, lines: u32, fault: Option<SpeechFault>) -> ExtractionReport {
        ExtractionReport {
            speech: Some(SpeechReport {
                state,
                lines,
                corrected: 1,
                heard_by: Some("ggml-base".to_owned()),
                fault,
            }),
            ..ExtractionReport::default()
        }
    }

    #[test]
    fn a_film_says_what_became_of_its_words() {
        let say = |report: &ExtractionReport| PageWords(Lang::Zh).warnings(Kind::Video, report);

        assert_eq!(
            say(&report(SpeechState::Heard, 1_200, None)),
            ["字幕由机器识别（ggml-base），共 1,200 行，其中 1 行已由人更正；个别字可能有误。"]
        );
        assert!(say(&report(SpeechState::Queued, 0, None))[0].contains("排队"));
        assert!(say(&report(SpeechState::Failed, 0, Some(SpeechFault::OutOfTime)))[0].contains("用时超过上限"));
    }

    #[test]
    fn a_site_without_a_program_says_how_to_have_one() {
        let next =
            PageWords(Lang::En).next_for_file(Kind::Video, ExtractionState::NoText, &ExtractionReport::default());

        assert!(next[0].contains("speech.program"), "{next:?}");
    }
}
