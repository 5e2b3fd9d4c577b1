//! Data that is run as code: `eval`, `exec`, YAML with Python objects, pickles, templates.

use tree_sitter::Node;

use super::reach::{self, Reach};
use super::{Found, confidence, named};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{field, keyword, positional};

pub(super) fn judge<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Found<'a>> {
    let function = field(call, "function")?;
    let name = unit.resolve(function)?;
    let first = positional(call).first().copied();
    let written = unit.slice(function);
    match name.as_str() {
        "eval" | "exec" | "builtins.eval" | "builtins.exec" => {
            let argument = first?;
            if unit.file.outline.find(&name).is_some() {
                return None;
            }
            let reach = reach::of(unit, argument);
            let sure = confidence(unit, &reach)?;
            // What `compile` made, or a file that is read to be run, is meant to be code.
            let compiled = unit.slice(argument).starts_with("compile(");
            let meant = matches!(reach, Reach::Unknown | Reach::Attribute(_))
                && (compiled || name.ends_with("exec"));
            // A namespace of its own is a decision: whoever gives one means to run code.
            let placed = 1 < positional(call).len() || is_interpreter(unit);
            let confidence = match sure {
                _ if meant => Confidence::Possible,
                Confidence::Certain if placed && is_operator(&reach) => Confidence::Possible,
                _ if is_at_the_screen(unit) => Confidence::Possible,
                Confidence::Certain if matches!(reach, Reach::Outside(_)) => sure,
                Confidence::Certain if placed => Confidence::Possible,
                Confidence::Likely if placed => Confidence::Possible,
                sure => sure,
            };
            let what = named(unit, &reach, argument);
            Some(Found {
                place: call,
                confidence,
                message: format!("{written} runs whatever {what} holds as Python"),
            })
        }
        "yaml.load" | "yaml.load_all" | "yaml.unsafe_load" | "yaml.unsafe_load_all" => {
            if !builds_objects(unit, call, &name) {
                return None;
            }
            let confidence = match reach::of(unit, first?) {
                Reach::Constant | Reach::Safe => Confidence::Possible,
                Reach::Parameter(_) | Reach::Outside(_) => Confidence::Certain,
                _ => Confidence::Likely,
            };
            Some(Found {
                place: call,
                confidence,
                message: format!("{written} builds any Python object that the text asks for"),
            })
        }
        _ => unpickles(unit, call, &name, written),
    }
}

/// Whether the person at the terminal, or whoever starts the process, writes the code.
fn is_operator(reach: &Reach<'_>) -> bool {
    matches!(reach, Reach::Outside(name) if name.contains("input(") || name.contains("environ"))
}

/// Whether the file is part of a program with windows, or of a debugger: whoever sits before it
/// types the code.
fn is_at_the_screen(unit: &Unit<'_>) -> bool {
    let text = unit.source().text();
    [
        "tkinter",
        "idlelib",
        "PyQt5",
        "PyQt6",
        "PySide2",
        "PySide6",
        "wx",
        "gi.repository",
    ]
    .iter()
    .any(|module| {
        text.contains(&format!("import {module}")) || text.contains(&format!("from {module}"))
    })
}

/// Whether the function is the reading half of a serialiser: its callers know what they wrote.
fn is_reader(unit: &Unit<'_>) -> bool {
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    matches!(
        own.trim_start_matches('_'),
        "load" | "loads" | "decode" | "deserialize" | "deserialise" | "unpickle" | "unserialize"
    )
}

/// Whether the function's own name says that it runs code: `runcode`, `eval_expression`.
fn is_interpreter(unit: &Unit<'_>) -> bool {
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    let own = own.to_ascii_lowercase();
    ["eval", "exec", "runcode", "runctx", "shell", "debug"]
        .iter()
        .any(|word| own.contains(word))
}

/// Whether the loader is not one of the safe ones.
fn builds_objects(unit: &Unit<'_>, call: Node<'_>, name: &str) -> bool {
    if name.contains("unsafe") {
        return true;
    }
    let loader =
        keyword(call, "Loader", unit.source()).or_else(|| positional(call).get(1).copied());
    loader.is_none_or(|loader| {
        let text = unit.slice(loader);
        let last = text.rsplit('.').next().unwrap_or(text);
        matches!(
            last,
            "Loader" | "UnsafeLoader" | "CLoader" | "CUnsafeLoader"
        )
    })
}

fn unpickles<'a>(unit: &Unit<'a>, call: Node<'a>, name: &str, written: &str) -> Option<Found<'a>> {
    let library = name.rsplit_once('.').map(|(library, _)| library)?;
    let reads = match library {
        "pickle" | "cPickle" | "_pickle" | "dill" | "cloudpickle" => {
            matches!(name.rsplit('.').next()?, "loads" | "load" | "Unpickler")
        }
        "marshal" => matches!(name.rsplit('.').next()?, "loads" | "load"),
        "jsonpickle" => name.ends_with("decode"),
        "shelve" => name.ends_with("open"),
        "pandas" => name.ends_with("read_pickle"),
        "joblib" => name.ends_with("load"),
        _ => name == "flask.render_template_string",
    };
    if !reads {
        return None;
    }
    let first = positional(call).first().copied()?;
    let reach = reach::of(unit, first);
    let confidence = match reach {
        Reach::Outside(_) => Confidence::Certain,
        Reach::Parameter(what) if from_outside(what) => Confidence::Certain,
        Reach::Parameter(_) if is_reader(unit) || !unit.is_public() => Confidence::Possible,
        Reach::Parameter(_)
            if name.ends_with("loads") || name.contains("template") || name.ends_with("decode") =>
        {
            Confidence::Likely
        }
        Reach::Parameter(_) | Reach::Attribute(_) | Reach::Unknown => Confidence::Possible,
        Reach::Constant | Reach::Safe | Reach::Number(_) => return None,
    };
    let what = named(unit, &reach, first);
    let message = if name.contains("template") {
        format!("{written} runs whatever {what} holds as a template")
    } else {
        format!("{written} runs code that {what} may hold")
    };
    Some(Found {
        place: call,
        confidence,
        message,
    })
}

/// Names of parameters that bring data from outside.
fn from_outside(what: &str) -> bool {
    let lower = what.to_ascii_lowercase();
    [
        "request", "payload", "body", "message", "event", "cookie", "upload", "packet",
    ]
    .iter()
    .any(|word| lower.contains(word))
}
