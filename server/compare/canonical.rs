//! Code as it means, not as it is laid out: the tokens of a node with the brackets that its
//! structure implies, so that two stretches are equal exactly if they parse alike.
//!
//! Layout, comments, quotes, trailing commas, semicolons and parentheses that change nothing leave
//! no trace. String contents do.

use std::borrow::Cow;

use tree_sitter::Node;

use super::strings;
use crate::syntax::Source;

/// What a token is, as far as a renaming looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A name that some scope binds.
    Name,
    /// A name behind a dot.
    Attribute,
    /// The name of an argument in a call.
    Keyword,
    /// All else.
    Other,
}

/// One token in canonical form.
#[derive(Debug, Clone)]
pub struct Token<'s> {
    /// Its text.
    pub text: Cow<'s, str>,
    /// What it is.
    pub role: Role,
    /// Its first byte.
    pub at: usize,
}

impl PartialEq for Token<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.role == other.role && self.text == other.text
    }
}

impl Eq for Token<'_> {}

/// Reads canonical tokens.
#[derive(Debug)]
pub struct Reader<'s> {
    pub(super) source: &'s Source,
    /// What was read.
    pub tokens: Vec<Token<'s>>,
    /// Whether some of it was not valid Python.
    pub broken: bool,
    /// The comments in between.
    pub comments: Vec<Node<'s>>,
    /// Whether annotations are left out.
    pub untyped: bool,
    /// Whether what can be written in several ways is read as one of them; see `ways.rs`.
    pub one_way: bool,
}

/// The canonical tokens of one node.
#[must_use]
pub fn tokens<'s>(source: &'s Source, node: Node<'s>) -> Vec<Token<'s>> {
    let mut reader = Reader::new(source);
    reader.read(node);
    reader.tokens
}

/// The canonical text of one node.
#[must_use]
pub fn text(source: &Source, node: Node<'_>) -> String {
    let mut reader = Reader::new(source);
    reader.read(node);
    let texts: Vec<&str> = reader.tokens.iter().map(|one| &*one.text).collect();
    texts.join(" ")
}

impl<'s> Reader<'s> {
    /// A reader that has read nothing.
    #[must_use]
    pub fn new(source: &'s Source) -> Self {
        Self {
            source,
            tokens: Vec::new(),
            broken: false,
            comments: Vec::new(),
            untyped: false,
            one_way: false,
        }
    }

    /// Reads `node`.
    pub fn read(&mut self, node: Node<'s>) {
        if self.untyped && self.left_out(node) || self.one_way && self.read_one_way(node) {
            return;
        }
        match node.kind() {
            "comment" => self.comments.push(node),
            "line_continuation" | ";" => {}
            "string" => self.strings(&[node], node),
            "concatenated_string" => {
                let parts = parts(node);
                self.strings(&parts, node);
            }
            "integer" | "float" => {
                let text = number(self.slice(node));
                self.push(text, Role::Other, node.start_byte());
            }
            "parenthesized_expression" => self.inside(node),
            "tuple" if is_with_list(node) => self.listed(node),
            "tuple" | "expression_list" | "pattern_list" | "tuple_pattern" => {
                self.bracketed("⟨", node, "⟩");
            }
            "binary_operator"
            | "boolean_operator"
            | "comparison_operator"
            | "unary_operator"
            | "not_operator"
            | "conditional_expression"
            | "lambda"
            | "named_expression"
            | "await"
            | "yield" => {
                self.push("(", Role::Other, node.start_byte());
                self.children(node);
                self.push(")", Role::Other, node.end_byte());
            }
            "with_clause" | "import_from_statement" => self.listed(node),
            "attribute" => self.named_part(node, "attribute", Role::Attribute),
            "keyword_argument" => self.named_part(node, "name", Role::Keyword),
            "ERROR" => {
                self.broken = true;
                self.children(node);
            }
            _ if node.child_count() == 0 => self.leaf(node),
            _ => self.children(node),
        }
    }

    /// Reads a node with annotations without them; whether that is all to be read of it.
    fn left_out(&mut self, node: Node<'s>) -> bool {
        match node.kind() {
            "type" | "->" => {}
            "typed_parameter" => node
                .named_child(0)
                .into_iter()
                .for_each(|one| self.read(one)),
            "typed_default_parameter" => {
                let fields = ["name", "value"].map(|name| node.child_by_field_name(name));
                self.either_side(fields);
            }
            "assignment" if node.child_by_field_name("type").is_some() => {
                let fields = ["left", "right"].map(|name| node.child_by_field_name(name));
                // A mere annotation does nothing.
                if fields[1].is_some() {
                    self.either_side(fields);
                }
            }
            _ => return false,
        }
        true
    }

    fn either_side(&mut self, [left, right]: [Option<Node<'s>>; 2]) {
        if let (Some(left), Some(right)) = (left, right) {
            self.read(left);
            self.push("=", Role::Other, right.start_byte());
            self.read(right);
        }
    }

    /// Reads a docstring: its indentation and the blanks at the ends of its lines are layout.
    pub fn read_docstring(&mut self, string: Node<'s>) {
        let text = strings::docstring(self.slice(string));
        self.push(text, Role::Other, string.start_byte());
    }

    pub(super) fn push(&mut self, text: impl Into<Cow<'s, str>>, role: Role, at: usize) {
        self.tokens.push(Token {
            text: text.into(),
            role,
            at,
        });
    }

    pub(super) fn slice(&self, node: Node<'_>) -> &'s str {
        &self.source.text()[node.byte_range()]
    }

    fn leaf(&mut self, node: Node<'s>) {
        self.broken |= node.is_missing();
        let at = node.start_byte();
        if !node.is_named() {
            // `not  in` and `not in` are one.
            self.push(node.kind(), Role::Other, at);
            return;
        }
        let text = self.slice(node);
        if text.is_empty() {
            return;
        }
        let role = match node.kind() {
            "identifier" => Role::Name,
            _ => Role::Other,
        };
        self.push(text, role, at);
    }

    /// The children, less a comma before the closing bracket.
    pub(super) fn children(&mut self, node: Node<'s>) {
        let single = node.kind() == "subscript"
            && node
                .children_by_field_name("subscript", &mut node.walk())
                .count()
                == 1;
        let print = node.kind() == "print_statement";
        let all = parts(node);
        for (at, child) in all.iter().enumerate() {
            if child.kind() == "," && !single && !print && is_last_comma(&all, at)
                || is_no_bases(node, *child)
            {
                continue;
            }
            self.read(*child);
        }
    }

    /// The children between parentheses that mean nothing.
    fn listed(&mut self, node: Node<'s>) {
        let all = parts(node);
        for (at, child) in all.iter().enumerate() {
            let fixed = match child.kind() {
                "(" | ")" => continue,
                "," if is_last_comma(&all, at) => continue,
                "dotted_name" | "relative_import" => true,
                _ => false,
            };
            if fixed {
                self.push(self.slice(*child), Role::Other, child.start_byte());
            } else {
                self.read(*child);
            }
        }
    }

    fn inside(&mut self, node: Node<'s>) {
        for child in parts(node) {
            if !matches!(child.kind(), "(" | ")") {
                self.read(child);
            }
        }
    }

    pub(super) fn bracketed(&mut self, open: &'static str, node: Node<'s>, close: &'static str) {
        self.push(open, Role::Other, node.start_byte());
        let all = parts(node);
        for (at, child) in all.iter().enumerate() {
            let bracket = matches!(child.kind(), "(" | ")" | "[" | "]");
            if !bracket && (child.kind() != "," || !is_last_comma(&all, at)) {
                self.read(*child);
            }
        }
        self.push(close, Role::Other, node.end_byte());
    }

    fn named_part(&mut self, node: Node<'s>, field: &str, role: Role) {
        let name = crate::syntax::nodes::field(node, field);
        for child in parts(node) {
            if Some(child) == name {
                self.push(self.slice(child), role, child.start_byte());
            } else {
                self.read(child);
            }
        }
    }

    /// Neighbouring strings are one.
    fn strings(&mut self, pieces: &[Node<'s>], whole: Node<'s>) {
        let mut plain = String::new();
        let mut mark = '"';
        for part in pieces {
            if part.kind() == "comment" {
                self.comments.push(*part);
                continue;
            }
            let text = self.slice(*part);
            let shape = strings::Shape::of(text);
            if shape.is_bytes {
                mark = 'b';
            }
            for piece in parts(*part) {
                match piece.kind() {
                    "string_start" | "string_end" => {}
                    "interpolation" if !strings::shows_itself(self.slice(piece)) => {
                        self.flush(&mut plain, mark, piece.start_byte());
                        self.children(piece);
                    }
                    _ => strings::append(&mut plain, self.slice(piece), shape),
                }
            }
        }
        // Even an empty string is a token.
        self.push(format!("{mark}{plain}\""), Role::Other, whole.start_byte());
    }

    pub(super) fn flush(&mut self, plain: &mut String, mark: char, at: usize) {
        let text = format!("{mark}{plain}…");
        plain.clear();
        self.push(text, Role::Other, at);
    }
}

/// A number as it counts: `1.`, `1.0` and `1.00` are one, and so are `.5` and `0.5`.
fn number(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let plain = text.bytes().all(|one| one.is_ascii_digit() || one == b'.');
    match text.split_once('.') {
        Some((whole, part)) if plain => {
            let whole = whole.trim_start_matches('0');
            let part = part.trim_end_matches('0');
            let or_zero = |digits: &str| {
                if digits.is_empty() {
                    "0".to_owned()
                } else {
                    digits.to_owned()
                }
            };
            format!("{}.{}", or_zero(whole), or_zero(part))
        }
        _ => text,
    }
}

/// Whether `child` is the `()` of a class without bases.
pub(super) fn is_no_bases(class: Node<'_>, child: Node<'_>) -> bool {
    child.kind() == "argument_list"
        && class.kind() == "class_definition"
        && child.named_child_count() == 0
}

/// `with (open(a) as f, open(b) as g):` reads like a tuple.
fn is_with_list(tuple: Node<'_>) -> bool {
    tuple
        .parent()
        .is_some_and(|parent| parent.kind() == "with_item")
        && crate::syntax::nodes::children(tuple).any(|child| child.kind() == "as_pattern")
}

/// Whether nothing but the closing bracket follows the comma at `at`. The siblings are given: to ask
/// a node for the next one goes down from the root each time.
fn is_last_comma(siblings: &[Node<'_>], at: usize) -> bool {
    let behind = siblings.iter().skip(at + 1);
    let mut behind = behind.skip_while(|one| matches!(one.kind(), "comment" | "line_continuation"));
    behind
        .next()
        .is_none_or(|next| matches!(next.kind(), ")" | "]" | "}" | ":"))
}

pub(super) fn parts(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}
