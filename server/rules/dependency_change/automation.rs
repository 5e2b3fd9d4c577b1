//! What checks and builds the project: hooks of pre-commit, actions of GitHub workflows.

use super::requirements::requirement;
use super::{Dependency, List, normal};

/// `.pre-commit-config.yaml`: the revision of each repository, and what its hooks install.
#[expect(clippy::unnecessary_wraps, reason = "other readers can fail")]
pub(super) fn hooks(text: &str) -> Option<Vec<Dependency>> {
    let list = List::Development("the hooks".to_owned());
    let mut found = Vec::new();
    let mut repository = None;
    for (code, start) in lines(text) {
        let item = code.strip_prefix("- ").unwrap_or(code).trim_start();
        if let Some(address) = item.strip_prefix("repo:") {
            let address = plain(address)
                .trim_end_matches(".git")
                .trim_end_matches('/');
            repository = address.rsplit('/').next();
        } else if let (Some(revision), Some(name)) = (item.strip_prefix("rev:"), repository) {
            found.push(Dependency {
                name: normal(name),
                list: list.clone(),
                wanted: plain(revision).to_owned(),
                span: start..start + code.len(),
            });
        } else if code.starts_with("- ") && item.contains("==") {
            let span = start..start + code.len();
            found.extend(requirement(plain(item), span, list.clone()));
        }
    }
    Some(found)
}

/// `.github/workflows/*.yml`: the actions.
#[expect(clippy::unnecessary_wraps, reason = "other readers can fail")]
pub(super) fn actions(text: &str) -> Option<Vec<Dependency>> {
    let uses = lines(text).filter_map(|(code, start)| {
        let item = code.strip_prefix("- ").unwrap_or(code).trim_start();
        let (name, wanted) = plain(item.strip_prefix("uses:")?).split_once('@')?;
        Some(Dependency {
            name: name.to_ascii_lowercase(),
            list: List::Development("the automation".to_owned()),
            wanted: wanted.to_owned(),
            span: start..start + code.len(),
        })
    });
    Some(uses.collect())
}

/// The lines without indentation and comments, each with its first byte.
fn lines(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let lines = text.lines().map(|line| {
        let code = line.split(" #").next().unwrap_or(line).trim();
        (code, code.as_ptr() as usize - text.as_ptr() as usize)
    });
    lines.filter(|(code, _)| !code.is_empty() && !code.starts_with('#'))
}

fn plain(value: &str) -> &str {
    value.trim().trim_matches(['"', '\''])
}
