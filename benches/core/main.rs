//! The engine without a server: what one keystroke costs, step by step, on 10,000 lines.
//!
//!     cargo bench --bench core
//!     cargo bench --bench core -- --lines 1000
//!     cargo bench --bench core -- --only judge

// The generated program is shared with `benches/lsp`.
#[path = "../lsp/program.rs"]
mod program;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use hotfix_ls::analysis::{self, Analysis, BaseSide, Comparison, Snapshot, Trials};
use hotfix_ls::config::Settings;
use hotfix_ls::syntax::flow::Graph;
use hotfix_ls::syntax::{Cancel, Facts, File, Outline, Parsed, Parser, Source, Unit};
use hotfix_ls::text::{Document, Encoding, Lines, Position};
use hotfix_ls::vcs::{Production, hunks};

const SEED: u64 = 20_260_101;

/// Each step runs at least this often and this long.
const RUNS: usize = 20;
const LONG: Duration = Duration::from_millis(300);

/// What the arguments ask for.
struct Options {
    lines: usize,
    /// Only steps whose name contains this run.
    only: String,
}

static OPTIONS: OnceLock<Options> = OnceLock::new();

fn main() -> ExitCode {
    let mut options = Options {
        lines: 10_000,
        only: String::new(),
    };
    let mut arguments = std::env::args().skip(1).filter(|one| one != "--bench");
    while let Some(name) = arguments.next() {
        match (name.as_str(), arguments.next()) {
            ("--lines", Some(number)) if number.parse::<usize>().is_ok() => {
                options.lines = number.parse().unwrap_or_default();
            }
            ("--only", Some(word)) => options.only = word,
            _ => {
                eprintln!("bench: the arguments are --lines NUMBER and --only WORD");
                return ExitCode::FAILURE;
            }
        }
    }
    run(OPTIONS.get_or_init(|| options).lines);
    ExitCode::SUCCESS
}

fn run(lines: usize) {
    let program = program::generate(lines, SEED);
    let text: Arc<str> = program.hotfix.as_str().into();
    println!("| step, {lines} lines | p50 | p95 |\n|---|---:|---:|");

    let document = Document::new(&text, 1);
    let middle = program.changed[program.changed.len() / 2];
    let at = Position {
        line: u32::try_from(middle).expect("a small file"),
        column: 12,
    };
    step("edit the rope and copy its text", || {
        let mut document = document.clone();
        document.replace(at..at, "x", Encoding::Utf8);
        document.text()
    });
    step("find the lines", || Lines::new(&text));
    step("diff against production", || {
        hunks::diff(&program.production, &text)
    });
    parsing(&text);
    judging(&program, &text);
    long_function(5000);
}

/// One function with this many statements, of every kind, with values that may be None, keys,
/// files and responses all over it.
fn long_function(statements: usize) {
    const ROUND: &str = "
    found = table.get(name)
    if found is None:
        found = load(name)
    with lock:
        total = total + found.size
    try:
        handle = open(found.path)
        text = handle.read()
        handle.close()
    except OSError as error:
        log.warning('%s', error)
        continue
    for part in text.split():
        if part in seen and payload['id']:
            break
        seen[part] = payload.get('kind')
    answer = requests.get(url, timeout=3)
    match = pattern.match(answer.text)
    result = match.group(1) if match else None
    if not result:
        raise ValueError(name)
    yield result
";
    // A round has 19 statements.
    let mut text = String::from("def long(table, name, total, payload, seen, url):\n  while True:");
    for number in 0..statements.div_ceil(19) {
        text += &ROUND
            .replace("found", &format!("found_{number}"))
            .replace("handle", &format!("handle_{number}"));
    }
    let source = Source::parse(text.as_str());
    let outline = Outline::new(&source);
    let settings = Settings::default();
    let facts = Facts::default();
    let file = File {
        source: &source,
        outline: &outline,
        settings: &settings,
        is_test: false,
        facts: &facts,
    };
    let function = source.root().named_child(0).expect("the function");
    step(&format!("ways through {statements} statements"), || {
        Graph::new(&Unit::new(file, function, "long".to_owned())).size()
    });
    let all = Snapshot {
        path: "long.py".to_owned(),
        is_test: false,
        head: source.clone(),
        base: Comparison::AllNew,
        settings: Arc::new(settings.clone()),
        version: None,
        branch: None,
        cancel: Cancel::default(),
    };
    step(
        &format!("judge a function of {statements} statements"),
        || analysis::analyse(&all),
    );
    let report = analysis::analyse(&all).expect("nobody cancels");
    step(
        &format!("try the fixes of its {} findings", report.findings.len()),
        || {
            let mut trials = Trials::bounded(&all);
            let findings = report.findings.iter();
            findings.map(|one| trials.fixes(one).len()).sum::<usize>()
        },
    );
}

fn parsing(text: &Arc<str>) {
    let mut parser = Parser::new();
    let cancel = Cancel::default();
    step("parse everything", || {
        parser.parse(text, None, &cancel, None)
    });
    let tree = parser
        .parse(text, None, &cancel, None)
        .expect("nobody cancels");
    let old = Parsed::from(tree);
    let middle = text[..text.len() / 2].rfind("return").expect("a function");
    let row = text[..middle].matches('\n').count();
    let column = middle - text[..middle].rfind('\n').map_or(0, |end| end + 1);
    let at = Position {
        line: u32::try_from(row).expect("a small file"),
        column: u32::try_from(column).expect("a short line"),
    };
    for (name, typed) in [
        ("letter", "x"),
        ("bracket", "("),
        ("quote", "\""),
        ("docstring quote", "\"\"\""),
    ] {
        let mut document = Document::new(text, 1);
        document.replace(at..at, typed, Encoding::Utf8);
        let edited = document.text();
        step(&format!("parse again after a {name}"), || {
            parser.parse_typed(&edited, &old, document.changes(), &mut || {
                ControlFlow::Continue(())
            })
        });
    }
}

fn judging(program: &program::Program, text: &Arc<str>) {
    let production = Production {
        commit: String::new(),
        reference: "main".to_owned(),
        blob: String::new(),
        path: "service.py".to_owned(),
        text: program.production.as_str().into(),
    };
    let snapshot = Snapshot {
        path: "service.py".to_owned(),
        is_test: false,
        head: Source::parse(Arc::clone(text)),
        base: Comparison::Production(Arc::new(BaseSide::new(Arc::new(production)))),
        settings: Arc::new(Settings::default()),
        version: Some("v1.2.1".to_owned()),
        branch: None,
        cancel: Cancel::default(),
    };
    step("outline of the file", || Outline::new(&snapshot.head));
    step("judge: diff, outline, rules", || {
        analysis::analyse(&snapshot)
    });
    let line = program.changed[program.changed.len() / 2];
    let middle = snapshot.head.lines().start(line);
    step("judge: the function that is typed in", || {
        Analysis::new(&snapshot)
            .near(std::slice::from_ref(&(middle..middle + 1)))
            .map(|part| part.report)
    });
    let report = analysis::analyse(&snapshot).expect("nobody cancels");
    step("build every fix", || {
        let fixes = |finding| analysis::fixes(&snapshot, finding);
        report.findings.iter().map(fixes).collect::<Vec<_>>()
    });
    let all = Snapshot {
        base: Comparison::AllNew,
        ..snapshot
    };
    step("judge everything as new", || analysis::analyse(&all));
    println!("\n{} findings", report.findings.len());
}

/// Runs a step and prints its times. The first run warms up and does not count.
fn step<T>(name: &str, mut work: impl FnMut() -> T) {
    if !OPTIONS
        .get()
        .is_none_or(|options| name.contains(&options.only))
    {
        return;
    }
    black_box(work());
    let begin = Instant::now();
    let mut times = Vec::new();
    while times.len() < RUNS || begin.elapsed() < LONG {
        let start = Instant::now();
        black_box(work());
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let shown = |percent: usize| {
        let rank = (times.len() * percent).div_ceil(100).max(1);
        format!("{:.3} ms", times[rank - 1].as_secs_f64() * 1000.0)
    };
    println!("| {name} | {} | {} |", shown(50), shown(95));
}
