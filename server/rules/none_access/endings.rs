//! Whether a function may come to its end without a `return`.

use tree_sitter::Node;

use crate::syntax::flow::never_returns;
use crate::syntax::nodes::{children, exits, field, own};
use crate::syntax::unit::definition_node;
use crate::syntax::{Kind, Unit};

/// Whether control may come to the end of the block and behind it, as far as the last statement
/// tells: a call may never come back, and nobody knows what a context manager swallows.
pub(super) fn falls_off(unit: &Unit<'_>, block: Node<'_>) -> bool {
    let Some(last) = children(block).filter(|one| one.kind() != "comment").last() else {
        return true;
    };
    match last.kind() {
        "return_statement" | "raise_statement" | "with_statement" => false,
        "if_statement" => {
            children(last).all(|part| part.kind() != "else_clause")
                || blocks(last).into_iter().any(|one| falls_off(unit, one))
        }
        "try_statement" => {
            let has_else = children(last).any(|part| part.kind() == "else_clause");
            let body = field(last, "body");
            let cleanup = children(last).find(|part| part.kind() == "finally_clause");
            let ends = cleanup.is_some_and(|one| exits_block(unit, one));
            !ends
                && blocks(last).into_iter().any(|one| {
                    // What runs to its end here goes on in the `else`.
                    let goes_on = has_else && Some(one) == body;
                    let of_cleanup = one.parent() == cleanup;
                    !of_cleanup && !goes_on && falls_off(unit, one)
                })
        }
        _ => last.named_child(0).is_none_or(|call| {
            let name = field(call, "function").map_or("", |function| unit.slice(function));
            call.kind() != "call" || !never_returns(name) && !always_raises(unit, name)
        }),
    }
}

/// The blocks of a compound statement and of its clauses.
fn blocks(statement: Node<'_>) -> Vec<Node<'_>> {
    let inner = children(statement).flat_map(|part| match part.kind() {
        "block" => vec![part],
        _ => children(part).filter(|one| one.kind() == "block").collect(),
    });
    inner.collect()
}

fn exits_block(unit: &Unit<'_>, clause: Node<'_>) -> bool {
    children(clause)
        .find(|one| one.kind() == "block")
        .is_some_and(|block| exits(block, unit.source()))
}

/// Whether it is a function of the file, or a method of the same class, whose last statement raises
/// and that returns nowhere.
fn always_raises(unit: &Unit<'_>, name: &str) -> bool {
    let qualname = match name.strip_prefix("self.") {
        Some(method) => {
            let class = unit
                .qualname
                .rsplit_once('.')
                .map_or("", |(class, _)| class);
            format!("{class}.{method}")
        }
        None => name.to_owned(),
    };
    let node = unit
        .file
        .outline
        .find(&qualname)
        .filter(|one| one.kind == Kind::Function)
        .and_then(|one| definition_node(unit.source(), one));
    node.is_some_and(|node| {
        let last = field(node, "body").and_then(|body| children(body).last());
        last.is_some_and(|last| last.kind() == "raise_statement")
            && own(node, &["return_statement", "yield"]).is_empty()
    })
}
