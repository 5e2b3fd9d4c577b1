//! Database migrations that the hotfix brought: they are stepped back while their code is there.

use std::collections::BTreeMap;

use tree_sitter::Node;

use super::{About, Kind, Step, word};
use crate::syntax::Source;
use crate::syntax::nodes::{self, Walk, children, field, string_value};
use crate::vcs::TreeChange;

/// A migration that the hotfix brought.
#[derive(Debug, PartialEq, Eq)]
enum Migration {
    /// Of Django: app, own name, and the names in the same app that it builds on.
    Django {
        app: String,
        name: String,
        previous: Vec<String>,
    },
    /// Of Alembic: own revision and the ones that it builds on.
    Alembic {
        revision: String,
        previous: Vec<String>,
    },
}

/// The step that takes the database back; none when the hotfix brought no migration.
pub(super) fn step(
    about: &About<'_>,
    changes: &[TreeChange],
    warnings: &mut Vec<String>,
) -> Option<Step> {
    let mut found = Vec::new();
    let mut notes = Vec::new();
    for change in changes {
        let path = change.path.as_str();
        if is_sql(path) && change.added {
            notes.push(format!("{path} is plain SQL: step it back by hand"));
            continue;
        }
        let commit = if change.deleted {
            &about.standing.hotfix.start
        } else {
            &about.base.head
        };
        let Some(migration) = migration(path, || about.repository.text_at(commit, path)) else {
            continue;
        };
        if change.added {
            notes.push(format!("{path} is new with the hotfix"));
            found.push((path.to_owned(), migration));
        } else {
            warnings.push(format!(
                "{path} was changed by the hotfix, and databases that ran it before differ from \
                 those that run it now: compare them by hand"
            ));
        }
    }
    if notes.is_empty() {
        return None;
    }
    let mut commands = django(about, &found);
    commands.extend(alembic(about, &found));
    Some(Step {
        kind: Kind::Database,
        title: "Take the database back, before its code goes".to_owned(),
        commands,
        notes,
    })
}

fn is_sql(path: &str) -> bool {
    let sql = std::path::Path::new(path)
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("sql"));
    sql && path.split('/').any(|part| part.contains("migration"))
}

fn migration(path: &str, text: impl FnOnce() -> Option<std::sync::Arc<str>>) -> Option<Migration> {
    let name = path.strip_suffix(".py")?;
    let mut parts = name.rsplit('/');
    let (name, folder) = (parts.next()?, parts.next()?);
    if !matches!(folder, "migrations" | "versions") || name == "__init__" {
        return None;
    }
    let app = parts.next().unwrap_or_default();
    let source = Source::parse(text()?);
    of_alembic(&source).or_else(|| of_django(&source, app, name))
}

fn of_alembic(source: &Source) -> Option<Migration> {
    let revision = assigned(source, "revision")?;
    let previous = assigned(source, "down_revision")?;
    Some(Migration::Alembic {
        revision: string_value(revision, source)?.to_owned(),
        previous: strings(previous, source),
    })
}

fn of_django(source: &Source, app: &str, name: &str) -> Option<Migration> {
    if !source.text().contains("Migration") || app.is_empty() {
        return None;
    }
    let dependencies = assigned(source, "dependencies")?;
    let mut previous = Vec::new();
    for pair in children(dependencies).filter(|node| node.kind() == "tuple") {
        if let [of, name] = &strings(pair, source)[..]
            && of == app
        {
            previous.push(name.clone());
        }
    }
    Some(Migration::Django {
        app: app.to_owned(),
        name: name.to_owned(),
        previous,
    })
}

/// The value that a file assigns to `name`, in a class or outside.
fn assigned<'s>(source: &'s Source, name: &str) -> Option<Node<'s>> {
    let mut found = None;
    nodes::walk(source.root(), &mut |node| {
        let left = (node.kind() == "assignment")
            .then(|| field(node, "left"))
            .flatten();
        if found.is_none() && left.is_some_and(|left| source.slice(left) == name) {
            found = field(node, "right");
        }
        if node.kind() == "function_definition" {
            Walk::Over
        } else {
            Walk::Into
        }
    });
    found
}

/// The string itself, or those of a tuple or list.
fn strings(node: Node<'_>, source: &Source) -> Vec<String> {
    let one = string_value(node, source).map(str::to_owned);
    let several = children(node).filter_map(|item| Some(string_value(item, source)?.to_owned()));
    match one {
        Some(one) => vec![one],
        None => several.collect(),
    }
}

/// One command for each app: back to the newest migration that production has.
fn django(about: &About<'_>, found: &[(String, Migration)]) -> Vec<String> {
    let mut apps: BTreeMap<&str, Vec<(&str, &[String])>> = BTreeMap::new();
    for (_, migration) in found {
        if let Migration::Django {
            app,
            name,
            previous,
        } = migration
        {
            apps.entry(app).or_default().push((name, previous));
        }
    }
    let manage = manage(about);
    let commands = apps.into_iter().map(|(app, new)| {
        let is_new = |name: &String| new.iter().any(|(new, _)| new == name);
        let before = new.iter().flat_map(|(_, previous)| previous.iter());
        let target = before.filter(|name| !is_new(name)).max();
        let target = target.map_or("zero", String::as_str);
        format!("{manage} migrate {} {}", word(app), word(target))
    });
    commands.collect()
}

/// How Django's commands are started here.
fn manage(about: &About<'_>) -> String {
    let has = |path: &str| about.repository.text_at(&about.base.head, path).is_some();
    let usual = ["manage.py", "src/manage.py", "backend/manage.py"];
    match usual.into_iter().find(|path| has(path)) {
        Some(path) => format!("python {path}"),
        None => "django-admin".to_owned(),
    }
}

/// One command: back to what the oldest new revision builds on.
fn alembic(about: &About<'_>, found: &[(String, Migration)]) -> Option<String> {
    let revisions = found
        .iter()
        .filter_map(|(path, migration)| match migration {
            Migration::Alembic { revision, previous } => Some((path, revision, previous)),
            Migration::Django { .. } => None,
        });
    let revisions: Vec<_> = revisions.collect();
    let (path, ..) = revisions.first()?;
    let is_new = |name: &String| revisions.iter().any(|(_, new, _)| *new == name);
    let before = revisions.iter().flat_map(|(.., previous)| previous.iter());
    let target = before.filter(|name| !is_new(name)).max();
    let target = target.map_or("base", String::as_str);
    // Flask-Migrate keeps the settings beside the revisions.
    let folder = path.rsplit('/').nth(2);
    let has = |path: &str| about.repository.text_at(&about.base.head, path).is_some();
    let flask = folder == Some("migrations") && has("migrations/alembic.ini");
    let program = if flask { "flask db" } else { "alembic" };
    Some(format!("{program} downgrade {}", word(target)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, text: &str) -> Option<Migration> {
        migration(path, || Some(text.into()))
    }

    #[test]
    fn a_migration_of_django_names_what_it_builds_on_in_its_own_app() {
        let text = "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [(\"auth\", \"0001_initial\"), (\"shop\", \"0003_price\")]\n    operations = []\n";
        let expected = Migration::Django {
            app: "shop".to_owned(),
            name: "0004_tax".to_owned(),
            previous: vec!["0003_price".to_owned()],
        };
        assert_eq!(of("api/shop/migrations/0004_tax.py", text), Some(expected));
    }

    #[test]
    fn a_revision_of_alembic_may_be_annotated() {
        let text = "revision: str = \"b2\"\ndown_revision: Union[str, None] = \"a1\"\n";
        let expected = Migration::Alembic {
            revision: "b2".to_owned(),
            previous: vec!["a1".to_owned()],
        };
        assert_eq!(of("alembic/versions/b2_tax.py", text), Some(expected));
    }

    #[test]
    fn other_files_in_such_folders_are_no_migrations() {
        assert_eq!(of("shop/migrations/__init__.py", "x = 1\n"), None);
        assert_eq!(of("shop/versions/table.py", "x = 1\n"), None);
        assert_eq!(of("shop/orders.py", "revision = \"a\"\n"), None);
    }
}
