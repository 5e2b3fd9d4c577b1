//! Arguments → one verb.

use std::process::ExitCode;

fn main() -> ExitCode {
    // `fix` and `demo` judge on this thread: see `STACK_BYTES`.
    let verb = std::thread::Builder::new()
        .stack_size(hotfix_ls::syntax::STACK_BYTES)
        .spawn(|| hotfix_ls::cli::run(std::env::args_os()));
    match verb.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The panic has said why.
        Ok(Err(_)) => ExitCode::from(2),
        Err(_) => hotfix_ls::cli::run(std::env::args_os()),
    }
}
