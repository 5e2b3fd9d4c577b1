//! The items that must hold before a hotfix ships.
//!
//! A fact counts before a person's tick: an item that was seen to fail stays failed until it is
//! mended, or marked as not applicable with a reason, which the report shows.

mod added;
mod evidence;
mod facts;
mod names;
mod paper;
mod steps;
#[cfg(test)]
mod tests;

use std::ops::Range;

use serde::Serialize;

pub use evidence::{Evidence, Outcome};
pub use facts::{count, says_hotfix};
pub use names::{MARKS, NAMES, explanation, summaries};
pub use steps::{STEPS, Step, StepStanding, StepState, When, about_step, step_of, task_of_step};

use super::branch::Branch;
use super::link::Test;
use super::record::{QUESTIONS, Question, Record, Task};
use crate::compare::size::Size;
use crate::config::Settings;

/// An item of the checklist.
#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name in comments, commands and JSON.
    pub name: &'static str,
    /// What holds when it is ticked.
    pub title: &'static str,
    /// Why it matters, and what is observed.
    pub help: &'static str,
}

/// The items in the order of the record.
pub const ITEMS: [Item; 14] = [
    Item {
        name: "reproduced",
        title: "The bug is reproduced and its root cause is known",
        help: "A fix without a cause hides a symptom. It holds by itself once a test was seen red \
               on production (`hotfix-ls prove`) and the record says why it happens.",
    },
    Item {
        name: "minimal",
        title: "The fix is small and changes only what is broken",
        help: "Every further line is a risk that nobody reviews at night. Measured: files, lines \
               and functions of production code, against the budget.",
    },
    Item {
        name: "no-refactoring",
        title: "Nothing is refactored or improved on the way",
        help: "It can wait for a feature branch. Observed: the rules about scope have no finding.",
    },
    Item {
        name: "tests-added",
        title: "A test covers the fix",
        help: "Without one the bug comes back. Observed: a new or changed test reaches every \
               changed definition.",
    },
    Item {
        name: "tests-pass",
        title: "All existing tests pass",
        help: "Observed by `hotfix-ls verify`, as long as nothing changed since.",
    },
    Item {
        name: "integration",
        title: "The integration tests pass",
        help: "Observed by `hotfix-ls verify` when a command for them is configured.",
    },
    Item {
        name: "smoke",
        title: "The smoke tests pass",
        help: "Observed by `hotfix-ls verify` when a command for them is configured.",
    },
    Item {
        name: "documented",
        title: "Changed behaviour is documented",
        help: "Whoever runs into it at night reads the documents, not the commits. Observed: a \
               document changed together with the code.",
    },
    Item {
        name: "changelog",
        title: "The changelog has an entry",
        help: "Observed: an entry or a news fragment is new, and its version is the hotfix's.",
    },
    Item {
        name: "commented",
        title: "The changed code says why it is so",
        help: "The next reader must not take the guard away again. Observed: every changed \
               definition has a comment `Hotfix (vX.Y.Z): …`, or one in its docstring.",
    },
    Item {
        name: "errors",
        title: "Errors are handled better than before",
        help: "Observed: the rules about error handling have no finding, and the change adds a \
               guard, a handler or a clear error.",
    },
    Item {
        name: "logged",
        title: "The fix can be seen in the logs",
        help: "Nobody can tell whether a silent fix works. Observed: the change adds a log line.",
    },
    Item {
        name: "edge-cases",
        title: "Edge cases are thought of",
        help: "Observed: tests of the fix use None, something empty and something malformed.",
    },
    Item {
        name: "rollback",
        title: "The rollback plan is written down",
        help: "Observed: the record says how it is rolled back, when, and who has to know.",
    },
];

/// How an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It was seen to hold.
    Passed,
    /// It was seen not to hold.
    Failed,
    /// Nobody can see it from here, and a person says that it holds.
    Attested,
    /// A person says, with a reason, that it does not apply.
    NotApplicable,
    /// Nobody can see it from here, and nobody has said anything.
    Open,
}

impl State {
    /// Whether the item counts as done.
    #[must_use]
    pub fn is_done(self) -> bool {
        matches!(self, Self::Passed | Self::Attested | Self::NotApplicable)
    }
}

/// One item and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The item.
    pub item: &'static Item,
    /// How it stands.
    pub state: State,
    /// What was seen, what is missing, or the person's reason; one sentence without a final dot.
    pub says: String,
    /// The name of what is wrong, where it has one (`missing-test`).
    pub rule: Option<&'static str>,
}

/// A definition that lacks something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// `missing-test` or `missing-hotfix-comment`.
    pub rule: &'static str,
    /// The file, relative to the repository.
    pub path: String,
    /// Bytes of the definition's name in head's text.
    pub span: Range<usize>,
    /// The line of its `def` or `class`, counted from 1.
    pub line: usize,
    /// The definition's qualified name.
    pub scope: String,
    /// One sentence without a final dot.
    pub message: String,
}

/// A finding, as far as the checklist needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The rule.
    pub rule: String,
    /// The file, relative to the repository.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// Whether it is more than a hint.
    pub is_serious: bool,
}

/// All that items are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What the branch changes.
    pub branch: &'a Branch,
    /// The tests that reach each of [`Branch::definitions`], in their order.
    pub links: &'a [Vec<Test>],
    /// How much production code it changes.
    pub size: Size,
    /// What the rules found.
    pub findings: &'a [Found],
    /// What commands have shown.
    pub evidence: &'a Evidence,
    /// The hotfix's version.
    pub version: Option<&'a str>,
    /// The record.
    pub record: Option<&'a Record>,
    /// Whether the project keeps a changelog, changed or not.
    pub has_changelog: bool,
    /// Which of the names that an item may lack are switched off.
    pub settings: &'a Settings,
}

/// The whole checklist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checklist {
    /// Every item, in their order.
    pub items: Vec<Standing>,
    /// Definitions that lack a test or a comment.
    pub marks: Vec<Mark>,
    /// Questions of the record that nobody has answered; all of them without a record.
    pub unanswered: Vec<&'static Question>,
    /// What is done around the merge, in its order. It does not count among the items.
    pub steps: Vec<StepStanding>,
}

impl Checklist {
    /// What definitions of the file at `path` (relative to the repository) lack.
    pub fn marks_of<'c>(&'c self, path: &'c str) -> impl Iterator<Item = &'c Mark> {
        self.marks.iter().filter(move |mark| mark.path == path)
    }

    /// How many items are done.
    #[must_use]
    pub fn done(&self) -> usize {
        self.items.iter().filter(|it| it.state.is_done()).count()
    }
}

/// What is seen of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fact {
    Holds(String),
    Fails(Option<&'static str>, String),
    /// Something is missing that may not be needed: a person decides.
    Lacks(&'static str, String),
    Unknown(String),
}

impl Fact {
    fn fails(rule: &'static str, says: impl Into<String>) -> Self {
        Self::Fails(Some(rule), says.into())
    }
}

/// Judges every item.
#[must_use]
pub fn judge(seen: Seen<'_>) -> Checklist {
    let marks = facts::marks(seen);
    let standing = |item: &'static Item| {
        let fact = match item.name {
            "reproduced" => paper::reproduced(seen),
            "minimal" => facts::minimal(seen),
            "no-refactoring" => facts::scope(seen),
            "tests-added" => facts::tests(seen, &marks),
            "tests-pass" => paper::run(seen.evidence.unit.as_ref()),
            "integration" => paper::run(seen.evidence.integration.as_ref()),
            "smoke" => paper::run(seen.evidence.smoke.as_ref()),
            "documented" => paper::documented(seen),
            "changelog" => paper::changelog(seen),
            "commented" => facts::comments(seen, &marks),
            "errors" => facts::errors(seen),
            "logged" => facts::logged(seen),
            "edge-cases" => facts::edge_cases(seen),
            _ => paper::rollback(seen),
        };
        let said = seen
            .record
            .map_or(Said::Nothing, |record| said_of(task_of(record, item)));
        match &fact {
            Fact::Fails(Some(rule), _) | Fact::Lacks(rule, _) if seen.settings.is_off(rule) => {
                Standing {
                    item,
                    state: State::NotApplicable,
                    says: format!("the settings switch `{rule}` off"),
                    rule: None,
                }
            }
            _ => stand(item, fact, said),
        }
    };
    let items: Vec<Standing> = ITEMS.iter().map(standing).collect();
    let excused = |mark: &Mark| {
        let item = match mark.rule {
            "missing-test" => "tests-added",
            _ => "commented",
        };
        let mut standing = items.iter().filter(|it| it.item.name == item);
        standing.any(|it| it.state == State::NotApplicable)
    };
    let shown = marks.iter().filter(|mark| !excused(mark)).cloned();
    Checklist {
        marks: shown.filter(|it| !seen.settings.is_off(it.rule)).collect(),
        items,
        unanswered: QUESTIONS
            .iter()
            .filter(|one| {
                seen.record
                    .is_none_or(|record| record.answer(one).is_none())
            })
            .collect(),
        steps: steps::standing(seen.record),
    }
}

/// What a person says of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Nothing.
    Nothing,
    /// It holds.
    Ticked,
    /// It does not apply; the reason, which may be missing.
    NotApplicable(String),
}

/// The task of the record that is about `item`.
#[must_use]
pub fn task_of<'r>(record: &'r Record, item: &Item) -> Option<&'r Task> {
    task_called(record, item.name, item.title)
}

/// The task that has `name` in its comment, else the one that begins with `title`.
fn task_called<'r>(record: &'r Record, name: &str, title: &str) -> Option<&'r Task> {
    let tasks = record.tasks();
    let named = |task: &&Task| task.comment.trim() == name;
    let titled = |task: &&Task| task.text.trim().starts_with(title);
    tasks
        .iter()
        .find(named)
        .or_else(|| tasks.iter().find(titled))
}

/// The item that a task of the record is about.
#[must_use]
pub fn item_of(record: &Record, task: &Task) -> Option<&'static Item> {
    ITEMS
        .iter()
        .find(|item| task_of(record, item).is_some_and(|it| it.range == task.range))
}

/// The words that mark an item as not applicable; a reason follows.
pub const NOT_APPLICABLE: &str = "not applicable:";

fn said_of(task: Option<&Task>) -> Said {
    let Some(task) = task else {
        return Said::Nothing;
    };
    let lower = task.text.to_ascii_lowercase();
    if let Some(at) = lower.find(NOT_APPLICABLE) {
        let reason = task.text[at + NOT_APPLICABLE.len()..].trim();
        return Said::NotApplicable(reason.trim_end_matches('.').to_owned());
    }
    if task.ticked {
        Said::Ticked
    } else {
        Said::Nothing
    }
}

fn stand(item: &'static Item, fact: Fact, said: Said) -> Standing {
    let (state, says, rule) = match (said, fact) {
        (Said::NotApplicable(reason), _) if !reason.is_empty() => {
            (State::NotApplicable, reason, None)
        }
        (_, Fact::Holds(says)) => (State::Passed, says, None),
        (Said::Ticked, Fact::Fails(rule, says)) => {
            (State::Failed, format!("ticked by hand, but {says}"), rule)
        }
        (_, Fact::Fails(rule, says)) => (State::Failed, says, rule),
        (Said::Ticked, Fact::Unknown(_) | Fact::Lacks(..)) => {
            (State::Attested, "ticked by hand".to_owned(), None)
        }
        (Said::NotApplicable(_), Fact::Unknown(_) | Fact::Lacks(..)) => {
            let says = "say after `not applicable:` why it does not apply";
            (State::Open, says.to_owned(), None)
        }
        (Said::Nothing, Fact::Unknown(says)) => (State::Open, says, None),
        (Said::Nothing, Fact::Lacks(rule, says)) => (State::Open, says, Some(rule)),
    };
    Standing {
        item,
        state,
        says,
        rule,
    }
}
