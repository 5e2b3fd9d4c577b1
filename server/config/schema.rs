//! The keys as a JSON schema, for editors that check settings while they are typed.

use serde_json::{Map, Value, json};

use super::keys::{KEYS, Slot};

/// What a rule can be set to.
const RULE_VALUES: [&str; 5] = ["off", "on", "hint", "information", "warning"];

/// The schema of each key, by its name. `rules` holds each rule's name with one sentence of it.
#[must_use]
pub fn properties(rules: &[(&str, &str)]) -> Map<String, Value> {
    KEYS.iter()
        .map(|key| {
            let mut schema = of_slot(key.slot, rules);
            schema["markdownDescription"] = json!(key.summary);
            if let Some(default) = default(key.slot) {
                schema["default"] = default;
            }
            (key.name.to_owned(), schema)
        })
        .collect()
}

fn of_slot(slot: Slot, rules: &[(&str, &str)]) -> Value {
    match slot {
        Slot::BranchGlobs(_) | Slot::PathGlobs(_) | Slot::Names(_) | Slot::Texts(_) => texts(),
        Slot::Refs(_) => json!({"type": ["string", "array"], "items": {"type": "string"}}),
        Slot::Whole(limit, _) => {
            json!({"type": "integer", "minimum": limit.least, "maximum": limit.most})
        }
        Slot::Flag(_) => json!({"type": "boolean"}),
        Slot::RecordPath(_) => json!({"type": "string"}),
        Slot::Version(_) | Slot::Command(_) => json!({"type": ["string", "null"]}),
        Slot::Rules => {
            let of_rule = |(name, summary): &(&str, &str)| {
                let schema = json!({"enum": RULE_VALUES, "description": summary});
                ((*name).to_owned(), schema)
            };
            let properties: Map<String, Value> = rules.iter().map(of_rule).collect();
            json!({"type": "object", "properties": properties, "additionalProperties": false})
        }
    }
}

fn texts() -> Value {
    json!({"type": "array", "items": {"type": "string"}})
}

fn default(slot: Slot) -> Option<Value> {
    if matches!(slot, Slot::Rules) {
        return Some(json!({}));
    }
    if matches!(slot, Slot::Version(_) | Slot::Command(_)) {
        return Some(Value::Null);
    }
    // Lists, numbers and flags are written alike in TOML and in JSON.
    serde_json::from_str(&slot.default_value()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Settings, load};

    #[test]
    fn every_default_is_taken_as_it_is() {
        let properties = properties(&[("some-rule", "It is wrong.")]);
        let defaults: Map<String, Value> = properties
            .iter()
            .map(|(name, schema)| (name.clone(), schema["default"].clone()))
            .collect();
        assert_eq!(defaults.len(), KEYS.len());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let loaded = load(folder.path(), None, Some(&Value::Object(defaults)), &[]);
        assert_eq!(loaded.problems, []);
        assert_eq!(loaded.settings, Settings::default());
    }

    #[test]
    fn every_value_of_a_rule_is_taken() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for value in RULE_VALUES {
            let settings = json!({"rules": {"some-rule": value}});
            let loaded = load(folder.path(), None, Some(&settings), &["some-rule"]);
            assert_eq!(loaded.problems, [], "{value}");
        }
    }
}
