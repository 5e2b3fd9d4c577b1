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
    let (Some(what), None) = (what(texts.path), texts.base) else {
        return;
    };
    let name = texts.path.rsplit('/').next().unwrap_or(texts.path);
    let first = texts.head.lines().next().map_or(0, str::len);
    let message =
        format!("{name} is new: the hotfix brings a {what} that production does not have");
    reporter.report(draft(0..first, Confidence::Likely, message, "deployed"));
}
