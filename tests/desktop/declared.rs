//! Senders as a person declares them in a file, and the command line that is told of them.

use crate::session::Session;
use std::process::Output;

/// A sender: its server is reached as `smtp` says, and `more` is what else is declared of it.
pub(crate) fn sender(name: &str, mailbox: &str, smtp: &str, more: &str) -> String {
    format!(
        "[[profile]]\nname = \"{name}\"\nmailbox = \"{mailbox}\"\nsmtp = {{ {smtp} }}\n{more}\n"
    )
}

/// A server of this computer, without TLS.
pub(crate) fn relay(port: u16) -> String {
    format!("host = \"127.0.0.1\", port = {port}, security = \"none\"")
}

/// Runs a command of the command line, whatever comes of it.
pub(crate) fn run(session: &Session, args: &[&str]) -> Output {
    let ran = session.command(env!("CARGO_BIN_EXE_sendright")).args(args).output();
    ran.expect("the command line runs")
}

/// Applies a declarative file.
pub(crate) fn apply(session: &Session, text: &str) {
    let file = session.file("senders.toml", text.as_bytes());
    let applied = run(session, &["apply", "-f", file.to_str().expect("homes have plain names")]);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
}
