//! Files beside the code that say how the program starts and where it runs.

use super::draft;
use crate::rules::{Confidence, Reporter, Texts};

/// What a file at this path says, by its name.
pub(super) fn what(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let (stem, end) = lower.rsplit_once('.').unwrap_or((&lower, ""));
    let yaml = matches!(end, "yml" | "yaml");
    let in_folder = |folder: &str| path.split('/').rev().skip(1).any(|part| part == folder);
    if in_folder("tests") || in_folder("docs") || in_folder("examples") {
        return None;
    }
    match stem {
        "dockerfile" | "containerfile" => Some("container"),
        _ if stem.starts_with("dockerfile") || end == "dockerfile" => Some("container"),
        "compose" | "docker-compose" if yaml => Some("set of services"),
        _ if yaml && stem.starts_with("docker-compose") => Some("set of services"),
        "procfile" => Some("set of processes"),
        "chart" | "kustomization" if yaml => Some("deployment"),
        "serverless" | "skaffold" if yaml => Some("deployment"),
        _ if yaml
            && ["k8s", "kubernetes", "helm", "deploy"]
                .into_iter()
                .any(in_folder) =>
        {
            Some("deployment")
        }
        _ if matches!(end, "service" | "timer" | "socket") => Some("system service"),
        _ if end == "tf" => Some("deployment"),
        _ => None,
    }
}

pub(super) fn compare(texts: &Texts<'_>, reporter: &mut Reporter) {
    let Some(what) = what(texts.path) else {
        return;
    };
    if let Some(base) = texts.base {
        if what == "container" {
            images(texts, base, reporter);
        }
        return;
    }
    let name = texts.path.rsplit('/').next().unwrap_or(texts.path);
    let first = texts.head.lines().next().map_or(0, str::len);
    let message =
        format!("{name} is new: the hotfix brings a {what} that production does not have");
    reporter.report(draft(0..first, Confidence::Likely, message, "deployed"));
}

/// The images that a container is built on and that production's is not.
fn images(texts: &Texts<'_>, base: &str, reporter: &mut Reporter) {
    let (old, new) = (built_on(base), built_on(texts.head));
    let mut left = old.clone();
    let mut other: Vec<&Image<'_>> = Vec::new();
    for image in &new {
        match left.iter().position(|one| one.name == image.name) {
            Some(at) => drop(left.remove(at)),
            None => other.push(image),
        }
    }
    for (image, was) in other.into_iter().zip(&left) {
        let message = format!(
            "The container is built on {} now, and on {} in production",
            image.name, was.name
        );
        let span = image.start..image.start + image.name.len();
        let draft = draft(span, Confidence::Likely, message, was.name);
        reporter.report(draft.production(was.start..was.start + was.name.len(), "production has"));
    }
}

/// An image and where it is named.
#[derive(Clone)]
struct Image<'t> {
    name: &'t str,
    start: usize,
}

/// What stands behind `FROM`, stages of the same file aside.
fn built_on(text: &str) -> Vec<Image<'_>> {
    let mut stages: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let is_from = words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("from"));
        let mut words = words.skip_while(|word| word.starts_with("--"));
        if let (true, Some(name)) = (is_from, words.next()) {
            // What a variable stands for may be a stage as well.
            if !stages.contains(&name) && !name.contains('$') {
                let at = name.as_ptr() as usize - text.as_ptr() as usize;
                found.push(Image { name, start: at });
            }
            if words
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case("as"))
            {
                stages.extend(words.next());
            }
        }
    }
    found
}
