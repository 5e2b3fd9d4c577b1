//! Small changes that must flip a rule's verdict. `tests/mutants/README.md` explains the format.

use std::path::Path;
use std::sync::Arc;

use hotfix_ls::analysis::{BaseSide, Comparison, Snapshot, analyse};
use hotfix_ls::config::Settings;
use hotfix_ls::rules::{Group, RULES};
use hotfix_ls::syntax::{Cancel, Source};
use hotfix_ls::vcs::Production;
use libtest_mimic::{Arguments, Failed, Trial};

/// A text and the changes that must flip its verdict.
#[derive(Debug, Clone, Default)]
struct Case {
    title: String,
    fires: bool,
    path: String,
    text: String,
    production: Option<String>,
    mutants: Vec<Mutant>,
}

/// One change of the text.
#[derive(Debug, Clone)]
struct Mutant {
    name: String,
    from: String,
    to: String,
}

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants");
    let mut trials = Vec::new();
    for meta in RULES.iter().map(|rule| rule.meta()) {
        let rule = meta.name;
        let path = folder.join(format!("{rule}.md"));
        let cases = std::fs::read_to_string(&path).map(|text| read(&text));
        let count: usize = cases.iter().flatten().map(|one| one.mutants.len()).sum();
        // What a hotfix may contain, and its way back, compare whole files: no guard decides there.
        let guarded = !matches!(meta.group, Group::Scope | Group::Rollback);
        trials.push(Trial::test(
            format!("{rule}: three mutants at least"),
            move || {
                if guarded && count < 3 {
                    return Err(Failed::from(format!("{count} mutants")));
                }
                Ok(())
            },
        ));
        for case in cases.into_iter().flatten() {
            push(rule, &case, &mut trials);
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn push(rule: &'static str, case: &Case, trials: &mut Vec<Trial>) {
    let own = case.clone();
    trials.push(Trial::test(format!("{rule}: {}", case.title), move || {
        expect(rule, &own, &own.text, own.fires)
    }));
    for mutant in case.mutants.clone() {
        let case = case.clone();
        let name = format!("{rule}: {}: {}", case.title, mutant.name);
        trials.push(Trial::test(name, move || {
            if !case.text.contains(&mutant.from) {
                return Err(Failed::from(format!(
                    "{:?} is not in the text",
                    mutant.from
                )));
            }
            let text = case.text.replace(&mutant.from, &mutant.to);
            expect(rule, &case, &text, !case.fires)
        }));
    }
}

/// Whether the rule fires on the text as it should.
fn expect(rule: &str, case: &Case, text: &str, fires: bool) -> Result<(), Failed> {
    let settings = Arc::new(Settings::default());
    let snapshot = Snapshot {
        path: case.path.clone(),
        is_test: settings.is_test(&case.path),
        head: Source::parse(text),
        base: case
            .production
            .as_deref()
            .map_or(Comparison::AllNew, production),
        settings,
        version: Some("v1.2.1".to_owned()),
        branch: None,
        cancel: Cancel::default(),
    };
    if snapshot.head.root().has_error() {
        return Err(Failed::from(format!("does not parse:\n{text}")));
    }
    let report = analyse(&snapshot).map_err(|_| Failed::from("cancelled"))?;
    let found: Vec<_> = report
        .findings
        .iter()
        .filter(|one| one.rule == rule)
        .map(|one| one.message.as_str())
        .collect();
    if found.is_empty() != fires {
        return Ok(());
    }
    Err(Failed::from(if fires {
        format!("silent:\n{text}")
    } else {
        format!("{found:?}:\n{text}")
    }))
}

fn production(text: &str) -> Comparison {
    Comparison::Production(Arc::new(BaseSide::new(Arc::new(Production {
        commit: "0".repeat(40),
        reference: "v1.2.0".to_owned(),
        blob: String::new(),
        path: "shop/orders.py".to_owned(),
        text: text.into(),
    }))))
}

/// All cases of a file. Panics where it is not in the format: that is a mistake in the test.
fn read(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case {
                title: title.to_owned(),
                fires: title.starts_with("Fires"),
                path: "shop/orders.py".to_owned(),
                ..Case::default()
            });
        } else if let Some(fence) = line.strip_prefix("```python") {
            let body: String = lines
                .by_ref()
                .take_while(|line| *line != "```")
                .flat_map(|line| [line, "\n"])
                .collect();
            let case = cases.last_mut().expect("a block stands below a heading");
            for word in fence.split_whitespace() {
                if let Some(path) = word.strip_prefix("path=") {
                    path.clone_into(&mut case.path);
                }
            }
            if fence.contains("production") {
                case.production = Some(body);
            } else {
                case.text = body;
            }
        } else if let Some(one) = line.strip_prefix("- ") {
            let case = cases.last_mut().expect("a mutant stands below a text");
            case.mutants.push(mutant(one));
        }
    }
    cases
}

fn mutant(line: &str) -> Mutant {
    let parts: Vec<&str> = line.split('`').collect();
    let [name, from, _, to, _] = parts.as_slice() else {
        panic!("a mutant is `- name: `old` → `new``, not {line}");
    };
    Mutant {
        name: name.trim_end_matches([':', ' ']).to_owned(),
        from: from.replace("\\n", "\n"),
        to: to.replace("\\n", "\n"),
    }
}
