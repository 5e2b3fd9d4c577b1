//! Text: lines, documents, positions and encodings. Knows nothing of Python or git.

pub mod lines;

pub use lines::Lines;
