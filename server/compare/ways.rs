//! What Python lets people write in several ways, read as one of them: `x in [1, 2]` and
//! `x in (1, 2)`, `dict()` and `{}`, `"%s" % name` and `f"{name}"`.
//!
//! Only what does the same at run time belongs here. Formats that round or pad, and calls that may
//! have been replaced by something else of the name, are left as they are.

use tree_sitter::Node;

use super::canonical::{Reader, Role, parts};
use super::formats::{Format, Place, brace_format, percent_format};
use super::strings::{self, Shape};
use crate::syntax::nodes::{bare, children, field, has_splat, positional};

/// Names that are one thing since Python 3.3.
const OS_ERRORS: [&str; 3] = ["IOError", "EnvironmentError", "WindowsError"];

/// Methods that had another name, with today's.
const RENAMED: [(&str, &str); 9] = [
    ("assertEquals", "assertEqual"),
    ("assertNotEquals", "assertNotEqual"),
    ("assertAlmostEquals", "assertAlmostEqual"),
    ("assert_", "assertTrue"),
    ("assertRegexpMatches", "assertRegex"),
    ("assertNotRegexpMatches", "assertNotRegex"),
    ("assertRaisesRegexp", "assertRaisesRegex"),
    ("assertItemsEqual", "assertCountEqual"),
    ("warn", "warning"),
];

/// Calls that go through what they are given once, and do not keep it.
const WALKING: [&str; 9] = [
    "any",
    "all",
    "sum",
    "min",
    "max",
    "sorted",
    "tuple",
    "frozenset",
    "join",
];

impl<'s> Reader<'s> {
    /// Reads a node that can be written in several ways; whether it is one.
    pub(super) fn read_one_way(&mut self, node: Node<'s>) -> bool {
        match node.kind() {
            "identifier" => self.one_error(node),
            "attribute" => self.one_method(node),
            "call" => self.one_call(node),
            "comparison_operator" => self.one_comparison(node, false),
            "not_operator" => field(node, "argument")
                .map(bare)
                .filter(|one| one.kind() == "comparison_operator")
                .is_some_and(|one| self.one_comparison(one, true)),
            "conditional_expression" => self.one_choice(node),
            "binary_operator" => self.one_format(node),
            "return_statement" => self.one_return(node),
            "raise_statement" => self.one_raise(node),
            "argument_list" => is_plain_class(self, node),
            "list_splat" => children(node)
                .next()
                .filter(|one| one.kind() == "list_comprehension")
                .is_some_and(|one| {
                    self.push("*", Role::Other, node.start_byte());
                    self.collected(("(", one, ")"), one.start_byte())
                }),
            _ => false,
        }
    }

    fn one_error(&mut self, node: Node<'s>) -> bool {
        let old = OS_ERRORS.contains(&self.slice(node));
        if old {
            self.push("OSError", Role::Name, node.start_byte());
        }
        old
    }

    fn one_method(&mut self, node: Node<'s>) -> bool {
        let (Some(object), Some(name)) = (field(node, "object"), field(node, "attribute")) else {
            return false;
        };
        let old = self.slice(name);
        let Some((_, new)) = RENAMED.iter().find(|(one, _)| *one == old) else {
            return false;
        };
        let owner = self.slice(object).to_ascii_lowercase();
        let owner = owner.rsplit('.').next().unwrap_or_default();
        let fits = match old {
            "warn" => owner.ends_with("log") || owner.ends_with("logger") || owner == "logging",
            _ => owner == "self",
        };
        if fits {
            self.read(object);
            self.push(".", Role::Other, object.end_byte());
            self.push(*new, Role::Attribute, name.start_byte());
        }
        fits
    }

    fn one_call(&mut self, node: Node<'s>) -> bool {
        let (Some(function), Some(arguments)) = (field(node, "function"), field(node, "arguments"))
        else {
            return false;
        };
        let at = node.start_byte();
        let name = self.slice(function);
        let method = field(function, "attribute").map(|one| self.slice(one));
        let last = method.unwrap_or(name);
        if arguments.kind() == "generator_expression" {
            return match name {
                "list" => self.collected(("[", arguments, "]"), at),
                "set" => self.collected(("{", arguments, "}"), at),
                _ => false,
            };
        }
        let all = positional(node);
        let only = all.len() == children(arguments).count();
        if !only || has_splat(node) {
            return last == "format" && self.one_format_call(node, function, arguments);
        }
        match (name, all.as_slice()) {
            ("super", [_, _]) => self.words(&["super", "(", ")"], at),
            ("str", [one]) if is_text(*one) => {
                self.read(*one);
                true
            }
            ("dict", []) => self.words(&["{", "}"], at),
            ("list", []) => self.words(&["[", "]"], at),
            ("tuple", []) => self.words(&["⟨", "⟩"], at),
            ("set", [one]) if is_kind(*one, &["list", "tuple"]) && one.named_child_count() != 0 => {
                self.bracketed("{", *one, "}");
                true
            }
            ("list", [one]) if one.kind() == "list_comprehension" => {
                self.collected(("[", *one, "]"), at)
            }
            ("set", [one]) if one.kind() == "list_comprehension" => {
                self.collected(("{", *one, "}"), at)
            }
            ("open", [path, mode])
                if matches!(self.slice(*mode), "\"r\"" | "'r'" | "\"rt\"" | "'rt'") =>
            {
                self.called(function, &[*path])
            }
            ("isinstance", [value, kinds])
                if kinds.kind() == "tuple" && kinds.named_child_count() == 1 =>
            {
                let kind = kinds.named_child(0).unwrap_or(*kinds);
                self.called(function, &[*value, kind])
            }
            (_, [one]) if one.kind() == "list_comprehension" && WALKING.contains(&last) => {
                self.read(function);
                self.collected(("(", *one, ")"), one.start_byte())
            }
            (_, [key, default]) if method == Some("get") && default.kind() == "none" => {
                self.called(function, &[*key])
            }
            (_, []) if method == Some("keys") && is_walked(node) => field(function, "object")
                .is_some_and(|object| {
                    self.read(object);
                    true
                }),
            _ => last == "format" && self.one_format_call(node, function, arguments),
        }
    }

    fn words(&mut self, words: &[&'static str], at: usize) -> bool {
        for one in words {
            let role = match *one {
                "super" => Role::Name,
                _ => Role::Other,
            };
            self.push(*one, role, at);
        }
        true
    }

    fn called(&mut self, function: Node<'s>, arguments: &[Node<'s>]) -> bool {
        self.read(function);
        self.push("(", Role::Other, function.end_byte());
        for (number, one) in arguments.iter().enumerate() {
            if 0 < number {
                self.push(",", Role::Other, one.start_byte());
            }
            self.read(*one);
        }
        self.push(")", Role::Other, function.end_byte());
        true
    }

    /// A comprehension or generator between other brackets.
    fn collected(
        &mut self,
        (open, inner, close): (&'static str, Node<'s>, &'static str),
        at: usize,
    ) -> bool {
        self.push(open, Role::Other, at);
        for child in parts(inner) {
            if !matches!(child.kind(), "(" | ")" | "[" | "]") {
                self.read(child);
            }
        }
        self.push(close, Role::Other, inner.end_byte());
        true
    }

    /// `x in [a, b]`, and `not x in y`.
    fn one_comparison(&mut self, node: Node<'s>, denied: bool) -> bool {
        let all = parts(node);
        let [left, operator, right] = all.as_slice() else {
            return false;
        };
        let asked = match (operator.kind(), denied) {
            ("in", false) | ("not in", true) => "in",
            ("not in", false) | ("in", true) => "not in",
            ("is", true) => "is not",
            ("is not", true) => "is",
            _ => return false,
        };
        self.push("(", Role::Other, node.start_byte());
        self.read(*left);
        self.push(asked, Role::Other, operator.start_byte());
        let inside = bare(*right);
        let listed = is_kind(inside, &["list", "tuple", "set"]) && asked.ends_with("in");
        if listed {
            self.push("⟨", Role::Other, inside.start_byte());
            for (number, one) in children(inside).enumerate() {
                if 0 < number {
                    self.push(",", Role::Other, one.start_byte());
                }
                self.read(one);
            }
            self.push("⟩", Role::Other, inside.end_byte());
        } else {
            self.read(*right);
        }
        self.push(")", Role::Other, node.end_byte());
        true
    }

    /// `a if a else b`.
    fn one_choice(&mut self, node: Node<'s>) -> bool {
        let all: Vec<Node<'s>> = named(node);
        let [value, asked, other] = all.as_slice() else {
            return false;
        };
        // A call may give something else the second time.
        let still = matches!(bare(*value).kind(), "identifier" | "attribute");
        if !still || self.slice(bare(*value)) != self.slice(bare(*asked)) {
            return false;
        }
        self.push("(", Role::Other, node.start_byte());
        self.read(*value);
        self.push("or", Role::Other, asked.start_byte());
        self.read(*other);
        self.push(")", Role::Other, node.end_byte());
        true
    }

    fn one_return(&mut self, node: Node<'s>) -> bool {
        let nothing = matches!(named(node).as_slice(), [one] if one.kind() == "none");
        if nothing {
            self.push("return", Role::Other, node.start_byte());
        }
        nothing
    }

    fn one_raise(&mut self, node: Node<'s>) -> bool {
        let all = named(node);
        let [call] = all.as_slice() else {
            return false;
        };
        let arguments = field(*call, "arguments").filter(|_| call.kind() == "call");
        let function = field(*call, "function");
        let (Some(arguments), Some(function)) = (arguments, function) else {
            return false;
        };
        // A name in lower case may be a function that makes the error.
        let class = self.slice(function).rsplit('.').next().unwrap_or_default();
        if arguments.named_child_count() != 0 || !class.starts_with(char::is_uppercase) {
            return false;
        }
        self.push("raise", Role::Other, node.start_byte());
        self.read(function);
        true
    }

    /// `"%s of %s" % (a, b)`.
    fn one_format(&mut self, node: Node<'s>) -> bool {
        let all = parts(node);
        let [left, operator, right] = all.as_slice() else {
            return false;
        };
        let right = bare(*right);
        if operator.kind() != "%" {
            return false;
        }
        let Some((text, shape)) = self.plain_text(bare(*left)) else {
            return false;
        };
        let values = match right.kind() {
            "tuple" => named(right),
            // One `%s` for a tuple of one: nobody means that.
            "string" | "integer" | "call" | "subscript" | "attribute" | "identifier" => {
                vec![right]
            }
            _ => return false,
        };
        let Some(format) = percent_format(&text) else {
            return false;
        };
        self.formatted(&format, &values, shape, node)
    }

    /// `"{} of {}".format(a, b)`.
    fn one_format_call(&mut self, node: Node<'s>, function: Node<'s>, arguments: Node<'s>) -> bool {
        let Some(object) = field(function, "object") else {
            return false;
        };
        let Some((text, shape)) = self.plain_text(bare(object)) else {
            return false;
        };
        let Some(format) = brace_format(&text) else {
            return false;
        };
        let places = positional(node);
        if places.iter().any(|one| one.kind() == "list_splat") || has_splat(node) {
            return false;
        }
        let find = |place: &Place| -> Option<Node<'s>> {
            let name = &place.name;
            if let Ok(number) = name.parse::<usize>() {
                return places.get(number).copied();
            }
            let mut all = children(arguments).filter(|one| one.kind() == "keyword_argument");
            let named =
                all.find(|one| field(*one, "name").is_some_and(|at| self.slice(at) == *name));
            named.and_then(|one| field(one, "value"))
        };
        let values: Option<Vec<Node<'s>>> = format.places.iter().map(find).collect();
        let Some(values) = values.filter(|all| all.len() == children(arguments).count()) else {
            return false;
        };
        self.formatted(&format, &values, shape.for_format(), node)
    }

    /// A literal without places for values: its content.
    fn plain_text(&self, node: Node<'s>) -> Option<(String, Shape)> {
        let literals = match node.kind() {
            "string" => vec![node],
            "concatenated_string" => children(node)
                .filter(|one| one.kind() == "string")
                .collect(),
            _ => return None,
        };
        let shape = Shape::of(self.slice(*literals.first()?));
        let mut text = String::new();
        for one in literals {
            if Shape::of(self.slice(one)) != shape || !shape.is_plain() {
                return None;
            }
            let inner = parts(one).into_iter();
            inner
                .filter(|one| !matches!(one.kind(), "string_start" | "string_end"))
                .for_each(|one| text.push_str(self.slice(one)));
        }
        Some((text, shape))
    }

    /// Reads a text with values in between like an f-string.
    fn formatted(
        &mut self,
        format: &Format,
        values: &[Node<'s>],
        shape: Shape,
        node: Node<'s>,
    ) -> bool {
        if format.places.len() != values.len() || values.is_empty() {
            return false;
        }
        let at = node.start_byte();
        let places = format.places.iter().zip(values);
        for (piece, (place, value)) in format.pieces.iter().zip(places) {
            let mut plain = String::new();
            strings::append(&mut plain, piece, shape);
            self.flush(&mut plain, '"', at);
            self.push("{", Role::Other, at);
            self.read(*value);
            for name in &place.attributes {
                self.push(".", Role::Other, at);
                self.push(name.clone(), Role::Attribute, at);
            }
            if let Some(conversion) = place.conversion {
                self.push(conversion, Role::Other, at);
            }
            self.push("}", Role::Other, at);
        }
        let mut plain = String::new();
        if let Some(last) = format.pieces.last() {
            strings::append(&mut plain, last, shape);
        }
        self.push(format!("\"{plain}\""), Role::Other, at);
        true
    }
}

fn named(node: Node<'_>) -> Vec<Node<'_>> {
    children(node).collect()
}

/// Whether the node is a literal of text, not of bytes.
fn is_text(node: Node<'_>) -> bool {
    node.kind() == "string"
        && node
            .child(0)
            .is_some_and(|start| start.end_byte() - start.start_byte() == 1)
}

fn is_kind(node: Node<'_>, kinds: &[&str]) -> bool {
    kinds.contains(&node.kind())
}

/// `(object)` behind the name of a class.
fn is_plain_class(reader: &Reader<'_>, arguments: Node<'_>) -> bool {
    let class = arguments
        .parent()
        .is_some_and(|one| one.kind() == "class_definition");
    let all = named(arguments);
    class && matches!(all.as_slice(), [one] if reader.slice(*one) == "object")
}

/// Whether the value is what a loop goes through, or what is asked for a member.
fn is_walked(node: Node<'_>) -> bool {
    let Some(parent) = node.parent() else {
        return false;
    };
    match parent.kind() {
        "for_in_clause" => field(parent, "right") == Some(node),
        "comparison_operator" => {
            let asks = |one: Node<'_>| matches!(one.kind(), "in" | "not in");
            node.prev_sibling().is_some_and(asks)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::compare::edits::Edits;
    use crate::compare::form::{Form, Kind};
    use crate::syntax::Source;
    use crate::vcs::hunks;

    fn is_one_way(old: &str, new: &str) -> bool {
        let (base, head) = (Source::parse(old), Source::parse(new));
        let hunks = hunks::diff(base.text(), head.text());
        let edits = Edits::new(&base, &head, &hunks);
        let form = Form::of(&edits, hunks.len());
        (0..hunks.len()).all(|hunk| form.kind(hunk) == Some(Kind::Way))
    }

    #[test]
    fn formats_that_show_the_same_are_one() {
        for (old, new) in [
            ("a = '<%r>' % b.c\n", "a = f'<{b.c!r}>'\n"),
            ("a = '{!r}'.format(vars(b))\n", "a = f'{vars(b)!r}'\n"),
            (
                "a = '{n}: {0.name}'.format(b, n=type(b).__name__)\n",
                "a = f'{type(b).__name__}: {b.name}'\n",
            ),
            ("a = f(*[b(c) for c in d])\n", "a = f(*(b(c) for c in d))\n"),
            ("a = f(str('b'))\n", "a = f('b')\n"),
        ] {
            assert!(is_one_way(old, new), "{old}");
        }
    }

    #[test]
    fn formats_that_show_something_else_are_not() {
        for (old, new) in [
            ("a = '<%r>' % b.c\n", "a = f'<{b.c}>'\n"),
            ("a = '<%d>' % b\n", "a = f'<{b}>'\n"),
            ("a = '{!a}'.format(b)\n", "a = f'{b!r}'\n"),
            ("a = '{0.name}'.format(b)\n", "a = f'{b.title}'\n"),
            ("a = '{0[name]}'.format(b)\n", "a = f'{b.name}'\n"),
            ("a = f([b(c) for c in d])\n", "a = f((b(c) for c in d))\n"),
            ("a = f(str(b))\n", "a = f(b)\n"),
        ] {
            assert!(!is_one_way(old, new), "{old}");
        }
    }
}
