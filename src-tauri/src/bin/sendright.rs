//! The command line.

fn main() -> std::process::ExitCode {
    sendright::cli::run()
}
