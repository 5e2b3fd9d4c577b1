//! The temporary folder with the copies, and the runs in it.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::command::{self, PROBE, Place, Runner, UNITTEST};
use super::keeper::{Ended, Keeper};
use super::report::{self, Report};
use super::scene::{self, Side};
use super::types::{Outcome, Seen};
use super::{ProofError, Task};
use crate::vcs::ChangedFile;

/// How many of the last lines of the output are kept where something could not be run.
const LAST_LINES: usize = 20;

/// How much of the end of the output is read for that.
const LOG_BYTES: u64 = 32 * 1024;

/// The temporary folder with the copies.
#[derive(Debug)]
pub(super) struct Stage {
    keeper: Keeper,
    probes: PathBuf,
    imports: Vec<String>,
    runs: usize,
}

/// What one run left.
#[derive(Debug)]
pub(super) struct Run {
    /// How the command ended.
    pub ended: Ended,
    report: Report,
    output: String,
    timeout_seconds: u32,
}

impl Stage {
    /// Makes the folder and puts the probes into it.
    pub fn start(task: Task<'_>, changes: &[ChangedFile]) -> Result<Self, ProofError> {
        let keeper = Keeper::start()?;
        let probes = keeper.path().join("probes");
        std::fs::create_dir(&probes)?;
        for (name, text) in [PROBE, UNITTEST] {
            std::fs::write(probes.join(name), text)?;
        }
        Ok(Self {
            probes,
            imports: command::import_folders(task.repository.root(), changes),
            keeper,
            runs: 0,
        })
    }

    /// Makes one copy.
    pub fn copy(
        &self,
        task: Task<'_>,
        changes: &[ChangedFile],
        side: Side,
    ) -> Result<PathBuf, ProofError> {
        scene::copy(task, changes, side, self.keeper.path())
    }

    /// The team's command, else pytest, else unittest.
    pub fn runner(&mut self, task: Task<'_>, copy: &Path) -> Result<Runner, ProofError> {
        if let Some(command) = &task.settings.test_command {
            return Ok(Runner::Own(command.clone()));
        }
        let python = command::python(task.repository.root());
        let ask = [python.as_str(), "-c", "import pytest"].map(str::to_owned);
        let run = self.run(task, copy, &ask)?;
        Ok(if matches!(run.ended, Ended::Code(0)) {
            Runner::Pytest(python)
        } else {
            let runner = self.probes.join(UNITTEST.0);
            Runner::Unittest(python, runner.to_string_lossy().into_owned())
        })
    }

    /// Runs a command in a copy.
    pub fn run(
        &mut self,
        task: Task<'_>,
        copy: &Path,
        command: &[String],
    ) -> Result<Run, ProofError> {
        self.runs += 1;
        let report = self.keeper.path().join(format!("report-{}", self.runs));
        let log = self.keeper.path().join(format!("log-{}", self.runs));
        let place = Place {
            root: task.repository.root(),
            copy,
            probes: &self.probes,
            report: &report,
            log: &log,
            imports: &self.imports,
        };
        let timeout_seconds = task.settings.command_timeout_seconds;
        let request = place.request(command.to_vec(), timeout_seconds);
        let ended = self.keeper.run(&request, task.cancel, &mut || {})?;
        // The copy's path says nothing to anybody once it is gone.
        let copy = format!("{}/", copy.display());
        let output = end_of(&log).unwrap_or_default().replace(&copy, "");
        Ok(Run {
            ended,
            report: report::read(&report),
            output,
            timeout_seconds,
        })
    }
}

/// Whether a POSIX shell complains about the command itself, such as a quote that is never closed.
fn refused(output: &str) -> bool {
    let complains = |line: &str| {
        let says = |words: &str| line.contains(words);
        line.starts_with("sh: ")
            && (says("yntax error") || says("unexpected EOF") || says("unexpected end of file"))
    };
    output.lines().next().is_some_and(complains)
}

/// The end of a log.
fn end_of(log: &Path) -> std::io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LOG_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(LOG_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Run {
    /// Why the run says nothing; none when it does.
    pub fn failure(&self, runner: &Runner) -> Option<String> {
        let is_own = matches!(runner, Runner::Own(_));
        let told = self.tells_tests() || !self.report.uncollected.is_empty();
        match &self.ended {
            Ended::TimedOut => Some(self.timed_out()),
            Ended::NotStarted(why) => Some(format!(
                "the command cannot be started ({why}): set `test-command`"
            )),
            Ended::Signal if self.report.tests.is_empty() => {
                Some("the command was killed by a signal".to_owned())
            }
            Ended::Code(126 | 127) if is_own && !told => {
                Some("the shell cannot run the command: correct `test-command`".to_owned())
            }
            Ended::Code(_) if is_own && !told && refused(&self.output) => {
                Some("the shell cannot read the command: correct `test-command`".to_owned())
            }
            _ if !told && !is_own => Some("the tests did not start".to_owned()),
            _ if self.report.collected == Some(0)
                && self.report.tests.is_empty()
                && self.report.uncollected.is_empty() =>
            {
                Some(match runner {
                    Runner::Unittest(..) => "no test was collected, and pytest is not installed \
                                             here: activate the environment that has it, or set \
                                             the command in hotfix.toml"
                        .to_owned(),
                    _ => "no test was collected".to_owned(),
                })
            }
            _ => None,
        }
    }

    /// Whether the command says that all is well.
    pub fn is_green(&self) -> bool {
        self.ended == Ended::Code(0)
    }

    /// Whether single tests were told.
    pub fn tells_tests(&self) -> bool {
        self.report.collected.is_some() || !self.report.tests.is_empty()
    }

    /// What is said of a run that took too long.
    pub fn timed_out(&self) -> String {
        format!(
            "it took more than {} seconds: raise `command-timeout-seconds`",
            self.timeout_seconds
        )
    }

    /// The last lines of the output.
    pub fn last_lines(&self) -> String {
        let lines: Vec<&str> = self.output.trim_end().lines().collect();
        let start = lines.len().saturating_sub(LAST_LINES);
        lines[start..].join("\n")
    }

    /// What the tests did. Where no probe told, the exit code stands for one test of this name.
    pub fn into_report(self, command: &str) -> Report {
        let mut report = self.report;
        if report.collected.is_none() && report.tests.is_empty() && report.uncollected.is_empty() {
            let outcome = match self.ended {
                Ended::Code(0) => Outcome::Passed,
                _ => Outcome::Error,
            };
            let seen = Seen {
                outcome,
                exception: String::new(),
                message: match self.ended {
                    Ended::Code(code) => format!("exit code {code}"),
                    _ => "killed by a signal".to_owned(),
                },
            };
            report.tests.insert(command.to_owned(), seen);
        }
        report
    }
}
