//! The context of a page: who visits which address. Every page's frame and every error page is made of it.

use std::future::Future;

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use askama::Template;

use super::layout::{AccountMark, Layout, MenuItem, Operator};
use super::urls;
use crate::actor::Actor;
use crate::config::{Config, SiteSettings};
use crate::domain::authority::Act;
use crate::domain::id::SchoolId;
use crate::domain::role::Role;
use crate::error::Error;
use crate::http::csrf;
use crate::http::negotiation::{LANG_COOKIE, Negotiation, query_lang};
use crate::http::problem::Problem;
use crate::http::proxy;
use crate::library::Library;
use crate::words::pages::PageWords;

tokio::task_local! {
    static CURRENT: PageContext;
}

/// How long a browser keeps the language it chose.
const LANG_KEPT: time::Duration = time::Duration::days(365);

/// The context of a page: its reader, its address and the site's own words.
#[derive(Debug, Clone)]
pub struct PageContext {
    /// Who visits.
    pub actor: Actor,
    /// The words of the reader's language.
    pub say: PageWords,
    /// The path asked for.
    path: String,
    /// The query asked for.
    query: String,
    /// The site's name and how to reach who runs it.
    site: SiteSettings,
    /// The site's address as browsers see it: `https://library.example.org`.
    origin: String,
    /// How much waits for the reader's review.
    waiting: u64,
}

impl PageContext {
    /// Reads it off a request whose sender is known.
    pub fn of(request: &HttpRequest, actor: Actor) -> Self {
        let site = request.app_data::<web::Data<Config>>();
        Self {
            actor,
            say: PageWords(Negotiation::current().lang),
            path: request.path().to_owned(),
            query: request.query_string().to_owned(),
            site: site.map(|config| config.site.clone()).unwrap_or_default(),
            origin: proxy::origin(request),
            waiting: 0,
        }
    }

    /// The same with how much waits for the reader's review, for pages that reviewers look at. The page is worth
    /// showing without.
    pub async fn with_pending_count(self, library: &Library) -> Self {
        if !self.reviews() {
            return self;
        }
        let counted = waiting(library, &self.actor).await;
        // No page fails for a number in its menu.
        let waiting = counted.unwrap_or_else(|error| {
            tracing::warn!("how much waits for review is not known: {error:?}");
            0
        });
        Self { waiting, ..self }
    }

    /// The same as somebody sees it who has just signed out.
    #[must_use]
    pub fn as_guest(self) -> Self {
        Self {
            actor: Actor::guest(),
            waiting: 0,
            ..self
        }
    }

    /// Answers within this visit, so that a refusal from anywhere finds its frame.
    pub async fn scope<T>(self, answer: impl Future<Output = T>) -> T {
        CURRENT.scope(self, answer).await
    }

    /// The visit that is being answered.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }

    /// The frame of a page with this title.
    pub fn layout(&self, title: impl Into<String>) -> Layout {
        let member = self.actor.account.as_ref();
        let mut layout = Layout::new(self.say.lang(), title);
        self.site_name().clone_into(&mut layout.site);
        layout.account = member.map(|member| AccountMark {
            name: member.display.clone(),
            standing: self.say.role(member.role),
        });
        let token = member.and_then(|member| member.csrf.as_deref());
        layout.csrf = token.map(csrf::masked).unwrap_or_default();
        layout.menu = self.menu();
        layout.sign_in_url = self.sign_in_url();
        layout.other_language_url = self.in_other_language();
        layout.operator = operator(&self.site);
        layout
    }

    /// The address of the page for signing in that leads back here.
    pub fn sign_in_url(&self) -> String {
        urls::with_query("/sign-in", &[("return_to", &self.here())])
    }

    /// The whole address of a path of this site.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The site's name in the reader's language.
    pub fn site_name(&self) -> &str {
        self.say.lang().pick(&self.site.name_zh, &self.site.name_en)
    }

    /// Whether the reader may share work of their own.
    pub fn may_share(&self) -> bool {
        self.actor.may(Act::Share)
    }

    /// Whether the reader reviews, for a school or for the city.
    pub fn reviews(&self) -> bool {
        self.actor.reach(Act::Review).is_some()
    }

    /// Whether the reader sees figures.
    pub fn sees_reports(&self) -> bool {
        self.actor.may(Act::SeeFigures)
    }

    /// Whether the reader sees the records of who did what.
    pub fn sees_records(&self) -> bool {
        self.actor.may(Act::ReadAuditLog)
    }

    /// The reader's school.
    pub fn own_school(&self) -> Option<SchoolId> {
        self.actor.account.as_ref().and_then(|member| member.school_id)
    }

    /// Whether the reader keeps words for the same thing, of the city or of a school.
    pub fn edits_synonyms(&self) -> bool {
        self.actor.may(Act::EditSynonyms)
    }

    /// The roles of accounts that the reader may open.
    pub fn gives_roles(&self) -> Vec<Role> {
        let member = self.actor.account.as_ref();
        member.map_or_else(Vec::new, |member| member.authority().assignable_roles())
    }

    /// Whether the reader sees how things are run.
    fn oversees(&self) -> bool {
        self.actor.may(Act::Oversee)
    }

    /// Sends a page.
    pub fn page(&self, page: &impl Template) -> Result<HttpResponse, Problem> {
        self.page_with(HttpResponse::Ok(), page)
    }

    /// Sends a page with a status of its own, such as that of a form to be mended.
    pub fn page_as(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, Problem> {
        self.page_with(HttpResponse::build(status), page)
    }

    fn page_with(&self, mut response: HttpResponseBuilder, page: &impl Template) -> Result<HttpResponse, Problem> {
        let html = page.render().map_err(Error::unexpected)?;
        if let Some(chosen) = query_lang(&self.query) {
            response.cookie(lang_cookie(chosen.code()));
        }
        Ok(response
            .insert_header((header::CONTENT_LANGUAGE, self.say.lang().tag()))
            .content_type("text/html; charset=utf-8")
            .body(html))
    }

    /// The address asked for, from the path on.
    fn here(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }

    fn menu(&self) -> Vec<MenuItem> {
        let open = match self.path.split('/').nth(1) {
            Some("admin") => urls::ADMIN,
            Some("companies") => urls::COMPANIES,
            Some("visits") => urls::VISITS,
            Some("recognition") => urls::RECOGNITION,
            Some("training") => urls::TRAINING,
            _ => &self.path,
        };
        let item = |label, url: &'static str| MenuItem {
            label,
            url,
            is_here: url == open,
            count: None,
        };
        let say = self.say;
        let mut menu = vec![item(say.packs(), "/packs")];
        // Members have more to choose from, and the site's name leads home as well.
        if self.actor.account.is_none() {
            menu.insert(0, item(say.home(), "/"));
        }
        if self.may_share() {
            menu.extend([item(say.upload(), "/upload"), item(say.mine(), "/mine")]);
        }
        if self.reviews() {
            menu.push(MenuItem {
                count: (self.waiting > 0).then(|| say.number(self.waiting)),
                ..item(say.review(), urls::REVIEW)
            });
        }
        if self.actor.may(Act::ReadInternal) {
            menu.push(item(say.training(), urls::TRAINING));
        }
        menu.push(item(say.recognition(), urls::RECOGNITION));
        if self.actor.may(Act::SeeVisits) {
            menu.push(item(say.visits(), urls::VISITS));
        }
        if self.actor.may(Act::SeeCompanies) {
            menu.push(item(say.companies(), urls::COMPANIES));
        }
        if self.sees_reports() {
            menu.push(item(say.reports(), urls::REPORTS));
        }
        if self.actor.account.is_some() {
            menu.push(item(say.saved(), "/saved"));
        }
        if self.oversees() {
            menu.push(item(say.admin(), urls::ADMIN));
        }
        menu
    }

    fn in_other_language(&self) -> String {
        let kept = self
            .query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
        let other = format!("lang={}", self.say.lang().other());
        let pairs: Vec<&str> = kept.chain([other.as_str()]).collect();
        format!("{}?{}", self.path, pairs.join("&"))
    }
}

/// Goes on elsewhere after a form was sent, by GET.
pub fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, address))
        .finish()
}

fn lang_cookie(code: &'static str) -> Cookie<'static> {
    Cookie::build(LANG_COOKIE, code)
        .path("/")
        .same_site(SameSite::Lax)
        .max_age(LANG_KEPT)
        .finish()
}

fn operator(site: &SiteSettings) -> Operator {
    let contact = Some(site.contact.trim()).filter(|contact| !contact.is_empty());
    let is_address = |contact: &&str| contact.contains('@') && !contact.contains(char::is_whitespace);
    Operator {
        email: contact.filter(is_address).map(str::to_owned),
        contact: contact.filter(|contact| !is_address(contact)).map(str::to_owned),
        record_number: Some(site.record_number.clone()).filter(|number| !number.is_empty()),
    }
}

/// Hands the visit to handlers.
impl FromRequest for PageContext {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = request.extensions().get::<Self>().cloned();
        std::future::ready(
            visit.ok_or_else(|| Error::unexpected(anyhow::anyhow!("a page without the guard before it")).into()),
        )
    }
}

/// How much waits for a reviewer: resources, and words of packs.
async fn waiting(library: &Library, actor: &Actor) -> crate::error::Result<u64> {
    let packs = library.packs.count_waiting(actor).await?;
    Ok(library.reviews.reviews_waiting(actor).await? + packs)
}
