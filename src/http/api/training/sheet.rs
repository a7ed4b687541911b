//! Sessions as a table that the import of sessions reads again.

use crate::domain::training::TrainingMode;
use crate::domain::training::session_sheet::COLUMNS;
use crate::library::training::sessions::TrainingSession;
use crate::table::{Spreadsheet, SpreadsheetCell};

/// Its headings are Chinese in every language: they are those of the import.
pub(super) fn of(sessions: &[TrainingSession]) -> Spreadsheet {
    let heads = COLUMNS.iter().map(|column| column.heading().to_owned());
    Spreadsheet {
        name: "培训班".to_owned(),
        head: heads.collect(),
        rows: sessions.iter().map(row).collect(),
    }
}

fn row(session: &TrainingSession) -> Vec<SpreadsheetCell> {
    let cell = |field: &str| match field {
        "title" => SpreadsheetCell::Text(session.title.clone()),
        "topic" => SpreadsheetCell::text(session.topic.clone()),
        "mode" => SpreadsheetCell::Text(mode(session.mode).to_owned()),
        "from" => SpreadsheetCell::Text(session.from.to_string()),
        "until" => SpreadsheetCell::Text(session.until.to_string()),
        "days" => SpreadsheetCell::Number(session.days.into()),
        "hours" => SpreadsheetCell::Number(session.hours.into()),
        "base" => SpreadsheetCell::text(session.base.as_ref().map(|base| base.name.clone())),
        "place" => SpreadsheetCell::text(session.place.clone()),
        "holder" => SpreadsheetCell::text(session.holder.clone()),
        "schools" => SpreadsheetCell::Text(schools(session)),
        "capacity" => session.capacity.map_or_else(
            || SpreadsheetCell::text(None),
            |seats| SpreadsheetCell::Number(seats.into()),
        ),
        "counts" => SpreadsheetCell::Text(if session.counts { "是" } else { "否" }.to_owned()),
        "share" => SpreadsheetCell::Number(session.share.into()),
        "note" => SpreadsheetCell::text(session.note.clone()),
        _ => SpreadsheetCell::text(None),
    };
    COLUMNS.iter().map(|column| cell(column.field)).collect()
}

fn mode(mode: TrainingMode) -> &'static str {
    match mode {
        TrainingMode::OnSite => "现场",
        TrainingMode::Online => "线上",
    }
}

/// By their codes, which hold no comma. A school's own session is for its people, which is not chosen.
fn schools(session: &TrainingSession) -> String {
    let chosen = session.schools.iter().filter(|_| session.school.is_none());
    let codes = chosen.map(|school| school.code.as_deref().unwrap_or(&school.name));
    codes.collect::<Vec<_>>().join("、")
}
