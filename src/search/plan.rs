//! Query planner, from a question to queries: conditions, ranking, passages and marks to look for.

use tantivy::query::{AllQuery, BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::analyzed_query::AnalyzedQuery;
use super::forward_only::ForwardOnlyQuery;
use super::highlight::Highlighter;
use super::normalize::lone_han;
use super::optional_filters::{self, NameKind, NameMatch};
use super::phonetic;
use super::proximity::{SpelledWord, all_of, any_of, near_each_other, unbroken};
use super::query::{ParsedQuery, QueryPart, is_question, parse, telling_terms};
use super::query_unit::{QueryUnit, Word, query_units};
use super::schema::{Facet, PassageFields, ResourceFields};
use super::score::WeightedTerm;
use super::spell_checker;
use super::synonyms::Synonyms;
use super::tokenize::TokenKind;

/// Weight of a dictionary word, beside a pair of characters.
const WORD_WEIGHT: f32 = 2.0;
/// Weight of a synonym, beside the name that was typed: .6 instead of .4 raised teachers' questions from .905 to .914.
const SYNONYM_WEIGHT: f32 = 0.6;
/// Weight of being of the type that was named: less than a word of what is wanted.
const KIND_WEIGHT: f32 = 4.0;
/// Weight of a type's name as text, beside being of it: it says how something is wanted, and not what. When it counted
/// in full, 气动课程标准 was followed by the standards of every other course (.919 to .924 without).
const KIND_NAME: f32 = 0.1;
/// Weight of the school, level or major's code that was named: more than any word, for whoever names it means it.
const PLACE_WEIGHT: f32 = 80.0;
/// Weight of the major, course or task that was named.
const TOPIC_WEIGHT: f32 = 4.0;
/// Weight of a part of a code, beside the whole: `1200` alone is hardly `S7-1200`.
const CODE_PART: f32 = 0.3;
/// Weight of a homophone: enough to order results that nothing else holds for.
const HOMOPHONE_WEIGHT: f32 = 0.15;
/// Weight of a title in pinyin or by its initials.
const SOUND_WEIGHT: f32 = 1.0;
/// Weight of a single character, in reranking: it raised the mean of the sets from .808 to .820; runs of three
/// characters beside it lowered it again (.817), so there are none.
const CHAR_WEIGHT: f32 = 1.2;
/// Most words that are conditions: a question of more is a sentence, and its words are hints.
const MOST_CONDITIONS: usize = 2;

/// The plan of a query: its conditions and scoring leaves.
pub(super) struct QueryPlan {
    demands: Vec<Box<dyn Query>>,
    phrases: Vec<Box<dyn Query>>,
    excluded: Vec<Box<dyn Query>>,
    /// What holds every word, wherever they stand; `None`: there is nothing to it but what is demanded.
    pub(super) all_words: Option<Box<dyn Query>>,
    /// What makes the order.
    pub(super) leaves: Vec<WeightedTerm>,
    /// Those of the leaves that a resource must share one of to be near.
    pub(super) telling: Vec<WeightedTerm>,
    /// Those that sound alike; where nothing else is shared they make near.
    pub(super) alike: Vec<WeightedTerm>,
    /// What the best are looked at again by.
    pub(super) chars: Vec<WeightedTerm>,
    /// What to look for in passages.
    pub(super) passages: Vec<WeightedTerm>,
    /// Characters that were typed by themselves; passages are not indexed by single characters.
    pub(super) lone_chars: Vec<char>,
    /// It reads like a sentence: its words are hints, not conditions.
    pub(super) is_sentence: bool,
    /// What to mark in what is shown.
    pub(super) highlighter: Highlighter,
    /// Other names of what was typed.
    pub(super) synonyms: Vec<String>,
    /// Nothing was typed, or only what is not wanted: everything else is shown.
    pub(super) browses: bool,
}

impl QueryPlan {
    /// Whether some words would do where all cannot be had.
    pub(super) fn can_relax(&self) -> bool {
        !self.demands.is_empty() && !self.leaves.is_empty()
    }

    /// What fulfils the question; `None`: whatever holds any leaf.
    pub(super) fn condition(&self) -> Option<Box<dyn Query>> {
        if self.demands.is_empty() && self.phrases.is_empty() && !self.leaves.is_empty() {
            return None;
        }
        Some(self.all_of_and_none_of(self.demands.iter().chain(&self.phrases)))
    }

    /// What even a resource with some of the words must fulfil; `None`: nothing.
    pub(super) fn filter(&self) -> Option<Box<dyn Query>> {
        let is_open = self.phrases.is_empty() && self.excluded.is_empty();
        (!is_open).then(|| self.all_of_and_none_of(self.phrases.iter()))
    }

    fn all_of_and_none_of<'a>(&self, wanted: impl Iterator<Item = &'a Box<dyn Query>>) -> Box<dyn Query> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        clauses.extend(wanted.map(|query| (Occur::Must, query.box_clone())));
        if clauses.is_empty() {
            // To the engine, exclusions alone exclude from nothing.
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        clauses.extend(self.excluded.iter().map(|query| (Occur::MustNot, query.box_clone())));
        Box::new(BooleanQuery::new(clauses))
    }

    /// Whether nothing can be found because nothing that was typed is a word.
    pub(super) fn is_empty(&self) -> bool {
        !self.browses && self.demands.is_empty() && self.phrases.is_empty() && self.leaves.is_empty()
    }
}

/// What a question names, see [`optional_filters`].
struct OptionalFilters {
    /// Words for types, with the type's code.
    kinds: Vec<(&'static str, &'static str)>,
    /// What is wanted, without the types it is wanted as.
    subject: String,
    /// Names of schools, levels, majors, courses and tasks.
    names: Vec<NameMatch>,
}

impl OptionalFilters {
    /// Whether a term stands in the name of a type only.
    fn only_names_a_kind(&self, term: &str) -> bool {
        !self.subject.contains(term) && self.kinds.iter().any(|(kind, _)| kind.contains(term))
    }
}

/// Makes plans for one state of the index.
pub(super) struct Planner<'a> {
    pub(super) fields: &'a ResourceFields,
    pub(super) passage_fields: &'a PassageFields,
    /// The state of the index; asked which words it knows.
    pub(super) searcher: &'a Searcher,
    /// Words for the same thing.
    pub(super) synonyms: &'a Synonyms,
}

impl Planner<'_> {
    /// Plans a question.
    pub(super) fn plan(&self, question: &str) -> tantivy::Result<QueryPlan> {
        let parsed = parse(question);
        let analyzed = AnalyzedQuery::of(&parsed, self.synonyms);
        let optional = OptionalFilters {
            kinds: optional_filters::kinds_in(&analyzed.text),
            subject: optional_filters::without_kinds(&analyzed.text),
            names: optional_filters::names_in(self.searcher, self.fields.names, &analyzed.text)?,
        };
        let phrases = parsed.wanted.iter().filter_map(|part| match part {
            QueryPart::Phrase(phrase) => self.exact(phrase),
            QueryPart::Text(_) => None,
        });
        let names: Vec<String> = optional.names.iter().map(|name| name.text.clone()).collect();
        let words = analyzed.words.iter().filter(|word| lone_han(word).is_none());
        let telling = self.telling(&analyzed, &optional)?;
        let excluded: Vec<_> = parsed.excluded.iter().filter_map(|text| self.excluded(text)).collect();
        let is_asked = !question
            .trim_matches(|char: char| char.is_whitespace() || char.is_control())
            .is_empty();
        // Marks alone ask for nothing, and nothing is held by everything.
        let browses = parsed.wanted.is_empty() && (!is_asked || !excluded.is_empty());
        let alike = analyzed.homophones.iter();
        let alike: Vec<WeightedTerm> = alike
            .map(|pair| WeightedTerm::new(self.fields.sound, pair, HOMOPHONE_WEIGHT))
            .collect();
        Ok(QueryPlan {
            is_sentence: words.count() > MOST_CONDITIONS || is_question(question),
            demands: self.demands(&query_units(&parsed, self.synonyms, &names))?,
            phrases: phrases.collect(),
            excluded,
            all_words: self.all_words(&analyzed, &optional)?,
            leaves: [&telling[..], &self.cut_apart(&analyzed), &alike].concat(),
            telling,
            alike,
            chars: self.chars(&parsed, &optional),
            passages: self.passages(&analyzed),
            lone_chars: analyzed.pairs.iter().filter_map(|pair| lone_han(pair)).collect(),
            highlighter: analyzed.highlighter(&parsed),
            browses,
            synonyms: analyzed.named.into_iter().flat_map(|(_, others)| others).collect(),
        })
    }

    fn excluded(&self, text: &str) -> Option<Box<dyn Query>> {
        Some(Box::new(ForwardOnlyQuery(self.exact(text)?)))
    }

    /// One query for each unit, all of which are wanted.
    fn demands(&self, query_units: &[QueryUnit]) -> tantivy::Result<Vec<Box<dyn Query>>> {
        let demands = query_units.iter().map(|unit| self.unit(unit));
        let demands: Vec<Option<Box<dyn Query>>> = demands.collect::<tantivy::Result<_>>()?;
        Ok(demands.into_iter().flatten().collect())
    }

    /// What holds a unit: where it stands unbroken, by any of its names, by its sound if it is Latin, as the type that
    /// it is a word for; or where its words stand together.
    fn unit(&self, unit: &QueryUnit) -> tantivy::Result<Option<Box<dyn Query>>> {
        let ways = std::iter::once(&unit.text).chain(&unit.others);
        let mut ways: Vec<Box<dyn Query>> = ways.filter_map(|way| self.exact(way)).collect();
        ways.extend(self.by_sound(&unit.text)?);
        ways.extend(unit.kind.map(|code| term(self.fields.facet(Facet::Kind), code)));
        for cut in &unit.cuts {
            ways.extend(self.words(cut)?);
        }
        Ok(any_of(ways))
    }

    /// What holds words together. A type that is named last, and the name of a school or a course, may stand beside the
    /// text that holds the rest.
    fn words(&self, words: &[Word]) -> tantivy::Result<Vec<Box<dyn Query>>> {
        let (beside, inside): (Vec<&Word>, Vec<&Word>) =
            words.iter().partition(|word| word.is_name || word.kind.is_some());
        let mut ways: Vec<Box<dyn Query>> = Vec::new();
        if !beside.is_empty() {
            let rest = (!inside.is_empty()).then(|| self.stand_together(&inside)).transpose()?;
            let mut all: Vec<Box<dyn Query>> = rest.into_iter().flatten().collect();
            for word in beside {
                all.extend(self.word(word)?);
            }
            ways.extend(all_of(all));
        }
        let all: Vec<&Word> = words.iter().collect();
        ways.extend(self.stand_together(&all)?);
        Ok(ways)
    }

    fn stand_together(&self, words: &[&Word]) -> tantivy::Result<Option<Box<dyn Query>>> {
        if let [word] = words {
            return self.word(word);
        }
        let field = self.fields.bigrams;
        let spellings = |word: &&Word| {
            let names = std::iter::once(&word.text).chain(&word.others);
            names.flat_map(|name| SpelledWord::all(field, name)).collect()
        };
        Ok(near_each_other(words.iter().map(spellings).collect()))
    }

    /// A word by any of its names, by its sound if it is Latin, and as the type that it names.
    fn word(&self, word: &Word) -> tantivy::Result<Option<Box<dyn Query>>> {
        let names = std::iter::once(&word.text).chain(&word.others);
        let mut ways: Vec<Box<dyn Query>> = names.filter_map(|name| self.exact(name)).collect();
        ways.extend(self.by_sound(&word.text)?);
        ways.extend(word.kind.map(|code| term(self.fields.facet(Facet::Kind), code)));
        Ok(any_of(ways))
    }

    /// Every word that tells something, in any of its names. What names a type or a school is a wish beside others.
    fn all_words(
        &self,
        analyzed: &AnalyzedQuery,
        optional: &OptionalFilters,
    ) -> tantivy::Result<Option<Box<dyn Query>>> {
        let is_wish = |word: &str| {
            optional.names.iter().any(|name| name.text.contains(word))
                || optional
                    .kinds
                    .iter()
                    .any(|(kind, _)| *kind == word || kind.contains(word))
        };
        let mut all = Vec::new();
        for word in analyzed.words.iter().filter(|word| lone_han(word).is_none()) {
            if is_wish(word) || analyzed.is_code_part(word) {
                continue;
            }
            let named = analyzed.named.iter().filter(|(typed, _)| typed == word);
            let others = named.flat_map(|(_, others)| others.clone()).collect();
            all.extend(self.word(&Word {
                others,
                ..Word::plain(word)
            })?);
        }
        Ok(all_of(all))
    }

    /// What a Latin word may be the sound of: `shukong`, `skcc`.
    fn by_sound(&self, word: &str) -> tantivy::Result<Vec<Box<dyn Query>>> {
        let mut ways = Vec::new();
        if let Some(pairs) = phonetic::pinyin_pairs(word) {
            ways.extend(all_of(pairs.iter().map(|pair| term(self.fields.sound, pair)).collect()));
        }
        ways.extend(self.initials(word)?.map(|row| term(self.fields.sound, &row)));
        Ok(ways)
    }

    /// The terms of a Latin word as initials, if it is no word in its own right.
    fn initials(&self, word: &str) -> tantivy::Result<impl Iterator<Item = String> + use<>> {
        let may_be = phonetic::may_be_initials(word) && !self.knows(word)?;
        let rows = may_be.then(|| [phonetic::any_initials(word), phonetic::aligned_initials(word)]);
        Ok(rows.into_iter().flatten())
    }

    fn knows(&self, word: &str) -> tantivy::Result<bool> {
        Ok(self
            .searcher
            .doc_freq(&Term::from_field_text(self.fields.words, word))?
            > 0)
    }

    /// What names what is wanted: its words and bigrams, with a little for other names.
    fn telling(&self, analyzed: &AnalyzedQuery, optional: &OptionalFilters) -> tantivy::Result<Vec<WeightedTerm>> {
        let fields = self.fields;
        let mut leaves = Vec::new();
        let kinds = optional.kinds.iter();
        leaves.extend(kinds.map(|(_, code)| WeightedTerm::new(fields.facet(Facet::Kind), code, KIND_WEIGHT)));
        leaves.extend(optional.names.iter().map(|name| {
            let weight = match name.strength {
                NameKind::Place => PLACE_WEIGHT,
                NameKind::Topic => TOPIC_WEIGHT,
            };
            WeightedTerm::new(fields.names, &name.term, weight)
        }));
        for word in analyzed.words.iter().filter(|word| analyzed.names_something(word)) {
            leaves.extend(self.word_leaves(analyzed, optional, word)?);
        }
        for pair in analyzed.pairs.iter().filter(|pair| analyzed.names_something(pair)) {
            // A character alone begins no pair that is in the index wherever it stands.
            let field = if lone_han(pair).is_some() {
                fields.chars
            } else {
                fields.bigrams
            };
            leaves.push(WeightedTerm::new(field, pair, part(analyzed, optional, pair)));
        }
        let others = [
            (&analyzed.other_words, fields.words),
            (&analyzed.other_pairs, fields.bigrams),
        ];
        for (terms, field) in others {
            let terms = terms.iter().filter(|term| lone_han(term).is_none());
            leaves.extend(terms.map(|term| WeightedTerm::new(field, term, SYNONYM_WEIGHT)));
        }
        Ok(leaves)
    }

    /// A word, what it may be a slip for, and what it may be the sound of.
    fn word_leaves(
        &self,
        analyzed: &AnalyzedQuery,
        optional: &OptionalFilters,
        word: &str,
    ) -> tantivy::Result<Vec<WeightedTerm>> {
        let fields = self.fields;
        let mut leaves = vec![WeightedTerm::new(
            fields.words,
            word,
            WORD_WEIGHT * part(analyzed, optional, word),
        )];
        // Each pair by itself: of a whole question in pinyin, few titles hold all.
        let pairs = phonetic::pinyin_pairs(word).unwrap_or_default();
        // Only what no text holds: near ones of every Latin word cost 18 ms (p99), and what is written so somewhere is
        // no slip.
        if pairs.is_empty() && !self.knows(word)? {
            let near = spell_checker::near_latin(self.searcher, fields.words, word)?;
            leaves.extend(
                near.iter()
                    .map(|near| WeightedTerm::new(fields.words, near, WORD_WEIGHT)),
            );
            leaves.extend(near.iter().map(|near| WeightedTerm::new(fields.bigrams, near, 1.0)));
        }
        let sounds = pairs.into_iter().chain(self.initials(word)?);
        leaves.extend(sounds.map(|sound| WeightedTerm::new(fields.sound, &sound, SOUND_WEIGHT)));
        Ok(leaves)
    }

    /// Characters that were cut from words: they order those that share a word.
    fn cut_apart(&self, analyzed: &AnalyzedQuery) -> Vec<WeightedTerm> {
        let cut = analyzed
            .words
            .iter()
            .filter(|word| lone_han(word).is_some() && !analyzed.names_something(word) && !analyzed.is_torn());
        let others = analyzed.other_words.iter().filter(|word| lone_han(word).is_some());
        let cut = cut.map(|word| WeightedTerm::new(self.fields.words, word, WORD_WEIGHT));
        let others = others.map(|word| WeightedTerm::new(self.fields.words, word, SYNONYM_WEIGHT));
        cut.chain(others).collect()
    }

    fn chars(&self, parsed: &ParsedQuery, optional: &OptionalFilters) -> Vec<WeightedTerm> {
        let chars = telling_terms(TokenKind::Chars, &parsed.text());
        let part = |char: &str| {
            if optional.only_names_a_kind(char) {
                KIND_NAME
            } else {
                1.0
            }
        };
        let leaf = |char: &String| WeightedTerm::new(self.fields.chars, char, CHAR_WEIGHT * part(char));
        chars.iter().map(leaf).collect()
    }

    fn passages(&self, analyzed: &AnalyzedQuery) -> Vec<WeightedTerm> {
        let field = self.passage_fields.bigrams;
        let own = analyzed.pairs.iter().map(|pair| WeightedTerm::new(field, pair, 1.0));
        let others = analyzed
            .other_pairs
            .iter()
            .map(|pair| WeightedTerm::new(field, pair, SYNONYM_WEIGHT));
        own.chain(others).collect()
    }

    /// What holds a text to the letter; blanks between Han characters do not count.
    pub(super) fn exact(&self, text: &str) -> Option<Box<dyn Query>> {
        // By pairs: of stretches quoted from a document, words as a dictionary cuts them find fewer than half, pairs
        // all.
        match TokenKind::Pairs.tokens(text).as_slice() {
            [only] if lone_han(&only.text).is_some() => Some(term(self.fields.chars, &only.text)),
            _ => unbroken(SpelledWord::all(self.fields.bigrams, text)),
        }
    }
}

/// What a term counts for as a part of the question.
fn part(analyzed: &AnalyzedQuery, optional: &OptionalFilters, term: &str) -> f32 {
    if analyzed.is_code_part(term) {
        CODE_PART
    } else if optional.only_names_a_kind(term) {
        KIND_NAME
    } else {
        1.0
    }
}

fn term(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, text),
        IndexRecordOption::Basic,
    ))
}
