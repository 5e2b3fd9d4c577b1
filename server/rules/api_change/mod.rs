//! Names, parameters and results that other code relies on.

mod attributes;
mod deprecations;
mod exceptions;
mod function;
mod imports;
mod inherited;
mod made;
mod modules;
mod names;
mod pythons;
mod shapes;
mod surface;

use std::ops::Range;

use tree_sitter::Node;

use self::inherited::{Inherits, inherits, named_base};
use super::knowledge::public::{exported, is_exposed, is_public, is_shipped, still_has};
use super::knowledge::told::tell;
use super::{
    Confidence, Draft, FileChange, Finding, FixContext, Group, LoneFile, Meta, Place, Related,
    Reporter, Rule, Texts, Trial,
};
use crate::compare::branch::User;
use crate::compare::notes;
use crate::compare::signature::Signature;
use crate::fixes::Fix;
use crate::fixes::hunk::{bring_back, restore_named};
use crate::syntax::nodes::{children, field};
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;
use crate::syntax::{File, Source};

pub struct ApiChange;

static META: Meta = Meta {
    name: "api-change",
    group: Group::Scope,
    highest: Confidence::Certain,
    checklist: "The change is minimal and targeted",
    noqa: &[],
    docs: include_str!("../docs/api-change.md"),
    pattern: None,
};

impl Rule for ApiChange {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn trial(&self) -> Trial {
        Trial::Whole
    }

    fn reads(&self, path: &str) -> bool {
        notes::reads(path)
    }

    fn compare_texts(&self, texts: &Texts<'_>, reporter: &mut Reporter) {
        let goes = |says: &str, word: &str| {
            format!("the release notes {says} ({word}): a hotfix takes nothing from its callers")
        };
        let removal = |word: &str| goes("announce that something goes", word);
        reporter.report_if(tell(
            texts,
            notes::Kind::Removal,
            Confidence::Certain,
            removal,
        ));
        let later = |word: &str| goes("announce that something is to go", word);
        reporter.report_if(tell(
            texts,
            notes::Kind::Deprecation,
            Confidence::Certain,
            later,
        ));
    }

    fn compare_files(&self, change: &FileChange<'_>, reporter: &mut Reporter) {
        let mut own = Reporter::default();
        all(change, &mut own);
        for mut draft in own.into_drafts() {
            if draft.confidence == Confidence::Certain {
                tell_users(change, &mut draft);
            }
            reporter.report(draft);
        }
    }

    fn deleted_file(&self, deleted: &LoneFile<'_>, reporter: &mut Reporter) {
        modules::deleted(deleted, reporter);
    }

    fn fixes(&self, context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
        let Some(base) = context.production else {
            return Vec::new();
        };
        let at = finding.related.iter().find_map(|one| match &one.place {
            Place::Production(bytes) => Some(bytes.start),
            Place::Head(_) | Place::Elsewhere(_) => None,
        });
        let head = context.unit.file;
        let old = at.map(|at| base.outline.enclosing(at));
        let fix = old.filter(|one| one.kind != Kind::Module).and_then(|old| {
            match head.outline.find(&old.qualname) {
                Some(new) => restore_named((head.source, new), (base.source, base.outline)),
                None => bring_back(head, (base.source, base.outline), old),
            }
        });
        fix.into_iter().collect()
    }
}

/// Everything that callers notice.
fn all(change: &FileChange<'_>, reporter: &mut Reporter) {
    // While head's syntax is broken, a definition may only seem to be gone.
    if change.head.source.is_broken() || change.head.is_test {
        return;
    }
    imports::compare(change, reporter);
    if is_shipped(change.path) {
        surface::compare(change, reporter);
        deprecations::compare(change, reporter);
        pythons::compare(change, reporter);
    }
    modules::moved(change, reporter);
    if !is_exposed(change) {
        return;
    }
    let names = exported(change.base);
    for &index in change.in_base {
        let old = &change.base.outline.definitions[index];
        if old.kind == Kind::Module || !is_public(&old.qualname, names.as_ref()) {
            continue;
        }
        let partner = change
            .matching
            .head_of(index)
            .map(|index| &change.head.outline.definitions[index]);
        match partner {
            Some(new) if new.qualname == old.qualname => same_name(change, old, new, reporter),
            _ => gone(change, old, partner, reporter),
        }
    }
    names::compare(change, names.as_ref(), reporter);
    attributes::compare(change, names.as_ref(), reporter);
}

/// Adds the places in other files that use what a finding speaks of.
fn tell_users(change: &FileChange<'_>, draft: &mut Draft) {
    let production = draft.related.iter().find_map(|one| match &one.place {
        Place::Production(bytes) => Some(bytes.start),
        _ => None,
    });
    let Some(at) = production else {
        return;
    };
    let outline = change.base.outline;
    let definition = &outline.enclosing(at).qualname;
    let mut assigned = outline.assigned.iter();
    let name = match assigned.find(|(_, bytes)| bytes.contains(&at)) {
        Some((name, _)) if definition.is_empty() => name,
        _ => definition,
    };
    draft
        .related
        .extend(related(change.branch.users(change.base_path, name)));
}

fn related(users: &[User]) -> impl Iterator<Item = Related> {
    users.iter().map(|user| Related {
        place: Place::Elsewhere(user.clone()),
        message: "uses it".to_owned(),
    })
}

/// A public definition that production has and the hotfix does not, under this name.
fn gone(
    change: &FileChange<'_>,
    old: &Definition,
    partner: Option<&Definition>,
    reporter: &mut Reporter,
) {
    let outer = &change.base.outline.definitions[old.parent];
    if other_kind(change, old, reporter) {
        return;
    }
    let outer_gone =
        outer.kind == Kind::Class && change.head.outline.find(&outer.qualname).is_none();
    // A constructor that is written for the class now is compared with its class.
    let is_made = old.name == "__init__" && made::is_made(change.head, &outer.qualname);
    if outer_gone || is_made || still_has(change.head, &old.qualname) {
        return;
    }
    let (span, message) = match partner {
        Some(new) if new.name == old.name => (
            name_of(change.head.source, new),
            format!(
                "{} is {} now: whoever uses the old name fails",
                old.qualname, new.qualname
            ),
        ),
        Some(new) => (
            name_of(change.head.source, new),
            format!(
                "{} is called {} now: whoever uses the old name fails",
                old.qualname, new.name
            ),
        ),
        None => (
            place_of_deletion(change, old.range.start),
            match change.branch.went(change.base_path, &old.qualname) {
                Some(moved) => format!(
                    "{} is in {} now: whoever imports it from here fails",
                    old.qualname, moved.to.path
                ),
                None => format!("{} is gone: whoever uses it fails", old.qualname),
            },
        ),
    };
    let inherited = outer.kind == Kind::Class
        && inherits(change.head, &outer.qualname, &old.name) != Inherits::Not;
    let confidence = if inherited {
        Confidence::Possible
    } else {
        Confidence::Certain
    };
    // What stands where something is gone is another thing.
    let covers: &[&str] = if partner.is_some() {
        &["refactoring"]
    } else {
        &[]
    };
    reporter.report(
        Draft {
            span: span.clone(),
            anchor: span,
            message,
            confidence,
            related: Vec::new(),
            detail: old.qualname.clone(),
            covers,
        }
        .production(name_of(change.base.source, old), "production has it"),
    );
}

/// Whether the name stands for another kind of thing now, which is then told.
fn other_kind(change: &FileChange<'_>, old: &Definition, reporter: &mut Reporter) -> bool {
    let (base, head) = (change.base, change.head);
    let kind = |kind: Kind| match kind {
        Kind::Class => "a class",
        _ => "a function",
    };
    let (span, what) = match head.outline.find(&old.qualname) {
        Some(new) if new.kind != old.kind => (name_of(head.source, new), kind(new.kind)),
        _ => match plain_value(head, &old.qualname) {
            Some(span) => (span, "a plain value"),
            None => return false,
        },
    };
    // A class can be called like the function that it takes the place of.
    let confidence = if what == "a class" {
        Confidence::Likely
    } else {
        Confidence::Certain
    };
    let (name, was) = (&old.qualname, kind(old.kind));
    let message = format!("{name} is {what} now: production has {was}");
    reporter.report(
        Draft {
            detail: name.clone(),
            ..Draft::over(span, confidence, message)
        }
        .production(name_of(base.source, old), "production's version"),
    );
    true
}

/// Where the module assigns something to `name` that nobody can call.
fn plain_value(file: File<'_>, name: &str) -> Option<Range<usize>> {
    let (_, bytes) = file.outline.assigned.iter().find(|(one, _)| one == name)?;
    let statement = file.source.node_at(bytes.clone())?;
    let assignment = match statement.kind() {
        "expression_statement" => statement.named_child(0)?,
        _ => statement,
    };
    let value = field(assignment, "right")?;
    let is_plain = matches!(
        value.kind(),
        "string"
            | "integer"
            | "float"
            | "true"
            | "false"
            | "none"
            | "list"
            | "tuple"
            | "dictionary"
    );
    is_plain.then(|| bytes.start..bytes.start + name.len())
}

/// A class with bases may have inherited what it no longer defines.
fn same_name(change: &FileChange<'_>, old: &Definition, new: &Definition, reporter: &mut Reporter) {
    let (base, head) = (change.base.source, change.head.source);
    let (Some(before), Some(now)) = (definition_node(base, old), definition_node(head, new)) else {
        return;
    };
    if before.has_error() || now.has_error() {
        return;
    }
    let production = name_of(base, old);
    let covers: &[&str] = match old.kind {
        // A field that a call needs now is more than a new name.
        Kind::Class => &["refactoring", "new-feature"],
        _ => &["refactoring"],
    };
    let mut say = |span: Range<usize>, confidence, message: String| {
        reporter.report(
            Draft {
                span: span.clone(),
                anchor: span,
                detail: message.clone(),
                message,
                confidence,
                related: Vec::new(),
                covers,
            }
            .production(production.clone(), "production's version"),
        );
    };
    if old.kind == Kind::Class {
        for found in class(change, old, (before, now)) {
            let span = found.place.unwrap_or_else(|| name_of(head, new));
            say(span, found.confidence, found.message);
        }
        return;
    }
    let method = old.parent != 0;
    let sides = ((base, before), (head, now));
    let before = Signature::of(base, before, method);
    let now = Signature::of(head, now, method);
    if before.decorators.contains(&"overload") {
        return;
    }
    let returned = !shapes::same(sides.0, sides.1);
    let mut all = function::differences(&old.qualname, &before, &now, returned, change.head);
    let alike = !before.yields && !now.yields && before.is_async == now.is_async;
    let is_told = before.gives.is_some() && before.gives != now.gives;
    if returned && alike && !is_told && before.decorators == now.decorators {
        all.extend(shapes::compare(&old.qualname, sides.0, sides.1));
    }
    for found in all {
        let span = found.place.unwrap_or_else(|| name_of(head, new));
        say(span, found.confidence, found.message);
    }
}

/// What callers notice of a class: how it is made, and which bases it lost.
fn class(
    change: &FileChange<'_>,
    old: &Definition,
    (before, now): (Node<'_>, Node<'_>),
) -> Vec<function::Difference> {
    let bases = |source: &'_ Source, node| -> Vec<String> {
        field(node, "superclasses").map_or_else(Vec::new, |list| {
            children(list)
                .filter(|one| one.kind() != "keyword_argument")
                .map(|one| source.slice(named_base(one)).to_owned())
                .collect()
        })
    };
    let mut found = made::compare(change, old, (before, now));
    let kept = bases(change.head.source, now);
    for lost in bases(change.base.source, before) {
        let is_still = || {
            kept.iter()
                .any(|one| exceptions::is_a(change.head, one, &lost))
        };
        if kept.contains(&lost) || lost == "object" || is_still() {
            continue;
        }
        // A base that is replaced may well be a subclass of the old one.
        let confidence = if kept.is_empty() {
            Confidence::Certain
        } else {
            Confidence::Likely
        };
        found.push(function::Difference {
            place: None,
            confidence,
            message: format!("{} no longer inherits from {lost}", old.qualname),
        });
    }
    found
}

/// The bytes of a definition's name.
fn name_of(source: &Source, definition: &Definition) -> Range<usize> {
    definition_node(source, definition)
        .and_then(|node| field(node, "name"))
        .map_or(definition.core.start..definition.core.start, |name| {
            name.byte_range()
        })
}

/// What shows in head that production's byte `at` is gone: the line where it would stand.
fn place_of_deletion(change: &FileChange<'_>, at: usize) -> Range<usize> {
    let line = u32::try_from(change.base.source.lines().line_of(at)).unwrap_or(u32::MAX);
    let (text, lines) = (change.head.source.text(), change.head.source.lines());
    let hunk = change.hunks.iter().find(|hunk| hunk.base.contains(&line));
    let shown = hunk.map_or(0, |hunk| hunk.head.start as usize);
    let mut line = shown.min(lines.count().saturating_sub(1));
    // An empty line shows nothing.
    while 0 < line && text[lines.content(line, text)].trim().is_empty() {
        line -= 1;
    }
    let content = lines.content(line, text);
    let blank = text[content.clone()].len() - text[content.clone()].trim_start().len();
    content.start + blank..content.end
}
