//! A repository that runs a program wherever git lets its configuration do so. Include it with
//! `#[path = "…/tests/support/canary.rs"] mod canary;` beside `mod git`.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::git::TestRepo;

/// Settings that name a program. Git runs most of them unasked: on a diff, a checkout or a fetch.
const PROGRAMS: [&str; 25] = [
    "core.fsmonitor",
    "core.sshCommand",
    "core.gitProxy",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.alternateRefsCommand",
    "pager.config",
    "pager.diff-index",
    "pager.ls-files",
    "alias.config",
    "alias.diff-index",
    "alias.ls-files",
    "diff.external",
    "diff.odd.command",
    "diff.odd.textconv",
    "filter.odd.clean",
    "filter.odd.smudge",
    "filter.odd.process",
    "merge.odd.driver",
    "credential.helper",
    "gpg.program",
    "gpg.ssh.program",
    "sequence.editor",
    "uploadpack.packObjectsHook",
];

/// A hotfix that brings the programs along, with something to find in `app.py`.
pub struct Canary {
    /// The repository.
    pub repo: TestRepo,
    ran: PathBuf,
}

impl Canary {
    /// Sets it up and proves that git itself would run the program.
    pub fn new() -> Self {
        let repo = TestRepo::new();
        repo.write("app.py", "def run(event):\n    return 1\n");
        repo.write("late.py", "def go(event):\n    return 1\n");
        repo.commit("Production");
        repo.branch("hotfix/v1.2.1");
        let ran = repo.path(".git/ran");
        let script = repo.path(".git/run.sh");
        let text = format!(
            "#!/bin/sh\necho \"$0 $*\" >> '{}'\n[ \"$1\" = ext ] || cat\n",
            ran.display()
        );
        std::fs::write(&script, text).expect("a script");
        executable(&script);
        let canary = Self { repo, ran };
        canary.set_up(&script);
        canary
    }

    fn set_up(&self, script: &std::path::Path) {
        let repo = &self.repo;
        let program = format!("'{}'", script.display());
        for key in PROGRAMS {
            let shell = if key.starts_with("alias.") || key == "credential.helper" {
                "!"
            } else {
                ""
            };
            repo.git(&["config", key, &format!("{shell}{program} {key}")]);
        }
        // A partial clone fetches what it lacks, here from a program.
        let fetch = format!(
            "ext::{} ext",
            script.display().to_string().replace(' ', "% ")
        );
        for (key, value) in [
            ("remote.origin.url", &*fetch),
            ("remote.origin.promisor", "true"),
            ("remote.origin.partialCloneFilter", "blob:none"),
            ("protocol.allow", "always"),
            ("protocol.ext.allow", "always"),
            ("core.hooksPath", ".git/hooks"),
            ("filter.odd.required", "true"),
            ("log.showSignature", "true"),
            ("include.path", "more"),
            ("includeIf.onbranch:hotfix/**.path", "yet-more"),
        ] {
            repo.git(&["config", key, value]);
        }
        let write = |name: &str, text: &str| {
            std::fs::write(repo.path(".git").join(name), text).expect("a file of git");
        };
        write(
            "more",
            &format!("[filter \"late\"]\n\tclean = {program} late\n"),
        );
        write(
            "yet-more",
            &format!("[core]\n\tfsmonitor = {program} branch\n"),
        );
        write(
            "info/attributes",
            "app.py diff=odd filter=odd merge=odd\nlate.py filter=late\n",
        );
        for hook in [
            "post-index-change",
            "pre-auto-gc",
            "post-checkout",
            "fsmonitor-watchman",
        ] {
            let hook = repo.path(".git/hooks").join(hook);
            std::fs::copy(script, &hook).expect("a hook");
        }
        // Same size and another content, so that only reading the files tells.
        repo.write("app.py", "def run(event):\n    return 2\n");
        repo.write("late.py", "def go(event):\n    return 2\n");
        let unfiltered = [
            "-c",
            "filter.odd.process=",
            "-c",
            "filter.odd.required=false",
        ];
        for command in [&["status"][..], &["diff"], &["add", "late.py"], &["fetch"]] {
            let _ = repo.try_git(&[&unfiltered[..], command].concat());
            let _ = repo.try_git(command);
        }
        let words = self.words();
        for sign in [
            " branch",
            "diff.odd.command",
            "filter.odd.process",
            "run.sh late",
            "post-index-change",
            " ext",
        ] {
            assert!(words.contains(sign), "git does not run {sign}: {words}");
        }
        let risky = "def run(event):\n    print(event)\n    return 2\n";
        repo.write("app.py", risky);
        repo.write("late.py", risky);
        repo.git(&[&unfiltered[..], &["add", "app.py", "late.py"]].concat());
        // An index that is older than the files: git must read these, through the filters, to know
        // whether they differ.
        let mut index = std::fs::File::options();
        let index = index
            .append(true)
            .open(repo.path(".git/index"))
            .expect("an index");
        let hour = std::time::Duration::from_secs(3600);
        let past = std::time::SystemTime::now() - hour;
        index.set_modified(past).expect("a time");
        std::fs::remove_file(&self.ran).expect("it ran");
    }

    /// Fails when anything of the repository was run.
    #[track_caller]
    pub fn is_silent(&self) {
        assert_eq!(self.words(), "", "something of the repository was run");
    }

    fn words(&self) -> String {
        std::fs::read_to_string(&self.ran).unwrap_or_default()
    }
}

fn executable(file: &std::path::Path) {
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("a mode");
}
