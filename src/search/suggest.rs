//! Completing what somebody types: names of courses, tasks, majors, types, keywords and titles.
//!
//! Only names on resources that the asker may see are told, and only those resources are counted. What is typed is
//! looked up in the sorted dictionary of one field of terms (see `terms`): lane by lane in the order of ranks, and no
//! further than needed. Everything is bounded, so that the first letter, which begins a hundred thousand names, costs no
//! more than the tenth; what lies beyond a bound is missed until another letter is typed.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::schema::{IndexRecordOption, Value as _};
use tantivy::{DocAddress, DocSet as _, Searcher, TERMINATED, TantivyDocument};
use uuid::Uuid;

use crate::domain::search::{Completion, CompletionKind, SuggestQuestion};

use super::fast_fields::FastFields;
use super::highlight::render;
use super::normalize::is_han;
use super::schema::{Facet, ID_HIGH, ID_LOW, ResourceFields};
use super::visibility_filter::{VisibilityFilter, unrestricted};

mod segment;
mod spelling;
mod terms;

pub(super) use terms::terms_of;

use segment::CompletionSegment;
use spelling::{TypedName, spelled};
use terms::{BREAK, CompletionTier, IndexedName};

/// The most completions of one answer.
const MOST_COMPLETIONS: usize = 20;
/// What is read of what was typed.
const LONGEST_TYPED: usize = 64;
/// Terms read of one lane in all segments together, and in each at least; of titles fewer: one is as good as the next.
const MOST_TERMS: usize = 2_000;
const MOST_TITLES: usize = 400;
const FEWEST_TERMS: usize = 32;
/// Names of one lane that are looked at closely.
const MOST_TRIED: usize = 200;
/// Names of a lane that are counted beside those there is room for: some are told already, some are less than they seem.
const SPARE: usize = 6;
/// Entries looked at to count one name, and for all of a lane.
const MOST_LOOKED_AT: u64 = 4_000;
const MOST_LOOKED_AT_IN_LANE: u64 = 40_000;
/// A segment with so many entries of a name speaks for the others, when it is asked which one thing bears the name.
const ENOUGH_ASKED: u64 = 1_000;

/// Completes what was typed, from one snapshot of the index.
pub(super) fn complete(
    searcher: &Searcher,
    fast_fields: &[Arc<FastFields>],
    fields: &ResourceFields,
    question: &SuggestQuestion,
) -> tantivy::Result<Vec<Completion>> {
    let rules = VisibilityFilter::new(&question.audiences, &unrestricted());
    let segments = searcher
        .segment_readers()
        .iter()
        .zip(fast_fields)
        .map(|(reader, fast_fields)| CompletionSegment::open(reader, fast_fields, fields, &rules));
    let completer = Completer {
        searcher,
        fields,
        segments: segments.collect::<tantivy::Result<_>>()?,
        typed: TypedPrefix::of(&question.text),
    };
    let limit = question.limit.clamp(1, MOST_COMPLETIONS);
    let mut list = CompletionList::new(limit);
    if question.text.trim().is_empty() {
        completer.fill(&mut list, CompletionTier::Root, limit)?;
    } else if !completer.typed.letters.is_empty() {
        // Titles are the many: they leave room for names that begin later, and fill what those leave.
        for (lane, most) in [
            (CompletionTier::NameStart, limit),
            (CompletionTier::KeywordStart, limit),
            (CompletionTier::TitleStart, limit.div_ceil(2)),
            (CompletionTier::NameLater, limit),
            (CompletionTier::KeywordLater, limit),
            (CompletionTier::TitleStart, limit),
            (CompletionTier::TitleLater, limit),
        ] {
            completer.fill(&mut list, lane, most)?;
        }
    }
    Ok(list.items)
}

/// What was typed.
struct TypedPrefix {
    letters: Vec<char>,
    /// The Han characters it begins with, if it goes on in Latin letters: what an input method leaves half way.
    before_latin: Option<usize>,
}

impl TypedPrefix {
    fn of(text: &str) -> Self {
        let text: String = text.chars().take(LONGEST_TYPED).collect();
        let letters = TypedName::of(&text).letters();
        let han = letters.iter().take_while(|letter| is_han(**letter)).count();
        let is_mixed = han > 0 && letters[han..].iter().any(char::is_ascii_lowercase);
        Self {
            letters,
            before_latin: is_mixed.then_some(han),
        }
    }
}

/// The completions so far, each text once.
struct CompletionList {
    limit: usize,
    seen: HashSet<Vec<char>>,
    items: Vec<Completion>,
}

impl CompletionList {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            seen: HashSet::new(),
            items: Vec::with_capacity(limit),
        }
    }

    fn room(&self) -> usize {
        self.limit.saturating_sub(self.items.len())
    }

    fn is_full(&self) -> bool {
        self.room() == 0
    }

    fn add(&mut self, completion: Completion) -> bool {
        let is_new = !self.is_full() && self.seen.insert(TypedName::of(&completion.text).letters());
        if is_new {
            self.items.push(completion);
        }
        is_new
    }
}

/// A name that goes on from what was typed, wherever it stands.
#[derive(Default)]
struct NameCandidate {
    /// What its terms say behind the key.
    written: String,
    /// Entries that carry it, seen or not: good enough to decide what to look at first.
    frequency: u64,
    /// Its postings, by place in the list of segments.
    postings: Vec<(usize, TermInfo)>,
}

/// A name that the asker may know.
struct VisibleName {
    candidate: NameCandidate,
    count: u64,
    first: DocAddress,
}

/// One state of the index, ready to answer one question.
struct Completer<'a> {
    searcher: &'a Searcher,
    fields: &'a ResourceFields,
    segments: Vec<CompletionSegment<'a>>,
    typed: TypedPrefix,
}

impl Completer<'_> {
    /// Adds up to `most` completions of a lane, the best first.
    fn fill(&self, list: &mut CompletionList, lane: CompletionTier, most: usize) -> tantivy::Result<()> {
        if list.is_full() {
            return Ok(());
        }
        let mut added = 0;
        for known in self.known(self.candidates(lane)?, list.room() + SPARE)? {
            let completion = self.completion(lane, &known)?;
            added += usize::from(completion.is_some_and(|completion| list.add(completion)));
            if added >= most || list.is_full() {
                break;
            }
        }
        Ok(())
    }

    fn candidates(&self, lane: CompletionTier) -> tantivy::Result<Vec<NameCandidate>> {
        let mut found = HashMap::new();
        self.scan(lane, &self.typed.letters, false, &mut found)?;
        if let Some(han) = self.typed.before_latin {
            self.scan(lane, &self.typed.letters[..han], true, &mut found)?;
        }
        let mut candidates: Vec<NameCandidate> = found.into_values().collect();
        candidates.sort_unstable_by(|a, b| {
            let order = |it: &NameCandidate| (Reverse(it.frequency), it.written.len());
            order(a).cmp(&order(b)).then_with(|| a.written.cmp(&b.written))
        });
        Ok(candidates)
    }

    /// Reads the dictionaries from where `letters` begin; `checked`: only keys that all of what was typed may spell.
    fn scan(
        &self,
        lane: CompletionTier,
        letters: &[char],
        checked: bool,
        found: &mut HashMap<Vec<u8>, NameCandidate>,
    ) -> tantivy::Result<()> {
        let prefix = lane.prefix(letters);
        let most = if lane.is_of_titles() { MOST_TITLES } else { MOST_TERMS };
        let most = (most / self.segments.len().max(1)).max(FEWEST_TERMS);
        for (place, segment) in self.segments.iter().enumerate() {
            let mut stream = segment.terms.terms().range().ge(&prefix).into_stream()?;
            let mut read = 0;
            while read < most && stream.advance() && stream.key().starts_with(prefix.as_bytes()) {
                read += 1;
                let Some((key, name)) = split(stream.key()) else {
                    continue;
                };
                if checked && !self.may_spell(key) {
                    continue;
                }
                note(found, name, place, stream.value());
            }
        }
        Ok(())
    }

    /// Whether what was typed, a mixture, may spell a name whose key in characters is this.
    fn may_spell(&self, key: &[u8]) -> bool {
        let key: Vec<char> = String::from_utf8_lossy(key).chars().skip(1).collect();
        spelled(&self.typed.letters, &key).is_some()
    }

    /// As many of the candidates as are wanted and the asker may know, most resources first.
    fn known(&self, candidates: Vec<NameCandidate>, wanted: usize) -> tantivy::Result<Vec<VisibleName>> {
        let mut known = Vec::new();
        let mut left = MOST_LOOKED_AT_IN_LANE;
        for candidate in candidates.into_iter().take(MOST_TRIED) {
            if known.len() >= wanted || left == 0 {
                break;
            }
            let (looked_at, seen) = self.count(&candidate, left.min(MOST_LOOKED_AT))?;
            left -= looked_at;
            if let Some((count, first)) = seen {
                known.push(VisibleName {
                    candidate,
                    count,
                    first,
                });
            }
        }
        known.sort_by_key(|known| (Reverse(known.count), known.candidate.written.chars().count()));
        Ok(known)
    }

    /// How many entries had to be looked at, how many of them the asker sees, and the first of those.
    fn count(&self, candidate: &NameCandidate, most: u64) -> tantivy::Result<(u64, Option<(u64, DocAddress)>)> {
        let (mut looked_at, mut count, mut first) = (0, 0, None);
        self.walk(candidate, |address, is_seen| {
            looked_at += 1;
            if is_seen {
                count += 1;
                first.get_or_insert(address);
            }
            looked_at < most && count < Completion::MOST_COUNTED
        })?;
        Ok((looked_at, first.map(|first| (count, first))))
    }

    /// Goes through the entries of a name until `visit` says no.
    fn walk(&self, candidate: &NameCandidate, mut visit: impl FnMut(DocAddress, bool) -> bool) -> tantivy::Result<()> {
        for (place, info) in &candidate.postings {
            let segment = &self.segments[*place];
            let visibility = segment.visibility();
            if visibility.rejects_all() {
                continue;
            }
            let ordinal = u32::try_from(*place).unwrap_or(u32::MAX);
            let mut postings = segment
                .terms
                .read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !visit(DocAddress::new(ordinal, doc), visibility.accepts(doc)) {
                    return Ok(());
                }
                doc = postings.advance();
            }
        }
        Ok(())
    }

    /// The completion, unless what was typed does not spell the name after all: keys are cut.
    fn completion(&self, lane: CompletionTier, known: &VisibleName) -> tantivy::Result<Option<Completion>> {
        if lane.is_of_titles() {
            let text = self.title(known.first)?;
            return Ok(self.marked(&text).map(|html| Completion {
                html,
                text,
                kind: CompletionKind::Title,
                count: known.count,
                target: self.resource_id(known),
            }));
        }
        let Some(name) = IndexedName::of(&known.candidate.written) else {
            return Ok(None);
        };
        let html = match name.code {
            Some(code) => self
                .marked(code)
                .map(|code| format!("{code} {}", render(name.text, 0..name.text.len(), &[]))),
            None => self.marked(name.text),
        };
        let Some(html) = html else { return Ok(None) };
        Ok(Some(Completion {
            text: name.text.to_owned(),
            html,
            kind: name.kind,
            count: known.count,
            target: self.bearer(name.kind, &known.candidate)?,
        }))
    }

    fn marked(&self, text: &str) -> Option<String> {
        let ranges = match self.typed.letters.as_slice() {
            [] => Vec::new(),
            typed => vec![TypedName::of(text).spelled_by(typed)?],
        };
        Some(render(text, 0..text.len(), &ranges))
    }

    fn title(&self, address: DocAddress) -> tantivy::Result<String> {
        let entry: TantivyDocument = self.searcher.doc(address)?;
        let title = entry.get_first(self.fields.title).and_then(|value| value.as_str());
        Ok(title.unwrap_or_default().to_owned())
    }

    /// The resource with a title, if it is the only one the asker sees.
    fn resource_id(&self, known: &VisibleName) -> Option<String> {
        let columns = self.searcher.segment_reader(known.first.segment_ord).fast_fields();
        let half = |name: &str| columns.u64(name).ok()?.first(known.first.doc_id);
        let id = Uuid::from_u64_pair(half(ID_HIGH)?, half(ID_LOW)?);
        (known.count == 1).then(|| id.to_string())
    }

    /// The one course, task, major or type that bears a name, as far as the entries that are asked agree.
    fn bearer(&self, kind: CompletionKind, candidate: &NameCandidate) -> tantivy::Result<Option<String>> {
        let facet = match kind {
            CompletionKind::Course => Facet::Course,
            CompletionKind::Task => Facet::Task,
            CompletionKind::Major => Facet::Major,
            CompletionKind::ResourceType => Facet::Kind,
            CompletionKind::Keyword | CompletionKind::Title => return Ok(None),
        };
        let mut values = HashSet::new();
        for (place, info) in &candidate.postings {
            values.extend(self.segments[*place].values(facet, info)?);
            // Two are enough to know that it is not one, and so are the entries that one segment was asked about.
            if values.len() > 1 || u64::from(info.doc_freq) >= ENOUGH_ASKED {
                break;
            }
        }
        let mut values = values.into_iter();
        Ok(values.next().filter(|_| values.next().is_none()))
    }
}

/// Key, with its lane, and what stands behind it.
fn split(term: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = term.iter().position(|byte| char::from(*byte) == BREAK)?;
    Some((&term[..at], &term[at + 1..]))
}

/// Adds the postings of a term to its name. All terms of a name stand on the same entries, so the first of a segment does.
fn note(found: &mut HashMap<Vec<u8>, NameCandidate>, name: &[u8], place: usize, info: &TermInfo) {
    let bytes = name.split(|byte| char::from(*byte) == BREAK).next().unwrap_or_default();
    if !found.contains_key(bytes) {
        let written = String::from_utf8_lossy(name).into_owned();
        found.insert(
            bytes.to_vec(),
            NameCandidate {
                written,
                ..NameCandidate::default()
            },
        );
    }
    let Some(candidate) = found.get_mut(bytes) else { return };
    if candidate.postings.iter().all(|(noted, _)| *noted != place) {
        candidate.frequency += u64::from(info.doc_freq);
        candidate.postings.push((place, info.clone()));
    }
}
