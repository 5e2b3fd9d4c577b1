//! Which code certainly ran before other code of the same function.

use tree_sitter::Node;

use crate::syntax::nodes::{ancestors, children, field, statement_of};

/// Whether `earlier` was certainly evaluated on every way to `later` (both in one function).
#[must_use]
pub fn ran_before(earlier: Node<'_>, later: Node<'_>) -> bool {
    if later.start_byte() < earlier.end_byte() {
        return false;
    }
    let statement = statement_of(earlier);
    if !always_within(earlier, statement, later) {
        return false;
    }
    let mut statement = statement;
    loop {
        if contains(statement, later) {
            return true;
        }
        let Some(block) = statement.parent() else {
            return false;
        };
        if contains(block, later) {
            return true;
        }
        // A `with` body always runs; every other inner block may have been left out.
        match block.parent() {
            Some(parent) if parent.kind() == "with_statement" => statement = parent,
            _ => return false,
        }
    }
}

/// Whether `node` is evaluated each time its statement is: it stands in no arm of a short circuit,
/// ternary, comprehension or lambda, unless `later` stands in that arm too.
fn always_within(node: Node<'_>, statement: Node<'_>, later: Node<'_>) -> bool {
    let mut at = node;
    for parent in ancestors(node) {
        if at == statement {
            return true;
        }
        if is_optional_part(parent, at) && !contains(at, later) {
            return false;
        }
        at = parent;
    }
    true
}

fn is_optional_part(parent: Node<'_>, part: Node<'_>) -> bool {
    match parent.kind() {
        "boolean_operator" => field(parent, "right") == Some(part),
        "conditional_expression" => children(parent).nth(1) != Some(part),
        "lambda" => field(parent, "body") == Some(part),
        "list_comprehension"
        | "set_comprehension"
        | "dictionary_comprehension"
        | "generator_expression" => {
            children(parent).find(|child| child.kind() == "for_in_clause") != Some(part)
        }
        "if_statement" => part.kind() == "elif_clause",
        "match_statement" => part.kind() == "case_clause",
        "try_statement" => part.kind() == "except_clause",
        _ => false,
    }
}

/// Whether `outer` holds `inner`.
#[must_use]
pub fn contains(outer: Node<'_>, inner: Node<'_>) -> bool {
    outer.start_byte() <= inner.start_byte() && inner.end_byte() <= outer.end_byte()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Source;
    use crate::syntax::nodes::{Walk, walk};

    #[track_caller]
    fn case(code: &str, expected: bool) {
        let source = Source::parse(code);
        let mut found = Vec::new();
        walk(source.root(), &mut |node| {
            if node.kind() == "identifier" && ["A", "B"].contains(&source.slice(node)) {
                found.push(node);
            }
            Walk::Into
        });
        assert_eq!(ran_before(found[0], found[1]), expected, "{code}");
    }

    #[test]
    fn straight_code_and_bodies_of_with() {
        case("def f():\n  A\n  B\n", true);
        case("def f():\n  A\n  if x:\n    B\n", true);
        case("def f():\n  with x:\n    A\n  B\n", true);
        case("def f():\n  if A:\n    B\n", true);
        case("f(A, B)\n", true);
    }

    #[test]
    fn arms_may_be_left_out() {
        case("def f():\n  if x:\n    A\n  B\n", false);
        case("def f():\n  for x in y:\n    A\n  B\n", false);
        case(
            "def f():\n  try:\n    A\n  except E:\n    pass\n  B\n",
            false,
        );
        case("def f():\n  if x: pass\n  elif A: pass\n  B\n", false);
        case("x and A\nB\n", false);
        case("z = A if x else B\n", false);
        case("[A for i in y]\nB\n", false);
        case("x and (A + B)\n", true);
    }
}
