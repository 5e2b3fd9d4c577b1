//! Code that has another name or another place and does the same.

mod annotated;
mod blocks;
mod constant;
mod declared;
mod elsewhere;
mod equivalent;
mod everywhere;
mod flattened;
mod follows;
mod imported;
mod imports;
mod inner;
mod moved;
mod pulled_out;
mod put_together;
mod rearranged;
mod renamed;
mod replaced;
mod unread;
mod variable;

use std::ops::Range;

use super::{
    Confidence, Draft, FileChange, Finding, FixContext, Group, LoneFile, Meta, Reporter, Rule,
    Trial,
};
use crate::fixes::Fix;
use crate::fixes::hunk::restore_named;
use crate::syntax::Source;
use crate::syntax::nodes::field;
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;

pub struct Refactoring;

static META: Meta = Meta {
    name: "refactoring",
    group: Group::Scope,
    highest: Confidence::Likely,
    checklist: "The change is minimal and targeted",
    noqa: &[],
    docs: include_str!("../docs/refactoring.md"),
    pattern: None,
};

impl Rule for Refactoring {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn trial(&self) -> Trial {
        Trial::Whole
    }

    fn compare_files(&self, change: &FileChange<'_>, reporter: &mut Reporter) {
        if change.head.source.is_broken() || change.base.source.is_broken() {
            return;
        }
        let renamed = renamed::compare(change, reporter);
        everywhere::compare(change, &renamed, reporter);
        moved::compare(change, reporter);
        let told = pulled_out::compare(change, reporter);
        blocks::compare(change, &told, reporter);
        put_together::compare(change, &told, reporter);
        let named = variable::compare(change, reporter);
        rearranged::compare(change, &named, reporter);
        flattened::compare(change, reporter);
        constant::compare(change, reporter);
        replaced::compare(change, reporter);
        imported::compare(change, reporter);
        imports::compare(change, reporter);
        let typed = annotated::compare(change, reporter);
        equivalent::compare(change, reporter);
        follows::compare(change, reporter);
        unread::compare(change, reporter);
        declared::compare(change, reporter);
        inner::compare(change, &typed, reporter);
        elsewhere::compare(change.path, change.head, change.branch, reporter);
    }

    fn added_file(&self, added: &LoneFile<'_>, reporter: &mut Reporter) {
        elsewhere::compare(added.path, added.file, added.branch, reporter);
        if !added.file.is_test {
            declared::added(added, reporter);
            blocks::added(added, reporter);
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        let head = context.unit.file;
        let definition = head.outline.enclosing(finding.span.start);
        let (Some(base), true) = (
            context.production,
            definition.kind == Kind::Function && !finding.message.contains("production has it"),
        ) else {
            return Vec::new();
        };
        let fix = restore_named((head.source, definition), (base.source, base.outline));
        fix.into_iter().collect()
    }
}

fn draft(span: Range<usize>, message: String, detail: &str) -> Draft {
    Draft {
        span: span.clone(),
        anchor: span,
        message,
        confidence: Confidence::Likely,
        related: Vec::new(),
        detail: detail.to_owned(),
        covers: &[],
    }
}

/// The bytes of a definition's name.
fn name_of(source: &Source, definition: &Definition) -> Range<usize> {
    definition_node(source, definition)
        .and_then(|node| field(node, "name"))
        .map_or(definition.core.start..definition.core.start, |name| {
            name.byte_range()
        })
}
