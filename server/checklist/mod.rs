//! The checklist of a hotfix: its record, what was observed, and what a person has to say.
//!
//! Nothing is ticked that was not observed. What the program knows stands between markers in the
//! record and is written anew; what a person wrote stays as it is, byte by byte.

pub mod backmerge;
pub mod branch;
pub mod deferred;
pub mod history;
pub mod items;
pub mod link;
pub mod markdown;
pub mod observe;
pub mod proof;
pub mod record;
pub mod report;
pub mod rollback;
pub mod served;
pub mod show;
pub mod start;
pub mod template;
pub mod traceback;
