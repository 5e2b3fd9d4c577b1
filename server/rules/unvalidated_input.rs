//! `unvalidated-input`: a public function hands an address, host, path or command on unseen.

use tree_sitter::Node;

use super::knowledge::origins;
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Reporter, Rule};
use crate::fixes::{Applicability, Builder, Fix, hotfix_comment};
use crate::syntax::nodes::{Walk, children, field, keyword, positional, string_value, walk};
use crate::syntax::{Pattern, Unit};

/// A public function hands an address, host, path or command on unseen.
pub struct UnvalidatedInput;

static PATTERN: Pattern = Pattern::new(
    "unvalidated-input.scm",
    include_str!("../../queries/unvalidated-input.scm"),
);

static META: Meta = Meta {
    name: "unvalidated-input",
    group: Group::Errors,
    highest: Confidence::Possible,
    checklist: "Edge cases considered",
    noqa: &[],
    docs: include_str!("docs/unvalidated-input.md"),
    pattern: Some(&PATTERN),
};

/// What a parameter is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Url,
    Host,
    Path,
    Command,
}

impl Rule for UnvalidatedInput {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        if unit.file.is_test || !unit.is_function() {
            return;
        }
        let inputs: Vec<(&str, Input)> = unit
            .parameters()
            .iter()
            .filter(|one| !one.starred)
            .filter(|one| one.annotation.is_none_or(|note| is_plain(unit.slice(note))))
            .filter_map(|one| Some((one.name, input(one.name)?)))
            .collect();
        if inputs.is_empty() || !unit.is_public() || is_entry(unit) {
            return;
        }
        for one in PATTERN.matches(unit.node, unit.source()) {
            let (Some(call), Some(value)) = (one.get("call"), one.get("value")) else {
                continue;
            };
            let Some((name, input)) = inputs.iter().find(|(name, _)| *name == unit.slice(value))
            else {
                continue;
            };
            if opens(unit, call, *input) && !is_looked_at(unit, name) {
                let function = field(call, "function").map_or("", |function| unit.slice(function));
                reporter.report(Draft::at(
                    value,
                    Confidence::Possible,
                    format!("{function} gets {name} as it came: check it first"),
                ));
                return;
            }
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        check_first(context, finding).into_iter().collect()
    }
}

/// A text: other types were checked by whoever made them.
fn is_plain(annotation: &str) -> bool {
    matches!(
        annotation.trim_matches(['"', '\'']),
        "str" | "str | None" | "Optional[str]" | "Any" | "bytes"
    )
}

fn input(name: &str) -> Option<Input> {
    let last = name.rsplit('_').next().unwrap_or(name);
    match last {
        "url" | "uri" | "endpoint" | "href" => Some(Input::Url),
        "host" | "hostname" | "server" => Some(Input::Host),
        "path" | "filename" | "folder" | "directory" => Some(Input::Path),
        "command" | "cmd" | "argv" => Some(Input::Command),
        _ => None,
    }
}

/// A command line or a framework has looked at it already.
fn is_entry(unit: &Unit<'_>) -> bool {
    origins::decorated(unit, &|text| {
        [
            "command", "option", "argument", "valid", "fixture", "task", "overload", "abstract",
        ]
        .iter()
        .any(|word| text.contains(word))
    })
}

/// Whether the call opens, starts or destroys what its first argument names.
fn opens(unit: &Unit<'_>, call: Node<'_>, input: Input) -> bool {
    let Some(name) = field(call, "function").and_then(|function| unit.resolve(function)) else {
        return false;
    };
    let last = name.rsplit('.').next().unwrap_or(&name);
    let connects = [
        "Connection",
        "Client",
        "Channel",
        "Session",
        "connect",
        "create_connection",
        "open_connection",
    ]
    .iter()
    .any(|word| last.ends_with(word));
    match input {
        Input::Url => {
            let request = ["requests.", "httpx.", "aiohttp."]
                .iter()
                .any(|library| name.starts_with(library));
            // Inside a handler the library's own refusal is answered.
            connects
                || last == "urlopen"
                || last == "urlretrieve"
                || (request && !unit.slice(unit.node).contains("except"))
        }
        Input::Host => {
            connects
                || matches!(
                    last,
                    "SMTP"
                        | "SMTP_SSL"
                        | "FTP"
                        | "FTP_TLS"
                        | "Telnet"
                        | "IMAP4"
                        | "IMAP4_SSL"
                        | "POP3"
                        | "gethostbyname"
                )
        }
        // Reading what is not there fails by itself, and says so.
        Input::Path => {
            matches!(
                name.as_str(),
                "os.remove"
                    | "os.unlink"
                    | "os.rmdir"
                    | "os.removedirs"
                    | "shutil.rmtree"
                    | "os.truncate"
                    | "os.chmod"
                    | "os.chown"
            ) || (name == "open" && writes(unit, call))
        }
        Input::Command => {
            let program = matches!(
                last,
                "run"
                    | "Popen"
                    | "call"
                    | "check_call"
                    | "check_output"
                    | "execv"
                    | "execvp"
                    | "execve"
                    | "spawn"
                    | "create_subprocess_exec"
            );
            program
                && (name.starts_with("subprocess.")
                    || name.starts_with("os.")
                    || name.starts_with("asyncio.")
                    || name.starts_with("pexpect."))
                && keyword(call, "shell", unit.source()).is_none()
        }
    }
}

fn writes(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let mode = positional(call)
        .get(1)
        .copied()
        .or_else(|| keyword(call, "mode", unit.source()));
    mode.and_then(|mode| string_value(mode, unit.source()))
        .is_some_and(|mode| mode.starts_with('w'))
}

/// Whether anything in the function but a log line or a message looks at the parameter: a
/// condition, a method, a comparison, a function that checks, a new value.
fn is_looked_at(unit: &Unit<'_>, name: &str) -> bool {
    if !unit.bindings(name).is_empty() {
        return true;
    }
    let is_it = |node: Node<'_>| node.kind() == "identifier" && unit.slice(node) == name;
    let mut looked = false;
    walk(unit.node, &mut |node| {
        looked |= match node.kind() {
            "if_statement" | "elif_clause" | "while_statement" | "conditional_expression" => {
                let condition = field(node, "condition").or_else(|| children(node).nth(1));
                condition.is_some_and(|condition| unit.mentions(condition, name))
            }
            "assert_statement"
            | "boolean_operator"
            | "comparison_operator"
            | "not_operator"
            | "match_statement" => children(node).any(is_it),
            "attribute" => field(node, "object").is_some_and(is_it),
            "call" => {
                let function = field(node, "function").map_or("", |function| unit.slice(function));
                let lower = function
                    .rsplit('.')
                    .next()
                    .unwrap_or(function)
                    .to_ascii_lowercase();
                let checks = [
                    "valid",
                    "check",
                    "ensure",
                    "require",
                    "parse",
                    "split",
                    "isinstance",
                    "exists",
                    "resolve",
                    "abspath",
                    "realpath",
                    "quote",
                    "allowed",
                    "normal",
                    "isfile",
                    "isdir",
                    "commonpath",
                    "which",
                    "len",
                    "str",
                    "path",
                ];
                checks.iter().any(|word| lower.contains(word))
                    && positional(node).into_iter().any(is_it)
            }
            _ => false,
        };
        if looked { Walk::Over } else { Walk::Into }
    });
    looked
}

/// The check at the top of the function.
fn check_first(context: &FixContext<'_>, finding: &Finding) -> Option<Fix> {
    let unit = context.unit;
    let node = context.node(finding)?;
    let name = unit.slice(node);
    let (why, condition, message) = match input(name)? {
        Input::Url => (
            format!("refuse a {name} that is no web address"),
            format!("if not {name} or not {name}.startswith((\"http://\", \"https://\")):"),
            format!(
                "raise ValueError(f\"{name} must begin with http:// or https://, got {{{name}!r}}\")"
            ),
        ),
        _ => (
            format!("refuse an empty {name}"),
            format!("if not {name}:"),
            format!("raise ValueError(\"{name} must not be empty\")"),
        ),
    };
    let mut builder = Builder::new(unit.file);
    builder.lines_at_top(
        unit.node,
        &[
            hotfix_comment(context.version, &why),
            condition,
            format!("\t{message}"),
        ],
    )?;
    Some(builder.finish(
        format!("Raise ValueError when {name} cannot be right"),
        Applicability::NeedsReview,
    ))
}
