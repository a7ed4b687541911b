//! Which of what there was goes on as which of what there will be.

use std::collections::{HashMap, HashSet};

/// Where one of the new comes from, by places among the old.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lineage {
    /// The one that it is.
    pub(super) continues: Option<usize>,
    /// All that it takes over from, with that one.
    pub(super) former: Vec<usize>,
}

/// What one of the new says about where it comes from.
#[derive(Debug, Clone, Default)]
pub(super) struct Claim {
    /// What it names itself.
    pub(super) named: Vec<usize>,
    /// The old one that bears its name at its place.
    pub(super) namesake: Option<usize>,
    /// Whether that place is its own, and not one that it comes from.
    pub(super) is_at_home: bool,
}

/// Settles who goes on as whom.
///
/// A namesake counts unless the new one names others and somebody else names the namesake: so names can be passed on from
/// task to task. Whoever has a namesake goes on as that, one of them at most: at home rather than elsewhere. Without one,
/// whoever is the only heir of a single old one goes on as that.
pub(super) fn settle(claims: &[Claim]) -> Vec<Lineage> {
    let mut namers: HashMap<usize, HashSet<usize>> = HashMap::new();
    for (at, claim) in claims.iter().enumerate() {
        for old in &claim.named {
            namers.entry(*old).or_default().insert(at);
        }
    }
    let is_named_elsewhere = |old: usize, at: usize| {
        let namers = namers.get(&old);
        namers.is_some_and(|namers| namers.iter().any(|namer| *namer != at))
    };
    let mut all = Vec::with_capacity(claims.len());
    for (at, claim) in claims.iter().enumerate() {
        let mut former = claim.named.clone();
        let counts = |old: &usize| former.is_empty() || former.contains(old) || !is_named_elsewhere(*old, at);
        let namesake = claim.namesake.filter(counts);
        former.extend(namesake);
        former.sort_unstable();
        former.dedup();
        all.push((namesake, former));
    }
    let mut heirs: HashMap<usize, usize> = HashMap::new();
    for old in all.iter().flat_map(|(_, former)| former) {
        *heirs.entry(*old).or_default() += 1;
    }
    let only = |former: &[usize]| match former {
        [old] if heirs.get(old) == Some(&1) => Some(*old),
        _ => None,
    };
    let mut goes_on_as: HashMap<usize, usize> = HashMap::new();
    let (home, away): (Vec<usize>, Vec<usize>) = (0..claims.len()).partition(|at| claims[*at].is_at_home);
    for at in home.into_iter().chain(away) {
        if let Some(old) = all[at].0 {
            goes_on_as.entry(old).or_insert(at);
        }
    }
    (0..)
        .zip(all)
        .map(|(at, (namesake, former))| Lineage {
            continues: namesake
                .filter(|old| goes_on_as.get(old) == Some(&at))
                .or_else(|| only(&former)),
            former,
        })
        .collect()
}
