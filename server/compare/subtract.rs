//! What is new: the findings of head less those of base, as multisets.
//!
//! Three rounds, each on what the one before left: (1) the same rule, syntax and definition;
//! (2) the same rule and syntax anywhere (code that moved); (3) the same rule, definition and
//! syntax up to a consistent renaming of names (a renamed variable). A second copy of an old
//! problem stays, because each old finding excuses one new one only.

use std::collections::{HashMap, HashSet};

/// A finding as far as the comparison looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparable {
    /// The rule's name.
    pub rule: &'static str,
    /// The qualified name of the definition that production knows it by.
    pub scope: String,
    /// The tokens of the anchor.
    pub tokens: Vec<String>,
}

/// Which names a definition uses, on both sides, for the third round.
#[derive(Debug, Clone, Default)]
pub struct ScopeNames {
    /// Names that production's definition uses.
    pub base: HashSet<String>,
    /// Names that the hotfix's definition uses.
    pub head: HashSet<String>,
}

/// For each finding of head whether it is new.
#[must_use]
#[expect(clippy::implicit_hasher, reason = "one caller, one hasher")]
pub fn new_in_head(
    base: &[Comparable],
    head: &[Comparable],
    names: &HashMap<String, ScopeNames>,
) -> Vec<bool> {
    let mut new = vec![true; head.len()];
    let mut left: Vec<&Comparable> = base.iter().collect();
    let mut round = |same: &dyn Fn(&Comparable, &Comparable) -> bool| {
        for (index, finding) in head.iter().enumerate() {
            if new[index]
                && let Some(old) = left.iter().position(|old| same(old, finding))
            {
                left.swap_remove(old);
                new[index] = false;
            }
        }
    };
    round(&|old, now| old == now);
    round(&|old, now| old.rule == now.rule && old.tokens == now.tokens);
    round(&|old, now| {
        old.rule == now.rule
            && old.scope == now.scope
            && names
                .get(&now.scope)
                .is_some_and(|names| renamed(&old.tokens, &now.tokens, names))
    });
    new
}

/// Whether the tokens differ only in names that one side alone knows: the old name is gone from
/// head and the new one was not in base.
fn renamed(old: &[String], now: &[String], names: &ScopeNames) -> bool {
    let mut mapping = HashMap::new();
    old.len() == now.len()
        && old.iter().zip(now).all(|(old, now)| {
            if old == now {
                return true;
            }
            is_name(old)
                && is_name(now)
                && !names.head.contains(old)
                && !names.base.contains(now)
                && *mapping.entry(old).or_insert(now) == now
        })
}

fn is_name(token: &str) -> bool {
    token
        .chars()
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && token.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(scope: &str, tokens: &str) -> Comparable {
        Comparable {
            rule: "missing-key",
            scope: scope.to_owned(),
            tokens: tokens.split(' ').map(str::to_owned).collect(),
        }
    }

    #[test]
    fn a_second_copy_is_new() {
        let one = || finding("f", "d [ k ]");
        let new = new_in_head(&[one()], &[one(), one()], &HashMap::new());
        assert_eq!(new, [false, true]);
    }

    #[test]
    fn moved_code_is_not_new() {
        let new = new_in_head(
            &[finding("f", "d [ k ]")],
            &[finding("g", "d [ k ]")],
            &HashMap::new(),
        );
        assert_eq!(new, [false]);
    }

    #[test]
    fn a_renamed_variable_is_not_new_but_another_known_one_is() {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let names = HashMap::from([(
            "f".to_owned(),
            ScopeNames {
                base: set(&["d", "e"]),
                head: set(&["e", "payload"]),
            },
        )]);
        let base = [finding("f", "d [ k ]")];
        assert_eq!(
            new_in_head(&base, &[finding("f", "payload [ k ]")], &names),
            [false]
        );
        assert_eq!(
            new_in_head(&base, &[finding("f", "e [ k ]")], &names),
            [true]
        );
    }
}
