//! Drives hotfix-ls beside `ruff server` over stdio, in one run, with the same keystrokes.
//!
//!     cargo bench --bench lsp                  prints the table
//!     cargo bench --bench lsp -- --write       and writes it into docs/speed.md
//!     cargo bench --bench lsp -- --edits 50    fewer keystrokes, for a first look
//!     cargo bench --bench lsp -- --lines 10000 one size only
//!     cargo bench --bench lsp -- --only ruff   one server only
//!
//! `tests/run all` installs ruff into .cache; RUFF names another one.

mod client;
mod edits;
mod program;
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use client::{Client, Failure};
use edits::Change;
use program::Program;
use report::Row;

const SEED: u64 = 20_260_101;
const STARTS: usize = 15;
const BURSTS: usize = 20;
const BURST_LENGTH: usize = 50;

struct Server {
    name: String,
    command: Vec<String>,
}

struct Options {
    write: bool,
    edits: usize,
    lines: Vec<usize>,
    only: Option<String>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let options = options()?;
    let mut servers = servers();
    if let Some(only) = &options.only {
        servers.retain(|server| server.name == *only);
    }
    let mut rows = Vec::new();
    for &lines in &options.lines {
        eprintln!("{lines} lines …");
        measure(lines, options.edits, &servers, &mut rows)?;
    }
    let versions = servers
        .iter()
        .map(|server| report::version(&server.command[0]));
    let text = format!(
        "Machine: {}. Versions: {}.\n\n{}\n",
        report::machine(),
        versions.collect::<Vec<_>>().join(", "),
        report::table(&rows).trim_end()
    );
    print!("{text}");
    if options.write {
        let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/speed.md");
        report::write_between_markers(&document, &text)?;
    }
    Ok(())
}

fn options() -> Result<Options, Failure> {
    let mut options = Options {
        write: false,
        edits: 300,
        lines: vec![1_000, 10_000],
        only: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let value = arguments.next().and_then(|value| value.parse().ok());
            value.ok_or_else(|| format!("{argument} needs a number"))
        };
        match argument.as_str() {
            // `cargo bench` says so to every bench.
            "--bench" => {}
            "--write" => options.write = true,
            "--edits" => options.edits = number()?,
            "--only" => options.only = arguments.next(),
            "--lines" => options.lines = vec![number()?],
            other => return Err(format!("unknown argument {other}")),
        }
    }
    Ok(options)
}

fn servers() -> Vec<Server> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut servers = vec![Server {
        name: "hotfix-ls".to_owned(),
        command: vec![
            env!("CARGO_BIN_EXE_hotfix-ls").to_owned(),
            "server".to_owned(),
        ],
    }];
    let ruff =
        std::env::var_os("RUFF").map_or_else(|| root.join(".cache/venv/bin/ruff"), PathBuf::from);
    if ruff.is_file() {
        servers.push(Server {
            name: "ruff".to_owned(),
            command: vec![ruff.display().to_string(), "server".to_owned()],
        });
    } else {
        eprintln!("ruff is missing: run tests/run all once, or name it in RUFF");
    }
    servers
}

fn measure(
    lines: usize,
    count: usize,
    servers: &[Server],
    rows: &mut Vec<Row>,
) -> Result<(), Failure> {
    let program = program::generate(lines, SEED);
    if program.changed.len() != program::HUNKS {
        return Err(format!(
            "{lines} lines are too few for {} hunks",
            program::HUNKS
        ));
    }
    let folder = repository(&program)?;
    // The servers name files by their real path.
    let root = folder
        .path()
        .canonicalize()
        .map_err(|error| error.to_string())?;
    let text = &program.hotfix;

    let (mut starts, mut opens) = (per_server(servers), per_server(servers));
    for _ in 0..STARTS {
        for (index, server) in servers.iter().enumerate() {
            let (mut client, started) = Client::start(&server.name, &server.command, &root)?;
            starts[index].push(started);
            opens[index].push(client.open(text)?);
            client.stop()?;
        }
    }

    let single = edits::keystrokes(&program, count, SEED);
    let single = single
        .into_iter()
        .map(|change| vec![change])
        .collect::<Vec<_>>();
    let (keystroke_first, keystroke_last) = in_turn(servers, &root, text, &single)?;
    let many = edits::bursts(&program, BURSTS, BURST_LENGTH, SEED);
    let (burst_first, burst_last) = in_turn(servers, &root, text, &many)?;

    let measures = [
        ("start", starts),
        ("open", opens),
        ("keystroke, first", keystroke_first),
        ("keystroke, last", keystroke_last),
        ("burst of 50, first", burst_first),
        ("burst of 50, last", burst_last),
    ];
    for (measure, all) in measures {
        rows.extend(all.into_iter().zip(servers).map(|(taken, server)| Row {
            lines,
            measure,
            server: server.name.clone(),
            taken,
        }));
    }
    Ok(())
}

/// The times of each server, in the order of the servers.
type PerServer = Vec<Vec<Duration>>;

fn per_server(servers: &[Server]) -> PerServer {
    vec![Vec::new(); servers.len()]
}

/// Sends each batch of changes to one server after the other, so that a busy moment of the machine
/// meets all alike. Who goes first alternates.
fn in_turn(
    servers: &[Server],
    root: &Path,
    text: &str,
    batches: &[Vec<Change>],
) -> Result<(PerServer, PerServer), Failure> {
    let mut clients = Vec::new();
    for server in servers {
        let (mut client, _) = Client::start(&server.name, &server.command, root)?;
        client.open(text)?;
        client.drain();
        clients.push(client);
    }
    let (mut first, mut last) = (per_server(servers), per_server(servers));
    for (step, batch) in batches.iter().enumerate() {
        for offset in 0..clients.len() {
            let index = (step + offset) % clients.len();
            let published = clients[index].change(batch)?;
            first[index].push(published.first);
            last[index].push(published.last);
        }
    }
    for client in clients {
        client.stop()?;
    }
    Ok((first, last))
}

/// A real repository: the file on `main`, and its changed version on a hotfix branch.
fn repository(program: &Program) -> Result<tempfile::TempDir, Failure> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = folder.path().join("service.py");
    let write = |text: &str| fs::write(&file, text).map_err(|error| error.to_string());
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .args([
                "-c",
                "user.name=Bench",
                "-c",
                "user.email=bench@example.com",
            ])
            .args(arguments)
            .current_dir(folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .map_err(|error| format!("git cannot start: {error}"))?;
        if done.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&done.stderr).into_owned())
        }
    };
    git(&["init", "--quiet", "--initial-branch=main"])?;
    write(&program.production)?;
    git(&["add", "service.py"])?;
    git(&["commit", "--quiet", "--message", "Release 1.2.0"])?;
    git(&["tag", "v1.2.0"])?;
    git(&["checkout", "--quiet", "-b", "hotfix/v1.2.1"])?;
    write(&program.hotfix)?;
    git(&[
        "commit",
        "--quiet",
        "--all",
        "--message",
        "Fix it in a hurry",
    ])?;
    Ok(folder)
}
