//! `disabled-check`: a check that stood in the way is switched off.
//!
//! `values` reads arguments and attributes (`constants` what they are), `flags` command lines,
//! `environment` variables, `silencers` comments for tools; `fix` switches each on again.

mod constants;
mod environment;
mod fix;
mod flags;
mod silencers;
mod values;

use super::{Confidence, Finding, FixContext, Group, Meta, Pair, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::{Pattern, Unit};

/// A check that stood in the way is switched off.
pub struct DisabledCheck;

static PATTERN: Pattern = Pattern::new(
    "disabled-check.scm",
    include_str!("../../../queries/disabled-check.scm"),
);

static META: Meta = Meta {
    name: "disabled-check",
    group: Group::Shortcuts,
    highest: Confidence::Certain,
    checklist: "Fix is minimal and targeted",
    noqa: &[
        "S501", "S323", "S507", "S201", "B501", "B323", "B507", "B201", "DJ", "PGH003", "PGH004",
    ],
    docs: include_str!("../docs/disabled-check.md"),
    pattern: Some(&PATTERN),
};

impl Rule for DisabledCheck {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test {
            return;
        }
        values::check(unit, &PATTERN, reporter);
        flags::check(unit, reporter);
        environment::check(unit, reporter);
        silencers::check(unit, reporter);
    }

    fn compare(&self, pair: &Pair<'_>, reporter: &mut Reporter) {
        silencers::compare(pair, reporter);
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        fix::fixes(context, finding).into_iter().collect()
    }
}
