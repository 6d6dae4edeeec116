//! What happens, written to a file that is changed daily. Never a secret: they have no `Display`.

use crate::paths::{self, Paths};
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
    paths.create()?;
    paths::make_dir(&paths.logs())?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn it_is_written_from_the_first_start_on_and_keeps_libraries_quiet() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::at(dir.path().join("data"));
        begin(&paths).unwrap();
        tracing::info!("ours is heard");
        tracing::info!(target: "library", "theirs is not");
        let file = fs::read_dir(paths.logs()).unwrap().next().expect("there is a log").unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        assert!(text.contains("ours is heard") && !text.contains("theirs"), "{text}");
        assert!(begin(&paths).is_err(), "once in a process");
    }
}
