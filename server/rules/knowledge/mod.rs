//! What several rules know about libraries, each fact in one table with its source.

pub mod http;
pub mod openers;
pub mod order;
pub mod origins;
pub mod uses;
pub mod waits;
