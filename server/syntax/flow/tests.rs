//! The engine alone, with the smallest lattice that shows every way: which values of `x` reach a
//! place. `HERE` is the place; what the test expects is written as in the code.

use std::collections::BTreeSet;

use super::{Bound, Event, Graph, Known, Lattice, Place, Step, solve};
use crate::config::Settings;
use crate::syntax::{Facts, File, Outline, Source, Unit};

struct Values<'g, 'a> {
    graph: &'g Graph<'a>,
    here: BTreeSet<String>,
    exits: BTreeSet<String>,
    /// Whether `HERE` was reached.
    reached: bool,
}

impl Lattice for Values<'_, '_> {
    type State = BTreeSet<String>;
    const FAILURES: bool = true;

    fn join(&mut self, into: &mut Self::State, from: &Self::State) {
        into.extend(from.iter().cloned());
    }

    fn transfer(&mut self, event: Event, state: &mut Self::State) {
        let text = self.graph.flat.slice(event.at);
        match event.step {
            Step::Bind(bound) if text == "x" => {
                *state = BTreeSet::from([match bound {
                    Bound::Value(value) => self.graph.flat.slice(value).to_owned(),
                    other => format!("{other:?}")
                        .split('(')
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                }]);
            }
            Step::Leave => {
                state.insert(format!("left {text}"));
            }
            _ => {}
        }
    }

    fn failed(&mut self, event: Event, state: &mut Self::State) {
        if self.graph.flat.slice(event.at) == "close()" {
            state.insert("closed".to_owned());
        }
    }

    fn refine(&mut self, condition: Place, holds: bool, state: &mut Self::State) -> bool {
        let text = self.graph.flat.slice(condition);
        if text.starts_with("is_") {
            state.insert(format!("{}{text}", if holds { "" } else { "!" }));
        }
        text != "never" || !holds
    }

    fn matched(&mut self, _: Place, clause: Place, matches: bool, state: &mut Self::State) {
        let text = self
            .graph
            .flat
            .slice(clause)
            .lines()
            .next()
            .unwrap_or_default();
        state.insert(format!("{}{text}", if matches { "" } else { "!" }));
    }

    fn observe(&mut self, event: Event, state: &Self::State) {
        if let Step::Exit(exit) = event.step {
            let values = state.iter().cloned().collect::<Vec<_>>().join(" ");
            self.exits.insert(format!("{exit:?}: {values}"));
        }
        if event.is_value() && self.graph.flat.slice(event.at) == "HERE" {
            self.reached = true;
            self.here.extend(state.iter().cloned());
        }
    }
}

/// Calls `with` with the graph of the file's first function.
fn graph_of<T>(source: &Source, with: impl FnOnce(&Graph<'_>) -> T) -> T {
    let outline = Outline::new(source);
    let settings = Settings::default();
    let file = File {
        source,
        outline: &outline,
        settings: &settings,
        is_test: false,
        facts: &Facts::default(),
    };
    let function = source.root().named_child(0).expect("a function");
    with(&Graph::new(&Unit::new(file, function, "f".to_owned())))
}

fn run(code: &str) -> (bool, BTreeSet<String>, BTreeSet<String>) {
    let text = format!("def f(x):\n    {}\n", code.replace('\n', "\n    "));
    let source = Source::parse(text.as_str());
    assert!(!source.root().has_error(), "{text}");
    graph_of(&source, |graph| {
        let mut values = Values {
            graph,
            here: BTreeSet::new(),
            exits: BTreeSet::new(),
            reached: false,
        };
        solve(graph, &mut values, BTreeSet::from(["x".to_owned()]));
        (values.reached, values.here, values.exits)
    })
}

/// The values of `x` at `HERE`, in any order, between blanks.
#[track_caller]
fn here(code: &str, expected: &str) {
    let (reached, values, _) = run(code);
    let expected: BTreeSet<String> = expected
        .split('|')
        .map(|one| one.trim().to_owned())
        .collect();
    assert!(reached, "HERE is not reached in\n{code}");
    assert_eq!(values, expected, "{code}");
}

#[track_caller]
fn dead(code: &str) {
    assert!(!run(code).0, "HERE is reached in\n{code}");
}

#[track_caller]
fn exits(code: &str, expected: &[&str]) {
    let found: Vec<String> = run(code).2.into_iter().collect();
    assert_eq!(found, expected, "{code}");
}

#[test]
fn branches_meet() {
    here("if a: x = 1\nHERE", "1|x");
    here("if a: x = 1\nelse: x = 2\nHERE", "1|2");
    here("if a: x = 1\nelif b: x = 2\nHERE", "1|2|x");
    here("if a: x = 1\nelif b: return\nelse: x = 3\nHERE", "1|3");
    here("if a:\n    if b: x = 1\n    else: raise E\nHERE", "1|x");
    dead("if a: return\nelse: raise E\nHERE");
}

#[test]
fn constant_conditions_close_a_way() {
    here("if True: x = 1\nelse: x = 2\nHERE", "1");
    here("if not True: x = 1\nHERE", "x");
    here("if 0: x = 1\nHERE", "x");
    dead("while True: pass\nHERE");
    here("while 1:\n    x = 1\n    if a: break\nHERE", "1");
}

#[test]
fn a_lattice_may_close_a_way() {
    dead("if never: HERE");
    here("if never or a:\n    x = 1\n    HERE", "1");
}

#[test]
fn conditions_are_split() {
    here("if is_a and not is_b: HERE", "is_a|!is_b|x");
    here("if not (is_a or is_b): HERE", "!is_a|!is_b|x");
    here("if is_a or is_b: HERE", "is_a|!is_a|is_b|x");
    here("assert is_a, m\nHERE", "is_a|x");
    here("y = is_a and HERE", "is_a|x");
    here("y = is_a or HERE", "!is_a|x");
    here("y = HERE if is_a else 0", "is_a|x");
    here("y = 0 if is_a else HERE", "!is_a|x");
    here("y = [HERE for i in j if is_a]", "is_a|x");
    here("while is_a: HERE", "is_a|x");
}

#[test]
fn loops_come_round_again() {
    here("for i in a:\n    HERE\n    x = 1", "1|x");
    here("for i in a: x = 1\nHERE", "1|x");
    here("for x in a: HERE", "Item");
    here("for i in a: x = 1\nelse: x = 2\nHERE", "2");
    here(
        "for i in a:\n    x = 1\n    break\nelse: x = 2\nHERE",
        "1|2",
    );
    here(
        "for i in a:\n    x = 1\n    if b: continue\n    x = 2\nHERE",
        "1|2|x",
    );
    here("while a: x = 1\nelse: x = 2\nHERE", "2");
    here(
        "for i in a:\n    for j in b:\n        if c: break\n        x = 1\n    HERE",
        "1|x",
    );
    dead("for i in a:\n    continue\n    HERE");
}

#[test]
fn handlers_see_every_moment_of_the_body() {
    here("try:\n    x = 1\n    g()\n    x = 2\nexcept E: HERE", "1");
    here("try:\n    g()\n    x = 1\n    h()\nexcept E: HERE", "1|x");
    here("try: x = g()\nexcept E: HERE", "x");
    here("try: x = g()\nexcept E: x = 2\nHERE", "g()|2");
    here("try: g()\nexcept E: x = 1\nelse: x = 2\nHERE", "1|2");
    here("try: g()\nexcept E: raise\nHERE", "x");
    here("try: g()\nexcept E as x: HERE", "Named");
    here("try: x = 1\nexcept E: HERE", "x");
    here("try: close()\nexcept E: HERE", "closed|x");
}

#[test]
fn a_raised_class_finds_its_handler() {
    here(
        "try:\n    x = 1\n    raise KeyError(k)\nexcept ValueError: x = 2\nexcept LookupError: HERE",
        "1",
    );
    dead("try: raise KeyError\nexcept ValueError: HERE");
    here("try: raise Own\nexcept Other: HERE", "x");
    here("try: raise KeyError\nexcept ERRORS: HERE", "x");
    dead("try: raise Own\nexcept Exception: pass\nexcept Other: HERE");
    dead("try: raise SystemExit\nexcept Exception: HERE");
    here("try: sys.exit(1)\nexcept: HERE", "x");
    dead("try: raise KeyError\nexcept KeyError: return\nHERE");
}

#[test]
fn a_finally_keeps_its_ways_apart() {
    here("try: x = 1\nfinally: g()\nHERE", "1");
    here("try:\n    if a: return\n    x = 1\nfinally: g()\nHERE", "1");
    here("try: x = g()\nfinally: HERE", "g()|x");
    exits(
        "try:\n    x = 1\n    return g()\nfinally: x = 2",
        &["Failure: 2", "Return: 2"],
    );
    dead("try: return\nfinally: g()\nHERE");
    dead("while a:\n    try: continue\n    finally: g()\n    HERE");
    here(
        "while True:\n    try:\n        x = 1\n        break\n    finally: g()\nHERE",
        "1",
    );
    exits("try: g()\nfinally: return x", &["Return: x"]);
    here(
        "try:\n    try: x = 1\n    finally:\n        try: x = 2\n        finally: g()\nfinally: h()\nHERE",
        "2",
    );
}

#[test]
fn a_context_manager_is_left_on_every_way() {
    here("with m as x: HERE", "Entered");
    here("with m: x = 1\nHERE", "1|left m");
    exits(
        "with m: return g()",
        &["Failure: left m x", "Return: left m x"],
    );
    here("with (m as a, n as b): x = 1\nHERE", "1|left m|left n");
    here(
        "with suppress(KeyError):\n    g()\n    x = 1\nHERE",
        "1|left suppress(KeyError)|x",
    );
    here(
        "with suppress(KeyError): raise KeyError\nHERE",
        "left suppress(KeyError)|x",
    );
    dead("with suppress(KeyError): raise ValueError\nHERE");
    dead("with m: raise KeyError\nHERE");
}

#[test]
fn a_match_goes_one_way() {
    here(
        "match a:\n    case 1: x = 1\n    case _: x = 2\nHERE",
        "1|2",
    );
    here(
        "match a:\n    case 1: return\n    case 2: HERE",
        "!case 1: return|case 2: HERE|x",
    );
    here("match a:\n    case [x, 1]: HERE", "Captured");
    here("match a:\n    case {\"k\": x}: HERE", "Captured");
    here("match a:\n    case P(q=x): HERE", "Captured");
    here("match a:\n    case 1 as x: HERE", "Captured");
    here("match a:\n    case x if x: HERE", "Captured");
    dead("match a:\n    case 1: return\n    case y: return\nHERE");
}

#[test]
fn what_binds() {
    here("x, y = 1, 2\nHERE", "1");
    here("x, y = g()\nHERE", "Part");
    here("(x := 3)\nHERE", "3");
    here("if (x := g()): HERE", "g()");
    here("x += 1\nHERE", "Updated");
    here("del x\nHERE", "Deleted");
    here("import x\nHERE", "Named");
    here("from m import y as x\nHERE", "Named");
    here("def x(): pass\nHERE", "Named");
    here("y = x = 5\nHERE", "5");
    here("*x, y = g()\nHERE", "Part");
    here("async def g():\n    x = 1\nHERE", "x");
    here("g(lambda: (x := 1))\nHERE", "x");
}

#[test]
fn calls_that_do_not_come_back() {
    dead("sys.exit(1)\nHERE");
    dead("parser.error(m)\nHERE");
    here("log.error(m)\nHERE", "x");
    here("answer.raise_for_status()\nHERE", "x");
    exits("os._exit(1)", &["Failure: x", "Process: x"]);
}

#[test]
fn copies_share_and_compare() {
    let mut one: Known<u8, u8> = Known::default();
    one.insert(2, 1);
    one.insert(1, 1);
    let mut two = one.clone();
    two.insert(3, 1);
    two.remove(1);
    assert_eq!(one.iter().collect::<Vec<_>>(), [(1, 1), (2, 1)]);
    one.merge(&two, Option::and);
    assert_eq!(one.iter().collect::<Vec<_>>(), [(2, 1)]);
    one.merge(&two, Option::or);
    assert_eq!(one, two);
}

/// Deep nesting must not multiply the work: what is inside is laid out a fixed number of times.
#[test]
fn the_graph_stays_linear() {
    let size = |depth: usize, statement: &str, close: &str| {
        let indent = |level: usize| "    ".repeat(level + 1);
        let mut lines: Vec<String> = (0..depth).map(|level| indent(level) + statement).collect();
        lines.push(indent(depth) + "g()");
        if !close.is_empty() {
            lines.extend((0..depth).rev().map(|level| indent(level) + close));
        }
        let source = Source::parse(format!("def f():\n{}\n", lines.join("\n")));
        assert!(!source.root().has_error(), "{lines:?}");
        graph_of(&source, |graph| {
            let size = graph.size();
            assert!(0 < size);
            size
        })
    };
    let nested = [
        ("try:", "finally: h()"),
        ("try:", "except E: h()"),
        ("while a:", ""),
        ("with b:", ""),
        ("for c in d:", ""),
        ("if e:", ""),
    ];
    for (statement, close) in nested {
        let (small, large) = (size(10, statement, close), size(20, statement, close));
        assert!(large <= 2 * small + 4, "{statement} {small} {large}");
    }
}

#[test]
fn a_failure_is_an_end_of_its_own() {
    exits("g()", &["End: x", "Failure: x"]);
    exits("raise E", &["Raise: x"]);
    exits("if a: return 1\nreturn 2", &["Return: x"]);
    exits("try: raise E\nexcept F: pass", &["End: x", "Raise: x"]);
}

/// A path is the same wherever it stands.
#[test]
fn paths() {
    let source = Source::parse("a.b[\"c\"].d()\n(a).b['c']\na[1]\n");
    let flat = super::Flat::new(&source, source.root());
    let texts: BTreeSet<String> = flat
        .below(flat.root())
        .filter(|at| flat.role(*at) != "attribute")
        .filter_map(|at| flat.path(at))
        .map(|path| flat.paths().text(path))
        .collect();
    let expected = ["a", "a.b", "a.b[\"c\"]", "a.b[\"c\"].d", "a.b[\"c\"].d()"];
    assert_eq!(texts.iter().collect::<Vec<_>>(), expected);
}
