//! What code says apart from its structure: its calls, attributes, values and operators.

use std::collections::{BTreeMap, HashSet};

use super::canonical::{Role, Token};

/// Tokens that only say how code is arranged.
const STRUCTURE: [&str; 31] = [
    "(", ")", "[", "]", "{", "}", ",", ":", ".", "=", ":=", "⟨", "⟩", "if", "elif", "else", "for",
    "while", "in", "not", "and", "or", "return", "continue", "break", "pass", "lambda", "True",
    "False", "->", "not in",
];

/// What builds or walks a collection, or makes a truth value: a loop, a comprehension and a call
/// say these in different ways.
const COLLECTING: [&str; 22] = [
    "append",
    "extend",
    "update",
    "add",
    "bool",
    "list",
    "dict",
    "set",
    "tuple",
    "any",
    "all",
    "zip",
    "range",
    "len",
    "enumerate",
    "map",
    "filter",
    "items",
    "keys",
    "values",
    "iter",
    "next",
];

/// How often each word is said.
#[derive(Debug, Clone, Default)]
pub struct Words(BTreeMap<String, usize>);

impl Words {
    /// Adds what the tokens say. Names of `own` variables say nothing by themselves.
    pub fn read(&mut self, tokens: &[Token<'_>], own: &HashSet<&str>) {
        for token in tokens {
            let text = &*token.text;
            let silent = match token.role {
                Role::Name => own.contains(text) || COLLECTING.contains(&text),
                Role::Attribute => COLLECTING.contains(&text),
                Role::Keyword => false,
                Role::Other => STRUCTURE.contains(&text),
            };
            if !silent {
                *self.0.entry(plain(token)).or_default() += 1;
            }
        }
    }

    /// How many different words there are.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.0.len()
    }

    /// How many words there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.values().sum()
    }

    /// Whether `self` says all that `other` says, and nothing that `other` does not say as often.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self
                .0
                .iter()
                .all(|(word, count)| other.0.get(word).is_some_and(|most| count <= most))
    }

    /// What is left without `other`.
    #[must_use]
    pub fn less(&self, other: &Self) -> Self {
        let left = self.0.iter().filter_map(|(word, count)| {
            let rest = count.saturating_sub(other.0.get(word).copied().unwrap_or_default());
            (0 < rest).then(|| (word.clone(), rest))
        });
        Self(left.collect())
    }

    /// What both say.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        let both = self.0.iter().filter_map(|(word, count)| {
            let count = *count.min(other.0.get(word)?);
            Some((word.clone(), count))
        });
        Self(both.collect())
    }
}

/// A word that says the same whichever way round a condition is put.
fn plain(token: &Token<'_>) -> String {
    let text = &*token.text;
    if token.role != Role::Other {
        return text.to_owned();
    }
    match text {
        "!=" | "==" | "is" | "is not" => "==",
        "<" | ">" | "<=" | ">=" => "<",
        // An augmented assignment.
        _ if 1 < text.len() && text.ends_with('=') && !text.contains('"') => {
            text.trim_end_matches('=')
        }
        _ => text,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::canonical::tokens;
    use crate::syntax::Source;

    fn words(text: &str, own: &[&str]) -> Words {
        let source = Source::parse(text);
        let mut words = Words::default();
        words.read(
            &tokens(&source, source.root()),
            &own.iter().copied().collect(),
        );
        words
    }

    #[test]
    fn a_loop_and_a_comprehension_say_the_same() {
        let own = ["all_", "one"];
        let many = words(
            "all_ = []\nfor one in shop.orders:\n    all_.append(one.net())\n",
            &own,
        );
        let single = words("all_ = [one.net() for one in shop.orders]\n", &own);
        assert!(single.says_the_same(&many));
    }

    #[test]
    fn another_call_or_value_says_something_else() {
        let was = words("send(order, 1)\n", &[]);
        assert!(!words("send(order, 2)\n", &[]).says_the_same(&was));
        assert!(!words("send(order)\n", &[]).says_the_same(&was));
        assert!(!words("send(order, 1)\nsend(order, 1)\n", &[]).says_the_same(&was));
    }

    #[test]
    fn what_is_left_and_what_is_common() {
        let (more, less) = (words("a(b, c)\n", &[]), words("a(b)\n", &[]));
        assert_eq!(more.less(&less).count(), 1);
        assert_eq!(more.common(&less).distinct(), 2);
    }
}
