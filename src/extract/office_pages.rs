//! Office files as pages: LibreOffice, where it is installed, makes a PDF of them, which we can paint.
//!
//! It is a large program that reads strangers' files, so it gets less than our own readers would: a folder of its own,
//! a process group that is killed as one, limits, a disk of which it sees only itself, and no network.

use std::{
    env, fs, io,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::time::timeout;

use super::{
    limits::{OFFICE_CPU, OFFICE_FILE_BYTES, OFFICE_WALL},
    sandbox,
    wire::OFFICE,
};
use crate::domain::file::{Fault, Kind};

/// What the program is called where nobody names it.
const USUAL_NAME: &str = "soffice";
/// Slides that are hidden keep their numbers only if they are painted too.
const SLIDES: &str = r#"pdf:impress_pdf_Export:{"ExportHiddenSlides":{"type":"boolean","value":"true"}}"#;

/// The program that makes pages of Office files.
#[derive(Debug, Clone)]
pub struct Office {
    /// This very binary, which locks the program in.
    exe: PathBuf,
    program: PathBuf,
    wall: Duration,
}

/// What the locked child is to start.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OfficeOrder {
    program: PathBuf,
    folder: PathBuf,
    source: String,
    form: String,
}

impl Office {
    /// The program at `chosen`, or the usual one on the search path where nothing is chosen; none where it is not there.
    pub fn find(exe: PathBuf, chosen: &Path) -> Option<Self> {
        let program = if chosen.as_os_str().is_empty() {
            let folders = env::var_os("PATH")?;
            env::split_paths(&folders)
                .map(|folder| folder.join(USUAL_NAME))
                .find(|path| path.is_file())?
        } else {
            chosen.to_owned()
        };
        program.is_file().then_some(Self {
            exe,
            program,
            wall: OFFICE_WALL,
        })
    }

    /// The same program with less patience.
    #[must_use]
    pub fn within(self, wall: Duration) -> Self {
        Self { wall, ..self }
    }

    /// Makes a PDF of an Office file. Dropping the future kills all that was started.
    pub async fn pages(&self, source: fs::File, kind: Kind) -> Result<fs::File, Fault> {
        let size = source.metadata().map_err(|_| Fault::ReaderCrashed)?.len();
        if size > OFFICE_FILE_BYTES {
            return Err(Fault::MemoryLimit);
        }
        let name = format!("source.{}", super::sniff::label(kind));
        let folder = place(source, name.clone()).await.map_err(|_| Fault::ReaderCrashed)?;
        let order = OfficeOrder {
            program: self.program.clone(),
            folder: folder.path().to_owned(),
            source: name,
            form: if is_shown(kind) { SLIDES } else { "pdf" }.to_owned(),
        };
        self.run(&order).await?;
        // Whatever it said: the pages are there or they are not.
        fs::File::open(folder.path().join("out/source.pdf")).map_err(|_| Fault::ReaderCrashed)
    }

    async fn run(&self, order: &OfficeOrder) -> Result<(), Fault> {
        let order = serde_json::to_string(order).map_err(|_| Fault::ReaderCrashed)?;
        let mut child = tokio::process::Command::new(&self.exe)
            .arg(OFFICE)
            .arg(order)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|_| Fault::ReaderCrashed)?;
        let _group = Group::of(&child);
        match timeout(self.wall, child.wait()).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Fault::TimeLimit),
        }
    }
}

/// Whether files of a kind can be turned into pages.
pub fn has_pages(kind: Kind) -> bool {
    let is_text = matches!(kind, Kind::Docx | Kind::Doc | Kind::Odt | Kind::Rtf);
    is_shown(kind) || is_text || matches!(kind, Kind::Xlsx | Kind::Xls | Kind::Ods)
}

fn is_shown(kind: Kind) -> bool {
    matches!(kind, Kind::Pptx | Kind::Ppt | Kind::Odp)
}

/// Copies the file into a folder of its own, where the program may do as it likes.
async fn place(mut source: fs::File, name: String) -> io::Result<TempDir> {
    let placing = tokio::task::spawn_blocking(move || {
        let folder = tempfile::Builder::new().prefix("gongxue-office").tempdir()?;
        io::copy(&mut source, &mut fs::File::create(folder.path().join(name))?)?;
        Ok(folder)
    });
    placing.await.map_err(io::Error::other)?
}

/// A process with all its descendants; they end when this goes.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &tokio::process::Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // An error means that nobody is left.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Becomes the program, locked in; returns only if that fails.
pub(crate) fn become_it(order: &OfficeOrder) -> anyhow::Result<()> {
    sandbox::enter_around(&order.program, &order.folder, OFFICE_CPU)?;
    let folder = &order.folder;
    let error = Command::new(&order.program)
        .args([
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--nodefault",
            "--nologo",
            "--nofirststartwizard",
        ])
        .arg(format!("-env:UserInstallation=file://{}/profile", folder.display()))
        .args(["--convert-to", &order.form, "--outdir"])
        .arg(folder.join("out"))
        .arg(folder.join(&order.source))
        .current_dir(folder)
        .env("HOME", folder)
        .env("TMPDIR", folder)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .env("SAL_USE_VCLPLUGIN", "svp")
        .exec();
    Err(error.into())
}
