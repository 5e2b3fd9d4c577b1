//! Base against head: normalised syntax, matching definitions, what is new.

pub mod matching;
pub mod normal;
pub mod subtract;
