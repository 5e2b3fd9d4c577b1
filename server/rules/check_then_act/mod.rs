//! `check-then-act`: shared state or a path is checked, then changed, and nothing keeps others out
//! in between.

mod conditions;
mod evidence;
mod expiring;
mod files;
mod fix;
mod harm;
mod races;
mod state;
mod stores;

use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::Unit;
use evidence::Evidence;
use races::{Race, Reason, Shape, races};

/// A check and an act that others can get between.
pub struct CheckThenAct;

static META: Meta = Meta {
    name: "check-then-act",
    group: Group::Pattern,
    highest: Confidence::Certain,
    checklist: "Edge cases considered",
    noqa: &[],
    docs: include_str!("../docs/check-then-act.md"),
    pattern: None,
};

impl Rule for CheckThenAct {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test {
            return;
        }
        for race in races(unit) {
            let mut draft = Draft::at(race.check, race.confidence, message(unit, &race)).related(
                race.act.node,
                format!("{} changes here", race.act.state.text),
            );
            if let Some(guarded) = race.guarded.filter(|_| race.reason == Reason::Lock) {
                draft = draft.related(guarded.lock, "This lock guards it here");
            }
            reporter.report(draft);
        }
        for file in files::checks(unit) {
            let draft = Draft::at(file.check, file.confidence, files::message(unit, &file));
            reporter.report(draft.related(
                file.call,
                "This fails or overwrites if another process was faster",
            ));
        }
        for entry in expiring::checks(unit) {
            let draft = Draft::at(entry.check, entry.confidence, entry.message);
            reporter.report(draft.related(entry.read, "This raises KeyError then"));
        }
        for store in stores::checks(unit) {
            let draft = Draft::at(store.check, store.confidence, store.message);
            reporter.report(draft.related(store.call, "This waits, fails or comes twice then"));
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        fix::fixes(context, finding)
    }
}

fn message(unit: &Unit<'_>, race: &Race<'_>) -> String {
    let state = race.act.state.text;
    let moment = match race.shape {
        Shape::Update => "while this line updates it",
        Shape::Check | Shape::LateLock => "between this check and the change below",
    };
    if race.shape == Shape::LateLock {
        return format!("{state} is checked before the lock is taken, and not again inside it");
    }
    match race.reason {
        Reason::Lock => {
            let lock = race.guarded.map_or("a lock", |one| unit.slice(one.lock));
            format!("{lock} guards {state} elsewhere, but not {moment}")
        }
        Reason::Await => format!("Another task can change {state} {moment}: the await lets it run"),
        Reason::Module(Evidence::Threads) => format!("Another thread can change {state} {moment}"),
        Reason::Module(Evidence::Tasks) => format!(
            "Another task can change {state} {moment}; a lock protects the threads of one worker process only"
        ),
        Reason::Module(Evidence::Processes) => format!(
            "{state} can differ in every process: nothing that happens {moment} is shared, and a lock of threading does not help"
        ),
        Reason::Nothing => format!("If threads share {state}, one can change it {moment}"),
    }
}
