//! Collects the edits of one fix. Every step answers `None` when it cannot be done cleanly, so
//! that a fix walks out with `?` and is not offered.

use std::collections::BTreeMap;

use tree_sitter::Node;

use super::layout::{
    begins_line, ends_line, indent_of, indent_unit, inside_string, line_end, next_line,
};
use super::{Applicability, Edit, Fix, imports};
use crate::syntax::{File, Source};

/// Collects the edits of one fix on one file.
#[derive(Debug)]
pub struct Builder<'a> {
    file: File<'a>,
    edits: Vec<Edit>,
    /// Lines to insert, by byte: several steps may add to one place, in order.
    inserted: BTreeMap<usize, String>,
}

impl<'a> Builder<'a> {
    /// An empty fix for `file`.
    #[must_use]
    pub fn new(file: File<'a>) -> Self {
        Self {
            file,
            edits: Vec::new(),
            inserted: BTreeMap::new(),
        }
    }

    fn source(&self) -> &'a Source {
        self.file.source
    }

    /// Replaces the text of a node.
    pub fn replace(&mut self, node: Node<'_>, text: impl Into<String>) {
        self.edits.push(Edit {
            range: node.byte_range(),
            text: text.into(),
        });
    }

    /// Inserts text at a byte.
    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.edits.push(Edit {
            range: at..at,
            text: text.into(),
        });
    }

    /// Removes bytes.
    pub fn remove(&mut self, range: std::ops::Range<usize>) {
        self.edits.push(Edit {
            range,
            text: String::new(),
        });
    }

    /// Inserts lines before a statement, with its indentation. A leading tab in a line stands for
    /// one more level and is written as the file writes its levels.
    pub fn lines_before(&mut self, statement: Node<'_>, lines: &[impl AsRef<str>]) -> Option<()> {
        begins_line(self.source(), statement).then_some(())?;
        let line = self.source().lines().line_of(statement.start_byte());
        let at = self.source().lines().start(line);
        let indent = indent_of(self.source(), statement).to_owned();
        self.put_lines(at, &indent, lines);
        Some(())
    }

    /// Inserts lines after a statement, with its indentation (see [`Builder::lines_before`]).
    pub fn lines_after(&mut self, statement: Node<'_>, lines: &[impl AsRef<str>]) -> Option<()> {
        (begins_line(self.source(), statement) && ends_line(self.source(), statement))
            .then_some(())?;
        let at = next_line(self.source(), statement);
        let indent = indent_of(self.source(), statement).to_owned();
        self.put_lines(at, &indent, lines);
        Some(())
    }

    /// Inserts lines at the beginning of a function's body, after its docstring.
    pub fn lines_at_top(&mut self, function: Node<'_>, lines: &[impl AsRef<str>]) -> Option<()> {
        let body = crate::syntax::nodes::field(function, "body")?;
        let first = crate::syntax::nodes::children(body).next()?;
        let docstring = first.kind() == "expression_statement"
            && first
                .named_child(0)
                .is_some_and(|child| child.kind() == "string");
        if docstring {
            self.lines_after(first, lines)
        } else {
            self.lines_before(first, lines)
        }
    }

    fn put_lines(&mut self, at: usize, indent: &str, lines: &[impl AsRef<str>]) {
        let (end, unit) = (line_end(self.source()), indent_unit(self.source()));
        let mut text = String::new();
        // A last line without line end must be ended before anything can follow it.
        if at == self.source().text().len()
            && 0 < at
            && !self.source().text().ends_with(['\n', '\r'])
        {
            text.push_str(end);
        }
        for line in lines {
            let line = line.as_ref();
            let deeper = line.len() - line.trim_start_matches('\t').len();
            if !line.trim().is_empty() {
                text.push_str(indent);
                text.push_str(&unit.repeat(deeper));
                text.push_str(line.trim_start_matches('\t'));
            }
            text.push_str(end);
        }
        self.inserted.entry(at).or_default().push_str(&text);
    }

    /// Puts whole statements (neighbours in one block) one level deeper, below `header`. Lines
    /// inside strings keep their white space.
    pub fn wrap(
        &mut self,
        first: Node<'_>,
        last: Node<'_>,
        header: &[impl AsRef<str>],
    ) -> Option<()> {
        let source = self.source();
        (begins_line(source, first) && ends_line(source, last)).then_some(())?;
        let unit = indent_unit(source);
        self.lines_before(first, header)?;
        let lines = source.lines();
        let range = lines.line_of(first.start_byte())..=lines.line_of(last.end_byte());
        for line in range {
            let content = lines.content(line, source.text());
            if source.text()[content.clone()].trim().is_empty() || inside_string(source, line) {
                continue;
            }
            self.inserted
                .entry(content.start)
                .or_default()
                .push_str(&unit);
        }
        Some(())
    }

    /// Removes a statement; its line goes with it unless a comment stands there.
    pub fn remove_statement(&mut self, statement: Node<'_>) -> Option<()> {
        let source = self.source();
        (begins_line(source, statement) && ends_line(source, statement)).then_some(())?;
        let lines = source.lines();
        let start = lines.start(lines.line_of(statement.start_byte()));
        let end = next_line(source, statement);
        let rest = source.text()[statement.end_byte()..end].trim();
        if rest.is_empty() {
            self.remove(start..end);
        } else {
            let gap = source.text()[statement.end_byte()..end].find('#')?;
            self.remove(statement.start_byte()..statement.end_byte() + gap);
        }
        Some(())
    }

    /// The bytes of the comment behind a statement on its last line.
    #[must_use]
    pub fn comment_behind(&self, statement: Node<'_>) -> Option<std::ops::Range<usize>> {
        let source = self.source();
        let rest = &source.text()[statement.end_byte()..next_line(source, statement)];
        let start =
            statement.end_byte() + rest.find('#').filter(|at| rest[..*at].trim().is_empty())?;
        let end = statement.end_byte() + rest.trim_end().len();
        Some(start..end)
    }

    /// Removes a statement with its line and gives the comment that stood behind it.
    pub fn remove_with_comment(&mut self, statement: Node<'_>) -> Option<Option<String>> {
        let source = self.source();
        (begins_line(source, statement) && ends_line(source, statement)).then_some(())?;
        let comment = self.comment_behind(statement);
        let lines = source.lines();
        let start = lines.start(lines.line_of(statement.start_byte()));
        self.remove(start..next_line(source, statement));
        Some(comment.and_then(|bytes| source.text().get(bytes).map(str::to_owned)))
    }

    /// Removes a statement with its line, or from the line that it shares with others; a block that
    /// would be empty keeps `pass`.
    pub fn drop_statement(&mut self, statement: Node<'_>) -> Option<()> {
        let alone = statement.parent().is_some_and(|block| {
            block.kind() == "block" && crate::syntax::nodes::children(block).count() == 1
        });
        if alone {
            self.replace(statement, "pass");
            return Some(());
        }
        self.remove_statement(statement)
    }

    /// Removes one element of a list of arguments or of a list, with one comma and, if it stands
    /// alone on its line, with that line.
    pub fn remove_element(&mut self, element: Node<'_>) -> Option<()> {
        let source = self.source();
        let (text, lines) = (source.text(), source.lines());
        let comma = element.next_sibling().filter(|next| next.kind() == ",");
        let (mut start, mut end) = (element.start_byte(), element.end_byte());
        if let Some(comma) = comma {
            end = comma.end_byte();
            let own_line = begins_line(source, element) && ends_line(source, comma);
            if own_line {
                start = lines.start(lines.line_of(start));
                end = lines.start(lines.line_of(end) + 1).min(text.len());
            } else {
                let rest = &text[end..];
                end += rest.len() - rest.trim_start_matches([' ', '\t']).len();
            }
        } else if let Some(before) = element.prev_sibling().filter(|one| one.kind() == ",") {
            start = before.start_byte();
        }
        self.remove(start..end);
        Some(())
    }

    /// Adds an argument at the end of a call's arguments, in the call's own layout.
    pub fn argument(&mut self, call: Node<'_>, text: &str) -> Option<()> {
        let source = self.source();
        let list = crate::syntax::nodes::field(call, "arguments")
            .filter(|list| list.kind() == "argument_list")?;
        let Some(last) = crate::syntax::nodes::children(list).last() else {
            self.insert(list.start_byte() + 1, text);
            return Some(());
        };
        let lines = source.lines();
        let line = lines.line_of(last.end_byte());
        let closing = lines.line_of(list.end_byte());
        let own_line = begins_line(source, last) && line < closing;
        if !own_line {
            self.insert(last.end_byte(), format!(", {text}"));
            return Some(());
        }
        let comma = children_of(list)
            .into_iter()
            .any(|node| node.kind() == "," && last.end_byte() <= node.start_byte());
        let indent = indent_of(source, last).to_owned();
        let tail = if comma { "," } else { "" };
        if !comma {
            self.insert(last.end_byte(), ",");
        }
        self.put_lines(lines.start(line + 1), &indent, &[format!("{text}{tail}")]);
        Some(())
    }

    /// Writes the hotfix comment above a statement, unless one stands there already. A statement
    /// that shares its line gets none.
    pub fn note(&mut self, statement: Node<'_>, version: Option<&str>, why: &str) {
        if !self.is_noted(statement) {
            let _ = self.lines_before(statement, &[hotfix_comment(version, why)]);
        }
    }

    /// Whether the line above a statement is a hotfix comment. The tree puts a comment above the
    /// first statement of a block outside of it, so the text is asked.
    #[must_use]
    pub fn is_noted(&self, statement: Node<'_>) -> bool {
        let source = self.source();
        let line = source.lines().line_of(statement.start_byte());
        line.checked_sub(1).is_some_and(|above| {
            let above = source.text()[source.lines().content(above, source.text())].trim();
            above.starts_with('#') && above.contains("Hotfix")
        })
    }

    /// Makes `module` importable and gives the local name to use.
    pub fn import(&mut self, module: &str) -> Option<String> {
        if let Some(local) = self.file.outline.names.local_for(module) {
            return Some(local.to_owned());
        }
        let (at, line) = imports::import_line(self.file, module)?;
        let end = line_end(self.source());
        let inserted = self.inserted.entry(at).or_default();
        let line = line.replace('\n', end) + end;
        if !inserted.contains(&line) {
            inserted.push_str(&line);
        }
        Some(module.to_owned())
    }

    /// The expression of the module's logger; adds the usual one if there is none.
    pub fn logger(&mut self) -> Option<String> {
        if let Some(name) = imports::existing_logger(self.file) {
            return Some(name);
        }
        let logging = self.import("logging")?;
        self.module_line(&format!("logger = {logging}.getLogger(__name__)"));
        Some("logger".to_owned())
    }

    /// Adds a module-level line after the imports (a logger, a lock, a constant), with blank
    /// lines around it.
    pub fn module_line(&mut self, line: &str) {
        let source = self.source();
        let end = line_end(source);
        let at = imports::after_imports(self.file);
        let blank = end.repeat(2);
        let inserted = self.inserted.entry(at).or_default();
        let before = format!("{}{inserted}", &source.text()[..at]);
        if !before.is_empty() && !before.ends_with(['\n', '\r']) {
            inserted.push_str(end);
        }
        if !before.is_empty() && !before.ends_with(&blank) {
            inserted.push_str(end);
        }
        inserted.push_str(line);
        inserted.push_str(end);
        let after = &source.text()[at..];
        if ["def ", "class ", "@", "async def "]
            .iter()
            .any(|start| after.starts_with(start))
        {
            inserted.push_str(&blank);
        } else if after.starts_with(|c: char| !c.is_whitespace()) {
            inserted.push_str(end);
        }
    }

    /// The finished fix.
    #[must_use]
    pub fn finish(mut self, title: impl Into<String>, applicability: Applicability) -> Fix {
        for (at, text) in self.inserted {
            self.edits.push(Edit {
                range: at..at,
                text,
            });
        }
        self.edits
            .sort_by_key(|edit| (edit.range.start, edit.range.end));
        // An insertion right before a replacement becomes part of it, so that no client has to
        // guess their order.
        let mut edits: Vec<Edit> = Vec::new();
        for edit in self.edits {
            match edits.last_mut() {
                Some(last) if last.range.start == edit.range.start && last.range.is_empty() => {
                    last.range.end = edit.range.end;
                    last.text.push_str(&edit.text);
                }
                _ => edits.push(edit),
            }
        }
        Fix {
            title: title.into(),
            edits,
            applicability,
            preferred: false,
        }
    }
}

fn children_of(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

/// The comment line that says why a hotfix line is there.
#[must_use]
pub fn hotfix_comment(version: Option<&str>, why: &str) -> String {
    match version {
        Some(version) => format!("# Hotfix ({version}): {why}"),
        None => format!("# Hotfix: {why}"),
    }
}
