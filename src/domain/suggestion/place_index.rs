//! Index of the curriculum's places, which finds the task, course or major that names of folders and files mean.
//!
//! A name is cut into tokens, each weighed by how few places hold it (inverse document frequency): 控制线路 stands in many
//! names and tells nothing, 星三角 stands in one.
//!
//! Names are cut into pairs of Han characters and whole words of the rest. What few places hold says more than what
//! many do: 星三 tells a task, 安装 none. A name is taken to mean a place when they share most of the shorter of the two,
//! and it is left open when two places fit it equally well: a wrong place costs more than an empty field.

use std::collections::{HashMap, HashSet};

use super::title::{clean_title, without_count};
use super::{NamePart, SuggestionReason, kind};
use crate::domain::id::AnyId;

/// Least share of the shorter name's weight that two names must have in common.
const MIN_OVERLAP: f64 = 0.5;
/// Least share of a place's name that must be in common.
const MIN_PLACE_SHARE: f64 = 0.15;
/// Least rarity of the rarest common token, as a share of that of a token which one place alone holds: a name of common
/// words only, such as 控制线路, means nothing.
const MIN_RARITY: f64 = 0.65;
/// Places whose scores differ by no more are ambiguous, and none is suggested.
const AMBIGUITY_MARGIN: f64 = 0.05;
/// A name that fits one place better by this much does not mean the others: a course, say, and not a task of it.
const CLEAR_MARGIN: f64 = 0.1;

/// What kind of place it is, the narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the noun it names")]
pub enum PlaceKind {
    Task,
    Course,
    Major,
}

/// A place of the curriculum with its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurriculumRef {
    /// What kind of place it is.
    pub kind: PlaceKind,
    /// Its id.
    pub id: AnyId,
    /// Its names, the first of them its own.
    pub names: Vec<String>,
    /// The places around it: a task's course and major.
    pub within: Vec<AnyId>,
}

/// The places to choose from, indexed by their tokens.
#[derive(Debug)]
pub struct PlaceIndex {
    places: Vec<IndexedPlace>,
    rarity: HashMap<String, f64>,
    /// What a piece weighs that no place holds: less than one that tells a place, since it may say anything.
    unknown: f64,
    /// What a piece weighs that one place holds.
    rarest: f64,
    reading: NameNormalizer,
}

#[derive(Debug)]
struct IndexedPlace {
    place: CurriculumRef,
    names: Vec<HashSet<String>>,
}

/// Normalizes names: one spelling, and one word for what has several.
#[derive(Debug)]
pub struct NameNormalizer {
    fold: fn(&str) -> String,
    /// Each word with the one that stands for it, longest first.
    words: Vec<(String, String)>,
}

impl NameNormalizer {
    /// A normalizer with a spelling and groups of synonyms.
    pub fn new(fold: fn(&str) -> String, groups: &[Vec<String>]) -> Self {
        let mut words: Vec<(String, String)> = Vec::new();
        for group in groups {
            let folded: Vec<String> = group.iter().map(|word| fold(word)).collect();
            let Some(first) = folded.first() else { continue };
            let others = folded[1..]
                .iter()
                .filter(|word| is_telling(word) && !first.contains(word.as_str()));
            words.extend(others.map(|word| (word.clone(), first.clone())));
        }
        words.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
        Self { fold, words }
    }

    fn read(&self, name: &str) -> String {
        let mut text = (self.fold)(name);
        for (word, first) in &self.words {
            if text.contains(word.as_str()) && !text.contains(first.as_str()) {
                text = text.replace(word.as_str(), first);
            }
        }
        text
    }

    fn pieces(&self, name: &str) -> HashSet<String> {
        tokens(&self.read(name))
    }
}

/// Whether a word may be replaced inside a text. Short Latin words stand inside others: TP in http.
fn is_telling(word: &str) -> bool {
    word.chars().filter(|c| !c.is_ascii()).count() >= 2
}

fn tokens(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for run in text.split(|c: char| !c.is_alphanumeric()) {
        let mut han: Vec<char> = Vec::new();
        let mut latin = String::new();
        for c in run.chars() {
            if c.is_ascii() {
                flush_bigrams(&mut han, &mut found);
                latin.push(c);
            } else {
                found.extend((!latin.is_empty()).then(|| std::mem::take(&mut latin)));
                han.push(c);
            }
        }
        flush_bigrams(&mut han, &mut found);
        found.extend((!latin.is_empty()).then_some(latin));
    }
    found
}

/// Adds the bigrams of a run of Han characters, for there are no blanks between their words; one alone stands for
/// itself.
fn flush_bigrams(han: &mut Vec<char>, found: &mut HashSet<String>) {
    match han.as_slice() {
        [] => {}
        [one] => drop(found.insert(one.to_string())),
        many => found.extend(many.windows(2).map(|pair| pair.iter().collect::<String>())),
    }
    han.clear();
}

impl PlaceIndex {
    /// Indexes places.
    pub fn new(places: Vec<CurriculumRef>, reading: NameNormalizer) -> Self {
        let known = |place: CurriculumRef| IndexedPlace {
            names: place.names.iter().map(|name| reading.pieces(name)).collect(),
            place,
        };
        let places: Vec<IndexedPlace> = places.into_iter().map(known).collect();
        let mut holders: HashMap<String, f64> = HashMap::new();
        for place in &places {
            let all: HashSet<&String> = place.names.iter().flatten().collect();
            for piece in all {
                *holders.entry(piece.clone()).or_default() += 1.0;
            }
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "there are thousands of places, not quadrillions"
        )]
        let count = places.len() as f64 + 1.0;
        let weigh = |held: f64| (1.0 + count / (held + 0.5)).ln();
        Self {
            rarity: holders.into_iter().map(|(piece, held)| (piece, weigh(held))).collect(),
            unknown: weigh(0.0) / 2.0,
            rarest: weigh(1.0),
            places,
            reading,
        }
    }

    /// The place with an id.
    pub fn place(&self, id: AnyId) -> Option<&CurriculumRef> {
        self.places
            .iter()
            .map(|known| &known.place)
            .find(|place| place.id == id)
    }

    fn token_weight<'a>(&self, pieces: impl Iterator<Item = &'a String>) -> f64 {
        pieces
            .map(|piece| self.rarity.get(piece).copied().unwrap_or(self.unknown))
            .sum()
    }

    /// Score of a name for each place, in their order.
    fn fits(&self, name: &str) -> Vec<f64> {
        let asked = self.reading.pieces(name);
        let token_weight = self.token_weight(asked.iter());
        let best = |known: &IndexedPlace| {
            let fits = known.names.iter().map(|name| self.fit(&asked, token_weight, name));
            fits.fold(0.0, f64::max)
        };
        self.places.iter().map(best).collect()
    }

    fn fit(&self, asked: &HashSet<String>, token_weight: f64, name: &HashSet<String>) -> f64 {
        let shared: Vec<&String> = asked.intersection(name).collect();
        if shared.is_empty() {
            return 0.0;
        }
        let common = self.token_weight(shared.iter().copied());
        let whole = self.token_weight(name.iter());
        let of_shorter = common / token_weight.min(whole);
        let rarest = shared
            .iter()
            .map(|piece| self.token_weight([*piece].into_iter()))
            .fold(0.0, f64::max);
        let is_telling = rarest >= MIN_RARITY * self.rarest || common / whole >= MIN_OVERLAP;
        let is_enough = is_telling && of_shorter >= MIN_OVERLAP && common / whole >= MIN_PLACE_SHARE;
        let is_all = of_shorter > 0.99;
        // One pair alone is chance, unless it is the whole name.
        if is_enough && (is_all || shared.len() >= 2) {
            0.7 * of_shorter + 0.3 * common / whole
        } else {
            0.0
        }
    }

    fn enclosing(&self, place: &CurriculumRef) -> impl Iterator<Item = usize> {
        let is_around = |(_, known): &(usize, &IndexedPlace)| place.within.contains(&known.place.id);
        self.places.iter().enumerate().filter(is_around).map(|(at, _)| at)
    }
}

/// Finds the places of many paths; scores of a name are cached.
#[derive(Debug)]
pub(super) struct PlaceFinder<'a> {
    index: &'a PlaceIndex,
    seen: HashMap<String, Vec<f64>>,
}

impl<'a> PlaceFinder<'a> {
    pub(super) fn new(index: &'a PlaceIndex) -> Self {
        Self {
            index,
            seen: HashMap::new(),
        }
    }

    /// Finds the place that the parts of a path mean, with the part that says so.
    pub(super) fn place(&mut self, parts: &[NamePart<'_>]) -> Option<(&'a CurriculumRef, SuggestionReason)> {
        let fits: Vec<Vec<f64>> = parts.iter().map(|part| self.best_fits(part.name)).collect();
        [PlaceKind::Task, PlaceKind::Course, PlaceKind::Major]
            .into_iter()
            .find_map(|kind| self.clear_best(kind, parts, &fits))
    }

    /// Best score of a part for each place, by its whole name or by a word of it. Where one place is clearly best, the
    /// others score nothing.
    fn best_fits(&mut self, name: &str) -> Vec<f64> {
        let mut best = vec![0.0_f64; self.index.places.len()];
        for reading in readings(name) {
            let index = self.index;
            let fits = self
                .seen
                .entry(reading)
                .or_insert_with_key(|reading| index.fits(reading));
            let highest = fits.iter().copied().fold(0.0, f64::max);
            for (best, fit) in best.iter_mut().zip(fits) {
                if *fit >= highest - CLEAR_MARGIN {
                    *best = best.max(*fit);
                }
            }
        }
        best
    }

    /// The place of a kind that the parts mean, if no other is as likely. Parts that agree make it likelier, and so does
    /// what lies around it.
    fn clear_best(
        &self,
        kind: PlaceKind,
        parts: &[NamePart<'_>],
        fits: &[Vec<f64>],
    ) -> Option<(&'a CurriculumRef, SuggestionReason)> {
        let likely = |at: usize| {
            fits.iter()
                .map(|fits| fits[at])
                .fold((0.0, 0.0), |(best, all), fit| (fit.max(best), all + fit))
        };
        let mut ranked: Vec<(f64, usize)> = Vec::new();
        for (at, known) in self.index.places.iter().enumerate() {
            let (best, all) = likely(at);
            if known.place.kind == kind && best > 0.0 {
                let enclosing: f64 = self.index.enclosing(&known.place).map(|at| likely(at).0).sum();
                ranked.push((best + 0.5 * (all - best) + 0.5 * enclosing, at));
            }
        }
        ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
        let (best, at) = *ranked.first()?;
        let is_clear = ranked.get(1).is_none_or(|(second, _)| best - second > AMBIGUITY_MARGIN);
        let says = parts
            .iter()
            .zip(fits)
            // The last of equals wins; turned round, the part that is nearest to the file.
            .rev()
            .max_by(|one, other| one.1[at].total_cmp(&other.1[at]))?;
        is_clear.then(|| (&self.index.places[at].place, says.0.reason()))
    }
}

/// A name and the words in it, without versions and types: what it may be about.
fn readings(name: &str) -> Vec<String> {
    let about = kind::without_words(without_count(&clean_title(name)));
    let words = about.split(|c: char| !c.is_alphanumeric()).map(without_count);
    let mut readings: Vec<String> = words
        .filter(|word| word.chars().count() >= 2)
        .map(str::to_owned)
        .collect();
    if readings.len() > 1 {
        readings.push(about);
    }
    readings
}
