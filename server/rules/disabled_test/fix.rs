//! Brings production's test back.

use tree_sitter::Node;

use crate::fixes::{Applicability, Builder, Fix, hunk};
use crate::rules::{Finding, FixContext, Place};
use crate::syntax::nodes::statement_of;
use crate::syntax::{File, Kind, Unit};

pub(super) fn fixes(context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
    let Some(production) = context.production else {
        return in_place(context, finding).into_iter().collect();
    };
    [
        in_place(context, finding),
        text_back(context, production, finding),
        name_back(context, production, finding),
        test_back(context, production, finding),
        definition_back(context, production, finding),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Takes a mark, a call or a `return` out that keeps the test from running.
fn in_place(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let source = unit.source();
    let node = source.node_at(finding.span.clone())?;
    let text = source.text().get(finding.span.clone())?;
    let mut builder = Builder::new(unit.file);
    if text.starts_with('@') {
        let lines = source.lines().touched(finding.span.clone());
        let whole = source.lines().bytes(lines);
        (source.text()[whole.clone()].trim() == text.trim()).then_some(())?;
        builder.remove(whole);
        return Some(builder.finish("Run the test again", Applicability::NeedsReview));
    }
    let statement = statement_of(node);
    let stops = matches!(node.kind(), "return_statement" | "raise_statement")
        || text.starts_with("pytestmark")
        || text.starts_with("__test__")
        || text.starts_with("collect_ignore")
        || (finding.related.is_empty()
            && ["skip", "xfail"].iter().any(|word| text.contains(word))
            && statement.named_child(0) == Some(node));
    (stops && statement.byte_range() == node.byte_range()).then_some(())?;
    builder.drop_statement(statement)?;
    Some(builder.finish("Run the test again", Applicability::NeedsReview))
}

fn related(finding: &Finding) -> Option<std::ops::Range<usize>> {
    finding.related.iter().find_map(|one| match &one.place {
        Place::Production(bytes) => Some(bytes.clone()),
        Place::Head(_) | Place::Elsewhere(_) => None,
    })
}

/// Production's assertion or list of cases in place of the hotfix's.
fn text_back(context: &FixContext<'_>, production: File<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let bytes = related(finding)?;
    let node = unit.source().node_at(finding.span.clone())?;
    let node = widest(node);
    if node.kind() == "identifier" {
        return None;
    }
    let old = production.source.text().get(bytes)?;
    if old.contains('\n') || old == unit.slice(node) {
        return None;
    }
    let statement = old.starts_with("assert ") != (node.kind() == "assert_statement");
    let (place, title) = match node.kind() {
        "list" | "tuple" | "set" | "argument_list" => (node, "Restore production's cases"),
        _ if statement => (statement_of(node), "Restore production's assertion"),
        _ => (node, "Restore production's assertion"),
    };
    let mut builder = Builder::new(unit.file);
    builder.replace(place, old);
    Some(builder.finish(title, Applicability::NeedsReview))
}

/// The outermost node with the same bytes.
fn widest(mut node: Node<'_>) -> Node<'_> {
    while let Some(up) = node.parent()
        && up.byte_range() == node.byte_range()
        && !matches!(up.kind(), "expression_statement" | "block" | "module")
    {
        node = up;
    }
    node
}

/// Production's name of a test that is not found any more.
fn name_back(context: &FixContext<'_>, production: File<'_>, finding: &Finding) -> Option<Fix> {
    finding.message.contains("is not found").then_some(())?;
    let old = production.source.text().get(related(finding)?)?;
    let node = context.unit.source().node_at(finding.span.clone())?;
    let mut builder = Builder::new(context.unit.file);
    builder.replace(node, old);
    Some(builder.finish(format!("Call it {old} again"), Applicability::NeedsReview))
}

/// Production's test at its place among the others.
fn test_back(context: &FixContext<'_>, production: File<'_>, finding: &Finding) -> Option<Fix> {
    (finding.message.contains("is gone") || finding.message.contains("are gone")).then_some(())?;
    let gone = production.outline.enclosing(related(finding)?.start);
    hunk::bring_back(
        context.unit.file,
        (production.source, production.outline),
        gone,
    )
}

/// Production's version of the whole test.
fn definition_back(
    context: &FixContext<'_>,
    production: File<'_>,
    finding: &Finding,
) -> Option<Fix> {
    let unit: &Unit<'_> = context.unit;
    let definition = unit.file.outline.enclosing(finding.span.start);
    if definition.kind != Kind::Function || finding.message.contains("is gone") {
        return None;
    }
    hunk::restore_named(
        (unit.source(), definition),
        (production.source, production.outline),
    )
}
