//! "Did you mean": the known name that a mistyped one stands for.

/// The name of `known` that is most like `wrong`, if one is like it at all.
///
/// Case, `_` and `-` do not count, and neither does a swap of two neighbouring letters.
#[must_use]
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Below this, the proposal is more often wrong than right.
    const ENOUGH: f64 = 0.6;
    let wrong = fold(wrong);
    known
        .into_iter()
        .map(|name| {
            let likeness = strsim::normalized_damerau_levenshtein(&wrong, &fold(name));
            (likeness, name)
        })
        .filter(|(likeness, _)| ENOUGH <= *likeness)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}

fn fold(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn finds_the_nearest_name_and_stays_silent_for_a_strange_one() {
        let known = ["branches", "production", "exclude"];
        assert_eq!(did_you_mean("brances", known), Some("branches"));
        assert_eq!(did_you_mean("Production", known), Some("production"));
        assert_eq!(did_you_mean("zzz", known), None);
    }

    #[test]
    fn an_underscore_is_taken_for_a_hyphen() {
        assert_eq!(
            did_you_mean("http_wrappers", ["loggers", "http-wrappers"]),
            Some("http-wrappers")
        );
    }
}
