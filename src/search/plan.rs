//! From a question to queries: what must hold, what makes the order, what passages and marks to look for.

use std::collections::BTreeSet;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhrasePrefixQuery, PhraseQuery, Query, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use crate::domain::search::{Audience, Filters};

use super::document::scope_term;
use super::fold::lone_han;
use super::highlight::Marks;
use super::query::{Part, asks, parse};
use super::reading::Reading;
use super::schema::{Facet, Fields};
use super::sound;
use super::steady::Steady;
use super::synonyms::Synonyms;
use super::tokenize::Cut;

/// What a word counts for, beside a pair of characters.
const WORD_WEIGHT: f32 = 2.0;
/// What another name counts for, beside the name that was typed.
const SYNONYM_WEIGHT: f32 = 0.4;
/// What sounding alike counts for: enough to order answers that nothing else holds for.
const HOMOPHONE_WEIGHT: f32 = 0.15;
/// What a title counts for that is spelled out in pinyin, or abbreviated to its initials.
const SOUND_WEIGHT: f32 = 1.0;
/// Added for resources that hold every word, where some would do.
const ALL_WORDS_BONUS: f32 = 1.5;
/// With more words than this they are hints rather than conditions.
const MOST_CONDITIONS: usize = 2;
/// How many endings of a single character are tried.
const MOST_ENDINGS: u32 = 2_000;

/// How a question is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Every word is wanted.
    Strict,
    /// Some words will do.
    Relaxed,
}

/// A question as queries.
pub(super) struct Plan {
    demands: Vec<Box<dyn Query>>,
    phrases: Vec<Box<dyn Query>>,
    excluded: Vec<Box<dyn Query>>,
    ranking: Vec<Box<dyn Query>>,
    /// The terms that the order is made from, sorted.
    pub(super) terms: Vec<Term>,
    /// It reads like a sentence: its words are hints, not conditions.
    pub(super) is_sentence: bool,
    /// What to look for in passages; `None` when there are no words.
    pub(super) passages: Option<Box<dyn Query>>,
    /// What to mark in what is shown.
    pub(super) marks: Marks,
    /// Nothing was typed, or only what is not wanted: everything else is shown.
    pub(super) browses: bool,
}

impl Plan {
    /// Whether some words would do where all cannot be had.
    pub(super) fn can_relax(&self) -> bool {
        !self.demands.is_empty() && !self.ranking.is_empty()
    }

    /// The query for what `guards` leave over.
    pub(super) fn query(&self, mode: Mode, guards: &[Box<dyn Query>]) -> Box<dyn Query> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let filters = guards.iter().chain(&self.phrases);
        clauses.extend(filters.map(|guard| (Occur::Must, unscored(guard.box_clone()))));
        clauses.extend(self.excluded.iter().map(|query| (Occur::MustNot, query.box_clone())));
        match mode {
            Mode::Strict if self.demands.is_empty() && self.phrases.is_empty() && !self.ranking.is_empty() => {
                clauses.push((
                    Occur::Must,
                    any_of(self.ranking.iter().map(|query| query.box_clone()).collect()),
                ));
            }
            Mode::Strict => {
                clauses.extend(
                    self.demands
                        .iter()
                        .map(|query| (Occur::Must, unscored(query.box_clone()))),
                );
                clauses.extend(self.ranking.iter().map(|query| (Occur::Should, query.box_clone())));
            }
            Mode::Relaxed => {
                clauses.push((
                    Occur::Must,
                    any_of(self.ranking.iter().map(|query| query.box_clone()).collect()),
                ));
                clauses.push((Occur::Should, self.all_words_bonus()));
            }
        }
        Box::new(BooleanQuery::new(clauses))
    }

    fn all_words_bonus(&self) -> Box<dyn Query> {
        let demands = self.demands.iter().map(|query| query.box_clone()).collect();
        Box::new(ConstScoreQuery::new(all_of(demands), ALL_WORDS_BONUS))
    }

    /// Whether nothing can be found because nothing that was typed is a word.
    pub(super) fn is_empty(&self) -> bool {
        !self.browses && self.demands.is_empty() && self.phrases.is_empty() && self.ranking.is_empty()
    }
}

/// Makes plans for one state of the index.
pub(super) struct Planner<'a> {
    /// The fields.
    pub(super) fields: &'a Fields,
    /// The state of the index; asked which words it knows.
    pub(super) searcher: &'a Searcher,
    /// Words for the same thing.
    pub(super) synonyms: &'a Synonyms,
}

impl Planner<'_> {
    /// Plans a question.
    pub(super) fn plan(&self, question: &str) -> tantivy::Result<Plan> {
        let parsed = parse(question);
        let reading = Reading::of(&parsed, self.synonyms);
        let phrases = parsed.wanted.iter().filter_map(|part| match part {
            Part::Phrase(phrase) => self.exact(phrase),
            Part::Text(_) => None,
        });
        let ranking = self.ranking(&reading)?;
        let demands = self.demands(&reading)?;
        Ok(Plan {
            terms: terms_of(&ranking),
            is_sentence: demands.len() > MOST_CONDITIONS || asks(question),
            demands,
            phrases: phrases.collect(),
            excluded: parsed.excluded.iter().filter_map(|text| self.excluded(text)).collect(),
            ranking,
            passages: self.passages(&reading),
            marks: reading.marks(&parsed),
            browses: parsed.wanted.is_empty(),
        })
    }

    fn excluded(&self, text: &str) -> Option<Box<dyn Query>> {
        Some(Box::new(Steady(self.exact(text)?)))
    }

    /// One query for each word, all of which are wanted; another name for a thing is as good.
    fn demands(&self, reading: &Reading) -> tantivy::Result<Vec<Box<dyn Query>>> {
        let mut demands = Vec::new();
        for word in &reading.wanted_words {
            // A character left over beside a name is not what is looked for.
            if !reading.named.is_empty() && lone_han(word).is_some() {
                continue;
            }
            demands.extend(self.word(word)?);
        }
        for (typed, others) in &reading.named {
            let names = std::iter::once(typed).chain(others).filter_map(|name| self.exact(name));
            demands.push(any_of(names.collect()));
        }
        Ok(demands)
    }

    /// A word to the letter, or by its sound if it is Latin.
    fn word(&self, word: &str) -> tantivy::Result<Option<Box<dyn Query>>> {
        let mut ways: Vec<Box<dyn Query>> = self.exact(word).into_iter().collect();
        ways.extend(self.by_sound(word)?);
        Ok((!ways.is_empty()).then(|| any_of(ways)))
    }

    /// What a Latin word may be the sound of: `shukong`, `skcc`.
    fn by_sound(&self, word: &str) -> tantivy::Result<Vec<Box<dyn Query>>> {
        let mut ways = Vec::new();
        if let Some(pairs) = sound::pinyin_pairs(word) {
            let pairs = pairs.iter().map(|pair| weighted(self.fields.sound, pair, SOUND_WEIGHT));
            ways.push(all_of(pairs.collect()));
        }
        ways.extend(self.by_initials(word)?);
        Ok(ways)
    }

    /// What a Latin word may be the initials of, if it is no word in its own right.
    fn by_initials(&self, word: &str) -> tantivy::Result<Vec<Box<dyn Query>>> {
        if !sound::may_be_initials(word) || self.knows(word)? {
            return Ok(Vec::new());
        }
        let rows = [sound::any_initials(word), sound::aligned_initials(word)];
        Ok(rows
            .iter()
            .map(|row| weighted(self.fields.sound, row, SOUND_WEIGHT))
            .collect())
    }

    fn knows(&self, word: &str) -> tantivy::Result<bool> {
        Ok(self
            .searcher
            .doc_freq(&Term::from_field_text(self.fields.words, word))?
            > 0)
    }

    /// What makes the order: the sum over words and bigrams, with a little for other names and for sounding alike.
    fn ranking(&self, reading: &Reading) -> tantivy::Result<Vec<Box<dyn Query>>> {
        let mut ranking = Vec::new();
        for word in &reading.words {
            ranking.push(weighted(self.fields.words, word, WORD_WEIGHT));
            // Each pair by itself: of a whole question in pinyin, few titles hold all.
            let pairs = sound::pinyin_pairs(word).unwrap_or_default();
            ranking.extend(pairs.iter().map(|pair| weighted(self.fields.sound, pair, SOUND_WEIGHT)));
            ranking.extend(self.by_initials(word)?);
        }
        ranking.extend(
            reading
                .pairs
                .iter()
                .map(|pair| weighted(self.fields.bigrams, pair, 1.0)),
        );
        for word in &reading.other_words {
            ranking.push(weighted(self.fields.words, word, SYNONYM_WEIGHT));
        }
        for pair in &reading.other_pairs {
            ranking.push(weighted(self.fields.bigrams, pair, SYNONYM_WEIGHT));
        }
        for pair in &reading.homophones {
            ranking.push(weighted(self.fields.sound, pair, HOMOPHONE_WEIGHT));
        }
        Ok(ranking)
    }

    fn passages(&self, reading: &Reading) -> Option<Box<dyn Query>> {
        let own = reading
            .pairs
            .iter()
            .map(|pair| weighted(self.fields.passage, pair, 1.0));
        let others = reading
            .other_pairs
            .iter()
            .map(|pair| weighted(self.fields.passage, pair, SYNONYM_WEIGHT));
        let terms: Vec<_> = own.chain(others).collect();
        (!terms.is_empty()).then(|| any_of(terms))
    }

    /// What holds a text to the letter; blanks between Han characters and punctuation do not count.
    fn exact(&self, text: &str) -> Option<Box<dyn Query>> {
        let field = self.fields.bigrams;
        let tokens = Cut::Pairs.tokens(text);
        let whole_code = tokens
            .windows(2)
            .next()
            .filter(|pair| pair[0].position == pair[1].position);
        let whole_code = whole_code.map(|pair| (pair[0].text.clone(), pair[0].offset_to));
        let mut terms: Vec<(usize, Term)> = Vec::new();
        for (place, token) in tokens.iter().enumerate() {
            let is_whole = tokens
                .get(place + 1)
                .is_some_and(|next| next.position == token.position);
            if !is_whole {
                terms.push((token.position, Term::from_field_text(field, &token.text)));
            }
        }
        let last = tokens.last()?;
        let open_ended = lone_han(&last.text).is_some();
        let phrase = sequence(terms, open_ended)?;
        Some(match whole_code {
            Some((code, end)) if end == last.offset_to => any_of(vec![weighted(field, &code, 1.0), phrase]),
            _ => phrase,
        })
    }

    /// The guards of an answer: only resources, only those the caller may see, only those the filters leave. The filters
    /// of `without` are left out, to count what else there would be.
    pub(super) fn guards(
        &self,
        audiences: &[Audience],
        filters: &Filters,
        without: Option<Facet>,
    ) -> Vec<Box<dyn Query>> {
        let audiences = audiences
            .iter()
            .map(|audience| Term::from_field_text(self.fields.audience, &audience.term()));
        let mut guards = vec![one_of(audiences.collect())];
        for facet in Facet::ALL {
            let terms = self.filter_terms(facet, filters);
            if !terms.is_empty() && without != Some(facet) {
                guards.push(one_of(terms));
            }
        }
        if !filters.scope.is_empty() {
            let scopes = filters
                .scope
                .iter()
                .map(|scope| Term::from_field_text(self.fields.scope, scope_term(*scope)));
            guards.push(one_of(scopes.collect()));
        }
        guards
    }

    /// The terms a facet is filtered by; none when it is not.
    pub(super) fn filter_terms(&self, facet: Facet, filters: &Filters) -> Vec<Term> {
        let field = self.fields.facet(facet);
        let texts: Vec<String> = match facet {
            Facet::Major => filters.major.iter().map(ToString::to_string).collect(),
            Facet::Course => filters.course.iter().map(ToString::to_string).collect(),
            Facet::Task => filters.task.iter().map(ToString::to_string).collect(),
            Facet::School => filters.school.iter().map(ToString::to_string).collect(),
            Facet::Kind => filters.kind.clone(),
            Facet::Level => filters.level.clone(),
            Facet::Year => {
                return filters
                    .year
                    .iter()
                    .map(|&year| Term::from_field_i64(field, i64::from(year)))
                    .collect();
            }
        };
        texts.iter().map(|text| Term::from_field_text(field, text)).collect()
    }
}

fn weighted(field: Field, text: &str, weight: f32) -> Box<dyn Query> {
    let term = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs);
    Box::new(BoostQuery::new(Box::new(term), weight))
}

/// Terms one after the other at their positions. With an open end the last one is a character that may go on as a pair;
/// beside others it is wanted anywhere, since tantivy finds it behind gaps only sometimes.
fn sequence(mut terms: Vec<(usize, Term)>, open_ended: bool) -> Option<Box<dyn Query>> {
    let first = terms.first()?.0;
    for (position, _) in &mut terms {
        *position -= first;
    }
    if !open_ended {
        return Some(in_order(terms));
    }
    let (_, last) = terms.pop()?;
    let mut ending = PhrasePrefixQuery::new_with_offset(vec![(0, last)]);
    ending.set_max_expansions(MOST_ENDINGS);
    let mut all: Vec<Box<dyn Query>> = vec![Box::new(ending)];
    if !terms.is_empty() {
        all.push(in_order(terms));
    }
    Some(all_of(all))
}

fn in_order(mut terms: Vec<(usize, Term)>) -> Box<dyn Query> {
    if terms.len() == 1 {
        Box::new(TermQuery::new(terms.remove(0).1, IndexRecordOption::Basic))
    } else {
        Box::new(PhraseQuery::new_with_offset(terms))
    }
}

/// The terms of queries, sorted, each once.
pub(super) fn terms_of(queries: &[Box<dyn Query>]) -> Vec<Term> {
    let mut terms = BTreeSet::new();
    for query in queries {
        query.query_terms(&mut |term, _| {
            terms.insert(term.clone());
        });
    }
    terms.into_iter().collect()
}

fn any_of(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    if queries.len() == 1 {
        return queries.remove(0);
    }
    Box::new(BooleanQuery::union(queries))
}

fn all_of(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    if queries.len() == 1 {
        return queries.remove(0);
    }
    Box::new(BooleanQuery::intersection(queries))
}

fn one_of(terms: Vec<Term>) -> Box<dyn Query> {
    Box::new(TermSetQuery::new(terms))
}

/// The same matches without a say in the order.
fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}
