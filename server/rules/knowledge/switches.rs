//! What users and operators can turn: options, their choices, settings, routes.

use std::ops::Range;

use tree_sitter::Node;

use crate::compare::statements::Statement;
use crate::syntax::Source;
use crate::syntax::nodes::{Walk, ancestors, children, field, positional, string_value, walk};

/// Calls that declare an option of a command line.
const DECLARE_OPTION: [&str; 5] = [
    "add_argument",
    "add_option",
    "option",
    "Option",
    "OptionInfo",
];

/// Calls that read an option of a command line by its name.
const READ_OPTION: [&str; 2] = ["option", "get_option"];

/// Calls that map an address to code.
const DECLARE_ROUTE: [&str; 6] = [
    "path",
    "re_path",
    "url",
    "add_url_rule",
    "add_route",
    "route",
];

/// Last names of objects that hold a program's settings.
const SETTINGS: [&str; 9] = [
    "conf",
    "config",
    "configuration",
    "settings",
    "cfg",
    "CONF",
    "options",
    "opts",
    "transport_options",
];

/// Variables that the system, the shell or the login sets: nobody has to set them for a program.
const GIVEN: [&str; 22] = [
    "HOME",
    "PATH",
    "TMPDIR",
    "TMP",
    "TEMP",
    "USER",
    "USERNAME",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "SHELL",
    "PWD",
    "TERM",
    "TZ",
    "HOSTNAME",
    "EDITOR",
    "DISPLAY",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "APPDATA",
    "USERPROFILE",
    "XDG_CONFIG_HOME",
];

/// What kind of switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A command line's option that is declared here.
    Option,
    /// A value that an option takes.
    Choice,
    /// A setting that is declared here.
    Declared,
    /// A variable of the environment that is read here.
    Environment,
    /// A setting that is read by its name, with or without a default.
    Setting,
    /// A setting or option that is read as an attribute, which others may have declared.
    Attribute,
    /// An address that is answered.
    Route,
}

/// A place where a switch is declared or read.
#[derive(Debug, Clone)]
pub struct Switch {
    /// Its kind.
    pub kind: Kind,
    /// Its name as users write it.
    pub name: String,
    /// The bytes of the name.
    pub span: Range<usize>,
}

impl Switch {
    /// Whether a text speaks of this switch somewhere.
    #[must_use]
    pub fn is_known_in(&self, text: &str) -> bool {
        let quoted = || {
            ['"', '\'']
                .iter()
                .any(|quote| text.contains(&format!("{quote}{}{quote}", self.name)))
        };
        match self.kind {
            Kind::Attribute => has_word(text, &self.name),
            Kind::Declared => [" = ", "=", ": "].iter().any(|sign| {
                has_word(text, &self.name) && text.contains(&format!("{}{sign}", self.name))
            }),
            _ => quoted(),
        }
    }
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part =
        |byte: Option<&u8>| byte.is_some_and(|one| one.is_ascii_alphanumeric() || *one == b'_');
    memchr::memmem::find_iter(text.as_bytes(), word.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|at| text.as_bytes().get(at));
        !is_part(before) && !is_part(text.as_bytes().get(at + word.len()))
    })
}

/// All switches in a statement or in the header of one.
#[must_use]
pub fn in_statement(source: &Source, statement: &Statement<'_>) -> Vec<Switch> {
    let mut found = Vec::new();
    walk(statement.node, &mut |node| {
        if statement.span.end <= node.start_byte() {
            return Walk::Over;
        }
        match node.kind() {
            "call" => of_call(source, node, &mut found),
            "subscript" => of_subscript(source, node, &mut found),
            "attribute" => of_attribute(source, node, &mut found),
            "keyword_argument" => of_keyword(source, node, &mut found),
            _ => {}
        }
        Walk::Into
    });
    found
}

fn push(found: &mut Vec<Switch>, kind: Kind, name: &str, node: Node<'_>) {
    let given = kind == Kind::Environment && GIVEN.contains(&name);
    let sound = !name.is_empty() && !name.contains(char::is_whitespace) && !given;
    if sound {
        found.push(Switch {
            kind,
            name: name.to_owned(),
            span: node.byte_range(),
        });
    }
}

fn of_call(source: &Source, call: Node<'_>, found: &mut Vec<Switch>) {
    let (Some(function), Some(arguments)) = (field(call, "function"), field(call, "arguments"))
    else {
        return;
    };
    let called: String = source.slice(function).split_whitespace().collect();
    let (owner, mut last) = called.rsplit_once('.').unwrap_or(("", &called));
    let given = positional(call);
    if last == "partial"
        && let Some(first) = given.first()
    {
        last = source.slice(*first);
    }
    let strings = || {
        given
            .iter()
            .filter_map(|one| Some((*one, string_value(*one, source)?)))
    };
    let first = given
        .first()
        .and_then(|one| Some((*one, string_value(*one, source)?)));
    let options = || strings().filter(|(_, text)| text.starts_with("--"));
    if READ_OPTION.contains(&last) && matches!(owner.rsplit('.').next(), Some("self" | "input")) {
        if let Some((node, name)) = first {
            push(found, Kind::Setting, name, node);
        }
        return;
    }
    if DECLARE_OPTION.contains(&last) {
        for (node, name) in options() {
            push(found, Kind::Option, name, node);
        }
        // Some libraries want the name without its dashes.
        if let (Some((node, name)), "option", "") = (first, last, owner)
            && !name.starts_with('-')
        {
            push(found, Kind::Option, name, node);
        }
        return;
    }
    let owner_last = owner.rsplit('.').next().unwrap_or_default();
    match (&*called, last) {
        ("os.environ.get" | "os.getenv" | "environ.get" | "getenv", _) => {
            if let Some((node, name)) = first {
                push(found, Kind::Environment, name, node);
            }
        }
        ("getattr", _) => {
            let holder = given.first().map(|one| source.slice(*one));
            let holds = holder.is_some_and(holds_settings);
            if let (true, Some((node, name))) = (holds, strings().next()) {
                push(found, Kind::Setting, name, node);
            }
        }
        (_, "get") if holds_settings(owner) && !is_made_here(source, call, owner) => {
            if let Some((node, name)) = first {
                push(found, by_name(owner), name, node);
            }
        }
        (_, _) if DECLARE_ROUTE.contains(&last) && 2 <= children(arguments).count() => {
            let is_route =
                |text: &str| text.ends_with('/') || text.contains("/<") || text.starts_with('^');
            if let Some((node, name)) =
                first.filter(|(_, text)| is_route(text) && owner_last != "os")
            {
                push(found, Kind::Route, name, node);
            }
        }
        _ => {}
    }
}

/// Whether an expression's last name is that of settings.
fn holds_settings(expression: &str) -> bool {
    let last = expression.rsplit('.').next().unwrap_or(expression);
    SETTINGS.contains(&last) || last.ends_with("_options") || last.ends_with("_settings")
}

/// Whether the function around `node` makes the mapping `name` itself: then its keys are its own.
fn is_made_here(source: &Source, node: Node<'_>, name: &str) -> bool {
    let Some(function) = ancestors(node).find(|up| up.kind() == "function_definition") else {
        return false;
    };
    let mut made = false;
    walk(function, &mut |node| {
        let sides = field(node, "left").zip(field(node, "right"));
        if let ("assignment", Some((left, right))) = (node.kind(), sides)
            && source.slice(left) == name
        {
            let called = field(right, "function").map(|one| source.slice(one));
            made |= right.kind() == "dictionary" || called == Some("dict");
        }
        if made { Walk::Over } else { Walk::Into }
    });
    made
}

/// What reading an item by its name is: a plain `options` may be any mapping.
fn by_name(holder: &str) -> Kind {
    if matches!(holder, "options" | "opts") {
        Kind::Attribute
    } else {
        Kind::Setting
    }
}

fn of_subscript(source: &Source, subscript: Node<'_>, found: &mut Vec<Switch>) {
    let (Some(value), Some(key)) = (field(subscript, "value"), field(subscript, "subscript"))
    else {
        return;
    };
    let Some(name) = string_value(key, source) else {
        return;
    };
    match source.slice(value) {
        "os.environ" | "environ" => push(found, Kind::Environment, name, key),
        other if holds_settings(other) && !is_made_here(source, subscript, other) => {
            push(found, by_name(other), name, key);
        }
        _ => {}
    }
}

fn of_attribute(source: &Source, attribute: Node<'_>, found: &mut Vec<Switch>) {
    let (Some(object), Some(name)) = (field(attribute, "object"), field(attribute, "attribute"))
    else {
        return;
    };
    let is_called = attribute.parent().is_some_and(|parent| {
        parent.kind() == "call" && field(parent, "function") == Some(attribute)
    });
    let is_owner = attribute
        .parent()
        .is_some_and(|parent| parent.kind() == "attribute");
    let holder = source.slice(object);
    let holds = matches!(object.kind(), "identifier" | "attribute") && holds_settings(holder);
    if holds && !is_called && !is_owner {
        push(found, Kind::Attribute, source.slice(name), name);
    }
}

/// `username=Option(type="string")`, `choices=["on", "off"]`.
fn of_keyword(source: &Source, argument: Node<'_>, found: &mut Vec<Switch>) {
    let (Some(name), Some(value)) = (field(argument, "name"), field(argument, "value")) else {
        return;
    };
    if source.slice(name) == "choices" && matches!(value.kind(), "list" | "tuple" | "set") {
        for one in children(value) {
            if let Some(text) = string_value(one, source) {
                push(found, Kind::Choice, text, one);
            }
        }
        return;
    }
    let made = field(value, "function").map(|one| source.slice(one));
    let made = made.and_then(|one| one.rsplit('.').next());
    if value.kind() == "call" && matches!(made, Some("Option" | "Setting")) {
        push(found, Kind::Declared, source.slice(name), name);
    }
}
