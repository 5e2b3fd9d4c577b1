//! Arguments, attributes and names that switch a check off.

use tree_sitter::Node;

use super::constants::{is_cert_none, is_false, is_true};
use crate::rules::knowledge::origins;
use crate::rules::{Confidence, Draft, Reporter};
use crate::syntax::flow::facts_at;
use crate::syntax::nodes::{children, decorators_of, field, positional, string_value};
use crate::syntax::query::Match;
use crate::syntax::{Pattern, Unit};

/// Words without which nothing here can fire: asked before any pattern runs.
const WORDS: [&str; 11] = [
    "verify",
    "ssl",
    "SSL",
    "CERT_NONE",
    "check_hostname",
    "cert_reqs",
    "hostname",
    "debug",
    "DEBUG",
    "AddPolicy",
    "disable_warnings",
];

/// Reports what switches a check off in one scope.
pub(super) fn check(unit: &Unit<'_>, pattern: &Pattern, reporter: &mut Reporter) {
    exempt_view(unit, reporter);
    any_host(unit, reporter);
    let text = unit.slice(unit.node);
    if !WORDS.iter().any(|word| text.contains(word)) {
        return;
    }
    for one in pattern.matches(unit.node, unit.source()) {
        if let Some(draft) = judge(unit, &one) {
            reporter.report(draft);
        }
    }
    for call in origins::calls(unit) {
        if let Some(draft) = judge_call(unit, call) {
            reporter.report(draft);
        }
    }
    unverified_context(unit, reporter);
    passed_default(unit, reporter);
}

fn judge(unit: &Unit<'_>, one: &Match<'_>) -> Option<Draft> {
    let (anchor, name, value) = (one.get("anchor")?, one.get("name")?, one.get("value")?);
    let word = unit.slice(name);
    if let Some(call) = one.get("call") {
        let function = one.get("function")?;
        let mut confidence = argument(unit, call, function, word, value)?;
        if serves_itself(unit) && word != "debug" {
            confidence = Confidence::Possible;
        }
        let message = if word == "debug" {
            format!("{} runs with debugging on", unit.slice(function))
        } else {
            format!("{} does not verify whom it talks to", unit.slice(function))
        };
        let mut draft = Draft::at(anchor, confidence, message);
        draft.detail = unit.slice(function).to_owned();
        return Some(draft);
    }
    if let Some(object) = one.get("object") {
        return attribute(unit, anchor, object, word, value);
    }
    let confidence = if forgets(unit) {
        Confidence::Possible
    } else {
        Confidence::Certain
    };
    debug_setting(unit, anchor).then(|| Draft::at(anchor, confidence, "DEBUG is on in production"))
}

/// Settings whose database lives in memory: nothing of it outlives the run, so nobody serves with
/// them.
fn forgets(unit: &Unit<'_>) -> bool {
    let text = unit.source().text();
    [":memory:", "sqlite://\"", "sqlite://'"]
        .iter()
        .any(|place| text.contains(place))
}

/// Whether the file serves the certificate itself that it does not verify: client and server are
/// one program.
fn serves_itself(unit: &Unit<'_>) -> bool {
    let text = unit.source().text();
    text.contains(".load_cert_chain(")
        && ["create_server(", "TCPSite(", "start_server(", "run_app("]
            .iter()
            .any(|word| text.contains(word))
}

/// How sure it is that the argument `name=value` switches a check off.
fn argument(
    unit: &Unit<'_>,
    call: Node<'_>,
    function: Node<'_>,
    name: &str,
    value: Node<'_>,
) -> Option<Confidence> {
    let callee = unit.resolve(function).unwrap_or_default();
    let last = match function.kind() {
        "attribute" => unit.slice(field(function, "attribute")?),
        _ => callee.rsplit('.').next().unwrap_or_default(),
    };
    let sends = is_verb(last) || is_client(last) || talks(&callee);
    match name {
        "cert_reqs" | "ssl_cert_reqs" => is_cert_none(unit, value).then_some(Confidence::Certain),
        "tls_insecure" => is_true(unit, value).then_some(Confidence::Certain),
        "debug" => (is_true(unit, value)
            && (last == "run" || last == "Flask" || last == "FastAPI" || last == "Starlette")
            && serves(unit, &callee, last, call))
        .then_some(Confidence::Certain),
        "ssl" => (value.kind() == "false"
            && (last == "TCPConnector" || unit.names().imports_module("aiohttp") && is_verb(last)))
        .then_some(Confidence::Certain),
        "verify" if is_false(unit, value) => Some(if sends {
            Confidence::Certain
        } else {
            Confidence::Possible
        }),
        _ => is_false(unit, value).then_some(Confidence::Certain),
    }
}

fn is_verb(name: &str) -> bool {
    [
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "options",
        "request",
        "stream",
        "send",
        "fetch",
        "urlopen",
        "ws_connect",
        "decode",
        "download",
        "upload",
    ]
    .iter()
    .any(|verb| name.eq_ignore_ascii_case(verb))
        || ["request", "fetch", "download"]
            .iter()
            .any(|verb| name.contains(verb))
}

fn is_client(name: &str) -> bool {
    [
        "Client",
        "Session",
        "Api",
        "API",
        "Connection",
        "Adapter",
        "Transport",
        "client",
        "session",
        "resource",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

fn talks(callee: &str) -> bool {
    [
        "requests.",
        "httpx.",
        "aiohttp.",
        "urllib3.",
        "niquests.",
        "jwt.",
        "jose.",
        "boto3.",
        "hvac.",
        "curl_cffi.",
    ]
    .iter()
    .any(|library| callee.starts_with(library))
}

/// `app.run(debug=True)` of a web framework, not `asyncio.run(main(), debug=True)`.
fn serves(unit: &Unit<'_>, callee: &str, last: &str, call: Node<'_>) -> bool {
    if last != "run" {
        return true;
    }
    let web = [
        "flask",
        "quart",
        "bottle",
        "fastapi",
        "sanic",
        "dash",
        "aiohttp",
        "starlette",
        "uvicorn",
    ];
    !callee.starts_with("asyncio.")
        && (web
            .iter()
            .any(|library| unit.names().imports_module(library))
            || callee.starts_with("app.")
            || callee.starts_with("application."))
        && positional(call).len() < 3
}

fn attribute(
    unit: &Unit<'_>,
    anchor: Node<'_>,
    object: Node<'_>,
    name: &str,
    value: Node<'_>,
) -> Option<Draft> {
    let written = unit.slice(object);
    let off = match name {
        "verify_mode" | "cert_reqs" => is_cert_none(unit, value),
        "debug" => {
            let app = matches!(written, "app" | "application" | "self.app" | "current_app");
            return (app && is_true(unit, value)).then(|| {
                Draft::at(
                    anchor,
                    Confidence::Certain,
                    format!("{written} runs with debugging on"),
                )
            });
        }
        // The unverified context itself is reported.
        "_create_default_https_context" => false,
        "verify" => {
            let lower = written.to_ascii_lowercase();
            let session = ["session", "client", "http", "request"]
                .iter()
                .any(|word| lower.contains(word))
                || matches!(lower.as_str(), "s" | "sess")
                || ["requests", "httpx"]
                    .iter()
                    .any(|library| unit.names().imports_module(library));
            session && is_false(unit, value)
        }
        _ => is_false(unit, value),
    };
    off.then(|| {
        Draft::at(
            anchor,
            if is_asked_for(unit, anchor) {
                Confidence::Possible
            } else {
                Confidence::Certain
            },
            format!("{written} does not verify whom it talks to"),
        )
    })
}

/// Whether a parameter that speaks of the check decides it: `if not verify:`. Then it is the
/// caller that switches the check off.
fn is_asked_for(unit: &Unit<'_>, place: Node<'_>) -> bool {
    let parameters = unit.parameters();
    facts_at(place, unit.source()).iter().any(|fact| {
        let condition = unit.slice(fact.condition);
        parameters.iter().any(|one| {
            let name = one.name.to_ascii_lowercase();
            condition.contains(one.name)
                && ["verif", "insecure", "hostname", "ssl", "tls", "cert"]
                    .iter()
                    .any(|word| name.contains(word))
        })
    })
}

/// `DEBUG = True` at the top of a module or in a class of settings that is not one for
/// development.
fn debug_setting(unit: &Unit<'_>, assignment: Node<'_>) -> bool {
    let top = assignment
        .parent()
        .and_then(|statement| statement.parent())
        .is_some_and(|block| {
            block.kind() == "module" || block.parent().is_some_and(|up| up == unit.node)
        });
    let name = unit.qualname.to_ascii_lowercase();
    let develops = ["dev", "test", "local", "debug"]
        .iter()
        .any(|word| name.contains(word));
    // A module's own switch for its prints, and settings that begin from a development file.
    let settings = unit.node.kind() == "class_definition"
        || [
            "ALLOWED_HOSTS",
            "INSTALLED_APPS",
            "SECRET_KEY",
            "DATABASES",
            "TEMPLATES",
            "MIDDLEWARE",
        ]
        .iter()
        .any(|word| unit.source().text().contains(word));
    top && !develops && !unit.is_function() && settings_like(unit, settings)
}

/// A module with `if DEBUG:` uses its own switch; a settings module only sets it.
fn settings_like(unit: &Unit<'_>, settings: bool) -> bool {
    let text = unit.source().text();
    settings || !(text.contains("if DEBUG") || text.contains("def ") || text.contains("and DEBUG"))
}

fn judge_call(unit: &Unit<'_>, call: Node<'_>) -> Option<Draft> {
    let function = field(call, "function")?;
    let last = match function.kind() {
        "attribute" => unit.slice(field(function, "attribute")?),
        _ => unit.slice(function),
    };
    match last {
        "set_missing_host_key_policy" => {
            let policy = *positional(call).first()?;
            let named = unit.slice(policy);
            (named.contains("AutoAddPolicy") || named.contains("WarningPolicy")).then(|| {
                Draft::at(
                    call,
                    Confidence::Certain,
                    format!("{} accepts any host key", unit.slice(function)),
                )
            })
        }
        "disable_warnings" => {
            let callee = unit.resolve(function)?;
            callee.contains("urllib3").then(|| {
                Draft::at(
                    call,
                    Confidence::Likely,
                    "The warnings of unverified requests are switched off",
                )
            })
        }
        "decode" => unsigned(unit, call).map(|pair| {
            Draft::at(
                pair,
                Confidence::Certain,
                format!("{} accepts a forged token", unit.slice(function)),
            )
        }),
        _ => None,
    }
}

/// `jwt.decode(token, options={"verify_signature": False})`.
fn unsigned<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<Node<'a>> {
    let options = crate::syntax::nodes::keyword(call, "options", unit.source())?;
    (options.kind() == "dictionary").then_some(())?;
    children(options).find(|pair| {
        let key = field(*pair, "key").and_then(|key| string_value(key, unit.source()));
        let off = field(*pair, "value").is_some_and(|value| value.kind() == "false");
        off && key.is_some_and(|key| {
            matches!(
                key,
                "verify_signature" | "verify_exp" | "verify_aud" | "verify_iss"
            )
        })
    })
}

/// `ssl._create_unverified_context`, called or handed on.
fn unverified_context(unit: &Unit<'_>, reporter: &mut Reporter) {
    const NAME: &str = "_create_unverified_context";
    // The file that defines the name is no user of it.
    if !unit.slice(unit.node).contains(NAME) || unit.file.outline.find(NAME).is_some() {
        return;
    }
    unit.each_own(|node| {
        let named = match node.kind() {
            "attribute" => field(node, "attribute").is_some_and(|name| unit.slice(name) == NAME),
            "identifier" => {
                unit.slice(node) == NAME
                    && node
                        .parent()
                        .is_some_and(|up| !matches!(up.kind(), "attribute" | "dotted_name"))
            }
            _ => false,
        };
        if named {
            reporter.report(Draft::at(
                node,
                Confidence::Certain,
                "This TLS context does not verify whom it talks to",
            ));
        }
    });
}

/// `ALLOWED_HOSTS = ["*"]` in settings that are not those of a developer.
fn any_host(unit: &Unit<'_>, reporter: &mut Reporter) {
    let settings = unit.source().text();
    if unit.is_function() || !settings.contains("ALLOWED_HOSTS") || forgets(unit) {
        return;
    }
    for assignment in unit.own(&["assignment"]) {
        let (Some(left), Some(right)) = (field(assignment, "left"), field(assignment, "right"))
        else {
            continue;
        };
        let all = matches!(right.kind(), "list" | "tuple")
            && children(right).any(|one| string_value(one, unit.source()) == Some("*"));
        if unit.slice(left) == "ALLOWED_HOSTS" && all && debug_setting(unit, assignment) {
            reporter.report(Draft::at(
                assignment,
                Confidence::Certain,
                "ALLOWED_HOSTS takes any host name: links in mails may lead to somebody else's",
            ));
        }
    }
}

/// `@csrf_exempt` on a view.
fn exempt_view(unit: &Unit<'_>, reporter: &mut Reporter) {
    if !unit.is_function() || !unit.source().text().contains("csrf_exempt") {
        return;
    }
    let decorators = decorators_of(unit.node).into_iter();
    for decorator in decorators.filter(|one| unit.slice(*one).contains("csrf_exempt")) {
        let name = unit.qualname.rsplit('.').next().unwrap_or_default();
        // A machine signs what it sends and has no token of a form.
        let text = unit.slice(unit.node).to_ascii_lowercase();
        let signed = [
            "signature",
            "hmac",
            "verify",
            "authenticat",
            "webhook",
            "callback",
            "token",
        ]
        .iter()
        .any(|word| text.contains(word));
        reporter.report(Draft::at(
            decorator,
            if signed {
                Confidence::Likely
            } else {
                Confidence::Certain
            },
            format!("{name} accepts requests that another site forged"),
        ));
    }
}

/// `def fetch(url, verify=False)` whose body hands `verify` on.
fn passed_default(unit: &Unit<'_>, reporter: &mut Reporter) {
    let text = unit.slice(unit.node);
    for parameter in unit.parameters() {
        let name = parameter.name;
        let off = matches!(
            name,
            "verify" | "verify_ssl" | "ssl_verify" | "verify_certs"
        ) && parameter
            .default
            .is_some_and(|value| value.kind() == "false");
        if off
            && (text.contains(&format!("verify={name}"))
                || text.contains(&format!("{name}={name}")))
        {
            reporter.report(Draft::at(
                parameter.node,
                Confidence::Likely,
                format!(
                    "{} does not verify whom it talks to, unless its caller asks for it",
                    unit.qualname
                ),
            ));
        }
    }
}
