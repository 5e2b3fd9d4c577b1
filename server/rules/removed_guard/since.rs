//! What the hotfix asks that production does not: only that can take a dropped guard's place.

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use super::collect::{atoms, classify, names_in, normal};
use super::equal::conditions;
use crate::syntax::Unit;
use crate::syntax::flow::contains;
use crate::syntax::nodes::{children, field};

/// The conditions and calls of head that production does not have.
pub(super) struct Since<'u, 'h> {
    head: &'u Unit<'h>,
    conditions: Vec<(Node<'h>, Node<'h>)>,
    calls: Vec<Node<'h>>,
    /// All conditions of head.
    asked: HashSet<String>,
    /// Whether head has more `try` statements.
    pub tries: bool,
}

impl<'u, 'h> Since<'u, 'h> {
    pub fn new(base: &Unit<'_>, head: &'u Unit<'h>) -> Self {
        let mut known = Count::of(conditions(base).map(|(_, one)| normal(base, one)));
        let news = conditions(head).filter(|(_, one)| !known.take(&normal(head, *one)));
        let news = news.collect();
        let mut known = Count::of(base.own(&["call"]).into_iter().map(|one| normal(base, one)));
        let mut calls = head.own(&["call"]);
        calls.retain(|one| !known.take(&normal(head, *one)));
        let count = |unit: &Unit<'_>| unit.own(&["try_statement"]).len();
        Self {
            head,
            conditions: news,
            calls,
            asked: conditions(head).map(|(_, one)| normal(head, one)).collect(),
            tries: count(base) < count(head),
        }
    }

    /// Whether head has this condition, whatever it does then.
    pub fn still_asks(&self, condition: &str) -> bool {
        self.asked.contains(condition)
    }

    /// Whether something new asks about the subject: a condition, or a call that checks it.
    pub fn asks(&self, subject: &str) -> bool {
        self.asks_but(subject, None)
    }

    /// The same, where what holds the node `place` is no question.
    pub fn asks_beside(&self, subject: &str, place: Node<'_>) -> bool {
        self.asks_but(subject, Some(place))
    }

    fn asks_but(&self, subject: &str, place: Option<Node<'_>>) -> bool {
        let head = self.head;
        let mentions = |node: Node<'_>| {
            names_in(head, node)
                .iter()
                .any(|name| name == subject || self.is_made_from(name, subject, node))
        };
        let in_condition = self.beside(place).any(|(node, condition)| {
            atoms(condition)
                .into_iter()
                .any(|atom| classify(head, atom).is_some_and(|(_, name)| name == subject))
                || (node.kind() != "boolean_operator" && mentions(condition))
        });
        in_condition || self.checks(place, &mentions)
    }

    /// The new conditions that do not hold the place.
    fn beside<'p>(
        &'p self,
        place: Option<Node<'p>>,
    ) -> impl Iterator<Item = (Node<'h>, Node<'h>)> + 'p {
        let all = self.conditions.iter().copied();
        all.filter(move |(_, one)| place.is_none_or(|place| !contains(*one, place)))
    }

    /// Whether something new asks about any part of the value `root`.
    pub fn asks_about(&self, root: &str) -> bool {
        self.asks_about_but(root, None)
    }

    /// The same, where what holds the node `place` is no question.
    pub fn asks_about_beside(&self, root: &str, place: Node<'_>) -> bool {
        self.asks_about_but(root, Some(place))
    }

    fn asks_about_but(&self, root: &str, place: Option<Node<'_>>) -> bool {
        let head = self.head;
        let part_of = |name: &String| name.split('.').next() == Some(root);
        let mentions = |node: Node<'_>| names_in(head, node).iter().any(part_of);
        self.beside(place).any(|(_, condition)| mentions(condition))
            || self.checks(place, &mentions)
    }

    /// Whether the name was last made from the subject, or from what it is a part of:
    /// `module = pool.module if … else …` and the subject `pool.module.name`.
    fn is_made_from(&self, name: &str, subject: &str, at: Node<'_>) -> bool {
        let head = self.head;
        let whole = |part: &String| {
            let rest = subject.strip_prefix(part.as_str());
            part != "self" && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let value = head.last_value(name, at.start_byte());
        value.is_some_and(|value| names_in(head, value).iter().any(whole))
    }

    /// The conditions that production does not have.
    pub fn new_conditions(&self) -> impl Iterator<Item = Node<'h>> + '_ {
        self.conditions.iter().map(|(_, condition)| *condition)
    }

    /// Whether a new call checks the subject.
    pub fn is_checked(&self, subject: &str) -> bool {
        let head = self.head;
        self.checks(None, &|node| {
            names_in(head, node).iter().any(|name| name == subject)
        })
    }

    /// Whether a new call checks any part of the value `root`.
    pub fn is_checked_about(&self, root: &str) -> bool {
        let head = self.head;
        let part_of = |name: &String| name.split('.').next() == Some(root);
        self.checks(None, &|node| names_in(head, node).iter().any(part_of))
    }

    fn checks(&self, place: Option<Node<'_>>, mentions: &dyn Fn(Node<'_>) -> bool) -> bool {
        let beside = |call: &&Node<'h>| place.is_none_or(|place| !contains(**call, place));
        self.calls.iter().filter(beside).any(|call| {
            // `normalise(order)` alone on its line is there for what it raises or changes.
            let alone = call
                .parent()
                .is_some_and(|up| up.kind() == "expression_statement");
            let callee = field(*call, "function").map_or("", |at| self.head.slice(at));
            let logs = callee.to_lowercase().contains("log") || callee == "print";
            (alone && !logs || is_check(callee))
                && field(*call, "arguments").is_some_and(|all| children(all).any(mentions))
        })
    }
}

/// Whether a function looks by its name at what it is given.
pub(super) fn is_check(callee: &str) -> bool {
    let last = callee.rsplit('.').next().unwrap_or(callee).to_lowercase();
    [
        "getattr",
        "isinstance",
        "hasattr",
        "check",
        "ensure",
        "require",
        "valid",
        "assert",
    ]
    .iter()
    .any(|word| last.contains(word))
}

/// How often each text stands on a side.
struct Count(HashMap<String, usize>);

impl Count {
    fn of(texts: impl Iterator<Item = String>) -> Self {
        let mut count = HashMap::new();
        for text in texts {
            *count.entry(text).or_default() += 1;
        }
        Self(count)
    }

    /// Whether the other side has this one as well; each counts once.
    fn take(&mut self, text: &str) -> bool {
        let left = self.0.get_mut(text).filter(|left| 0 < **left);
        left.is_some_and(|left| {
            *left -= 1;
            true
        })
    }
}
