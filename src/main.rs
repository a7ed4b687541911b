//! The program: a reading child when started as one, else the command line.

use std::process::ExitCode;

use gongxue::{cli, extract};

fn main() -> ExitCode {
    // Before anything else: a child locks itself in before it touches what it was given.
    if let Some(code) = extract::child::dispatch() {
        return code;
    }
    actix_web::rt::System::new().block_on(cli::run())
}
