//! Commands that are promised and do nothing so far: they say so.

use crate::explain::{Code, Problem, Retry};
use clap::Args;

/// Whatever such a command will be given.
#[derive(Debug, Args)]
pub(super) struct NotYet {
    #[arg(hide = true)]
    _arguments: Vec<String>,
}

/// `what` is not there yet; `instead` is what to do in its place.
pub(super) fn not_yet(what: &str, instead: &str) -> Problem {
    let title = format!("{what} is not there yet");
    Problem::new(Code::NotYet, title, format!("Nothing was done. {instead}")).retry(Retry::Never)
}
