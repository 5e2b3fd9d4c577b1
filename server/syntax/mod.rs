//! Python's syntax: parsed sources, definitions and scopes, imports, queries, guards and flow.

pub mod flow;
pub mod names;
pub mod nodes;
pub mod outline;
pub mod query;
mod source;
pub mod unit;

pub use names::Names;
pub use outline::{Definition, Kind, Outline};
pub use query::{Match, Pattern};
pub use source::{Cancel, Cancelled, Parser, Source};
pub use unit::{File, Unit};
