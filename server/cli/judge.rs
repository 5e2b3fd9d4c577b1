//! Judging many files at once.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::files::Target;
use super::input::Input;
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::analysis::{self, Comparison, Report, Snapshot, Trials};
use crate::compare::branch::Branch;
use crate::fixes::{Applicability, Fix};
use crate::rules::Finding;
use crate::syntax::Cancel;

/// A file's text and what it is compared with.
pub struct Prepared {
    /// The text.
    pub input: Input,
    /// What it is compared with.
    pub base: Comparison,
    /// The hotfix's version, if it is known.
    pub version: Option<String>,
    /// What the branch does to all of its files, if it was looked at as a whole.
    pub branch: Option<Arc<Branch>>,
}

/// A file that was judged.
pub struct Judged {
    /// The file.
    pub target: Target,
    /// Its text as it was read.
    pub input: Input,
    /// What was judged.
    pub snapshot: Snapshot,
    /// The findings.
    pub report: Report,
    /// The fixes of each finding, in the findings' order.
    pub fixes: Vec<Vec<Fix>>,
}

impl Judged {
    /// Judges one file.
    pub fn new(target: Target, prepared: Prepared) -> Self {
        let snapshot = Snapshot {
            path: target.path.clone(),
            is_test: target.settings.is_test(&target.path),
            head: analysis::source(&target.path, prepared.input.text.as_str()),
            base: prepared.base,
            settings: target.settings.clone(),
            version: prepared.version,
            branch: prepared.branch,
            cancel: Cancel::default(),
        };
        // Nobody cancels here, so the analysis always ends.
        let report = analysis::analyse(&snapshot).unwrap_or_default();
        let mut trials = Trials::bounded(&snapshot);
        let findings = report.findings.iter();
        let fixes = findings.map(|finding| trials.fixes(finding)).collect();
        drop(trials);
        Self {
            target,
            input: prepared.input,
            snapshot,
            report,
            fixes,
        }
    }

    /// What could not be judged because its syntax is broken. Broken code that the hotfix does not
    /// touch is production's own.
    fn unjudged(&self) -> impl Iterator<Item = Trouble> {
        let lines = self.snapshot.head.lines();
        let broken = self.report.unjudged.iter();
        let broken = broken.map(|bytes| lines.touched(bytes.clone()));
        let touched = broken.filter(|lines| {
            let hunks = self.report.hunks.iter().map(|hunk| &hunk.head);
            hunks
                .map(|head| head.start as usize..head.end as usize)
                .any(|head| head.start < lines.end && lines.start < head.end)
        });
        touched.map(|touched| {
            let (first, last) = (touched.start + 1, touched.end);
            let bytes = lines.bytes(touched);
            let text = self.snapshot.head.text().get(bytes).unwrap_or_default();
            let message = if text.replace("\r\n", "").contains('\r') {
                "a carriage return alone ends a line here, so it was not judged: give the file line ends of one kind".to_owned()
            } else if first == last {
                "this line is not valid Python, so it was not judged: correct it first".to_owned()
            } else {
                format!("lines {first} to {last} are not valid Python, so they were not judged: correct them first")
            };
            Trouble::on_line(&self.target.shown, first, message)
        })
    }

    /// Each finding with its fixes.
    pub fn findings(&self) -> impl Iterator<Item = (&Finding, &[Fix])> {
        self.report
            .findings
            .iter()
            .zip(self.fixes.iter().map(Vec::as_slice))
    }
}

/// The fix that `hotfix-ls fix` applies without a look.
pub fn safe_fix(fixes: &[Fix]) -> Option<&Fix> {
    fixes
        .iter()
        .find(|fix| fix.preferred && fix.applicability == Applicability::Safe)
}

/// Runs `work` where deeply nested code cannot end the process; the default where the system
/// refuses a thread.
pub fn on_a_large_stack<T: Send + Default>(work: impl FnOnce() -> T + Send) -> T {
    let mut result = None;
    let slot = &mut result;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(crate::syntax::STACK_BYTES);
        let _ = thread.spawn_scoped(scope, move || *slot = Some(work()));
    });
    result.unwrap_or_default()
}

/// How a file is read: its text and base, `None` when nothing is to be judged in it.
pub trait Prepare: Fn(&Target) -> Result<Option<Prepared>, Trouble> + Sync {}

impl<F: Fn(&Target) -> Result<Option<Prepared>, Trouble> + Sync> Prepare for F {}

/// Judges `targets` on all processors. Trouble with one file is told and leaves the others alone.
/// The order of the targets is kept.
pub fn judge_all(
    targets: &[Target],
    prepare: impl Prepare,
    terminal: &mut Terminal,
) -> Vec<Judged> {
    let bar = progress(targets.len(), terminal);
    let slots: Vec<Mutex<Option<Result<Judged, Trouble>>>> =
        targets.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((target, slot)) = pick(&next, targets, &slots) {
            let outcome = prepare(target)
                .map(|prepared| prepared.map(|prepared| Judged::new(target.clone(), prepared)))
                .transpose();
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
            bar.inc(1);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let wanted = threads.min(targets.len());
    std::thread::scope(|scope| {
        for _ in 0..wanted {
            let thread = std::thread::Builder::new().stack_size(crate::syntax::STACK_BYTES);
            if thread.spawn_scoped(scope, work).is_err() {
                break;
            }
        }
    });
    // Where no thread could be had, what is left is done here.
    work();
    bar.finish_and_clear();
    let outcomes = slots
        .into_iter()
        .filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner));
    let mut judged = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(file) => {
                file.unjudged()
                    .for_each(|trouble| terminal.trouble(trouble));
                judged.push(file);
            }
            Err(trouble) => terminal.trouble(trouble),
        }
    }
    judged
}

fn pick<'a, T>(
    next: &AtomicUsize,
    targets: &'a [Target],
    slots: &'a [T],
) -> Option<(&'a Target, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((targets.get(index)?, slots.get(index)?))
}

fn progress(files: usize, terminal: &Terminal) -> ProgressBar {
    // Fewer files are done before a bar could be read.
    const WORTH_A_BAR: usize = 50;
    if files < WORTH_A_BAR || !terminal.shows_progress() {
        return ProgressBar::hidden();
    }
    let length = u64::try_from(files).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("judging {bar:30} {pos} of {len} files") {
        bar.set_style(style);
    }
    bar
}
