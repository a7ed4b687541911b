//! External tools (LibreOffice, ffmpeg) that work on strangers' files.
//!
//! Such a program gets less than our own readers would: a folder of its own, a process group that is killed as one,
//! limits, a disk of which it sees only itself, and no network. Our own binary is started first, locks itself in, and then
//! becomes the program.

use std::{
    env, fs, io,
    os::unix::process::CommandExt as _,
    path::{self, Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::time::timeout;

use super::{limits::ToolLimits, protocol::TOOL, sandbox};
use crate::domain::file::ExtractionFault;

/// The file in its folder that a program's standard output goes to.
pub(crate) const STDOUT_FILE: &str = "said";

/// An external program, and the binary that locks it in.
#[derive(Debug, Clone)]
pub(crate) struct ExternalTool {
    /// This very binary.
    exe: PathBuf,
    pub(crate) program: PathBuf,
    /// What it may read besides the system and its own folder: its models.
    reads: Vec<PathBuf>,
}

/// The command line that the locked child executes, with its limits.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ToolCommand {
    program: PathBuf,
    folder: PathBuf,
    reads: Vec<PathBuf>,
    arguments: Vec<String>,
    limits: ToolLimits,
}

impl ExternalTool {
    /// The program at `chosen`, or one of the usual name on the search path where nothing is chosen; none where it is not
    /// there.
    pub(crate) fn find(exe: PathBuf, chosen: &Path, usual_name: &str) -> Option<Self> {
        let program = if chosen.as_os_str().is_empty() {
            let folders = env::var_os("PATH")?;
            env::split_paths(&folders)
                .map(|folder| folder.join(usual_name))
                .find(|path| path.is_file())?
        } else {
            // It is started in a folder of its own.
            path::absolute(chosen).ok()?
        };
        program.is_file().then_some(Self {
            exe,
            program,
            reads: Vec::new(),
        })
    }

    /// The same program, which may read a file or a folder more.
    pub(crate) fn reading(mut self, path: PathBuf) -> Self {
        self.reads.push(path);
        self
    }

    /// Runs it in a folder, with a file as its standard input if there is one. What it says of its own success is worth
    /// little: the files it was to make are there or they are not. Dropping the future kills all that was started.
    pub(crate) async fn run(
        &self,
        folder: &Path,
        input: Option<fs::File>,
        arguments: Vec<String>,
        limits: &ToolLimits,
    ) -> Result<(), ExtractionFault> {
        self.run_to_end(folder, input, arguments, limits).await.map(drop)
    }

    /// The same, and how it ended.
    pub(crate) async fn run_to_end(
        &self,
        folder: &Path,
        input: Option<fs::File>,
        arguments: Vec<String>,
        limits: &ToolLimits,
    ) -> Result<ExitStatus, ExtractionFault> {
        let command = ToolCommand {
            program: self.program.clone(),
            folder: folder.to_owned(),
            reads: self.reads.clone(),
            arguments,
            limits: limits.clone(),
        };
        let crashed = |_| ExtractionFault::ReaderCrashed;
        let command = serde_json::to_string(&command).map_err(|_| ExtractionFault::ReaderCrashed)?;
        let stdout = fs::File::create(folder.join(STDOUT_FILE)).map_err(crashed)?;
        let mut child = tokio::process::Command::new(&self.exe)
            .arg(TOOL)
            .arg(command)
            // Passwords of database and store come to us by environment.
            .env_clear()
            .stdin(input.map_or_else(Stdio::null, Stdio::from))
            .stdout(stdout)
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(crashed)?;
        let _group = ProcessGroup::of(&child);
        match timeout(limits.wall, child.wait()).await {
            Ok(ended) => ended.map_err(crashed),
            Err(_) => Err(ExtractionFault::TimeLimit),
        }
    }
}

/// A folder for a program to work in; it goes with what it holds.
pub(crate) fn folder() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("gongxue-tool").tempdir()
}

/// The captured standard output of a program, at most `max` bytes of it.
pub(crate) fn captured_stdout(folder: &Path, max: u64) -> io::Result<Vec<u8>> {
    use io::Read as _;
    let mut bytes = Vec::new();
    fs::File::open(folder.join(STDOUT_FILE))?
        .take(max)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A process with all its descendants; they end when this goes.
struct ProcessGroup(Option<Pid>);

impl ProcessGroup {
    fn of(child: &tokio::process::Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // An error means that nobody is left.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Enters the sandbox and executes the program in place of this process; returns only if that fails.
pub(crate) fn exec_sandboxed(command: &ToolCommand) -> anyhow::Result<()> {
    sandbox::enter_around(&command.program, &command.folder, &command.reads, &command.limits)?;
    let error = Command::new(&command.program)
        .args(&command.arguments)
        .current_dir(&command.folder)
        .env("HOME", &command.folder)
        .env("TMPDIR", &command.folder)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .env("SAL_USE_VCLPLUGIN", "svp")
        .exec();
    Err(error.into())
}
