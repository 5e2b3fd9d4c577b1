//! What is different for those who call a changed function, in plain words, read from its code.

use tree_sitter::Node;

use super::inside::Sides;
use crate::checklist::branch::{Changed, File, Side};
use crate::checklist::markdown::code;
use crate::syntax::nodes::{Walk, ancestors, children, field, walk};

/// Longer conditions say nothing at a glance, in characters.
const LONGEST: usize = 60;

/// At most so many sentences about one definition.
const MOST: usize = 8;

/// What the hotfix changes in `changed` for its callers, without final dots.
#[must_use]
pub fn sentences(file: &File, changed: &Changed) -> Vec<String> {
    if changed.is_removed {
        return vec!["is gone".to_owned()];
    }
    if changed.is_new {
        return vec!["is new".to_owned()];
    }
    let Some(head) = &file.head else {
        return Vec::new();
    };
    let Some(node) = head.source.node_at(changed.range.clone()) else {
        return Vec::new();
    };
    let reader = Reader { file, head };
    let mut found: Vec<String> = Vec::new();
    walk(node, &mut |node| {
        if node.end_byte() <= changed.range.start || changed.range.end <= node.start_byte() {
            return Walk::Over;
        }
        if let Some(says) = reader.says(node)
            && !found.contains(&says)
            && found.len() < MOST
        {
            found.push(says);
        }
        Walk::Into
    });
    if let Some(sides) = Sides::new(file, changed) {
        found.extend(sides.contract());
        if found.is_empty() {
            found = sides.done_otherwise();
        }
    }
    if found.is_empty() {
        let lines = if changed.lines == 1 { "line" } else { "lines" };
        found.push(format!("{} {lines} changed inside", changed.lines));
    }
    found
}

struct Reader<'a> {
    file: &'a File,
    head: &'a Side,
}

impl Reader<'_> {
    fn is_new(&self, node: Node<'_>) -> bool {
        let line = self.head.source.lines().line_of(node.start_byte());
        self.file.is_new_line(line)
    }

    fn text(&self, node: Node<'_>) -> &str {
        self.head.source.slice(node)
    }

    fn says(&self, node: Node<'_>) -> Option<String> {
        if !self.is_new(node) {
            return None;
        }
        match node.kind() {
            "raise_statement" => self.raises(node),
            "return_statement" => self.returns(node),
            "keyword_argument" => self.keyword(node),
            "call" => self.call(node),
            "with_statement" => self.with(node),
            "assert_statement" => {
                let condition = children(node).find(|it| it.kind() != "comment")?;
                Some(format!("now asserts {}", short(self.text(condition))))
            }
            _ => None,
        }
    }

    fn raises(&self, node: Node<'_>) -> Option<String> {
        let when = self.when(node)?;
        let Some(raised) = children(node).find(|it| it.kind() != "comment") else {
            return Some(format!("passes the error on{when}"));
        };
        let raised = match raised.kind() {
            "call" => field(raised, "function")?,
            _ => raised,
        };
        Some(format!("now raises {}{when}", code(self.text(raised))))
    }

    fn returns(&self, node: Node<'_>) -> Option<String> {
        let when = self.when(node)?;
        let value = children(node).find(|it| it.kind() != "comment");
        let value = value.map_or("None", |it| self.text(it));
        let base = self.file.base.as_ref().map_or("", Side::text);
        // Without a condition it is the way that was there before, told anew.
        if when.is_empty() && (value.contains('(') || base.contains(&format!("return {value}"))) {
            return None;
        }
        Some(format!("now returns {}{when}", short(value)))
    }

    fn keyword(&self, node: Node<'_>) -> Option<String> {
        let name = self.text(field(node, "name")?);
        let value = self.text(field(node, "value")?);
        let call = ancestors(node).find(|it| it.kind() == "call")?;
        let called = code(self.text(field(call, "function")?));
        match name {
            "timeout" => Some(format!(
                "waits at most {} seconds for {called}",
                code(value)
            )),
            "verify" if value == "False" => {
                Some(format!("does not check certificates in {called}"))
            }
            _ => None,
        }
    }

    fn call(&self, node: Node<'_>) -> Option<String> {
        let function = self.text(field(node, "function")?);
        function.ends_with(".raise_for_status").then(|| {
            let response = function.trim_end_matches(".raise_for_status");
            format!("raises when the answer in {} is an error", code(response))
        })
    }

    fn with(&self, node: Node<'_>) -> Option<String> {
        let clause = children(node).find(|it| it.kind() == "with_clause")?;
        let text = self.text(clause);
        let is_lock = text.to_lowercase().contains("lock");
        is_lock.then(|| format!("holds {} meanwhile", short(text)))
    }

    /// ` when …`: the new condition or handler around `node`. None where that is not new, for then
    /// the way was there before.
    fn when(&self, node: Node<'_>) -> Option<String> {
        for around in ancestors(node) {
            match around.kind() {
                "if_statement" | "elif_clause" if self.is_new(around) => {
                    let condition = field(around, "condition")?;
                    // In the other branch the condition does not hold.
                    let body = field(around, "consequence")?;
                    if !body.byte_range().contains(&node.start_byte()) {
                        return Some(String::new());
                    }
                    let escaped = self.escaped(condition);
                    return Some(format!(" when {}{escaped}", short(self.text(condition))));
                }
                "except_clause" if self.is_new(around) => {
                    let caught = children(around).find(|it| it.kind() != "block")?;
                    let caught = match caught.kind() {
                        "as_pattern" => children(caught).next().unwrap_or(caught),
                        "comment" => return Some(" when something is raised".to_owned()),
                        _ => caught,
                    };
                    return Some(format!(" where {} escaped", code(self.text(caught))));
                }
                "function_definition" | "class_definition" | "module" => break,
                _ => {}
            }
        }
        Some(String::new())
    }

    /// What escaped from production where the condition asks for what was taken for granted.
    fn escaped(&self, condition: Node<'_>) -> &'static str {
        let text = self.text(condition);
        let base = self.file.base.as_ref().map_or("", Side::text);
        let mut parts = text.split(" not in ");
        if let (Some(key), Some(mapping)) = (parts.next(), parts.next()) {
            let read = format!("{}[{}]", mapping.trim(), key.trim());
            let quoted = read.replace('\'', "\"");
            if base.contains(&read) || base.replace('\'', "\"").contains(&quoted) {
                return ", where `KeyError` escaped";
            }
        }
        ""
    }
}

/// Code on one line, cut where it is long.
pub(super) fn short(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= LONGEST {
        return code(&text);
    }
    let cut: String = text.chars().take(LONGEST).collect();
    code(&format!("{cut}…"))
}
