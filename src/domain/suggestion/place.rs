//! Which task, course or major the names of folders and files mean.
//!
//! Names are cut into pairs of Han characters and whole words of the rest. What few places hold says more than what
//! many do: 星三 tells a task, 安装 none. A name is taken to mean a place when they share most of the shorter of the two,
//! and it is left open when two places fit it equally well: a wrong place costs more than an empty field.

use std::collections::{HashMap, HashSet};

use super::name::{cleaned, without_count};
use super::{Because, Part, kind};
use crate::domain::id::Id;

/// The least share of the shorter name that two names must have in common.
const LEAST_IN_COMMON: f64 = 0.5;
/// The least share of a place's name that must be meant.
const LEAST_OF_PLACE: f64 = 0.15;
/// A name of common words only, such as 控制线路, means nothing: one must be nearly as rare as what one place alone holds.
const TELLING: f64 = 0.65;
/// Places this near to each other are told apart by nothing.
const NEAR: f64 = 0.05;
/// A name that fits a course clearly better than a task means the course.
const CLEARLY: f64 = 0.1;

/// What kind of place it is, the narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the noun it names")]
pub enum PlaceKind {
    Task,
    Course,
    Major,
}

/// A place of the curriculum with what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What kind of place it is.
    pub kind: PlaceKind,
    /// Its id.
    pub id: Id,
    /// Its names, the first of them its own.
    pub names: Vec<String>,
    /// The places around it: a task's course and major.
    pub within: Vec<Id>,
}

/// The places to choose from, ready to be compared with names.
#[derive(Debug)]
pub struct Shelf {
    places: Vec<Known>,
    rarity: HashMap<String, f64>,
    /// What a piece weighs that no place holds: less than one that tells a place, since it may say anything.
    unknown: f64,
    /// What a piece weighs that one place holds.
    rarest: f64,
    reading: Reading,
}

#[derive(Debug)]
struct Known {
    place: Place,
    names: Vec<HashSet<String>>,
}

/// How names are read: spelt one way, with one word for what has several.
#[derive(Debug)]
pub struct Reading {
    fold: fn(&str) -> String,
    /// Each word with the one that stands for it, longest first.
    words: Vec<(String, String)>,
}

impl Reading {
    /// Reads with a spelling and groups of words for the same thing.
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
        pieces(&self.read(name))
    }
}

/// Short Latin words stand inside others: TP in http.
fn is_telling(word: &str) -> bool {
    word.chars().filter(|c| !c.is_ascii()).count() >= 2
}

fn pieces(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for run in text.split(|c: char| !c.is_alphanumeric()) {
        let mut han: Vec<char> = Vec::new();
        let mut latin = String::new();
        for c in run.chars() {
            if c.is_ascii() {
                take_han(&mut han, &mut found);
                latin.push(c);
            } else {
                found.extend((!latin.is_empty()).then(|| std::mem::take(&mut latin)));
                han.push(c);
            }
        }
        take_han(&mut han, &mut found);
        found.extend((!latin.is_empty()).then_some(latin));
    }
    found
}

/// Every two neighbours of a stretch of Han characters; one alone stands for itself.
fn take_han(han: &mut Vec<char>, found: &mut HashSet<String>) {
    match han.as_slice() {
        [] => {}
        [one] => drop(found.insert(one.to_string())),
        many => found.extend(many.windows(2).map(|pair| pair.iter().collect::<String>())),
    }
    han.clear();
}

impl Shelf {
    /// Puts up places.
    pub fn new(places: Vec<Place>, reading: Reading) -> Self {
        let known = |place: Place| Known {
            names: place.names.iter().map(|name| reading.pieces(name)).collect(),
            place,
        };
        let places: Vec<Known> = places.into_iter().map(known).collect();
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
    pub fn place(&self, id: Id) -> Option<&Place> {
        self.places
            .iter()
            .map(|known| &known.place)
            .find(|place| place.id == id)
    }

    fn weight<'a>(&self, pieces: impl Iterator<Item = &'a String>) -> f64 {
        pieces
            .map(|piece| self.rarity.get(piece).copied().unwrap_or(self.unknown))
            .sum()
    }

    /// How well a name fits each place, in their order.
    fn fits(&self, name: &str) -> Vec<f64> {
        let asked = self.reading.pieces(name);
        let weight = self.weight(asked.iter());
        let best = |known: &Known| {
            let fits = known.names.iter().map(|name| self.fit(&asked, weight, name));
            fits.fold(0.0, f64::max)
        };
        self.places.iter().map(best).collect()
    }

    fn fit(&self, asked: &HashSet<String>, weight: f64, name: &HashSet<String>) -> f64 {
        let shared: Vec<&String> = asked.intersection(name).collect();
        if shared.is_empty() {
            return 0.0;
        }
        let common = self.weight(shared.iter().copied());
        let whole = self.weight(name.iter());
        let of_shorter = common / weight.min(whole);
        let rarest = shared
            .iter()
            .map(|piece| self.weight([*piece].into_iter()))
            .fold(0.0, f64::max);
        let is_telling = rarest >= TELLING * self.rarest || common / whole >= LEAST_IN_COMMON;
        let is_enough = is_telling && of_shorter >= LEAST_IN_COMMON && common / whole >= LEAST_OF_PLACE;
        let is_all = of_shorter > 0.99;
        if is_enough && (is_all || shared.len() >= 2) {
            0.7 * of_shorter + 0.3 * common / whole
        } else {
            0.0
        }
    }

    fn around(&self, place: &Place) -> impl Iterator<Item = usize> {
        let is_around = |(_, known): &(usize, &Known)| place.within.contains(&known.place.id);
        self.places.iter().enumerate().filter(is_around).map(|(at, _)| at)
    }
}

/// Finds the places of many paths; what was compared once is remembered.
#[derive(Debug)]
pub(super) struct Finder<'a> {
    shelf: &'a Shelf,
    seen: HashMap<String, Vec<f64>>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(shelf: &'a Shelf) -> Self {
        Self {
            shelf,
            seen: HashMap::new(),
        }
    }

    /// The place that the parts of a path mean, with the part that says so.
    pub(super) fn place(&mut self, parts: &[Part<'_>]) -> Option<(&'a Place, Because)> {
        let fits: Vec<Vec<f64>> = parts.iter().map(|part| self.best_fits(part.name)).collect();
        [PlaceKind::Task, PlaceKind::Course, PlaceKind::Major]
            .into_iter()
            .find_map(|kind| self.clear_best(kind, parts, &fits))
    }

    /// How well a part fits each place, by its whole name or by a word of it. Where it fits one clearly best, the others
    /// are not meant.
    fn best_fits(&mut self, name: &str) -> Vec<f64> {
        let mut best = vec![0.0_f64; self.shelf.places.len()];
        for reading in readings(name) {
            let shelf = self.shelf;
            let fits = self
                .seen
                .entry(reading)
                .or_insert_with_key(|reading| shelf.fits(reading));
            let highest = fits.iter().copied().fold(0.0, f64::max);
            for (best, fit) in best.iter_mut().zip(fits) {
                if *fit >= highest - CLEARLY {
                    *best = best.max(*fit);
                }
            }
        }
        best
    }

    /// The place of a kind that the parts mean, if no other is as likely. Parts that agree make it likelier, and so does
    /// what lies around it.
    fn clear_best(&self, kind: PlaceKind, parts: &[Part<'_>], fits: &[Vec<f64>]) -> Option<(&'a Place, Because)> {
        let likely = |at: usize| {
            fits.iter()
                .map(|fits| fits[at])
                .fold((0.0, 0.0), |(best, all), fit| (fit.max(best), all + fit))
        };
        let mut ranked: Vec<(f64, usize)> = Vec::new();
        for (at, known) in self.shelf.places.iter().enumerate() {
            let (best, all) = likely(at);
            if known.place.kind == kind && best > 0.0 {
                let around: f64 = self.shelf.around(&known.place).map(|at| likely(at).0).sum();
                ranked.push((best + 0.5 * (all - best) + 0.5 * around, at));
            }
        }
        ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
        let (best, at) = *ranked.first()?;
        let is_clear = ranked.get(1).is_none_or(|(second, _)| best - second > NEAR);
        let says = parts
            .iter()
            .zip(fits)
            .rev()
            .max_by(|one, other| one.1[at].total_cmp(&other.1[at]))?;
        is_clear.then(|| (&self.shelf.places[at].place, says.0.because()))
    }
}

/// A name and the words in it, without versions and types: what it may be about.
fn readings(name: &str) -> Vec<String> {
    let about = kind::without_words(without_count(&cleaned(name)));
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
