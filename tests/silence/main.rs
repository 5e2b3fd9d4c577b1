//! What changes nothing must be silent: real code, moved, renamed and laid out otherwise, has no
//! findings but the one that says so (`refactoring`, `reformatting`). The code is the standard
//! library of the Python at hand.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use hotfix_ls::analysis::{BaseSide, Comparison, Snapshot, analyse};
use hotfix_ls::config::Settings;
use hotfix_ls::syntax::nodes::{Walk, field, walk};
use hotfix_ls::syntax::unit::binds;
use hotfix_ls::syntax::{Cancel, Facts, File, Kind, Outline, Source, Unit};
use hotfix_ls::vcs::Production;

/// Every so many files of the library are looked at; the quick sample keeps the test short.
const STEP: usize = 5;

fn library() -> Vec<PathBuf> {
    let python = std::env::var("HOTFIX_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(&python)
        .args([
            "-c",
            "import os, sys; sys.stdout.write(os.path.dirname(os.__file__))",
        ])
        .output()
        .expect("Python runs");
    let folder = String::from_utf8(output.stdout).expect("a path in UTF-8");
    let mut files = Vec::new();
    for folder in [
        folder.clone(),
        format!("{folder}/asyncio"),
        format!("{folder}/http"),
        format!("{folder}/email"),
    ] {
        let entries = std::fs::read_dir(Path::new(&folder)).expect("the library's folder");
        files.extend(
            entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| path.extension().is_some_and(|ending| ending == "py")),
        );
    }
    files.sort();
    assert!(100 < files.len(), "too few files in {folder}");
    files
}

/// Texts that have code in them and parse.
fn texts() -> impl Iterator<Item = (PathBuf, String)> {
    library().into_iter().step_by(STEP).filter_map(|path| {
        let text = std::fs::read_to_string(&path).ok()?;
        (!text.is_empty() && !Source::parse(text.as_str()).root().has_error())
            .then_some((path, text))
    })
}

fn findings(base: &str, head: &str) -> Vec<String> {
    let production = Production {
        commit: String::new(),
        reference: "production".to_owned(),
        blob: String::new(),
        path: "lib/module.py".to_owned(),
        text: base.into(),
    };
    let snapshot = Snapshot {
        path: "lib/module.py".to_owned(),
        is_test: false,
        head: Source::parse(head),
        base: Comparison::Production(Arc::new(BaseSide::new(Arc::new(production)))),
        settings: Arc::new(Settings::default()),
        version: None,
        branch: None,
        cancel: Cancel::default(),
    };
    let report = analyse(&snapshot).expect("nobody cancels");
    let lines = snapshot.head.lines();
    report
        .findings
        .iter()
        .map(|one| {
            format!(
                "{}: {} {}",
                lines.line_of(one.span.start) + 1,
                one.rule,
                one.message
            )
        })
        .collect()
}

/// For each line whether it begins inside a string.
fn lines_in_strings(source: &Source) -> Vec<bool> {
    let lines = source.lines();
    let mut inside = vec![false; lines.count()];
    walk(source.root(), &mut |node| {
        if node.kind() != "string" {
            return Walk::Into;
        }
        let span = lines.touched(node.byte_range());
        inside[span.start + 1..span.end].fill(true);
        Walk::Over
    });
    inside
}

/// Runs `change` over the library and fails if anything is found in a changed text but what says
/// so: `only` with its number of findings, or any number where that is left open.
fn silent_after(
    least: usize,
    only: Option<(&str, Option<usize>)>,
    change: impl Fn(&Source, &Outline) -> Option<String>,
) {
    let (mut changed, mut loud) = (0, Vec::new());
    for (path, text) in texts() {
        let source = Source::parse(text.as_str());
        let Some(head) = change(&source, &Outline::new(&source)) else {
            continue;
        };
        if head == text || Source::parse(head.as_str()).root().has_error() {
            continue;
        }
        changed += 1;
        let mut found = findings(&text, &head);
        // Where code went, the blank lines around it are left.
        found.retain(|one| !one.ends_with("Only blank lines change here"));
        if let Some((rule, wanted)) = only {
            let (says_so, rest): (Vec<_>, Vec<_>) = found
                .into_iter()
                .partition(|one| one.split(' ').nth(1) == Some(rule));
            if wanted.is_some_and(|wanted| wanted != says_so.len()) {
                loud.push(format!("{}: {rule}: {says_so:?}", path.display()));
            }
            found = rest;
        }
        loud.extend(found.iter().map(|one| format!("{}:{one}", path.display())));
    }
    assert!(
        least < changed,
        "only {changed} files were changed: the test says nothing"
    );
    assert!(
        loud.is_empty(),
        "{} findings:\n{}",
        loud.len(),
        loud.join("\n")
    );
}

#[test]
fn the_library_as_new_code_does_have_findings() {
    // Otherwise the other tests here could not fail.
    let rules: std::collections::HashSet<_> = texts()
        .flat_map(|(_, text)| {
            findings("\n", &text)
                .iter()
                .filter_map(|line| line.split(' ').nth(1).map(str::to_owned))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(2 < rules.len(), "only {rules:?}");
}

#[test]
fn an_untouched_file_is_silent() {
    for (path, text) in texts() {
        assert_eq!(
            findings(&text, &text),
            Vec::<String>::new(),
            "{}",
            path.display()
        );
    }
}

#[test]
fn a_moved_function_is_one_refactoring() {
    silent_after(20, Some(("refactoring", None)), |source, outline| {
        let function = outline
            .definitions
            .iter()
            .filter(|one| one.kind == Kind::Function && one.parent == 0)
            .max_by_key(|one| one.range.len())?;
        let lines = source.lines();
        let start = lines.start(lines.line_of(function.range.start));
        let end = lines.start(lines.line_of(function.range.end - 1) + 1);
        let text = source.text();
        let (before, moved, after) = (&text[..start], &text[start..end], &text[end..]);
        (before.trim_end().len() == before.len() || before.ends_with('\n'))
            .then(|| format!("{before}{}\n\n\n{moved}", after.trim_end_matches('\n')))
    });
}

#[test]
fn a_renamed_variable_is_one_refactoring() {
    silent_after(20, Some(("refactoring", None)), |source, outline| {
        let settings = Settings::default();
        let file = File {
            source,
            outline,
            settings: &settings,
            is_test: false,
            facts: &Facts::default(),
        };
        let function = outline
            .definitions
            .iter()
            .filter(|one| one.kind == Kind::Function)
            .max_by_key(|one| one.range.len())?;
        let unit = Unit::of_definition(file, function).into_iter().next()?;
        let mut names: Vec<&str> = unit
            .own(&["identifier"])
            .into_iter()
            .filter(|node| binds(*node))
            .map(|node| unit.slice(node))
            .collect();
        names.sort_unstable();
        let declared = unit.own(&[
            "global_statement",
            "nonlocal_statement",
            "import_statement",
            "import_from_statement",
        ]);
        // What a caller may name is not the function's own.
        let parameters: Vec<&str> = unit.parameters().iter().map(|one| one.name).collect();
        let name = names.into_iter().find(|name| {
            !parameters.contains(name)
                && *name != function.name
                && !declared.iter().any(|node| unit.slice(*node).contains(name))
        })?;
        Some(renamed(source, unit.node, name))
    });
}

/// The text with the variable `name` of the function renamed everywhere in it.
fn renamed(source: &Source, function: tree_sitter::Node<'_>, name: &str) -> String {
    let mut places = Vec::new();
    walk(function, &mut |node| {
        let other = node.parent().is_some_and(|parent| {
            (parent.kind() == "attribute" && field(parent, "attribute") == Some(node))
                || (parent.kind() == "keyword_argument" && field(parent, "name") == Some(node))
        });
        if node.kind() == "identifier" && !other && source.slice(node) == name {
            places.push(node.byte_range());
        }
        Walk::Into
    });
    let mut text = source.text().to_owned();
    for place in places.into_iter().rev() {
        text.replace_range(place, "hotfix_renamed");
    }
    text
}

#[test]
fn a_file_with_wider_indentation_is_only_reformatted() {
    silent_after(30, Some(("reformatting", None)), |source, _| {
        let inside = lines_in_strings(source);
        let mut text = String::new();
        for (number, line) in source.text().split_inclusive('\n').enumerate() {
            let indent = line.len() - line.trim_start_matches(' ').len();
            if !inside[number] {
                text.push_str(&line[..indent]);
            }
            text.push_str(line);
        }
        Some(text)
    });
}

#[test]
fn a_block_that_moves_into_an_if_is_silent() {
    silent_after(10, Some(("refactoring", None)), |source, outline| {
        let function = outline
            .definitions
            .iter()
            .filter(|one| one.kind == Kind::Function && one.parent == 0)
            .max_by_key(|one| one.range.len())?;
        let lines = source.lines();
        let span = lines.touched(function.range.clone());
        if lines_in_strings(source)[span.clone()].contains(&true) {
            return None;
        }
        let mut text = source.text()[..lines.start(span.start)].to_owned();
        text.push_str("if True:\n");
        for line in span.clone() {
            text.push_str("    ");
            text.push_str(&source.text()[lines.full(line)]);
        }
        text.push_str(&source.text()[lines.start(span.end)..]);
        Some(text)
    });
}
