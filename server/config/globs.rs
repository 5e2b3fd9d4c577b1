//! Globs of paths, compiled once.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Globs that were compiled once, for paths relative to the repository with `/`.
///
/// A glob without `/` matches a file or folder of that name anywhere; a glob with `/` is
/// anchored at the repository. A glob that matches a folder matches all that lies in it.
#[derive(Debug, Clone)]
pub struct PathGlobs(GlobSet);

impl PathGlobs {
    /// Compiles `patterns`. One that is no glob matches nothing: the configuration's problems
    /// have told the user so.
    #[must_use]
    pub fn new(patterns: &[String]) -> Self {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let anchored = pattern.trim_end_matches('/').contains('/');
            let pattern = pattern.trim_matches('/');
            let pattern = if anchored {
                pattern.to_owned()
            } else {
                format!("**/{pattern}")
            };
            let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
            if let Ok(glob) = glob {
                set.add(glob);
            }
        }
        Self(set.build().unwrap_or_default())
    }

    /// Whether one of the globs matches `path` or a folder that holds it.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        folders.chain([path]).any(|part| self.0.is_match(part))
    }
}

#[cfg(test)]
mod tests {
    use super::PathGlobs;

    #[track_caller]
    fn case(pattern: &str, path: &str, expected: bool) {
        let globs = PathGlobs::new(&[pattern.to_owned()]);
        assert_eq!(globs.matches(path), expected, "{pattern} on {path}");
    }

    #[test]
    fn a_glob_without_a_slash_matches_anywhere_and_all_below() {
        case("migrations", "shop/migrations/0001_first.py", true);
        case("*_pb2.py", "shop/api/orders_pb2.py", true);
        case("migrations", "shop/migrations_log.py", false);
    }

    #[test]
    fn a_glob_with_a_slash_is_anchored_at_the_repository() {
        case("vendor/*", "vendor/lib/a.py", true);
        case("vendor/*", "shop/vendor/a.py", false);
        case("/vendor/", "vendor/a.py", true);
        case("**/tests/**", "shop/tests/a.py", true);
        case("**/tests/**", "tests/a.py", true);
    }

    #[test]
    fn a_star_stops_at_a_folder() {
        case("shop/*.py", "shop/api/a.py", false);
    }
}
