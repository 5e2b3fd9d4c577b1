//! Whether every way from the opening to the end of the function passes a close.

use tree_sitter::Node;

use super::super::knowledge::uses::contains;
use crate::syntax::Source;
use crate::syntax::flow::facts_at;
use crate::syntax::nodes::{Walk, ancestors, bare, children, exits, field, fields, is_scope, walk};

/// How a resource ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End<'a> {
    /// Every way closes it, and a failure as well.
    Always,
    /// A failure on the way leaves it open.
    UnlessFailure,
    /// This exit (or the end of the function, `None`) leaves it open.
    Leak(Option<Node<'a>>),
}

/// Follows the ways from `opening` (a statement).
#[must_use]
pub fn end<'a>(
    scope: Node<'a>,
    opening: Node<'a>,
    name: &str,
    closes: &[Node<'a>],
    source: &Source,
) -> End<'a> {
    if closes.iter().any(|close| in_finally(*close, scope)) {
        return End::Always;
    }
    let conditions = facts_at(opening, source)
        .into_iter()
        .filter(|fact| fact.holds)
        .map(|fact| source.slice(fact.condition).to_owned())
        .collect();
    let mut way = Way {
        closes,
        name,
        source,
        conditions,
        leak: None,
        broke: false,
        opening,
    };
    let open = way.onwards(scope, opening);
    if let Some(exit) = way.leak {
        return End::Leak(Some(exit));
    }
    if open {
        return End::Leak(None);
    }
    let handled = closes.iter().any(|close| {
        ancestors(*close)
            .take_while(|up| *up != scope)
            .any(|up| up.kind() == "except_clause")
    });
    if failure_between(opening, closes) && !handled {
        End::UnlessFailure
    } else {
        End::Always
    }
}

fn in_finally(node: Node<'_>, scope: Node<'_>) -> bool {
    ancestors(node)
        .take_while(|up| *up != scope)
        .any(|up| up.kind() == "finally_clause")
}

struct Way<'a, 'n> {
    closes: &'n [Node<'a>],
    name: &'n str,
    source: &'n Source,
    /// Conditions under which it was opened.
    conditions: Vec<String>,
    /// The first exit that leaves it open.
    leak: Option<Node<'a>>,
    /// Whether a `break` left the loop that is walked with it open.
    broke: bool,
    /// The statement that opened it.
    opening: Node<'a>,
}

impl<'a> Way<'a, '_> {
    /// Whether control can reach the end of `scope` with the resource open, from behind
    /// `statement`.
    fn onwards(&mut self, scope: Node<'a>, statement: Node<'a>) -> bool {
        let mut at = statement;
        while let Some(parent) = at.parent() {
            if matches!(parent.kind(), "block" | "module") {
                let rest: Vec<_> = children(parent)
                    .filter(|one| at.end_byte() <= one.start_byte())
                    .collect();
                if !self.block(&rest) {
                    return false;
                }
            }
            if parent == scope {
                return true;
            }
            if parent.kind() == "try_statement" && field(parent, "body") == Some(at) {
                for clause in children(parent) {
                    if matches!(clause.kind(), "else_clause" | "finally_clause")
                        && !self.suite(clause)
                    {
                        return false;
                    }
                }
            }
            at = parent;
        }
        true
    }

    /// Whether control can pass the statements with the resource open.
    fn block(&mut self, statements: &[Node<'a>]) -> bool {
        statements.iter().all(|one| self.statement(*one))
    }

    /// The body of a clause, or a block.
    fn suite(&mut self, clause: Node<'a>) -> bool {
        let body = if clause.kind() == "block" {
            Some(clause)
        } else {
            field(clause, "body")
                .or_else(|| field(clause, "consequence"))
                .or_else(|| children(clause).filter(|child| child.kind() == "block").last())
        };
        body.is_none_or(|body| self.block(&children(body).collect::<Vec<_>>()))
    }

    fn closed_in(&self, node: Node<'_>) -> bool {
        self.closes.iter().any(|close| contains(node, *close))
    }

    fn statement(&mut self, statement: Node<'a>) -> bool {
        match statement.kind() {
            "function_definition" | "class_definition" | "decorated_definition" => true,
            "if_statement" => self.branches(statement),
            "match_statement" => self.cases(statement),
            "for_statement" => {
                let through = self.suite(statement);
                if let Some(otherwise) = field(statement, "alternative") {
                    return self.suite(otherwise);
                }
                let _ = through;
                true
            }
            "while_statement" => self.while_loop(statement),
            "with_statement" => {
                let items = children(statement).find(|child| child.kind() == "with_clause");
                if items.is_some_and(|items| self.closed_in(items)) {
                    return false;
                }
                self.suite(statement)
            }
            "try_statement" => self.attempt(statement),
            _ if self.closed_in(statement) => false,
            "return_statement" | "raise_statement" => {
                self.leak.get_or_insert(statement);
                false
            }
            "break_statement" | "continue_statement" => {
                self.jump(statement);
                false
            }
            _ => !exits(statement, self.source),
        }
    }

    /// `break` and `continue`: the next round of the loop that opened it opens another one.
    fn jump(&mut self, statement: Node<'a>) {
        let leaves = statement.kind() == "break_statement";
        let Some(around) = ancestors(statement)
            .find(|up| matches!(up.kind(), "for_statement" | "while_statement"))
        else {
            return;
        };
        if !contains(around, self.opening) {
            self.broke |= leaves;
            return;
        }
        let closed_behind = self
            .closes
            .iter()
            .any(|close| around.end_byte() <= close.start_byte());
        if !(leaves && closed_behind) {
            self.leak.get_or_insert(statement);
        }
    }

    fn while_loop(&mut self, statement: Node<'a>) -> bool {
        let condition = field(statement, "condition");
        if condition.is_some_and(|condition| self.closed_in(condition)) {
            return false;
        }
        let outer = std::mem::replace(&mut self.broke, false);
        self.suite(statement);
        let broke = std::mem::replace(&mut self.broke, outer);
        let forever = condition
            .is_some_and(|condition| matches!(self.source.slice(bare(condition)), "True" | "1"));
        if forever {
            // The loop ends only by `break`; one that follows a close leaves nothing open.
            return broke;
        }
        match field(statement, "alternative") {
            Some(otherwise) => self.suite(otherwise),
            None => true,
        }
    }

    fn branches(&mut self, statement: Node<'a>) -> bool {
        let mut open = false;
        let mut arms = vec![statement];
        arms.extend(fields(statement, "alternative"));
        let mut covered = false;
        for arm in arms {
            let condition = field(arm, "condition");
            if condition.is_some_and(|condition| self.closed_in(condition)) {
                return open;
            }
            match condition.map(|condition| self.known(condition)) {
                Some(Some(false)) => continue,
                Some(Some(true)) | None => covered = true,
                Some(None) => {}
            }
            let body = if arm.kind() == "if_statement" {
                field(arm, "consequence").unwrap_or(arm)
            } else {
                arm
            };
            open |= self.suite(body);
            if covered {
                break;
            }
        }
        open || !covered
    }

    /// Whether a condition certainly holds while the resource is open: `if f:`, `f is not None`,
    /// or the condition under which it was opened.
    fn known(&self, condition: Node<'_>) -> Option<bool> {
        let condition = bare(condition);
        let text = self.source.slice(condition);
        let name = self.name;
        if text == name || text == format!("{name} is not None") || text == format!("not {name}.closed")
        {
            return Some(true);
        }
        if text == format!("not {name}") || text == format!("{name} is None") || text == format!("{name}.closed")
        {
            return Some(false);
        }
        // `f is not sys.stdin`: it is what was opened, not something shared.
        if text.starts_with(&format!("{name} is not ")) || text.starts_with(&format!("{name} != ")) {
            return Some(true);
        }
        if text.starts_with(&format!("{name} is ")) || text.starts_with(&format!("{name} == ")) {
            return Some(false);
        }
        if self.conditions.iter().any(|one| one == text) {
            return Some(true);
        }
        None
    }

    fn cases(&mut self, statement: Node<'a>) -> bool {
        let Some(body) = field(statement, "body") else {
            return true;
        };
        let mut open = false;
        let mut covered = false;
        for case in children(body).filter(|child| child.kind() == "case_clause") {
            open |= self.suite(case);
            let pattern = children(case).next().map_or("", |one| self.source.slice(one));
            covered |= pattern == "_" && field(case, "guard").is_none();
        }
        open || !covered
    }

    /// The way without a failure: body, `else`, `finally`.
    fn attempt(&mut self, statement: Node<'a>) -> bool {
        let parts: Vec<_> = children(statement).collect();
        let closing_end = parts
            .iter()
            .any(|part| part.kind() == "finally_clause" && self.closed_in(*part));
        if closing_end {
            return false;
        }
        let Some(body) = field(statement, "body") else {
            return true;
        };
        if !self.suite(body) {
            return false;
        }
        parts
            .into_iter()
            .filter(|part| matches!(part.kind(), "else_clause" | "finally_clause"))
            .all(|part| self.suite(part))
    }
}

/// Whether something between the opening and the first close can raise: a call, a subscript, an
/// `await`.
fn failure_between(opening: Node<'_>, closes: &[Node<'_>]) -> bool {
    let Some(close) = closes.iter().map(Node::start_byte).min() else {
        return true;
    };
    let Some(block) = opening.parent() else {
        return false;
    };
    let mut found = false;
    walk(block, &mut |node| {
        let between = opening.end_byte() <= node.start_byte() && node.end_byte() <= close;
        found |= between
            && matches!(
                node.kind(),
                "call" | "subscript" | "await" | "raise_statement" | "for_statement" | "yield"
            );
        if is_scope(node) { Walk::Over } else { Walk::Into }
    });
    found
}
