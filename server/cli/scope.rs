//! Which files `check` and `fix` judge, and against what.

use std::path::{Path, PathBuf};

use super::arguments::Selection;
use super::configs::Configs;
use super::files::{self, Selected, Target};
use super::hotfix;
use super::input;
use super::judge::{self, Prepared};
use super::place;
use super::render::{Results, json};
use super::terminal::Terminal;
use super::trouble::Trouble;
use crate::analysis::Comparison;

/// Judges the selected files. With `stdin`, the text on stdin stands for that file.
pub fn judge(selection: &Selection, stdin: Option<&Path>, terminal: &mut Terminal) -> Results {
    let stdin = stdin.map(|path| place::absolute(&terminal.folder, path));
    if selection.all {
        return judge_as_new(&selection.paths, stdin.as_deref(), terminal);
    }
    let reference = selection.base.as_deref();
    hotfix::judge(&selection.paths, reference, stdin.as_deref(), terminal)
}

/// `--all`: everything is new, and git is not asked.
fn judge_as_new(paths: &[PathBuf], stdin: Option<&Path>, terminal: &mut Terminal) -> Results {
    let selected = if let Some(file) = stdin {
        let mut selected = Selected::default();
        selected.named(file.to_owned());
        selected
    } else if paths.is_empty() {
        let folder = terminal.folder.clone();
        files::walk(std::slice::from_ref(&folder), terminal)
    } else {
        files::walk(paths, terminal)
    };
    let folder = stdin.and_then(Path::parent).unwrap_or(&terminal.folder);
    let repository = files::repository_root(folder).map(Path::to_owned);
    let root = repository.clone().unwrap_or_else(|| folder.to_owned());
    let mut configs = Configs::new(repository);
    let targets = selected.targets(&root, &mut configs, terminal);
    let prepare = |target: &Target| {
        Ok(Some(Prepared {
            input: read(target, stdin, input::read)?,
            base: Comparison::AllNew,
            version: target.settings.version.clone(),
            branch: None,
        }))
    };
    Results {
        base: json::Base::AllNew,
        files: judge::judge_all(&targets, prepare, terminal),
        survey: None,
    }
}

/// The file's text: stdin's where it stands for this file, else what `from_disk` gives.
pub(super) fn read(
    target: &Target,
    stdin: Option<&Path>,
    from_disk: fn(&Path, &str) -> Result<input::Input, Trouble>,
) -> Result<input::Input, Trouble> {
    if stdin == Some(&*target.file) {
        input::read_stdin(&target.shown)
    } else {
        from_disk(&target.file, &target.shown)
    }
}
