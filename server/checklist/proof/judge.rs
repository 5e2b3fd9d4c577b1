//! From what the tests did to what follows.

use std::collections::BTreeSet;

use super::report::Report;
use super::types::{Outcome, Reading, Seen, TestProof, Verdict};

/// Each test of both sides, over all runs.
pub(super) fn tests(production: &[Report], head: &[Report]) -> Vec<TestProof> {
    let ids: BTreeSet<&String> = production
        .iter()
        .chain(head)
        .flat_map(|report| report.tests.keys())
        .collect();
    let tests = ids.into_iter().map(|id| {
        let (before, steady_before) = over(production, id);
        let (after, steady_after) = over(head, id);
        let reading = if steady_before && steady_after {
            reading(&before, &after)
        } else {
            Reading::Flaky
        };
        TestProof {
            id: id.clone(),
            production: before,
            head: after,
            reading,
        }
    });
    tests.collect()
}

/// What a test did, and whether it did the same each time.
fn over(reports: &[Report], id: &str) -> (Seen, bool) {
    let seen: Vec<Seen> = reports.iter().map(|report| report.seen(id)).collect();
    let same = seen
        .windows(2)
        .all(|pair| pair[0].outcome.is_red() == pair[1].outcome.is_red());
    // Of a flaky test the failure is what a person wants to see.
    let red = seen.iter().find(|it| it.outcome.is_red());
    let shown = red.or(seen.first()).cloned().unwrap_or(Seen {
        outcome: Outcome::Missing,
        exception: String::new(),
        message: String::new(),
    });
    (shown, same)
}

fn reading(production: &Seen, head: &Seen) -> Reading {
    match (production.outcome, head.outcome) {
        (_, after) if after.is_red() => Reading::FailsOnHead,
        (_, Outcome::Skipped | Outcome::Missing) => Reading::NotRun,
        (Outcome::Import | Outcome::Collection, _) => Reading::CannotTell,
        (before, _) if before.is_red() => Reading::Proves,
        (Outcome::Passed, _) => Reading::PassesOnBoth,
        _ => Reading::NotRun,
    }
}

/// What all tests together come to.
pub(super) fn verdict(tests: &[TestProof]) -> Verdict {
    let any = |reading: Reading| tests.iter().any(|test| test.reading == reading);
    if any(Reading::FailsOnHead) {
        Verdict::NotFixed
    } else if any(Reading::Flaky) {
        Verdict::Flaky
    } else if any(Reading::Proves) {
        Verdict::Proven
    } else if any(Reading::CannotTell) {
        Verdict::CannotTell
    } else if any(Reading::PassesOnBoth) {
        Verdict::DoesNotReproduce
    } else {
        Verdict::NotRun
    }
}

/// The verdict in one sentence.
pub(super) fn summary(verdict: Verdict, tests: &[TestProof], production: &str) -> String {
    let of = |reading: Reading| tests.iter().filter(move |test| test.reading == reading);
    let count = |reading| crate::checklist::rollback::count(of(reading).count(), "test");
    let first = |reading| of(reading).next().map_or("", |test| test.id.as_str());
    match verdict {
        Verdict::Proven => format!(
            "Proven: {} red on {production} and green with the hotfix",
            are(of(Reading::Proves).count())
        ),
        Verdict::DoesNotReproduce => format!(
            "Does not reproduce: the changed tests pass on {production} as well, so they do not show \
             the bug"
        ),
        Verdict::NotFixed => format!(
            "Not fixed: {} with the hotfix, first {}",
            fails(of(Reading::FailsOnHead).count()),
            first(Reading::FailsOnHead)
        ),
        Verdict::CannotTell => format!(
            "Cannot tell: {} something that {production} does not have; test by what production \
             has already",
            match of(Reading::CannotTell).count() {
                1 => "1 test imports".to_owned(),
                number => format!("{number} tests import"),
            }
        ),
        Verdict::Flaky => format!(
            "Flaky: {} not the same each time, first {}",
            match of(Reading::Flaky).count() {
                1 => "1 test does".to_owned(),
                number => format!("{number} tests do"),
            },
            first(Reading::Flaky)
        ),
        Verdict::NoTests => {
            "Nothing to prove: the hotfix changes no test; write one that fails on production"
                .to_owned()
        }
        Verdict::NotRun => format!("Not run: {} were seen", count(Reading::Proves)),
    }
}

fn are(number: usize) -> String {
    match number {
        1 => "1 test is".to_owned(),
        number => format!("{number} tests are"),
    }
}

fn fails(number: usize) -> String {
    match number {
        1 => "1 test fails".to_owned(),
        number => format!("{number} tests fail"),
    }
}

#[cfg(test)]
mod tests_of_readings {
    use super::*;

    #[track_caller]
    fn case(production: Outcome, head: Outcome, expected: Reading) {
        let seen = |outcome| Seen {
            outcome,
            exception: String::new(),
            message: String::new(),
        };
        assert_eq!(reading(&seen(production), &seen(head)), expected);
    }

    #[test]
    fn only_red_then_green_proves() {
        case(Outcome::Assertion, Outcome::Passed, Reading::Proves);
        case(Outcome::Error, Outcome::Passed, Reading::Proves);
        case(Outcome::Passed, Outcome::Passed, Reading::PassesOnBoth);
        case(Outcome::Assertion, Outcome::Error, Reading::FailsOnHead);
        case(Outcome::Passed, Outcome::Assertion, Reading::FailsOnHead);
        case(Outcome::Import, Outcome::Passed, Reading::CannotTell);
        case(Outcome::Collection, Outcome::Passed, Reading::CannotTell);
        case(Outcome::Assertion, Outcome::Skipped, Reading::NotRun);
        case(Outcome::Skipped, Outcome::Passed, Reading::NotRun);
    }
}
