//! Office 97–2003, through `office_oxide` with its strictest limits.
//!
//! The crate is young, so nothing else in the service calls it, and it runs nowhere but in the child.

use office_oxide::{
    Document, DocumentFormat, OfficeError,
    cfb::CfbReader,
    doc::{DocDocument, DocError},
    options::{OnIncomplete, ParseOptions},
    ppt::PptError,
    xls::{Sheet, XlsDocument, XlsError},
};

use super::{
    embedded,
    error::{ExtractError, ExtractResult},
    flat_xml::{self, FlatKind},
    headers_footers,
    input::Input,
    limits::{HEAD_BYTES, WHOLE_FILE_BYTES},
    output::Output,
    plain, ppt, rtf,
    sheet_sink::{self, SheetSink},
    xls::{self, CellStyles},
};
use crate::domain::file::Kind;

/// Reads a compound file by the streams in it; its extension is only a claim.
pub(crate) fn read(kind: Kind, input: &Input, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    let found = kind_of(input)?;
    if found != kind && out.member().is_none() {
        out.report.contradiction = Some(super::sniff::label(found).to_owned());
    }
    read_as(found, input, out)?;
    read_objects(input, out, depth)
}

/// Reads the files that were put into the document as objects.
fn read_objects(input: &Input, out: &mut Output<'_>, depth: u32) -> ExtractResult {
    let Ok(compound) = CfbReader::new(input.clone()) else {
        return Ok(());
    };
    out.report.unread = out.report.unread.saturating_add(embedded::count_documents(&compound));
    let end = embedded::read_streams("object", compound, out, depth);
    out.tolerated(end).map(drop)
}

/// Reads a file called `.doc` that is no compound file. Word has saved RTF and web pages under that name for decades.
pub(crate) fn read_unboxed(kind: Kind, input: &Input, out: &mut Output<'_>) -> ExtractResult {
    let head = input.head(HEAD_BYTES as u64)?;
    if head.starts_with(b"{\\rtf") {
        return rtf::read(input, out);
    }
    if let Some(flat) = FlatKind::of(&head) {
        return flat_xml::read(flat, input, out);
    }
    read_as(kind, input, out)
}

fn read_as(kind: Kind, input: &Input, out: &mut Output<'_>) -> ExtractResult {
    let document = open(kind, input)?;
    out.report.truncated |= document.damage().iter().any(office_oxide::options::Damage::is_loss);
    match document.as_xls() {
        Some(workbook) => send_sheets(workbook, input, &mut sheet_sink::SheetText::new(out)),
        None => send(&document, input, out),
    }
}

fn open(kind: Kind, input: &Input) -> ExtractResult<Document> {
    if input.len() > WHOLE_FILE_BYTES {
        return Err(ExtractError::unsupported("too large for an old Office file"));
    }
    let format = match kind {
        Kind::Doc => DocumentFormat::Doc,
        Kind::Ppt => DocumentFormat::Ppt,
        _ => DocumentFormat::Xls,
    };
    // Half a text is worth finding; the report says that it is half.
    let mut options = ParseOptions::strict();
    options.on_incomplete = OnIncomplete::Report;
    Document::from_reader_with(input.clone(), format, &options).map_err(error_of)
}

/// What a compound file holds, by the streams that every program writes.
fn kind_of(input: &Input) -> ExtractResult<Kind> {
    let compound = CfbReader::new(input.clone()).map_err(ExtractError::damaged)?;
    let has = |name: &str| compound.has_stream(name);
    match () {
        // So Office since 2007 wraps what has a password.
        () if has("EncryptedPackage") => Err(ExtractError::encrypted()),
        () if has("WordDocument") => Ok(Kind::Doc),
        () if has("PowerPoint Document") => Ok(Kind::Ppt),
        () if has("Workbook") || has("Book") => Ok(Kind::Xls),
        () => Err(ExtractError::unsupported(
            "a compound file without a Word, Excel or PowerPoint document",
        )),
    }
}

fn send(document: &Document, input: &Input, out: &mut Output<'_>) -> ExtractResult {
    match (document.as_doc(), document.as_ppt()) {
        (Some(text), _) => plain::read_text(&words_of(text), out),
        (_, Some(deck)) => ppt::read(deck, input, out),
        _ => Ok(()),
    }
}

/// The text, then notes, headers, comments, text boxes and Word's own documents inside. The crate's names for objects are
/// nobody's words.
fn words_of(document: &DocDocument) -> String {
    let text = document.plain_text();
    let is_name = |line: &&str| line.starts_with("[Embedded ") && line.ends_with(']');
    text.lines()
        .filter(|line| !is_name(line))
        .collect::<Vec<_>>()
        .join("\n")
}

fn send_sheets(workbook: &XlsDocument, input: &Input, to: &mut dyn SheetSink) -> ExtractResult {
    let (looks, margins) = (CellStyles::of(input), headers_footers::of_workbook(input));
    for (at, sheet) in workbook.sheets.iter().enumerate() {
        to.open(&sheet.name)?;
        if sheet.hidden {
            to.hide(&sheet.name);
        }
        xls::each_row(sheet, looks.as_ref(), to)?;
        let comments = sheet.comments.iter().map(|comment| &comment.text);
        let printed = margins.get(at).into_iter().flatten();
        // Which sheet a chart stands on is not told.
        let charts = workbook.chart_text().iter().filter(|_| at + 1 == workbook.sheets.len());
        for line in comments.chain(&sheet.chart_text).chain(printed).chain(charts) {
            to.beside(line)?;
        }
        to.close()?;
    }
    Ok(())
}

/// Hands over the first sheet of a workbook that is not hidden.
pub(crate) fn first_sheet(input: &Input, to: &mut dyn SheetSink) -> ExtractResult {
    if kind_of(input)? != Kind::Xls {
        return Err(ExtractError::damaged("not a workbook"));
    }
    let document = open(Kind::Xls, input)?;
    let workbook = document
        .as_xls()
        .ok_or_else(|| ExtractError::damaged("not a workbook"))?;
    let looks = CellStyles::of(input);
    let is_shown = |sheet: &&Sheet| !sheet.hidden;
    let sheet = workbook.sheets.iter().find(is_shown).or(workbook.sheets.first());
    let Some(sheet) = sheet else { return Ok(()) };
    to.open(&sheet.name)?;
    xls::each_row(sheet, looks.as_ref(), to)?;
    to.close()
}

fn error_of(error: OfficeError) -> ExtractError {
    match error {
        OfficeError::Doc(DocError::Encrypted)
        | OfficeError::Ppt(PptError::Encrypted)
        | OfficeError::Xls(XlsError::Encrypted | XlsError::EncryptionNotSupported(_)) => ExtractError::encrypted(),
        error => ExtractError::damaged(error),
    }
}
