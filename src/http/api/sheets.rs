//! Lists that are brought as tables: looked at row by row, then carried out at a yes.

use actix_web::web;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::domain::form_sheet::{FormRowFault, FormRowProblem, FormSheet};
use crate::domain::id::{CompanyId, PreviewId, RecognitionCallId};
use crate::domain::list_sheet::{ListSheet, ListSheetOwner, RowOutcome, SheetCounts};
use crate::error::{Refusal, Result, Thing};
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::received_table;
use crate::library::Library;
use crate::library::sheets::TablePreview;
use crate::library::standards::decision_sheet::DecisionSheetPreview;
use crate::words::pages::PageWords;

/// What a table is called that comes without a name.
const UNNAMED: &str = "table";

/// Of what the list is.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListSheetQuery {
    /// The call, for lists of one.
    #[param(value_type = Option<String>)]
    pub call: Option<RecognitionCallId>,
    /// The company, for lists of one.
    #[param(value_type = Option<String>)]
    pub company: Option<CompanyId>,
}

/// The list of what versions of standards ask for. Its rows are decisions, which its own service takes.
const FOLLOW_UPS: &str = "standard-followups";

/// The list that an address names.
pub fn list(name: &str, query: &ListSheetQuery) -> Result<ListSheet> {
    let of = ListSheetOwner {
        call: query.call,
        company: query.company,
    };
    Ok(ListSheet::parse(name, of).ok_or(Refusal::NoSuch(Thing::Page))?)
}

/// What a table would do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ListSheetPreview {
    /// What a yes is sent to; `null` while something is wrong, and where nothing would change.
    #[schema(value_type = Option<String>)]
    id: Option<PreviewId>,
    /// How much it would do.
    #[serde(flatten)]
    counts: SheetCounts,
    /// The rows that would do something.
    rows: Vec<ListSheetRow>,
    /// Everything that is wrong, up to 500 faults.
    faults: Vec<ListSheetFault>,
}

/// What a row would do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ListSheetRow {
    /// Its number in the table.
    row: u32,
    /// What it would do.
    #[serde(flatten)]
    outcome: RowOutcome,
}

/// What is wrong with a row.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ListSheetFault {
    /// Its number in the table.
    row: u32,
    /// The column, where one is to blame.
    column: Option<&'static str>,
    /// The stable code.
    code: &'static str,
    /// What is wrong, and what would be right.
    detail: String,
}

/// Looks at a table (XLSX, XLS, ET, ODS, CSV) of a list: `companies`, `training-bases`, `training-sessions`, `visits`,
/// `review-paths`, `recognition-calls`, `schools`, `synonyms`, `standard-followups`; with `call`, `recognition-jury` and
/// `recognition-entries`; with `company`, `company-members`. Nothing is changed. Each faulty row is named; without faults, each
/// row says whether it adds something, which cells it changes, or nothing. The headings are those of the list's own export, and
/// a table that was exported changes nothing.
#[utoipa::path(post, path = "/api/v1/sheets/{list}", tag = "sheets",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(("list" = String, Path), ListSheetQuery), responses((status = 200, body = ListSheetPreview)))]
pub async fn look_at(
    library: web::Data<Library>,
    actor: Actor,
    name: web::Path<String>,
    query: web::Query<ListSheetQuery>,
    payload: web::Payload,
) -> std::result::Result<web::Json<ListSheetPreview>, Problem> {
    if *name == FOLLOW_UPS {
        library.standards.expect_to_decide(&actor)?;
        let file = received_table::receive(payload).await?;
        let found = library.standards.preview_decisions(&actor, UNNAMED, file).await?;
        return Ok(web::Json(decisions_shown(&found)));
    }
    let list = list(&name, &query)?;
    // Whoever may not bring it is told so before the table is received.
    library.sheets.expect_to_bring(&actor, list).await?;
    let file = received_table::receive(payload).await?;
    let found = library.sheets.look_at(&actor, list, UNNAMED, file).await?;
    Ok(web::Json(shown(&found)))
}

/// Carries out a table that was looked at: all of it, as it was shown, or nothing.
#[utoipa::path(post, path = "/api/v1/sheets/{list}/{preview}", tag = "sheets",
    params(("list" = String, Path), ("preview" = String, Path), ListSheetQuery),
    responses((status = 200, body = SheetCounts)))]
pub async fn carry_out(
    library: web::Data<Library>,
    actor: Actor,
    path: web::Path<(String, PreviewId)>,
    query: web::Query<ListSheetQuery>,
) -> std::result::Result<web::Json<SheetCounts>, Problem> {
    let (name, preview) = path.into_inner();
    if name == FOLLOW_UPS {
        let changed = library.standards.decide_all(&actor, preview).await?;
        return Ok(web::Json(SheetCounts {
            changed,
            ..SheetCounts::default()
        }));
    }
    let list = list(&name, &query)?;
    Ok(web::Json(library.sheets.carry_out(&actor, list, preview).await?))
}

fn shown(found: &TablePreview) -> ListSheetPreview {
    preview(found.id, found.counts, &found.sheet, &found.outcomes)
}

fn decisions_shown(found: &DecisionSheetPreview) -> ListSheetPreview {
    let counts = SheetCounts {
        unchanged: found.unchanged,
        ..SheetCounts::of(found.outcomes.iter())
    };
    preview(found.id, counts, &found.sheet, &found.outcomes)
}

fn preview(id: Option<PreviewId>, counts: SheetCounts, sheet: &FormSheet, outcomes: &[RowOutcome]) -> ListSheetPreview {
    let say = PageWords(Negotiation::current().lang);
    let rows = sheet.rows.iter().zip(outcomes);
    let does_something = rows.filter(|(_, outcome)| **outcome != RowOutcome::Nothing);
    let row = |(row, outcome): (&crate::domain::form_sheet::FormRow, &RowOutcome)| ListSheetRow {
        row: row.row,
        outcome: outcome.clone(),
    };
    let fault = |fault: &FormRowFault| ListSheetFault {
        row: fault.row,
        column: fault.column,
        code: code(&fault.problem),
        detail: say.form_row_problem(&fault.problem),
    };
    ListSheetPreview {
        id,
        counts,
        rows: does_something.map(row).collect(),
        faults: sheet.faults.iter().map(fault).collect(),
    }
}

fn code(problem: &FormRowProblem) -> &'static str {
    match problem {
        FormRowProblem::NoColumn => "no-column",
        FormRowProblem::TooManyRows => "too-many-rows",
        FormRowProblem::TwoColumns => "two-columns",
        FormRowProblem::Field(kind) => kind.code(),
        FormRowProblem::SameAsRow(_) => "same-row",
        FormRowProblem::ChangedSince => "changed-since",
    }
}
