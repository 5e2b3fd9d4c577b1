//! Changed files that are not open: judged one by one, whenever nothing else is to do.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::background::Background;
use super::base::FileBase;
use super::event::{Publication, Published, Target};
use super::worker;
use crate::checklist::items::Found;
use crate::rules::Severity;
use crate::syntax::{Cancel, Cancelled};
use crate::text::read_regular;
use crate::vcs::LIMIT_BYTES;

/// Which files are to be judged, and for which the client shows something.
#[derive(Default)]
pub(super) struct Files {
    waiting: VecDeque<(PathBuf, PathBuf)>,
    shown: HashMap<PathBuf, HashSet<PathBuf>>,
    /// What the rules found, by repository and file.
    found: HashMap<PathBuf, HashMap<PathBuf, Vec<Found>>>,
    cancel: Cancel,
}

impl Files {
    /// Lists the changed files of every repository and removes what is shown for others.
    pub fn list(&mut self, background: &mut Background<'_>, cancel: Cancel) {
        self.cancel = cancel;
        self.waiting.clear();
        let roots: Vec<PathBuf> = background.repositories.keys().cloned().collect();
        for root in &roots {
            let known = background.repositories.get_mut(root);
            let listed = known.map(|known| known.changed_files(&self.cancel));
            let (changed, is_new) = match listed.transpose() {
                Ok(listed) => listed.unwrap_or_default(),
                Err(error) => {
                    background.shared.alert(&error.to_string());
                    (Vec::new(), false)
                }
            };
            // The size may have changed even where the rest has not.
            background.announce(root);
            if is_new {
                background.resolve_documents(Some(root));
            }
            let shown = self.shown.entry(root.clone()).or_default();
            let gone: Vec<PathBuf> = shown
                .iter()
                .filter(|path| !changed.contains(path))
                .cloned()
                .collect();
            for path in gone {
                shown.remove(&path);
                publish(background, &path, Vec::new(), None);
            }
            self.waiting
                .extend(changed.into_iter().map(|path| (root.clone(), path)));
        }
        for root in &roots {
            self.tell_if_done(background, root);
        }
        let known = |root: &PathBuf| background.repositories.contains_key(root);
        self.found.retain(|root, _| known(root));
        for (root, files) in &mut self.found {
            let waits = |path: &PathBuf| self.waiting.contains(&(root.clone(), path.clone()));
            files.retain(|path, _| waits(path));
        }
        if self.waiting.is_empty() {
            background.look_at_branches(&self.found);
        } else {
            background.shared.queue.more_files();
        }
    }

    /// Tells the client when the changed files of a repository have all been judged once.
    fn tell_if_done(&self, background: &Background<'_>, root: &Path) {
        if self.waiting.iter().any(|(of, _)| of == root) {
            return;
        }
        let is_new = background.shared.lock().unjudged.remove(root);
        if is_new {
            background.shared.tell_status(root);
        }
    }

    /// Judges one waiting file; it waits again if `cancel` stops that.
    pub fn judge_next(&mut self, background: &mut Background<'_>, cancel: &Cancel) {
        let Some((root, path)) = self.waiting.pop_front() else {
            return;
        };
        let is_open = background.shared.lock().is_open(&path);
        if !is_open && self.judge(background, &root, &path, cancel).is_err() {
            self.waiting.push_front((root.clone(), path));
        }
        self.tell_if_done(background, &root);
        if self.cancel.is_cancelled() {
            return;
        }
        if self.waiting.is_empty() {
            background.look_at_branches(&self.found);
        } else {
            background.shared.queue.more_files();
        }
    }

    fn judge(
        &mut self,
        background: &mut Background<'_>,
        root: &Path,
        path: &Path,
        cancel: &Cancel,
    ) -> Result<(), Cancelled> {
        let base = background.base_of(root, path);
        let shown = self.shown.entry(root.to_owned()).or_default();
        let FileBase::Ready(mut ready) = base else {
            if shown.remove(path) {
                publish(background, path, Vec::new(), None);
            }
            return Ok(());
        };
        let is_gone = path.symlink_metadata();
        let is_gone = is_gone.is_err_and(|error| error.kind() == ErrorKind::NotFound);
        if is_gone {
            ready = Arc::new(ready.without_file());
        }
        let text = if is_gone {
            Some(String::new())
        } else {
            read(path)
        };
        let Some(text) = text else {
            return Ok(());
        };
        let encoding = background.shared.lock().encoding;
        let findings = worker::judge_file(&ready, &text, cancel, encoding)?;
        let of_root = self.found.entry(root.to_owned()).or_default();
        of_root.insert(path.to_owned(), found(&ready.path, &findings));
        let was_shown = if findings.is_empty() {
            shown.remove(path)
        } else {
            shown.insert(path.to_owned());
            true
        };
        if was_shown {
            publish(background, path, findings, Some(&ready));
        }
        Ok(())
    }
}

/// What the checklist needs of `findings`.
fn found(path: &str, findings: &[Published]) -> Vec<Found> {
    let one = |it: &Published| Found {
        rule: it.finding.rule.to_owned(),
        path: path.to_owned(),
        line: it.range.start.line as usize + 1,
        is_serious: it.finding.severity != Severity::Hint,
    };
    findings.iter().map(one).collect()
}

/// The file's text without its byte order mark, as an editor would show it.
pub(super) fn read(path: &Path) -> Option<String> {
    let about = std::fs::metadata(path).ok()?;
    if !about.is_file() {
        // A link to a named pipe would hold this thread until somebody writes into it.
        return None;
    }
    let size = about.len();
    if LIMIT_BYTES < size {
        tracing::warn!(path = %path.display(), size, "this changed file is too large to be judged");
        return None;
    }
    let text = String::from_utf8(read_regular(path, LIMIT_BYTES).ok()?).ok()?;
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Some(rest.to_owned()),
        None => Some(text),
    }
}

fn publish(
    background: &Background<'_>,
    path: &Path,
    findings: Vec<Published>,
    ready: Option<&super::base::Ready>,
) {
    let path = background.shared.lock().spelled(path);
    let publication = Publication {
        target: Target::File(path),
        version: None,
        incarnation: 0,
        findings,
    };
    worker::publish(background.shared, publication, ready);
}
