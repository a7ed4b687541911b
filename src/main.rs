//! The program: a reading child when started as one, else the service.

use std::process::ExitCode;

use gongxue::extract::child;

fn main() -> ExitCode {
    child::dispatch().unwrap_or(ExitCode::SUCCESS)
}
