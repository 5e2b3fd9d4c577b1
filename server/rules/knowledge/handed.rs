//! Functions of the file that open something and hand it to their caller.

use std::collections::HashMap;

use tree_sitter::Node;

use super::openers::{self, Kind};
use crate::syntax::nodes::{bare, field};
use crate::syntax::unit::definition_node;
use crate::syntax::{File, Kind as Definition, Unit};

/// How many functions a resource is followed through.
const STEPS: usize = 2;

/// The functions of one file that return what they open.
struct Handed(HashMap<String, Kind>);

/// What the function of this file that `function` names opens for its caller.
#[must_use]
pub fn by(unit: &Unit<'_>, function: Node<'_>) -> Option<Kind> {
    let written = unit.slice(function);
    let name = match written.strip_prefix("self.") {
        Some(method) => {
            let (class, _) = unit.qualname.rsplit_once('.')?;
            format!("{class}.{method}")
        }
        None => written.to_owned(),
    };
    unit.file.outline.find(&name)?;
    let own = !unit.bindings(written).is_empty() || unit.parameter(written).is_some();
    if function.kind() == "identifier" && own {
        return None;
    }
    let handed = unit.file.facts.get(|| Handed(find(unit.file)));
    handed.0.get(&name).copied()
}

/// Goes over the functions as often as one may call another.
fn find(file: File<'_>) -> HashMap<String, Kind> {
    let mut found = HashMap::new();
    for _ in 0..STEPS {
        let before = found.len();
        for definition in &file.outline.definitions {
            let again = file.outline.find(&format!("{}#2", definition.qualname));
            let plain = definition.kind == Definition::Function
                && definition.range == definition.core
                && again.is_none()
                && !found.contains_key(&definition.qualname);
            let node = plain.then(|| definition_node(file.source, definition));
            if let Some(node) = node.flatten()
                && let Some(kind) =
                    opened_by(&Unit::new(file, node, definition.qualname.clone()), &found)
            {
                found.insert(definition.qualname.clone(), kind);
            }
        }
        if found.len() == before {
            break;
        }
    }
    found
}

/// What the function opens and returns on every way, as a value of its own.
fn opened_by(unit: &Unit<'_>, known: &HashMap<String, Kind>) -> Option<Kind> {
    if !unit.slice(unit.node).contains("return") || unit.is_async() {
        return None;
    }
    let mut opened = None;
    for one in unit.own(&["return_statement", "yield"]) {
        let value = bare(one.named_child(0).filter(|_| one.kind() != "yield")?);
        opened = Some(of_value(unit, value, known)?);
    }
    opened
}

fn of_value(unit: &Unit<'_>, value: Node<'_>, known: &HashMap<String, Kind>) -> Option<Kind> {
    let call = match value.kind() {
        "identifier" => bare(unit.only_value(unit.slice(value))?),
        _ => value,
    };
    if call.kind() != "call" {
        return None;
    }
    let function = field(call, "function")?;
    openers::by_library(unit, call)
        .or_else(|| known.get(unit.slice(function)).copied())
        .filter(|kind| kind.followed())
}
