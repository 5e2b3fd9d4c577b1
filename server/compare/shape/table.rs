//! The facts that a change is described by.

/// Declares the facts: variant, name, and how a reason names it.
macro_rules! facts {
    ($($variant:ident $name:literal $words:literal,)*) => {
        /// One number that describes a change. Production code unless the name says otherwise.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fact {
            $(#[doc = $words] $variant,)*
        }

        impl Fact {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in output, in kebab-case.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What is counted, as words behind a number.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$variant => $words),* }
            }
        }
    };
}

facts! {
    Files "files" "production files",
    Folders "folders" "folders of production code",
    LinesAdded "lines-added" "added lines",
    LinesRemoved "lines-removed" "removed lines",
    Hunks "hunks" "changed places",
    LayoutHunks "layout-hunks" "places where only the layout changes",
    CommentHunks "comment-hunks" "places where only comments change",
    FormHunks "form-hunks" "places that are only written another way",
    Definitions "definitions" "changed functions",
    PublicFunctions "public-functions" "new public functions",
    PublicClasses "public-classes" "new public classes",
    PublicMethods "public-methods" "new public methods",
    PrivateDefinitions "private-definitions" "new private definitions",
    PublicRemoved "public-removed" "removed public definitions",
    PrivateRemoved "private-removed" "removed private definitions",
    Renamed "renamed" "renamed definitions",
    MovedDefinitions "moved-definitions" "definitions that go to another file",
    ParametersAdded "parameters-added" "new parameters",
    ParametersRemoved "parameters-removed" "removed parameters",
    SignaturesTyped "signatures-typed" "signatures where only types change",
    BasesChanged "bases-changed" "classes with other bases",
    DecoratorsChanged "decorators-changed" "definitions with other decorators",
    StatementsAdded "statements-added" "new statements",
    StatementsRemoved "statements-removed" "removed statements",
    StatementsMoved "statements-moved" "statements that only move",
    StatementsTyped "statements-typed" "statements where only types change",
    StatementsValued "statements-valued" "statements where only texts and numbers change",
    StatementsRenamed "statements-renamed" "statements where only names change",
    Repeats "repeats" "repeated edits",
    Edits "edits" "statements edited in place",
    Insertions "insertions" "statements that only say more",
    Cuts "cuts" "statements that only say less",
    Swaps "swaps" "statements of which a word changes",
    QuestionsAdded "questions-added" "statements that ask for more",
    NoneChecks "none-checks" "new checks for None",
    MovedBlocks "moved-blocks" "places whose code comes from another function",
    ImportsAdded "imports-added" "new imports",
    ImportsRemoved "imports-removed" "removed imports",
    ConditionsAdded "conditions-added" "new conditions",
    ConditionsRemoved "conditions-removed" "removed conditions",
    GuardsAdded "guards-added" "new guards",
    GuardsRemoved "guards-removed" "removed guards",
    HandlersAdded "handlers-added" "new error handlers",
    HandlersRemoved "handlers-removed" "removed error handlers",
    RaisesAdded "raises-added" "new errors",
    RaisesRemoved "raises-removed" "removed errors",
    ReturnsAdded "returns-added" "new ways out",
    LoopsAdded "loops-added" "new loops",
    WithsAdded "withs-added" "new context managers",
    AssignmentsAdded "assignments-added" "new assignments",
    AssignmentsRemoved "assignments-removed" "removed assignments",
    CallsAdded "calls-added" "new calls",
    CallsRemoved "calls-removed" "removed calls",
    DocstringsAdded "docstrings-added" "new or changed docstrings",
    DocstringsRemoved "docstrings-removed" "replaced or removed docstrings",
    DeprecationsAdded "deprecations-added" "new deprecations",
    DeprecationsRemoved "deprecations-removed" "removed deprecations",
    OptionsAdded "options-added" "new options",
    OptionsRemoved "options-removed" "removed options",
    CompatRemoved "compat-removed" "removed switches between Python versions",
    AttributesAdded "attributes-added" "new class attributes",
    AttributesRemoved "attributes-removed" "removed class attributes",
    ConstantsAdded "constants-added" "new or changed module constants",
    ConstantsRemoved "constants-removed" "replaced or removed module constants",
    TestFiles "test-files" "test files",
    TestLines "test-lines" "changed lines of tests",
    TestsAdded "tests-added" "new tests",
    TestsRemoved "tests-removed" "removed tests",
    AssertionsAdded "assertions-added" "new assertions",
    AssertionsRemoved "assertions-removed" "removed assertions",
    AllFiles "all-files" "changed files of any kind",
    FilesAdded "files-added" "new production files",
    FilesDeleted "files-deleted" "deleted production files",
    FilesRenamed "files-renamed" "renamed production files",
    TestFilesDeleted "test-files-deleted" "deleted test files",
    Manifests "manifests" "manifests",
    Locks "locks" "lock files",
    Documents "documents" "pages of documentation",
    Automation "automation" "files of the automation",
    Migrations "migrations" "new migrations",
    Examples "examples" "files of examples, scripts and benchmarks",
    OtherCode "other-code" "files of another language",
    Data "data" "data and configuration files",
    NotesNew "notes-new" "release notes of something new",
    NotesGone "notes-gone" "release notes of something that goes",
    NotesFixed "notes-fixed" "release notes of a fix",
    NotesInside "notes-inside" "release notes of nothing that users see",
    OnlyLayout "only-layout" "change of the layout alone",
    OnlyForm "only-form" "change of the form alone",
    NoProduction "no-production" "change outside of production code",
}

impl Fact {
    /// The number and what is counted: `1 changed place`, `3 changed places`.
    #[must_use]
    pub fn counted(self, count: u32) -> String {
        let words = self.words();
        if count == 1 {
            format!("1 {}", singular(words))
        } else {
            format!("{count} {words}")
        }
    }
}

/// The words for one: `statements that only move` is `statement that only moves`.
fn singular(words: &str) -> String {
    const BEHIND: [&str; 9] = [
        "of", "where", "that", "with", "for", "between", "whose", "in", "from",
    ];
    let mut all: Vec<String> = words.split(' ').map(str::to_owned).collect();
    let behind = all.iter().position(|one| BEHIND.contains(&one.as_str()));
    let behind = behind.unwrap_or(all.len());
    if let Some(noun) = all[..behind].last_mut() {
        *noun = match noun.as_str() {
            "classes" => "class".to_owned(),
            "switches" => "switch".to_owned(),
            other => other.strip_suffix('s').unwrap_or(other).to_owned(),
        };
    }
    if let Some(at) = all.iter().position(|one| one == "that") {
        let verb = at + 1 + usize::from(all.get(at + 1).is_some_and(|one| one == "only"));
        if let Some(verb) = all.get_mut(verb) {
            verb.push_str(if verb.ends_with('o') { "es" } else { "s" });
        }
    }
    all.join(" ")
}

/// How often each fact holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts([u32; Fact::ALL.len()]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; Fact::ALL.len()])
    }
}

impl Counts {
    /// How often the fact holds.
    #[must_use]
    pub fn get(&self, fact: Fact) -> u32 {
        self.0[fact as usize]
    }

    /// Counts more of it.
    pub fn add(&mut self, fact: Fact, more: u32) {
        let slot = &mut self.0[fact as usize];
        *slot = slot.saturating_add(more);
    }

    /// Adds all of `other`.
    pub fn join(&mut self, other: &Self) {
        for &fact in Fact::ALL {
            self.add(fact, other.get(fact));
        }
    }

    /// The facts that hold, each with how often.
    pub fn iter(&self) -> impl Iterator<Item = (Fact, u32)> {
        let all = Fact::ALL.iter().map(|&fact| (fact, self.get(fact)));
        all.filter(|(_, count)| 0 < *count)
    }
}

#[cfg(test)]
mod tests {
    use super::Fact;

    #[test]
    fn one_thing_is_named_as_one() {
        for (fact, words) in [
            (Fact::Hunks, "1 changed place"),
            (Fact::AllFiles, "1 changed file of any kind"),
            (
                Fact::MovedDefinitions,
                "1 definition that goes to another file",
            ),
            (Fact::StatementsMoved, "1 statement that only moves"),
            (Fact::BasesChanged, "1 class with other bases"),
            (Fact::OnlyLayout, "1 change of the layout alone"),
        ] {
            assert_eq!(fact.counted(1), words);
        }
        assert_eq!(Fact::Hunks.counted(3), "3 changed places");
    }
}
