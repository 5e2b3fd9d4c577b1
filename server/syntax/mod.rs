//! Python's syntax: parsed sources, definitions and scopes, imports, queries, guards and flow.

mod depth;
mod facts;
pub mod flow;
mod mask;
pub mod names;
mod near;
pub mod nodes;
pub mod outline;
mod own;
mod parsed;
pub mod query;
mod source;
pub mod unit;

pub use facts::{Facts, Place};
pub use names::Names;
pub use near::Fresh;
pub use outline::{Definition, Kind, Outline};
pub use own::Binding;
pub use parsed::Parsed;
pub use query::{Match, Pattern};
pub use source::{Cancel, Cancelled, Parser, Source};
pub use unit::{File, Unit};

/// The stack, in bytes, of every thread that judges. Rules follow the syntax tree downwards, and a
/// generated file may hang ten thousand calls behind each other: on a stack of the usual size that
/// ends the process. Memory is only taken as far as it is used.
pub const STACK_BYTES: usize = 512 << 20;
