//! Finding and reading the files of a team's own rules.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::file::read_file;
use super::{ConfigProblem, Loaded};

/// The folder, relative to that of the configuration file, that holds a team's own rules.
pub const QUERY_FOLDER: &str = ".hotfix/queries";

/// The `.scm` files below the nearest [`QUERY_FOLDER`] from `folder` up to `root`, sorted.
///
/// # Errors
/// A problem with the folder, if there is one that cannot be read.
pub fn query_files(folder: &Path, root: Option<&Path>) -> Result<Vec<PathBuf>, ConfigProblem> {
    for folder in folder.ancestors() {
        let place = folder.join(QUERY_FOLDER);
        match std::fs::read_dir(&place) {
            Ok(entries) => {
                let mut files: Vec<PathBuf> = entries
                    .filter_map(|entry| Some(entry.ok()?.path()))
                    .filter(|path| path.extension().is_some_and(|ending| ending == "scm"))
                    .collect();
                files.sort();
                return Ok(files);
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => {
                let problem =
                    ConfigProblem::new("", 0..0, format!("the folder cannot be read: {error}"));
                return Err(ConfigProblem {
                    file: Some(place),
                    ..problem
                });
            }
        }
        if root == Some(folder) {
            break;
        }
    }
    Ok(Vec::new())
}

/// Reads the files of a team's own rules into `loaded`. What they say is checked by `rules`.
pub fn read_queries(folder: &Path, root: Option<&Path>, loaded: &mut Loaded) {
    match query_files(folder, root) {
        Ok(files) => {
            let read = files.iter().filter_map(|path| read_file(path, loaded));
            let queries = read.collect();
            loaded.settings.queries = queries;
        }
        Err(problem) => loaded.problems.push(problem),
    }
}
