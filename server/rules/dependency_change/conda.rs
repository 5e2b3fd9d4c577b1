//! `environment.yml`: the list below `dependencies:`, and that below its `pip:`.

use super::requirements::requirement;
use super::{Dependency, List, normal};

#[expect(clippy::unnecessary_wraps, reason = "other readers can fail")]
pub(super) fn read(text: &str) -> Option<Vec<Dependency>> {
    let mut found = Vec::new();
    let (mut inside, mut pip) = (false, None);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let code = line.split(" #").next().unwrap_or(line).trim_end();
        let indent = code.len() - code.trim_start().len();
        let item = code.trim_start();
        if item.is_empty() || item.starts_with('#') {
            continue;
        }
        let Some(spec) = item.strip_prefix("- ") else {
            inside = item == "dependencies:" && indent == 0 || inside && 0 < indent;
            continue;
        };
        if !inside {
            continue;
        }
        let spec = spec.trim().trim_matches(['"', '\'']);
        if spec == "pip:" {
            pip = Some(indent);
            continue;
        }
        pip = pip.filter(|outer| *outer < indent);
        let from = start + (spec.as_ptr() as usize - line.as_ptr() as usize);
        let span = from..from + spec.len();
        if pip.is_some() {
            found.extend(requirement(spec, span, List::Shipped));
            continue;
        }
        // `channel::name=1.2=build`
        let spec = spec.rsplit("::").next().unwrap_or(spec);
        let end = spec
            .find(['=', '<', '>', '!', ' ', '['])
            .unwrap_or(spec.len());
        found.push(Dependency {
            name: normal(&spec[..end]),
            list: List::Shipped,
            wanted: spec[end..].trim().to_owned(),
            span,
        });
    }
    Some(found)
}
