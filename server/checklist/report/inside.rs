//! What differs between the two sides of a changed function, where head's code alone does not say
//! it: its parameters, errors that are no longer raised, conditions and single statements.

use tree_sitter::Node;

use super::contract::short;
use crate::checklist::branch::{Changed, File, Side};
use crate::checklist::markdown::code;
use crate::syntax::Kind;
use crate::syntax::nodes::{Walk, children, field, walk};

/// More replaced conditions or statements than this are a rewrite that nobody reads as a list.
const MOST: usize = 3;

/// Both sides of a changed function.
pub(super) struct Sides<'a> {
    file: &'a File,
    changed: &'a Changed,
    base: (&'a Side, Node<'a>),
    head: (&'a Side, Node<'a>),
}

impl<'a> Sides<'a> {
    /// Finds them; none for a class, and where production lacks it.
    pub fn new(file: &'a File, changed: &'a Changed) -> Option<Self> {
        if changed.kind == Kind::Class {
            return None;
        }
        let (base, head) = (file.base.as_ref()?, file.head.as_ref()?);
        let before = base.source.node_at(changed.before.first()?.clone())?;
        let now = head.source.node_at(changed.range.clone())?;
        Some(Self {
            file,
            changed,
            base: (base, function(before)?),
            head: (head, function(now)?),
        })
    }

    /// What callers have to know: parameters, and errors that no longer come.
    pub fn contract(&self) -> Vec<String> {
        let mut found = Vec::new();
        let took = parameters(self.base);
        let takes = parameters(self.head);
        if took != takes {
            found.push(format!(
                "takes {} where it took {}",
                short(&takes),
                short(&took)
            ));
        }
        let raises = names_raised(self.head);
        for name in names_raised(self.base) {
            let says = format!("no longer raises {}", code(&name));
            if !raises.contains(&name) && !found.contains(&says) {
                found.push(says);
            }
        }
        found
    }

    /// What is done otherwise: conditions, else single statements. Empty where it is more than a
    /// few of them.
    pub fn done_otherwise(&self) -> Vec<String> {
        let mut found = self.conditions();
        for (old, new) in self.replaced() {
            // A condition was told above, without its `if`.
            let is_told = (old.0 && new.0) || found.iter().any(|it| it.contains(&*new.1));
            if !is_told {
                found.push(format!("{} is now {}", old.1, new.1));
            }
        }
        found.truncate(MOST);
        found
    }

    fn conditions(&self) -> Vec<String> {
        let (mut asked, mut asks) = (conditions(self.base), conditions(self.head));
        asks.retain(|condition| {
            let same = asked.iter().position(|it| it == condition);
            same.map(|at| asked.remove(at)).is_none()
        });
        if asked.len() != asks.len() || MOST < asks.len() {
            return Vec::new();
        }
        let pairs = asks.iter().zip(&asked);
        pairs
            .map(|(now, before)| format!("asks {} where it asked {}", short(now), short(before)))
            .collect()
    }

    /// Single lines that took the place of single lines: whether each asks a condition, and its
    /// code.
    fn replaced(&self) -> Vec<((bool, String), (bool, String))> {
        let first = self.head.0.source.lines().line_of(self.changed.range.start);
        let last = self.head.0.source.lines().line_of(self.changed.range.end);
        let inside = self.file.hunks.iter().filter(|hunk| {
            let (start, end) = (hunk.head.start as usize, hunk.head.end as usize);
            first <= start && end <= last + 1
        });
        inside
            .filter_map(|hunk| {
                Some((
                    only(self.base.0, &hunk.base)?,
                    only(self.head.0, &hunk.head)?,
                ))
            })
            .collect()
    }
}

/// The function itself, without its decorators.
fn function(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        "function_definition" => Some(node),
        "decorated_definition" => field(node, "definition").and_then(function),
        _ => None,
    }
}

/// The parameters on one line, as they are written.
fn parameters((side, function): (&Side, Node<'_>)) -> String {
    let text = field(function, "parameters").map_or("()", |it| side.source.slice(it));
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words
        .replace("( ", "(")
        .replace(",)", ")")
        .replace(", )", ")")
        .replace(" )", ")")
}

/// The names of what is raised, nested functions included.
fn names_raised((side, function): (&Side, Node<'_>)) -> Vec<String> {
    let mut found = Vec::new();
    walk(function, &mut |node| {
        if node.kind() == "raise_statement"
            && let Some(raised) = children(node).find(|it| it.kind() != "comment")
        {
            let raised = match raised.kind() {
                "call" => field(raised, "function").unwrap_or(raised),
                _ => raised,
            };
            // What a handler caught and passes on bears a variable's name.
            let name = side.source.slice(raised);
            let last = name.rsplit('.').next().unwrap_or(name);
            if last.starts_with(char::is_uppercase) {
                found.push(name.to_owned());
            }
        }
        Walk::Into
    });
    found
}

/// The conditions that are asked, in the order of the text.
fn conditions((side, function): (&Side, Node<'_>)) -> Vec<String> {
    let mut found = Vec::new();
    walk(function, &mut |node| {
        if matches!(
            node.kind(),
            "if_statement" | "elif_clause" | "while_statement"
        ) && let Some(condition) = field(node, "condition")
        {
            let text = side.source.slice(condition);
            found.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        Walk::Into
    });
    found
}

/// The only line with code among `lines`: whether it asks a condition, and its code.
fn only(side: &Side, lines: &std::ops::Range<u32>) -> Option<(bool, String)> {
    let all = side.source.lines();
    let texts =
        (lines.start as usize..lines.end as usize).map(|line| all.content(line, side.text()));
    let mut texts = texts
        .filter_map(|range| side.text().get(range))
        .map(str::trim)
        .filter(|text| !text.is_empty() && !text.starts_with('#'));
    let text = texts.next()?;
    let asks = ["if ", "elif ", "while "]
        .iter()
        .any(|it| text.starts_with(it));
    texts.next().is_none().then(|| (asks, short(text)))
}
