//! What must hold for control to come to a place: every way through what stands before it, as one
//! formula.

use tree_sitter::Node;

use super::formula::{Atoms, Formula};
use crate::syntax::Unit;
use crate::syntax::nodes::{children, exits, field, fields, is_scope};

/// What must hold for control to come to `node`.
pub(super) fn reach(unit: &Unit<'_>, node: Node<'_>, atoms: &mut Atoms) -> Formula {
    let mut must = Formula::Known(true);
    let mut at = node;
    while let Some(parent) = at.parent() {
        if matches!(parent.kind(), "block" | "module") {
            for earlier in children(parent).take_while(|one| one.end_byte() <= at.start_byte()) {
                must = must.and(fall(unit, earlier, atoms));
            }
        }
        if is_scope(parent) {
            break;
        }
        must = must.and(into(unit, parent, at, atoms));
        at = parent;
    }
    must
}

/// What must hold for control to go from a statement into its part `at`.
pub(super) fn into(unit: &Unit<'_>, parent: Node<'_>, at: Node<'_>, atoms: &mut Atoms) -> Formula {
    let condition = field(parent, "condition");
    match (parent.kind(), condition) {
        ("if_statement" | "elif_clause", Some(condition)) => {
            if field(parent, "consequence") == Some(at) {
                return atoms.read(unit, condition);
            }
            if condition == at {
                return Formula::Known(true);
            }
            let mut must = atoms.read(unit, condition).negated();
            for earlier in fields(parent, "alternative") {
                if earlier.start_byte() < at.start_byte()
                    && let Some(condition) = field(earlier, "condition")
                {
                    must = must.and(atoms.read(unit, condition).negated());
                }
            }
            must
        }
        ("while_statement", Some(condition)) if field(parent, "body") == Some(at) => {
            atoms.read(unit, condition)
        }
        _ => Formula::Known(true),
    }
}

/// What must hold for control to go on behind a statement.
pub(super) fn fall(unit: &Unit<'_>, statement: Node<'_>, atoms: &mut Atoms) -> Formula {
    match statement.kind() {
        "if_statement" => fall_if(unit, statement, atoms),
        "assert_statement" => match statement.named_child(0) {
            Some(condition) => atoms.read(unit, condition),
            None => Formula::Known(true),
        },
        "block" => children(statement).fold(Formula::Known(true), |all, one| {
            let next = fall(unit, one, atoms);
            all.and(next)
        }),
        "with_statement" => match field(statement, "body") {
            // `with suppress(…)` goes on behind what its body raises.
            Some(body) if !exits(body, unit.source()) => fall(unit, body, atoms),
            Some(_) => Formula::Known(false),
            None => Formula::Known(true),
        },
        "function_definition" | "class_definition" | "decorated_definition" => Formula::Known(true),
        _ if exits(statement, unit.source()) => Formula::Known(false),
        _ => Formula::Known(true),
    }
}

fn fall_if(unit: &Unit<'_>, statement: Node<'_>, atoms: &mut Atoms) -> Formula {
    let mut before = Formula::Known(true);
    let mut whole = Formula::Known(false);
    let arms = std::iter::once(statement).chain(fields(statement, "alternative"));
    for arm in arms {
        let body = field(arm, "consequence").or_else(|| field(arm, "body"));
        let through = body.map_or(Formula::Known(true), |body| fall(unit, body, atoms));
        match field(arm, "condition") {
            Some(condition) => {
                let condition = atoms.read(unit, condition);
                whole = whole.or(before.clone().and(condition.clone()).and(through));
                before = before.and(condition.negated());
            }
            None => return whole.or(before.and(through)),
        }
    }
    whole.or(before)
}
