//! A configuration value with its place, whether it comes from TOML or from the editor's JSON.

use std::ops::Range;

use toml_edit::{Item, TableLike, Value as TomlValue};

/// A value and the bytes where it stands (empty for the editor's settings).
#[derive(Debug, Clone)]
pub(super) struct Spanned {
    pub(super) value: Value,
    pub(super) span: Range<usize>,
}

/// What a value is. Only what some key can hold is told apart.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Flag(bool),
    List(Vec<Spanned>),
    Table(Vec<Entry>),
    /// A kind that no key takes, by its name in a message.
    Other(&'static str),
}

/// One key of a table.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) value: Spanned,
}

impl Value {
    /// The kind, as a message names it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "a whole number",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

/// The entries of a TOML table, in the order of the file.
pub(super) fn entries(table: &dyn TableLike) -> Vec<Entry> {
    table
        .iter()
        .filter_map(|(name, _)| table.get_key_value(name))
        .map(|(key, item)| {
            let value = from_item(item);
            let key_span = key.span().unwrap_or_else(|| value.span.clone());
            Entry {
                key: key.get().to_owned(),
                key_span,
                value,
            }
        })
        .collect()
}

fn from_item(item: &Item) -> Spanned {
    let span = item.span().unwrap_or_default();
    let value = match item {
        Item::Value(value) => from_toml(value),
        Item::Table(table) => Value::Table(entries(table)),
        Item::ArrayOfTables(_) => Value::Other("a list of tables"),
        Item::None => Value::Other("nothing"),
    };
    Spanned { value, span }
}

fn from_toml(value: &TomlValue) -> Value {
    match value {
        TomlValue::String(text) => Value::Text(text.value().clone()),
        TomlValue::Integer(number) => Value::Integer(*number.value()),
        TomlValue::Boolean(flag) => Value::Flag(*flag.value()),
        TomlValue::Array(list) => Value::List(
            list.iter()
                .map(|item| Spanned {
                    value: from_toml(item),
                    span: item.span().unwrap_or_default(),
                })
                .collect(),
        ),
        TomlValue::InlineTable(table) => Value::Table(entries(table)),
        TomlValue::Float(_) => Value::Other("a decimal number"),
        TomlValue::Datetime(_) => Value::Other("a date"),
    }
}

/// The editor's settings. `null` means "not set", which is what editors send for empty fields.
pub(super) fn from_json(json: &serde_json::Value) -> Spanned {
    let value = match json {
        serde_json::Value::Null => Value::Other("null"),
        serde_json::Value::Bool(flag) => Value::Flag(*flag),
        serde_json::Value::Number(number) => number
            .as_i64()
            .map_or(Value::Other("a decimal number"), Value::Integer),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(list) => Value::List(list.iter().map(from_json).collect()),
        serde_json::Value::Object(table) => Value::Table(
            table
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| Entry {
                    key: key.clone(),
                    key_span: 0..0,
                    value: from_json(value),
                })
                .collect(),
        ),
    };
    Spanned { value, span: 0..0 }
}
