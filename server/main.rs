//! Arguments → one verb.

fn main() -> std::process::ExitCode {
    hotfix_ls::cli::run(std::env::args_os())
}
