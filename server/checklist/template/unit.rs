//! Tests, begun. What they expect follows the contract that the fix chose.

use std::fmt::Write as _;

use super::style::{Style, module, place};
use super::{Ground, Template, appended};
use crate::checklist::branch::{Changed, File, Side};
use crate::syntax::Kind;
use crate::syntax::nodes::{Walk, ancestors, children, field, walk};

/// What a call is expected to do.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Raises(String),
    Returns(String),
    /// The fix does not say.
    Unknown,
}

/// One way to call a function.
struct Case {
    /// Its name in the test's name.
    name: &'static str,
    /// The argument.
    value: String,
    outcome: Outcome,
}

/// A test for each changed function that no changed test reaches.
pub(super) fn regression(ground: &Ground<'_>) -> Vec<Template> {
    let missing = |file: &File, changed: &Changed| {
        let mut marks = ground.observed.checklist.marks.iter();
        marks.any(|it| {
            it.rule == "missing-test" && it.path == file.path && it.scope == changed.qualname
        })
    };
    let definitions = ground.observed.branch.definitions();
    definitions
        .filter(|(file, changed)| changed.kind == Kind::Function && missing(file, changed))
        .filter_map(|(file, changed)| one(ground, file, changed))
        .collect()
}

/// The same for one of them.
pub(super) fn regression_of(ground: &Ground<'_>, path: &str, scope: &str) -> Option<Template> {
    let mut definitions = ground.observed.branch.definitions();
    let (file, changed) = definitions.find(|(file, changed)| {
        changed.kind == Kind::Function && file.path == path && changed.qualname == scope
    })?;
    one(ground, file, changed)
}

fn one(ground: &Ground<'_>, file: &File, changed: &Changed) -> Option<Template> {
    let head = file.head.as_ref()?;
    // A method needs an object that nobody here knows how to make.
    let (class, function) = match changed.qualname.rsplit_once('.') {
        Some((class, function)) => (Some(class), function),
        None => (None, &*changed.qualname),
    };
    let (path, style) = place(ground, &file.path, "");
    let parameters = parameters(head, changed, class.is_some());
    let cases = cases(file, head, changed, parameters.first());
    let module = module(&file.path);
    let imported = class.unwrap_or(function);
    let is_there = (ground.read)(&path);
    let has = |line: &str| is_there.as_deref().is_some_and(|text| text.contains(line));
    let mut text = String::new();
    let needs_pytest = cases
        .iter()
        .any(|it| matches!(it.outcome, Outcome::Raises(_)));
    let import = format!("from {module} import {imported}\n");
    let is_async = head
        .text()
        .get(changed.range.clone())?
        .contains("async def ");
    if is_async && !has("import asyncio") {
        text.push_str("import asyncio\n");
    }
    match style {
        Style::Pytest if needs_pytest && !has("import pytest") => {
            text.push_str("import pytest\n\n");
        }
        Style::Unittest if !has("import unittest") => text.push_str("import unittest\n\n"),
        _ => {}
    }
    if !has(import.trim_end()) {
        text.push_str(&import);
    }
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    let call = Call {
        class,
        function,
        others: parameters.iter().skip(1).map(Parameter::sample).collect(),
        takes_any: !parameters.is_empty(),
        is_async,
    };
    let note = ground
        .version
        .map_or_else(String::new, |version| format!(" ({version})"));
    if style == Style::Unittest {
        let _ = writeln!(text, "class Test{}(unittest.TestCase):", camel(function));
        let _ = writeln!(text, "    \"\"\"Hotfix{note}.\"\"\"");
    }
    for (index, case) in cases.iter().enumerate() {
        let gap = if style == Style::Unittest || 0 < index {
            "\n"
        } else {
            ""
        };
        let gap = if style == Style::Pytest && 0 < index {
            "\n\n"
        } else {
            gap
        };
        let _ = write!(text, "{gap}{}", call.test(case, style, &note));
    }
    let title = format!(
        "Write the regression test of {} in {path}",
        changed.qualname
    );
    Some(appended(ground, title, path, &text))
}

struct Call<'a> {
    class: Option<&'a str>,
    function: &'a str,
    others: Vec<&'static str>,
    takes_any: bool,
    is_async: bool,
}

impl Call<'_> {
    fn test(&self, case: &Case, style: Style, note: &str) -> String {
        let indent = if style == Style::Unittest { "    " } else { "" };
        let own = if style == Style::Unittest { "self" } else { "" };
        let name = format!("test_{}_{}", self.function.trim_matches('_'), case.name);
        let mut out = format!("{indent}def {name}({own}):\n");
        if style == Style::Pytest {
            let _ = writeln!(out, "    \"\"\"Hotfix{note}.\"\"\"");
        }
        let call = self.written(&case.value);
        let body = match (&case.outcome, style) {
            (Outcome::Raises(error), Style::Pytest) => {
                format!("{indent}    with pytest.raises({error}):\n{indent}        {call}\n")
            }
            (Outcome::Raises(error), Style::Unittest) => {
                format!("{indent}    with self.assertRaises({error}):\n{indent}        {call}\n")
            }
            (Outcome::Returns(value), Style::Pytest) if value == "None" => {
                format!("    assert {call} is None\n")
            }
            (Outcome::Returns(value), Style::Pytest) => format!("    assert {call} == {value}\n"),
            (Outcome::Returns(value), Style::Unittest) => {
                format!("{indent}    self.assertEqual({call}, {value})\n")
            }
            // It is red until somebody has said what is right.
            (Outcome::Unknown, Style::Pytest) => {
                format!("    assert {call} == \"say here what is right\"\n")
            }
            (Outcome::Unknown, Style::Unittest) => {
                format!("{indent}    self.assertEqual({call}, \"say here what is right\")\n")
            }
        };
        out.push_str(&body);
        out
    }

    fn written(&self, value: &str) -> String {
        let mut arguments: Vec<&str> = Vec::new();
        if self.takes_any {
            arguments.push(value);
        }
        arguments.extend(&self.others);
        let arguments = arguments.join(", ");
        let function = self.function;
        let call = match self.class {
            Some(class) => format!("{class}().{function}({arguments})"),
            None => format!("{function}({arguments})"),
        };
        if self.is_async {
            format!("asyncio.run({call})")
        } else {
            call
        }
    }
}

/// A parameter that a caller must give.
struct Parameter {
    name: String,
    annotation: String,
}

impl Parameter {
    fn sample(&self) -> &'static str {
        match self.annotation.split(['[', ' ']).next().unwrap_or_default() {
            "str" => "\"x\"",
            "int" | "float" => "1",
            "bool" => "True",
            "dict" | "Mapping" => "{}",
            "list" | "Sequence" | "Iterable" => "[]",
            _ => "None",
        }
    }

    fn empty(&self) -> &'static str {
        match self.annotation.split(['[', ' ']).next().unwrap_or_default() {
            "str" => "\"\"",
            "int" | "float" => "0",
            "list" | "Sequence" | "Iterable" => "[]",
            _ => "{}",
        }
    }
}

fn parameters(head: &Side, changed: &Changed, is_method: bool) -> Vec<Parameter> {
    let Some(node) = function_node(head, changed) else {
        return Vec::new();
    };
    let Some(list) = field(node, "parameters") else {
        return Vec::new();
    };
    let text = |node| head.source.slice(node).to_owned();
    let all = children(list).filter_map(|one| match one.kind() {
        "identifier" => Some(Parameter {
            name: text(one),
            annotation: String::new(),
        }),
        "typed_parameter" => Some(Parameter {
            name: text(children(one).next()?),
            annotation: field(one, "type").map(text).unwrap_or_default(),
        }),
        _ => None,
    });
    all.skip(usize::from(is_method)).collect()
}

fn function_node<'t>(head: &'t Side, changed: &Changed) -> Option<tree_sitter::Node<'t>> {
    let node = head.source.node_at(changed.name.clone())?;
    ancestors(node).find(|it| it.kind() == "function_definition")
}

/// None, something empty and something malformed, with what the fix says of each.
fn cases(file: &File, head: &Side, changed: &Changed, first: Option<&Parameter>) -> Vec<Case> {
    let ways = ways(file, head, changed);
    let Some(first) = first else {
        let outcome = ways.into_iter().next().map_or(Outcome::Unknown, |it| it.1);
        return vec![Case {
            name: "after_the_fix",
            value: String::new(),
            outcome,
        }];
    };
    let name = &first.name;
    let of = |asks: &dyn Fn(&str) -> bool| {
        let way = ways.iter().find(|(condition, _)| asks(condition));
        way.map_or(Outcome::Unknown, |it| it.1.clone())
    };
    let none = of(&|it: &str| {
        it.contains(&format!("{name} is None")) || it.contains(&format!("not {name}"))
    });
    let empty = of(&|it: &str| {
        it.contains(&format!("not in {name}")) || it.contains(&format!("not {name}"))
    });
    let malformed = of(&|it: &str| it.contains(&format!("isinstance({name}")));
    let case = |name, value: &str, outcome| Case {
        name,
        value: value.to_owned(),
        outcome,
    };
    let mut found = vec![
        case("with_none", "None", none),
        case("with_nothing_in_it", first.empty(), empty),
        case("with_another_type", "object()", malformed),
    ];
    // What the fix does not speak of is for the person; one such case shows how it is written.
    let known = found
        .iter()
        .filter(|it| it.outcome != Outcome::Unknown)
        .count();
    if 0 < known {
        found.retain(|it| it.outcome != Outcome::Unknown);
    } else {
        found.truncate(1);
    }
    found
}

/// The new ways out of the function: the condition, and what happens then.
fn ways(file: &File, head: &Side, changed: &Changed) -> Vec<(String, Outcome)> {
    let mut found = Vec::new();
    let Some(node) = function_node(head, changed) else {
        return found;
    };
    walk(node, &mut |node| {
        let is_new = file.is_new_line(head.source.lines().line_of(node.start_byte()));
        if !is_new {
            return Walk::Into;
        }
        let value = children(node).find(|it| it.kind() != "comment");
        let outcome = match (node.kind(), value) {
            ("raise_statement", Some(raised)) => {
                let raised = field(raised, "function").unwrap_or(raised);
                Outcome::Raises(head.source.slice(raised).to_owned())
            }
            ("return_statement", None) => Outcome::Returns("None".to_owned()),
            ("return_statement", Some(value)) if is_literal(value.kind()) => {
                Outcome::Returns(head.source.slice(value).to_owned())
            }
            _ => return Walk::Into,
        };
        let condition = ancestors(node).find(|it| it.kind() == "if_statement");
        let condition = condition.and_then(|it| field(it, "condition"));
        let condition = condition.map_or("", |it| head.source.slice(it));
        found.push((condition.to_owned(), outcome));
        Walk::Into
    });
    found
}

fn is_literal(kind: &str) -> bool {
    matches!(
        kind,
        "none" | "true" | "false" | "integer" | "float" | "string"
    ) || matches!(kind, "dictionary" | "list" | "tuple")
}

fn camel(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    words
        .filter(|it| it.is_char_boundary(1))
        .map(word)
        .collect()
}

/// A test with other services: marked, and skipped unless somebody asks for it.
pub(super) fn integration(ground: &Ground<'_>) -> Option<Template> {
    let (file, changed) = ground.observed.branch.definitions().next()?;
    let (path, _) = place(ground, &file.path, "_integration");
    let module = module(&file.path);
    let top = changed.qualname.split('.').next()?;
    let name = top.trim_matches('_').to_lowercase();
    let text = format!(
        "import os\n\nimport pytest\n\nfrom {module} import {top}\n\n\n\
         @pytest.mark.integration\n\
         @pytest.mark.skipif(\"INTEGRATION\" not in os.environ, reason=\"needs the real services\")\n\
         def test_{name}_with_the_real_services():\n    \
         assert {top} is not None\n    \
         raise NotImplementedError(\"call {top} with the real services\")\n"
    );
    let title = format!("Write an integration test, skipped by default, in {path}");
    (ground.read)(&path)
        .is_none()
        .then(|| appended(ground, title, path, &text))
}

/// A test that asks the running service how it is.
pub(super) fn smoke(ground: &Ground<'_>) -> Option<Template> {
    let path = "tests/test_smoke.py".to_owned();
    let text = "import os\nimport urllib.request\n\nimport pytest\n\n\
                URL = os.environ.get(\"SMOKE_URL\", \"\")\n\n\n\
                @pytest.mark.skipif(not URL, reason=\"SMOKE_URL names no running service\")\n\
                @pytest.mark.parametrize(\"path\", [\"/healthz\", \"/metrics\"])\n\
                def test_the_service_answers(path):\n    \
                with urllib.request.urlopen(URL + path, timeout=10) as response:\n        \
                assert response.status == 200\n";
    let title = format!("Write a smoke test in {path}");
    (ground.read)(&path)
        .is_none()
        .then(|| appended(ground, title, path, text))
}
