//! What one place does with a resource: uses it, lends it, closes it, gives it away.

use super::super::knowledge::openers::Kind;
use super::super::knowledge::takers::{self, Taker};
use crate::syntax::Unit;
use crate::syntax::flow::{Flat, Place, last_part};
use crate::syntax::nodes::{field, positional};
use crate::syntax::unit::definition_node;

/// What the code does with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Uses it.
    Uses,
    /// Gives it to code that nobody can see.
    Lends,
    /// Closes it.
    Closes,
    /// Gives it to another owner.
    GivesAway,
}

/// Where a resource stands: the scope's code and what a resource of this kind can do.
#[derive(Clone, Copy)]
pub struct View<'f, 'u, 'a> {
    /// The scope.
    pub unit: &'u Unit<'a>,
    /// Its code.
    pub flat: &'f Flat<'a>,
    /// The resource's kind.
    pub kind: Kind,
    /// Through how many functions of the file it is followed from here.
    pub steps: u8,
}

/// How many functions of the file are followed.
pub const STEPS: u8 = 2;

impl View<'_, '_, '_> {
    /// What the expression at `place`, which stands for the resource, is used for.
    #[must_use]
    pub fn act(&self, place: Place) -> Act {
        let flat = self.flat;
        let Some(parent) = flat.parent(place) else {
            return Act::Uses;
        };
        match flat.kind(parent) {
            "attribute" => self.act_on_attribute(parent),
            "argument_list" => self.argument(place, parent),
            "keyword_argument" => match flat.parent(parent) {
                Some(list) if flat.kind(list) == "argument_list" => self.argument(parent, list),
                _ => Act::GivesAway,
            },
            "with_item" => Act::Closes,
            "as_pattern" => {
                let entered = flat
                    .ancestors(parent)
                    .take(2)
                    .any(|up| flat.kind(up) == "with_item");
                if entered { Act::Closes } else { Act::GivesAway }
            }
            // `f[0]` reads, `x if c else f` gives the resource itself on.
            "conditional_expression" => {
                if flat.children(parent).nth(1) == Some(place) {
                    Act::Uses
                } else {
                    Act::GivesAway
                }
            }
            "subscript" => {
                if flat.role(place) == "value" {
                    Act::Uses
                } else {
                    Act::GivesAway
                }
            }
            "assignment" => self.assigned(parent),
            "for_statement"
            | "for_in_clause"
            | "comparison_operator"
            | "not_operator"
            | "if_statement"
            | "elif_clause"
            | "while_statement"
            | "assert_statement"
            | "expression_statement"
            | "delete_statement"
            | "if_clause"
            | "interpolation" => Act::Uses,
            "boolean_operator" => self.truth(parent),
            "parenthesized_expression" => self.act(parent),
            _ => Act::GivesAway,
        }
    }

    /// `g = f`: a second name, which is followed. `self.f = f`: another owner.
    fn assigned(&self, assignment: Place) -> Act {
        let plain = self
            .flat
            .field(assignment, "left")
            .is_some_and(|left| self.flat.kind(left) == "identifier");
        if plain { Act::Uses } else { Act::GivesAway }
    }

    /// `f and f.read()` tests the resource; `given or f` in a value gives it on.
    fn truth(&self, operator: Place) -> Act {
        let flat = self.flat;
        let inner = [
            "boolean_operator",
            "not_operator",
            "parenthesized_expression",
        ];
        let tests = [
            "if_statement",
            "elif_clause",
            "while_statement",
            "assert_statement",
        ];
        let tested = flat
            .ancestors(operator)
            .find(|up| !inner.contains(&flat.kind(*up)))
            .is_some_and(|up| tests.contains(&flat.kind(up)));
        if tested { Act::Uses } else { Act::GivesAway }
    }

    fn act_on_attribute(&self, attribute: Place) -> Act {
        let flat = self.flat;
        let name = flat
            .field(attribute, "attribute")
            .map_or("", |name| flat.slice(name));
        let called = flat.role(attribute) == "function";
        if self.kind.close.contains(&name) {
            // `f.close` alone does nothing; `stack.callback(f.close)`: somebody closes it later.
            let alone = flat
                .parent(attribute)
                .is_some_and(|up| flat.kind(up) == "expression_statement");
            return match (called, alone) {
                (true, _) => Act::Closes,
                (false, true) => Act::Uses,
                (false, false) => Act::GivesAway,
            };
        }
        if matches!(name, "__enter__" | "makefile" | "accept") {
            return Act::GivesAway;
        }
        Act::Uses
    }

    fn argument(&self, place: Place, list: Place) -> Act {
        let flat = self.flat;
        let Some(call) = flat.parent(list).filter(|call| flat.kind(*call) == "call") else {
            return Act::GivesAway;
        };
        if self.kind.is_descriptor() {
            return self.numbered(call);
        }
        match takers::taker(self.unit, flat.node(call)) {
            Taker::Borrows => Act::Uses,
            Taker::Views if self.handed_on(call) => Act::GivesAway,
            Taker::Views => Act::Uses,
            // Whoever closes it himself did not give it away: `writer = Writer(f) … f.close()`.
            Taker::Owns if self.is_class(call) && self.only_borrows(call, place) => Act::Lends,
            Taker::Owns => Act::GivesAway,
            Taker::Unknown => self.in_own_function(call, place),
        }
    }

    fn is_class(&self, call: Place) -> bool {
        self.flat.field(call, "function").is_some_and(|function| {
            last_part(self.flat.slice(function))
                .trim_start_matches('_')
                .starts_with(char::is_uppercase)
        })
    }

    /// Whether this scope itself closes what the place names, further down and on the plain way:
    /// not in a handler, for then the wrapper is the owner where all went well.
    fn only_borrows(&self, call: Place, place: Place) -> bool {
        let flat = self.flat;
        let Some(path) = flat.path(place).filter(|_| !self.handed_on(call)) else {
            return false;
        };
        let from = flat.node(place).end_byte();
        let around: Vec<Place> = flat.ancestors(place).collect();
        let closes = |at: Place| {
            flat.role(at) == "object"
                && flat.parent(at).is_some_and(|up| {
                    flat.role(up) == "function"
                        && flat
                            .field(up, "attribute")
                            .is_some_and(|name| self.kind.close.contains(&flat.slice(name)))
                })
        };
        let is_plain = |at: Place| {
            flat.ancestors(at).all(|up| {
                let kind = flat.kind(up);
                let decides = kind.starts_with("except") || kind == "if_statement";
                !decides || around.contains(&up)
            })
        };
        flat.below(flat.root()).any(|at| {
            flat.path(at) == Some(path)
                && from < flat.node(at).start_byte()
                && closes(at)
                && is_plain(at)
        })
    }

    /// What a call does with a bare descriptor: `os.write` and its like use it, `os.close` closes
    /// it, everything else may take it over.
    fn numbered(&self, call: Place) -> Act {
        const USES: [&str; 10] = [
            "os.read",
            "os.write",
            "os.lseek",
            "os.fstat",
            "os.fsync",
            "os.ftruncate",
            "os.fchmod",
            "fcntl.flock",
            "fcntl.fcntl",
            "print",
        ];
        match self.unit.callee(self.flat.node(call)).as_deref() {
            Some("os.close") => Act::Closes,
            Some(name) if USES.contains(&name) => Act::Uses,
            _ => Act::GivesAway,
        }
    }

    /// Whether the value of an expression leaves the function or is kept.
    fn handed_on(&self, value: Place) -> bool {
        let flat = self.flat;
        flat.parent(value)
            .is_some_and(|parent| match flat.kind(parent) {
                "return_statement" | "yield" | "dictionary" | "list" | "tuple" | "pair" | "set"
                | "expression_list" => true,
                "assignment" => self.assigned(parent) == Act::GivesAway,
                "argument_list" => flat.parent(parent).is_some_and(|call| {
                    // `list(csv.reader(f))` reads everything at once.
                    let eager = flat
                        .field(call, "function")
                        .is_some_and(|one| flat.kind(one) == "identifier");
                    flat.kind(call) == "call" && self.handed_on(call) && !eager
                }),
                _ => false,
            })
    }

    /// What a function of the same file does with its parameter.
    fn in_own_function(&self, call: Place, place: Place) -> Act {
        self.own_function(call, place).unwrap_or(Act::Lends)
    }

    fn own_function(&self, call: Place, place: Place) -> Option<Act> {
        let unit = self.unit;
        let call = self.flat.node(call);
        let argument = self.flat.node(place);
        let index = positional(call).iter().position(|one| *one == argument)?;
        let function = field(call, "function")?;
        let definition = unit.file.outline.find(unit.slice(function))?;
        let node = definition_node(unit.source(), definition)?;
        let inner = Unit::new(unit.file, node, definition.qualname.clone());
        let parameter = inner.parameters().get(index).copied()?;
        let flat = Flat::new(unit.source(), node);
        let view = View {
            unit: &inner,
            flat: &flat,
            kind: self.kind,
            steps: self.steps.checked_sub(1)?,
        };
        let mut worst = Act::Uses;
        for at in flat.below(flat.root()) {
            let one = match flat.kind(at) {
                "identifier" if flat.slice(at) == parameter.name && is_read(&flat, at) => {
                    view.act(at)
                }
                "function_definition" | "class_definition" | "lambda"
                    if at != flat.root() && mentions(flat.slice(at), parameter.name) =>
                {
                    Act::GivesAway
                }
                _ => continue,
            };
            worst = worst.max(one);
        }
        // A function that closes it is its owner from then on.
        Some(if worst == Act::Closes {
            Act::GivesAway
        } else {
            worst
        })
    }

    /// Whether the value of `value` goes on reading from the resource: `csv.reader(f)`,
    /// `(row for row in f)`.
    #[must_use]
    pub fn is_view(&self, value: Place) -> bool {
        match self.flat.kind(value) {
            "generator_expression" => true,
            "call" => takers::taker(self.unit, self.flat.node(value)) == Taker::Views,
            _ => false,
        }
    }
}

/// Whether an identifier stands for a variable that is read.
fn is_read(flat: &Flat<'_>, at: Place) -> bool {
    let parent = flat.parent(at).map_or("", |up| flat.kind(up));
    match flat.role(at) {
        "attribute" | "name" | "left" => false,
        _ => !matches!(
            parent,
            "parameters" | "global_statement" | "nonlocal_statement"
        ),
    }
}

/// Whether a text has this name as a word.
#[must_use]
pub fn mentions(text: &str, name: &str) -> bool {
    let word = |one: char| one.is_alphanumeric() || one == '_';
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(word) && !text[at + name.len()..].starts_with(word))
}
