//! Imports that surely mean a module: read from the syntax, and resolved from where they stand.

use tree_sitter::Node;

use super::{Use, Wanted};
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, ancestors, children, field, fields, walk};

/// The places where a file imports the wanted name from its module. An import that may fail, and
/// one that only types need, breaks nothing.
pub(super) fn imports_of(text: &str, path: &str, wanted: &Wanted) -> Vec<Use> {
    let mut found = Vec::new();
    let from = |line: &str| {
        let module = line.strip_prefix("from ").and_then(|rest| {
            let end = rest.find(" import")?;
            rest.get(..end)
        });
        module.is_some_and(|module| means(module.trim(), path, &wanted.path))
    };
    // Most files are not worth a parse.
    if !text.contains(&wanted.qualname) || !text.lines().any(|line| from(line.trim_start())) {
        return found;
    }
    each_import(text, |source, statement| {
        let Some(module) = field(statement, "module_name") else {
            return;
        };
        if !means(source.slice(module), path, &wanted.path) || is_guarded(source, statement) {
            return;
        }
        for item in fields(statement, "name") {
            let name = field(item, "name").unwrap_or(item);
            if source.slice(name) == wanted.qualname {
                found.push(place(source, name));
            }
        }
    });
    found
}

/// The places where a file imports the module at `module`, or something from it.
pub(super) fn imports_of_module(text: &str, path: &str, module: &str) -> Vec<Use> {
    let mut found = Vec::new();
    let last = last_part(module);
    let may_import = |line: &str| {
        (line.starts_with("from ") || line.starts_with("import ")) && line.contains(last)
            // Names in parentheses stand on lines of their own.
            || line.starts_with("from ") && line.ends_with('(')
    };
    let mut lines = text.lines().map(str::trim);
    if !text.contains(last) || !lines.any(may_import) {
        return found;
    }
    each_import(text, |source, statement| {
        let from = field(statement, "module_name");
        if is_guarded(source, statement) {
            return;
        }
        if let Some(from) = from.filter(|from| means(source.slice(*from), path, module)) {
            found.push(place(source, from));
            return;
        }
        for item in fields(statement, "name") {
            let name = field(item, "name").unwrap_or(item);
            let full = match from.map(|from| source.slice(from)) {
                Some(from) if from.ends_with('.') => format!("{from}{}", source.slice(name)),
                Some(from) => format!("{from}.{}", source.slice(name)),
                None => source.slice(name).to_owned(),
            };
            if means(&full, path, module) {
                found.push(place(source, name));
            }
        }
    });
    found
}

/// The places where `Class.NAME` stands in a file that imports the class from its module.
pub(super) fn members(text: &str, path: &str, wanted: &Wanted) -> Vec<Use> {
    let Some((class, _)) = wanted.qualname.rsplit_once('.') else {
        return Vec::new();
    };
    let of_class = Wanted {
        qualname: class.to_owned(),
        ..wanted.clone()
    };
    if !text.contains(&wanted.qualname) || imports_of(text, path, &of_class).is_empty() {
        return Vec::new();
    }
    let source = Source::parse(text);
    let mut found = Vec::new();
    walk(source.root(), &mut |node| {
        if node.kind() == "attribute" && source.slice(node) == wanted.qualname {
            found.push(place(&source, node));
            return Walk::Over;
        }
        Walk::Into
    });
    found
}

/// `util` of `shop/util.py`, `shop` of `shop/__init__.py`.
fn last_part(path: &str) -> &str {
    let path = path.strip_suffix(".py").unwrap_or(path);
    let path = path.strip_suffix("/__init__").unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path)
}

fn each_import(text: &str, mut visit: impl FnMut(&Source, Node<'_>)) {
    let source = Source::parse(text);
    walk(source.root(), &mut |node| match node.kind() {
        "import_statement" | "import_from_statement" => {
            visit(&source, node);
            Walk::Over
        }
        _ => Walk::Into,
    });
}

/// Whether a handler waits for the import to fail, or only a type checker reads it.
fn is_guarded(source: &Source, import: Node<'_>) -> bool {
    ancestors(import).any(|up| match up.kind() {
        "try_statement" => {
            let body = field(up, "body");
            let tried = body.is_some_and(|body| {
                body.start_byte() <= import.start_byte() && import.end_byte() <= body.end_byte()
            });
            tried
                && children(up).any(|one| {
                    let waits = one.kind() == "except_clause";
                    waits && {
                        let text = source.slice(one);
                        let head = text.split(':').next().unwrap_or(text).trim();
                        head == "except" || head.contains("Error") || head.contains("Exception")
                    }
                })
        }
        "if_statement" => field(up, "condition")
            .is_some_and(|condition| source.slice(condition).ends_with("TYPE_CHECKING")),
        _ => false,
    })
}

/// Whether `name`, as the file at `user` writes it in an import, is the module at `module`.
fn means(name: &str, user: &str, module: &str) -> bool {
    let dotted = module
        .strip_suffix(".py")
        .unwrap_or(module)
        .replace('/', ".");
    let dotted = dotted.strip_suffix(".__init__").unwrap_or(&dotted);
    let folder = user.rsplit_once('/').map_or("", |(folder, _)| folder);
    let dots = name.len() - name.trim_start_matches('.').len();
    let rest = &name[dots..];
    if 0 < dots {
        let mut base = folder;
        for _ in 1..dots {
            base = base.rsplit_once('/').map_or("", |(outer, _)| outer);
        }
        let full = format!("{}.{rest}", base.replace('/', "."));
        return full.trim_matches('.') == dotted;
    }
    if rest == dotted {
        return true;
    }
    // `src.shop.orders` is imported as `shop.orders`, and a folder of programs is imported from by
    // what lies in it.
    let above = dotted
        .strip_suffix(rest)
        .and_then(|above| above.strip_suffix('.'));
    above.is_some_and(|above| {
        let beside = folder.replace('/', ".");
        matches!(above, "src" | "lib" | "python")
            || beside == above
            || beside.starts_with(&format!("{above}."))
    })
}

fn place(source: &Source, node: Node<'_>) -> Use {
    let (text, lines) = (source.text(), source.lines());
    let line = lines.line_of(node.start_byte());
    let content = lines.content(line, text);
    let column = |at: usize| {
        let before = text.get(content.start..at.min(content.end));
        before.map_or(0, |before| {
            u32::try_from(before.chars().count()).unwrap_or(u32::MAX)
        })
    };
    Use {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        columns: column(node.start_byte())..column(node.end_byte()),
        text: text[content].trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Way;
    use super::*;

    #[track_caller]
    fn lines(way: Way, text: &str, path: &str, module: &str, name: &str) -> Vec<u32> {
        let wanted = Wanted {
            path: module.to_owned(),
            qualname: name.to_owned(),
            way,
        };
        let found = super::super::uses(text, path, &wanted);
        found.iter().map(|one| one.line).collect()
    }

    #[test]
    fn an_import_means_the_module_that_it_resolves_to() {
        let imported = |text, path| lines(Way::Imported, text, path, "src/shop/m.py", "clean");
        assert_eq!(imported("from shop.m import clean\n", "y.py"), [0]);
        assert_eq!(
            imported("from .m import (\n    b,\n    clean,\n)\n", "src/shop/y.py"),
            [2]
        );
        assert_eq!(imported("from .m import clean\n", "src/bank/y.py"), [0; 0]);
        assert_eq!(imported("from other.m import clean\n", "y.py"), [0; 0]);
        assert_eq!(imported("from m import clean\n", "y.py"), [0; 0]);
        assert_eq!(imported("from m import clean\n", "src/shop/y.py"), [0]);
    }

    #[test]
    fn an_import_that_may_fail_is_no_use() {
        let text = "try:\n    from m import clean\nexcept ImportError:\n    clean = None\n";
        assert_eq!(lines(Way::Imported, text, "y.py", "m.py", "clean"), [0; 0]);
        let text = "\"\"\"Say `from m import clean`.\n\nfrom m import clean\n\"\"\"\n";
        assert_eq!(lines(Way::Imported, text, "y.py", "m.py", "clean"), [0; 0]);
    }

    #[test]
    fn a_module_is_imported_by_itself_or_for_its_names() {
        let module = |text, path| lines(Way::Module, text, path, "p/util.py", "");
        assert_eq!(module("from p.util import clean\n", "y.py"), [0]);
        assert_eq!(module("from p import util\n", "y.py"), [0]);
        assert_eq!(module("from . import util\n", "p/y.py"), [0]);
        assert_eq!(module("import os, p.util as u\n", "y.py"), [0]);
        assert_eq!(
            module("from p import utility\nimport q.util\n", "y.py"),
            [0; 0]
        );
    }

    #[test]
    fn a_member_is_used_by_its_class() {
        let member = |text| lines(Way::Member, text, "y.py", "m.py", "S.B");
        assert_eq!(member("from m import S\nprint(S.B, S.BB)\n"), [1]);
        assert_eq!(member("from n import S\nprint(S.B)\n"), [0; 0]);
    }
}
