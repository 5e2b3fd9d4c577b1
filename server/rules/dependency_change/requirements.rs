//! `requirements.txt`, `constraints.txt`: one requirement (PEP 508) a line.

use std::ops::Range;
use std::str::FromStr;

use pep508_rs::{Requirement, VerbatimUrl, VersionOrUrl};

use super::{Dependency, List, normal};

#[expect(clippy::unnecessary_wraps, reason = "other readers can fail")]
pub(super) fn shipped(text: &str) -> Option<Vec<Dependency>> {
    Some(read(text, &List::Shipped))
}

#[expect(clippy::unnecessary_wraps, reason = "other readers can fail")]
pub(super) fn development(text: &str) -> Option<Vec<Dependency>> {
    Some(read(text, &List::Development("development".to_owned())))
}

fn read(text: &str, list: &List) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        // pip takes ` #` as the beginning of a comment, not every `#`: links have anchors.
        let code = line.find(" #").map_or(line, |comment| &line[..comment]);
        // Hashes say nothing that the version does not say.
        let code = code.split(" --").next().unwrap_or(code);
        let code = code.trim_end().trim_end_matches('\\').trim_end();
        let indent = code.len() - code.trim_start().len();
        let code = code.trim_start();
        if code.is_empty() || code.starts_with(['#', '-']) {
            continue;
        }
        let start = start + indent;
        found.extend(requirement(code, start..start + code.len(), list.clone()));
    }
    found
}

/// One requirement; `None` if it is none.
pub(super) fn requirement(text: &str, span: Range<usize>, list: List) -> Option<Dependency> {
    let parsed = Requirement::<VerbatimUrl>::from_str(text.trim()).ok()?;
    let mut wanted = match &parsed.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => {
            let mut all: Vec<String> = specifiers.iter().map(ToString::to_string).collect();
            all.sort();
            all.join(",")
        }
        Some(VersionOrUrl::Url(url)) => format!("@ {url}"),
        None => String::new(),
    };
    let mut extras: Vec<String> = parsed.extras.iter().map(ToString::to_string).collect();
    extras.sort();
    if !extras.is_empty() {
        wanted = format!("[{}]{wanted}", extras.join(","));
    }
    if let Some(marker) = parsed.marker.try_to_string() {
        wanted = format!("{wanted}; {marker}");
    }
    Some(Dependency {
        name: normal(parsed.name.as_ref()),
        list,
        wanted,
        span,
    })
}
