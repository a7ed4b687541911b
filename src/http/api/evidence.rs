//! Evidence: the twelve reference documents of learning tasks, as JSON, as tables, on paper.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::actor::Actor;
use crate::domain::audit::AuditAction;
use crate::domain::audit_changes::AuditChanges;
use crate::error::Error;
use crate::http::negotiation::Negotiation;
use crate::http::problem::Problem;
use crate::http::proxy;
use crate::http::spreadsheet::{self, ReportFormat, SpreadsheetFormat};
use crate::library::Library;
use crate::library::administration::figures::EvidenceReport;
use crate::table::evidence::{EvidenceLine, EvidenceTable};
use crate::table::{Spreadsheet, workbook};
use crate::words::pages::PageWords;

/// Of what, and in which form.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EvidenceQuery {
    /// Id, code or exact name of a school; without it all that the caller sees. A school's administrator sees the school's own.
    pub school: Option<String>,
    /// Id, code or exact name of a major; needed where no course is given.
    pub major: Option<String>,
    /// Id or exact name of a course.
    pub course: Option<String>,
    /// `json`, `csv`, `xlsx` or `pdf`; JSON when not given. Tables and documents are in the language of the request.
    pub format: Option<String>,
}

/// The twelve reference documents of each learning task of a course or a major: how many there are, as the report on coverage
/// counts them, and of those that the caller may see the newest, by whom, and when it was reviewed.
#[utoipa::path(get, path = "/api/v1/reports/evidence", tag = "records", params(EvidenceQuery),
    responses((status = 200, body = EvidenceReport)))]
pub async fn show(
    library: web::Data<Library>,
    actor: Actor,
    request: HttpRequest,
    query: web::Query<EvidenceQuery>,
) -> Result<HttpResponse, Problem> {
    let form = ReportFormat::parse(query.format.as_deref())?;
    let given = |value: &'_ Option<String>| value.clone().filter(|value| !value.is_empty());
    let (school, major, course) = (given(&query.school), given(&query.major), given(&query.course));
    let place = (major.as_deref(), course.as_deref());
    let report = library
        .administration
        .evidence(&actor, school.as_deref(), place)
        .await?;
    let told = AuditChanges::default().set("format", form.code());
    library
        .audit
        .exported(&actor, AuditAction::ReportExport, Some("evidence".to_owned()), &told);
    Ok(send(form, report, proxy::origin(&request)).await?)
}

async fn send(form: ReportFormat, report: EvidenceReport, address: String) -> crate::error::Result<HttpResponse> {
    let say = PageWords(Negotiation::current().lang);
    match form {
        ReportFormat::Table(SpreadsheetFormat::Json) => Ok(HttpResponse::Ok().json(report)),
        ReportFormat::Table(SpreadsheetFormat::Csv) => {
            let table = table(say, &report, address);
            let list = Spreadsheet {
                name: table.title(),
                ..table.list()
            };
            spreadsheet::csv(&list)
        }
        ReportFormat::Table(SpreadsheetFormat::Xlsx) => {
            let table = table(say, &report, address);
            let name = table.title();
            let made = web::block(move || workbook(&[table.matrix(), table.list()], None)).await;
            Ok(spreadsheet::xlsx_of(&name, made.map_err(Error::unexpected)??))
        }
        ReportFormat::Pdf => {
            let table = table(say, &report, address);
            let whose = report.frame.school.as_ref().map(|school| school.name.clone());
            let whose = whose.unwrap_or_else(|| say.whole_city().to_owned());
            let lead = vec![
                say.evidence_lead().to_owned(),
                format!("{whose} · {}", say.counted_at(&report.frame.counted_at.minute())),
            ];
            spreadsheet::pdf(table.document(lead, Vec::new(), report.frame.counted_at)).await
        }
    }
}

fn table(say: PageWords, report: &EvidenceReport, address: String) -> EvidenceTable {
    let lines = report.rows.iter().map(|row| EvidenceLine {
        course: row.course.name.clone(),
        task: row.task.as_ref().map(|task| task.name.clone()),
        is_retired: row.retired,
        cells: row.cells.clone(),
    });
    let of = report.course.as_ref().map(|course| course.name.clone());
    EvidenceTable {
        say,
        of: of.unwrap_or_else(|| report.major.name.clone()),
        address,
        lines: lines.collect(),
    }
}
