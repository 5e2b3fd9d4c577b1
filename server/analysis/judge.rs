//! One analysis: both sides prepared once, judged whole or near an edit.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::findings::{finish, severity};
use super::newness::subtract;
use super::pairs::{both_sides, lone_file, whole_change};
use super::places::{broken_parts, code_of};
use super::repeated::{less_repeated, repeats};
use super::side::{self, Raw, of_text, one_side};
use super::touched::{answers_change, callers, touched};
use super::{Comparison, Report, Snapshot, allow};
use crate::compare::branch::Branch;
use crate::compare::edits::Edits;
use crate::compare::matching::Matching;
use crate::rules::{self, FileChange, LoneFile, Trial};
use crate::syntax::{Cancelled, Facts, File, Outline};
use crate::text::Change;
use crate::vcs::Hunk;

/// A snapshot with what every judgement of it needs: hunks, outline and matching are found once.
#[derive(Debug)]
pub struct Analysis<'s> {
    snapshot: &'s Snapshot,
    hunks: Vec<Hunk>,
    outline: OnceCell<Arc<Outline>>,
    facts: Facts,
    matching: OnceCell<Arc<Matching>>,
}

/// What an analysis knows of a text's definitions. It serves the next analysis as well, after edits
/// that leave the definitions as they are.
#[derive(Debug, Clone)]
pub struct Skeleton {
    outline: Arc<Outline>,
    matching: Option<Arc<Matching>>,
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
enum Scope<'f> {
    /// All that the hotfix touches.
    All,
    /// Only these definitions of head, by index.
    Only(&'f BTreeSet<usize>),
}

impl Scope<'_> {
    fn has(self, index: usize) -> bool {
        match self {
            Self::All => true,
            Self::Only(indices) => indices.contains(&index),
        }
    }
}

/// What the rules say of a part of a file.
#[derive(Debug)]
pub struct Partial {
    /// The findings of that part.
    pub report: Report,
    outline: Arc<Outline>,
    judged: BTreeSet<usize>,
}

impl Partial {
    /// Whether the code of `finding` was judged, so that an older finding like it there is out of
    /// date. What is said of a whole file waits for the whole judgement.
    #[must_use]
    pub fn answers_for(&self, finding: &rules::Finding) -> bool {
        let near = rules::find(finding.rule).is_none_or(|rule| rule.trial() == Trial::Near);
        near && self
            .judged
            .contains(&self.outline.index_at(finding.span.start))
    }
}

impl<'s> Analysis<'s> {
    /// Prepares the analysis of `snapshot`.
    #[must_use]
    pub fn new(snapshot: &'s Snapshot) -> Self {
        Self {
            snapshot,
            hunks: snapshot.hunks(),
            outline: OnceCell::new(),
            facts: Facts::default(),
            matching: OnceCell::new(),
        }
    }

    /// Prepares the analysis of `snapshot`, whose head came by `changes` out of the text that
    /// `skeleton` speaks of.
    #[must_use]
    pub fn after(snapshot: &'s Snapshot, skeleton: &Skeleton, changes: &[Change]) -> Self {
        let analysis = Self::new(snapshot);
        let Some(outline) = skeleton.outline.moved(changes, &snapshot.head) else {
            return analysis;
        };
        Self {
            outline: OnceCell::from(Arc::new(outline)),
            matching: skeleton
                .matching
                .clone()
                .map(OnceCell::from)
                .unwrap_or_default(),
            ..analysis
        }
    }

    /// What it found out of the definitions, for the next one. `None` if nothing had to be judged.
    #[must_use]
    pub fn skeleton(&self) -> Option<Skeleton> {
        Some(Skeleton {
            outline: Arc::clone(self.outline.get()?),
            matching: self.matching.get().cloned(),
        })
    }

    /// What is analysed.
    pub(super) fn snapshot(&self) -> &'s Snapshot {
        self.snapshot
    }

    /// What the hotfix changes.
    #[must_use]
    pub fn hunks(&self) -> &[Hunk] {
        &self.hunks
    }

    /// The hotfix's side as rules see it.
    #[must_use]
    pub fn head(&self) -> File<'_> {
        File {
            source: &self.snapshot.head,
            outline: self.outline(),
            settings: &self.snapshot.settings,
            is_test: self.snapshot.is_test,
            facts: &self.facts,
        }
    }

    fn outline(&self) -> &Arc<Outline> {
        self.outline
            .get_or_init(|| Arc::new(Outline::new(&self.snapshot.head)))
    }

    /// Judges all that the hotfix touches.
    ///
    /// # Errors
    /// [`Cancelled`] when the snapshot's flag was set meanwhile.
    pub fn whole(&self) -> Result<Report, Cancelled> {
        self.judge(Scope::All)
    }

    /// Judges only the innermost definitions in which the `edits` (bytes of head) lie: at once
    /// after a keystroke, at the price of the function that is typed in. What an edit does to
    /// other definitions is found by [`Analysis::whole`].
    ///
    /// # Errors
    /// [`Cancelled`] when the snapshot's flag was set meanwhile.
    pub fn near(&self, edits: &[Range<usize>]) -> Result<Partial, Cancelled> {
        let judged = self.around(edits);
        let report = self.judge(Scope::Only(&judged))?;
        Ok(Partial {
            report,
            outline: Arc::clone(self.outline()),
            judged,
        })
    }

    /// Whether [`Analysis::near`] can judge these edits: not if one of them lies outside of all
    /// functions and classes while the tree of the module is out of date.
    #[must_use]
    pub fn can_judge_near(&self, edits: &[Range<usize>]) -> bool {
        self.snapshot.head.is_up_to_date() || !self.around(edits).contains(&0)
    }

    /// The innermost definitions (by index) in which edits lie.
    pub(super) fn around(&self, edits: &[Range<usize>]) -> BTreeSet<usize> {
        let File {
            source, outline, ..
        } = self.head();
        edits
            .iter()
            .flat_map(|edit| code_of(source, edit))
            .map(|at| outline.index_at(at))
            .collect()
    }

    fn judge(&self, scope: Scope<'_>) -> Result<Report, Cancelled> {
        let snapshot = self.snapshot;
        snapshot.cancel.check()?;
        if self.hunks.is_empty() && !self.is_moved() {
            return Ok(Report::default());
        }
        if rules::read_other(&snapshot.path) {
            return Ok(self.of_other());
        }
        let (mut raw, mut candidates) = match &snapshot.base {
            Comparison::AllNew => self.all_new(scope)?,
            Comparison::Production(_) => self.against_production(scope)?,
            Comparison::Gone(side) => {
                let file = side.file(&snapshot.settings, snapshot.is_test);
                (self.of_lone_file(file, true), Vec::new())
            }
        };
        let head = self.head();
        let in_text = self.new_in_text();
        candidates.extend(in_text.iter().cloned());
        raw.extend(in_text);
        let mut findings = finish(head, raw);
        findings.retain(|finding| !allow::noqa_in_production(snapshot, finding, &self.hunks));
        let allowed = allow::apply(head, &mut findings, &candidates, &self.hunks);
        for finding in &mut findings {
            finding.severity = severity(snapshot, finding);
        }
        findings.sort_by_key(|one| (one.span.start, one.span.end, one.rule));
        Ok(Report {
            findings,
            allowed,
            hunks: self.hunks.clone(),
            unjudged: broken_parts(&snapshot.head),
        })
    }

    /// Whether the file has another name than in production.
    fn is_moved(&self) -> bool {
        match &self.snapshot.base {
            Comparison::Production(side) => side.is_elsewhere(&self.snapshot.path),
            Comparison::AllNew | Comparison::Gone(_) => false,
        }
    }

    /// What the rules say of a file that is not Python.
    fn of_other(&self) -> Report {
        let snapshot = self.snapshot;
        let base = snapshot.base.production();
        let base = base.map(|side| &*side.production.text);
        let head = self.head();
        let raw = side::of_texts(head, &snapshot.path, base);
        let mut findings = finish(head, raw);
        for finding in &mut findings {
            finding.severity = severity(snapshot, finding);
        }
        let fault = rules::unreadable(&snapshot.path, base, head.source.text());
        Report {
            findings,
            hunks: self.hunks.clone(),
            unjudged: fault.into_iter().collect(),
            ..Report::default()
        }
    }

    fn all_new(&self, scope: Scope<'_>) -> Result<Judged, Cancelled> {
        let head = self.head();
        let mut raw = Vec::new();
        for (index, definition) in head.outline.definitions.iter().enumerate() {
            if !scope.has(index) {
                continue;
            }
            self.snapshot.cancel.check()?;
            raw.extend(one_side(head, definition));
        }
        let candidates = raw.clone();
        raw.retain(|one| !self.came_as_it_is(&one.scope));
        if matches!(scope, Scope::All) {
            raw.extend(self.of_lone_file(head, false));
        }
        Ok((raw, candidates))
    }

    fn against_production(&self, scope: Scope<'_>) -> Result<Judged, Cancelled> {
        let (snapshot, head) = (self.snapshot, self.head());
        let Comparison::Production(side) = &snapshot.base else {
            return Ok((Vec::new(), Vec::new()));
        };
        let base = side.file(&snapshot.settings, snapshot.is_test);
        let matching = self.matching.get_or_init(|| {
            Matching::new(base.outline, head.outline, base.source, head.source).into()
        });
        let (in_base, in_head) = self.to_look_at(base, matching, scope);
        snapshot.cancel.check()?;

        let mut now = Vec::new();
        for &index in &in_head {
            snapshot.cancel.check()?;
            now.extend(one_side(head, &head.outline.definitions[index]));
        }
        let mut before = Vec::new();
        for &index in &in_base {
            snapshot.cancel.check()?;
            let judged = side.judged(index, &snapshot.settings, snapshot.is_test);
            before.extend(judged.iter().cloned());
        }
        let candidates = now.clone();
        let mut new = subtract(base, head, matching, &before, now);
        new.retain(|one| !self.came_as_it_is(&one.scope));
        let removed = both_sides(base, head, matching, &in_base, &in_head);
        new.retain(|one| !removed.iter().any(|other| repeats(one, other)));
        if matches!(scope, Scope::All) {
            snapshot.cancel.check()?;
            let mut whole = self.of_whole_change(base, matching, &in_base, &in_head);
            whole.retain(|one| !removed.iter().any(|other| repeats(one, other)));
            new.extend(whole);
        }
        new.extend(removed);
        Ok((new, candidates))
    }

    /// Whether production has the code of this scope in another file, word for word.
    fn came_as_it_is(&self, scope: &str) -> bool {
        let Some(branch) = &self.snapshot.branch else {
            return false;
        };
        let dots = scope.match_indices('.').map(|(at, _)| &scope[..at]);
        let came = |name| branch.came(&self.snapshot.path, name);
        dots.chain([scope])
            .any(|name| came(name).is_some_and(|one| one.same))
    }

    /// What the rules say of a file that only one side has, in view of the whole branch.
    fn of_lone_file(&self, file: File<'_>, is_gone: bool) -> Vec<Raw> {
        let Some(branch) = &self.snapshot.branch else {
            return Vec::new();
        };
        let path = &self.snapshot.path;
        let found = lone_file(&LoneFile { path, file, branch }, self.head(), is_gone);
        less_repeated(&found)
    }

    /// What the rules say of the change of the whole file.
    fn of_whole_change(
        &self,
        base: File<'_>,
        matching: &Matching,
        in_base: &BTreeSet<usize>,
        in_head: &BTreeSet<usize>,
    ) -> Vec<Raw> {
        let head = self.head();
        let edits = Edits::new(base.source, head.source, &self.hunks);
        let production = self.snapshot.base.production();
        let unknown = Branch::default();
        let found = whole_change(&FileChange {
            path: &self.snapshot.path,
            base_path: production
                .map(|side| &*side.production.path)
                .filter(|path| !path.is_empty())
                .unwrap_or(&self.snapshot.path),
            branch: self.snapshot.branch.as_deref().unwrap_or(&unknown),
            base,
            head,
            hunks: &self.hunks,
            edits: &edits,
            matching,
            in_base,
            in_head,
        });
        less_repeated(&found)
    }

    /// The definitions of production and of head, by index, that have to be judged.
    fn to_look_at(
        &self,
        base: File<'_>,
        matching: &Matching,
        scope: Scope<'_>,
    ) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let head = self.head();
        let hunks = || self.hunks.iter();
        let mut in_head = touched(
            head.outline,
            head.source,
            hunks().map(|one| one.head.clone()),
        );
        let mut in_base = touched(
            base.outline,
            base.source,
            hunks().map(|one| one.base.clone()),
        );
        in_head.extend(in_base.iter().filter_map(|&index| matching.head_of(index)));
        if !matches!(scope, Scope::Only(_)) {
            let answering = in_head
                .iter()
                .copied()
                .filter(|&index| answers_change(base, head, matching.base_of(index), index))
                .collect();
            in_head.extend(callers(head.outline, head.source, &answering));
        }
        if !matches!(scope, Scope::All) {
            in_head.retain(|&index| scope.has(index));
            in_base.retain(|&index| {
                matching
                    .head_of(index)
                    .is_none_or(|partner| in_head.contains(&partner))
            });
        }
        in_base.extend(in_head.iter().filter_map(|&index| matching.base_of(index)));
        (in_base, in_head)
    }

    /// What the rules say of the whole text, on changed lines and not in production already.
    fn new_in_text(&self) -> Vec<Raw> {
        let (snapshot, head) = (self.snapshot, self.head());
        let mut found = of_text(head);
        let lines = head.source.lines();
        found.retain(|one| {
            let line = u32::try_from(lines.line_of(one.draft.span.start)).unwrap_or(u32::MAX);
            self.hunks.iter().any(|hunk| hunk.head.contains(&line))
        });
        if let (false, Comparison::Production(side)) = (found.is_empty(), &snapshot.base) {
            for old in of_text(side.file(&snapshot.settings, snapshot.is_test)) {
                let same = |one: &Raw| one.rule == old.rule && one.tokens == old.tokens;
                if let Some(at) = found.iter().position(same) {
                    found.remove(at);
                }
            }
        }
        found
    }
}

/// What is new, and all that the rules said before production's part was taken away.
type Judged = (Vec<Raw>, Vec<Raw>);
