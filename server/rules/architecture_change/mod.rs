//! How the program is cut into modules, how its classes hang together, how it starts and is
//! deployed.

mod deployed;

use std::ops::Range;

use super::knowledge::public::{is_shipped, module_name};
use super::{Confidence, Draft, FileChange, Group, LoneFile, Meta, Reporter, Rule, Texts, Trial};
use crate::syntax::nodes::{children, field};
use crate::syntax::outline::Kind;
use crate::syntax::unit::definition_node;
use crate::syntax::{File, Source};

pub struct ArchitectureChange;

static META: Meta = Meta {
    name: "architecture-change",
    group: Group::Scope,
    highest: Confidence::Certain,
    checklist: "The change is minimal and targeted",
    noqa: &[],
    docs: include_str!("../docs/architecture-change.md"),
    pattern: None,
};

impl Rule for ArchitectureChange {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn trial(&self) -> Trial {
        Trial::Whole
    }

    fn reads(&self, path: &str) -> bool {
        deployed::what(path).is_some()
    }

    fn compare_texts(&self, texts: &Texts<'_>, reporter: &mut Reporter) {
        deployed::compare(texts, reporter);
    }

    fn compare_files(&self, change: &FileChange<'_>, reporter: &mut Reporter) {
        if change.head.is_test || change.head.source.is_broken() {
            return;
        }
        if change.base_path != change.path && is_shipped(change.base_path) {
            let message = format!(
                "{} is moved: production has it as {}",
                module_name(change.path),
                module_name(change.base_path)
            );
            reporter.report(draft(
                top(change.head),
                Confidence::Likely,
                message,
                "moved",
            ));
        }
        if is_shipped(change.path) {
            classes(change, reporter);
        }
    }

    fn added_file(&self, added: &LoneFile<'_>, reporter: &mut Reporter) {
        let is_package = added.path.ends_with("/__init__.py");
        if added.file.is_test
            || !is_shipped(added.path)
            || !says_something(added.file) && !is_package
            || is_revision(added.file)
        {
            return;
        }
        let package = package_of(added.path);
        if !is_package && added.branch.is_added(&format!("{package}/__init__.py")) {
            // The package says it for all that is in it.
            return;
        }
        let name = module_name(added.path);
        let message = if is_package && added.branch.is_deleted(&format!("{package}.py")) {
            format!("The module {name} becomes a package")
        } else if is_package {
            format!("The package {name} is new: production has nothing like it")
        } else if let Some(from) = source_of(added) {
            format!("The module {name} is new: what it holds is in {from} in production")
        } else {
            format!("The module {name} is new: production has nothing like it")
        };
        reporter.report(draft(top(added.file), Confidence::Likely, message, "added"));
    }

    fn deleted_file(&self, deleted: &LoneFile<'_>, reporter: &mut Reporter) {
        let path = deleted.path;
        if deleted.file.is_test || !is_shipped(path) || !says_something(deleted.file) {
            return;
        }
        let package = path.strip_suffix(".py").unwrap_or(path);
        let (module, branch) = (format!("{}.py", package_of(path)), deleted.branch);
        if branch.is_added(&format!("{package}/__init__.py")) || branch.is_added(&module) {
            // It stays under the same name, as a package or as a module.
            return;
        }
        let name = module_name(path);
        let (confidence, message) = match branch.heir(path) {
            Some(heir) => (
                Confidence::Likely,
                format!("The module {name} is gone, and what it held is in {heir}"),
            ),
            None => (
                Confidence::Certain,
                format!("The module {name} is gone: production has it"),
            ),
        };
        reporter.report(draft(0..0, confidence, message, "deleted"));
    }
}

/// Whether a file is a step of Alembic's, which has rules of its own.
fn is_revision(file: File<'_>) -> bool {
    let assigns = |name: &str| file.outline.assigned.iter().any(|(one, _)| one == name);
    assigns("revision") && assigns("down_revision")
}

/// The file of production from which all that a new module defines came.
fn source_of<'b>(added: &LoneFile<'b>) -> Option<&'b str> {
    let all = added.file.outline.definitions.iter();
    let mut top = all.filter(|one| one.kind != Kind::Module && one.parent == 0);
    let branch = added.branch;
    let from = |name: &str| {
        branch
            .came(added.path, name)
            .map(|one| one.from.path.as_str())
    };
    let first = from(&top.next()?.qualname)?;
    top.all(|one| from(&one.qualname).is_some())
        .then_some(first)
}

fn draft(span: Range<usize>, confidence: Confidence, message: String, detail: &str) -> Draft {
    Draft {
        anchor: span.start..span.start,
        detail: detail.to_owned(),
        ..Draft::over(span, confidence, message)
    }
}

/// `shop` for `shop/__init__.py` and for `shop/orders.py`.
fn package_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a file has more than comments and a docstring.
fn says_something(file: File<'_>) -> bool {
    file.source.statements().any(|one| {
        let only_text = one.kind() == "expression_statement"
            && one.named_child(0).is_some_and(|one| one.kind() == "string");
        one.kind() != "comment" && !only_text
    })
}

/// The first statement, on its first line.
fn top(file: File<'_>) -> Range<usize> {
    let first = file.source.statements().next();
    let start = first.map_or(0, |one| one.start_byte());
    let (lines, text) = (file.source.lines(), file.source.text());
    let line = lines.content(lines.line_of(start), text);
    start..line.end.max(start)
}

/// Classes of production that get another base or a metaclass.
fn classes(change: &FileChange<'_>, reporter: &mut Reporter) {
    for &index in change.in_head {
        let new = &change.head.outline.definitions[index];
        let Some(old) = change.matching.base_of(index) else {
            continue;
        };
        let old = &change.base.outline.definitions[old];
        if new.kind != Kind::Class || new.qualname != old.qualname {
            continue;
        }
        let (base, head) = (change.base.source, change.head.source);
        let (Some(before), Some(now)) = (definition_node(base, old), definition_node(head, new))
        else {
            continue;
        };
        let before: Vec<String> = parents(base, before).map(|(text, _)| text).collect();
        for (text, span) in parents(head, now) {
            let known = before.contains(&text) || text == "object" || text.starts_with("Generic[");
            if known || before.len() != parents(head, now).count().saturating_sub(1) {
                continue;
            }
            let message = match text.strip_prefix("metaclass=") {
                Some(meta) => format!("{} gets the metaclass {meta}", new.qualname),
                None => format!("{} inherits from {text} as well now", new.qualname),
            };
            reporter.report(draft(span, Confidence::Likely, message, &text));
        }
    }
}

/// The bases and keywords of a class, as they are written.
fn parents<'s>(
    source: &'s Source,
    class: tree_sitter::Node<'s>,
) -> impl Iterator<Item = (String, Range<usize>)> {
    let list = field(class, "superclasses");
    list.into_iter().flat_map(children).map(move |one| {
        let text: String = source.slice(one).split_whitespace().collect();
        (text, one.byte_range())
    })
}
