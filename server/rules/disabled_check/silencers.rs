//! Comments that tell a tool to look away: `# noqa`, `# type: ignore` and the like.

use std::collections::HashSet;
use std::ops::Range;

use tree_sitter::Node;

use crate::rules::knowledge::comments::{self, count_at_line_ends};
use crate::rules::{Confidence, Draft, Pair, Reporter};
use crate::syntax::Unit;

/// A comment, or the part of one, that silences a tool.
#[derive(Debug, Clone)]
pub(super) struct Silencer<'a> {
    /// The bytes from its `#` to its end.
    pub range: Range<usize>,
    /// The same as text.
    pub text: &'a str,
    /// The tool.
    tool: &'static str,
    /// What it silences; empty: everything.
    codes: Vec<&'a str>,
}

/// Mark (lower case) and tool, the longer marks first.
const MARKS: [(&str, &str); 18] = [
    ("flake8: noqa", "flake8"),
    ("ruff: noqa", "ruff"),
    ("ruff: disable", "ruff"),
    ("noqa", "the linter"),
    ("type: ignore", "the type checker"),
    ("mypy: ignore-errors", "mypy"),
    ("mypy: disable-error-code", "mypy"),
    ("pyright: ignore", "pyright"),
    ("pyright: basic", "pyright"),
    ("ty: ignore", "ty"),
    ("pyre-ignore", "pyre"),
    ("pyre-fixme", "pyre"),
    ("pylint: disable", "pylint"),
    ("pylint: skip-file", "pylint"),
    ("nosec", "bandit"),
    ("nosemgrep", "semgrep"),
    ("nosonar", "Sonar"),
    ("pragma: no cover", "the coverage"),
];

/// So many new comments of the same words in a file are one decision.
const MANY: usize = 3;

/// Whether no line before it got the same comment from the hotfix.
fn is_first(one: &Silencer<'_>, old: &str, now: &str) -> bool {
    let known: HashSet<&str> = old.lines().map(str::trim).collect();
    let start = now[..one.range.start].rfind('\n').map_or(0, |end| end + 1);
    !now[..start]
        .lines()
        .map(str::trim)
        .any(|line| line.ends_with(one.text) && !known.contains(line))
}

/// Well-kept code has many, each for a reason that was good once: alone they are hints.
pub(super) fn check(unit: &Unit<'_>, reporter: &mut Reporter) {
    for one in all(unit) {
        report(unit, &one, Confidence::Possible, &[], reporter);
    }
}

/// The ones that production does not have are this hotfix's own.
pub(super) fn compare(pair: &Pair<'_>, reporter: &mut Reporter) {
    let Some(head) = pair.head.filter(|head| !head.file.is_test) else {
        return;
    };
    let (old, now) = (pair.base_file.source.text(), pair.head_file.source.text());
    if !may_silence(head) {
        return;
    }
    let added = comments::not_in_counterpart(pair.base, head);
    for one in among(head, added) {
        let more =
            count_at_line_ends(now, one.text).saturating_sub(count_at_line_ends(old, one.text));
        if more == 0 || one.concerns_layout() || is_narrower(head, &one, old) {
            continue;
        }
        // One decision, written on many lines, is said once aloud.
        let again = MANY <= more && !is_first(&one, old, now);
        let confidence = if again {
            Confidence::Possible
        } else {
            Confidence::Certain
        };
        report(head, &one, confidence, &["disabled-check"], reporter);
    }
}

fn report(
    unit: &Unit<'_>,
    one: &Silencer<'_>,
    confidence: Confidence,
    covers: &'static [&'static str],
    reporter: &mut Reporter,
) {
    let message = format!("`{}` hides what {} says of this hotfix", one.text, one.tool);
    reporter.report(Draft {
        span: one.range.clone(),
        anchor: one.range.clone(),
        // Comments have no tokens. The tool alone tells them apart: a comment whose codes or line
        // change is the old one, as far as one side tells.
        detail: one.tool.to_owned(),
        covers,
        ..Draft::at(unit.node, confidence, message)
    });
}

/// The code on the line of the byte, before the comment.
fn code_beside<'a>(unit: &Unit<'a>, at: usize) -> &'a str {
    let lines = unit.source().lines();
    unit.source().text()[lines.start(lines.line_of(at))..at].trim()
}

/// Whether the scope's text holds a word that silences a tool.
fn may_silence(unit: &Unit<'_>) -> bool {
    let text = unit.slice(unit.node);
    let words = [
        "noqa",
        "NOQA",
        "ignore",
        "pylint:",
        "nosec",
        "pragma:",
        "nosemgrep",
        "NOSONAR",
        "pyright:",
        "pyre-",
    ];
    words.iter().any(|word| text.contains(word))
}

/// The silencers of one scope that are not there by design.
pub(super) fn all<'a>(unit: &Unit<'a>) -> Vec<Silencer<'a>> {
    if !may_silence(unit) {
        return Vec::new();
    }
    among(unit, comments::own(unit))
}

fn among<'a>(unit: &Unit<'a>, comments: Vec<Node<'a>>) -> Vec<Silencer<'a>> {
    comments
        .into_iter()
        .filter_map(|comment| read(unit, comment))
        .filter(|one| !by_design(unit, one))
        .collect()
}

/// The silencer in a comment: a mark right behind one of its `#`.
fn read<'a>(unit: &Unit<'a>, comment: Node<'a>) -> Option<Silencer<'a>> {
    let text = unit.slice(comment);
    text.match_indices('#').find_map(|(at, _)| {
        let inside = text[at + 1..].trim_start();
        let lower = inside.to_ascii_lowercase();
        let (mark, tool) = MARKS.iter().find(|(mark, _)| lower.starts_with(mark))?;
        let rest = &inside[mark.len()..];
        let ends = rest
            .chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || ":=-([,;".contains(c));
        ends.then(|| Silencer {
            range: comment.start_byte() + at..comment.end_byte(),
            text: text[at..].trim_end(),
            tool,
            codes: codes(rest),
        })
    })
}

/// `: F401, E501`, `[arg-type]`, `=too-many-branches`: what is named.
fn codes(rest: &str) -> Vec<&str> {
    let rest = rest.trim_start();
    let list = if let Some(inside) = rest.strip_prefix('[') {
        inside.split(']').next().unwrap_or_default()
    } else if let Some(after) = rest.strip_prefix([':', '=']) {
        after.split('#').next().unwrap_or_default()
    } else {
        return Vec::new();
    };
    list.split([',', ' '])
        .map(str::trim)
        .filter(|code| !code.is_empty())
        .collect()
}

impl Silencer<'_> {
    /// Line lengths, blanks, quotes and the order of imports: nothing that can fail.
    fn concerns_layout(&self) -> bool {
        let layout = |code: &&str| {
            let number = code.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            let letters = &code[..code.len() - number.len()];
            match letters {
                "E" => {
                    number.starts_with(['1', '2', '3', '5'])
                        || matches!(number, "701" | "702" | "731" | "741" | "402")
                }
                "W" => number.starts_with(['1', '2', '3', '5', '6']),
                "I" | "Q" | "COM" | "D" | "N" | "C" | "PLR" | "UP" | "ANN" | "ISC" => true,
                "" => false,
                _ => matches!(
                    *code,
                    "line-too-long"
                        | "invalid-name"
                        | "missing-docstring"
                        | "wrong-import-order"
                        | "too-many-lines"
                        | "too-many-arguments"
                        | "too-many-branches"
                        | "too-many-locals"
                        | "too-many-statements"
                        | "missing-function-docstring"
                        | "missing-module-docstring"
                        | "wrong-import-position"
                        | "ungrouped-imports"
                        | "too-few-public-methods"
                ),
            }
        };
        !self.codes.is_empty() && self.codes.iter().all(layout)
    }
}

/// Lines that no run of the program or of its tests can reach.
fn by_design(unit: &Unit<'_>, one: &Silencer<'_>) -> bool {
    if one.tool != "the coverage" {
        return false;
    }
    let code = code_beside(unit, one.range.start);
    [
        "TYPE_CHECKING",
        "ImportError",
        "ModuleNotFoundError",
        "__name__",
        "NotImplementedError",
        "@abstract",
        "@overload",
        "...",
    ]
    .iter()
    .any(|word| code.contains(word))
        || code == "pass"
        || code.starts_with("def __repr__")
        || code.starts_with("if sys.platform")
        || code.starts_with("if sys.version_info")
}

/// Whether production's line of the same code silences at least as much.
fn is_narrower(unit: &Unit<'_>, one: &Silencer<'_>, old: &str) -> bool {
    let code = code_beside(unit, one.range.start);
    if code.is_empty() {
        return false;
    }
    memchr::memmem::find_iter(old.as_bytes(), code.as_bytes()).any(|at| {
        let rest = old[at + code.len()..].lines().next().unwrap_or_default();
        let Some(comment) = rest.trim_start().strip_prefix('#') else {
            return false;
        };
        let comment = comment.trim_start();
        let lower = comment.to_ascii_lowercase();
        MARKS.iter().any(|(mark, tool)| {
            *tool == one.tool && lower.starts_with(mark) && {
                let before = codes(&comment[mark.len()..]);
                before.is_empty()
                    || (!one.codes.is_empty() && one.codes.iter().all(|code| before.contains(code)))
            }
        })
    })
}
