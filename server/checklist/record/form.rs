//! What a record asks: its sections, and the questions that only a person can answer.

/// A section of the record: a heading `##`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// What was reported.
    Report,
    /// What was found out about it.
    Diagnosis,
    /// Why it happens.
    RootCause,
    /// What is changed, and what that risks.
    Fix,
    /// What proves the fix.
    Tests,
    /// What was written for others.
    Documentation,
    /// How to take it back.
    Rollback,
    /// What is looked at after the release.
    Verification,
    /// The items that must hold before it ships.
    Checklist,
}

/// The sections in the order of the file.
pub const SECTIONS: [Section; 9] = [
    Section::Report,
    Section::Diagnosis,
    Section::RootCause,
    Section::Fix,
    Section::Tests,
    Section::Documentation,
    Section::Rollback,
    Section::Verification,
    Section::Checklist,
];

impl Section {
    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Report => "Report",
            Self::Diagnosis => "Diagnosis",
            Self::RootCause => "Root cause",
            Self::Fix => "Fix and risk",
            Self::Tests => "Tests",
            Self::Documentation => "Documentation",
            Self::Rollback => "Rollback",
            Self::Verification => "Verification",
            Self::Checklist => "Checklist",
        }
    }

    /// Whether a person's heading means this section.
    pub(super) fn is_called(self, title: &str) -> bool {
        same_title(self.title(), title)
    }
}

/// Whether two headings say the same, apart from case, blanks and the mark at the end.
pub(super) fn same_title(one: &str, other: &str) -> bool {
    let words = |title: &str| title.trim_end_matches(['?', ':', ' ']).to_lowercase();
    words(one)
        .split_whitespace()
        .eq(words(other).split_whitespace())
}

/// A question of the record.
#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name in commands and JSON.
    pub name: &'static str,
    /// Where it stands.
    pub section: Section,
    /// Its heading `###`; none when the section itself is the question.
    pub heading: Option<&'static str>,
    /// What an answer should say, in one or two sentences.
    pub help: &'static str,
}

impl Question {
    /// The heading below which it is answered.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.heading.unwrap_or(self.section.title())
    }
}

const fn ask(
    name: &'static str,
    section: Section,
    heading: &'static str,
    help: &'static str,
) -> Question {
    Question {
        name,
        section,
        heading: Some(heading),
        help,
    }
}

/// All questions, in the order of the file.
pub const QUESTIONS: &[Question] = &[
    ask(
        "error",
        Section::Report,
        "What goes wrong?",
        "The exact error or behaviour, as users or logs show it.",
    ),
    ask(
        "when",
        Section::Report,
        "When does it happen?",
        "Since when, with which input, under which conditions, and how often.",
    ),
    ask(
        "impact",
        Section::Report,
        "Who is affected?",
        "How many users or requests, how badly, and whether data is lost or wrong.",
    ),
    ask(
        "last-working",
        Section::Report,
        "When did it last work?",
        "The release or the commit in which it still worked.",
    ),
    ask(
        "reproduction",
        Section::Diagnosis,
        "How is it reproduced?",
        "The fewest steps that show it, best as a test that is red on production.",
    ),
    ask(
        "regression",
        Section::Diagnosis,
        "Is it a regression?",
        "Whether it worked before, and which change broke it.",
    ),
    ask(
        "origin",
        Section::Diagnosis,
        "Is it code or configuration?",
        "Whether a setting, an environment or a dependency differs where it fails.",
    ),
    ask(
        "environments",
        Section::Diagnosis,
        "Where does it happen?",
        "Which environments show it, and which do not: development, staging, production.",
    ),
    ask(
        "workaround",
        Section::Diagnosis,
        "Is there a workaround?",
        "What users or operators can do until the fix is out, or that there is nothing.",
    ),
    Question {
        name: "root-cause",
        section: Section::RootCause,
        heading: None,
        help: "Why it happens, not only where it shows. A guard around a symptom is no root cause.",
    },
    ask(
        "fix",
        Section::Fix,
        "What does the fix change?",
        "What is different now, and why this is enough and not more.",
    ),
    ask(
        "risk",
        Section::Fix,
        "What could go wrong?",
        "What the fix itself can break, and how one would notice.",
    ),
    ask(
        "side-effects",
        Section::Fix,
        "What else is touched?",
        "Callers, other services, stored data and integrations that see the change, and whether \
         all of them go on as before.",
    ),
    ask(
        "tests",
        Section::Tests,
        "Which tests prove it?",
        "The test that was red without the fix, and the edge cases that were thought of.",
    ),
    ask(
        "documentation",
        Section::Documentation,
        "What was written down?",
        "Which document tells of the changed behaviour and what operators have to do for it, or \
         that behaviour did not change.",
    ),
    ask(
        "rollback-safety",
        Section::Rollback,
        "Can it be taken back safely?",
        "What stays behind after a revert: data, migrations, caches and messages that the old code \
         has to read. Or that nothing does.",
    ),
    ask(
        "rollback-trigger",
        Section::Rollback,
        "When is it rolled back?",
        "The number or the error after which nobody has to discuss it any more.",
    ),
    ask(
        "rollback-people",
        Section::Rollback,
        "Who has to know?",
        "Who rolls it back, and who is told.",
    ),
    ask(
        "watch",
        Section::Verification,
        "What is watched after the release?",
        "The health check, the error rate and the dashboard that show whether it works.",
    ),
];

/// Words that stand for an answer and give none.
const EMPTY_ANSWERS: [&str; 10] = ["", "-", "–", "—", "…", "...", "?", "tbd", "todo", "fixme"];

/// Whether a text is only there to be replaced.
pub(super) fn says_nothing(text: &str) -> bool {
    let text = text.trim().trim_end_matches('.').to_lowercase();
    EMPTY_ANSWERS.contains(&&*text)
}
