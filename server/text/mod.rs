//! Text: lines, documents, positions and encodings. Knows nothing of Python or git.

pub mod change;
pub mod document;
mod file;
pub mod lines;
pub mod position;
mod replace;

pub use change::{Change, Point};
pub use document::Document;
pub use file::{read_limited, read_regular};
pub use lines::Lines;
pub use position::{Encoding, Position};
pub use replace::{WriteError, create, replace};
