//! `start`: the record of a hotfix.

use crate::{hotfix_repo, run, run_with_stdin};

const RECORD: &str = ".hotfix/hotfix/v1.2.1.md";

const TRACEBACK: &str = "2026-01-30 ERROR Traceback (most recent call last):
  File \"/srv/app/shop.py\", line 2, in total
    return order[\"sum\"]
KeyError: 'sum'
";

fn text(repo: &crate::TestRepo) -> String {
    std::fs::read_to_string(repo.path(RECORD)).expect("the record")
}

#[test]
fn a_record_is_created_with_what_is_known_and_never_overwritten() {
    let repo = hotfix_repo();
    run(repo.root(), &["start"]).tells(
        0,
        "Created .hotfix/hotfix/v1.2.1.md\n\
         Answer what you know, then see `hotfix-ls checklist`\n",
    );
    let created = text(&repo);
    let base = repo.git(&["rev-parse", "main"]);
    for line in [
        "version: v1.2.1",
        "branch: hotfix/v1.2.1",
        "base-tag: v1.2.0",
        "production: main",
        &format!("base: {base}"),
        "# Hotfix v1.2.1",
    ] {
        assert!(created.lines().any(|it| it == line), "{line}: {created}");
    }
    run(repo.root(), &["start"]).tells(
        2,
        "error: .hotfix/hotfix/v1.2.1.md: there is a record already, so nothing was written: go \
         on in it, or add a traceback with `hotfix-ls start --traceback FILE`\n",
    );
    assert_eq!(text(&repo), created);
}

#[test]
fn a_traceback_leads_to_the_failing_line_and_the_rule() {
    let repo = hotfix_repo();
    repo.switch("main");
    repo.write(
        "shop.py",
        "def total(order: dict):\n    return order[\"sum\"]\n",
    );
    repo.commit("Take the sum");
    repo.git(&["switch", "--quiet", "--force-create", "hotfix/v1.2.1"]);
    let outcome = run_with_stdin(repo.root(), &["start", "--traceback", "-"], TRACEBACK);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let created = text(&repo);
    for part in [
        "`KeyError: 'sum'` in `shop.py:2` (`total`)\n",
        "- `shop.py:2` (`total`): `return order[\"sum\"]`\n",
        "Looks like `missing-key`",
        "- `shop.py:2` `missing-key`: ",
    ] {
        assert!(created.contains(part), "{part}: {created}");
    }

    // What a person writes stays; only the traceback's own part is written anew.
    let edited = created.replace("# Hotfix v1.2.1", "# The night of the sums");
    repo.write(RECORD, &edited);
    run_with_stdin(repo.root(), &["start", "--traceback", "-"], TRACEBACK).tells(
        0,
        "The same traceback stands already in .hotfix/hotfix/v1.2.1.md\n",
    );
    assert_eq!(text(&repo), edited);
    repo.write(
        "log.txt",
        TRACEBACK.replace("KeyError: 'sum'", "TypeError: sum"),
    );
    run(repo.root(), &["start", "--traceback", "log.txt"])
        .tells(0, "Wrote the traceback into .hotfix/hotfix/v1.2.1.md\n");
    let part = |text: &str| {
        let (before, rest) = text.split_once("<!-- hotfix-ls:begin").expect("begin");
        let (_, after) = rest.split_once("hotfix-ls:end").expect("end");
        (before.to_owned(), after.to_owned())
    };
    assert_eq!(part(&text(&repo)), part(&edited));
    assert!(text(&repo).contains("`TypeError: sum`:"));
}

#[test]
fn what_is_no_traceback_writes_nothing() {
    let repo = hotfix_repo();
    run_with_stdin(
        repo.root(),
        &["start", "--traceback", "-"],
        "It is broken!\n",
    )
    .tells(
        2,
        "error: no traceback was found in it: paste all lines from `Traceback` to the name of the \
         exception\n",
    );
    assert!(!repo.path(".hotfix").exists());
}

#[test]
fn a_broken_record_is_told_with_its_line() {
    let repo = hotfix_repo();
    run(repo.root(), &["start"]);
    let broken = format!("{}\n<!-- hotfix-ls:begin proof -->\n", text(&repo));
    repo.write(RECORD, &broken);
    let outcome = run_with_stdin(repo.root(), &["start", "--traceback", "-"], TRACEBACK);
    let line = broken.lines().count();
    outcome.tells(
        2,
        &format!(
            "error: {RECORD}: line {line}: `proof` begins here and has no end: add \
             `<!-- hotfix-ls:end proof -->` below it\n"
        ),
    );
    assert_eq!(text(&repo), broken);
}
