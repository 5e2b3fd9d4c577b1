//! hotfix-ls: judges the live Python buffer on a hotfix branch against production.
//!
//! Invariants that hold here:
//!
//! * Arrows run one way: `cli, lsp → session → analysis → rules, checklist → compare, fixes →
//!   syntax, vcs, text`. `config` may be read from everywhere and reads nothing but `text`.
//! * From `analysis` down nothing knows tokio, tower-lsp or JSON-RPC (`tests/layers` greps for it).
//! * Offsets inside are byte offsets into the document's text; LSP positions exist only in `lsp`
//!   and `text::position`. Lines inside count from 0.
//! * A keystroke costs no git, no disk and no network.
//! * A base that cannot be known is shown as an error and is never reported as "0 findings".
//! * Everything that a fix writes was parsed again before it is offered.

pub mod analysis;
pub mod checklist;
pub mod cli;
pub mod compare;
pub mod config;
pub mod fixes;
pub mod lsp;
pub mod rules;
pub mod session;
pub mod syntax;
pub mod text;
pub mod vcs;
