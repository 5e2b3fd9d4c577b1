//! What holds at a place: the seam behind which rules ask about control flow. Today it is
//! dominating-guard analysis on the syntax tree (`guards`).

mod guards;
mod order;

pub use guards::{
    Fact, caught_around, facts_at, handler_names, healed_at, with_items, withs_around,
};
pub use order::{contains, ran_before};
