//! A path is checked, then used: another process can create or remove it in between.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use tree_sitter::Node;

use super::conditions::known_within;
use crate::rules::Confidence;
use crate::rules::knowledge::origins;
use crate::syntax::Unit;
use crate::syntax::flow::{caught_around, handler_names, withs_around};
use crate::syntax::nodes::{children, exits, field, keyword, positional, string_value};

/// What is done to the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// `os.makedirs(p)`
    MakeDirs,
    /// `os.mkdir(p)`
    MakeDir,
    /// `p.mkdir()`
    PathMkdir,
    /// `os.remove(p)`, `os.unlink(p)`, `os.rmdir(p)`
    Remove,
    /// `p.unlink()`
    PathUnlink,
    /// `open(p)` for reading
    Read,
    /// `open(p, "w")`
    Create,
}

/// A check of a path, and the use of the path that it leads to.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileCheck<'a> {
    /// The condition.
    pub check: Node<'a>,
    /// The `if`.
    pub statement: Node<'a>,
    pub path: Node<'a>,
    pub call: Node<'a>,
    pub used: Use,
    pub confidence: Confidence,
    /// The check leaves the function, and the call stands behind it.
    pub behind: bool,
}

/// All of them in the unit's own code.
pub(super) fn checks<'a>(unit: &Unit<'a>) -> Vec<FileCheck<'a>> {
    let uses = OnceCell::new();
    unit.own(&["if_statement"])
        .into_iter()
        .filter_map(|statement| judge(unit, &uses, statement))
        .collect()
}

/// The sentence of the finding.
pub(super) fn message(unit: &Unit<'_>, file: &FileCheck<'_>) -> String {
    let path = unit.slice(file.path);
    match file.used {
        Use::MakeDirs | Use::MakeDir | Use::PathMkdir | Use::Create => {
            format!("Another process can create {path} between this check and the call below")
        }
        Use::Remove | Use::PathUnlink | Use::Read => {
            format!("Another process can remove {path} between this check and the call below")
        }
    }
}

fn judge<'a>(
    unit: &Unit<'a>,
    uses: &OnceCell<Calls<'a>>,
    statement: Node<'a>,
) -> Option<FileCheck<'a>> {
    let check = field(statement, "condition")?;
    let (path, exists) = known_within(check, true, &|call, holds| tested(unit, call, holds))?;
    let text = unit.slice(path);
    let lower = text.to_lowercase();
    let by_default = unit
        .parameter(text)
        .and_then(|one| one.default)
        .map_or("", |value| unit.slice(value));
    let is_temporary = |one: &str| one.contains("tmp") || one.contains("temp");
    if is_temporary(&lower) || is_temporary(by_default) || text.contains('\n') {
        return None;
    }
    let body = field(statement, "consequence")?;
    let uses = uses.get_or_init(|| Calls::new(unit));
    let inside = uses.first(unit, &body.byte_range(), text, exists);
    let behind = inside.is_none();
    let (call, used) = inside.or_else(|| {
        let range = range_behind(unit, statement, body)?;
        uses.first(unit, &range, text, !exists)
    })?;
    let handled = handled(unit, call, used);
    if handled == Handled::Yes {
        return None;
    }
    // A file that is gone when it is read fails loudly; that is seldom worth a change.
    // Whoever asks for a link tells kinds of paths apart.
    let kind_only = unit.slice(check).contains("islink");
    // One person runs a project's own commands, one at a time.
    let command = unit.source().text().contains("CommandError");
    let aside = used == Use::Read || kind_only || command || handled == Handled::AsFailure;
    let confidence = if aside {
        Confidence::Possible
    } else {
        Confidence::Likely
    };
    Some(FileCheck {
        check,
        statement,
        path,
        call,
        used,
        confidence,
        behind,
    })
}

/// The calls in a unit's own code, in source order, by the paths that they may use: their object
/// and their first two arguments.
struct Calls<'a>(HashMap<&'a str, Vec<Node<'a>>>);

impl<'a> Calls<'a> {
    fn new(unit: &Unit<'a>) -> Self {
        let mut calls: HashMap<&'a str, Vec<Node<'a>>> = HashMap::new();
        for call in unit.own(&["call"]) {
            let object = field(call, "function").and_then(|function| field(function, "object"));
            let used = positional(call).into_iter().take(2).chain(object);
            for path in used {
                calls.entry(unit.slice(path)).or_default().push(call);
            }
        }
        Self(calls)
    }

    /// The first call in `range` that the answer of the check decides on.
    fn first(
        &self,
        unit: &Unit<'a>,
        range: &Range<usize>,
        path: &str,
        exists: bool,
    ) -> Option<(Node<'a>, Use)> {
        let calls = self.0.get(path)?;
        let first = calls.partition_point(|call| call.start_byte() < range.start);
        calls[first..]
            .iter()
            .take_while(|call| call.end_byte() <= range.end)
            .filter_map(|call| Some((*call, use_of(unit, *call, path)?)))
            .find(|(_, used)| matches!(used, Use::Remove | Use::PathUnlink | Use::Read) == exists)
    }
}

/// The bytes behind a check that leaves: `if not os.path.exists(p): return`.
fn range_behind(unit: &Unit<'_>, statement: Node<'_>, body: Node<'_>) -> Option<Range<usize>> {
    let leaves = exits(body, unit.source()) && field(statement, "alternative").is_none();
    let block = statement.parent().filter(|_| leaves)?;
    Some(statement.end_byte()..block.end_byte())
}

/// The path that a call tests, and whether it exists where the call comes out as `holds`.
fn tested<'a>(unit: &Unit<'a>, call: Node<'a>, holds: bool) -> Option<(Node<'a>, bool)> {
    if call.kind() != "call" {
        return None;
    }
    let function = field(call, "function")?;
    let name = origins::imported(unit, function).unwrap_or_default();
    if matches!(
        name.as_str(),
        "os.path.exists"
            | "os.path.lexists"
            | "os.path.isfile"
            | "os.path.isdir"
            | "os.path.islink"
            | "os.access"
    ) {
        return positional(call).first().map(|path| (*path, holds));
    }
    if let [path] = positional(call)[..]
        && asks_by_name(unit.slice(function))
    {
        return Some((path, holds));
    }
    let method = field(function, "attribute").map(|one| unit.slice(one))?;
    let plain = positional(call).is_empty() && function.kind() == "attribute";
    (plain && matches!(method, "exists" | "is_file" | "is_dir"))
        .then(|| field(function, "object").map(|path| (path, holds)))
        .flatten()
}

/// A project's own function for the question: `path_exists(p)`, `self.is_dir(p)`.
fn asks_by_name(function: &str) -> bool {
    const NAMES: [&str; 8] = [
        "path_exists",
        "file_exists",
        "dir_exists",
        "exists",
        "isfile",
        "isdir",
        "is_file",
        "is_dir",
    ];
    let last = function.rsplit('.').next().unwrap_or(function);
    NAMES.contains(&last.trim_start_matches('_'))
}

/// What a call does to the path `text`.
fn use_of(unit: &Unit<'_>, call: Node<'_>, text: &str) -> Option<Use> {
    let function = field(call, "function")?;
    let first = positional(call).first().copied();
    let on_path = first.is_some_and(|one| unit.slice(one) == text);
    if function.kind() == "attribute"
        && field(function, "object").is_some_and(|one| unit.slice(one) == text)
    {
        return match unit.slice(field(function, "attribute")?) {
            "mkdir" => (!is_true(unit, call, "exist_ok")).then_some(Use::PathMkdir),
            "unlink" => (!is_true(unit, call, "missing_ok")).then_some(Use::PathUnlink),
            "rmdir" => None,
            "read_text" | "read_bytes" => Some(Use::Read),
            "write_text" | "write_bytes" => Some(Use::Create),
            "open" => opened(unit, call, 0),
            _ => None,
        };
    }
    let second = positional(call).get(1).copied();
    if second.is_some_and(|one| unit.slice(one) == text) {
        return matches!(
            origins::imported(unit, function)
                .unwrap_or_default()
                .as_str(),
            "os.rename" | "shutil.move" | "shutil.copy" | "shutil.copyfile" | "shutil.copytree"
        )
        .then_some(Use::Create);
    }
    if !on_path {
        return None;
    }
    match origins::imported(unit, function)
        .unwrap_or_default()
        .as_str()
    {
        "os.makedirs" => (!is_true(unit, call, "exist_ok") && positional(call).len() < 3)
            .then_some(Use::MakeDirs),
        "os.mkdir" => Some(Use::MakeDir),
        "os.remove" | "os.unlink" | "os.rmdir" | "os.rename" | "shutil.move" => Some(Use::Remove),
        "os.stat" | "os.path.getsize" | "os.path.getmtime" | "os.listdir" => Some(Use::Read),
        "open" | "io.open" => opened(unit, call, 1),
        _ => None,
    }
}

fn opened(unit: &Unit<'_>, call: Node<'_>, place: usize) -> Option<Use> {
    let mode = positional(call)
        .get(place)
        .copied()
        .or_else(|| keyword(call, "mode", unit.source()));
    let Some(mode) = mode else {
        return Some(Use::Read);
    };
    let mode = string_value(mode, unit.source())?;
    if mode.contains(['x', 'a']) {
        None
    } else if mode.contains('w') {
        Some(Use::Create)
    } else {
        Some(Use::Read)
    }
}

fn is_true(unit: &Unit<'_>, call: Node<'_>, name: &str) -> bool {
    // Anything but a plain `False` is somebody's decision.
    keyword(call, name, unit.source()).is_some_and(|value| value.kind() != "false")
}

/// Whether somebody catches what the race raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Handled {
    No,
    Yes,
    /// It is caught with everything else that can go wrong, and the work is given up.
    AsFailure,
}

fn handled(unit: &Unit<'_>, call: Node<'_>, used: Use) -> Handled {
    let locked = withs_around(call).into_iter().any(|item| {
        let text = unit.slice(item);
        text.contains("suppress(") || text.to_lowercase().contains("lock")
    });
    if locked {
        return Handled::Yes;
    }
    let known = |name: &str| {
        name.ends_with("OSError")
            || name.starts_with("FileNotFound")
            || name.starts_with("FileExists")
            || matches!(
                name,
                "IOError" | "EnvironmentError" | "Exception" | "BaseException" | "error"
            )
    };
    let clauses = caught_around(call);
    let mut catching = clauses
        .into_iter()
        .filter(|clause| handler_names(*clause, unit.source()).into_iter().any(known))
        .peekable();
    if catching.peek().is_none() {
        return Handled::No;
    }
    // Two that make the same folder want the same; one that is told of a failure gives up.
    let makes = matches!(used, Use::MakeDirs | Use::MakeDir | Use::PathMkdir);
    if makes && catching.all(|clause| gives_up(unit, clause)) {
        Handled::AsFailure
    } else {
        Handled::Yes
    }
}

/// Whether a handler raises or returns without a question for the kind of failure.
fn gives_up(unit: &Unit<'_>, clause: Node<'_>) -> bool {
    let asks = ["errno", "EEXIST", "exist", "isdir", "is_dir"];
    let text = unit.slice(clause);
    let body = children(clause).find(|part| part.kind() == "block");
    !asks.iter().any(|one| text.contains(one))
        && body.is_some_and(|body| exits(body, unit.source()))
}
