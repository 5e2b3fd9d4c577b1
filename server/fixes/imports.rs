//! Where an import goes, and which logger a module has.

use tree_sitter::Node;

use super::layout::next_line;
use crate::syntax::nodes::{children, field};
use crate::syntax::{File, Source, names};

/// The line `import module` and the byte of the line start where it belongs: among the plain
/// imports in alphabetical order, else before the first import, else after the docstring.
pub(super) fn import_line(file: File<'_>, module: &str) -> Option<(usize, String)> {
    let source = file.source;
    let line = format!("import {module}");
    let imports: Vec<Node<'_>> = children(source.root())
        .filter(|node| node.kind() == "import_statement")
        .collect();
    let later = imports.iter().find(|node| {
        node.named_child(0)
            .is_some_and(|name| module < source.slice(name))
    });
    let at = if let Some(node) = later {
        source
            .lines()
            .start(source.lines().line_of(node.start_byte()))
    } else if let Some(node) = imports.last() {
        next_line(source, *node)
    } else if let Some(node) =
        children(source.root()).find(|node| node.kind() == "import_from_statement")
    {
        source
            .lines()
            .start(source.lines().line_of(node.start_byte()))
    } else {
        head_end(source)
    };
    let ended = at == 0 || source.text()[..at].ends_with(['\n', '\r']);
    let needs_gap = imports.is_empty()
        && source.text()[at..].starts_with(|c: char| !c.is_whitespace())
        && !source.text()[at..].starts_with("from ");
    ended.then(|| (at, if needs_gap { format!("{line}\n") } else { line }))
}

/// The byte of the line start after the module's imports (those at the top, one after another,
/// whatever stands between them), else after its docstring and leading comments.
pub(super) fn after_imports(file: File<'_>) -> usize {
    let source = file.source;
    let mut last = None;
    for node in children(source.root()) {
        let import = node.kind().starts_with("import_")
            || node.kind() == "future_import_statement"
            || (matches!(node.kind(), "try_statement" | "if_statement") && holds_import(node));
        if import {
            last = Some(node);
        } else if node.kind().ends_with("definition") {
            break;
        }
    }
    last.map_or_else(|| head_end(source), |node| next_line(source, node))
}

fn holds_import(statement: Node<'_>) -> bool {
    children(statement)
        .filter(|child| child.kind() == "block")
        .flat_map(children)
        .any(|child| child.kind().starts_with("import_"))
}

/// The byte after the `#!` line, leading comments, docstring and `__future__` imports.
fn head_end(source: &Source) -> usize {
    let mut at = 0;
    let mut cursor = source.root().walk();
    for node in source.root().named_children(&mut cursor) {
        let docstring = node.kind() == "expression_statement"
            && node
                .named_child(0)
                .is_some_and(|child| child.kind() == "string");
        if docstring || matches!(node.kind(), "comment" | "future_import_statement") {
            at = next_line(source, node);
        } else {
            break;
        }
    }
    at
}

/// The name of the logger that the module has: one of the settings' names, or a module-level
/// `x = logging.getLogger(…)`, or loguru's and structlog's.
pub(super) fn existing_logger(file: File<'_>) -> Option<String> {
    let source = file.source;
    let makes_logger = |statement: Node<'_>| -> Option<String> {
        let assignment = statement.named_child(0)?;
        let (left, right) = (field(assignment, "left")?, field(assignment, "right")?);
        let call = names::dotted(field(right, "function")?, source)?;
        let maker = file.outline.names.expand(&call);
        let last = maker.rsplit('.').next().unwrap_or(&maker);
        (left.kind() == "identifier" && matches!(last, "getLogger" | "get_logger"))
            .then(|| source.slice(left).to_owned())
    };
    for (name, range) in &file.outline.assigned {
        if file.settings.loggers.contains(name) {
            return Some(name.clone());
        }
        let node = source.node_at(range.clone()).map(|node| {
            if node.kind() == "assignment" {
                node.parent().unwrap_or(node)
            } else {
                node
            }
        });
        if let Some(found) = node.and_then(makes_logger) {
            return Some(found);
        }
    }
    file.outline
        .names
        .local_for("loguru.logger")
        .map(str::to_owned)
        .or_else(|| {
            let configured = file.settings.loggers.iter();
            configured
                .chain(["logger".to_owned(), "log".to_owned()].iter())
                .find(|name| file.outline.names.is_imported(name))
                .cloned()
        })
}
