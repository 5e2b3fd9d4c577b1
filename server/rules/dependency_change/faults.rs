//! Manifests and locks that cannot be read.

use std::ops::Range;

/// How the file at `path` is written, if it is a manifest or lock that a parser reads as a whole.
#[must_use]
pub fn notation(path: &str) -> Option<&'static str> {
    match path.rsplit('/').next().unwrap_or(path) {
        "pyproject.toml" | "Pipfile" | "poetry.lock" | "uv.lock" | "pdm.lock" | "pylock.toml" => {
            Some("TOML")
        }
        "Pipfile.lock" => Some("JSON"),
        _ => None,
    }
}

/// Where the hotfix's text of such a file stops being readable, although production's is. A template
/// of a manifest is not readable in production either.
#[must_use]
pub fn unreadable(path: &str, base: Option<&str>, head: &str) -> Option<Range<usize>> {
    let fault = |text| match notation(path)? {
        "TOML" => in_toml(text),
        _ => in_json(text),
    };
    if base.is_none_or(|base| fault(base).is_some()) {
        return None;
    }
    fault(head)
}

fn in_toml(text: &str) -> Option<Range<usize>> {
    let error = toml_edit::Document::parse(text).err()?;
    let span = error.span().unwrap_or(0..0);
    Some(span.start.min(text.len())..span.end.min(text.len()))
}

fn in_json(text: &str) -> Option<Range<usize>> {
    let error = serde_json::from_str::<serde_json::Value>(text).err()?;
    let before = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1));
    let start = before.map(str::len).sum::<usize>().min(text.len());
    let at = (start + error.column().saturating_sub(1)).min(text.len());
    Some(at..at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_production_could_read_has_to_be_readable() {
        let good = Some("[project]\nname = \"a\"\n");
        let broken = "[project]\nname = \"a\"\n[project\n";
        assert!(unreadable("pyproject.toml", good, broken).is_some());
        assert_eq!(unreadable("pyproject.toml", good, "[project]\n"), None);
        assert_eq!(unreadable("pyproject.toml", Some(broken), broken), None);
        assert_eq!(unreadable("pyproject.toml", None, broken), None);
        assert_eq!(unreadable("notes.toml", good, broken), None);
    }

    #[test]
    fn a_lock_that_ends_too_early_is_broken_at_its_end() {
        let good = Some("{}");
        assert_eq!(
            unreadable("Pipfile.lock", good, "{\n  \"a\": 1\n"),
            Some(11..11)
        );
        assert_eq!(unreadable("app/Pipfile.lock", good, "{}"), None);
    }
}
