//! The child's side: lock in, read standard input, speak on standard output.
//!
//! Entered from `main` before anything else exists (no runtime, no threads, no settings), because what is not there
//! cannot be attacked.

use std::{
    env,
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    process::ExitCode,
};

use serde::de::DeserializeOwned;

use super::{
    archive_members,
    error::{ExtractError, ExtractResult},
    external_tool,
    input::Input,
    limits::CUE_WINDOW_MS,
    output::Output,
    pdf,
    protocol::{CUES, ChildRequest, EXTRACT, MEMBER, Message, PageRequest, RENDER, TABLE, TOOL, WORDS},
    readers, sandbox,
};
#[cfg(feature = "ocr")]
use super::{
    docx_pictures,
    limits::OCR_FILE_BYTES,
    ocr::{OcrEngine, models::OcrModels, picture::PagePixels},
    odp_pictures,
    protocol::{OCR, OcrRequest},
    slide_pictures,
};
use crate::domain::file::{ExtractionFault, ExtractionReport, Kind};
#[cfg(feature = "ocr")]
use crate::domain::ocr::OcrPage;

/// Exit code of a child that was called wrongly or could not lock itself in.
const REFUSED: u8 = 2;

/// Acts as a reading child if this process was started as one; `None` means it is the program people call.
pub fn dispatch() -> Option<ExitCode> {
    let mut arguments = env::args().skip(1);
    let act: fn(&str) -> anyhow::Result<()> = match arguments.next()?.as_str() {
        EXTRACT => |order| extract(order, CUE_WINDOW_MS),
        CUES => |order| extract(order, 0),
        MEMBER => member,
        RENDER => render,
        WORDS => words,
        TABLE => table,
        #[cfg(feature = "ocr")]
        OCR => ocr,
        TOOL => |order| external_tool::exec_sandboxed(&serde_json::from_str(order)?),
        _ => return None,
    };
    let order = arguments.next().unwrap_or_default();
    Some(act(&order).map_or_else(|error| refuse(&error), |()| ExitCode::SUCCESS))
}

fn refuse(error: &anyhow::Error) -> ExitCode {
    // The parent keeps the last words; nobody else listens.
    let _ = writeln!(io::stderr(), "{error:#}");
    ExitCode::from(REFUSED)
}

/// Reads the document on standard input and says what it holds.
fn extract(order: &str, cue_window_ms: u64) -> anyhow::Result<()> {
    let order: ChildRequest<Kind> = parse(order)?;
    let input = Input::of_file(standard_input()?)?;
    let sandbox = sandbox::enter(&order.limits)?;
    say(&Message::Sandbox(sandbox))?;

    let mut send = |passage| say(&Message::Passage(passage)).is_ok();
    let mut output = Output::new(&order.limits, &mut send);
    output.cue_window_ms = cue_window_ms;
    let end = readers::read(order.task, input, &mut output);
    if !output.pictures.is_empty() {
        say(&Message::Pictures(std::mem::take(&mut output.pictures)))?;
    }
    let report = output.close(end);
    Ok(say(&Message::Report(Box::new(report)))?)
}

/// Unpacks one member of the archive on standard input: its size, then its bytes.
fn member(order: &str) -> anyhow::Result<()> {
    let order: ChildRequest<String> = parse(order)?;
    let input = Input::of_file(standard_input()?)?;
    sandbox::enter(&order.limits)?;
    let mut archive = match archive_members::member(input, &order.task) {
        Ok(archive) => archive,
        Err(stop) => return Ok(say(&told(stop))?),
    };
    say(&Message::Member(archive.size))?;
    io::copy(&mut archive.open()?, &mut io::stdout().lock())?;
    Ok(())
}

/// Paints one page of the PDF on standard input: its JPEG on standard output, or a report with a fault.
fn render(order: &str) -> anyhow::Result<()> {
    let order: ChildRequest<PageRequest> = parse(order)?;
    let input = Input::of_file(standard_input()?)?;
    // Fonts are files: read them while files can still be opened.
    let font = pdf::render::chinese_font();
    sandbox::enter(&order.limits)?;
    let picture = pdf::render::page(&input, order.task.page, order.task.width, font);
    Ok(answer_picture(picture)?)
}

/// Says where the words of one page of the PDF on standard input stand.
fn words(order: &str) -> anyhow::Result<()> {
    let order: ChildRequest<u32> = parse(order)?;
    let input = Input::of_file(standard_input()?)?;
    sandbox::enter(&order.limits)?;
    let answer = pdf::words::page(&input, order.task).map_or_else(told, Message::Words);
    Ok(say(&answer)?)
}

/// Reads the picture of one page of the file on standard input.
#[cfg(feature = "ocr")]
fn ocr(order: &str) -> anyhow::Result<()> {
    let order: ChildRequest<OcrRequest> = parse(order)?;
    let input = Input::of_file(standard_input()?)?;
    let OcrRequest { kind, page, models } = order.task;
    // Fonts and models are files: read them while files can still be opened.
    let font = pdf::render::chinese_font();
    let models = match models {
        Some(folder) => OcrModels::in_folder(&folder)?,
        None => OcrModels::built_in(),
    };
    sandbox::enter(&order.limits)?;
    let read = || -> ExtractResult<OcrPage> {
        let mut path = None;
        let pixels = match kind {
            Kind::Pdf => pdf::render::page_to_read(&input, page, font).map(PagePixels::painted),
            Kind::Image if page == 1 => PagePixels::decode(&input.whole(OCR_FILE_BYTES)?),
            Kind::Zip => {
                let (bytes, found) = archive_members::picture(input, page)?;
                path = Some(found);
                PagePixels::decode(&bytes)
            }
            Kind::Docx => docx_pictures::picture(input, page).and_then(|it| PagePixels::decode(&it)),
            Kind::Odp => odp_pictures::of_slide(input, page).and_then(|it| PagePixels::decode(&it)),
            Kind::Pptx => slide_pictures::of_slide(input, page, OCR_FILE_BYTES).and_then(|it| PagePixels::decode(&it)),
            _ => Err(ExtractError::unsupported(
                "such files have no pages whose pictures are read",
            )),
        };
        // The models after the picture, which takes more while it is decoded than afterwards.
        let pixels = pixels?;
        let read = OcrEngine::load(models)?.read(&pixels)?;
        Ok(OcrPage { path, ..read })
    };
    Ok(say(&read().map_or_else(told, Message::Ocr))?)
}

/// Reads the table on standard input.
fn table(order: &str) -> anyhow::Result<()> {
    let order: ChildRequest<()> = parse(order)?;
    let input = Input::of_file(standard_input()?)?;
    sandbox::enter(&order.limits)?;
    let read = super::table::read_input(input);
    let answer = read.map_or_else(
        |error| told(ExtractError::Fault(ExtractionFault::Damaged, format!("{error:#}"))),
        Message::Table,
    );
    Ok(say(&answer)?)
}

fn answer_picture(picture: ExtractResult<Vec<u8>>) -> io::Result<()> {
    match picture {
        Ok(jpeg) => io::stdout().write_all(&jpeg),
        Err(stop) => say(&told(stop)),
    }
}

/// Why there is nothing else to say.
fn told(stop: ExtractError) -> Message {
    let (fault, detail) = match stop {
        ExtractError::Fault(fault, detail) => (fault, detail),
        ExtractError::OutputFull => (ExtractionFault::MemoryLimit, String::new()),
    };
    Message::Report(Box::new(ExtractionReport {
        fault: Some(fault),
        detail: Some(detail),
        ..ExtractionReport::default()
    }))
}

fn parse<T: DeserializeOwned>(order: &str) -> anyhow::Result<ChildRequest<T>> {
    Ok(serde_json::from_str(order)?)
}

fn standard_input() -> io::Result<File> {
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// Writes one line and pushes it out, so that it is safe when the next page kills us.
fn say(message: &Message) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}
