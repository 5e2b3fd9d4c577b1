//! Dominating guards: which conditions are known to hold, or not to hold, when control reaches a
//! node. Conditions are split at `and`, `or` and `not`, so that rules see the smallest parts.
//!
//! A fact says only that the condition held when it was tested. Whether a name was bound again
//! since then is the caller's question (`Unit::rebound_between(name, fact.at, node.start_byte())`).

use tree_sitter::Node;

use crate::syntax::Source;
use crate::syntax::nodes::{
    Walk, bare, children, exits, field, fields, is_scope, positional, walk,
};

/// A condition that was tested on every way to a node.
#[derive(Debug, Clone, Copy)]
pub struct Fact<'t> {
    /// The condition, without parentheses and `not`; `and`/`or` only where it cannot be split.
    pub condition: Node<'t>,
    /// Whether it held.
    pub holds: bool,
    /// The byte after which it is known.
    pub at: usize,
}

/// The conditions known at `node`, the nearest first, up to the border of its function.
#[must_use]
pub fn facts_at<'t>(node: Node<'t>, source: &Source) -> Vec<Fact<'t>> {
    let mut facts = Vec::new();
    let mut at = node;
    while let Some(parent) = at.parent() {
        if is_scope(parent) && field(parent, "body") == Some(at) && parent.kind() != "lambda" {
            break;
        }
        from_parent(parent, at, &mut facts);
        if matches!(parent.kind(), "block" | "module") {
            from_earlier(parent, at, source, &mut facts);
        }
        at = parent;
    }
    facts
}

fn from_parent<'t>(parent: Node<'t>, at: Node<'t>, facts: &mut Vec<Fact<'t>>) {
    match parent.kind() {
        "if_statement" | "elif_clause" => from_if(parent, at, facts),
        "while_statement" => {
            if let Some(condition) = field(parent, "condition")
                && field(parent, "body") == Some(at)
            {
                split(condition, true, condition.end_byte(), facts);
            }
        }
        "boolean_operator" => {
            if let (Some(left), Some(operator)) = (field(parent, "left"), field(parent, "operator"))
                && field(parent, "right") == Some(at)
            {
                split(left, operator.kind() == "and", left.end_byte(), facts);
            }
        }
        "conditional_expression" => {
            let parts: Vec<_> = children(parent).collect();
            if let [body, condition, otherwise] = parts.as_slice() {
                if *body == at {
                    split(*condition, true, parent.start_byte(), facts);
                } else if *otherwise == at {
                    split(*condition, false, condition.end_byte(), facts);
                }
            }
        }
        "list_comprehension"
        | "set_comprehension"
        | "dictionary_comprehension"
        | "generator_expression" => {
            for clause in children(parent).filter(|child| child.kind() == "if_clause") {
                let is_body = field(parent, "body") == Some(at);
                if (is_body || clause.end_byte() <= at.start_byte())
                    && let Some(condition) = clause.named_child(0)
                {
                    split(condition, true, parent.start_byte(), facts);
                }
            }
        }
        "case_clause" => {
            if let Some(guard) = field(parent, "guard").and_then(|guard| guard.named_child(0))
                && field(parent, "consequence") == Some(at)
            {
                split(guard, true, guard.end_byte(), facts);
            }
        }
        _ => {}
    }
}

fn from_if<'t>(parent: Node<'t>, at: Node<'t>, facts: &mut Vec<Fact<'t>>) {
    let Some(condition) = field(parent, "condition") else {
        return;
    };
    if field(parent, "consequence") == Some(at) {
        split(condition, true, condition.end_byte(), facts);
    } else if condition != at {
        split(condition, false, condition.end_byte(), facts);
        for earlier in fields(parent, "alternative") {
            if earlier.start_byte() < at.start_byte()
                && let Some(condition) = field(earlier, "condition")
            {
                split(condition, false, condition.end_byte(), facts);
            }
        }
    }
}

/// What the earlier statements of the same block prove: `if …: return`, `assert …`, a loop that
/// ends only when its condition fails.
fn from_earlier<'t>(block: Node<'t>, at: Node<'t>, source: &Source, facts: &mut Vec<Fact<'t>>) {
    let earlier: Vec<_> = children(block)
        .take_while(|statement| statement.end_byte() <= at.start_byte())
        .collect();
    for statement in earlier.into_iter().rev() {
        let known_at = statement.end_byte();
        match statement.kind() {
            "if_statement" => from_passed_if(statement, known_at, source, facts),
            "assert_statement" => {
                if let Some(condition) = statement.named_child(0) {
                    split(condition, true, known_at, facts);
                }
            }
            "while_statement" => {
                if let Some(condition) = field(statement, "condition")
                    && !has_break(statement)
                {
                    split(condition, false, known_at, facts);
                }
            }
            "expression_statement" => {
                if let Some(condition) = asserted_by_call(statement, source) {
                    split(condition, true, known_at, facts);
                }
            }
            _ => {}
        }
    }
}

/// The condition that a call such as `self.assertTrue(c)` or `require(c)` insists on.
fn asserted_by_call<'t>(statement: Node<'t>, source: &Source) -> Option<Node<'t>> {
    let call = statement
        .named_child(0)
        .filter(|call| call.kind() == "call")?;
    let function = source.slice(field(call, "function")?);
    let last = function.rsplit('.').next().unwrap_or(function);
    matches!(last, "assertTrue" | "require" | "ensure")
        .then(|| positional(call).first().copied())
        .flatten()
}

/// An `if` that lies behind us: arms that leave prove that their condition failed.
fn from_passed_if<'t>(
    statement: Node<'t>,
    known_at: usize,
    source: &Source,
    facts: &mut Vec<Fact<'t>>,
) {
    let arms = arms(statement);
    let leaves = |body: Option<Node<'t>>| body.is_some_and(|body| exits(body, source));
    for (index, (condition, body)) in arms.iter().enumerate() {
        let Some(condition) = condition else { return };
        if leaves(*body) {
            split(*condition, false, known_at, facts);
            continue;
        }
        // Control may have come through this arm. It certainly did if all others leave.
        let has_else = arms.last().is_some_and(|(last, _)| last.is_none());
        let others_leave = arms
            .iter()
            .enumerate()
            .all(|(other, (_, body))| other == index || leaves(*body));
        if has_else && others_leave {
            split(*condition, true, known_at, facts);
        }
        return;
    }
}

/// The arms of an `if`: condition (none for `else`) and body.
fn arms(statement: Node<'_>) -> Vec<(Option<Node<'_>>, Option<Node<'_>>)> {
    let mut arms = vec![(
        field(statement, "condition"),
        field(statement, "consequence"),
    )];
    for alternative in fields(statement, "alternative") {
        arms.push(match alternative.kind() {
            "elif_clause" => (
                field(alternative, "condition"),
                field(alternative, "consequence"),
            ),
            _ => (None, field(alternative, "body")),
        });
    }
    arms
}

/// Splits a condition that is known to hold (or not) into parts that are known as well.
fn split<'t>(condition: Node<'t>, holds: bool, at: usize, facts: &mut Vec<Fact<'t>>) {
    let condition = bare(condition);
    match condition.kind() {
        "not_operator" => {
            if let Some(inner) = field(condition, "argument") {
                split(inner, !holds, at, facts);
            }
        }
        "boolean_operator" => {
            let operator = field(condition, "operator").map_or("", |node| node.kind());
            if (operator == "and") == holds {
                for side in ["left", "right"] {
                    if let Some(part) = field(condition, side) {
                        split(part, holds, at, facts);
                    }
                }
            } else {
                facts.push(Fact {
                    condition,
                    holds,
                    at,
                });
            }
        }
        _ => facts.push(Fact {
            condition,
            holds,
            at,
        }),
    }
}

fn has_break(statement: Node<'_>) -> bool {
    let mut found = false;
    walk(statement, &mut |node| {
        found |= node.kind() == "break_statement";
        if is_scope(node) {
            Walk::Over
        } else {
            Walk::Into
        }
    });
    found
}

/// The `except` clauses of all `try` bodies around the node within its function, nearest first.
#[must_use]
pub fn caught_around(node: Node<'_>) -> Vec<Node<'_>> {
    let mut handlers = Vec::new();
    let mut at = node;
    while let Some(parent) = at.parent() {
        if is_scope(parent) && field(parent, "body") == Some(at) {
            break;
        }
        if parent.kind() == "try_statement" && field(parent, "body") == Some(at) {
            handlers.extend(children(parent).filter(|part| part.kind() == "except_clause"));
        }
        at = parent;
    }
    handlers
}

/// The exception names of an `except` clause, last part only (`requests.Timeout` → `Timeout`);
/// a bare `except:` gives `BaseException`.
#[must_use]
pub fn handler_names<'s>(clause: Node<'_>, source: &'s Source) -> Vec<&'s str> {
    let Some(value) = children(clause).find(|child| child.kind() != "block") else {
        return vec!["BaseException"];
    };
    let value = if value.kind() == "as_pattern" {
        value.named_child(0).unwrap_or(value)
    } else {
        value
    };
    let mut names = Vec::new();
    collect_names(value, source, &mut names);
    // `except ValueError, TypeError:`, without parentheses since Python 3.14.
    let rest = children(clause).filter(|child| child.kind() != "block");
    for more in rest.skip(1) {
        collect_names(more, source, &mut names);
    }
    names
}

/// The names of a handler's expression; a tuple may hold others.
fn collect_names<'s>(value: Node<'_>, source: &'s Source, names: &mut Vec<&'s str>) {
    let value = bare(value);
    if value.kind() == "tuple" {
        for one in children(value) {
            collect_names(one, source, names);
        }
    } else {
        let text = &source.text()[value.byte_range()];
        names.push(text.rsplit('.').next().unwrap_or(text));
    }
}

/// The expressions of all `with` items around the node within its function (without `as …`),
/// nearest first.
#[must_use]
pub fn withs_around(node: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let mut at = node;
    while let Some(parent) = at.parent() {
        if is_scope(parent) && field(parent, "body") == Some(at) {
            break;
        }
        if parent.kind() == "with_statement" && field(parent, "body") == Some(at) {
            found.extend(with_items(parent));
        }
        at = parent;
    }
    found
}

/// The expressions of the items of a `with` statement, without `as …`.
#[must_use]
pub fn with_items(statement: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    for clause in children(statement).filter(|child| child.kind() == "with_clause") {
        for item in children(clause) {
            let value = field(item, "value").unwrap_or(item);
            found.push(if value.kind() == "as_pattern" {
                value.named_child(0).unwrap_or(value)
            } else {
                value
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The facts at the name `HERE`, written `condition` or `!condition`.
    #[track_caller]
    fn case(code: &str, expected: &[&str]) {
        let source = Source::parse(code);
        let mut here = None;
        walk(source.root(), &mut |node| {
            if node.kind() == "identifier" && source.slice(node) == "HERE" {
                here = Some(node);
            }
            Walk::Into
        });
        let found: Vec<_> = facts_at(here.expect("HERE"), &source)
            .iter()
            .map(|fact| {
                let not = if fact.holds { "" } else { "!" };
                format!("{not}{}", source.slice(fact.condition))
            })
            .collect();
        assert_eq!(found, expected, "{code}");
    }

    #[test]
    fn branches_and_early_exits() {
        case("def f():\n  if a:\n    HERE\n", &["a"]);
        case(
            "def f():\n  if a: pass\n  elif b: pass\n  else:\n    HERE\n",
            &["!a", "!b"],
        );
        case("def f():\n  if not a: return\n  HERE\n", &["a"]);
        case(
            "def f():\n  if a: return\n  elif b: raise X\n  HERE\n",
            &["!a", "!b"],
        );
        case("def f():\n  if a: x()\n  HERE\n", &[]);
        case("def f():\n  if a: x()\n  else: return\n  HERE\n", &["a"]);
        case(
            "def f():\n  for x in y:\n    if a: continue\n    HERE\n",
            &["!a"],
        );
    }

    #[test]
    fn short_circuits_and_ternaries() {
        case("x = a and HERE\n", &["a"]);
        case("x = a or HERE\n", &["!a"]);
        case("x = HERE if a else b\n", &["a"]);
        case("x = b if a else HERE\n", &["!a"]);
        case("x = [HERE for i in y if a]\n", &["a"]);
        case("def f():\n  if a and not b:\n    HERE\n", &["a", "!b"]);
        case("def f():\n  if a or b: return\n  HERE\n", &["!a", "!b"]);
        case("def f():\n  if a or b:\n    HERE\n", &["a or b"]);
    }

    #[test]
    fn assertions_and_loops() {
        case("def f():\n  assert a\n  HERE\n", &["a"]);
        case("while a:\n  HERE\n", &["a"]);
        case("while a:\n  x()\nHERE\n", &["!a"]);
        case("while a:\n  break\nHERE\n", &[]);
    }

    #[test]
    fn a_guard_in_the_outer_function_says_nothing_inside() {
        case("def f():\n  if a:\n    def g():\n      HERE\n", &[]);
    }
}
