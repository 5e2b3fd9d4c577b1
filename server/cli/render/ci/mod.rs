//! Formats that CI systems and review tools read.

pub mod comment;
pub mod github;
pub mod gitlab;
pub mod junit;
pub mod rdjson;
pub mod sarif;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What may not stand in the path of a URI (RFC 3986, section 3.3).
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A path as a relative URI.
fn uri(path: &str) -> String {
    utf8_percent_encode(path, NOT_IN_A_PATH).to_string()
}
