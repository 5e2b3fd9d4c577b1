//! How risky a hotfix is, as one number, with the reasons that weigh most.
//!
//! A logistic regression over the counts of [`crate::compare::shape`]: each count adds its weight
//! times the logarithm of one plus it. The weights were fitted on real commits, fixes that
//! maintainers shipped on a stable line against everything else (`tests/replay/fit.py`); a high
//! score says that a change does not look like such a fix. `docs/risk.md` tells what it is worth.

mod weights;

use crate::compare::shape::{Counts, Fact};

use weights::{START, WEIGHTS};

/// How many reasons are told.
const REASONS: usize = 3;

/// The risk of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// From 0 (like a fix) to 100 (like anything but a fix).
    pub score: u8,
    /// What raises it, the heaviest first, at most three: `96 removed lines`.
    pub reasons: Vec<String>,
}

impl Risk {
    /// The risk of a change with these counts; none where nothing changes.
    #[must_use]
    pub fn of(counts: &Counts) -> Option<Self> {
        if counts.get(Fact::AllFiles) == 0 {
            return None;
        }
        let mut parts: Vec<(f64, Fact)> = WEIGHTS
            .iter()
            .map(|&(fact, weight)| (weight * f64::from(counts.get(fact)).ln_1p(), fact))
            .collect();
        let sum = START + parts.iter().map(|(part, _)| part).sum::<f64>();
        parts.retain(|(part, _)| 0.0 < *part);
        parts.sort_by(|one, other| other.0.total_cmp(&one.0));
        let reasons = parts
            .iter()
            .take(REASONS)
            .map(|(_, fact)| fact.counted(counts.get(*fact)));
        Some(Self {
            score: percent(1.0 / (1.0 + (-sum).exp())),
            reasons: reasons.collect(),
        })
    }
}

/// A share as whole percent.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the share lies between 0 and 1"
)]
fn percent(share: f64) -> u8 {
    (100.0 * share).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(all: &[(Fact, u32)]) -> Counts {
        let mut counts = Counts::default();
        for &(fact, count) in all {
            counts.add(fact, count);
        }
        counts
    }

    fn score(all: &[(Fact, u32)]) -> u8 {
        Risk::of(&counts(all)).map_or(0, |risk| risk.score)
    }

    /// One new guard with its test.
    const FIX: &[(Fact, u32)] = &[
        (Fact::AllFiles, 2),
        (Fact::Files, 1),
        (Fact::LinesAdded, 3),
        (Fact::Hunks, 1),
        (Fact::Definitions, 1),
        (Fact::ConditionsAdded, 1),
        (Fact::GuardsAdded, 1),
        (Fact::TestLines, 12),
        (Fact::TestsAdded, 1),
        (Fact::AssertionsAdded, 2),
    ];

    #[test]
    fn a_small_fix_scores_below_a_reformat_and_below_a_rebuild() {
        let reformat = [
            (Fact::AllFiles, 40),
            (Fact::Files, 40),
            (Fact::LinesAdded, 900),
            (Fact::LinesRemoved, 800),
            (Fact::Hunks, 300),
            (Fact::LayoutHunks, 300),
            (Fact::OnlyLayout, 1),
        ];
        let rebuild = [
            (Fact::AllFiles, 9),
            (Fact::Files, 9),
            (Fact::LinesAdded, 300),
            (Fact::LinesRemoved, 250),
            (Fact::Hunks, 60),
            (Fact::PublicRemoved, 4),
            (Fact::ParametersAdded, 6),
            (Fact::DeprecationsAdded, 2),
        ];
        assert!(score(FIX) < 50, "{}", score(FIX));
        assert!(75 < score(&reformat), "{}", score(&reformat));
        assert!(75 < score(&rebuild), "{}", score(&rebuild));
    }

    #[test]
    fn the_reasons_are_what_raises_the_score() {
        let risk = Risk::of(&counts(&[(Fact::AllFiles, 1), (Fact::LinesRemoved, 96)]));
        let reasons = risk.map(|risk| risk.reasons).unwrap_or_default();
        assert!(
            reasons.contains(&"96 removed lines".to_owned()),
            "{reasons:?}"
        );
        assert!(reasons.len() <= REASONS);
    }

    #[test]
    fn nothing_changed_is_no_risk() {
        assert_eq!(Risk::of(&Counts::default()), None);
    }
}
