//! Caches and tables that are asked for a value by its key.

use tree_sitter::Node;

use crate::rules::knowledge::keys::{Keys, module_value};
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, children, field};

/// Whether the call says what it wants otherwise.
pub(super) fn has_default(call: Node<'_>) -> bool {
    field(call, "arguments")
        .is_some_and(|all| children(all).any(|one| one.kind() == "keyword_argument"))
}

/// Django's cache, and what keeps values in Redis.
pub(super) fn is_cache<'a>(unit: &Unit<'a>, keys: &Keys<'_, 'a>, object: Node<'a>) -> bool {
    const MAKERS: [&str; 7] = [
        "redis.Redis",
        "redis.StrictRedis",
        "redis.from_url",
        "redis.Redis.from_url",
        "redis.StrictRedis.from_url",
        "redis.asyncio.Redis",
        "redis.asyncio.from_url",
    ];
    if object.kind() != "identifier" {
        return false;
    }
    let name = unit.slice(object);
    if unit.names().is_imported(name) {
        return unit.names().expand(name) == "django.core.cache.cache";
    }
    let value = keys
        .last_value(name, object.start_byte())
        .or_else(|| module_value(unit, name).filter(|_| unit.parameter(name).is_none()));
    value
        .and_then(|value| unit.callee(bare(value)))
        .is_some_and(|full| MAKERS.contains(&full.as_str()))
}

/// `session.get(User, key)`, `User.query.get(key)`: what they look for may not be there.
pub(super) fn is_row(unit: &Unit<'_>, object: Node<'_>, arguments: &[Node<'_>]) -> bool {
    let text = unit.slice(object);
    let last = text.rsplit('.').next().unwrap_or(text);
    match arguments {
        [model, _] => {
            // `session.get(LAST_SEEN, {})` asks a mapping.
            let name = unit.slice(*model);
            let is_class =
                name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
            matches!(last, "session" | "db" | "s") && is_class && model.kind() == "identifier"
        }
        [_] => {
            let owner = text
                .strip_suffix(".query")
                .filter(|owner| !owner.contains('('));
            owner.is_some_and(|owner| owner.starts_with(char::is_uppercase))
                || text.ends_with(')') && text.contains(".query(")
        }
        _ => false,
    }
}
