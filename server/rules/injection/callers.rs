//! What the callers of the same file hand to a helper.

use tree_sitter::Node;

use super::reach::{self, Reach};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, ancestors, field, has_splat, keyword, positional, walk_near};

/// How sure it is that somebody else decides what the parameter of a private function holds:
/// nobody if all callers hand over what is written here.
pub(super) fn confidence(unit: &Unit<'_>, parameter: &str) -> Option<Confidence> {
    let root = parameter.split(['.', '[', '(']).next().unwrap_or(parameter);
    let handed = handed(unit, root);
    if handed.is_empty() {
        return Some(Confidence::Likely);
    }
    let sure = handed.into_iter().filter_map(|reach| match reach {
        Reach::Constant | Reach::Safe => None,
        Reach::Outside(_) => Some(Confidence::Certain),
        Reach::Parameter(_) => Some(Confidence::Likely),
        _ => Some(Confidence::Possible),
    });
    sure.max()
}

/// Where the arguments for the parameter come from; a private caller's own parameter is unknown.
fn handed<'a>(unit: &Unit<'a>, parameter: &str) -> Vec<Reach<'a>> {
    let parameters = unit.parameters();
    let place = parameters.iter().position(|one| one.name == parameter);
    let (Some(place), Some(name)) = (place, field(unit.node, "name")) else {
        return Vec::new();
    };
    let name = unit.slice(name);
    let is_method = parameters
        .first()
        .is_some_and(|one| matches!(one.name, "self" | "cls"));
    let place = if is_method {
        place.saturating_sub(1)
    } else {
        place
    };
    let mut found = Vec::new();
    walk_near(unit.source().root(), unit.source(), name, &mut |node| {
        if node.kind() == "call" && found.len() < 20 && is_of(unit, node, name) {
            found.extend(argument(unit, node, place, parameter));
        }
        Walk::Into
    });
    found
}

fn is_of(unit: &Unit<'_>, call: Node<'_>, name: &str) -> bool {
    field(call, "function").is_some_and(|function| {
        let last = field(function, "attribute").unwrap_or(function);
        unit.slice(last) == name
    }) && !has_splat(call)
}

fn argument<'a>(
    unit: &Unit<'a>,
    call: Node<'a>,
    place: usize,
    parameter: &str,
) -> Option<Reach<'a>> {
    let value =
        keyword(call, parameter, unit.source()).or_else(|| positional(call).get(place).copied())?;
    let caller = ancestors(call)
        .find(|up| up.kind() == "function_definition")
        .filter(|caller| *caller != unit.node);
    let Some(caller) = caller else {
        let module = Unit::new(unit.file, unit.source().root(), String::new());
        return Some(reach::of(&module, value));
    };
    let name = field(caller, "name").map_or("", |name| unit.slice(name));
    let there = Unit::new(unit.file, caller, name.to_owned());
    let reach = reach::of(&there, value);
    Some(match reach {
        Reach::Parameter(_) if name.starts_with('_') => Reach::Unknown,
        other => other,
    })
}
