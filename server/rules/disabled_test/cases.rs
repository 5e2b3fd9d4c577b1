//! The cases that one test runs on.

use tree_sitter::Node;

use super::assertions::loops;
use super::weaker::shortened;
use crate::compare::normal;
use crate::rules::{Confidence, Draft, Reporter};
use crate::syntax::Unit;
use crate::syntax::nodes::{children, decorators_of, field, keyword, positional};

pub(super) fn compare(base: &Unit<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    let (old, now) = (parametrized(base), parametrized(head));
    for (names, before) in &old {
        let partner = now
            .iter()
            .find(|(other, _)| other == names)
            .or_else(|| now.first().filter(|_| old.len() == 1 && now.len() == 1));
        if let Some((_, after)) = partner {
            dropped(base, head, *before, *after, reporter);
        } else if now.len() < old.len() && has_fewer_parameters(base, head) {
            whole_list(base, head, *before, reporter);
        }
    }
    if head.is_function() && head.slice(head.node).contains("assert") {
        let (old, now) = (loops(base), loops(head));
        if old.len() == now.len() {
            for (before, after) in old.into_iter().zip(now) {
                dropped(base, head, before, after, reporter);
            }
        }
    }
    module_lists(base, head, reporter);
}

/// The lists that decorators run a function or class on, each with its argument names.
fn parametrized<'a>(unit: &Unit<'a>) -> Vec<(String, Node<'a>)> {
    decorators_of(unit.node)
        .into_iter()
        .filter_map(|decorator| {
            let call = decorator.named_child(0)?;
            let function = field(call, "function")?;
            let last = field(function, "attribute").unwrap_or(function);
            let arguments = positional(call);
            match unit.slice(last) {
                "parametrize" => {
                    let list = arguments
                        .get(1)
                        .copied()
                        .or_else(|| keyword(call, "argvalues", unit.source()))?;
                    let names = arguments.first().map_or("", |one| unit.slice(*one));
                    Some((names.to_owned(), list))
                }
                "expand" | "parameterized" | "parameterized_class" => {
                    Some((String::new(), *arguments.first()?))
                }
                "data" | "ddt_data" => Some(("data".to_owned(), field(call, "arguments")?)),
                _ => None,
            }
        })
        .collect()
}

fn texts(unit: &Unit<'_>, list: Node<'_>) -> Vec<String> {
    children(list)
        .map(|one| normal::text(unit.source(), one.byte_range()))
        .collect()
}

fn is_list(node: Node<'_>) -> bool {
    matches!(node.kind(), "list" | "tuple" | "set" | "argument_list")
}

/// Reports cases of `before` that are gone, or that are skipped now.
fn dropped(
    base: &Unit<'_>,
    head: &Unit<'_>,
    before: Node<'_>,
    after: Node<'_>,
    reporter: &mut Reporter,
) {
    if !is_list(before) || !is_list(after) {
        return;
    }
    let (old, mut now) = (texts(base, before), texts(head, after));
    let (count_old, count_now) = (old.len(), now.len());
    let gone: Vec<Node<'_>> = children(before)
        .zip(old)
        .filter(|(_, one)| {
            let at = now.iter().position(|other| other == one);
            at.map(|at| now.remove(at)).is_none()
        })
        .map(|(case, _)| case)
        .collect();
    if count_now < count_old
        && let Some(first) = gone.first()
    {
        let first = base.slice(*first);
        let texts: Vec<&str> = gone.iter().map(|case| base.slice(*case)).collect();
        let lost = count_old - count_now;
        let message = match lost {
            1 => format!("Production's test also runs on `{}`", shortened(first)),
            2 => format!(
                "Production's test also runs on `{}` and one other case",
                shortened(first)
            ),
            _ => format!(
                "Production's test also runs on `{}` and {} other cases",
                shortened(first),
                lost - 1
            ),
        };
        let draft = Draft {
            detail: texts.join("; "),
            ..Draft::at(after, Confidence::Certain, message)
        };
        reporter.report(draft.production(before.byte_range(), "production's cases"));
    }
    let disabled = |text: &str| text.contains("mark . skip") || text.contains("mark . xfail");
    for case in children(after) {
        let text = normal::text(head.source(), case.byte_range());
        let known = texts(base, before).contains(&text);
        if disabled(&text) && !known {
            reporter.report(Draft::at(
                case,
                Confidence::Certain,
                "This case does not run",
            ));
        }
    }
}

fn has_fewer_parameters(base: &Unit<'_>, head: &Unit<'_>) -> bool {
    head.parameters().len() < base.parameters().len()
}

/// The test runs on one case only, where production's runs on a list.
fn whole_list(base: &Unit<'_>, head: &Unit<'_>, before: Node<'_>, reporter: &mut Reporter) {
    let Some(name) =
        field(head.node, "name").filter(|_| is_list(before) && 1 < texts(base, before).len())
    else {
        return;
    };
    let draft = Draft {
        detail: normal::text(base.source(), before.byte_range()),
        ..Draft::at(
            name,
            Confidence::Certain,
            format!(
                "{} runs on one case; production's runs on {}",
                head.slice(name),
                texts(base, before).len()
            ),
        )
    };
    reporter.report(draft.production(before.byte_range(), "production's cases"));
}

/// Lists of a module that a decorator names: `@pytest.mark.parametrize("total", CASES)`.
fn module_lists(base: &Unit<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    if head.node.kind() != "module" || !head.source().text().contains("parametrize(") {
        return;
    }
    let lists = |unit: &Unit<'_>| -> Vec<(String, std::ops::Range<usize>)> {
        unit.file.outline.assigned.clone()
    };
    for (name, range) in lists(head) {
        let used = [", ", "argvalues="].iter().any(|lead| {
            head.source().text().contains(&format!("{lead}{name})"))
                || head.source().text().contains(&format!("{lead}{name},"))
        });
        let old = lists(base).into_iter().find(|(other, _)| *other == name);
        let Some((_, before)) = old.filter(|_| used) else {
            continue;
        };
        if let (Some(before), Some(after)) = (value_at(base, before), value_at(head, range)) {
            dropped(base, head, before, after, reporter);
        }
    }
}

fn value_at<'a>(unit: &Unit<'a>, statement: std::ops::Range<usize>) -> Option<Node<'a>> {
    let node = unit.source().node_at(statement)?;
    let assignment = if node.kind() == "assignment" {
        node
    } else {
        node.named_child(0)?
    };
    field(assignment, "right")
}
