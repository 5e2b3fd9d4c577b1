//! The hotfix's version from a real repository.

use super::*;

fn version(repo: &TestRepo, settings: &Settings) -> Option<String> {
    let repository = open(repo.root());
    let base = judged(repository.scope(settings, Some("main")));
    repository
        .version(&base, settings)
        .expect("git is readable")
}

#[test]
fn the_branch_comes_first() {
    let repo = hotfix_repo();
    let version = version(&repo, &Settings::default());
    assert_eq!(version.as_deref(), Some("v1.2.1"));
}

#[test]
fn the_newest_tag_before_the_base_counts_on() {
    let repo = hotfix_repo();
    repo.git(&["branch", "--move", "hotfix/login"]);
    let version = version(&repo, &Settings::default());
    assert_eq!(version.as_deref(), Some("v1.2.1"));
}

#[test]
fn the_setting_fills_in_where_names_say_nothing_and_comes_before_project_files() {
    let repo = hotfix_repo();
    repo.git(&["branch", "--move", "hotfix/login"]);
    repo.git(&["tag", "--delete", "v1.2.0"]);
    let mut settings = Settings {
        version: Some("7.0.1".to_owned()),
        ..Settings::default()
    };
    assert_eq!(version(&repo, &settings).as_deref(), Some("7.0.1"));
    settings.version = None;
    assert_eq!(version(&repo, &settings), None);
}

#[test]
fn project_files_are_read_as_production_has_them() {
    let repo = TestRepo::new();
    repo.write("pyproject.toml", "[project]\nversion = \"1.2.0\"\n");
    repo.commit("Start");
    repo.branch("hotfix/login");
    repo.write("pyproject.toml", "[project]\nversion = \"1.2.1\"\n");
    repo.commit("Raise the version");
    let version = version(&repo, &Settings::default());
    assert_eq!(version.as_deref(), Some("1.2.1"));
}

#[test]
fn a_package_below_src_tells_the_version() {
    let repo = TestRepo::new();
    repo.write("src/app/__init__.py", "__version__ = \"3.4.5\"\n");
    repo.commit("Start");
    repo.branch("hotfix/login");
    let version = version(&repo, &Settings::default());
    assert_eq!(version.as_deref(), Some("3.4.6"));
}
