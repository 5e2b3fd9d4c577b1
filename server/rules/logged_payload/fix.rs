//! The same log line without what does not belong there.

use tree_sitter::Node;

use super::holds::{Holds, is_object, judged, known_key};
use crate::fixes::{Applicability, Builder, Fix};
use crate::rules::{Finding, FixContext};
use crate::syntax::Unit;
use crate::syntax::nodes::{field, positional};

/// An id, the names or nothing of the value in place of all of it.
pub(super) fn less(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let node = context.node(finding)?;
    let (_, holds) = judged(unit, node)?;
    let quote = quote_inside(unit, node);
    let mut name = node;
    while name.kind() == "call" {
        name = positional(name)
            .first()
            .copied()
            .or_else(|| field(field(name, "function")?, "object"))?;
    }
    let written = unit.slice(name);
    let instead = match holds {
        Holds::Secret => format!("{quote}[redacted]{quote}"),
        Holds::Values => format!("sorted({written})"),
        Holds::Whole if name.kind() == "identifier" && is_object(unit, written) => {
            format!("{written}.id")
        }
        Holds::Whole if written.starts_with("request.") || written.contains(".request.") => {
            format!("len({written})")
        }
        Holds::Whole => {
            let key = known_key(unit, written).unwrap_or_else(|| "id".to_owned());
            format!("{written}.get({quote}{key}{quote})")
        }
    };
    // A text takes nothing but text: the id may be a number, or missing.
    let joined = holds == Holds::Whole
        && node
            .parent()
            .filter(|up| up.kind() == "binary_operator")
            .and_then(|up| field(up, "operator"))
            .is_some_and(|operator| operator.kind() == "+");
    let instead = if joined {
        format!("str({instead})")
    } else {
        instead
    };
    (!written.contains(['\n', '#'])).then_some(())?;
    let mut builder = Builder::new(unit.file);
    builder.replace(node, instead.as_str());
    let title = match holds {
        Holds::Secret => format!("Keep {written} out of the log"),
        Holds::Values => format!("Log the names of {written} only"),
        Holds::Whole => format!("Log {instead} instead of all of {written}"),
    };
    Some(builder.finish(title, Applicability::NeedsReview))
}

/// The quotes that may stand inside the f-string around the node.
fn quote_inside(unit: &Unit<'_>, node: Node<'_>) -> char {
    let mut up = node.parent();
    while let Some(one) = up {
        if one.kind() == "string" {
            return if unit.slice(one).ends_with('"') {
                '\''
            } else {
                '"'
            };
        }
        if matches!(one.kind(), "argument_list" | "block" | "module") {
            break;
        }
        up = one.parent();
    }
    '"'
}
