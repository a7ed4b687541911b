//! Atom (RFC 4287): what is new in a search, for readers of feeds.
//!
//! `/search.atom` answers whoever asks with what they may see; `/feeds/{key}` is the address of a saved search and shows
//! what its owner may see. Every text is put through [`plain`], because XML has no way to say some characters at all.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use askama::Template;
use sha2::Digest as _;
use uuid::Uuid;

use super::caching;
use super::conditional::{Current, Precondition, etag};
use super::content::conditions;
use super::problem::Problem;
use super::web::highlighted::Highlighted;
use super::web::page_context::PageContext;
use super::web::{results, urls};
use crate::domain::id::Sha256;
use crate::domain::resource::resource_type;
use crate::domain::rights::AiUse;
use crate::domain::search::{Question, SearchQuery, Sort};
use crate::domain::time::Timestamp;
use crate::error::{Error, Refusal};
use crate::library::Library;
use crate::library::search::find::FoundResource;
use crate::library::search::saved::FEED_ENTRIES;

/// The longest summary, in characters.
const MAX_SUMMARY: usize = 500;

/// A feed.
#[derive(Debug, Template)]
#[template(path = "feed.xml")]
struct AtomFeed {
    lang: &'static str,
    id: String,
    title: String,
    updated: Timestamp,
    site: String,
    home: String,
    self_url: String,
    page_url: String,
    entries: Vec<AtomEntry>,
}

/// A resource in a feed.
#[derive(Debug)]
struct AtomEntry {
    id: String,
    title: String,
    updated: Timestamp,
    published: Option<Timestamp>,
    authors: Vec<String>,
    url: String,
    /// Its type's code and name.
    kind: (String, String),
    /// How much of it AI made, and the label that says so.
    ai: Option<(&'static str, &'static str)>,
    /// On which terms others may use it.
    rights: Option<String>,
    summary: Option<String>,
}

/// What makes one feed another than the next.
struct AtomHead {
    id: Uuid,
    title: String,
    /// Said when there is nothing in it.
    begun: Timestamp,
    /// Its own address, and that of the page with the same results, as paths on this site.
    self_path: String,
    page_path: String,
}

/// `GET /search.atom`, with the same query as the results page: newest first, as the asker may see it.
pub async fn search(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    query: web::Query<SearchQuery>,
) -> Result<HttpResponse, Problem> {
    let question = Question {
        sort: Sort::Newest,
        limit: FEED_ENTRIES,
        ..library.search.question(&query).await?
    };
    let found = library.search.find(&visit.actor, question, visit.say.lang()).await?;
    let self_path = urls::results_feed(&query);
    let head = AtomHead {
        id: id_of(&self_path),
        title: results::heading(visit.say, &query),
        begun: Timestamp(0),
        page_path: urls::results(&query),
        self_path,
    };
    answer(&visit, &request, &head, &found.hits)
}

/// `GET /feeds/{key}`: a saved search, as its owner may see it now.
pub async fn saved(
    visit: PageContext,
    library: web::Data<Library>,
    request: HttpRequest,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let feed = library.search.saved_feed(&key, visit.say.lang()).await?;
    let head = AtomHead {
        id: feed.id.0,
        title: feed.name,
        begun: feed.created_at,
        self_path: format!("/feeds/{}", key.as_str()),
        page_path: feed.url,
    };
    answer(&visit, &request, &head, &feed.found.hits)
}

fn answer(
    visit: &PageContext,
    request: &HttpRequest,
    head: &AtomHead,
    hits: &[FoundResource],
) -> Result<HttpResponse, Problem> {
    let feed = feed(visit, head, hits);
    let body = feed.render().map_err(Error::unexpected)?;
    let tag = etag(&Sha256::from_bytes(sha2::Sha256::digest(body.as_bytes()).into()));
    let current = Current {
        etag: &tag,
        modified: Some(feed.updated),
    };
    match conditions(request.headers()).weigh(current) {
        Precondition::Proceed => {
            let mut response = described(HttpResponse::Ok(), current);
            Ok(response.content_type("application/atom+xml; charset=utf-8").body(body))
        }
        Precondition::NotModified => Ok(described(HttpResponse::NotModified(), current).finish()),
        Precondition::Failed => Err(Refusal::ChangedMeanwhile.into()),
    }
}

fn described(mut response: HttpResponseBuilder, current: Current<'_>) -> HttpResponseBuilder {
    let modified = current.modified.map(Timestamp::http_date).unwrap_or_default();
    response
        .insert_header((header::ETAG, current.etag))
        .insert_header((header::LAST_MODIFIED, modified))
        // Programs fetch it again and again, mostly unchanged; what may be seen can change at any moment.
        .insert_header((header::CACHE_CONTROL, caching::REVALIDATE));
    response
}

fn feed(visit: &PageContext, head: &AtomHead, hits: &[FoundResource]) -> AtomFeed {
    let hits: Vec<&FoundResource> = hits.iter().filter(|hit| hit.counts()).collect();
    let absolute = |path: &str| visit.absolute(path);
    let newest = hits.iter().map(|hit| hit.resource.updated_at).max();
    AtomFeed {
        lang: visit.say.lang().tag(),
        id: urn(head.id),
        title: plain(&format!("{} · {}", head.title, visit.site_name())),
        updated: newest.unwrap_or(head.begun),
        site: plain(visit.site_name()),
        home: plain(&absolute("/")),
        self_url: plain(&absolute(&head.self_path)),
        page_url: plain(&absolute(&head.page_path)),
        entries: hits.iter().map(|hit| entry(visit, hit, &absolute)).collect(),
    }
}

fn entry(visit: &PageContext, hit: &FoundResource, absolute: &impl Fn(&str) -> String) -> AtomEntry {
    let resource = &hit.resource;
    let kind =
        resource_type(&resource.metadata.kind).map_or(resource.metadata.kind.as_str(), |kind| visit.say.kind(kind));
    let mut authors: Vec<String> = resource.metadata.authors.iter().map(|author| plain(author)).collect();
    if authors.is_empty() {
        let school = resource.school.as_ref();
        authors.push(plain(school.map_or(&resource.owner.name, |school| &school.name)));
    }
    AtomEntry {
        id: urn(resource.id.0),
        title: plain(&resource.metadata.title),
        updated: resource.updated_at,
        published: resource.published_at,
        authors,
        url: absolute(&resource.url),
        kind: (plain(&resource.metadata.kind), plain(kind)),
        ai: ai(visit, resource.metadata.rights.ai_use),
        rights: resource
            .metadata
            .licence
            .as_deref()
            .map(|text| plain(&visit.say.licence_name(text))),
        summary: summary(visit, hit),
    }
}

fn ai(visit: &PageContext, used: Option<AiUse>) -> Option<(&'static str, &'static str)> {
    Some((used?.code(), visit.say.ai_badge(used)?))
}

/// The best place that was found, with its words; without words, what its author says of it.
fn summary(visit: &PageContext, hit: &FoundResource) -> Option<String> {
    let place = hit.passages.first().map(|passage| {
        let words = Highlighted::from_index(&passage.html).text();
        format!("{}{}{words}", visit.say.place(&passage.locator), visit.say.colon())
    });
    let text = place.unwrap_or_else(|| hit.resource.metadata.description.clone());
    let text: String = plain(&text).chars().take(MAX_SUMMARY).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn urn(id: Uuid) -> String {
    format!("urn:uuid:{id}")
}

/// A feed's id for ever: made of what it asks, so that the same question is the same feed.
fn id_of(path: &str) -> Uuid {
    let hash: [u8; 32] = sha2::Sha256::digest(path.as_bytes()).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Text without the characters that XML 1.0 (§2.2) cannot hold, escaped or not.
fn plain(text: &str) -> String {
    text.chars().filter(|c| is_xml(*c)).collect()
}

fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::{id_of, plain};

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        assert_eq!(plain("a\u{0}\u{b}\u{1f}\u{ffff}\u{fffe}<&\n星🔧"), "a<&\n星🔧");
    }

    #[test]
    fn the_same_question_is_the_same_feed() {
        assert_eq!(id_of("/search.atom?q=x"), id_of("/search.atom?q=x"));
        assert_ne!(id_of("/search.atom?q=x"), id_of("/search.atom?q=y"));
        assert_eq!(id_of("").get_version_num(), 8);
    }
}
