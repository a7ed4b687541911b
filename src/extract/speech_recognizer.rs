//! What is said in films: ffmpeg takes the sound out of one, a program of the machine hears it and writes subtitles.
//!
//! Any program does that reads a WAV of 16 kHz with one channel and writes WebVTT, into the file that it is told or on its
//! standard output. It is locked in like ffmpeg, and what it writes is read by a child, as if a stranger had sent it.

use std::{
    fs,
    io::{self, Read as _},
    os::unix::process::ExitStatusExt as _,
    path::{self, Path, PathBuf},
    time::Duration,
};

use super::{
    Extractor,
    external_tool::{self, ExternalTool, STDOUT_FILE},
    film_maker,
    limits::{SOUND, SOUND_BYTES_PER_SECOND, SPEECH_OPEN_FILES, ToolLimits},
};
use crate::domain::{
    file::{ExtractionFault, Kind},
    passage::Locator,
    speech::{SpeechFault, SpokenLine, in_order},
};

/// The sound that the program hears, in its folder.
const SOUND_FILE: &str = "sound.wav";
/// What it writes, without its ending and with it.
const STEM: &str = "heard";
const OUTPUT_FILE: &str = "heard.vtt";
/// How every WebVTT begins.
const MARK: &[u8] = b"WEBVTT";
/// The head of a WAV and what programs write into it.
const HEAD_BYTES: u64 = 4_096;
/// Processors that the program may keep busy at once: its time is counted over all of them.
const PROCESSORS: u32 = 16;

/// The program that hears, and what it may cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpeechChoice {
    /// The program.
    pub program: PathBuf,
    /// ffmpeg; empty means the one on the search path.
    pub film_program: PathBuf,
    /// Its arguments, parted by spaces, with `{input}`, `{output}`, `{stem}`, `{model}` and `{language}`.
    pub arguments: String,
    /// A file or a folder that it reads; empty where it needs none.
    pub model: PathBuf,
    /// The language to expect.
    pub language: String,
    /// How long it may take for a film.
    pub time: Duration,
    /// Address space that it may take, in bytes.
    pub memory_bytes: u64,
    /// Bytes that it may answer.
    pub output_bytes: u64,
    /// The longest film that is heard.
    pub longest: Duration,
}

/// Hears what is said in films.
#[derive(Debug, Clone)]
pub struct SpeechRecognizer {
    extractor: Extractor,
    sound: ExternalTool,
    program: ExternalTool,
    choice: SpeechChoice,
}

impl SpeechRecognizer {
    /// A machine that hears; none where no program is chosen, or it or ffmpeg is not there.
    pub fn find(extractor: &Extractor, mut choice: SpeechChoice) -> Option<Self> {
        if choice.program.as_os_str().is_empty() {
            return None;
        }
        if !choice.model.as_os_str().is_empty() {
            // The program is started in a folder of its own.
            choice.model = path::absolute(choice.model).ok()?;
        }
        let sound = ExternalTool::find(extractor.exe.clone(), &choice.film_program, film_maker::USUAL_NAME)?;
        let program = ExternalTool::find(extractor.exe.clone(), &choice.program, "")?;
        let program = match choice.model.as_os_str().is_empty() {
            true => program,
            false => program.reading(choice.model.clone()),
        };
        Some(Self {
            extractor: extractor.clone(),
            sound,
            program,
            choice,
        })
    }

    /// What hears: the name of its model, or its own where it has none.
    pub fn name(&self) -> String {
        let name = |path: &Path| path.file_stem().map(|name| name.to_string_lossy().into_owned());
        let named = name(&self.choice.model).or_else(|| name(&self.choice.program));
        named.unwrap_or_default()
    }

    /// Hears a film. Dropping the future kills all that was started.
    pub async fn hear(&self, film: &fs::File) -> Result<Vec<SpokenLine>, SpeechFault> {
        let folder = external_tool::folder().map_err(|_| SpeechFault::ProgramFailed)?;
        let folder = folder.path();
        self.take_sound(film, folder).await?;
        let answer = self.ask(folder).await?;
        spoken_lines(&self.extractor, answer).await
    }

    /// Writes the sound of a film as the program wants it, a second longer than is heard at most.
    async fn take_sound(&self, film: &fs::File, folder: &Path) -> Result<(), SpeechFault> {
        let longest = self.choice.longest.as_secs();
        let arguments = film_maker::words(&format!(
            "{} -i {} -map 0:a:0 -vn -sn -dn -ac 1 -ar 16000 -c:a pcm_s16le -map_metadata -1 -t {} -f wav {SOUND_FILE}",
            film_maker::opening(),
            film_maker::SOURCE,
            longest.saturating_add(1),
        ));
        let source = film_maker::again(film).map_err(|_| SpeechFault::ProgramFailed)?;
        let ended = self.sound.run(folder, Some(source), arguments, &SOUND).await;
        ended.map_err(fault_of)?;
        let bytes = fs::metadata(folder.join(SOUND_FILE)).map_or(0, |about| about.len());
        if bytes <= HEAD_BYTES {
            return Err(SpeechFault::NoSound);
        }
        let most = longest
            .saturating_mul(SOUND_BYTES_PER_SECOND)
            .saturating_add(HEAD_BYTES);
        if bytes > most {
            Err(SpeechFault::FilmTooLong)
        } else {
            Ok(())
        }
    }

    /// Has the program hear it, and opens what it answers.
    async fn ask(&self, folder: &Path) -> Result<fs::File, SpeechFault> {
        let limits = ToolLimits {
            memory_bytes: self.choice.memory_bytes,
            cpu: self.choice.time * PROCESSORS,
            wall: self.choice.time,
            output_bytes: self.choice.output_bytes,
            open_files: SPEECH_OPEN_FILES,
        };
        let ended = self
            .program
            .run_to_end(folder, None, self.arguments(folder), &limits)
            .await;
        let status = ended.map_err(fault_of)?;
        if !status.success() {
            tracing::info!("the program that hears ended with {status}");
        }
        if status.signal() == Some(libc::SIGXCPU) {
            return Err(SpeechFault::OutOfTime);
        }
        let answer = answer_in(folder, self.choice.output_bytes)?;
        // Half an answer looks like a whole one.
        if status.success() {
            Ok(answer)
        } else {
            Err(SpeechFault::ProgramFailed)
        }
    }

    fn arguments(&self, folder: &Path) -> Vec<String> {
        let path = |name: &str| folder.join(name).display().to_string();
        let places = [
            ("{input}", path(SOUND_FILE)),
            ("{output}", path(OUTPUT_FILE)),
            ("{stem}", path(STEM)),
            ("{model}", self.choice.model.display().to_string()),
            ("{language}", self.choice.language.clone()),
        ];
        // After it is parted: a path may hold spaces.
        let filled = film_maker::words(&self.choice.arguments).into_iter().map(|argument| {
            let fill = |argument: String, (place, value): &(&str, String)| argument.replace(place, value);
            places.iter().fold(argument, fill)
        });
        filled.collect()
    }
}

/// Reads subtitles in a child, as those of strangers are read.
pub async fn spoken_lines(extractor: &Extractor, answer: fs::File) -> Result<Vec<SpokenLine>, SpeechFault> {
    let is_subtitles = begins_with_mark(&answer).map_err(|_| SpeechFault::ProgramFailed)?;
    let mut lines = Vec::new();
    let take = |passage: crate::domain::passage::Passage| {
        if let Locator::Time { start_ms, end_ms } = passage.locator {
            lines.push(SpokenLine {
                start_ms,
                end_ms,
                text: passage.text.replace('\n', " "),
                corrected: false,
            });
        }
    };
    let read = extractor.cues(answer, Kind::Vtt, take).await;
    // Where nobody speaks, the mark stands alone.
    if !is_subtitles || read.report.fault.is_some() {
        return Err(SpeechFault::NoSubtitles);
    }
    if read.report.truncated {
        return Err(SpeechFault::AnswerTooLarge);
    }
    Ok(in_order(lines))
}

/// The file that the program was to write, else what it said on its standard output.
fn answer_in(folder: &Path, most: u64) -> Result<fs::File, SpeechFault> {
    let mut is_too_large = false;
    for name in [OUTPUT_FILE, STDOUT_FILE] {
        let path = folder.join(name);
        // A link would lead to what the program itself may not read.
        let Ok(about) = fs::symlink_metadata(&path) else {
            continue;
        };
        is_too_large |= about.len() >= most;
        if about.is_file() && (1..most).contains(&about.len()) {
            return fs::File::open(path).map_err(|_| SpeechFault::ProgramFailed);
        }
    }
    Err(if is_too_large {
        SpeechFault::AnswerTooLarge
    } else {
        SpeechFault::ProgramFailed
    })
}

/// Whether a file begins as WebVTT does. Its position is moved; whoever reads it next begins by itself.
fn begins_with_mark(file: &fs::File) -> io::Result<bool> {
    use std::io::Seek as _;
    let mut head = Vec::new();
    let mut file = file.try_clone()?;
    (&mut file).take(64).read_to_end(&mut head)?;
    file.rewind()?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    Ok(head.starts_with(MARK))
}

fn fault_of(fault: ExtractionFault) -> SpeechFault {
    match fault {
        ExtractionFault::TimeLimit => SpeechFault::OutOfTime,
        _ => SpeechFault::ProgramFailed,
    }
}
