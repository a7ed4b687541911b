//! What stands beside every number: how busy the machine was.

use std::fs;

use anyhow::Result;

/// Says how many cores there are and how busy they were in the last minute.
pub(crate) fn describe() -> Result<()> {
    let cores = std::thread::available_parallelism()?;
    let load = fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or_default();
    println!("{cores} cores, load {load}");
    Ok(())
}
