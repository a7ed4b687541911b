//! The program: a reading child when started as one, else the command line.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use gongxue::{cli, extract};

/// From which size on glibc gives freed memory back at once, and how much of it a thread may keep.
///
/// Left alone, glibc raises both with the first large block that is freed, and from then on keeps what indexing and
/// reading once needed: the sample library at rest held 460 MiB, with these 60. The pieces of a download stay below both;
/// with less to keep, each of them is asked for anew, at three times the processor time.
const MEMORY: [(&str, &str); 2] = [
    ("MALLOC_MMAP_THRESHOLD_", "524288"),
    ("MALLOC_TRIM_THRESHOLD_", "4194304"),
];

fn main() -> ExitCode {
    // Before anything else: a child locks itself in before it touches what it was given.
    if let Some(code) = extract::child::dispatch() {
        return code;
    }
    give_memory_back();
    actix_web::rt::System::new().block_on(cli::run())
}

/// glibc listens only before the process begins, so the program starts itself once more, in the same process.
fn give_memory_back() {
    // Then this is the second beginning, or somebody has chosen otherwise.
    let is_set = MEMORY.iter().any(|(name, _)| env::var_os(name).is_some());
    if !cfg!(target_env = "gnu") || is_set {
        return;
    }
    let mut arguments = env::args_os();
    // By its own path, so that it goes on under its own name.
    let Ok(program) = env::current_exe() else { return };
    let mut again = Command::new(program);
    again
        .arg0(arguments.next().unwrap_or_default())
        .args(arguments)
        .envs(MEMORY);
    // Comes back only if it failed; then we go on as we are.
    let _ = again.exec();
}
