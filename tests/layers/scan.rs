//! Reads Rust source just well enough to see which modules it names: comments and string
//! contents are blanked, so that every place keeps its line.

/// One file of the crate.
pub struct File {
    /// Path from the repository's root, with `/`.
    pub path: String,
    /// The modules above its text: `["rules", "none_access"]`.
    pub modules: Vec<String>,
    /// The text as it is.
    pub text: String,
    /// The text with comments and string contents blanked.
    pub code: String,
    /// Byte ranges of `code` that are compiled for tests only.
    pub tests: Vec<std::ops::Range<usize>>,
}

impl File {
    /// Reads a file's text; `path` starts with `server/`.
    pub fn new(path: &str, text: String) -> Self {
        let inner = path.trim_start_matches("server/").trim_end_matches(".rs");
        let modules = inner
            .split('/')
            .filter(|part| !matches!(*part, "mod" | "lib" | "main"))
            .map(str::to_owned)
            .collect::<Vec<_>>();
        let code = blank(&text);
        let tests = if modules.iter().any(|part| part == "tests") {
            std::iter::once(0..code.len()).collect()
        } else {
            test_ranges(&code)
        };
        Self {
            path: path.to_owned(),
            modules,
            text,
            code,
            tests,
        }
    }

    /// The line of a byte of `code`, counted from 1.
    pub fn line(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }

    /// Whether a byte of `code` is compiled for tests only.
    pub fn is_test(&self, at: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&at))
    }
}

/// A place where a file names one of the crate's top modules.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    /// Byte of the file's `code`.
    pub at: usize,
    /// The module's name.
    pub module: String,
}

/// Every top module that a file names: `crate::a`, `crate::{a, b::c}`, and `super::` as far as the
/// crate's root.
pub fn named_modules(file: &File) -> Vec<Named> {
    let mut found = Vec::new();
    for at in words(&file.code, "crate") {
        let rest = &file.code[at + "crate".len()..];
        if let Some(path) = rest.strip_prefix("::") {
            let start = at + "crate::".len();
            found.extend(heads(path).into_iter().map(|(offset, module)| Named {
                at: start + offset,
                module,
            }));
        }
    }
    for at in words(&file.code, "super") {
        if file.code[..at].ends_with("super::") {
            continue;
        }
        let mut rest = &file.code[at..];
        let mut steps = 0;
        while let Some(path) = rest.strip_prefix("super::") {
            rest = path;
            steps += 1;
        }
        let depth = file.modules.len() + inline_modules(&file.code, at);
        if steps == depth {
            let start = file.code.len() - rest.len();
            found.extend(heads(rest).into_iter().map(|(offset, module)| Named {
                at: start + offset,
                module,
            }));
        }
    }
    found
}

/// Where `word` stands as a whole word.
pub fn words(code: &str, word: &str) -> Vec<usize> {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(|&at| {
            !code[..at].chars().next_back().is_some_and(part)
                && !code[at + word.len()..].chars().next().is_some_and(part)
        })
        .collect()
}

/// The first segment of a path, or of each path of a group.
fn heads(path: &str) -> Vec<(usize, String)> {
    let Some(group) = path.strip_prefix('{') else {
        return name(path).map(|name| (0, name)).into_iter().collect();
    };
    let mut found = Vec::new();
    let (mut depth, mut expects_name) = (0, true);
    for (offset, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expects_name = true,
            _ if letter.is_whitespace() => {}
            _ if expects_name && depth == 0 => {
                expects_name = false;
                found.extend(name(&group[offset..]).map(|name| (offset + 1, name)));
            }
            _ => {}
        }
    }
    found
}

fn name(path: &str) -> Option<String> {
    let end = path
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .unwrap_or(path.len());
    (end > 0).then(|| path[..end].to_owned())
}

/// How many `mod name { … }` of the same file are open at `at`.
fn inline_modules(code: &str, at: usize) -> usize {
    blocks_of_modules(code)
        .into_iter()
        .filter(|range| range.contains(&at))
        .count()
}

fn blocks_of_modules(code: &str) -> Vec<std::ops::Range<usize>> {
    words(code, "mod")
        .into_iter()
        .filter_map(|at| {
            let rest = code[at + 3..].trim_start();
            let rest = rest[name(rest)?.len()..].trim_start();
            rest.starts_with('{').then(|| {
                let open = code.len() - rest.len();
                at..matching_brace(code, open)
            })
        })
        .collect()
}

/// The ranges of `#[cfg(test)]` items that have a block.
fn test_ranges(code: &str) -> Vec<std::ops::Range<usize>> {
    code.match_indices("#[cfg(test)]")
        .filter_map(|(at, _)| {
            let block = code[at..].find('{')?;
            let end = code[at..].find(';').unwrap_or(usize::MAX);
            (block < end).then(|| at..matching_brace(code, at + block))
        })
        .collect()
}

fn matching_brace(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (offset, letter) in code[open..].char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return open + offset + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// Blanks comments and the contents of strings; line ends stay where they are.
fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                text[at..].find('\n').map_or(bytes.len(), |line| at + line)
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => block_comment_end(bytes, at),
            b'"' => string_end(bytes, at),
            b'r' if !is_word_before(bytes, at) => raw_string_end(text, at).unwrap_or(at),
            b'\'' => char_end(text, at),
            _ => at,
        };
        if end == at {
            at += 1;
            continue;
        }
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
    }
    String::from_utf8(out).expect("whole literals were blanked, so every character is whole")
}

fn is_word_before(bytes: &[u8], at: usize) -> bool {
    // `br"…"` is a raw string as well.
    let before = bytes[..at]
        .iter()
        .rev()
        .take(2)
        .copied()
        .collect::<Vec<_>>();
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    match before.as_slice() {
        [b'b', earlier] => word(earlier),
        [last, ..] => word(last),
        [] => false,
    }
}

fn block_comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn raw_string_end(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start + 1..];
    let hashes = rest.bytes().take_while(|&byte| byte == b'#').count();
    rest[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let body = start + 1 + hashes + 1;
    let end = text[body..]
        .find(&close)
        .map_or(text.len(), |end| body + end + close.len());
    Some(end)
}

/// The end of a character literal; `start` itself for a lifetime.
fn char_end(text: &str, start: usize) -> usize {
    let mut letters = text[start + 1..].char_indices();
    let Some((_, first)) = letters.next() else {
        return start;
    };
    if first == '\\' {
        // The escaped character itself may be a quote.
        letters.next();
        return letters
            .find(|(_, letter)| *letter == '\'')
            .map_or(start, |(offset, _)| start + 1 + offset + 1);
    }
    match letters.next() {
        Some((offset, '\'')) => start + 1 + offset + 1,
        _ => start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(path: &str, text: &str, expected: &[&str]) {
        let file = File::new(path, text.to_owned());
        let found = named_modules(&file);
        let names = found.iter().map(|named| named.module.as_str());
        assert_eq!(names.collect::<Vec<_>>(), expected, "in {text:?}");
    }

    #[test]
    fn every_way_to_name_a_module_is_seen() {
        case("server/a.rs", "use crate::vcs::Hunk;", &["vcs"]);
        case(
            "server/a.rs",
            "use crate::{vcs::{Hunk, Base}, text, fixes::Fix};",
            &["vcs", "text", "fixes"],
        );
        case("server/a.rs", "fn f() -> crate::rules::R {}", &["rules"]);
        case("server/a/b.rs", "use super::super::vcs::Hunk;", &["vcs"]);
        case(
            "server/a/mod.rs",
            "use super::{vcs, text};",
            &["vcs", "text"],
        );
        case("server/a/b.rs", "use super::vcs::Hunk;", &[]);
        case("server/a.rs", "mod tests { use super::vcs; }", &[]);
        case(
            "server/a.rs",
            "mod tests { use super::super::vcs; }",
            &["vcs"],
        );
    }

    #[test]
    fn comments_and_strings_name_nothing() {
        case(
            "server/a.rs",
            "// crate::lsp\n/* crate::lsp /* x */ */",
            &[],
        );
        case(
            "server/a.rs",
            "let a = \"crate::lsp \\\" crate::lsp\";",
            &[],
        );
        case("server/a.rs", "let a = r#\"crate::lsp\"crate::lsp\"#;", &[]);
        case(
            "server/a.rs",
            "let q = '\"'; crate::vcs::x('\\'', \"é\")",
            &["vcs"],
        );
        case(
            "server/a.rs",
            "fn f<'a>(x: &'a str) -> crate::text::T<'a>",
            &["text"],
        );
    }

    #[test]
    fn test_code_is_told_apart() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() {} }\nfn c() {}";
        let file = File::new("server/a.rs", text.to_owned());
        let at = |name: &str| file.code.find(name).expect("the function is there");
        assert!(!file.is_test(at("fn a")));
        assert!(file.is_test(at("fn b")));
        assert!(!file.is_test(at("fn c")));
    }
}
