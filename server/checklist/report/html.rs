//! The report as one page that needs nothing else: no script, no font, no other file.

use std::fmt::Write as _;

use super::diff::Line;
use super::markdown::{heading, unanswered};
use super::{FileHunks, Remark, Report, prose};
use crate::checklist::history;
use crate::checklist::items::{State, StepState, When};
use crate::checklist::rollback;
use crate::checklist::show::JsonItem;

const STYLE: &str = include_str!("page.css");

/// The page.
#[must_use]
pub fn page(report: &Report) -> String {
    let title = text(report.title());
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Hotfix {title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    header(report, &mut out);
    meters(report, &mut out);
    changes(report, &mut out);
    items(report, &mut out);
    said(report, &mut out);
    let past = history::markdown(&report.history);
    if !past.is_empty() {
        let _ = write!(out, "<h2>Before this hotfix</h2>\n{}", prose::html(&past));
    }
    files(report, &mut out);
    exceptions(&report.exceptions, &mut out);
    timeline(report, &mut out);
    steps(report, &mut out);
    if let Some(plan) = &report.rollback {
        let plan = prose::html(&rollback::markdown(plan));
        let _ = write!(out, "<h2>How to take it back</h2>\n{plan}");
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// `said` as text of the page.
pub(super) fn text(said: &str) -> String {
    let mut out = String::with_capacity(said.len());
    for c in said.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A control character is no text.
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// Markdown's code spans as the page shows them; everything else is text.
fn inline(said: &str) -> String {
    let mut out = String::new();
    for (index, part) in said.split('`').enumerate() {
        if index % 2 == 0 {
            out.push_str(&text(part));
        } else {
            let _ = write!(out, "<code>{}</code>", text(part));
        }
    }
    out
}

fn header(report: &Report, out: &mut String) {
    let mut facts = Vec::new();
    if let Some(severity) = &report.severity {
        facts.push(format!("severity {severity}"));
    }
    if let Some(issue) = &report.issue {
        facts.push(format!("issue {issue}"));
    }
    facts.extend(report.branch.clone());
    let short = report.base.get(..10).unwrap_or(&report.base);
    facts.push(format!("from {} at {short}", report.production));
    let facts = text(&facts.join(" · "));
    let title = text(report.title());
    let _ = write!(
        out,
        "<h1>Hotfix {title}</h1>\n<p class=\"dim\">{facts}</p>\n"
    );
}

fn meters(report: &Report, out: &mut String) {
    let checklist = &report.checklist;
    let share = checklist.done * 100 / checklist.total.max(1);
    let _ = write!(
        out,
        "<div class=\"meters\">\n<div class=\"meter\"><b>{} of {}</b>items hold\
         <div class=\"bar\"><i style=\"width:{share}%\"></i></div></div>\n",
        checklist.done, checklist.total
    );
    let names = [
        ["file of production code", "files of production code"],
        ["line of production code", "lines of production code"],
        ["changed function", "changed functions"],
    ];
    let budget = report.budget;
    let limits = budget.two_thirds().parts().into_iter().zip(budget.parts());
    let sizes = report.size.parts().into_iter();
    for ((size, (small, large)), name) in sizes.zip(limits).zip(names) {
        let class = match size {
            size if size <= small => "bar",
            size if size <= large => "bar much",
            _ => "bar over",
        };
        let name = name[usize::from(size != 1)];
        let share = (size * 100 / large.max(1)).min(100);
        let _ = writeln!(
            out,
            "<div class=\"meter\"><b>{size}</b>{name}\
             <div class=\"{class}\"><i style=\"width:{share}%\"></i></div></div>"
        );
    }
    out.push_str("</div>\n");
}

fn changes(report: &Report, out: &mut String) {
    out.push_str("<h2>What changes</h2>\n");
    if report.changes.is_empty() {
        out.push_str("<p>No function or class of production code changes.</p>\n");
    }
    for change in &report.changes {
        let place = text(&format!("{}:{}", change.path, change.line));
        let scope = text(&change.scope);
        let says = inline(&change.says.join("; "));
        let _ = writeln!(
            out,
            "<p><code>{scope}</code>: {says} <span class=\"dim\">{place}</span></p>"
        );
    }
}

/// What is done around the merge.
fn steps(report: &Report, out: &mut String) {
    for when in When::ALL {
        let _ = writeln!(out, "<h2>{}</h2>\n<ul class=\"items\">", when.title());
        for step in report.checklist.steps.iter().filter(|it| it.when == when) {
            let (class, state) = match step.state {
                StepState::Done => ("attested", State::Attested),
                StepState::NotApplicable => ("not-applicable", State::NotApplicable),
                StepState::Open => ("open", State::Open),
            };
            let _ = writeln!(
                out,
                "<li><span class=\"{class}\" title=\"{}\">{}</span><span>{}<br>\
                 <span class=\"dim\">{}</span></span></li>",
                state.words(),
                state.sign(),
                text(step.title),
                inline(&step.reason)
            );
        }
        out.push_str("</ul>\n");
    }
}

fn items(report: &Report, out: &mut String) {
    let done = (report.checklist.done, report.checklist.total);
    let _ = writeln!(
        out,
        "<h2>Evidence: {} of {} items hold</h2>\n<ul class=\"items\">",
        done.0, done.1
    );
    for JsonItem {
        title, state, says, ..
    } in &report.checklist.items
    {
        let class = serde_json::to_value(state).ok();
        let class = class.as_ref().and_then(|it| it.as_str()).unwrap_or("open");
        let _ = writeln!(
            out,
            "<li><span class=\"{class}\" title=\"{}\">{}</span><span>{}<br>\
             <span class=\"dim\">{}</span></span></li>",
            state.words(),
            state.sign(),
            text(title),
            inline(says)
        );
    }
    out.push_str("</ul>\n");
    let missing = unanswered(report);
    if !missing.is_empty() {
        let _ = writeln!(out, "<p class=\"dim\">{}</p>", text(&missing));
    }
}

fn said(report: &Report, out: &mut String) {
    for section in &report.record {
        let _ = writeln!(out, "<h2>{}</h2>", text(section.section));
        for (question, answer) in &section.answers {
            if *question != section.section {
                let _ = writeln!(out, "<h3>{}</h3>", text(question));
            }
            out.push_str(&prose::html(answer));
        }
    }
    for (name, part) in report
        .generated
        .iter()
        .filter(|(name, _)| name != "rollback")
    {
        let _ = write!(
            out,
            "<h2>{}</h2>\n{}",
            text(&heading(name)),
            prose::html(part)
        );
    }
}

fn files(report: &Report, out: &mut String) {
    out.push_str("<h2>The change, line by line</h2>\n");
    for (file, size) in report.hunks.iter().zip(&report.files) {
        let _ = writeln!(
            out,
            "<details class=\"file\" open><summary><code>{}</code> \
             <span class=\"dim\">+{} −{}</span></summary>",
            text(&file.path),
            size.added,
            size.removed
        );
        lines(file, &report.findings, out);
        out.push_str("</details>\n");
    }
}

fn lines(file: &FileHunks, findings: &[Remark], out: &mut String) {
    out.push_str("<div class=\"scroll\"><table>\n");
    for line in &file.lines {
        let (class, sign, number, said) = match line {
            Line::Same(number, said) => ("same", ' ', *number, said.as_str()),
            Line::Old(number, said) => ("old", '−', *number, said.as_str()),
            Line::New(number, said) => ("new", '+', *number, said.as_str()),
            Line::Gap | Line::Cut => {
                let said = if *line == Line::Gap {
                    "…"
                } else {
                    "… the rest is left out"
                };
                let _ = writeln!(
                    out,
                    "<tr class=\"gap\"><td></td><td></td><td>{said}</td></tr>"
                );
                continue;
            }
        };
        let _ = writeln!(
            out,
            "<tr class=\"{class}\"><td class=\"n\">{number}</td><td>{sign}</td><td>{}</td></tr>",
            text(said)
        );
        if class == "old" {
            continue;
        }
        let here = findings
            .iter()
            .filter(|it| it.path == file.path && it.line == number);
        for one in here {
            let _ = writeln!(
                out,
                "<tr class=\"remark {}\"><td colspan=\"3\"><div><b>{}</b> {}</div></td></tr>",
                text(&one.severity),
                text(&one.rule),
                text(&one.message)
            );
        }
    }
    out.push_str("</table></div>\n");
}

fn exceptions(all: &[Remark], out: &mut String) {
    if all.is_empty() {
        return;
    }
    out.push_str("<h2>Deliberate exceptions</h2>\n");
    for one in all {
        let place = text(&format!("{}:{}", one.path, one.line));
        let _ = writeln!(
            out,
            "<p><b>{}</b> {} <span class=\"dim\">{place}</span></p>",
            text(&one.rule),
            text(&one.message)
        );
    }
}

fn timeline(report: &Report, out: &mut String) {
    if report.commits.is_empty() {
        return;
    }
    out.push_str("<h2>Timeline</h2>\n<ol class=\"time\">\n");
    for commit in &report.commits {
        let _ = writeln!(
            out,
            "<li>{} <span class=\"dim\">{} · {} · {}</span></li>",
            text(&commit.subject),
            moment(commit.seconds),
            text(&commit.author),
            text(commit.id.get(..10).unwrap_or(&commit.id))
        );
    }
    out.push_str("</ol>\n");
}

/// A time in seconds since 1970 as people write it: `2026-01-30 10:05 UTC`.
#[must_use]
pub fn moment(seconds: i64) -> String {
    let days = seconds.div_euclid(86_400);
    let rest = seconds.rem_euclid(86_400);
    // The civil calendar by days, counted from the first of March of the year 0.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute) = (rest / 3600, rest % 3600 / 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc() {
        assert_eq!(moment(0), "1970-01-01 00:00 UTC");
        assert_eq!(moment(1_709_210_096), "2024-02-29 12:34 UTC");
        assert_eq!(moment(-1), "1969-12-31 23:59 UTC");
    }
}
