//! Who changed a file.

use std::collections::BTreeMap;

use git2::Repository as Git;
use serde::Serialize;

use super::versions::Versions;
use crate::vcs::commits::CommitInfo;

/// Somebody who changed a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The name as the mailmap has it.
    pub name: String,
    /// The address as the mailmap has it.
    pub email: String,
    /// How many commits.
    pub commits: usize,
    /// When the last one was made, in seconds since 1970.
    pub seconds: i64,
}

impl Person {
    /// Whether it is a program that commits by itself.
    #[must_use]
    pub fn is_bot(&self) -> bool {
        let name = self.name.to_lowercase();
        name.ends_with("[bot]") || name.ends_with("-bot") || self.email.contains("[bot]@")
    }
}

/// Whether two addresses are one person's.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Names and addresses as the mailmap has them.
pub(super) struct People(Option<git2::Mailmap>);

impl People {
    /// Reads the mailmap of the work tree, or of `mailmap.file` and `mailmap.blob`.
    pub fn read(git: &Git) -> Self {
        Self(git.mailmap().ok())
    }

    /// The name and the address that stand for these.
    pub fn resolve(&self, name: &str, email: &str) -> (String, String) {
        let resolved = self.0.as_ref().and_then(|map| {
            let time = git2::Time::new(0, 0);
            let signature = git2::Signature::new(name, email, &time).ok()?;
            let resolved = map.resolve_signature(&signature).ok()?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            Some((text(resolved.name_bytes()), text(resolved.email_bytes())))
        });
        resolved.unwrap_or_else(|| (name.to_owned(), email.to_owned()))
    }

    /// The commit with its author as the mailmap names him.
    pub fn named(&self, commit: CommitInfo) -> CommitInfo {
        let (author, email) = self.resolve(&commit.author, &commit.email);
        CommitInfo {
            author,
            email,
            ..commit
        }
    }

    /// Who changed the file, the most active one first, of equal ones the one who did so last.
    pub fn of(&self, versions: &Versions) -> Vec<Person> {
        // The mailmap is asked once for each name, not for each commit.
        let mut raw: BTreeMap<(&str, &str), (usize, i64)> = BTreeMap::new();
        for version in &versions.all {
            let (commits, seconds) = raw
                .entry((&version.name, &version.email))
                .or_insert((0, version.seconds));
            *commits += 1;
            *seconds = version.seconds.max(*seconds);
        }
        let mut found: Vec<Person> = Vec::new();
        for ((name, email), (commits, seconds)) in raw {
            let (name, email) = self.resolve(name, email);
            match found.iter_mut().find(|one| same(&one.email, &email)) {
                Some(one) => {
                    one.commits += commits;
                    one.seconds = one.seconds.max(seconds);
                }
                None => found.push(Person {
                    name,
                    email,
                    commits,
                    seconds,
                }),
            }
        }
        found.sort_by(|one, other| {
            (other.commits, other.seconds, &one.email).cmp(&(
                one.commits,
                one.seconds,
                &other.email,
            ))
        });
        found
    }
}
