//! Which files are meant.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;
use ignore::types::TypesBuilder;

use super::configs::Configs;
use super::input;
use super::place;
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::config::Settings;

/// A file that will be judged.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where it lies, absolute.
    pub file: PathBuf,
    /// How the user would write it.
    pub shown: String,
    /// Relative to the repository or to the folder that was named, with `/`.
    pub path: String,
    /// The settings that hold for it.
    pub settings: Arc<Settings>,
}

/// Files, and whether the user named them one by one.
#[derive(Debug, Default)]
pub struct Selected(BTreeMap<PathBuf, bool>);

impl Selected {
    /// Adds a file that was found in a folder; a file that was named stays named.
    pub fn found(&mut self, file: PathBuf) {
        self.0.entry(file).or_insert(false);
    }

    /// Adds a file that the user named.
    pub fn named(&mut self, file: PathBuf) {
        self.0.insert(file, true);
    }

    /// The files without the excluded ones, each with its settings. `root` is what paths are
    /// relative to.
    pub fn targets(
        self,
        root: &Path,
        configs: &mut Configs,
        terminal: &mut Terminal,
    ) -> Vec<Target> {
        let mut targets = Vec::new();
        for (file, named) in self.0 {
            let path = place::relative(root, &file);
            let shown = place::shown(&terminal.folder, &file);
            let config = configs.of(file.parent().unwrap_or(root), terminal);
            if config.exclude.matches(&path) {
                if named {
                    terminal.note(format!("{shown} is not judged: `exclude` matches it"));
                }
                continue;
            }
            targets.push(Target {
                file,
                shown,
                path,
                settings: config.settings,
            });
        }
        targets
    }
}

/// The Python files at and below `paths`. What git would ignore and hidden folders are left out;
/// a file that is named counts, whatever its name is.
pub fn walk(paths: &[PathBuf], terminal: &mut Terminal) -> Selected {
    let mut selected = Selected::default();
    for path in paths {
        let path = place::absolute(&terminal.folder, path);
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => walk_folder(&path, &mut selected, terminal),
            Ok(_) => selected.named(path),
            Err(error) => {
                let shown = place::shown(&terminal.folder, &path);
                terminal.trouble(input::unreadable(&shown, &error));
            }
        }
    }
    selected
}

fn walk_folder(folder: &Path, selected: &mut Selected, terminal: &mut Terminal) {
    let mut types = TypesBuilder::new();
    let python = types
        .add("python", "*.py")
        .map(|()| types.select("python").build());
    let mut walk = WalkBuilder::new(folder);
    if let Ok(Ok(python)) = python {
        walk.types(python);
    }
    for entry in walk.build() {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                selected.found(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let message = format!("this folder cannot be read in full: {error}");
                let shown = place::shown(&terminal.folder, folder);
                terminal.trouble(Trouble::at(shown, message));
            }
        }
    }
}

/// Whether a path names Python source.
pub fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

/// The nearest folder at or above `path` that holds `.git`.
pub fn repository_root(path: &Path) -> Option<&Path> {
    path.ancestors().find(|folder| folder.join(".git").exists())
}
