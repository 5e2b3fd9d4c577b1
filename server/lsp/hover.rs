//! `textDocument/hover`: findings, allow comments, and what the hotfix changes in a hunk.

use std::fmt::Write;

use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind, Range};

use super::backend::Backend;
use super::capabilities::Client;
use super::{actions, convert, past, plain, record};
use crate::analysis::{self, Comparison};
use crate::checklist::items::explanation;
use crate::fixes;
use crate::rules::{self, Finding, Severity};
use crate::session::Judged;
use crate::text::Lines;
use crate::vcs::Hunk;

impl Backend {
    /// What there is to say about a place.
    pub(super) async fn explain(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        let client = self.capabilities();
        self.session().look_again();
        self.think(move |session, cancel| {
            let key = convert::key(&at.text_document.uri);
            if let Some(view) = session.record(&key) {
                return record::hover(&view, at.position, client);
            }
            let judged = session.judged(&key, cancel)?;
            let head = &judged.snapshot.head;
            let place = Range::new(at.position, at.position);
            let byte = convert::source_bytes(head, place, client).start;
            let past = || past::about(session, &at.text_document.uri, &judged, byte);
            let with_past = |said| past::below(said, past(), byte);
            let (bytes, markdown) = about_findings(&judged, byte)
                .map(with_past)
                .or_else(|| about_allow(&judged, byte))
                .or_else(|| past::on_name(past(), byte))
                .or_else(|| about_line(&judged, byte))
                .or_else(|| Some(past::with(about_hunk(&judged, byte)?, past())))?;
            Some(Hover {
                contents: contents(markdown, client),
                range: Some(convert::source_range(head, &bytes, client)),
            })
        })
        .await
    }
}

/// Markdown as the client can show it.
pub(super) fn contents(markdown: String, client: Client) -> HoverContents {
    HoverContents::Markup(if client.markdown_hover {
        MarkupContent {
            kind: MarkupKind::Markdown,
            value: markdown,
        }
    } else {
        MarkupContent {
            kind: MarkupKind::PlainText,
            value: plain::text(&markdown),
        }
    })
}

pub(super) type Said = (std::ops::Range<usize>, String);

fn about_findings(judged: &Judged, byte: usize) -> Option<Said> {
    let found = actions::findings_at(judged, byte..byte);
    let first = found.first()?.finding.span.clone();
    let texts: Vec<String> = found
        .iter()
        .map(|it| about_finding(judged, it.finding))
        .collect();
    Some((first, texts.join("\n\n---\n\n")))
}

/// In front of a line's first word, where the cursor often stands: what is found in the line, and
/// what production has there.
fn about_line(judged: &Judged, byte: usize) -> Option<Said> {
    let head = &judged.snapshot.head;
    let lines = head.lines();
    let content = lines.content(lines.line_of(byte), head.text());
    let text = head.text().get(content.clone())?;
    let indented = text.len() - text.trim_start().len();
    if content.start + indented <= byte {
        return None;
    }
    let mut texts: Vec<String> = judged
        .report
        .findings
        .iter()
        .filter(|finding| content.contains(&finding.span.start))
        .map(|finding| about_finding(judged, finding))
        .collect();
    if texts.is_empty() {
        return None;
    }
    texts.extend(about_hunk(judged, byte).map(|(_, said)| said));
    Some((content, texts.join("\n\n---\n\n")))
}

fn about_finding(judged: &Judged, finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Warning => "certain",
        Severity::Information => "likely",
        Severity::Hint => "possible",
    };
    let mut text = format!("**{}** ({word}): {}\n", finding.rule, finding.message);
    let fixes = analysis::fixes(&judged.snapshot, finding);
    let preferred = fixes.iter().find(|fix| fix.preferred).or(fixes.first());
    if let Some(fix) = preferred {
        let before = judged.snapshot.head.text();
        if let Some(after) = fixes::apply(before, &fix.edits) {
            let lines = changed_lines(before, &after);
            let _ = write!(text, "\n{}:\n\n{lines}", fix.title);
        }
    }
    if let Some(docs) = docs(finding.rule) {
        text.push('\n');
        text.push_str(without_title(docs));
        text.push('\n');
    }
    let rule = finding.rule;
    let _ = writeln!(
        text,
        "\nTo keep it as it is, write `# hotfix: allow({rule}) REASON` on the line."
    );
    text
}

/// The text of a rule's page.
fn docs(rule: &str) -> Option<&'static str> {
    let of_rule = rules::meta(rule).map(|meta| meta.docs);
    of_rule.or_else(|| explanation(rule))
}

/// A page without its first heading, which says what the hover has said already.
fn without_title(docs: &str) -> &str {
    match docs.strip_prefix("# ") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest).trim(),
        None => docs.trim(),
    }
}

/// The lines that differ, as a diff without context.
fn changed_lines(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut diff = String::new();
    for hunk in crate::vcs::hunks::diff(before, after) {
        for (mark, lines, range) in [('-', &old, hunk.base), ('+', &new, hunk.head)] {
            for line in lines
                .get(range.start as usize..range.end as usize)
                .unwrap_or_default()
            {
                diff.push(mark);
                diff.push_str(line);
                diff.push('\n');
            }
        }
    }
    fenced("diff", diff.trim_end_matches('\n'))
}

/// A block of code whose fence is longer than any that the code itself holds.
fn fenced(language: &str, code: &str) -> String {
    let mut fence = String::from("```");
    while code.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}{language}\n{code}\n{fence}\n")
}

/// A comment that allows a finding: what it allows.
fn about_allow(judged: &Judged, byte: usize) -> Option<Said> {
    let allow = analysis::allow_at(&judged.snapshot.head, byte)?;
    let mut said = String::new();
    for rule in &allow.rules {
        let _ = write!(said, "Allows **{rule}** here");
        said.push_str(if allow.reason.is_empty() {
            ": a reason is missing, write it after the bracket.\n"
        } else {
            ". The report lists it as a deliberate exception.\n"
        });
        match docs(rule) {
            Some(docs) => {
                let _ = write!(said, "\n{}\n", without_title(docs));
            }
            None => said.push_str("\nThere is no rule of this name.\n"),
        }
    }
    Some((allow.span, said))
}

/// A hunk: what production has there.
fn about_hunk(judged: &Judged, byte: usize) -> Option<Said> {
    let head = &judged.snapshot.head;
    let Comparison::Production(base) = &judged.snapshot.base else {
        return None;
    };
    let line = u32::try_from(head.lines().line_of(byte)).ok()?;
    let shows = |hunk: &&Hunk| hunk.shown_in_head().contains(&line);
    let hunk = judged.report.hunks.iter().find(shows)?;
    let production = &base.production;
    let (from, to) = (hunk.base.start as usize, hunk.base.end as usize);
    let mut said = format!(
        "Changed by this hotfix, against {}.\n",
        production.reference
    );
    if hunk.base.is_empty() {
        said.push_str("\nProduction has nothing here.\n");
    } else {
        let lines = Lines::new(&production.text);
        let text = &production.text[lines.bytes(from..to)];
        let code = fenced("python", text.trim_end_matches(['\r', '\n']));
        let _ = write!(said, "\nProduction (line {}):\n\n{code}", from + 1);
    }
    let lines = head.lines();
    let last = (hunk.head.end as usize)
        .saturating_sub(1)
        .max(line as usize);
    let start = lines.start((hunk.head.start as usize).min(line as usize));
    Some((start..lines.content(last, head.text()).end, said))
}
