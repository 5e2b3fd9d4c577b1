//! Whether several threads use one object.

use tree_sitter::Node;

use super::{Evidence, of_module};
use crate::rules::check_then_act::state::{self, State, mentions};
use crate::rules::knowledge::locks;
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, children, field, statement_of, walk, walk_near};

/// Whether two threads meet in the instance: a method that a thread runs and one that others call
/// are involved, and the one on the other side writes the state.
pub(in crate::rules::check_then_act) fn instance_shared(unit: &Unit<'_>, state: State<'_>) -> bool {
    let Some(class) = unit.class() else {
        return false;
    };
    let Some(body) = field(class, "body") else {
        return false;
    };
    let methods: Vec<(&str, Node<'_>)> = children(body)
        .map(|one| field(one, "definition").unwrap_or(one))
        .filter(|one| one.kind() == "function_definition")
        .filter_map(|one| Some((unit.slice(field(one, "name")?), one)))
        .collect();
    let starts = started(unit, class);
    let mut threaded: Vec<&str> = starts.iter().map(|(name, _)| *name).collect();
    add_called(unit, &methods, &mut threaded);
    // Methods that run in front while the threads work; `None` if any may.
    let front = starts
        .iter()
        .map(|(_, call)| call.and_then(loop_behind))
        .collect::<Option<Vec<_>>>()
        .map(|loops| {
            let mut called = Vec::new();
            for one in loops {
                called.extend(called_in(unit, &methods, one));
            }
            add_called(unit, &methods, &mut called);
            called
        });
    let own = field(unit.node, "name").map_or("", |name| unit.slice(name));
    let here = threaded.contains(&own);
    let meets = |name: &str| {
        threaded.contains(&name)
            || front
                .as_ref()
                .is_none_or(|called: &Vec<&str>| called.contains(&name))
    };
    if !meets(own) {
        return false;
    }
    // Several threads may run the same method: then it meets itself.
    let pooled = here
        && ["submit(self.", "map(self."]
            .iter()
            .any(|call| unit.slice(class).contains(call));
    !threaded.is_empty()
        && (pooled
            || methods.iter().any(|(name, method)| {
                !name.starts_with("__")
                    && threaded.contains(name) != here
                    && meets(name)
                    && mentions(unit, *method, state.text)
                    && writes_in(unit, *method, state.text)
            }))
}

/// The methods that the part calls on `self`.
fn called_in<'a>(unit: &Unit<'_>, methods: &[(&'a str, Node<'_>)], part: Node<'_>) -> Vec<&'a str> {
    let text = unit.slice(part);
    methods
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| text.contains(&format!("self.{name}(")))
        .collect()
}

/// Adds the methods that those of the list call, and that these call.
fn add_called<'a>(unit: &Unit<'_>, methods: &[(&'a str, Node<'_>)], list: &mut Vec<&'a str>) {
    let mut next = 0;
    while next < list.len() {
        let name = list[next];
        next += 1;
        for (_, method) in methods.iter().filter(|(one, _)| *one == name) {
            for called in called_in(unit, methods, *method) {
                if !list.contains(&called) {
                    list.push(called);
                }
            }
        }
    }
}

/// The endless loop that the same block runs behind the statement that starts a thread.
fn loop_behind(start: Node<'_>) -> Option<Node<'_>> {
    let mut next = statement_of(start).next_named_sibling();
    while let Some(one) = next {
        if one.kind() == "while_statement" {
            return Some(one);
        }
        next = one.next_named_sibling();
    }
    None
}

/// Whether the class says that several threads use one object: it makes a lock for itself, or the
/// module, which runs in threads, makes one object for all.
pub(in crate::rules::check_then_act) fn instance_known_to_all(unit: &Unit<'_>) -> bool {
    let Some(class) = unit.class() else {
        return false;
    };
    let Some(name) = field(class, "name").map(|name| unit.slice(name)) else {
        return false;
    };
    let mut locked = false;
    walk_near(class, unit.source(), "ock(", &mut |node| {
        locked |= node.kind() == "assignment"
            && field(node, "left").is_some_and(|left| unit.slice(left).starts_with("self."))
            && field(node, "right").is_some_and(|made| {
                locks::makes_lock(made, unit.file)
                    && unit
                        .callee(made)
                        .is_some_and(|name| !name.starts_with("asyncio"))
            });
        Walk::Into
    });
    if locked {
        return true;
    }
    let single = unit.file.outline.assigned.iter().any(|(_, range)| {
        unit.source().text()[range.clone()]
            .split_once('=')
            .and_then(|(_, value)| value.trim_start().strip_prefix(name))
            .is_some_and(|rest| rest.starts_with('('))
    });
    single && of_module(unit).is_some_and(|found| found == Evidence::Threads)
}

/// Whether the method writes the state.
fn writes_in(unit: &Unit<'_>, method: Node<'_>, text: &str) -> bool {
    let inner = Unit::new(unit.file, method, String::new());
    field(method, "body").is_some_and(|body| {
        state::acts(&inner, body)
            .iter()
            .any(|act| act.state.text == text)
    })
}

/// The methods of the class that threads start with, and the calls that start them.
fn started<'a>(unit: &Unit<'a>, class: Node<'a>) -> Vec<(&'a str, Option<Node<'a>>)> {
    let mut found = Vec::new();
    let thread = field(class, "superclasses").is_some_and(|list| {
        children(list).any(|base| unit.slice(base).rsplit('.').next() == Some("Thread"))
    });
    if thread {
        found.push(("run", None));
    }
    walk(class, &mut |node| {
        if node.kind() == "call"
            && let (Some(function), Some(list)) =
                (field(node, "function"), field(node, "arguments"))
        {
            let name = unit.slice(function);
            let last = name.rsplit('.').next().unwrap_or(name);
            // Whoever awaits the thread does nothing else with the object meanwhile.
            let awaited = matches!(last, "to_thread" | "run_in_executor")
                && node.parent().is_some_and(|up| up.kind() == "await");
            if !awaited
                && (last != "map" || name.contains('.'))
                && matches!(
                    last,
                    "Thread"
                        | "Timer"
                        | "submit"
                        | "map"
                        | "to_thread"
                        | "run_in_executor"
                        | "start_new_thread"
                        | "apply_async"
                )
            {
                for argument in children(list) {
                    let value = field(argument, "value").unwrap_or(argument);
                    if let Some(method) = unit.slice(value).strip_prefix("self.") {
                        found.push((method, Some(node)));
                    }
                }
            }
        }
        Walk::Into
    });
    found
}
