//! The installed git, asked with fixed options.
//!
//! The calls are plumbing that only lists. The options switch off whatever the configuration of the
//! repository could start (a file system monitor, hooks, an external diff, textconv, a fetch of
//! missing objects, a pager) and the locks that would disturb a git in another window. Clean
//! filters need more than an option: `diff-index` reads a file whose time is that of the index, and
//! reading runs the filter, so every filter that is configured is overridden with an empty command.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use git2::Oid;

use super::Untracked;
use super::child::Running;

/// How long one call may take. A cold disk with 100,000 files needs some ten seconds; whoever waits
/// longer than this wants to be told.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

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
    let listed = start(root, &[], &FILTERS)?.output()?;
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

fn start(root: &Path, off: &[String], args: &[&str]) -> io::Result<Running> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let mut git = Command::new(program(&paths, root).ok_or(ErrorKind::NotFound)?);
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
        // Older versions of git know only this one. It is stronger than what the repository's
        // configuration allows, and there is no protocol of this name.
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    Running::start(git, PATIENCE)
}

/// Git's program. A relative entry of the PATH, or one inside of the repository, could lead to a
/// program that the repository brings along.
fn program(paths: &OsStr, root: &Path) -> Option<PathBuf> {
    let name = format!("git{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(paths)
        .filter(|folder| folder.is_absolute())
        .filter(|folder| {
            let real = folder.canonicalize();
            !real.is_ok_and(|real| real.starts_with(root))
        })
        .map(|folder| folder.join(&name))
        .find(|program| program.is_file())
}

fn output(child: Running) -> io::Result<Vec<u8>> {
    let output = child.output()?;
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn git_is_no_program_that_the_repository_brings_along() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path().canonicalize().expect("it exists");
        let (root, system) = (folder.join("repo"), folder.join("bin"));
        for place in [&root.join("tools"), &system] {
            std::fs::create_dir_all(place).expect("a folder");
            std::fs::write(place.join("git"), "").expect("a file");
        }
        let paths = [
            Path::new("."),
            Path::new(""),
            &root.join("tools"),
            &root.join("missing"),
            &system,
        ];
        let paths = std::env::join_paths(paths).expect("a PATH");
        assert_eq!(program(&paths, &root), Some(system.join("git")));
    }
}
