//! The statements of a file as a list: header or simple statement, with its depth. Together with
//! the depths the list says the same as the tree, so equal lists are equal code.

use std::ops::Range;

use tree_sitter::Node;

use super::canonical::{Reader, Role, Token, is_no_bases};
use crate::syntax::Source;
use crate::syntax::nodes::children;

/// One simple statement, or the header of a compound one.
#[derive(Debug)]
pub struct Statement<'s> {
    /// The statement's node; for a header that of the whole statement or clause.
    pub node: Node<'s>,
    /// How many blocks it stands in.
    pub depth: u32,
    /// Its bytes, those of the blocks below left out.
    pub span: Range<usize>,
    /// What it says.
    pub tokens: Vec<Token<'s>>,
    /// Whether it is not valid Python.
    pub broken: bool,
}

impl Statement<'_> {
    /// Whether the two say the same at the same depth.
    #[must_use]
    pub fn same(&self, other: &Statement<'_>) -> bool {
        !self.broken && !other.broken && self.depth == other.depth && self.tokens == other.tokens
    }
}

/// What a statement says besides its annotations.
#[must_use]
pub fn untyped<'s>(source: &'s Source, statement: &Statement<'s>) -> Vec<Token<'s>> {
    let mut reader = Reader::new(source);
    reader.untyped = true;
    read_again(reader, statement)
}

/// What a statement says besides its annotations, whichever way it is written.
#[must_use]
pub fn one_way<'s>(source: &'s Source, statement: &Statement<'s>) -> Vec<Token<'s>> {
    let mut reader = Reader::new(source);
    reader.untyped = true;
    reader.one_way = true;
    read_again(reader, statement)
}

/// What a statement says, annotations included, whichever way it is written.
#[must_use]
pub fn one_way_typed<'s>(source: &'s Source, statement: &Statement<'s>) -> Vec<Token<'s>> {
    let mut reader = Reader::new(source);
    reader.one_way = true;
    read_again(reader, statement)
}

fn read_again<'s>(mut reader: Reader<'s>, statement: &Statement<'s>) -> Vec<Token<'s>> {
    if statement.node.byte_range() == statement.span {
        reader.read(statement.node);
    } else {
        for child in children_of_header(statement) {
            reader.read(child);
        }
    }
    reader.tokens
}

fn children_of_header<'s>(statement: &Statement<'s>) -> Vec<Node<'s>> {
    let mut cursor = statement.node.walk();
    let all = statement.node.children(&mut cursor);
    all.filter(|child| child.end_byte() <= statement.span.end)
        .filter(|child| !is_no_bases(statement.node, *child))
        .collect()
}

/// What lies in some stretches of a file.
#[derive(Debug, Default)]
pub struct Found<'s> {
    /// The statements, in source order.
    pub statements: Vec<Statement<'s>>,
    /// The comments, in source order.
    pub comments: Vec<Node<'s>>,
}

/// The statements and comments that touch one of the `stretches` (bytes, sorted and disjoint). An
/// empty stretch touches what it lies inside of.
#[must_use]
pub fn in_stretches<'s>(source: &'s Source, stretches: &[Range<usize>]) -> Found<'s> {
    let mut search = Search {
        source,
        stretches,
        found: Found::default(),
    };
    if !stretches.is_empty() {
        search.block(source.root(), 0, true);
    }
    search.found.comments.sort_by_key(Node::start_byte);
    search.found
}

/// The statements of one node's body, that of `def f` for example, docstring and headers included.
#[must_use]
pub fn of_body<'s>(source: &'s Source, body: Node<'s>) -> Vec<Statement<'s>> {
    let all = [body.byte_range()];
    let mut search = Search {
        source,
        stretches: &all,
        found: Found::default(),
    };
    search.block(body, 0, true);
    search.found.statements
}

struct Search<'s, 'r> {
    source: &'s Source,
    stretches: &'r [Range<usize>],
    found: Found<'s>,
}

impl<'s> Search<'s, '_> {
    fn touched(&self, span: &Range<usize>) -> bool {
        let first = self.stretches.partition_point(|one| one.end <= span.start);
        self.stretches
            .get(first)
            .is_some_and(|one| one.start < span.end)
    }

    fn block(&mut self, block: Node<'s>, depth: u32, has_docstring: bool) {
        let (Some(first), Some(last)) = (self.stretches.first(), self.stretches.last()) else {
            return;
        };
        let mut cursor = block.walk();
        let docstring = has_docstring
            .then(|| {
                let mut named = block.named_children(&mut cursor);
                named.find(|child| child.kind() != "comment")
            })
            .flatten();
        // A module may have thousands of statements beside the few that are asked for, and is asked
        // once for each group of neighbouring hunks.
        cursor.reset(block);
        let mut more = cursor.goto_first_child_for_byte(first.start).is_some();
        while more {
            let child = cursor.node();
            if last.end <= child.start_byte() {
                break;
            }
            if child.kind() == "comment" {
                self.comment(child);
            } else if child.is_named() && self.touched(&child.byte_range()) {
                self.statement(child, depth, docstring == Some(child));
            }
            more = cursor.goto_next_sibling();
        }
    }

    fn comment(&mut self, comment: Node<'s>) {
        if self.touched(&comment.byte_range()) {
            self.found.comments.push(comment);
        }
    }

    fn statement(&mut self, node: Node<'s>, depth: u32, docstring: bool) {
        match node.kind() {
            "decorated_definition" => {
                let mut cursor = node.walk();
                for child in node.children(&mut cursor) {
                    match child.kind() {
                        "comment" => self.comment(child),
                        _ => self.statement(child, depth, false),
                    }
                }
            }
            "function_definition"
            | "class_definition"
            | "if_statement"
            | "for_statement"
            | "while_statement"
            | "try_statement"
            | "with_statement"
            | "match_statement"
            | "elif_clause"
            | "else_clause"
            | "except_clause"
            | "except_group_clause"
            | "finally_clause"
            | "case_clause" => self.compound(node, depth),
            _ => self.simple(node, depth, docstring),
        }
    }

    fn compound(&mut self, node: Node<'s>, depth: u32) {
        let mut reader = Reader::new(self.source);
        let mut below = Vec::new();
        let mut end = node.start_byte();
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            match child.kind() {
                "block"
                | "elif_clause"
                | "else_clause"
                | "except_clause"
                | "except_group_clause"
                | "finally_clause" => below.push(child),
                "comment" => self.comment(child),
                _ => {
                    if !is_no_bases(node, child) {
                        reader.read(child);
                    }
                    end = child.end_byte();
                }
            }
        }
        self.add(reader, node, node.start_byte()..end, depth);
        let documented = matches!(node.kind(), "function_definition" | "class_definition");
        for child in below {
            if child.kind() == "block" {
                self.block(child, depth + 1, documented);
            } else if self.touched(&child.byte_range()) {
                self.statement(child, depth, false);
            }
        }
    }

    fn simple(&mut self, node: Node<'s>, depth: u32, docstring: bool) {
        let mut reader = Reader::new(self.source);
        let string = (docstring && node.kind() == "expression_statement")
            .then(|| children(node).next())
            .flatten()
            .filter(|child| child.kind() == "string" && node.named_child_count() == 1);
        match string {
            Some(string) => {
                reader.push("docstring", Role::Other, string.start_byte());
                reader.read_docstring(string);
            }
            None => reader.read(node),
        }
        self.add(reader, node, node.byte_range(), depth);
    }

    fn add(&mut self, reader: Reader<'s>, node: Node<'s>, span: Range<usize>, depth: u32) {
        for comment in &reader.comments {
            self.comment(*comment);
        }
        if self.touched(&span) {
            self.found.statements.push(Statement {
                node,
                depth,
                span,
                tokens: reader.tokens,
                broken: reader.broken,
            });
        }
    }
}
