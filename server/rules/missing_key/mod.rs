//! `missing-key`: a constant key is read from a mapping that may lack it.

mod elsewhere;
mod fix;
mod kept;
mod services;
mod settled;

use tree_sitter::Node;

use super::knowledge::keys::{
    Keys, Presence, Written, constant_subscript, is_load, is_taken_out, module_lacks, path, root,
    written,
};
use super::knowledge::outside::{Origin, origin};
use super::knowledge::typed;
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::Fix;
use crate::syntax::flow::{Graph, caught_around, facts_at, handler_names, withs_around};
use crate::syntax::nodes::bare;
use crate::syntax::{Pattern, Unit};

/// A constant key is read from a mapping that may lack it.
pub struct MissingKey;

static PATTERN: Pattern = Pattern::new(
    "missing-key.scm",
    include_str!("../../../queries/missing-key.scm"),
);

static META: Meta = Meta {
    name: "missing-key",
    group: Group::Pattern,
    highest: Confidence::Certain,
    checklist: "Edge cases considered",
    noqa: &[],
    docs: include_str!("../docs/missing-key.md"),
    pattern: Some(&PATTERN),
};

impl Rule for MissingKey {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        // At import time a missing setting should stop the program: that is what module code does.
        if unit.file.is_test || unit.node.kind() == "class_definition" {
            return;
        }
        let found = PATTERN.matches(unit.node, unit.source());
        if found.is_empty() {
            return;
        }
        let keys = Keys::new(unit);
        let presence = Presence::new(&Graph::new(unit), &keys);
        let looks = settled::Looks::default();
        for one in found {
            if let Some(read) = one.get("anchor") {
                if presence.may_lack(read) {
                    reporter.report_if(judge(unit, &keys, &presence, &looks, read));
                }
                reporter.report_if(of_answer(unit, &keys, read));
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        context
            .node(finding)
            .and_then(|read| fix::Read::new(context, read))
            .map_or_else(Vec::new, |read| read.fixes())
    }
}

fn judge<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    presence: &Presence,
    around: &settled::Looks,
    read: Node<'a>,
) -> Option<Draft> {
    let (object, key) = constant_subscript(unit, read)?;
    let mapping = path(unit, object)?;
    if !(is_load(read) || is_taken_out(read))
        || in_type(read)
        || keys.is_gone_through(read, &mapping)
    {
        return None;
    }
    match own_knowledge(unit, keys, object, read, key) {
        Shown::Lacks(why) => {
            return Some(Draft::at(
                read,
                Confidence::Certain,
                format!("{mapping} may lack the key {key:?} and then raises KeyError: {why}"),
            ));
        }
        Shown::Open => return None,
        Shown::Nothing if unit.is_function() && services::may_omit(unit, keys, object, key) => {
            let message = format!(
                "{mapping} may lack the key {key:?} and then raises KeyError: the service leaves it out where there is nothing"
            );
            return Some(Draft::at(read, Confidence::Certain, message));
        }
        Shown::Nothing if kept::never_has(unit, object, key) => {
            let message = format!(
                "{mapping} may lack the key {key:?} and then raises KeyError: nothing in this file puts it there"
            );
            let is_private = mapping.starts_with("self._");
            let confidence = if is_private {
                Confidence::Likely
            } else {
                Confidence::Possible
            };
            return Some(Draft::at(read, confidence, message));
        }
        Shown::Nothing if !unit.is_function() => return None,
        Shown::Nothing => {}
    }
    let from = origin(keys, unit, object);
    if from == Origin::Other {
        return None;
    }
    if object.kind() == "attribute" && elsewhere::has_default(unit, key) {
        return None;
    }
    if keys.bindings(&mapping).is_empty() && settled::outer_names(unit, key) {
        return None;
    }
    let asked = elsewhere::asked(unit, keys, object, &mapping, key)
        .filter(|place| !settled::is_another(keys, *place, read, &mapping));
    let (confidence, why) = match (asked, from) {
        // WSGI's own dictionary: its servers fill it.
        _ if mapping == "environ" && is_wsgi(unit, key) => {
            (Confidence::Possible, "it comes from outside")
        }
        (Some(_), _) => (Confidence::Certain, "elsewhere the code allows for that"),
        // What the server itself fills, and the headers that hardly any client leaves out.
        _ if is_meta(&mapping) && !is_special_header(key) => return None,
        // Every process that a system starts has one.
        (_, Origin::Outside) if mapping.ends_with("environ") && is_always_set(key) => {
            (Confidence::Possible, "it comes from outside")
        }
        (_, Origin::Outside | Origin::Declared) if presence.is_variant(read) => {
            (Confidence::Possible, "its keys depend on its kind")
        }
        (_, Origin::Outside) => (Confidence::Certain, "it comes from outside"),
        (_, Origin::PartOfOutside) => (Confidence::Possible, "it comes from outside"),
        // A function inside another is handed to somebody who knows what it needs.
        (_, Origin::Declared) if settled::is_inner(unit) => {
            (Confidence::Possible, "its type promises no keys")
        }
        (_, Origin::Declared) => (Confidence::Likely, "its type promises no keys"),
        (_, Origin::Plain) => (Confidence::Possible, "nothing checks it"),
        _ if keys.is_asked(&mapping) => (Confidence::Possible, "nothing checks it"),
        // Locals of two functions share no more than a name.
        (_, Origin::Unknown)
            if keys.bindings(root(&mapping)).is_empty()
                && elsewhere::is_asked_by_another(unit, &mapping, key) =>
        {
            (Confidence::Possible, "another function allows for that")
        }
        _ => return None,
    };
    let is_shown = confidence != Confidence::Possible && around.is_worth_a_look();
    let facts = if is_shown {
        facts_at(read, unit.source())
    } else {
        Vec::new()
    };
    if is_shown && settled::is_there(unit, &facts, &mapping, key) {
        return None;
    }
    let by_kind = is_shown && asked.is_none() && settled::is_chosen(unit, &facts, &mapping);
    let (confidence, why) = if by_kind {
        (Confidence::Possible, "its keys depend on its kind")
    } else {
        (confidence, why)
    };
    let confidence = of_deletion(confidence, read, asked.is_some());
    let draft = Draft::at(read, confidence, told(&mapping, key, why));
    Some(match asked {
        Some(place) => draft.related(place, format!("Here a missing {key:?} is allowed for")),
        None => draft,
    })
}

fn told(mapping: &str, key: &str, why: &str) -> String {
    if mapping.ends_with("environ") {
        format!("The environment may lack {key}: this raises KeyError")
    } else {
        format!("{mapping} may lack the key {key:?} and then raises KeyError: {why}")
    }
}

/// Who takes a key out has mostly just seen it.
fn of_deletion(confidence: Confidence, read: Node<'_>, is_asked: bool) -> Confidence {
    if !is_asked && is_taken_out(read) {
        Confidence::Possible
    } else {
        confidence
    }
}

/// `json.loads(text)["id"]`: nobody can ask what has no name.
fn of_answer<'a>(unit: &Unit<'a>, keys: &Keys<'_, 'a>, read: Node<'a>) -> Option<Draft> {
    const KINDS: [&str; 4] = ["KeyError", "LookupError", "Exception", "BaseException"];
    let (object, key) = constant_subscript(unit, read)?;
    let unnamed = matches!(bare(object).kind(), "call" | "await")
        && unit.is_function()
        && path(unit, object).is_none()
        && is_load(read);
    if !unnamed || origin(keys, unit, object) != Origin::Outside {
        return None;
    }
    let source = unit.source();
    let caught = caught_around(read)
        .into_iter()
        .flat_map(|clause| handler_names(clause, source))
        .any(|name| KINDS.contains(&name) || name.ends_with("KeyError"));
    let suppressed = withs_around(read)
        .into_iter()
        .any(|item| unit.slice(item).contains("suppress("));
    (!caught && !suppressed).then(|| {
        Draft::at(
            read,
            Confidence::Certain,
            format!(
                "This may lack the key {key:?} and then raises KeyError: it comes from outside"
            ),
        )
    })
}

/// What the file itself shows of a mapping's key.
enum Shown {
    /// It may be missing, and why.
    Lacks(String),
    /// It is promised, or code that nobody can see may put it there.
    Open,
    /// Nothing.
    Nothing,
}

fn own_knowledge<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    object: Node<'a>,
    read: Node<'a>,
    key: &str,
) -> Shown {
    if let Some(promise) = typed::promise(unit, keys, object, key) {
        // Which of the types it is may have been asked, and whoever takes a key out that need not
        // be there has put or seen it.
        let told = promise.one_of_several && settled::is_spoken_of(unit, read, object)
            || promise.named && is_taken_out(read);
        return if promise.required || told {
            Shown::Open
        } else if promise.named {
            Shown::Lacks(format!("{} does not require it", promise.class))
        } else {
            Shown::Lacks(format!("{} names no such key", promise.class))
        };
    }
    match written(unit, keys, object, key) {
        Some(Written::Never) => return Shown::Lacks("nothing ever puts it there".to_owned()),
        Some(Written::Unknown) => return Shown::Open,
        Some(Written::Later) | None => {}
    }
    let plain = object.kind() == "identifier";
    if plain && module_lacks(unit, keys, unit.slice(object), key) {
        Shown::Lacks("nothing in this file puts it there".to_owned())
    } else {
        Shown::Nothing
    }
}

/// A parameter `environ`, asked for one of the names that WSGI servers set.
fn is_wsgi(unit: &Unit<'_>, key: &str) -> bool {
    let is_parameter = unit.parameters().iter().any(|one| one.name == "environ");
    let known = ["REQUEST_", "SCRIPT_", "PATH_", "QUERY_", "SERVER_", "wsgi."];
    is_parameter && known.iter().any(|start| key.starts_with(start))
}

/// What Django and its servers tell of a request.
fn is_meta(mapping: &str) -> bool {
    mapping
        .rsplit_once('.')
        .is_some_and(|(_, name)| name == "META")
}

/// A header in `request.META` that a client may well leave out.
fn is_special_header(key: &str) -> bool {
    key.strip_prefix("HTTP_")
        .is_some_and(|header| !matches!(header, "HOST" | "USER_AGENT" | "ACCEPT"))
}

/// Environment variables that are set on every usual system.
fn is_always_set(key: &str) -> bool {
    matches!(key, "PATH" | "Path" | "HOME" | "SYSTEMROOT" | "SystemRoot")
}

/// A subscript in an annotation or type alias names a type.
fn in_type(node: Node<'_>) -> bool {
    crate::syntax::nodes::ancestors(node)
        .take_while(|above| !above.kind().ends_with("_statement") && above.kind() != "block")
        .any(|above| above.kind() == "type")
}
