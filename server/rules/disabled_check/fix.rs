//! Switches a check on again.

use tree_sitter::Node;

use super::{flags, silencers};
use crate::fixes::{Applicability, Builder, Fix};
use crate::rules::{Finding, FixContext};
use crate::syntax::Unit;
use crate::syntax::nodes::{field, statement_of};

pub(super) fn fixes(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let text = &unit.source().text()[finding.span.clone()];
    if text.starts_with('#') {
        return without_comment(unit, finding);
    }
    let node = context.node(finding)?;
    match node.kind() {
        "string" | "string_content" => without_flag(unit, node),
        "keyword_argument" => argument(unit, node),
        "pair" => {
            let mut builder = Builder::new(unit.file);
            builder.remove_element(only_option(node).unwrap_or(node))?;
            Some(builder.finish("Verify the token again", Applicability::NeedsReview))
        }
        "assignment" | "expression_statement" => statement(unit, node),
        "attribute" | "identifier" => context_again(unit, node),
        "call" => {
            let mut builder = Builder::new(unit.file);
            let statement = statement_of(node);
            (statement.kind() == "expression_statement" && statement.named_child(0) == Some(node))
                .then_some(())?;
            builder.drop_statement(statement)?;
            let function = unit.slice(field(node, "function")?);
            Some(builder.finish(format!("Remove {function}"), Applicability::NeedsReview))
        }
        "decorator" => {
            let mut builder = Builder::new(unit.file);
            let lines = unit.source().lines();
            let line = lines.line_of(node.start_byte());
            let whole = lines.start(line)..lines.start(line + 1);
            (unit.source().text()[whole.clone()].trim() == unit.slice(node).trim()).then_some(())?;
            builder.remove(whole);
            builder.forget(unit.file, &node.byte_range(), context.production);
            Some(builder.finish(
                "Check the origin of requests again",
                Applicability::NeedsReview,
            ))
        }
        "default_parameter" | "typed_default_parameter" => {
            let mut builder = Builder::new(unit.file);
            builder.replace(field(node, "value")?, "True");
            Some(builder.finish(
                "Verify unless the caller says otherwise",
                Applicability::NeedsReview,
            ))
        }
        _ => None,
    }
}

/// The argument `options={…}` whose only option this pair is.
fn only_option(pair: Node<'_>) -> Option<Node<'_>> {
    let dict = pair.parent().filter(|dict| dict.named_child_count() == 1)?;
    dict.parent().filter(|up| up.kind() == "keyword_argument")
}

/// Removes a comment: its line if nothing else stands there.
fn without_comment(unit: &Unit<'_>, finding: &Finding) -> Option<Fix> {
    let one = silencers::all(unit)
        .into_iter()
        .find(|one| one.range == finding.span)?;
    let (text, lines) = (unit.source().text(), unit.source().lines());
    let line = lines.line_of(one.range.start);
    let before = &text[lines.start(line)..one.range.start];
    let mut builder = Builder::new(unit.file);
    if before.trim().is_empty() {
        builder.remove(lines.start(line)..lines.start(line + 1).min(text.len()));
    } else {
        builder.remove(lines.start(line) + before.trim_end().len()..one.range.end);
    }
    Some(builder.finish(format!("Remove `{}`", one.text), Applicability::Safe))
}

/// Takes the option out of a list of words, or out of a command in one text.
fn without_flag(unit: &Unit<'_>, node: Node<'_>) -> Option<Fix> {
    let string = if node.kind() == "string" {
        node
    } else {
        node.parent()?
    };
    let (range, flag) = flags::disabling(unit, string)?;
    let mut builder = Builder::new(unit.file);
    let inside = unit.slice(string).trim_matches(['"', '\'']);
    if inside == flag {
        // What the option takes stands in the next element.
        (flag != "--trusted-host"
            && matches!(string.parent()?.kind(), "list" | "argument_list" | "tuple"))
        .then_some(())?;
        builder.remove_element(string)?;
    } else {
        (inside.contains(' ') && !flag.contains(['=', ' ']) && flag != "--trusted-host")
            .then_some(())?;
        let text = unit.source().text();
        let start = range.start - usize::from(text[..range.start].ends_with(' '));
        builder.remove(start..range.end);
    }
    Some(builder.finish(
        format!("Run the command without `{flag}`"),
        Applicability::NeedsReview,
    ))
}

fn argument(unit: &Unit<'_>, node: Node<'_>) -> Option<Fix> {
    let name = unit.slice(field(node, "name")?);
    let mut builder = Builder::new(unit.file);
    builder.remove_element(node)?;
    let title = if name == "debug" {
        "Run without debugging".to_owned()
    } else {
        "Verify the certificate again".to_owned()
    };
    Some(builder.finish(title, Applicability::NeedsReview))
}

fn statement(unit: &Unit<'_>, node: Node<'_>) -> Option<Fix> {
    let statement = statement_of(node);
    let assignment = if node.kind() == "assignment" {
        node
    } else {
        node.named_child(0)?
    };
    let left = unit.slice(field(assignment, "left")?);
    let mut builder = Builder::new(unit.file);
    if matches!(left.rsplit('.').next(), Some("DEBUG" | "debug")) {
        builder.replace(field(assignment, "right")?, "False");
        return Some(builder.finish(format!("Set {left} to False"), Applicability::NeedsReview));
    }
    builder.drop_statement(statement)?;
    Some(builder.finish("Verify the certificate again", Applicability::NeedsReview))
}

/// `ssl.create_default_context` in place of the unverified one.
fn context_again(unit: &Unit<'_>, node: Node<'_>) -> Option<Fix> {
    let mut builder = Builder::new(unit.file);
    let statement = statement_of(node);
    let replaces_default = unit
        .slice(statement)
        .starts_with("ssl._create_default_https_context");
    if replaces_default {
        builder.drop_statement(statement)?;
    } else {
        (node.kind() == "attribute").then_some(())?;
        builder.replace(field(node, "attribute")?, "create_default_context");
    }
    Some(builder.finish("Verify the certificate again", Applicability::NeedsReview))
}
