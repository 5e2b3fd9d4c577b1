//! Base against head: normalised syntax, matching definitions, what is new.

pub mod annotations;
pub mod blocks;
pub mod branch;
pub mod callers;
pub mod canonical;
pub mod constructed;
pub mod edits;
pub mod form;
mod formats;
pub mod matching;
pub mod normal;
pub mod notes;
pub mod shape;
pub mod signature;
pub mod size;
pub mod spelling;
pub mod statements;
mod strings;
pub mod subtract;
pub mod survey;
mod ways;
pub mod words;
