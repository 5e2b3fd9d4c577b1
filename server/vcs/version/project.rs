//! The version in production's own project files.

use git2::{ObjectType, Oid, Tree};

use super::names::Version;
use super::of_tag;
use crate::vcs::repository::Repository;

/// How many packages are looked into for `__version__`.
const PACKAGES: usize = 10;

/// The version that the project files say at `commit`: `pyproject.toml`, `setup.cfg`, then
/// `__version__` of a package at the root or below `src`. Read at the base and not in the work
/// tree, where the hotfix may have raised it already.
pub(super) fn version(
    repository: &Repository,
    git: &git2::Repository,
    commit: Oid,
) -> Option<Version> {
    let root = git.find_commit(commit).ok()?.tree().ok()?;
    let read = |tree: &Tree<'_>, name: &str| -> Option<std::sync::Arc<str>> {
        let entry = tree.get_name(name)?;
        (entry.kind() == Some(ObjectType::Blob)).then_some(())?;
        repository.text(git, entry.id()).ok()
    };
    let pyproject = || of_pyproject(&read(&root, "pyproject.toml")?);
    let setup = || of_setup_cfg(&read(&root, "setup.cfg")?);
    let package = || {
        let src = root
            .get_name("src")
            .and_then(|it| git.find_tree(it.id()).ok());
        [Some(&root), src.as_ref()]
            .into_iter()
            .flatten()
            .flat_map(|tree| packages(git, tree))
            .take(PACKAGES)
            .find_map(|package| of_init(&read(&package, "__init__.py")?))
    };
    let text = pyproject().or_else(setup).or_else(package)?;
    of_tag(&text)
}

/// The folders of `tree` that hold an `__init__.py`.
fn packages<'r>(git: &'r git2::Repository, tree: &Tree<'_>) -> Vec<Tree<'r>> {
    tree.iter()
        .filter(|entry| entry.kind() == Some(ObjectType::Tree))
        .filter_map(|entry| git.find_tree(entry.id()).ok())
        .filter(|folder| folder.get_name("__init__.py").is_some())
        .collect()
}

fn of_pyproject(text: &str) -> Option<String> {
    let document = text.parse::<toml_edit::DocumentMut>().ok()?;
    let version =
        |table: Option<&toml_edit::Item>| Some(table?.get("version")?.as_str()?.to_owned());
    let poetry = || document.get("tool")?.get("poetry");
    version(document.get("project")).or_else(|| version(poetry()))
}

/// `version = …` in the section `[metadata]`; `attr:` and `file:` point elsewhere.
fn of_setup_cfg(text: &str) -> Option<String> {
    let metadata = text
        .lines()
        .skip_while(|line| line.trim() != "[metadata]")
        .skip(1);
    metadata
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| {
            let (key, value) = line.split_once('=')?;
            let value = value.trim();
            (key.trim() == "version" && !value.contains(':')).then(|| value.to_owned())
        })
}

/// `__version__ = "1.2.0"`.
fn of_init(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix("__version__")?;
        let value = rest.split_once('=')?.1.trim();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        Some(value[1..].split(quote).next()?.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_project_file_is_read() {
        let project = "[project]\nname = \"x\"\nversion = \"1.2.0\"\n";
        assert_eq!(of_pyproject(project).as_deref(), Some("1.2.0"));
        let poetry = "[tool.poetry]\nversion = \"1.2.0\"\n";
        assert_eq!(of_pyproject(poetry).as_deref(), Some("1.2.0"));
        let setup = "[options]\nversion = 9.9.9\n[metadata]\nname = x\nversion = 1.2.0\n";
        assert_eq!(of_setup_cfg(setup).as_deref(), Some("1.2.0"));
        let init = "import x\n\n__version__: str = '1.2.0'  # release\n";
        assert_eq!(of_init(init).as_deref(), Some("1.2.0"));
    }

    #[test]
    fn a_version_that_stands_elsewhere_is_not_guessed() {
        assert_eq!(of_pyproject("[project]\ndynamic = [\"version\"]\n"), None);
        assert_eq!(of_pyproject("[project\n"), None);
        assert_eq!(
            of_setup_cfg("[metadata]\nversion = attr: x.version\n"),
            None
        );
        assert_eq!(of_init("__version__ = version(\"x\")\n"), None);
    }
}
