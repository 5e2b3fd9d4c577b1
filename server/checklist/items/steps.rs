//! What is done around the merge. Nobody can see it from here, so a person ticks it, in the record
//! or in the pull request that the record becomes.

use serde::Serialize;

use super::{NOT_APPLICABLE, Said, said_of};
use crate::checklist::record::{Record, Task};

/// When a step is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Before the hotfix is merged.
    BeforeMerge,
    /// After it is in production; with the last of these the hotfix is complete.
    AfterRelease,
}

impl When {
    /// Both, in the order of the record.
    pub const ALL: [Self; 2] = [Self::BeforeMerge, Self::AfterRelease];

    /// The heading above its steps.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::BeforeMerge => "Before the merge",
            Self::AfterRelease => "After the release",
        }
    }
}

/// A step around the merge.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name in comments and JSON.
    pub name: &'static str,
    /// What holds when it is ticked.
    pub title: &'static str,
    /// Why it matters, and how it is seen.
    pub help: &'static str,
    /// When it is due.
    pub when: When,
}

const fn step(name: &'static str, when: When, title: &'static str, help: &'static str) -> Step {
    Step {
        name,
        title,
        help,
        when,
    }
}

/// The steps in the order of the record.
pub const STEPS: [Step; 7] = [
    step(
        "reviewed",
        When::BeforeMerge,
        "A second person has reviewed it",
        "Whoever was up all night with a bug no longer sees what the fix breaks. \
         `hotfix-ls report` names people who know the code.",
    ),
    step(
        "staging",
        When::BeforeMerge,
        "It was tried in staging",
        "With the settings and the data of production, and with the steps that show the bug.",
    ),
    step(
        "deployed",
        When::AfterRelease,
        "It runs in production",
        "Every instance answers with the new version, not only the first one.",
    ),
    step(
        "healthy",
        When::AfterRelease,
        "The health checks pass",
        "On every instance, and still some minutes later.",
    ),
    step(
        "error-rate",
        When::AfterRelease,
        "The errors have become fewer",
        "The error of the report is gone, or as rare as it was before the bug.",
    ),
    step(
        "monitoring",
        When::AfterRelease,
        "The monitoring shows that the fix works",
        "Its log line or its metric appears where the bug used to. A quiet dashboard can also mean \
         that nobody uses it at this hour.",
    ),
    step(
        "no-new-errors",
        When::AfterRelease,
        "No new error has come with it",
        "Look for errors that production did not have yesterday. If there are some, the rollback \
         plan says what to do.",
    ),
];

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// A person ticked it.
    Done,
    /// A person says, with a reason, that it does not apply.
    NotApplicable,
    /// Nobody has said anything.
    Open,
}

/// A step and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepStanding {
    /// The step.
    pub step: &'static Step,
    /// How it stands.
    pub state: StepState,
    /// The person's reason; empty unless it does not apply.
    pub reason: String,
}

/// The task of the record that is about `step`.
#[must_use]
pub fn task_of_step<'r>(record: &'r Record, step: &Step) -> Option<&'r Task> {
    super::task_called(record, step.name, step.title)
}

/// The step that a task of the record is about.
#[must_use]
pub fn step_of(record: &Record, task: &Task) -> Option<&'static Step> {
    STEPS
        .iter()
        .find(|step| task_of_step(record, step).is_some_and(|it| it.range == task.range))
}

/// Every step, as the record has it.
pub(super) fn standing(record: Option<&Record>) -> Vec<StepStanding> {
    let one = |step: &'static Step| {
        let task = record.and_then(|record| task_of_step(record, step));
        let (state, reason) = match said_of(task) {
            Said::Ticked => (StepState::Done, String::new()),
            Said::NotApplicable(reason) if !reason.is_empty() => (StepState::NotApplicable, reason),
            Said::NotApplicable(_) | Said::Nothing => (StepState::Open, String::new()),
        };
        StepStanding {
            step,
            state,
            reason,
        }
    };
    STEPS.iter().map(one).collect()
}

/// What there is to say about a step.
#[must_use]
pub fn about_step(step: &Step) -> String {
    format!(
        "**{}**\n\n{}\n\nNobody can see it from here: tick it by hand, in the record or in the \
         pull request.\n\nWhere it does not apply, write behind it: `{NOT_APPLICABLE} the reason`\n",
        step.title, step.help
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_open_until_a_person_ticks_it_or_says_why_not() {
        let text = "## Verification\n\n- [x] Reviewed by Grace <!-- reviewed -->\n\
                    - [ ] It was tried in staging: not applicable: there is none\n\
                    - [ ] It runs in production: not applicable:\n";
        let record = Record::parse(text).expect("a record");
        let found: Vec<_> = standing(Some(&record))
            .into_iter()
            .take(4)
            .map(|it| (it.step.name, it.state, it.reason))
            .collect();
        let open = |name| (name, StepState::Open, String::new());
        assert_eq!(
            found,
            [
                ("reviewed", StepState::Done, String::new()),
                (
                    "staging",
                    StepState::NotApplicable,
                    "there is none".to_owned()
                ),
                open("deployed"),
                open("healthy"),
            ]
        );
        let none = standing(None);
        assert!(none.iter().all(|it| it.state == StepState::Open));
    }

    #[test]
    fn no_step_is_taken_for_an_item() {
        let names = crate::checklist::items::ITEMS.iter().map(|it| it.name);
        let mut names: Vec<_> = names.chain(STEPS.iter().map(|it| it.name)).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
