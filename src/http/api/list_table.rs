//! Lists that are taken along as tables: CSV is sent as it is read, page by page; a workbook is made whole before it is sent,
//! and so holds so many rows and no more.

use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};

use super::paging::Paging;
use crate::actor::Actor;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::domain::fault::{FaultKind, FieldFault};
use crate::error::{Error, Refusal, Result};
use crate::http::negotiation::Negotiation;
use crate::http::spreadsheet::{self, SpreadsheetFormat};
use crate::library::Library;
use crate::library::paging::Page;
use crate::table::{self, Spreadsheet, SpreadsheetCell};
use crate::words::pages::PageWords;

/// In which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// `json`, `csv` or `xlsx`; JSON when not given. Tables hold everything, in the language of the request.
    pub format: Option<String>,
}

/// Rows that are read at a time.
const ROWS_AT_ONCE: u64 = 1_000;
/// The most rows of a workbook.
const XLSX_ROWS: usize = 50_000;

/// What the table of a list says.
pub(super) struct ListTable<T> {
    /// What it is called.
    pub(super) name: String,
    /// Its headings.
    pub(super) heads: Vec<String>,
    /// A row of it.
    pub(super) row: TableCells<T>,
}

/// Says a thing as a row.
pub(super) type TableCells<T> = Box<dyn Fn(PageWords, &T) -> Vec<SpreadsheetCell>>;

/// Refuses guests a table of a list that they may read page by page: it holds everything, and costs what strangers should not be
/// able to ask for again and again.
pub(super) fn expect_member(actor: &Actor, format: &FormatQuery) -> Result<()> {
    let form = SpreadsheetFormat::parse(format.format.as_deref())?;
    if form != SpreadsheetFormat::Json && actor.account.is_none() {
        return Err(Refusal::NotSignedIn.into());
    }
    Ok(())
}

/// Answers with a page of a list, or with all of it as a table. `page` reads what follows a cursor, up to so many rows, as far
/// as the actor may see them; `of` says what the audit log calls it.
pub(super) async fn answer<T: Serialize + 'static>(
    of: (&web::Data<Library>, &Actor, &str),
    (format, paging): (&FormatQuery, &Paging),
    table: impl FnOnce(PageWords) -> ListTable<T>,
    page: impl AsyncFn(Option<String>, u64) -> Result<Page<T>> + 'static,
) -> Result<HttpResponse> {
    let form = SpreadsheetFormat::parse(format.format.as_deref())?;
    if form == SpreadsheetFormat::Json {
        let shown = page(paging.cursor().map(str::to_owned), paging.limit()?).await?;
        return Ok(HttpResponse::Ok().json(shown));
    }
    let answer = send(form, table, page).await?;
    note(of, form == SpreadsheetFormat::Csv);
    Ok(answer)
}

/// Answers with all of a list as a table; its caller says what the audit log calls that.
pub(super) async fn send<T: 'static>(
    form: SpreadsheetFormat,
    table: impl FnOnce(PageWords) -> ListTable<T>,
    page: impl AsyncFn(Option<String>, u64) -> Result<Page<T>> + 'static,
) -> Result<HttpResponse> {
    let say = PageWords(Negotiation::current().lang);
    match form {
        SpreadsheetFormat::Xlsx => xlsx(say, table(say), page).await,
        SpreadsheetFormat::Csv | SpreadsheetFormat::Json => csv(say, table(say), page).await,
    }
}

/// Answers with a short list whole, as a table that can be brought again.
pub(super) async fn whole(
    of: (&web::Data<Library>, &Actor, &str),
    form: SpreadsheetFormat,
    table: Spreadsheet,
) -> Result<HttpResponse> {
    let is_csv = form == SpreadsheetFormat::Csv;
    let answer = if is_csv {
        spreadsheet::csv(&table)?
    } else {
        spreadsheet::xlsx(table).await?
    };
    note(of, is_csv);
    Ok(answer)
}

/// Notes who takes which list along. Whoever takes what everybody may read, and is nobody, leaves no line.
fn note((library, actor, list): (&web::Data<Library>, &Actor, &str), is_csv: bool) {
    if actor.account.is_some() {
        let told = AuditChanges::default().set("format", if is_csv { "csv" } else { "xlsx" });
        let (list, audit) = (Some(list.to_owned()), &library.audit);
        audit.exported(actor, AuditAction::ListExport, list, &told);
    }
}

/// Sends every row as it is read, however many there are.
async fn csv<T: 'static>(
    say: PageWords,
    table: ListTable<T>,
    page: impl AsyncFn(Option<String>, u64) -> Result<Page<T>> + 'static,
) -> Result<HttpResponse> {
    let row = table.row;
    // The first page is read before the answer begins: whoever may not see the list is told so.
    let first = page(None, ROWS_AT_ONCE).await?;
    let mut begin = table::BOM.as_bytes().to_vec();
    begin.extend(table::csv_lines(std::iter::once(table.heads))?);
    begin.extend(lines(say, &row, &first.items)?);
    let head = stream::iter([Ok(Bytes::from(begin))]);
    let state = (page, row, first.next_cursor);
    let rest = stream::try_unfold(state, move |(page, row, at)| async move {
        let Some(cursor) = at else { return Ok(None) };
        let next = page(Some(cursor), ROWS_AT_ONCE).await?;
        let bytes = Bytes::from(lines(say, &row, &next.items)?);
        Ok::<_, Error>(Some((bytes, (page, row, next.next_cursor))))
    });
    let name = format!("{}.csv", table.name);
    Ok(spreadsheet::attachment(&name, spreadsheet::CSV).streaming(Box::pin(head.chain(rest))))
}

fn lines<T>(say: PageWords, row: &TableCells<T>, items: &[T]) -> Result<Vec<u8>> {
    let shown = items.iter().map(|item| row(say, item));
    table::csv_lines(shown.map(|row| row.iter().map(SpreadsheetCell::shown).collect()))
}

/// Sends a workbook; whoever asks for more than it may hold is told so.
async fn xlsx<T>(
    say: PageWords,
    table: ListTable<T>,
    page: impl AsyncFn(Option<String>, u64) -> Result<Page<T>>,
) -> Result<HttpResponse> {
    let (mut rows, mut cursor) = (Vec::new(), None);
    loop {
        let next = page(cursor, ROWS_AT_ONCE).await?;
        rows.extend(next.items.iter().map(|item| (table.row)(say, item)));
        if rows.len() > XLSX_ROWS {
            let too_many = FieldFault::at("format", FaultKind::TooManyRows { max: XLSX_ROWS });
            return Err(Refusal::Fields(vec![too_many]).into());
        }
        cursor = next.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let table = Spreadsheet {
        name: table.name,
        head: table.heads,
        rows,
    };
    spreadsheet::xlsx(table).await
}

/// A cell of words.
pub(super) fn text(words: impl Into<String>) -> SpreadsheetCell {
    SpreadsheetCell::Text(words.into())
}

/// Headings of a table.
pub(super) fn heads<const N: usize>(heads: [&str; N]) -> Vec<String> {
    heads.map(str::to_owned).into()
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;
    use crate::words::Lang;

    fn numbers() -> ListTable<u64> {
        ListTable {
            name: "数".to_owned(),
            heads: heads(["数"]),
            row: Box::new(|_, number| vec![text(number.to_string())]),
        }
    }

    /// A list longer than what is read at a time was cut, or a row of it sent twice.
    #[actix_web::test]
    async fn a_table_holds_every_row_once_however_many_pages_that_are() {
        // Five numbers, two on a page, whatever is asked for.
        let page = async |cursor: Option<String>, _: u64| {
            let from: u64 = cursor.map_or(0, |cursor| cursor.parse().unwrap());
            let until = (from + 2).min(5);
            Ok(Page {
                items: (from..until).collect(),
                next_cursor: (until < 5).then(|| until.to_string()),
            })
        };

        let answer = csv(PageWords(Lang::Zh), numbers(), page).await.unwrap();

        let body = to_bytes(answer.into_body()).await.unwrap();
        let lines = String::from_utf8(body.to_vec()).unwrap();
        let lines: Vec<&str> = lines.trim_start_matches(table::BOM).lines().collect();
        assert_eq!(lines, ["数", "0", "1", "2", "3", "4"]);
    }

    #[actix_web::test]
    async fn a_workbook_that_would_be_too_long_is_refused() {
        let endless = async |_: Option<String>, limit: u64| {
            Ok(Page {
                items: vec![7; usize::try_from(limit).unwrap()],
                next_cursor: Some("more".to_owned()),
            })
        };

        let refused = xlsx(PageWords(Lang::Zh), numbers(), endless).await.unwrap_err();

        let told = format!("{refused:?}");
        assert!(told.contains("TooManyRows"), "{told}");
    }
}
