//! Every state that a repository can be in, made with the real git.

#[path = "../../../tests/support/git.rs"]
pub(super) mod git;

mod bases;
mod history;
mod refs;
mod states;
mod versions;

use git::TestRepo;

use super::{Base, BaseCommit, BaseError, Inactive, NotComparable, Production, Repository, Scope};
use crate::config::Settings;
use std::path::Path;
use std::sync::Arc;

/// Production (`main`, tag `v1.2.0`) and the branch `hotfix/v1.2.1`, which is checked out.
fn hotfix_repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("app.py", "def run():\n    return 1\n");
    repo.commit("Ship the app");
    repo.git(&["tag", "v1.2.0"]);
    repo.branch("hotfix/v1.2.1");
    repo
}

#[track_caller]
fn open(path: &Path) -> Repository {
    Repository::discover(path).expect("a repository")
}

/// The scope by the default settings.
fn scope(path: &Path) -> Result<Scope, BaseError> {
    Repository::discover(path)?.scope(&Settings::default(), None)
}

#[track_caller]
fn judged(scope: Result<Scope, BaseError>) -> Arc<BaseCommit> {
    match scope {
        Ok(Scope::Judged(base)) => base,
        other => panic!("not judged: {other:?}"),
    }
}

#[track_caller]
fn inactive(scope: Result<Scope, BaseError>) -> Inactive {
    match scope {
        Ok(Scope::Inactive(reason)) => reason,
        other => panic!("not inactive: {other:?}"),
    }
}

/// What the file is compared with, by the default settings.
#[track_caller]
fn base_of(file: &Path) -> Base {
    let repository = open(file);
    let scope = repository
        .scope(&Settings::default(), None)
        .expect("a scope");
    repository.base_for(&scope, file)
}

#[track_caller]
fn production(file: &Path) -> Arc<Production> {
    match base_of(file) {
        Base::Production(production) => production,
        other => panic!("not production: {other:?}"),
    }
}

#[track_caller]
fn refused(file: &Path) -> NotComparable {
    match base_of(file) {
        Base::NotComparable(reason) => reason,
        other => panic!("comparable: {other:?}"),
    }
}
