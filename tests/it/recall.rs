//! How much of an expected text was read, as a Chinese index sees it.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

/// How much of a text was found, and how much of what was found belongs to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Score {
    /// Part of the expected pairs that were read.
    pub(crate) recall: f64,
    /// Part of the pairs read that were expected.
    pub(crate) precision: f64,
}

/// Compares pairs of neighbouring Han characters, each as often as it occurs.
#[expect(clippy::cast_precision_loss, reason = "a text has far fewer pairs than 2^52")]
pub(crate) fn score(expected: &str, read: &str) -> Score {
    let (expected, read) = (pairs(expected), pairs(read));
    let shared = |all: &Pairs, other: &Pairs| {
        let common: usize = all
            .iter()
            .map(|(pair, count)| other.get(pair).map_or(0, |n| *n.min(count)))
            .sum();
        let total: usize = all.values().sum();
        if total == 0 { 1.0 } else { common as f64 / total as f64 }
    };
    Score {
        recall: shared(&expected, &read),
        precision: shared(&read, &expected),
    }
}

type Pairs = HashMap<(char, char), usize>;

fn pairs(text: &str) -> Pairs {
    // The radical for "mother" is the one that NFKC leaves alone.
    let letters: Vec<char> = text
        .nfkc()
        .filter(|c| !c.is_whitespace())
        .map(|c| if c == '⺟' { '母' } else { c })
        .collect();
    let mut pairs = Pairs::new();
    for pair in letters.windows(2) {
        if is_han(pair[0]) && is_han(pair[1]) {
            *pairs.entry((pair[0], pair[1])).or_default() += 1;
        }
    }
    pairs
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}
