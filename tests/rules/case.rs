//! Reads the cases of one Markdown file.

use std::path::Path;

/// One case.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// The heading without `## `.
    pub title: String,
    /// Whether the heading says `Fires:`.
    pub fires: bool,
    /// Production's text; none: the file is new.
    pub base: Option<String>,
    /// The hotfix's text, with annotations.
    pub head: String,
    /// The text after the preferred fix of the first finding.
    pub fixed: Option<String>,
    /// The path that the file has.
    pub path: String,
    /// The path in production, if it is another one.
    pub base_path: Option<String>,
    /// The hotfix deletes the file: what is found then, as `rule confidence: message` lines.
    pub gone: Option<String>,
    /// The case looks at the whole branch: its other files with path, base and head.
    pub branch: Option<Vec<Other>>,
    /// The files in which production's later changes are in the way of a revert.
    pub conflicts: Vec<String>,
    /// `hotfix.toml`.
    pub settings: Option<String>,
    /// `.hotfix/queries/own.scm`.
    pub query: Option<String>,
    /// The line of the heading, from 1.
    pub line: usize,
    /// The heading or a sentence below it says why.
    pub says_why: bool,
}

/// Another file of the branch.
#[derive(Debug, Clone, Default)]
pub struct Other {
    /// Its path.
    pub path: String,
    /// Production's text.
    pub base: Option<String>,
    /// The hotfix's text.
    pub head: Option<String>,
}

/// The names of all case files, without ending, sorted.
pub fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("tests/rules exists")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
        .filter(|name| name != "README")
        .collect();
    names.sort();
    names
}

/// All cases of a file. Panics on a file that is not in the format: that is a mistake in the test.
pub fn read(path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).expect("case file is readable");
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            assert!(
                title.starts_with("Fires: ") || title.starts_with("Silent: "),
                "{}:{}: a case is headed `## Fires: …` or `## Silent: …`",
                path.display(),
                number + 1
            );
            cases.push(Case {
                title: title.to_owned(),
                fires: title.starts_with("Fires"),
                path: "shop/orders.py".to_owned(),
                line: number + 1,
                // "Silent: in tests" is a reason; "Silent: tests" is none.
                says_why: 2 < title.split_whitespace().count(),
                ..Case::default()
            });
        } else if !line.is_empty() && !line.starts_with("```") {
            if let Some(case) = cases.last_mut() {
                case.says_why |= line.ends_with('.') || line.contains(' ');
            }
        } else if let Some(fence) = line.strip_prefix("```") {
            let body: String = lines
                .by_ref()
                .map(|(_, line)| line)
                .take_while(|line| *line != "```")
                .flat_map(|line| [line, "\n"])
                .collect();
            let case = cases.last_mut().expect("a block stands below a heading");
            put(
                case,
                fence,
                body,
                &format!("{}:{}", path.display(), number + 1),
            );
        }
    }
    cases
}

fn put(case: &mut Case, fence: &str, body: String, place: &str) {
    let mut words = fence.split_whitespace();
    let language = words.next().unwrap_or_default();
    let role = words.next().unwrap_or_default();
    let mut path = None;
    for word in words {
        match (word, word.strip_prefix("path=")) {
            ("new", _) => case.branch = Some(case.branch.take().unwrap_or_default()),
            (_, Some(named)) => path = Some(named.to_owned()),
            _ => panic!("{place}: unknown {word}"),
        }
    }
    if let "other-base" | "other-head" = role {
        let path = path.unwrap_or_else(|| panic!("{place}: another file needs a path"));
        let others = case.branch.get_or_insert_default();
        let known = others.iter().position(|one| one.path == path);
        let index = known.unwrap_or(others.len());
        if known.is_none() {
            others.push(Other {
                path,
                ..Other::default()
            });
        }
        match role {
            "other-base" => others[index].base = Some(body),
            _ => others[index].head = Some(body),
        }
        return;
    }
    match (role, path) {
        ("base", Some(path)) => case.base_path = Some(path),
        (_, Some(path)) => case.path = path,
        _ => {}
    }
    match (language, role) {
        ("python" | "toml" | "text" | "json", "base") => case.base = Some(body),
        ("python" | "toml" | "text" | "json", "head") => case.head = body,
        ("text", "gone") => {
            case.gone = Some(body);
            case.branch = Some(case.branch.take().unwrap_or_default());
        }
        ("python", "fixed") => case.fixed = Some(body),
        ("text", "conflicts") => case.conflicts = body.lines().map(str::to_owned).collect(),
        ("toml", "settings") => case.settings = Some(body),
        ("scheme", "query") => case.query = Some(body),
        _ => panic!("{place}: unknown block `{fence}`"),
    }
}
