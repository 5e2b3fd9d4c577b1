//! `compare`: judges two files or two folders, without git.

use std::path::Path;
use std::sync::Arc;

use super::arguments::Compare;
use super::configs::Configs;
use super::files::{self, Selected, Target};
use super::input::{self, Input};
use super::judge::{self, Prepared};
use super::place;
use super::render::{self, Results, json};
use super::terminal::Terminal;
use super::trouble::{Exit, Trouble};
use crate::analysis::{BaseSide, Comparison};
use crate::vcs::Production;

/// Compares OLD with NEW and prints the findings.
pub fn run(compare: &Compare, terminal: &mut Terminal) -> Exit {
    let old = place::absolute(&terminal.folder, &compare.old);
    let new = place::absolute(&terminal.folder, &compare.new);
    let mut results = Results {
        base: json::Base::Path {
            path: place::shown(&terminal.folder, &old),
        },
        files: Vec::new(),
        survey: None,
    };
    let Some(folders) = both_folders(&old, &new, terminal) else {
        results.base = json::Base::Unknown;
        return render::print(results, compare.output, terminal);
    };
    let root = if folders {
        &*new
    } else {
        new.parent().unwrap_or(&new)
    };
    let mut selected = Selected::default();
    if folders {
        selected = files::walk(std::slice::from_ref(&new), terminal);
    } else {
        selected.named(new.clone());
    }
    let mut configs = Configs::new(files::repository_root(root).map(Path::to_owned));
    let targets = selected.targets(root, &mut configs, terminal);
    let reference = place::shown(&terminal.folder, &old);
    let prepare = |target: &Target| {
        let before = if folders {
            old.join(&target.path)
        } else {
            old.clone()
        };
        prepare(target, &before, &reference)
    };
    results.files = judge::judge_all(&targets, prepare, terminal);
    render::print(results, compare.output, terminal)
}

/// Whether both are folders; `None`, with a sentence, when they do not go together.
fn both_folders(old: &Path, new: &Path, terminal: &mut Terminal) -> Option<bool> {
    let mut folders = Vec::new();
    for path in [old, new] {
        match std::fs::metadata(path) {
            Ok(metadata) => folders.push(metadata.is_dir()),
            Err(error) => {
                let shown = place::shown(&terminal.folder, path);
                terminal.trouble(input::unreadable(&shown, &error));
            }
        }
    }
    let [old, new] = folders[..] else {
        return None;
    };
    if old != new {
        let message = "a file and a folder cannot be compared: name two files or two folders";
        terminal.trouble(Trouble::new(message));
        return None;
    }
    Some(old)
}

fn prepare(target: &Target, before: &Path, reference: &str) -> Result<Option<Prepared>, Trouble> {
    let input = input::read(&target.file, &target.shown)?;
    let base = if before.exists() {
        let shown = format!("{reference} (old) {}", target.path);
        let old = input::read(before, &shown)?;
        if old.bytes == input.bytes {
            return Ok(None);
        }
        Comparison::Production(Arc::new(BaseSide::new(Arc::new(production(
            &old, target, reference,
        )))))
    } else {
        Comparison::AllNew
    };
    Ok(Some(Prepared {
        input,
        base,
        version: target.settings.version.clone(),
        branch: None,
    }))
}

fn production(old: &Input, target: &Target, reference: &str) -> Production {
    Production {
        commit: String::new(),
        reference: reference.to_owned(),
        blob: String::new(),
        path: target.path.clone(),
        text: old.text.replace("\r\n", "\n").into(),
    }
}
