//! `silent-none`: a function that promises a value answers None when something fails.

use tree_sitter::Node;

use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::{Applicability, Builder, Fix, hotfix_comment};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field};

/// A function that promises a value answers None.
pub struct SilentNone;

static META: Meta = Meta {
    name: "silent-none",
    group: Group::Errors,
    highest: Confidence::Likely,
    checklist: "Error handling improved",
    noqa: &["R1710", "RET501", "RET502"],
    docs: include_str!("docs/silent-none.md"),
    pattern: None,
};

impl Rule for SilentNone {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test || !unit.is_function() {
            return;
        }
        let Some(promise) = field(unit.node, "return_type").filter(|one| promises(unit, *one))
        else {
            return;
        };
        // A generator's `return` ends it; its annotation speaks of what it yields.
        if !unit.own(&["yield"]).is_empty() {
            return;
        }
        let name = unit.qualname.rsplit('.').next().unwrap_or_default();
        for statement in unit.own(&["return_statement"]) {
            if answers_none(statement) {
                let draft = Draft::at(
                    statement,
                    Confidence::Likely,
                    format!(
                        "{name} promises {} and returns None here: the caller fails later, elsewhere",
                        unit.slice(promise)
                    ),
                );
                reporter.report(draft.related(promise, "the promise"));
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        raise_instead(context, finding).into_iter().collect()
    }
}

/// Whether the annotation leaves no room for None, as far as it can be read here.
fn promises(unit: &Unit<'_>, annotation: Node<'_>) -> bool {
    const PLAIN: &[&str] = &[
        "int",
        "float",
        "complex",
        "bool",
        "str",
        "bytes",
        "bytearray",
        "list",
        "dict",
        "set",
        "frozenset",
        "tuple",
        "List",
        "Dict",
        "Set",
        "FrozenSet",
        "Tuple",
        "Sequence",
        "Mapping",
        "Path",
        "Decimal",
        "datetime",
        "date",
        "timedelta",
        "UUID",
        "Response",
        "HttpResponse",
        "DataFrame",
        "Self",
    ];
    let text = unit.slice(annotation).trim_matches(['"', '\'']);
    if text.contains("None") || text.contains("Optional") || text.contains("Any") {
        // `dict[str, Any]` promises a dictionary all the same.
        let (outer, inner) = text.split_once('[').unwrap_or((text, ""));
        let inside_only = !outer.contains("None")
            && !outer.contains("Optional")
            && !outer.contains("Any")
            && !text.rsplit(']').next().unwrap_or_default().contains("None")
            && !inner.is_empty();
        if !inside_only {
            return false;
        }
    }
    let outer = text.split('[').next().unwrap_or(text);
    let last = outer.rsplit('.').next().unwrap_or(outer).trim();
    let is_own_class = unit
        .file
        .outline
        .definitions
        .iter()
        .any(|one| one.kind == crate::syntax::Kind::Class && one.qualname == last);
    PLAIN.contains(&last) || is_own_class
}

fn answers_none(statement: Node<'_>) -> bool {
    children(statement)
        .next()
        .is_none_or(|value| bare(value).kind() == "none")
}

/// Raises where None is returned. In a handler the caught exception goes on.
fn raise_instead(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let statement = unit
        .own(&["return_statement"])
        .into_iter()
        .find(|one| one.byte_range() == finding.span)?;
    let name = unit.qualname.rsplit('.').next()?;
    let inside = |clause: &Node<'_>| {
        clause.start_byte() <= statement.start_byte() && statement.end_byte() <= clause.end_byte()
    };
    let handled = unit.own(&["except_clause"]).iter().any(inside);
    let mut builder = Builder::new(unit.file);
    let why = format!("{name} must not answer None");
    builder.lines_before(statement, &[hotfix_comment(context.version, &why)])?;
    let (line, title) = if handled {
        (
            "raise".to_owned(),
            "Raise the exception again instead of returning None".to_owned(),
        )
    } else {
        (
            format!("raise ValueError(\"{name}: there is no result\")"),
            "Raise ValueError instead of returning None".to_owned(),
        )
    };
    builder.replace(statement, line);
    Some(builder.finish(title, Applicability::NeedsReview))
}
