//! `removed-guard`: production protects a statement that the hotfix leaves unprotected.
//!
//! `collect` reads the guards of one side, `equal` says whether the other side still has one that
//! does the same, `restore` brings production's back.

mod calls;
mod collect;
mod conditions;
mod cut;
mod cut_loss;
mod dead;
mod decorators;
mod elsewhere;
mod equal;
mod fields;
mod finals;
mod forms;
mod formula;
mod handlers;
mod loops;
mod loss;
mod neutral;
mod outer;
mod passes;
mod pieces;
mod restore;
mod routes;
mod since;
mod stops;
mod swaps;
mod tolerant;
mod ways;
mod withs;

use std::cell::OnceCell;

use tree_sitter::Node;

use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Pair, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::Unit;
use crate::syntax::flow::withs_around;
use collect::{Guard, Kind, guards, normal};
use since::Since;
use ways::Untested;
use withs::is_own_lock;

/// Production protects a statement that the hotfix leaves unprotected.
pub struct RemovedGuard;

static META: Meta = Meta {
    name: "removed-guard",
    group: Group::Shortcuts,
    highest: Confidence::Certain,
    checklist: "Fix is minimal and targeted",
    noqa: &[],
    docs: include_str!("../docs/removed-guard.md"),
    pattern: None,
};

impl Rule for RemovedGuard {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn compare(&self, pair: &Pair<'_>, reporter: &mut Reporter) {
        let (Some(base), Some(head)) = (pair.base, pair.head) else {
            return;
        };
        if head.file.is_test {
            return;
        }
        let guards = guards(base);
        let untested = OnceCell::new();
        let since = OnceCell::new();
        let losses = loss::losses(base, head, since.get_or_init(|| Since::new(base, head)));
        let mut places: Vec<std::ops::Range<usize>> = Vec::new();
        for guard in &guards {
            let since = since.get_or_init(|| Since::new(base, head));
            // Almost all are still there. Asking each one what it protects would cost the square
            // of a long function.
            let is_condition = matches!(guard.kind, Kind::Condition | Kind::Validation);
            if is_condition && since.still_asks(&guard.asked) {
                continue;
            }
            let found = if let Some(exposed) = equal::exposed(guard, base, head, since) {
                if guard.kind.asks() && stops::stops_as_well(base, head, guard.node) {
                    continue;
                }
                let elsewhere =
                    equal::moved(guard, pair) || ways::callers_test(guard, head, pair.head_file);
                let sure = || confidence(guard, exposed, (base, head));
                (!elsewhere).then(|| (exposed, sure(), message(guard, exposed, head)))
            } else {
                let untested = untested.get_or_init(|| Untested::new(&guards, base, head));
                ways::weakened(guard, base, head, untested).map(|exposed| {
                    let message = format!(
                        "Production checks `{}` on every way to this; the hotfix leaves a way without",
                        guard.words
                    );
                    (exposed, Confidence::Likely, message)
                })
            };
            let Some((exposed, confidence, message)) = found else {
                continue;
            };
            // What was lost in place says more of the same guard.
            if losses.iter().any(|loss| loss.is_of(guard, confidence)) {
                continue;
            }
            places.push(guard.node.byte_range());
            let draft = Draft {
                detail: format!("{} {}", guard.kind.name(), guard.subject),
                covers: guard.kind.covers(),
                ..Draft::at(exposed, confidence, message)
            };
            reporter.report(draft.production(guard.shown.clone(), "production has this guard"));
        }
        let mut said: Vec<std::ops::Range<usize>> = places.clone();
        for loss in losses {
            said.push(loss.shown.clone());
            let known = |guard: &std::ops::Range<usize>| {
                guard.start <= loss.shown.start && loss.shown.end <= guard.end
            };
            let doubles = matches!(loss.name, "neutral" | "left-try");
            if !doubles || !places.iter().any(known) {
                reporter.report(loss.draft());
            }
        }
        // What was said of a guard already is said more closely.
        for loss in cut::losses(base, head, pair) {
            let known = |one: &std::ops::Range<usize>| {
                one.start <= loss.shown.end && loss.shown.start <= one.end
            };
            if !said.iter().any(known) {
                reporter.report(loss.draft());
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        restore::fixes(context, finding)
    }
}

fn confidence(guard: &Guard<'_>, exposed: Node<'_>, sides: (&Unit<'_>, &Unit<'_>)) -> Confidence {
    match guard.kind {
        Kind::Condition if conditions::decides_who(guard) => Confidence::Certain,
        Kind::ErrorLog | Kind::Condition => Confidence::Likely,
        Kind::Handler if guard.weak || handlers::is_replaced(exposed, sides.1) => {
            Confidence::Likely
        }
        Kind::NoneCheck if comes_from_elsewhere(guard, exposed, sides) => Confidence::Likely,
        _ => Confidence::Certain,
    }
}

/// Whether the value is made in another way than production's: what made the check needed may be
/// gone with it.
fn comes_from_elsewhere(
    guard: &Guard<'_>,
    exposed: Node<'_>,
    (base, head): (&Unit<'_>, &Unit<'_>),
) -> bool {
    let root = guard.subject.split('.').next().unwrap_or(&guard.subject);
    let before = base.last_value(root, guard.node.start_byte());
    let after = head.last_value(root, exposed.start_byte());
    let made = before.zip(after);
    made.is_some_and(|(before, after)| normal(base, before) != normal(head, after))
}

fn message(guard: &Guard<'_>, exposed: Node<'_>, head: &Unit<'_>) -> String {
    let words = &guard.words;
    match guard.kind {
        Kind::NoneCheck | Kind::KeyCheck | Kind::TypeCheck | Kind::Validation | Kind::Condition => {
            format!("Production checks `{words}` before this; the hotfix drops the check")
        }
        Kind::Handler => format!("Production catches {words} here; the hotfix lets it through"),
        Kind::Lock
            if withs_around(exposed)
                .iter()
                .any(|item| is_own_lock(head, *item)) =>
        {
            format!(
                "Production holds {words} here; the hotfix makes a lock of its own at each call"
            )
        }
        Kind::Lock => format!("Production holds {words} here; the hotfix does not"),
        Kind::Deadline => {
            format!("Production ends this by {words}; the hotfix waits without a limit")
        }
        Kind::Transaction => format!("Production runs this inside {words}; the hotfix does not"),
        Kind::Timeout => {
            format!("Production limits this call by {words}; the hotfix drops the limit")
        }
        Kind::Status => {
            format!("Production checks the response by `{words}`; the hotfix drops the check")
        }
        Kind::Decorator => {
            format!("Production protects this function by {words}; the hotfix drops it")
        }
        Kind::ErrorLog => {
            format!("Production logs this failure by `{words}`; the hotfix is silent")
        }
    }
}
