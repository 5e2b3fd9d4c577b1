//! Query loading with a closed vocabulary. tree-sitter ignores predicates that it does not know,
//! so that `#eqs?` would match everything: this loader refuses them instead.

use std::sync::OnceLock;

use tree_sitter::{
    Node, Query, QueryCapture, QueryCursor, QueryError, QueryErrorKind, StreamingIterator,
};

use super::Source;

/// The captures that a query may use; `queries/README.md` explains each.
pub const CAPTURES: &[&str] = &[
    "anchor",
    "arguments",
    "attribute",
    "body",
    "call",
    "condition",
    "function",
    "handler",
    "key",
    "name",
    "object",
    "statement",
    "value",
];

/// What is wrong with a query file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct QueryProblem {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What to do about it.
    pub message: String,
}

/// A rule's pattern: compiled when it is first used, because compiling costs about a millisecond.
#[derive(Debug)]
pub struct Pattern {
    file: &'static str,
    text: &'static str,
    /// The keys that `#set!` may give; none in the rules of this program.
    settings: &'static [&'static str],
    compiled: OnceLock<Result<Query, QueryProblem>>,
}

/// One match: the captured nodes by name.
#[derive(Debug, Clone)]
pub struct Match<'t> {
    /// Which pattern of the file matched, from 0.
    pub pattern: usize,
    nodes: Vec<(&'static str, Node<'t>)>,
}

impl<'t> Match<'t> {
    /// The node captured under `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Node<'t>> {
        self.nodes
            .iter()
            .find(|(capture, _)| *capture == name)
            .map(|(_, node)| *node)
    }
}

impl Pattern {
    /// A pattern from an embedded file.
    #[must_use]
    pub const fn new(file: &'static str, text: &'static str) -> Self {
        Self {
            file,
            text,
            settings: &[],
            compiled: OnceLock::new(),
        }
    }

    /// A pattern that may say something of itself by `#set! key "value"`.
    #[must_use]
    pub const fn with_settings(
        file: &'static str,
        text: &'static str,
        settings: &'static [&'static str],
    ) -> Self {
        Self {
            file,
            text,
            settings,
            compiled: OnceLock::new(),
        }
    }

    /// Compiles and checks the pattern.
    ///
    /// # Errors
    /// The first [`QueryProblem`] of the file.
    pub fn check(&self) -> Result<&Query, QueryProblem> {
        self.compiled
            .get_or_init(|| compile(self.file, self.text, self.settings))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// All matches in the scope's own code, in source order. Matches inside nested functions and
    /// matches below a syntax error are left out.
    #[must_use]
    pub fn matches<'t>(&self, scope: Node<'t>, source: &Source) -> Vec<Match<'t>> {
        let Ok(query) = self.check() else {
            return Vec::new();
        };
        if super::nodes::ancestors(scope).any(|above| above.is_error()) {
            return Vec::new();
        }
        // Whether a match belongs to a nested function is told by its place: asking each match for
        // its ancestors would search from the root every time.
        let nested = super::nodes::inner_bodies(scope);
        let broken = scope.has_error();
        let mut cursor = QueryCursor::new();
        let mut found = Vec::new();
        for root in roots(scope) {
            let mut matches = cursor.matches(query, root, source.text().as_bytes());
            while let Some(one) = matches.next() {
                let nodes = captured(query, one.captures());
                let Some((_, first)) = nodes.first() else {
                    continue;
                };
                let at = first.start_byte();
                let own = !nested.iter().any(|body| body.contains(&at));
                if own && !(broken && below_error(*first)) {
                    found.push(Match {
                        pattern: one.pattern_index,
                        nodes,
                    });
                }
            }
        }
        found
    }
}

fn captured<'t>(query: &Query, captures: &[QueryCapture<'t>]) -> Vec<(&'static str, Node<'t>)> {
    captures
        .iter()
        .filter_map(|capture| {
            let name = query.capture_names()[capture.index as usize];
            let known = CAPTURES.iter().find(|known| **known == name)?;
            Some((*known, capture.node))
        })
        .collect()
}

/// Where a query of the scope begins. A module or class is asked statement by statement and
/// without the functions in it, or every change at module level would cost the whole file.
fn roots(scope: Node<'_>) -> Vec<Node<'_>> {
    let block = match scope.kind() {
        "module" => Some(scope),
        "class_definition" => super::nodes::field(scope, "body"),
        _ => None,
    };
    let Some(block) = block else {
        return vec![scope];
    };
    super::nodes::children(block)
        .filter(|statement| {
            statement.kind() != "decorated_definition" && !statement.kind().ends_with("_definition")
        })
        .collect()
}

/// Whether the statement of the node holds a syntax error, or an error encloses it.
#[must_use]
pub fn below_error(node: Node<'_>) -> bool {
    let statement = super::nodes::statement_of(node);
    let simple = !statement.kind().ends_with("_definition")
        && !super::nodes::children(statement).any(|child| child.kind() == "block");
    (simple && statement.has_error())
        || node.has_error()
        || super::nodes::ancestors(node).any(|above| above.is_error())
}

/// What is wrong, in one sentence.
fn explained(error: &QueryError) -> String {
    let what = error.message.trim_matches('"');
    match error.kind {
        QueryErrorKind::NodeType => {
            format!("Python's grammar has no node `{what}`: look it up there")
        }
        QueryErrorKind::Field => {
            format!("Python's grammar has no field `{what}`: look it up there")
        }
        QueryErrorKind::Capture => format!("@{what} is not captured in this pattern: capture it"),
        QueryErrorKind::Structure => {
            "this pattern can never match: look at how its nodes stand".to_owned()
        }
        QueryErrorKind::Predicate => format!("this predicate is wrong: {what}"),
        _ => "this is no query: look at its brackets and quotes".to_owned(),
    }
}

/// The line on which a pattern of the file begins, counted from 1.
#[must_use]
pub fn line_of_pattern(query: &Query, text: &str, index: usize) -> usize {
    let start = query.start_byte_for_pattern(index).min(text.len());
    text[..start].matches('\n').count() + 1
}

fn compile(file: &str, text: &str, settings: &[&str]) -> Result<Query, QueryProblem> {
    let problem = |line: usize, message: String| QueryProblem {
        file: file.to_owned(),
        line,
        message,
    };
    let language = tree_sitter_python::LANGUAGE.into();
    let query =
        Query::new(&language, text).map_err(|error| problem(error.row + 1, explained(&error)))?;
    for index in 0..query.pattern_count() {
        let line = line_of_pattern(&query, text, index);
        if let Some(unknown) = query.general_predicates(index).first() {
            return Err(problem(
                line,
                format!(
                    "#{} is not a known predicate: use #eq?, #match? or #any-of?",
                    unknown.operator
                ),
            ));
        }
        for set in query.property_settings(index) {
            if settings.is_empty() {
                return Err(problem(
                    line,
                    format!("#set! {} has no meaning here: remove it", set.key),
                ));
            }
            if !settings.contains(&&*set.key) {
                return Err(problem(
                    line,
                    format!(
                        "#set! {} is not known: use {}",
                        set.key,
                        settings.join(", ")
                    ),
                ));
            }
        }
        if !query.property_predicates(index).is_empty() {
            return Err(problem(
                line,
                "#is? has no meaning here: remove it".to_owned(),
            ));
        }
    }
    for name in query.capture_names() {
        if !CAPTURES.contains(name) {
            let at = text.find(&format!("@{name}")).unwrap_or(0);
            let line = text[..at].matches('\n').count() + 1;
            return Err(problem(
                line,
                format!("@{name} is not in the vocabulary of queries/README.md"),
            ));
        }
    }
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let problem = compile("x.scm", text, &[]).expect_err("must be refused");
        assert_eq!(problem.to_string(), expected);
    }

    #[test]
    fn an_unknown_predicate_is_refused_with_its_line() {
        refused(
            "\n((identifier) @name (#eqs? @name \"x\"))",
            "x.scm:2: #eqs? is not a known predicate: use #eq?, #match? or #any-of?",
        );
    }

    #[test]
    fn an_unknown_capture_is_refused() {
        refused(
            "(identifier) @thing",
            "x.scm:1: @thing is not in the vocabulary of queries/README.md",
        );
    }

    #[test]
    fn a_setting_without_meaning_is_refused() {
        refused(
            "((identifier) @name (#set! a \"b\"))",
            "x.scm:1: #set! a has no meaning here: remove it",
        );
    }

    #[test]
    fn matches_in_nested_functions_belong_to_those() {
        static PATTERN: Pattern = Pattern::new("x.scm", "(call) @call");
        let source =
            Source::parse("def f():\n    a()\n    def g():\n        b()\n    return lambda: c()\n");
        let function = source.root().named_child(0).expect("function");
        let found: Vec<_> = PATTERN
            .matches(function, &source)
            .iter()
            .map(|one| source.slice(one.get("call").expect("call")).to_owned())
            .collect();
        assert_eq!(found, ["a()"]);
    }
}
