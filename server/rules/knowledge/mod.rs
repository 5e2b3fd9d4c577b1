//! What several rules know about libraries and mappings.

pub mod comments;
pub mod handed;
pub mod held;
pub mod http;
pub mod keys;
pub mod locks;
pub mod moved;
pub mod openers;
pub mod order;
pub mod origins;
pub mod outside;
pub mod public;
pub mod sessions;
pub mod switches;
pub mod takers;
pub mod told;
pub mod typed;
pub mod uses;
pub mod waits;
