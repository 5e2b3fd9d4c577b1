//! Small questions about syntax nodes that every rule asks.

use std::collections::HashMap;
use std::sync::OnceLock;

use tree_sitter::{Language, Node};

use super::Source;

/// The named children of a node, comments left out.
pub fn children(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut cursor = node.walk();
    let found: Vec<Node<'_>> = node
        .named_children(&mut cursor)
        .filter(|child| child.kind() != "comment")
        .collect();
    found.into_iter()
}

/// The child that the grammar names `name`.
#[must_use]
pub fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_id(field_id(name)?)
}

/// The grammar's number for a field. tree-sitter compares the name with every field's each time,
/// and rules ask a hundred times for each statement.
fn field_id(name: &str) -> Option<u16> {
    static IDS: OnceLock<HashMap<&'static str, u16>> = OnceLock::new();
    // The names live as long as the language.
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    let ids = IDS.get_or_init(|| {
        let language = LANGUAGE.get_or_init(|| tree_sitter_python::LANGUAGE.into());
        let last = u16::try_from(language.field_count()).unwrap_or(u16::MAX);
        let name = |id| Some((language.field_name_for_id(id)?, id));
        (1..=last).filter_map(name).collect()
    });
    ids.get(name).copied()
}

/// All children under the field `name`, in order (`alternative` of an `if` may stand many times).
pub fn fields<'t>(node: Node<'t>, name: &str) -> impl Iterator<Item = Node<'t>> + use<'t> {
    let mut cursor = node.walk();
    let found: Vec<Node<'t>> = node.children_by_field_name(name, &mut cursor).collect();
    found.into_iter()
}

/// The node and its ancestors, from inside out.
pub fn ancestors(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(node.parent(), Node::parent)
}

/// The decorators of a function or class.
#[must_use]
pub fn decorators_of(definition: Node<'_>) -> Vec<Node<'_>> {
    definition
        .parent()
        .filter(|parent| parent.kind() == "decorated_definition")
        .map_or_else(Vec::new, |parent| {
            children(parent)
                .filter(|child| child.kind() == "decorator")
                .collect()
        })
}

/// Whether a node of this kind only holds targets side by side: `a, (b, *c) = …`.
#[must_use]
pub fn is_group(kind: &str) -> bool {
    matches!(
        kind,
        "pattern_list"
            | "tuple_pattern"
            | "list_pattern"
            | "list_splat_pattern"
            | "tuple"
            | "list"
            | "parenthesized_expression"
            | "expression_list"
    )
}

/// Whether the node opens a scope of its own: function, class or lambda.
#[must_use]
pub fn is_scope(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "function_definition" | "class_definition" | "lambda"
    )
}

/// Whether a walk goes below a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// Visit the children as well.
    Into,
    /// Leave the children out.
    Over,
}

/// Visits `node` and everything below it in source order, as far as `visit` says.
pub fn walk<'t>(node: Node<'t>, visit: &mut dyn FnMut(Node<'t>) -> Walk) {
    let mut cursor = node.walk();
    let mut depth = 0usize;
    loop {
        let into = visit(cursor.node()) == Walk::Into;
        if into && cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        loop {
            if depth == 0 {
                return;
            }
            if cursor.goto_next_sibling() {
                break;
            }
            cursor.goto_parent();
            depth -= 1;
        }
    }
}

/// As [`walk`]; `visit` gets the node's parent as well, none for `node` itself. To ask a node for its
/// parent goes down to it from the root each time, which takes long in deep code.
pub fn walk_with_parent<'t>(
    node: Node<'t>,
    visit: &mut dyn FnMut(Node<'t>, Option<Node<'t>>) -> Walk,
) {
    let mut above: Vec<Node<'t>> = Vec::new();
    let mut cursor = node.walk();
    loop {
        let here = cursor.node();
        if visit(here, above.last().copied()) == Walk::Into && cursor.goto_first_child() {
            above.push(here);
            continue;
        }
        while !above.is_empty() && !cursor.goto_next_sibling() {
            cursor.goto_parent();
            above.pop();
        }
        if above.is_empty() {
            return;
        }
    }
}

/// Visits those nodes below `node` whose text holds `needle`. Looking for a name in a whole file
/// then costs the places of the name, not the size of the file.
pub fn walk_near<'t>(
    node: Node<'t>,
    source: &Source,
    needle: &str,
    visit: &mut dyn FnMut(Node<'t>) -> Walk,
) {
    let inside = &source.text().as_bytes()[node.byte_range()];
    let places: Vec<usize> = memchr::memmem::find_iter(inside, needle.as_bytes())
        .map(|at| node.start_byte() + at)
        .collect();
    let holds =
        |node: Node<'_>, at: usize| node.start_byte() <= at && at + needle.len() <= node.end_byte();
    if !places.iter().any(|&at| holds(node, at)) || visit(node) == Walk::Over {
        return;
    }
    let mut cursor = node.walk();
    let mut depth = 0usize;
    let mut next = 0;
    // The cursor stands at a node that was visited and is to be entered.
    while let Some(&at) = places.get(next) {
        if cursor.goto_first_child_for_byte(at).is_some() {
            depth += 1;
        } else {
            let end = cursor.node().end_byte();
            next += places[next..].partition_point(|&at| at + needle.len() <= end);
        }
        // From here on the siblings one by one: to come down again from above to each of a
        // thousand statements would look at a million.
        loop {
            let here = cursor.node();
            let passed = |at: &usize| *at < here.start_byte();
            next += places[next..].partition_point(passed);
            match places.get(next) {
                Some(&at) if depth != 0 && holds(here, at) => {
                    if visit(here) == Walk::Into {
                        break;
                    }
                    next += places[next..].partition_point(|&at| holds(here, at));
                    continue;
                }
                // It lies across two children.
                Some(&at) if depth != 0 && at < here.end_byte() => {
                    next += 1;
                    continue;
                }
                Some(_) => {}
                None => return,
            }
            while depth == 0 || !cursor.goto_next_sibling() {
                if depth == 0 || !cursor.goto_parent() {
                    return;
                }
                depth -= 1;
            }
        }
    }
}

/// As [`walk_near`]; `visit` gets the nodes above as well, from `node` down to the parent. To ask
/// a node for its parent goes down to it from the root each time.
pub fn walk_near_within<'t>(
    node: Node<'t>,
    source: &Source,
    needle: &str,
    visit: &mut dyn FnMut(Node<'t>, &[Node<'t>]) -> Walk,
) {
    let mut above: Vec<Node<'t>> = Vec::new();
    walk_near(node, source, needle, &mut |node| {
        while above
            .last()
            .is_some_and(|last| last.end_byte() <= node.start_byte())
        {
            above.pop();
        }
        let walk = visit(node, &above);
        if walk == Walk::Into {
            above.push(node);
        }
        walk
    });
}

/// Visits everything that runs in the scope of `node` itself: the bodies of nested functions,
/// lambdas and classes are left out, their decorators, defaults and base classes are not. In a
/// module or class, whose definitions may be thousands, a definition is visited and not entered.
pub fn walk_own<'t>(scope: Node<'t>, visit: &mut dyn FnMut(Node<'t>)) {
    let holds_many = matches!(scope.kind(), "module" | "class_definition");
    // `Node::parent` searches from the root, so that asking every node for its parent would cost
    // the size of the file; the bodies to leave out are noted on the way down instead. They come
    // in the order of their scopes, the innermost first.
    let mut inner_bodies: Vec<usize> = Vec::new();
    walk(scope, &mut |node| {
        if node == scope {
            return Walk::Into;
        }
        if inner_bodies.last() == Some(&node.id()) {
            inner_bodies.pop();
            return Walk::Over;
        }
        visit(node);
        if is_scope(node) {
            if holds_many && node.kind() != "lambda" {
                return Walk::Over;
            }
            inner_bodies.extend(field(node, "body").map(|body| body.id()));
        }
        Walk::Into
    });
}

/// The bytes of the bodies of all functions, classes and lambdas nested in the scope.
#[must_use]
pub fn inner_bodies(scope: Node<'_>) -> Vec<std::ops::Range<usize>> {
    let mut bodies = Vec::new();
    walk(scope, &mut |node| {
        if node == scope || !is_scope(node) {
            return Walk::Into;
        }
        bodies.extend(field(node, "body").map(|body| body.byte_range()));
        Walk::Over
    });
    bodies
}

/// All nodes of one of the `kinds` in the scope's own code, in source order.
#[must_use]
pub fn own<'t>(scope: Node<'t>, kinds: &[&str]) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    walk_own(scope, &mut |node| {
        if kinds.contains(&node.kind()) {
            found.push(node);
        }
    });
    found
}

/// The innermost function, class, lambda or module around the node (not the node itself). A
/// decorator or default value belongs to the scope around its function.
#[must_use]
pub fn scope_of(node: Node<'_>) -> Node<'_> {
    let mut at = node;
    while let Some(parent) = at.parent() {
        if is_scope(parent) && field(parent, "body") == Some(at) {
            return parent;
        }
        at = parent;
    }
    at
}

/// The statement that holds the node: the ancestor (or the node) that is a direct child of a
/// block or of the module.
#[must_use]
pub fn statement_of(node: Node<'_>) -> Node<'_> {
    let mut at = node;
    while let Some(parent) = at.parent() {
        if matches!(parent.kind(), "block" | "module") {
            return at;
        }
        at = parent;
    }
    at
}

/// The node without the parentheses around it.
#[must_use]
pub fn bare(mut node: Node<'_>) -> Node<'_> {
    while node.kind() == "parenthesized_expression" {
        let Some(inner) = node.named_child(0) else {
            return node;
        };
        node = inner;
    }
    node
}

/// The value of a string literal without prefix `f`/`b`, concatenation or escapes.
#[must_use]
pub fn string_value<'s>(node: Node<'_>, source: &'s Source) -> Option<&'s str> {
    if node.kind() != "string" {
        return None;
    }
    let start = node.child(0)?;
    let prefix = source.text()[start.byte_range()].to_ascii_lowercase();
    if prefix.contains(['f', 'b', 't']) {
        return None;
    }
    let end = node.child(node.child_count().checked_sub(1)?)?;
    let inside = source.text().get(start.end_byte()..end.start_byte())?;
    (!inside.contains('\\')).then_some(inside)
}

/// Positional arguments of a call, `*args` included, keyword arguments left out.
#[must_use]
pub fn positional(call: Node<'_>) -> Vec<Node<'_>> {
    field(call, "arguments")
        .map(|arguments| {
            children(arguments)
                .filter(|child| !matches!(child.kind(), "keyword_argument" | "dictionary_splat"))
                .collect()
        })
        .unwrap_or_default()
}

/// The value of the keyword argument `name` of a call.
#[must_use]
pub fn keyword<'t>(call: Node<'t>, name: &str, source: &Source) -> Option<Node<'t>> {
    children(field(call, "arguments")?)
        .filter(|child| child.kind() == "keyword_argument")
        .find(|child| field(*child, "name").is_some_and(|at| source.slice(at) == name))
        .and_then(|child| field(child, "value"))
}

/// Whether the call spreads a dictionary into its arguments (`**options`).
#[must_use]
pub fn has_splat(call: Node<'_>) -> bool {
    field(call, "arguments").is_some_and(|arguments| {
        children(arguments).any(|child| child.kind() == "dictionary_splat")
    })
}

/// Whether control never reaches the end of the block or statement: its last statement returns,
/// raises, continues, breaks, exits the process, or is an `if`/`with`/`try` of which all ways do.
#[must_use]
pub fn exits(node: Node<'_>, source: &Source) -> bool {
    match node.kind() {
        "return_statement" | "raise_statement" | "continue_statement" | "break_statement" => true,
        "block" => children(node)
            .last()
            .is_some_and(|last| exits(last, source)),
        "expression_statement" => node.named_child(0).is_some_and(|call| {
            call.kind() == "call"
                && field(call, "function").is_some_and(|function| {
                    matches!(
                        source.slice(function),
                        "sys.exit"
                            | "exit"
                            | "quit"
                            | "os._exit"
                            | "os.abort"
                            | "pytest.fail"
                            | "pytest.skip"
                            | "self.fail"
                            | "self.skipTest"
                            | "abort"
                            | "flask.abort"
                    )
                })
        }),
        "if_statement" => {
            let mut alternatives = fields(node, "alternative").collect::<Vec<_>>();
            let has_else = alternatives
                .last()
                .is_some_and(|last| last.kind() == "else_clause");
            let Some(consequence) = field(node, "consequence") else {
                return false;
            };
            alternatives.push(consequence);
            has_else && alternatives.into_iter().all(|way| exits(way, source))
        }
        "elif_clause" => field(node, "consequence").is_some_and(|body| exits(body, source)),
        "else_clause" | "with_statement" | "finally_clause" => field(node, "body")
            .or_else(|| children(node).last())
            .is_some_and(|body| exits(body, source)),
        "except_clause" => children(node)
            .last()
            .is_some_and(|body| exits(body, source)),
        "try_statement" => {
            let parts: Vec<_> = children(node).collect();
            if parts
                .iter()
                .any(|part| part.kind() == "finally_clause" && exits(*part, source))
            {
                return true;
            }
            let body = parts
                .iter()
                .find(|part| part.kind() == "else_clause")
                .or(parts.first());
            body.is_some_and(|body| exits(*body, source))
                && parts
                    .iter()
                    .filter(|part| part.kind() == "except_clause")
                    .all(|part| exits(*part, source))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
x, ax = 1, self.x.ax
def f(x: int = 3, *, y=\"x x\"):
    if x:
        return {x: [x for x in y if x], 'a': f(x)(x)}
    # x
    while ax:
        ax.x(); y
class C(x):
    z = 1
    @x
    def g(self): return lambda x: ax + x
";

    fn slices<'s>(source: &'s Source, seen: &[Node<'s>]) -> Vec<(&'s str, &'s str)> {
        seen.iter()
            .map(|node| (&source.text()[node.byte_range()], node.kind()))
            .collect()
    }

    #[test]
    fn a_walk_near_a_name_visits_just_the_nodes_that_hold_it() {
        let source = Source::parse(TEXT);
        for needle in ["x", "ax", "x x", "self.x", "y", "nowhere"] {
            let (mut expected, mut seen) = (Vec::new(), Vec::new());
            walk(source.root(), &mut |node| {
                if source.slice(node).contains(needle) {
                    expected.push(node);
                }
                Walk::Into
            });
            walk_near(source.root(), &source, needle, &mut |node| {
                seen.push(node);
                Walk::Into
            });
            assert_eq!(
                slices(&source, &seen),
                slices(&source, &expected),
                "{needle}"
            );
        }
    }

    #[test]
    fn a_walk_near_a_name_leaves_out_what_it_is_told_to() {
        let source = Source::parse(TEXT);
        let over = |node: Node<'_>| match node.kind() {
            "function_definition" | "call" => Walk::Over,
            _ => Walk::Into,
        };
        let (mut expected, mut seen) = (Vec::new(), Vec::new());
        walk(source.root(), &mut |node| {
            if source.slice(node).contains('x') {
                expected.push(node);
            }
            over(node)
        });
        walk_near(source.root(), &source, "x", &mut |node| {
            seen.push(node);
            over(node)
        });
        assert_eq!(slices(&source, &seen), slices(&source, &expected));
    }

    #[test]
    fn a_walk_within_names_the_nodes_above() {
        let source = Source::parse(TEXT);
        walk_near_within(source.root(), &source, "x", &mut |node, above| {
            assert_eq!(above.last().copied(), node.parent(), "{node:?}");
            let up: Vec<Node<'_>> = ancestors(node).collect();
            assert!(above.iter().rev().eq(&up), "{node:?}");
            Walk::Into
        });
    }
}
