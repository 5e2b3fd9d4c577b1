//! What is made from a resource and goes on reading from it: `csv.reader(file)`,
//! `connection.cursor()`, `map(str.strip, file)`. A `with` block that ends before the last use of
//! such a value breaks code that works, so a fix follows the value or is not offered.

use tree_sitter::Node;

use super::super::knowledge::openers::Kind;
use super::super::knowledge::uses;
use super::takers::{Taker, taker};
use crate::syntax::Unit;
use crate::syntax::nodes::{
    Walk, bare, children, field, keyword, own, positional, scope_of, statement_of, walk,
};
use crate::syntax::unit::definition_node;

/// Where the values that need the resource stand.
#[derive(Debug, Default)]
pub(super) struct Needed<'a> {
    /// Every use of a name that holds such a value.
    pub(super) places: Vec<Node<'a>>,
    /// Code that nobody can see gets one.
    pub(super) lent: bool,
}

/// What is followed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Start<'a> {
    /// The call that opens it.
    Value(Node<'a>),
    /// The name that it is bound to.
    Name(Node<'a>),
}

/// Follows what a resource is used for. `None` where a value that may need it gets away: returned,
/// kept, read by another function.
pub(super) fn needed<'a>(unit: &Unit<'a>, kind: Kind, start: Start<'a>) -> Option<Needed<'a>> {
    let mut follower = Follower {
        unit,
        kind,
        names: Vec::new(),
        derived: matches!(start, Start::Value(_)),
        needed: Needed::default(),
    };
    let mut open: Vec<Node<'a>> = match start {
        Start::Value(call) => vec![call],
        Start::Name(binding) => follower.uses(binding)?,
    };
    follower.derived = true;
    while let Some(place) = open.pop() {
        let Some(name) = follower.climb(place)? else {
            continue;
        };
        if follower.names.contains(&unit.slice(name)) {
            continue;
        }
        open.extend(follower.uses(name)?);
    }
    Some(follower.needed)
}

/// Functions that read what they are given to its end before they return plain data.
const EAGER: &[&str] = &[
    "list",
    "tuple",
    "set",
    "frozenset",
    "dict",
    "sorted",
    "sum",
    "max",
    "min",
    "any",
    "all",
    "next",
    "len",
    "str",
    "repr",
    "bool",
    "print",
    "isinstance",
    "hasattr",
    "id",
    "join",
    "Counter",
    "deque",
    "load",
    "safe_load",
    "full_load",
    "dump",
    "safe_dump",
    "dump_all",
    "copyfileobj",
    "read_csv",
    "read_json",
    "read_excel",
    "to_csv",
    "to_json",
    "parse",
    "read_file",
    "readfp",
    "fileConfig",
    "file_digest",
    "fsync",
    "run",
    "call",
    "check_call",
    "check_output",
    "extend",
    "update",
    "writelines",
    "writerow",
    "writerows",
    "write",
];

/// Methods of resources, and of what is made from them, whose answer is plain data.
const PLAIN_METHODS: &[&str] = &[
    "read",
    "read1",
    "readline",
    "readlines",
    "readinto",
    "readall",
    "write",
    "writelines",
    "seek",
    "tell",
    "flush",
    "truncate",
    "isatty",
    "readable",
    "writable",
    "seekable",
    "close",
    "writerow",
    "writerows",
    "writeheader",
    "fetchone",
    "fetchall",
    "fetchmany",
    "commit",
    "rollback",
    "json",
    "text",
    "namelist",
    "infolist",
    "getinfo",
    "getnames",
    "getmembers",
    "getmember",
    "extract",
    "extractall",
    "testzip",
    "recv",
    "recvfrom",
    "recv_into",
    "send",
    "sendall",
    "sendto",
    "connect",
    "connect_ex",
    "accept",
    "getsockname",
    "getpeername",
    "communicate",
    "wait",
    "poll",
    "getcode",
    "geturl",
    "sendmail",
    "send_message",
    "keys",
    "getframerate",
    "getnframes",
    "getnchannels",
    "getsampwidth",
    "readframes",
    "writeframes",
    "raise_for_status",
    "sync",
    "aread",
];

/// Attributes that are plain data.
const PLAIN_ATTRIBUTES: &[&str] = &[
    "status",
    "status_code",
    "code",
    "headers",
    "mode",
    "url",
    "reason",
    "closed",
    "encoding",
    "pid",
    "returncode",
    "rowcount",
    "lastrowid",
    "line_num",
    "fieldnames",
    "description",
    "ok",
    "text",
    "content",
];

struct Follower<'u, 'a> {
    unit: &'u Unit<'a>,
    kind: Kind,
    names: Vec<&'a str>,
    /// The names are those of values that are made from the resource.
    derived: bool,
    needed: Needed<'a>,
}

impl<'a> Follower<'_, 'a> {
    /// Climbs from a value that needs the resource to its statement. The inner `None`: nothing
    /// needs it behind the statement; a node: the name that holds what does.
    #[expect(clippy::option_option, reason = "the outer one says that it gets away")]
    fn climb(&mut self, place: Node<'a>) -> Option<Option<Node<'a>>> {
        let mut at = place;
        loop {
            let parent = at.parent()?;
            match parent.kind() {
                "conditional_expression" if parent.named_child(1) == Some(at) => return Some(None),
                "parenthesized_expression"
                | "await"
                | "generator_expression"
                | "boolean_operator"
                | "conditional_expression" => {}
                "expression_statement"
                | "delete_statement"
                | "assert_statement"
                | "if_statement"
                | "elif_clause"
                | "while_statement"
                | "if_clause"
                | "comparison_operator"
                | "not_operator"
                | "interpolation" => return Some(None),
                "for_statement" if field(parent, "right") == Some(at) => return Some(None),
                "for_in_clause" => {
                    let whole = parent.parent()?;
                    if whole.kind() != "generator_expression" {
                        return Some(None);
                    }
                    at = whole;
                    continue;
                }
                "subscript" if field(parent, "value") == Some(at) => {
                    if self.kind.gives_plain_items() {
                        return Some(None);
                    }
                }
                "yield" if self.unit.slice(parent).starts_with("yield from") => return Some(None),
                "attribute" => match self.attribute(parent)? {
                    Some(next) => {
                        at = next;
                        continue;
                    }
                    None => return Some(None),
                },
                // `sum(1 for line in file)`
                "call" if field(parent, "arguments") == Some(at) => {
                    if self.argument(parent, at)? {
                        return Some(None);
                    }
                }
                "argument_list" | "list_splat" | "keyword_argument" => {
                    let mut list = parent;
                    while list.kind() != "argument_list" {
                        list = list.parent()?;
                        matches!(list.kind(), "argument_list" | "list_splat").then_some(())?;
                    }
                    let call = list.parent().filter(|up| up.kind() == "call")?;
                    if self.argument(call, at)? {
                        return Some(None);
                    }
                    at = call;
                    continue;
                }
                "assignment" => {
                    let left = field(parent, "left")?;
                    let plain = left.kind() == "identifier"
                        && field(parent, "right") == Some(at)
                        && parent.parent()?.kind() == "expression_statement";
                    return plain.then_some(Some(left));
                }
                _ => return None,
            }
            at = parent;
        }
    }

    /// Behind an attribute: the next value that needs the resource, or nothing.
    #[expect(clippy::option_option, reason = "the outer one says that it gets away")]
    fn attribute(&self, attribute: Node<'a>) -> Option<Option<Node<'a>>> {
        let name = self.unit.slice(field(attribute, "attribute")?);
        let call = attribute
            .parent()
            .filter(|up| up.kind() == "call" && field(*up, "function") == Some(attribute));
        // A temporary file is gone with its name.
        let plain = match call {
            Some(_) => PLAIN_METHODS.contains(&name) || self.kind.close.contains(&name),
            None => PLAIN_ATTRIBUTES.contains(&name) || name == "name" && !self.kind.is_temporary(),
        };
        Some((!plain).then_some(call.unwrap_or(attribute)))
    }

    /// Whether a call that gets the value leaves nothing that needs the resource.
    fn argument(&mut self, call: Node<'a>, argument: Node<'a>) -> Option<bool> {
        let unit = self.unit;
        let text = unit.slice(field(call, "function")?);
        let last = text.rsplit('.').next().unwrap_or(text);
        let own_code = unit.file.outline.find(text).is_some() || text.starts_with("self.");
        if own_code {
            return Some(self.own_function_is_eager(text));
        }
        let lazily = keyword(call, "chunksize", unit.source()).is_some()
            || keyword(call, "iterator", unit.source()).is_some()
            || matches!(text, "np.load" | "numpy.load")
            || unit.slice(argument).contains("groupby(");
        if EAGER.contains(&last) && !lazily {
            // `dict(file=open(path))` keeps the file itself.
            let kept = last == "dict"
                && argument
                    .parent()
                    .is_some_and(|up| up.kind() == "keyword_argument");
            return (!kept).then_some(true);
        }
        match taker(unit, call) {
            Taker::Owns if wraps(last) => Some(false),
            Taker::Owns => None,
            Taker::Unknown => {
                self.needed.lent = true;
                Some(false)
            }
            Taker::Borrows | Taker::Views => Some(false),
        }
    }

    /// Whether a function of the same file gives data that is complete.
    fn own_function_is_eager(&self, name: &str) -> bool {
        let unit = self.unit;
        let Some(node) = unit
            .file
            .outline
            .find(name)
            .and_then(|one| definition_node(unit.source(), one))
        else {
            return false;
        };
        own(node, &["yield"]).is_empty()
            && own(node, &["return_statement"]).into_iter().all(|one| {
                let value = children(one).next().map(bare);
                value.is_none_or(|value| is_complete(unit, value))
            })
    }

    /// The places that read a name; `None` where another function reads it as well, where it is
    /// bound again or outlives the function.
    fn uses(&mut self, binding: Node<'a>) -> Option<Vec<Node<'a>>> {
        let unit = self.unit;
        let name = unit.slice(binding);
        if unit.node.kind() == "class_definition" || unit.bindings(name).len() != 1 {
            return None;
        }
        // Other modules may read what a module makes.
        self.needed.lent |= self.derived && !unit.is_function();
        self.names.push(name);
        let scope = scope_of(binding);
        let mut found = Vec::new();
        let mut away = false;
        walk(unit.node, &mut |node| {
            if node.kind() == "identifier" && unit.slice(node) == name && node != binding {
                if scope_of(node) == scope {
                    if uses::reads(node) {
                        found.push(node);
                    }
                } else {
                    away = true;
                }
            }
            Walk::Into
        });
        // A use above belongs to an earlier round of a loop.
        let end = statement_of(binding).end_byte();
        away |= found.iter().any(|node| node.start_byte() < end);
        if away {
            return None;
        }
        self.needed.places.extend(&found);
        Some(found)
    }
}

/// Objects of the library that read through the one that they are given.
fn wraps(last: &str) -> bool {
    matches!(
        last,
        "TextIOWrapper" | "BufferedReader" | "BufferedWriter" | "DictReader" | "DictWriter"
    )
}

/// Whether a returned expression holds everything it needs.
fn is_complete(unit: &Unit<'_>, value: Node<'_>) -> bool {
    match value.kind() {
        "none"
        | "true"
        | "false"
        | "integer"
        | "float"
        | "string"
        | "comparison_operator"
        | "not_operator"
        | "list_comprehension"
        | "set_comprehension"
        | "dictionary_comprehension" => true,
        "call" => {
            field(value, "function").is_some_and(|function| {
                let text = unit.slice(function);
                let last = text.rsplit('.').next().unwrap_or(text);
                let method = function.kind() == "attribute";
                if method {
                    PLAIN_METHODS.contains(&last) || EAGER.contains(&last)
                } else {
                    EAGER.contains(&last) || matches!(last, "int" | "float")
                }
            }) && !positional(value).is_empty()
                || unit.slice(value).ends_with(".read()")
                || unit.slice(value).ends_with(".readlines()")
        }
        _ => false,
    }
}
