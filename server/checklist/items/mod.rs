//! The items that must hold before a hotfix ships.

/// An item of the checklist.
#[derive(Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name in comments, commands and JSON.
    pub name: &'static str,
    /// What holds when it is ticked.
    pub title: &'static str,
    /// Why it matters, and what is observed.
    pub help: &'static str,
}

/// The items in the order of the record.
pub const ITEMS: [Item; 14] = [
    Item {
        name: "reproduced",
        title: "The bug is reproduced and its root cause is known",
        help: "A fix without a cause hides a symptom. It holds by itself once a test was seen red \
               on production (`hotfix-ls prove`) and the record says why it happens.",
    },
    Item {
        name: "minimal",
        title: "The fix is small and changes only what is broken",
        help: "Every further line is a risk that nobody reviews at night. Measured: files, lines \
               and definitions of production code.",
    },
    Item {
        name: "no-refactoring",
        title: "Nothing is refactored or improved on the way",
        help: "It can wait for a feature branch. Observed: the rules about scope have no finding.",
    },
    Item {
        name: "tests-added",
        title: "A test covers the fix",
        help: "Without one the bug comes back. Observed: a new or changed test reaches every \
               changed definition.",
    },
    Item {
        name: "tests-pass",
        title: "All existing tests pass",
        help: "Observed by `hotfix-ls verify`, as long as nothing changed since.",
    },
    Item {
        name: "integration",
        title: "The integration tests pass",
        help: "Observed by `hotfix-ls verify` when a command for them is configured.",
    },
    Item {
        name: "smoke",
        title: "The smoke tests pass",
        help: "Observed by `hotfix-ls verify` when a command for them is configured.",
    },
    Item {
        name: "documented",
        title: "Changed behaviour is documented",
        help: "Whoever runs into it at night reads the documents, not the commits. Observed: a \
               document changed together with the code.",
    },
    Item {
        name: "changelog",
        title: "The changelog has an entry",
        help: "Observed: an entry or a news fragment is new, and its version is the hotfix's.",
    },
    Item {
        name: "commented",
        title: "The changed code says why it is so",
        help: "The next reader must not take the guard away again. Observed: every changed \
               definition has a comment `Hotfix (vX.Y.Z): …`, or one in its docstring.",
    },
    Item {
        name: "errors",
        title: "Errors are handled better than before",
        help: "Observed: the rules about error handling have no finding, and the change adds a \
               guard, a handler or a clear error.",
    },
    Item {
        name: "logged",
        title: "The fix can be seen in the logs",
        help: "Nobody can tell whether a silent fix works. Observed: the change adds a log line.",
    },
    Item {
        name: "edge-cases",
        title: "Edge cases are thought of",
        help: "Observed: tests of the fix use None, something empty and something malformed.",
    },
    Item {
        name: "rollback",
        title: "The rollback plan is written down",
        help: "Observed: the record says how it is rolled back, when, and who has to know.",
    },
];
