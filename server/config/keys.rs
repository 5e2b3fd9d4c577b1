//! The one table of configuration keys.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use super::Settings;

/// A key of `hotfix.toml`, of `[tool.hotfix]` and of the editor's settings.
pub struct Key {
    /// The key as it is written.
    pub name: &'static str,
    /// What it sets, in one or two sentences of Markdown.
    pub summary: &'static str,
    /// What it may hold, and the field that it sets.
    pub slot: Slot,
}

type Field<T> = fn(&mut Settings) -> &mut T;

/// What a key may hold, and the field that it sets.
#[derive(Clone, Copy)]
pub enum Slot {
    /// A list of globs, compared with the branch's name.
    BranchGlobs(Field<Vec<String>>),
    /// A list of globs, compared with paths relative to the repository.
    PathGlobs(Field<Vec<String>>),
    /// A git ref, or a list of them in order of preference.
    Refs(Field<Vec<String>>),
    /// A list of Python names, dotted or not.
    Names(Field<Vec<String>>),
    /// A list of strings that only people read.
    Texts(Field<Vec<String>>),
    /// A command line for the shell.
    Command(Field<Option<String>>),
    /// A whole number within limits.
    Whole(RangeLimit, Field<u32>),
    /// `true` or `false`.
    Flag(Field<bool>),
    /// A version such as `v1.2.1`.
    Version(Field<Option<String>>),
    /// The path of a Markdown file with `{branch}` in it.
    RecordPath(Field<String>),
    /// Rule name → `"off"`, `"on"` or a severity.
    Rules,
}

/// The smallest and the largest number that a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeLimit {
    /// The smallest number allowed.
    pub least: u32,
    /// The largest number allowed.
    pub most: u32,
}

impl RangeLimit {
    /// The limit as a range.
    #[must_use]
    pub fn range(self) -> RangeInclusive<i64> {
        i64::from(self.least)..=i64::from(self.most)
    }
}

/// Every key, in the order of the documentation.
pub const KEYS: &[Key] = &[
    Key {
        name: "branches",
        summary: "Globs of branch names that count as hotfix branches. Nothing is judged on other branches.",
        slot: Slot::BranchGlobs(|settings| &mut settings.branches),
    },
    Key {
        name: "production",
        summary: "The ref that the hotfix goes back to, or several in order of preference. Empty: `origin/HEAD`, then `production`, `main` or `master`, then the newest tag.",
        slot: Slot::Refs(|settings| &mut settings.production),
    },
    Key {
        name: "version",
        summary: "The hotfix's version, where neither the branch's name nor the tags tell it.",
        slot: Slot::Version(|settings| &mut settings.version),
    },
    Key {
        name: "exclude",
        summary: "Globs of paths that are never judged.",
        slot: Slot::PathGlobs(|settings| &mut settings.exclude),
    },
    Key {
        name: "tests",
        summary: "Globs of paths that hold tests, where most rules are silent.",
        slot: Slot::PathGlobs(|settings| &mut settings.tests),
    },
    Key {
        name: "loggers",
        summary: "Names of logger variables beside `logger`, `log` and the like.",
        slot: Slot::Names(|settings| &mut settings.loggers),
    },
    Key {
        name: "locks",
        summary: "Names of locks that the code itself does not show to be locks.",
        slot: Slot::Names(|settings| &mut settings.locks),
    },
    Key {
        name: "http-wrappers",
        summary: "Dotted names of functions that send HTTP requests with a timeout already set.",
        slot: Slot::Names(|settings| &mut settings.http_wrappers),
    },
    Key {
        name: "resource-openers",
        summary: "Dotted names of functions that open a resource which the caller must close.",
        slot: Slot::Names(|settings| &mut settings.resource_openers),
    },
    Key {
        name: "error-reporters",
        summary: "Dotted names of functions that report an exception, such as `sentry_sdk.capture_exception`.",
        slot: Slot::Names(|settings| &mut settings.error_reporters),
    },
    Key {
        name: "timeout-seconds",
        summary: "The timeout in seconds that a fix writes.",
        slot: Slot::Whole(
            RangeLimit {
                least: 1,
                most: 3600,
            },
            |settings| &mut settings.timeout_seconds,
        ),
    },
    Key {
        name: "subprocess-timeout",
        summary: "Whether `subprocess.run` without a timeout is reported as well.",
        slot: Slot::Flag(|settings| &mut settings.subprocess_timeout),
    },
    Key {
        name: "record",
        summary: "Where the record of a hotfix lies; `{branch}` stands for the branch's name.",
        slot: Slot::RecordPath(|settings| &mut settings.record),
    },
    Key {
        name: "test-command",
        summary: "The command that `prove` runs; the test files are added at its end. None: the project's pytest.",
        slot: Slot::Command(|settings| &mut settings.test_command),
    },
    Key {
        name: "unit-tests",
        summary: "The command that runs the unit tests, for `verify`. None: `test-command`.",
        slot: Slot::Command(|settings| &mut settings.unit_tests),
    },
    Key {
        name: "integration-tests",
        summary: "The command that runs the integration tests, for `verify`.",
        slot: Slot::Command(|settings| &mut settings.integration_tests),
    },
    Key {
        name: "smoke-tests",
        summary: "The command that runs the smoke tests, for `verify`.",
        slot: Slot::Command(|settings| &mut settings.smoke_tests),
    },
    Key {
        name: "command-timeout-seconds",
        summary: "How long one run of these commands may take, in seconds.",
        slot: Slot::Whole(
            RangeLimit {
                least: 1,
                most: 86_400,
            },
            |settings| &mut settings.command_timeout_seconds,
        ),
    },
    Key {
        name: "notify",
        summary: "Who is told of a rollback: people, channels, addresses.",
        slot: Slot::Texts(|settings| &mut settings.notify),
    },
    Key {
        name: "watch",
        summary: "What is watched after a release and after a rollback: dashboards, alerts, log searches.",
        slot: Slot::Texts(|settings| &mut settings.watch),
    },
    Key {
        name: "budget-files",
        summary: "How many production files a hotfix may change, for each commit on its branch. More is a warning, more than two thirds an information (`oversized-change`).",
        slot: Slot::Whole(
            RangeLimit {
                least: 1,
                most: 1_000_000,
            },
            |settings| &mut settings.budget_files,
        ),
    },
    Key {
        name: "budget-lines",
        summary: "How many lines of production code a hotfix may change, for each commit on its branch. More is a warning, more than two thirds an information (`oversized-change`).",
        slot: Slot::Whole(
            RangeLimit {
                least: 1,
                most: 1_000_000,
            },
            |settings| &mut settings.budget_lines,
        ),
    },
    Key {
        name: "budget-definitions",
        summary: "How many functions of production a hotfix may change, for each commit on its branch. More is a warning, more than two thirds an information (`oversized-change`).",
        slot: Slot::Whole(
            RangeLimit {
                least: 1,
                most: 1_000_000,
            },
            |settings| &mut settings.budget_definitions,
        ),
    },
    Key {
        name: "rules",
        summary: "A table of rule names, each `\"off\"`, `\"on\"`, `\"hint\"`, `\"information\"` or `\"warning\"`.",
        slot: Slot::Rules,
    },
];

impl Slot {
    /// What the key may hold, as documentation and messages name it.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::BranchGlobs(_) | Self::PathGlobs(_) => "list of globs",
            Self::Refs(_) => "ref or list of refs",
            Self::Names(_) => "list of names",
            Self::Texts(_) => "list of strings",
            Self::Command(_) => "command",
            Self::Whole(..) => "whole number",
            Self::Flag(_) => "true or false",
            Self::Version(_) => "version",
            Self::RecordPath(_) => "path",
            Self::Rules => "table",
        }
    }

    /// The default, written as TOML; `None` where nothing is set.
    #[must_use]
    pub fn default_value(self) -> Option<String> {
        let mut defaults = Settings::default();
        match self {
            Self::BranchGlobs(field)
            | Self::PathGlobs(field)
            | Self::Refs(field)
            | Self::Names(field)
            | Self::Texts(field) => Some(format!("{:?}", field(&mut defaults))),
            Self::Whole(_, field) => Some(field(&mut defaults).to_string()),
            Self::Flag(field) => Some(field(&mut defaults).to_string()),
            Self::RecordPath(field) => Some(format!("{:?}", field(&mut defaults))),
            Self::Version(field) | Self::Command(field) => field(&mut defaults).clone(),
            Self::Rules => None,
        }
    }
}

/// The table of keys in Markdown, for the documentation.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from("| key | holds | default | what it sets |\n|---|---|---|---|\n");
    for key in KEYS {
        let default = key
            .slot
            .default_value()
            .map_or_else(|| "–".to_owned(), |value| format!("`{value}`"));
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            key.name,
            key.slot.kind(),
            default,
            key.summary
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for key in KEYS {
            assert!(seen.insert(key.name), "{} stands twice", key.name);
            assert!(
                key.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{} is not in kebab-case",
                key.name
            );
        }
    }

    #[test]
    fn the_defaults_of_the_table_are_the_defaults_of_the_settings() {
        let timeout = KEYS.iter().find(|key| key.name == "timeout-seconds");
        let shown = timeout.and_then(|key| key.slot.default_value());
        assert_eq!(shown, Some(Settings::default().timeout_seconds.to_string()));
    }
}
