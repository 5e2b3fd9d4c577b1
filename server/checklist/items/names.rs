//! The names of what an item may lack, and what there is to say about each.

/// What marks a definition in the code, and may be allowed there with a reason.
pub const MARKS: [&str; 2] = ["missing-test", "missing-hotfix-comment"];

macro_rules! explained {
    ($($name:literal),* $(,)?) => {
        /// Every name with its text in Markdown.
        pub const NAMES: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("docs/", $name, ".md")))),*
        ];
    };
}

explained!(
    "missing-test",
    "unlinked-test",
    "missing-edge-case",
    "unproven-test",
    "missing-changelog",
    "wrong-version",
    "missing-hotfix-comment",
    "missing-docs",
    "incomplete-record",
);

/// Every name with one sentence of it.
pub fn summaries() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.iter().map(|(name, docs)| {
        let mut paragraphs = docs.split("\n\n").map(str::trim);
        let first = paragraphs.find(|it| !it.is_empty() && !it.starts_with('#'));
        (*name, first.unwrap_or_default())
    })
}

/// What there is to say about `name`.
#[must_use]
pub fn explanation(name: &str) -> Option<&'static str> {
    let found = NAMES.iter().find(|(it, _)| *it == name)?;
    Some(found.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::OF_BRANCH;

    #[test]
    fn the_settings_know_the_same_names_and_each_has_its_sentence() {
        let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, OF_BRANCH);
        for (name, summary) in summaries() {
            assert!(summary.ends_with('.'), "{name}: {summary}");
        }
    }
}
