//! Progress line on standard error while a backup or a restore runs; only on a terminal.

use std::cell::Cell;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::backup::SHARDS;
use crate::library::operations::backup::BackupProgress;
use crate::words::sizes::size;

/// Rows between two updates of the line.
const ROWS: u64 = 1_000;

/// What is shown.
pub(super) struct ProgressLine {
    bar: ProgressBar,
    copied: Cell<u64>,
}

impl ProgressLine {
    /// Shows that something begins.
    pub(super) fn start() -> Self {
        let bar = ProgressBar::with_draw_target(Some(u64::from(SHARDS)), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}");
        bar.set_style(style.expect("the template is one"));
        Self {
            bar,
            copied: Cell::new(0),
        }
    }

    /// Shows a step.
    pub(super) fn tell(&self, step: BackupProgress<'_>) {
        match step {
            BackupProgress::Rows(table, rows) if rows % ROWS == 0 => self.bar.set_message(format!("{table}: {rows}")),
            BackupProgress::Rows(..) => {}
            BackupProgress::Shards(done) => self.bar.set_position(done.into()),
            BackupProgress::Object(bytes) => {
                self.copied.set(self.copied.get() + bytes);
                self.bar.set_message(size(self.copied.get()));
            }
        }
    }

    /// Takes it away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
