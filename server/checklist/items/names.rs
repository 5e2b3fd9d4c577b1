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

/// What there is to say about `name`.
#[must_use]
pub fn explanation(name: &str) -> Option<&'static str> {
    let found = NAMES.iter().find(|(it, _)| *it == name)?;
    Some(found.1)
}
