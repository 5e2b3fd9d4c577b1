//! Values → settings. What is wrong becomes a problem; everything else holds.

use std::ops::Range;

use super::keys::{KEYS, RangeLimit, Slot};
use super::value::{Entry, Spanned, Value};
use super::{ConfigProblem, OF_BRANCH, RuleSetting, Settings, Severity, did_you_mean};

/// Sets what `entries` say, and collects what is wrong in them.
pub(super) struct Reader<'a> {
    /// The text that the spans point into; empty for the editor's settings.
    pub(super) text: &'a str,
    /// The names of all rules.
    pub(super) rules: &'a [&'a str],
    /// What was wrong so far.
    pub(super) problems: Vec<ConfigProblem>,
}

/// What each setting of a rule is written as.
const RULE_VALUES: [(&str, RuleSetting); 5] = [
    ("off", RuleSetting::Off),
    ("on", RuleSetting::On),
    ("hint", RuleSetting::Severity(Severity::Hint)),
    ("information", RuleSetting::Severity(Severity::Information)),
    ("warning", RuleSetting::Severity(Severity::Warning)),
];

impl Reader<'_> {
    /// Reads one whole table of keys.
    pub(super) fn table(&mut self, entries: &[Entry], settings: &mut Settings) {
        for entry in entries {
            let Some(key) = KEYS.iter().find(|key| key.name == entry.key) else {
                let hint = proposal(&entry.key, KEYS.iter().map(|key| key.name))
                    .unwrap_or_else(|| "remove it or see the settings in README".to_owned());
                self.report(
                    &entry.key_span,
                    format!("unknown key `{}`: {hint}", entry.key),
                );
                continue;
            };
            self.key(key.slot, entry, settings);
        }
    }

    fn key(&mut self, slot: Slot, entry: &Entry, settings: &mut Settings) {
        match slot {
            Slot::BranchGlobs(field) | Slot::PathGlobs(field) => {
                let literal_separator = matches!(slot, Slot::PathGlobs(_));
                let known = self.problems.len();
                if let Some(globs) = self.list(entry, |text| check_glob(text, literal_separator))
                    // A list of nothing but mistakes is no empty list: the default holds.
                    && (!globs.is_empty() || known == self.problems.len())
                {
                    *field(settings) = globs;
                }
            }
            Slot::Names(field) => {
                if let Some(names) = self.list(entry, check_name) {
                    *field(settings) = names;
                }
            }
            Slot::Texts(field) => {
                if let Some(texts) = self.list(entry, check_text) {
                    *field(settings) = texts;
                }
            }
            Slot::Command(field) => {
                if let Some(command) = self.text_item(&entry.value, &entry.key, check_text) {
                    *field(settings) = Some(command);
                }
            }
            Slot::Refs(field) => {
                let refs = match &entry.value.value {
                    Value::Text(_) => self
                        .text_item(&entry.value, &entry.key, check_ref)
                        .map(|one| vec![one]),
                    _ => self.list(entry, check_ref),
                };
                if let Some(refs) = refs {
                    *field(settings) = refs;
                }
            }
            Slot::Whole(limit, field) => {
                if let Some(number) = self.whole(entry, limit) {
                    *field(settings) = number;
                }
            }
            Slot::Flag(field) => match entry.value.value {
                Value::Flag(flag) => *field(settings) = flag,
                _ => self.wrong_type(entry, "true or false"),
            },
            Slot::Version(field) => {
                if let Some(version) = self.text_item(&entry.value, &entry.key, check_version) {
                    *field(settings) = Some(version);
                }
            }
            Slot::RecordPath(field) => {
                if let Some(path) = self.text_item(&entry.value, &entry.key, check_record) {
                    *field(settings) = path;
                }
            }
            Slot::Rules => self.rules(entry, settings),
        }
    }

    /// A list of strings; the ones that are wrong are reported and left out. `None` if it is no
    /// list at all.
    fn list(
        &mut self,
        entry: &Entry,
        check: impl Fn(&str) -> Result<(), String>,
    ) -> Option<Vec<String>> {
        let Value::List(items) = &entry.value.value else {
            self.wrong_type(entry, "a list of strings");
            return None;
        };
        let texts = items
            .iter()
            .filter_map(|item| self.text_item(item, &entry.key, &check))
            .collect();
        Some(texts)
    }

    fn text_item(
        &mut self,
        item: &Spanned,
        key: &str,
        check: impl Fn(&str) -> Result<(), String>,
    ) -> Option<String> {
        let Value::Text(text) = &item.value else {
            let kind = item.value.kind();
            self.report(&item.span, format!("`{key}` takes strings, not {kind}"));
            return None;
        };
        if let Err(message) = check(text) {
            self.report(&item.span, format!("`{key}`: {message}"));
            return None;
        }
        Some(text.clone())
    }

    fn whole(&mut self, entry: &Entry, limit: RangeLimit) -> Option<u32> {
        let Value::Integer(number) = entry.value.value else {
            self.wrong_type(entry, "a whole number");
            return None;
        };
        let fitting = u32::try_from(number)
            .ok()
            .filter(|_| limit.range().contains(&number));
        if fitting.is_none() {
            let RangeLimit { least, most } = limit;
            self.report(
                &entry.value.span,
                format!("`{}` takes a number from {least} to {most}", entry.key),
            );
        }
        fitting
    }

    fn rules(&mut self, entry: &Entry, settings: &mut Settings) {
        let Value::Table(rules) = &entry.value.value else {
            self.wrong_type(entry, "a table of rule names");
            return;
        };
        for rule in rules {
            let known = || self.rules.iter().chain(&OF_BRANCH).copied();
            if !known().any(|name| name == rule.key) {
                let hint = proposal(&rule.key, known())
                    .unwrap_or_else(|| "see `hotfix-ls rules`".to_owned());
                self.report(
                    &rule.key_span,
                    format!("unknown rule `{}`: {hint}", rule.key),
                );
                continue;
            }
            if let Some(setting) = self.rule_setting(rule) {
                settings.rules.insert(rule.key.clone(), setting);
            }
        }
    }

    fn rule_setting(&mut self, rule: &Entry) -> Option<RuleSetting> {
        let written = match &rule.value.value {
            Value::Flag(true) => return Some(RuleSetting::On),
            Value::Flag(false) => return Some(RuleSetting::Off),
            Value::Text(text) => text.as_str(),
            _ => {
                self.wrong_type(
                    rule,
                    "\"off\", \"on\", \"hint\", \"information\" or \"warning\"",
                );
                return None;
            }
        };
        let found = RULE_VALUES.iter().find(|(name, _)| *name == written);
        if found.is_none() {
            let hint = proposal(written, RULE_VALUES.iter().map(|(name, _)| *name))
                .map_or_else(String::new, |hint| format!("; {hint}"));
            self.report(
                &rule.value.span,
                format!(
                    "`{written}` is no setting of a rule: write \"off\", \"on\", \"hint\", \
                     \"information\" or \"warning\"{hint}"
                ),
            );
        }
        found.map(|(_, setting)| *setting)
    }

    fn wrong_type(&mut self, entry: &Entry, wanted: &str) {
        let message = format!(
            "`{}` takes {wanted}, not {}",
            entry.key,
            entry.value.value.kind()
        );
        self.report(&entry.value.span, message);
    }

    /// Notes what is wrong at `span`.
    pub(super) fn report(&mut self, span: &Range<usize>, message: String) {
        let problem = ConfigProblem::new(self.text, span.clone(), message);
        self.problems.push(problem);
    }
}

fn proposal<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    did_you_mean(wrong, known).map(|name| format!("did you mean `{name}`?"))
}

fn check_glob(pattern: &str, literal_separator: bool) -> Result<(), String> {
    if pattern.is_empty() {
        return Err("an empty glob matches nothing: remove it".to_owned());
    }
    globset::GlobBuilder::new(pattern)
        .literal_separator(literal_separator)
        .build()
        .map(|_| ())
        .map_err(|error| format!("`{pattern}` is not a glob: {}", error.kind()))
}

fn check_name(name: &str) -> Result<(), String> {
    let is_identifier = |part: &str| {
        part.starts_with(|first: char| first == '_' || first.is_alphabetic())
            && part.chars().all(|c| c == '_' || c.is_alphanumeric())
    };
    if name.split('.').all(is_identifier) {
        Ok(())
    } else {
        Err(format!(
            "`{name}` is not a Python name such as `package.function`"
        ))
    }
}

fn check_text(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("an empty text says nothing: remove it".to_owned());
    }
    // A control character could rewrite what a terminal shows of it.
    if text.contains(|c: char| c.is_control() && c != '\t') {
        return Err("write it on one line, without control characters".to_owned());
    }
    Ok(())
}

fn check_ref(name: &str) -> Result<(), String> {
    // The characters that git itself refuses in a ref; `-` first would read as an option.
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    if name.is_empty() || name.starts_with('-') || name.contains(forbidden) {
        Err(format!(
            "`{name}` is not the name of a branch, tag or commit"
        ))
    } else {
        Ok(())
    }
}

fn check_version(version: &str) -> Result<(), String> {
    let digits = version.strip_prefix(['v', 'V']).unwrap_or(version);
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-+_".contains(c);
    if digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(allowed) {
        Ok(())
    } else {
        Err(format!("`{version}` is not a version such as `v1.2.1`"))
    }
}

fn check_record(path: &str) -> Result<(), String> {
    let wrong = |message: &str| Err(format!("`{path}` {message}"));
    let leads_out = path.split(['/', '\\']).any(|part| part == "..");
    if !path.contains("{branch}") {
        wrong("does not contain `{branch}`: two hotfixes would write one record")
    } else if path.starts_with(['/', '\\']) || path.contains(':') || leads_out {
        wrong("must lie in the repository: write a path such as `.hotfix/{branch}.md`")
    } else if std::path::Path::new(path).extension() == Some("md".as_ref()) {
        Ok(())
    } else {
        wrong("is no Markdown file: let it end in `.md`")
    }
}
