//! The guards of one scope.

use std::ops::Range;

use tree_sitter::Node;

use super::conditions::{is_condition, is_in_function, is_local, is_read_elsewhere, reads_item};
use super::withs::withs;
use crate::compare::normal;
use crate::syntax::Unit;
use crate::syntax::flow::handler_names;
use crate::syntax::names::dotted;
use crate::syntax::nodes::{
    ancestors, bare, children, decorators_of, exits, field, fields, is_scope, keyword, positional,
    string_value,
};

/// What a guard protects against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    NoneCheck,
    KeyCheck,
    TypeCheck,
    Validation,
    /// A condition that is neither: the function leaves, or holds what it protects.
    Condition,
    Handler,
    Lock,
    Transaction,
    /// A `with` that ends what takes too long.
    Deadline,
    Timeout,
    Status,
    Decorator,
    ErrorLog,
}

impl Kind {
    /// The name in a finding's identity.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NoneCheck => "none-check",
            Self::KeyCheck => "key-check",
            Self::TypeCheck => "type-check",
            Self::Validation => "validation",
            Self::Condition => "condition",
            Self::Handler => "handler",
            Self::Lock => "lock",
            Self::Transaction => "transaction",
            Self::Deadline => "deadline",
            Self::Timeout => "timeout",
            Self::Status => "status",
            Self::Decorator => "decorator",
            Self::ErrorLog => "error-log",
        }
    }

    /// Whether it is a condition.
    pub(super) fn asks(self) -> bool {
        matches!(
            self,
            Self::NoneCheck | Self::KeyCheck | Self::TypeCheck | Self::Validation | Self::Condition
        )
    }

    /// The rules that would report the same place for the same lack.
    pub(super) fn covers(self) -> &'static [&'static str] {
        match self {
            Self::NoneCheck => &["none-access"],
            Self::KeyCheck => &["missing-key"],
            Self::TypeCheck => &["unchecked-type", "none-access"],
            Self::Lock => &["check-then-act"],
            Self::Timeout | Self::Deadline => &["request-without-timeout"],
            Self::Status => &["unchecked-response"],
            Self::ErrorLog => &["swallowed-exception"],
            Self::Condition => &["none-access", "missing-key"],
            Self::Validation | Self::Handler | Self::Transaction | Self::Decorator => &[],
        }
    }
}

/// Code that protects what follows.
#[derive(Debug, Clone)]
pub(super) struct Guard<'a> {
    pub kind: Kind,
    /// The statement, clause, decorator or call that holds the guard.
    pub node: Node<'a>,
    /// What it speaks of: a name, `mapping[key]`, exception names, a callee.
    pub subject: String,
    /// How the message quotes it.
    pub words: String,
    /// Bytes of the line that is shown.
    pub shown: Range<usize>,
    /// The protection was broad and silent itself.
    pub weak: bool,
    /// The condition of a check, without layout and kinds of quotes.
    pub asked: String,
    /// It is a check that raises.
    pub raises: bool,
}

/// The guards in the scope's own code.
pub(super) fn guards<'a>(unit: &Unit<'a>) -> Vec<Guard<'a>> {
    let mut found = Vec::new();
    for node in unit.own(&[
        "if_statement",
        "elif_clause",
        "assert_statement",
        "conditional_expression",
        "try_statement",
        "with_statement",
        "call",
    ]) {
        match node.kind() {
            "try_statement" => handlers(unit, node, &mut found),
            "with_statement" => withs(unit, node, &mut found),
            "call" => calls(unit, node, &mut found),
            _ => checks(unit, node, &mut found),
        }
    }
    decorators(unit, &mut found);
    found
}

pub(super) fn guard<'a>(kind: Kind, node: Node<'a>, subject: String, words: &str) -> Guard<'a> {
    let first_line = words.split('\n').next().unwrap_or(words).trim_end();
    Guard {
        kind,
        node,
        subject,
        words: first_line.to_owned(),
        shown: node.start_byte()..node.start_byte() + first_line.len(),
        weak: false,
        asked: String::new(),
        raises: false,
    }
}

fn condition_of(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        "conditional_expression" => children(node).nth(1),
        "assert_statement" => node.named_child(0),
        _ => field(node, "condition"),
    }
}

fn checks<'a>(unit: &Unit<'a>, node: Node<'a>, found: &mut Vec<Guard<'a>>) {
    let Some(condition) = condition_of(node) else {
        return;
    };
    let body = field(node, "consequence");
    let leaves =
        node.kind() == "assert_statement" || body.is_some_and(|body| exits(body, unit.source()));
    let raises = node.kind() == "assert_statement" || body.is_some_and(|body| raises_last(body));
    let mut push = |kind, subject: String| {
        let mut one = guard(kind, node, subject, &words_of(unit, condition));
        one.shown = condition.byte_range();
        one.raises = raises;
        one.asked = normal(unit, condition);
        found.push(one);
    };
    let mut any = false;
    for atom in atoms(condition) {
        if let Some((kind, subject)) = classify(unit, atom) {
            let truthiness = matches!(atom.kind(), "identifier" | "attribute");
            // A flag: what is asked is not what is used.
            let is_flag = truthiness && !is_read_elsewhere(unit, &subject, condition);
            let is_membership = kind == Kind::KeyCheck && !reads_item(unit, &subject);
            if is_flag || is_membership {
                continue;
            }
            if !truthiness || leaves || dereferenced(unit, &subject, body) {
                push(kind, subject);
                any = true;
            }
        }
    }
    if any {
        return;
    }
    let names = names_in(unit, condition);
    let kind = if raises {
        Kind::Validation
    } else if is_in_function(unit) && is_local(unit, &names) && is_condition(unit, node, &names) {
        Kind::Condition
    } else {
        return;
    };
    if !names.is_empty() {
        push(kind, names.join(" "));
    }
}

/// A part of the code without layout and kinds of quotes.
pub(super) fn normal(unit: &Unit<'_>, node: Node<'_>) -> String {
    let tokens = normal::tokens(unit.source(), bare(node).byte_range());
    normal::values(&tokens).join(" ")
}

/// A condition as a message can quote it.
pub(super) fn words_of(unit: &Unit<'_>, condition: Node<'_>) -> String {
    shorten(unit.slice(bare(condition)))
}

/// Code on one line, and not too long for a message.
pub(super) fn shorten(code: &str) -> String {
    const MOST: usize = 60;
    let words = code.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

fn raises_last(body: Node<'_>) -> bool {
    children(body)
        .last()
        .is_some_and(|last| last.kind() == "raise_statement")
}

/// Whether the body takes an attribute, item or call result of the subject.
fn dereferenced(unit: &Unit<'_>, subject: &str, body: Option<Node<'_>>) -> bool {
    let text = body.map_or("", |body| unit.slice(body));
    ['.', '[', '(']
        .iter()
        .any(|mark| text.contains(&format!("{subject}{mark}")))
}

/// The smallest parts of a condition.
pub(super) fn atoms(condition: Node<'_>) -> Vec<Node<'_>> {
    let condition = bare(condition);
    match condition.kind() {
        "not_operator" => field(condition, "argument").map_or_else(Vec::new, atoms),
        "boolean_operator" => ["left", "right"]
            .into_iter()
            .filter_map(|side| field(condition, side))
            .flat_map(atoms)
            .collect(),
        _ => vec![condition],
    }
}

/// What a part of a condition tests: None-ness, a key or a type; `None` for anything else.
pub(super) fn classify(unit: &Unit<'_>, atom: Node<'_>) -> Option<(Kind, String)> {
    match atom.kind() {
        "identifier" | "attribute" => {
            dotted(atom, unit.source()).map(|subject| (Kind::NoneCheck, subject))
        }
        "named_expression" => {
            let name = field(atom, "name")?;
            Some((Kind::NoneCheck, unit.slice(name).to_owned()))
        }
        "call" => {
            let callee = unit.slice(field(atom, "function")?);
            let subject = dotted(*positional(atom).first()?, unit.source())?;
            match callee {
                "isinstance" | "issubclass" | "callable" | "hasattr" => {
                    Some((Kind::TypeCheck, subject))
                }
                "bool" | "len" => Some((Kind::NoneCheck, subject)),
                _ => None,
            }
        }
        "comparison_operator" => {
            let parts: Vec<_> = children(atom).collect();
            let [left, right] = parts.as_slice() else {
                return None;
            };
            let operator: String = fields(atom, "operators")
                .map(|node| unit.slice(node))
                .collect();
            match operator.replace(' ', "").as_str() {
                "is" | "isnot" | "==" | "!=" if right.kind() == "none" => {
                    let left = left.child_by_field_name("name").unwrap_or(bare(*left));
                    let left = left.child_by_field_name("name").unwrap_or(left);
                    dotted(left, unit.source()).map(|subject| (Kind::NoneCheck, subject))
                }
                "in" | "notin" => {
                    if string_value(*left, unit.source()).is_none() {
                        dotted(*left, unit.source())?;
                    }
                    let mapping = dotted(*right, unit.source())?;
                    Some((Kind::KeyCheck, format!("{mapping}[{}]", unit.slice(*left))))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The names and attribute chains that an expression reads, callees left out.
pub(super) fn names_in(unit: &Unit<'_>, node: Node<'_>) -> Vec<String> {
    use crate::syntax::nodes::{Walk, walk};
    let mut names = Vec::new();
    walk(node, &mut |node| {
        let callee = node.parent().is_some_and(|parent| {
            parent.kind() == "call" && field(parent, "function") == Some(node)
        });
        match node.kind() {
            "identifier" if !callee => names.push(unit.slice(node).to_owned()),
            "attribute" => {
                if let Some(name) = dotted(node, unit.source()) {
                    // Of `path.exists` the path is read, of `os.stat` nothing.
                    let owner = name.rsplit_once('.').map(|(owner, _)| owner);
                    let of_function = |owner: &&str| {
                        let root = owner.split('.').next().unwrap_or(owner);
                        unit.parameter(root).is_some() || !unit.bindings(root).is_empty()
                    };
                    if !callee {
                        names.push(name);
                    } else if let Some(owner) = owner.filter(of_function) {
                        names.push(owner.to_owned());
                    }
                    return Walk::Over;
                }
            }
            "keyword_argument" => return Walk::Into,
            _ => {}
        }
        Walk::Into
    });
    names.sort();
    names.dedup();
    names
}

fn handlers<'a>(unit: &Unit<'a>, node: Node<'a>, found: &mut Vec<Guard<'a>>) {
    for clause in children(node).filter(|part| part.kind() == "except_clause") {
        let names = handler_names(clause, unit.source());
        let header_end = children(clause)
            .find(|child| child.kind() == "block")
            .map_or(clause.end_byte(), |block| block.start_byte());
        let header = unit.source().text()[clause.start_byte()..header_end].trim_end();
        let mut one = guard(Kind::Handler, node, names.join(" "), &names.join(", "));
        one.shown =
            clause.start_byte()..clause.start_byte() + header.lines().next().map_or(0, str::len);
        one.weak = names
            .iter()
            .any(|name| matches!(*name, "Exception" | "BaseException"));
        found.push(one);
    }
}

fn calls<'a>(unit: &Unit<'a>, call: Node<'a>, found: &mut Vec<Guard<'a>>) {
    let Some(function) = field(call, "function") else {
        return;
    };
    let callee = unit.slice(function);
    if let Some(value) = keyword(call, "timeout", unit.source())
        && value.kind() != "none"
        && let Some(argument) = value.parent()
    {
        let mut one = guard(Kind::Timeout, call, callee.to_owned(), unit.slice(argument));
        one.shown = argument.byte_range();
        found.push(one);
    }
    let last = callee.rsplit('.').next().unwrap_or(callee);
    if last == "raise_for_status"
        && let Some(object) = field(function, "object").and_then(|at| dotted(at, unit.source()))
    {
        found.push(guard(Kind::Status, call, object, unit.slice(call)));
    }
    let logs = matches!(last, "error" | "exception" | "critical" | "warning")
        && callee.to_lowercase().contains("log");
    if logs && let Some(clause) = error_path(call) {
        let subject = handler_names(clause, unit.source()).join(" ");
        found.push(guard(Kind::ErrorLog, call, subject, unit.slice(call)));
    }
}

/// The `except` clause around the call in the same function.
pub(super) fn error_path(call: Node<'_>) -> Option<Node<'_>> {
    ancestors(call)
        .take_while(|node| !is_scope(*node))
        .find(|node| node.kind() == "except_clause")
}

/// Parts of decorator names that stand for protection.
const PROTECTING: &[&str] = &[
    "permission",
    "auth",
    "login",
    "require",
    "limit",
    "throttle",
    "atomic",
    "transaction",
    "synchronized",
    "retry",
    "csrf",
    "validate",
    "timeout",
    "locked",
    "secure",
    "admin",
    "backoff",
    "circuit",
    "staff",
    "superuser",
];

fn decorators<'a>(unit: &Unit<'a>, found: &mut Vec<Guard<'a>>) {
    for decorator in decorators_of(unit.node) {
        let Some(expression) = decorator.named_child(0) else {
            continue;
        };
        let callee = unit.slice(field(expression, "function").unwrap_or(expression));
        let name = callee.to_lowercase();
        // `csrf_exempt` and the like take protection away.
        let exempt = ["exempt", "allow_any", "public", "skip"]
            .iter()
            .any(|part| name.contains(part));
        if !exempt && PROTECTING.iter().any(|part| name.contains(part)) {
            found.push(guard(
                Kind::Decorator,
                decorator,
                callee.to_owned(),
                unit.slice(decorator),
            ));
        }
    }
}
