//! `unused-allow`: an exception that excuses nothing. The engine itself finds it
//! (`analysis/allow.rs`), because only the engine knows what was excused.

use super::{Confidence, Finding, FixContext, Group, Meta, Rule};
use crate::fixes::{Applicability, Builder, Fix};

/// An exception that excuses nothing.
pub struct UnusedAllow;

static META: Meta = Meta {
    name: "unused-allow",
    group: Group::Comments,
    highest: Confidence::Likely,
    checklist: "Code commented explaining the fix",
    noqa: &[],
    docs: include_str!("docs/unused-allow.md"),
    pattern: None,
};

impl Rule for UnusedAllow {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        let source = context.unit.source();
        let (text, lines) = (source.text(), source.lines());
        let line = lines.line_of(finding.span.start);
        let before = text[lines.start(line)..finding.span.start].trim_end().len();
        let range = if before == 0 {
            lines.full(line)
        } else {
            lines.start(line) + before..finding.span.end
        };
        let mut builder = Builder::new(context.unit.file);
        builder.remove(range);
        vec![builder.finish(
            "Remove the exception that allows nothing",
            Applicability::Safe,
        )]
    }
}
