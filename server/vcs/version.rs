//! The version that the hotfix will ship as.

/// A version as it stands in a tag or a branch name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Whether a `v` stands before it.
    pub v: bool,
    /// The dotted numbers.
    pub numbers: Vec<u64>,
    /// What follows the numbers (`rc1`, `-beta.2`); empty for a release.
    pub suffix: String,
}

impl Version {
    /// Whether this is a release, not a pre-release.
    #[must_use]
    pub fn is_release(&self) -> bool {
        self.suffix.is_empty()
    }
}

/// The version in a tag's name (`v1.2.0`, `release-1.2.0`, `app/1.2.0rc1`).
#[must_use]
pub fn of_tag(name: &str) -> Option<Version> {
    let start = name
        .char_indices()
        .find(|&(at, c)| c.is_ascii_digit() && is_boundary(&name[..at]))?
        .0;
    let (version, rest) = parse(name, start)?;
    Some(Version {
        suffix: rest.to_owned(),
        ..version
    })
}

/// The version in a branch's name (`hotfix/v1.2.1`, `hotfix-1.2.1-login`, `release/1.2-hotfix3`).
#[must_use]
pub fn of_branch(name: &str) -> Option<Version> {
    let starts = name
        .char_indices()
        .filter(|&(at, c)| c.is_ascii_digit() && is_boundary(&name[..at]));
    starts
        .filter_map(|(at, _)| parse(name, at))
        .map(|(version, _)| version)
        .find(|version| 2 < version.numbers.len())
}

/// Whether a version may begin after `before`: at a separator, with or without `v`.
fn is_boundary(before: &str) -> bool {
    let before = before.strip_suffix(['v', 'V']).unwrap_or(before);
    before.is_empty() || before.ends_with(['/', '-', '_', '.', '@']) && !before.ends_with("..")
}

fn parse(name: &str, start: usize) -> Option<(Version, &str)> {
    let mut numbers = Vec::new();
    let mut rest = &name[start..];
    loop {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        numbers.push(rest.get(..digits)?.parse().ok()?);
        rest = &rest[digits..];
        match rest.strip_prefix('.') {
            Some(more) if more.starts_with(|c: char| c.is_ascii_digit()) => rest = more,
            _ => break,
        }
    }
    let v = name[..start].ends_with(['v', 'V']);
    let version = Version {
        v,
        numbers,
        suffix: String::new(),
    };
    (1 < version.numbers.len()).then_some((version, rest))
}
