//! Markdown that people wrote, as a part of the page. Nothing of it becomes markup that it does not
//! say in Markdown: HTML is shown as text, comments are left out, pictures are their words, and a
//! link leads to the web or nowhere.

use std::fmt::Write as _;

use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, TagEnd};

use super::html::text;

/// `markdown` as HTML.
pub(super) fn html(markdown: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut page = Page::default();
    for event in Parser::new_ext(markdown, options) {
        page.add(event);
    }
    page.out
}

#[derive(Default)]
struct Page {
    out: String,
    /// How each column of the table around is set.
    columns: Vec<Alignment>,
    column: usize,
    in_head: bool,
    /// What ends each link around: nothing where it leads nowhere.
    links: Vec<&'static str>,
}

impl Page {
    fn add(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(said) => self.out.push_str(&text(&said)),
            Event::Code(said) => {
                let _ = write!(self.out, "<code>{}</code>", text(&said));
            }
            Event::Html(said) | Event::InlineHtml(said) => {
                if !said.trim_start().starts_with("<!--") {
                    self.out.push_str(&text(&said));
                }
            }
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>\n"),
            Event::TaskListMarker(done) => self.out.push_str(if done { "☑ " } else { "☐ " }),
            Event::FootnoteReference(said) | Event::InlineMath(said) | Event::DisplayMath(said) => {
                self.out.push_str(&text(&said));
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.out.push_str("<p>"),
            Tag::Heading { .. } => self.out.push_str("<h4>"),
            Tag::BlockQuote(_) => self.out.push_str("<blockquote>\n"),
            Tag::CodeBlock(_) => self.out.push_str("<pre>"),
            Tag::List(Some(first)) => {
                let _ = writeln!(self.out, "<ol start=\"{first}\">");
            }
            Tag::List(None) => self.out.push_str("<ul>\n"),
            Tag::Item => self.out.push_str("<li>"),
            Tag::Table(columns) => {
                self.columns = columns;
                self.out
                    .push_str("<div class=\"scroll\"><table class=\"said\">\n");
            }
            Tag::TableHead => {
                self.in_head = true;
                self.column = 0;
                self.out.push_str("<tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.out.push_str("<tr>");
            }
            Tag::TableCell => {
                let name = self.cell();
                let class = match self.columns.get(self.column) {
                    Some(Alignment::Right) => " class=\"right\"",
                    _ => "",
                };
                let _ = write!(self.out, "<{name}{class}>");
            }
            Tag::Emphasis => self.out.push_str("<em>"),
            Tag::Strong => self.out.push_str("<strong>"),
            Tag::Strikethrough => self.out.push_str("<s>"),
            Tag::Link { dest_url, .. } => self.link(&dest_url),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        let closing = match tag {
            TagEnd::Paragraph => "</p>\n",
            TagEnd::Heading(_) => "</h4>\n",
            TagEnd::BlockQuote(_) => "</blockquote>\n",
            TagEnd::CodeBlock => "</pre>\n",
            TagEnd::List(true) => "</ol>\n",
            TagEnd::List(false) => "</ul>\n",
            TagEnd::Item => "</li>\n",
            TagEnd::Table => "</table></div>\n",
            TagEnd::TableHead => {
                self.in_head = false;
                "</tr>\n"
            }
            TagEnd::TableRow => "</tr>\n",
            TagEnd::TableCell => {
                self.column += 1;
                if self.in_head { "</th>" } else { "</td>" }
            }
            TagEnd::Emphasis => "</em>",
            TagEnd::Strong => "</strong>",
            TagEnd::Strikethrough => "</s>",
            TagEnd::Link => self.links.pop().unwrap_or_default(),
            _ => "",
        };
        self.out.push_str(closing);
    }

    fn cell(&self) -> &'static str {
        if self.in_head { "th" } else { "td" }
    }

    fn link(&mut self, to: &str) {
        let is_web = ["https://", "http://", "mailto:"];
        if is_web.iter().any(|start| to.starts_with(start)) {
            let _ = write!(self.out, "<a href=\"{}\" rel=\"noreferrer\">", text(to));
            self.links.push("</a>");
        } else {
            self.links.push("");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(markdown: &str, expected: &str) {
        assert_eq!(html(markdown).trim_end(), expected);
    }

    #[test]
    fn what_people_write_looks_as_they_mean_it() {
        case(
            "Every **second** order",
            "<p>Every <strong>second</strong> order</p>",
        );
        case(
            "- `a`\n- b",
            "<ul>\n<li><code>a</code></li>\n<li>b</li>\n</ul>",
        );
        case("```py\nx < 1\n```", "<pre>x &lt; 1\n</pre>");
        case(
            "| a | b |\n|---|--:|\n| 1 | 2 |",
            "<div class=\"scroll\"><table class=\"said\">\n<tr><th>a</th><th class=\"right\">b</th></tr>\n\
             <tr><td>1</td><td class=\"right\">2</td></tr>\n</table></div>",
        );
    }

    #[test]
    fn nothing_else_becomes_markup() {
        case(
            "<script>alert(1)</script>",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
        );
        case("a <b onclick=x>c", "<p>a &lt;b onclick=x&gt;c</p>");
        case("<!-- a help text -->", "");
        case("![words](https://example.com/x.png)", "<p>words</p>");
        case("[here](javascript:alert(1))", "<p>here</p>");
        case(
            "[here](https://example.com/?a=\"b\")",
            "<p><a href=\"https://example.com/?a=&quot;b&quot;\" rel=\"noreferrer\">here</a></p>",
        );
    }
}
