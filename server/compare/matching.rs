//! Which definition of the hotfix is which of production: by qualified name, then by body.

use std::collections::{HashMap, HashSet};

use super::normal::{stable_hash, tokens};
use crate::syntax::{Definition, Kind, Outline, Source};

/// Bodies with fewer tokens than this say too little to be recognised.
pub(super) const FEWEST_TOKENS: usize = 12;

/// The share of tokens that two bodies must have in common to count as one renamed definition.
pub(super) const SIMILAR: f64 = 0.75;

/// For each definition of head (by index) the index of its counterpart in base.
#[derive(Debug, Clone, Default)]
pub struct Matching {
    to_base: HashMap<usize, usize>,
    to_head: HashMap<usize, usize>,
}

impl Matching {
    /// Matches all definitions by name and the rest by body.
    #[must_use]
    pub fn new(base: &Outline, head: &Outline, base_source: &Source, head_source: &Source) -> Self {
        let mut matching = Self::default();
        let by_name: HashMap<&str, usize> = base
            .definitions
            .iter()
            .enumerate()
            .map(|(index, one)| (one.qualname.as_str(), index))
            .collect();
        for (index, one) in head.definitions.iter().enumerate() {
            if let Some(&partner) = by_name.get(one.qualname.as_str())
                && base.definitions[partner].kind == one.kind
            {
                matching.join(partner, index);
            }
        }
        matching.match_bodies(base, head, base_source, head_source);
        matching
    }

    /// Production's counterpart of a head definition.
    #[must_use]
    pub fn base_of(&self, head: usize) -> Option<usize> {
        self.to_base.get(&head).copied()
    }

    /// The head counterpart of a production definition.
    #[must_use]
    pub fn head_of(&self, base: usize) -> Option<usize> {
        self.to_head.get(&base).copied()
    }

    fn join(&mut self, base: usize, head: usize) {
        self.to_base.insert(head, base);
        self.to_head.insert(base, head);
    }

    fn match_bodies(
        &mut self,
        base: &Outline,
        head: &Outline,
        base_source: &Source,
        head_source: &Source,
    ) {
        let alone = |outline: &Outline, known: &HashMap<usize, usize>| -> Vec<usize> {
            (0..outline.definitions.len())
                .filter(|index| !known.contains_key(index))
                .filter(|index| outline.definitions[*index].kind != Kind::Module)
                .collect()
        };
        let added = alone(head, &self.to_base);
        let removed = alone(base, &self.to_head);
        if added.is_empty() || removed.is_empty() {
            return;
        }
        let read = |source: &Source, definition: &Definition| -> Vec<u64> {
            tokens(source, definition.core.clone())
                .into_iter()
                .skip(2)
                .map(|token| stable_hash(&[token]))
                .collect()
        };
        let removed: Vec<_> = removed
            .into_iter()
            .map(|index| (index, read(base_source, &base.definitions[index])))
            .collect();
        let mut taken = HashSet::new();
        for index in added {
            let body = read(head_source, &head.definitions[index]);
            if body.len() < FEWEST_TOKENS {
                continue;
            }
            let best = removed
                .iter()
                .filter(|(other, _)| !taken.contains(other))
                .filter(|(other, _)| base.definitions[*other].kind == head.definitions[index].kind)
                .map(|(other, tokens)| (*other, similarity(tokens, &body)))
                .max_by(|left, right| left.1.total_cmp(&right.1));
            if let Some((partner, share)) = best
                && SIMILAR <= share
            {
                taken.insert(partner);
                self.join(partner, index);
            }
        }
    }
}

/// The share of tokens in common (Dice), order left aside: 0 to 1.
#[expect(
    clippy::cast_precision_loss,
    reason = "token counts are far below 2^52"
)]
pub(super) fn similarity(left: &[u64], right: &[u64]) -> f64 {
    let mut counts = HashMap::<u64, i64>::new();
    for token in left {
        *counts.entry(*token).or_default() += 1;
    }
    let mut common = 0usize;
    for token in right {
        if let Some(count) = counts.get_mut(token)
            && 0 < *count
        {
            *count -= 1;
            common += 1;
        }
    }
    2.0 * common as f64 / (left.len() + right.len()).max(1) as f64
}
