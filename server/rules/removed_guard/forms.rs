//! Expressions that protect, and how each reads without its protection.

use tree_sitter::Node;

use super::collect::{normal, shorten};
use super::tolerant::{filters, of_operator, of_ternary, tolerant};
use crate::rules::Confidence;
use crate::syntax::Unit;
use crate::syntax::nodes::{Walk, children, field, is_scope, positional, walk};

/// A protecting expression.
pub(super) struct Form<'b> {
    pub name: &'static str,
    pub node: Node<'b>,
    /// What it reads without the protection.
    pub weak: Vec<String>,
    /// Whether that is telling enough without what stands around it.
    pub alone: bool,
    pub confidence: Confidence,
    pub message: String,
    pub covers: &'static [&'static str],
    /// Whether another question about the same value makes up for it.
    pub asks: bool,
    /// Words of `with` items and attributes that make up for it.
    pub kept: &'static [&'static str],
    /// The dotted name that the way back needs.
    pub needs: Option<&'b str>,
}

/// Functions that make a value harmless.
const CLEANERS: &[&str] = &[
    "html.escape",
    "cgi.escape",
    "markupsafe.escape",
    "flask.escape",
    "jinja2.escape",
    "django.utils.html.escape",
    "django.utils.html.conditional_escape",
    "django.utils.html.strip_tags",
    "django.utils.html.escapejs",
    "xml.sax.saxutils.escape",
    "xml.sax.saxutils.quoteattr",
    "tornado.escape.xhtml_escape",
    "bleach.clean",
    "nh3.clean",
    "werkzeug.utils.secure_filename",
    "werkzeug.secure_filename",
    "django.utils.text.get_valid_filename",
    "shlex.quote",
    "pipes.quote",
    "re.escape",
    "ldap.filter.escape_filter_chars",
    "ldap3.utils.conv.escape_filter_chars",
    "glob.escape",
];

/// Arguments that protect, with what is lost without them.
const ARGUMENTS: &[(&str, &str, &str)] = &[
    ("check", "True", "a command that fails goes unseen"),
    ("exist_ok", "True", "what is there already is an error"),
    ("missing_ok", "True", "what is gone already is an error"),
    ("ignore_errors", "True", "a first error ends it"),
    ("return_exceptions", "True", "the first failure ends all"),
    (
        "strict",
        "True",
        "values of unequal length are cut off silently",
    ),
    ("autoescape", "True", "values can write markup"),
    ("secure", "True", "the cookie travels unprotected"),
    ("httponly", "True", "scripts can read the cookie"),
    ("raise_for_status", "True", "a failed answer goes unseen"),
    ("weights_only", "True", "the file can run code"),
    ("raise_exception", "True", "what is wrong goes on"),
];

/// Words of values that say who asks.
const WHO: &[&str] = &[
    "request.user",
    "current_user",
    "request.tenant",
    "current_tenant",
    "g.user",
];

/// The protecting expressions within `top`.
pub(super) fn forms<'b>(unit: &Unit<'b>, top: Node<'b>) -> Vec<Form<'b>> {
    let mut found = Vec::new();
    walk(top, &mut |node| {
        if is_scope(node) {
            return Walk::Over;
        }
        match node.kind() {
            "call" => of_call(unit, node, &mut found),
            "boolean_operator" => found.extend(of_operator(unit, node)),
            "conditional_expression" => found.extend(of_ternary(unit, node)),
            "list_comprehension"
            | "set_comprehension"
            | "dictionary_comprehension"
            | "generator_expression" => filters(unit, node, &mut found),
            _ => {}
        }
        Walk::Into
    });
    found
}

pub(super) fn form<'b>(
    name: &'static str,
    node: Node<'b>,
    weak: Vec<String>,
    message: String,
) -> Form<'b> {
    Form {
        name,
        node,
        weak,
        alone: true,
        confidence: Confidence::Certain,
        message,
        covers: &[],
        asks: false,
        kept: &[],
        needs: None,
    }
}

fn of_call<'b>(unit: &Unit<'b>, call: Node<'b>, found: &mut Vec<Form<'b>>) {
    let Some(function) = field(call, "function") else {
        return;
    };
    let callee = unit.slice(function);
    let last = callee.rsplit('.').next().unwrap_or(callee);
    let given = positional(call);
    let words = shorten(unit.slice(call));
    found.extend(tolerant(unit, call, function, last, &given));
    found.extend(without_argument(unit, call, function));
    let resolved = unit.callee(call).unwrap_or_default();
    found.extend(cleaned(unit, call, callee, given.first().copied()));
    match (last, given.as_slice()) {
        ("get_object_or_404" | "get_list_or_404", [model, ..]) => {
            found.push(not_found(unit, call, callee, *model));
        }
        ("compare_digest" | "constant_time_compare", [one, other]) => {
            found.push(digest(unit, call, callee, [*one, *other]));
        }
        ("wait_for", [waited, ..]) => found.push(Form {
            alone: false,
            kept: &["timeout", "fail_after", "move_on_after"],
            needs: Some(callee),
            ..form(
                "wait",
                call,
                vec![normal(unit, *waited)],
                format!(
                    "Production waits no longer than `{words}` says; the hotfix waits for ever"
                ),
            )
        }),
        ("select_for_update" | "with_for_update", _) => {
            if let Some(object) = field(function, "object") {
                found.push(Form {
                    alone: false,
                    ..form(
                        "row-lock",
                        call,
                        vec![normal(unit, object)],
                        format!("Production locks the row by `.{last}()`; the hotfix lets two change it at once"),
                    )
                });
            }
        }
        ("check_call", _) if callee == "check_call" || resolved == "subprocess.check_call" => {
            let arguments = arguments(unit, call, None);
            let name = normal(unit, function);
            let weaker = |other: &str| {
                let name = format!("{}{other}", name.trim_end_matches("check_call"));
                format!("{name} ( {arguments} )")
            };
            found.push(Form {
                kept: &["returncode", "check_returncode"],
                ..form(
                    "checked-command",
                    call,
                    vec![weaker("call"), weaker("run"), weaker("Popen")],
                    format!("Production raises when the command of `{words}` fails; the hotfix does not see it"),
                )
            });
        }
        ("min" | "max", [value, bound]) if callee == last && is_bound(unit, *bound) => {
            found.push(bounded(unit, call, *value, &words));
        }
        ("min" | "max", [bound, value]) if callee == last && is_bound(unit, *bound) => {
            found.push(bounded(unit, call, *value, &words));
        }
        _ => {}
    }
}

/// `escape(name)`, which is `name` now.
fn cleaned<'b>(
    unit: &Unit<'b>,
    call: Node<'b>,
    callee: &'b str,
    value: Option<Node<'b>>,
) -> Option<Form<'b>> {
    let resolved = unit.callee(call).unwrap_or_default();
    let known = CLEANERS.contains(&resolved.as_str())
        || matches!(
            callee,
            "secure_filename" | "conditional_escape" | "strip_tags"
        );
    (known || cleans_by_name(&resolved)).then_some(())?;
    Some(Form {
        alone: false,
        asks: true,
        needs: Some(callee),
        confidence: if known {
            Confidence::Certain
        } else {
            Confidence::Likely
        },
        ..form(
            "cleaned",
            call,
            vec![normal(unit, value?)],
            format!(
                "Production makes the value harmless by `{}`; the hotfix takes it as it comes",
                shorten(unit.slice(call))
            ),
        )
    })
}

/// `get_object_or_404(Invoice, pk=number)`, which is `Invoice.objects.get(pk=number)` now.
fn not_found<'b>(unit: &Unit<'b>, call: Node<'b>, callee: &'b str, model: Node<'b>) -> Form<'b> {
    let rest = arguments(unit, call, Some(model));
    let verb = if callee.ends_with("get_object_or_404") {
        "get"
    } else {
        "filter"
    };
    let model = normal(unit, model);
    Form {
        asks: true,
        needs: Some(callee),
        ..form(
            "not-found",
            call,
            vec![
                format!("{model} . objects . {verb} ( {rest} )"),
                format!("{model} . {verb} ( {rest} )"),
            ],
            format!(
                "Production answers 404 by `{}`; the hotfix fails there",
                shorten(unit.slice(call))
            ),
        )
    }
}

/// Whether a function makes harmless by its name and by the module that it comes from:
/// `markup.escape`, `urllib.parse.quote`.
fn cleans_by_name(resolved: &str) -> bool {
    let Some((module, last)) = resolved.rsplit_once('.') else {
        return false;
    };
    let module = module.to_lowercase();
    ["html", "markup", "xml", "shell", "shlex", "sql", "url"]
        .iter()
        .any(|word| module.contains(word))
        && ["escape", "sanitize", "sanitise", "quote"]
            .iter()
            .any(|word| {
                last.strip_prefix(word)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
            })
}

fn bounded<'b>(unit: &Unit<'b>, call: Node<'b>, value: Node<'b>, words: &str) -> Form<'b> {
    Form {
        alone: false,
        asks: true,
        confidence: Confidence::Likely,
        ..form(
            "bound",
            call,
            vec![normal(unit, value)],
            format!("Production keeps the value within `{words}`; the hotfix drops the bound"),
        )
    }
}

/// A number, or a constant by its name.
fn is_bound(unit: &Unit<'_>, node: Node<'_>) -> bool {
    let text = unit.slice(node);
    let name = text.rsplit('.').next().unwrap_or(text);
    matches!(node.kind(), "integer" | "float")
        || matches!(node.kind(), "identifier" | "attribute")
            && 1 < name.len()
            && !name.contains(char::is_lowercase)
}

/// The arguments of a call, one left out.
fn arguments(unit: &Unit<'_>, call: Node<'_>, without: Option<Node<'_>>) -> String {
    let all = field(call, "arguments").into_iter().flat_map(children);
    let kept: Vec<String> = all
        .filter(|one| Some(*one) != without)
        .map(|one| normal(unit, one))
        .collect();
    kept.join(" , ")
}

fn without_argument<'b>(unit: &Unit<'b>, call: Node<'b>, function: Node<'b>) -> Option<Form<'b>> {
    let list = field(call, "arguments").filter(|list| list.kind() == "argument_list")?;
    let given = children(list).filter(|one| one.kind() == "keyword_argument");
    let (argument, danger) = given.into_iter().find_map(|one| {
        let name = unit.slice(field(one, "name")?);
        let value = unit.slice(field(one, "value")?);
        let known = ARGUMENTS
            .iter()
            .find(|(known, protects, _)| *known == name && *protects == value)
            .map(|(_, _, danger)| *danger);
        let last = unit.slice(function).rsplit('.').next().unwrap_or_default();
        let empty = || {
            let picks = name == "default" && matches!(last, "min" | "max");
            picks.then_some("nothing to choose from is an error")
        };
        let lenient = || {
            let kind = value.trim_matches(['"', '\'']);
            let goes_on = matches!(
                kind,
                "ignore" | "replace" | "backslashreplace" | "surrogateescape" | "xmlcharrefreplace"
            );
            (name == "errors" && goes_on).then_some("what is no text is an error")
        };
        let who = || {
            let asked = WHO.iter().any(|word| value.contains(word));
            let searches = last.contains("get") || last.contains("filter") || last == "first";
            (asked && searches).then_some("it finds what belongs to others as well")
        };
        let routes = || {
            let asks = value.contains("Depends(") || value.contains("Security(");
            (name == "dependencies" && asks).then_some("its routes let everybody in")
        };
        let unconditional =
            || (name == "ConditionExpression").then_some("it writes over what is there");
        let danger = known
            .or_else(unconditional)
            .or_else(empty)
            .or_else(lenient)
            .or_else(who)
            .or_else(routes)?;
        Some((one, danger))
    })?;
    let name = unit.slice(field(argument, "name")?);
    let callee = normal(unit, function);
    let rest = arguments(unit, call, Some(argument));
    let mut weak = vec![if rest.is_empty() {
        format!("{callee} ( )")
    } else {
        format!("{callee} ( {rest} )")
    }];
    // `.filter(owner=request.user)` alone is a step that goes with its argument.
    let step =
        field(function, "object").filter(|_| rest.is_empty() && callee.ends_with(". filter"));
    if let Some(object) = step.map(|object| normal(unit, object)) {
        weak.push(format!("{object} . all ( )"));
        weak.push(object);
    }
    let text = normal(unit, argument);
    let whole = arguments(unit, call, None);
    if text.ends_with("= True") {
        let off = text.replace("= True", "= False");
        weak.push(format!("{callee} ( {} )", whole.replace(&text, &off)));
    }
    let kept: &[&str] = match name {
        "check" => &["returncode", "check_returncode"],
        "raise_for_status" => &["raise_for_status", "status", "ok"],
        _ => &[],
    };
    Some(Form {
        kept,
        alone: step.is_none(),
        asks: !matches!(name, "secure" | "httponly"),
        ..form(
            "argument",
            call,
            weak,
            format!(
                "Production gives `{}` here; the hotfix does not: {danger}",
                shorten(unit.slice(argument))
            ),
        )
    })
}

fn digest<'b>(unit: &Unit<'b>, call: Node<'b>, callee: &'b str, given: [Node<'b>; 2]) -> Form<'b> {
    let [one, other] = given.map(|node| normal(unit, node));
    let outer = call.parent().filter(|up| up.kind() == "not_operator");
    let sign = if outer.is_some() { "!=" } else { "==" };
    Form {
        needs: Some(callee),
        ..form(
            "digest",
            outer.unwrap_or(call),
            vec![
                format!("{one} {sign} {other}"),
                format!("{other} {sign} {one}"),
            ],
            format!(
                "Production compares in constant time by `{}`; the hotfix's `{sign}` tells the secret by its time",
                shorten(unit.slice(call))
            ),
        )
    }
}
