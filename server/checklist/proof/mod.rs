//! The proof: the changed tests are red on production and green with the hotfix.
//!
//! # What is executed, and where
//!
//! Only on the user's explicit command, and only the project's tests, with the user's rights and in
//! the user's environment: this is as safe as running the tests by hand, and no safer. They run in
//! copies in a temporary folder, so that the work tree stays as it is. No worktree is registered
//! with git, no hook and no filter runs. [`keeper`] says how folder and processes go away.

mod command;
mod evidence;
mod judge;
mod keep;
pub mod keeper;
mod report;
mod scene;
mod select;
mod stage;
mod stamp;
mod store;
mod text;
mod types;
mod verify;

use std::io;

use crate::config::Settings;
use crate::syntax::Cancel;
use crate::vcs::{BaseCommit, BaseError, CopyError, Repository};
use keeper::KeeperError;
use report::Report;
use scene::Side;
use stage::Stage;

pub use evidence::evidence;
pub use keep::{keep_proof, keep_verification};
pub use stamp::stamp;
pub use store::{PROOF, VERIFICATION, load};
pub use text::{markdown, plain};
pub use types::{Outcome, Proof, Reading, Seen, Stamp, TestProof, Verdict};
pub use verify::{SUITES, Suite, SuiteKind, SuiteResult, Verification, verify};

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// Git cannot be read.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// The copies cannot be made.
    #[error(transparent)]
    Copy(CopyError),
    /// The temporary folder cannot be used.
    #[error("the temporary folder cannot be used ({0}): look at TMPDIR and at the free space")]
    Disk(#[from] io::Error),
    /// The keeper cannot be used.
    #[error(transparent)]
    Keeper(KeeperError),
    /// It was cancelled.
    #[error("stopped before the end")]
    Cancelled,
}

impl From<CopyError> for ProofError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Stopped => Self::Cancelled,
            other => Self::Copy(other),
        }
    }
}

impl From<KeeperError> for ProofError {
    fn from(error: KeeperError) -> Self {
        match error {
            KeeperError::Cancelled => Self::Cancelled,
            other => Self::Keeper(other),
        }
    }
}

/// What is going on, for who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is done right now.
    pub what: String,
    /// Which step of how many.
    pub step: (u32, u32),
}

/// What a proof is about.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// What the hotfix is compared with.
    pub base: &'a BaseCommit,
    /// The settings at the root.
    pub settings: &'a Settings,
    /// How often each side is run, at least once.
    pub runs: u32,
    /// Asked again and again.
    pub cancel: &'a Cancel,
}

/// Runs the changed tests on both sides.
///
/// # Errors
/// [`ProofError`] when it was cancelled, or git, disk or system say no. Tests that cannot be run are
/// no error but a verdict.
pub fn prove(task: Task<'_>, tell: &mut dyn FnMut(&Progress)) -> Result<Proof, ProofError> {
    let Task {
        repository,
        base,
        settings,
        ..
    } = task;
    let changes = repository.changed_files(base)?;
    let ids = select::changed_tests(repository, base, &changes, settings);
    let mut proof = Proof {
        version: 1,
        branch: base.branch.clone(),
        production: base.reference.clone(),
        stamp: stamp(repository, base, &changes, settings),
        command: String::new(),
        verdict: Verdict::NoTests,
        summary: judge::summary(Verdict::NoTests, &[], &base.reference),
        tests: Vec::new(),
        notes: Vec::new(),
        output: None,
    };
    if ids.is_empty() {
        return Ok(proof);
    }
    let rounds = task.runs.max(1);
    let steps = 4 * rounds;
    let mut step = 0;
    let mut next = |what: String| {
        step += 1;
        tell(&Progress {
            what,
            step: (step, steps),
        });
    };
    let mut stage = Stage::start(task, &changes)?;
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut known = None;
    for round in 0..rounds {
        for side in [Side::Production, Side::Head] {
            let name = match side {
                Side::Production => base.reference.as_str(),
                Side::Head => "the hotfix",
            };
            let again = if round == 0 { "" } else { ", once more" };
            next(format!("copying {name}{again}"));
            // A new copy each time: what a test leaves behind would change the next run.
            let copy = stage.copy(task, &changes, side)?;
            let runner = match known.take() {
                Some(runner) => runner,
                None => stage.runner(task, &copy)?,
            };
            proof.command = runner.shown(&ids);
            next(format!("running the changed tests on {name}{again}"));
            let run = stage.run(task, &copy, &runner.command(&ids))?;
            if let Some(why) = run.failure(&runner) {
                proof.verdict = Verdict::NotRun;
                proof.summary = format!("Not run on {name}: {why}");
                proof.output = Some(run.last_lines());
                return Ok(proof);
            }
            let report = run.into_report(&proof.command);
            match side {
                Side::Production => before.push(report),
                Side::Head => after.push(report),
            }
            known = Some(runner);
        }
        if after.iter().all(|report| report.tests.is_empty()) {
            break;
        }
    }
    conclude(&mut proof, &before, &after, base);
    Ok(proof)
}

fn conclude(proof: &mut Proof, before: &[Report], after: &[Report], base: &BaseCommit) {
    proof.tests = judge::tests(before, after);
    proof.verdict = judge::verdict(&proof.tests);
    proof.summary = judge::summary(proof.verdict, &proof.tests, &base.reference);
    let uncollected = after.iter().flat_map(|report| &report.uncollected).next();
    if let Some((file, why)) = uncollected {
        let same = |(_, other): &(String, String)| other == why;
        let on_both = before.iter().any(|it| it.uncollected.iter().any(same));
        // What neither side can import is missing in the environment.
        if on_both && why.contains("No module named") {
            proof.verdict = Verdict::NotRun;
            proof.summary = format!(
                "Not run: {why}; activate the environment that has it, or set `test-command`"
            );
        } else {
            proof.verdict = Verdict::NotFixed;
            proof.summary = format!("Not fixed: {file} cannot be collected with the hotfix: {why}");
        }
    }
    let leaks = before.iter().flat_map(|report| &report.leaks).next();
    if let Some(module) = leaks {
        proof.verdict = Verdict::NotRun;
        proof.summary = format!(
            "Not run on {}: Python took {module} from your work tree instead of production's copy; \
             install the project without editable mode, or name its folder in PYTHONPATH",
            base.reference
        );
    }
    if after
        .iter()
        .any(|report| report.collected.is_none() && report.tests.len() == 1)
    {
        let note = "the command told nothing of single tests, so only its exit code is known: \
                    with pytest each test is told apart";
        proof.notes.push(note.to_owned());
    }
}
