//! The registry of rules, and what a rule is. One rule is one file here, its text in `docs/`,
//! its cases in `tests/rules/`, its pattern (if it starts from one) in `queries/`.

mod finding;

pub use finding::{Confidence, Finding, Place, Related, Severity};
