//! The invariants of `server/lib.rs` that a machine can see.

mod scan;

use std::fs;
use std::path::Path;

use scan::{File, named_modules, words};

/// The layers from the rim to the ground. A module may read every layer below its own.
const LAYERS: &[&[&str]] = &[
    &["cli", "lsp"],
    &["session"],
    &["analysis"],
    &["rules", "checklist"],
    &["compare", "fixes"],
    &["syntax", "vcs", "text"],
];

/// The arrows within one layer, each one way.
const PEERS: &[(&str, &str)] = &[
    // The verb `server` starts the language server.
    ("cli", "lsp"),
    // The checklist counts what the rules found.
    ("checklist", "rules"),
    // A fix restores what production has.
    ("fixes", "compare"),
    ("syntax", "text"),
    ("vcs", "text"),
];

/// Everybody may read the settings; they themselves read only text.
const SETTINGS: &str = "config";

/// Names that must not stand from `analysis` down: the engine is pure and knows no protocol.
const PROTOCOL: &[&str] = &[
    "tokio",
    "tower_lsp",
    "tower_service",
    "lsp_types",
    "jsonrpc",
    "futures",
];

/// More lines than this in one file hide what it does. 400 is where to think about a split.
const MOST_LINES: usize = 600;

fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("server")];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).expect("the source folder can be read");
        for entry in entries {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("the source is UTF-8");
                let short = path.strip_prefix(root).expect("it lies below the root");
                let short = short.to_string_lossy().replace('\\', "/");
                found.push(File::new(&short, text));
            }
        }
    }
    assert!(found.len() > 20, "only {} files were found", found.len());
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Whether code of module `from` may name module `to`.
fn may_name(from: &str, to: &str) -> bool {
    if from == to || to == SETTINGS {
        return true;
    }
    if from == SETTINGS {
        return to == "text";
    }
    match (layer(from), layer(to)) {
        (Some(above), Some(below)) => above < below || PEERS.contains(&(from, to)),
        // A type at the crate's root has no layer, and a new module must get one.
        _ => false,
    }
}

#[track_caller]
fn assert_none(wrong: &[String], what: &str) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

/// An arrow back would let the engine depend on its callers, and soon on the editor.
#[test]
fn arrows_run_one_way() {
    let mut wrong = Vec::new();
    for file in files() {
        let Some(from) = file.modules.first() else {
            continue;
        };
        for named in named_modules(&file) {
            if !may_name(from, &named.module) {
                let line = file.line(named.at);
                wrong.push(format!(
                    "{}:{line}: {from} names {}",
                    file.path, named.module
                ));
            }
        }
    }
    assert_none(
        &wrong,
        "arrows run cli, lsp → session → analysis → rules, checklist → compare, fixes → syntax, \
         vcs, text",
    );
}

/// A module without a layer would be free of every rule here.
#[test]
fn every_module_has_a_layer() {
    let wrong = files()
        .iter()
        .filter_map(|file| Some((file, file.modules.first()?)))
        .filter(|(_, module)| layer(module).is_none() && *module != SETTINGS)
        .map(|(file, module)| format!("{}: give {module} a layer", file.path))
        .collect::<Vec<_>>();
    assert_none(&wrong, "modules without a layer in tests/layers/main.rs");
}

/// Only the language server's rim may change when the protocol library changes.
#[test]
fn only_lsp_names_the_protocol_library() {
    let wrong = naming(&["tower_lsp", "lsp_types"], |module| module != "lsp");
    assert_none(&wrong, "only server/lsp may name the protocol library");
}

/// The engine must run in a test, in the command line and in a server alike.
#[test]
fn from_analysis_down_nothing_knows_the_protocol() {
    let analysis = layer("analysis");
    let wrong = naming(PROTOCOL, |module| layer(module) >= analysis);
    assert_none(&wrong, "from analysis down nothing knows tokio or JSON-RPC");
}

fn naming(crates: &[&str], module_is_meant: impl Fn(&str) -> bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files() {
        // `server/lib.rs` and `server/main.rs` have no module; they name nothing either.
        let module = file.modules.first().map_or("", String::as_str);
        let meant = module.is_empty() || module_is_meant(module);
        for name in crates.iter().filter(|_| meant) {
            for at in words(&file.code, name) {
                let line = file.line(at);
                wrong.push(format!("{}:{line}: names {name}", file.path));
            }
        }
    }
    wrong
}

/// What a client, a disk or a repository hands over can be anything: a panic would end the server.
#[test]
fn nothing_unwraps_outside_tests() {
    let mut wrong = Vec::new();
    for file in files() {
        for (at, _) in file.code.match_indices(".unwrap()") {
            if !file.is_test(at) {
                wrong.push(format!("{}:{}", file.path, file.line(at)));
            }
        }
    }
    assert_none(&wrong, "return the error, or `expect` with the invariant");
}

/// A promise in a comment is forgotten: file an issue, or do it now.
#[test]
fn no_comment_postpones_work() {
    let mut wrong = Vec::new();
    for file in files() {
        let mut lines = file.text.lines().zip(file.code.lines()).enumerate();
        for (index, comment) in lines.by_ref().filter_map(|(index, (line, code))| {
            // The comment is what stands in the line and was blanked in the code.
            let start = code.trim_end().len();
            Some((index, line.get(start..)?.trim_start()))
        }) {
            let comment = comment.trim_start_matches(['/', '!', '*', ' ']);
            if ["TODO", "FIXME", "XXX"]
                .iter()
                .any(|word| comment.starts_with(word))
            {
                wrong.push(format!("{}:{}: {comment}", file.path, index + 1));
            }
        }
    }
    assert_none(&wrong, "comments that postpone work");
}

/// A long file hides what it does, and two people meet in it.
#[test]
fn no_file_is_too_long_to_read() {
    let wrong = files()
        .iter()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(file, lines)| format!("{}: {lines} lines, {MOST_LINES} at most", file.path))
        .collect::<Vec<_>>();
    assert_none(&wrong, "split by purpose");
}
