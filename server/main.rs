//! Arguments → one verb.

use std::process::ExitCode;

/// A keystroke makes and frees many small things while the last judgement frees megabytes: the
/// system's allocator gives those back and asks for them again page by page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
