//! The page that explains why a resource is not found: who finds it, what of its files, and by which words.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::format;
use super::layout::{Layout, Link};
use super::page_context::PageContext;
use super::resource::state_code;
use super::urls;
use crate::domain::explain::MatchKind;
use crate::domain::file::ExtractionState;
use crate::domain::id::ResourceId;
use crate::http::api::findability::FindabilityQuery;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::search::findability::{
    FileMatch, Findability, FindabilityQuestion, IndexState, PlaceReach, WordMatch,
};

/// The page that says whether a resource is found.
#[derive(Debug, Template)]
#[template(path = "findability.html")]
pub struct FindabilityPage {
    /// The frame; its query is what was tried.
    pub layout: Layout,
    /// The resource, with the way back to it.
    pub resource: Link,
    /// Where the form goes: this page.
    pub url: String,
    /// Who finds it and why.
    pub who: String,
    /// What would let more people find it.
    pub to_widen: Option<String>,
    /// How far the index is with it.
    pub index: String,
    /// The same in numbers.
    pub index_numbers: String,
    /// Whether the index is behind.
    pub is_behind: bool,
    /// What came of the words that were tried.
    pub tried: Option<TriedQuery>,
    /// Its files.
    pub files: Vec<FileFindability>,
}

/// What came of some words.
#[derive(Debug, Clone)]
pub struct TriedQuery {
    /// The verdict, in a sentence.
    pub said: String,
    /// Whether it is found.
    pub is_found: bool,
    /// Why not, and what helps.
    pub reasons: Vec<String>,
    /// That something else was looked for than was typed.
    pub correction: Option<String>,
    /// How the words were read, and where each stands.
    pub words: Vec<WordRow>,
    /// The results for these words.
    pub results_url: String,
}

/// A word and where it stands.
#[derive(Debug, Clone)]
pub struct WordRow {
    /// The word.
    pub text: String,
    /// How it is wanted, where that is not plainly: `一字不差`, `不要`.
    pub mark: Option<&'static str>,
    /// Other names that would do as well: `课件、PPT`.
    pub synonyms: Option<String>,
    /// How it stands there, in words.
    pub said: String,
    /// Whether that is what is wanted.
    pub is_well: bool,
    /// The fields and how many passages: `标题、关键词、文件里 3 处`.
    pub fields: String,
    /// The first places in its files.
    pub places: Vec<Link>,
}

/// A file and what of it is found.
#[derive(Debug, Clone)]
pub struct FileFindability {
    /// Its path.
    pub path: String,
    /// Its format: `PPTX`.
    pub format: String,
    /// How far reading it has come, as a stable code for the style sheet.
    pub state: &'static str,
    /// The plain answer to "is it found?".
    pub said: String,
    /// In how many passages.
    pub passages: Option<String>,
    /// What keeps parts of it from being found.
    pub warnings: Vec<String>,
    /// What to do next.
    pub next: Vec<String>,
}

/// `GET /r/{id}/findability`
pub async fn show(
    visit: PageContext,
    library: web::Data<Library>,
    id: web::Path<ResourceId>,
    query: web::Query<FindabilityQuery>,
) -> Result<HttpResponse, Problem> {
    let found = library
        .search
        .findability(&visit.actor, *id, query.asked(), visit.say.lang())
        .await?;
    library.resources.note_reading(&visit.actor, *id).await?;
    visit.page(&page(&visit, query.asked(), found))
}

fn page(visit: &PageContext, asked: &str, found: Findability) -> FindabilityPage {
    let say = visit.say;
    let mut layout = visit.layout(say.findability_of(&found.title));
    asked.clone_into(&mut layout.query);
    FindabilityPage {
        url: urls::findability(found.id, ""),
        who: found.audience.said,
        to_widen: found.audience.to_widen,
        index_numbers: say.index_numbers(found.index.last_change, found.index.applied_change),
        is_behind: found.index.state != IndexState::Indexed,
        index: found.index.said,
        tried: found.query.map(|query| tried(visit, query)),
        files: found.files.into_iter().map(|file| file_row(visit, file)).collect(),
        resource: Link::new(found.title, found.url),
        layout,
    }
}

fn tried(visit: &PageContext, query: FindabilityQuestion) -> TriedQuery {
    let say = visit.say;
    let row = |word: &WordMatch, mark| word_row(visit, word, mark, &query.text);
    let words = query.words.iter().map(|word| row(word, None));
    let phrases = query.phrases.iter().map(|word| row(word, Some(say.phrase_mark())));
    let excluded = query.excluded.iter().map(|word| WordRow {
        is_well: word.how == MatchKind::Missing,
        ..row(word, Some(say.excluded_mark()))
    });
    TriedQuery {
        words: words.chain(phrases).chain(excluded).collect(),
        correction: query
            .corrected
            .as_ref()
            .map(|used| say.shown_instead(&query.text, used)),
        results_url: urls::search(&query.text),
        is_found: query.found,
        said: query.said,
        reasons: query.reasons.into_iter().map(|reason| reason.said).collect(),
    }
}

fn word_row(visit: &PageContext, word: &WordMatch, mark: Option<&'static str>, asked: &str) -> WordRow {
    let say = visit.say;
    let fields = word.fields.iter().map(|field| say.field(*field).to_owned());
    let passages = (word.passages.count > 0).then(|| say.in_passages(word.passages.count));
    let opens = |place: &PlaceReach| {
        // The address of a place has its own query before it.
        let words = urls::with_query("", &[("q", asked)]).replacen('?', "&", 1);
        let label = format!("{} · {}", place.file, say.place(&place.locator));
        Link::new(label, format!("{}{words}#reading", place.url))
    };
    WordRow {
        text: word.text.clone(),
        mark,
        synonyms: (!word.synonyms.is_empty()).then(|| say.enumerated(&word.synonyms)),
        said: word.said.clone(),
        is_well: word.how < MatchKind::Part,
        fields: say.enumerated(&fields.chain(passages).collect::<Vec<_>>()),
        places: word.passages.first.iter().map(opens).collect(),
    }
}

fn file_row(visit: &PageContext, file: FileMatch) -> FileFindability {
    FileFindability {
        format: format::format(file.kind, &file.name),
        state: state_code(file.state),
        passages: (file.state == ExtractionState::Ready).then(|| visit.say.passages_found(file.passages)),
        path: file.path,
        said: file.said,
        warnings: file.warnings,
        next: file.next,
    }
}
