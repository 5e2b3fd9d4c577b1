//! `prove`: are the changed tests red on production and green with the hotfix?

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::{PlanFormat, Prove as Arguments};
use super::branch::Branch;
use super::plan::harmless;
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::checklist::proof::{self, Progress, Task, Verdict};
use crate::syntax::Cancel;

/// Runs the changed tests on both sides. Exit code 1 when they prove nothing, 2 when they could not
/// be run.
pub fn run(arguments: &Arguments, terminal: &mut Terminal) -> Exit {
    let Some(branch) = Branch::here(arguments.base.as_deref(), terminal) else {
        return Exit::NotJudged;
    };
    // Ctrl-C ends this process as it ends every other; the keeper cleans up.
    let cancel = Cancel::default();
    let task = Task {
        repository: &branch.repository,
        base: &branch.base,
        settings: &branch.settings,
        runs: arguments.runs,
        cancel: &cancel,
    };
    let mut bar = Bar::new(terminal);
    let proof = proof::prove(task, &mut |progress| bar.show(progress, terminal));
    bar.end();
    let proof = match proof {
        Ok(proof) => proof,
        Err(error) => {
            terminal.trouble(Trouble::new(error.to_string()));
            return Exit::NotJudged;
        }
    };
    kept("proof", proof::keep_proof(task, &proof), terminal);
    terminal.print(&harmless(&match arguments.format {
        PlanFormat::Text => proof::plain(&proof),
        PlanFormat::Markdown => proof::markdown(&proof),
        PlanFormat::Json => super::render::json::object(&proof),
    }));
    match proof.verdict {
        _ if !terminal.troubles().is_empty() => Exit::NotJudged,
        Verdict::Proven => Exit::Clean,
        Verdict::NotRun => Exit::NotJudged,
        _ => Exit::Found,
    }
}

/// Tells where a result was written to.
pub(super) fn kept(part: &str, kept: Result<Option<String>, String>, terminal: &mut Terminal) {
    match kept {
        Ok(Some(record)) => terminal.say(format!("Wrote the {part} into {record}")),
        Ok(None) => {}
        Err(message) => terminal.trouble(Trouble::new(message)),
    }
}

/// What is going on, on stderr.
pub(super) struct Bar(Option<ProgressBar>);

impl Bar {
    /// A bar where a person would see it.
    pub fn new(terminal: &Terminal) -> Self {
        if !terminal.shows_progress() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos}/{len} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Self(Some(bar))
    }

    /// Shows where we are; a log gets a line.
    pub fn show(&mut self, progress: &Progress, terminal: &Terminal) {
        let (step, steps) = progress.step;
        match &self.0 {
            Some(bar) => {
                bar.set_length(u64::from(steps));
                bar.set_position(u64::from(step));
                bar.set_message(progress.what.clone());
            }
            None => terminal.say(format!("{step}/{steps} {}", progress.what)),
        }
    }

    /// Takes the bar away.
    pub fn end(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}
