//! Text without a package: plain text, Rich Text, subtitles and lyrics.

use std::fmt::Write;

use super::script::Script;

const INFALLIBLE: &str = "writing to a String cannot fail";

/// A script as plain text: headings and paragraphs, parted by empty lines, with line ends as Windows has them.
pub(crate) fn text(script: &Script) -> String {
    let mut text = String::new();
    for chapter in script.chapters() {
        write!(text, "{}\r\n\r\n", chapter.heading).expect(INFALLIBLE);
        for paragraph in &chapter.paragraphs {
            write!(text, "{paragraph}\r\n").expect(INFALLIBLE);
        }
        text.push_str("\r\n");
    }
    text
}

/// A script as Markdown.
pub(crate) fn markdown(script: &Script) -> String {
    let mut text = format!("# {}\n\n", script.title);
    for section in &script.sections {
        write!(
            text,
            "## {}\n\n{}\n\n",
            section.heading,
            section.paragraphs.join("\n\n")
        )
        .expect(INFALLIBLE);
    }
    text
}

/// Text in the encoding of Chinese Windows programs.
pub(crate) fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// A script as Rich Text, which every Word since 1995 opens; each section on a page of its own.
pub(crate) fn rtf(script: &Script) -> Vec<u8> {
    let mut body = String::from(r"{\rtf1\ansi\ansicpg936\deff0\uc1{\fonttbl{\f0\fnil\fcharset134 SimSun;}}");
    write!(body, r"{{\info{{\title {}}}}}", rtf_escaped(&script.title)).expect(INFALLIBLE);
    for (at, chapter) in script.chapters().iter().enumerate() {
        let page = if at == 0 { "" } else { r"\page" };
        let heading = rtf_escaped(&chapter.heading);
        writeln!(body, "{page}\\pard\\f0\\b\\fs32 {heading}\\b0\\par").expect(INFALLIBLE);
        for paragraph in &chapter.paragraphs {
            writeln!(body, "\\pard\\fi480\\fs24 {}\\par", rtf_escaped(paragraph)).expect(INFALLIBLE);
        }
    }
    body.push('}');
    body.into_bytes()
}

/// Signs beyond ASCII as `\uN?`, where N is a signed 16-bit number.
fn rtf_escaped(text: &str) -> String {
    let mut escaped = String::new();
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(sign @ (b'\\' | b'{' | b'}')) => write!(escaped, "\\{}", char::from(sign)).expect(INFALLIBLE),
            Ok(sign) if sign.is_ascii() => escaped.push(char::from(sign)),
            _ => write!(escaped, "\\u{}?", unit.cast_signed()).expect(INFALLIBLE),
        }
    }
    escaped
}

/// A line of subtitles with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cue {
    /// Milliseconds from the beginning.
    pub(crate) start_ms: u32,
    /// Milliseconds from the beginning.
    pub(crate) end_ms: u32,
    /// What is said.
    pub(crate) text: String,
}

/// Spreads sentences evenly over a stretch of time; each is shown for `each_ms`, and what does not fit is left out.
pub(crate) fn cues(sentences: Vec<String>, each_ms: u32, length_ms: u32) -> Vec<Cue> {
    let starts = (0..length_ms / each_ms).map(|at| at * each_ms);
    let timed = starts.zip(sentences);
    timed
        .map(|(start_ms, text)| Cue {
            start_ms,
            end_ms: start_ms + each_ms,
            text,
        })
        .collect()
}

/// Subtitles as SubRip.
pub(crate) fn srt(cues: &[Cue]) -> String {
    let block = |(number, cue): (usize, &Cue)| {
        let (start, end) = (clock(cue.start_ms, ','), clock(cue.end_ms, ','));
        format!("{number}\r\n{start} --> {end}\r\n{}\r\n\r\n", cue.text)
    };
    (1..).zip(cues).map(block).collect()
}

/// Subtitles as WebVTT.
pub(crate) fn vtt(cues: &[Cue]) -> String {
    let block = |cue: &Cue| {
        format!(
            "{} --> {}\n{}\n\n",
            clock(cue.start_ms, '.'),
            clock(cue.end_ms, '.'),
            cue.text
        )
    };
    let blocks: String = cues.iter().map(block).collect();
    format!("WEBVTT\n\n{blocks}")
}

/// Sentences as timed lyrics.
pub(crate) fn lrc(title: &str, cues: &[Cue]) -> String {
    let line = |cue: &Cue| {
        let (minutes, rest) = (cue.start_ms / 60_000, cue.start_ms % 60_000);
        format!(
            "[{minutes:02}:{:02}.{:02}]{}\r\n",
            rest / 1_000,
            rest % 1_000 / 10,
            cue.text
        )
    };
    let lines: String = cues.iter().map(line).collect();
    format!("[ti:{title}]\r\n{lines}")
}

fn clock(ms: u32, point: char) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{:03}", ms % 1_000)
}
