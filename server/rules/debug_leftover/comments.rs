//! Comments that are no part of the fix: code that was switched off, work that was put off.

use std::ops::Range;

use tree_sitter::Node;

use crate::fixes::layout::begins_line;
use crate::rules::knowledge::comments::{self, count};
use crate::rules::{Confidence, Draft, Pair, Reporter};
use crate::syntax::nodes::{children, field};
use crate::syntax::{Source, Unit};

/// A comment that is no part of the fix.
struct Leftover {
    range: Range<usize>,
    message: String,
    confidence: Confidence,
}

/// Reports the comments of one scope, as far as one side alone tells. Well-kept files are full of
/// promises, and a file that is new as a whole may come from elsewhere: only the comparison with
/// production makes a comment certain.
pub(super) fn check(unit: &Unit<'_>, reporter: &mut Reporter) {
    if !unit.slice(unit.node).contains('#') {
        return;
    }
    for one in leftovers(unit, &comments::own(unit), None) {
        report(reporter, unit, one, &[]);
    }
}

/// Reports the comments that production does not have, however often the file has others.
pub(super) fn compare(pair: &Pair<'_>, reporter: &mut Reporter) {
    let Some(head) = pair.head else { return };
    if !head.slice(head.node).contains('#') {
        return;
    }
    let (old, now) = (pair.base_file.source.text(), pair.head_file.source.text());
    let mut added = comments::not_in_counterpart(pair.base, head);
    added.retain(|comment| {
        let words = comments::words(head.slice(*comment));
        let forms = [format!("#{words}"), format!("# {words}")];
        let in_all = |text: &str| forms.iter().map(|form| count(text, form)).sum::<usize>();
        in_all(old) < in_all(now)
    });
    for mut one in leftovers(head, &added, Some(pair.base_file.source)) {
        one.confidence = Confidence::Certain;
        report(reporter, head, one, &["debug-leftover"]);
    }
}

/// The leftovers among these comments of the scope. A call that stands in
/// `production` as code is switched off; elsewhere it may be a heading.
fn leftovers(unit: &Unit<'_>, comments: &[Node<'_>], production: Option<&Source>) -> Vec<Leftover> {
    let mut found = Vec::new();
    for comment in comments {
        if let Some(mark) = postponed(unit.slice(*comment)) {
            found.push(Leftover {
                range: comment.byte_range(),
                message: format!(
                    "{mark}: finish it now, or write it down where it is not forgotten"
                ),
                confidence: Confidence::Possible,
            });
        }
    }
    for run in runs(unit, comments) {
        if let Some(range) = switched_off(unit, &run, production) {
            let text = &unit.source().text()[range.clone()];
            // Behind `# ` a single line may as well say what the code beside it amounts to.
            let sure = is_tight(text) || 1 < text.lines().count();
            let confidence = if sure && !is_explained(text) {
                Confidence::Likely
            } else {
                Confidence::Possible
            };
            found.push(Leftover {
                range,
                message: "Code that is switched off does not belong in a hotfix: git keeps it"
                    .to_owned(),
                confidence,
            });
        }
    }
    found
}

fn report(
    reporter: &mut Reporter,
    unit: &Unit<'_>,
    one: Leftover,
    covers: &'static [&'static str],
) {
    let text = &unit.source().text()[one.range.clone()];
    let lines: Vec<&str> = text
        .lines()
        .map(|line| comments::words(line.trim()))
        .collect();
    reporter.report(Draft {
        // Comments have no tokens: their text is what tells them apart.
        detail: lines.join(" "),
        span: one.range.clone(),
        anchor: one.range,
        covers,
        ..Draft::at(unit.node, one.confidence, one.message)
    });
}

/// `TODO`, `FIXME` or `XXX`, if the comment begins with it and names no ticket.
fn postponed(comment: &str) -> Option<&'static str> {
    let words = comment.trim_start_matches(['#', ' ', '\t', '!', ':', '-', '*', '@']);
    let mark = ["TODO", "FIXME", "XXX"].into_iter().find(|mark| {
        words
            .strip_prefix(mark)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })?;
    let ticket = words.contains("://")
        || words
            .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '#')
            .any(|word| {
                let number = word.rsplit(['-', '#']).next().unwrap_or_default();
                word.len() != number.len()
                    && !number.is_empty()
                    && number.chars().all(|c| c.is_ascii_digit())
            });
    (!ticket).then_some(mark)
}

/// Comments on lines of their own that follow each other in one column.
fn runs<'a>(unit: &Unit<'a>, comments: &[Node<'a>]) -> Vec<Vec<Node<'a>>> {
    let mut runs: Vec<Vec<Node<'a>>> = Vec::new();
    for comment in comments
        .iter()
        .filter(|one| begins_line(unit.source(), **one))
    {
        let (row, column) = (
            comment.start_position().row,
            comment.start_position().column,
        );
        match runs.last_mut() {
            Some(run)
                if run.last().is_some_and(|last| {
                    last.start_position().row + 1 == row && last.start_position().column == column
                }) =>
            {
                run.push(*comment);
            }
            _ => runs.push(vec![*comment]),
        }
    }
    runs
}

/// The ranges of a run that hold switched-off code. A run that is introduced by prose is an
/// explanation with an example, unless the prose says that something was old or for debugging.
fn switched_off(
    unit: &Unit<'_>,
    run: &[Node<'_>],
    production: Option<&Source>,
) -> Option<Range<usize>> {
    let lines: Vec<&str> = run.iter().map(|one| body(unit.slice(*one))).collect();
    let mut first = 0;
    if lines.len() > 1 && is_label(lines[0]) {
        first = 1;
    }
    let text = lines[first..].join("\n");
    let tight = run[first..].iter().all(|one| is_tight(unit.slice(*one)));
    let ran = || production.is_some_and(|source| has_line(source.text(), lines[first]));
    let off = is_code(&text, tight) && (tight || !is_heading(&text) || ran());
    (!is_tool(lines[first]) && off).then(|| run[first].start_byte()..run[run.len() - 1].end_byte())
}

/// The comment without its mark and one space.
fn body(comment: &str) -> &str {
    let rest = comment.strip_prefix('#').unwrap_or(comment);
    rest.strip_prefix(' ').unwrap_or(rest).trim_end()
}

/// `#check(order)`: no space behind the mark, as it is when code is switched off by hand.
fn is_tight(comment: &str) -> bool {
    let rest = comment.trim_start_matches('#');
    rest.starts_with(|first: char| first.is_alphabetic() || first == '_' || first == '@')
        || rest.starts_with("    ")
}

/// `check(order)` alone may as well be the heading of what follows.
fn is_heading(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ',' | ' ' | '-');
    text.lines().count() == 1
        && text.split_once('(').is_some_and(|(name, rest)| {
            name.chars().all(plain) && rest.trim_end().trim_end_matches(')').chars().all(plain)
        })
}

/// Whether the comment says why the code is off: behind a line (`#bell()  # Too loud for most
/// people.`), or between them (`## If the bell is too loud:`).
fn is_explained(text: &str) -> bool {
    let says = |reason: &str| 2 < reason.split_whitespace().count();
    text.lines().any(|line| {
        let line = line.trim();
        if let Some(prose) = line.strip_prefix("## ") {
            return says(prose);
        }
        let line = line.trim_start_matches(['#', ' ', '\t']);
        line.match_indices(" #").any(|(at, _)| {
            let (code, reason) = line.split_at(at);
            let in_string = ['"', '\'']
                .iter()
                .any(|quote| code.matches(*quote).count() % 2 == 1);
            !in_string && says(reason.trim_start_matches([' ', '#']))
        })
    })
}

/// Whether the text has this line as code.
fn has_line(text: &str, line: &str) -> bool {
    text.lines().any(|one| one.trim() == line.trim())
}

/// A line such as `old version` above switched-off code.
fn is_label(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    lower.split_whitespace().count() <= 4
        && [
            "old", "was", "before", "previous", "disabled", "debug", "todo", "hotfix", "temporar",
        ]
        .iter()
        .any(|word| lower.contains(word))
}

fn is_tool(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    [
        "noqa", "type:", "pragma", "pylint:", "fmt:", "isort:", "ruff:", "mypy:", "pyright:",
        "nosec", "%%", "!", ":", "-*-", "hotfix",
    ]
    .iter()
    .any(|mark| lower.starts_with(mark))
}

/// Whether the text is Python, and of a kind that nobody writes as prose.
fn is_code(text: &str, tight: bool) -> bool {
    // A cheap look first: parsing every comment would cost more than all other rules together.
    let likely =
        text.contains(['(', '=']) || text.contains("import ") || text.trim_end().ends_with(':');
    if !likely || text.len() > 4_000 {
        return false;
    }
    let mut code = dedented(text);
    if code.trim_end().ends_with(':') {
        code.push_str("\n    pass");
        let last = code.trim_end().lines().rev().nth(1).unwrap_or_default();
        let deeper = last.len() - last.trim_start().len();
        code = code
            .trim_end()
            .trim_end_matches("pass")
            .trim_end()
            .to_owned()
            + &format!("\n{}pass", " ".repeat(deeper + 4));
    }
    code.push('\n');
    let source = Source::parse(code.as_str());
    if source.is_broken() {
        return false;
    }
    let statements: Vec<_> = children(source.root()).collect();
    !statements.is_empty()
        && statements.iter().all(|one| is_plausible(&source, *one))
        && statements
            .iter()
            .any(|one| is_substance(&source, *one) || (tight && is_short_code(&source, *one)))
}

/// `a = 3`, `return True`: too short to tell from prose behind `# `, plain behind `#`.
fn is_short_code(source: &Source, statement: Node<'_>) -> bool {
    match statement.kind() {
        "return_statement" | "raise_statement" => statement
            .named_child(0)
            .is_some_and(|value| value.child_count() < 2 || value.kind() == "attribute"),
        "expression_statement" => statement.named_child(0).is_some_and(|value| {
            value.kind() == "assignment"
                && field(value, "left").is_some_and(|left| left.kind() == "identifier")
                && source.slice(value).contains(" = ")
        }),
        _ => false,
    }
}

fn dedented(text: &str) -> String {
    let least = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.get(least..).unwrap_or(""))
        .collect();
    lines.join("\n")
}

/// A statement that may stand among switched-off code: no lonely word, no list of words.
fn is_plausible(source: &Source, statement: Node<'_>) -> bool {
    match statement.kind() {
        "expression_statement" => statement.named_child(0).is_some_and(|value| {
            statement.named_child_count() == 1
                && match value.kind() {
                    "assignment" => field(value, "right").is_some(),
                    "augmented_assignment" | "await" | "yield" => true,
                    "call" => is_substance(source, statement),
                    _ => false,
                }
        }),
        // Python 2's print statement reads like prose.
        "print_statement" | "exec_statement" => false,
        _ => true,
    }
}

/// A statement that does something and does not read like a sentence.
fn is_substance(source: &Source, statement: Node<'_>) -> bool {
    let text = source.slice(statement);
    match statement.kind() {
        "expression_statement" => {
            let Some(value) = statement.named_child(0) else {
                return false;
            };
            match value.kind() {
                "assignment" => {
                    field(value, "left")
                        .zip(field(value, "right"))
                        .is_some_and(|(left, right)| {
                            matches!(
                                left.kind(),
                                "identifier" | "attribute" | "subscript" | "pattern_list"
                            ) && (matches!(
                                right.kind(),
                                "call"
                                    | "await"
                                    | "subscript"
                                    | "attribute"
                                    | "list"
                                    | "dictionary"
                                    | "string"
                                    | "true"
                                    | "false"
                                    | "none"
                            ) || matches!(left.kind(), "attribute" | "subscript"))
                                && text.contains(" = ")
                        })
                }
                "augmented_assignment" | "await" => true,
                "call" => field(value, "function")
                    .zip(field(value, "arguments"))
                    .is_some_and(|(function, arguments)| {
                        matches!(function.kind(), "identifier" | "attribute")
                            && arguments.kind() == "argument_list"
                            && function.end_byte() == arguments.start_byte()
                            && (function.kind() == "attribute" || arguments.named_child_count() > 0)
                            && !source.slice(arguments).contains("...")
                    }),
                _ => false,
            }
        }
        "import_from_statement" => true,
        "import_statement" => text.split_whitespace().count() == 2 && text.len() < 40,
        "return_statement" | "raise_statement" => text.contains('('),
        "if_statement"
        | "for_statement"
        | "while_statement"
        | "with_statement"
        | "try_statement"
        | "function_definition"
        | "class_definition"
        | "decorated_definition" => text.contains(['(', '=', '.']),
        "delete_statement" => text.contains(['[', '.']),
        "assert_statement" => text.contains(['(', '=']),
        _ => false,
    }
}
