//! Manifests and lock files: the revert brings their text back, not what is installed.

use super::{About, Kind, Step, word};
use crate::rules::ships_packages;
use crate::vcs::TreeChange;

/// The step that installs production's packages again; none when the hotfix ships the same ones.
pub(super) fn step(about: &About<'_>, changes: &[TreeChange]) -> Option<Step> {
    let files: Vec<&str> = changes
        .iter()
        .map(|change| change.path.as_str())
        .filter(|path| ships_packages(path) && ships(about, path))
        .collect();
    if files.is_empty() {
        return None;
    }
    let mut commands: Vec<String> = files.iter().filter_map(|path| install(path)).collect();
    commands.sort();
    commands.dedup();
    Some(Step {
        kind: Kind::Packages,
        title: "Install production's packages again".to_owned(),
        commands,
        notes: files
            .iter()
            .map(|path| format!("{path} comes back with the revert"))
            .collect(),
    })
}

/// Whether the file says something about packages: a `pyproject.toml` holds much else.
fn ships(about: &About<'_>, path: &str) -> bool {
    if !path.ends_with("pyproject.toml") {
        return true;
    }
    let base = about.repository.text_at(&about.standing.hotfix.start, path);
    let head = about.repository.text_at(&about.base.head, path);
    let packages = |text: Option<&str>| -> Vec<String> {
        let document = text.and_then(|text| text.parse::<toml_edit::DocumentMut>().ok());
        let Some(document) = document else {
            return Vec::new();
        };
        let under = |tables: &[&str]| {
            let item = tables
                .iter()
                .try_fold(document.as_item(), |item, key| item.get(key))?;
            Some(item.to_string())
        };
        [
            under(&["project", "dependencies"]),
            under(&["project", "optional-dependencies"]),
            under(&["build-system"]),
            under(&["dependency-groups"]),
            under(&["tool", "poetry", "dependencies"]),
            under(&["tool", "poetry", "group"]),
        ]
        .into_iter()
        .flatten()
        .collect()
    };
    packages(base.as_deref()) != packages(head.as_deref())
}

/// The command that installs what a file lists.
fn install(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let inside = |flag: &str| {
        if folder.is_empty() {
            String::new()
        } else {
            format!(" {flag} {}", word(folder))
        }
    };
    Some(match name {
        "poetry.lock" => format!("poetry{} sync", inside("--directory")),
        "uv.lock" => format!("uv sync --locked{}", inside("--directory")),
        "pdm.lock" => format!("pdm sync --clean{}", inside("--project")),
        "Pipfile.lock" if folder.is_empty() => "pipenv sync".to_owned(),
        "Pipfile.lock" => format!("(cd {} && pipenv sync)", word(folder)),
        "pyproject.toml" | "Pipfile" | "pylock.toml" => return None,
        _ if name.contains("constraints") => return None,
        _ => format!("python -m pip install --requirement {}", word(path)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(path: &str, expected: Option<&str>) {
        assert_eq!(install(path).as_deref(), expected, "{path}");
    }

    #[test]
    fn each_kind_of_file_has_its_own_installer() {
        case(
            "requirements.txt",
            Some("python -m pip install --requirement requirements.txt"),
        );
        case("poetry.lock", Some("poetry sync"));
        case("api/poetry.lock", Some("poetry --directory api sync"));
        case("uv.lock", Some("uv sync --locked"));
        case("Pipfile.lock", Some("pipenv sync"));
        case("my api/Pipfile.lock", Some("(cd 'my api' && pipenv sync)"));
    }

    #[test]
    fn a_manifest_beside_a_lock_installs_nothing_by_itself() {
        case("pyproject.toml", None);
        case("constraints.txt", None);
    }
}
