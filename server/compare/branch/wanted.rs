//! What callers in other files may have to follow.

use crate::compare::callers::{Wanted, Way};
use crate::compare::normal::tokens;
use crate::syntax::nodes::{children, field};
use crate::syntax::unit::definition_node;
use crate::syntax::{Definition, Kind, Outline, Source};

/// One side of a file.
type Side<'s> = (&'s Source, &'s Outline);

/// All that is wanted of the file that production has at `path`; `moved` says that the hotfix has it
/// elsewhere.
pub(super) fn of(
    path: &str,
    moved: bool,
    base: Side<'_>,
    head: Option<Side<'_>>,
) -> impl Iterator<Item = Wanted> {
    let mut all: Vec<(Way, String)> = Vec::new();
    all.extend(broken(base, head).into_iter().map(|one| (Way::Named, one)));
    if let (Some(head), false) = (head, moved) {
        all.extend(no_longer_imported(base, head).map(|one| (Way::Imported, one)));
        all.extend(members(base, head).map(|one| (Way::Member, one)));
    } else {
        all.push((Way::Module, String::new()));
    }
    let path = path.to_owned();
    all.into_iter().map(move |(way, qualname)| Wanted {
        path: path.clone(),
        qualname,
        way,
    })
}

/// The names that only production imports, so that only there others find them.
fn no_longer_imported<'s>(
    (_, before): Side<'s>,
    (head, now): Side<'s>,
) -> impl Iterator<Item = String> + use<'s> {
    let gives_all = now.find("__getattr__").is_some() || head.text().contains("import *");
    let all = before.names.locals().filter(move |_| !gives_all);
    let gone = all.filter(|name| {
        !now.names.is_imported(name)
            && now.find(name).is_none()
            && !now.assigned.iter().any(|(one, _)| one == name)
    });
    gone.map(str::to_owned)
}

/// The names in the bodies of enumerations that only production has.
fn members<'s>(
    (base, before): Side<'s>,
    (head, now): Side<'s>,
) -> impl Iterator<Item = String> + use<'s> {
    let classes = before
        .definitions
        .iter()
        .filter(|one| one.kind == Kind::Class);
    classes.flat_map(move |old| {
        let new = now
            .find(&old.qualname)
            .filter(|one| one.kind == Kind::Class);
        let sides = definition_node(base, old).zip(new.and_then(|new| definition_node(head, new)));
        let Some((was, is)) = sides.filter(|(was, _)| is_enumeration(base, *was)) else {
            return Vec::new();
        };
        let kept = assigned(head, is);
        let gone = assigned(base, was)
            .into_iter()
            .filter(|one| !kept.contains(one));
        gone.map(|one| format!("{}.{one}", old.qualname)).collect()
    })
}

/// Whether a class is an enumeration, by the name of a base.
#[must_use]
pub fn is_enumeration(source: &Source, class: tree_sitter::Node<'_>) -> bool {
    field(class, "superclasses").is_some_and(|list| {
        children(list).any(|one| {
            let name = source.slice(one);
            let name = name.rsplit('.').next().unwrap_or(name);
            matches!(
                name,
                "Enum"
                    | "IntEnum"
                    | "StrEnum"
                    | "Flag"
                    | "IntFlag"
                    | "TextChoices"
                    | "IntegerChoices"
            )
        })
    })
}

/// The names that a class body assigns.
fn assigned<'s>(source: &'s Source, class: tree_sitter::Node<'s>) -> Vec<&'s str> {
    let body = field(class, "body").into_iter().flat_map(children);
    let names = body.filter_map(|statement| {
        let assignment = statement.named_child(0)?;
        let left = field(assignment, "left").filter(|one| one.kind() == "identifier")?;
        (assignment.kind() == "assignment").then(|| &source.text()[left.byte_range()])
    });
    names.collect()
}

/// The public names of production that are gone or are called otherwise now.
fn broken((base, outline): (&Source, &Outline), head: Option<(&Source, &Outline)>) -> Vec<String> {
    let mut found = Vec::new();
    for one in &outline.definitions {
        let private =
            one.qualname.split('.').any(|part| part.starts_with('_')) || one.name.contains('#');
        if one.kind == Kind::Module || private {
            continue;
        }
        let new = head.and_then(|(source, outline)| Some((source, outline.find(&one.qualname)?)));
        let same = new.is_some_and(|(source, new)| {
            new.kind == one.kind && called(base, one) == called(source, new)
        });
        if !same {
            found.push(one.qualname.clone());
        }
    }
    let kept = |name: &str| {
        head.is_some_and(|(_, head)| {
            head.find(name).is_some() || head.assigned.iter().any(|(one, _)| one == name)
        })
    };
    let names = outline.assigned.iter().map(|(name, _)| name);
    found.extend(
        names
            .filter(|name| !name.starts_with('_') && !kept(name))
            .cloned(),
    );
    found
}

/// All of a definition that stands before its body.
fn called<'s>(source: &'s Source, one: &Definition) -> Vec<&'s str> {
    let body = definition_node(source, one).and_then(|node| field(node, "body"));
    let end = body.map_or(one.core.end, |body| body.start_byte());
    tokens(source, one.range.start..end)
}
