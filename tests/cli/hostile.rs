//! What a repository that means harm can put into names and texts.

use crate::{command, hotfix_repo, run};

/// Clears the screen of whoever prints it.
const ORDER: &str = "\u{1b}[2J";

#[test]
fn no_name_and_no_text_gives_orders_to_the_terminal() {
    let repo = hotfix_repo();
    let name = format!("a{ORDER}\nb.py");
    let text = format!("def f(event):\n    print('x{ORDER}')\n    return event['{ORDER}']\n");
    repo.write(&name, &text);
    repo.write(&format!("bad{ORDER}.py"), "x = (\n");
    let verbs: [&[&str]; 4] = [
        &["check"],
        &["check", "--format", "concise"],
        &["check", "--format", "json"],
        &["fix", "--diff", "--unsafe"],
    ];
    for arguments in verbs {
        let output = command(repo.root())
            .args(arguments)
            .env("CLICOLOR_FORCE", "1")
            .output()
            .expect("the binary runs");
        let shown = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8(shown).expect("UTF-8");
        assert!(!shown.contains(ORDER), "{arguments:?}: {shown:?}");
        assert!(shown.contains(r"[2J"), "{arguments:?}: {shown:?}");
    }
    let concise = run(repo.root(), &["check", "--format", "concise"]).stdout;
    assert!(concise.starts_with(r"a\u{1b}[2J\nb.py:1:1: "), "{concise}");
}

#[test]
fn git_takes_the_diff_of_a_file_with_odd_name_and_odd_bytes() {
    let repo = hotfix_repo();
    let name = "odd \"\n\u{1b}.py";
    repo.write(
        name,
        format!("def f():\n    x = '{ORDER}\u{9b}'\n    print(x)\n"),
    );
    repo.git(&["add", "."]);
    let diff = run(repo.root(), &["fix", "--diff"]).stdout;
    repo.write("the.patch", &diff);
    repo.git(&["apply", "the.patch"]);
    let fixed = std::fs::read_to_string(repo.path(name)).expect("the file");
    assert_eq!(fixed, format!("def f():\n    x = '{ORDER}\u{9b}'\n"));
}
