//! Markdown for people whose editor shows plain text only (Emacs 28, ALE).

/// The text without the marks that plain text does not need. Code stays as it is.
pub(super) fn text(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut in_code = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code {
            out.push_str("    ");
            out.push_str(line);
        } else {
            let line = line.trim_start_matches('#').trim_start_matches(' ');
            let line = if line.len() < 3 || !line.chars().all(|c| c == '-') {
                line
            } else {
                ""
            };
            out.push_str(&line.replace("**", "").replace('`', ""));
        }
        out.push('\n');
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_code_stays() {
        let markdown =
            "## Why\nThe **key** `id` may be missing.\n\n---\n```python\nx = d[`k`]\n# note\n```\n";
        let plain = "Why\nThe key id may be missing.\n\n\n    x = d[`k`]\n    # note";
        assert_eq!(text(markdown), plain);
    }
}
