//! What a process and a folder hold, and how times are summed up.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// The memory of a process that nobody else could use: what it allocated itself, and all it has in memory together with
/// the pages of files that it maps, in MiB.
pub(crate) fn memory(process: &str) -> Result<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let mib = |name: &str| -> Result<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.split_whitespace().next());
        Ok(kib
            .with_context(|| format!("no {name} for process {process}"))?
            .parse::<u64>()?
            >> 10)
    };
    Ok((mib("RssAnon:")?, mib("VmRSS:")?))
}

/// Bytes of everything in a folder, in MB.
pub(crate) fn size_of(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    let bytes: u64 = files
        .filter_map(|entry| entry.metadata().ok())
        .filter(fs::Metadata::is_file)
        .map(|facts| facts.len())
        .sum();
    bytes / 1_000_000
}

/// The time below which so many of a hundred stay, in milliseconds.
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let at = times.len() * percent / 100;
    times.get(at.min(times.len() - 1)).map_or(0.0, Duration::as_secs_f64) * 1000.0
}
