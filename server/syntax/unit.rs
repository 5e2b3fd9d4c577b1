//! What a rule looks at: one scope's own code, with what its file tells about it.

use std::cell::OnceCell;

use tree_sitter::Node;

use super::nodes::{Walk, field, is_group, walk};
use super::own::{Binding, Own, value_in};
use super::{Definition, Facts, Kind, Names, Outline, Source, names};
use crate::config::Settings;

/// One side's file: what rules may know beyond the scope that they judge.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// The parsed text.
    pub source: &'a Source,
    /// Its skeleton.
    pub outline: &'a Outline,
    /// The team's settings.
    pub settings: &'a Settings,
    /// Whether the file holds tests.
    pub is_test: bool,
    /// What was found out about the whole file.
    pub facts: &'a Facts,
}

/// One scope: a function, a class body or the module's own statements.
#[derive(Debug)]
pub struct Unit<'a> {
    /// The file around it.
    pub file: File<'a>,
    /// `function_definition`, `class_definition` or `module`.
    pub node: Node<'a>,
    /// The qualified name; empty for the module.
    pub qualname: String,
    names: OnceCell<Names>,
    own: Own<'a>,
}

impl<'a> Unit<'a> {
    /// The unit of a scope node.
    #[must_use]
    pub fn new(file: File<'a>, node: Node<'a>, qualname: String) -> Self {
        Self {
            file,
            node,
            qualname,
            names: OnceCell::new(),
            own: Own::new(node, file.source),
        }
    }

    /// The unit of a definition and, for a function, those of the functions and classes in it.
    #[must_use]
    pub fn of_definition(file: File<'a>, definition: &Definition) -> Vec<Self> {
        let node = match definition.kind {
            Kind::Module => Some(file.source.root()),
            Kind::Class | Kind::Function => definition_node(file.source, definition),
        };
        let Some(node) = node else {
            return Vec::new();
        };
        let mut units = vec![Self::new(file, node, definition.qualname.clone())];
        if definition.kind == Kind::Function {
            nested(file, node, &definition.qualname, &mut units);
        }
        units
    }

    /// The unit whose scope is `node` (a scope node of this file), named by its parents.
    #[must_use]
    pub fn of_scope(file: File<'a>, node: Node<'a>) -> Self {
        let outer = file.outline.enclosing(node.start_byte());
        Self::of_definition(file, outer)
            .into_iter()
            .find(|unit| unit.node == node)
            .unwrap_or_else(|| Self::new(file, node, outer.qualname.clone()))
    }

    /// The source.
    #[must_use]
    pub fn source(&self) -> &'a Source {
        self.file.source
    }

    /// The text of a node.
    #[must_use]
    pub fn slice(&self, node: Node<'_>) -> &'a str {
        &self.file.source.text()[node.byte_range()]
    }

    /// Whether this is a function.
    #[must_use]
    pub fn is_function(&self) -> bool {
        self.node.kind() == "function_definition"
    }

    /// Whether this is an `async def`.
    #[must_use]
    pub fn is_async(&self) -> bool {
        self.is_function()
            && self
                .node
                .child(0)
                .is_some_and(|first| first.kind() == "async")
    }

    /// Whether this is a function or class that other modules may use: no part of its name begins
    /// with an underscore (special methods aside), and it is not nested in a function.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.qualname
            .split('.')
            .all(|part| !part.starts_with('_') || (part.starts_with("__") && part.ends_with("__")))
            && super::nodes::scope_of(self.node).kind() != "function_definition"
    }

    /// Names bound by imports, those inside this scope included.
    #[must_use]
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| {
            let mut all = self.file.outline.names.clone();
            if self.is_function() {
                all.add_local(self.node, self.file.source);
            }
            all
        })
    }

    /// The dotted name that an expression stands for, import aliases replaced:
    /// `r.get` after `import requests as r` is `requests.get`.
    #[must_use]
    pub fn resolve(&self, node: Node<'_>) -> Option<String> {
        let dotted = names::dotted(node, self.file.source)?;
        Some(self.names().expand(&dotted))
    }

    /// The resolved name of what a call calls.
    #[must_use]
    pub fn callee(&self, call: Node<'_>) -> Option<String> {
        self.resolve(field(call, "function")?)
    }

    /// The function's parameters: the node that binds each name, with the name.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter<'a>> {
        let Some(list) = field(self.node, "parameters") else {
            return Vec::new();
        };
        super::nodes::children(list)
            .filter_map(|node| Parameter::read(node, self.file.source))
            .collect()
    }

    /// The parameter of this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<Parameter<'a>> {
        self.parameters().into_iter().find(|one| one.name == name)
    }

    /// Every place in the scope's own code that binds the plain name `name` (assignment, `for`,
    /// `with … as`, walrus, `except … as`, import, `del`), in source order; each as the identifier.
    #[must_use]
    pub fn bindings(&self, name: &str) -> &[Node<'a>] {
        self.own.names(name)
    }

    /// As [`Self::bindings`], with what stands above each identifier.
    #[must_use]
    pub fn bound(&self, name: &str) -> &[Binding<'a>] {
        self.own.bindings(name)
    }

    /// The value of the only assignment to `name` in this scope; `None` if there are several ways
    /// to bind it, or if it is bound by something other than `name = value`.
    #[must_use]
    pub fn only_value(&self, name: &str) -> Option<Node<'a>> {
        match self.bound(name) {
            [one] => one.value(),
            _ => None,
        }
    }

    /// The value that `name` has when control reaches the byte `at`, as far as the last binding
    /// before it in source order tells.
    #[must_use]
    pub fn last_value(&self, name: &str, at: usize) -> Option<Node<'a>> {
        let before = self.bound(name).iter().rfind(|one| one.is_before(at))?;
        before.value()
    }

    /// Whether `name` is bound again in the scope's own code between two bytes.
    #[must_use]
    pub fn rebound_between(&self, name: &str, from: usize, to: usize) -> bool {
        self.bindings(name)
            .iter()
            .any(|one| from <= one.start_byte() && one.start_byte() < to)
    }

    /// Whether the plain name stands anywhere in `node`.
    #[must_use]
    pub fn mentions(&self, node: Node<'_>, name: &str) -> bool {
        let mut found = false;
        walk(node, &mut |one| {
            found |= one.kind() == "identifier" && self.slice(one) == name;
            if found { Walk::Over } else { Walk::Into }
        });
        found
    }

    /// All nodes of one of the `kinds` in the scope's own code.
    #[must_use]
    pub fn own(&self, kinds: &[&str]) -> Vec<Node<'a>> {
        self.own.of_kinds(kinds)
    }

    /// Visits the scope's own code in source order, as [`super::nodes::walk_own`] does.
    pub fn each_own(&self, mut visit: impl FnMut(Node<'a>)) {
        for node in self.own.nodes() {
            visit(*node);
        }
    }

    /// The class that this method belongs to, if it is a method.
    #[must_use]
    pub fn class(&self) -> Option<Node<'a>> {
        let outer = super::nodes::scope_of(self.node);
        (self.is_function() && outer.kind() == "class_definition").then_some(outer)
    }
}

/// One parameter of a function.
#[derive(Debug, Clone, Copy)]
pub struct Parameter<'a> {
    /// Its name, without stars.
    pub name: &'a str,
    /// The node in the parameter list.
    pub node: Node<'a>,
    /// Its annotation.
    pub annotation: Option<Node<'a>>,
    /// Its default value.
    pub default: Option<Node<'a>>,
    /// Whether it is `*args` or `**kwargs`.
    pub starred: bool,
}

impl<'a> Parameter<'a> {
    /// Reads a child of a parameter list; `None` for what is no parameter.
    #[must_use]
    pub fn read(node: Node<'a>, source: &'a Source) -> Option<Self> {
        let inner = match node.kind() {
            "identifier" | "list_splat_pattern" | "dictionary_splat_pattern" => node,
            "default_parameter" | "typed_default_parameter" => field(node, "name")?,
            "typed_parameter" => node.named_child(0)?,
            _ => return None,
        };
        let starred = inner.kind().ends_with("splat_pattern");
        let name = if starred {
            inner.named_child(0)?
        } else {
            inner
        };
        Some(Self {
            name: &source.text()[name.byte_range()],
            node,
            annotation: field(node, "type"),
            default: field(node, "value"),
            starred,
        })
    }
}

/// The `def`/`class` node of a definition; `None` while its syntax is broken.
#[must_use]
pub fn definition_node<'t>(source: &'t Source, definition: &Definition) -> Option<Node<'t>> {
    if source.mask_at(definition.core.start).is_some() {
        return None;
    }
    let found = source.node_at(definition.core.clone())?;
    std::iter::successors(Some(found), Node::parent)
        .find(|node| matches!(node.kind(), "function_definition" | "class_definition"))
}

fn nested<'a>(file: File<'a>, scope: Node<'a>, outer: &str, units: &mut Vec<Unit<'a>>) {
    walk(scope, &mut |node| {
        if node == scope || !matches!(node.kind(), "function_definition" | "class_definition") {
            return Walk::Into;
        }
        if let Some(name) = field(node, "name") {
            let qualname = format!("{outer}.{}", &file.source.text()[name.byte_range()]);
            units.push(Unit::new(file, node, qualname.clone()));
            nested(file, node, &qualname, units);
        }
        Walk::Over
    });
}

/// Whether the identifier is bound where it stands, not read.
#[must_use]
pub fn binds(identifier: Node<'_>) -> bool {
    let mut at = identifier;
    while let Some(parent) = at.parent() {
        match parent.kind() {
            "assignment" | "for_statement" | "for_in_clause" => {
                return field(parent, "left") == Some(at);
            }
            "augmented_assignment" => return field(parent, "left") == Some(at),
            "named_expression" => return field(parent, "name") == Some(at),
            "as_pattern_target" | "delete_statement" | "global_statement"
            | "nonlocal_statement" => {
                return true;
            }
            "aliased_import" => return field(parent, "alias") == Some(at),
            "dotted_name" => {
                at = parent;
            }
            "import_statement" | "import_from_statement" => {
                return field(parent, "module_name") != Some(at);
            }
            kind if is_group(kind) => at = parent,
            "case_pattern" | "as_pattern" => return parent.kind() == "case_pattern",
            _ => return false,
        }
    }
    false
}

/// Whether the binding is done when control reaches the byte `at`: in `x = x and y` the second
/// `x` still has the value from before. Whoever follows values and forgets this runs in circles.
#[must_use]
pub fn bound_before(identifier: Node<'_>, at: usize) -> bool {
    let inside = value_bound(identifier).is_some_and(|value| value.byte_range().contains(&at));
    identifier.end_byte() <= at && !inside
}

/// The value of `name = value` or `name := value` for the bound identifier.
#[must_use]
pub fn value_bound(identifier: Node<'_>) -> Option<Node<'_>> {
    value_in(identifier.parent()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn what_binds_from_above_is_what_is_bound_from_below() {
        let source = Source::parse(
            "import a.b, c as d\nfrom e import f\nfor g, (h, *i) in x: pass\nwith y as j, z as (k, l): pass\n\
             m = n = 1\no += 1\n(p := 2)\n[q for q in r]\ntry: pass\nexcept E as s: pass\ndel t\nu.v = w[0] = 1\n\
             match a1:\n    case b1: pass\n",
        );
        let outline = Outline::new(&source);
        let settings = Settings::default();
        let file = File {
            source: &source,
            outline: &outline,
            settings: &settings,
            is_test: false,
            facts: &Facts::default(),
        };
        let unit = Unit::new(file, source.root(), String::new());
        let mut below: Vec<usize> = unit
            .own(&["identifier"])
            .into_iter()
            .filter(|node| binds(*node))
            .map(|node| node.start_byte())
            .collect();
        let mut above: Vec<usize> = unit
            .own
            .all_bindings()
            .map(|one| one.name.start_byte())
            .collect();
        below.sort_unstable();
        above.sort_unstable();
        assert_eq!(above, below);
        assert!(15 < above.len());
    }
}
