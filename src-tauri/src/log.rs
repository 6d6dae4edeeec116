//! What happens, written to a file that is changed daily. Never a secret: they have no `Display`.

use crate::paths::Paths;
use std::io;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::{EnvFilter, util::SubscriberInitExt as _};

/// How many days are kept.
const DAYS: usize = 14;

/// Ours in full; what libraries say only where something is wrong, since they quote what they handle.
const WHAT: &str = "warn,sendright=info";

/// Begins to write; once in a process.
///
/// # Errors
/// The operating system's, when no file can be made there.
pub fn begin(paths: &Paths) -> io::Result<()> {
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("sendright")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(paths.logs())
        .map_err(io::Error::other)?;
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(WHAT))
        .with_ansi(false)
        .with_writer(file)
        .finish()
        .try_init()
        .map_err(io::Error::other)
}
