//! A pasted traceback: what failed, and where in this repository.
//!
//! Logs, terminals and error trackers print tracebacks in many shapes. Only what they have in
//! common is read: a place with file and line, and the sentence of the exception below or above.

mod place;
mod read;
#[cfg(test)]
mod tests;

pub use place::{Differs, Located, locate};
pub use read::read;

/// What was read out of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traceback {
    /// The exceptions in the order of the text: of a chain the first cause comes first.
    pub raised: Vec<Raised>,
}

/// One exception with the way that it took.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Raised {
    /// The exception's name as it was printed (`requests.exceptions.ReadTimeout`); empty when the
    /// text does not show it.
    pub name: String,
    /// Its message on one line; empty for none.
    pub message: String,
    /// The frames, the innermost last.
    pub frames: Vec<Frame>,
}

/// One place of a traceback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The file as it was printed.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The function; empty when it was not printed.
    pub function: String,
    /// The code of the line, if it was printed.
    pub code: Option<String>,
}

impl Raised {
    /// The name without its module.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }

    /// Name and message as Python prints them; empty when the name is unknown.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.message.is_empty() {
            self.name.clone()
        } else {
            format!("{}: {}", self.name, self.message)
        }
    }

    /// The rule that looks for code of this kind; none when the exception says too little.
    #[must_use]
    pub fn suggests(&self) -> Option<&'static str> {
        let (name, message) = (self.short_name(), &*self.message);
        let about_none = message.contains("NoneType") || message.contains("'None'");
        let is_one_of = |names: &[&str]| names.contains(&name);
        if name == "KeyError" {
            Some("missing-key")
        } else if is_one_of(&["AttributeError", "TypeError"]) && about_none {
            Some("none-access")
        } else if name == "TypeError" {
            Some("unchecked-type")
        } else if name.ends_with("Timeout") || name.ends_with("TimeoutError") {
            Some("request-without-timeout")
        } else if is_one_of(&["JSONDecodeError", "HTTPError", "HTTPStatusError"]) {
            Some("unchecked-response")
        } else if is_one_of(&[
            "ConnectionError",
            "ConnectError",
            "RequestException",
            "URLError",
        ]) || name.starts_with("Connection")
        {
            Some("unhandled-request-error")
        } else if message.contains("Too many open files") || name == "ResourceWarning" {
            Some("unclosed-resource")
        } else if message.contains("changed size during iteration") || name == "FileExistsError" {
            Some("check-then-act")
        } else {
            None
        }
    }
}
