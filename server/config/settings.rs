//! What a team can set, with the defaults that hold when it sets nothing.

use std::collections::BTreeMap;

/// One team's settings, already validated. Cheap to share behind an `Arc`.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Globs of branch names that count as hotfix branches.
    pub branches: Vec<String>,
    /// Production refs in order of preference; empty means: find it.
    pub production: Vec<String>,
    /// Rule name → what the team says of it.
    pub rules: BTreeMap<String, RuleSetting>,
    /// Globs of paths that are never judged.
    pub exclude: Vec<String>,
    /// Globs of paths that hold tests.
    pub tests: Vec<String>,
    /// Names of logger variables beside the usual ones.
    pub loggers: Vec<String>,
    /// Names of locks beside what the code shows.
    pub locks: Vec<String>,
    /// Dotted names of functions that send HTTP requests with a timeout already set.
    pub http_wrappers: Vec<String>,
    /// Dotted names of functions that open a resource that the caller must close.
    pub resource_openers: Vec<String>,
    /// Dotted names of functions that report an exception (Sentry and the like).
    pub error_reporters: Vec<String>,
    /// The timeout in seconds that a fix writes.
    pub timeout_seconds: u32,
    /// Whether `subprocess.run` without a timeout is reported as well.
    pub subprocess_timeout: bool,
    /// The command that `prove` runs, for the shell; none means the project's pytest.
    pub test_command: Option<String>,
    /// The command that runs the unit tests.
    pub unit_tests: Option<String>,
    /// The command that runs the integration tests.
    pub integration_tests: Option<String>,
    /// The command that runs the smoke tests.
    pub smoke_tests: Option<String>,
    /// How long one run of these commands may take, in seconds.
    pub command_timeout_seconds: u32,
    /// Who is told of a rollback.
    pub notify: Vec<String>,
    /// What is watched after a release and after a rollback.
    pub watch: Vec<String>,
    /// How many production files a hotfix of one commit may change.
    pub budget_files: u32,
    /// How many lines of production code it may change, added and removed together.
    pub budget_lines: u32,
    /// How many functions of production it may change.
    pub budget_definitions: u32,
    /// The files of the team's own rules (`.hotfix/queries/*.scm`), sorted by path.
    pub queries: Vec<super::ConfigFile>,
    /// The hotfix's version where neither branch nor tags tell it.
    pub version: Option<String>,
    /// Where a record lies, relative to the repository; `{branch}` stands for the branch's name.
    pub record: String,
}

/// What a team says of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleSetting {
    /// Never report it.
    Off,
    /// Report it with the confidence that the rule finds.
    On,
    /// Report it always with this severity.
    Severity(super::Severity),
}

impl Default for Settings {
    fn default() -> Self {
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            branches: list(&["hotfix/*", "hotfix-*", "*/hotfix/*", "release/*-hotfix*"]),
            production: Vec::new(),
            rules: BTreeMap::new(),
            exclude: Vec::new(),
            tests: list(&[
                "**/tests/**",
                "**/test/**",
                "**/testing/**",
                "**/test_*.py",
                "**/*_test.py",
                "**/tests.py",
                "**/conftest.py",
            ]),
            loggers: Vec::new(),
            locks: Vec::new(),
            http_wrappers: Vec::new(),
            resource_openers: Vec::new(),
            error_reporters: Vec::new(),
            timeout_seconds: 10,
            subprocess_timeout: false,
            test_command: None,
            unit_tests: None,
            integration_tests: None,
            smoke_tests: None,
            command_timeout_seconds: 600,
            notify: Vec::new(),
            watch: Vec::new(),
            // What 19 of 20 real hotfixes keep (`docs/replay.md`).
            budget_files: 4,
            budget_lines: 100,
            budget_definitions: 5,
            queries: Vec::new(),
            version: None,
            record: ".hotfix/{branch}.md".to_owned(),
        }
    }
}

impl Settings {
    /// Whether the settings switch the rule `name` off.
    #[must_use]
    pub fn is_off(&self, name: &str) -> bool {
        self.rules.get(name) == Some(&RuleSetting::Off)
    }

    /// Whether the path (relative to the repository, with `/`) holds tests. Compiles the globs:
    /// ask once per file, not per keystroke.
    #[must_use]
    pub fn is_test(&self, path: &str) -> bool {
        super::PathGlobs::new(&self.tests).matches(path)
    }

    /// Whether the path is never judged. Compiles the globs: ask once per file.
    #[must_use]
    pub fn is_excluded(&self, path: &str) -> bool {
        super::PathGlobs::new(&self.exclude).matches(path)
    }
}
