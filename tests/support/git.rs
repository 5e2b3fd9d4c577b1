//! Real git repositories for tests. Include it with
//! `#[path = "…/tests/support/git.rs"] mod git;`.
//!
//! Every call of git runs without the user's configuration, with a fixed author and with a clock
//! that moves one minute per call, so that commits made in a row also have times in a row.
#![allow(dead_code, reason = "each test crate uses another part of this module")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

/// A repository in a temporary folder that goes away with this value.
pub struct TestRepo {
    _dir: tempfile::TempDir,
    root: PathBuf,
}

/// The time of the first commit, in seconds since 1970.
const FIRST_COMMIT: u64 = 1_700_000_000;

static MINUTES: AtomicU64 = AtomicU64::new(0);

impl TestRepo {
    /// An empty repository whose first branch is `main`.
    pub fn new() -> Self {
        Self::with_format(&[]).expect("git init works")
    }

    /// As [`Self::new`], with more arguments of `git init`; none when the installed git does not
    /// know them.
    pub fn with_format(args: &[&str]) -> Option<Self> {
        let repo = Self::folder();
        let init = [&["init", "--quiet", "--initial-branch=main"], args, &["."]].concat();
        try_git(&repo.root, &init).ok()?;
        Some(repo)
    }

    /// A temporary folder without a repository; the folder's name holds a space.
    pub fn folder() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = dir
            .path()
            .canonicalize()
            .expect("the temporary folder exists")
            .join("work tree");
        std::fs::create_dir(&root).expect("a folder");
        Self { _dir: dir, root }
    }

    /// A clone of this repository made with more arguments of `git clone`, over `file://` so that
    /// `--depth` and `--filter` hold.
    pub fn cloned(&self, args: &[&str]) -> Self {
        let clone = Self::folder();
        let url = format!("file://{}", self.root.display());
        git(
            &clone.root,
            &[&["clone", "--quiet"], args, &[&url, "."]].concat(),
        );
        clone
    }

    /// The root of the work tree, links resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The absolute path of a file.
    pub fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    /// Runs git here, panics with its words when it fails, and gives its trimmed output.
    pub fn git(&self, args: &[&str]) -> String {
        git(&self.root, args)
    }

    /// Runs git here and gives its words when it fails.
    pub fn try_git(&self, args: &[&str]) -> Result<String, String> {
        try_git(&self.root, args)
    }

    /// Writes a file and the folders above it.
    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.path(file);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("folders can be made");
        }
        std::fs::write(path, content).expect("the file can be written");
    }

    /// Deletes a file from the work tree.
    pub fn delete(&self, file: &str) {
        std::fs::remove_file(self.path(file)).expect("the file exists");
    }

    /// Commits everything in the work tree and gives the full object id.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Makes a branch here and switches to it.
    pub fn branch(&self, name: &str) {
        self.git(&["switch", "--quiet", "--create", name]);
    }

    /// Switches to an existing branch.
    pub fn switch(&self, name: &str) {
        self.git(&["switch", "--quiet", name]);
    }
}

/// Runs git in `folder`, panics with its words when it fails, and gives its trimmed output.
pub fn git(folder: &Path, args: &[&str]) -> String {
    try_git(folder, args).unwrap_or_else(|words| panic!("git {args:?}: {words}"))
}

/// Runs git in `folder` and gives its words when it fails.
pub fn try_git(folder: &Path, args: &[&str]) -> Result<String, String> {
    let output = command(folder)
        .args(args)
        .output()
        .expect("these tests need git on the PATH");
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// Git in `folder`, without the configuration of the person who runs the tests.
pub fn command(folder: &Path) -> Command {
    let minute = MINUTES.fetch_add(1, Ordering::Relaxed);
    let date = format!("{} +0000", FIRST_COMMIT + 60 * minute);
    let mut git = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("GIT_")) {
            git.env_remove(name);
        }
    }
    git.current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_EDITOR", "true")
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.com")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.com")
        .env("GIT_AUTHOR_DATE", &date)
        .env("GIT_COMMITTER_DATE", &date)
        .args(["-c", "protocol.file.allow=always"])
        .args(["-c", "advice.detachedHead=false"])
        .args(["-c", "core.autocrlf=false"]);
    git
}
