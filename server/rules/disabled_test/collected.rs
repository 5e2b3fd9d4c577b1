//! Tests that are gone, or that the test runner does not find any more.

use tree_sitter::Node;

use super::assertions::all;
use super::weaker::{moved, name_of};
use crate::rules::{Confidence, Draft, Pair, Reporter};
use crate::syntax::nodes::{Walk, ancestors, field};
use crate::syntax::unit::definition_node;
use crate::syntax::{Definition, File, Kind, Unit};

/// Production's test has a name now that no test runner looks for.
pub(super) fn renamed(pair: &Pair<'_>, base: &Unit<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    let (old, now) = (
        base.slice(name_of(base.node)),
        head.slice(name_of(head.node)),
    );
    if base.node.kind() == "module" || old == now {
        return;
    }
    let lost = if head.is_function() {
        is_test_function(pair.base_file, base) && !now.starts_with("test")
    } else {
        old.starts_with("Test")
            && !now.starts_with("Test")
            && field(head.node, "superclasses").is_none()
    };
    if lost
        && !is_called_by_tests(pair.head_file, now)
        && pair
            .head_file
            .outline
            .definitions
            .iter()
            .all(|one| one.name != old)
    {
        let draft = Draft {
            detail: old.to_owned(),
            ..Draft::at(
                name_of(head.node),
                Confidence::Certain,
                format!("{now} is not found by the test runner; production's {old} is"),
            )
        };
        let draft = Draft {
            covers: &["refactoring"],
            ..draft
        };
        reporter.report(draft.production(name_of(base.node).byte_range(), "production's test"));
    }
}

/// Whether a test of the file calls the function: then it was given a name of its own so that
/// several tests share it.
fn is_called_by_tests(file: File<'_>, name: &str) -> bool {
    let mut called = false;
    file.source.walk_near(name, &mut |node| {
        let callee = (node.kind() == "call")
            .then(|| field(node, "function"))
            .flatten();
        called |= callee.is_some_and(|callee| {
            let written = file.source.slice(callee);
            let around = ancestors(node).find(|up| up.kind() == "function_definition");
            written.rsplit('.').next() == Some(name)
                && around
                    .and_then(|function| field(function, "name"))
                    .is_some_and(|test| file.source.slice(test).starts_with("test"))
        });
        Walk::Into
    });
    called
}

/// A second test of one name hides the first.
pub(super) fn hides_another(pair: &Pair<'_>, head: &Unit<'_>, reporter: &mut Reporter) {
    let name = head.slice(name_of(head.node));
    let hides = head.is_function() && name.starts_with("test") && head.qualname.contains('#');
    let first = head
        .qualname
        .split('#')
        .next()
        .and_then(|first| pair.head_file.outline.find(first));
    let Some(first) = first.filter(|_| hides) else {
        return;
    };
    // Under different conditions both may be meant.
    let node = definition_node(pair.head_file.source, first);
    let beside = |node: Node<'_>| {
        let whole = node
            .parent()
            .filter(|up| up.kind() == "decorated_definition")
            .unwrap_or(node);
        whole.parent().map(|up| up.id())
    };
    if node.is_some_and(|node| beside(node) == beside(head.node)) {
        reporter.report(Draft::at(
            name_of(head.node),
            Confidence::Certain,
            format!("Another {name} stands above: only this one runs"),
        ));
    }
}

/// Production's test is gone.
pub(super) fn removed(pair: &Pair<'_>, base: &Unit<'_>, reporter: &mut Reporter) {
    let name = base.slice(name_of(base.node));
    let Some(definition) = pair.base_file.outline.find(&base.qualname) else {
        return;
    };
    let tests = match definition.kind {
        Kind::Function => usize::from(is_test_function(pair.base_file, base)),
        Kind::Class => tests_of(pair.base_file, definition),
        Kind::Module => 0,
    };
    if tests == 0 || class_is_gone(pair, definition) || lives_elsewhere(pair, base, definition) {
        return;
    }
    let place = place_in_head(pair, definition);
    let message = match definition.kind {
        Kind::Class => format!("The tests of {name} are gone; production has {tests}"),
        _ => format!("{name} is gone; production has this test"),
    };
    let draft = Draft {
        detail: base.qualname.clone(),
        ..Draft::at(place, Confidence::Certain, message)
    };
    reporter.report(draft.production(name_of(base.node).byte_range(), "production's test"));
}

fn is_test_function(file: File<'_>, unit: &Unit<'_>) -> bool {
    let Some(definition) = file.outline.find(&unit.qualname) else {
        return false;
    };
    unit.is_function() && is_test(file, definition)
}

/// Whether the test runner finds the function: by its name, in a module or class.
pub(super) fn is_test(file: File<'_>, definition: &Definition) -> bool {
    definition.kind == Kind::Function
        && definition.name.starts_with("test")
        && file.outline.definitions[definition.parent].kind != Kind::Function
}

fn tests_of(file: File<'_>, class: &Definition) -> usize {
    let index = file.outline.definitions.iter().position(|one| one == class);
    index.map_or(0, |index| {
        file.outline
            .methods(index)
            .filter(|one| is_test(file, one))
            .count()
    })
}

/// Whether the class around is gone as well: that is said once, of the class.
fn class_is_gone(pair: &Pair<'_>, definition: &Definition) -> bool {
    let outer = &pair.base_file.outline.definitions[definition.parent];
    outer.kind == Kind::Class
        && pair.head_file.outline.find(&outer.qualname).is_none()
        // The class was renamed: its other tests are still there.
        && !pair
            .base_file
            .outline
            .methods(definition.parent)
            .any(|sibling| pair.head_file.outline.definitions.iter().any(|one| one.name == sibling.name && sibling.name.starts_with("test")))
}

/// Whether a test of this name stands elsewhere in the file, or other tests prove all of it.
fn lives_elsewhere(pair: &Pair<'_>, base: &Unit<'_>, definition: &Definition) -> bool {
    let named = pair.head_file.outline.definitions.iter().any(|one| {
        one.name == definition.name
            && one.kind == definition.kind
            && pair.base_file.outline.find(&one.qualname).is_none()
    });
    if named {
        return true;
    }
    if definition.kind == Kind::Class {
        return pair
            .base_file
            .outline
            .definitions
            .iter()
            .filter(|one| {
                is_test(pair.base_file, one) && definition.range.contains(&one.range.start)
            })
            .all(|one| {
                pair.head_file.outline.definitions.iter().any(|other| {
                    other.name == one.name && pair.base_file.outline.find(&other.qualname).is_none()
                })
            });
    }
    let proofs = all(base);
    !proofs.is_empty() && proofs.iter().all(|one| moved(pair, base, one))
}

/// Where the test would stand: the name of the definition before it, else that of its class, else
/// the file's first statement.
fn place_in_head<'a>(pair: &Pair<'a>, gone: &Definition) -> Node<'a> {
    let head = pair.head_file;
    let named = |definition: &Definition| {
        let found = head.outline.find(&definition.qualname)?;
        definition_node(head.source, found).map(name_of)
    };
    let siblings = pair.base_file.outline.definitions.iter().skip(1);
    let before = siblings
        .filter(|one| one.parent == gone.parent && one.range.end <= gone.range.start)
        .filter_map(named)
        .next_back();
    let outer = &pair.base_file.outline.definitions[gone.parent];
    before
        .or_else(|| (outer.kind != Kind::Module).then(|| named(outer)).flatten())
        .or_else(|| head.source.statements().next())
        .unwrap_or_else(|| head.source.root())
}
