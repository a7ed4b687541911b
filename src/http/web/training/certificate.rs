//! The page of a certificate, for anyone who knows its number, on a screen and on paper; and the one that asks for a number.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::domain::training::certificate::{CertificateNumber, parse_reason};
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::web::form::FormField;
use crate::http::web::layout::Layout;
use crate::http::web::page_context::{PageContext, see_other};
use crate::http::web::typed::{TypedFaults, TypedFields, texts, value};
use crate::http::web::{qr, urls};
use crate::library::Library;
use crate::library::training::certificates::Certificate;
use crate::words::pages::PageWords;

/// The page.
#[derive(Debug, Template)]
#[template(path = "training_certificate.html")]
pub struct CertificatePage {
    /// The frame.
    pub layout: Layout,
    /// Whose it is.
    pub holder: String,
    /// What it says, in a sentence.
    pub text: String,
    /// Its number.
    pub number: String,
    /// Whether it is valid, in a sentence.
    pub validity: String,
    /// Whether it is.
    pub is_valid: bool,
    /// Its facts: each with its name.
    pub details: Vec<(&'static str, String)>,
    /// Leads to this page, as SVG.
    pub picture: String,
    /// Revokes it; for whoever holds the session.
    pub revoke: Option<RevokeFields>,
}

/// The form that revokes.
#[derive(Debug, Clone)]
pub struct RevokeFields {
    /// Where it is sent.
    pub action: String,
    /// Why.
    pub reason: FormField,
}

/// The page that asks for a number.
#[derive(Debug, Template)]
#[template(path = "training_verify.html")]
pub struct VerifyPage {
    /// The frame.
    pub layout: Layout,
    /// The number.
    pub number: FormField,
}

/// A number that was typed.
#[derive(Debug, Default, Deserialize)]
pub struct VerifyQuery {
    /// However it was written.
    #[serde(default)]
    pub number: String,
}

/// `GET /training/certificates`
pub async fn verify(
    visit: PageContext,
    library: web::Data<Library>,
    query: web::Query<VerifyQuery>,
) -> Result<HttpResponse, Problem> {
    let typed = query.number.trim();
    let mut page = VerifyPage {
        layout: visit.layout(visit.say.certificate_verify()),
        number: FormField::of(typed),
    };
    if typed.is_empty() {
        return visit.page(&page);
    }
    let found = match typed.parse::<CertificateNumber>() {
        Ok(number) => library.training.certificate(&number.to_string()).await.ok(),
        Err(_) => None,
    };
    if let Some(found) = found {
        return Ok(see_other(&urls::certificate(&found.number)));
    }
    page.number.fault = Some(visit.say.certificate_unknown().to_owned());
    visit.page_as(StatusCode::NOT_FOUND, &page)
}

/// `GET /training/certificates/{number}`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let page = page(&visit, &library, &number, FormField::default()).await?;
    visit.page(&page)
}

/// `POST /training/certificates/{number}/revoke`
pub async fn revoke(
    visit: PageContext,
    library: web::Data<Library>,
    number: web::Path<String>,
    typed: ProtectedForm<TypedFields>,
) -> Result<HttpResponse, Problem> {
    let revoked = match parse_reason(&texts(&typed, &["reason"])) {
        Ok(reason) => library.training.revoke(&visit.actor, &number, &reason).await,
        Err(faults) => Err(Refusal::Fields(faults).into()),
    };
    match revoked {
        Ok(certificate) => Ok(see_other(&urls::certificate(&certificate.number))),
        Err(error) => {
            let faults = TypedFaults::of(Problem::from(error), visit.say, "reason")?;
            let field = faults.field("reason", value(&typed, "reason"));
            let page = page(&visit, &library, &number, field).await?;
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn page(
    visit: &PageContext,
    library: &Library,
    number: &str,
    reason: FormField,
) -> Result<CertificatePage, Problem> {
    let say = visit.say;
    let found = library.training.certificate(number).await?;
    let address = urls::certificate(&found.number);
    let may_revoke = library.training.may_revoke(&visit.actor, number).await?;
    Ok(CertificatePage {
        layout: visit.layout(say.certificate()),
        text: say.certificate_text(&found.session, found.hours),
        number: found.number.to_string(),
        validity: validity(say, &found),
        is_valid: found.is_valid,
        details: details(say, &found),
        picture: qr::picture(&visit.absolute(&address))?,
        revoke: may_revoke.then(|| RevokeFields {
            action: format!("{address}/revoke"),
            reason,
        }),
        holder: found.holder,
    })
}

fn validity(say: PageWords, certificate: &Certificate) -> String {
    match certificate.revoked_on {
        None => say.certificate_valid().to_owned(),
        Some(day) => say.certificate_revoked(day),
    }
}

fn details(say: PageWords, certificate: &Certificate) -> Vec<(&'static str, String)> {
    let whose = certificate
        .school
        .clone()
        .unwrap_or_else(|| say.training_city().to_owned());
    vec![
        (say.certificate_number(), certificate.number.to_string()),
        (say.training_sessions(), certificate.session.clone()),
        (say.training_of(), whose),
        (say.training_hours(), certificate.hours.to_string()),
        (say.certificate_attended(), certificate.attended_on.to_string()),
        (say.certificate_issued(), certificate.issued_on.to_string()),
    ]
}
