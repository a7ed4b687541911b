//! The page about the programming interface, made from the OpenAPI document that the service serves.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use super::layout::Layout;
use super::page_context::PageContext;
use crate::error::Error;
use crate::http::operations::Description;
use crate::http::problem::Problem;

mod read;

/// The API's page.
#[derive(Debug, Template)]
#[template(path = "docs.html")]
pub struct DocsPage {
    /// The frame.
    pub layout: Layout,
    /// The document's version.
    pub version: String,
    /// What the interface is, a paragraph each.
    pub description: Vec<String>,
    /// Its operations by tag.
    pub groups: Vec<OperationGroup>,
    /// The document itself.
    pub document_url: &'static str,
}

/// Operations that belong together.
#[derive(Debug, Clone)]
pub struct OperationGroup {
    /// The anchor: `resources`.
    pub anchor: String,
    /// The tag's name.
    pub name: String,
    /// The operations in the document's order.
    pub operations: Vec<DocumentedOperation>,
}

/// One method on one path.
#[derive(Debug, Clone)]
pub struct DocumentedOperation {
    /// The anchor.
    pub anchor: String,
    /// `GET`
    pub method: String,
    /// `/api/v1/resources/{id}`
    pub path: String,
    /// What it does, in a line.
    pub summary: String,
    /// More about it, a paragraph each.
    pub description: Vec<String>,
    /// What it takes in path, query and headers.
    pub parameters: Vec<DocumentedParameter>,
    /// What it takes in the body: `application/json: NewResource`.
    pub bodies: Vec<String>,
    /// What it answers.
    pub answers: Vec<DocumentedResponse>,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct DocumentedParameter {
    /// Its name.
    pub name: String,
    /// Where it stands: `path`, `query`, `header`.
    pub place: String,
    /// What it holds: `integer`, `string[]`.
    pub holds: String,
    /// Whether it must be there.
    pub is_required: bool,
    /// What it means.
    pub description: String,
}

/// One answer.
#[derive(Debug, Clone)]
pub struct DocumentedResponse {
    /// The status: `201`.
    pub status: String,
    /// What it means.
    pub description: String,
    /// What it holds: `application/json: Resource`.
    pub bodies: Vec<String>,
}

impl DocsPage {
    /// Reads an OpenAPI 3.1 document; what a document leaves out is left out of the page.
    pub fn from_openapi(layout: Layout, document: &Value) -> Self {
        let info = &document["info"];
        Self {
            layout,
            version: read::text(&info["version"]),
            description: read::paragraphs(&info["description"]),
            groups: read::groups(document),
            document_url: "/api/openapi.json",
        }
    }
}

/// `GET /api/docs`
pub async fn show(visit: PageContext, description: web::Data<Description>) -> Result<HttpResponse, Problem> {
    let document = serde_json::from_str(description.0).map_err(Error::unexpected)?;
    let layout = visit.layout(visit.say.docs_heading());
    visit.page(&DocsPage::from_openapi(layout, &document))
}
