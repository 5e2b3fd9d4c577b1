//! Each pattern, with real Python: the program fails as it stands, our fix is applied by the real
//! binary, and the same program works.
//!
//! `programs/NAME/program.py` is what the hotfix wrote, `check.py` beside it uses it and prints
//! `works` or ends with the error that production would see. `production.py`, where it is there, is
//! what the program is compared with; otherwise all of it is new.

mod reformat;
mod run;

use run::Scene;

/// The error that production would see, in the words of the interpreter or of `check.py`.
#[track_caller]
fn every_fix_works(program: &str, rule: &str, error: &str) {
    let scene = Scene::new(program);
    let before = scene.python();
    assert!(!before.success, "{program} works before it is fixed");
    assert!(
        before.errors.contains(error),
        "{program} does not fail with {error:?}:\n{}",
        before.errors
    );

    let mut fixes = scene.fixes(rule);
    // Going back to production is offered as well; it takes the hotfix itself away.
    fixes.retain(|fix| !fix.title.starts_with("Restore production's version"));
    assert!(!fixes.is_empty(), "{rule} offers no fix");
    for fix in fixes {
        let fixed = Scene::new(program);
        fixed.apply(&fix);
        let after = fixed.python();
        assert!(
            after.works(),
            "{:?} does not cure {program}:\n{}\n{}",
            fix.title,
            fixed.text(),
            after.errors
        );
        assert!(
            !fixed.rules().iter().any(|left| left == rule),
            "{rule} is still reported after {:?}:\n{}",
            fix.title,
            fixed.text()
        );
    }
}

#[test]
fn a_key_that_is_missing() {
    every_fix_works("missing_key", "missing-key", "KeyError: 'id'");
}

#[test]
fn a_value_that_is_none() {
    every_fix_works(
        "none_access",
        "none-access",
        "AttributeError: 'NoneType' object has no attribute 'group'",
    );
}

#[test]
fn a_wrong_type_that_is_accepted() {
    every_fix_works("unchecked_type", "unchecked-type", "accepted: '22'");
}

#[test]
fn a_server_that_hangs() {
    every_fix_works(
        "request_without_timeout",
        "request-without-timeout",
        "still waiting for a server that hangs",
    );
}

#[test]
fn an_http_error_taken_for_data() {
    every_fix_works(
        "unchecked_response",
        "unchecked-response",
        "an HTTP 500 was taken for data",
    );
}

#[test]
fn two_threads_between_check_and_act() {
    every_fix_works(
        "check_then_act",
        "check-then-act",
        "2 customers got one seat",
    );
}

#[test]
fn a_file_that_stays_open() {
    every_fix_works(
        "unclosed_resource",
        "unclosed-resource",
        "unclosed file <_io.TextIOWrapper",
    );
}

#[test]
fn what_reads_on_from_a_file_does_not_find_it_closed() {
    let scene = Scene::new("unclosed_resource_lazy");
    let before = scene.python();
    assert!(before.works(), "{}", before.errors);
    scene.fix_all();
    let after = scene.python();
    let text = scene.text();
    assert!(after.works(), "{text}\n{}", after.errors);
    assert_eq!(text.matches("with open(").count(), 4, "{text}");
}

#[test]
fn a_guard_that_the_hotfix_drops() {
    every_fix_works(
        "removed_guard",
        "removed-guard",
        "AttributeError: 'NoneType' object has no attribute 'group'",
    );
}

#[test]
fn an_error_that_hides_its_cause() {
    every_fix_works(
        "raise_without_from",
        "raise-without-from",
        "the cause is not named",
    );
}

/// What `fix` writes without being asked must run as well.
#[test]
fn the_safe_fixes_of_the_command_line() {
    let scene = Scene::new("raise_without_from");
    assert!(!scene.python().works());
    scene.fix_all();
    let after = scene.python();
    assert!(after.works(), "{}\n{}", scene.text(), after.errors);
}

#[test]
fn a_reformat_by_ruff_is_reformatting_in_every_hunk_and_nothing_else() {
    reformat::a_reformat_is_reformatting_in_every_hunk(&run::python());
}
