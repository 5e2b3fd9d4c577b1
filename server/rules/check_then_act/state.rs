//! State that several threads or tasks can see: module names, class and instance attributes.

use tree_sitter::Node;

use crate::rules::knowledge::origins;
use crate::syntax::nodes::{Walk, ancestors, children, field, is_scope, walk, walk_near};
use crate::syntax::{File, Kind, Unit, names};

/// Who owns the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Module,
    Class,
    Instance,
}

/// A piece of shared state, as the code writes it (`counter`, `self.jobs`, `Pool.size`).
#[derive(Debug, Clone, Copy)]
pub(super) struct State<'a> {
    pub text: &'a str,
    pub owner: Owner,
}

/// What an act does to the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// `x = …`
    Set,
    /// `x += …`, or `x = x + …`
    Update,
    /// `x[k] = …`, `del x[k]`, `x.append(…)`
    Content,
}

/// A write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act<'a> {
    /// The assignment, `del` or call.
    pub node: Node<'a>,
    /// The written name, attribute or item.
    pub target: Node<'a>,
    pub how: How,
    pub state: State<'a>,
}

/// Methods that change a list, set, dictionary or deque.
const CHANGES: &[&str] = &[
    "append",
    "appendleft",
    "extend",
    "insert",
    "add",
    "remove",
    "discard",
    "pop",
    "popleft",
    "popitem",
    "clear",
    "update",
];

/// Things that are safe to share, or that every thread has for itself.
const SAFE: &[&str] = &[
    "local",
    "Local",
    "ContextVar",
    "Queue",
    "SimpleQueue",
    "LifoQueue",
    "PriorityQueue",
    "JoinableQueue",
    "Event",
    "Lock",
    "RLock",
    "Semaphore",
    "BoundedSemaphore",
    "Condition",
    "Barrier",
    "count",
];

/// The writes to shared state in the part of the unit's own code below `part`, in source order.
pub(super) fn acts<'a>(unit: &Unit<'a>, part: Node<'a>) -> Vec<Act<'a>> {
    let mut found = Vec::new();
    let view = View::of(unit);
    walk(part, &mut |node| {
        if is_scope(node) {
            return Walk::Over;
        }
        match node.kind() {
            "assignment" if field(node, "right").is_some() => {
                for target in field(node, "left").into_iter().flat_map(targets) {
                    let again = field(node, "right").is_some_and(|right| {
                        right.kind() == "binary_operator"
                            && mentions(unit, right, unit.slice(target))
                    });
                    push(
                        &view,
                        node,
                        target,
                        if again { How::Update } else { How::Set },
                        &mut found,
                    );
                }
            }
            "augmented_assignment" => {
                if let Some(target) = field(node, "left") {
                    push(&view, node, target, How::Update, &mut found);
                }
            }
            "delete_statement" => {
                for target in children(node)
                    .flat_map(targets)
                    .filter(|one| one.kind() == "subscript")
                {
                    push(&view, node, target, How::Content, &mut found);
                }
            }
            "call" => {
                if let Some(function) =
                    field(node, "function").filter(|one| one.kind() == "attribute")
                    && let (Some(object), Some(verb)) =
                        (field(function, "object"), field(function, "attribute"))
                    && CHANGES.contains(&unit.slice(verb))
                {
                    push(&view, node, object, How::Content, &mut found);
                }
            }
            _ => {}
        }
        Walk::Into
    });
    found
}

/// What the function says of itself, read once.
struct View<'u, 'a> {
    unit: &'u Unit<'a>,
    /// The names that it declares `global`.
    globals: Vec<&'a str>,
    /// Its first parameter and who owns that one's attributes, if it is a method.
    own: Option<(&'a str, Owner)>,
}

impl<'u, 'a> View<'u, 'a> {
    fn of(unit: &'u Unit<'a>) -> Self {
        Self {
            unit,
            globals: unit
                .own(&["global_statement"])
                .into_iter()
                .flat_map(children)
                .map(|one| unit.slice(one))
                .collect(),
            own: own_object(unit),
        }
    }
}

/// `self` or `cls`.
fn own_object<'a>(unit: &Unit<'a>) -> Option<(&'a str, Owner)> {
    unit.class()?;
    let first = unit.parameters().first()?.name;
    let decorated = |name: &str| origins::decorated(unit, &|text: &str| text == name);
    if decorated("@staticmethod") {
        return None;
    }
    let makes = unit.qualname.ends_with(".__new__");
    let owner = if makes || decorated("@classmethod") {
        Owner::Class
    } else {
        Owner::Instance
    };
    Some((first, owner))
}

fn push<'a>(
    view: &View<'_, 'a>,
    node: Node<'a>,
    target: Node<'a>,
    how: How,
    found: &mut Vec<Act<'a>>,
) {
    let mut object = target;
    while object.kind() == "subscript" {
        let Some(value) = field(object, "value") else {
            return;
        };
        object = value;
    }
    let rebinds = (object == target && how != How::Content).then_some(how);
    if let Some(state) = state_of(view, object, rebinds) {
        let how = if object != target && how == How::Set {
            How::Content
        } else {
            how
        };
        found.push(Act {
            node,
            target,
            how,
            state,
        });
    }
}

fn targets(left: Node<'_>) -> Vec<Node<'_>> {
    match left.kind() {
        "pattern_list" | "tuple_pattern" | "expression_list" => children(left).collect(),
        _ => vec![left],
    }
}

/// The shared state that an expression names; `None` for anything local.
fn state_of<'a>(view: &View<'_, 'a>, object: Node<'a>, rebinds: Option<How>) -> Option<State<'a>> {
    let dotted = names::dotted(object, view.unit.source())?;
    let text = view.unit.slice(object);
    if dotted != text {
        return None;
    }
    let root = text.split('.').next()?;
    let owner = if root == text {
        is_global(view, root, rebinds).then_some(Owner::Module)?
    } else {
        attribute_owner(view, root)?
    };
    Some(State { text, owner })
}

fn is_global(view: &View<'_, '_>, name: &str, rebinds: Option<How>) -> bool {
    let unit = view.unit;
    if view.globals.contains(&name) {
        return true;
    }
    let assigned = || {
        unit.file
            .outline
            .assigned
            .iter()
            .any(|(one, _)| one == name)
    };
    match rebinds {
        // Without `global` an update alone cannot work on a local name: the module's is meant.
        Some(How::Update) => {
            unit.parameter(name).is_none()
                && unit.bindings(name).iter().all(|one| {
                    one.parent()
                        .is_some_and(|up| up.kind() == "augmented_assignment")
                })
                && !in_outer_function(unit, name)
        }
        Some(_) => false,
        None => assigned() && !is_local(unit, name),
    }
}

fn is_local(unit: &Unit<'_>, name: &str) -> bool {
    unit.parameter(name).is_some()
        || !unit.bindings(name).is_empty()
        || in_outer_function(unit, name)
}

/// Whether the function says `global name`.
pub(super) fn declared_global(unit: &Unit<'_>, name: &str) -> bool {
    unit.own(&["global_statement"])
        .into_iter()
        .any(|statement| children(statement).any(|one| unit.slice(one) == name))
}

fn in_outer_function(unit: &Unit<'_>, name: &str) -> bool {
    ancestors(unit.node)
        .filter(|up| up.kind() == "function_definition")
        .any(|outer| {
            let outer = Unit::new(unit.file, outer, String::new());
            outer.parameter(name).is_some() || !outer.bindings(name).is_empty()
        })
}

fn attribute_owner(view: &View<'_, '_>, root: &str) -> Option<Owner> {
    if let Some((own, owner)) = view.own
        && own == root
    {
        return Some(owner);
    }
    let outline = view.unit.file.outline;
    let class = outline
        .find(root)
        .is_some_and(|one| one.kind == Kind::Class);
    let assigned = outline.assigned.iter().any(|(one, _)| one == root);
    if !(class || assigned) || is_local(view.unit, root) {
        return None;
    }
    Some(if class { Owner::Class } else { Owner::Module })
}

/// Whether every thread has its own copy, or the thing guards itself.
pub(super) fn is_safe(unit: &Unit<'_>, text: &str) -> bool {
    let words = |part: &str| {
        let part = part.to_lowercase();
        part == "tls"
            || part
                .split('_')
                .any(|word| matches!(word, "local" | "locals" | "tls" | "threadlocal"))
    };
    if text.split('.').any(words) || text.contains("__dict__") {
        return true;
    }
    if let Some(class) = unit.class()
        && field(class, "superclasses").is_some_and(|list| {
            children(list).any(|base| {
                let base = unit.slice(base);
                base.rsplit('.').next() == Some("local")
            })
        })
    {
        return true;
    }
    let prefixes: Vec<&str> = text
        .match_indices('.')
        .map(|(at, _)| &text[..at])
        .chain([text])
        .collect();
    makers(unit.file, &prefixes)
        .iter()
        .any(|maker| SAFE.contains(maker))
}

/// The last names of the calls whose result the file assigns to one of the `names`.
fn makers<'a>(file: File<'a>, names: &[&str]) -> Vec<&'a str> {
    // The names are prefixes of each other: the shortest stands wherever one of them does.
    let Some(shortest) = names.iter().min_by_key(|name| name.len()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    file.source.walk_near(shortest, &mut |node| {
        if matches!(node.kind(), "assignment")
            && let Some(left) = field(node, "left")
            && names.contains(&file.source.slice(left))
            && let Some(value) = field(node, "right").filter(|value| value.kind() == "call")
            && let Some(function) = field(value, "function")
        {
            let text = &file.source.text()[function.byte_range()];
            found.push(text.rsplit('.').next().unwrap_or(text));
        }
        Walk::Into
    });
    found
}

/// The first place below `part` that reads or writes the state `text`.
pub(super) fn mention<'a>(unit: &Unit<'a>, part: Node<'a>, text: &str) -> Option<Node<'a>> {
    let mut found = None;
    walk_near(part, unit.source(), text, &mut |node| {
        if found.is_some() {
            return Walk::Over;
        }
        if matches!(node.kind(), "identifier" | "attribute" | "subscript")
            && unit.slice(node) == text
        {
            let label = node.parent().is_some_and(|parent| {
                (parent.kind() == "attribute" && field(parent, "attribute") == Some(node))
                    || (parent.kind() == "keyword_argument" && field(parent, "name") == Some(node))
            });
            if !label {
                found = Some(node);
            }
        }
        Walk::Into
    });
    found
}

/// Whether `part` reads or writes the state `text`.
pub(super) fn mentions<'a>(unit: &Unit<'a>, part: Node<'a>, text: &str) -> bool {
    mention(unit, part, text).is_some()
}
