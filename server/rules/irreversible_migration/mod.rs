//! `irreversible-migration`: a database change that the rollback cannot take back, or that does not fit
//! production's code.

mod alembic;
mod django;
mod edited;

use tree_sitter::Node;

use super::{Confidence, Finding, FixContext, Group, Meta, Pair, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, keyword};

/// A migration without a way back.
pub struct IrreversibleMigration;

static META: Meta = Meta {
    name: "irreversible-migration",
    group: Group::Rollback,
    highest: Confidence::Certain,
    checklist: "Rollback plan in place",
    noqa: &[],
    docs: include_str!("../docs/irreversible-migration.md"),
    pattern: None,
};

impl Rule for IrreversibleMigration {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test {
            return;
        }
        django::check(unit, reporter);
        alembic::check(unit, reporter);
    }

    fn compare(&self, pair: &Pair<'_>, reporter: &mut Reporter) {
        let (Some(base), Some(head), false) = (pair.base, pair.head, pair.head_file.is_test) else {
            return;
        };
        edited::compare(base, head, reporter);
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        django::fix(context, finding).into_iter().collect()
    }
}

/// Whether a call gives the keyword argument this constant: `null=True`.
fn is_set(unit: &Unit<'_>, call: Node<'_>, name: &str, kind: &str) -> bool {
    keyword(call, name, unit.source()).is_some_and(|value| bare(value).kind() == kind)
}
