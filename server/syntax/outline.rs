//! The skeleton of a file: its definitions, imports and module-level names, without looking into
//! function bodies (so that its cost follows the number of definitions, not of lines).

use std::ops::Range;

use tree_sitter::Node;

use super::mask::{Keyword, definition_header};
use super::nodes::{children, field};
use super::{Names, Source};

/// What a definition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The file itself.
    Module,
    /// A class.
    Class,
    /// A function or method.
    Function,
}

/// A module, class, function or method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// What it is.
    pub kind: Kind,
    /// Its own name; empty for the module.
    pub name: String,
    /// Its name with those of its parents, joined by `.`; empty for the module. A second
    /// definition of the same name gets `#2`, so that a property's setter finds its partner.
    pub qualname: String,
    /// Bytes of the whole definition with its decorators.
    pub range: Range<usize>,
    /// Bytes of the `def`/`class` statement without decorators.
    pub core: Range<usize>,
    /// The definition around it, as an index into [`Outline::definitions`].
    pub parent: usize,
}

/// The skeleton of one file.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// The module first, then all definitions in source order.
    pub definitions: Vec<Definition>,
    /// Names bound by imports at module or class level.
    pub names: Names,
    /// Module-level assignments: name and bytes of the whole statement, in source order.
    pub assigned: Vec<(String, Range<usize>)>,
}

impl Outline {
    /// Reads the skeleton of `source`.
    #[must_use]
    pub fn new(source: &Source) -> Self {
        let mut outline = Self::default();
        let root = source.root();
        outline.definitions.push(Definition {
            kind: Kind::Module,
            name: String::new(),
            qualname: String::new(),
            range: 0..source.text().len(),
            core: root.byte_range(),
            parent: 0,
        });
        for statement in source.statements() {
            outline.read_statement(statement, 0, source);
        }
        outline.number_repeated_names();
        outline
    }

    /// The definition with this qualified name.
    #[must_use]
    pub fn find(&self, qualname: &str) -> Option<&Definition> {
        self.definitions
            .iter()
            .find(|definition| definition.qualname == qualname)
    }

    /// The innermost definition around the byte `at`.
    #[must_use]
    pub fn enclosing(&self, at: usize) -> &Definition {
        &self.definitions[self.index_at(at)]
    }

    /// The same as an index; 0 is the module.
    #[must_use]
    pub fn index_at(&self, at: usize) -> usize {
        let last = self
            .definitions
            .partition_point(|one| one.range.start <= at);
        self.definitions[..last]
            .iter()
            .rposition(|one| at < one.range.end)
            .unwrap_or(0)
    }

    /// The functions directly in the class `class` (an index).
    pub fn methods(&self, class: usize) -> impl Iterator<Item = &Definition> {
        self.definitions
            .iter()
            .filter(move |one| one.kind == Kind::Function && one.parent == class)
    }

    fn read_block(&mut self, block: Node<'_>, parent: usize, source: &Source) {
        for statement in children(block) {
            self.read_statement(statement, parent, source);
        }
    }

    fn read_statement(&mut self, statement: Node<'_>, parent: usize, source: &Source) {
        if let Some(mask) = source.mask_at(statement.start_byte()) {
            self.define_broken(mask, mask.start, parent, source);
            return;
        }
        match statement.kind() {
            "decorated_definition" => {
                if let Some(inner) = field(statement, "definition") {
                    if let Some(mask) = source.mask_at(inner.start_byte()) {
                        self.define_broken(mask, statement.start_byte(), parent, source);
                        return;
                    }
                    self.define(inner, statement, parent, source);
                }
            }
            "function_definition" | "class_definition" => {
                self.define(statement, statement, parent, source);
            }
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                self.names.add(statement, source);
            }
            "expression_statement" if parent == 0 => {
                if let Some(name) = assigned_name(statement, source) {
                    self.assigned
                        .push((name.to_owned(), statement.byte_range()));
                }
            }
            "if_statement" | "elif_clause" | "else_clause" | "try_statement" | "except_clause"
            | "finally_clause" | "with_statement" | "for_statement" | "while_statement"
            | "block" | "match_statement" | "case_clause" | "ERROR" => {
                self.read_block(statement, parent, source);
            }
            _ => {}
        }
    }

    fn define(&mut self, node: Node<'_>, whole: Node<'_>, parent: usize, source: &Source) {
        let Some(name) = field(node, "name") else {
            return;
        };
        let class = node.kind() == "class_definition";
        self.definitions.push(Definition {
            kind: if class { Kind::Class } else { Kind::Function },
            name: source.slice(name).to_owned(),
            qualname: self.qualified(source.slice(name), parent),
            range: whole.byte_range(),
            core: node.byte_range(),
            parent,
        });
        let own = self.definitions.len() - 1;
        if class && let Some(body) = field(node, "body") {
            self.read_block(body, own, source);
        }
    }

    /// What is broken just now keeps its name, so that nobody takes it for removed.
    fn define_broken(&mut self, mask: &Range<usize>, start: usize, parent: usize, source: &Source) {
        let Some((keyword, name)) = definition_header(&source.text()[mask.clone()]) else {
            return;
        };
        let class = keyword == Keyword::Class;
        self.definitions.push(Definition {
            kind: if class { Kind::Class } else { Kind::Function },
            name: name.to_owned(),
            qualname: self.qualified(name, parent),
            range: start..mask.end,
            core: mask.clone(),
            parent,
        });
    }

    fn qualified(&self, name: &str, parent: usize) -> String {
        match self.definitions[parent].qualname.as_str() {
            "" => name.to_owned(),
            outer => format!("{outer}.{name}"),
        }
    }

    fn number_repeated_names(&mut self) {
        let mut seen = std::collections::HashMap::<String, usize>::new();
        for definition in &mut self.definitions {
            let count = seen.entry(definition.qualname.clone()).or_default();
            *count += 1;
            if 1 < *count {
                definition.qualname = format!("{}#{count}", definition.qualname);
            }
        }
    }
}

fn assigned_name<'s>(statement: Node<'_>, source: &'s Source) -> Option<&'s str> {
    let assignment = statement.named_child(0)?;
    if assignment.kind() != "assignment" {
        return None;
    }
    let left = field(assignment, "left")?;
    (left.kind() == "identifier").then(|| source.slice(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_conditional_definitions_and_setters_are_found() {
        let source = Source::parse(
            "import a.b as c\nLIMIT = 3\ntry:\n    from x import y\nexcept ImportError:\n    def y(): pass\n\
             class K:\n    @property\n    def v(self): return 1\n    @v.setter\n    def v(self, x): pass\n",
        );
        let outline = Outline::new(&source);
        let names: Vec<_> = outline
            .definitions
            .iter()
            .map(|d| d.qualname.as_str())
            .collect();
        assert_eq!(names, ["", "y", "K", "K.v", "K.v#2"]);
        assert_eq!(outline.assigned[0].0, "LIMIT");
        assert_eq!(outline.names.expand("c.get"), "a.b.get");
        assert_eq!(outline.names.expand("y"), "x.y");
    }
}
