//! Runs Python and the real binary, each for a limited time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// No program here needs longer, on a slow machine either.
const PATIENCE: Duration = Duration::from_secs(60);

/// One program in a folder of its own.
pub struct Scene {
    folder: TempDir,
}

/// How a process ended.
pub struct Ended {
    pub success: bool,
    pub code: Option<i32>,
    /// What it printed.
    pub output: String,
    /// What it complained about.
    pub errors: String,
}

/// A fix as the binary prints it.
pub struct Fix {
    pub title: String,
    edits: Vec<Value>,
}

impl Ended {
    /// Whether `check.py` was content. A leak that only Python's own checks see is a failure.
    pub fn works(&self) -> bool {
        self.success && self.output.trim() == "works" && !self.errors.contains("ResourceWarning")
    }
}

impl Scene {
    /// Copies the files of `tests/behaviour/programs/NAME`.
    pub fn new(name: &str) -> Self {
        let from = root().join("tests/behaviour/programs").join(name);
        let folder = tempfile::tempdir().expect("a temporary folder");
        for entry in fs::read_dir(&from).expect("the program's folder is there") {
            let path = entry.expect("its entries can be read").path();
            if path.is_file() {
                let to = folder
                    .path()
                    .join(path.file_name().expect("a file has a name"));
                fs::copy(&path, to).expect("it can be copied");
            }
        }
        Self { folder }
    }

    /// The program's text.
    pub fn text(&self) -> String {
        fs::read_to_string(self.program()).expect("the program is text")
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("program.py")
    }

    /// Runs `check.py` with Python's own checks switched on.
    pub fn python(&self) -> Ended {
        let mut command = Command::new(python());
        command.args(["-X", "dev", "-B", "check.py"]);
        self.run(&mut command)
    }

    /// The fixes of the one finding of `rule`, the preferred one first.
    #[track_caller]
    pub fn fixes(&self, rule: &str) -> Vec<Fix> {
        let findings = self.findings();
        let found = findings
            .iter()
            .filter(|finding| finding["rule"] == rule)
            .collect::<Vec<_>>();
        let [finding] = found.as_slice() else {
            panic!("expected one {rule}, found {}: {findings:#?}", found.len());
        };
        let fixes = finding["fixes"].as_array().expect("a list of fixes");
        let fix = |fix: &Value| Fix {
            title: fix["title"].as_str().expect("a title").to_owned(),
            edits: fix["edits"].as_array().expect("a list of edits").clone(),
        };
        fixes.iter().map(fix).collect()
    }

    /// The rules that report something, in order of place.
    pub fn rules(&self) -> Vec<String> {
        let rule = |finding: &Value| finding["rule"].as_str().expect("a name").to_owned();
        self.findings().iter().map(rule).collect()
    }

    /// Applies a fix to the program, as its range says.
    pub fn apply(&self, fix: &Fix) {
        let mut text = self.text();
        // From the end, so that the earlier places stay where they are.
        for edit in fix.edits.iter().rev() {
            let place = |end: &str| byte_at(&self.text(), &edit["range"][end]);
            let replacement = edit["text"].as_str().expect("a text");
            text.replace_range(place("start")..place("end"), replacement);
        }
        fs::write(self.program(), text).expect("the program can be written");
    }

    /// Lets the binary write its safe fixes itself.
    pub fn fix_all(&self) {
        let ended = self.hotfix(&["fix", "--all", "program.py"]);
        assert_ne!(ended.code, Some(2), "{}", ended.errors);
    }

    fn findings(&self) -> Vec<Value> {
        let production = self.folder.path().join("production.py");
        let ended = if production.exists() {
            self.hotfix(&["compare", "--format", "json", "production.py", "program.py"])
        } else {
            self.hotfix(&["check", "--all", "--format", "json", "program.py"])
        };
        assert!(matches!(ended.code, Some(0 | 1)), "{}", ended.errors);
        let document: Value = serde_json::from_str(&ended.output)
            .unwrap_or_else(|error| panic!("{error} in:\n{}", ended.output));
        document["findings"].as_array().expect("a list").clone()
    }

    fn hotfix(&self, arguments: &[&str]) -> Ended {
        self.run(Command::new(env!("CARGO_BIN_EXE_hotfix-ls")).args(arguments))
    }

    /// Output goes into files: a pipe that nobody reads could stop the process.
    fn run(&self, command: &mut Command) -> Ended {
        let logs = tempfile::tempdir().expect("a temporary folder");
        let create = |name| fs::File::create(logs.path().join(name)).expect("a log file");
        let mut child = command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(create("stdout"))
            .stderr(create("stderr"))
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} cannot start: {error}"));
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("the process can be asked") {
                break status;
            }
            if begin.elapsed() > PATIENCE {
                child.kill().expect("the process can be ended");
                child.wait().expect("the process can be waited for");
                panic!("{command:?} did not end within {PATIENCE:?}");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let read = |name| fs::read_to_string(logs.path().join(name)).expect("the log is text");
        Ended {
            success: status.success(),
            code: status.code(),
            output: read("stdout"),
            errors: read("stderr"),
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The interpreter that has the library `requests`.
pub fn python() -> PathBuf {
    if let Some(named) = std::env::var_os("HOTFIX_TEST_PYTHON") {
        return PathBuf::from(named);
    }
    let installed = root().join(".cache/venv/bin/python");
    assert!(
        installed.exists(),
        "the Python packages are missing: run tests/run all once, or name an interpreter that has \
         requests in HOTFIX_TEST_PYTHON"
    );
    installed
}

/// The byte of a place whose line and column count from 1, columns in characters.
fn byte_at(text: &str, place: &Value) -> usize {
    let number = |name: &str| {
        let number = place[name].as_u64().expect("a number");
        usize::try_from(number).expect("a small number")
    };
    let line_start = text
        .split_inclusive('\n')
        .take(number("line") - 1)
        .map(str::len)
        .sum::<usize>();
    let column = text[line_start..]
        .char_indices()
        .map(|(offset, _)| offset)
        .nth(number("column") - 1);
    column.map_or(text.len(), |offset| line_start + offset)
}
