//! Office files as pages: LibreOffice, where it is installed, makes a PDF of them, which we can paint.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::TempDir;

use super::{
    external_tool::{self, ExternalTool},
    limits::{OFFICE, OFFICE_FILE_BYTES, ToolLimits},
};
use crate::domain::file::{ExtractionFault, Kind};

/// What the program is called where nobody names it.
const USUAL_NAME: &str = "soffice";
/// Slides that are hidden keep their numbers only if they are painted too.
const SLIDES: &str = r#"pdf:impress_pdf_Export:{"ExportHiddenSlides":{"type":"boolean","value":"true"}}"#;

/// Converts Office files into pages with LibreOffice.
#[derive(Debug, Clone)]
pub struct OfficeConverter {
    tool: ExternalTool,
    limits: ToolLimits,
}

impl OfficeConverter {
    /// The program at `chosen`, or the usual one on the search path where nothing is chosen; none where it is not there.
    pub fn find(exe: PathBuf, chosen: &Path) -> Option<Self> {
        Some(Self {
            tool: ExternalTool::find(exe, chosen, USUAL_NAME)?,
            limits: OFFICE,
        })
    }

    /// The same program with other patience.
    #[must_use]
    pub fn within(self, wall: Duration) -> Self {
        let limits = ToolLimits { wall, ..self.limits };
        Self { limits, ..self }
    }

    /// Makes a PDF of an Office file. Dropping the future kills all that was started.
    pub async fn pages(&self, source: fs::File, kind: Kind) -> Result<fs::File, ExtractionFault> {
        let size = source.metadata().map_err(|_| ExtractionFault::ReaderCrashed)?.len();
        if size > OFFICE_FILE_BYTES {
            return Err(ExtractionFault::MemoryLimit);
        }
        let name = format!("source.{}", super::sniff::label(kind));
        let folder = place(source, name.clone())
            .await
            .map_err(|_| ExtractionFault::ReaderCrashed)?;
        let arguments = arguments(folder.path(), &name, kind);
        self.tool.run(folder.path(), None, arguments, &self.limits).await?;
        fs::File::open(folder.path().join("out/source.pdf")).map_err(|_| ExtractionFault::ReaderCrashed)
    }
}

fn arguments(folder: &Path, source: &str, kind: Kind) -> Vec<String> {
    let path = |name: &str| folder.join(name).display().to_string();
    [
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--nologo",
        "--nofirststartwizard",
        // A profile of its own: with a shared one a second LibreOffice hands its work to the first and ends.
        &format!("-env:UserInstallation=file://{}", path("profile")),
        "--convert-to",
        if is_shown(kind) { SLIDES } else { "pdf" },
        "--outdir",
        &path("out"),
        &path(source),
    ]
    .map(str::to_owned)
    .into()
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
        let folder = external_tool::folder()?;
        io::copy(&mut source, &mut fs::File::create(folder.path().join(name))?)?;
        Ok(folder)
    });
    placing.await.map_err(io::Error::other)?
}
