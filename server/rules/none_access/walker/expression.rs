//! What an expression needs, and what it proves for its own parts.

use std::collections::BTreeMap;

use tree_sitter::Node;


use super::{Walker, Why, DEEPEST, field, children, path, root, bare, may_be_none, forget, Access};

impl<'a> Walker<'_, 'a> {
    pub(super) fn expression(&mut self, node: Node<'a>, state: &mut BTreeMap<String, Why<'a>>) {
        if self.depth < DEEPEST {
            self.depth += 1;
            self.parts(node, state);
            self.depth -= 1;
        }
    }

    pub(super) fn parts(&mut self, node: Node<'a>, state: &mut BTreeMap<String, Why<'a>>) {
        match node.kind() {
            "lambda" | "type" | "comment" | "identifier" | "function_definition" => {}
            "assignment" => {
                let right = field(node, "right");
                if let Some(right) = right {
                    self.expression(right, state);
                    if let Some(left) = field(node, "left") {
                        self.bind(left, Some(right), state);
                    }
                }
            }
            "augmented_assignment" => {
                if let Some(right) = field(node, "right") {
                    self.expression(right, state);
                }
                if let Some(left) = field(node, "left") {
                    self.bind(left, None, state);
                }
            }
            "named_expression" => {
                if let (Some(name), Some(value)) = (field(node, "name"), field(node, "value")) {
                    self.expression(value, state);
                    self.bind(name, Some(value), state);
                }
            }
            "boolean_operator" => {
                let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else {
                    return;
                };
                let and = field(node, "operator").is_some_and(|one| one.kind() == "and");
                self.expression(left, state);
                let mut inner = state.clone();
                self.narrow(left, and, &mut inner);
                self.expression(right, &mut inner);
                for (path, why) in inner {
                    state.entry(path).or_insert(why);
                }
            }
            "conditional_expression" => {
                let parts: Vec<_> = children(node).collect();
                if let [body, condition, otherwise] = parts.as_slice() {
                    self.expression(*condition, state);
                    for (arm, holds) in [(body, true), (otherwise, false)] {
                        let mut inner = state.clone();
                        self.narrow(*condition, holds, &mut inner);
                        self.expression(*arm, &mut inner);
                    }
                }
            }
            "list_comprehension" | "set_comprehension" | "dictionary_comprehension"
            | "generator_expression" => self.comprehension(node, state),
            "keyword_argument" => {
                if let Some(value) = field(node, "value") {
                    self.expression(value, state);
                }
            }
            "attribute" => {
                if let Some(object) = field(node, "object") {
                    self.expression(object, state);
                    let name = field(node, "attribute").map_or("", |name| self.unit.slice(name));
                    if !name.starts_with("__") {
                        self.used(object, state);
                    }
                }
            }
            "subscript" => {
                for child in children(node) {
                    self.expression(child, state);
                }
                if let Some(object) = field(node, "value") {
                    self.used(object, state);
                }
            }
            "call" => self.call(node, state),
            _ => {
                for child in children(node) {
                    self.expression(child, state);
                }
            }
        }
    }

    pub(super) fn comprehension(&mut self, node: Node<'a>, state: &mut BTreeMap<String, Why<'a>>) {
        let mut inner = state.clone();
        for clause in children(node) {
            match clause.kind() {
                "for_in_clause" => {
                    if let (Some(left), Some(right)) = (field(clause, "left"), field(clause, "right")) {
                        self.expression(right, &mut inner);
                        self.used(right, &mut inner);
                        self.bind(left, None, &mut inner);
                    }
                }
                "if_clause" => {
                    if let Some(condition) = clause.named_child(0) {
                        self.expression(condition, &mut inner);
                        self.narrow(condition, true, &mut inner);
                    }
                }
                _ => {}
            }
        }
        if let Some(body) = field(node, "body") {
            self.expression(body, &mut inner);
        }
    }

    pub(super) fn call(&mut self, node: Node<'a>, state: &mut BTreeMap<String, Why<'a>>) {
        let Some(function) = field(node, "function") else {
            return;
        };
        self.expression(function, state);
        if function.kind() == "identifier" {
            self.used(function, state);
        }
        let arguments = field(node, "arguments");
        if let Some(arguments) = arguments {
            self.expression(arguments, state);
        }
        // What the call may reach, it may set: `self.connect()` fills `self.link`.
        let mut reached: Vec<String> = path(self.unit, function)
            .iter()
            .map(|path| root(path).to_owned())
            .collect();
        for argument in arguments.into_iter().flat_map(children) {
            reached.extend(path(self.unit, argument).iter().map(|path| root(path).to_owned()));
        }
        state.retain(|path, _| {
            !path.contains(['.', '[', '(']) || !reached.iter().any(|name| name == root(path))
        });
    }

    /// The value of `object` is needed here: reports it if it may be None. Afterwards it is not.
    pub(super) fn used(&mut self, object: Node<'a>, state: &mut BTreeMap<String, Why<'a>>) {
        let object = bare(object);
        let name = path(self.unit, object);
        let why = match &name {
            Some(name) if state.contains_key(name) => state.get(name).cloned(),
            _ if matches!(object.kind(), "call" | "await") => {
                may_be_none(self.unit, &self.keys, object)
            }
            _ => None,
        };
        let Some(why) = why else { return };
        let path = name.unwrap_or_else(|| self.unit.slice(object).to_owned());
        forget(state, &path);
        if self.caught == 0 {
            self.found
                .entry(object.start_byte())
                .or_insert(Access { object, path, why });
        }
    }
}
