//! How a function is called, and what its callers get.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::canonical;
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, ancestors, children, decorators_of, field, keyword, walk};
use crate::syntax::unit::Parameter;

/// How an argument reaches a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// By its place alone.
    Position,
    /// By its place or its name.
    Either,
    /// `*args`.
    Rest,
    /// By its name alone.
    Name,
    /// `**kwargs`.
    Others,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Takes<'s> {
    /// Its name without stars.
    pub name: &'s str,
    /// How it is passed.
    pub passing: Passing,
    /// Its default in canonical form.
    pub default: Option<String>,
    /// Where it stands.
    pub node: Node<'s>,
}

impl Takes<'_> {
    /// Whether a call without it fails.
    #[must_use]
    pub fn required(&self) -> bool {
        self.default.is_none() && !matches!(self.passing, Passing::Rest | Passing::Others)
    }

    /// Whether it can be passed by its place.
    #[must_use]
    pub fn positional(&self) -> bool {
        matches!(self.passing, Passing::Position | Passing::Either)
    }
}

/// What callers rely on.
#[derive(Debug, Clone)]
pub struct Signature<'s> {
    /// The parameters, `self` and `cls` left out.
    pub takes: Vec<Takes<'s>>,
    /// The annotation of the result in canonical form.
    pub gives: Option<String>,
    /// Whether a call has to be awaited.
    pub is_async: bool,
    /// Whether a call gives an iterator.
    pub yields: bool,
    /// Whether some path returns None beside others that return a value.
    pub may_give_none: bool,
    /// Names of the exceptions that its own `raise` statements raise.
    pub raises: BTreeSet<String>,
    /// The last parts of its decorators' names.
    pub decorators: Vec<&'s str>,
}

impl<'s> Signature<'s> {
    /// Reads a `def`. `method` says that it stands in a class.
    #[must_use]
    pub fn of(source: &'s Source, function: Node<'s>, method: bool) -> Self {
        let decorators: Vec<&str> = decorators_of(function)
            .into_iter()
            .map(|one| last_part(source.slice(one)))
            .collect();
        let mut takes = parameters(source, function);
        // Celery gives the task itself to a task that is bound.
        let is_bound = || {
            decorators_of(function).into_iter().any(|one| {
                children(one).any(|call| {
                    keyword(call, "bind", source).is_some_and(|value| value.kind() == "true")
                })
            })
        };
        if (method || is_bound())
            && !decorators.contains(&"staticmethod")
            && takes.first().is_some_and(Takes::positional)
        {
            takes.remove(0);
        }
        let mut signature = Self {
            takes,
            gives: field(function, "return_type").map(|one| canonical::text(source, one)),
            is_async: function.child(0).is_some_and(|one| one.kind() == "async"),
            yields: false,
            may_give_none: false,
            raises: BTreeSet::new(),
            decorators,
        };
        signature.read_body(source, function);
        signature
    }

    /// A call that takes this, and of which nothing else is known.
    #[must_use]
    pub fn taking(takes: Vec<Takes<'s>>) -> Self {
        Self {
            takes,
            gives: None,
            is_async: false,
            yields: false,
            may_give_none: false,
            raises: BTreeSet::new(),
            decorators: Vec::new(),
        }
    }

    /// The parameter of `before` whose place the one at `index` takes under another name.
    #[must_use]
    pub fn takes_over<'b>(&self, index: usize, before: &'b Signature<'_>) -> Option<&'b str> {
        let (now, old) = (self.takes.get(index)?, before.takes.get(index)?);
        let renamed = before.find(now.name).is_none() && self.find(old.name).is_none();
        (renamed && now.passing == old.passing).then_some(old.name)
    }

    /// The parameter of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Takes<'s>> {
        self.takes.iter().find(|one| one.name == name)
    }

    /// Whether there is a parameter that is passed so.
    #[must_use]
    pub fn has(&self, passing: Passing) -> bool {
        self.takes.iter().any(|one| one.passing == passing)
    }

    fn read_body(&mut self, source: &'s Source, function: Node<'s>) {
        let (mut none, mut value) = (false, false);
        let Some(body) = field(function, "body") else {
            return;
        };
        walk(body, &mut |node| {
            match node.kind() {
                "function_definition" | "class_definition" | "lambda" => return Walk::Over,
                "yield" => self.yields = true,
                "return_statement" => match children(node).next() {
                    Some(given) if given.kind() != "none" => value = true,
                    _ => none = true,
                },
                "raise_statement" => {
                    let raised = children(node).next().map(|one| match one.kind() {
                        "call" => field(one, "function").unwrap_or(one),
                        _ => one,
                    });
                    if let Some(name) = raised
                        .map(|one| last_part(source.slice(one)))
                        .filter(|name| name.starts_with(char::is_uppercase))
                        .filter(|name| !is_caught(source, node, function, name))
                    {
                        self.raises.insert(name.to_owned());
                    }
                }
                _ => {}
            }
            Walk::Into
        });
        self.may_give_none = none && value;
    }
}

/// Whether a handler of the function itself waits for what is raised here, and keeps it.
fn is_caught(source: &Source, raise: Node<'_>, function: Node<'_>, name: &str) -> bool {
    let around = ancestors(raise).take_while(|one| *one != function);
    let tries = around
        .filter(|one| one.kind() == "block")
        .filter_map(|one| one.parent())
        .filter(|one| one.kind() == "try_statement");
    let mut handlers = tries
        .flat_map(children)
        .filter(|one| matches!(one.kind(), "except_clause" | "except_group_clause"));
    handlers.any(|handler| {
        let named = children(handler).find(|one| !matches!(one.kind(), "block" | "comment"));
        let waits = |text: &str| {
            text.split(|one: char| !one.is_alphanumeric() && one != '_')
                .any(|word| word == name || word == "Exception" || word == "BaseException")
        };
        let mut passed_on = false;
        walk(handler, &mut |node| {
            passed_on |= node.kind() == "raise_statement" && node.named_child_count() == 0;
            Walk::Into
        });
        named.is_none_or(|named| waits(source.slice(named))) && !passed_on
    })
}

fn parameters<'s>(source: &'s Source, function: Node<'s>) -> Vec<Takes<'s>> {
    let Some(list) = field(function, "parameters") else {
        return Vec::new();
    };
    let mut found: Vec<Takes<'s>> = Vec::new();
    let mut by_name = false;
    for node in children(list) {
        match node.kind() {
            "positional_separator" => {
                for one in &mut found {
                    one.passing = Passing::Position;
                }
                continue;
            }
            "keyword_separator" => {
                by_name = true;
                continue;
            }
            _ => {}
        }
        let Some(one) = Parameter::read(node, source) else {
            continue;
        };
        let double = source.slice(node).trim_start().starts_with("**");
        let passing = match (one.starred, double, by_name) {
            (true, true, _) => Passing::Others,
            (true, false, _) => Passing::Rest,
            (false, _, true) => Passing::Name,
            (false, _, false) => Passing::Either,
        };
        by_name |= passing == Passing::Rest;
        found.push(Takes {
            name: one.name,
            passing,
            default: one.default.map(|node| canonical::text(source, node)),
            node,
        });
    }
    found
}

/// `route` of `@app.route("/x")`.
fn last_part(dotted: &str) -> &str {
    let name = dotted.trim_start_matches('@').trim();
    let name = name.split('(').next().unwrap_or(name).trim();
    name.rsplit('.').next().unwrap_or(name)
}
/// The names of a function's parameters, without stars.
#[must_use]
pub fn names_of_parameters(source: &Source, function: Node<'_>) -> Vec<String> {
    let all = parameters(source, function).into_iter();
    all.map(|one| one.name.to_owned()).collect()
}
