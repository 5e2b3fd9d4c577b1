//! The past of a file that 2,000 commits changed, in a real repository that this makes.
//!
//!     cargo bench --bench history
//!     cargo bench --bench history -- --commits 10000
//!
//! Three of four commits change the file, in one of its 40 functions, or change it on a branch that
//! is merged; the fourth changes another file. Every hundredth commit is a release. The question is
//! asked for three functions: one that was changed lately, one at some time, and one that nobody
//! ever changed, for which all versions have to be looked at.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use hotfix_ls::config::Settings;
use hotfix_ls::vcs::{FilePast, FileQuestion, HistoryCache, Past, Repository, Scope};

const FUNCTIONS: usize = 40;
const RUNS: usize = 15;
const FILE: &str = "src/shop/orders/service.py";

fn main() -> ExitCode {
    let mut commits = 2000;
    let mut arguments = std::env::args().skip(1).filter(|one| one != "--bench");
    while let Some(name) = arguments.next() {
        let number = arguments.next().and_then(|it| it.parse().ok());
        let (true, Some(number)) = (name == "--commits", number) else {
            eprintln!("bench: the argument is --commits NUMBER");
            return ExitCode::FAILURE;
        };
        commits = number;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let texts = generate(folder.path(), commits);
    measure(folder.path(), &texts);
    ExitCode::SUCCESS
}

fn function(number: usize, version: usize) -> String {
    format!(
        "def step_{number}(order, state):\n    \"\"\"Takes step {number} of an order.\"\"\"\n    \
         items = order[\"items\"]\n    total = sum(item[\"price\"] * {version} for item in items)\n    \
         if total > {}:\n        raise ValueError(\"too much\")\n    state[\"step_{number}\"] = total\n    \
         return total\n",
        100 * (number + version)
    )
}

fn text(versions: &[usize]) -> String {
    let mut text = String::from("import logging\n\nlogger = logging.getLogger(__name__)\n");
    for (number, version) in versions.iter().enumerate() {
        let _ = write!(text, "\n\n{}", function(number, *version));
    }
    text
}

/// Makes the repository with `git fast-import`; the last text of each function.
fn generate(folder: &Path, commits: usize) -> Vec<String> {
    git(folder, &["init", "--quiet", "--initial-branch=main", "."]);
    let mut versions = vec![0; FUNCTIONS];
    let mut stream = String::new();
    let (mut changes, mut number, mut mark) = (0, 0, 0);
    let mut file = |stream: &mut String, from: &[usize], path: &str, text: &str, number: usize| {
        mark += 1;
        let author = format!("Author {0} <author{0}@example.com>", number % 23);
        let seconds = 1_600_000_000 + 3600 * number;
        let _ = write!(
            stream,
            "commit refs/heads/main\nmark :{mark}\nauthor {author} {seconds} +0000\n\
             committer {author} {seconds} +0000\ndata <<END\nChange {number}\nEND\n"
        );
        for (index, parent) in from.iter().enumerate() {
            let word = if index == 0 { "from" } else { "merge" };
            let _ = writeln!(stream, "{word} :{parent}");
        }
        let _ = write!(
            stream,
            "M 100644 inline {path}\ndata {}\n{text}\n",
            text.len()
        );
        mark
    };
    let mut tip = file(&mut stream, &[], FILE, &text(&versions), 0);
    changes += 1;
    while changes < commits {
        number += 1;
        if number % 4 == 0 {
            let other = format!("src/shop/other_{}.py", number % 50);
            tip = file(
                &mut stream,
                &[tip],
                &other,
                &format!("x = {number}\n"),
                number,
            );
            continue;
        }
        // The last function is never changed.
        versions[number * 7 % (FUNCTIONS - 1)] += 1;
        changes += 1;
        if number % 30 == 1 {
            let side = file(&mut stream, &[tip], FILE, &text(&versions), number);
            let main = file(
                &mut stream,
                &[tip],
                "README.md",
                &format!("{number}\n"),
                number,
            );
            tip = file(&mut stream, &[main, side], FILE, &text(&versions), number);
        } else {
            tip = file(&mut stream, &[tip], FILE, &text(&versions), number);
        }
        if number % 100 == 1 {
            let _ = write!(
                stream,
                "reset refs/tags/v1.{}.0\nfrom :{tip}\n\n",
                number / 100
            );
        }
    }
    let _ = write!(stream, "reset refs/tags/v2.0.0\nfrom :{tip}\n\n");
    let mut import = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let mut stdin = import.stdin.take().expect("a pipe");
    stdin.write_all(stream.as_bytes()).expect("git reads it");
    drop(stdin);
    assert!(import.wait().expect("git ends").success());
    git(folder, &["gc", "--quiet"]);
    git(
        folder,
        &["switch", "--quiet", "--create", "hotfix/v9.9.9", "main"],
    );
    let all = versions.iter().enumerate();
    all.map(|(number, version)| function(number, *version))
        .collect()
}

fn git(folder: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .status();
    assert!(
        done.expect("git is installed").success(),
        "git {arguments:?}"
    );
}

fn measure(folder: &Path, texts: &[String]) {
    let settings = Settings::default();
    let cold = |wanted: &[usize]| {
        let definitions: Vec<Vec<&str>> = wanted.iter().map(|it| vec![&*texts[*it]]).collect();
        let mut times = Vec::new();
        let mut past = None;
        for _ in 0..RUNS {
            let repository = Repository::discover(folder).expect("a repository");
            let Ok(Scope::Judged(base)) = repository.scope(&settings, None) else {
                panic!("the branch is judged");
            };
            let question = FileQuestion {
                path: FILE,
                definitions: &definitions,
            };
            let cache = HistoryCache::default();
            let start = Instant::now();
            past = repository
                .past(&base, question, &cache, &|| false)
                .expect("git works");
            times.push(start.elapsed());
        }
        (times, past.expect("nobody stopped it"))
    };
    let warm = |wanted: &[usize]| {
        let definitions: Vec<Vec<&str>> = wanted.iter().map(|it| vec![&*texts[*it]]).collect();
        let repository = Repository::discover(folder).expect("a repository");
        let Ok(Scope::Judged(base)) = repository.scope(&settings, None) else {
            panic!("the branch is judged");
        };
        let question = FileQuestion {
            path: FILE,
            definitions: &definitions,
        };
        let cache = HistoryCache::default();
        let ask = || repository.past(&base, question, &cache, &|| false);
        ask().expect("git works");
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            ask().expect("git works");
            times.push(start.elapsed());
        }
        times
    };
    println!("| question | versions | p50 | max |\n|---|---:|---:|---:|");
    let never = FUNCTIONS - 1;
    for (name, wanted) in [
        ("functions that were changed at some time", &[3, 17][..]),
        ("a function that nobody ever changed", &[never]),
        ("all of them", &[3, 17, never]),
    ] {
        let (times, past) = cold(wanted);
        check(&past);
        row(name, past.commits, times);
    }
    row("all of them, asked again", 0, warm(&[3, 17, never]));
}

/// What was measured has to be right as well.
fn check(past: &FilePast) {
    assert!(past.is_whole, "all of the history was seen");
    for one in &past.definitions {
        let Past::Changed { release, .. } = one else {
            panic!("not found: {one:?}");
        };
        assert!(release.is_some(), "{one:?}");
    }
}

fn row(name: &str, versions: usize, mut times: Vec<Duration>) {
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let (middle, last) = (times[times.len() / 2], times[times.len() - 1]);
    println!(
        "| {name} | {versions} | {:.1} ms | {:.1} ms |",
        ms(middle),
        ms(last)
    );
}
