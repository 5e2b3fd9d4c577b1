//! The installed git, asked with fixed options.
//!
//! The calls are plumbing that only lists. The options switch off whatever the configuration of the
//! repository could start (a file system monitor, hooks, an external diff, textconv, a fetch of
//! missing objects, a pager) and the locks that would disturb a git in another window. Clean
//! filters need more than an option: `diff-index` reads a file whose time is that of the index, and
//! reading runs the filter, so every filter that is configured is overridden with an empty command.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use git2::Oid;

use super::Untracked;

/// Options of every call.
const FIXED: [&str; 12] = [
    "--no-optional-locks",
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=keep",
    "-c",
    "protocol.allow=never",
    "-c",
    "submodule.recurse=false",
];

const DIFF: [&str; 7] = [
    "diff-index",
    "--raw",
    "-z",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=all",
];

const NEW_FILES: [&str; 4] = ["ls-files", "--others", "--exclude-standard", "-z"];

const FILTERS: [&str; 5] = [
    "config",
    "--name-only",
    "-z",
    "--get-regexp",
    r"^filter\..*\.(clean|smudge|process|required)$",
];

/// Variables that say where the user's configuration is; every other `GIT_…` is taken away, because
/// a hook that starts us sets `GIT_DIR` and `GIT_INDEX_FILE` for another purpose.
const KEPT: [&str; 4] = [
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_EXEC_PATH",
];

/// The paths that may differ from `base`.
pub(super) fn candidates(
    root: &Path,
    base: Oid,
    untracked: Untracked,
) -> io::Result<BTreeSet<String>> {
    let off = filters_off(root)?;
    // Both run at once: each walks the work tree, and one disk serves them well together.
    let new_files = match untracked {
        Untracked::Listed => Some(start(root, &off, &NEW_FILES)?),
        Untracked::LeftOut => None,
    };
    let id = base.to_string();
    let diff = output(start(root, &off, &[&DIFF[..], &[&id, "--"]].concat())?)?;
    // `:100644 100644 <old id> <new id> M` and the path take turns.
    let mut paths: BTreeSet<String> = fields(&diff).skip(1).step_by(2).collect();
    if let Some(new_files) = new_files {
        let listed = output(new_files)?;
        // A repository inside the work tree is listed as a folder.
        paths.extend(fields(&listed).filter(|path| !path.ends_with('/')));
    }
    Ok(paths)
}

/// Options that replace every configured filter by none. Git is asked for the names, because only it
/// follows all of its own ways to include one configuration file in another.
fn filters_off(root: &Path) -> io::Result<Vec<String>> {
    let listed = start(root, &[], &FILTERS)?.wait_with_output()?;
    // Git says 1 when nothing matches.
    if !matches!(listed.status.code(), Some(0 | 1)) {
        return Err(io::Error::other("git cannot list its filters"));
    }
    let mut off = Vec::new();
    for key in fields(&listed.stdout) {
        if key.contains('=') {
            return Err(io::Error::other("a filter's name cannot be overridden"));
        }
        let value = if key.ends_with(".required") {
            "false"
        } else {
            ""
        };
        off.extend(["-c".to_owned(), format!("{key}={value}")]);
    }
    Ok(off)
}

/// The program is found on the PATH; the call is not made *in* the root, so that a relative entry
/// of the PATH cannot lead to a program of the repository.
fn start(root: &Path, off: &[String], args: &[&str]) -> io::Result<Child> {
    let mut git = Command::new("git");
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("GIT_") && !KEPT.contains(&&*name) {
            git.env_remove(&*name);
        }
    }
    git.args(FIXED)
        .args(off)
        .arg("-C")
        .arg(root)
        .args(args)
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

fn output(child: Child) -> io::Result<Vec<u8>> {
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(words.trim().to_owned()))
}

/// The fields of a `-z` listing. A path that is not UTF-8 keeps its place and matches no file.
fn fields(listing: &[u8]) -> impl Iterator<Item = String> {
    listing
        .split(|&byte| byte == 0)
        .filter(|field| !field.is_empty())
        .map(|field| String::from_utf8_lossy(field).into_owned())
}
