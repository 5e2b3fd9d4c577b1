//! Python's syntax: parsed sources, definitions and scopes, imports, queries, guards and flow.

mod source;

pub use source::{Cancel, Cancelled, Parser, Source};
