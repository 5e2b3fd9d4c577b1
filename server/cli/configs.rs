//! The settings of every folder, loaded once, with what is wrong in them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::place;
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::config::{PathGlobs, Settings};
use crate::rules;

/// The settings of one folder.
#[derive(Debug, Clone)]
pub struct Config {
    /// The settings.
    pub settings: Arc<Settings>,
    /// `exclude`, compiled.
    pub exclude: Arc<PathGlobs>,
}

/// The settings of every folder below one root.
pub struct Configs {
    root: Option<PathBuf>,
    folders: HashMap<PathBuf, Config>,
    told: Vec<String>,
}

impl Configs {
    /// Settings are looked for up to `root`, or up to the top without one.
    pub fn new(root: Option<PathBuf>) -> Self {
        Self {
            root,
            folders: HashMap::new(),
            told: Vec::new(),
        }
    }

    /// The settings for the files of `folder`. What is wrong in them is told once; all else holds.
    pub fn of(&mut self, folder: &Path, terminal: &mut Terminal) -> Config {
        if let Some(config) = self.folders.get(folder) {
            return config.clone();
        }
        let loaded = rules::custom::settings(folder, self.root.as_deref(), None);
        for mut problem in loaded.problems {
            problem.file = problem
                .file
                .map(|file| place::shown(&terminal.folder, &file).into());
            let sentence = problem.to_string();
            if !self.told.contains(&sentence) {
                terminal.trouble(Trouble::new(sentence.clone()));
                self.told.push(sentence);
            }
        }
        let config = Config {
            exclude: Arc::new(PathGlobs::new(&loaded.settings.exclude)),
            settings: Arc::new(loaded.settings),
        };
        self.folders.insert(folder.to_owned(), config.clone());
        config
    }
}
