//! `unexplained-allow`: an exception without a reason. The engine itself finds it
//! (`analysis/allow.rs`).

use super::{Confidence, Group, Meta, Rule};

/// An exception without a reason.
pub struct UnexplainedAllow;

static META: Meta = Meta {
    name: "unexplained-allow",
    group: Group::Comments,
    highest: Confidence::Certain,
    checklist: "Code commented explaining the fix",
    noqa: &[],
    docs: include_str!("docs/unexplained-allow.md"),
    pattern: None,
};

impl Rule for UnexplainedAllow {
    fn meta(&self) -> &'static Meta {
        &META
    }
}
