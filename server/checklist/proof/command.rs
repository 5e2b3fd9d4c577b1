//! The command that runs tests, and the environment that it runs in.

use std::path::Path;

use super::keeper::Request;
use crate::vcs::ChangedFile;

/// The probe that pytest loads.
pub(super) const PROBE: (&str, &str) = (
    "hotfix_ls_probe.py",
    include_str!("probe/hotfix_ls_probe.py"),
);
/// The runner for projects without pytest.
pub(super) const UNITTEST: (&str, &str) = (
    "hotfix_ls_unittest.py",
    include_str!("probe/hotfix_ls_unittest.py"),
);

/// How the tests are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Runner {
    /// The team's own command, for the shell.
    Own(String),
    /// pytest in this interpreter.
    Pytest(String),
    /// unittest in this interpreter, by the runner at this path.
    Unittest(String, String),
}

impl Runner {
    /// The program and its arguments.
    pub fn command(&self, ids: &[String]) -> Vec<String> {
        let start = match self {
            Self::Own(command) => return shell(command, &arguments(command, ids)),
            Self::Pytest(python) => vec![python.clone(), "-m".to_owned(), "pytest".to_owned()],
            Self::Unittest(python, runner) => vec![python.clone(), runner.clone()],
        };
        start.into_iter().chain(ids.iter().cloned()).collect()
    }

    /// The command as a person would write it.
    pub fn shown(&self, ids: &[String]) -> String {
        let word = crate::checklist::rollback::word;
        let (start, ids) = match self {
            Self::Own(command) => (command.clone(), arguments(command, ids)),
            Self::Pytest(_) => ("python -m pytest".to_owned(), ids.to_vec()),
            Self::Unittest(..) => {
                let dotted =
                    |id: &String| id.replace(".py", "").replace("::", ".").replace('/', ".");
                let ids = ids.iter().map(dotted).collect();
                ("python -m unittest".to_owned(), ids)
            }
        };
        let mut shown = start;
        for id in ids {
            shown.push(' ');
            shown.push_str(&shown_id(&id).unwrap_or_else(|| word(&id)));
        }
        shown
    }
}

/// `::` needs no quotes in any shell.
fn shown_id(id: &str) -> Option<String> {
    let plain = |c: char| c.is_alphanumeric() || "/._-:".contains(c);
    id.chars().all(plain).then(|| id.to_owned())
}

/// What the team's command gets: pytest takes single tests, other programs take files.
fn arguments(command: &str, ids: &[String]) -> Vec<String> {
    if command.contains("pytest") || command.contains("py.test") {
        return ids.to_vec();
    }
    let mut files: Vec<String> = ids
        .iter()
        .filter_map(|id| id.split("::").next().map(str::to_owned))
        .collect();
    files.dedup();
    files
}

/// A command line for the shell, with more arguments at its end.
#[cfg(unix)]
pub(super) fn shell(command: &str, arguments: &[String]) -> Vec<String> {
    let start = ["sh", "-c"].map(str::to_owned);
    let line = if arguments.is_empty() {
        command.to_owned()
    } else {
        format!("{command} \"$@\"")
    };
    let mut all = start.to_vec();
    all.extend([line, "sh".to_owned()]);
    all.extend(arguments.iter().cloned());
    all
}

/// A command line for the shell, with more arguments at its end.
#[cfg(not(unix))]
pub(super) fn shell(command: &str, arguments: &[String]) -> Vec<String> {
    let mut all = vec!["cmd".to_owned(), "/C".to_owned(), command.to_owned()];
    all.extend(arguments.iter().cloned());
    all
}

/// The project's Python: the active environment, one in the project, else the first on the PATH.
pub(super) fn python(root: &Path) -> String {
    let bin = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"];
    let active = active.iter().filter_map(std::env::var_os);
    let own = [".venv", "venv", "env"].iter().map(|name| root.join(name));
    active
        .map(std::path::PathBuf::from)
        .chain(own)
        .map(|folder| folder.join(bin))
        .find(|python| python.is_file())
        .and_then(|python| Some(python.to_str()?.to_owned()))
        .unwrap_or_else(|| if cfg!(windows) { "python" } else { "python3" }.to_owned())
}

/// Where a command runs.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// The user's work tree.
    pub root: &'a Path,
    /// The copy that the command runs in.
    pub copy: &'a Path,
    /// The folder of the probes.
    pub probes: &'a Path,
    /// Where the probe writes.
    pub report: &'a Path,
    /// Where the output goes.
    pub log: &'a Path,
    /// The folders below the copy that Python imports from.
    pub imports: &'a [String],
}

impl Place<'_> {
    /// The request that runs `command` here.
    pub fn request(&self, command: Vec<String>, timeout_seconds: u32) -> Request {
        Request {
            command,
            folder: self.copy.to_string_lossy().into_owned(),
            environment: self.environment(),
            log: self.log.to_string_lossy().into_owned(),
            timeout_seconds,
        }
    }

    fn environment(&self) -> Vec<(String, Option<String>)> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let plugins = match std::env::var("PYTEST_PLUGINS") {
            Ok(others) if !others.is_empty() => format!("{others},hotfix_ls_probe"),
            _ => "hotfix_ls_probe".to_owned(),
        };
        let mut all = vec![
            ("PYTHONPATH".to_owned(), Some(self.python_path())),
            ("PYTEST_PLUGINS".to_owned(), Some(plugins)),
            ("HOTFIX_LS_REPORT".to_owned(), Some(text(self.report))),
            ("HOTFIX_LS_ROOT".to_owned(), Some(text(self.root))),
            // What is imported from elsewhere in the user's tree must not leave anything there.
            ("PYTHONDONTWRITEBYTECODE".to_owned(), Some("1".to_owned())),
            ("PWD".to_owned(), Some(text(self.copy))),
        ];
        // A hook that starts us says by these where git is; the copy is no repository.
        let git = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        all.extend(
            git.filter(|name| name.starts_with("GIT_"))
                .map(|name| (name, None)),
        );
        all
    }

    /// The copy comes before everything that is installed: a package that is installed in editable
    /// mode would otherwise come from the user's work tree, and production's side would run the
    /// hotfix.
    fn python_path(&self) -> String {
        let mut parts = vec![self.probes.to_path_buf()];
        parts.extend(self.imports.iter().map(|folder| self.copy.join(folder)));
        let existing = std::env::var_os("PYTHONPATH").unwrap_or_default();
        for path in std::env::split_paths(&existing).filter(|path| !path.as_os_str().is_empty()) {
            let inside = path.strip_prefix(self.root).map(Path::to_path_buf);
            parts.push(inside.map_or(path, |inside| self.copy.join(inside)));
        }
        let joined = std::env::join_paths(parts).unwrap_or_default();
        joined.to_string_lossy().into_owned()
    }
}

/// The folders that modules are imported from, relative to the root: the root, its `src`, and those
/// of projects inside of the repository that the hotfix changes. Only the folder of a project
/// counts, never one inside of a package: `src/poetry` on the path would put `poetry/json` in the
/// place of Python's own `json`.
pub(super) fn import_folders(root: &Path, changes: &[ChangedFile]) -> Vec<String> {
    const PROJECT: [&str; 4] = ["pyproject.toml", "setup.py", "setup.cfg", "manage.py"];
    const SOURCES: [&str; 2] = ["src", "lib"];
    let mut folders = vec![String::new()];
    for changed in changes {
        let above = Path::new(&changed.path).ancestors().skip(1);
        for folder in above.filter(|it| {
            PROJECT
                .iter()
                .any(|file| root.join(it).join(file).is_file())
        }) {
            folders.push(folder.to_string_lossy().replace('\\', "/"));
        }
    }
    folders.sort();
    folders.dedup();
    let with_sources = folders.into_iter().flat_map(|folder| {
        let inside =
            SOURCES.map(|name| Path::new(&folder).join(name).to_string_lossy().into_owned());
        let sources = inside.into_iter().filter(|it| root.join(it).is_dir());
        sources.chain([folder.clone()]).collect::<Vec<_>>()
    });
    with_sources.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pytest_gets_tests_and_other_programs_get_files() {
        let ids = ["t.py::a".to_owned(), "t.py::b".to_owned()];
        assert_eq!(arguments("poetry run pytest -x", &ids), ids);
        assert_eq!(arguments("tox -e py --", &ids), ["t.py"]);
    }

    #[test]
    fn the_command_is_shown_as_a_person_would_write_it() {
        let ids = ["tests/test_a.py::TestB::test_c".to_owned()];
        let pytest = Runner::Pytest("/x/python".to_owned());
        assert_eq!(
            pytest.shown(&ids),
            "python -m pytest tests/test_a.py::TestB::test_c"
        );
        let unittest = Runner::Unittest("/x/python".to_owned(), "/x/run.py".to_owned());
        assert_eq!(
            unittest.shown(&ids),
            "python -m unittest tests.test_a.TestB.test_c"
        );
    }

    #[test]
    fn only_folders_of_projects_are_imported_from() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let make = |file: &str| {
            let file = root.path().join(file);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            std::fs::write(file, "").expect("a file");
        };
        make("pyproject.toml");
        make("src/poetry/json/__init__.py");
        make("services/api/setup.py");
        let changed = |path: &str| ChangedFile {
            path: path.to_owned(),
            change: crate::vcs::FileChange::Modified,
        };
        let changes = [
            changed("src/poetry/json/__init__.py"),
            changed("services/api/shop/orders.py"),
        ];
        let folders = import_folders(root.path(), &changes);
        assert_eq!(folders, ["src", "", "services/api"]);
    }
}
