//! What a proof says.

use serde::{Deserialize, Serialize};

/// What running the changed tests on both sides showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The version of this format; a change that breaks readers raises it.
    pub version: u32,
    /// The branch, where there is one.
    pub branch: Option<String>,
    /// The production ref.
    pub production: String,
    /// The states that were compared.
    pub stamp: Stamp,
    /// The command, as a person would write it.
    pub command: String,
    /// What follows.
    pub verdict: Verdict,
    /// The verdict in one sentence.
    pub summary: String,
    /// Each test, sorted by its id.
    pub tests: Vec<TestProof>,
    /// What else a person should know.
    pub notes: Vec<String>,
    /// The last lines of the output where something could not be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// Both sides as they were; a proof holds as long as they stay the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The full object id of production's commit.
    pub base: String,
    /// A hash of all that the hotfix changes, documents left out.
    pub changes: String,
}

/// What a proof comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A changed test is red on production and green with the hotfix.
    Proven,
    /// The changed tests pass on production as well.
    DoesNotReproduce,
    /// A changed test is red with the hotfix.
    NotFixed,
    /// On production the tests cannot be imported, so that they say nothing about the bug.
    CannotTell,
    /// A test is green at one time and red at another.
    Flaky,
    /// The hotfix changes no test.
    NoTests,
    /// The command could not be run, or ran too long.
    NotRun,
}

/// One test on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestProof {
    /// Its id as pytest writes it: `tests/test_shop.py::test_total`.
    pub id: String,
    /// What it did on production.
    pub production: Seen,
    /// What it did with the hotfix.
    pub head: Seen,
    /// What follows for this test.
    pub reading: Reading,
}

/// What a test did on one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// How it ended.
    pub outcome: Outcome,
    /// The exception's name, where there was one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub exception: String,
    /// The first line of its message.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Green.
    Passed,
    /// Red: an assertion failed.
    Assertion,
    /// Red: another exception.
    Error,
    /// Red: something could not be imported.
    Import,
    /// Its file could not be collected.
    Collection,
    /// It was skipped, or is expected to fail.
    Skipped,
    /// It was not run.
    Missing,
}

/// What follows for one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Red on production, green with the hotfix.
    Proves,
    /// Green on both sides.
    PassesOnBoth,
    /// Red with the hotfix.
    FailsOnHead,
    /// Green with the hotfix, and production lacks what it imports.
    CannotTell,
    /// Not the same at each time.
    Flaky,
    /// Skipped or not run.
    NotRun,
}

impl Outcome {
    /// Whether the test failed.
    #[must_use]
    pub fn is_red(self) -> bool {
        matches!(
            self,
            Self::Assertion | Self::Error | Self::Import | Self::Collection
        )
    }
}

impl Verdict {
    /// Whether the proof succeeded.
    #[must_use]
    pub fn is_proven(self) -> bool {
        self == Self::Proven
    }
}
