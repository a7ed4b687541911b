//! Settings of the database, the object store and the index.

use std::path::PathBuf;
use std::time::Duration;

use super::SettingVisitor;
use super::url::SecretUrl;

/// Section `[database]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// `sqlite:` or `postgres:` address; empty means a SQLite file under `data_dir`.
    pub url: SecretUrl,
    /// Connections kept to the database.
    pub max_connections: u32,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: SecretUrl::default(),
            max_connections: 16,
        }
    }
}

impl DatabaseSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("database.url", &mut self.url);
        visit("database.max_connections", &mut self.max_connections);
    }
}

/// Section `[storage]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageSettings {
    /// `file:///…` or `s3://bucket/prefix`; empty means `objects` under `data_dir`.
    pub url: SecretUrl,
    /// Whether downloads from S3 are sent to a presigned address instead of passing through this service.
    pub redirect_downloads: bool,
    /// Uploads are refused when the disk has less room than this left.
    pub min_free_bytes: u64,
    /// How long an object that no row names is kept.
    pub orphan_grace_hours: u64,
    /// Bytes a second at most that the rolling scrub reads; 0: it does not run.
    pub scrub_bytes_per_sec: u64,
    /// For how many days the store keeps the rows of each day; 0: it keeps none.
    pub keep_rows_days: u32,
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self {
            url: SecretUrl::default(),
            redirect_downloads: false,
            min_free_bytes: 1 << 30,
            orphan_grace_hours: 24,
            scrub_bytes_per_sec: 32 << 20,
            keep_rows_days: 7,
        }
    }
}

impl StorageSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("storage.url", &mut self.url);
        visit("storage.redirect_downloads", &mut self.redirect_downloads);
        visit("storage.min_free_bytes", &mut self.min_free_bytes);
        visit("storage.orphan_grace_hours", &mut self.orphan_grace_hours);
        visit("storage.scrub_bytes_per_sec", &mut self.scrub_bytes_per_sec);
        visit("storage.keep_rows_days", &mut self.keep_rows_days);
    }

    /// How many daily states of the rows the store keeps, if any.
    pub fn keep_rows(&self) -> Option<usize> {
        (self.keep_rows_days > 0).then_some(self.keep_rows_days as usize)
    }

    /// [`StorageSettings::orphan_grace_hours`] as a span of time.
    pub fn orphan_grace(&self) -> Duration {
        super::hours(self.orphan_grace_hours)
    }
}

/// Section `[search]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchSettings {
    /// Folder of the index; empty means `index` under `data_dir`.
    pub dir: PathBuf,
}

impl SearchSettings {
    pub(super) fn each(&mut self, visit: &mut SettingVisitor<'_>) {
        visit("search.dir", &mut self.dir);
    }
}
