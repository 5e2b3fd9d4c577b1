//! `debug-leftover`: traces of the search for the fault that are not part of the fix.
//!
//! `comments` reads comments, `conflict` the markers of a merge, `fix` takes each out again.

mod comments;
mod conflict;
mod fix;
mod levels;

use tree_sitter::Node;

use super::knowledge::comments::count;
use super::knowledge::origins;
use super::{Confidence, Draft, Finding, FixContext, Group, Meta, Pair, Reporter, Rule, Texts};
use crate::fixes::Fix;
use crate::syntax::flow::facts_at;
use crate::syntax::nodes::{
    ancestors, children, field, is_scope, keyword, positional, string_value,
};
use crate::syntax::{File, Unit};

/// Something of the search for the fault was left in the code.
pub struct DebugLeftover;

static META: Meta = Meta {
    name: "debug-leftover",
    group: Group::Shortcuts,
    highest: Confidence::Certain,
    checklist: "Fix is minimal and targeted",
    noqa: &[
        "T100",
        "T201",
        "T203",
        "ERA001",
        "FIX001",
        "FIX002",
        "FIX003",
        "W0511",
        "fixme",
        "W1515",
        "forgotten-debug-statement",
    ],
    docs: include_str!("../docs/debug-leftover.md"),
    pattern: None,
};

impl Rule for DebugLeftover {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, unit: &Unit<'_>, reporter: &mut Reporter) {
        for call in origins::calls(unit) {
            if let Some((confidence, message)) = judge_call(unit, call) {
                reporter.report(Draft::at(call, confidence, message));
            }
        }
        for statement in unit.own(&["import_statement", "import_from_statement"]) {
            if let Some(module) = debugger_import(unit, statement) {
                reporter.report(Draft::at(
                    statement,
                    Confidence::Certain,
                    format!("The debugger {module} is still imported"),
                ));
            }
        }
        comments::check(unit, reporter);
    }

    fn check_text(&self, file: File<'_>, reporter: &mut Reporter) {
        conflict::check(file, reporter);
    }

    fn compare_texts(&self, texts: &Texts<'_>, reporter: &mut Reporter) {
        conflict::compare_texts(texts, reporter);
    }

    fn compare(&self, pair: &Pair<'_>, reporter: &mut Reporter) {
        comments::compare(pair, reporter);
        added_calls(pair, reporter);
    }

    fn why(&self, finding: &Finding) -> Option<&'static str> {
        let says = |word: &str| finding.message.contains(word);
        if says("conflict") {
            Some("Python cannot read the file while the markers of a merge stand in it")
        } else if says("standard output") || says("print") {
            Some("A print goes where nobody looks, with data that nobody meant to show")
        } else if says("DEBUG") {
            Some("At DEBUG every library logs as well: much of it, slowly, and with secrets in it")
        } else if says("sleep") {
            Some("A sleep makes a race rarer, and harder to find")
        } else if ["TODO", "FIXME", "XXX", "switched off", "commented"]
            .into_iter()
            .any(says)
        {
            Some(
                "Switched-off code and promises stay for years: the next hotfix has no time for them either",
            )
        } else {
            None
        }
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        fix::fixes(context, finding)
    }
}

/// A line on standard output that production's file does not have, however this file speaks
/// otherwise: it was put there while somebody looked for the fault. A sleep that is put into a
/// function of production is likely the cure of a race; a function that is new may be made to wait.
fn added_calls(pair: &Pair<'_>, reporter: &mut Reporter) {
    let Some(head) = pair.head else { return };
    let (old, now) = (pair.base_file.source.text(), pair.head_file.source.text());
    for call in origins::calls(head) {
        let text = head.slice(call);
        let Some((before, message)) = judge_call(head, call) else {
            continue;
        };
        let confidence = match before {
            Confidence::Likely | Confidence::Possible
                if message.contains("standard output") && !is_a_report(head) =>
            {
                Confidence::Certain
            }
            Confidence::Possible
                if (message.contains("sleep") || message.contains("DEBUG"))
                    && pair.base.is_some() =>
            {
                Confidence::Likely
            }
            _ => continue,
        };
        if count(old, text) < count(now, text) {
            reporter.report(Draft {
                covers: &["debug-leftover"],
                ..Draft::at(call, confidence, message)
            });
        }
    }
}

type Verdict = Option<(Confidence, String)>;

fn judge_call(unit: &Unit<'_>, call: Node<'_>) -> Verdict {
    let name = unit.callee(call)?;
    // A shell that a command line opens on purpose.
    if name == "code.interact" && speaks_to_people(unit, call) {
        return None;
    }
    // `def set_trace(): … pdb.set_trace()` is a debugger of its own.
    let own = unit.qualname.rsplit('.').next().unwrap_or_default();
    if stops(&name) && name.rsplit('.').next() != Some(own) && !offers_debugger(unit, &name) {
        let written = unit.slice(field(call, "function")?);
        return Some((
            Confidence::Certain,
            format!("{written} stops the process and waits for a debugger"),
        ));
    }
    if unit.file.is_test {
        return None;
    }
    match name.as_str() {
        "print" | "pprint" | "pprint.pprint" | "pprint.pp" | "icecream.ic" => {
            judge_print(unit, call)
        }
        "time.sleep" => judge_sleep(unit, call),
        _ => levels::judge(unit, call, &name),
    }
}

/// Modules whose only use in a service is to stop it.
const DEBUGGERS: &[&str] = &[
    "pdb",
    "ipdb",
    "pudb",
    "bpdb",
    "rpdb",
    "wdb",
    "web_pdb",
    "remote_pdb",
    "pdbpp",
    "epdb",
    "celery.contrib.rdb",
    "debugpy",
    "ptvsd",
    "pydevd",
    "pydevd_pycharm",
    "icecream",
];

/// Whether a call of this name waits for somebody at a debugger.
fn stops(name: &str) -> bool {
    if matches!(
        name,
        "breakpoint"
            | "builtins.breakpoint"
            | "sys.breakpointhook"
            | "sys.__breakpointhook__"
            | "pdb.Pdb.set_trace"
            | "IPython.embed"
            | "code.interact"
    ) {
        return true;
    }
    name.rsplit_once('.').is_some_and(|(module, last)| {
        DEBUGGERS.contains(&module)
            && matches!(
                last,
                "set_trace"
                    | "settrace"
                    | "breakpoint"
                    | "wait_for_client"
                    | "wait_for_attach"
                    | "break_into_debugger"
                    | "b"
                    | "u"
            )
    })
}

/// Whether the function is there to open this debugger: `def pdb_handler(signum, frame)`.
fn offers_debugger(unit: &Unit<'_>, debugger: &str) -> bool {
    let last = |module: &str| module.rsplit('.').next().unwrap_or(module).to_owned();
    let module = last(
        debugger
            .rsplit_once('.')
            .map_or(debugger, |(module, _)| module),
    );
    DEBUGGERS.iter().any(|known| last(known) == module)
        && unit
            .qualname
            .split(['.', '_'])
            .any(|word| word.eq_ignore_ascii_case(&module))
}

/// The debugger that a statement imports to stop the program with. Its other uses (`pdb.Pdb` as a
/// base class, `post_mortem` behind an option) are features.
fn debugger_import<'a>(unit: &Unit<'a>, statement: Node<'a>) -> Option<&'a str> {
    let text = unit.slice(statement);
    let from = field(statement, "module_name").map(|node| unit.slice(node));
    let first = children(statement).next()?;
    let module = from.unwrap_or_else(|| {
        let name = field(first, "name").unwrap_or(first);
        unit.slice(name)
    });
    let alone = from.is_some() || children(statement).count() == 1;
    let offered = || offers_debugger(unit, &format!("{module}.set_trace"));
    if !DEBUGGERS.contains(&module) || !alone || offered() {
        return None;
    }
    let whole = unit.source().text();
    let stops_here = [
        "set_trace",
        "settrace",
        "wait_for_client",
        "break_into_debugger",
    ]
    .iter()
    .any(|name| text.contains(name));
    let local = module.rsplit('.').next().unwrap_or(module);
    // `from pdb import Pdb` is a base class or a feature; `from icecream import ic` is only this.
    if from.is_some() && !stops_here && module != "icecream" {
        return None;
    }
    let other_use = whole
        .match_indices(&format!("{local}."))
        .any(|(at, found)| {
            let rest = &whole[at + found.len()..];
            !["set_trace", "settrace", "break", "wait_for", "listen"]
                .iter()
                .any(|one| rest.starts_with(one))
        });
    (stops_here || !other_use).then_some(module)
}

fn judge_print(unit: &Unit<'_>, call: Node<'_>) -> Verdict {
    let statement = call
        .parent()
        .is_some_and(|up| up.kind() == "expression_statement");
    let elsewhere = ["file", "stream"].iter().any(|name| {
        keyword(call, name, unit.source()).is_some_and(|value| {
            value.kind() != "none" && unit.resolve(value).as_deref() != Some("sys.stdout")
        })
    });
    if !statement || elsewhere || speaks_to_people(unit, call) {
        return None;
    }
    let written = unit.slice(field(call, "function")?);
    let confidence = if is_a_report(unit) {
        Confidence::Possible
    } else if has_a_log(unit) {
        Confidence::Certain
    } else if is_sentence(unit, call) {
        Confidence::Possible
    } else {
        Confidence::Likely
    };
    Some((
        confidence,
        format!("{written} writes to standard output, where no log keeps it"),
    ))
}

/// `print("Wait for the last task …")`: a sentence without any value is for a person; who looks
/// for a fault prints values, or a word.
fn is_sentence(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let given = positional(call);
    let [only] = given.as_slice() else {
        return false;
    };
    string_value(*only, unit.source()).is_some_and(|text| {
        text.starts_with(|first: char| first.is_uppercase()) && 3 < text.split_whitespace().count()
    })
}

/// Whether the file logs: then a line on standard output is not how it speaks.
fn has_a_log(unit: &Unit<'_>) -> bool {
    let names = unit.names();
    ["logging", "structlog", "loguru"]
        .iter()
        .any(|module| names.imports_module(module))
}

/// A function that prints five lines and more was written to print.
fn is_a_report(unit: &Unit<'_>) -> bool {
    4 < unit.slice(unit.node).matches("print(").count()
}

/// Whether output is what this code is for: a command line, a script, a report.
fn speaks_to_people(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let text = unit.source().text();
    let tools = [
        "argparse", "click", "typer", "optparse", "fire", "docopt", "getopt", "cmd", "readline",
        "getpass", "curses", "turtle", "tkinter",
    ];
    text.starts_with("#!")
        || tools.iter().any(|one| unit.names().imports_module(one))
        || text.contains("sys.argv")
        || text.contains("input(")
        || in_main_block(unit, call)
        || named_for_output(unit)
        || guarded_by_verbosity(unit, call)
        || prints_elsewhere(unit)
}

/// Below `if __name__ == "__main__":`.
fn in_main_block(unit: &Unit<'_>, node: Node<'_>) -> bool {
    facts_at(node, unit.source())
        .iter()
        .any(|fact| fact.holds && unit.slice(fact.condition).contains("__name__"))
        || conditions_around(unit).any(|condition| unit.slice(condition).contains("__name__"))
}

/// The conditions under which the scope itself is made: `if TRACE:` around a `def`.
fn conditions_around<'a>(unit: &Unit<'a>) -> impl Iterator<Item = Node<'a>> {
    let around = ancestors(unit.node).filter(|up| up.kind() == "if_statement");
    around.filter_map(|up| field(up, "condition"))
}

/// `main`, `print_table`, `show`, `usage`: the name promises output.
fn named_for_output(unit: &Unit<'_>) -> bool {
    let words = [
        "main", "test", "print", "show", "usage", "help", "display", "dump", "report", "cli",
        "command", "prompt", "banner", "render", "write", "demo", "example", "output", "summary",
        "pprint", "tracer",
    ];
    unit.qualname
        .split('.')
        .flat_map(|part| part.split('_'))
        .any(|word| words.contains(&word.to_ascii_lowercase().as_str()))
        || origins::decorated(unit, &|text| {
            text.contains("command") || text.contains("cli")
        })
}

/// `if verbose:`, `if DEBUG:`.
fn guarded_by_verbosity(unit: &Unit<'_>, call: Node<'_>) -> bool {
    let facts = facts_at(call, unit.source());
    let inside = facts.iter().map(|fact| fact.condition);
    inside.chain(conditions_around(unit)).any(|condition| {
        let condition = unit.slice(condition).to_ascii_lowercase();
        [
            "verbos", "debug", "quiet", "dry_run", "isatty", "bench", "trace", "environ",
        ]
        .iter()
        .any(|word| condition.contains(word))
    })
}

/// A file that prints in several other places prints by habit.
fn prints_elsewhere(unit: &Unit<'_>) -> bool {
    let own = unit.node.byte_range();
    let module = unit.node.kind() == "module";
    let others = unit
        .source()
        .text()
        .match_indices("print(")
        .filter(|(at, _)| module || !own.contains(at))
        .count();
    if module { 8 < others } else { 3 < others }
}

/// A wait that is neither a poll nor a retry hides a race instead of curing it.
fn judge_sleep(unit: &Unit<'_>, call: Node<'_>) -> Verdict {
    let by_design = [
        "retry",
        "wait",
        "poll",
        "backoff",
        "throttl",
        "sleep",
        "delay",
        "rate",
        "watch",
        "loop",
        "main",
        "run",
        "simulat",
        "heartbeat",
    ];
    let name = unit.qualname.to_ascii_lowercase();
    let looped = ancestors(call)
        .take_while(|up| !is_scope(*up))
        .any(|up| matches!(up.kind(), "for_statement" | "while_statement"));
    let fixed = positional(call).first().is_some_and(|value| {
        matches!(value.kind(), "integer" | "float") && unit.slice(*value) != "0"
    });
    if looped
        || !fixed
        || by_design.iter().any(|word| name.contains(word))
        || in_main_block(unit, call)
        || unit.node.kind() == "module"
    {
        return None;
    }
    if unit.is_async() {
        return Some((
            Confidence::Likely,
            "time.sleep stops every task of the event loop: wait for the condition itself"
                .to_owned(),
        ));
    }
    Some((
        Confidence::Possible,
        "A fixed sleep hides a race instead of curing it: wait for the condition itself".to_owned(),
    ))
}
