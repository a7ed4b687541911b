//! Suggesting: how to go on with what somebody types, from the index alone.

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::actor::Actor;
use crate::domain::search::{Completion, CompletionKind, SuggestQuestion};
use crate::error::{Error, Result};
use crate::library::search::Search;

/// What stands unescaped in a query (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Completions, those a teacher would pick first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Suggestions {
    /// The completions.
    pub items: Vec<Suggestion>,
}

/// One completion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Suggestion {
    /// The name.
    pub text: String,
    /// The name with what was typed marked; the rest is escaped for HTML.
    pub html: String,
    /// What it is the name of.
    pub kind: CompletionKind,
    /// How many resources that the caller may see carry it; counting stops at 1,000.
    pub count: u64,
    /// Where it leads, as a path on this site.
    pub url: String,
}

impl Search {
    /// How to go on with what was typed; where to begin, if nothing was. Tells only what the actor may see.
    pub async fn suggest(&self, actor: &Actor, text: &str, limit: usize) -> Result<Suggestions> {
        let question = SuggestQuestion {
            text: text.to_owned(),
            audiences: actor.audiences(),
            limit,
        };
        let index = Arc::clone(&self.index);
        let _permit = self.searching.acquire(actor).await?;
        let completions = tokio::task::spawn_blocking(move || index.suggest(&question))
            .await
            .map_err(Error::unexpected)?
            .map_err(Error::unexpected)?;
        Ok(Suggestions {
            items: completions.into_iter().map(suggestion).collect(),
        })
    }
}

fn suggestion(completion: Completion) -> Suggestion {
    Suggestion {
        url: url(&completion),
        text: completion.text,
        html: completion.html,
        kind: completion.kind,
        count: completion.count,
    }
}

/// The page of the one thing that bears the name, or a search that finds what carries it.
fn url(completion: &Completion) -> String {
    let found_by = |field: &str, value: &str| format!("/search?{field}={}", utf8_percent_encode(value, UNRESERVED));
    let (text, target) = (&completion.text, completion.target.as_ref());
    match (completion.kind, target) {
        (CompletionKind::Course, Some(id)) => format!("/c/{id}"),
        (CompletionKind::Course, None) => found_by("course", text),
        (CompletionKind::Major, Some(id)) => format!("/m/{id}"),
        (CompletionKind::Major, None) => found_by("major", text),
        (CompletionKind::Task, target) => found_by("task", target.unwrap_or(text)),
        (CompletionKind::ResourceType, target) => found_by("type", target.unwrap_or(text)),
        (CompletionKind::Title, Some(id)) => format!("/r/{id}"),
        (CompletionKind::Title | CompletionKind::Keyword, _) => found_by("q", text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completion_leads_to_its_page_or_to_a_search() {
        let url = |kind, target: Option<&str>| {
            url(&Completion {
                text: "A&B".to_owned(),
                html: String::new(),
                kind,
                count: 1,
                target: target.map(str::to_owned),
            })
        };

        assert_eq!(url(CompletionKind::Course, Some("7")), "/c/7");
        assert_eq!(url(CompletionKind::Course, None), "/search?course=A%26B");
        assert_eq!(url(CompletionKind::Task, Some("7")), "/search?task=7");
        assert_eq!(url(CompletionKind::Title, Some("7")), "/r/7");
        assert_eq!(url(CompletionKind::Keyword, None), "/search?q=A%26B");
    }
}
