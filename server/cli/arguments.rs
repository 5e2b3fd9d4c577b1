//! What can be written on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Severity;
use crate::lsp::LogLevel;

/// Judges what a Python hotfix changes against production, and nothing else.
#[derive(Debug, Parser)]
#[command(name = "hotfix-ls", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Verb,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing found at or above --fail-on
  1  something found
  2  could not judge: no base, broken configuration, unreadable file

Start here:
  hotfix-ls demo             see it on a small example repository
  hotfix-ls check            on a hotfix branch: judge what it changes
  hotfix-ls explain RULE     read why a finding matters";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Judge what the hotfix branch changes against production
    ///
    /// Compares the work tree, saved or staged or not, with the commit where the branch left
    /// production. On a branch that is not a hotfix branch nothing is judged; --base REF judges
    /// any branch, and --all needs no git at all.
    Check(Check),
    /// Compare two files or two folders, without git
    ///
    /// OLD stands for production, NEW for the hotfix. The output is that of `check`.
    Compare(Compare),
    /// Apply the safe fixes
    ///
    /// Only fixes that keep every case that worked are applied. Files are replaced in one step,
    /// and never when they changed meanwhile.
    Fix(Fix),
    /// Begin the record of this hotfix, filled with what is known
    ///
    /// The record is one Markdown file that becomes the pull request's text. It is never
    /// overwritten: run again with --traceback, only the part about the traceback is written anew.
    Start(Start),
    /// Show how the items stand that must hold before the hotfix ships
    ///
    /// What can be seen is seen: tests that reach the change, log lines, the changelog. The rest
    /// waits for a tick in the record. Exits with 1 while an item is open or does not hold.
    Checklist(Checklist),
    /// Print what a reviewer has to know: the text of the pull request, or a page to look at
    ///
    /// For example: hotfix-ls report --format html > hotfix.html
    Report(Report),
    /// Run the changed tests on production and on the hotfix
    ///
    /// They must be red on production and green with the hotfix. This runs the project's own code:
    /// the tests that the hotfix changes, with `test-command` or the project's pytest, in two
    /// copies in the temporary folder. The work tree stays as it is. Exits with 1 when the tests
    /// prove nothing, and with 2 when they cannot be run.
    Prove(Prove),
    /// Run the project's unit, integration and smoke tests on the hotfix
    ///
    /// This runs the project's own code: the commands `unit-tests`, `integration-tests` and
    /// `smoke-tests`, each in a copy of the work tree in the temporary folder. Exits with 1 when one
    /// is red, and with 2 when one cannot be run.
    Verify(Verify),
    /// Keep a temporary folder for `prove`
    #[command(name = "keep-folder", hide = true)]
    KeepFolder {
        /// The folder
        folder: PathBuf,
    },
    /// Let a change leave the hotfix for a feature branch, and bring it back
    ///
    /// The hunk at PLACE, or with --definition all that is changed in the function or class there,
    /// becomes a patch in .hotfix/deferred/, and production's lines stand there again. What would
    /// not come back byte by byte does not leave. Without arguments, lists what has left.
    Defer(Defer),
    /// Bring production's lines back, for a hunk, a definition or the layout of a file
    ///
    /// What goes is printed as a diff, so that `git apply -R` undoes it. Files are replaced in one
    /// step, and never when they changed meanwhile.
    Restore(Restore),
    /// Say how this hotfix is taken back, and try it out in memory
    ///
    /// Prints the exact commands for the state of the branch: not merged yet, merged, squashed,
    /// rebased or already taken back. Nothing is run and nothing is changed. Exits with 1 when the
    /// revert would run into a conflict.
    Rollback(Rollback),
    /// Say whether the fix is on other branches, and how it gets there
    ///
    /// A commit counts as present when the branch has it, a commit that changes the same, or one
    /// that names it. Nothing is run and nothing is changed. Exits with 1 when the fix is missing
    /// somewhere.
    Backmerge(Backmerge),
    /// Explain one rule: what it reports, why it matters in production, how to fix it
    Explain {
        /// The name of the rule, as a finding shows it
        rule: String,
    },
    /// List all rules
    Rules {
        /// How to print them
        #[arg(long, value_enum, default_value_t = TableFormat::Text)]
        format: TableFormat,
    },
    /// Print the settings as a JSON schema, for editors that check `hotfix.toml`
    Schema,
    /// Build a small example repository and show the tool on it
    Demo {
        /// Where to build it: a new or empty folder [default: a new temporary folder]
        folder: Option<PathBuf>,
    },
    /// Run as a language server over stdin and stdout
    #[command(visible_alias = "lsp")]
    Server {
        /// Accepted because editors send it; stdin and stdout are the only transport
        #[arg(long)]
        stdio: bool,
        /// How much is logged to stderr [default: what `HOTFIX_LOG` says, or warn]
        #[arg(long, value_enum, value_name = "LEVEL")]
        log_level: Option<LogLevel>,
    },
    /// Print a completion script for a shell
    ///
    /// For example: hotfix-ls completions bash > ~/.local/share/bash-completion/completions/hotfix-ls
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

/// Which files are judged, and against what.
#[derive(Debug, Args)]
pub struct Selection {
    /// Files and folders to look at [default: the whole repository; with --all: this folder]
    pub paths: Vec<PathBuf>,
    /// Compare with this branch, tag or commit, on any branch
    #[arg(long, value_name = "REF", conflicts_with = "all")]
    pub base: Option<String>,
    /// Judge the files as if all of them were new: works on any branch and without git
    #[arg(long)]
    pub all: bool,
}

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub output: Output,
    /// Judge this commit, branch or tag instead of the work tree, without checking it out
    #[arg(long, value_name = "REV", conflicts_with_all = ["all", "stdin_filename"])]
    pub head: Option<String>,
    /// Judge the text that comes on stdin as if it were the content of this file
    #[arg(long, value_name = "PATH", conflicts_with = "paths")]
    pub stdin_filename: Option<PathBuf>,
}

/// `compare`
#[derive(Debug, Args)]
pub struct Compare {
    /// The file or folder as production has it
    pub old: PathBuf,
    /// The file or folder with the hotfix
    pub new: PathBuf,
    #[command(flatten)]
    pub output: Output,
}

/// `defer`
#[derive(Debug, Args)]
pub struct Defer {
    /// The change that leaves: a file and a line in it, as in shop/client.py:12
    #[arg(value_name = "FILE:LINE", conflicts_with_all = ["list", "apply", "branch"])]
    pub place: Option<String>,
    /// All that is changed in the function or class at PLACE leaves, not only the hunk
    #[arg(long, requires = "place")]
    pub definition: bool,
    /// What the change is, in a few words
    #[arg(long, value_name = "TEXT", requires = "place")]
    pub message: Option<String>,
    /// List what has left
    #[arg(long)]
    pub list: bool,
    /// Bring this change back into the work tree; with --branch: put only this one there
    #[arg(long, value_name = "NUMBER")]
    pub apply: Option<u32>,
    /// Make a branch at the base of the hotfix, with all that has left in one commit
    #[arg(long, value_name = "NAME", conflicts_with = "list")]
    pub branch: Option<String>,
    /// Compare with this branch, tag or commit, on any branch
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
}

/// `restore`
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Restore {
    /// The hunk that goes: a file and a line in it, as in shop/client.py:12
    #[arg(value_name = "FILE:LINE")]
    pub place: String,
    /// All that is changed in the function or class there goes, not only the hunk
    #[arg(long)]
    pub definition: bool,
    /// Only the layout goes: whitespace, quotes, brackets and commas in all of the file
    #[arg(long, conflicts_with = "definition")]
    pub formatting: bool,
    /// Only the imports go that the hotfix changes and does not need, in all of the file
    #[arg(long, conflicts_with_all = ["definition", "formatting"])]
    pub imports: bool,
    /// Show what would change and write nothing; exits with 1 when something would change
    #[arg(long)]
    pub diff: bool,
    /// Compare with this branch, tag or commit, on any branch
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
}

/// `start`
#[derive(Debug, Args)]
pub struct Start {
    /// A file with the traceback or the log lines that show the bug; `-` reads stdin
    #[arg(long, value_name = "FILE")]
    pub traceback: Option<PathBuf>,
    /// Compare with this branch, tag or commit, on any branch
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
}

/// `checklist`
#[derive(Debug, Args)]
pub struct Checklist {
    /// Compare with this branch, tag or commit, on any branch
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = ChecklistFormat::Full)]
    pub format: ChecklistFormat,
    /// Write what was seen into its part of the record as well
    #[arg(long)]
    pub write: bool,
}

/// `report`
#[derive(Debug, Args)]
pub struct Report {
    /// Compare with this branch, tag or commit, on any branch
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = ReportFormat::Markdown)]
    pub format: ReportFormat,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// The text of a pull request
    Markdown,
    /// One JSON object
    Json,
    /// One page that needs nothing else
    Html,
}

/// How the checklist is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChecklistFormat {
    /// For the terminal, with the open questions of the record
    Full,
    /// As a list with boxes, for a pull request
    Markdown,
    /// One JSON object
    Json,
}

/// How findings are printed, and when they fail.
#[derive(Debug, Clone, Copy, Args)]
pub struct Output {
    /// How to print the findings
    #[arg(long, value_enum, default_value_t = Format::Full)]
    pub format: Format,
    /// Exit with 1 from this severity on
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    pub fail_on: FailOn,
}

/// `fix`
#[derive(Debug, Args)]
pub struct Fix {
    #[command(flatten)]
    pub selection: Selection,
    /// Show what would change and write nothing; exits with 1 when something would change
    #[arg(long)]
    pub diff: bool,
    /// Fix only what this rule reports (may be given several times)
    #[arg(long, value_name = "NAME")]
    pub rule: Vec<String>,
    /// Apply the preferred fixes that need a review as well: they change what callers may see. Your
    /// own lines are never replaced by production's: that is `restore`
    #[arg(long = "unsafe")]
    pub review: bool,
}

/// `rollback`
#[derive(Debug, Args)]
pub struct Rollback {
    /// The hotfix: a branch, or its last commit [default: the branch that is checked out]
    #[arg(value_name = "HOTFIX")]
    pub hotfix: Option<String>,
    /// Production: a branch or tag [default: as for `check`]
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
}

/// `prove`
#[derive(Debug, Args)]
pub struct Prove {
    /// Production: a branch or tag [default: as for `check`]
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// How often the tests run on each side; a second run tells flaky tests
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub runs: u32,
    /// How to print the proof
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
}

/// `verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// What to run [default: all that is configured, and the unit tests]
    #[arg(value_enum)]
    pub suites: Vec<Suite>,
    /// Production: a branch or tag [default: as for `check`]
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
}

/// A kind of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// `unit-tests`, else `test-command`, else the project's pytest
    Unit,
    /// `integration-tests`
    Integration,
    /// `smoke-tests`
    Smoke,
}

/// `backmerge`
#[derive(Debug, Args)]
pub struct Backmerge {
    /// The branches to look at; `release/*` means all that match
    #[arg(long, value_name = "REF", num_args = 1.., required = true)]
    pub check: Vec<String>,
    /// The hotfix: a branch, or its last commit [default: the branch that is checked out]
    #[arg(long, value_name = "HOTFIX")]
    pub hotfix: Option<String>,
    /// Production: a branch or tag [default: as for `check`]
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
}

/// How a plan or a proof is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For the terminal
    Text,
    /// For a pull request
    Markdown,
    /// One JSON object
    Json,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With the source line, production's line beside it, and the fix
    Full,
    /// One line for each finding
    Concise,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// A code quality report of GitLab
    Gitlab,
    #[value(help = "A JUnit report: each finding is a failed test")]
    Junit,
    /// The diagnostic format of reviewdog
    Rdjson,
    /// A table for a comment or a job summary
    Markdown,
}

/// How the table of rules is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Columns for the terminal
    Text,
    /// A JSON list
    Json,
    /// A Markdown table
    Markdown,
}

/// From which severity on `check` fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Certain findings
    Warning,
    /// Likely and certain findings
    Information,
    /// Every finding
    Hint,
    /// Findings never fail
    Never,
}

impl FailOn {
    /// Whether a finding of this severity fails.
    pub fn includes(self, severity: Severity) -> bool {
        match self {
            Self::Warning => Severity::Warning <= severity,
            Self::Information => Severity::Information <= severity,
            Self::Hint => true,
            Self::Never => false,
        }
    }
}
