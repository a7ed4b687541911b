//! The page that asks who is signed in once more, before what cannot be undone or gives power away.
//!
//! It stands in place of the act's own answer (`http/reauthentication.rs`) and carries the act's form along, so that one
//! proof and one press of the button do it; or it is opened by itself and leads back to where somebody came from.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::Value;

use super::layout::{Layout, Link};
use super::page_context::{PageContext, see_other};
use super::sign_in::{SignInQuery, local};
use super::urls;
use crate::error::Refusal;
use crate::http::problem::Problem;
use crate::http::protected_form::ProtectedForm;
use crate::http::{passkey_site, session_cookie};
use crate::library::Library;
use crate::library::accounts::confirm::{IdentityProof, ProofMethods};
use crate::library::accounts::passkey_proof::PasskeyAnswer;
use crate::library::accounts::sign_on::SignOnProvider;

/// The field of the password.
const PASSWORD: &str = "confirm_password";
/// The field of a code.
const CODE: &str = "confirm_code";
/// The field of what a passkey's authenticator answered, as JSON; a script fills it.
const PASSKEY: &str = "confirm_passkey";
/// The field that says where the page leads that was opened by itself.
const RETURN_TO: &str = "return_to";

/// The fields of a form, in their order.
pub type Fields = Vec<(String, String)>;

/// The page.
#[derive(Debug, Template)]
#[template(path = "confirm.html")]
pub struct ConfirmPage {
    /// The frame.
    pub layout: Layout,
    /// Where the form goes: to the act itself, or to this page.
    pub action: String,
    /// The fields of the act's own form.
    pub carried: Fields,
    /// Whether that form held more than is carried, so that it has to be filled in once more.
    pub is_form_lost: bool,
    /// What the account can prove itself with.
    pub methods: ProofMethods,
    /// By whom somebody signs in once more who has nothing to prove it with here.
    pub providers: Vec<Link>,
    /// What is wrong with what was typed.
    pub fault: Option<String>,
    /// Where it leads without a proof.
    pub back: String,
}

impl ConfirmPage {
    /// The page for an act.
    pub async fn of(
        visit: &PageContext,
        library: &Library,
        request: &HttpRequest,
        action: String,
        back: String,
    ) -> Result<Self, Problem> {
        let methods = library.accounts.proof_methods(&visit.actor).await?;
        let is_site = passkey_site::of(request).is_some();
        Ok(Self {
            layout: visit.layout(visit.say.confirm_identity()),
            action,
            carried: Vec::new(),
            is_form_lost: false,
            methods: ProofMethods {
                passkey: methods.passkey && is_site,
                ..methods
            },
            providers: providers(visit, library, &back).await?,
            fault: None,
            back,
        })
    }
}

/// Where the reader's account is opened by others; asked by us while one is signed in, they ask for the password anew.
async fn providers(visit: &PageContext, library: &Library, back: &str) -> Result<Vec<Link>, Problem> {
    let ways = library.accounts.ways_in(&visit.actor).await?;
    let own = library.accounts.sign_on_providers(visit.say.lang()).into_iter();
    let own = own.filter(|provider| ways.identities.iter().any(|it| it.provider == provider.id));
    let link = |provider: SignOnProvider| {
        let url = urls::with_query(&provider.url, &[("return_to", back)]);
        Link::new(provider.name, url)
    };
    Ok(own.map(link).collect())
}

/// What came of the proof that a form holds.
#[derive(Debug)]
pub enum Proved {
    /// It holds none.
    Nothing,
    /// It is right.
    Yes,
    /// It is wrong.
    No {
        /// Why, in words.
        said: String,
        /// Not 401: whoever mistypes here is signed in all the same.
        status: StatusCode,
    },
}

/// Whether a field is one of this page's own, and not of the form that is carried.
pub fn is_proof(name: &str) -> bool {
    [PASSWORD, CODE, PASSKEY].contains(&name)
}

/// Whether a form holds something to compare.
pub fn brings_proof(fields: &Fields) -> bool {
    fields.iter().any(|(name, value)| is_proof(name) && !value.is_empty())
}

fn typed<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    let field = fields.iter().find(|(field, value)| field == name && !value.is_empty());
    field.map(|(_, value)| value.as_str())
}

/// Takes the proof that a form holds, if it holds one.
pub async fn prove(
    visit: &PageContext,
    library: &Library,
    request: &HttpRequest,
    fields: &Fields,
) -> Result<Proved, Problem> {
    let credential = typed(fields, PASSKEY).map(serde_json::from_str::<Value>).transpose();
    let credential = credential.map_err(|error| Refusal::Malformed {
        detail: error.to_string(),
    })?;
    let site = passkey_site::of(request);
    let proof = match (typed(fields, PASSWORD), typed(fields, CODE), &credential) {
        // First: browsers fill passwords in by themselves.
        (_, _, Some(credential)) => {
            let site = site.as_ref().ok_or(Refusal::PasskeysUnavailable)?;
            IdentityProof::Passkey(PasskeyAnswer { site, credential })
        }
        (Some(password), _, None) => IdentityProof::Password(password),
        (None, Some(code), None) => IdentityProof::Code(code),
        (None, None, None) => return Ok(Proved::Nothing),
    };
    let session = session_cookie::of(request);
    let browser = session_cookie::browser_of(request);
    let proved = library
        .accounts
        .confirm_identity(&visit.actor, session.as_deref(), proof, browser.as_deref())
        .await;
    let Err(error) = proved else { return Ok(Proved::Yes) };
    let problem = Problem::from(error);
    let status = match problem.refusal() {
        Some(Refusal::WrongPassword | Refusal::WrongCode | Refusal::Passkey(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Refusal::LockedOut { .. }) => problem.status(),
        _ => return Err(problem),
    };
    let said = problem.say(visit.say.lang());
    let said = format!("{}{}{}", said.title, visit.say.colon(), said.detail);
    Ok(Proved::No { said, status })
}

/// `GET /confirm`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    query: web::Query<SignInQuery>,
) -> Result<HttpResponse, Problem> {
    let return_to = local(query.return_to.as_deref());
    let session = session_cookie::of(&request).unwrap_or_default();
    if library.accounts.is_confirmed(&session).await? {
        return Ok(see_other(&return_to));
    }
    visit.page(&page(&visit, &library, &request, return_to).await?)
}

/// `POST /confirm`
pub async fn confirm(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    form: ProtectedForm<Fields>,
) -> Result<HttpResponse, Problem> {
    let fields = form.into_inner();
    let return_to = fields.iter().find(|(name, _)| name == RETURN_TO);
    let return_to = local(return_to.map(|(_, value)| value.as_str()));
    let (fault, status) = match prove(&visit, &library, &request, &fields).await? {
        Proved::Yes => return Ok(see_other(&return_to)),
        Proved::Nothing => (None, StatusCode::UNPROCESSABLE_ENTITY),
        Proved::No { said, status } => (Some(said), status),
    };
    let mut page = page(&visit, &library, &request, return_to).await?;
    page.fault = fault;
    visit.page_as(status, &page)
}

/// The page that leads back to where somebody came from.
pub async fn page(
    visit: &PageContext,
    library: &Library,
    request: &HttpRequest,
    return_to: String,
) -> Result<ConfirmPage, Problem> {
    let carried = vec![(RETURN_TO.to_owned(), return_to.clone())];
    let page = ConfirmPage::of(visit, library, request, urls::CONFIRM.to_owned(), return_to).await?;
    Ok(ConfirmPage { carried, ..page })
}
