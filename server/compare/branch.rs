//! All changed files together: what left one and came to another.

mod wanted;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

pub use wanted::is_enumeration;

use super::blocks::Block;
use super::callers::{self, Use, Wanted, Way};
use super::form::Formal;
use super::matching::{FEWEST_TOKENS, SIMILAR, similarity};
use super::normal::{stable_hash, tokens};
use super::signature::names_of_parameters;
use super::size::Oversize;
use crate::syntax::unit::definition_node;
use crate::syntax::{Definition, Kind, Outline, Source};

/// Without the same name a body must have so many tokens to be recognised in another file.
const FEWEST_NAMELESS: usize = 40;

/// One changed file, with the sides that it has.
#[derive(Debug, Clone)]
pub struct Sides {
    /// Its path in the hotfix, with `/`; of a deleted file the path in production.
    pub path: String,
    /// Its path in production, if that is another one.
    pub from: Option<String>,
    /// Production's text, comparable.
    pub base: Option<Source>,
    /// The hotfix's text.
    pub head: Option<Source>,
}

/// A definition or module-level name in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The file's path.
    pub path: String,
    /// The qualified name.
    pub qualname: String,
    /// The line on which it begins, from 0.
    pub line: u32,
}

/// What stands in another file than in production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Where production has it.
    pub from: Spot,
    /// Where the hotfix has it.
    pub to: Spot,
    /// Whether nothing else about it changes.
    pub same: bool,
}

/// What the branch does to its files as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branch {
    moves: Vec<Move>,
    /// Code that stands in another definition than in production.
    pub blocks: Vec<Block>,
    /// Names of definitions that only production has, and that only the hotfix has.
    names: (BTreeSet<String>, BTreeSet<String>),
    /// Methods that a class of production leaves to a new class in another file.
    pulled_up: Vec<Move>,
    /// Names of functions that only the hotfix has and that begin as those of tests do.
    new_tests: BTreeSet<String>,
    /// Parameters that functions no longer take, by the name that they are called by.
    lost: BTreeMap<String, BTreeSet<String>>,
    added: BTreeSet<String>,
    deleted: BTreeSet<String>,
    /// What callers may have to follow, with the places found so far.
    users: BTreeMap<Wanted, Vec<User>>,
    /// Set where the branch is larger than most hotfixes are.
    pub oversize: Option<Oversize>,
    /// Set where the branch changes hardly anything but the form of the code.
    pub formal: Option<Formal>,
    /// The files in which production's own later changes are in the way of merging the hotfix and
    /// taking it back.
    pub conflicts: BTreeSet<String>,
}

/// A place in another file that uses what the branch changes for its callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The file, relative to the repository.
    pub path: String,
    /// The same on the disk.
    pub file: PathBuf,
    /// The line.
    pub place: Use,
}

/// At most so many users of one definition are told.
pub const MOST_USERS: usize = 8;

impl Branch {
    /// Reads all changed files.
    #[must_use]
    pub fn of(files: &[Sides]) -> Self {
        let mut branch = Self::default();
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for file in files {
            match (&file.base, &file.head) {
                (None, Some(_)) => drop(branch.added.insert(file.path.clone())),
                (Some(_), None) => drop(branch.deleted.insert(file.path.clone())),
                _ => {}
            }
            let outline = |side: &Option<Source>| side.as_ref().map(Outline::new);
            let (base, head) = (outline(&file.base), outline(&file.head));
            if let (Some(source), Some(outline)) = (&file.base, &base) {
                let now = file.head.as_ref().zip(head.as_ref());
                let path = file.from.as_ref().unwrap_or(&file.path);
                let all = wanted::of(path, file.from.is_some(), (source, outline), now);
                branch.users.extend(all.map(|one| (one, Vec::new())));
                if let Some(now) = now {
                    lost(&mut branch.lost, (source, outline), now);
                }
                gone.extend(only_here(&file.path, source, outline, head.as_ref()));
            }
            if let (Some(source), Some(outline)) = (&file.head, &head) {
                come.extend(only_here(&file.path, source, outline, base.as_ref()));
            }
        }
        let named = |all: &[Lone]| {
            let all = all.iter().filter(|one| one.class.is_none());
            all.map(|one| one.name.clone()).collect()
        };
        branch.names = (named(&gone), named(&come));
        branch.pulled_up = pulled_up(&gone, &come);
        let tests = come.iter().filter(|one| one.name.starts_with("test"));
        branch.new_tests = tests.map(|one| one.name.clone()).collect();
        come.retain(|one| one.class.is_none());
        branch.moves = moves(&gone, come);
        branch
    }

    /// What came to this file from another one under this name.
    #[must_use]
    pub fn came(&self, path: &str, qualname: &str) -> Option<&Move> {
        let mut all = self.moves.iter();
        all.find(|one| one.to.path == path && one.to.qualname == qualname)
    }

    /// Whether production alone has something of the name `old`, and the hotfix alone of `new`.
    #[must_use]
    pub fn is_renamed(&self, old: &str, new: &str) -> bool {
        self.names.0.contains(old) && self.names.1.contains(new)
    }

    /// What a new class of this file, or a method of it, took over from classes of other files.
    pub fn pulled_up(&self, path: &str) -> impl Iterator<Item = &Move> {
        self.pulled_up.iter().filter(move |one| one.to.path == path)
    }

    /// Whether production alone defines something of this name, and it went nowhere else.
    #[must_use]
    pub fn is_gone(&self, name: &str) -> bool {
        let last = |qualname: &str| qualname.rsplit('.').next() == Some(name);
        self.names.0.contains(name)
            && !self.names.1.contains(name)
            && !self.moves.iter().any(|one| last(&one.from.qualname))
    }

    /// The parameters that something called by this name no longer takes.
    #[must_use]
    pub fn lost(&self, called: &str) -> Option<&BTreeSet<String>> {
        self.lost.get(called)
    }

    /// What went from this file to another one.
    #[must_use]
    pub fn went(&self, path: &str, qualname: &str) -> Option<&Move> {
        let mut all = self.moves.iter();
        all.find(|one| one.from.path == path && one.from.qualname == qualname)
    }

    /// Whether production does not have a file of this path and the hotfix does.
    #[must_use]
    pub fn is_added(&self, path: &str) -> bool {
        self.added.contains(path)
    }

    /// Whether the hotfix deletes the file of this path.
    #[must_use]
    pub fn is_deleted(&self, path: &str) -> bool {
        self.deleted.contains(path)
    }

    /// Whether somebody has to be looked for who uses what changes for its callers.
    #[must_use]
    pub fn seeks_users(&self) -> bool {
        !self.users.is_empty()
    }

    /// Forgets names of packages that are modules in them: those can be imported all the same. `paths`
    /// is all files of the repository, sorted or not.
    pub fn keep_submodules(&mut self, paths: &[String]) {
        let is_module = |wanted: &Wanted| {
            let folder = wanted.path.strip_suffix("__init__.py");
            folder.is_some_and(|folder| {
                let module = format!("{folder}{}.py", wanted.qualname);
                let package = format!("{folder}{}/__init__.py", wanted.qualname);
                paths.iter().any(|path| *path == module || *path == package)
            })
        };
        self.users
            .retain(|wanted, _| wanted.way != Way::Imported || !is_module(wanted));
    }

    /// Looks through one more file of the repository.
    pub fn read_user(&mut self, path: &str, file: &Path, text: &str) {
        for (wanted, users) in &mut self.users {
            if users.len() < MOST_USERS {
                users.extend(
                    callers::uses(text, path, wanted)
                        .into_iter()
                        .map(|place| User {
                            path: path.to_owned(),
                            file: file.to_owned(),
                            place,
                        }),
                );
                users.truncate(MOST_USERS);
            }
        }
    }

    /// Forgets the changed definitions that nobody was found to use.
    pub fn settle_users(&mut self) {
        self.users.retain(|_, users| !users.is_empty());
    }

    /// The places in other files that use what production has under this name.
    #[must_use]
    pub fn users(&self, path: &str, qualname: &str) -> &[User] {
        self.users_by(Way::Named, path, qualname)
    }

    /// The places in other files that use it in this way.
    #[must_use]
    pub fn users_by(&self, way: Way, path: &str, qualname: &str) -> &[User] {
        let wanted = Wanted {
            path: path.to_owned(),
            qualname: qualname.to_owned(),
            way,
        };
        self.users.get(&wanted).map_or(&[], Vec::as_slice)
    }

    /// Whether the hotfix has a test of this name where production has none.
    #[must_use]
    pub fn has_new_test(&self, name: &str) -> bool {
        self.new_tests.contains(name)
    }

    /// The files that the hotfix deletes.
    pub fn deleted(&self) -> impl Iterator<Item = &str> {
        self.deleted.iter().map(String::as_str)
    }

    /// Where most of what went from this file is now.
    #[must_use]
    pub fn heir(&self, path: &str) -> Option<&str> {
        let mut counts = BTreeMap::<&str, usize>::new();
        for one in self.moves.iter().filter(|one| one.from.path == path) {
            *counts.entry(&one.to.path).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        most.map(|(path, _)| path)
    }
}

/// Adds the parameters that functions of the same name no longer take.
fn lost(
    all: &mut BTreeMap<String, BTreeSet<String>>,
    (base, outline): (&Source, &Outline),
    (head, now): (&Source, &Outline),
) {
    for old in &outline.definitions {
        let Some(new) = now.find(&old.qualname) else {
            continue;
        };
        if old.kind != Kind::Function || new.kind != Kind::Function || old.name.contains('#') {
            continue;
        }
        let parameters = |source: &'_ Source, one| {
            definition_node(source, one)
                .map_or_else(Vec::new, |node| names_of_parameters(source, node))
        };
        if base.text().get(old.core.clone()) == head.text().get(new.core.clone()) {
            continue;
        }
        let (were, are) = (parameters(base, old), parameters(head, new));
        if were.len() <= are.len() {
            continue;
        }
        let gone = were.into_iter().filter(|one| !are.contains(one));
        // A constructor is called by the name of its class.
        let name = match old.name.as_str() {
            "__init__" => &outline.definitions[old.parent].name,
            name => name,
        };
        for one in gone {
            all.entry(name.to_owned()).or_default().insert(one);
        }
    }
}

/// A definition that only one side of its file has.
struct Lone {
    spot: Spot,
    kind: Option<Kind>,
    name: String,
    /// The new class that it stands in.
    class: Option<String>,
    tokens: Vec<u64>,
    body: u64,
}

fn only_here(path: &str, source: &Source, own: &Outline, other: Option<&Outline>) -> Vec<Lone> {
    let known: HashSet<&str> = other.map_or_else(HashSet::new, |other| {
        let definitions = other.definitions.iter().map(|one| one.qualname.as_str());
        let assigned = other.assigned.iter().map(|(name, _)| name.as_str());
        definitions.chain(assigned).collect()
    });
    let spot = |qualname: &str, at: usize| Spot {
        path: path.to_owned(),
        qualname: qualname.to_owned(),
        line: u32::try_from(source.lines().line_of(at)).unwrap_or(u32::MAX),
    };
    let is_new = |one: &Definition| !known.contains(one.qualname.as_str());
    let definitions = own.definitions.iter().filter(|one| {
        // What stands in something new comes with it.
        let outer = &own.definitions[one.parent];
        let alone = one.parent == 0 || !is_new(outer);
        one.kind != Kind::Module && is_new(one) && (alone || outer.kind == Kind::Class)
    });
    let mut found: Vec<Lone> = definitions
        .map(|one| {
            let all = tokens(source, one.core.clone());
            let name = all.iter().position(|token| *token == one.name);
            let rest = &all[name.map_or(0, |name| name + 1)..];
            Lone {
                spot: spot(&one.qualname, one.core.start),
                kind: Some(one.kind),
                name: one.name.clone(),
                class: (one.parent != 0 && is_new(&own.definitions[one.parent]))
                    .then(|| own.definitions[one.parent].name.clone()),
                tokens: rest.iter().map(|token| stable_hash(&[token])).collect(),
                body: stable_hash(rest),
            }
        })
        .collect();
    let assigned = own.assigned.iter();
    found.extend(
        assigned
            .filter(|(name, _)| !known.contains(name.as_str()) && !name.starts_with("__"))
            .map(|(name, bytes)| Lone {
                spot: spot(name, bytes.start),
                kind: None,
                name: name.clone(),
                class: None,
                tokens: Vec::new(),
                body: stable_hash(&tokens(source, bytes.clone())),
            }),
    );
    found
}

/// Methods that stand in a new class of another file and are word for word those that a class of
/// production no longer has.
fn pulled_up(gone: &[Lone], come: &[Lone]) -> Vec<Move> {
    let is_method =
        |one: &&Lone| one.kind == Some(Kind::Function) && one.spot.qualname.contains('.');
    let special = |one: &Lone| one.name.starts_with("__");
    let mut found = Vec::new();
    for new in come
        .iter()
        .filter(|one| one.class.is_some() && !special(one))
    {
        let mut old = gone
            .iter()
            .filter(is_method)
            .filter(|one| one.class.is_none());
        let partner = old.find(|one| {
            one.name == new.name && one.body == new.body && one.spot.path != new.spot.path
        });
        found.extend(partner.map(|old| Move {
            from: old.spot.clone(),
            to: new.spot.clone(),
            same: true,
        }));
    }
    found
}

fn moves(gone: &[Lone], come: Vec<Lone>) -> Vec<Move> {
    let mut by_name = HashMap::<&str, Vec<usize>>::new();
    let mut by_body = HashMap::<u64, Vec<usize>>::new();
    for (index, one) in gone.iter().enumerate() {
        by_name.entry(&one.name).or_default().push(index);
        by_body.entry(one.body).or_default().push(index);
    }
    let mut taken = HashSet::new();
    let mut found = Vec::new();
    for new in come {
        let fits = |index: &&usize| {
            let old = &gone[**index];
            old.class.is_none()
                && old.kind == new.kind
                && old.spot.path != new.spot.path
                && !taken.contains(*index)
        };
        let named = by_name.get(new.name.as_str()).into_iter().flatten();
        let same_body = by_body.get(&new.body).into_iter().flatten();
        let nameless = FEWEST_NAMELESS <= new.tokens.len();
        let alike = |index: &&usize| {
            let old = &gone[**index];
            FEWEST_TOKENS <= new.tokens.len() && SIMILAR <= similarity(&old.tokens, &new.tokens)
        };
        let partner = named
            .clone()
            .filter(fits)
            .find(|index| gone[**index].body == new.body)
            .or_else(|| named.filter(fits).find(alike))
            .or_else(|| same_body.filter(fits).find(|_| nameless));
        if let Some(&partner) = partner {
            taken.insert(partner);
            let old = &gone[partner];
            found.push(Move {
                from: old.spot.clone(),
                same: old.body == new.body,
                to: new.spot,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(path: &str, base: Option<&str>, head: Option<&str>) -> Sides {
        Sides {
            path: path.to_owned(),
            from: None,
            base: base.map(Source::parse),
            head: head.map(Source::parse),
        }
    }

    const TOTAL: &str = "def total(order):\n    return sum(line.cents for line in order.lines)\n";

    #[test]
    fn a_function_goes_to_another_file() {
        let branch = Branch::of(&[
            sides("a.py", Some(TOTAL), Some("import b\n")),
            sides("b.py", None, Some(TOTAL)),
        ]);
        let moved = branch.came("b.py", "total").expect("it is found");
        assert_eq!((moved.from.path.as_str(), moved.same), ("a.py", true));
        assert_eq!(branch.went("a.py", "total"), Some(moved));
        assert_eq!(branch.heir("a.py"), Some("b.py"));
        assert!(branch.is_added("b.py") && !branch.is_added("a.py"));
    }

    #[test]
    fn it_may_change_a_little_on_the_way_but_not_all() {
        let changed = TOTAL.replace("order.lines", "order.lines if line");
        let other = "def total(x, y):\n    while x < y:\n        x = x * 2\n    print(y)\n";
        let branch = |head: &str| {
            Branch::of(&[
                sides("a.py", Some(TOTAL), Some("")),
                sides("b.py", Some(""), Some(head)),
            ])
        };
        let moved = branch(&changed);
        assert!(moved.came("b.py", "total").is_some_and(|one| !one.same));
        assert_eq!(branch(other).came("b.py", "total"), None);
    }

    #[test]
    fn a_method_comes_with_its_class_and_a_constant_by_itself() {
        let class = "class Order:\n    def total(self):\n        return 1\n\nLIMIT = 10\n";
        let branch = Branch::of(&[
            sides("a.py", Some(class), None),
            sides("b.py", None, Some(class)),
        ]);
        assert!(branch.came("b.py", "Order").is_some());
        assert!(branch.came("b.py", "LIMIT").is_some());
        assert_eq!(branch.came("b.py", "Order.total"), None);
    }
}
