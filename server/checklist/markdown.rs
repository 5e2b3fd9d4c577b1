//! Pieces of Markdown around text that somebody else wrote.

/// `text` as code on one line, whatever it holds.
#[must_use]
pub fn code(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return String::new();
    }
    let fence = longer_than_any(&text, "`");
    let edge = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{edge}{text}{edge}{fence}")
}

/// A block of code whose fence is longer than any that the code holds.
#[must_use]
pub fn block(language: &str, code: &str) -> String {
    let fence = longer_than_any(code, "```");
    format!(
        "{fence}{language}\n{}\n{fence}\n",
        code.trim_end_matches(['\r', '\n'])
    )
}

fn longer_than_any(text: &str, least: &str) -> String {
    let mut fence = least.to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    fence
}

/// `text` on one line, with everything escaped that Markdown, HTML or a table would read.
#[must_use]
pub fn plain(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    out
}

/// `text` like [`plain`], with its code between single backticks left as code.
#[must_use]
pub fn sentence(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd one would turn the rest of the line into code.
    if parts.len().is_multiple_of(2) {
        return plain(text);
    }
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index % 2 == 1 {
            out.push_str(&code(part));
            continue;
        }
        // The blanks at the edges stand beside the code.
        let start = part.len() - part.trim_start().len();
        let end = part.trim_end().len().max(start);
        out.push_str(if 0 < start { " " } else { "" });
        out.push_str(&plain(&part[start..end]));
        out.push_str(if end < part.len() && start < end {
            " "
        } else {
            ""
        });
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_may_hold_backticks() {
        assert_eq!(code("a  b"), "`a b`");
        assert_eq!(code("`a` ``b``"), "``` `a` ``b`` ```");
        assert_eq!(block("", "```\nx\n```"), "````\n```\nx\n```\n````\n");
    }

    #[test]
    fn code_in_a_sentence_stays_code() {
        assert_eq!(
            sentence("run `hotfix-ls prove` in a_b"),
            "run `hotfix-ls prove` in a\\_b"
        );
        assert_eq!(sentence("one ` alone"), "one \\` alone");
        assert_eq!(sentence("`a` `b`"), "`a` `b`");
    }

    #[test]
    fn nothing_in_a_sentence_is_markup() {
        assert_eq!(
            plain("<!-- a_b|c\n[x] -->"),
            "&lt;!-- a\\_b\\|c \\[x\\] -->"
        );
    }
}
