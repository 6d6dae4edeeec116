//! Arguments that cannot be taken.

use super::{Line, Out, send};
use crate::explain::{Code, Problem};
use clap::CommandFactory as _;
use std::{env, process::ExitCode, time::Instant};

/// What the program ends with whose arguments clap refuses, or answers itself.
pub(super) fn refused(error: &clap::Error, began: Instant) -> ExitCode {
    let out = Out::new(json());
    if !error.use_stderr() || !json() {
        out.printed(error.print());
        return out.ended(u8::try_from(error.exit_code()).unwrap_or(1));
    }
    let problem = problem(error);
    let code = if sends() { send::not_begun(&out, &problem, began) } else { out.failed(&problem) };
    out.ended(code)
}

/// Whether JSON is wanted: also where it stands behind what cannot be read.
fn json() -> bool {
    env::args_os().take_while(|argument| argument != "--").any(|argument| argument == "--json")
}

/// Whether a message was to be sent.
fn sends() -> bool {
    let read = Line::command().ignore_errors(true).try_get_matches();
    read.is_ok_and(|read| read.subcommand_name() == Some("send"))
}

fn problem(error: &clap::Error) -> Problem {
    let words = error.to_string();
    let words = words.strip_prefix("error: ").unwrap_or(&words).trim_end();
    Problem::new(Code::InvalidSettings, "The arguments cannot be taken", words)
}
