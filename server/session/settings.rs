//! Reading settings, and noticing when a configuration file changed or is wrong.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::Shared;
use super::event::{ConfigReport, Event};
use crate::config::{ConfigProblem, Loaded, QUERY_FOLDER, query_files};
use crate::rules;

const NAMES: [&str; 2] = ["hotfix.toml", "pyproject.toml"];

/// Whether a file may hold configuration, by its name.
pub(super) fn is_config_file(path: &Path) -> bool {
    let named = path
        .file_name()
        .is_some_and(|name| NAMES.iter().any(|known| name == *known));
    named
        || path
            .parent()
            .is_some_and(|folder| folder.ends_with(QUERY_FOLDER))
}

/// What tells whether the configuration files between a folder and the root have changed.
pub(super) type Stamp = Vec<Option<(SystemTime, u64)>>;

/// The stamp of the configuration files from `folder` up to `root`. A few `stat` calls.
pub(super) fn stamp(folder: &Path, root: &Path) -> Stamp {
    let mut stamp = Vec::new();
    let mut add = |path: &Path| {
        let data = std::fs::metadata(path).ok();
        stamp.push(data.and_then(|data| Some((data.modified().ok()?, data.len()))));
    };
    for file in query_files(folder, Some(root)).unwrap_or_default() {
        add(&file);
    }
    for folder in folder.ancestors() {
        for name in NAMES {
            add(&folder.join(name));
        }
        if folder == root {
            break;
        }
    }
    stamp
}

/// What the client has been told of configuration files.
#[derive(Default)]
pub(super) struct Reported {
    problems: HashMap<PathBuf, Vec<ConfigProblem>>,
}

impl Reported {
    /// Reads the settings for the files of `folder` and tells the client what is wrong in them.
    pub fn load(&mut self, shared: &Shared, folder: &Path, root: &Path) -> Loaded {
        let editor = shared.lock().editor_settings.clone();
        let loaded = rules::custom::settings(folder, Some(root), editor.as_ref());
        self.tell(shared, &loaded);
        loaded
    }

    /// Tells the client what is wrong, and what is not wrong any more.
    fn tell(&mut self, shared: &Shared, loaded: &Loaded) {
        let mut problems: HashMap<PathBuf, Vec<ConfigProblem>> = HashMap::new();
        let mut texts: HashMap<PathBuf, Arc<str>> = HashMap::new();
        for file in &loaded.files {
            problems.insert(file.path.clone(), Vec::new());
            texts.insert(file.path.clone(), Arc::clone(&file.text));
        }
        for problem in &loaded.problems {
            match &problem.file {
                Some(file) => problems
                    .entry(file.clone())
                    .or_default()
                    .push(problem.clone()),
                None => shared.alert(&problem.to_string()),
            }
        }
        for known in self.problems.keys() {
            if !problems.contains_key(known) && !known.exists() {
                problems.insert(known.clone(), Vec::new());
            }
        }
        for (file, problems) in problems {
            let former = self.problems.get(&file).map_or(&[][..], Vec::as_slice);
            if former == problems {
                continue;
            }
            self.problems.insert(file.clone(), problems.clone());
            shared.send(Event::Config(ConfigReport {
                text: texts.get(&file).cloned().unwrap_or_default(),
                file: shared.lock().spelled(&file),
                problems,
            }));
        }
    }
}
