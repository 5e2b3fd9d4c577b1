//! What the code around a use tells that the value alone does not: conditions that hold together,
//! the callers of the same file, a protocol that the object keeps.

use tree_sitter::Node;

use super::asked::is_asked_below;
use super::lattice::Access;
use super::source::Ground;
use super::{DEFAULT, usage};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::flow::{Fact, facts_at};
use crate::syntax::nodes::{
    Walk, bare, children, field, fields, has_splat, keyword, positional, statement_of, walk,
    walk_near,
};

/// Uses that are asked about, in one scope: each asks about all statements before it.
const ASKED: usize = 32;

/// The uses that deserve a word, each with its confidence.
pub(super) fn all<'a>(unit: &Unit<'a>, found: Vec<Access<'a>>) -> Vec<Access<'a>> {
    let (tentative, plain): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(super::lattice::Access::is_tentative);
    let mut all = if plain.len() <= ASKED {
        plain
            .into_iter()
            .filter_map(|one| settle(unit, one))
            .collect()
    } else {
        plain
    };
    let tentative = tentative.into_iter().take(ASKED);
    all.extend(tentative.filter_map(|one| settle(unit, one)));
    all
}

/// The use with the confidence that it deserves; `None` if it cannot fail.
fn settle<'a>(unit: &Unit<'a>, mut access: Access<'a>) -> Option<Access<'a>> {
    if !unit.is_function() && access.why.confidence == Confidence::Possible {
        return Some(access);
    }
    let facts = facts_at(access.object, unit.source());
    let around = Around {
        unit,
        facts: &facts,
        access: &access,
    };
    if around.is_promised()
        || around.was_asked()
        || around.depends_alike()
        || around.failed_before()
        || around.is_ruled_out()
    {
        return None;
    }
    if access.why.ground == Ground::AskedBelow {
        return is_asked_below(unit, &access).then_some(access);
    }
    if access.by_operator {
        access.why.confidence = Confidence::Possible;
        return usage::speaks_for_it(unit, &facts, &access).then_some(access);
    }
    if access.why.ground == Ground::PartOfAnswer && usage::is_sibling_asked(unit, &access) {
        return None;
    }
    let is_doubtful = around.is_protocol() || around.is_always_passed() || around.may_have_left();
    // Whoever asks below whether it is None knows that it may be.
    let asked =
        (is_doubtful || access.why.confidence == Confidence::Possible) && around.is_asked_later();
    if asked {
        access.why.confidence = Confidence::Likely;
    } else if is_doubtful {
        access.why.confidence = Confidence::Possible;
    }
    Some(access)
}

struct Around<'s, 'u, 'a> {
    unit: &'u Unit<'a>,
    facts: &'s [Fact<'a>],
    access: &'s Access<'a>,
}

impl<'a> Around<'_, '_, 'a> {
    /// `rows = None  # type: Rows`, `rows: Rows = None`: whoever writes this promises to fill it
    /// before it is used.
    fn is_promised(&self) -> bool {
        let why = &self.access.why;
        if !why.placeholder || why.confidence != Confidence::Certain {
            return false;
        }
        let behind = &self.unit.source().text()[why.place.end_byte()..];
        let line = behind.lines().next().unwrap_or_default();
        let comment = line.split_once("# type:").is_some_and(|(_, kind)| {
            !kind.trim_start().starts_with("ignore")
                && !kind.contains("Optional")
                && !kind.contains("None")
        });
        let annotation = why
            .place
            .parent()
            .filter(|up| up.kind() == "assignment")
            .and_then(|up| field(up, "type"))
            .map(|kind| self.unit.slice(kind));
        comment
            || annotation.is_some_and(|kind| !kind.contains("None") && !kind.contains("Optional"))
    }

    /// `if find(text): … find(text).start()`: the same call answered before.
    fn was_asked(&self) -> bool {
        let object = self.access.object;
        object.kind() == "call"
            && self.facts.iter().any(|fact| {
                fact.holds
                    && fact.condition.kind() == "call"
                    && self.unit.slice(fact.condition) == self.unit.slice(object)
                    && self.is_unchanged(object, fact.at)
            })
    }

    /// Whether no name of the expression is bound between the byte and the use.
    fn is_unchanged(&self, part: Node<'a>, since: usize) -> bool {
        let mut same = true;
        let until = self.access.object.start_byte();
        walk(part, &mut |node| {
            if node.kind() == "identifier" {
                same &= !self
                    .unit
                    .rebound_between(self.unit.slice(node), since, until);
            }
            Walk::Into
        });
        same
    }

    /// `rows = load() if wanted else None`, and now `wanted` holds; or `rows = None`, set below
    /// `if wanted:` and used below another `if wanted:`.
    fn depends_alike(&self) -> bool {
        let place = self.access.why.place;
        if place.kind() == "conditional_expression" {
            let parts: Vec<Node<'a>> = children(place).collect();
            let [_, condition, otherwise] = parts.as_slice() else {
                return false;
            };
            return self.follows(
                *condition,
                bare(*otherwise).kind() == "none",
                place.end_byte(),
            );
        }
        (self.access.why.placeholder || self.is_default())
            && self.unit.bindings(&self.access.path).iter().any(|one| {
                let behind = place.end_byte() <= one.start_byte()
                    && one.end_byte() <= self.access.object.start_byte();
                behind
                    && arm_of(*one).is_some_and(|(condition, holds)| {
                        self.follows(condition, holds, condition.end_byte())
                    })
            })
    }

    /// Whether what is known here says that the condition holds (or does not), as it did at the
    /// byte.
    fn follows(&self, condition: Node<'a>, holds: bool, since: usize) -> bool {
        let condition = bare(condition);
        match condition.kind() {
            "not_operator" => {
                field(condition, "argument").is_some_and(|inner| self.follows(inner, !holds, since))
            }
            "boolean_operator" => {
                let sides = [field(condition, "left"), field(condition, "right")];
                let mut sides = sides.into_iter().flatten();
                let and = field(condition, "operator").is_some_and(|one| one.kind() == "and");
                if and == holds {
                    sides.all(|side| self.follows(side, holds, since))
                } else {
                    sides.any(|side| self.follows(side, holds, since))
                        || self.is_known(condition, holds, since)
                }
            }
            _ => self.is_known(condition, holds, since),
        }
    }

    fn is_known(&self, condition: Node<'a>, holds: bool, since: usize) -> bool {
        let text = self.unit.slice(condition);
        // A call may answer something else the second time.
        condition.kind() != "call"
            && self
                .facts
                .iter()
                .any(|fact| fact.holds == holds && self.unit.slice(fact.condition) == text)
            && self.is_unchanged(condition, since)
    }

    /// `user.name`, and below it `if user is None:` without a new value between them.
    fn is_asked_later(&self) -> bool {
        let path = self.access.path.as_str();
        let statement = statement_of(self.access.object);
        let Some(block) = statement.parent() else {
            return false;
        };
        let is_name = self.access.object.kind() == "identifier";
        let until = |node: Node<'a>| {
            let since = statement.end_byte();
            since <= node.start_byte() && !self.unit.rebound_between(path, since, node.start_byte())
        };
        let mut asked = false;
        walk_near(block, self.unit.source(), "None", &mut |node| {
            asked |= is_name
                && node.kind() == "comparison_operator"
                && until(node)
                && [true, false]
                    .iter()
                    .any(|holds| says_none(self.unit, node, *holds, path));
            Walk::Into
        });
        asked
    }

    /// `if user is None: error = "…"`, and now `error is None` holds.
    fn failed_before(&self) -> bool {
        self.facts.iter().any(|fact| {
            let Some((flag, empty)) = asked_flag(self.unit, fact) else {
                return false;
            };
            self.unit.bound(flag).iter().any(|one| {
                let (node, value) = (one.name, one.value());
                node.end_byte() <= fact.condition.start_byte()
                    && self.access.why.place.end_byte() <= node.start_byte()
                    && value.is_some_and(|value| is_empty(self.unit, value) == Some(!empty))
                    && arm_of(node).is_some_and(|(condition, holds)| {
                        says_none(self.unit, condition, holds, &self.access.path)
                    })
            })
        })
    }

    /// `if a is None and b is None: return`, and now `a is None` holds: so `b` is there.
    fn is_ruled_out(&self) -> bool {
        let path = self.access.path.as_str();
        self.facts.iter().any(|fact| {
            let condition = fact.condition;
            if condition.kind() != "boolean_operator" {
                return false;
            }
            let and = field(condition, "operator").is_some_and(|one| one.kind() == "and");
            let (Some(left), Some(right)) = (field(condition, "left"), field(condition, "right"))
            else {
                return false;
            };
            // Not both, or at least one: what the one does not say, the other does.
            and != fact.holds
                && [(left, right), (right, left)]
                    .into_iter()
                    .any(|(one, other)| {
                        let said = and;
                        says_none(self.unit, one, said, path)
                            && self.follows(other, said, condition.end_byte())
                    })
        })
    }

    /// An attribute that the class declares as optional, below an assertion about another one: the
    /// object is in a state in which it is set.
    fn is_protocol(&self) -> bool {
        let declared = self.access.why.reason == "its type allows None";
        let Some((owner, _)) = self.access.path.rsplit_once('.').filter(|_| declared) else {
            return false;
        };
        let mut asserted = false;
        walk_near(self.unit.node, self.unit.source(), "assert", &mut |node| {
            asserted |= node.kind() == "assert_statement"
                && node.end_byte() <= self.access.object.start_byte()
                && node
                    .named_child(0)
                    .is_some_and(|part| self.unit.slice(part).contains(&format!("{owner}.")));
            Walk::Into
        });
        asserted
    }

    fn is_default(&self) -> bool {
        self.access.why.reason == DEFAULT
    }

    /// A parameter without a type whose default is None: nobody here leaves it out, or it is only
    /// needed where another one was left out.
    fn is_always_passed(&self) -> bool {
        self.is_default()
            && !self.access.why.against_its_type
            && (!is_left_out(self.unit, &self.access.path) || self.hangs_on_another())
    }

    /// `root = root or window.root`, or a condition on this one and another that held before.
    fn hangs_on_another(&self) -> bool {
        let parameters = self.unit.parameters();
        self.facts.iter().any(|fact| match fact.condition.kind() {
            "identifier" => {
                let name = self.unit.slice(fact.condition);
                name != self.access.path && parameters.iter().any(|one| one.name == name)
            }
            "boolean_operator" => self.unit.mentions(fact.condition, &self.access.path),
            _ => false,
        })
    }

    /// A placeholder that a loop may have left as it is; but another check on the way here leaves
    /// the function, perhaps in just that case.
    fn may_have_left(&self) -> bool {
        let why = &self.access.why;
        if !why.placeholder || why.confidence != Confidence::Likely {
            return false;
        }
        let mut at = Some(statement_of(self.access.object));
        while let Some(one) = at.and_then(|one| one.prev_named_sibling()) {
            if one.end_byte() <= why.place.end_byte() {
                return false;
            }
            if one.kind() == "if_statement" && leaves(one) && !self.speaks_of_it(one) {
                return true;
            }
            at = Some(one);
        }
        false
    }

    fn speaks_of_it(&self, statement: Node<'a>) -> bool {
        field(statement, "condition")
            .is_some_and(|condition| self.unit.mentions(condition, &self.access.path))
    }
}

/// Whether a statement may leave the function.
fn leaves(statement: Node<'_>) -> bool {
    let mut found = false;
    walk(statement, &mut |node| {
        found |= matches!(node.kind(), "return_statement" | "raise_statement");
        if found { Walk::Over } else { Walk::Into }
    });
    found
}

/// The condition below which the binding stands, and whether it holds there.
fn arm_of(binding: Node<'_>) -> Option<(Node<'_>, bool)> {
    let block = statement_of(binding)
        .parent()
        .filter(|up| up.kind() == "block")?;
    let arm = block.parent()?;
    match arm.kind() {
        "if_statement" | "elif_clause" if field(arm, "consequence") == Some(block) => {
            Some((field(arm, "condition")?, true))
        }
        "else_clause" => {
            let whole = arm.parent().filter(|up| up.kind() == "if_statement")?;
            // With an `elif` between them it is not the first condition alone that failed.
            let only = fields(whole, "alternative").count() == 1;
            only.then(|| Some((field(whole, "condition")?, false)))?
        }
        _ => None,
    }
}

/// The name that a fact speaks of, and whether it says that the name is empty.
fn asked_flag<'a>(unit: &Unit<'a>, fact: &Fact<'a>) -> Option<(&'a str, bool)> {
    let condition = fact.condition;
    match condition.kind() {
        "identifier" => Some((unit.slice(condition), !fact.holds)),
        "comparison_operator" => {
            let parts: Vec<Node<'a>> = children(condition).collect();
            let [name, none] = parts.as_slice() else {
                return None;
            };
            if name.kind() != "identifier" || none.kind() != "none" {
                return None;
            }
            let mut words = fields(condition, "operators").map(|one| unit.slice(one));
            let is = !words.any(|word| word.contains("not") || word == "!=");
            Some((unit.slice(*name), is == fact.holds))
        }
        _ => None,
    }
}

/// Whether a constant is None, false or empty; `None` for anything that is not a constant.
fn is_empty(unit: &Unit<'_>, value: Node<'_>) -> Option<bool> {
    match value.kind() {
        "none" | "false" => Some(true),
        "true" => Some(false),
        "string" => Some(matches!(unit.slice(value), "''" | "\"\"")),
        "concatenated_string" => Some(false),
        "integer" => Some(unit.slice(value) == "0"),
        _ => None,
    }
}

/// `path is None` or `not path`.
pub(super) fn says_none(unit: &Unit<'_>, condition: Node<'_>, holds: bool, path: &str) -> bool {
    let condition = bare(condition);
    match condition.kind() {
        "not_operator" => field(condition, "argument")
            .is_some_and(|inner| holds && unit.slice(bare(inner)) == path),
        "comparison_operator" => {
            let parts: Vec<Node<'_>> = children(condition).collect();
            let about =
                parts.len() == 2 && unit.slice(parts[0]) == path && parts[1].kind() == "none";
            let mut words = fields(condition, "operators").map(|one| unit.slice(one));
            let is = !words.any(|word| word.contains("not") || word == "!=");
            about && is == holds
        }
        "identifier" | "attribute" => !holds && unit.slice(condition) == path,
        // `if user is None or not user.active: error = …`
        "boolean_operator" => {
            let or = field(condition, "operator").is_some_and(|one| one.kind() == "or");
            (or == holds)
                && ["left", "right"]
                    .iter()
                    .filter_map(|side| field(condition, side))
                    .any(|side| says_none(unit, side, holds, path))
        }
        _ => false,
    }
}

/// Whether a call of the same file leaves the parameter out.
fn is_left_out(unit: &Unit<'_>, parameter: &str) -> bool {
    let parameters = unit.parameters();
    let Some(place) = parameters.iter().position(|one| one.name == parameter) else {
        return false;
    };
    let mut parts = unit.qualname.rsplit('.');
    let own = parts.next().unwrap_or_default();
    let is_method = unit.class().is_some();
    let place = if is_method {
        place.saturating_sub(1)
    } else {
        place
    };
    // `Shape()` calls `Shape.__init__`.
    let called = if own == "__init__" {
        parts.next().unwrap_or_default()
    } else {
        own
    };
    let mut found = false;
    unit.source().walk_near(called, &mut |node| {
        if node.kind() == "call"
            && let Some(function) = field(node, "function")
        {
            let text = unit.slice(function);
            let same = if is_method && own != "__init__" {
                text.strip_prefix("self.") == Some(called)
                    || text.strip_prefix("cls.") == Some(called)
            } else {
                text == called
            };
            found |= same
                && !has_splat(node)
                && positional(node).len() <= place
                && keyword(node, parameter, unit.source()).is_none();
        }
        Walk::Into
    });
    found
}
