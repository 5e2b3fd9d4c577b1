//! Versions in the names of tags and branches.

/// A version as it stands in a tag, a branch name or a project file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Whether a `v` stands before it.
    pub v: bool,
    /// The dotted numbers, two at least.
    pub numbers: Vec<u64>,
    /// What follows the numbers in a tag (`rc1`, `-beta.2`); empty for most.
    pub suffix: String,
}

/// The release that a branch is about, without saying which patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReleaseLine {
    /// `1.2`.
    pub version: Version,
    /// What the branch says after it, when that counts hotfixes (`-hotfix3`).
    pub rest: String,
}

/// How a pre-release begins, after the separator.
const PRE_RELEASE_WORDS: [&str; 7] = ["alpha", "beta", "rc", "pre", "dev", "snapshot", "nightly"];

impl Version {
    /// Whether this is a release, not a pre-release (`1.2.0rc1`, `1.2.0-beta.2`, `1.2.0.dev3`).
    #[must_use]
    pub fn is_release(&self) -> bool {
        let suffix = self.suffix.to_lowercase();
        let word = suffix.trim_start_matches(['-', '.', '_']);
        let letter = word.strip_prefix(['a', 'b', 'c', 'm']);
        let short = letter.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        !short && !PRE_RELEASE_WORDS.iter().any(|pre| word.starts_with(pre))
    }

    /// The version one patch higher: `1.2.0` → `1.2.1`, `1.2` → `1.2.1`.
    #[must_use]
    pub fn next_patch(&self) -> Self {
        let mut numbers = self.numbers.clone();
        numbers.resize(numbers.len().max(3), 0);
        if let Some(patch) = numbers.last_mut() {
            *patch = patch.saturating_add(1);
        }
        Self {
            v: self.v,
            numbers,
            suffix: String::new(),
        }
    }

    /// The version as text, without what follows the numbers.
    #[must_use]
    pub fn written(&self) -> String {
        let numbers: Vec<String> = self.numbers.iter().map(u64::to_string).collect();
        format!("{}{}", if self.v { "v" } else { "" }, numbers.join("."))
    }
}

/// The version in a tag's name (`v1.2.0`, `release-1.2.0`, `app/1.2.0rc1`).
#[must_use]
pub fn of_tag(name: &str) -> Option<Version> {
    starts(name).find_map(|at| {
        let (version, rest) = parse(name, at)?;
        Some(Version {
            suffix: rest.to_owned(),
            ..version
        })
    })
}

/// The whole version in a branch's name (`hotfix/v1.2.1`, `hotfix-1.2.1-login`): three numbers at
/// least, because two are more often something else (`upgrade-to-3.12`).
#[must_use]
pub fn of_branch(name: &str) -> Option<Version> {
    starts(name)
        .filter_map(|at| Some(parse(name, at)?.0))
        .find(|version| 2 < version.numbers.len())
}

/// Two numbers at the place where a branch's name says its version: at the beginning of a segment
/// or after `hotfix-`.
pub(super) fn release_line_of_branch(name: &str) -> Option<ReleaseLine> {
    starts(name)
        .filter(|&at| {
            let before = name[..at].strip_suffix(['v', 'V']).unwrap_or(&name[..at]);
            before.is_empty() || before.ends_with(['/']) || before.ends_with("hotfix-")
        })
        .find_map(|at| {
            let (version, rest) = parse(name, at)?;
            let counts = rest.starts_with("-hotfix") && !rest.contains('/');
            Some(ReleaseLine {
                version,
                rest: if counts { rest } else { "" }.to_owned(),
            })
        })
}

/// Where a version may begin: at a digit after a separator, with or without `v`.
fn starts(name: &str) -> impl Iterator<Item = usize> {
    name.char_indices()
        .filter(|&(_, c)| c.is_ascii_digit())
        .filter_map(move |(at, _)| {
            let before = name[..at].strip_suffix(['v', 'V']).unwrap_or(&name[..at]);
            (before.is_empty() || before.ends_with(['/', '-', '_', '@'])).then_some(at)
        })
}

/// The version that begins at the byte `start`, and what follows it.
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
    let version = Version {
        v: name[..start].ends_with(['v', 'V']),
        numbers,
        suffix: String::new(),
    };
    (1 < version.numbers.len()).then_some((version, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(tag: &str, written: Option<&str>, release: bool) {
        let version = of_tag(tag);
        assert_eq!(
            version.as_ref().map(Version::written).as_deref(),
            written,
            "{tag}"
        );
        assert_eq!(version.is_some_and(|it| it.is_release()), release, "{tag}");
    }

    #[test]
    fn releases_are_told_from_pre_releases() {
        case("v1.2.0", Some("v1.2.0"), true);
        case("release-1.2.0", Some("1.2.0"), true);
        case("app/v1.2.0", Some("v1.2.0"), true);
        case("1.2.0.post1", Some("1.2.0"), true);
        case("v1.2.0-hotfix", Some("v1.2.0"), true);
        case("2024-10-1.2.0", Some("1.2.0"), true);
        case("v1.2.0rc1", Some("v1.2.0"), false);
        case("v1.2.0-beta.2", Some("v1.2.0"), false);
        case("1.2.0b3", Some("1.2.0"), false);
        case("1.2.0.dev3", Some("1.2.0"), false);
        case("nightly", None, false);
        case("v12", None, false);
        case("99999999999999999999.1", None, false);
    }
}
