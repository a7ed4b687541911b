//! The parent's side: start a child, listen within limits, and say why it ended.

use std::{
    fs::File,
    io,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use serde::Serialize;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader},
    process::{Child, ChildStderr, ChildStdout, Command},
    time::timeout,
};

use super::{
    clean_text::count_characters,
    limits::{ExtractLimits, STDERR_BYTES},
    protocol::{CUES, ChildRequest, EXTRACT, MEMBER, Message, PageRequest, RENDER, SandboxStatus, TABLE, WORDS},
    table::ExtractedTable,
};
use crate::domain::{
    file::{ExtractionFault, ExtractionReport, ExtractionState, Kind},
    page::PageText,
    passage::{Locator, Passage},
};

/// Starts reading children.
#[derive(Debug, Clone)]
pub struct Extractor {
    /// The program to start as a child: this very binary.
    pub exe: PathBuf,
    /// What one reading may cost.
    pub limits: ExtractLimits,
}

/// The outcome of reading a document. The passages went to the caller one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractOutcome {
    /// What was found, and why it stopped where it did.
    pub report: ExtractionReport,
    /// The file's state from now on: `Ready`, `NoText` or `Failed`.
    pub state: ExtractionState,
    /// The pages whose text stands in their pictures alone, in order.
    pub pictures: Vec<u32>,
}

impl Extractor {
    /// Reads with the program that is running now, even after its file was replaced by an upgrade.
    pub fn of_this_program(limits: ExtractLimits) -> Self {
        let exe = PathBuf::from("/proc/self/exe");
        Self { exe, limits }
    }

    /// Reads a document in a child, handing each passage to `sink` as it comes.
    ///
    /// Never fails: whatever happens to the child is told in the report. Dropping the future kills the child.
    pub async fn extract(&self, file: File, kind: Kind, sink: impl FnMut(Passage)) -> ExtractOutcome {
        let mut listener = PassageListener::new(sink, self.limits.passages);
        let end = match self.start(EXTRACT, kind, file) {
            Ok(child) => self.attend(child, &mut listener).await,
            Err(error) => ChildEnd::crashed(format!("start a reading child: {error}")),
        };
        listener.conclude(end)
    }

    /// Reads subtitles, handing each to `sink` by itself.
    pub async fn cues(&self, file: File, kind: Kind, sink: impl FnMut(Passage)) -> ExtractOutcome {
        let mut listener = PassageListener::new(sink, self.limits.passages);
        let end = match self.start(CUES, kind, file) {
            Ok(child) => self.attend(child, &mut listener).await,
            Err(error) => ChildEnd::crashed(format!("start a reading child: {error}")),
        };
        listener.conclude(end)
    }

    /// Begins to unpack a member of an archive. Its bytes come as they are taken; dropping them ends the child.
    pub async fn member(&self, file: File, path: &str) -> Result<MemberStream, ExtractionFault> {
        let mut child = self
            .start(MEMBER, path, file)
            .map_err(|_| ExtractionFault::ReaderCrashed)?;
        let mut output = BufReader::new(child.stdout.take().ok_or(ExtractionFault::ReaderCrashed)?);
        let mut line = Vec::new();
        let heard = timeout(self.limits.wall, output.read_until(b'\n', &mut line)).await;
        heard
            .map_err(|_| ExtractionFault::TimeLimit)?
            .map_err(|_| ExtractionFault::ReaderCrashed)?;
        match serde_json::from_slice(&line) {
            Ok(Message::Member(size)) => Ok(MemberStream { size, child, output }),
            _ => Err(fault_in(&line)),
        }
    }

    /// Paints a page of a PDF as a JPEG of about `width` pixels.
    pub async fn render_page(&self, file: File, page: u32, width: u32) -> Result<Vec<u8>, ExtractionFault> {
        let picture = self.answer(RENDER, PageRequest { page, width }, file).await?;
        if picture.starts_with(&JPEG_MAGIC) {
            Ok(picture)
        } else {
            Err(fault_in(&picture))
        }
    }

    /// The words of a page of a PDF, and where they stand.
    pub async fn page_text(&self, file: File, page: u32) -> Result<PageText, ExtractionFault> {
        let answer = self.answer(WORDS, page, file).await?;
        match serde_json::from_slice(&answer) {
            Ok(Message::Words(words)) => Ok(words),
            _ => Err(fault_in(&answer)),
        }
    }

    /// Reads a table that is to be imported.
    pub async fn table(&self, file: File) -> Result<ExtractedTable, ExtractionFault> {
        let answer = self.answer(TABLE, (), file).await?;
        // Megabytes of JSON, which would hold up every request of this thread.
        let parsing = tokio::task::spawn_blocking(move || match serde_json::from_slice(&answer) {
            Ok(Message::Table(table)) => Ok(table),
            _ => Err(fault_in(&answer)),
        });
        parsing.await.map_err(|_| ExtractionFault::ReaderCrashed)?
    }

    /// All that a child says to somebody who waits, which is little.
    async fn answer<T: Serialize>(&self, act: &str, task: T, file: File) -> Result<Vec<u8>, ExtractionFault> {
        self.brief().whole_answer(act, task, file).await
    }

    /// All that a child says within the usual limits.
    pub(super) async fn whole_answer<T: Serialize>(
        &self,
        act: &str,
        task: T,
        file: File,
    ) -> Result<Vec<u8>, ExtractionFault> {
        let child = self
            .start(act, task, file)
            .map_err(|_| ExtractionFault::ReaderCrashed)?;
        let mut answer = Vec::new();
        let end = self.attend(child, &mut answer).await;
        end.fault.map_or(Ok(answer), Err)
    }

    /// The same for something that a person waits for: a page that takes longer is not worth the others' wait.
    fn brief(&self) -> Self {
        let mut brief = self.clone();
        brief.limits.cpu = brief.limits.cpu.min(BRIEF);
        brief.limits.wall = brief.limits.wall.min(3 * BRIEF);
        brief
    }

    fn start<T: Serialize>(&self, act: &str, task: T, file: File) -> io::Result<Child> {
        let size = file.metadata()?.len();
        let mut limits = self.limits.clone();
        limits.memory_bytes = limits.memory_bytes.saturating_add(size);
        Command::new(&self.exe)
            .arg(act)
            .arg(serde_json::to_string(&ChildRequest { task, limits })?)
            // Passwords of database and store come to us by environment.
            .env_clear()
            .stdin(Stdio::from(file))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
    }

    /// Listens until the child has ended or the time is up.
    async fn attend(&self, mut child: Child, listener: &mut impl OutputListener) -> ChildEnd {
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return ChildEnd::crashed("the child has no output".to_owned());
        };
        let until_the_end = async {
            let (heard, last_words) = tokio::join!(self.hear(stdout, listener), last_words(stderr));
            (heard, last_words, child.wait().await)
        };
        let Ok((heard, last_words, status)) = timeout(self.limits.wall, until_the_end).await else {
            let seconds = self.limits.wall.as_secs();
            return ChildEnd::of(
                ExtractionFault::TimeLimit,
                format!("more than {seconds} s on the clock"),
            );
        };
        match status {
            Ok(status) => ChildEnd::read(status, &last_words, heard),
            Err(error) => ChildEnd::crashed(format!("wait for the child: {error}")),
        }
    }

    /// Passes on what the child says, up to the limit on output; then hangs up, which ends the child too.
    async fn hear(&self, stdout: ChildStdout, listener: &mut impl OutputListener) -> ListenEnd {
        let mut stdout = BufReader::new(stdout.take(self.limits.output_bytes));
        let heard = listener.listen(&mut stdout).await;
        let is_cut = stdout.get_ref().limit() == 0;
        if is_cut { ListenEnd::TooMuch } else { heard }
    }
}

/// The stream of an archive member's bytes, unpacked by a child.
#[derive(Debug)]
pub struct MemberStream {
    /// Its size, as the archive claims; whoever sends it on must see that so many come.
    pub size: u64,
    /// Ends with this.
    child: Child,
    output: BufReader<ChildStdout>,
}

impl MemberStream {
    /// Its next bytes; none at its end.
    pub async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut piece = vec![0; PIECE];
        let count = self.output.read(&mut piece).await?;
        if count == 0 {
            self.child.wait().await?;
            return Ok(None);
        }
        piece.truncate(count);
        Ok(Some(piece))
    }
}

/// Processor time for one page; three times that on the clock, where the machine is busy.
const BRIEF: Duration = Duration::from_secs(10);
/// How much of a member is taken at once.
const PIECE: usize = 64 << 10;
/// The first bytes of every JPEG.
const JPEG_MAGIC: [u8; 3] = [0xff, 0xd8, 0xff];

/// The fault that a child told instead of a picture.
pub(super) fn fault_in(answer: &[u8]) -> ExtractionFault {
    match serde_json::from_slice(answer) {
        Ok(Message::Report(report)) => report.fault.unwrap_or(ExtractionFault::ReaderCrashed),
        _ => ExtractionFault::ReaderCrashed,
    }
}

/// How listening ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ListenEnd {
    /// The child closed its output.
    All,
    /// We hung up: a limit on output is reached.
    TooMuch,
}

/// A listener to a child's output.
trait OutputListener {
    /// Takes it until it ends.
    async fn listen(&mut self, output: &mut (impl AsyncRead + AsyncBufReadExt + Unpin)) -> ListenEnd;
}

/// A picture or a page's words are taken as they are.
impl OutputListener for Vec<u8> {
    async fn listen(&mut self, output: &mut (impl AsyncRead + AsyncBufReadExt + Unpin)) -> ListenEnd {
        // A broken pipe looks like a short picture, and the exit status says why.
        let _ = output.read_to_end(self).await;
        ListenEnd::All
    }
}

/// Takes passages and counts them, so that a killed child's report can still be written.
struct PassageListener<F> {
    sink: F,
    passages_left: u32,
    told: Option<ExtractionReport>,
    pictures: Vec<u32>,
    counted: ExtractionReport,
}

impl<F: FnMut(Passage)> PassageListener<F> {
    fn new(sink: F, passages: u32) -> Self {
        Self {
            sink,
            passages_left: passages,
            told: None,
            pictures: Vec::new(),
            counted: ExtractionReport::default(),
        }
    }

    fn take(&mut self, line: &[u8]) -> ListenEnd {
        match serde_json::from_slice(line) {
            Ok(Message::Passage(passage)) => return self.pass_on(passage),
            Ok(Message::Report(report)) => self.told = Some(*report),
            Ok(Message::Pictures(pages)) => self.pictures = pages,
            Ok(Message::Sandbox(sandbox)) => note_sandbox(&sandbox),
            // Half a line of a killed child; the exit status tells the rest.
            Ok(Message::Words(_) | Message::Member(_) | Message::Table(_) | Message::Ocr(_)) | Err(_) => {}
        }
        ListenEnd::All
    }

    fn pass_on(&mut self, passage: Passage) -> ListenEnd {
        if self.passages_left == 0 {
            return ListenEnd::TooMuch;
        }
        self.passages_left -= 1;
        self.counted.pages = page_of(&passage.locator).unwrap_or(self.counted.pages + 1);
        self.counted.characters += count_characters(&passage.text);
        (self.sink)(passage);
        ListenEnd::All
    }

    /// The child's own report if it came to its end, else what was counted here.
    fn conclude(self, end: ChildEnd) -> ExtractOutcome {
        let mut report = self.told.unwrap_or(self.counted);
        report.truncated |= end.is_cut || (end.fault.is_some() && report.characters > 0);
        report.fault = report.fault.or(end.fault);
        report.detail = report.detail.or(end.detail);
        let state = state_of(&report);
        ExtractOutcome {
            report,
            state,
            pictures: self.pictures,
        }
    }
}

impl<F: FnMut(Passage)> OutputListener for PassageListener<F> {
    async fn listen(&mut self, output: &mut (impl AsyncRead + AsyncBufReadExt + Unpin)) -> ListenEnd {
        let mut line = Vec::new();
        loop {
            line.clear();
            match output.read_until(b'\n', &mut line).await {
                Ok(0) | Err(_) => return ListenEnd::All,
                Ok(_) if self.take(&line) == ListenEnd::TooMuch => return ListenEnd::TooMuch,
                Ok(_) => {}
            }
        }
    }
}

/// The page that a passage came from, where the format has pages.
fn page_of(locator: &Locator) -> Option<u32> {
    match locator {
        Locator::Page { page } => Some(*page),
        Locator::Slide { slide } => Some(*slide),
        Locator::Sheet { .. } | Locator::Section { .. } | Locator::Time { .. } => None,
    }
}

/// Text makes a file findable even when reading broke off; a fault without text is a failure.
fn state_of(report: &ExtractionReport) -> ExtractionState {
    match (report.characters, report.fault) {
        (0, Some(_)) => ExtractionState::Failed,
        (0, None) => ExtractionState::NoText,
        _ => ExtractionState::Ready,
    }
}

fn note_sandbox(sandbox: &SandboxStatus) {
    if !sandbox.landlock || !sandbox.seccomp {
        tracing::debug!(
            landlock = sandbox.landlock,
            seccomp = sandbox.seccomp,
            "reading with resource limits but without every lock of the kernel"
        );
    }
}

/// Keeps the beginning of what the child complains and lets the rest go, so that it never waits for us.
async fn last_words(mut stderr: ChildStderr) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; 1_024];
    while let Ok(count @ 1..) = stderr.read(&mut buffer).await {
        let room = STDERR_BYTES.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(&buffer[..room]);
    }
    String::from_utf8_lossy(&kept).trim().to_owned()
}

/// How a child ended.
struct ChildEnd {
    fault: Option<ExtractionFault>,
    detail: Option<String>,
    is_cut: bool,
}

impl ChildEnd {
    fn of(fault: ExtractionFault, detail: String) -> Self {
        Self {
            fault: Some(fault),
            detail: Some(detail),
            is_cut: false,
        }
    }

    fn crashed(detail: String) -> Self {
        Self::of(ExtractionFault::ReaderCrashed, detail)
    }

    /// Reads an exit status. Whoever was hung up on dies of it, and that is no fault.
    fn read(status: ExitStatus, last_words: &str, heard: ListenEnd) -> Self {
        if heard == ListenEnd::TooMuch {
            return Self {
                fault: None,
                detail: None,
                is_cut: true,
            };
        }
        if status.success() {
            return Self {
                fault: None,
                detail: None,
                is_cut: false,
            };
        }
        let fault = fault_of(status, last_words);
        let words = last_words.lines().find(|line| !line.is_empty()).unwrap_or_default();
        Self::of(fault, format!("{status}: {words}").trim_end_matches(": ").to_owned())
    }
}

/// Rust reports failed allocations in one fixed sentence before it aborts; the kernel reports spent time by SIGXCPU.
fn fault_of(status: ExitStatus, last_words: &str) -> ExtractionFault {
    let is_out_of_memory = last_words.contains("memory allocation of") || last_words.contains("capacity overflow");
    match status.signal() {
        Some(libc::SIGXCPU) => ExtractionFault::TimeLimit,
        _ if is_out_of_memory => ExtractionFault::MemoryLimit,
        _ => ExtractionFault::ReaderCrashed,
    }
}
