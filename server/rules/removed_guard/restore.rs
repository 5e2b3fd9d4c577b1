//! Brings production's guard back.

use tree_sitter::Node;

use super::collect::{Guard, Kind, guards};
use super::cut;
use super::equal::exposed;
use super::loss::{Loss, losses};
use super::since::Since;
use super::withs::is_own_lock;
use crate::fixes::{Applicability, Builder, Fix, hunk, layout};
use crate::rules::{Finding, FixContext, Pair};
use crate::syntax::flow::withs_around;
use crate::syntax::nodes::{Walk, children, field, statement_of, walk};
use crate::syntax::{File, Unit};

/// Production's guard put back at its place, then production's whole definition.
pub(super) fn fixes(context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
    let Some(production) = context.production else {
        return Vec::new();
    };
    [
        guard_back(context, production, finding),
        definition_back(context, production, finding),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn definition_back(
    context: &FixContext<'_>,
    production: File<'_>,
    finding: &Finding,
) -> Option<Fix> {
    let head = context.unit.file;
    let at = if context.unit.node.kind() == "module" {
        finding.span.start
    } else {
        context.unit.node.start_byte()
    };
    let definition = head.outline.enclosing(at);
    hunk::restore_named(
        (head.source, definition),
        (production.source, production.outline),
    )
}

fn guard_back(context: &FixContext<'_>, production: File<'_>, finding: &Finding) -> Option<Fix> {
    let head = context.unit;
    let shown = finding
        .related
        .iter()
        .find_map(|related| match &related.place {
            crate::rules::Place::Production(bytes) => Some(bytes.clone()),
            crate::rules::Place::Head(_) | crate::rules::Place::Elsewhere(_) => None,
        })?;
    let definition = production.outline.enclosing(shown.start);
    let units = Unit::of_definition(production, definition);
    // The name of a class stands in the scope around it.
    let inner = head.file.outline.enclosing(finding.span.start);
    let mut heads = Unit::of_definition(head.file, inner);
    heads.retain(|one| one.node.range() != head.node.range());
    let all = std::iter::once(head).chain(&heads);
    for (unit, head) in all.flat_map(|head| units.iter().map(move |unit| (unit, head))) {
        let since = Since::new(unit, head);
        let lost = losses(unit, head, &since);
        let same =
            |loss: &&Loss<'_>| loss.shown == shown && loss.place.byte_range() == finding.span;
        if let Some(loss) = lost.iter().find(same) {
            return loss.fix(head);
        }
        let pair = Pair {
            base: Some(unit),
            head: Some(head),
            base_file: production,
            head_file: head.file,
        };
        if let Some(loss) = cut::losses(unit, head, &pair).iter().find(same) {
            return loss.fix(head);
        }
    }
    let (unit, guard) = units.iter().find_map(|unit| {
        let guard = guards(unit)
            .into_iter()
            .find(|guard| guard.shown == shown)?;
        Some((unit, guard))
    })?;
    let place = exposed(&guard, unit, head, &Since::new(unit, head))?;
    let mut builder = Builder::new(head.file);
    match guard.kind {
        Kind::NoneCheck
        | Kind::KeyCheck
        | Kind::TypeCheck
        | Kind::Validation
        | Kind::Condition
        | Kind::Status => {
            statement_back(&mut builder, unit, &guard, head, place)?;
        }
        Kind::Lock
            if withs_around(place)
                .iter()
                .any(|item| is_own_lock(head, *item)) =>
        {
            return None;
        }
        Kind::Lock | Kind::Transaction | Kind::Deadline => {
            with_back(&mut builder, unit, &guard, head, place)?;
        }
        Kind::Timeout => argument_back(&mut builder, unit, &guard, place)?,
        Kind::Decorator => decorator_back(&mut builder, unit, &guard, head)?,
        Kind::ErrorLog => log_back(&mut builder, unit, &guard, place)?,
        Kind::Handler => return None,
    }
    let words = guard.words.trim_start_matches('@');
    Some(builder.finish(
        format!("Restore production's guard `{words}`"),
        // A condition may have been taken out on purpose: that is what many fixes do.
        if guard.kind == Kind::Condition {
            Applicability::NeedsReview
        } else {
            Applicability::Safe
        },
    ))
}

/// Whether every name that a part of production uses means the same in head: what the hotfix took
/// out with a guard, an import or a helper, would be missing.
pub(super) fn is_known(base: &Unit<'_>, head: &Unit<'_>, part: Node<'_>) -> bool {
    let defined = |unit: &Unit<'_>, name: &str| {
        let outline = unit.file.outline;
        outline
            .definitions
            .iter()
            .skip(1)
            .any(|one| one.name == name)
            || outline.assigned.iter().any(|(one, _)| one == name)
    };
    let bound = |unit: &Unit<'_>, name: &str| {
        unit.parameter(name).is_some() || !unit.bindings(name).is_empty()
    };
    let mut known = true;
    walk(part, &mut |node| {
        let is_name = node.kind() == "identifier"
            && node.parent().is_none_or(|up| match up.kind() {
                "attribute" => field(up, "attribute") != Some(node),
                "keyword_argument" => field(up, "name") != Some(node),
                _ => true,
            });
        if is_name {
            let name = base.slice(node);
            let is_there = if bound(base, name) {
                bound(head, name) || binds_within(base, part, name)
            } else {
                base.names().expand(name) == head.names().expand(name)
                    && (!defined(base, name) || defined(head, name))
            };
            known &= is_there;
        }
        Walk::Into
    });
    known
}

/// Whether the part itself binds the name.
fn binds_within(unit: &Unit<'_>, part: Node<'_>, name: &str) -> bool {
    unit.bindings(name)
        .iter()
        .all(|one| part.start_byte() <= one.start_byte() && one.end_byte() <= part.end_byte())
}

/// The lines of a production statement, relative to its own indentation, with a tab for a level.
pub(super) fn lines_of(unit: &Unit<'_>, statement: Node<'_>) -> Option<Vec<String>> {
    let source = unit.source();
    let (outer, step) = (
        layout::indent_of(source, statement),
        layout::indent_unit(source),
    );
    unit.slice(statement)
        .lines()
        .enumerate()
        .map(|(index, line)| {
            let first = source.lines().line_of(statement.start_byte());
            if index == 0 || line.trim().is_empty() {
                return Some(line.to_owned());
            }
            if layout::inside_string(source, first + index) {
                return None;
            }
            let rest = line.strip_prefix(outer)?;
            let code = rest.trim_start();
            let indent = &rest[..rest.len() - code.len()];
            let levels = indent.len() / step.len().max(1);
            let odd = &indent[levels * step.len()..];
            Some(format!("{}{odd}{code}", "\t".repeat(levels)))
        })
        .collect()
}

/// `if …: return`, `assert …`, `response.raise_for_status()`: whole statements come back before
/// the statement that they protected.
fn statement_back(
    builder: &mut Builder<'_>,
    unit: &Unit<'_>,
    guard: &Guard<'_>,
    head: &Unit<'_>,
    place: Node<'_>,
) -> Option<()> {
    let statement = statement_of(guard.node);
    let alone = match statement.kind() {
        "if_statement" => {
            field(statement, "alternative").is_none()
                && field(statement, "consequence")
                    .is_some_and(|body| crate::syntax::nodes::exits(body, unit.source()))
        }
        "assert_statement" | "expression_statement" => true,
        _ => false,
    };
    if !alone || !(guard.node == statement || guard.kind == Kind::Status) {
        return None;
    }
    if !is_known(unit, head, statement) {
        return None;
    }
    let target = outermost_use(head, guard, place);
    builder.lines_before(target, &lines_of(unit, statement)?)
}

/// The statement of the use; at the function's top level if the use is deeper than the guard was.
fn outermost_use<'h>(head: &Unit<'h>, guard: &Guard<'_>, place: Node<'h>) -> Node<'h> {
    let mut statement = statement_of(place);
    let deep = |node: Node<'_>| {
        crate::syntax::nodes::ancestors(node)
            .take_while(|above| !crate::syntax::nodes::is_scope(*above))
            .filter(|above| above.kind() == "block")
            .count()
    };
    while deep(guard.node) < deep(statement) {
        let Some(block) = statement.parent() else {
            break;
        };
        let outer = statement_of(block);
        if outer == statement || outer == head.node {
            break;
        }
        statement = outer;
    }
    statement
}

/// The run of statements that production had inside the `with`, wrapped again.
fn with_back(
    builder: &mut Builder<'_>,
    unit: &Unit<'_>,
    guard: &Guard<'_>,
    head: &Unit<'_>,
    place: Node<'_>,
) -> Option<()> {
    let body = field(guard.node, "body")?;
    let inside: Vec<String> = children(body)
        .map(|node| crate::compare::normal::text(unit.source(), node.byte_range()))
        .collect();
    let known = |node: Node<'_>| {
        inside.contains(&crate::compare::normal::text(
            head.source(),
            node.byte_range(),
        ))
    };
    let mut first = statement_of(place);
    while !known(first) {
        let outer = statement_of(first.parent()?);
        if outer == first {
            return None;
        }
        first = outer;
    }
    let siblings: Vec<Node<'_>> = children(first.parent()?).collect();
    let from = siblings.iter().position(|node| known(*node))?;
    let to = siblings.iter().rposition(|node| known(*node))?;
    let asynchronous = guard
        .node
        .child(0)
        .is_some_and(|child| child.kind() == "async");
    let keyword = if asynchronous { "async with" } else { "with" };
    let header = format!("{keyword} {}:", guard.subject);
    builder.wrap(siblings[from], siblings[to], &[header])
}

fn argument_back(
    builder: &mut Builder<'_>,
    unit: &Unit<'_>,
    guard: &Guard<'_>,
    call: Node<'_>,
) -> Option<()> {
    let argument = &unit.source().text()[guard.shown.clone()];
    let arguments = field(call, "arguments").filter(|list| list.kind() == "argument_list")?;
    if let Some(old) = children(arguments).find(|child| {
        child.kind() == "keyword_argument"
            && field(*child, "name").is_some_and(|name| name.end_byte() - name.start_byte() == 7)
            && field(*child, "value").is_some_and(|value| value.kind() == "none")
    }) {
        builder.replace(old, argument);
        return Some(());
    }
    match children(arguments).last() {
        Some(last) => builder.insert(last.end_byte(), format!(", {argument}")),
        None => builder.insert(arguments.start_byte() + 1, argument),
    }
    Some(())
}

fn decorator_back(
    builder: &mut Builder<'_>,
    unit: &Unit<'_>,
    guard: &Guard<'_>,
    head: &Unit<'_>,
) -> Option<()> {
    let above = head
        .node
        .parent()
        .filter(|parent| parent.kind() == "decorated_definition")
        .unwrap_or(head.node);
    // The nearest place to the function: below other decorators, as a replaced one would stand.
    let target = if above == head.node { above } else { head.node };
    builder.lines_before(target, &lines_of(unit, guard.node)?)
}

fn log_back(
    builder: &mut Builder<'_>,
    unit: &Unit<'_>,
    guard: &Guard<'_>,
    clause: Node<'_>,
) -> Option<()> {
    let block = children(clause)
        .last()
        .filter(|child| child.kind() == "block")?;
    let first = children(block).next()?;
    builder.lines_before(first, &lines_of(unit, statement_of(guard.node))?)
}
