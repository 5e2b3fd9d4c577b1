//! The skeleton of a file: its definitions, imports and module-level names, without looking into
//! function bodies (so that its cost follows the number of definitions, not of lines).

use std::ops::Range;

use tree_sitter::Node;

use super::mask::{Keyword, definition_header};
use super::nodes::{children, field};
use super::parsed::grown;
use super::{Names, Source};
use crate::text::{Change, change};

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

impl Definition {
    /// Its range and core after `changes`, if it was not parsed anew.
    fn place(&self, changes: &[Change], source: &Source) -> Option<(Range<usize>, Range<usize>)> {
        let around = |range: &Range<usize>| grown(changes, range.clone());
        let (range, core) = (around(&self.range), around(&self.core));
        let is_same = || {
            let (keyword, name) = definition_header(source.text().get(core.clone())?)?;
            let class = keyword == Keyword::Class;
            Some(name == self.name && class == (self.kind == Kind::Class))
        };
        if let Some(mask) = source.mask_at(core.start) {
            let same = mask.start == core.start && is_same()?;
            return same.then(|| (range.start..mask.end, mask.clone()));
        }
        let untouched = || {
            let range = change::shift(changes, self.range.clone())?;
            Some((range, change::shift(changes, self.core.clone())?))
        };
        // In a class a method may have been typed in that is broken now.
        untouched().or_else(|| {
            let same = self.kind == Kind::Class && is_same()?;
            same.then(|| (range, core.clone()))
        })
    }
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
        let mut outline = Self::of_module(source);
        for statement in source.statements() {
            outline.read_statement(statement, 0, source);
        }
        outline.number_repeated_names();
        outline
    }

    fn of_module(source: &Source) -> Self {
        let module = Definition {
            kind: Kind::Module,
            name: String::new(),
            qualname: String::new(),
            range: 0..source.text().len(),
            core: source.root().byte_range(),
            parent: 0,
        };
        Self {
            definitions: vec![module],
            ..Self::default()
        }
    }

    /// This skeleton after `changes`, which led to `source`: only what was parsed anew is read.
    /// `None` if there are other definitions or module-level names than before, so that all has
    /// to be read.
    #[must_use]
    pub fn moved(&self, changes: &[Change], source: &Source) -> Option<Self> {
        let mut anew = Self::of_module(source);
        for fresh in source.fresh() {
            for statement in children(fresh.tree.root_node()) {
                anew.read_statement(statement, 0, source);
            }
        }
        let is_anew = |range: &Range<usize>| {
            let start = grown(changes, range.clone()).start;
            source.fresh().iter().any(|one| one.range.contains(&start))
        };
        let mut moved = self.clone();
        let mut definitions = anew.definitions.iter();
        moved.definitions[0].clone_from(definitions.next()?);
        for one in moved.definitions.iter_mut().skip(1) {
            if is_anew(&one.range) {
                let now = definitions.next()?;
                let parents = [&self.definitions[one.parent], &anew.definitions[now.parent]];
                if (now.kind, &now.name) != (one.kind, &one.name)
                    || parents[0].name != parents[1].name
                {
                    return None;
                }
                one.range = now.range.clone();
                one.core = now.core.clone();
            } else {
                (one.range, one.core) = one.place(changes, source)?;
            }
        }
        let mut assigned = anew.assigned.iter();
        for (name, range) in &mut moved.assigned {
            *range = if is_anew(range) {
                let (now, range) = assigned.next()?;
                (now == name).then(|| range.clone())?
            } else {
                change::shift(changes, range.clone())
                    .filter(|range| source.mask_at(range.start).is_none())?
            };
        }
        let all_known = definitions.next().is_none() && assigned.next().is_none();
        all_known.then_some(moved)
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
        // Until all is parsed again, several statements may stand in one mask.
        if self.definitions.iter().any(|known| known.core == *mask) {
            return;
        }
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
