//! `setup.cfg`: the lists below `[options]`.

use super::requirements::requirement;
use super::toml::of_group;
use super::{Dependency, List};

#[expect(clippy::unnecessary_wraps, reason = "other readers can fail")]
pub(super) fn read(text: &str) -> Option<Vec<Dependency>> {
    let mut found = Vec::new();
    let (mut section, mut list) = ("", None);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let code = line.trim();
        if code.is_empty() || code.starts_with(['#', ';']) {
            continue;
        }
        let mut value = code;
        if !line.starts_with([' ', '\t']) {
            if let Some(name) = code.strip_prefix('[').and_then(|one| one.strip_suffix(']')) {
                (section, list) = (name.trim(), None);
                continue;
            }
            let (key, first) = code.split_once('=').unwrap_or((code, ""));
            list = of_key(section, key.trim());
            value = first.trim();
        }
        let Some(list) = &list else { continue };
        let place = start + (value.as_ptr() as usize - line.as_ptr() as usize);
        let span = place..place + value.len();
        // `python_requires` names no package: it stands for the interpreter.
        if *list == List::Build && section == "options" && line.starts_with("python_requires") {
            found.push(Dependency {
                name: "python".to_owned(),
                list: List::Shipped,
                wanted: value.to_owned(),
                span,
            });
            continue;
        }
        found.extend(requirement(value, span, list.clone()));
    }
    Some(found)
}

/// The list that a key of a section holds.
fn of_key(section: &str, key: &str) -> Option<List> {
    match (section, key) {
        ("options", "install_requires") => Some(List::Shipped),
        ("options", "python_requires" | "setup_requires") => Some(List::Build),
        ("options", "tests_require") => Some(List::Development("tests".to_owned())),
        ("options.extras_require", extra) => Some(of_group(extra)),
        _ => None,
    }
}
