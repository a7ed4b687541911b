//! Proximity queries: words that stand together, each unbroken, one after the other or near one another.
//!
//! The engine knows phrases, and phrases with some words between; here each word is a phrase of pairs of characters, and
//! may go on as another pair where it ends in a single one. Documents that hold all words are found by the engine; where
//! they stand is looked at only there.

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{BooleanQuery, EnableScoring, Explanation, PhraseQuery, Query, Scorer, TermQuery, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::tokenizer::Token;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

use super::normalize::lone_han;
use super::tokenize::TokenKind;

/// How many characters may stand between two words that follow each other: 电动机的正反转.
const BETWEEN: u32 = 2;
/// How many for each word of more than two, which are wanted in any order.
const AROUND: u32 = 4;
/// How many ways a single character is tried to go on.
const MOST_ENDINGS: usize = 2_000;

/// One spelling of a word, as it stands in the index.
#[derive(Debug, Clone)]
pub(super) struct SpelledWord {
    /// Terms at their distance from the first.
    terms: Vec<(u32, Term)>,
    /// A single character at the end, which may go on as a pair.
    tail: Option<(u32, char)>,
    /// How far it reaches.
    length: u32,
}

impl SpelledWord {
    /// The spellings of a text in a field of [`TokenKind::Bigrams`]: its codes in parts, or whole. None if there is nothing in it to find.
    pub(super) fn all(field: Field, text: &str) -> Vec<Self> {
        let tokens = TokenKind::Pairs.tokens(text);
        let is_whole: Vec<bool> = (0..tokens.len())
            .map(|at| {
                tokens
                    .get(at + 1)
                    .is_some_and(|next| next.position == tokens[at].position)
            })
            .collect();
        let in_parts = tokens.iter().zip(&is_whole).filter(|(_, is_whole)| !**is_whole);
        let parts = in_parts.map(|(token, _)| (token.position, token.text.as_str()));
        let parts: Vec<(usize, &str)> = parts.collect();
        let mut spellings = vec![Self::of(field, with_units_apart(&parts)), Self::of(field, parts)];
        spellings.dedup_by(|apart, whole| apart.as_ref().map(|it| &it.terms) == whole.as_ref().map(|it| &it.terms));
        if is_whole.contains(&true) {
            let whole = tokens.iter().zip(is_whole);
            spellings.push(Self::of(field, with_codes_whole(whole)));
        }
        spellings.into_iter().flatten().collect()
    }

    fn of(field: Field, mut tokens: Vec<(usize, &str)>) -> Option<Self> {
        let first = tokens.first()?.0;
        let (last, text) = *tokens.last()?;
        let distance = |position: usize| u32::try_from(position - first).unwrap_or(u32::MAX);
        let is_pair = text.chars().count() == 2 && text.chars().all(super::normalize::is_han);
        let tail = lone_han(text).map(|char| (distance(last), char));
        if tail.is_some() {
            tokens.pop();
        }
        let term = |(position, text): (usize, &str)| (distance(position), Term::from_field_text(field, text));
        Some(Self {
            terms: tokens.into_iter().map(term).collect(),
            tail,
            length: distance(last) + 1 + u32::from(is_pair),
        })
    }

    /// What finds the documents that hold it, but for its tail; `None`: it is nothing but a tail.
    fn query(&self) -> Option<Box<dyn Query>> {
        match self.terms.as_slice() {
            [] => None,
            [(_, term)] => Some(Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic))),
            terms => {
                let terms = terms.iter().map(|(distance, term)| (*distance as usize, term.clone()));
                Some(Box::new(PhraseQuery::new_with_offset(terms.collect())))
            }
        }
    }
}

/// The terms of a text at their positions, where a unit stands apart from its number: `24V` is written `24 V` as well.
fn with_units_apart<'a>(parts: &[(usize, &'a str)]) -> Vec<(usize, &'a str)> {
    let mut terms = Vec::new();
    let mut shift = 0;
    for (position, text) in parts {
        let number = text.find(|char: char| !char.is_numeric()).unwrap_or(0);
        let (number, unit) = text.split_at(number);
        if number.is_empty() || !unit.chars().all(char::is_alphabetic) {
            terms.push((position + shift, *text));
            continue;
        }
        terms.push((position + shift, number));
        shift += 1;
        terms.push((position + shift, unit));
    }
    terms
}

/// The terms of a text at their positions, where each code takes one.
fn with_codes_whole<'a>(tokens: impl Iterator<Item = (&'a Token, bool)>) -> Vec<(usize, &'a str)> {
    let mut terms = Vec::new();
    let mut shift = 0;
    let mut code = (0, 0);
    for (token, is_whole) in tokens {
        let (end, position) = code;
        if token.offset_to <= end {
            shift += usize::from(token.position > position);
            continue;
        }
        terms.push((token.position - shift, token.text.as_str()));
        if is_whole {
            code = (token.offset_to, token.position);
        }
    }
    terms
}

/// What holds a text unbroken, in one of its spellings.
pub(super) fn unbroken(spellings: Vec<SpelledWord>) -> Option<Box<dyn Query>> {
    let mut ways: Vec<Box<dyn Query>> = Vec::new();
    for spelled in spellings {
        match spelled.tail {
            None => ways.extend(spelled.query()),
            Some(_) => ways.extend(near_each_other(vec![vec![spelled]])),
        }
    }
    any_of(ways)
}

/// What holds several words together: two follow each other, more stand near one another. Each word has its spellings.
pub(super) fn near_each_other(mut words: Vec<Vec<SpelledWord>>) -> Option<Box<dyn Query>> {
    for word in &mut words {
        word.retain(|spelled| !spelled.terms.is_empty());
    }
    let found = words
        .iter()
        .map(|word| any_of(word.iter().filter_map(SpelledWord::query).collect()));
    let found: Vec<Box<dyn Query>> = found.collect::<Option<_>>()?;
    Some(Box::new(ProximityQuery {
        all: all_of(found)?,
        words,
    }))
}

/// Any of some queries; `None` of none.
pub(super) fn any_of(mut queries: Vec<Box<dyn Query>>) -> Option<Box<dyn Query>> {
    match queries.len() {
        0 | 1 => queries.pop(),
        _ => Some(Box::new(BooleanQuery::union(queries))),
    }
}

/// All of some queries; `None` of none.
pub(super) fn all_of(mut queries: Vec<Box<dyn Query>>) -> Option<Box<dyn Query>> {
    match queries.len() {
        0 | 1 => queries.pop(),
        _ => Some(Box::new(BooleanQuery::intersection(queries))),
    }
}

#[derive(Debug)]
struct ProximityQuery {
    /// Finds what holds all words, wherever they stand.
    all: Box<dyn Query>,
    words: Vec<Vec<SpelledWord>>,
}

impl Clone for ProximityQuery {
    fn clone(&self) -> Self {
        Self {
            all: self.all.box_clone(),
            words: self.words.clone(),
        }
    }
}

impl Query for ProximityQuery {
    fn weight(&self, enable_scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(ProximityWeight {
            all: self.all.weight(enable_scoring)?,
            words: self.words.clone(),
        }))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.all.query_terms(visitor);
    }
}

struct ProximityWeight {
    all: Box<dyn Weight>,
    words: Vec<Vec<SpelledWord>>,
}

impl Weight for ProximityWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let places = self.words.iter().map(|word| {
            let open = |spelled| WordPositions::open(reader, spelled).transpose();
            word.iter().filter_map(open).collect::<tantivy::Result<Vec<_>>>()
        });
        let mut scorer = ProximityScorer {
            all: self.all.scorer(reader, boost)?,
            words: places.collect::<tantivy::Result<_>>()?,
        };
        scorer.go_on();
        Ok(Box::new(scorer))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        if self.scorer(reader, 1.0)?.seek(doc) == doc {
            return Ok(Explanation::new("stand together", 1.0));
        }
        Err(TantivyError::InvalidArgument(format!("document {doc} does not match")))
    }
}

struct ProximityScorer {
    all: Box<dyn Scorer>,
    words: Vec<Vec<WordPositions>>,
}

impl ProximityScorer {
    /// Goes on to the next document in which they stand together, from the present one.
    fn go_on(&mut self) -> DocId {
        let mut doc = self.all.doc();
        while doc != TERMINATED && !self.stand_together(doc) {
            doc = self.all.advance();
        }
        doc
    }

    fn stand_together(&mut self, doc: DocId) -> bool {
        let mut words: Vec<Vec<Stretch>> = Vec::with_capacity(self.words.len());
        for word in &mut self.words {
            let mut stretches: Vec<Stretch> = word.iter_mut().flat_map(|places| places.stretches(doc)).collect();
            if stretches.is_empty() {
                return false;
            }
            stretches.sort_unstable();
            words.push(stretches);
        }
        if words.len() == 2 {
            follow(&words[0], &words[1])
        } else {
            are_near(&words)
        }
    }
}

impl DocSet for ProximityScorer {
    fn advance(&mut self) -> DocId {
        self.all.advance();
        self.go_on()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        // Never backwards: what finds the words may be a phrase, which then reads positions of the wrong place.
        if self.all.doc() < target {
            self.all.seek(target);
        }
        self.go_on()
    }

    fn doc(&self) -> DocId {
        self.all.doc()
    }

    fn size_hint(&self) -> u32 {
        self.all.size_hint()
    }
}

impl Scorer for ProximityScorer {
    fn score(&mut self) -> Score {
        1.0
    }
}

/// From where to where a word stands.
type Stretch = (u32, u32);

/// Whether the second follows the first, with little between.
fn follow(first: &[Stretch], second: &[Stretch]) -> bool {
    first.iter().any(|(_, end)| {
        let next = second.partition_point(|(start, _)| start < end);
        second.get(next).is_some_and(|(start, _)| start - end <= BETWEEN)
    })
}

/// Whether all stand within a window that is little wider than they are.
fn are_near(words: &[Vec<Stretch>]) -> bool {
    let mut at = vec![0; words.len()];
    loop {
        let here = words.iter().zip(&at).map(|(word, place)| word[*place]);
        let from = here.clone().map(|(start, _)| start).min().unwrap_or_default();
        let to = here.clone().map(|(_, end)| end).max().unwrap_or_default();
        let filled: u32 = here.clone().map(|(start, end)| end - start).sum();
        let gaps = u32::try_from(words.len() - 1).unwrap_or(u32::MAX);
        if to - from <= filled.saturating_add(AROUND.saturating_mul(gaps)) {
            return true;
        }
        let Some(first) = here
            .enumerate()
            .min_by_key(|(_, stretch)| *stretch)
            .map(|(word, _)| word)
        else {
            return false;
        };
        at[first] += 1;
        if at[first] == words[first].len() {
            return false;
        }
    }
}

/// Where one spelling stands in one segment. Documents must be asked for in order.
struct WordPositions {
    terms: Vec<(u32, SegmentPostings)>,
    tail: Option<(u32, Vec<SegmentPostings>)>,
    length: u32,
}

impl WordPositions {
    /// `None`: it does not stand in this segment.
    fn open(reader: &SegmentReader, spelled: &SpelledWord) -> tantivy::Result<Option<Self>> {
        let mut terms = Vec::with_capacity(spelled.terms.len());
        for (distance, term) in &spelled.terms {
            let index = reader.inverted_index(term.field())?;
            let Some(postings) = index.read_postings(term, IndexRecordOption::WithFreqsAndPositions)? else {
                return Ok(None);
            };
            terms.push((*distance, postings));
        }
        let tail = match (spelled.tail, spelled.terms.first()) {
            (Some((distance, char)), Some((_, term))) => Some((distance, endings(reader, term.field(), char)?)),
            _ => None,
        };
        Ok(Some(Self {
            terms,
            tail,
            length: spelled.length,
        }))
    }

    fn stretches(&mut self, doc: DocId) -> Vec<Stretch> {
        let mut starts: Option<Vec<u32>> = None;
        for (distance, postings) in &mut self.terms {
            let here = starts_in(postings, doc, *distance);
            narrow(&mut starts, here);
        }
        if let Some((distance, endings)) = &mut self.tail {
            let mut here: Vec<u32> = endings
                .iter_mut()
                .flat_map(|postings| starts_in(postings, doc, *distance))
                .collect();
            here.sort_unstable();
            narrow(&mut starts, here);
        }
        let starts = starts.unwrap_or_default();
        starts.into_iter().map(|start| (start, start + self.length)).collect()
    }
}

fn narrow(starts: &mut Option<Vec<u32>>, here: Vec<u32>) {
    match starts {
        Some(starts) => starts.retain(|start| here.binary_search(start).is_ok()),
        None => *starts = Some(here),
    }
}

/// Where something would begin that holds a term at a distance.
fn starts_in(postings: &mut SegmentPostings, doc: DocId, distance: u32) -> Vec<u32> {
    if postings.doc() < doc {
        postings.seek(doc);
    }
    let mut positions = Vec::new();
    if postings.doc() == doc {
        postings.positions(&mut positions);
    }
    positions
        .into_iter()
        .filter_map(|position| position.checked_sub(distance))
        .collect()
}

/// The postings of a character and of all pairs that begin with it.
fn endings(reader: &SegmentReader, field: Field, char: char) -> tantivy::Result<Vec<SegmentPostings>> {
    let index = reader.inverted_index(field)?;
    let from = char.to_string();
    let until = format!("{from}{}", char::MAX);
    let mut terms = index.terms().range().ge(&from).lt(&until).into_stream()?;
    let mut endings = Vec::new();
    while endings.len() < MOST_ENDINGS && terms.advance() {
        endings.push(index.read_postings_from_terminfo(terms.value(), IndexRecordOption::WithFreqsAndPositions)?);
    }
    Ok(endings)
}
