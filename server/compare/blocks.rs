//! Statements that leave one definition and come to another: pulled out, put in, or moved.
//!
//! What leaves and comes is read from the hunks of all changed files and set against each other. A
//! statement counts as moved only if it says exactly the same; of long expressions also a part.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hasher;

use tree_sitter::Node;

use super::branch::{Branch, Spot};
use super::canonical::{self, Role, Token};
use super::edits::Edits;
use super::shape::{Changed, Side};
use super::statements::{Statement, in_stretches};
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, field, walk};

/// Statements with fewer tokens say too little.
const FEWEST_TOKENS: usize = 4;

/// So many tokens of at least two statements are a block.
const OF_SEVERAL: usize = 10;

/// A single statement or expression needs so many to be recognised.
const OF_ONE: usize = 20;

/// A call needs so many, and so many named arguments, to be recognised whatever its variables are
/// called.
const OF_CALL: usize = 14;
const NAMED: usize = 2;

/// Statements with more tokens are not taken apart.
const MOST_TOKENS: usize = 400;

/// More statements than this on one side are not looked at.
const MOST: usize = 20_000;

/// Code that stands in another definition than in production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Where production has the first of it.
    pub from: Spot,
    /// Where the hotfix has the first of it.
    pub to: Spot,
    /// What the first statement of it says in the hotfix; see [`mark`].
    pub mark: u64,
    /// How many statements move; none where only a part of one does.
    pub statements: usize,
}

/// What leaves the definitions of changed files, and what comes to them.
#[derive(Debug, Clone, Default)]
pub struct Ends {
    gone: Vec<End>,
    come: Vec<End>,
}

#[derive(Debug, Clone)]
struct End {
    /// Path and name of the definition, as production calls them.
    scope: (String, String),
    /// The same as its own side calls them, with the line.
    spot: Spot,
    mark: u64,
    tokens: usize,
    parts: Vec<(u64, usize)>,
}

/// What a statement says, as a number.
#[must_use]
pub fn mark(statement: &Statement<'_>) -> u64 {
    let mut hasher = fnv::FnvHasher::default();
    hasher.write(statement.node.kind().as_bytes());
    for token in &statement.tokens {
        hasher.write(token.text.as_bytes());
        hasher.write_u8(0);
    }
    hasher.finish()
}

impl Ends {
    /// Reads one changed file. Tests move for reasons of their own.
    pub fn read(&mut self, changed: &Changed<'_>) {
        if changed.is_test || super::shape::paths::is_beside(changed.path) {
            return;
        }
        match (changed.base, changed.head) {
            (Some(base), Some(head)) => {
                let edits = Edits::new(base.source, head.source, changed.hunks);
                for hunk in (0..changed.hunks.len()).filter(|&at| edits.same_code(at).is_none()) {
                    let (old, new) = (edits.base(hunk), edits.head(hunk));
                    if old.broken || new.broken {
                        continue;
                    }
                    take(&mut self.gone, changed, base, old.statements, false);
                    take(&mut self.come, changed, head, new.statements, true);
                }
            }
            (Some(base), None) => whole(&mut self.gone, changed, base, false),
            (None, Some(head)) => whole(&mut self.come, changed, head, true),
            (None, None) => {}
        }
    }

    /// Sets what left against what came.
    #[must_use]
    pub fn blocks(mut self) -> Vec<Block> {
        self.stay();
        let mut groups = BTreeMap::<_, Group>::new();
        self.statements(&mut groups);
        self.parts(&mut groups);
        let told = groups.into_values().filter(Group::is_told);
        told.filter_map(|group| group.first).collect()
    }

    /// Takes away what each definition keeps.
    fn stay(&mut self) {
        let mut kept = HashMap::<_, usize>::new();
        for one in &self.gone {
            *kept.entry((one.scope.clone(), one.mark)).or_default() += 1;
        }
        let mut both = HashMap::<_, usize>::new();
        self.come.retain(|one| {
            let key = (one.scope.clone(), one.mark);
            let stays = take_one(&mut kept, &key);
            if stays {
                *both.entry(key).or_default() += 1;
            }
            !stays
        });
        self.gone
            .retain(|one| !take_one(&mut both, &(one.scope.clone(), one.mark)));
    }

    fn statements(&mut self, groups: &mut BTreeMap<Way, Group>) {
        let mut left = HashMap::<u64, Vec<usize>>::new();
        for (at, one) in self.gone.iter().enumerate().rev() {
            left.entry(one.mark).or_default().push(at);
        }
        let mut used = vec![false; self.gone.len()];
        let gone = &self.gone;
        self.come.retain(|one| {
            let Some(at) = left.get_mut(&one.mark).and_then(|all| {
                let place = all.iter().rposition(|&at| gone[at].scope != one.scope)?;
                Some(all.remove(place))
            }) else {
                return true;
            };
            used[at] = true;
            let group = groups
                .entry((gone[at].scope.clone(), one.scope.clone()))
                .or_default();
            group.add(&gone[at], one, one.tokens, 1);
            false
        });
        let mut used = used.into_iter();
        self.gone.retain(|_| !used.next().unwrap_or_default());
    }

    fn parts(&self, groups: &mut BTreeMap<Way, Group>) {
        let mut kept = HashMap::<_, usize>::new();
        for one in &self.come {
            for (mark, _) in &one.parts {
                *kept.entry((&one.scope, *mark)).or_default() += 1;
            }
        }
        let mut left = HashMap::<u64, Vec<&End>>::new();
        for one in &self.gone {
            for (mark, _) in &one.parts {
                if !take_one(&mut kept, &(&one.scope, *mark)) {
                    left.entry(*mark).or_default().push(one);
                }
            }
        }
        for one in &self.come {
            // The largest comes first; what it holds comes with it.
            let found = one.parts.iter().find_map(|(mark, tokens)| {
                let all = left.get_mut(mark)?;
                let place = all.iter().position(|old| old.scope != one.scope)?;
                Some((all.remove(place), *tokens))
            });
            if let Some((old, tokens)) = found {
                let way = (old.scope.clone(), one.scope.clone());
                groups.entry(way).or_default().add(old, one, tokens, 0);
            }
        }
    }
}

/// From where to where.
type Way = ((String, String), (String, String));

/// What goes the same way.
#[derive(Debug, Default)]
struct Group {
    first: Option<Block>,
    tokens: usize,
    largest: usize,
}

impl Group {
    fn add(&mut self, old: &End, new: &End, tokens: usize, statements: usize) {
        let block = self.first.get_or_insert_with(|| Block {
            from: old.spot.clone(),
            to: new.spot.clone(),
            mark: new.mark,
            statements: 0,
        });
        block.statements += statements;
        self.tokens += tokens;
        self.largest = self.largest.max(tokens);
    }

    fn is_told(&self) -> bool {
        let several = self.first.as_ref().is_some_and(|one| 2 <= one.statements);
        several && OF_SEVERAL <= self.tokens || OF_ONE <= self.largest
    }
}

fn take_one<K: std::hash::Hash + Eq>(all: &mut HashMap<K, usize>, key: &K) -> bool {
    match all.get_mut(key) {
        Some(count) if 0 < *count => {
            *count -= 1;
            true
        }
        _ => false,
    }
}

fn whole(into: &mut Vec<End>, changed: &Changed<'_>, side: Side<'_>, is_head: bool) {
    let all = [side.source.root().byte_range()];
    let found = in_stretches(side.source, &all);
    take(into, changed, side, &found.statements, is_head);
}

fn take(
    into: &mut Vec<End>,
    changed: &Changed<'_>,
    side: Side<'_>,
    statements: &[Statement<'_>],
    is_head: bool,
) {
    for one in statements {
        if MOST <= into.len() {
            return;
        }
        if one.tokens.len() < FEWEST_TOKENS || !is_code(one) {
            continue;
        }
        let index = side.outline.index_at(one.span.start);
        let own = &side.outline.definitions[index];
        let line = side.source.lines().line_of(one.span.start);
        let spot = Spot {
            path: changed.path.to_owned(),
            qualname: own.qualname.clone(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
        };
        into.push(End {
            scope: scope(changed, index, &spot, is_head),
            spot,
            mark: mark(one),
            tokens: one.tokens.len(),
            parts: parts(side.source, one),
        });
    }
}

/// What production calls the definition.
fn scope(changed: &Changed<'_>, index: usize, spot: &Spot, is_head: bool) -> (String, String) {
    let own = || (spot.path.clone(), spot.qualname.clone());
    if !is_head {
        return own();
    }
    let partner = changed.matching.and_then(|known| known.base_of(index));
    if let (Some(partner), Some(base)) = (partner, changed.base) {
        let name = base.outline.definitions[partner].qualname.clone();
        return (spot.path.clone(), name);
    }
    came(changed.branch, spot).unwrap_or_else(own)
}

/// The definition, or one around it, came from another file.
fn came(branch: &Branch, spot: &Spot) -> Option<(String, String)> {
    let mut known = spot.qualname.as_str();
    loop {
        if let Some(moved) = branch.came(&spot.path, known) {
            let rest = &spot.qualname[known.len()..];
            let name = format!("{}{rest}", moved.from.qualname);
            return Some((moved.from.path.clone(), name));
        }
        known = known.rsplit_once('.')?.0;
    }
}

fn is_code(statement: &Statement<'_>) -> bool {
    let first = statement.tokens.first();
    let docstring = first.is_some_and(|one| one.text == "docstring");
    !docstring
        && !matches!(
            statement.node.kind(),
            "import_statement"
                | "import_from_statement"
                | "future_import_statement"
                | "function_definition"
                | "class_definition"
                | "decorator"
                | "else_clause"
                | "finally_clause"
        )
}

/// The long expressions in a statement, from outside in.
fn parts(source: &Source, statement: &Statement<'_>) -> Vec<(u64, usize)> {
    let mut found = Vec::new();
    if statement.tokens.len() < OF_CALL || MOST_TOKENS < statement.tokens.len() {
        return found;
    }
    walk(statement.node, &mut |node| {
        if statement.span.end <= node.start_byte() {
            return Walk::Over;
        }
        if node.start_byte() < statement.span.start || !is_expression(node) {
            return Walk::Into;
        }
        let tokens = canonical::tokens(source, node);
        if tokens.len() < OF_CALL {
            return Walk::Over;
        }
        found.extend(call(source, node, &tokens));
        if tokens.len() < OF_ONE {
            return Walk::Into;
        }
        let mut hasher = fnv::FnvHasher::default();
        for token in &tokens {
            hasher.write(token.text.as_bytes());
            hasher.write_u8(0);
        }
        found.push((hasher.finish(), tokens.len()));
        Walk::Into
    });
    found
}

/// A call with several named arguments, whatever the variables are called that it is given.
fn call(source: &Source, node: Node<'_>, tokens: &[Token<'_>]) -> Option<(u64, usize)> {
    let function = field(node, "function").filter(|_| node.kind() == "call")?;
    let named = tokens
        .iter()
        .filter(|one| one.role == Role::Keyword)
        .count();
    if named < NAMED {
        return None;
    }
    let mut hasher = fnv::FnvHasher::default();
    hasher.write(source.slice(function).as_bytes());
    for token in tokens.iter().filter(|one| function.end_byte() <= one.at) {
        let text = match token.role {
            Role::Name => "·",
            _ => &*token.text,
        };
        hasher.write(text.as_bytes());
        hasher.write_u8(0);
    }
    Some((hasher.finish(), tokens.len().max(OF_ONE)))
}

fn is_expression(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "call"
            | "boolean_operator"
            | "comparison_operator"
            | "binary_operator"
            | "not_operator"
            | "conditional_expression"
            | "list_comprehension"
            | "dictionary_comprehension"
            | "set_comprehension"
            | "generator_expression"
            | "dictionary"
            | "list"
            | "tuple"
            | "set"
    )
}
