//! Words that people type for the same thing: `课件 = PPT`.
//!
//! Applied when asking, never when indexing, so a change takes effect at once.

use std::collections::{HashMap, HashSet};

use super::normalize::normalize;

/// Groups of words that stand for the same thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Synonyms {
    groups: Vec<Vec<String>>,
    /// Every word, normalized, with the groups it is in.
    words: HashMap<String, Vec<usize>>,
    longest: usize,
}

/// A stretch of a text that has synonyms, and these.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Alternatives {
    /// The stretch as it was typed, normalized.
    pub(super) typed: String,
    /// What it may be called instead.
    pub(super) others: Vec<String>,
}

impl Synonyms {
    /// A table of groups.
    pub fn new(groups: impl IntoIterator<Item = Vec<String>>) -> Self {
        let mut synonyms = Self::default();
        for group in groups {
            synonyms.add(group);
        }
        synonyms
    }

    /// The groups, in the order given.
    pub fn groups(&self) -> &[Vec<String>] {
        &self.groups
    }

    /// Reads groups of words, one group a line, its words joined by `=`; `#` begins a remark. Lines that make no group
    /// are passed over.
    pub fn parse(text: &str) -> Self {
        let mut synonyms = Self::default();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let words = line.split('=').map(str::trim).filter(|word| !word.is_empty());
            synonyms.add(words.map(str::to_owned).collect());
        }
        synonyms
    }

    fn add(&mut self, group: Vec<String>) {
        if group.len() < 2 {
            return;
        }
        for word in &group {
            let normalized = normalize(word);
            self.longest = self.longest.max(normalized.chars().count());
            self.words.entry(normalized).or_default().push(self.groups.len());
        }
        self.groups.push(group);
    }

    /// Whether a normalized text is one of the words.
    pub(super) fn knows(&self, normalized: &str) -> bool {
        self.words.contains_key(normalized)
    }

    /// The stretches of a text that have synonyms: from the left, the longest first, none inside another.
    pub(super) fn in_text(&self, text: &str) -> Vec<Alternatives> {
        let normalized: Vec<char> = normalize(text).chars().collect();
        let mut found = Vec::new();
        let mut start = 0;
        while start < normalized.len() {
            let longest = self.longest.min(normalized.len() - start);
            let hit = (1..=longest)
                .rev()
                .find_map(|length| self.at(&normalized, start, length));
            start += hit.as_ref().map_or(1, |hit| hit.typed.chars().count());
            found.extend(hit);
        }
        found
    }

    fn at(&self, normalized: &[char], start: usize, length: usize) -> Option<Alternatives> {
        let end = start + length;
        if splits_word(normalized, start) || splits_word(normalized, end) {
            return None;
        }
        let typed: String = normalized[start..end].iter().collect();
        let groups = self.words.get(&typed)?;
        // A school's group may repeat words of a city-wide one.
        let mut seen = HashSet::from([typed.clone()]);
        let others = groups
            .iter()
            .flat_map(|&group| &self.groups[group])
            .filter(|word| seen.insert(normalize(word)))
            .cloned()
            .collect();
        Some(Alternatives { typed, others })
    }
}

/// Whether a cut here would go through a Latin word or a number: `tp` is no synonym inside `http`.
fn splits_word(normalized: &[char], at: usize) -> bool {
    let is_latin = |at: usize| normalized.get(at).is_some_and(char::is_ascii_alphanumeric);
    at > 0 && is_latin(at - 1) && is_latin(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_wins_and_latin_words_stay_whole() {
        let synonyms = Synonyms::parse("数控车 = CNC车 = 数控车床\n# remark\n示教器 = TP\nalone\n");

        let found = synonyms.in_text("學數控車床用http");

        assert_eq!(found.len(), 1);
        assert_eq!(found[0].typed, "数控车床");
        assert_eq!(found[0].others, ["数控车", "CNC车"]);
    }

    #[test]
    fn a_word_of_two_groups_has_the_names_of_both_and_each_once() {
        let synonyms = Synonyms::new(
            [vec!["课件", "PPT"], vec!["PPT", "课件", "讲义"]]
                .map(|group| group.into_iter().map(str::to_owned).collect()),
        );

        assert_eq!(synonyms.in_text("ppt")[0].others, ["课件", "讲义"]);
    }

    #[test]
    fn the_shipped_table_reads() {
        let synonyms = Synonyms::parse(include_str!("../../config/synonyms.txt"));
        assert!(synonyms.in_text("课件")[0].others.contains(&"PPT".to_owned()));
    }

    /// A line that nobody can trace is one that nobody dares to take out.
    #[test]
    fn every_line_of_the_shipped_table_says_where_it_comes_from_and_no_word_stands_twice() {
        let sources = ["词表", "课标", "异写", "旧称", "俗称", "简称", "缩写", "英文", "品牌"];
        let mut seen = HashSet::new();
        let table = include_str!("../../config/synonyms.txt");
        let groups = table
            .lines()
            .filter(|line| line.contains('=') && !line.starts_with('#'));
        for line in groups {
            let (words, source) = line.split_once('#').unwrap_or((line, ""));
            assert!(sources.contains(&source.trim()), "{line}");
            for word in words.split('=') {
                assert!(seen.insert(normalize(word.trim())), "{word} stands twice: {line}");
            }
        }
        assert!(seen.len() > 400, "{}", seen.len());
    }
}
