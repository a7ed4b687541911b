//! What a machine heard in films and recordings without subtitles: lines with their times, and what people made of them.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fault::{FaultKind, FieldFault};
use super::film::FilmChapter;
use super::form::{FieldReader, clean};

/// The longest line: whoever opens a hit hears it within this time.
pub const LONGEST_LINE_MS: u64 = 30_000;
/// The most characters of a line; nobody says so much in half a minute.
pub const MOST_LINE_CHARS: usize = 500;

/// Something that is said, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SpokenLine {
    /// Milliseconds from the beginning; no two lines of a film begin at once, so that it names the line.
    pub start_ms: u64,
    /// Milliseconds from the beginning.
    pub end_ms: u64,
    /// What is said; empty where somebody found that nothing is.
    pub text: String,
    /// Whether somebody corrected it; otherwise a machine heard it.
    #[serde(default)]
    pub corrected: bool,
}

/// How far hearing a film has come.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum SpeechState {
    /// It waits for its turn.
    Queued,
    /// It was heard, whatever is said in it.
    Heard,
    /// It could not be heard.
    Failed,
    /// It lies beside subtitles wherever it is kept, so that nobody needs a machine's.
    Unneeded,
}

/// Why a film could not be heard. Stable codes; the sentences are in `words`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum, utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum SpeechFault {
    /// ffmpeg finds no sound in it.
    NoSound,
    /// It is longer than the limit.
    FilmTooLong,
    /// Hearing it took longer than the limit.
    OutOfTime,
    /// The program ended without an answer.
    ProgramFailed,
    /// The program answered more than the limit.
    AnswerTooLarge,
    /// What the program answered is no WebVTT.
    NoSubtitles,
}

/// What became of hearing a film, as its file reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SpeechReport {
    /// How far it has come.
    pub state: SpeechState,
    /// Lines that are said in it.
    pub lines: u32,
    /// How many of them somebody corrected.
    pub corrected: u32,
    /// The model that heard it, or the program where it has no model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard_by: Option<String>,
    /// Why it could not be heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<SpeechFault>,
}

/// What somebody says of a line that they have seen.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
pub struct SpokenCorrection {
    /// The line as it was seen, so that what others changed meanwhile is not undone.
    pub seen: String,
    /// What is said there, up to 500 characters; empty where nothing is.
    pub text: String,
}

impl SpokenCorrection {
    /// Parses the JSON of one.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self, Vec<FieldFault>> {
        let mut reader = FieldReader::new(fields);
        for name in ["seen", "text"] {
            if !fields.contains_key(name) {
                reader.fault(name, FaultKind::Required);
            }
        }
        // What a machine heard may be longer than what people may write.
        let seen = reader.text("seen", usize::MAX);
        let text = reader.text("text", MOST_LINE_CHARS);
        reader.refuse_others();
        reader.finish(|| Self {
            seen: seen.unwrap_or_default(),
            text: text.unwrap_or_default(),
        })
    }

    /// Whether a line is the one that was seen.
    pub fn is_of(&self, line: &SpokenLine) -> bool {
        self.seen == clean(&line.text)
    }
}

/// Puts lines in order of time, no two of them at once, none longer than [`LONGEST_LINE_MS`].
pub fn in_order(mut lines: Vec<SpokenLine>) -> Vec<SpokenLine> {
    lines.sort_by_key(|line| line.start_ms);
    let mut ordered: Vec<SpokenLine> = Vec::new();
    for line in lines.iter().flat_map(cut) {
        let after = ordered.last().map(|last| last.start_ms + 1);
        let start_ms = line.start_ms.max(after.unwrap_or(0));
        ordered.push(SpokenLine {
            start_ms,
            end_ms: line.end_ms.max(start_ms),
            ..line
        });
    }
    ordered
}

/// Puts what people corrected in place of what a machine heard there, whichever model that was. A line of which corrections
/// take the smaller part stays, even if some of its words are said twice then: none is lost.
pub fn with_corrections(heard: Vec<SpokenLine>, corrections: Vec<SpokenLine>) -> Vec<SpokenLine> {
    let is_replaced = |line: &SpokenLine| {
        let shared = |other: &SpokenLine| {
            let end = line.end_ms.min(other.end_ms);
            end.saturating_sub(line.start_ms.max(other.start_ms))
        };
        let length = line.end_ms.saturating_sub(line.start_ms);
        if length == 0 {
            return corrections.iter().any(|other| other.start_ms == line.start_ms);
        }
        2 * corrections.iter().map(shared).sum::<u64>() >= length
    };
    let mut lines = corrections.clone();
    for mut line in heard.into_iter().filter(|line| !is_replaced(line)) {
        // Its beginning names a line.
        while lines.iter().any(|other| other.start_ms == line.start_ms) {
            line.start_ms += 1;
        }
        lines.push(line);
    }
    lines.sort_by_key(|line| line.start_ms);
    lines
}

/// The shortest pause after which something new may begin.
const LEAST_PAUSE_MS: u64 = 2_000;
/// The shortest chapter.
const LEAST_CHAPTER_MS: u64 = 60_000;
/// The most chapters that pauses make.
const MOST_CHAPTERS: usize = 20;
/// Characters of a chapter's title: the first words that are said in it.
const TITLE_CHARS: usize = 20;

/// Chapters of a film that has none of its own: they begin behind its longest pauses. None where it pauses nowhere.
pub fn chapters(lines: &[SpokenLine]) -> Vec<FilmChapter> {
    let said: Vec<&SpokenLine> = lines.iter().filter(|line| !line.text.is_empty()).collect();
    let (Some(first), Some(last)) = (said.first(), said.last()) else {
        return Vec::new();
    };
    let mut pauses: Vec<(u64, &SpokenLine)> = said
        .windows(2)
        .map(|pair| (pair[1].start_ms.saturating_sub(pair[0].end_ms), pair[1]))
        .filter(|(pause, next)| *pause >= LEAST_PAUSE_MS && next.start_ms + LEAST_CHAPTER_MS <= last.end_ms)
        .collect();
    // Of pauses as long the earlier one, whatever the order of sorting.
    pauses.sort_by_key(|(pause, next)| (std::cmp::Reverse(*pause), next.start_ms));
    let mut begins = vec![*first];
    for (_, next) in pauses {
        let is_near = |other: &&SpokenLine| other.start_ms.abs_diff(next.start_ms) < LEAST_CHAPTER_MS;
        if begins.len() < MOST_CHAPTERS && !begins.iter().any(is_near) {
            begins.push(next);
        }
    }
    if begins.len() < 2 {
        return Vec::new();
    }
    begins.sort_by_key(|line| line.start_ms);
    begins.into_iter().map(chapter).collect()
}

fn chapter(line: &SpokenLine) -> FilmChapter {
    let mut title: String = line.text.chars().take(TITLE_CHARS).collect();
    if line.text.chars().count() > TITLE_CHARS {
        title.push('…');
    }
    FilmChapter {
        start_ms: line.start_ms,
        title,
    }
}

/// A line in pieces that are short enough, cut where a sentence ends if one does; times are shared out by characters.
fn cut(line: &SpokenLine) -> Vec<SpokenLine> {
    let length = line.end_ms.saturating_sub(line.start_ms);
    let total = line.text.chars().count();
    if length <= LONGEST_LINE_MS && total <= MOST_LINE_CHARS {
        return vec![line.clone()];
    }
    let fitting = (total as u64).saturating_mul(LONGEST_LINE_MS) / length.max(1);
    let most = usize::try_from(fitting).unwrap_or(usize::MAX).clamp(1, MOST_LINE_CHARS);
    let at = |chars: usize| line.start_ms + length.saturating_mul(chars as u64) / total.max(1) as u64;
    let mut said = 0;
    let mut pieces = Vec::new();
    for piece in pieces_of(&line.text, most) {
        let from = at(said);
        said += piece.chars().count();
        let text = piece.trim();
        if !text.is_empty() {
            pieces.push(SpokenLine {
                start_ms: from,
                // Few words in a long time: nobody knows when they are said.
                end_ms: at(said).min(from + LONGEST_LINE_MS),
                text: text.to_owned(),
                corrected: line.corrected,
            });
        }
    }
    pieces
}

/// What ends a sentence.
const SENTENCE_ENDS: [char; 8] = ['。', '！', '？', '!', '?', '；', ';', '\n'];
/// What ends a part of one.
const PART_ENDS: [char; 5] = ['，', '、', ',', '：', ' '];

/// A text in pieces of at most so many characters, each as long as may be and ending with a sentence, else with a part of one.
fn pieces_of(text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((end, _)) = rest.char_indices().nth(most) {
        let fitting = &rest[..end];
        let ending = |ends: &[char]| fitting.rfind(ends).map(|at| at + char_at(fitting, at));
        // A sign that ends the sentence just here stays with it.
        let behind = rest[end..].starts_with(SENTENCE_ENDS).then(|| end + char_at(rest, end));
        let end = behind
            .or_else(|| ending(&SENTENCE_ENDS))
            .or_else(|| ending(&PART_ENDS))
            .unwrap_or(end);
        pieces.push(&rest[..end]);
        rest = &rest[end..];
    }
    pieces.push(rest);
    pieces
}

/// How many bytes the character at a place takes.
fn char_at(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::{SpokenLine, chapters, in_order, with_corrections};

    fn line(start_ms: u64, end_ms: u64, text: &str) -> SpokenLine {
        SpokenLine {
            start_ms,
            end_ms,
            text: text.to_owned(),
            corrected: false,
        }
    }

    fn corrected(start_ms: u64, end_ms: u64, text: &str) -> SpokenLine {
        SpokenLine {
            corrected: true,
            ..line(start_ms, end_ms, text)
        }
    }

    #[test]
    fn a_line_of_a_minute_is_cut_where_sentences_end() {
        let long = line(60_000, 120_000, "先断电，再挂牌。最后验电。");

        let cut = in_order(vec![long]);

        let said: Vec<(u64, u64, &str)> = cut
            .iter()
            .map(|line| (line.start_ms, line.end_ms, line.text.as_str()))
            .collect();
        // 13 characters in a minute: 6 of them fit.
        assert_eq!(
            said,
            [
                (60_000, 78_461, "先断电，"),
                (78_461, 96_923, "再挂牌。"),
                (96_923, 120_000, "最后验电。"),
            ]
        );
    }

    #[test]
    fn a_sentence_keeps_its_full_stop() {
        let cut = in_order(vec![line(0, 60_000, "确认三相都没有电压。然后才可以动手。")]);

        assert_eq!(
            cut,
            [
                line(0, 30_000, "确认三相都没有电压。"),
                line(33_333, 60_000, "然后才可以动手。"),
            ]
        );
    }

    #[test]
    fn few_words_in_an_hour_are_short_lines() {
        let cut = in_order(vec![line(0, 3_600_000, "嗯啊")]);

        assert_eq!(cut, [line(0, 30_000, "嗯"), line(1_800_000, 1_830_000, "啊")]);
    }

    #[test]
    fn chapters_begin_behind_the_longest_pauses() {
        let lines = [
            line(3_000, 50_000, "先讲装夹"),
            line(53_000, 90_000, "这里停得短，离开头太近"),
            line(100_000, 148_000, "现在对刀，从右端面开始，一步一步来，不要着急"),
            line(150_500, 200_000, "离上一章太近"),
            line(280_000, 300_000, "最后试切"),
            line(300_500, 345_000, "没有停"),
        ];

        let found: Vec<(u64, String)> = chapters(&lines)
            .into_iter()
            .map(|chapter| (chapter.start_ms, chapter.title))
            .collect();

        assert_eq!(
            found,
            [
                (3_000, "先讲装夹".to_owned()),
                (100_000, "现在对刀，从右端面开始，一步一步来，不要…".to_owned()),
                (280_000, "最后试切".to_owned()),
            ]
        );
        assert!(chapters(&lines[..1]).is_empty(), "one chapter is none");
    }

    #[test]
    fn no_two_lines_begin_at_once() {
        let ordered = in_order(vec![line(5, 9, "二"), line(0, 3, "一"), line(5, 8, "三")]);

        assert_eq!(ordered, [line(0, 3, "一"), line(5, 9, "二"), line(6, 8, "三")]);
    }

    #[test]
    fn what_was_corrected_stands_whatever_another_model_hears() {
        let heard = vec![line(0, 2_000, "想断电"), line(2_000, 5_000, "再挂派")];
        let corrections = vec![corrected(0, 2_000, "先断电")];

        let now = with_corrections(heard, corrections.clone());
        let anew = with_corrections(
            vec![line(100, 2_100, "先断点"), line(2_100, 5_000, "再挂牌")],
            corrections,
        );

        assert_eq!(now, [corrected(0, 2_000, "先断电"), line(2_000, 5_000, "再挂派")]);
        assert_eq!(anew, [corrected(0, 2_000, "先断电"), line(2_100, 5_000, "再挂牌")]);
    }

    /// One corrected word took the place of half a minute that another model heard as one line.
    #[test]
    fn a_short_correction_does_not_swallow_a_longer_line() {
        let corrections = vec![corrected(10_000, 12_000, "锪孔")];
        let whole = line(10_000, 30_000, "火孔,然后退刀,再测量一遍");
        let halves = vec![line(9_500, 11_200, "火孔"), line(11_500, 30_000, "然后退刀")];

        let joined = with_corrections(vec![whole], corrections.clone());
        let cut = with_corrections(halves, corrections);

        let moved = line(10_001, 30_000, "火孔,然后退刀,再测量一遍");
        assert_eq!(joined, [corrected(10_000, 12_000, "锪孔"), moved]);
        assert_eq!(
            cut,
            [corrected(10_000, 12_000, "锪孔"), line(11_500, 30_000, "然后退刀")]
        );
    }

    #[test]
    fn a_line_that_several_corrections_make_up_is_replaced_by_them() {
        let corrections = vec![corrected(0, 2_000, "先断电"), corrected(2_000, 5_000, "再挂牌")];

        let now = with_corrections(vec![line(0, 5_000, "想断电再挂派")], corrections.clone());

        assert_eq!(now, corrections);
    }
}
