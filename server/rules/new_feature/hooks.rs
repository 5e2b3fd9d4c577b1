//! Definitions that only a framework calls: a check of what comes in is what a hotfix adds.

use crate::rules::FileChange;
use crate::syntax::nodes::{decorators_of, field};
use crate::syntax::outline::{Definition, Kind};
use crate::syntax::unit::definition_node;

/// Decorators that make a function a check or a handler of failures.
const CHECKS: [&str; 10] = [
    "field_validator",
    "model_validator",
    "validator",
    "root_validator",
    "validates",
    "validates_schema",
    "errorhandler",
    "exception_handler",
    "app_errorhandler",
    "field_serializer",
];

/// Methods that a framework calls where the class defines them.
const HOOKS: [&str; 24] = [
    "get_queryset",
    "get_object",
    "get_serializer_class",
    "get_permissions",
    "has_permission",
    "has_object_permission",
    "has_change_permission",
    "has_delete_permission",
    "dispatch",
    "form_valid",
    "form_invalid",
    "get_context_data",
    "perform_create",
    "perform_update",
    "perform_destroy",
    "save_model",
    "full_clean",
    "to_representation",
    "to_internal_value",
    "process_response",
    "process_exception",
    "on_failure",
    "on_retry",
    "teardown",
];

fn last_name(decorator: &str) -> &str {
    let name = decorator.trim_start_matches('@');
    let name = name.split('(').next().unwrap_or(name).trim();
    name.rsplit('.').next().unwrap_or(name)
}

/// Whether the definition checks what comes in, and the framework calls it: a validator, the
/// `clean` of a form, the `validate` of a serializer, a handler of failures.
pub(super) fn is_check(change: &FileChange<'_>, one: &Definition, decorators: &[&str]) -> bool {
    if decorators.iter().any(|it| CHECKS.contains(&last_name(it))) {
        return true;
    }
    let named = matches!(one.name.as_str(), "clean" | "validate")
        || one.name.starts_with("clean_")
        || one.name.starts_with("validate_");
    named && is_in_subclass(change, one)
}

/// Whether a framework calls the method and nobody else need.
pub(super) fn is_called_by_framework(change: &FileChange<'_>, one: &Definition) -> bool {
    HOOKS.contains(&one.name.as_str()) && is_in_subclass(change, one)
}

/// Whether the definition stands in a class with base classes.
fn is_in_subclass(change: &FileChange<'_>, one: &Definition) -> bool {
    let head = change.head;
    head.outline
        .definitions
        .get(one.parent)
        .filter(|class| class.kind == Kind::Class)
        .and_then(|class| definition_node(head.source, class))
        .and_then(|class| field(class, "superclasses"))
        .is_some_and(|bases| 0 < bases.named_child_count())
}

/// Whether a property stands in the place of an attribute that production's class sets: callers
/// read the same name.
pub(super) fn was_attribute(change: &FileChange<'_>, one: &Definition) -> bool {
    let (base, head) = (change.base, change.head);
    let is_property = definition_node(head.source, one).is_some_and(|node| {
        decorators_of(node)
            .into_iter()
            .any(|it| last_name(head.source.slice(it)).ends_with("property"))
    });
    let class = head.outline.definitions.get(one.parent);
    let old = class.and_then(|class| base.outline.find(&class.qualname));
    is_property
        && old.is_some_and(|old| {
            let text = base
                .source
                .text()
                .get(old.range.clone())
                .unwrap_or_default();
            ["=", ":"].iter().any(|sign| {
                text.contains(&format!("self.{} {sign}", one.name))
                    || text.contains(&format!("self.{}{sign}", one.name))
                    || text.lines().any(|line| {
                        line.trim_start()
                            .starts_with(&format!("{} {sign}", one.name))
                    })
            })
        })
}
