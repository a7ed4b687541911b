//! The index of a pack as a workbook, one row for every file, for archives and for folders that a client keeps.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Url, Workbook, Worksheet, XlsxError};

use super::xml::percent_encoded;
use crate::domain::resource::resource_type;
use crate::domain::rights::Rights;
use crate::pack::manifest::{Card, Manifest, NamedCode, Target};
use crate::words::Lang;
use crate::words::archives::ArchiveWords;
use crate::words::pages::PageWords;

/// What the index is called. It stands beside the topmost folders of the files, which its links start from.
pub const NAME: &str = "目录.xlsx";

/// Excel's own limits: rows of a sheet, links of a sheet, UTF-16 units of a cell and of a link (2,080).
const MAX_ROWS: usize = 1 << 20;
const MAX_LINKS: usize = 65_530;
/// A character is at most two units.
const MAX_CELL_CHARS: usize = 16_000;
const MAX_LINK_BYTES: usize = 2_000;

/// Columns and how wide they are, in characters.
const WIDTHS: [u16; 12] = [6, 60, 30, 12, 20, 20, 20, 24, 16, 14, 12, 68];
/// Where the columns of rights begin, and how wide they are.
const RIGHTS_COLUMN: u16 = 12;
const RIGHTS_WIDTHS: [u16; 4] = [18, 40, 18, 40];
/// How wide the column of companies is, which stands behind all others.
const COMPANY_WIDTH: u16 = 24;

/// Writes the index. The same manifest gives the same bytes.
pub fn xlsx(manifest: &Manifest) -> Vec<u8> {
    xlsx_of(manifest, |path| path)
}

/// Writes the index of files that stand elsewhere than their paths say.
pub fn xlsx_of<'a>(manifest: &'a Manifest, place: impl Fn(&'a str) -> &'a str) -> Vec<u8> {
    workbook(manifest, place).expect("cells, rows and links are kept within the limits of the format")
}

fn workbook<'a>(manifest: &'a Manifest, place: impl Fn(&'a str) -> &'a str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // Without a date of our own the writer takes today's.
    let date = ExcelDateTime::from_timestamp(manifest.pack.published_at.0.max(0) / 1000)?;
    let title = cut(&manifest.pack.title);
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&date));
    let sheet = workbook.add_worksheet();
    // Of older packs nobody said anything; their index stays as it was, byte for byte.
    let has_rights = manifest.resources.values().any(says_rights);
    head(sheet, has_rights)?;
    let company = company_column(manifest, has_rights);
    if let Some(column) = company {
        let name = ArchiveWords(Lang::Zh).company();
        sheet.set_column_width(column, COMPANY_WIDTH)?;
        sheet.write_with_format(0, column, name, &Format::new().set_bold())?;
    }
    for (number, (path, target)) in manifest.targets.iter().enumerate().take(MAX_ROWS - 1) {
        let card = manifest.resources.get(&target.custom.resource);
        row(sheet, number, (path, place(path)), target, card)?;
        if let Some(card) = card.filter(|_| has_rights) {
            rights(sheet, number, card)?;
        }
        if let Some((column, name)) = company.zip(card.and_then(|card| card.company.as_ref())) {
            sheet.write_string(row_of(number), column, cut(name))?;
        }
    }
    workbook.save_to_buffer()
}

fn head(sheet: &mut Worksheet, has_rights: bool) -> Result<(), XlsxError> {
    let say = ArchiveWords(Lang::Zh);
    let names = [
        say.number(),
        say.path(),
        say.title(),
        say.kind(),
        say.major(),
        say.course(),
        say.task(),
        say.school(),
        say.authors(),
        say.licence(),
        say.bytes(),
        say.sha256(),
    ];
    sheet.set_name(say.index())?.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (column, (name, width)) in (0..).zip(names.into_iter().zip(WIDTHS)) {
        sheet.set_column_width(column, width)?;
        sheet.write_with_format(0, column, name, &bold)?;
    }
    if has_rights {
        let say = PageWords(Lang::Zh);
        let names = [
            say.employer_label(),
            say.third_party_label(),
            say.people_label(),
            say.ai_label(),
        ];
        for (column, (name, width)) in (RIGHTS_COLUMN..).zip(names.into_iter().zip(RIGHTS_WIDTHS)) {
            sheet.set_column_width(column, width)?;
            sheet.write_with_format(0, column, name, &bold)?;
        }
    }
    Ok(())
}

/// Whether anything was said of the rights in a resource besides its licence.
fn says_rights(card: &Card) -> bool {
    card.metadata.rights != Rights::default()
}

/// Where the companies stand under whose names resources were given; nowhere where there are none, so that the index of older
/// packs stays as it was.
fn company_column(manifest: &Manifest, has_rights: bool) -> Option<u16> {
    let is_given = manifest.resources.values().any(|card| card.company.is_some());
    let rights: u16 = if has_rights { 4 } else { 0 };
    is_given.then_some(RIGHTS_COLUMN + rights)
}

/// The row of a file; the first is the headings'.
fn row_of(number: usize) -> u32 {
    u32::try_from(number + 1).expect("a sheet has a million rows")
}

/// What was said of the rights in a resource, behind what is known of its file.
fn rights(sheet: &mut Worksheet, number: usize, card: &Card) -> Result<(), XlsxError> {
    let row = row_of(number);
    let say = PageWords(Lang::Zh);
    let rights = &card.metadata.rights;
    let cells = [
        rights
            .employer_consent
            .map(|consent| say.employer_consent(consent).to_owned()),
        say.third_party(rights),
        rights.people_filmed.map(|people| say.people_filmed(people).to_owned()),
        say.ai_declaration(rights),
    ];
    for (column, text) in (RIGHTS_COLUMN..).zip(cells) {
        sheet.write_string(row, column, cut(&text.unwrap_or_default()))?;
    }
    Ok(())
}

fn row(
    sheet: &mut Worksheet,
    number: usize,
    (path, place): (&str, &str),
    target: &Target,
    card: Option<&Card>,
) -> Result<(), XlsxError> {
    let row = row_of(number);
    sheet.write(row, 0, row)?;
    match link(place).filter(|_| number < MAX_LINKS) {
        Some(link) => sheet.write_url(row, 1, Url::new(link).set_text(path))?,
        None => sheet.write_string(row, 1, cut(path))?,
    };
    for (column, text) in (2..).zip(card.map(of_card).into_iter().flatten()) {
        sheet.write_string(row, column, cut(&text))?;
    }
    sheet.write(row, 10, target.length)?;
    sheet.write_string(row, 11, target.hashes.sha256.hex())?;
    Ok(())
}

/// What is known of the resource, from its title to its licence.
fn of_card(card: &Card) -> [String; 8] {
    let name = |thing: &Option<NamedCode>| thing.as_ref().map(|thing| thing.name.clone()).unwrap_or_default();
    let licence = card
        .metadata
        .licence
        .as_deref()
        .map(|code| PageWords(Lang::Zh).licence_name(code));
    [
        card.metadata.title.clone(),
        resource_type(&card.metadata.kind)
            .map_or(card.metadata.kind.as_str(), |kind| kind.zh)
            .to_owned(),
        name(&card.major),
        card.course.clone().unwrap_or_default(),
        card.task.clone().unwrap_or_default(),
        name(&card.school),
        card.metadata.authors.join("、"),
        licence.unwrap_or_default(),
    ]
}

/// The link to a file, if it can be written: what follows `#` would be taken for a place in the file.
fn link(path: &str) -> Option<String> {
    if path.contains('#') || path.len() > MAX_LINK_BYTES {
        return None;
    }
    // The writer would take a link in which `%` is followed by certain digits for escaped already, so all are.
    let path = percent_encoded(path, |c| !"% []^`{}".contains(c));
    Some(format!("file://{path}"))
}

/// As much of a text as a cell holds.
fn cut(text: &str) -> String {
    text.chars().take(MAX_CELL_CHARS).collect()
}
