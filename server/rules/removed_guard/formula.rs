//! Conditions as formulas, so that two ways to write the same are the same: `not a or b` and
//! `not (a and not b)`, `len(x) == 0` and `not x`, `a > b` and `b < a`.

use tree_sitter::Node;

use super::collect::{names_in, normal};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field, fields, positional};

/// A condition over numbered atoms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Formula {
    Known(bool),
    Atom(usize),
    Not(Box<Formula>),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

impl Formula {
    pub fn negated(self) -> Self {
        match self {
            Self::Known(value) => Self::Known(!value),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(true), one) | (one, Self::Known(true)) => one,
            (Self::Known(false), _) | (_, Self::Known(false)) => Self::Known(false),
            (left, right) => Self::All(vec![left, right]),
        }
    }

    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(false), one) | (one, Self::Known(false)) => one,
            (Self::Known(true), _) | (_, Self::Known(true)) => Self::Known(true),
            (left, right) => Self::Any(vec![left, right]),
        }
    }

    /// The numbers of its atoms.
    pub fn atoms(&self) -> Vec<usize> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn collect(&self, found: &mut Vec<usize>) {
        match self {
            Self::Known(_) => {}
            Self::Atom(atom) => found.push(*atom),
            Self::Not(inner) => inner.collect(found),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.collect(found);
                }
            }
        }
    }

    fn holds(&self, world: &dyn Fn(usize) -> bool) -> bool {
        match self {
            Self::Known(value) => *value,
            Self::Atom(atom) => world(*atom),
            Self::Not(inner) => !inner.holds(world),
            Self::All(parts) => parts.iter().all(|part| part.holds(world)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(world)),
        }
    }
}

/// What an atom says of its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Says {
    True,
    IsNone,
    Equals(String),
    IsA(String),
    Other,
}

#[derive(Debug)]
struct Atom {
    subject: String,
    says: Says,
    names: Vec<String>,
}

/// The atoms of both sides.
#[derive(Debug, Default)]
pub(super) struct Atoms(Vec<Atom>);

/// With more atoms nothing is claimed: the table of all cases doubles with each.
const MOST: usize = 10;

impl Atoms {
    /// The names that an atom asks about.
    pub fn names(&self, atom: usize) -> &[String] {
        self.0.get(atom).map_or(&[], |one| &one.names)
    }

    fn number(&mut self, unit: &Unit<'_>, node: Node<'_>, subject: String, says: Says) -> Formula {
        let known = self
            .0
            .iter()
            .position(|one| one.subject == subject && one.says == says);
        Formula::Atom(known.unwrap_or_else(|| {
            let names = names_in(unit, node);
            self.0.push(Atom {
                subject,
                says,
                names,
            });
            self.0.len() - 1
        }))
    }

    /// Whether two atoms cannot hold together, as `x` and `x is None`.
    fn exclude(&self, left: usize, right: usize) -> bool {
        let (Some(left), Some(right)) = (self.0.get(left), self.0.get(right)) else {
            return false;
        };
        left.subject == right.subject
            && match (&left.says, &right.says) {
                (Says::IsNone, Says::True | Says::Equals(_) | Says::IsA(_))
                | (Says::True | Says::Equals(_) | Says::IsA(_), Says::IsNone) => true,
                (Says::Equals(one), Says::Equals(other)) => one != other,
                _ => false,
            }
    }

    /// Whether the second holds wherever the first does; `None` if there is too much to ask.
    pub fn implies(&self, premise: &Formula, conclusion: &Formula) -> Option<bool> {
        let mut all = premise.atoms();
        all.extend(conclusion.atoms());
        all.sort_unstable();
        all.dedup();
        if MOST < all.len() {
            return None;
        }
        let mut worlds = 0..1usize << all.len();
        Some(worlds.all(|world| {
            let value = |atom: usize| {
                all.binary_search(&atom)
                    .is_ok_and(|at| world >> at & 1 == 1)
            };
            let possible = all.iter().enumerate().all(|(at, one)| {
                !value(*one)
                    || all[at + 1..]
                        .iter()
                        .all(|other| !value(*other) || !self.exclude(*one, *other))
            });
            !possible || !premise.holds(&value) || conclusion.holds(&value)
        }))
    }

    /// Whether it never holds.
    pub fn is_impossible(&self, formula: &Formula) -> bool {
        self.implies(formula, &Formula::Known(false)) == Some(true)
    }

    /// Whether both hold in the same cases.
    pub fn same(&self, left: &Formula, right: &Formula) -> bool {
        self.implies(left, right) == Some(true) && self.implies(right, left) == Some(true)
    }

    /// Reads a condition.
    pub fn read(&mut self, unit: &Unit<'_>, condition: Node<'_>) -> Formula {
        self.read_deep(unit, condition, 0)
    }

    fn read_deep(&mut self, unit: &Unit<'_>, condition: Node<'_>, depth: usize) -> Formula {
        let condition = bare(condition);
        match condition.kind() {
            "true" => Formula::Known(true),
            "false" | "none" => Formula::Known(false),
            "integer" => Formula::Known(!unit.slice(condition).trim_matches(['0', '_']).is_empty()),
            "string" => Formula::Known(2 < unit.slice(condition).len()),
            "not_operator" => match field(condition, "argument") {
                Some(inner) => self.read_deep(unit, inner, depth).negated(),
                None => Formula::Known(true),
            },
            "boolean_operator" => {
                let (Some(left), Some(right)) =
                    (field(condition, "left"), field(condition, "right"))
                else {
                    return Formula::Known(true);
                };
                let is_and = field(condition, "operator").is_some_and(|one| one.kind() == "and");
                let left = self.read_deep(unit, left, depth);
                let right = self.read_deep(unit, right, depth);
                if is_and {
                    left.and(right)
                } else {
                    left.or(right)
                }
            }
            "named_expression" => match field(condition, "name") {
                Some(name) => self.number(unit, name, unit.slice(name).to_owned(), Says::True),
                None => Formula::Known(true),
            },
            "comparison_operator" => self.comparison(unit, condition),
            "call" => self.call(unit, condition, depth),
            "identifier" => {
                // `bad = not a or b` and then `if bad:`.
                let value = unit.only_value(unit.slice(condition)).filter(|value| {
                    depth < 3
                        && value.end_byte() <= condition.start_byte()
                        && matches!(
                            bare(*value).kind(),
                            "comparison_operator" | "boolean_operator" | "not_operator"
                        )
                });
                match value {
                    Some(value) => self.read_deep(unit, value, depth + 1),
                    None => self.truth(unit, condition),
                }
            }
            _ => self.truth(unit, condition),
        }
    }

    fn truth(&mut self, unit: &Unit<'_>, node: Node<'_>) -> Formula {
        self.number(unit, node, normal(unit, node), Says::True)
    }

    fn call(&mut self, unit: &Unit<'_>, call: Node<'_>, depth: usize) -> Formula {
        let callee = field(call, "function").map_or("", |one| unit.slice(one));
        let given = positional(call);
        match (callee, given.as_slice()) {
            ("bool", [one]) => self.read_deep(unit, *one, depth),
            ("len", [one]) => self.truth(unit, *one),
            ("isinstance", [subject, kinds]) => {
                let kinds = bare(*kinds);
                let listed: Vec<Node<'_>> = if kinds.kind() == "tuple" {
                    children(kinds).collect()
                } else {
                    vec![kinds]
                };
                let name = normal(unit, *subject);
                let one_of = listed.into_iter().map(|kind| {
                    self.number(unit, call, name.clone(), Says::IsA(normal(unit, kind)))
                });
                one_of.fold(Formula::Known(false), Formula::or)
            }
            _ => self.truth(unit, call),
        }
    }

    fn comparison(&mut self, unit: &Unit<'_>, node: Node<'_>) -> Formula {
        let parts: Vec<Node<'_>> = children(node).collect();
        let operators: Vec<String> = fields(node, "operators")
            .map(|one| unit.slice(one).split_whitespace().collect())
            .collect();
        // `is not` and `not in` are one operator, in some trees two tokens.
        if operators.len() + 1 != parts.len() {
            let joined: String = operators.concat();
            return match parts.as_slice() {
                [left, right] => self.compared(unit, node, *left, &joined, *right),
                _ => self.truth(unit, node),
            };
        }
        let pairs = parts.windows(2).zip(&operators);
        pairs.fold(Formula::Known(true), |all, (pair, operator)| match pair {
            [left, right] => {
                let one = self.compared(unit, node, *left, operator, *right);
                all.and(one)
            }
            _ => all,
        })
    }

    fn compared(
        &mut self,
        unit: &Unit<'_>,
        node: Node<'_>,
        left: Node<'_>,
        operator: &str,
        right: Node<'_>,
    ) -> Formula {
        let named = |node: Node<'_>| {
            let node = bare(node);
            normal(
                unit,
                field(node, "name")
                    .filter(|_| node.kind() == "named_expression")
                    .unwrap_or(node),
            )
        };
        if let Some(empty) = self.emptiness(unit, left, operator, right) {
            return empty;
        }
        let (one, other) = (named(left), named(right));
        match operator {
            "is" | "==" if right.kind() == "none" => self.number(unit, node, one, Says::IsNone),
            "isnot" | "!=" if right.kind() == "none" => {
                self.number(unit, node, one, Says::IsNone).negated()
            }
            "==" | "is" if is_literal(right) => self.number(unit, node, one, Says::Equals(other)),
            "!=" | "isnot" if is_literal(right) => {
                self.number(unit, node, one, Says::Equals(other)).negated()
            }
            "==" | "!=" | "is" | "isnot" => {
                let (low, high) = if one <= other {
                    (one, other)
                } else {
                    (other, one)
                };
                let same = self.number(unit, node, format!("{low} == {high}"), Says::Other);
                if operator == "==" || operator == "is" {
                    same
                } else {
                    same.negated()
                }
            }
            "<" => self.number(unit, node, format!("{one} < {other}"), Says::Other),
            ">" => self.number(unit, node, format!("{other} < {one}"), Says::Other),
            ">=" => self
                .number(unit, node, format!("{one} < {other}"), Says::Other)
                .negated(),
            "<=" => self
                .number(unit, node, format!("{other} < {one}"), Says::Other)
                .negated(),
            "in" | "notin" => {
                let right = bare(right);
                let listed: Vec<Node<'_>> = children(right).collect();
                let one_of = matches!(right.kind(), "tuple" | "list" | "set")
                    && listed.len() <= 5
                    && listed.iter().all(|item| is_literal(*item));
                let inside = if one_of {
                    let each = listed.into_iter().map(|item| {
                        let value = normal(unit, item);
                        self.number(unit, node, one.clone(), Says::Equals(value))
                    });
                    each.fold(Formula::Known(false), Formula::or)
                } else {
                    self.number(unit, node, format!("{one} in {other}"), Says::Other)
                };
                if operator == "in" {
                    inside
                } else {
                    inside.negated()
                }
            }
            _ => self.truth(unit, node),
        }
    }

    /// `len(x) == 0` and its like are the truth of `x`.
    fn emptiness(
        &mut self,
        unit: &Unit<'_>,
        left: Node<'_>,
        operator: &str,
        right: Node<'_>,
    ) -> Option<Formula> {
        let left = bare(left);
        let is_len = left.kind() == "call"
            && field(left, "function").is_some_and(|one| unit.slice(one) == "len");
        let of = is_len.then(|| positional(left).first().copied())??;
        let full = match (operator, unit.slice(bare(right))) {
            ("==" | "<=", "0") | ("<", "1") => false,
            ("!=" | ">", "0") | (">=", "1") => true,
            _ => return None,
        };
        let truth = self.truth(unit, of);
        Some(if full { truth } else { truth.negated() })
    }
}

fn is_literal(node: Node<'_>) -> bool {
    matches!(
        bare(node).kind(),
        "string" | "integer" | "float" | "true" | "false"
    )
}
