//! From a path to its repository, and from a repository to a path.

use std::path::{Component, Path, PathBuf};
use std::sync::Once;

use super::error::BaseError;

/// Opens the repository that lies around `path`, which need not exist yet.
pub(super) fn discover(path: &Path) -> Result<git2::Repository, BaseError> {
    set_up();
    let not_found = || BaseError::NotARepository {
        path: path.to_path_buf(),
    };
    let real = canonical(path);
    let start = if real.is_dir() {
        real.as_path()
    } else {
        nearest_folder(&real).ok_or_else(not_found)?
    };
    let none: [&Path; 0] = [];
    let git_dir = git2::Repository::discover_path(start, none).map_err(|error| {
        if error.code() == git2::ErrorCode::NotFound {
            not_found()
        } else {
            explain(&error, start, start)
        }
    })?;
    // Opened from here and not by its git folder: one that lies elsewhere does not know where its
    // work tree is.
    let none: [&Path; 0] = [];
    let flags = git2::RepositoryOpenFlags::empty();
    let git = git2::Repository::open_ext(start, flags, none)
        .map_err(|error| explain(&error, &git_dir, start))?;
    if git.is_bare() {
        return Err(BaseError::Bare { path: git_dir });
    }
    Ok(git)
}

/// Opens a work tree or git folder again, with the reason in git's terms when that is refused.
pub(super) fn open(git_dir: &Path, inside: &Path) -> Result<git2::Repository, BaseError> {
    git2::Repository::open(git_dir).map_err(|error| explain(&error, git_dir, inside))
}

/// Sets libgit2 up, once.
///
/// It refuses clones that older versions of git marked with `extensions.partialClone`. All that the
/// mark says is that objects may be missing, and every reader here expects that.
///
/// It hashes every object that it reads, which takes longer than reading it; git itself does not.
/// What a damaged disk does to an object, the checksum of its compression finds.
fn set_up() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        git2::opts::strict_hash_verification(false);
        #[expect(
            unsafe_code,
            reason = "libgit2 offers no other way to name an extension"
        )]
        // SAFETY: libgit2 keeps its list in an unguarded static. Nothing else in this program
        // writes it, and every repository is opened through `discover` first, after this.
        if let Err(error) = unsafe { git2::opts::set_extensions(&["partialclone"]) } {
            tracing::warn!("partial clones of old versions of git stay unreadable: {error}");
        }
    });
}

fn explain(error: &git2::Error, git_dir: &Path, inside: &Path) -> BaseError {
    if error.code() == git2::ErrorCode::Owner {
        return BaseError::ForeignOwner {
            path: trusted_folder(git_dir, inside),
        };
    }
    // The format is read from the configuration, because libgit2's messages may change.
    let common = std::fs::read_to_string(git_dir.join("commondir"))
        .map_or_else(|_| git_dir.to_path_buf(), |dir| git_dir.join(dir.trim()));
    let config = git2::Config::open(&common.join("config"));
    let value = |key: &str| {
        let config = config.as_ref().ok()?;
        config.get_string(key).ok().map(|text| text.to_lowercase())
    };
    let is = |key: &str, format: &str| value(key).is_some_and(|text| text.starts_with(format));
    if is("extensions.objectformat", "sha256") {
        BaseError::Sha256
    } else if is("extensions.refstorage", "reftable") {
        BaseError::Reftable
    } else if error.message().contains("extension") || error.message().contains("version") {
        BaseError::UnsupportedFormat {
            message: error.message().trim_end_matches('.').to_owned(),
        }
    } else {
        BaseError::from(git2::Error::from_str(error.message()))
    }
}

/// The folder that `safe.directory` wants: the work tree's root, or the git folder of a bare one.
fn trusted_folder(git_dir: &Path, inside: &Path) -> PathBuf {
    let root = inside.ancestors().find(|dir| dir.join(".git").exists());
    root.unwrap_or(git_dir).to_path_buf()
}

/// The path with every symbolic link of its *folder* resolved. The last component stays, so that a
/// link can be told from the file it points to, and so that a new file has a path as well.
pub(super) fn canonical(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        // The root, or a path that ends in `..`; where that does not exist it takes one name off.
        let above = || Some(canonical(absolute.parent()?.parent()?));
        return absolute
            .canonicalize()
            .ok()
            .or_else(above)
            .unwrap_or(absolute);
    };
    match parent.canonicalize() {
        Ok(parent) => parent.join(name),
        Err(_) => canonical(parent).join(name),
    }
}

fn nearest_folder(path: &Path) -> Option<&Path> {
    path.ancestors().skip(1).find(|folder| folder.is_dir())
}

/// `file` relative to `root` with `/`; none when it lies elsewhere or in the folder `.git`.
pub(super) fn relative(root: &Path, file: &Path) -> Option<String> {
    let real = canonical(file);
    let mut parts = Vec::new();
    for part in real.strip_prefix(root).ok()?.components() {
        let Component::Normal(name) = part else {
            return None;
        };
        parts.push(name.to_str()?.to_owned());
    }
    let first = parts.first()?;
    (!first.eq_ignore_ascii_case(".git")).then(|| parts.join("/"))
}
