//! What keeps a test from running: marks, calls, an early return.

use tree_sitter::Node;

use super::weaker::name_of;
use crate::rules::{Confidence, Draft, Reporter};
use crate::syntax::Unit;
use crate::syntax::nodes::{ancestors, bare, children, decorators_of, field, is_scope, positional};

/// Something that keeps a test from running.
#[derive(Debug, Clone)]
struct Skip<'a> {
    node: Node<'a>,
    /// `skip`, `xfail`, …: what it does, without its condition and reason.
    kind: &'static str,
    /// It depends on something.
    conditional: bool,
}

pub(super) fn compare(base: &Unit<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    let text = head.slice(with_decorators(head));
    let words = [
        "skip",
        "Skip",
        "xfail",
        "expectedFailure",
        "__test__",
        "collect_ignore",
        "return",
    ];
    if !words.iter().any(|word| text.contains(word)) {
        return;
    }
    marks(base, head, reporter);
    calls(base, head, reporter);
    early_return(base, head, reporter);
}

/// A new test that does not run from its first day on.
pub(super) fn born_disabled(head: &Unit<'_>, reporter: &mut Reporter) {
    let name = head.slice(name_of(head.node));
    for skip in decorators(head).filter(|skip| !skip.conditional) {
        if head.is_function()
            && name.starts_with("test")
            && !head.slice(skip.node).contains("strict=True")
        {
            reporter.report(Draft::at(
                skip.node,
                Confidence::Likely,
                format!("{name} is new and proves nothing while it is skipped"),
            ));
        }
    }
}

fn with_decorators<'a>(unit: &Unit<'a>) -> Node<'a> {
    unit.node
        .parent()
        .filter(|parent| parent.kind() == "decorated_definition")
        .unwrap_or(unit.node)
}

/// The disabling decorators of a function or class.
fn decorators<'a>(unit: &Unit<'a>) -> impl Iterator<Item = Skip<'a>> {
    let found: Vec<Skip<'a>> = decorators_of(unit.node)
        .into_iter()
        .filter_map(|decorator| {
            let value = decorator.named_child(0)?;
            let (kind, conditional) = mark(unit, value)?;
            Some(Skip {
                node: decorator,
                kind,
                conditional,
            })
        })
        .collect();
    found.into_iter()
}

/// `pytest.mark.skip(…)`, `unittest.skipIf(…)`, `expectedFailure`: what it does and whether only
/// under a condition.
fn mark(unit: &Unit<'_>, value: Node<'_>) -> Option<(&'static str, bool)> {
    let function = field(value, "function").unwrap_or(value);
    let name = unit.resolve(function)?;
    let last = name.rsplit('.').next()?;
    let known = name.starts_with("pytest.")
        || name.starts_with("unittest.")
        || name.starts_with("mark.")
        || !name.contains('.');
    known.then_some(())?;
    let first = positional(value).first().copied();
    let constant =
        first.is_none_or(|one| matches!(bare(one).kind(), "true" | "integer" | "string"));
    match last {
        "skip" => Some(("skip", false)),
        "expectedFailure" => Some(("xfail", false)),
        "xfail" => Some(("xfail", !constant)),
        "skipif" | "skipIf" | "skipUnless" => Some(("skip", !constant)),
        _ => None,
    }
}

fn marks(base: &Unit<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    let old: Vec<Skip<'_>> = all_marks(base);
    // A test that production does not run either cannot be disabled.
    if old.iter().any(|one| !one.conditional) {
        return;
    }
    let mut left: Vec<(&str, bool)> = old.iter().map(|one| (one.kind, one.conditional)).collect();
    for skip in all_marks(head) {
        if let Some(at) = left
            .iter()
            .position(|one| *one == (skip.kind, skip.conditional))
        {
            left.remove(at);
            continue;
        }
        let confidence = if skip.conditional {
            Confidence::Likely
        } else {
            Confidence::Certain
        };
        let what = match head.node.kind() {
            "module" => "The tests of this file".to_owned(),
            _ => head.slice(name_of(head.node)).to_owned(),
        };
        let (is, it) = match head.node.kind() {
            "module" => ("are", "them"),
            _ => ("is", "it"),
        };
        let message = match (skip.kind, skip.conditional) {
            ("xfail", _) => format!("{what} may fail now; production's may not"),
            (_, true) => {
                format!("{what} {is} skipped under a condition; production always runs {it}")
            }
            _ => format!("{what} {is} skipped; production runs {it}"),
        };
        reporter.report(Draft {
            detail: skip.kind.to_owned(),
            ..Draft::at(skip.node, confidence, message)
        });
    }
}

/// Decorators, and in a module or class `pytestmark`, `__test__` and `collect_ignore`.
fn all_marks<'a>(unit: &Unit<'a>) -> Vec<Skip<'a>> {
    let mut found: Vec<Skip<'a>> = decorators(unit).collect();
    if unit.is_function() {
        return found;
    }
    let block = field(unit.node, "body").unwrap_or(unit.node);
    for statement in children(block) {
        let Some(assignment) = statement
            .named_child(0)
            .filter(|one| one.kind() == "assignment")
        else {
            continue;
        };
        let (Some(left), Some(right)) = (field(assignment, "left"), field(assignment, "right"))
        else {
            continue;
        };
        match unit.slice(left) {
            "pytestmark" => {
                let values: Vec<Node<'a>> = match right.kind() {
                    "list" | "tuple" => children(right).collect(),
                    _ => vec![right],
                };
                found.extend(values.into_iter().filter_map(|value| {
                    let (kind, conditional) = mark(unit, value)?;
                    Some(Skip {
                        node: statement,
                        kind,
                        conditional,
                    })
                }));
            }
            "__test__" if right.kind() == "false" => {
                found.push(Skip {
                    node: statement,
                    kind: "skip",
                    conditional: false,
                });
            }
            "collect_ignore" | "collect_ignore_glob" if right.named_child_count() != 0 => {
                found.push(Skip {
                    node: statement,
                    kind: "ignore",
                    conditional: true,
                });
            }
            _ => {}
        }
    }
    found
}

/// Calls and exceptions that end a test as skipped: `pytest.skip(…)`, `raise SkipTest`.
fn stops<'a>(unit: &Unit<'a>) -> Vec<Skip<'a>> {
    let mut found = Vec::new();
    for node in unit.own(&["call", "raise_statement"]) {
        let value = if node.kind() == "call" {
            Some(node)
        } else {
            node.named_child(0)
        };
        let Some(value) = value else { continue };
        let function = field(value, "function").unwrap_or(value);
        let Some(name) = unit.resolve(function) else {
            continue;
        };
        let raised = node.kind() == "raise_statement";
        let kind = match name.as_str() {
            "pytest.skip" | "self.skipTest" | "pytest.importorskip" if !raised => "skip",
            "pytest.xfail" if !raised => "xfail",
            "unittest.SkipTest"
            | "SkipTest"
            | "unittest.case.SkipTest"
            | "pytest.skip.Exception"
                if raised =>
            {
                "skip"
            }
            _ => continue,
        };
        let conditional = name == "pytest.importorskip"
            || ancestors(node)
                .take_while(|above| !is_scope(*above))
                .any(|above| {
                    matches!(
                        above.kind(),
                        "if_statement" | "except_clause" | "match_statement"
                    )
                });
        found.push(Skip {
            node,
            kind,
            conditional,
        });
    }
    found
}

fn calls(base: &Unit<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    let mut left: Vec<(&str, bool)> = stops(base)
        .iter()
        .map(|one| (one.kind, one.conditional))
        .collect();
    for skip in stops(head) {
        let same = |one: &(&str, bool)| {
            *one == (skip.kind, skip.conditional) || (!one.1 && skip.conditional)
        };
        if let Some(at) = left.iter().position(same) {
            left.remove(at);
            continue;
        }
        let confidence = if skip.conditional {
            Confidence::Likely
        } else {
            Confidence::Certain
        };
        let what = match (head.node.kind(), skip.conditional) {
            ("module", _) => "This keeps the tests of this file from running",
            (_, true) => "Under this condition the test ends here; production's goes on",
            _ => "The test ends here and proves nothing; production's goes on",
        };
        reporter.report(Draft {
            detail: skip.kind.to_owned(),
            ..Draft::at(skip.node, confidence, what)
        });
    }
}

/// A `return` among the statements of the test itself, with something behind it.
fn early_return(base: &Unit<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    let find = |unit: &Unit<'_>| -> Option<std::ops::Range<usize>> {
        let body = field(unit.node, "body")?;
        let statements: Vec<Node<'_>> = children(body).collect();
        let at = statements
            .iter()
            .position(|one| one.kind() == "return_statement")?;
        (at + 1 < statements.len()).then(|| statements[at].byte_range())
    };
    if !head.is_function()
        || !head.slice(name_of(head.node)).starts_with("test")
        || find(base).is_some()
    {
        return;
    }
    if let Some(range) = find(head)
        && let Some(node) = head.source().node_at(range)
    {
        reporter.report(Draft::at(
            node,
            Confidence::Certain,
            "The test ends here; what follows is never run",
        ));
    }
}
