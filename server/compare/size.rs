//! How large a hotfix is, held against its budget.

use crate::config::Settings;

/// How much production code a branch changes. Tests, documentation, scripts and manifests are left
/// out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// Files.
    pub files: u32,
    /// Lines, added and removed together.
    pub lines: u32,
    /// Functions and methods of production that change.
    pub definitions: u32,
    /// Commits of the branch, at least one.
    pub commits: u32,
}

/// What a branch may change; it grows with the number of its commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Files.
    pub files: u32,
    /// Lines.
    pub lines: u32,
    /// Functions and methods.
    pub definitions: u32,
}

/// A branch that uses up its budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oversize {
    /// The file with most of it, which shows the finding.
    pub path: String,
    /// The size.
    pub size: Size,
    /// What it may be.
    pub budget: Budget,
}

impl Budget {
    /// The budget of a branch with so many commits.
    #[must_use]
    pub fn of(settings: &Settings, commits: u32) -> Self {
        let scaled = |one: u32| one.saturating_mul(commits.max(1));
        Self {
            files: scaled(settings.budget_files),
            lines: scaled(settings.budget_lines),
            definitions: scaled(settings.budget_definitions),
        }
    }

    /// Files, lines, functions.
    #[must_use]
    pub fn parts(self) -> [usize; 3] {
        [self.files, self.lines, self.definitions].map(|one| one as usize)
    }

    /// Two thirds of it, rounded up: from here on the size is worth a look.
    #[must_use]
    pub fn two_thirds(self) -> Self {
        let part = |one: u32| (one.saturating_mul(2)).div_ceil(3);
        Self {
            files: part(self.files),
            lines: part(self.lines),
            definitions: part(self.definitions),
        }
    }

    /// Whether the size keeps it.
    #[must_use]
    pub fn holds(self, size: Size) -> bool {
        size.files <= self.files && size.lines <= self.lines && size.definitions <= self.definitions
    }
}

impl Size {
    /// Files, lines, functions.
    #[must_use]
    pub fn parts(self) -> [usize; 3] {
        [self.files, self.lines, self.definitions].map(|one| one as usize)
    }

    /// The meter of a status bar: `2 files, 31 lines, 3 functions`, without the functions where
    /// none of production's changes.
    #[must_use]
    pub fn meter(self) -> String {
        let count = |number: u32, one: &str| {
            format!("{number} {one}{}", if number == 1 { "" } else { "s" })
        };
        let mut parts = vec![count(self.files, "file"), count(self.lines, "line")];
        if 0 < self.definitions {
            parts.push(count(self.definitions, "function"));
        }
        parts.join(", ")
    }
}

impl Oversize {
    /// The branch as oversized, if it uses more than two thirds of its budget.
    #[must_use]
    pub fn of(size: Size, settings: &Settings, path: &str) -> Option<Self> {
        let budget = Budget::of(settings, size.commits);
        (!budget.two_thirds().holds(size)).then(|| Self {
            path: path.to_owned(),
            size,
            budget,
        })
    }

    /// Whether the budget itself is exceeded.
    #[must_use]
    pub fn is_over(&self) -> bool {
        !self.budget.holds(self.size)
    }

    /// What is large about it: `214 lines of 100, 9 functions of 5`.
    #[must_use]
    pub fn parts(&self) -> String {
        let limit = if self.is_over() {
            self.budget
        } else {
            self.budget.two_thirds()
        };
        let (size, budget) = (self.size, self.budget);
        let parts = [
            (size.files, limit.files, budget.files, "files"),
            (size.lines, limit.lines, budget.lines, "lines"),
            (
                size.definitions,
                limit.definitions,
                budget.definitions,
                "functions",
            ),
        ];
        let large = parts.iter().filter(|(is, limit, ..)| limit < is);
        let words: Vec<String> = large
            .map(|(is, _, budget, what)| format!("{is} {what} of {budget}"))
            .collect();
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(files: u32, lines: u32, definitions: u32, commits: u32) -> Size {
        Size {
            files,
            lines,
            definitions,
            commits,
        }
    }

    #[track_caller]
    fn case(size: Size, expected: Option<(bool, &str)>) {
        let found = Oversize::of(size, &Settings::default(), "app.py");
        let found = found.map(|one| (one.is_over(), one.parts()));
        let found = found.as_ref().map(|(over, parts)| (*over, parts.as_str()));
        assert_eq!(found, expected);
    }

    #[test]
    fn two_thirds_of_the_budget_are_noted_and_more_than_all_of_it_is_too_much() {
        case(size(3, 67, 4, 1), None);
        case(size(4, 10, 1, 1), Some((false, "4 files of 4")));
        case(size(1, 100, 1, 1), Some((false, "100 lines of 100")));
        case(
            size(5, 101, 1, 1),
            Some((true, "5 files of 4, 101 lines of 100")),
        );
        case(size(1, 1, 6, 1), Some((true, "6 functions of 5")));
    }

    #[test]
    fn the_budget_grows_with_the_commits() {
        case(size(5, 101, 6, 2), None);
        case(size(9, 10, 6, 2), Some((true, "9 files of 8")));
        case(size(1, 1, 1, 0), None);
    }

    #[test]
    fn the_meter_tells_one_from_many() {
        assert_eq!(size(1, 31, 2, 1).meter(), "1 file, 31 lines, 2 functions");
        assert_eq!(size(2, 1, 0, 1).meter(), "2 files, 1 line");
    }
}
