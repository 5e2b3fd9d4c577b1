//! Imports that nothing needs once a piece of code is gone.

use std::ops::Range;

use tree_sitter::Node;

use super::Builder;
use super::layout::{begins_line, ends_line, next_line};
use crate::syntax::nodes::{Walk, children, field, walk};
use crate::syntax::{File, Source};

impl Builder<'_> {
    /// Removes the imports that only the code in `gone` needs. One that production has stays:
    /// other modules may import the name from here.
    pub fn forget(&mut self, file: File<'_>, gone: &Range<usize>, production: Option<File<'_>>) {
        for name in named_in(file.source, gone) {
            let kept = production.is_some_and(|side| side.outline.names.is_imported(name));
            if kept || !file.outline.names.is_imported(name) {
                continue;
            }
            if let Some((statement, part)) = only_import(file.source, name, gone) {
                // An import that cannot be taken out cleanly does no harm.
                let _ = self.drop_import(file.source, statement, part);
            }
        }
    }

    fn drop_import(&mut self, source: &Source, statement: Node<'_>, part: Node<'_>) -> Option<()> {
        let mut cursor = statement.walk();
        if 1 < statement
            .children_by_field_name("name", &mut cursor)
            .count()
        {
            return self.remove_element(part);
        }
        let alone = statement
            .parent()
            .is_some_and(|block| block.kind() == "block" && children(block).count() == 1);
        if alone || !begins_line(source, statement) || !ends_line(source, statement) {
            return None;
        }
        let lines = source.lines();
        let start = lines.start(lines.line_of(statement.start_byte()));
        let mut end = next_line(source, statement);
        // No blank lines are left at the beginning of the file.
        let rest = source.text().get(end..)?;
        if start == 0 {
            end += rest.len() - rest.trim_start_matches(['\n', '\r']).len();
        }
        self.remove(start..end);
        Some(())
    }
}

/// The names that stand in a piece of code.
fn named_in<'s>(source: &'s Source, range: &Range<usize>) -> Vec<&'s str> {
    let mut names = Vec::new();
    walk(source.root(), &mut |node| {
        if node.end_byte() <= range.start || range.end <= node.start_byte() {
            return Walk::Over;
        }
        if node.kind() == "identifier" && range.start <= node.start_byte() {
            let name = source.slice(node);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Walk::Into
    });
    names
}

/// The only import of the name with the part that names it, where nothing but the code in `gone`
/// uses it.
fn only_import<'s>(
    source: &'s Source,
    name: &str,
    gone: &Range<usize>,
) -> Option<(Node<'s>, Node<'s>)> {
    // `__all__` and annotations in quotes name it as well.
    let quoted = ['"', '\''];
    let text = source.text();
    if quoted
        .iter()
        .any(|quote| text.contains(&format!("{quote}{name}")))
    {
        return None;
    }
    let mut found = Vec::new();
    let mut used = false;
    walk(source.root(), &mut |node| {
        match node.kind() {
            "import_statement" | "import_from_statement" => {
                let mut cursor = node.walk();
                for part in node.children_by_field_name("name", &mut cursor) {
                    let local = field(part, "alias").unwrap_or(part);
                    let local = source.slice(local);
                    // `import os.path` binds `os`.
                    if local == name || local.starts_with(&format!("{name}.")) {
                        found.push((node, part));
                    }
                }
                Walk::Over
            }
            "identifier" => {
                let inside = gone.start <= node.start_byte() && node.end_byte() <= gone.end;
                used |= !inside && source.slice(node) == name;
                Walk::Into
            }
            _ => Walk::Into,
        }
    });
    match (used, found.as_slice()) {
        (false, [one]) => Some(*one),
        _ => None,
    }
}
