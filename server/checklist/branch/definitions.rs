//! Which definitions a hotfix changes.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{File, Side, line_of};
use crate::compare::normal;
use crate::syntax::{Kind, Outline};

/// A function, method or class whose code the hotfix changes. Of nested functions the outermost
/// counts, because that is what a test can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// What it is.
    pub kind: Kind,
    /// Its qualified name, without the number that tells two of one name apart.
    pub qualname: String,
    /// Bytes of the whole definition: of head, or of production when it is removed.
    pub range: Range<usize>,
    /// Bytes of its name in the same text.
    pub name: Range<usize>,
    /// Bytes of the same definition in production's text; of a class its own statements, between
    /// its methods. Empty when it is new.
    pub before: Vec<Range<usize>>,
    /// The line of its `def` or `class`, counted from 1.
    pub line: usize,
    /// How many lines of it change: of each hunk the lines of the side that has more of them, so that
    /// an edited line counts once.
    pub lines: usize,
    /// Production lacks it.
    pub is_new: bool,
    /// The hotfix lacks it.
    pub is_removed: bool,
}

/// The changed definitions of a Python file, in the order of the text.
pub(super) fn changed(file: &File) -> Vec<Changed> {
    let matching = file.matching();
    let mut in_head: BTreeMap<usize, usize> = BTreeMap::new();
    let mut gone: BTreeMap<usize, usize> = BTreeMap::new();
    for hunk in &file.hunks {
        let mut here = BTreeMap::new();
        if let Some(head) = &file.head {
            count(head, &hunk.head, &mut here);
        }
        if let Some(base) = &file.base {
            let mut in_base = BTreeMap::new();
            count(base, &hunk.base, &mut in_base);
            for (index, lines) in in_base {
                match matching.as_ref().and_then(|it| it.head_of(index)) {
                    Some(head) => {
                        let known: &mut usize = here.entry(head).or_default();
                        *known = lines.max(*known);
                    }
                    None => *gone.entry(index).or_default() += lines,
                }
            }
        }
        for (index, lines) in here {
            *in_head.entry(index).or_default() += lines;
        }
    }
    let base_of = |index: usize| matching.as_ref().and_then(|it| it.base_of(index));
    let mut found = Vec::new();
    if let Some(head) = &file.head {
        for (index, lines) in in_head {
            let base = base_of(index);
            let differs = match (base, &file.base) {
                (Some(old), Some(base)) => says(base, old) != says(head, index),
                _ => true,
            };
            if differs {
                let before = base.zip(file.base.as_ref());
                found.extend(one(head, index, lines).map(|it| Changed {
                    is_new: base.is_none(),
                    before: before.map_or_else(Vec::new, |(old, side)| own(side, old)),
                    ..it
                }));
            }
        }
    }
    if let Some(base) = &file.base {
        for (index, lines) in gone {
            found.extend(one(base, index, lines).map(|it| Changed {
                is_removed: true,
                before: own(base, index),
                ..it
            }));
        }
    }
    found
}

/// Notes for each definition how many of `lines` belong to it.
fn count(side: &Side, lines: &Range<u32>, into: &mut BTreeMap<usize, usize>) {
    let (text, all) = (side.text(), side.source.lines());
    for line in lines.start as usize..lines.end as usize {
        let content = all.content(line, text);
        let blank = text[content.clone()].len() - text[content.clone()].trim_start().len();
        if content.len() == blank {
            continue;
        }
        let index = outermost(&side.outline, side.outline.index_at(content.start + blank));
        if side
            .outline
            .definitions
            .get(index)
            .is_some_and(|one| one.kind != Kind::Module)
        {
            *into.entry(index).or_default() += 1;
        }
    }
}

/// The function around a nested one.
fn outermost(outline: &Outline, mut index: usize) -> usize {
    let mut found = index;
    while let Some(one) = outline.definitions.get(index) {
        if one.kind == Kind::Module {
            break;
        }
        if one.kind == Kind::Function {
            found = index;
        }
        index = one.parent;
    }
    found
}

/// The code of a definition; of a class without that of its methods.
fn says(side: &Side, index: usize) -> Vec<String> {
    let tokens = |range| normal::values(&normal::tokens(&side.source, range));
    own(side, index).into_iter().flat_map(tokens).collect()
}

/// Bytes of a definition. A class is changed by its own statements: its methods are listed
/// themselves.
fn own(side: &Side, index: usize) -> Vec<Range<usize>> {
    let Some(one) = side.outline.definitions.get(index) else {
        return Vec::new();
    };
    let mut left = one.range.clone();
    if one.kind != Kind::Class {
        return vec![left];
    }
    let mut own = Vec::new();
    for method in side.outline.methods(index) {
        own.push(left.start..method.range.start);
        left.start = method.range.end;
    }
    own.push(left);
    own
}

fn one(side: &Side, index: usize, lines: usize) -> Option<Changed> {
    let one = side.outline.definitions.get(index)?;
    let header = side.text().get(one.core.clone())?;
    let name = header.find(&one.name)? + one.core.start;
    let qualname = one.qualname.split('#').next().unwrap_or_default();
    Some(Changed {
        kind: one.kind,
        qualname: qualname.to_owned(),
        range: one.range.clone(),
        name: name..name + one.name.len(),
        before: Vec::new(),
        line: line_of(side.source.lines(), one.core.start),
        lines,
        is_new: false,
        is_removed: false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{File, Kind as FileKind};

    fn changed(base: &str, head: &str) -> Vec<String> {
        let (base, head) = (Some(base.into()), Some(head.into()));
        let file = File::new("shop.py".to_owned(), FileKind::Code, base, head);
        let shown = file.changed.iter().map(|it| {
            let state = match (it.is_new, it.is_removed) {
                (true, _) => "+",
                (_, true) => "-",
                _ => "",
            };
            format!("{state}{}:{}", it.qualname, it.line)
        });
        shown.collect()
    }

    #[test]
    fn only_definitions_whose_code_differs_count() {
        let base = "import os\n\n\ndef f(a):\n    return a\n\n\ndef g(b):\n    return b\n";
        let commented = base.replace("return b", "return b  # why");
        assert_eq!(changed(base, &commented), Vec::<String>::new());
        let moved = "def g(b):\n    return b\n\n\nimport os\n\n\ndef f(a):\n    return 1\n";
        assert_eq!(changed(base, moved), ["f:8"]);
    }

    #[test]
    fn new_and_removed_ones_are_told_apart_and_nested_ones_belong_to_their_function() {
        let base = "def f(a):\n    def inner():\n        return 1\n    return inner\n\n\ndef g():\n    pass\n";
        let head = "def f(a):\n    def inner():\n        return 2\n    return inner\n\n\ndef h(x, y):\n    return x\n";
        assert_eq!(changed(base, head), ["f:1", "+h:7", "-g:7"]);
    }

    #[test]
    fn a_class_is_changed_by_its_own_statements_only() {
        let base = "class K:\n    limit = 1\n\n    def m(self):\n        return 1\n";
        let head = base.replace("return 1", "return 2");
        assert_eq!(changed(base, &head), ["K.m:4"]);
        let head = base.replace("limit = 1", "limit = 2");
        assert_eq!(changed(base, &head), ["K:1"]);
    }
}
