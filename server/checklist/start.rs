//! A new record, filled with what is known.

use std::fmt::Write as _;

use super::items::{ITEMS, STEPS, When};
use super::markdown::{code, plain};
use super::record::{QUESTIONS, Question, Record, RecordError, SECTIONS, Section};
use super::traceback::{Differs, Located, Raised, Traceback};

/// The generated part that tells where it failed.
pub const TRACEBACK: &str = "traceback";

/// What is known before anybody has written a word.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The branch.
    pub branch: String,
    /// The version that it will ship as.
    pub version: Option<String>,
    /// The base's full object id.
    pub base: String,
    /// The newest release before the base.
    pub base_tag: Option<String>,
    /// The production ref.
    pub production: String,
    /// Who does it.
    pub owner: Option<String>,
    /// What failed, if somebody pasted it.
    pub failure: Option<Failure>,
}

/// A traceback with its places in this repository.
#[derive(Debug, Clone, Default)]
pub struct Failure {
    /// What was pasted.
    pub traceback: Traceback,
    /// The frames of each exception that lie here.
    pub located: Vec<Vec<Located>>,
    /// What rules say of these lines.
    pub findings: Vec<FoundThere>,
}

/// What a rule says of a line that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundThere {
    /// The path relative to the repository.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The rule.
    pub rule: String,
    /// Its sentence.
    pub message: String,
}

/// The record of a hotfix that begins now.
///
/// # Errors
/// [`RecordError`] when something of `known` cannot be written, which would be a defect here.
pub fn record(known: &Known) -> Result<Record, RecordError> {
    let mut record = Record::parse(skeleton(known))?;
    let fields = [
        ("version", known.version.as_deref().unwrap_or_default()),
        ("branch", &known.branch),
        ("production", &known.production),
        ("base", &known.base),
        ("base-tag", known.base_tag.as_deref().unwrap_or_default()),
        ("issue", issue(&known.branch).unwrap_or_default()),
        ("owner", known.owner.as_deref().unwrap_or_default()),
    ];
    for (key, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        record.set_front(key, value)?;
    }
    if let Some(failure) = &known.failure {
        tell(&mut record, failure)?;
    }
    Ok(record)
}

/// Writes what failed into its generated part.
///
/// # Errors
/// [`RecordError`] when the record does not take it.
pub fn tell(record: &mut Record, failure: &Failure) -> Result<(), RecordError> {
    record.put_generated(Section::Report, TRACEBACK, &failure.markdown())
}

fn skeleton(known: &Known) -> String {
    let title = known.version.as_deref().unwrap_or(&known.branch);
    let mut out = String::from("---\n");
    for key in [
        "version",
        "severity",
        "issue",
        "branch",
        "production",
        "base",
        "base-tag",
        "owner",
    ] {
        let note = match key {
            // `served::completions` offers the same.
            "severity" => " # low, medium, high or critical",
            _ => "",
        };
        let _ = writeln!(out, "{key}:{note}");
    }
    let _ = write!(out, "---\n\n# Hotfix {}\n", plain(title));
    for section in SECTIONS {
        let _ = write!(out, "\n## {}\n", section.title());
        if section == Section::Checklist {
            out.push('\n');
            for item in &ITEMS {
                let _ = writeln!(out, "- [ ] {} <!-- {} -->", item.title, item.name);
            }
        }
        for question in QUESTIONS.iter().filter(|one| one.section == section) {
            if let Some(heading) = question.heading {
                let _ = write!(out, "\n### {heading}\n");
            }
            let _ = write!(out, "\n<!-- {} -->\n", question.help);
            if let Some(answer) = answer(question, known) {
                let _ = write!(out, "\n{answer}\n");
            }
        }
        if section == Section::Verification {
            steps(&mut out);
        }
    }
    out
}

/// What is ticked around the merge.
fn steps(out: &mut String) {
    for when in When::ALL {
        let _ = write!(out, "\n### {}\n\n", when.title());
        for step in STEPS.iter().filter(|step| step.when == when) {
            let _ = writeln!(out, "- [ ] {} <!-- {} -->", step.title, step.name);
        }
    }
}

/// What is known of a question without asking anybody.
fn answer(question: &Question, known: &Known) -> Option<String> {
    let failure = known.failure.as_ref()?;
    if question.name != "error" {
        return None;
    }
    let raised = &failure.traceback.raised;
    // A group says nothing by itself; what is in it comes behind it.
    let group = raised
        .iter()
        .rposition(|it| it.name.ends_with("ExceptionGroup"));
    let inside = group.map_or(raised.len(), |at| at + 1);
    if inside < raised.len() {
        let each = (inside..raised.len()).filter_map(|index| failure.sentence(index));
        let each: Vec<String> = each.map(|it| format!("- {it}")).collect();
        return (!each.is_empty()).then(|| format!("Several at once:\n\n{}", each.join("\n")));
    }
    let last = raised.len().checked_sub(1)?;
    let place = failure.last();
    let sentence = Some(raised[last].sentence()).filter(|it| !it.is_empty())?;
    Some(said(&sentence, place))
}

/// An exception and where it was raised.
fn said(sentence: &str, place: Option<&Located>) -> String {
    match place {
        Some(place) => format!("{} in {}", code(sentence), place_of(place)),
        None => code(sentence),
    }
}

fn place_of(place: &Located) -> String {
    let line = code(&format!("{}:{}", place.path, place.line));
    if place.function.is_empty() {
        line
    } else {
        format!("{line} ({})", code(&place.function))
    }
}

impl Failure {
    /// The innermost place of the last exception that has one.
    #[must_use]
    pub fn last(&self) -> Option<&Located> {
        self.located.iter().rev().find_map(|frames| frames.last())
    }

    /// The exception at `index` of the traceback with its innermost place here.
    fn sentence(&self, index: usize) -> Option<String> {
        let sentence = self.traceback.raised.get(index)?.sentence();
        let place = self.located.get(index).and_then(|frames| frames.last());
        (!sentence.is_empty()).then(|| said(&sentence, place))
    }

    fn markdown(&self) -> String {
        let mut out = String::new();
        let located = self.located.iter().map(Vec::as_slice);
        let located = located.chain(std::iter::repeat(&[][..]));
        for (index, (raised, located)) in self.traceback.raised.iter().zip(located).enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            out.push_str(gap);
            out.push_str(&one(raised, located));
        }
        let mut rules: Vec<&str> = Vec::new();
        for rule in self.traceback.raised.iter().filter_map(Raised::suggests) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        for rule in rules {
            let _ = write!(
                out,
                "\nLooks like `{rule}`: `hotfix-ls explain {rule}` tells how such code is mended.\n"
            );
        }
        if !self.findings.is_empty() {
            out.push_str("\nThe rules say of these lines:\n\n");
        }
        for found in &self.findings {
            let place = code(&format!("{}:{}", found.path, found.line));
            let _ = writeln!(out, "- {place} `{}`: {}", found.rule, plain(&found.message));
        }
        out
    }
}

/// One exception: its sentence, then its places here, the innermost first.
fn one(raised: &Raised, located: &[Located]) -> String {
    let sentence = raised.sentence();
    let mut out = if sentence.is_empty() {
        "An exception whose name was not pasted".to_owned()
    } else {
        code(&sentence)
    };
    let elsewhere = raised.frames.len().saturating_sub(located.len());
    if located.is_empty() {
        out.push_str(", with no line of this repository in the traceback\n");
        return out;
    }
    out.push_str(":\n\n");
    for place in located.iter().rev() {
        let _ = write!(out, "- {}: {}", place_of(place), code(&place.code));
        match place.differs {
            Differs::No => {}
            Differs::Line(line) => {
                let _ = write!(
                    out,
                    " (line {line} in the traceback: another version was running)"
                );
            }
            Differs::Code => out.push_str(
                " (the traceback shows other code at this line: another version was running)",
            ),
        }
        out.push('\n');
    }
    if 0 < elsewhere {
        let frames = if elsewhere == 1 { "frame" } else { "frames" };
        let _ = writeln!(out, "- {elsewhere} {frames} in other people's code");
    }
    out
}

/// The issue that a branch's name tells: `SHOP-12`, `#34`, `gh-34`.
fn issue(branch: &str) -> Option<&str> {
    let is_key = |word: &&str| {
        let (letters, number) = word.split_once('-').unwrap_or_default();
        1 < letters.len()
            && letters.chars().all(|c| c.is_ascii_uppercase())
            && !number.is_empty()
            && number.chars().all(|c| c.is_ascii_digit())
    };
    let segments = branch.split(['/', '_']);
    let keys = segments.flat_map(|segment| {
        // `SHOP-12-crash`: the key is the first two words.
        let second = segment.match_indices('-').nth(1).map(|(at, _)| at);
        [Some(segment), second.map(|at| &segment[..at])]
    });
    keys.flatten().find(is_key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checklist::traceback::read;

    fn known() -> Known {
        Known {
            branch: "hotfix/v1.2.1".to_owned(),
            version: Some("v1.2.1".to_owned()),
            base: "0123456789abcdef0123456789abcdef01234567".to_owned(),
            base_tag: Some("v1.2.0".to_owned()),
            production: "origin/main".to_owned(),
            owner: Some("Ada \"Bug\" Lovelace <ada@example.org>".to_owned()),
            failure: None,
        }
    }

    #[test]
    fn a_new_record_holds_what_is_known_and_answers_nothing_else() {
        let record = record(&known()).expect("a record");
        assert_eq!(record.front("version"), Some("v1.2.1"));
        assert_eq!(record.front("base-tag"), Some("v1.2.0"));
        let owner = "Ada \"Bug\" Lovelace <ada@example.org>";
        assert_eq!(record.front("owner"), Some(owner));
        assert_eq!(record.front("severity"), None);
        assert_eq!(record.tasks().len(), 14 + STEPS.len());
        for question in QUESTIONS {
            assert!(record.heading_of(question).is_some(), "{}", question.name);
            assert_eq!(record.answer(question), None, "{}", question.name);
        }
    }

    #[test]
    fn a_hostile_traceback_stays_text() {
        let text = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    ```\n\
                    KeyError: '<!-- hotfix-ls:end traceback --> `x` ## Report'\n";
        let traceback = read(text);
        let located = vec![vec![Located {
            path: "a.py".to_owned(),
            line: 1,
            function: "f".to_owned(),
            code: "``` <!-- -->".to_owned(),
            differs: Differs::Code,
        }]];
        let failure = Some(Failure {
            traceback,
            located,
            findings: Vec::new(),
        });
        let record = record(&Known { failure, ..known() }).expect("a record");
        assert_eq!(record.parts().len(), 1);
        assert!(record.answer(&QUESTIONS[0]).is_some());
    }

    #[test]
    fn the_issue_is_read_from_the_branch() {
        assert_eq!(issue("hotfix/SHOP-12-crash"), Some("SHOP-12"));
        assert_eq!(issue("hotfix/SHOP-12_crash"), Some("SHOP-12"));
        assert_eq!(issue("hotfix/v1.2.1"), None);
        assert_eq!(issue("hotfix/login-crash"), None);
    }
}
