//! Annotations that mean the same in two spellings: `Optional[List[str]]`, `list[str] | None`.

/// Whether two annotations name the same type (PEP 484, 585 and 604 say which spellings do).
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    normal(one) == normal(other)
}

/// Whether no value can be of both types: two built-in classes of which neither is a kind of the
/// other.
#[must_use]
pub fn exclude(one: &str, other: &str) -> bool {
    let class = |text: &str| -> Option<String> {
        let all = normal(text);
        let head = all.split('[').next().unwrap_or(&all);
        let known = matches!(
            head,
            "int"
                | "str"
                | "bytes"
                | "bool"
                | "float"
                | "dict"
                | "list"
                | "tuple"
                | "set"
                | "frozenset"
        );
        (known && !all.contains('|')).then(|| head.to_owned())
    };
    let number = |text: &str| matches!(text, "int" | "float" | "bool");
    match (class(one), class(other)) {
        (Some(one), Some(other)) => one != other && !(number(&one) && number(&other)),
        _ => false,
    }
}

fn normal(text: &str) -> String {
    let bare: String = text
        .chars()
        .filter(|one| !one.is_whitespace() && !matches!(one, '"' | '\''))
        .collect();
    let mut members = members(&bare, DEEPEST);
    members.sort();
    members.dedup();
    members.join("|")
}

/// Deeper annotations are compared as they are written.
const DEEPEST: u8 = 16;

/// The members of a union, each in its plain spelling.
fn members(text: &str, left: u8) -> Vec<String> {
    let Some(left) = left.checked_sub(1) else {
        return vec![text.to_owned()];
    };
    let mut all = Vec::new();
    for part in split(text, '|') {
        let (head, inside) = match part.split_once('[') {
            Some((head, rest)) => (head, rest.strip_suffix(']')),
            None => (part, None),
        };
        match (plain(head), inside) {
            ("Optional", Some(inside)) => {
                all.extend(members(inside, left));
                all.push("None".to_owned());
            }
            ("Union", Some(inside)) => {
                for one in split(inside, ',') {
                    all.extend(members(one, left));
                }
            }
            (name, Some(inside)) => {
                let arguments = split(inside, ',').into_iter().map(|one| {
                    let mut union = members(one, left);
                    union.sort();
                    union.dedup();
                    union.join("|")
                });
                all.push(format!(
                    "{name}[{}]",
                    arguments.collect::<Vec<_>>().join(",")
                ));
            }
            (name, None) => all.push(name.to_owned()),
        }
    }
    all
}

/// A name without its module, and the built-in class in place of its alias in `typing`.
fn plain(name: &str) -> &str {
    let modules = [
        "typing.",
        "typing_extensions.",
        "t.",
        "collections.abc.",
        "builtins.",
    ];
    let found = modules.iter().find_map(|module| name.strip_prefix(module));
    match found.unwrap_or(name) {
        "List" => "list",
        "Dict" => "dict",
        "Tuple" => "tuple",
        "Set" => "set",
        "FrozenSet" => "frozenset",
        "Type" => "type",
        "Text" => "str",
        other => other,
    }
}

/// The parts between separators that stand in no bracket.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0usize, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ if letter == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn spellings_of_one_type_are_the_same() {
        for (one, other) in [
            ("List[str]", "list[str]"),
            ("typing.Dict[str, Any]", "dict[str, Any]"),
            ("Optional[List[int]]", "list[int] | None"),
            ("Union[int, None, str]", "str|int|None"),
            ("\"Order\"", "Order"),
            ("Tuple[Optional[str], ...]", "tuple[str | None, ...]"),
            ("Callable[[List[int]], None]", "Callable[[list[int]], None]"),
        ] {
            assert!(same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn other_types_are_others() {
        for (one, other) in [
            ("list[str]", "list[int]"),
            ("str", "str | None"),
            ("dict[str, int]", "dict[int, str]"),
            ("tuple[int, str]", "tuple[str, int]"),
            ("list", "set"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }
}
