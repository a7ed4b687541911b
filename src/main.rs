//! The program: a reading child when started as one, else the command line.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use gongxue::{cli, extract};

/// The size from which glibc gives freed memory back at once.
///
/// Left alone, glibc raises it with the first large block that is freed, and from then on keeps what indexing and
/// reading once needed: the sample library at rest held 460 MiB, with this 56. Blocks of downloads stay below it.
const MMAP_THRESHOLD: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "524288");

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
    let (name, value) = MMAP_THRESHOLD;
    if !cfg!(target_env = "gnu") || env::var_os(name).is_some() {
        return;
    }
    let mut arguments = env::args_os();
    // By its own path, so that it goes on under its own name.
    let Ok(program) = env::current_exe() else { return };
    let mut again = Command::new(program);
    again
        .arg0(arguments.next().unwrap_or_default())
        .args(arguments)
        .env(name, value);
    // Comes back only if it failed; then we go on as we are.
    let _ = again.exec();
}
