//! Subtitles and timed lyrics: SubRip, WebVTT, Sub Station Alpha, LRC, as people really write them.

use super::{error::ExtractResult, input::Input, limits::TEXT_FILE_BYTES, output::Output, plain};
use crate::domain::{file::Kind, passage::Locator};

/// How long a last line of lyrics is shown; nobody writes its end.
const LAST_LINE_MS: u64 = 5_000;

/// A piece of speech.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SubtitleCue {
    pub(crate) start_ms: u64,
    pub(crate) end_ms: u64,
    pub(crate) text: String,
}

/// Reads a subtitle file of one of the three kinds.
pub(crate) fn read(kind: Kind, input: &Input, out: &mut Output<'_>) -> ExtractResult {
    let text = plain::text_of(input, TEXT_FILE_BYTES, out)?;
    let cues = match kind {
        Kind::Lrc => lyrics(&text),
        _ if text.contains("[Events]") => dialogues(&text),
        _ => cues(&text),
    };
    if cues.is_empty() && !text.trim().is_empty() {
        // No time in it anywhere: it is a text by the wrong name, and a text can be read.
        return plain::read_text(&text, out);
    }
    send(cues, out)
}

/// Sends cues off in windows.
pub(crate) fn send(cues: Vec<SubtitleCue>, out: &mut Output<'_>) -> ExtractResult {
    let mut window: Option<SubtitleCue> = None;
    for cue in cues {
        out.report.pages += 1;
        match &mut window {
            Some(open) if cue.end_ms.saturating_sub(open.start_ms) <= out.cue_window_ms => open.join(&cue),
            _ => send_window(window.replace(cue), out)?,
        }
    }
    send_window(window, out)
}

fn send_window(window: Option<SubtitleCue>, out: &mut Output<'_>) -> ExtractResult {
    if let Some(SubtitleCue { start_ms, end_ms, text }) = window {
        out.passage(Locator::Time { start_ms, end_ms }, &text)?;
    }
    Ok(())
}

impl SubtitleCue {
    fn join(&mut self, next: &Self) {
        self.end_ms = self.end_ms.max(next.end_ms);
        self.text.push('\n');
        self.text.push_str(&next.text);
    }
}

/// The cues of SubRip or WebVTT: a line of times, then lines of text up to an empty one.
///
/// Numbers, notes and styles stand between cues, where nothing is gathered.
fn cues(text: &str) -> Vec<SubtitleCue> {
    let mut cues: Vec<SubtitleCue> = Vec::new();
    let mut is_inside = false;
    let mut lines = text.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        if let Some((start_ms, end_ms)) = times(line) {
            cues.push(SubtitleCue {
                start_ms,
                end_ms,
                text: String::new(),
            });
            is_inside = true;
        } else if line.is_empty() {
            // Some programs put an empty line between the times and the text.
            is_inside &= cues.last().is_some_and(|cue| cue.text.is_empty());
        } else if is_inside && !is_number_of_next(line, lines.peek().copied()) {
            cues.last_mut().into_iter().for_each(|cue| cue.add_line(line));
        }
    }
    cues.retain(|cue| !cue.text.is_empty());
    cues
}

/// The cues of Sub Station Alpha, where ten fields of a line are parted by commas and the last one is what is said.
fn dialogues(text: &str) -> Vec<SubtitleCue> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("Dialogue:"));
    let mut cues: Vec<SubtitleCue> = lines.filter_map(dialogue).collect();
    cues.sort_by_key(|cue| cue.start_ms);
    cues
}

fn dialogue(line: &str) -> Option<SubtitleCue> {
    let fields: Vec<&str> = line.splitn(10, ',').collect();
    let &[_, start, end, .., said] = fields.as_slice() else {
        return None;
    };
    // What is drawn is numbers.
    if fields.len() < 10 || said.contains("\\p1") {
        return None;
    }
    let said = said.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ");
    let mut text = String::new();
    for piece in said.split('{') {
        let spoken = piece.split_once('}').map_or(piece, |(_, spoken)| spoken);
        text.push_str(spoken);
    }
    let (start_ms, end_ms) = (time(start.trim())?, time(end.trim())?);
    let text = text.trim().to_owned();
    (!text.is_empty()).then_some(SubtitleCue { start_ms, end_ms, text })
}

/// A bare number right before a line of times counts the next cue, even where the empty line is missing.
fn is_number_of_next(line: &str, next: Option<&str>) -> bool {
    line.bytes().all(|byte| byte.is_ascii_digit()) && next.and_then(times).is_some()
}

impl SubtitleCue {
    fn add_line(&mut self, line: &str) {
        let line = without_markup(line);
        if !line.is_empty() {
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(&line);
        }
    }
}

/// A line without `<i>`, `<v 老师>` and `{\an8}`. What is never closed is text: "当 a < b 时".
fn without_markup(line: &str) -> String {
    // Looked up once: a line of a million `<` must not be searched a million times.
    let (last_angle, last_brace) = (line.rfind('>'), line.rfind('}'));
    let is_closed = |at: usize, last: Option<usize>| last.is_some_and(|last| last > at);
    let mut text = String::new();
    let mut closing = None;
    for (at, c) in line.char_indices() {
        match (closing, c) {
            (Some(end), c) if c == end => closing = None,
            (Some(_), _) => {}
            (None, '<') if is_closed(at, last_angle) => closing = Some('>'),
            (None, '{') if line[at..].starts_with("{\\") && is_closed(at, last_brace) => closing = Some('}'),
            (None, c) => text.push(c),
        }
    }
    text.trim().to_owned()
}

fn times(line: &str) -> Option<(u64, u64)> {
    let (start, end) = line.split_once("-->")?;
    let start = time(start.trim())?;
    let end = time(end.split_whitespace().next()?)?;
    Some((start, end.max(start)))
}

/// Milliseconds of `1:02:03,456`, `02:03.456` or `3`, also with the colons and commas of a Chinese keyboard.
fn time(text: &str) -> Option<u64> {
    let text = text.trim_start_matches('\u{feff}');
    let mut parts = text.split([':', '：']).rev();
    let seconds = parts.next()?;
    let (seconds, fraction) = seconds.split_once([',', '.', '，']).unwrap_or((seconds, ""));
    let mut ms = number(seconds)?
        .checked_mul(1_000)?
        .checked_add(milliseconds(fraction))?;
    for factor in [60_000, 3_600_000] {
        if let Some(part) = parts.next() {
            ms = number(part)?.checked_mul(factor)?.checked_add(ms)?;
        }
    }
    Some(ms)
}

fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// `5` is half a second: digits behind the point, not a count.
fn milliseconds(fraction: &str) -> u64 {
    let digits: String = fraction.chars().take_while(char::is_ascii_digit).take(3).collect();
    format!("{digits:0<3}").parse().unwrap_or(0)
}

/// The lines of timed lyrics. One line may carry several times: `[00:12.00][01:30.00]…`.
fn lyrics(text: &str) -> Vec<SubtitleCue> {
    let mut cues: Vec<SubtitleCue> = text.lines().flat_map(lyric_line).collect();
    cues.sort_by_key(|cue| cue.start_ms);
    let starts: Vec<u64> = cues.iter().skip(1).map(|cue| cue.start_ms).collect();
    for (cue, next) in cues.iter_mut().zip(starts) {
        cue.end_ms = next;
    }
    cues
}

fn lyric_line(line: &str) -> Vec<SubtitleCue> {
    let mut rest = line.trim().trim_start_matches('\u{feff}');
    let mut starts = Vec::new();
    while let Some((tag, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        starts.extend(time(tag));
        rest = after.trim_start();
    }
    if rest.is_empty() {
        return Vec::new();
    }
    let cue = |start_ms| SubtitleCue {
        start_ms,
        end_ms: start_ms + LAST_LINE_MS,
        text: rest.to_owned(),
    };
    starts.into_iter().map(cue).collect()
}

#[cfg(test)]
mod tests {
    use super::{cues, dialogues, lyrics, time};

    #[test]
    fn subtitles_with_looks_are_read_as_what_is_said() {
        let text = "[Script Info]\nTitle: 课\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
                    Dialogue: 0,0:00:05.00,0:00:07.00,Default,,0,0,0,,先断电\\N再挂牌, 再验电\n\
                    Dialogue: 0,0:00:01.50,0:00:03.00,标题,,0,0,0,,{\\pos(1,2)}配{\\i1}电柜\n\
                    Dialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,{\\p1}m 0 0 l 1 1\n";

        let cues = dialogues(text);

        let said: Vec<_> = cues
            .iter()
            .map(|cue| (cue.start_ms, cue.end_ms, cue.text.as_str()))
            .collect();
        assert_eq!(
            said,
            [(1_500, 3_000, "配电柜"), (5_000, 7_000, "先断电\n再挂牌, 再验电")]
        );
    }

    #[test]
    fn dirty_subtitles_are_read() {
        let text = "\u{feff}1\n0:00:01,5 --> 00:00：04，000\n<i>先断电</i>\n2\n00:05.000 --> 00:07.000 align:start\n\n{\\an8}再挂牌\n\nNOTE 备注\n看不见\n";

        let cues = cues(text);

        assert_eq!(cues.len(), 2);
        assert_eq!(
            (cues[0].start_ms, cues[0].end_ms, cues[0].text.as_str()),
            (1_500, 4_000, "先断电")
        );
        assert_eq!(cues[1].text, "再挂牌");
    }

    #[test]
    fn times_and_lyrics() {
        assert_eq!(time("1:02:03.4"), Some(3_723_400));
        assert_eq!(time("上午"), None);
        let lyrics = lyrics("[ti:歌]\n[00:02.00]二\n[00:01.00][00:09.00]一");
        assert_eq!(lyrics.iter().map(|cue| cue.text.as_str()).collect::<String>(), "一二一");
        assert_eq!(lyrics[0].end_ms, 2_000);
    }
}
