//! Which ref is production, and where it meets HEAD.

use super::*;

fn reference(repo: &TestRepo) -> String {
    judged(scope(repo.root())).reference.clone()
}

fn with_production(names: &[&str]) -> Settings {
    Settings {
        production: names.iter().map(|&name| name.to_owned()).collect(),
        ..Settings::default()
    }
}

#[test]
fn the_head_of_origin_comes_before_the_usual_names() {
    let repo = hotfix_repo();
    repo.git(&["branch", "production", "main"]);
    repo.git(&["branch", "stable", "main"]);
    repo.switch("stable");
    let clone = repo.cloned(&[]);
    clone.branch("hotfix/v1.2.1");
    assert_eq!(reference(&clone), "origin/stable");
}

#[test]
fn a_remote_branch_comes_before_a_local_one_which_may_be_stale() {
    let repo = hotfix_repo();
    repo.switch("main");
    let clone = repo.cloned(&[]);
    clone.git(&["remote", "set-head", "origin", "--delete"]);
    clone.branch("hotfix/v1.2.1");
    assert_eq!(reference(&clone), "origin/main");
    clone.git(&["remote", "remove", "origin"]);
    assert_eq!(reference(&clone), "main");
}

#[test]
fn production_comes_before_main_and_main_before_master() {
    let repo = hotfix_repo();
    repo.git(&["branch", "master", "main"]);
    assert_eq!(reference(&repo), "main");
    repo.git(&["branch", "production", "main"]);
    assert_eq!(reference(&repo), "production");
}

#[test]
fn the_current_branch_is_never_its_own_production() {
    let repo = hotfix_repo();
    let clone = repo.cloned(&[]);
    clone.git(&["branch", "main", "origin/main"]);
    // The clone's origin/HEAD is the hotfix branch itself.
    assert_eq!(reference(&clone), "origin/main");
}

#[test]
fn without_a_branch_the_newest_release_tag_of_the_history_is_production() {
    let repo = hotfix_repo();
    repo.commit("More");
    repo.git(&["tag", "nightly"]);
    repo.git(&["tag", "v1.2.0rc9"]);
    repo.commit("Fix");
    repo.git(&["branch", "--delete", "--force", "main"]);
    assert_eq!(reference(&repo), "v1.2.0");
}

#[test]
fn the_tag_of_the_finished_hotfix_is_not_its_production() {
    let repo = hotfix_repo();
    repo.commit("Fix");
    repo.git(&["tag", "v1.2.1"]);
    repo.git(&["branch", "--delete", "--force", "main"]);
    assert_eq!(reference(&repo), "v1.2.0");
}

#[test]
fn a_tag_with_a_message_counts_as_its_commit() {
    let repo = hotfix_repo();
    repo.commit("More");
    repo.git(&["tag", "--annotate", "--message=x", "v1.2.0.1"]);
    repo.commit("Fix");
    repo.git(&["branch", "--delete", "--force", "main"]);
    assert_eq!(reference(&repo), "v1.2.0.1");
}

#[test]
fn nothing_that_could_be_production_is_an_error() {
    let repo = hotfix_repo();
    repo.git(&["branch", "--delete", "--force", "main"]);
    repo.git(&["tag", "--delete", "v1.2.0"]);
    let error = scope(repo.root()).expect_err("no production");
    assert!(matches!(error, BaseError::NoProduction { .. }), "{error:?}");
}

#[test]
fn the_first_configured_ref_that_exists_is_production() {
    let repo = hotfix_repo();
    let settings = with_production(&["live", "v1.2.0", "main"]);
    let base = judged(open(repo.root()).scope(&settings, None));
    assert_eq!(base.reference, "v1.2.0");
}

#[test]
fn a_configured_name_means_the_branch_of_the_team() {
    let repo = hotfix_repo();
    let clone = repo.cloned(&[]);
    clone.git(&["branch", "main", "origin/main"]);
    let base = judged(open(clone.root()).scope(&with_production(&["main"]), None));
    assert_eq!(base.reference, "origin/main");
}

#[test]
fn configured_refs_that_do_not_exist_never_fall_back_in_silence() {
    let repo = hotfix_repo();
    let error = open(repo.root()).scope(&with_production(&["live", "prod"]), None);
    let names = "live, prod".to_owned();
    assert_eq!(error.err(), Some(BaseError::UnknownProduction { names }));
}

#[test]
fn a_ref_that_the_user_misspells_is_named() {
    let repo = hotfix_repo();
    let error = open(repo.root()).scope(&Settings::default(), Some("mian"));
    let name = "mian".to_owned();
    assert_eq!(error.err(), Some(BaseError::UnknownReference { name }));
}

#[test]
fn a_file_is_no_base() {
    let repo = hotfix_repo();
    let error = open(repo.root()).scope(&Settings::default(), Some("HEAD:app.py"));
    assert!(
        matches!(error, Err(BaseError::NotACommit { .. })),
        "{error:?}"
    );
}

#[test]
fn a_branch_that_only_the_remote_has_can_be_asked_for() {
    let repo = hotfix_repo();
    repo.git(&["branch", "live", "main"]);
    let clone = repo.cloned(&[]);
    let base = judged(open(clone.root()).scope(&Settings::default(), Some("live")));
    assert_eq!(base.reference, "origin/live");
}

#[test]
fn a_hotfix_cut_from_a_tag_is_compared_with_that_tag_though_main_moved_on() {
    let repo = hotfix_repo();
    let tag = repo.git(&["rev-parse", "v1.2.0"]);
    repo.commit("Fix");
    repo.switch("main");
    repo.write("app.py", "def run():\n    return 99\n");
    repo.commit("Go on");
    repo.switch("hotfix/v1.2.1");
    assert_eq!(judged(scope(repo.root())).commit, tag);
}

#[test]
fn histories_that_never_meet_have_no_base() {
    let repo = hotfix_repo();
    repo.git(&["switch", "--quiet", "--orphan", "hotfix/other"]);
    repo.commit("Start again");
    let reference = "main".to_owned();
    assert_eq!(
        scope(repo.root()).err(),
        Some(BaseError::NoCommonAncestor { reference })
    );
}

#[test]
fn the_fingerprint_changes_when_head_or_production_moves() {
    let repo = hotfix_repo();
    let repository = open(repo.root());
    let print = || {
        repository
            .fingerprint(&Settings::default(), None)
            .expect("a fingerprint")
    };
    let start = print();
    assert_eq!(start, print());
    repo.commit("Fix");
    let fixed = print();
    assert_ne!(start, fixed);
    repo.git(&["branch", "--force", "main", "HEAD"]);
    assert_ne!(fixed, print());
}

#[test]
fn the_fingerprint_changes_with_a_tag_only_where_tags_decide() {
    let repo = hotfix_repo();
    let repository = open(repo.root());
    let print = || {
        repository
            .fingerprint(&Settings::default(), None)
            .expect("a fingerprint")
    };
    let start = print();
    repo.git(&["tag", "v2"]);
    assert_eq!(start, print());
    repo.git(&["branch", "--delete", "--force", "main"]);
    let tags = print();
    repo.git(&["tag", "v3"]);
    assert_ne!(tags, print());
}
