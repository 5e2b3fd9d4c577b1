//! Why a record cannot be read or changed.

/// What is wrong in a record. `Display` is one sentence that says what to do; lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A merge has left both sides in it.
    #[error(
        "line {line}: git's conflict markers stand here: keep what is right and remove their lines"
    )]
    Conflict {
        /// Where the first one stands.
        line: usize,
    },
    /// The front matter is not closed.
    #[error("line 1: the front matter has no end: write `---` in a line of its own below it")]
    OpenFrontMatter,
    /// The front matter is not YAML, or not a flat table.
    #[error(
        "line {line}: the front matter cannot be read ({reason}): write one `key: value` a line"
    )]
    FrontMatter {
        /// Where.
        line: usize,
        /// What the parser says.
        reason: String,
    },
    /// There is no front matter to write into.
    #[error("the record has no front matter: begin it with a line `---`, and end it with another")]
    NoFrontMatter,
    /// A comment that begins like a marker and is none.
    #[error(
        "line {line}: this is no marker of hotfix-ls: write `<!-- hotfix-ls:begin NAME -->` or remove it"
    )]
    UnknownMarker {
        /// Where.
        line: usize,
    },
    /// A marker among other text.
    #[error("line {line}: the marker of `{name}` must stand alone, at the beginning of its line")]
    NotAlone {
        /// Where.
        line: usize,
        /// The part.
        name: String,
    },
    /// The second marker is missing.
    #[error(
        "line {line}: `{name}` begins here and has no end: add `<!-- hotfix-ls:end {name} -->` below it"
    )]
    Unclosed {
        /// Where it begins.
        line: usize,
        /// The part.
        name: String,
    },
    /// The first marker is missing.
    #[error(
        "line {line}: `{name}` ends here and begins nowhere: add `<!-- hotfix-ls:begin {name} -->` above it"
    )]
    Unopened {
        /// Where it ends.
        line: usize,
        /// The part.
        name: String,
    },
    /// A part begins in another one.
    #[error("line {line}: `{name}` begins inside `{outer}`: end `{outer}` above this line")]
    Nested {
        /// Where it begins.
        line: usize,
        /// The inner part.
        name: String,
        /// The part around it.
        outer: String,
    },
    /// Two parts have the same name.
    #[error("line {line}: `{name}` stands twice, first in line {first}: remove one of them")]
    Repeated {
        /// Where the second one begins.
        line: usize,
        /// Where the first one begins.
        first: usize,
        /// The part.
        name: String,
    },
    /// There is no such part to replace.
    #[error("the record has no part `{name}`: add its two markers where it should stand")]
    MissingPart {
        /// The part.
        name: String,
    },
    /// The text cannot stand there.
    #[error(
        "`{name}` cannot be written into the record: close every code fence and comment above it"
    )]
    Unfit {
        /// The part or the key.
        name: String,
    },
}

impl RecordError {
    /// The line in which it is wrong, counted from 1; the first when the whole record is meant.
    #[must_use]
    pub fn line(&self) -> usize {
        match self {
            Self::Conflict { line }
            | Self::FrontMatter { line, .. }
            | Self::UnknownMarker { line }
            | Self::NotAlone { line, .. }
            | Self::Unclosed { line, .. }
            | Self::Unopened { line, .. }
            | Self::Nested { line, .. }
            | Self::Repeated { line, .. } => *line,
            Self::OpenFrontMatter
            | Self::NoFrontMatter
            | Self::MissingPart { .. }
            | Self::Unfit { .. } => 1,
        }
    }
}
