//! From a test, over its helpers and fixtures, to a definition.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::refs::{Refs, refs};
use super::{Test, TestFile};
use crate::checklist::branch::{Side, line_of};
use crate::syntax::{Definition, Kind};

/// A definition that tests should reach.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// The path of its file.
    pub path: &'a str,
    /// Its qualified name.
    pub qualname: &'a str,
    /// Whether it is a class.
    pub is_class: bool,
    /// Its file.
    pub side: &'a Side,
}

/// The tests that reach each of `targets`, in their order.
#[must_use]
pub fn reaching(targets: &[Target<'_>], files: &[TestFile]) -> Vec<Vec<Test>> {
    let read: Vec<Reading<'_>> = files.iter().map(Reading::new).collect();
    // Many targets of one file share what its functions name.
    let mut functions: HashMap<&str, Vec<Function<'_>>> = HashMap::new();
    let mut wanted = Vec::new();
    for target in targets {
        let of_file = functions.entry(target.path);
        let of_file = of_file.or_insert_with(|| functions_of(target));
        wanted.push(Wanted::new(target, of_file));
    }
    let mut found = vec![Vec::new(); targets.len()];
    for (index, reading) in read.iter().enumerate() {
        let shared: Vec<&Reading<'_>> = read
            .iter()
            .enumerate()
            .filter(|(other, one)| *other != index && one.is_shared_with(reading))
            .map(|(_, one)| one)
            .collect();
        for (test, definition) in reading.tests() {
            let (all, is_changed) = reading.closure(test, &shared);
            let paths = Paths::new(&all);
            for (target, wanted) in wanted.iter().enumerate() {
                if wanted.is_reached(&all, &paths) {
                    found[target].push(reading.test(definition, is_changed));
                }
            }
        }
    }
    for tests in &mut found {
        tests.sort();
        tests.dedup();
    }
    found
}

/// What a test must name to reach a target.
struct Wanted {
    /// The module's parts, without `src` and `__init__`.
    module: Vec<String>,
    /// Names at module level that lead to the target: itself, its class, and the functions of its
    /// file that call it.
    top: BTreeSet<String>,
    /// Attributes that lead to it: the method's name, and those of methods that call it.
    methods: BTreeSet<String>,
}

/// A function of a target's file, with what it names.
type Function<'a> = (&'a Definition, Refs);

fn functions_of<'a>(target: &Target<'a>) -> Vec<Function<'a>> {
    let side = target.side;
    let definitions = side.outline.definitions.iter();
    definitions
        .filter(|one| one.kind == Kind::Function)
        .map(|one| (one, refs(&side.source, &one.core, &side.outline.names)))
        .collect()
}

/// The dotted names of a test in their parts, which every target is looked for in.
struct Paths<'a> {
    /// With whether the name begins with a dot.
    all: Vec<(Vec<&'a str>, bool)>,
    words: HashSet<&'a str>,
}

impl<'a> Paths<'a> {
    fn new(refs: &'a Refs) -> Self {
        let split = |dotted: &'a String| {
            let parts: Vec<&str> = dotted.split('.').filter(|it| !it.is_empty()).collect();
            (parts, dotted.starts_with('.'))
        };
        let all: Vec<(Vec<&str>, bool)> = refs.dotted.iter().map(split).collect();
        let words = all.iter().flat_map(|(parts, _)| parts.iter().copied());
        Self {
            words: words.collect(),
            all,
        }
    }
}

impl Wanted {
    fn new(target: &Target<'_>, functions: &[Function<'_>]) -> Self {
        let path = target.path.strip_suffix(".py").unwrap_or(target.path);
        let mut module: Vec<String> = path.split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| last == "__init__") {
            module.pop();
        }
        let mut wanted = Self {
            module,
            top: BTreeSet::new(),
            methods: BTreeSet::new(),
        };
        wanted.add(target.qualname, target.is_class);
        wanted.add_callers(functions);
        wanted
    }

    /// Notes by which name a definition is reached. Says whether that is news.
    fn add(&mut self, qualname: &str, is_class: bool) -> bool {
        let parts: Vec<&str> = qualname.split('.').collect();
        match parts.as_slice() {
            [.., method] if 1 < parts.len() && !is_class && !method.starts_with("__") => {
                self.methods.insert((*method).to_owned())
            }
            // A class, and what Python calls by itself, is reached by the class's name.
            [top, ..] => self.top.insert((*top).to_owned()),
            [] => false,
        }
    }

    /// What calls the target inside of its own file leads to it as well.
    fn add_callers(&mut self, functions: &[Function<'_>]) {
        let mut again = true;
        while again {
            again = false;
            for (one, refs) in functions {
                let names = self.top.iter().any(|name| refs.names.contains(name));
                let calls = self.methods.iter().any(|it| refs.attributes.contains(it));
                let qualname = one.qualname.split('#').next().unwrap_or_default();
                if names || calls {
                    again |= self.add(qualname, false);
                }
            }
        }
    }

    fn is_reached(&self, refs: &Refs, paths: &Paths<'_>) -> bool {
        if self.top.iter().any(|name| self.is_named(name, paths)) {
            return true;
        }
        let method = self.methods.iter().any(|it| refs.attributes.contains(it));
        method && self.is_module_named(paths)
    }

    /// Whether one of the dotted names is that of `name` in this module, or in a package above
    /// that may pass it on.
    fn is_named(&self, name: &str, paths: &Paths<'_>) -> bool {
        let is_it = |(parts, is_relative): &(Vec<&str>, bool)| {
            let at = parts.iter().position(|part| *part == name);
            at.is_some_and(|at| self.is_module(&parts[..at], *is_relative))
        };
        paths.words.contains(name) && paths.all.iter().any(is_it)
    }

    /// Whether something of this module is used at all.
    fn is_module_named(&self, paths: &Paths<'_>) -> bool {
        paths.all.iter().any(|(parts, is_relative)| {
            (1..=parts.len()).any(|end| self.is_module(&parts[..end], *is_relative))
        })
    }

    /// Whether `parts` name this module, or a package that holds it: from the left as far as both
    /// go, wherever the import path begins (`src`, the repository, a folder of services).
    fn is_module(&self, parts: &[&str], is_relative: bool) -> bool {
        let module: Vec<&str> = self.module.iter().map(String::as_str).collect();
        if parts.is_empty() {
            return is_relative;
        }
        let ends = module.ends_with(parts);
        let begins = (0..module.len()).any(|start| module[start..].starts_with(parts));
        ends || begins
    }
}

/// A test file with what each of its pieces names.
struct Reading<'a> {
    file: &'a TestFile,
    /// Of each definition by index.
    of: Vec<Refs>,
    /// Of each module-level assignment.
    assigned: Vec<(&'a str, Refs)>,
    /// Fixtures that every test gets.
    automatic: Vec<usize>,
}

impl<'a> Reading<'a> {
    fn new(file: &'a TestFile) -> Self {
        let side = &file.side;
        let of_range = |range| refs(&side.source, range, &side.outline.names);
        let definitions = &side.outline.definitions;
        let of = definitions
            .iter()
            .map(|one| match one.kind {
                Kind::Module => Refs::default(),
                _ => of_range(&one.range),
            })
            .collect();
        let assigned = side.outline.assigned.iter();
        let automatic = definitions.iter().enumerate().filter(|(_, one)| {
            let head = one.range.start..one.core.start;
            let decorators = side.text().get(head).unwrap_or_default();
            decorators.contains("fixture") && decorators.contains("autouse=True")
        });
        Self {
            file,
            of,
            assigned: assigned
                .map(|(name, range)| (name.as_str(), of_range(range)))
                .collect(),
            automatic: automatic.map(|(index, _)| index).collect(),
        }
    }

    fn definitions(&self) -> &'a [Definition] {
        &self.file.side.outline.definitions
    }

    /// The tests, by index.
    fn tests(&self) -> impl Iterator<Item = (usize, &'a Definition)> {
        let all = self.definitions();
        all.iter().enumerate().filter(move |(_, one)| {
            let parent = all.get(one.parent).map_or(Kind::Module, |it| it.kind);
            one.kind == Kind::Function && one.name.starts_with("test") && parent != Kind::Function
        })
    }

    fn test(&self, one: &Definition, is_changed: bool) -> Test {
        Test {
            path: self.file.path.clone(),
            line: line_of(self.file.side.source.lines(), one.core.start),
            qualname: bare(&one.qualname).to_owned(),
            is_changed,
        }
    }

    /// Whether the hotfix changes the definition `index`, or the class around it.
    fn is_changed(&self, index: usize) -> bool {
        let Some(one) = self.definitions().get(index) else {
            return false;
        };
        let qualname = bare(&one.qualname);
        let within = |changed: &String| {
            let rest = qualname.strip_prefix(changed.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.file.changed.iter().any(within)
    }

    /// Whether this is a `conftest.py` that holds for `other`.
    fn is_shared_with(&self, other: &Self) -> bool {
        let folder = self.file.path.strip_suffix("conftest.py");
        folder.is_some_and(|folder| other.file.path.starts_with(folder))
    }

    /// All that the test names, and what its helpers, fixtures and values name in turn; and whether
    /// the hotfix changes any of these.
    fn closure(&self, test: usize, shared: &[&Self]) -> (Refs, bool) {
        let mut all = Refs::default();
        let mut is_changed = false;
        let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut waiting = vec![(0, test)];
        let class = self.definitions().get(test).map_or(0, |one| one.parent);
        if class != 0 {
            // What is set up for each test of the class, and the class's own values.
            let set_up = self
                .definitions()
                .iter()
                .enumerate()
                .filter(|(_, one)| one.parent == class && is_set_up(&one.name));
            waiting.extend(set_up.map(|(index, _)| (0, index)));
            all.add(&self.of_class_body(class));
        }
        waiting.extend(self.automatic.iter().map(|&index| (0, index)));
        for (file, one) in shared.iter().enumerate() {
            waiting.extend(one.automatic.iter().map(|&index| (file + 1, index)));
        }
        while let Some((file, index)) = waiting.pop() {
            if !seen.insert((file, index)) {
                continue;
            }
            let reading = if file == 0 { self } else { shared[file - 1] };
            let Some(refs) = reading.of.get(index) else {
                continue;
            };
            all.add(refs);
            is_changed |= reading.is_changed(index);
            for (name, refs) in &reading.assigned {
                if all.names.contains(*name) {
                    all.add(refs);
                    is_changed |= reading.file.changed.iter().any(|changed| changed == name);
                }
            }
            waiting.extend(reading.named(refs, class).map(|index| (file, index)));
            for (other, one) in shared.iter().enumerate() {
                waiting.extend(one.named(refs, 0).map(|index| (other + 1, index)));
            }
        }
        (all, is_changed)
    }

    /// The helpers and fixtures of this file that `refs` name, by index.
    fn named(&self, refs: &Refs, class: usize) -> impl Iterator<Item = usize> {
        let found = self.definitions().iter().enumerate().filter(|(_, one)| {
            let at_top = one.parent == 0 && refs.names.contains(&one.name);
            let own = one.parent == class && refs.attributes.contains(&one.name);
            one.kind != Kind::Module && (at_top || class != 0 && own)
        });
        found
            .map(|(index, _)| index)
            .collect::<Vec<_>>()
            .into_iter()
    }

    fn of_class_body(&self, class: usize) -> Refs {
        let outline = &self.file.side.outline;
        let Some(one) = outline.definitions.get(class) else {
            return Refs::default();
        };
        let first = outline.methods(class).next();
        let end = first.map_or(one.range.end, |method| method.range.start);
        let range = one.range.start..end;
        refs(&self.file.side.source, &range, &outline.names)
    }
}

impl Refs {
    fn add(&mut self, other: &Self) {
        self.names.extend(other.names.iter().cloned());
        self.dotted.extend(other.dotted.iter().cloned());
        self.attributes.extend(other.attributes.iter().cloned());
    }
}

/// A qualified name without the number that tells two of one name apart.
fn bare(qualname: &str) -> &str {
    qualname.split('#').next().unwrap_or_default()
}

fn is_set_up(name: &str) -> bool {
    let names = [
        "setUp",
        "setUpClass",
        "setUpTestData",
        "asyncSetUp",
        "setup_method",
        "setup_class",
        "setup",
    ];
    names.contains(&name)
}
