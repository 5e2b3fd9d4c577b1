//! Names that another module of the same project gives now.

use std::collections::BTreeMap;
use std::ops::Range;

use super::draft;
use crate::compare::edits::Part;
use crate::rules::{Confidence, Draft, FileChange, Reporter};
use crate::syntax::nodes::{field, fields};

pub(super) fn compare(change: &FileChange<'_>, reporter: &mut Reporter) {
    let (mut was, mut is) = (BTreeMap::new(), BTreeMap::new());
    for hunk in 0..change.hunks.len() {
        read(&mut was, change.edits.base(hunk));
        read(&mut is, change.edits.head(hunk));
    }
    let mut moved = is.iter().filter_map(|(name, (module, at))| {
        let (before, old) = was.get(name)?;
        let both = !was.values().any(|(one, _)| one == module)
            || !is.values().any(|(one, _)| one == before);
        (before != module && both && is_one_project(before, module)).then_some((
            *name,
            *before,
            *module,
            at.clone(),
            old.clone(),
        ))
    });
    let Some((name, before, module, at, old)) = moved.next() else {
        return;
    };
    let more = match moved.count() {
        0 => String::new(),
        count => format!(", {count} more with it"),
    };
    let message =
        format!("{name} only comes from {module} now: production has it from {before}{more}");
    reporter.report(
        Draft {
            confidence: Confidence::Possible,
            ..draft(at, message, "imports")
        }
        .production(old, "production's import"),
    );
}

/// The names that `from module import name` gives, each with its module and place.
fn read<'a>(all: &mut BTreeMap<&'a str, (&'a str, Range<usize>)>, part: Part<'_, 'a>) {
    for one in part.statements {
        if one.node.kind() != "import_from_statement" || one.broken {
            continue;
        }
        let Some(module) = field(one.node, "module_name") else {
            continue;
        };
        for name in fields(one.node, "name") {
            let module = part.source.slice(module);
            all.insert(part.source.slice(name), (module, name.byte_range()));
        }
    }
}

/// Whether both modules belong to one project, not to two packages that are exchanged.
fn is_one_project(one: &str, other: &str) -> bool {
    let first = |module: &str| module.split('.').next().unwrap_or_default().to_owned();
    let (left, right) = (first(one), first(other));
    // Python's own modules move with its versions.
    let own = [
        "typing",
        "collections",
        "importlib",
        "concurrent",
        "email",
        "urllib",
        "six",
        "os",
    ];
    left == right && !own.contains(&left.as_str())
}
