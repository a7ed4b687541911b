//! Workbooks: what the resource is, its plan by the week, and the table of marks.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::script::{MARKS_COLUMNS, MARKS_HEADING, Script};

/// Weeks of a term, as the schedules of the sample have them.
const WEEKS: u32 = 18;
/// Class hours of a week.
const HOURS_A_WEEK: u32 = 8;

/// Writes a script as a workbook of three sheets.
pub(crate) fn write(script: &Script) -> Vec<u8> {
    workbook(script).expect("a workbook of a few short cells in memory breaks none of the limits of the format")
}

fn workbook(script: &Script) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // Without a date of our own the writer takes today's, and the same file would differ every day.
    let date = ExcelDateTime::from_ymd(2025, 1, 1)?;
    let properties = DocProperties::new().set_title(&script.title).set_author(&script.author);
    workbook.set_properties(&properties.set_creation_datetime(&date));
    overview(workbook.add_worksheet(), script)?;
    plan(workbook.add_worksheet(), script)?;
    marks(workbook.add_worksheet(), script)?;
    workbook.save_to_buffer()
}

fn overview(sheet: &mut Worksheet, script: &Script) -> Result<(), XlsxError> {
    sheet.set_name("概况")?.set_column_width(0, 90)?;
    sheet.write_with_format(0, 0, &script.title, &bold())?;
    for (row, line) in (1..).zip(&script.lead) {
        sheet.write(row, 0, line)?;
    }
    Ok(())
}

fn plan(sheet: &mut Worksheet, script: &Script) -> Result<(), XlsxError> {
    sheet
        .set_name("进度")?
        .set_column_width(2, 60)?
        .set_column_width(3, 60)?;
    headings(sheet, &["周次", "环节", "教学内容", "引导问题", "学时"])?;
    let stages = script.sections.iter().cycle();
    for (week, stage) in (1..=WEEKS).zip(stages) {
        let content = stage.paragraphs.get(1 + week as usize % 2).map_or("", String::as_str);
        let question = stage.paragraphs.last().map_or("", String::as_str);
        sheet.write(week, 0, week)?;
        sheet.write(week, 1, &stage.heading)?;
        sheet.write(week, 2, content)?;
        sheet.write(week, 3, question)?;
        sheet.write(week, 4, HOURS_A_WEEK)?;
    }
    sheet.write(WEEKS + 1, 0, "合计")?;
    let sum = rust_xlsxwriter::Formula::new(format!("=SUM(E2:E{})", WEEKS + 1));
    sheet.write(WEEKS + 1, 4, sum.set_result((WEEKS * HOURS_A_WEEK).to_string()))?;
    Ok(())
}

fn marks(sheet: &mut Worksheet, script: &Script) -> Result<(), XlsxError> {
    sheet.set_name(MARKS_HEADING)?.set_column_width(1, 60)?;
    headings(sheet, &MARKS_COLUMNS)?;
    for (row, [item, wanted, points]) in (1..).zip(&script.marks) {
        sheet.write(row, 0, item)?;
        sheet.write(row, 1, wanted)?;
        sheet.write(row, 2, points.parse::<u32>().unwrap_or_default())?;
    }
    Ok(())
}

fn headings(sheet: &mut Worksheet, names: &[&str]) -> Result<(), XlsxError> {
    for (column, name) in (0..).zip(names) {
        sheet.write_with_format(0, column, *name, &bold())?;
    }
    Ok(())
}

fn bold() -> Format {
    Format::new().set_bold()
}
