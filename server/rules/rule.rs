//! What a rule is: a check of one scope on one side, or of a definition on both, and the fixes.

use std::collections::BTreeSet;
use std::ops::Range;

use tree_sitter::Node;

use super::{Confidence, Finding, Meta, Place, Related};
use crate::compare::branch::Branch;
use crate::compare::edits::Edits;
use crate::compare::matching::Matching;
use crate::fixes::Fix;
use crate::syntax::Unit;
use crate::vcs::Hunk;

/// One rule. The engine runs `check` on production's side and on the hotfix's side of every
/// definition that the hotfix touches and reports what only the hotfix has; a rule never asks
/// whether something is new.
pub trait Rule: Sync {
    /// What the rule says of itself.
    fn meta(&self) -> &'static Meta;

    /// Judges one scope's own code on one side.
    fn check(&self, _unit: &Unit<'_>, _reporter: &mut Reporter) {}

    /// Judges the text of one side's whole file, where what is looked for breaks the syntax. Spans
    /// on lines that the hotfix does not change are dropped; keep it to one quick search.
    fn check_text(&self, _file: crate::syntax::File<'_>, _reporter: &mut Reporter) {}

    /// Whether the rule reads files of this path (relative to the repository, with `/`) that are
    /// not Python: manifests, locks. They are listed beside the changed Python files then.
    fn reads(&self, _path: &str) -> bool {
        false
    }

    /// Judges both sides of a file that is not Python and that [`Rule::reads`].
    fn compare_texts(&self, _texts: &Texts<'_>, _reporter: &mut Reporter) {}

    /// Judges both sides of one definition together. Runs only where both sides parse.
    fn compare(&self, _pair: &Pair<'_>, _reporter: &mut Reporter) {}

    /// Judges the change of a whole file: its hunks, and where its definitions went. Runs in the
    /// whole judgement only, not at once behind a keystroke.
    fn compare_files(&self, _change: &FileChange<'_>, _reporter: &mut Reporter) {}

    /// Judges a file that only the hotfix has. Does not run where all code counts as new without a
    /// look at the branch (`check --all`).
    fn added_file(&self, _file: &LoneFile<'_>, _reporter: &mut Reporter) {}

    /// Judges a file that only production has. There is nothing to underline: spans are `0..0`.
    fn deleted_file(&self, _file: &LoneFile<'_>, _reporter: &mut Reporter) {}

    /// What has to be judged again to see whether a fix heals. A rule that uses `compare_files`
    /// answers otherwise than [`Trial::Near`].
    fn trial(&self) -> Trial {
        Trial::Near
    }

    /// Why this finding matters in production, where the rule reports several things and the first
    /// sentence of its documentation speaks of another.
    fn why(&self, _finding: &Finding) -> Option<&'static str> {
        None
    }

    /// The fixes of one of this rule's findings, the preferred one first. The engine applies each
    /// on trial and offers only those after which the file parses and the finding is gone.
    fn fixes(&self, _context: &FixContext<'_>, _finding: &Finding) -> Vec<Fix> {
        Vec::new()
    }
}

/// A definition on both sides; one side is missing when it was added or removed.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// Production's side.
    pub base: Option<&'a Unit<'a>>,
    /// The hotfix's side.
    pub head: Option<&'a Unit<'a>>,
    /// The whole files, for protection that moved elsewhere.
    pub base_file: crate::syntax::File<'a>,
    /// The hotfix's file.
    pub head_file: crate::syntax::File<'a>,
}

/// What has to be judged again to see whether a fix heals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// The definitions that the fix changes.
    Near,
    /// The whole file.
    Whole,
    /// Nothing but the syntax: the fix puts production's text back where the finding is.
    Syntax,
}

/// The change of a whole file that production has.
#[derive(Debug, Clone, Copy)]
pub struct FileChange<'a> {
    /// The file's path relative to its repository.
    pub path: &'a str,
    /// The path in production, another one if the file was renamed.
    pub base_path: &'a str,
    /// What the branch does to all of its files.
    pub branch: &'a Branch,
    /// Production's file.
    pub base: crate::syntax::File<'a>,
    /// The hotfix's file.
    pub head: crate::syntax::File<'a>,
    /// What the hotfix changes, by lines.
    pub hunks: &'a [Hunk],
    /// The same as code.
    pub edits: &'a Edits<'a>,
    /// Which definition is which.
    pub matching: &'a Matching,
    /// The definitions of production that the hunks touch, and the counterparts of head's.
    pub in_base: &'a BTreeSet<usize>,
    /// The definitions of head that the hunks touch, and the counterparts of production's.
    pub in_head: &'a BTreeSet<usize>,
}

/// A file that one side does not have.
#[derive(Debug, Clone, Copy)]
pub struct LoneFile<'a> {
    /// Its path relative to its repository.
    pub path: &'a str,
    /// The file on the side that has it.
    pub file: crate::syntax::File<'a>,
    /// What the branch does to all of its files.
    pub branch: &'a Branch,
}

/// Both sides of a file that is not Python.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'a> {
    /// Its path relative to the repository, with `/`.
    pub path: &'a str,
    /// Production's text, if production has the file.
    pub base: Option<&'a str>,
    /// The hotfix's text.
    pub head: &'a str,
}

/// A finding before the engine gave it an identity.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Bytes that are underlined (of the judged side; of head for `compare`).
    pub span: Range<usize>,
    /// Bytes whose normalised syntax identifies it. Choose the smallest piece that tells two
    /// different problems apart and does not change when unrelated code beside it does.
    pub anchor: Range<usize>,
    /// One sentence with the user's own names, without final dot.
    pub message: String,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// Places that explain it.
    pub related: Vec<Related>,
    /// What tells findings of `compare` apart when their anchors are equal (the removed guard's
    /// text, for example); empty otherwise.
    pub detail: String,
    /// Rules whose findings at the same place would only repeat this one.
    pub covers: &'static [&'static str],
}

impl Draft {
    /// A draft that underlines a node, identified by the node's own syntax.
    #[must_use]
    pub fn at(node: Node<'_>, confidence: Confidence, message: impl Into<String>) -> Self {
        Self::over(node.byte_range(), confidence, message)
    }

    /// A draft that underlines bytes of a text without a tree. Give it a `detail` as its identity.
    #[must_use]
    pub fn over(span: Range<usize>, confidence: Confidence, message: impl Into<String>) -> Self {
        Self {
            anchor: span.clone(),
            span,
            message: message.into(),
            confidence,
            related: Vec::new(),
            detail: String::new(),
            covers: &[],
        }
    }

    /// The same, identified by another node's syntax.
    #[must_use]
    pub fn anchored(mut self, node: Node<'_>) -> Self {
        self.anchor = node.byte_range();
        self
    }

    /// The same, with a place of the judged side that explains it.
    #[must_use]
    pub fn related(mut self, node: Node<'_>, message: impl Into<String>) -> Self {
        self.related.push(Related {
            place: Place::Head(node.byte_range()),
            message: message.into(),
        });
        self
    }

    /// The same, with a place of production's side that explains it.
    #[must_use]
    pub fn production(mut self, bytes: Range<usize>, message: impl Into<String>) -> Self {
        self.related.push(Related {
            place: Place::Production(bytes),
            message: message.into(),
        });
        self
    }
}

/// Takes what one rule reports of one scope.
#[derive(Debug, Default)]
pub struct Reporter {
    drafts: Vec<Draft>,
}

impl Reporter {
    /// Reports a finding.
    pub fn report(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    /// Reports a finding, if there is one.
    pub fn report_if(&mut self, draft: Option<Draft>) {
        self.drafts.extend(draft);
    }

    /// What was reported.
    #[must_use]
    pub fn into_drafts(self) -> Vec<Draft> {
        self.drafts
    }
}

/// What a fix may use.
#[derive(Debug, Clone, Copy)]
pub struct FixContext<'a> {
    /// The scope of the finding on the hotfix's side.
    pub unit: &'a Unit<'a>,
    /// The hotfix's version (`v1.2.1`), if it is known.
    pub version: Option<&'a str>,
    /// Production's file, if there is one.
    pub production: Option<crate::syntax::File<'a>>,
    /// What the hotfix changes.
    pub hunks: &'a [Hunk],
}

impl<'a> FixContext<'a> {
    /// The node that the finding underlines: the outermost one with exactly this span.
    #[must_use]
    pub fn node(&self, finding: &Finding) -> Option<Node<'a>> {
        let mut node = self.unit.source().node_at(finding.span.clone())?;
        while let Some(parent) = node.parent()
            && parent.byte_range() == node.byte_range()
            && parent.kind() != "module"
            && parent.kind() != "block"
            && parent.kind() != "expression_statement"
        {
            node = parent;
        }
        Some(node)
    }
}
