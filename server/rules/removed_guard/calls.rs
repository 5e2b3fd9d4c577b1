//! Calls that stand alone on their line for what they raise: `validate(order)`,
//! `order.full_clean()`, `self.check_permissions(request)`.

use std::collections::HashMap;

use tree_sitter::Node;

use super::collect::{names_in, normal, shorten};
use super::conditions::{ACTING, does_something, protected_anew};
use super::loss::{Loss, Repair};
use super::restore::is_known;
use super::since::Since;
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{children, field, keyword, statement_of};

/// How sure a name says that the call refuses what is not right.
fn refuses_by_name(last: &str) -> Option<Confidence> {
    let name = last.trim_start_matches('_');
    let begins = |words: &[&str]| {
        words.iter().any(|word| {
            name.strip_prefix(word)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        })
    };
    if begins(&["full_clean", "validate", "verify", "authorize", "authorise"])
        || name.contains("permission")
            && begins(&["check", "require", "ensure", "enforce", "assert"])
    {
        return Some(Confidence::Certain);
    }
    // A plain `check()` may be anything.
    ["check_", "ensure_", "require_", "enforce_", "assert_"]
        .iter()
        .any(|word| name.starts_with(word))
        .then_some(Confidence::Likely)
}

/// How sure the body of a function of the same file says so: it raises under a condition, and gives
/// no answer.
fn refuses_by_body(base: &Unit<'_>, call: Node<'_>) -> Option<Confidence> {
    let callee = base.slice(field(call, "function")?);
    let name = match callee.rsplit_once('.') {
        None => callee,
        Some(("self" | "cls", name)) => name,
        Some(_) => return None,
    };
    let outline = base.file.outline;
    let mut named = outline.definitions.iter().filter(|one| one.name == name);
    let (definition, other) = (named.next()?, named.next());
    if other.is_some() {
        return None;
    }
    let unit = Unit::of_definition(base.file, definition)
        .into_iter()
        .find(Unit::is_function)?;
    let guarded = unit
        .own(&["raise_statement"])
        .into_iter()
        .any(|one| crate::syntax::nodes::ancestors(one).any(|up| up.kind() == "if_statement"));
    let answers = unit.own(&["return_statement"]).into_iter().any(|one| {
        one.named_child(0)
            .is_some_and(|value| value.kind() != "none")
    });
    // What it does beside may be why it is called.
    let works = unit.own(&["expression_statement"]).into_iter().any(|one| {
        one.named_child(0).is_some_and(|what| match what.kind() {
            "string" => false,
            "assignment" => field(what, "left").is_some_and(|left| left.kind() != "identifier"),
            _ => does_something(&unit, one),
        })
    });
    let yields = !unit.own(&["yield"]).is_empty();
    (guarded && !answers && !yields).then_some(if works {
        Confidence::Likely
    } else {
        Confidence::Certain
    })
}

/// The call of a statement that is nothing but a call, or waits for one.
fn call_of(statement: Node<'_>) -> Option<Node<'_>> {
    let what = statement.named_child(0)?;
    let what = if what.kind() == "await" {
        what.named_child(0)?
    } else {
        what
    };
    (what.kind() == "call").then_some(what)
}

fn last_name<'u>(unit: &Unit<'u>, call: Node<'_>) -> &'u str {
    let callee = field(call, "function").map_or("", |callee| unit.slice(callee));
    callee.rsplit('.').next().unwrap_or(callee)
}

/// How often a unit calls each name.
fn count<'u>(unit: &Unit<'u>) -> HashMap<&'u str, usize> {
    let mut many = HashMap::new();
    for call in unit.own(&["call"]) {
        *many.entry(last_name(unit, call)).or_default() += 1;
    }
    many
}

/// The dropped ones whose work goes on without them.
pub(super) fn losses<'h>(base: &Unit<'_>, head: &Unit<'h>, since: &Since<'_, 'h>) -> Vec<Loss<'h>> {
    if !base.is_function() || !head.is_function() {
        return Vec::new();
    }
    let (before, after) = (count(base), count(head));
    let mut found: Vec<Loss<'h>> = Vec::new();
    for statement in base.own(&["expression_statement"]) {
        let dropped = call_of(statement).is_some_and(|call| {
            let name = last_name(base, call);
            after.get(name) < before.get(name)
        });
        if dropped
            && let Some(loss) = lost(base, head, since, statement)
            && !found.iter().any(|one| one.place == loss.place)
        {
            found.push(loss);
        }
    }
    found
}

fn lost<'h>(
    base: &Unit<'_>,
    head: &Unit<'h>,
    since: &Since<'_, 'h>,
    statement: Node<'_>,
) -> Option<Loss<'h>> {
    let call = call_of(statement)?;
    let last = last_name(base, call);
    let raises =
        keyword(call, "raise_exception", base.source()).is_some_and(|value| value.kind() == "true");
    let confidence = if last == "is_valid" && raises {
        Confidence::Certain
    } else {
        refuses_by_name(last).or_else(|| refuses_by_body(base, call))?
    };
    if protected_anew(base, head) || is_elsewhere(base, head, last) {
        return None;
    }
    let names = names_in(base, call);
    let asked = names.iter().any(|name| match root(name) {
        "self" | "cls" => since.asks(name),
        root => since.asks_about(root),
    });
    if asked || since.tries {
        return None;
    }
    let place = goes_on(base, head, statement, &names)?;
    let words = shorten(base.slice(call));
    let line = base.slice(statement);
    Some(Loss {
        name: "check-call",
        message: format!("Production runs `{words}` before this; the hotfix drops the check"),
        subject: words,
        place,
        shown: call.byte_range(),
        confidence,
        covers: &[],
        repair: if line.contains('\n') || !is_known(base, head, statement) {
            Repair::None
        } else {
            Repair::Before(line.to_owned())
        },
    })
}

fn root(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// The first statement of head that production ran behind the call in the same block.
fn goes_on<'h>(
    base: &Unit<'_>,
    head: &Unit<'h>,
    statement: Node<'_>,
    names: &[String],
) -> Option<Node<'h>> {
    let block = statement.parent()?;
    let mut behind = base.own(ACTING);
    behind.retain(|one| {
        statement.end_byte() <= one.start_byte()
            && one.end_byte() <= block.end_byte()
            && does_something(base, *one)
            && names_in(base, *one)
                .iter()
                .any(|used| names.iter().any(|name| root(name) == root(used)))
    });
    let texts: Vec<String> = behind.into_iter().map(|one| normal(base, one)).collect();
    head.own(ACTING)
        .into_iter()
        .find(|one| texts.contains(&normal(head, *one)))
        .map(statement_of)
}

/// Whether the rest of head's file calls it more often than production's did.
fn is_elsewhere(base: &Unit<'_>, head: &Unit<'_>, name: &str) -> bool {
    let call = format!("{name}(");
    let outside = |unit: &Unit<'_>| {
        let all = unit.source().text().matches(&call).count();
        all - unit.slice(unit.node).matches(&call).count()
    };
    outside(base) < outside(head)
}

/// The statements of a block, for the other mechanisms.
pub(super) fn texts(unit: &Unit<'_>, block: Node<'_>) -> Vec<String> {
    children(block).map(|one| normal(unit, one)).collect()
}
