//! The registry of rules, and what a rule is. One rule is one file here, its text in `docs/`,
//! its cases in `tests/rules/`, its pattern (if it starts from one) in `queries/`.

pub mod custom;
mod finding;
mod knowledge;
mod meta;
mod rule;

use crate::config::Settings;

pub use dependency_change::{notation, ships_packages, unreadable};
pub use finding::{Confidence, Finding, Place, Related, Severity};
pub use meta::{Group, Meta, section};
pub use rule::{Draft, FileChange, FixContext, LoneFile, Pair, Reporter, Rule, Texts, Trial};

/// All rules, in the order of the documentation. Adding a rule touches this list only.
macro_rules! registry {
    ($($module:ident :: $rule:ident),* $(,)?) => {
        $(mod $module;)*
        /// All rules, in the order of the documentation.
        pub static RULES: &[&dyn Rule] = &[$(&$module::$rule),*];
    };
}

registry! {
    missing_key::MissingKey,
    none_access::NoneAccess,
    unchecked_type::UncheckedType,
    request_without_timeout::RequestWithoutTimeout,
    unchecked_response::UncheckedResponse,
    unhandled_request_error::UnhandledRequestError,
    check_then_act::CheckThenAct,
    unclosed_resource::UnclosedResource,
    unvalidated_input::UnvalidatedInput,
    injection::Injection,
    swallowed_exception::SwallowedException,
    raise_without_from::RaiseWithoutFrom,
    silent_none::SilentNone,
    masked_symptom::MaskedSymptom,
    unlogged_fallback::UnloggedFallback,
    logged_payload::LoggedPayload,
    removed_guard::RemovedGuard,
    disabled_test::DisabledTest,
    disabled_check::DisabledCheck,
    debug_leftover::DebugLeftover,
    api_change::ApiChange,
    new_feature::NewFeature,
    architecture_change::ArchitectureChange,
    refactoring::Refactoring,
    reformatting::Reformatting,
    dependency_change::DependencyChange,
    oversized_change::OversizedChange,
    irreversible_migration::IrreversibleMigration,
    incompatible_data::IncompatibleData,
    revert_conflict::RevertConflict,
    unexplained_allow::UnexplainedAllow,
    unused_allow::UnusedAllow,
}

/// All rules that hold with these settings: the ones of this program, then the team's own.
pub fn all(settings: &Settings) -> impl Iterator<Item = &'static dyn Rule> + use<> {
    RULES.iter().copied().chain(custom::of(settings))
}

/// Compiles the patterns of all rules. That takes some ten milliseconds, which are better spent
/// before somebody waits for them.
pub fn prepare() {
    for rule in RULES {
        if let Some(pattern) = rule.meta().pattern {
            // A test holds that they are sound.
            let _ = pattern.check();
        }
    }
}

/// Whether some rule reads files of this path (relative to the repository, with `/`) that are not
/// Python.
#[must_use]
pub fn read_other(path: &str) -> bool {
    RULES.iter().any(|rule| rule.reads(path))
}

/// The rule of this name, the team's own ones included.
#[must_use]
pub fn find_in(settings: &Settings, name: &str) -> Option<&'static dyn Rule> {
    all(settings).find(|rule| rule.meta().name == name)
}

/// The rule of this name among those of this program.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Rule> {
    RULES.iter().copied().find(|rule| rule.meta().name == name)
}

/// Why a finding matters in production, where its rule tells this apart.
#[must_use]
pub fn why(finding: &Finding) -> Option<&'static str> {
    find(finding.rule)?.why(finding)
}

/// The metadata of the rule of this name, a team's own rules included.
#[must_use]
pub fn meta(name: &str) -> Option<&'static Meta> {
    find(name).map(Rule::meta).or_else(|| custom::meta(name))
}
