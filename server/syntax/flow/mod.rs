//! What holds at a place. `Graph` knows every way that control can take through a function, and
//! `solve` runs a rule's [`Lattice`] over it: see [`solve::Lattice`] for what a rule brings.
//! `guards` and `order` answer single questions on the syntax tree.

mod around;
mod build;
mod ending;
mod flat;
mod graph;
mod guards;
mod known;
mod order;
mod paths;
mod solve;
#[cfg(test)]
mod tests;

pub use around::{handlers_around, swallows_around};
pub use ending::{Catches, catches, caught_names, last_part, never_returns};
pub use flat::{Flat, Place};
pub use graph::{Bound, Event, Exit, Given, Graph, Step};
pub use guards::{Fact, caught_around, facts_at, handler_names, with_items, withs_around};
pub use known::Known;
pub use order::{contains, ran_before};
pub use paths::{Path, Paths, Segment, constant_key};
pub use solve::{Lattice, solve};
