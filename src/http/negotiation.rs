//! Content negotiation: the language of an answer, and whether it is a page or data.

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::words::Lang;

/// The cookie in which a browser's choice of language is kept.
pub const LANG_COOKIE: &str = "gongxue_lang";

tokio::task_local! {
    static CURRENT: Negotiation;
}

/// The form in which an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Negotiation {
    /// The language.
    pub lang: Lang,
    /// A page for a browser rather than data for a program.
    pub page: bool,
}

impl Negotiation {
    /// What the request that is being answered wants.
    pub fn current() -> Self {
        CURRENT.try_with(|wants| *wants).unwrap_or_default()
    }

    /// Reads it off a request: `?lang=`, then the cookie, then `Accept-Language`, then what is usual on this site. Data
    /// comes from the API alone.
    pub fn of(request: &HttpRequest, usual: Lang) -> Self {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let chosen = query_lang(request.query_string());
        let kept = || {
            request
                .cookie(LANG_COOKIE)
                .and_then(|cookie| Lang::parse(cookie.value()))
        };
        let lang = chosen
            .or_else(kept)
            .or_else(|| header(header::ACCEPT_LANGUAGE).map(|wanted| Lang::negotiate(Some(wanted))))
            .unwrap_or(usual);
        Self {
            lang,
            page: is_page(request.path()),
        }
    }

    /// Answers within these wishes.
    pub async fn scope<T>(self, answer: impl Future<Output = T>) -> T {
        CURRENT.scope(self, answer).await
    }
}

/// The language that an address asks for.
pub fn query_lang(query: &str) -> Option<Lang> {
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("lang="))
        .and_then(Lang::parse)
}

fn is_page(path: &str) -> bool {
    let data = ["/api/v1", "/api/openapi.json", "/healthz", "/readyz", "/metrics"];
    !data.iter().any(|prefix| path.starts_with(prefix))
}
