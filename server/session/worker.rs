//! The thread that judges open documents: from a keystroke to its findings, without git or disk.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::Shared;
use super::base::{FileBase, Ready};
use super::event::{Event, Publication, Published, Target};
use super::judged::Judged;
use super::merge::{self, Shown};
use super::state::{Open, State};
use super::status::Counts;
use crate::analysis::{self, Analysis, Partial, Report, Skeleton, Snapshot};
use crate::rules;
use crate::syntax::{Cancel, Cancelled, Parsed, Parser, Source};
use crate::text::{Change, Document, Encoding, Lines, change};

/// A parse that takes longer is shown to be under way: the last findings are published for the
/// new version, moved along with the edits. Most parses take a quarter of it; the tail is error
/// recovery after a quote or a bracket.
const PARSE_DEADLINE: Duration = Duration::from_millis(4);

/// How long the rest of the judgement waits behind the early findings. On a machine with few
/// cores it would otherwise keep the threads that send them from running.
const PAUSE: Duration = Duration::from_millis(8);

/// An edit of more lines than this is a paste, not typing.
const MOST_TYPED_LINES: usize = 2;

/// One document as it was when the run began. Everything in it is cheap to clone.
struct Job {
    key: Arc<str>,
    incarnation: u64,
    document: Document,
    parsed: Option<Parsed>,
    skeleton: Option<Skeleton>,
    shown: Arc<Vec<Shown>>,
    /// Whether `shown` was judged against the same base.
    same_base: bool,
    ready: Arc<Ready>,
    cancel: Cancel,
    encoding: Encoding,
    /// What was published for this version before all of it was judged.
    sent: RefCell<Option<Vec<Published>>>,
}

/// Judges waiting documents until the session ends.
pub(super) fn run(shared: &Shared) {
    let mut parser = Parser::new();
    // The background thread asks git meanwhile what the first document is compared with.
    rules::prepare();
    while let Some(job) = next(shared) {
        let (key, incarnation, version) = (
            Arc::clone(&job.key),
            job.incarnation,
            job.document.version(),
        );
        let root = job.ready.root.clone();
        let judged = catch_unwind(AssertUnwindSafe(|| judge(shared, &job, &mut parser)));
        if judged.is_err() {
            // A broken rule must not take the session with it. The text stays without fresh
            // findings until the next edit.
            tracing::error!(uri = %key, version, "judging this text failed");
            parser = Parser::new();
            with(shared, &key, incarnation, |open| {
                open.parsed = None;
                open.skeleton = None;
                open.judged = None;
                open.settled = Some(version);
            });
            shared.tell_status(&root);
        }
        shared.done.notify_all();
    }
}

/// Waits for a document that can be judged. `None` when the session ends.
fn next(shared: &Shared) -> Option<Job> {
    let mut state = shared.lock();
    loop {
        if state.stopped {
            return None;
        }
        let encoding = state.encoding;
        let Some(key) = state.waiting.pop() else {
            state = shared
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        let Some(open) = state.documents.get_mut(&key) else {
            continue;
        };
        match &open.base {
            // Comes back into the queue when the base is known.
            FileBase::Loading => {}
            FileBase::Silent { .. } => {
                let clear = silence(&key, open);
                drop(state);
                if let Some(publication) = clear {
                    publish(shared, publication, None);
                }
                shared.done.notify_all();
                state = shared.lock();
            }
            FileBase::Ready(ready) => {
                open.running = Cancel::default();
                return Some(Job {
                    incarnation: open.incarnation,
                    document: open.document.clone(),
                    parsed: open.parsed.clone(),
                    skeleton: open.skeleton.clone(),
                    shown: Arc::clone(&open.shown),
                    same_base: open
                        .shown_against
                        .as_ref()
                        .is_some_and(|known| Arc::ptr_eq(known, ready)),
                    ready: Arc::clone(ready),
                    cancel: open.running.clone(),
                    key,
                    encoding,
                    sent: RefCell::default(),
                });
            }
        }
    }
}

/// Forgets what was found in a document that is not judged any more. What the client still
/// shows must be removed.
fn silence(key: &Arc<str>, open: &mut Open) -> Option<Publication> {
    open.parsed = None;
    open.skeleton = None;
    open.judged = None;
    open.shown = Arc::default();
    let count = open.document.changes().len();
    open.document.forget_changes(count);
    open.settled = Some(open.document.version());
    std::mem::take(&mut open.visible).then(|| Publication {
        target: Target::Open(Arc::clone(key)),
        version: open.settled,
        incarnation: open.incarnation,
        findings: Vec::new(),
    })
}

#[tracing::instrument(level = "debug", skip_all, fields(version = job.document.version()))]
fn judge(shared: &Shared, job: &Job, parser: &mut Parser) {
    if !job.ready.is_moved()
        && job
            .ready
            .production()
            .is_some_and(|text| job.document.equals_folded(text))
    {
        // What equals production needs no tree: most of two hundred open files.
        finish(shared, job, None, None, None, Vec::new());
        return;
    }
    let text = job.document.text();
    let source = |parsed: Parsed| Source::typed(Arc::clone(&text), parsed);
    let mut previous = merge::moved(&job.shown, job.document.changes());
    let mut early = false;
    if let Some(parsed) = parse_near(job, &text, parser) {
        let snapshot = job.ready.snapshot(source(parsed), job.cancel.clone());
        if let Some(part) = near(job, &snapshot) {
            previous = merge::patch(previous, &snapshot, &part);
            send_early(shared, job, published(job, &snapshot, &previous));
            pause(shared, job);
            early = true;
        }
    }
    let Ok(mut parsed) = parse(shared, job, &text, parser) else {
        with(shared, &job.key, job.incarnation, |open| {
            open.stopped_runs = if early { 0 } else { open.stopped_runs + 1 };
        });
        return;
    };
    let mut snapshot = job
        .ready
        .snapshot(source(parsed.clone()), job.cancel.clone());
    if !early && let Some(part) = near(job, &snapshot) {
        previous = merge::patch(previous, &snapshot, &part);
        send_early(shared, job, published(job, &snapshot, &previous));
        pause(shared, job);
        early = true;
    }
    if !parsed.masks.is_empty()
        && let Some(sound) = sound(job, &text, &parsed, parser)
    {
        parsed = sound;
        snapshot.head = source(parsed.clone());
    }
    let analysis = Analysis::new(&snapshot);
    let report = tracing::debug_span!("analyse").in_scope(|| analysis.whole());
    let skeleton = analysis.skeleton();
    match report {
        Ok(mut report) => {
            mark(shared, job, &snapshot, &mut report);
            let shown = merge::merge(previous, &snapshot, &report);
            let judged = Judged {
                version: job.document.version(),
                snapshot,
                report: Arc::new(report),
            };
            finish(shared, job, Some(parsed), skeleton, Some(judged), shown);
        }
        Err(Cancelled) => with(shared, &job.key, job.incarnation, |open| {
            // The parse is not lost: the next run starts from it.
            open.stopped_runs = if early { 0 } else { open.stopped_runs + 1 };
            open.parsed = Some(parsed);
            open.skeleton = skeleton;
            open.shown = Arc::new(previous);
            if !job.same_base {
                open.shown_against = None;
            }
            open.document.forget_changes(job.document.changes().len());
        }),
    }
}

/// Adds what the checklist says of this file's definitions.
fn mark(shared: &Shared, job: &Job, snapshot: &Snapshot, report: &mut Report) {
    let observed = shared.lock().observed.get(&job.ready.root).cloned();
    let Some(observed) = observed else {
        return;
    };
    let marks = observed.checklist.marks_of(&job.ready.path);
    let marked = analysis::marked(snapshot, &marks.collect::<Vec<_>>(), observed.has_record);
    if !marked.is_empty() {
        report.findings.extend(marked);
        report
            .findings
            .sort_by_key(|finding| (finding.span.start, finding.span.end));
    }
}

/// Lets the early findings reach the client, and spares the long work if the next key follows.
fn pause(shared: &Shared, job: &Job) {
    let idle = |state: &mut State| {
        state.waiting.is_empty() && !state.stopped && !job.cancel.is_cancelled()
    };
    drop(shared.work.wait_timeout_while(shared.lock(), PAUSE, idle));
}

/// Parses all of a text of which some was left out. `None` if it is broken indeed.
fn sound(job: &Job, text: &str, parsed: &Parsed, parser: &mut Parser) -> Option<Parsed> {
    parser
        .parse_whole(text, parsed, &job.cancel)
        .ok()
        .filter(|tree| !tree.root_node().has_error())
        .map(Parsed::from)
}

fn published(job: &Job, snapshot: &Snapshot, shown: &[Shown]) -> Vec<Published> {
    let head = &snapshot.head;
    merge::published(shown, head.text(), head.lines(), job.encoding)
}

/// Whether the text came out of the one that is shown by typing. A paste may bring code from
/// elsewhere: it waits for the whole judgement, which knows where from.
fn is_typed(job: &Job) -> bool {
    let changes = job.document.changes();
    let typed = |change: &Change| {
        change.new_end.row <= change.start.row + MOST_TYPED_LINES
            && change.old_end.row <= change.start.row + MOST_TYPED_LINES
    };
    job.same_base && !changes.is_empty() && changes.iter().all(typed)
}

/// Parses what was typed in, and nothing else.
#[tracing::instrument(level = "debug", skip_all)]
fn parse_near(job: &Job, text: &str, parser: &mut Parser) -> Option<Parsed> {
    let old = job.parsed.as_ref().filter(|_| is_typed(job))?;
    let mut watch = || match job.cancel.check() {
        Ok(()) => ControlFlow::Continue(()),
        Err(Cancelled) => ControlFlow::Break(()),
    };
    let parsed = parser.parse_near(text, old, job.document.changes(), &mut watch);
    parsed.ok().flatten()
}

/// Judges the functions that were typed in, if only they can differ from what is shown.
#[tracing::instrument(level = "debug", skip_all)]
fn near(job: &Job, snapshot: &Snapshot) -> Option<Partial> {
    if !is_typed(job) {
        return None;
    }
    let changes = job.document.changes();
    let edits = change::written(changes);
    let analysis = match &job.skeleton {
        Some(skeleton) => Analysis::after(snapshot, skeleton, changes),
        None => Analysis::new(snapshot),
    };
    analysis
        .can_judge_near(&edits)
        .then(|| analysis.near(&edits).ok())?
}

/// Publishes findings before all of the text is judged.
fn send_early(shared: &Shared, job: &Job, findings: Vec<Published>) {
    if job.sent.borrow().as_ref() == Some(&findings) {
        return;
    }
    job.sent.replace(Some(findings.clone()));
    publish(shared, publication(job, findings), Some(&job.ready));
}

/// Parses the text from the last good tree. If it takes long, the last findings are published
/// meanwhile.
#[tracing::instrument(level = "debug", skip_all)]
fn parse(
    shared: &Shared,
    job: &Job,
    text: &Arc<str>,
    parser: &mut Parser,
) -> Result<Parsed, Cancelled> {
    let deadline = Instant::now() + PARSE_DEADLINE;
    let mut late = false;
    let mut watch = || {
        if job.cancel.is_cancelled() {
            return ControlFlow::Break(());
        }
        if !late && deadline < Instant::now() {
            late = true;
            publish_moved(shared, job, text);
        }
        ControlFlow::Continue(())
    };
    if let Some(old) = &job.parsed {
        return parser.parse_typed(text, old, job.document.changes(), &mut watch);
    }
    if let Some(tree) = job.ready.parse_head(text) {
        return Ok(tree.into());
    }
    let tree = parser.parse_watched(text.as_bytes(), None, &mut watch)?;
    Ok(tree.into())
}

/// Publishes the last findings for the new version. Without any there is nothing to save from
/// flickering, and the client keeps what it has.
fn publish_moved(shared: &Shared, job: &Job, text: &str) {
    let moved = merge::moved(&job.shown, job.document.changes());
    if job.shown.is_empty() {
        return;
    }
    tracing::debug!("the parse takes long");
    let findings = merge::published(&moved, text, &Lines::new(text), job.encoding);
    send_early(shared, job, findings);
}

/// Stores the outcome of a run and publishes it.
fn finish(
    shared: &Shared,
    job: &Job,
    parsed: Option<Parsed>,
    skeleton: Option<Skeleton>,
    judged: Option<Judged>,
    shown: Vec<Shown>,
) {
    let findings = judged
        .as_ref()
        .map_or_else(Vec::new, |judged| published(job, &judged.snapshot, &shown));
    let mut is_first = false;
    with(shared, &job.key, job.incarnation, |open| {
        is_first = open.is_new();
        open.parsed = parsed;
        open.skeleton = skeleton;
        open.shown = Arc::new(shown);
        open.shown_against = Some(Arc::clone(&job.ready));
        open.judged = judged;
        open.document.forget_changes(job.document.changes().len());
        open.settled = Some(job.document.version());
        open.visible = true;
        open.stopped_runs = 0;
    });
    if job.sent.borrow().as_ref() != Some(&findings) {
        publish(shared, publication(job, findings), Some(&job.ready));
    }
    if is_first {
        // Only now: before, the status would have said for an instant that nothing was found.
        shared.tell_status(&job.ready.root);
    }
}

fn publication(job: &Job, findings: Vec<Published>) -> Publication {
    Publication {
        target: Target::Open(Arc::clone(&job.key)),
        version: Some(job.document.version()),
        incarnation: job.incarnation,
        findings,
    }
}

/// Sends a publication, and the status of its repository if its counts changed.
pub(super) fn publish(shared: &Shared, publication: Publication, ready: Option<&Ready>) {
    let counts: Counts = publication
        .findings
        .iter()
        .map(|published| published.finding.severity)
        .collect();
    let target = publication.target.clone();
    shared.send(Event::Findings(publication));
    shared.count(target, counts, ready.map(|ready| &*ready.root));
}

/// Works on a document, if it is still the one that the run began with.
fn with(shared: &Shared, key: &Arc<str>, incarnation: u64, work: impl FnOnce(&mut Open)) {
    let mut state = shared.lock();
    if let Some(open) = state.documents.get_mut(key)
        && open.incarnation == incarnation
    {
        work(open);
    }
}

/// Judges a text that is not open, for the background thread.
///
/// # Errors
/// [`Cancelled`] when `cancel` was set.
pub(super) fn judge_file(
    ready: &Ready,
    text: &str,
    cancel: &Cancel,
    encoding: Encoding,
) -> Result<Vec<Published>, Cancelled> {
    let source = if rules::read_other(&ready.path) {
        Source::plain(text)
    } else {
        Source::new(text.into(), Parser::new().parse(text, None, cancel, None)?)
    };
    let snapshot = ready.snapshot(source, cancel.clone());
    let report: Report = analysis::analyse(&snapshot)?;
    let shown = merge::merge(Vec::new(), &snapshot, &report);
    let head = &snapshot.head;
    Ok(merge::published(
        &shown,
        head.text(),
        head.lines(),
        encoding,
    ))
}
