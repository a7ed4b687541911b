//! Settings of hearing what is said in films.

use std::path::PathBuf;
use std::time::Duration;

use super::SettingVisitor;

/// Section `[speech]`: a program of the machine hears what is said in films, under these limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeechSettings {
    /// The program; empty: what is said without subtitles is not heard.
    pub program: PathBuf,
    /// Its arguments, parted by spaces, with the places that docs/speech.md names.
    pub arguments: String,
    /// Its model, a file or a folder; empty where it needs none.
    pub model: PathBuf,
    /// The language that it is told to expect.
    pub language: String,
    /// How long it may take for one film.
    pub time_limit_secs: u64,
    /// Memory that it may take.
    pub memory_limit_mb: u64,
    /// What it may answer.
    pub output_limit_mb: u64,
    /// The longest film that is heard.
    pub film_limit_minutes: u64,
}

impl Default for SpeechSettings {
    fn default() -> Self {
        Self {
            program: PathBuf::new(),
            arguments: "-m {model} -l {language} -t 1 -f {input} -ovtt -of {stem}".to_owned(),
            model: PathBuf::new(),
            language: "zh".to_owned(),
            time_limit_secs: 21_600,
            memory_limit_mb: 4096,
            output_limit_mb: 16,
            film_limit_minutes: 240,
        }
    }
}

impl SpeechSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("speech.program", &mut self.program);
        visit("speech.arguments", &mut self.arguments);
        visit("speech.model", &mut self.model);
        visit("speech.language", &mut self.language);
        visit("speech.time_limit_secs", &mut self.time_limit_secs);
        visit("speech.memory_limit_mb", &mut self.memory_limit_mb);
        visit("speech.output_limit_mb", &mut self.output_limit_mb);
        visit("speech.film_limit_minutes", &mut self.film_limit_minutes);
    }

    /// [`SpeechSettings::time_limit_secs`] as a span of time.
    pub fn time_limit(&self) -> Duration {
        Duration::from_secs(self.time_limit_secs)
    }

    /// [`SpeechSettings::film_limit_minutes`] as a span of time.
    pub fn film_limit(&self) -> Duration {
        Duration::from_secs(self.film_limit_minutes.saturating_mul(60))
    }
}
