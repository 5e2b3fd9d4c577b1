//! The fixes of `missing-key`: raise with a clear message, use a default and log, or skip.

use tree_sitter::Node;

use crate::fixes::{Applicability, Builder, Fix, hotfix_comment};
use crate::rules::FixContext;
use crate::rules::knowledge::keys::{Keys, constant_subscript, is_taken_out, path};
use crate::syntax::Unit;
use crate::syntax::flow::contains;
use crate::syntax::nodes::{ancestors, bare, children, field, statement_of};

/// The read that is to be mended.
pub(super) struct Read<'c, 'a> {
    context: &'c FixContext<'a>,
    unit: &'a Unit<'a>,
    node: Node<'a>,
    object: Node<'a>,
    statement: Node<'a>,
    /// The mapping as the code writes it.
    mapping: &'a str,
    path: String,
    key: &'a str,
    /// The key as the code writes it, with its quotes.
    quoted: &'a str,
}

impl<'c, 'a> Read<'c, 'a> {
    pub(super) fn new(context: &'c FixContext<'a>, node: Node<'a>) -> Option<Self> {
        let unit = context.unit;
        let (object, key) = constant_subscript(unit, node)?;
        Some(Self {
            context,
            unit,
            node,
            object,
            statement: statement_of(node),
            mapping: unit.slice(object),
            path: path(unit, object)?,
            key,
            quoted: unit.slice(field(node, "subscript")?),
        })
    }

    pub(super) fn fixes(&self) -> Vec<Fix> {
        [self.raise(), self.take_out(), self.default(), self.skip()]
            .into_iter()
            .flatten()
            .collect()
    }

    fn comment(&self) -> String {
        let why = if self.is_environment() {
            format!("{} may be missing in the environment", self.key)
        } else {
            format!("{} may lack {}", self.plain_mapping(), self.quoted)
        };
        hotfix_comment(self.context.version, &why)
    }

    fn is_environment(&self) -> bool {
        self.path.ends_with("environ")
    }

    /// The mapping on one line, for messages and comments.
    fn plain_mapping(&self) -> String {
        self.mapping
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether the mapping can be asked before the statement, as it is when the key is read:
    /// its name is bound there, the read happens each time, and asking twice does no harm.
    fn can_ask_before(&self) -> bool {
        let asking_is_free = !self.path.contains('(') && !self.mapping.contains('\n');
        asking_is_free && self.is_evaluated_first()
    }

    /// No short circuit, ternary, comprehension, lambda, `elif` or loop condition stands between
    /// the statement and the read.
    fn is_evaluated_first(&self) -> bool {
        let mut at = self.node;
        for parent in ancestors(self.node) {
            if at == self.statement {
                return true;
            }
            let skipped = match parent.kind() {
                "boolean_operator" => field(parent, "right") == Some(at),
                "conditional_expression" => children(parent).nth(1) != Some(at),
                "lambda" | "elif_clause" | "while_statement" | "case_clause" | "except_clause"
                | "named_expression" | "decorator" => true,
                kind => kind.ends_with("comprehension") || kind == "generator_expression",
            };
            if skipped && parent.kind() != "named_expression" {
                return false;
            }
            at = parent;
        }
        at == self.statement
    }

    fn raise(&self) -> Option<Fix> {
        if !self.can_ask_before() {
            return self.raise_for_call();
        }
        let mut builder = Builder::new(self.unit.file);
        let test = format!("if {} not in {}:", self.quoted, self.mapping);
        let raise = format!("\traise ValueError({})", self.complaint(self.mapping)?);
        builder.lines_before(self.statement, &[self.comment(), test, raise])?;
        Some(builder.finish(self.raise_title(), Applicability::NeedsReview))
    }

    fn raise_title(&self) -> String {
        format!(
            "Raise a ValueError that names {} when {} lacks it (callers got a KeyError so far)",
            self.quoted,
            self.place()
        )
    }

    fn place(&self) -> String {
        if self.is_environment() {
            "the environment".to_owned()
        } else {
            self.plain_mapping()
        }
    }

    /// The message as a Python string.
    fn complaint(&self, mapping: &str) -> Option<String> {
        let text = if self.is_environment() {
            format!("environment variable {} must be set", self.key)
        } else {
            format!(
                "{} must contain {}",
                mapping.replace('"', "'"),
                self.quoted.replace('"', "'")
            )
        };
        (!text.contains(['\\', '\n'])).then(|| format!("\"{text}\""))
    }

    /// `response.json()["id"]`: the call gets a name first, so that it runs once.
    fn raise_for_call(&self) -> Option<Fix> {
        let object = bare(self.object);
        let is_call = object.kind() == "call"
            || (object.kind() == "await"
                && object
                    .named_child(0)
                    .is_some_and(|call| call.kind() == "call"));
        let header = matches!(
            self.statement.kind(),
            "expression_statement" | "return_statement" | "raise_statement"
        );
        if !is_call || !header || !self.is_evaluated_first() || self.mapping.contains('\n') {
            return None;
        }
        let taken = self.unit.slice(self.unit.node);
        let name = ["payload", "content", "mapping"]
            .into_iter()
            .find(|name| !taken.contains(name))?;
        let mut builder = Builder::new(self.unit.file);
        builder.lines_before(
            self.statement,
            &[
                self.comment(),
                format!("{name} = {}", self.unit.slice(object)),
                format!("if {} not in {name}:", self.quoted),
                format!("\traise ValueError({})", self.complaint(name)?),
            ],
        )?;
        for other in self.same_calls() {
            builder.replace(other, name);
        }
        Some(builder.finish(self.raise_title(), Applicability::NeedsReview))
    }

    /// The mapping's expression, at every place of the statement where it stands.
    fn same_calls(&self) -> Vec<Node<'a>> {
        vec![self.object]
    }

    /// `del data["old"]` as `data.pop("old", None)`.
    fn take_out(&self) -> Option<Fix> {
        let statement = self.statement;
        let only = statement.kind() == "delete_statement" && self.node.parent() == Some(statement);
        if !only {
            return None;
        }
        let call = format!("{}.pop({}, None)", self.mapping, self.quoted);
        let mut builder = Builder::new(self.unit.file);
        builder.replace(statement, call.clone());
        Some(builder.finish(
            format!("Use {call}, which takes nothing out where there is nothing"),
            Applicability::NeedsReview,
        ))
    }

    fn default(&self) -> Option<Fix> {
        if is_taken_out(self.node) {
            return None;
        }
        let asking_is_free = !self.path.contains('(') && !self.mapping.contains('\n');
        if !asking_is_free || !self.is_evaluated_first() || self.is_augmented() {
            return None;
        }
        let keys = Keys::new(self.unit);
        let default = self.default_value();
        let mut builder = Builder::new(self.unit.file);
        let logger = builder.logger()?;
        let log = if self.is_environment() {
            format!(
                "\t{logger}.warning(\"Environment variable %s is not set\", \"{}\")",
                self.key
            )
        } else {
            let mapping = self.plain_mapping().replace('"', "'").replace('%', "%%");
            let shown = default.map_or_else(String::new, |value| format!(", using {value:?}"));
            let shown = shown
                .replace("\"\\\"\\\"\"", "an empty text")
                .replace('"', "");
            format!(
                "\t{logger}.warning(\"{mapping} lacks '%s'{shown}\", {})",
                self.quoted
            )
        };
        builder.lines_before(
            self.statement,
            &[
                self.comment(),
                format!("if {} not in {}:", self.quoted, self.mapping),
                log,
            ],
        )?;
        let call = match default {
            Some(value) => format!("{}.get({}, {value})", self.mapping, self.quoted),
            None => format!("{}.get({})", self.mapping, self.quoted),
        };
        builder.replace(self.node, call.clone());
        for later in keys.reads_after(self.node, &self.path, self.key) {
            if later == self.node || ancestors(later).any(|above| above == self.node) {
                continue;
            }
            builder.replace(later, call.clone());
        }
        Some(builder.finish(
            format!("Use {call} and log when it is missing"),
            Applicability::NeedsReview,
        ))
    }

    fn is_augmented(&self) -> bool {
        self.node.parent().is_some_and(|parent| {
            parent.kind() == "augmented_assignment" && field(parent, "left") == Some(self.node)
        })
    }

    /// The empty value of the type that the code promises for what is read.
    fn default_value(&self) -> Option<&'static str> {
        let parent = self.node.parent()?;
        let annotation = match parent.kind() {
            "return_statement" => field(self.unit.node, "return_type"),
            "assignment" => field(parent, "type"),
            _ => None,
        };
        let text = self.unit.slice(annotation?);
        Some(match text.split('[').next().unwrap_or(text) {
            "str" => "\"\"",
            "int" => "0",
            "float" => "0.0",
            "bool" => "False",
            "list" | "List" => "[]",
            "dict" | "Dict" => "{}",
            _ => return None,
        })
    }

    /// Only for statements that bind no name: what follows would miss it.
    fn skip(&self) -> Option<Fix> {
        if !self.can_ask_before() || self.statement.kind() != "expression_statement" {
            return None;
        }
        let inner = self.statement.named_child(0)?;
        let binds_name = inner.kind() == "assignment"
            && field(inner, "left")
                .is_none_or(|left| !matches!(left.kind(), "attribute" | "subscript"));
        if binds_name || matches!(inner.kind(), "yield" | "await") && inner.kind() == "yield" {
            return None;
        }
        let keys = Keys::new(self.unit);
        let outside = keys
            .reads_after(self.node, &self.path, self.key)
            .into_iter()
            .any(|later| !contains(self.statement, later));
        if outside {
            return None;
        }
        let mut builder = Builder::new(self.unit.file);
        let logger = builder.logger()?;
        let mapping = self.plain_mapping().replace('"', "'").replace('%', "%%");
        builder.wrap(
            self.statement,
            self.statement,
            &[
                self.comment(),
                format!("if {} in {}:", self.quoted, self.mapping),
            ],
        )?;
        builder.lines_after(
            self.statement,
            &[
                "else:".to_owned(),
                format!(
                    "\t{logger}.warning(\"Skipped: {mapping} lacks '%s'\", {})",
                    self.quoted
                ),
            ],
        )?;
        Some(builder.finish(
            format!(
                "Do this only if {} is in {}, and log otherwise",
                self.quoted,
                self.place()
            ),
            Applicability::NeedsReview,
        ))
    }
}
