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
fn a_group_is_told_by_what_is_in_it() {
    let repo = hotfix_repo();
    let frame = "File \"/srv/app/shop.py\", line 2, in total\n    |     return 1\n";
    let group = format!(
        "  + Exception Group Traceback (most recent call last):
  |   File \"/srv/app/main.py\", line 3, in <module>
  |     asyncio.run(main())
  | ExceptionGroup: two tasks failed (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   {frame}    | KeyError: 'id'
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   {frame}    | TypeError: no sum
    +------------------------------------
"
    );
    let outcome = run_with_stdin(repo.root(), &["start", "--traceback", "-"], &group);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let answer = "\nSeveral at once:\n\n- `KeyError: 'id'` in `shop.py:2` (`total`)\n\
                  - `TypeError: no sum` in `shop.py:2` (`total`)\n";
    assert!(text(&repo).contains(answer), "{}", text(&repo));
}

#[test]
fn a_line_that_moved_is_told_with_the_line_of_the_traceback() {
    let repo = hotfix_repo();
    let frame = |line: usize, code: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"/srv/app/shop.py\", line {line}, in total\n    \
             {code}\nKeyError: 'id'\n"
        )
    };
    let told = |text: String| {
        repo.write("log.txt", text);
        run(repo.root(), &["start", "--traceback", "log.txt"]);
        let record = self::text(&repo);
        let line = record.lines().find(|line| line.starts_with("- `shop.py"));
        line.expect("the frame").to_owned()
    };
    assert_eq!(
        told(frame(1, "return 1")),
        "- `shop.py:2` (`total`): `return 1` (line 1 in the traceback: another version was running)"
    );
    assert_eq!(
        told(frame(2, "return order.sum")),
        "- `shop.py:2` (`total`): `return 1` (the traceback shows other code at this line: another \
         version was running)"
    );
    assert_eq!(
        told(frame(2, "return 1")),
        "- `shop.py:2` (`total`): `return 1`"
    );
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

#[test]
fn a_traceback_file_that_is_not_there_is_named() {
    let repo = hotfix_repo();
    run(repo.root(), &["start", "--traceback", "trace.txt"]).tells(
        2,
        "error: trace.txt: no such file: check the spelling, or use `-` to paste the traceback\n",
    );
    assert!(!repo.path(".hotfix").exists());
}

/// `python app.py 2> log.txt` in an older PowerShell.
#[test]
fn a_log_in_utf_16_is_read() {
    let repo = hotfix_repo();
    for (mark, unit) in [
        ([0xFF, 0xFE], u16::to_le_bytes as fn(u16) -> [u8; 2]),
        ([0xFE, 0xFF], u16::to_be_bytes),
    ] {
        let log = "Traceback (most recent call last):\r\n  File \"shop.py\", line 2, in total\r\n    return 1\r\nKeyError: 'id'\r\n";
        let wide = log.encode_utf16().flat_map(unit);
        repo.write("log.txt", mark.into_iter().chain(wide).collect::<Vec<u8>>());
        let outcome = run(repo.root(), &["start", "--traceback", "log.txt"]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(text(&repo).contains("- `shop.py:2` (`total`): `return 1`\n"));
        repo.delete(RECORD);
    }
}

#[test]
fn the_function_that_pytest_does_not_print_is_read_from_the_file() {
    let repo = hotfix_repo();
    let pytest =
        "    def total(order):\n>       return 1\nE       KeyError: 'id'\n\nshop.py:2: KeyError\n";
    run_with_stdin(repo.root(), &["start", "--traceback", "-"], pytest);
    let frame = "- `shop.py:2` (`total`): `return 1`\n";
    assert!(text(&repo).contains(frame), "{}", text(&repo));
}
