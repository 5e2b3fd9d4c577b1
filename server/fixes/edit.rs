//! What a fix is made of.

use std::ops::Range;

/// Replaces the bytes `range` of the head text by `text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the head text, on character boundaries.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// Whether a fix may be applied without a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicability {
    /// Keeps the behaviour of every case that worked: `fix` and fix-all apply it.
    Safe,
    /// Changes what a caller may see: applied only when a person picks it, or with
    /// `fix --unsafe`.
    NeedsReview,
    /// Puts production's text in the place of the hotfix's own: applied only when a person picks
    /// it in the editor or runs `restore`, because the work that it replaces may be saved nowhere.
    Restores,
}

/// One way to cure a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, in the words of the effect and the user's own names.
    pub title: String,
    /// Disjoint edits, sorted by range.
    pub edits: Vec<Edit>,
    /// Whether it may be applied without a look.
    pub applicability: Applicability,
    /// The one that the editor applies by one key; at most one for a finding.
    pub preferred: bool,
}

/// The text after `edits`, which must be disjoint. `None` if two overlap or one lies outside.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut out = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for edit in sorted {
        out.push_str(text.get(at..edit.range.start)?);
        out.push_str(&edit.text);
        at = edit.range.end;
        if at < edit.range.start {
            return None;
        }
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
