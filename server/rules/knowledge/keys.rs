//! Which keys a mapping certainly has at a place: tests, stores, literals, handlers, validation.

use std::collections::HashMap;

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::flow::{
    caught_around, contains, facts_at, handler_names, healed_at, ran_before, withs_around,
};
use crate::syntax::nodes::{
    Walk, ancestors, bare, children, exits, field, fields, is_scope, positional, string_value,
    walk, walk_own,
};
use crate::syntax::unit::{binds, value_bound};

/// An expression that can be followed, as normalised text: names, attributes, constant subscripts
/// and calls without arguments (`event`, `self.config`, `event["body"]`, `response.json()`).
#[must_use]
pub fn path(unit: &Unit<'_>, node: Node<'_>) -> Option<String> {
    let node = bare(node);
    match node.kind() {
        "identifier" => Some(unit.slice(node).to_owned()),
        "attribute" => {
            let object = path(unit, field(node, "object")?)?;
            Some(format!(
                "{object}.{}",
                unit.slice(field(node, "attribute")?)
            ))
        }
        "subscript" => {
            let (object, key) = constant_subscript(unit, node)?;
            Some(format!("{}[{key:?}]", path(unit, object)?))
        }
        "call" => {
            let arguments = field(node, "arguments")?;
            (arguments.kind() == "argument_list" && arguments.named_child_count() == 0)
                .then(|| Some(format!("{}()", path(unit, field(node, "function")?)?)))?
        }
        "await" => path(unit, node.named_child(0)?),
        _ => None,
    }
}

/// The object and key of `object["key"]`.
#[must_use]
pub fn constant_subscript<'a>(unit: &Unit<'a>, node: Node<'a>) -> Option<(Node<'a>, &'a str)> {
    let mut keys = fields(node, "subscript");
    let (key, more) = (keys.next()?, keys.next());
    if more.is_some() {
        return None;
    }
    Some((field(node, "value")?, string_value(key, unit.source())?))
}

/// Whether a subscript is read: not stored to, deleted or annotated.
#[must_use]
pub fn is_load(node: Node<'_>) -> bool {
    let mut at = node;
    while let Some(parent) = at.parent() {
        match parent.kind() {
            "assignment" | "for_statement" | "for_in_clause" => {
                return field(parent, "left") != Some(at) && field(parent, "type") != Some(at);
            }
            "delete_statement" | "as_pattern_target" | "type" | "type_alias_statement" => {
                return false;
            }
            "pattern_list"
            | "tuple_pattern"
            | "list_pattern"
            | "list_splat_pattern"
            | "tuple"
            | "list"
            | "parenthesized_expression"
            | "expression_list" => at = parent,
            _ => return true,
        }
    }
    true
}

/// The first name of a path.
#[must_use]
pub fn root(path: &str) -> &str {
    path.split(['.', '[', '(']).next().unwrap_or(path)
}

/// What the code does with one mapping.
#[derive(Debug, Clone, Copy)]
enum Use<'a> {
    /// `m["k"]` read.
    Read(&'a str),
    /// `m["k"] = …`, `m.setdefault("k", …)`, `m.update(k=…)`.
    Store(&'a str),
    /// `m.get("k")`, `"k" in m`, `m.pop("k", …)`.
    Ask(&'a str),
    /// The mapping is handed to a function that is named like a check.
    Check,
}

/// What one scope does with its mappings; collected once for a scope.
#[derive(Debug)]
pub struct Keys<'u, 'a> {
    unit: &'u Unit<'a>,
    uses: HashMap<String, Vec<(Node<'a>, Use<'a>)>>,
    bound: HashMap<&'a str, Vec<Node<'a>>>,
    stored: Vec<(String, Node<'a>)>,
}

impl<'u, 'a> Keys<'u, 'a> {
    /// Reads the unit's own code.
    #[must_use]
    pub fn new(unit: &'u Unit<'a>) -> Self {
        let mut keys = Self {
            unit,
            uses: HashMap::new(),
            bound: HashMap::new(),
            stored: Vec::new(),
        };
        walk_own(unit.node, &mut |node| keys.see(node));
        keys
    }

    fn see(&mut self, node: Node<'a>) {
        match node.kind() {
            "identifier" if binds(node) => {
                self.bound
                    .entry(self.unit.slice(node))
                    .or_default()
                    .push(node);
            }
            "assignment" | "augmented_assignment" => {
                if let Some(left) = field(node, "left")
                    && left.kind() == "attribute"
                    && let Some(path) = path(self.unit, left)
                {
                    self.stored.push((path, node));
                }
            }
            "subscript" => {
                if let Some((object, key)) = constant_subscript(self.unit, node) {
                    let what = if is_load(node) {
                        Use::Read(key)
                    } else {
                        Use::Store(key)
                    };
                    self.add(object, node, what);
                }
            }
            "comparison_operator" => {
                if let Some((key, object, _)) = membership(self.unit, node) {
                    self.add(object, node, Use::Ask(key));
                }
            }
            "call" => self.see_call(node),
            _ => {}
        }
    }

    fn add(&mut self, object: Node<'a>, node: Node<'a>, what: Use<'a>) {
        if let Some(path) = path(self.unit, object) {
            self.uses.entry(path).or_default().push((node, what));
        }
    }

    fn see_call(&mut self, call: Node<'a>) {
        let Some(function) = field(call, "function") else {
            return;
        };
        let arguments = positional(call);
        if is_check_name(self.unit.slice(function)) {
            for argument in arguments.iter().chain(&keyword_values(call)) {
                self.add(*argument, call, Use::Check);
            }
        }
        let (Some(object), Some(attribute)) =
            (field(function, "object"), field(function, "attribute"))
        else {
            return;
        };
        let key = arguments
            .first()
            .and_then(|first| string_value(*first, self.unit.source()));
        match (self.unit.slice(attribute), key) {
            ("get" | "pop", Some(key)) => self.add(object, call, Use::Ask(key)),
            ("setdefault", Some(key)) => self.add(object, call, Use::Store(key)),
            ("update", _) => {
                for key in keys_given(self.unit, call) {
                    self.add(object, call, Use::Store(key));
                }
            }
            (name, _) if is_check_name(name) => self.add(object, call, Use::Check),
            _ => {}
        }
    }

    fn uses_of(&self, mapping: &str) -> &[(Node<'a>, Use<'a>)] {
        self.uses.get(mapping).map_or(&[], Vec::as_slice)
    }

    /// Whether what `mapping` stands for may have changed between two bytes.
    #[must_use]
    pub fn changed_between(&self, mapping: &str, from: usize, to: usize) -> bool {
        let root = root(mapping);
        let within = |node: &Node<'_>| from <= node.start_byte() && node.start_byte() < to;
        self.bound
            .get(root)
            .is_some_and(|places| places.iter().any(within))
            || self
                .stored
                .iter()
                .any(|(path, node)| within(node) && mapping.starts_with(path.as_str()))
    }

    /// The last value bound to a plain name before the byte `at`. Inside `x = not x` the right `x`
    /// is the one before: so following names from value to value always comes to an end.
    #[must_use]
    pub fn last_value(&self, name: &str, at: usize) -> Option<Node<'a>> {
        let places = self.bound.get(name)?;
        let last = places.iter().rfind(|one| {
            one.end_byte() <= at && value_bound(**one).is_none_or(|value| value.end_byte() <= at)
        })?;
        value_bound(*last)
    }

    /// The places in this scope that bind a plain name.
    #[must_use]
    pub fn bindings(&self, name: &str) -> &[Node<'a>] {
        self.bound.get(name).map_or(&[], Vec::as_slice)
    }

    /// Another place of this scope that asks the mapping whether it has the key.
    #[must_use]
    pub fn asked(&self, mapping: &str, key: &str) -> Option<Node<'a>> {
        self.uses_of(mapping)
            .iter()
            .find(|(_, what)| matches!(what, Use::Ask(asked) if *asked == key))
            .map(|(node, _)| *node)
    }

    /// Whether the mapping is asked for any key: so it is a mapping, and its keys may lack.
    #[must_use]
    pub fn is_asked(&self, mapping: &str) -> bool {
        self.uses_of(mapping)
            .iter()
            .any(|(_, what)| matches!(what, Use::Ask(_)))
    }

    /// The reads of the key that come certainly after `read` while the mapping is the same.
    #[must_use]
    pub fn reads_after(&self, read: Node<'a>, mapping: &str, key: &str) -> Vec<Node<'a>> {
        self.uses_of(mapping)
            .iter()
            .filter(|(_, what)| matches!(what, Use::Read(other) if *other == key))
            .map(|(node, _)| *node)
            .filter(|node| ran_before(read, *node))
            .filter(|node| !self.changed_between(mapping, read.end_byte(), node.start_byte()))
            .collect()
    }

    /// Whether the mapping has the key at `at`, or a lack of it is taken care of there.
    #[must_use]
    pub fn is_present(&self, at: Node<'a>, mapping: &str, key: &str) -> bool {
        self.is_caught(at)
            || self.is_proven(at, mapping, key)
            || self.is_healed(at, mapping, key)
            || self.is_made(at, mapping, key)
            || self.is_matched(at, mapping, key)
            || self.is_validated(at, mapping)
    }

    fn is_caught(&self, at: Node<'a>) -> bool {
        const KINDS: [&str; 4] = ["KeyError", "LookupError", "Exception", "BaseException"];
        caught_around(at).into_iter().any(|clause| {
            handler_names(clause, self.unit.source())
                .iter()
                .any(|name| KINDS.contains(name) || name.ends_with("KeyError"))
        }) || withs_around(at).into_iter().any(|item| {
            let text = self.unit.slice(item);
            (text.contains("suppress") || text.contains("raises") || text.contains("Raises"))
                && KINDS.iter().any(|kind| text.contains(kind))
        })
    }

    fn is_proven(&self, at: Node<'a>, mapping: &str, key: &str) -> bool {
        facts_at(at, self.unit.source()).into_iter().any(|fact| {
            let end = fact.condition.end_byte();
            let from = if fact.at < end && end <= at.start_byte() {
                end
            } else {
                fact.at
            };
            self.proves(fact.condition, fact.holds, mapping, key, 3)
                && !self.changed_between(mapping, from, at.start_byte())
        })
    }

    /// Whether the condition, known to hold or not, proves that the mapping has the key.
    fn proves(&self, node: Node<'a>, holds: bool, mapping: &str, key: &str, depth: u8) -> bool {
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
            "named_expression" => field(node, "value").is_some_and(|value| again(value, holds)),
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

    /// `if "k" not in d: d["k"] = …` before the place.
    fn is_healed(&self, at: Node<'a>, mapping: &str, key: &str) -> bool {
        healed_at(at).into_iter().any(|(condition, body)| {
            let missing = children_of_or(condition)
                .into_iter()
                .any(|part| self.proves(part, false, mapping, key, 3));
            missing
                && !self.changed_between(mapping, body.end_byte(), at.start_byte())
                && (exits(body, self.unit.source())
                    || self.changed_between(mapping, body.start_byte(), body.end_byte())
                    || self.uses_of(mapping).iter().any(|(node, what)| {
                        contains(body, *node) && matches!(what, Use::Store(one) if *one == key)
                    }))
        })
    }

    /// Stored, or read with success, on every way here; or bound to literals that have it.
    fn is_made(&self, at: Node<'a>, mapping: &str, key: &str) -> bool {
        let done = self.uses_of(mapping).iter().any(|(node, what)| {
            matches!(what, Use::Store(one) | Use::Read(one) if *one == key)
                && *node != at
                && ran_before(*node, at)
                && !self.changed_between(mapping, node.end_byte(), at.start_byte())
        });
        done || self.is_literal_with(at, mapping, key)
    }

    fn is_literal_with(&self, at: Node<'a>, mapping: &str, key: &str) -> bool {
        let values: Vec<Option<Node<'a>>> = self
            .bindings(mapping)
            .iter()
            .filter(|one| one.end_byte() <= at.start_byte())
            .map(|one| value_bound(*one))
            .collect();
        if values.is_empty() {
            return module_value(self.unit, mapping)
                .is_some_and(|value| literal_holds(self.unit, value, key));
        }
        values
            .iter()
            .all(|value| value.is_some_and(|value| literal_holds(self.unit, value, key)))
    }

    /// `match d: case {"k": …}:` around the place.
    fn is_matched(&self, at: Node<'a>, mapping: &str, key: &str) -> bool {
        ancestors(at)
            .take_while(|node| !is_scope(*node))
            .filter(|node| node.kind() == "case_clause")
            .any(|clause| {
                let subject = ancestors(clause)
                    .find(|node| node.kind() == "match_statement")
                    .and_then(|node| field(node, "subject"));
                let mut named = false;
                for pattern in children(clause).filter(|child| child.kind() == "case_pattern") {
                    walk(pattern, &mut |node| {
                        named |= string_value(node, self.unit.source()) == Some(key);
                        Walk::Into
                    });
                }
                named && subject.is_some_and(|subject| self.is(subject, mapping))
            })
    }

    /// Handed to a check before, or its keys were gone through with a way out.
    fn is_validated(&self, at: Node<'a>, mapping: &str) -> bool {
        let checked = self.uses_of(mapping).iter().any(|(node, what)| {
            matches!(what, Use::Check)
                && (ran_before(*node, at) || is_condition_of(*node, at))
                && !self.changed_between(mapping, node.end_byte(), at.start_byte())
        });
        checked || self.is_gone_through(at, mapping)
    }

    /// `for k in REQUIRED: if k not in d: raise …` before the place.
    fn is_gone_through(&self, at: Node<'a>, mapping: &str) -> bool {
        let mut block = at;
        while let Some(parent) = block.parent() {
            if matches!(parent.kind(), "block" | "module") {
                for statement in children(parent).filter(|one| one.kind() == "for_statement") {
                    if statement.end_byte() <= at.start_byte() && self.refuses(statement, mapping) {
                        return true;
                    }
                }
            }
            if is_scope(parent) {
                break;
            }
            block = parent;
        }
        false
    }

    fn refuses(&self, looping: Node<'a>, mapping: &str) -> bool {
        let mut found = false;
        walk(looping, &mut |node| {
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

    fn has_constant_key(&self, condition: Node<'a>) -> bool {
        membership(self.unit, condition).is_some()
    }
}

fn stores_or_leaves(statement: Node<'_>) -> bool {
    matches!(statement.kind(), "raise_statement" | "return_statement")
        || statement
            .named_child(0)
            .and_then(|inner| field(inner, "left"))
            .is_some_and(|left| left.kind() == "subscript")
}

/// The values of keyword arguments.
fn keyword_values(call: Node<'_>) -> Vec<Node<'_>> {
    field(call, "arguments").map_or_else(Vec::new, |arguments| {
        children(arguments)
            .filter(|child| child.kind() == "keyword_argument")
            .filter_map(|child| field(child, "value"))
            .collect()
    })
}

/// Whether a call in the condition of an `if` or `while` decides about `at`.
fn is_condition_of(call: Node<'_>, at: Node<'_>) -> bool {
    ancestors(call)
        .find(|node| {
            matches!(
                node.kind(),
                "if_statement" | "elif_clause" | "while_statement"
            )
        })
        .is_some_and(|statement| contains(statement, at))
}

/// Names of functions that look at a mapping and complain.
fn is_check_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    [
        "valid", "check", "require", "ensure", "assert", "verify", "schema",
    ]
    .iter()
    .any(|word| last.contains(word))
}

/// Key, mapping and whether it says "has": `"k" in d` / `"k" not in d`.
fn membership<'a>(unit: &Unit<'a>, node: Node<'a>) -> Option<(&'a str, Node<'a>, bool)> {
    if node.kind() != "comparison_operator" {
        return None;
    }
    let operands: Vec<_> = children(node).collect();
    let [left, right] = operands.as_slice() else {
        return None;
    };
    let has = match operator(node).as_str() {
        "in" => true,
        "not in" => false,
        _ => return None,
    };
    let key = string_value(bare(*left), unit.source())?;
    Some((key, keys_of(unit, *right), has))
}

/// The operator of a comparison of two, with single spaces.
#[must_use]
pub fn operator(comparison: Node<'_>) -> String {
    let mut cursor = comparison.walk();
    let parts: Vec<&str> = comparison
        .children_by_field_name("operators", &mut cursor)
        .map(|one| one.kind())
        .collect();
    parts.join(" ")
}

/// `d` for `d.keys()`, `set(d)`, `list(d)`; the node itself otherwise.
fn keys_of<'a>(unit: &Unit<'a>, node: Node<'a>) -> Node<'a> {
    let node = bare(node);
    let Some(function) = field(node, "function") else {
        return node;
    };
    if let (Some(object), Some(name)) = (field(function, "object"), field(function, "attribute"))
        && unit.slice(name) == "keys"
    {
        return bare(object);
    }
    match (unit.slice(function), positional(node).first()) {
        ("set" | "frozenset" | "list" | "tuple" | "sorted", Some(inner)) => keys_of(unit, *inner),
        _ => node,
    }
}

/// The constant keys that `update(…)` or `dict(…)` gives.
fn keys_given<'a>(unit: &Unit<'a>, call: Node<'a>) -> Vec<&'a str> {
    let Some(arguments) = field(call, "arguments") else {
        return Vec::new();
    };
    let mut keys = Vec::new();
    for argument in children(arguments) {
        match argument.kind() {
            "keyword_argument" => keys.extend(field(argument, "name").map(|name| unit.slice(name))),
            "dictionary" => keys.extend(
                children(argument)
                    .filter_map(|pair| string_value(field(pair, "key")?, unit.source())),
            ),
            _ => {}
        }
    }
    keys
}

/// Whether the expression is a mapping (or collection of keys) in which the key stands.
#[must_use]
pub fn literal_holds(unit: &Unit<'_>, node: Node<'_>, key: &str) -> bool {
    let node = bare(node);
    match node.kind() {
        "dictionary" => children(node).any(|pair| {
            field(pair, "key").and_then(|one| string_value(one, unit.source())) == Some(key)
        }),
        "set" | "list" | "tuple" => {
            children(node).any(|one| string_value(one, unit.source()) == Some(key))
        }
        "call" => {
            let function = field(node, "function").map_or("", |function| unit.slice(function));
            let arguments = positional(node);
            match function {
                "dict" => {
                    crate::syntax::nodes::keyword(node, key, unit.source()).is_some()
                        || arguments.iter().any(|one| literal_holds(unit, *one, key))
                }
                "set" | "frozenset" | "dict.fromkeys" => arguments
                    .first()
                    .is_some_and(|one| literal_holds(unit, *one, key)),
                _ => false,
            }
        }
        "conditional_expression" => {
            let parts: Vec<_> = children(node).collect();
            parts.len() == 3
                && literal_holds(unit, parts[0], key)
                && literal_holds(unit, parts[2], key)
        }
        "binary_operator" => ["left", "right"]
            .iter()
            .filter_map(|side| field(node, side))
            .any(|side| literal_holds(unit, side, key)),
        _ => false,
    }
}

fn is_literal(node: Node<'_>) -> bool {
    matches!(bare(node).kind(), "set" | "list" | "tuple" | "dictionary")
}

fn is_false(unit: &Unit<'_>, node: Node<'_>) -> bool {
    matches!(
        unit.slice(node),
        "None" | "False" | "\"\"" | "''" | "0" | "{}" | "[]" | "()"
    )
}

/// The parts of `a or b or c`, or the condition itself.
fn children_of_or(condition: Node<'_>) -> Vec<Node<'_>> {
    let condition = bare(condition);
    let is_or = condition.kind() == "boolean_operator"
        && field(condition, "operator").is_some_and(|one| one.kind() == "or");
    if !is_or {
        return vec![condition];
    }
    ["left", "right"]
        .iter()
        .filter_map(|side| field(condition, side))
        .flat_map(children_of_or)
        .collect()
}

/// The value of a module-level name that is assigned once.
#[must_use]
pub fn module_value<'a>(unit: &Unit<'a>, name: &str) -> Option<Node<'a>> {
    let mut places = unit
        .file
        .outline
        .assigned
        .iter()
        .filter(|(assigned, _)| assigned == name);
    let (_, range) = places.next()?;
    if places.next().is_some() {
        return None;
    }
    let mut node = unit.source().node_at(range.clone())?;
    while node.kind() != "assignment" {
        node = node.named_child(0)?;
    }
    field(node, "right")
}
