//! What a caller of a function notices.

use std::ops::Range;

use super::exceptions;
use crate::compare::annotations;
use crate::compare::signature::{Passing, Signature, Takes};
use crate::rules::Confidence;
use crate::syntax::File;

/// One difference.
pub(super) struct Difference {
    /// Where in head, if not at the function's name.
    pub place: Option<Range<usize>>,
    /// How sure it is that a caller notices.
    pub confidence: Confidence,
    /// One sentence.
    pub message: String,
}

fn at(takes: &Takes<'_>, confidence: Confidence, message: String) -> Difference {
    Difference {
        place: Some(takes.node.byte_range()),
        confidence,
        message,
    }
}

fn whole(confidence: Confidence, message: String) -> Difference {
    Difference {
        place: None,
        confidence,
        message,
    }
}

/// How sure it is that two defaults are not the same value; `None` if they are.
fn another_value(before: &str, after: &str) -> Option<Confidence> {
    let number = |text: &str| text.parse::<f64>().ok();
    if before == after || number(before).is_some() && number(before) == number(after) {
        return None;
    }
    let last = |text: &str| text.rsplit('.').next().map(|one| one.trim().to_owned());
    let is_path = |text: &str| {
        let mut all = text.chars();
        all.all(|one| one.is_alphanumeric() || "._ ".contains(one))
            && !text.starts_with(|one: char| one.is_ascii_digit())
    };
    // What stands for nothing in one of them may be filled in by the code.
    let stands_for_none = [before, after].contains(&"None");
    // One thing may be known by two paths.
    let same_name = is_path(before) && is_path(after) && last(before) == last(after);
    Some(if stands_for_none || same_name {
        Confidence::Possible
    } else if is_literal(before) && is_literal(after) {
        Confidence::Certain
    } else {
        Confidence::Likely
    })
}

/// Whether a default is one plain value: a number, a text or a truth value.
fn is_literal(text: &str) -> bool {
    let quoted = |quote: char| {
        let inner = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        inner.is_some_and(|inner| !inner.contains([quote, '\\']))
    };
    matches!(text, "True" | "False") || text.parse::<f64>().is_ok() || quoted('"') || quoted('\'')
}

/// Everything that a caller of the function `name` notices. `returned` says that it returns
/// something else than in production, as far as its own code tells.
pub(super) fn differences(
    name: &str,
    old: &Signature<'_>,
    new: &Signature<'_>,
    returned: bool,
    head: File<'_>,
) -> Vec<Difference> {
    let mut found = parameters(name, old, new);
    kind(name, old, new, &mut found);
    results(name, old, new, returned, &mut found);
    found.extend(raised(name, old, new, head));
    found
}

/// What a caller notices of the parameters.
pub(super) fn parameters(name: &str, old: &Signature<'_>, new: &Signature<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    lost(name, old, new, &mut found);
    kept(name, old, new, &mut found);
    added(name, old, new, &mut found);
    order(name, old, new, &mut found);
    found
}

/// Parameters that are gone or have another name.
fn lost(name: &str, old: &Signature<'_>, new: &Signature<'_>, found: &mut Vec<Difference>) {
    for (index, one) in old.takes.iter().enumerate() {
        if new.find(one.name).is_some() {
            continue;
        }
        let swallowed = match one.passing {
            Passing::Position => new.has(Passing::Rest),
            Passing::Either => new.has(Passing::Rest) && new.has(Passing::Others),
            Passing::Name => new.has(Passing::Others),
            Passing::Rest => {
                // Another name for `*args` is nobody's business.
                new.has(Passing::Rest)
            }
            Passing::Others => new.has(Passing::Others),
        };
        let heir = new
            .takes
            .get(index)
            .filter(|heir| old.find(heir.name).is_none() && heir.passing == one.passing);
        match heir {
            Some(_) if one.passing == Passing::Position || one.name.starts_with('_') => {}
            _ if swallowed => {}
            Some(heir) => found.push(at(
                heir,
                Confidence::Certain,
                format!(
                    "The parameter {} of {name}() is called {} now: calls that name it fail",
                    one.name, heir.name
                ),
            )),
            None => {
                let stars = match one.passing {
                    Passing::Rest => "*",
                    Passing::Others => "**",
                    _ => "",
                };
                found.push(whole(
                    Confidence::Certain,
                    format!(
                        "{name}() no longer takes {stars}{}: calls that pass it fail",
                        one.name
                    ),
                ));
            }
        }
    }
}

/// Parameters that both have.
fn kept(name: &str, old: &Signature<'_>, new: &Signature<'_>, found: &mut Vec<Difference>) {
    for one in &old.takes {
        let Some(now) = new.find(one.name) else {
            continue;
        };
        if now.required() && !one.required() {
            found.push(at(
                now,
                Confidence::Certain,
                format!("{name}() needs {} now: calls without it fail", one.name),
            ));
        } else if let (Some(before), Some(after)) = (&one.default, &now.default)
            && let Some(confidence) = another_value(before, after)
        {
            found.push(at(
                now,
                confidence,
                format!(
                    "{name}() has another default for {}: calls without it change",
                    one.name
                ),
            ));
        }
        let by_place = one.positional() && !now.positional() && !new.has(Passing::Rest);
        let by_name = matches!(one.passing, Passing::Either | Passing::Name)
            && now.passing == Passing::Position
            && !new.has(Passing::Others);
        if by_place || by_name {
            let how = if by_place {
                "by its place"
            } else {
                "by its name"
            };
            found.push(at(
                now,
                Confidence::Certain,
                format!("{name}() no longer takes {} {how}", one.name),
            ));
        }
    }
}

/// Parameters that only the hotfix has.
fn added(name: &str, old: &Signature<'_>, new: &Signature<'_>, found: &mut Vec<Difference>) {
    for (index, one) in new.takes.iter().enumerate() {
        if old.find(one.name).is_some() || matches!(one.passing, Passing::Rest | Passing::Others) {
            continue;
        }
        let heir = old
            .takes
            .get(index)
            .is_some_and(|before| new.find(before.name).is_none() && before.passing == one.passing);
        if heir {
            continue;
        }
        if one.required() {
            found.push(at(
                one,
                Confidence::Certain,
                format!("{name}() needs {} now: calls without it fail", one.name),
            ));
        } else {
            found.push(at(
                one,
                Confidence::Possible,
                format!("{name}() takes {} as well", one.name),
            ));
        }
    }
}

/// Positional parameters that swap places, or that another one pushes back.
fn order(name: &str, old: &Signature<'_>, new: &Signature<'_>, found: &mut Vec<Difference>) {
    let places = |all: &Signature<'_>| -> Vec<String> {
        let positional = all.takes.iter().filter(|one| one.positional());
        positional.map(|one| one.name.to_owned()).collect()
    };
    let (before, after) = (places(old), places(new));
    let common = |all: &[String], others: &[String]| -> Vec<String> {
        all.iter()
            .filter(|one| others.contains(one))
            .cloned()
            .collect()
    };
    let (was, is) = (common(&before, &after), common(&after, &before));
    if let Some((one, _)) = is.iter().zip(&was).find(|(now, then)| now != then) {
        if let Some(one) = new.find(one) {
            found.push(at(
                one,
                Confidence::Certain,
                format!("{name}() takes {} at another place", one.name),
            ));
        }
        return;
    }
    // One more in the middle, where none went.
    if before.len() < after.len() && was.len() == before.len() {
        let pushed = after.iter().zip(&before).find(|(now, then)| now != then);
        let optional = pushed.and_then(|(one, then)| Some((new.find(one)?, then)));
        if let Some((one, then)) = optional.filter(|(one, _)| !one.required()) {
            found.retain(|other| other.place.as_ref() != Some(&one.node.byte_range()));
            found.push(at(
                one,
                Confidence::Certain,
                format!(
                    "{name}() takes {} before {then}: what is passed by place ends elsewhere",
                    one.name
                ),
            ));
        }
    }
}

/// Whether a call is still a call of that kind.
fn kind(name: &str, old: &Signature<'_>, new: &Signature<'_>, found: &mut Vec<Difference>) {
    if old.is_async != new.is_async {
        let message = if new.is_async {
            format!("{name}() is async now: callers that do not await it get a coroutine")
        } else {
            format!("{name}() is not async any more: callers that await it fail")
        };
        found.push(whole(Confidence::Certain, message));
    } else if !defers(old) && defers(new) {
        let what = "gives its result later now: callers get a promise of it";
        found.push(whole(Confidence::Likely, format!("{name}() {what}")));
    } else if old.yields != new.yields && !manages(new) && !manages(old) {
        // Whoever goes through an iterator fails without one; one more may be what a caller awaits.
        let (confidence, now) = if new.yields {
            (
                Confidence::Likely,
                "gives an iterator now: production's gives the value itself",
            )
        } else {
            (
                Confidence::Certain,
                "gives no iterator any more: callers that call next() on it fail",
            )
        };
        found.push(whole(confidence, format!("{name}() {now}")));
    }
    let is =
        |one: &Signature<'_>, names: &[&str]| one.decorators.iter().any(|it| names.contains(it));
    let gained = KINDS
        .iter()
        .find(|(names, _)| !is(old, names) && is(new, names));
    let lost = KINDS
        .iter()
        .find(|(names, _)| is(old, names) && !is(new, names));
    let message = match (gained, lost) {
        (Some((_, now)), Some((_, was))) => format!("{name} is {now} now, and no longer {was}"),
        (Some((_, now)), None) => format!("{name} is {now} now"),
        (None, Some((_, was))) => format!("{name} is no longer {was}"),
        (None, None) => return,
    };
    found.push(whole(Confidence::Certain, message));
}

/// Decorators that say how a function is used, and what they make of it.
const KINDS: [(&[&str], &str); 4] = [
    (&["property", "cached_property"], "a property"),
    (&["staticmethod"], "a static method"),
    (&["classmethod"], "a class method"),
    (
        &["contextmanager", "asynccontextmanager"],
        "a context manager",
    ),
];

/// Whether a framework runs what the function yields, and gives the result later.
fn defers(one: &Signature<'_>) -> bool {
    let mut all = one.decorators.iter();
    one.yields && all.any(|one| matches!(*one, "inlineCallbacks" | "coroutine"))
}

fn manages(one: &Signature<'_>) -> bool {
    let mut all = one.decorators.iter();
    all.any(|one| one.ends_with("contextmanager"))
}

/// What comes back, as a value or as an exception.
fn results(
    name: &str,
    old: &Signature<'_>,
    new: &Signature<'_>,
    returned: bool,
    found: &mut Vec<Difference>,
) {
    if let (Some(before), Some(after)) = (&old.gives, &new.gives)
        && !annotations::same(before, after)
    {
        let optional = |text: &str| text.contains("None") || text.contains("Optional");
        if optional(after) && !optional(before) {
            found.push(whole(
                Confidence::Likely,
                format!("{name}() may give None now, says its annotation"),
            ));
        } else if optional(after) == optional(before) {
            // A corrected annotation changes nothing for those who call.
            let sure = returned && annotations::exclude(before, after);
            found.push(if sure {
                whole(
                    Confidence::Certain,
                    format!("{name}() gives {after} now, and {before} in production"),
                )
            } else {
                whole(
                    Confidence::Possible,
                    format!("{name}() says that it gives something else now"),
                )
            });
        }
    } else if new.may_give_none && !old.may_give_none {
        found.push(whole(
            Confidence::Possible,
            format!("{name}() may give None now, which its callers do not expect"),
        ));
    }
}

/// One more exception is what a guard of the fix raises; one in place of another is missed by the
/// handlers that wait for the old one, unless it is a kind of that.
fn raised(
    name: &str,
    old: &Signature<'_>,
    new: &Signature<'_>,
    head: File<'_>,
) -> Option<Difference> {
    let raised = new.raises.difference(&old.raises).next()?;
    let is_missed = |gone: &&String| {
        let mut all = new.raises.iter();
        !all.any(|one| exceptions::is_a(head, one, gone))
    };
    let gone = old.raises.difference(&new.raises).find(is_missed)?;
    let known = [raised, gone].map(|one| exceptions::is_built_in(one));
    Some(whole(
        if known == [true, true] {
            Confidence::Certain
        } else {
            Confidence::Likely
        },
        format!("{name}() raises {raised} and no longer {gone}: handlers of its callers miss it"),
    ))
}
