//! Explains why a question finds one resource, or does not.
//!
//! The words are looked for in what the resource says ([`Document`]), by the same spelling, cutting and tables as the
//! index has them, but not in the index: a resource that the index does not hold can be explained, too. Only its rank is
//! the index's to say.

use std::cell::OnceCell;
use std::collections::HashSet;

use tantivy::tokenizer::Token;

use crate::domain::curriculum::Level;
use crate::domain::explain::{Explanation, MatchKind, PassageRef, ResultRank, TermMatch};
use crate::domain::id::{FileId, ResourceId};
use crate::domain::metadata::SearchedField;
use crate::domain::passage::Locator;
use crate::domain::resource::resource_type;
use crate::domain::search::{Document, NamedRef, Question};

use super::document::stage_labels;
use super::normalize::{is_han, lone_han, normalize, normalize_chars};
use super::query::{ParsedQuery, QueryPart, parse};
use super::query_unit::query_units;
use super::synonyms::Synonyms;
use super::tokenize::TokenKind;
use super::{Index, SearchError, optional_filters, phonetic};

/// Most passages that are named for each word.
const PLACES_NAMED: usize = 5;
/// How many hits are asked for first: most resources that are looked for stand among them.
const FIRST_PAGE: usize = 20;
/// Hits of each page after the first.
const NEXT_PAGES: usize = 100;
/// Deepest rank that is looked for.
const DEEPEST: usize = 1_000;

impl Index {
    /// Where a resource stands among the answers to a question, down to the thousandth.
    pub fn rank(&self, mut question: Question, synonyms: &Synonyms, id: ResourceId) -> Result<ResultRank, SearchError> {
        question.limit = FIRST_PAGE;
        question.cursor = None;
        let mut answer = self.search(&question, synonyms)?;
        let mut standing = ResultRank {
            total: answer.total + answer.own_total,
            relaxed: answer.relaxed,
            corrected: answer.corrected.take(),
            ..ResultRank::default()
        };
        let mut before = 0;
        loop {
            let stands_at = answer
                .hits
                .iter()
                .position(|hit| hit.id == id || hit.family.contains(&id));
            if let Some(at) = stands_at {
                standing.rank = Some(before + at + 1);
                standing.folded_into = Some(answer.hits[at].id).filter(|hit| *hit != id);
                return Ok(standing);
            }
            before += answer.hits.len();
            standing.is_whole = answer.next_cursor.is_none();
            if standing.is_whole || before >= DEEPEST {
                return Ok(standing);
            }
            question.cursor = answer.next_cursor.take();
            question.limit = NEXT_PAGES.min(DEEPEST - before);
            answer = self.search(&question, synonyms)?;
        }
    }
}

/// How a question meets a resource, word by word.
pub fn explain(asked: &str, synonyms: &Synonyms, document: &Document) -> Explanation {
    let parsed = parse(asked);
    let mut words = words(&parsed, synonyms);
    let mut phrases: Vec<Subject> = parsed
        .wanted
        .iter()
        .filter_map(phrase)
        .map(Subject::to_the_letter)
        .collect();
    let mut excluded: Vec<Subject> = parsed
        .excluded
        .iter()
        .map(|text| Subject::to_the_letter(text))
        .collect();
    let mut all: Vec<&mut Subject> = words.iter_mut().chain(&mut phrases).chain(&mut excluded).collect();
    look_through(document, &mut all);
    let spoken = spoken(document);
    for word in &mut words {
        word.listen(&spoken);
    }
    Explanation {
        words: words.into_iter().map(Subject::meeting).collect(),
        phrases: phrases.into_iter().map(Subject::meeting).collect(),
        excluded: excluded.into_iter().map(Subject::meeting).collect(),
        browses: parsed.wanted.is_empty(),
    }
}

/// The fields of a resource that hold something of what is asked for, as far as its texts are given.
pub fn matched(asked: &str, synonyms: &Synonyms, document: &Document) -> Vec<SearchedField> {
    let explanation = explain(asked, synonyms, document);
    let met = explanation.words.into_iter().chain(explanation.phrases);
    let mut fields: Vec<SearchedField> = met.flat_map(|meeting| meeting.fields).collect();
    let kinds = optional_filters::kinds_in(&normalize(asked));
    if kinds.iter().any(|(_, code)| *code == document.metadata.kind) {
        fields.push(SearchedField::Type);
    }
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// The words that a question demands, in the order typed; what cannot be cut into words is one.
fn words(parsed: &ParsedQuery, synonyms: &Synonyms) -> Vec<Subject> {
    let mut words = Vec::new();
    for thing in query_units(parsed, synonyms, &[]) {
        match thing.cuts.into_iter().next() {
            None => words.push(Subject::new(&thing.text, thing.others)),
            Some(cut) => words.extend(cut.into_iter().map(|word| Subject::new(&word.text, word.others))),
        }
    }
    words
}

fn phrase(part: &QueryPart) -> Option<&str> {
    match part {
        QueryPart::Phrase(phrase) => Some(phrase),
        QueryPart::Text(_) => None,
    }
}

/// Looks for everything in every text of a resource, each text once.
fn look_through(document: &Document, subjects: &mut [&mut Subject]) {
    for (field, text) in fields(document) {
        let text = SearchedText::of(&text);
        for subject in subjects.iter_mut() {
            subject.look(&text, TextPlace::Field(field));
        }
    }
    for file in &document.files {
        for passage in &file.passages {
            let text = SearchedText::of(&passage.text);
            for subject in subjects.iter_mut() {
                subject.look(&text, TextPlace::Passage(file.id, &passage.locator));
            }
        }
    }
}

/// Everything there is to read about a resource but its passages.
fn fields(document: &Document) -> Vec<(SearchedField, String)> {
    let texts = document.metadata.texts();
    let mut fields: Vec<(SearchedField, String)> = texts.map(|(field, text)| (field, text.to_owned())).collect();
    let mut add = |field, texts: Vec<String>| fields.extend(texts.into_iter().map(|text| (field, text)));
    add(SearchedField::Major, names(document.major.as_ref()));
    add(SearchedField::Course, names(document.course.as_ref()));
    add(SearchedField::Task, names(document.task.as_ref()));
    add(SearchedField::School, names(document.school.as_ref()));
    add(SearchedField::Type, type_names(&document.metadata.kind));
    add(SearchedField::Stage, stage_labels(document));
    add(SearchedField::Level, level_names(document));
    add(
        SearchedField::Year,
        document.metadata.year.iter().map(|year| format!("{year}年")).collect(),
    );
    add(
        SearchedField::FileNames,
        document
            .files
            .iter()
            .flat_map(|file| std::iter::once(&file.path).chain(&file.members))
            .cloned()
            .collect(),
    );
    fields
}

fn names<I>(named: Option<&NamedRef<I>>) -> Vec<String> {
    named.into_iter().flat_map(NamedRef::labels).collect()
}

fn type_names(code: &str) -> Vec<String> {
    let kind = resource_type(code).map(|kind| [kind.zh.to_owned(), kind.en.to_owned()]);
    kind.into_iter().flatten().collect()
}

/// The level by its name, and by its digit behind the major's code: `0403-3`.
fn level_names(document: &Document) -> Vec<String> {
    let Some(level) = document.metadata.level.as_deref().and_then(Level::parse) else {
        return Vec::new();
    };
    let code = document.major.as_ref().and_then(|major| major.code.as_ref());
    let with_digit = code.map(|code| format!("{code}-{}", level.digit()));
    [Some(level.zh().to_owned()), with_digit]
        .into_iter()
        .flatten()
        .collect()
}

/// The fields that are found by their sound as well, with their terms.
fn spoken(document: &Document) -> Vec<(SearchedField, HashSet<String>)> {
    let is_spoken = |field| {
        matches!(
            field,
            SearchedField::Title
                | SearchedField::Keywords
                | SearchedField::Major
                | SearchedField::Course
                | SearchedField::Task
        )
    };
    fields(document)
        .into_iter()
        .filter(|(field, _)| is_spoken(*field))
        .map(|(field, text)| (field, phonetic::terms_of(&text).into_iter().collect()))
        .collect()
}

/// Where a text stands.
#[derive(Debug, Clone, Copy)]
enum TextPlace<'a> {
    Field(SearchedField),
    Passage(FileId, &'a Locator),
}

/// A word to look for, in every way it may stand there, and where it was seen.
struct Subject {
    text: String,
    others: Vec<String>,
    exact: Option<Needle>,
    synonyms: Vec<Needle>,
    /// Its pairs of characters, or the parts of a code.
    parts: Vec<String>,
    seen: Vec<(MatchKind, Occurrences)>,
}

impl Subject {
    fn new(text: &str, others: Vec<String>) -> Self {
        let tokens = TokenKind::Pairs.tokens(text);
        let parts = if tokens.len() > 1 { tokens } else { Vec::new() };
        Self {
            synonyms: others.iter().filter_map(|name| Needle::new(name)).collect(),
            parts: parts.into_iter().map(|token| token.text).collect(),
            ..Self::named(text, others)
        }
    }

    /// Something that must stand there as it was typed, or not at all.
    fn to_the_letter(text: &str) -> Self {
        Self::named(text, Vec::new())
    }

    fn named(text: &str, others: Vec<String>) -> Self {
        Self {
            text: text.to_owned(),
            others,
            exact: Needle::new(text),
            synonyms: Vec::new(),
            parts: Vec::new(),
            seen: Vec::new(),
        }
    }

    fn look(&mut self, text: &SearchedText<'_>, place: TextPlace<'_>) {
        if self.exact.as_ref().is_some_and(|needle| text.holds(needle)) {
            self.saw(MatchKind::Exact, place, None);
            return;
        }
        let other = self.synonyms.iter().find(|needle| text.holds(needle));
        if let Some(name) = other.map(|needle| needle.name.clone()) {
            self.saw(MatchKind::Synonym, place, Some(name));
            return;
        }
        let parts: Vec<String> = self.parts.iter().filter(|part| text.has_term(part)).cloned().collect();
        for part in parts {
            self.saw(MatchKind::Part, place, Some(part));
        }
    }

    /// Whether it sounds like something, where it does not stand.
    fn listen(&mut self, spoken: &[(SearchedField, HashSet<String>)]) {
        for (field, terms) in spoken {
            if sounds_like(&self.text, terms) {
                self.saw(MatchKind::Sound, TextPlace::Field(*field), None);
            }
        }
    }

    fn saw(&mut self, how: MatchKind, place: TextPlace<'_>, by: Option<String>) {
        let at = self.seen.iter().position(|(seen, _)| *seen == how);
        let at = at.unwrap_or_else(|| {
            self.seen.push((how, Occurrences::default()));
            self.seen.len() - 1
        });
        self.seen[at].1.add(place, by);
    }

    /// The best way in which it was seen.
    fn meeting(self) -> TermMatch {
        let best = self.seen.into_iter().min_by_key(|(how, _)| *how);
        let (how, seen) = best.unwrap_or((MatchKind::Missing, Occurrences::default()));
        TermMatch {
            text: self.text,
            others: self.others,
            how,
            by: seen.by,
            fields: seen.fields,
            passages: seen.passages,
            places: seen.places,
        }
    }
}

/// Where a word was seen in one way.
#[derive(Debug, Default)]
struct Occurrences {
    by: Vec<String>,
    fields: Vec<SearchedField>,
    passages: usize,
    places: Vec<PassageRef>,
}

impl Occurrences {
    fn add(&mut self, place: TextPlace<'_>, by: Option<String>) {
        if let Some(by) = by
            && !self.by.contains(&by)
        {
            self.by.push(by);
        }
        match place {
            TextPlace::Field(field) if !self.fields.contains(&field) => self.fields.push(field),
            TextPlace::Field(_) => {}
            TextPlace::Passage(file_id, locator) => self.add_passage(file_id, locator),
        }
    }

    /// Parts of a word may be seen several times in one passage, one after the other.
    fn add_passage(&mut self, file_id: FileId, locator: &Locator) {
        let last = self.places.last();
        let is_counted = last.is_some_and(|last| last.file_id == file_id && last.locator == *locator);
        if is_counted {
            return;
        }
        self.passages += 1;
        if self.places.len() < PLACES_NAMED {
            self.places.push(PassageRef {
                file_id,
                locator: locator.clone(),
            });
        }
    }
}

/// Whether a word may be the sound of a text with these terms: pinyin, initials, or characters that are read alike.
fn sounds_like(word: &str, terms: &HashSet<String>) -> bool {
    let all = |pairs: &[String]| !pairs.is_empty() && pairs.iter().all(|pair| terms.contains(pair));
    if word.contains(is_han) {
        return all(&phonetic::homophone_pairs(word));
    }
    let is_pinyin = phonetic::pinyin_pairs(word).is_some_and(|pairs| all(&pairs));
    is_pinyin || phonetic::may_be_initials(word) && terms.contains(&phonetic::any_initials(word))
}

/// Something to find to the letter, as the index finds it.
struct Needle {
    /// How it is called.
    name: String,
    /// Terms at their distance from the first.
    sequence: Vec<(usize, String)>,
    /// A last character that may go on as a pair in the text.
    tail: Option<char>,
    /// A code in one piece, however its parts are joined.
    whole: Option<String>,
}

impl Needle {
    fn new(name: &str) -> Option<Self> {
        let tokens = TokenKind::Pairs.tokens(name);
        let last = tokens.last()?;
        let is_whole = |at: usize| {
            tokens
                .get(at + 1)
                .is_some_and(|next| next.position == tokens[at].position)
        };
        let whole = Some(&tokens[0]).filter(|first| is_whole(0) && first.offset_to == last.offset_to);
        let first = tokens[0].position;
        let mut sequence: Vec<(usize, String)> = tokens
            .iter()
            .enumerate()
            .filter(|(at, _)| !is_whole(*at))
            .map(|(_, token)| (token.position - first, token.text.clone()))
            .collect();
        let tail = lone_han(&last.text);
        if tail.is_some() {
            sequence.pop();
        }
        Some(Self {
            name: name.to_owned(),
            tail,
            whole: whole.map(|token| token.text.clone()),
            sequence,
        })
    }
}

/// A text to look through; cut into terms only when a glance does not tell.
struct SearchedText<'a> {
    written: &'a str,
    /// It normalized, without blanks and joints, so that a term can only stand where it is a part of this.
    glance: String,
    tokens: OnceCell<Vec<Token>>,
}

impl<'a> SearchedText<'a> {
    fn of(text: &'a str) -> Self {
        let kept = normalize_chars(text).into_iter().map(|normalized| normalized.char);
        Self {
            written: text,
            glance: kept
                .filter(|char| !char.is_whitespace() && !matches!(char, '-' | '_'))
                .collect(),
            tokens: OnceCell::new(),
        }
    }

    fn tokens(&self) -> &[Token] {
        self.tokens.get_or_init(|| TokenKind::Bigrams.tokens(self.written))
    }

    fn has_term(&self, term: &str) -> bool {
        self.glance.contains(term) && self.tokens().iter().any(|token| token.text == term)
    }

    fn holds(&self, needle: &Needle) -> bool {
        if needle.whole.as_ref().is_some_and(|whole| self.has_term(whole)) {
            return true;
        }
        let ends = needle.tail.is_none_or(|tail| self.glance.contains(tail));
        ends && (needle.sequence.is_empty() || self.holds_in_order(&needle.sequence))
    }

    fn holds_in_order(&self, sequence: &[(usize, String)]) -> bool {
        if !sequence.iter().all(|(_, term)| self.glance.contains(term.as_str())) {
            return false;
        }
        let first = &sequence[0].1;
        let mut starts = self.tokens().iter().filter(|token| token.text == *first);
        starts.any(|start| {
            sequence
                .iter()
                .all(|(distance, term)| self.has_at(start.position + distance, term))
        })
    }

    fn has_at(&self, position: usize, term: &str) -> bool {
        let tokens = self.tokens();
        let from = tokens.partition_point(|token| token.position < position);
        let here = tokens[from..].iter().take_while(|token| token.position == position);
        here.into_iter().any(|token| token.text == term)
    }
}
