//! `silent-none`: a function that promises a value answers None when something fails.

mod handed_on;

use tree_sitter::Node;

use super::none_access::answers::{goes_round, returns_none};
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::{Applicability, Builder, Fix, hotfix_comment};
use crate::syntax::Unit;
use crate::syntax::flow::{Event, Exit, Graph, Lattice, Step, caught_around, handler_names, solve};
use crate::syntax::nodes::{Walk, bare, children, field, walk_near};

/// A function that promises a value answers None.
pub struct SilentNone;

static META: Meta = Meta {
    name: "silent-none",
    group: Group::Errors,
    highest: Confidence::Likely,
    checklist: "Error handling improved",
    noqa: &["R1710", "RET501", "RET502"],
    docs: include_str!("../docs/silent-none.md"),
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
        // A generator's `return` ends it; its annotation speaks of what it yields.
        if !unit.own(&["yield"]).is_empty() {
            return;
        }
        match field(unit.node, "return_type") {
            Some(promise) if promises(unit, promise) => promised(unit, promise, reporter),
            Some(_) => {}
            None => relied_upon(unit, reporter),
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        raise_instead(context, finding)
            .or_else(|| handed_on::fix(context, finding))
            .into_iter()
            .collect()
    }
}

fn own_name<'a>(unit: &'a Unit<'_>) -> &'a str {
    unit.qualname.rsplit('.').next().unwrap_or_default()
}

/// A function whose annotation promises a value.
fn promised(unit: &Unit<'_>, promise: Node<'_>, reporter: &mut Reporter) {
    let name = own_name(unit);
    let said = unit.slice(promise);
    let mut none = false;
    for statement in unit.own(&["return_statement"]) {
        if answers_none(statement) {
            none = true;
            let draft = Draft::at(
                statement,
                Confidence::Likely,
                format!(
                    "{name} promises {said} and returns None here: the caller fails later, elsewhere"
                ),
            );
            reporter.report(draft.related(promise, "the promise"));
        } else if answers_nothing(unit, statement) && in_quiet_handler(unit, statement) {
            let draft = Draft::at(
                statement,
                Confidence::Possible,
                format!(
                    "{name} gives an empty answer for a failure: nobody can tell it from a real one"
                ),
            );
            reporter.report(draft);
        }
    }
    if !none {
        for one in handed_on::found(unit) {
            reporter.report(handed_on::draft(unit, &one, said).related(promise, "the promise"));
        }
    }
    let falls_off = !none && returns_none(unit, unit.node).is_some() && reaches_end(unit);
    if let Some(own) = field(unit.node, "name").filter(|_| falls_off) {
        let draft = Draft::at(
            own,
            Confidence::Likely,
            format!(
                "{name} promises {said} and can reach its end without a return: it gives None then"
            ),
        );
        reporter.report(draft.related(promise, "the promise"));
    }
}

/// Whether control can leave the function behind its last statement.
fn reaches_end(unit: &Unit<'_>) -> bool {
    let mut walk = Walked { ends: false };
    solve(&Graph::new(unit), &mut walk, true);
    walk.ends
}

/// Follows the ways of a function, and remembers nothing but that one comes to its end.
struct Walked {
    ends: bool,
}

impl Lattice for Walked {
    type State = bool;

    fn join(&mut self, into: &mut bool, from: &bool) {
        *into |= *from;
    }

    fn transfer(&mut self, _event: Event, _state: &mut bool) {}

    fn observe(&mut self, event: Event, state: &bool) {
        self.ends |= *state && event.step == Step::Exit(Exit::End);
    }
}

/// A function without annotation whose answer the file uses as it comes.
fn relied_upon(unit: &Unit<'_>, reporter: &mut Reporter) {
    let returns = unit.own(&["return_statement"]);
    let (nones, values): (Vec<_>, Vec<_>) = returns.into_iter().partition(|one| answers_none(*one));
    if nones.is_empty() || values.is_empty() {
        return;
    }
    let places = used_as_it_comes(unit);
    let name = own_name(unit);
    for statement in nones {
        let Some(place) = places
            .iter()
            .find(|place| !goes_round(unit, statement, **place))
        else {
            continue;
        };
        let draft = Draft::at(
            statement,
            Confidence::Likely,
            format!("{name} returns None here, and a caller uses its answer without a look"),
        );
        reporter.report(draft.related(*place, "The caller"));
    }
}

/// The calls of the file that take an attribute or item of the function's answer at once.
fn used_as_it_comes<'a>(unit: &Unit<'a>) -> Vec<Node<'a>> {
    let Some(name) = field(unit.node, "name").map(|name| unit.slice(name)) else {
        return Vec::new();
    };
    let method = unit.class().is_some();
    let written = if method {
        format!("self.{name}")
    } else {
        name.to_owned()
    };
    let mut found = Vec::new();
    let mut look = |node: Node<'a>| {
        if node.kind() == "call"
            && field(node, "function").is_some_and(|one| unit.slice(one) == written)
        {
            let taken = node.parent().is_some_and(|up| match up.kind() {
                "attribute" => field(up, "object") == Some(node),
                "subscript" => field(up, "value") == Some(node),
                _ => false,
            });
            let known = ["AttributeError", "TypeError", "Exception", "BaseException"];
            let caught = caught_around(node)
                .into_iter()
                .flat_map(|clause| handler_names(clause, unit.source()))
                .any(|one| known.contains(&one));
            if taken && !caught {
                found.push(node);
            }
        }
        Walk::Into
    };
    match unit.class() {
        Some(class) => walk_near(class, unit.source(), name, &mut look),
        None => unit.source().walk_near(name, &mut look),
    }
    found
}

/// `return {}`, `return ""`.
fn answers_nothing(unit: &Unit<'_>, statement: Node<'_>) -> bool {
    children(statement).next().is_some_and(|value| {
        matches!(
            unit.slice(bare(value)),
            "{}" | "[]" | "()" | "\"\"" | "''" | "dict()" | "list()" | "set()"
        )
    })
}

/// Whether the statement is all that a handler for certain exceptions does. (One for every
/// exception is `swallowed-exception`'s.)
fn in_quiet_handler(unit: &Unit<'_>, statement: Node<'_>) -> bool {
    unit.own(&["except_clause"]).into_iter().any(|clause| {
        let alone = children(clause)
            .find(|part| part.kind() == "block")
            .is_some_and(|block| {
                block.named_child_count() == 1 && block.named_child(0) == Some(statement)
            });
        let broad = handler_names(clause, unit.source())
            .into_iter()
            .any(|name| matches!(name, "Exception" | "BaseException"));
        alone && !broad
    })
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
    let statement = unit.own(&["return_statement"]).into_iter().find(|one| {
        one.byte_range() == finding.span && (answers_none(*one) || answers_nothing(unit, *one))
    })?;
    let empty = !answers_none(statement);
    let name = unit.qualname.rsplit('.').next()?;
    let inside = |clause: &Node<'_>| {
        clause.start_byte() <= statement.start_byte() && statement.end_byte() <= clause.end_byte()
    };
    let handled = unit.own(&["except_clause"]).iter().any(inside);
    let mut builder = Builder::new(unit.file);
    let why = if empty {
        format!("{name} must not hide a failure")
    } else {
        format!("{name} must not answer None")
    };
    builder.lines_before(statement, &[hotfix_comment(context.version, &why)])?;
    let (line, title) = if handled && empty {
        (
            "raise".to_owned(),
            "Raise the exception again instead of an empty answer".to_owned(),
        )
    } else if handled {
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
