//! What the checklist says of a branch as a whole. It has names that the settings and comments know
//! like those of rules; they stand here because the settings read neither.

/// The names, in the order of the checklist's documentation.
pub const OF_BRANCH: [&str; 9] = [
    "missing-test",
    "unlinked-test",
    "missing-edge-case",
    "unproven-test",
    "missing-changelog",
    "wrong-version",
    "missing-hotfix-comment",
    "missing-docs",
    "incomplete-record",
];
