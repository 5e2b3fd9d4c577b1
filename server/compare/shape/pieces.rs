//! The statements of a change, set against each other.

use std::collections::HashMap;

use tree_sitter::Node;

use super::forms::Forms;
use super::table::{Counts, Fact};
use crate::compare::statements::Statement;
use crate::syntax::Source;

/// A statement that the change touches, on one side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    forms: Forms,
    /// The same as `forms.exact`.
    pub exact: u64,
    what: What,
}

/// What a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Import,
    Condition { guard: bool },
    Handler,
    Raise,
    Return,
    Loop,
    With,
    Assert,
    Docstring,
    Deprecation,
    Option,
    Compat,
    Attribute,
    Constant,
    Assignment,
    Call,
    Other,
}

impl Piece {
    pub(super) fn of(source: &Source, statement: &Statement<'_>) -> Self {
        let forms = Forms::of(source, statement);
        Self {
            exact: forms.exact,
            what: what(source, statement),
            forms,
        }
    }

    /// Whether it proves something in a test.
    pub(super) fn proves(&self) -> bool {
        self.what == What::Assert
    }
}

/// Words of statements that say that something goes away.
const DEPRECATION: [&str; 4] = [
    "DeprecationWarning",
    "FutureWarning",
    "deprecat",
    "removed_in",
];

/// Calls that declare an option, a setting or a stored field.
const OPTIONS: [&str; 12] = [
    "add_argument",
    "add_option",
    "click.option",
    "typer.Option",
    "cfg.StrOpt",
    "cfg.BoolOpt",
    "cfg.IntOpt",
    "cfg.ListOpt",
    "Field(",
    "Column(",
    "path(",
    "getenv",
];

/// Words of switches between versions of Python.
const COMPAT: [&str; 5] = ["version_info", "__future__", "six", "PY2", "PY3"];

fn what(source: &Source, statement: &Statement<'_>) -> What {
    let text = &source.text()[statement.span.clone()];
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let node = statement.node;
    if statement
        .tokens
        .first()
        .is_some_and(|one| one.text == "docstring")
    {
        return What::Docstring;
    }
    if has(&DEPRECATION) {
        return What::Deprecation;
    }
    match node.kind() {
        "import_statement" | "import_from_statement" if has(&["six"]) => What::Compat,
        "future_import_statement" => What::Compat,
        "import_statement" | "import_from_statement" => What::Import,
        _ if has(&COMPAT) => What::Compat,
        "if_statement" | "elif_clause" => What::Condition {
            guard: has(&["None", "isinstance", "hasattr", "not ", "len(", " in "]),
        },
        "try_statement" | "except_clause" | "except_group_clause" | "finally_clause" => {
            What::Handler
        }
        "raise_statement" => What::Raise,
        "return_statement" | "continue_statement" | "break_statement" => What::Return,
        "for_statement" | "while_statement" => What::Loop,
        "with_statement" => What::With,
        "assert_statement" => What::Assert,
        "decorator" if has(&OPTIONS) => What::Option,
        "expression_statement" => expression(node, text, has(&OPTIONS)),
        _ => What::Other,
    }
}

fn expression(node: Node<'_>, text: &str, option: bool) -> What {
    let proves = text.trim_start().trim_start_matches("self.");
    if proves.starts_with("assert") {
        return What::Assert;
    }
    if option {
        return What::Option;
    }
    let inside = node.named_child(0).map_or("", |child| child.kind());
    let around = node.parent().and_then(|block| block.parent());
    match inside {
        "assignment" if node.parent().is_some_and(|one| one.kind() == "module") => What::Constant,
        "assignment" if around.is_some_and(|one| one.kind() == "class_definition") => {
            What::Attribute
        }
        "assignment" | "augmented_assignment" => What::Assignment,
        "call" | "await" => What::Call,
        _ => What::Other,
    }
}

/// Picks one form of a statement.
type Form = fn(&Forms) -> u64;

/// Sets the statements of both sides against each other: what is the same moves; what is the same
/// but for types, texts or names is counted as that; the rest is new or removed.
pub(super) fn compare(gone: &[Piece], come: &[Piece], counts: &mut Counts) {
    let mut gone = gone.to_vec();
    let mut come = come.to_vec();
    let steps: [(Form, Fact); 4] = [
        (|forms| forms.exact, Fact::StatementsMoved),
        (|forms| forms.untyped, Fact::StatementsTyped),
        (|forms| forms.unvalued, Fact::StatementsValued),
        (|forms| forms.bare, Fact::StatementsRenamed),
    ];
    for (form, fact) in steps {
        let same = cancel(&mut gone, &mut come, form);
        counts.add(fact, same);
    }
    let mut known = HashMap::<u64, u32>::new();
    for one in &come {
        *known.entry(one.forms.unvalued).or_default() += 1;
    }
    counts.add(Fact::Repeats, known.values().map(|count| count - 1).sum());
    for one in &come {
        counts.add(Fact::StatementsAdded, 1);
        added(one.what, counts);
    }
    for one in &gone {
        counts.add(Fact::StatementsRemoved, 1);
        removed(one.what, counts);
    }
}

/// Takes away what both sides have in this form; how many that were.
fn cancel(gone: &mut Vec<Piece>, come: &mut Vec<Piece>, form: Form) -> u32 {
    let mut left = HashMap::<u64, u32>::new();
    for one in &*gone {
        *left.entry(form(&one.forms)).or_default() += 1;
    }
    let mut both = HashMap::<u64, u32>::new();
    come.retain(|one| {
        let key = form(&one.forms);
        match left.get_mut(&key) {
            Some(count) if 0 < *count => {
                *count -= 1;
                *both.entry(key).or_default() += 1;
                false
            }
            _ => true,
        }
    });
    let same = both.values().sum();
    gone.retain(|one| match both.get_mut(&form(&one.forms)) {
        Some(count) if 0 < *count => {
            *count -= 1;
            false
        }
        _ => true,
    });
    same
}

fn added(what: What, counts: &mut Counts) {
    let fact = match what {
        What::Import => Fact::ImportsAdded,
        What::Condition { guard } => {
            if guard {
                counts.add(Fact::GuardsAdded, 1);
            }
            Fact::ConditionsAdded
        }
        What::Handler => Fact::HandlersAdded,
        What::Raise => Fact::RaisesAdded,
        What::Return => Fact::ReturnsAdded,
        What::Loop => Fact::LoopsAdded,
        What::With => Fact::WithsAdded,
        What::Docstring => Fact::DocstringsAdded,
        What::Deprecation => Fact::DeprecationsAdded,
        What::Option => Fact::OptionsAdded,
        What::Attribute => Fact::AttributesAdded,
        What::Constant => Fact::ConstantsAdded,
        What::Assignment => Fact::AssignmentsAdded,
        What::Call => Fact::CallsAdded,
        What::Assert | What::Compat | What::Other => return,
    };
    counts.add(fact, 1);
}

fn removed(what: What, counts: &mut Counts) {
    let fact = match what {
        What::Import => Fact::ImportsRemoved,
        What::Condition { guard } => {
            if guard {
                counts.add(Fact::GuardsRemoved, 1);
            }
            Fact::ConditionsRemoved
        }
        What::Handler => Fact::HandlersRemoved,
        What::Raise => Fact::RaisesRemoved,
        What::Docstring => Fact::DocstringsRemoved,
        What::Deprecation => Fact::DeprecationsRemoved,
        What::Option => Fact::OptionsRemoved,
        What::Compat => Fact::CompatRemoved,
        What::Attribute => Fact::AttributesRemoved,
        What::Constant => Fact::ConstantsRemoved,
        What::Assignment => Fact::AssignmentsRemoved,
        What::Call => Fact::CallsRemoved,
        What::Return | What::Loop | What::With | What::Assert | What::Other => return,
    };
    counts.add(fact, 1);
}
