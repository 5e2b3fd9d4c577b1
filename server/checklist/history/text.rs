//! The past in words: for a lens, a hover, the record and the report.

use std::fmt::Write as _;

use super::{FileKnown, History, Reviewer};
use crate::checklist::markdown::{code, plain};
use crate::checklist::report::moment;
use crate::vcs::{Author, CommitInfo, Past};

/// How many definitions the record lists.
const MOST_DEFINITIONS: usize = 30;

/// The last change in a few words, for a code lens. `now` is in seconds since 1970.
#[must_use]
pub fn lens(past: &Past, now: i64) -> String {
    let Past::Changed {
        commit,
        release,
        before,
    } = past
    else {
        return "last changed before what is known of its history".to_owned();
    };
    let changed = format!("last changed {} by {}", age(commit, now), commit.author);
    match (release, before) {
        (Some(release), _) => format!("{changed}, in {release}"),
        (None, Some(_)) => format!("{changed}, in no release yet"),
        (None, None) => changed,
    }
}

/// What there is to say about a changed definition, in Markdown; nothing when it is new.
#[must_use]
pub fn about(history: &History, path: &str, scope: &str, now: i64) -> Option<String> {
    let past = history.of(path, scope)?;
    let mut out = match past {
        Past::Older => format!(
            "{} was last changed before the commits that are here or were looked through. In a \
             shallow clone `git fetch --unshallow` brings the others.\n",
            code(scope)
        ),
        Past::Changed {
            commit,
            release,
            before,
        } => {
            let mut out = format!(
                "Before this hotfix, {} was last changed on {} ({}) by {}: {} (`{}`).",
                code(scope),
                day(commit),
                age(commit, now),
                plain(&commit.author),
                plain(&commit.subject),
                commit.short()
            );
            match (release, before) {
                (Some(release), _) => {
                    let _ = write!(out, " {} has it first.", plain(release));
                }
                (None, Some(_)) => out.push_str(" No release has it yet."),
                (None, None) => {}
            }
            if let Some(before) = before {
                let before = plain(before);
                let _ = write!(
                    out,
                    " If that change broke it, {before} is the last release that worked."
                );
            }
            out.push('\n');
            out
        }
    };
    let known = history
        .file(path)
        .and_then(|file| known(file, &history.authors));
    if let Some(known) = known {
        let _ = writeln!(out, "\n{known}.");
    }
    if let Some(reviewers) = reviewers(&history.reviewers) {
        let _ = writeln!(out, "\n{reviewers}.");
    }
    Some(out)
}

/// The past as a part of the record; empty when nothing that production has is changed. Says
/// dates and no ages, so that it is the same tomorrow.
#[must_use]
pub fn markdown(history: &History) -> String {
    let mut out = String::new();
    if !history.definitions.is_empty() {
        out.push_str("| changed here | last change before | by | first release with it | last release without it |\n|---|---|---|---|---|\n");
    }
    for one in history.definitions.iter().take(MOST_DEFINITIONS) {
        let name = format!("{} ({})", code(&one.scope), code(&one.path));
        match &one.last_change {
            Past::Older => {
                let _ = writeln!(out, "| {name} | older than what is known here | | | |");
            }
            Past::Changed {
                commit,
                release,
                before,
            } => {
                let or_none = |it: &Option<String>| it.as_deref().map_or("–".to_owned(), plain);
                let _ = writeln!(
                    out,
                    "| {name} | {}, `{}` {} | {} | {} | {} |",
                    day(commit),
                    commit.short(),
                    plain(&commit.subject),
                    plain(&commit.author),
                    or_none(release),
                    or_none(before)
                );
            }
        }
    }
    let more = history.definitions.len().saturating_sub(MOST_DEFINITIONS);
    if 0 < more {
        let _ = writeln!(out, "\nAnd {more} more.");
    }
    let files = history.files.iter();
    let known = files.filter_map(|file| known(file, &history.authors));
    let said: Vec<String> = known.chain(reviewers(&history.reviewers)).collect();
    if !said.is_empty() && !out.is_empty() {
        out.push('\n');
    }
    for one in said {
        let _ = writeln!(out, "- {one}");
    }
    out
}

/// How well the authors know a file.
fn known(file: &FileKnown, authors: &[Author]) -> Option<String> {
    if authors.is_empty() {
        return None;
    }
    let names: Vec<String> = authors.iter().map(|it| plain(&it.name)).collect();
    let names = names.join(", ");
    let (path, all) = (code(&file.path), file.commits);
    let commits = if all == 1 { "commit" } else { "commits" };
    Some(match (file.own_commits, file.is_whole) {
        (0, true) => format!("{names} never changed {path} before ({all} {commits} by others)"),
        (0, false) => format!(
            "{names} did not change {path} as far as can be seen; its history is longer than what \
             was looked at ({all} {commits})"
        ),
        (own, _) => format!("{names} made {own} of {all} {commits} to {path}"),
    })
}

fn reviewers(all: &[Reviewer]) -> Option<String> {
    let one = |it: &Reviewer| {
        let commits = if it.commits == 1 { "commit" } else { "commits" };
        let wrote = match it.definitions {
            0 => String::new(),
            1 => "last changed 1 of these definitions, ".to_owned(),
            many => format!("last changed {many} of these definitions, "),
        };
        format!("{} ({wrote}{} {commits})", plain(&it.name), it.commits)
    };
    let all: Vec<String> = all.iter().map(one).collect();
    (!all.is_empty()).then(|| format!("Could review it: {}", all.join(", ")))
}

/// The day of a commit, in UTC.
fn day(commit: &CommitInfo) -> String {
    moment(commit.seconds).chars().take(10).collect()
}

/// How long ago a commit was made.
fn age(commit: &CommitInfo, now: i64) -> String {
    const DAY: i64 = 24 * 60 * 60;
    let days = now.saturating_sub(commit.seconds) / DAY;
    match days {
        ..1 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        2..14 => format!("{days} days ago"),
        14..60 => format!("{} weeks ago", days / 7),
        60..730 => format!("{} months ago", days / 30),
        _ => format!("{} years ago", days / 365),
    }
}
