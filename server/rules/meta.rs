//! What a rule says of itself. The documentation text is data: hover, `explain` and the README
//! table all read it from here.

use super::Confidence;
use crate::syntax::Pattern;

/// The chapter of the rule table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The six common hotfix patterns.
    Pattern,
    /// Error handling and observability.
    Errors,
    /// Guards and shortcuts.
    Shortcuts,
    /// Only the fix.
    Scope,
    /// Rollback.
    Rollback,
    /// The hotfix's own comments.
    Comments,
    /// Rules of the team's own.
    Custom,
}

impl Group {
    /// The chapter's title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Pattern => "Hotfix patterns",
            Self::Errors => "Error handling",
            Self::Shortcuts => "Guards and shortcuts",
            Self::Scope => "Scope",
            Self::Rollback => "Rollback",
            Self::Comments => "Suppression comments",
            Self::Custom => "Your own rules",
        }
    }
}

/// What a rule says of itself.
#[derive(Debug)]
pub struct Meta {
    /// Says what is wrong and reads after "allow": `unclosed-resource`.
    pub name: &'static str,
    /// The chapter.
    pub group: Group,
    /// The highest confidence that the rule gives.
    pub highest: Confidence,
    /// The item of the hotfix checklist that it belongs to.
    pub checklist: &'static str,
    /// Codes of other linters whose `# noqa: CODE` in production allows this as well.
    pub noqa: &'static [&'static str],
    /// The Markdown text: `# name`, one sentence, then the headings that `tests/docs` asks for.
    pub docs: &'static str,
    /// The pattern that it starts from, if it starts from one.
    pub pattern: Option<&'static Pattern>,
}

impl Meta {
    /// The first paragraph of the text after its title: one sentence.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.docs
            .split("\n\n")
            .map(str::trim)
            .find(|paragraph| !paragraph.is_empty() && !paragraph.starts_with('#'))
            .unwrap_or_default()
    }

    /// The text below the second-level heading `title`.
    #[must_use]
    pub fn section(&self, title: &str) -> Option<&'static str> {
        section(self.docs, title)
    }
}

/// The text of `docs` below the second-level heading `title`.
#[must_use]
pub fn section(docs: &'static str, title: &str) -> Option<&'static str> {
    let heading = format!("## {title}\n");
    let start = docs.find(&heading)? + heading.len();
    let rest = &docs[start..];
    Some(rest.split("\n## ").next().unwrap_or(rest).trim())
}
