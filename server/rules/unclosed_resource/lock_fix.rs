//! `with lock:` in the place of a pair of `acquire` and `release`.

use tree_sitter::Node;

use super::super::knowledge::origins;
use super::{Finding, FixContext, lock};
use crate::fixes::{Applicability, Builder, Fix};
use crate::syntax::nodes::{field, statement_of};

/// The statements between `acquire` and `release` move below `with lock:`.
pub(super) fn fix(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let call = origins::calls(unit)
        .into_iter()
        .find(|call| call.byte_range() == finding.span)?;
    let name = unit.slice(lock::acquired(unit, call)?);
    let statement = statement_of(call);
    let releases = lock::releases(unit, unit.node, name);
    let [release] = releases.as_slice() else {
        return None;
    };
    let release = statement_of(*release);
    let block = statement.parent()?;
    let pair = release.parent() == Some(block) && statement.end_byte() <= release.start_byte();
    let has_arguments = field(call, "arguments").is_some_and(|list| 0 < list.named_child_count());
    if !pair || has_arguments {
        return None;
    }
    let mut cursor = block.walk();
    let between: Vec<Node<'_>> = block
        .named_children(&mut cursor)
        .filter(|one| {
            statement.end_position().row < one.start_position().row
                && one.end_byte() <= release.start_byte()
        })
        .collect();
    let (first, last) = (between.first()?, between.last()?);
    let asynchronous = call.parent().is_some_and(|up| up.kind() == "await");
    let with = if asynchronous { "async with" } else { "with" };
    let mut builder = Builder::new(unit.file);
    builder.note(
        statement,
        context.version,
        &format!("{name} is released on every way"),
    );
    builder.replace(statement, format!("{with} {name}:"));
    builder.wrap(*first, *last, &[] as &[&str])?;
    builder.remove_statement(release)?;
    Some(builder.finish(
        format!("Release {name} on every way: use `{with} {name}`"),
        Applicability::Safe,
    ))
}
