//! The program.

use std::process::ExitCode;

fn main() -> ExitCode {
    gongxue::extract::child::dispatch().unwrap_or(ExitCode::SUCCESS)
}
