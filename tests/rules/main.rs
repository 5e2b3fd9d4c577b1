//! Literate cases: every `tests/rules/*.md` holds what a rule fires on and what it leaves alone.
//! `tests/rules/README.md` explains the format.

mod annotation;
mod case;
mod check;
mod python;

use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut trials = Vec::new();
    for name in case::files(&folder) {
        let file = case::read(&folder.join(format!("{name}.md")));
        trials.push(balance(&name, &file));
        for one in file {
            let title = format!("{name}: {}", one.title);
            let rule = name.clone();
            trials.push(Trial::test(title, move || {
                check::check(&rule, &one).map_err(Failed::from)
            }));
        }
    }
    trials.push(Trial::test("every rule has cases", move || {
        let missing: Vec<_> = hotfix_ls::rules::RULES
            .iter()
            .map(|rule| rule.meta().name)
            .filter(|name| !folder.join(format!("{name}.md")).exists())
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Failed::from(format!("no cases for {missing:?}")))
        }
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

/// A rule that is not shown silent twice as often as firing is a rule that nobody tried to fool;
/// and a silent case without a reason proves nothing.
fn balance(name: &str, cases: &[case::Case]) -> Trial {
    let fires = cases.iter().filter(|one| one.fires).count();
    let silent = cases.len() - fires;
    let unexplained: Vec<usize> = cases
        .iter()
        .filter(|one| !one.fires && !one.says_why)
        .map(|one| one.line)
        .collect();
    Trial::test(
        format!("{name}: twice as many silent cases as firing ones, each with its reason"),
        move || {
            if fires == 0 || silent < 2 * fires {
                return Err(Failed::from(format!("{fires} firing, {silent} silent")));
            }
            if !unexplained.is_empty() {
                return Err(Failed::from(format!("no reason in lines {unexplained:?}")));
            }
            Ok(())
        },
    )
}
