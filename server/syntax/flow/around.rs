//! What stands around a place: who catches what fails there.

use super::ending::{caught_names, swallowed_names};
use super::flat::{Flat, Place};

/// The classes that the handlers of all `try` bodies around the place catch, last parts only.
#[must_use]
pub fn handlers_around<'a>(flat: &Flat<'a>, place: Place) -> Vec<&'a str> {
    let mut names = Vec::new();
    each_body(flat, place, "try_statement", &mut |statement| {
        for clause in flat.children(statement) {
            if flat.kind(clause).starts_with("except") {
                names.extend(caught_names(flat, clause));
            }
        }
    });
    names
}

/// The classes that the `with` statements around the place swallow (`suppress(KeyError)`).
#[must_use]
pub fn swallows_around<'a>(flat: &Flat<'a>, place: Place) -> Vec<&'a str> {
    managers_around(flat, place)
        .into_iter()
        .filter_map(|manager| swallowed_names(flat, manager))
        .flatten()
        .collect()
}

/// The context managers of all `with` statements around the place, without `as …`.
#[must_use]
pub fn managers_around(flat: &Flat<'_>, place: Place) -> Vec<Place> {
    let mut found = Vec::new();
    each_body(flat, place, "with_statement", &mut |statement| {
        for clause in flat.children(statement) {
            if flat.kind(clause) == "with_clause" {
                for item in flat.children(clause) {
                    managers(flat, flat.field(item, "value").unwrap_or(item), &mut found);
                }
            }
        }
    });
    found
}

/// The managers of one item; `with (a as b, c as d):` is read as a tuple.
fn managers(flat: &Flat<'_>, value: Place, found: &mut Vec<Place>) {
    let value = flat.bare(value);
    match flat.kind(value) {
        "tuple" => {
            for one in flat.children(value) {
                managers(flat, one, found);
            }
        }
        "as_pattern" => found.extend(flat.children(value).next()),
        _ => found.push(value),
    }
}

/// Calls `seen` with each statement of this kind in whose `body` the place stands.
fn each_body(flat: &Flat<'_>, place: Place, kind: &str, seen: &mut dyn FnMut(Place)) {
    let mut at = place;
    for up in flat.ancestors(place) {
        if flat.kind(up) == kind && flat.role(at) == "body" {
            seen(up);
        }
        at = up;
    }
}
