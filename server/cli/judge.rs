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
use crate::rules::{self, Finding};
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
    /// The fixes of each finding, in the findings' order; empty until [`try_fixes`] has run.
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
        let fixes = vec![Vec::new(); report.findings.len()];
        Self {
            target,
            input: prepared.input,
            snapshot,
            report,
            fixes,
        }
    }

    fn try_fixes(&mut self, shown: Shown) {
        let mut trials = Trials::bounded(&self.snapshot);
        for (finding, fixes) in self.report.findings.iter().zip(&mut self.fixes) {
            if fixes.is_empty() {
                *fixes = match shown {
                    Shown::All => trials.fixes(finding),
                    Shown::First => trials.first_fix(finding).into_iter().collect(),
                    Shown::Safe => trials.safe_fix(finding).into_iter().collect(),
                };
            }
        }
    }

    /// What could not be judged because its syntax is broken. Broken code that the hotfix does not
    /// touch is production's own.
    fn unjudged(&self) -> impl Iterator<Item = Trouble> {
        let is_other = rules::read_other(&self.target.path);
        let lines = self.snapshot.head.lines();
        let broken = self.report.unjudged.iter();
        let broken = broken.map(|bytes| lines.touched(bytes.clone()));
        let touched = broken.filter(move |lines| {
            // The line where a parser gives up may be far from the one that is wrong.
            if is_other {
                return true;
            }
            let hunks = self.report.hunks.iter().map(|hunk| &hunk.head);
            hunks
                .map(|head| head.start as usize..head.end as usize)
                .any(|head| head.start < lines.end && lines.start < head.end)
        });
        touched.map(|touched| {
            let (first, last) = (touched.start + 1, touched.end);
            let bytes = lines.bytes(touched);
            let text = self.snapshot.head.text().get(bytes).unwrap_or_default();
            let notation = rules::notation(&self.target.path);
            let message = if let Some(notation) = notation {
                format!("this is no valid {notation} from here on, so the file was not judged: correct it first")
            } else if text.replace("\r\n", "").contains('\r') {
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

/// Which fixes the reader gets to see. Each is tried before that, which takes longer than finding
/// what it heals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// All of each finding.
    All,
    /// The preferred one of each finding.
    First,
    /// The preferred one where it is safe.
    Safe,
}

/// Finds the fixes of all findings that have none yet, on all processors.
pub fn try_fixes(files: &mut [Judged], shown: Shown) {
    let files: Vec<Mutex<&mut Judged>> = files.iter_mut().map(Mutex::new).collect();
    on_all_processors(files.len(), |index| {
        if let Some(file) = files.get(index) {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.try_fixes(shown);
        }
    });
}

/// Does `work` for each number below `count`, on all processors.
fn on_all_processors(count: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    let go_on = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if count <= index {
                return;
            }
            work(index);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            let thread = std::thread::Builder::new().stack_size(crate::syntax::STACK_BYTES);
            if thread.spawn_scoped(scope, go_on).is_err() {
                break;
            }
        }
    });
    // Where no thread could be had, what is left is done here.
    go_on();
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
    on_all_processors(targets.len(), |index| {
        let (Some(target), Some(slot)) = (targets.get(index), slots.get(index)) else {
            return;
        };
        let outcome = prepare(target)
            .map(|prepared| prepared.map(|prepared| Judged::new(target.clone(), prepared)))
            .transpose();
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
        bar.inc(1);
    });
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
