//! Ways to write one thing: an older and a newer spelling that mean the same in Python 3.

use super::canonical::Token;
use super::edits::Part;

/// Aliases of `typing` for what the language has itself.
const GENERIC: [(&str, &str); 6] = [
    ("List", "list"),
    ("Dict", "dict"),
    ("Tuple", "tuple"),
    ("Set", "set"),
    ("FrozenSet", "frozenset"),
    ("Type", "type"),
];

/// Old names of `OSError`.
const SYSTEM_ERRORS: [&str; 2] = ["IOError", "EnvironmentError"];

/// Whether two hunks say the same in another spelling.
#[must_use]
pub fn same(base: Part<'_, '_>, head: Part<'_, '_>) -> bool {
    let (old, new) = (base.statements, head.statements);
    !base.broken
        && !head.broken
        && !old.is_empty()
        && old.len() == new.len()
        && old.iter().zip(new).all(|(old, new)| {
            old.depth == new.depth
                && old.node.kind() == new.node.kind()
                && (old.tokens == new.tokens || plain(&old.tokens) == plain(&new.tokens))
        })
}

/// The texts of the tokens in the newest spelling.
pub(super) fn plain<'t>(tokens: &'t [Token<'_>]) -> Vec<&'t str> {
    let all: Vec<&str> = tokens.iter().map(|one| &*one.text).collect();
    let mut out = Vec::with_capacity(all.len());
    spell(&all, &mut out);
    out
}

fn spell<'t>(all: &[&'t str], out: &mut Vec<&'t str>) {
    let mut at = 0;
    while at < all.len() {
        at += match &all[at..] {
            ["super", "(", _, ",", _, ")", ..] => {
                out.extend(["super", "(", ")"]);
                6
            }
            ["class", name, "(", "object", ")", ..] => {
                out.extend(["class", name]);
                5
            }
            [name @ ("dict" | "list"), "(", ")", ..] => {
                out.extend(if *name == "dict" {
                    ["{", "}"]
                } else {
                    ["[", "]"]
                });
                3
            }
            ["set", "(", "[", rest @ ..] => match closing(rest, "[", "]") {
                Some(end) if rest.get(end + 1) == Some(&")") => {
                    out.push("{");
                    spell(&rest[..end], out);
                    out.push("}");
                    end + 5
                }
                _ => copy(all[at], out),
            },
            ["Optional", "[", rest @ ..] => match closing(rest, "[", "]") {
                Some(end) => {
                    out.push("(");
                    spell(&rest[..end], out);
                    out.extend(["|", "None", ")"]);
                    end + 3
                }
                None => copy(all[at], out),
            },
            ["Union", "[", rest @ ..] => match closing(rest, "[", "]") {
                Some(end) => {
                    union(&rest[..end], out);
                    end + 3
                }
                None => copy(all[at], out),
            },
            [name, "[", ..] if own_name(name).is_some() => {
                out.extend(own_name(name));
                1
            }
            [name, ..] if SYSTEM_ERRORS.contains(name) => {
                out.push("OSError");
                1
            }
            _ => copy(all[at], out),
        };
    }
}

fn own_name(alias: &str) -> Option<&'static str> {
    let found = GENERIC.iter().find(|(old, _)| *old == alias);
    found.map(|(_, own)| *own)
}

fn copy<'t>(one: &'t str, out: &mut Vec<&'t str>) -> usize {
    out.push(one);
    1
}

/// `A, B, C` as `((A | B) | C)`.
fn union<'t>(all: &[&'t str], out: &mut Vec<&'t str>) {
    let mut parts: Vec<&[&str]> = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, one) in all.iter().enumerate() {
        match *one {
            "[" | "(" | "⟨" => depth += 1,
            "]" | ")" | "⟩" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                parts.push(&all[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&all[start..]);
    out.extend(std::iter::repeat_n("(", parts.len() - 1));
    for (at, part) in parts.into_iter().enumerate() {
        if 0 < at {
            out.push("|");
        }
        spell(part, out);
        if 0 < at {
            out.push(")");
        }
    }
}

/// The index of the bracket that closes the one before `all`.
fn closing(all: &[&str], open: &str, close: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, one) in all.iter().enumerate() {
        if *one == open {
            depth += 1;
        } else if *one == close {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some(at),
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::edits::Edits;
    use crate::syntax::Source;
    use crate::vcs::hunks;

    fn is_same(base: &str, head: &str) -> bool {
        let (base, head) = (Source::parse(base), Source::parse(head));
        let hunks = hunks::diff(base.text(), head.text());
        let edits = Edits::new(&base, &head, &hunks);
        (0..hunks.len()).all(|at| same(edits.base(at), edits.head(at)))
    }

    #[test]
    fn older_spellings_say_the_same() {
        for (old, new) in [
            ("super(A, self).run(x)\n", "super().run(x)\n"),
            ("class A(object):\n    x = 1\n", "class A:\n    x = 1\n"),
            ("a = set([1, 2])\n", "a = {1, 2}\n"),
            ("a = dict()\n", "a = {}\n"),
            (
                "def f(a: Optional[int]): pass\n",
                "def f(a: int | None): pass\n",
            ),
            (
                "def f(a: Union[int, str, B]): pass\n",
                "def f(a: int | str | B): pass\n",
            ),
            (
                "def f(a: List[Dict[str, A]]): pass\n",
                "def f(a: list[dict[str, A]]): pass\n",
            ),
            ("raise IOError(1)\n", "raise OSError(1)\n"),
        ] {
            assert!(is_same(old, new), "{old}");
        }
    }

    #[test]
    fn other_code_does_not() {
        for (old, new) in [
            ("super(A, self).run(x)\n", "super().run(y)\n"),
            ("class A(Base):\n    x = 1\n", "class A:\n    x = 1\n"),
            ("a = set([1, 2])\n", "a = [1, 2]\n"),
            ("def f(a: Optional[int]): pass\n", "def f(a: int): pass\n"),
            ("def f(a: Union[int, str]): pass\n", "def f(a: int): pass\n"),
            ("a = dict(b)\n", "a = {}\n"),
            ("raise IOError(1)\n", "raise ValueError(1)\n"),
        ] {
            assert!(!is_same(old, new), "{old}");
        }
    }
}
