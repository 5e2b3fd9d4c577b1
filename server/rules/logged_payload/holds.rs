//! What a printed value holds, as far as its name and the code around it show.

use tree_sitter::Node;

use crate::syntax::Unit;
use crate::syntax::nodes::{bare, field, positional, string_value};

/// What a value holds that does not belong into a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Everything that somebody sent, or all of a person's record.
    Whole,
    /// Headers, cookies, the environment: many values, some of them secret.
    Values,
    /// A password, token or key.
    Secret,
}

/// The value in a printed expression that is too much, if there is one.
pub(super) fn judged<'a>(unit: &Unit<'a>, printed: Node<'a>) -> Option<(Node<'a>, Holds)> {
    let node = bare(printed);
    match node.kind() {
        "identifier" => of_name(unit, node).map(|holds| (node, holds)),
        "attribute" => of_attribute(unit, node).map(|holds| (node, holds)),
        "subscript" => {
            let key = string_value(field(node, "subscript")?, unit.source())?;
            of_word(key, true)
                .filter(|holds| *holds == Holds::Secret)
                .map(|holds| (node, holds))
        }
        "call" => of_call(unit, node),
        "await" => judged(unit, node.named_child(0)?),
        _ => None,
    }
}

fn of_name(unit: &Unit<'_>, node: Node<'_>) -> Option<Holds> {
    let name = unit.slice(node);
    if unit.names().is_imported(name) || name.chars().all(|c| c.is_uppercase() || c == '_') {
        return None;
    }
    if let Some(parameter) = unit.parameter(name) {
        let annotation = parameter.annotation.map_or("", |one| unit.slice(one));
        let small = matches!(annotation, "int" | "bool" | "float" | "UUID" | "uuid.UUID");
        let text = matches!(annotation, "str" | "str | None" | "Optional[str]");
        let holds = of_word(name, false)?;
        let short = small || (text && holds != Holds::Secret);
        return (!short && !is_syntax(unit, name)).then_some(holds);
    }
    let value = unit.last_value(name, node.start_byte());
    if let Some(value) = value {
        let value = bare(value);
        if is_shortened(unit, value) {
            return None;
        }
        if reads_all(unit, value) {
            return Some(Holds::Whole);
        }
    }
    of_word(name, false).filter(|_| !is_syntax(unit, name))
}

/// The token of a parser is no secret, and the event of a window no payload.
fn is_syntax(unit: &Unit<'_>, name: &str) -> bool {
    let text = unit.slice(unit.node);
    let has = |part: &str| text.contains(&format!("{name}.{part}"));
    (name.ends_with("token")
        && [
            "type", "kind", "value", "pos", "line", "string", "text", "start",
        ]
        .iter()
        .any(|part| has(part)))
        || (name.ends_with("event")
            && [
                "widget", "keysym", "src_path", "set(", "wait(", "is_set(", "key", "clear(",
            ]
            .iter()
            .any(|part| has(part)))
        || unit.names().imports_module("tokenize")
}

fn of_attribute(unit: &Unit<'_>, node: Node<'_>) -> Option<Holds> {
    let (object, name) = (
        field(node, "object")?,
        unit.slice(field(node, "attribute")?),
    );
    let object = unit.slice(object);
    if unit.resolve(node).as_deref() == Some("os.environ") {
        return Some(Holds::Values);
    }
    let of_request =
        object == "request" || object.ends_with(".request") || object.ends_with("_request");
    if of_request {
        return match name {
            "body" | "data" | "json" | "form" | "POST" | "content" => Some(Holds::Whole),
            "headers" | "cookies" | "META" | "COOKIES" => Some(Holds::Values),
            _ => None,
        };
    }
    if name == "__dict__" {
        return of_word(object.rsplit('.').next()?, false);
    }
    match of_word(name, true)? {
        // `order.user` and `self.event` are as much as the names alone.
        Holds::Whole if !matches!(name, "payload" | "body") && object != "self" => None,
        holds => Some(holds),
    }
}

fn of_call<'a>(unit: &Unit<'a>, call: Node<'a>) -> Option<(Node<'a>, Holds)> {
    let function = field(call, "function")?;
    let name = unit.resolve(function).unwrap_or_default();
    let last = field(function, "attribute").map_or(name.as_str(), |one| unit.slice(one));
    let first = positional(call).first().copied();
    match last {
        // The same content as text.
        "dumps" | "str" | "repr" | "dict" | "pformat" | "vars" | "format" | "asdict"
        | "model_dump" | "model_to_dict" | "decode" => {
            let inner = first.or_else(|| field(function, "object"))?;
            judged(unit, inner).map(|(_, holds)| (call, holds))
        }
        "get_json" | "get_data" if name.contains("request") => Some((call, Holds::Whole)),
        "get" | "pop" => {
            let key = string_value(first?, unit.source())?;
            of_word(key, true)
                .filter(|holds| *holds == Holds::Secret)
                .map(|holds| (call, holds))
        }
        "getenv" => {
            let key = string_value(first?, unit.source())?.to_ascii_lowercase();
            of_word(&key, true)
                .filter(|holds| *holds == Holds::Secret)
                .map(|holds| (call, holds))
        }
        _ => None,
    }
}

/// `request.get_json()`, `json.loads(…)`, `request.form`: all that somebody sent.
fn reads_all(unit: &Unit<'_>, value: Node<'_>) -> bool {
    match value.kind() {
        "call" => {
            let name = unit.callee(value).unwrap_or_default();
            ["request.get_json", "request.get_data", "request.json"]
                .iter()
                .any(|reader| name.ends_with(reader))
        }
        "attribute" => matches!(
            unit.slice(value),
            "request.json" | "request.form" | "request.data" | "request.body" | "request.POST"
        ),
        _ => false,
    }
}

/// The value was cut down to what a log may hold.
fn is_shortened(unit: &Unit<'_>, value: Node<'_>) -> bool {
    let text = unit.slice(value).to_ascii_lowercase();
    let words = [
        "redact", "mask", "sanit", "scrub", "censor", "anonym", "hash", "digest", "len(", ".id",
        "_id", "[:", "username", "count",
    ];
    value.kind() == "string" || words.iter().any(|word| text.contains(word))
}

/// What a value of this name holds. Keys of mappings and attributes are secrets or nothing.
fn of_word(name: &str, part: bool) -> Option<Holds> {
    let lower = name.trim_matches('_').to_ascii_lowercase();
    let ends = |word: &&str| {
        lower == **word
            || lower
                .strip_suffix(*word)
                .is_some_and(|rest| rest.ends_with(['_', '-']))
    };
    let secrets = [
        "password",
        "passwd",
        "pwd",
        "secret",
        "token",
        "api_key",
        "apikey",
        "private_key",
        "credentials",
        "authorization",
        "client_secret",
        "access_key",
        "secret_key",
        "card_number",
        "credit_card",
        "cvv",
        "cvc",
        "ssn",
        "iban",
        "passphrase",
        "jwt",
    ];
    if secrets.iter().any(ends)
        && ![
            "next_page_token",
            "page_token",
            "continuation_token",
            "cancellation_token",
        ]
        .contains(&lower.as_str())
    {
        return Some(Holds::Secret);
    }
    if ["headers", "cookies", "environ"].contains(&lower.as_str()) && !part {
        return Some(Holds::Values);
    }
    let whole = [
        "payload",
        "event",
        "body",
        "user",
        "customer",
        "patient",
        "account",
        "profile",
        "request_data",
        "request_body",
        "form_data",
    ];
    whole.iter().any(ends).then_some(Holds::Whole)
}

/// The key of an id that the function reads from the mapping anyway: `order_id`.
pub(super) fn known_key(unit: &Unit<'_>, name: &str) -> Option<String> {
    let text = unit.slice(unit.node);
    [format!("{name}.get("), format!("{name}[")]
        .iter()
        .find_map(|lead| {
            text.match_indices(lead.as_str()).find_map(|(at, _)| {
                let rest = text[at + lead.len()..].trim_start_matches(['"', '\'']);
                let key: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                (key == "id" || key.ends_with("_id")).then_some(key)
            })
        })
}

/// Whether the function reads the name as an object and never as a mapping.
pub(super) fn is_object(unit: &Unit<'_>, name: &str) -> bool {
    let mut object = matches!(
        name.rsplit('_').next(),
        Some("user" | "customer" | "patient")
    );
    unit.each_own(|node| {
        let of = |side: &str| field(node, side).is_some_and(|one| unit.slice(one) == name);
        match node.kind() {
            "subscript" if of("value") => object = false,
            "attribute" if of("object") => {
                object = field(node, "attribute")
                    .is_some_and(|one| !matches!(unit.slice(one), "get" | "items" | "keys"));
            }
            _ => {}
        }
    });
    object
}
