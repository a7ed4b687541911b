//! Settings of uploads and of reading files.

use std::path::PathBuf;
use std::time::Duration;

use toml::Value;

use super::SettingVisitor;
use super::fault::InvalidValue;
use super::setting::{Setting, SettingKind};

/// Section `[uploads]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadSettings {
    /// The largest file that is taken.
    pub max_file_bytes: u64,
    /// Files that one resource may hold.
    pub max_files_per_resource: u64,
    /// How long an unfinished upload waits for its next byte.
    pub expire_hours: u64,
    /// What one school may keep altogether; 0 means no limit.
    pub school_quota_bytes: u64,
    /// Whether an upload may go on at another process than where it began.
    pub shared: SharingSettings,
}

/// Whether several processes share their unfinished uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SharingSettings {
    /// Where the database is a server, which several processes can reach.
    #[default]
    Auto,
    /// They do.
    Always,
    /// They do not: an upload goes on where it began.
    Never,
}

impl SharingSettings {
    const NAMES: [(Self, &str); 3] = [(Self::Auto, "auto"), (Self::Always, "always"), (Self::Never, "never")];
}

impl Setting for SharingSettings {
    fn kind(&self) -> SettingKind {
        SettingKind::Text
    }

    fn set(&mut self, text: &str) -> Result<(), InvalidValue> {
        let named = Self::NAMES.into_iter().find(|(_, name)| *name == text.trim());
        let (sharing, _) = named.ok_or_else(|| {
            InvalidValue::new(
                format!("“{text}”不是 auto、always 或 never"),
                format!("`{text}` is none of auto, always and never"),
            )
        })?;
        *self = sharing;
        Ok(())
    }

    fn show(&self) -> Value {
        let named = Self::NAMES.into_iter().find(|(sharing, _)| sharing == self);
        Value::String(named.map_or_else(String::new, |(_, name)| name.to_owned()))
    }
}

impl Default for UploadSettings {
    fn default() -> Self {
        Self {
            max_file_bytes: 10 << 30,
            max_files_per_resource: 20_000,
            expire_hours: 168,
            school_quota_bytes: 0,
            shared: SharingSettings::Auto,
        }
    }
}

impl UploadSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("uploads.max_file_bytes", &mut self.max_file_bytes);
        visit("uploads.max_files_per_resource", &mut self.max_files_per_resource);
        visit("uploads.expire_hours", &mut self.expire_hours);
        visit("uploads.school_quota_bytes", &mut self.school_quota_bytes);
        visit("uploads.shared", &mut self.shared);
    }

    /// [`UploadSettings::expire_hours`] as a span of time.
    pub fn expire(&self) -> Duration {
        super::hours(self.expire_hours)
    }

    /// What one school may keep, when there is a limit.
    pub fn school_quota(&self) -> Option<u64> {
        (self.school_quota_bytes > 0).then_some(self.school_quota_bytes)
    }
}

/// Section `[extract]`: each file is read in a child process under these limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractSettings {
    /// Files read at the same time; 0 means one per core (see [`ExtractSettings::worker_count`]).
    pub workers: u32,
    /// How long the reading of one file may take.
    pub time_limit_secs: u64,
    /// Memory the reader of one file may take.
    pub memory_limit_mb: u64,
    /// How much text one file may yield.
    pub output_limit_mb: u64,
    /// LibreOffice's program; empty means the one on the search path.
    pub office_program: PathBuf,
    /// ffmpeg's program, with ffprobe beside it; empty means the one on the search path.
    pub film_program: PathBuf,
    /// Whether such programs run where the kernel cannot keep them from the library's own files.
    pub allow_unlocked_programs: bool,
}

impl Default for ExtractSettings {
    fn default() -> Self {
        Self {
            workers: 0,
            time_limit_secs: 60,
            memory_limit_mb: 1024,
            output_limit_mb: 64,
            office_program: PathBuf::new(),
            film_program: PathBuf::new(),
            allow_unlocked_programs: false,
        }
    }
}

impl ExtractSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("extract.workers", &mut self.workers);
        visit("extract.time_limit_secs", &mut self.time_limit_secs);
        visit("extract.memory_limit_mb", &mut self.memory_limit_mb);
        visit("extract.output_limit_mb", &mut self.output_limit_mb);
        visit("extract.office_program", &mut self.office_program);
        visit("extract.film_program", &mut self.film_program);
        visit("extract.allow_unlocked_programs", &mut self.allow_unlocked_programs);
    }

    /// The number of readers to run at once: what was set, or one per core.
    pub fn worker_count(&self) -> usize {
        super::or_cores(self.workers)
    }

    /// [`ExtractSettings::time_limit_secs`] as a span of time.
    pub fn time_limit(&self) -> Duration {
        Duration::from_secs(self.time_limit_secs)
    }

    /// [`ExtractSettings::memory_limit_mb`] in bytes.
    pub fn memory_limit_bytes(&self) -> usize {
        super::mebibytes(self.memory_limit_mb)
    }

    /// [`ExtractSettings::output_limit_mb`] in bytes.
    pub fn output_limit_bytes(&self) -> usize {
        super::mebibytes(self.output_limit_mb)
    }
}
