//! The fixes: one atomic call, or a lock around check and act.

use tree_sitter::Node;

use super::evidence::Evidence;
use super::files::{self, FileCheck, Use};
use super::races::{Race, Reason, Shape, races};
use super::state::{How, Owner, declared_global};
use crate::fixes::{Applicability, Builder, Fix, hotfix_comment};
use crate::rules::knowledge::locks::named_like_lock;
use crate::rules::{Finding, FixContext};
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, children, field, fields, positional, walk};

/// The fixes of a finding, the preferred one first.
pub(super) fn fixes(context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
    let unit = context.unit;
    if let Some(race) = races(unit)
        .into_iter()
        .find(|one| one.check.byte_range() == finding.span)
    {
        return [set_default(context, &race), hold_lock(context, &race)]
            .into_iter()
            .flatten()
            .collect();
    }
    files::checks(unit)
        .into_iter()
        .find(|one| one.check.byte_range() == finding.span && !one.behind)
        .and_then(|one| one_call(context, &one))
        .into_iter()
        .collect()
}

/// The only statement below an `if` without `else`.
fn only_statement(statement: Node<'_>) -> Option<Node<'_>> {
    if fields(statement, "alternative").next().is_some() {
        return None;
    }
    let body = field(statement, "consequence")?;
    let mut cursor = body.walk();
    let mut all = body.named_children(&mut cursor);
    let only = all.next()?;
    all.next().is_none().then_some(only)
}

/// `if k not in d: d[k] = v` becomes `d.setdefault(k, v)`.
fn set_default(context: &FixContext<'_>, race: &Race<'_>) -> Option<Fix> {
    let unit = context.unit;
    let (statement, state) = (race.region.0, race.act.state.text);
    if race.reason == Reason::Lock
        || statement.kind() != "if_statement"
        || race.shape != Shape::Check
    {
        return None;
    }
    let only = only_statement(statement)?;
    let assignment = only.named_child(0).filter(|one| *one == race.act.node)?;
    let parts: Vec<Node<'_>> = children(race.check).collect();
    let operator: String = fields(race.check, "operators")
        .map(|one| unit.slice(one))
        .collect();
    let (target, value) = (race.act.target, field(assignment, "right")?);
    let key = children(target).nth(1)?;
    let fits = assignment.kind() == "assignment"
        && target.kind() == "subscript"
        && field(target, "value").is_some_and(|one| unit.slice(one) == state)
        && operator.split_whitespace().collect::<String>() == "notin"
        && parts.len() == 2
        && unit.slice(parts[0]) == unit.slice(key)
        && unit.slice(parts[1]) == state
        && is_quiet(unit, value);
    if !fits {
        return None;
    }
    let mut builder = Builder::new(unit.file);
    builder.note(
        statement,
        context.version,
        &format!("check and change of {state} in one step"),
    );
    let (key, value) = (unit.slice(key), unit.slice(value));
    builder.replace(statement, format!("{state}.setdefault({key}, {value})"));
    Some(builder.finish(
        format!("Use {state}.setdefault({key}, …), which checks and sets in one step"),
        Applicability::Safe,
    ))
}

/// Whether making the value costs nothing and changes nothing.
fn is_quiet(unit: &Unit<'_>, value: Node<'_>) -> bool {
    let text = unit.slice(value);
    match value.kind() {
        "call" => matches!(text, "list()" | "dict()" | "set()" | "[]" | "{}"),
        _ => {
            !text.contains('\n') && !text.contains(['(', ':', '=']) && !text.contains("await")
                || text == "{}"
        }
    }
}

/// Puts check and act below `with lock:`.
fn hold_lock(context: &FixContext<'_>, race: &Race<'_>) -> Option<Fix> {
    let unit = context.unit;
    let (first, last) = race.region;
    if race.shape == Shape::LateLock
        || first.kind() == "while_statement"
        || first.parent() != last.parent()
    {
        return None;
    }
    let mut builder = Builder::new(unit.file);
    let (lock, made) = choose(unit, race, &mut builder)?;
    if blocks_itself(unit, race, &lock) {
        return None;
    }
    let state = race.act.state;
    let rebinds = race.act.how != How::Content && race.act.target.kind() == "identifier";
    if rebinds && !declared_global(unit, state.text) {
        builder.lines_at_top(unit.node, &[format!("global {}", state.text)])?;
    }
    let with = if unit.is_async() {
        "async with"
    } else {
        "with"
    };
    let what = match race.shape {
        Shape::Update => format!("only one at a time may update {}", state.text),
        _ => format!("check and change of {} belong together", state.text),
    };
    let note = hotfix_comment(context.version, &what);
    builder.wrap(first, last, &[note, format!("{with} {lock}:")])?;
    let act = if race.shape == Shape::Update {
        "update"
    } else {
        "check and change"
    };
    let create = if made { "Create" } else { "Hold" };
    let rest = if made {
        format!(" and hold it for the {act} of {}", state.text)
    } else {
        format!(" for the {act} of {}", state.text)
    };
    let limit = match race.reason {
        Reason::Module(Evidence::Tasks | Evidence::Processes) => {
            " (does not protect across processes)"
        }
        _ => "",
    };
    Some(builder.finish(
        format!("{create} {lock}{rest}{limit}"),
        Applicability::NeedsReview,
    ))
}

/// The lock to hold, and whether it is a new one.
fn choose(unit: &Unit<'_>, race: &Race<'_>, builder: &mut Builder<'_>) -> Option<(String, bool)> {
    if let Some(guarded) = race.guarded {
        let text = unit.slice(guarded.lock);
        let root = text.split('.').next()?;
        let seen = match race.act.state.owner {
            Owner::Instance => root == "self",
            _ => unit
                .file
                .outline
                .assigned
                .iter()
                .any(|(name, _)| name == root),
        };
        let plain = !text.contains(['(', '[', ' ']);
        if guarded.asynchronous == unit.is_async() && seen && plain {
            return Some((text.to_owned(), false));
        }
        return None;
    }
    let state = race.act.state;
    let own = state.text.rsplit('.').next()?;
    let library = if unit.is_async() {
        "asyncio"
    } else {
        "threading"
    };
    if state.owner == Owner::Instance {
        let name = format!("_{}_lock", own.trim_start_matches('_'));
        let class = unit.class()?;
        if unit.slice(class).contains(&name) || unit.slice(class).contains("__slots__") {
            return None;
        }
        let init = children(field(class, "body")?)
            .find(|one| field(*one, "name").is_some_and(|name| unit.slice(name) == "__init__"))?;
        let module = builder.import(library)?;
        let root = state.text.split('.').next()?;
        builder.lines_at_top(init, &[format!("{root}.{name} = {module}.Lock()")])?;
        return Some((format!("{root}.{name}"), true));
    }
    let name = format!("_{}_lock", own.trim_start_matches('_').to_lowercase());
    // One that is there already may have a public name.
    for name in [name.as_str(), name.trim_start_matches('_')] {
        let known = unit.file.outline.assigned.iter();
        if known.into_iter().any(|(one, _)| one == name)
            && named_like_lock(name)
            && !unit.is_async()
        {
            return Some((name.to_owned(), false));
        }
    }
    if unit.source().text().contains(&name) {
        return None;
    }
    let module = builder.import(library)?;
    builder.module_line(&format!("{name} = {module}.Lock()"));
    Some((name, true))
}

/// Whether what moves below the lock takes it again, gives control away, or calls itself.
fn blocks_itself(unit: &Unit<'_>, race: &Race<'_>, lock: &str) -> bool {
    let (first, last) = race.region;
    let own = field(unit.node, "name").map_or("", |name| unit.slice(name));
    let text = &unit.source().text()[first.start_byte()..last.end_byte()];
    if text.contains(&format!("with {lock}")) || text.contains(&format!("{lock}.acquire")) {
        return true;
    }
    let mut blocks = false;
    let Some(block) = first.parent() else {
        return true;
    };
    walk(block, &mut |node| {
        if node.end_byte() <= first.start_byte() || last.end_byte() <= node.start_byte() {
            return Walk::Over;
        }
        blocks |= node.kind() == "yield";
        if node.kind() == "call"
            && let Some(function) = field(node, "function")
        {
            let name = unit.slice(function);
            let name = name.rsplit('.').next().unwrap_or(name);
            blocks |= name == own
                || unit.file.outline.definitions.iter().any(|one| {
                    one.name == name && unit.source().text()[one.range.clone()].contains(lock)
                });
        }
        Walk::Into
    });
    blocks
}

/// One call that does not need the check.
fn one_call(context: &FixContext<'_>, file: &FileCheck<'_>) -> Option<Fix> {
    let unit = context.unit;
    let only = only_statement(file.statement)?;
    let path = unit.slice(file.path);
    let whole = only.named_child(0) == Some(file.call) && only.kind() == "expression_statement";
    let simple =
        !unit.slice(file.check).contains(" and ") && !unit.slice(file.check).contains(" or ");
    if !whole || !simple {
        return None;
    }
    let call = unit.slice(file.call);
    let add = |argument: &str| {
        let inside = call.strip_suffix(')')?.trim_end().trim_end_matches(',');
        let comma = if inside.ends_with('(') { "" } else { ", " };
        Some(format!("{inside}{comma}{argument})"))
    };
    let mut builder = Builder::new(unit.file);
    let (title, text) = match file.used {
        Use::MakeDirs | Use::PathMkdir => (
            format!("Create {path} with exist_ok=True instead of the check"),
            add("exist_ok=True")?,
        ),
        Use::MakeDir if positional(file.call).len() == 1 => {
            let function = field(file.call, "function")?;
            if unit
                .slice(function)
                .rsplit_once('.')
                .is_none_or(|(_, name)| name != "mkdir")
            {
                return None;
            }
            let makedirs = unit.slice(function).replace(".mkdir", ".makedirs");
            (
                format!("Create {path} by {makedirs} with exist_ok=True instead of the check"),
                format!("{makedirs}({path}, exist_ok=True)"),
            )
        }
        Use::PathUnlink => (
            format!("Remove {path} with missing_ok=True instead of the check"),
            add("missing_ok=True")?,
        ),
        Use::Remove => return suppress(context, file),
        Use::MakeDir | Use::Read | Use::Create => return None,
    };
    let note = format!("{path} may come or go at any time");
    builder.note(file.statement, context.version, &note);
    builder.replace(file.statement, text);
    Some(builder.finish(title, Applicability::NeedsReview))
}

/// `if os.path.exists(p): os.remove(p)` becomes a removal that tolerates the missing file.
fn suppress(context: &FixContext<'_>, file: &FileCheck<'_>) -> Option<Fix> {
    let unit = context.unit;
    let path = unit.slice(file.path);
    let mut builder = Builder::new(unit.file);
    let module = builder.import("contextlib")?;
    builder.note(
        file.statement,
        context.version,
        &format!("{path} may be gone already"),
    );
    let header = unit
        .source()
        .text()
        .get(file.statement.start_byte()..field(file.statement, "consequence")?.start_byte())?;
    let gap = &header[header.rfind(':')? + 1..];
    if gap.contains('#') {
        return None;
    }
    builder.insert(
        file.statement.start_byte(),
        format!("with {module}.suppress(FileNotFoundError)"),
    );
    let colon = file.statement.start_byte() + header.rfind(':')?;
    builder.remove(file.statement.start_byte()..colon);
    Some(builder.finish(
        format!("Remove {path} and tolerate that it is gone"),
        Applicability::NeedsReview,
    ))
}
