//! Answering a question from one state of the index.

use std::cmp::Reverse;
use std::collections::HashMap;

use tantivy::query::{Bm25StatisticsProvider, BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery, TermSetQuery};
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{DocAddress, Searcher, TantivyDocument, Term};
use uuid::Uuid;

use crate::domain::id::Id;
use crate::domain::search::{Answer, Facets, Hit, PassageHit, Question, Sort};

use super::SearchError;
use super::collect::{BestPassages, Gather, Harvest, Passages, Ranked, Tally, score_key};
use super::cursor::Cursor;
use super::plan::{Mode, Plan, Planner};
use super::schema::{Entry, Facet, Fields};
use super::synonyms::Synonyms;

/// With fewer hits than this, resources with only some of the words are shown as well.
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
    /// Names this state of the index.
    pub(super) state: u64,
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
        let asked = Asked::new(question, &plan, cursor)?;
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

    /// All words first; if that is too little, some of them. A next page asks as the first did.
    fn gather(&self, asked: &Asked<'_>) -> Result<(Mode, Harvest), SearchError> {
        if let Some(cursor) = asked.cursor {
            let mode = if cursor.relaxed { Mode::Relaxed } else { Mode::Strict };
            return Ok((mode, self.pass(asked, mode)?));
        }
        let strict = self.pass(asked, Mode::Strict)?;
        let enough = if asked.sort == Sort::Newest { 1 } else { ENOUGH };
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
            after: asked
                .cursor
                .map(|cursor| self.present_place(&cursor, &*query))
                .transpose()?,
            facets: Facet::ALL.to_vec(),
        };
        let mut harvest = self.run(&*query, &gather)?;
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
        };
        let harvest = self.run(&*asked.plan.query(mode, &guards), &gather)?;
        Ok(harvest.tallies.into_iter().next().map(|(_, tally)| tally))
    }

    /// Where the last hit stands now. Scores shift when the library changes: going on from the old score would repeat
    /// hits or leave some out. A hit that is gone, or sorted by time, keeps the place it had.
    fn present_place(&self, cursor: &Cursor, query: &dyn Query) -> Result<(i64, u128), SearchError> {
        if cursor.state == self.state || cursor.sort == Sort::Newest {
            return Ok((cursor.key, cursor.id));
        }
        let id = Term::from_field_text(self.fields.id, &Id(Uuid::from_u128(cursor.id)).to_string());
        let this: Box<dyn Query> = Box::new(TermQuery::new(id, IndexRecordOption::Basic));
        let this = Box::new(ConstScoreQuery::new(this, 0.0));
        let query = BooleanQuery::new(vec![(Occur::Must, this), (Occur::Must, query.box_clone())]);
        let gather = Gather {
            sort: Sort::Relevance,
            keep: 1,
            after: None,
            facets: Vec::new(),
        };
        let found = self.run(&query, &gather)?;
        Ok((
            found.page.first().map_or(cursor.key, |hit| score_key(hit.score)),
            cursor.id,
        ))
    }

    fn run(&self, query: &dyn Query, gather: &Gather) -> Result<Harvest, SearchError> {
        let statistics = Statistics {
            desk: self,
            kind: Entry::Resource,
        };
        Ok(self
            .searcher
            .search_with_statistics_provider(query, gather, &statistics)?)
    }

    fn write(&self, asked: &Asked<'_>, mode: Mode, mut harvest: Harvest) -> Result<Answer, SearchError> {
        let more = harvest.page.len() > asked.limit;
        harvest.page.truncate(asked.limit);
        let relaxed = mode == Mode::Relaxed;
        let next_cursor = harvest
            .page
            .last()
            .filter(|_| more)
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
            state: self.state,
            key: last.key,
            id: last.id,
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
        let statistics = Statistics {
            desk: self,
            kind: Entry::Passage,
        };
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
}

impl<'a> Asked<'a> {
    fn new(question: &'a Question, plan: &'a Plan, cursor: Option<Cursor>) -> Result<Self, SearchError> {
        // Without words nothing fits better than another: the newest come first.
        let sort = if plan.browses { Sort::Newest } else { question.sort };
        if cursor.is_some_and(|cursor| cursor.sort != sort) {
            return Err(SearchError::Cursor);
        }
        Ok(Self {
            question,
            plan,
            sort,
            limit: question.limit.clamp(1, MOST_HITS),
            cursor,
        })
    }
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

/// What BM25 is told about the collection.
///
/// The two kinds of entries share one index but not their statistics; and the average length of resources is told half
/// as long again, which softens the penalty for length (measured; k1 and b are constants of tantivy).
struct Statistics<'a> {
    desk: &'a Desk<'a>,
    kind: Entry,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let tokens = self.desk.searcher.total_num_tokens(field)?;
        Ok(match self.kind {
            Entry::Resource => tokens * 3 / 2,
            Entry::Passage => tokens,
        })
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        // A document frequency, not a count of what is alive: like all of them it counts what is deleted and not yet
        // merged away, and so is never less than any. tantivy asserts that.
        self.desk
            .searcher
            .doc_freq(&Term::from_field_text(self.desk.fields.entry, self.kind.term()))
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.desk.searcher.doc_freq(term)
    }
}
