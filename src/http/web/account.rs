//! The page of one's own account: password, sessions, API tokens.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};

use self::passkeys::PasskeyRow;
use super::form::{Choice, FormField};
use super::layout::Layout;
use super::marks::{self, OwnMarkRow};
use super::page_context::{PageContext, see_other};
use super::page_query::PageQuery;
use crate::domain::authority::Act;
use crate::domain::id::TokenId;
use crate::domain::role::{TokenArea, TokenScope};
use crate::error::{Error, Refusal};
use crate::http::api::own_data;
use crate::http::caching;
use crate::http::problem::Problem;
use crate::http::problem_response::with_retry_after;
use crate::http::protected_form::{ProtectedButton, ProtectedForm};
use crate::http::{passkey_site, session_cookie};
use crate::library::Library;
use crate::library::accounts::self_service::{PasswordChange, Session, Token};
use crate::library::accounts::sign_on::link::LinkedIdentity;
use crate::words::pages::PageWords;

pub mod passkeys;

/// How long a token may last, in days.
const DAYS: [u64; 3] = [30, 90, 365];

/// The page.
#[derive(Debug, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// The frame.
    pub layout: Layout,
    /// Sign-in name, role, school.
    pub facts: Vec<String>,
    /// What a new password must be.
    pub password_note: String,
    /// What is wrong with the present password as it was typed.
    pub old_fault: Option<String>,
    /// What is wrong with the new one.
    pub new_fault: Option<String>,
    /// Whether the account has a password of this site.
    pub has_password: bool,
    /// Who one is at providers of sign-on.
    pub identities: Vec<IdentityRow>,
    /// Where one's account is linked to another.
    pub linkable: Vec<LinkForm>,
    /// One's passkeys, newest first.
    pub passkeys: Vec<PasskeyRow>,
    /// Whether browsers make passkeys at this site's address.
    pub has_passkeys: bool,
    /// One's marks, newest first.
    pub marks: Vec<OwnMarkRow>,
    /// The browsers that are signed in.
    pub sessions: Vec<SessionRow>,
    /// A token that was just made, shown this once.
    pub made: Option<String>,
    /// One's tokens, newest first.
    pub tokens: Vec<TokenRow>,
    /// What a new token is for.
    pub token_name: FormField,
    /// What it may do.
    pub scopes: Vec<Choice>,
    /// What of others' own it may read, where the reader may.
    pub areas: Vec<Choice>,
    /// How long it lasts.
    pub days: Vec<Choice>,
}

/// A browser that is signed in.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Names it.
    pub id: String,
    /// What it is called.
    pub label: &'static str,
    /// Address and times.
    pub facts: Vec<String>,
    /// Whether it is this one.
    pub is_here: bool,
}

/// Who one is at a provider of sign-on.
#[derive(Debug, Clone)]
pub struct IdentityRow {
    /// Names it.
    pub id: String,
    /// The provider.
    pub label: String,
    /// The name there, and the last use.
    pub facts: Vec<String>,
}

/// How one's account is linked to another.
#[derive(Debug, Clone)]
pub struct LinkForm {
    /// What it says.
    pub label: String,
    /// Where the form goes.
    pub url: String,
    /// Whether name and password there are typed here.
    pub asks_there: bool,
    /// Whether a code of the second factor is asked for.
    pub asks_code: bool,
}

/// A token.
#[derive(Debug, Clone)]
pub struct TokenRow {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do, and until when.
    pub facts: Vec<String>,
}

/// `GET /account`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let mut page = page(&visit, &library, &request).await?;
    let has_passkeys = !page.passkeys.is_empty();
    page.layout.notice = query
        .done
        .as_deref()
        .and_then(|done| notice(&visit, done, has_passkeys));
    visit.page(&page)
}

async fn page(visit: &PageContext, library: &Library, request: &HttpRequest) -> Result<AccountPage, Problem> {
    let say = visit.say;
    let me = library.accounts.me(&visit.actor).await?;
    let here = session_cookie::of(request);
    let sessions = library.accounts.own_sessions(&visit.actor, here.as_deref()).await?;
    let tokens = library.accounts.own_tokens(&visit.actor).await?;
    let ways_in = library.accounts.ways_in(&visit.actor).await?;
    let passkeys = library.accounts.own_passkeys(&visit.actor).await?;
    let marks = library.recognition.own_marks(&visit.actor).await?;
    let now = library.clock().now();
    let providers = library.accounts.sign_on_providers(say.lang()).into_iter();
    let linkable = providers.map(|provider| LinkForm {
        label: say.link_at(&provider.name),
        url: format!("/account/sign-on/{}", provider.id),
        asks_there: provider.protocol == "ldap",
        asks_code: ways_in.has_factor,
    });
    let facts = [
        Some(me.name),
        Some(say.role(me.role)),
        me.school.map(|school| school.name),
    ];
    Ok(AccountPage {
        layout: visit.layout(say.own_account()),
        facts: facts.into_iter().flatten().collect(),
        password_note: say.password_note(library.rules().password_min_chars),
        old_fault: None,
        new_fault: None,
        identities: ways_in
            .identities
            .into_iter()
            .map(|it| identity_row(visit, library, it))
            .collect(),
        linkable: linkable.filter(|_| ways_in.has_password).collect(),
        has_password: ways_in.has_password,
        passkeys: passkeys
            .into_iter()
            .map(|passkey| passkeys::row(say, passkey))
            .collect(),
        has_passkeys: passkey_site::of(request).is_some(),
        marks: marks::own(say, &marks),
        sessions: sessions
            .into_iter()
            .map(|session| session_row(say, library, session))
            .collect(),
        made: None,
        tokens: tokens
            .into_iter()
            .map(|token| {
                let is_over = token.expires_at.is_some_and(|end| end <= now);
                token_row(visit, token, is_over)
            })
            .collect(),
        token_name: FormField::default(),
        scopes: [TokenScope::Read, TokenScope::Write, TokenScope::Admin, TokenScope::Work]
            .into_iter()
            .filter(|scope| *scope != TokenScope::Work || visit.actor.may(Act::Work))
            .map(|scope| Choice::new(scope.code(), say.scope_of_token(scope), TokenScope::Read.code()))
            .collect(),
        areas: areas(visit),
        days: DAYS.map(|n| Choice::new(n.to_string(), say.days(n), "90")).into(),
    })
}

/// The areas that the reader's own rights reach into.
fn areas(visit: &PageContext) -> Vec<Choice> {
    let open = TokenArea::ALL
        .into_iter()
        .filter(|area| visit.actor.may(reading(*area)));
    open.map(|area| Choice::new(area.code(), visit.say.area_of_token(area), ""))
        .collect()
}

fn reading(area: TokenArea) -> Act {
    match area {
        TokenArea::Accounts => Act::SeeAccounts,
        TokenArea::Audit => Act::ReadAuditLog,
    }
}

fn identity_row(visit: &PageContext, library: &Library, identity: LinkedIdentity) -> IdentityRow {
    let say = visit.say;
    let name = Some(identity.name).filter(|name| !name.is_empty());
    let used = say.last_used(&identity.seen_at.minute());
    IdentityRow {
        id: identity.id.to_string(),
        label: library.accounts.provider_name(&identity.provider, say.lang()),
        facts: name.into_iter().chain([used]).collect(),
    }
}

fn session_row(say: PageWords, library: &Library, session: Session) -> SessionRow {
    let name = |id: &String| library.accounts.provider_name(id, say.lang());
    let facts = [
        session.address,
        Some(say.last_used(&session.seen_at.minute())),
        Some(say.signed_in_at(&session.created_at.minute())),
        session.provider.as_ref().map(|id| say.signed_in_by(&name(id))),
    ];
    SessionRow {
        id: session.id,
        label: if session.is_here {
            say.session_here()
        } else {
            say.session_other()
        },
        facts: facts.into_iter().flatten().collect(),
        is_here: session.is_here,
    }
}

fn token_row(visit: &PageContext, token: Token, is_over: bool) -> TokenRow {
    let say = visit.say;
    let until = match token.expires_at {
        Some(end) if is_over => say.expired_on(&end.day()),
        Some(end) => say.valid_until(&end.day()),
        None => say.token_for_ever().to_owned(),
    };
    // That one for everything reads these as well goes without saying.
    let is_told = |area: &TokenArea| {
        matches!(token.scope, TokenScope::Read | TokenScope::Write) && visit.actor.may(reading(*area))
    };
    let areas = token.areas.iter().copied().filter(is_told);
    let areas = areas.map(|area| say.area_of_token(area));
    let name = Some(token.name.clone()).filter(|name| !name.is_empty());
    TokenRow {
        id: token.id.to_string(),
        name: name.unwrap_or_else(|| say.token_nameless().to_owned()),
        facts: [say.scope_of_token(token.scope)]
            .into_iter()
            .chain(areas)
            .chain([until])
            .collect(),
    }
}

fn notice(visit: &PageContext, done: &str, has_passkeys: bool) -> Option<String> {
    let say = visit.say;
    // Whoever took the old password over may have added one.
    let check_passkeys = if has_passkeys { say.passkeys_check() } else { "" };
    let said = match done {
        "linked" => say.sign_on_linked(),
        "unlinked" => say.sign_on_unlinked(),
        "password" => return Some(format!("{}{check_passkeys}", say.password_changed())),
        "password-chosen" => return Some(format!("{}{check_passkeys}", say.password_chosen())),
        "passkey" => say.passkey_added_done(),
        "passkey-renamed" => say.passkey_renamed_done(),
        "passkey-name" => say.passkey_name_fault(),
        "passkey-removed" => say.passkey_removed_done(),
        "session" => say.session_ended(),
        "token" => say.token_withdrawn(),
        _ => return None,
    };
    Some(said.to_owned())
}

/// The present password and another.
#[derive(Debug, Deserialize)]
pub struct PasswordTyped {
    /// The present one.
    #[serde(default)]
    pub old: String,
    /// The new one.
    #[serde(default)]
    pub new: String,
    /// Whether the tokens of one's programs end as well; a box that is not ticked is not sent.
    pub end_tokens: Option<String>,
}

/// `POST /account/password`
pub async fn change_password(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    typed: ProtectedForm<PasswordTyped>,
) -> Result<HttpResponse, Problem> {
    let here = session_cookie::of(&request);
    let browser = session_cookie::browser_of(&request);
    let change = PasswordChange {
        old: &typed.old,
        new: &typed.new,
        end_tokens: typed.end_tokens.is_some(),
        browser: browser.as_deref(),
    };
    let changed = library
        .accounts
        .change_password(&visit.actor, here.as_deref(), &change)
        .await;
    let Err(error) = changed else {
        return Ok(see_other("/account?done=password"));
    };
    let problem = Problem::from(error);
    let mut page = page(&visit, &library, &request).await?;
    let said = problem.say(visit.say.lang());
    match problem.refusal() {
        Some(Refusal::WrongPassword | Refusal::LockedOut { .. }) => page.old_fault = Some(said.title),
        Some(Refusal::Fields(faults)) => {
            page.new_fault = faults.first().map(|fault| fault.kind.say(visit.say.lang()));
        }
        _ => return Err(problem),
    }
    // Not 401: whoever mistypes here is signed in all the same.
    let status = match problem.status() {
        StatusCode::UNAUTHORIZED => StatusCode::UNPROCESSABLE_ENTITY,
        other => other,
    };
    Ok(with_retry_after(&problem, visit.page_as(status, &page)?))
}

/// Which browser is to be signed out.
#[derive(Debug, Deserialize)]
pub struct EndSession {
    /// Names it.
    #[serde(default)]
    pub id: String,
}

/// `POST /account/sessions/end`
pub async fn end_session(
    visit: PageContext,
    library: web::Data<Library>,
    form: ProtectedForm<EndSession>,
) -> Result<HttpResponse, Problem> {
    library.accounts.end_own_session(&visit.actor, &form.id).await?;
    Ok(see_other("/account?done=session"))
}

/// `POST /account/export`
pub async fn export(
    visit: PageContext,
    library: web::Data<Library>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    own_data::answer(&library, &visit.actor).await
}

/// Whether somebody knows what they do.
#[derive(Debug, Deserialize)]
pub struct EraseTyped {
    /// A box that is not ticked is not sent.
    pub sure: Option<String>,
}

/// `POST /account/erase`
pub async fn erase(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    typed: ProtectedForm<EraseTyped>,
) -> Result<HttpResponse, Problem> {
    if typed.sure.is_none() {
        return Ok(see_other("/account#own-data"));
    }
    library.accounts.erase_own(&visit.actor).await?;
    let mut response = see_other("/");
    let (name, what) = caching::FORGET;
    response.headers_mut().insert(name, HeaderValue::from_static(what));
    response
        .add_cookie(&session_cookie::end(&request))
        .map_err(Error::unexpected)?;
    Ok(response)
}

/// A token as the form sends it.
#[derive(Debug, Deserialize)]
pub struct TokenTyped {
    /// What it is for.
    #[serde(default)]
    pub name: String,
    /// What it may do.
    #[serde(default)]
    pub scope: String,
    /// Whether it reads the accounts.
    pub accounts: Option<String>,
    /// Whether it reads the audit log.
    pub audit: Option<String>,
    /// How long it lasts.
    #[serde(default)]
    pub days: String,
}

impl TokenTyped {
    fn json(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("name".to_owned(), self.name.clone().into());
        fields.insert("scope".to_owned(), self.scope.clone().into());
        let areas = [(TokenArea::Accounts, &self.accounts), (TokenArea::Audit, &self.audit)];
        let chosen = areas.into_iter().filter(|(_, chosen)| chosen.is_some());
        let chosen: Vec<&str> = chosen.map(|(area, _)| area.code()).collect();
        fields.insert("areas".to_owned(), chosen.into());
        fields.insert("days".to_owned(), self.days.parse::<u64>().ok().into());
        fields
    }
}

/// `POST /account/tokens`
pub async fn make_token(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    typed: ProtectedForm<TokenTyped>,
) -> Result<HttpResponse, Problem> {
    let made = library.accounts.make_token(&visit.actor, &typed.json()).await;
    let mut page = page(&visit, &library, &request).await?;
    let problem = match made {
        Ok(made) => {
            // In this answer and not behind a redirect: the token is kept nowhere, so an address to go on to would have
            // to carry it.
            page.made = made.token;
            return visit.page(&page);
        }
        Err(error) => Problem::from(error),
    };
    let Some(Refusal::Fields(faults)) = problem.refusal() else {
        return Err(problem);
    };
    page.token_name.value.clone_from(&typed.name);
    page.token_name.fault = faults.first().map(|fault| fault.kind.say(visit.say.lang()));
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// `POST /account/tokens/{id}/withdraw`
pub async fn withdraw_token(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<TokenId>,
    _: ProtectedButton,
) -> Result<HttpResponse, Problem> {
    library.accounts.withdraw_token(&visit.actor, *id).await?;
    Ok(see_other("/account?done=token"))
}
