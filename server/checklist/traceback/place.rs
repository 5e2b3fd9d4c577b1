//! Frames → lines of this repository.

use std::path::Path;

use super::{Frame, Traceback};
use crate::syntax::{Outline, Source};

/// A frame that lies in this repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The path relative to the repository, with `/`.
    pub path: String,
    /// The line, counted from 1, where the code stands now.
    pub line: usize,
    /// The function; empty in the body of a module.
    pub function: String,
    /// The code of the line as the file has it now.
    pub code: String,
    /// What of the traceback is otherwise here: the running version is not this one.
    pub differs: Differs,
}

/// What the traceback says otherwise of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Differs {
    /// Nothing.
    No,
    /// The same code stands in another line of the file; the line that the traceback names.
    Line(usize),
    /// The line has other code, and the traceback's is nowhere in the file.
    Code,
}

/// Folders below which nothing is the project's own code.
const LIBRARIES: [&str; 3] = ["site-packages", "dist-packages", "frozen"];

/// The frames that lie in the repository at `root`, for each exception, the innermost last. Reads
/// the disk.
#[must_use]
pub fn locate(root: &Path, traceback: &Traceback) -> Vec<Vec<Located>> {
    let frames = |raised: &super::Raised| {
        let located = raised.frames.iter().filter_map(|frame| one(root, frame));
        located.collect()
    };
    traceback.raised.iter().map(frames).collect()
}

fn one(root: &Path, frame: &Frame) -> Option<Located> {
    let path = find(root, &frame.file)?;
    let bytes = crate::text::read_regular(&root.join(&path), crate::vcs::LIMIT_BYTES).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let lines: Vec<&str> = text.lines().collect();
    let index = frame.line.checked_sub(1)?;
    let here = lines.get(index).map_or("", |line| line.trim());
    let (index, code, differs) = match &frame.code {
        Some(code) if !same(here, code) => match nearest(&lines, index, code) {
            Some(at) => (at, lines[at].trim(), Differs::Line(frame.line)),
            None => (index, here, Differs::Code),
        },
        _ => (index, here, Differs::No),
    };
    if code.is_empty() {
        return None;
    }
    Some(Located {
        path,
        line: index + 1,
        function: function(frame, &text, index),
        code: code.to_owned(),
        differs,
    })
}

/// The function that the traceback names. In pytest's own layout it names none; there it is the
/// one that holds the line `index` of `text`, counted from 0.
fn function(frame: &Frame, text: &str, index: usize) -> String {
    if !frame.function.is_empty() {
        return frame.function.clone();
    }
    let mut lines = text.split_inclusive('\n');
    let start: usize = lines.by_ref().take(index).map(str::len).sum();
    let line = lines.next().unwrap_or_default();
    let at = start + line.len() - line.trim_start().len();
    let outline = Outline::new(&Source::parse(text));
    outline.enclosing(at).name.clone()
}

fn same(here: &str, printed: &str) -> bool {
    // Some tools cut long lines.
    let printed = printed.trim().trim_end_matches('…').trim_end_matches("...");
    !printed.is_empty() && here.starts_with(printed)
}

/// The line nearest to `index` that says `code`.
fn nearest(lines: &[&str], index: usize, code: &str) -> Option<usize> {
    let says = |&at: &usize| lines.get(at).is_some_and(|line| same(line.trim(), code));
    (0..lines.len())
        .filter(says)
        .min_by_key(|at| at.abs_diff(index))
}

/// The longest end of `file` that is a file of the repository: a server keeps the project
/// elsewhere.
fn find(root: &Path, file: &str) -> Option<String> {
    let file = file.replace('\\', "/");
    let parts: Vec<&str> = file
        .split('/')
        .filter(|it| !it.is_empty() && *it != ".")
        .collect();
    if parts.contains(&"..") || file.starts_with('<') {
        return None;
    }
    let library = parts.iter().rposition(|part| LIBRARIES.contains(part));
    let interpreter = parts.iter().rposition(|part| {
        let version = part
            .strip_prefix("python")
            .or_else(|| part.strip_prefix("Python"));
        version.is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()))
    });
    // An installed project lies among the libraries, by the path of its package.
    let first = library.map_or(0, |at| at + 1);
    if library.is_none() && interpreter.is_some() {
        return None;
    }
    let installed = library.is_some();
    for start in first..parts.len() {
        let end = parts[start..].join("/");
        let name_alone = start + 1 == parts.len() && start != 0;
        // `utils.py` alone says nothing about which one, unless it lies right in the project.
        if name_alone && (installed || !is_root(root, &parts[..start])) {
            break;
        }
        for place in [end.clone(), format!("src/{end}")] {
            if root.join(&place).is_file() {
                return Some(place);
            }
        }
        if installed {
            break;
        }
    }
    None
}

/// Whether the folders above a file end with the repository's own name, or with a usual place of
/// a deployed project.
fn is_root(root: &Path, above: &[&str]) -> bool {
    let name = root.file_name().and_then(|name| name.to_str());
    let usual = ["app", "code", "src", "workspace", "repo", "project"];
    above
        .last()
        .is_some_and(|last| Some(*last) == name || usual.contains(last))
}
