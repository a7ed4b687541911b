//! Answering a question from one state of the index.

use std::cmp::Reverse;
use std::collections::HashMap;

use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermSetQuery};
use tantivy::schema::{Field, Value};
use tantivy::{DocAddress, Searcher, TantivyDocument, Term};
use uuid::Uuid;

use crate::domain::id::Id;
use crate::domain::search::{Answer, Facets, Hit, PassageHit, Question, Sort};

use super::SearchError;
use super::collect::{BestPassages, Gather, Harvest, Passages, Ranked, Tally};
use super::cursor::Cursor;
use super::plan::{Mode, Plan, Planner, terms_of};
use super::schema::{Facet, Fields};
use super::statistics::Statistics;
use super::synonyms::Synonyms;

/// With fewer hits than this, or than fill the page, resources with only some of the words are shown as well.
const ENOUGH: usize = 10;
/// How many passages are shown of a resource.
const PASSAGES_SHOWN: usize = 3;
/// The most hits of one page.
const MOST_HITS: usize = 100;

/// One state of the index, ready to answer.
pub(super) struct Desk<'a> {
    /// The entries.
    pub(super) searcher: &'a Searcher,
    /// The fields.
    pub(super) fields: &'a Fields,
    /// Words for the same thing.
    pub(super) synonyms: &'a Synonyms,
}

impl Desk<'_> {
    /// Answers a question.
    pub(super) fn answer(&self, question: &Question) -> Result<Answer, SearchError> {
        let cursor = question
            .cursor
            .as_deref()
            .map(|text| Cursor::decode(text).ok_or(SearchError::Cursor));
        let cursor = cursor.transpose()?;
        let plan = self.planner().plan(&question.text)?;
        if plan.is_empty() {
            return Ok(Answer::default());
        }
        let asked = self.ask(question, &plan, cursor)?;
        let (mode, harvest) = self.gather(&asked)?;
        self.write(&asked, mode, harvest)
    }

    fn planner(&self) -> Planner<'_> {
        Planner {
            fields: self.fields,
            searcher: self.searcher,
            synonyms: self.synonyms,
        }
    }

    fn ask<'a>(
        &self,
        question: &'a Question,
        plan: &'a Plan,
        cursor: Option<Cursor>,
    ) -> Result<Asked<'a>, SearchError> {
        // Without words nothing fits better than another: the newest come first.
        let sort = if plan.browses { Sort::Newest } else { question.sort };
        if cursor.as_ref().is_some_and(|cursor| cursor.sort != sort) {
            return Err(SearchError::Cursor);
        }
        let kept = cursor
            .as_ref()
            .and_then(|cursor| Statistics::thaw(&cursor.statistics, self.fields, &plan.terms));
        let statistics = match kept {
            Some(kept) => kept,
            None => Statistics::of_resources(self.searcher, self.fields, &plan.terms)?,
        };
        Ok(Asked {
            question,
            plan,
            sort,
            limit: question.limit.clamp(1, MOST_HITS),
            cursor,
            statistics,
        })
    }

    /// All words first; if that is too little, some of them. A next page asks as the first did.
    fn gather(&self, asked: &Asked<'_>) -> Result<(Mode, Harvest), SearchError> {
        if let Some(cursor) = &asked.cursor {
            let mode = if cursor.relaxed { Mode::Relaxed } else { Mode::Strict };
            return Ok((mode, self.pass(asked, mode)?));
        }
        let strict = self.pass(asked, Mode::Strict)?;
        let enough = match asked.sort {
            // By time, what fits a little would stand before what fits well.
            Sort::Newest => 1,
            Sort::Relevance if asked.plan.is_sentence => usize::MAX,
            Sort::Relevance => asked.limit.max(ENOUGH),
        };
        if strict.total >= enough || !asked.plan.can_relax() {
            return Ok((Mode::Strict, strict));
        }
        let relaxed = self.pass(asked, Mode::Relaxed)?;
        if relaxed.total > strict.total {
            Ok((Mode::Relaxed, relaxed))
        } else {
            Ok((Mode::Strict, strict))
        }
    }

    fn pass(&self, asked: &Asked<'_>, mode: Mode) -> Result<Harvest, SearchError> {
        let guards = self
            .planner()
            .guards(&asked.question.audiences, &asked.question.filters, None);
        let query = asked.plan.query(mode, &guards);
        let gather = Gather {
            sort: asked.sort,
            // One more than shown tells whether there is a next page.
            keep: asked.limit + 1,
            after: asked.cursor.as_ref().map(|cursor| (cursor.key, cursor.id)),
            facets: Facet::ALL.to_vec(),
            since: asked.question.filters.since,
        };
        let mut harvest = self.run(asked, &*query, &gather)?;
        for (facet, tally) in &mut harvest.tallies {
            if let Some(wider) = self.tally_without_own_filter(asked, mode, *facet)? {
                *tally = wider;
            }
        }
        Ok(harvest)
    }

    /// The other values of a field that is filtered by, so that a second one can be chosen beside the first.
    fn tally_without_own_filter(
        &self,
        asked: &Asked<'_>,
        mode: Mode,
        facet: Facet,
    ) -> Result<Option<Tally>, SearchError> {
        let planner = self.planner();
        let filters = &asked.question.filters;
        if planner.filter_terms(facet, filters).is_empty() {
            return Ok(None);
        }
        let guards = planner.guards(&asked.question.audiences, filters, Some(facet));
        let gather = Gather {
            sort: asked.sort,
            keep: 0,
            after: None,
            facets: vec![facet],
            since: filters.since,
        };
        let harvest = self.run(asked, &*asked.plan.query(mode, &guards), &gather)?;
        Ok(harvest.tallies.into_iter().next().map(|(_, tally)| tally))
    }

    fn run(&self, asked: &Asked<'_>, query: &dyn Query, gather: &Gather) -> Result<Harvest, SearchError> {
        Ok(self
            .searcher
            .search_with_statistics_provider(query, gather, &asked.statistics)?)
    }

    fn write(&self, asked: &Asked<'_>, mode: Mode, mut harvest: Harvest) -> Result<Answer, SearchError> {
        let goes_on = harvest.page.len() > asked.limit;
        harvest.page.truncate(asked.limit);
        let relaxed = mode == Mode::Relaxed;
        let next_cursor = harvest
            .page
            .last()
            .filter(|_| goes_on)
            .map(|last| self.cursor_at(asked, last, relaxed));
        Ok(Answer {
            total: harvest.total,
            relaxed,
            hits: self.hits(asked.plan, &harvest.page)?,
            facets: facets(harvest.tallies),
            next_cursor,
            ..Answer::default()
        })
    }

    fn cursor_at(&self, asked: &Asked<'_>, last: &Ranked, relaxed: bool) -> String {
        let cursor = Cursor {
            sort: asked.sort,
            relaxed,
            key: last.key,
            id: last.id,
            statistics: asked.statistics.freeze(self.fields, &asked.plan.terms),
        };
        cursor.encode()
    }

    fn hits(&self, plan: &Plan, page: &[Ranked]) -> Result<Vec<Hit>, SearchError> {
        let mut passages = self.passages(plan, page)?;
        let mut hits = Vec::with_capacity(page.len());
        for ranked in page {
            let entry: TantivyDocument = self.searcher.doc(ranked.address)?;
            let found = passages.remove(&ranked.id).unwrap_or_default();
            let passages = found.into_iter().map(|(_, address)| self.passage(plan, address));
            hits.push(Hit {
                id: Id(Uuid::from_u128(ranked.id)),
                score: ranked.score,
                title_html: plan.marks.mark(text_of(&entry, self.fields.title)),
                passages: passages.filter_map(Result::transpose).collect::<Result<_, _>>()?,
                family: Vec::new(),
            });
        }
        Ok(hits)
    }

    /// The best passages of the resources shown, in one search. The page holds only what the caller may see, so its
    /// ids are the permission.
    fn passages(&self, plan: &Plan, page: &[Ranked]) -> Result<Passages, SearchError> {
        let Some(words) = plan.passages.as_ref().filter(|_| !page.is_empty()) else {
            return Ok(HashMap::new());
        };
        let ids = page.iter().map(|ranked| Id(Uuid::from_u128(ranked.id)).to_string());
        let shown = TermSetQuery::new(ids.map(|id| Term::from_field_text(self.fields.id, &id)));
        let query = BooleanQuery::new(vec![
            (Occur::Must, Box::new(ConstScoreQuery::new(Box::new(shown), 0.0))),
            (Occur::Must, words.box_clone()),
        ]);
        let best = BestPassages { each: PASSAGES_SHOWN };
        let terms = terms_of(std::slice::from_ref(words));
        let statistics = Statistics::of_passages(self.searcher, self.fields, &terms)?;
        Ok(self
            .searcher
            .search_with_statistics_provider(&query, &best, &statistics)?)
    }

    fn passage(&self, plan: &Plan, address: DocAddress) -> Result<Option<PassageHit>, SearchError> {
        let entry: TantivyDocument = self.searcher.doc(address)?;
        let file = text_of(&entry, self.fields.file).parse();
        let locator = serde_json::from_str(text_of(&entry, self.fields.locator));
        // Only an index of another time holds what cannot be read; the hit is shown without it.
        Ok(file.ok().zip(locator.ok()).map(|(file_id, locator)| PassageHit {
            file_id,
            locator,
            html: plan.marks.snippet(text_of(&entry, self.fields.text)),
        }))
    }
}

/// A question with what it comes down to.
struct Asked<'a> {
    question: &'a Question,
    plan: &'a Plan,
    sort: Sort,
    limit: usize,
    cursor: Option<Cursor>,
    statistics: Statistics,
}

fn text_of(entry: &TantivyDocument, field: Field) -> &str {
    entry
        .get_first(field)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
}

fn facets(tallies: Vec<(Facet, Tally)>) -> Facets {
    let mut facets = Facets::default();
    for (facet, tally) in tallies {
        let mut counts: Vec<(String, u64)> = tally.into_iter().collect();
        counts.sort_unstable_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
        *match facet {
            Facet::Major => &mut facets.major,
            Facet::Course => &mut facets.course,
            Facet::Task => &mut facets.task,
            Facet::Kind => &mut facets.kind,
            Facet::School => &mut facets.school,
            Facet::Level => &mut facets.level,
            Facet::Year => &mut facets.year,
        } = counts;
    }
    facets
}
