//! The real server over standard input and output, in temporary repositories made by real git.

mod actions;
mod angry;
mod broken_code;
mod client;
mod clients;
mod completion;
mod configuration;
mod defer;
mod encodings;
mod files;
mod flood;
#[cfg(unix)]
mod hostile;
mod hover;
mod lifecycle;
mod log;
mod places;
mod production;
mod record;
mod repositories;
mod runs;
mod scene;
mod settles;
mod status;
mod typing;

#[cfg(unix)]
#[path = "../support/canary.rs"]
mod canary;
#[path = "../support/git.rs"]
mod git;
