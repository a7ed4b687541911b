//! Office 97–2003, through `office_oxide` with its strictest limits.
//!
//! The crate is young, so nothing else in the service calls it, and it runs nowhere but in the child.

use office_oxide::{
    Document, DocumentFormat, OfficeError,
    cfb::CfbReader,
    doc::DocError,
    ir::{DocumentIR, Section},
    options::{OnIncomplete, ParseOptions},
    ppt::PptError,
    xls::{Sheet, XlsDocument, XlsError},
};

use super::{
    findings::Findings,
    flat_xml::{self, Flat},
    input::Input,
    limits::{HEAD_BYTES, WHOLE_FILE_BYTES},
    plain, rtf,
    sheets::{self, Sheets},
    stop::{Reading, Stop},
    xls::{self, Looks},
};
use crate::domain::{file::Kind, passage::Locator};

/// Reads a compound file by the streams in it; its extension is only a claim.
pub(crate) fn read(kind: Kind, input: &Input, out: &mut Findings<'_>) -> Reading {
    let found = kind_of(input)?;
    if found != kind && out.member().is_none() {
        out.report.contradiction = Some(super::sniff::label(found).to_owned());
    }
    read_as(found, input, out)
}

/// Reads a file called `.doc` that is no compound file. Word has saved RTF and web pages under that name for decades.
pub(crate) fn read_unboxed(kind: Kind, input: &Input, out: &mut Findings<'_>) -> Reading {
    let head = input.head(HEAD_BYTES as u64)?;
    if head.starts_with(b"{\\rtf") {
        return rtf::read(input, out);
    }
    if let Some(flat) = Flat::of(&head) {
        return flat_xml::read(flat, input, out);
    }
    read_as(kind, input, out)
}

fn read_as(kind: Kind, input: &Input, out: &mut Findings<'_>) -> Reading {
    let document = open(kind, input)?;
    out.report.truncated |= document.damage().iter().any(office_oxide::options::Damage::is_loss);
    match document.as_xls() {
        Some(workbook) => send_sheets(workbook, Looks::of(input).as_ref(), &mut sheets::Text::new(out)),
        None => send(&document, out),
    }
}

fn open(kind: Kind, input: &Input) -> Reading<Document> {
    if input.len() > WHOLE_FILE_BYTES {
        return Err(Stop::unsupported("too large for an old Office file"));
    }
    let format = match kind {
        Kind::Doc => DocumentFormat::Doc,
        Kind::Ppt => DocumentFormat::Ppt,
        _ => DocumentFormat::Xls,
    };
    // Half a text is worth finding; the report says that it is half.
    let mut options = ParseOptions::strict();
    options.on_incomplete = OnIncomplete::Report;
    Document::from_reader_with(input.clone(), format, &options).map_err(stop_of)
}

/// What a compound file holds, by the streams that every program writes.
fn kind_of(input: &Input) -> Reading<Kind> {
    let compound = CfbReader::new(input.clone()).map_err(Stop::damaged)?;
    let has = |name: &str| compound.has_stream(name);
    match () {
        () if has("EncryptedPackage") => Err(Stop::encrypted()),
        () if has("WordDocument") => Ok(Kind::Doc),
        () if has("PowerPoint Document") => Ok(Kind::Ppt),
        () if has("Workbook") || has("Book") => Ok(Kind::Xls),
        () => Err(Stop::unsupported(
            "a compound file without a Word, Excel or PowerPoint document",
        )),
    }
}

fn send(document: &Document, out: &mut Findings<'_>) -> Reading {
    if document.as_ppt().is_some() {
        return send_slides(&document.to_ir(), out);
    }
    plain::read_text(&document.plain_text(), out)
}

fn send_slides(document: &DocumentIR, out: &mut Findings<'_>) -> Reading {
    for (slide, section) in (1..).zip(&document.sections) {
        out.page(Locator::Slide { slide }, &text_of(section))?;
    }
    Ok(())
}

fn text_of(section: &Section) -> String {
    let alone = DocumentIR {
        sections: vec![section.clone()],
        ..DocumentIR::default()
    };
    // The label between slide and notes is the crate's own word.
    alone.plain_text().replace("\n[Notes]\n", "\n")
}

fn send_sheets(workbook: &XlsDocument, looks: Option<&Looks>, to: &mut dyn Sheets) -> Reading {
    workbook
        .sheets
        .iter()
        .try_for_each(|sheet| send_sheet(sheet, looks, to))
}

fn send_sheet(sheet: &Sheet, looks: Option<&Looks>, to: &mut dyn Sheets) -> Reading {
    to.open(&sheet.name)?;
    xls::each_row(sheet, looks, to)?;
    to.close()
}

/// Hands over the first sheet of a workbook that is not hidden.
pub(crate) fn first_sheet(input: &Input, to: &mut dyn Sheets) -> Reading {
    if kind_of(input)? != Kind::Xls {
        return Err(Stop::damaged("not a workbook"));
    }
    let document = open(Kind::Xls, input)?;
    let workbook = document.as_xls().ok_or_else(|| Stop::damaged("not a workbook"))?;
    let looks = Looks::of(input);
    let is_shown = |sheet: &&Sheet| !sheet.hidden;
    let sheet = workbook.sheets.iter().find(is_shown).or(workbook.sheets.first());
    sheet.map_or(Ok(()), |sheet| send_sheet(sheet, looks.as_ref(), to))
}

fn stop_of(error: OfficeError) -> Stop {
    match error {
        OfficeError::Doc(DocError::Encrypted)
        | OfficeError::Ppt(PptError::Encrypted)
        | OfficeError::Xls(XlsError::Encrypted | XlsError::EncryptionNotSupported(_)) => Stop::encrypted(),
        error => Stop::damaged(error),
    }
}
