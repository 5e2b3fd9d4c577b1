//! What a condition proves about a key.

use tree_sitter::Node;

use super::shapes::{
    is_false, is_literal, keys_of, literal_holds, membership, operator, stores_or_leaves,
};
use super::{Keys, Walk, bare, children, field, path, positional, string_value, walk};

impl<'a> Keys<'_, 'a> {
    /// Whether the condition, known to hold or not, proves that the mapping has the key.
    pub(super) fn proves(
        &self,
        node: Node<'a>,
        holds: bool,
        mapping: &str,
        key: &str,
        depth: u8,
    ) -> bool {
        let node = bare(node);
        if depth == 0 {
            return false;
        }
        let again = |node, holds| self.proves(node, holds, mapping, key, depth - 1);
        match node.kind() {
            "not_operator" => field(node, "argument").is_some_and(|inner| again(inner, !holds)),
            "boolean_operator" => {
                let sides = [field(node, "left"), field(node, "right")];
                let mut sides = sides.into_iter().flatten();
                let is_and = field(node, "operator").is_some_and(|one| one.kind() == "and");
                if is_and == holds {
                    sides.any(|side| again(side, holds))
                } else {
                    // `"a" in d or "b" in d`: the code goes on to ask which one it is.
                    holds && sides.any(|side| again(side, holds)) && self.mentions(node, mapping, 2)
                }
            }
            "named_expression" => field(node, "value").is_some_and(|value| {
                again(value, holds) || (!holds && self.collects_missing(value, mapping))
            }),
            "binary_operator" => !holds && self.collects_missing(node, mapping),
            "identifier" => self
                .last_value(self.unit.slice(node), node.start_byte())
                .is_some_and(|value| {
                    again(value, holds) || (!holds && self.collects_missing(value, mapping))
                }),
            "call" => self.call_proves(node, holds, mapping, key, depth),
            "comparison_operator" => self.comparison_proves(node, holds, mapping, key),
            _ => false,
        }
    }

    /// The key that the condition, known to hold or not, says the mapping lacks.
    pub(super) fn denied(&self, node: Node<'a>, holds: bool, mapping: &str) -> Option<&'a str> {
        let (node, holds) = match bare(node) {
            not if not.kind() == "not_operator" => (bare(field(not, "argument")?), !holds),
            other => (other, holds),
        };
        let (key, object, has) = membership(self.unit, node)?;
        (has != holds && self.is(object, mapping)).then_some(key)
    }

    fn call_proves(
        &self,
        call: Node<'a>,
        holds: bool,
        mapping: &str,
        key: &str,
        depth: u8,
    ) -> bool {
        if self.asks(call, mapping, key) {
            return holds;
        }
        let function = field(call, "function").map_or("", |function| self.unit.slice(function));
        let arguments = positional(call);
        let first = arguments.first().copied();
        match function {
            "bool" | "isinstance" | "len" => {
                first.is_some_and(|first| self.proves(first, holds, mapping, key, depth - 1))
            }
            "all" | "any" => {
                (function == "all") == holds
                    && first.is_some_and(|first| self.asks_many(first, mapping, key))
            }
            _ => {
                function.ends_with("issubset")
                    && holds
                    && first.and_then(|first| path(self.unit, keys_of(self.unit, first)))
                        == Some(mapping.to_owned())
            }
        }
    }

    fn comparison_proves(&self, node: Node<'a>, holds: bool, mapping: &str, key: &str) -> bool {
        if let Some((asked, object, has)) = membership(self.unit, node) {
            return asked == key && has == holds && self.is(object, mapping);
        }
        let operands: Vec<_> = children(node).collect();
        let [left, right] = operands.as_slice() else {
            return false;
        };
        let operator = operator(node);
        let (left, right) = (self.behind_name(*left), self.behind_name(*right));
        // `{"a", "b"} <= d.keys()`, `set(d) >= REQUIRED`
        if matches!(operator.as_str(), "<=" | "<" | ">=" | ">" | "==") && holds {
            let (small, large) = if operator.starts_with('>') {
                (right, left)
            } else {
                (left, right)
            };
            if self.is(keys_of(self.unit, large), mapping) && keys_of(self.unit, large) != large {
                return !is_literal(small) || literal_holds(self.unit, small, key);
            }
        }
        let Some(other) = [(left, right), (right, left)]
            .into_iter()
            .find(|(one, _)| self.asks(*one, mapping, key))
            .map(|(_, other)| other)
        else {
            return false;
        };
        let with_none = other.kind() == "none";
        match operator.as_str() {
            "is" | "==" => holds != with_none,
            "is not" | "!=" => holds == with_none,
            "in" | "<" | ">" | "<=" | ">=" => holds,
            "not in" => !holds,
            _ => false,
        }
    }

    /// The value of a plain name, for conditions on names that hold an answer.
    fn behind_name(&self, node: Node<'a>) -> Node<'a> {
        let node = bare(node);
        match node.kind() {
            "identifier" => self
                .last_value(self.unit.slice(node), node.start_byte())
                .map_or(node, bare),
            "named_expression" => field(node, "value").map_or(node, bare),
            _ => node,
        }
    }

    fn is(&self, object: Node<'a>, mapping: &str) -> bool {
        path(self.unit, keys_of(self.unit, object)).is_some_and(|path| path == mapping)
    }

    /// `m.get("k")`, with a default that is false at most; also `m.get("k", {}).get("x")`.
    fn asks(&self, call: Node<'a>, mapping: &str, key: &str) -> bool {
        let call = bare(call);
        let Some(function) = field(call, "function").filter(|one| one.kind() == "attribute") else {
            return false;
        };
        let Some(object) = field(function, "object") else {
            return false;
        };
        if field(function, "attribute").is_none_or(|name| self.unit.slice(name) != "get") {
            return self.asks(object, mapping, key);
        }
        let arguments = positional(call);
        let asked = arguments
            .first()
            .and_then(|first| string_value(*first, self.unit.source()));
        let default = arguments
            .get(1)
            .is_none_or(|default| is_false(self.unit, *default));
        (asked == Some(key) && default && self.is(object, mapping))
            || self.asks(object, mapping, key)
    }

    /// `k in d for k in ("a", "b")`: the keys are not constants here, but asked for one by one.
    fn asks_many(&self, node: Node<'a>, mapping: &str, key: &str) -> bool {
        let mut tested = false;
        walk(node, &mut |inner| {
            tested |= inner.kind() == "comparison_operator"
                && children(inner)
                    .nth(1)
                    .is_some_and(|right| self.is(right, mapping));
            tested |= inner.kind() == "call"
                && field(inner, "function")
                    .and_then(|function| field(function, "object"))
                    .is_some_and(|object| self.is(object, mapping));
            Walk::Into
        });
        let listed = children(node)
            .find(|child| child.kind() == "for_in_clause")
            .and_then(|clause| field(clause, "right"));
        tested && listed.is_none_or(|list| !is_literal(list) || literal_holds(self.unit, list, key))
    }

    /// `[k for k in REQUIRED if k not in d]` or `REQUIRED - d.keys()`.
    fn collects_missing(&self, value: Node<'a>, mapping: &str) -> bool {
        matches!(
            value.kind(),
            "list_comprehension" | "set_comprehension" | "binary_operator" | "call"
        ) && self.mentions(value, mapping, 1)
            && (value.kind() != "call" || self.unit.slice(value).contains("difference"))
    }

    fn mentions(&self, node: Node<'a>, mapping: &str, times: usize) -> bool {
        let mut count = 0;
        walk(node, &mut |inner| {
            if matches!(inner.kind(), "identifier" | "attribute" | "subscript")
                && path(self.unit, inner).is_some_and(|path| path == mapping)
            {
                count += 1;
                return Walk::Over;
            }
            Walk::Into
        });
        times <= count
    }

    /// `for k in REQUIRED: if k not in d: raise …` before the place.
    #[must_use]
    pub fn is_gone_through(&self, at: Node<'a>, mapping: &str) -> bool {
        let mut refusing = self.refusing.borrow_mut();
        let loops = refusing.entry(mapping.to_owned()).or_insert_with(|| {
            self.unit
                .own(&["for_statement"])
                .into_iter()
                .filter(|one| self.looks_for_keys(*one, mapping))
                .filter_map(|one| Some((one.end_byte(), one.parent()?.end_byte())))
                .collect()
        });
        // The loop runs before whatever follows in its block.
        loops
            .iter()
            .any(|(end, block)| *end <= at.start_byte() && at.end_byte() <= *block)
    }

    fn looks_for_keys(&self, looping: Node<'a>, mapping: &str) -> bool {
        let mut found = false;
        // `for key in NAMES: order.setdefault(key, None)`: it fills what it goes through.
        let others = field(looping, "right").is_some_and(|all| !self.mentions(all, mapping, 1));
        walk(looping, &mut |node| {
            found |= others && self.fills(node, mapping);
            found |= node.kind() == "if_statement"
                && field(node, "condition").is_some_and(|condition| {
                    self.mentions(condition, mapping, 1) && !self.has_constant_key(condition)
                })
                && field(node, "consequence")
                    .is_some_and(|body| children(body).any(|one| stores_or_leaves(one)));
            Walk::Into
        });
        found
    }

    /// `order.setdefault(key, None)`, `order[key] = None`, with a key that is no constant.
    fn fills(&self, node: Node<'a>, mapping: &str) -> bool {
        match node.kind() {
            "call" => {
                let function = field(node, "function").filter(|one| one.kind() == "attribute");
                function.is_some_and(|function| {
                    field(function, "attribute")
                        .is_some_and(|name| self.unit.slice(name) == "setdefault")
                        && field(function, "object").is_some_and(|one| self.is(one, mapping))
                }) && positional(node)
                    .first()
                    .is_some_and(|key| key.kind() == "identifier")
            }
            "assignment" => field(node, "left")
                .filter(|left| left.kind() == "subscript")
                .is_some_and(|left| {
                    field(left, "value").is_some_and(|one| self.is(one, mapping))
                        && field(left, "subscript").is_some_and(|key| key.kind() == "identifier")
                }),
            _ => false,
        }
    }

    fn has_constant_key(&self, condition: Node<'a>) -> bool {
        membership(self.unit, condition).is_some()
    }
}
