//! `unclosed-resource`: a file, socket, connection, process, pool or lock stays open.

mod conditions;
mod fix;
mod handle;
mod holds;
mod lazy;
mod lock;
mod lock_fix;
mod sent;
mod work;

use tree_sitter::Node;

use self::holds::{End, Life, What};
use super::knowledge::http;
use super::knowledge::openers::{self, Kind};
use super::knowledge::takers::{self, Taker};
use super::knowledge::{origins, uses};
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::Unit;
use crate::syntax::flow::Flat;
use crate::syntax::nodes::{children, field, positional, statement_of};

/// A resource that is not closed on every way.
pub struct UnclosedResource;

static META: Meta = Meta {
    name: "unclosed-resource",
    group: Group::Pattern,
    highest: Confidence::Certain,
    checklist: "Edge cases considered",
    noqa: &["SIM115", "R1732", "consider-using-with"],
    docs: include_str!("../docs/unclosed-resource.md"),
    pattern: None,
};

impl Rule for UnclosedResource {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test || is_fixture(unit) || http::is_mocked(unit) {
            return;
        }
        // What has no name is judged where it stands; the rest is followed all at once.
        let mut followed = Vec::new();
        for call in origins::calls(unit) {
            if let Some(kind) = openers::opens(unit, call) {
                match place(unit, call, kind) {
                    Some(Place::Named(name)) => {
                        followed.push((call, name, name, What::Opened(kind)));
                    }
                    Some(Place::Nameless(confidence)) => {
                        reporter.report_if(nameless(unit, call, confidence));
                    }
                    None => {}
                }
            } else if let Some(lock) = lock::taken(unit, call) {
                followed.push((call, call, lock, What::Lock));
            }
        }
        if followed.is_empty() {
            return;
        }
        let opened: Vec<_> = followed
            .iter()
            .map(|(_, at, name, what)| (*at, *name, *what))
            .collect();
        for ((call, _, name, what), life) in followed.into_iter().zip(holds::lives(unit, &opened)) {
            let Some(life) = life else { continue };
            reporter.report_if(match what {
                What::Opened(kind) => named(unit, call, name, kind, &life),
                What::Lock => lock::judge(unit, call, name, &life),
            });
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        fix::fix(context, finding)
            .or_else(|| lock_fix::fix(context, finding))
            .into_iter()
            .collect()
    }
}

/// A fixture, or a context manager's or generator's half: somebody else runs the rest.
fn is_fixture(unit: &Unit<'_>) -> bool {
    origins::decorated(unit, &|text| text.contains("fixture"))
}

fn nameless(unit: &Unit<'_>, call: Node<'_>, confidence: Confidence) -> Option<Draft> {
    let function = field(call, "function")?;
    let opener = one_line(unit, function)?;
    let message = format!("{opener}(…) is never closed: nothing keeps what it opens");
    Some(Draft::at(call, confidence, message).anchored(function))
}

fn named<'a>(
    unit: &Unit<'a>,
    call: Node<'a>,
    binding: Node<'a>,
    kind: Kind,
    life: &Life<'a>,
) -> Option<Draft> {
    let function = field(call, "function")?;
    let (confidence, message, exit) = judge_name(unit, call, binding, kind, life)?;
    let draft = Draft::at(call, confidence, message).anchored(function);
    Some(match exit {
        Some(exit) => draft.related(exit, "It is still open here"),
        None => draft,
    })
}

fn one_line<'a>(unit: &Unit<'a>, node: Node<'_>) -> Option<&'a str> {
    unit.slice(node).lines().next()
}

/// Where an opened resource goes first.
enum Place<'a> {
    /// It gets a plain name (the identifier).
    Named(Node<'a>),
    /// It is used in the same expression and then forgotten.
    Nameless(Confidence),
}

/// `None` where it has another owner from the beginning.
fn place<'a>(unit: &Unit<'a>, call: Node<'a>, kind: Kind) -> Option<Place<'a>> {
    let mut value = call;
    while let Some(parent) = value.parent()
        && matches!(parent.kind(), "parenthesized_expression" | "await")
    {
        value = parent;
    }
    let parent = value.parent()?;
    if kind.is_file() && sent::is_sent(unit, value) {
        return Some(Place::Nameless(kind.confidence.min(Confidence::Likely)));
    }
    if kind.is_descriptor() && parent.kind() != "assignment" {
        // `path = tempfile.mkstemp()[1]` forgets the descriptor.
        let forgets = parent.kind() == "subscript" && unit.slice(parent).ends_with("[1]");
        return forgets.then_some(Place::Nameless(kind.confidence));
    }
    match parent.kind() {
        "assignment" | "named_expression" => bound_to(unit, value, parent),
        "expression_list" | "tuple" => unpacked(value, parent),
        // `f = open(path) if path else …`
        "conditional_expression" if parent.named_child(1) != Some(value) => {
            let up = parent.parent().filter(|up| up.kind() == "assignment")?;
            bound_to(unit, parent, up)
        }
        "attribute" => {
            let name = unit.slice(field(parent, "attribute")?);
            // `ZipFile(…).open(…)`: the member holds the archive and is judged itself.
            let member = kind.is_archive() && name == "open";
            let closes = member || kind.close.contains(&name) || name == "__enter__";
            (!closes).then_some(Place::Nameless(kind.confidence))
        }
        "argument_list" => passed(unit, value, parent.parent()?, kind),
        "keyword_argument" => passed(unit, value, parent.parent()?.parent()?, kind),
        "for_statement" | "for_in_clause" if kind.ends_with_its_loop() => None,
        "for_statement" | "for_in_clause" if field(parent, "right") == Some(value) => {
            let most = match reader_of(parent).map(|reader| reader.kind()) {
                Some("call" | "argument_list") | None => Confidence::Certain,
                // The caller reads it as long as it likes.
                Some("return_statement" | "yield") => return None,
                // A listing of a folder closes itself at its end.
                Some(_) if kind.name == "entries" => return None,
                // Whoever reads the generator cannot close what it reads from.
                Some(_) => Confidence::Possible,
            };
            Some(Place::Nameless(kind.confidence.min(most)))
        }
        "expression_statement" | "subscript" | "comparison_operator" => {
            Some(Place::Nameless(kind.confidence))
        }
        _ => None,
    }
}

/// What stands around the generator that a `for` clause belongs to.
fn reader_of(clause: Node<'_>) -> Option<Node<'_>> {
    let generator = clause
        .parent()
        .filter(|up| up.kind() == "generator_expression")?;
    let up = generator.parent()?;
    let reader = match up.kind() {
        "parenthesized_expression" => up.parent()?,
        _ => up,
    };
    Some(reader)
}

fn bound_to<'a>(unit: &Unit<'a>, value: Node<'a>, parent: Node<'a>) -> Option<Place<'a>> {
    let left = field(parent, "left").or_else(|| field(parent, "name"))?;
    // `fd, path = tempfile.mkstemp()`
    let pair = unit
        .callee(value)
        .is_some_and(|name| name == "tempfile.mkstemp");
    let name = if pair { left.named_child(0)? } else { left };
    let is_value = field(parent, "right").or_else(|| field(parent, "value")) == Some(value);
    // In a class body the class owns it; with a chain of names somebody else may.
    let owned = unit.node.kind() == "class_definition"
        || parent.parent().is_some_and(|up| up.kind() == "assignment");
    (is_value && name.kind() == "identifier" && !owned).then_some(Place::Named(name))
}

/// `a, b = open(x), open(y)`.
fn unpacked<'a>(value: Node<'a>, list: Node<'a>) -> Option<Place<'a>> {
    let assignment = list.parent().filter(|up| up.kind() == "assignment")?;
    let names = field(assignment, "left").filter(|left| left.kind() == "pattern_list")?;
    let index = children(list).position(|one| one == value)?;
    let name = children(names).nth(index)?;
    (name.kind() == "identifier").then_some(Place::Named(name))
}

fn passed<'a>(unit: &Unit<'a>, value: Node<'a>, call: Node<'a>, kind: Kind) -> Option<Place<'a>> {
    if call.kind() != "call" {
        return None;
    }
    let act = || {
        let flat = Flat::new(unit.source(), unit.node);
        let view = handle::View {
            unit,
            flat: &flat,
            kind,
            steps: handle::STEPS,
        };
        flat.find(value).map(|at| view.act(at))
    };
    if takers::inherits(unit, call) {
        return Some(Place::Nameless(kind.confidence.min(Confidence::Likely)));
    }
    match takers::taker(unit, call) {
        // `Reader(open(path)).rows()`: nobody keeps the reader, so nobody closes it.
        Taker::Owns if is_forgotten_class(unit, call) => {
            Some(Place::Nameless(Confidence::Possible))
        }
        Taker::Borrows => Some(Place::Nameless(kind.confidence)),
        Taker::Views if act() == Some(handle::Act::Uses) => Some(Place::Nameless(kind.confidence)),
        Taker::Views | Taker::Owns => None,
        Taker::Unknown => match act()? {
            handle::Act::Uses => Some(Place::Nameless(kind.confidence.min(Confidence::Likely))),
            // What takes it is handed on itself: `return reader(open(path))`.
            handle::Act::Lends if is_returned(call) && !takers::reads_all(unit, call) => None,
            handle::Act::Lends => Some(Place::Nameless(Confidence::Possible)),
            _ => None,
        },
    }
}

/// A class that is made only to call one of its methods.
fn is_forgotten_class(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let is_class = field(call, "function").is_some_and(|function| {
        let text = unit.slice(function);
        let last = text.rsplit('.').next().unwrap_or(text);
        last.trim_start_matches('_').starts_with(char::is_uppercase)
    });
    let called = call.parent().filter(|up| up.kind() == "attribute");
    let used = called
        .and_then(|attribute| attribute.parent())
        .is_some_and(|up| up.kind() == "call");
    let closes = called
        .and_then(|attribute| field(attribute, "attribute"))
        .is_some_and(|name| matches!(unit.slice(name), "close" | "__enter__" | "start"));
    is_class && used && !closes
}

fn is_returned(call: Node<'_>) -> bool {
    call.parent()
        .is_some_and(|up| matches!(up.kind(), "return_statement" | "yield"))
}

type Judged<'a> = (Confidence, String, Option<Node<'a>>);

fn judge_name<'a>(
    unit: &Unit<'a>,
    call: Node<'a>,
    binding: Node<'a>,
    kind: Kind,
    life: &Life<'a>,
) -> Option<Judged<'a>> {
    let name = unit.slice(binding);
    let end = life.end();
    if end == End::Always || shared(unit, binding, life) {
        return None;
    }
    if life.closes.is_empty() && !life.given_away {
        let mut confidence = kind.confidence;
        if unit.node.kind() == "module" {
            // What nothing here uses, another module may.
            let unused = life.places.is_empty();
            confidence = confidence.min(if unused {
                Confidence::Possible
            } else {
                Confidence::Likely
            });
        }
        if life.lent || guarded_opening(unit, call) || reads_given(unit, call) {
            confidence = confidence.min(Confidence::Possible);
        }
        let message = if kind.is_process() {
            format!("nobody waits for {name}: the process and its pipes stay behind")
        } else {
            format!("{name} is never closed")
        };
        return Some((confidence, message, None));
    }
    // Code that nobody can see may keep it, and numbers are handed around: no more than a hint.
    let most = if life.lent || kind.is_descriptor() {
        Confidence::Possible
    } else {
        Confidence::Likely
    };
    match end {
        End::Always => None,
        End::Leak(exit) => Some((
            kind.confidence.min(most),
            match exit {
                Some(exit) => format!(
                    "{name} stays open where the function leaves on line {}",
                    unit.source().lines().line_of(exit.start_byte()) + 1
                ),
                None => format!("{name} is not closed on every way to the end"),
            },
            exit,
        )),
        End::UnlessFailure if life.closes.is_empty() => {
            let connect = life.places.iter().copied().find(|at| connects(unit, *at));
            let connect = connect.filter(|_| kind.is_socket())?;
            let message = format!("{name} stays open if it cannot connect");
            Some((
                kind.confidence.min(Confidence::Possible),
                message,
                Some(connect),
            ))
        }
        End::UnlessFailure => {
            let close = life.closes.first().copied()?;
            let most = if life.worked && kind.followed() {
                Confidence::Likely
            } else {
                Confidence::Possible
            };
            Some((
                kind.confidence.min(most),
                format!("{name} stays open if something fails before it is closed"),
                Some(close),
            ))
        }
    }
}

/// `sock.connect(address)`
fn connects(unit: &Unit<'_>, place: Node<'_>) -> bool {
    place
        .parent()
        .filter(|up| up.kind() == "attribute")
        .and_then(|up| field(up, "attribute"))
        .is_some_and(|name| unit.slice(name) == "connect")
}

/// Another scope shares the name: `global f`, or a module's name that functions read.
fn shared(unit: &Unit<'_>, binding: Node<'_>, life: &Life<'_>) -> bool {
    let name = unit.slice(binding);
    let declared = unit.bindings(name).iter().any(|one| {
        one.parent()
            .is_some_and(|up| matches!(up.kind(), "global_statement" | "nonlocal_statement"))
    });
    let kept = unit.node.kind() == "module"
        && (life.places.is_empty() && is_read_elsewhere(unit, name)
            || name.chars().all(|c| !c.is_lowercase()));
    declared || kept
}

/// Whether the text names it more than once: the functions of a module may use what it opens.
fn is_read_elsewhere(unit: &Unit<'_>, name: &str) -> bool {
    let text = unit.source().text();
    let word = |one: char| one.is_alphanumeric() || one == '_';
    text.match_indices(name)
        .filter(|(at, _)| {
            !text[..*at].ends_with(word) && !text[at + name.len()..].starts_with(word)
        })
        .nth(1)
        .is_some()
}

/// `wave.open(f)` of a parameter that is an open file: it reads from what belongs to the caller.
fn reads_given(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let wraps = unit.callee(call).is_some_and(|name| {
        matches!(
            name.as_str(),
            "wave.open"
                | "aifc.open"
                | "sunau.open"
                | "chunk.Chunk"
                | "gzip.open"
                | "bz2.open"
                | "lzma.open"
                | "bz2.BZ2File"
                | "lzma.LZMAFile"
                | "zipfile.ZipFile"
        )
    });
    let given = positional(call).first().copied();
    let is_file = |name: &str| {
        matches!(
            name,
            "f" | "fp" | "fd" | "fh" | "file" | "fileobj" | "file_obj" | "stream" | "handle"
        )
    };
    wraps
        && given.is_some_and(|given| {
            let name = unit.slice(given);
            is_file(name) && unit.parameters().iter().any(|one| one.name == name)
        })
}

/// `f = open(p) if p else sys.stdin` may hold something that must stay open.
fn guarded_opening(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let statement = statement_of(call);
    crate::syntax::nodes::ancestors(call)
        .take_while(|up| uses::contains(statement, *up))
        .filter(|up| up.kind() == "conditional_expression")
        .any(|up| {
            [0, 2]
                .into_iter()
                .filter_map(|arm| up.named_child(arm))
                .any(|arm| openers::opens(unit, arm).is_none())
        })
}
