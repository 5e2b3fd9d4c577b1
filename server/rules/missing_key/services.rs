//! Answers of cloud services that leave a key out when there is nothing to tell. From the API
//! references of `DynamoDB`, S3 and SQS.

use tree_sitter::Node;

use crate::rules::knowledge::keys::Keys;
use crate::syntax::Unit;
use crate::syntax::nodes::{bare, field, keyword};

/// A call, an argument that tells it from others of its name, and the key that may be left out.
const ANSWERS: [(&str, &str, &str); 9] = [
    ("get_item", "Key", "Item"),
    ("update_item", "Key", "Attributes"),
    ("delete_item", "Key", "Attributes"),
    ("list_objects_v2", "Bucket", "Contents"),
    ("list_objects", "Bucket", "Contents"),
    ("list_object_versions", "Bucket", "Versions"),
    ("receive_message", "QueueUrl", "Messages"),
    ("query", "KeyConditionExpression", "LastEvaluatedKey"),
    ("scan", "TableName", "LastEvaluatedKey"),
];

/// Whether the mapping `object` is an answer that may leave the key out.
pub(super) fn may_omit<'a>(
    unit: &Unit<'a>,
    keys: &Keys<'_, 'a>,
    object: Node<'a>,
    key: &str,
) -> bool {
    if !ANSWERS.iter().any(|(_, _, omitted)| *omitted == key) {
        return false;
    }
    let object = bare(object);
    let value = if object.kind() == "identifier" {
        keys.last_value(unit.slice(object), object.start_byte())
    } else {
        Some(object)
    };
    let called = value.map(bare).and_then(|value| match value.kind() {
        "await" => value.named_child(0),
        _ => Some(value),
    });
    let Some(call) = called.filter(|one| one.kind() == "call") else {
        return false;
    };
    let method = field(call, "function").and_then(|function| field(function, "attribute"));
    let Some(method) = method.map(|one| unit.slice(one)) else {
        return false;
    };
    ANSWERS.iter().any(|(name, argument, omitted)| {
        *name == method && *omitted == key && keyword(call, argument, unit.source()).is_some()
    })
}
