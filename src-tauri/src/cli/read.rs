//! What commands are given to read: a file, or stdin.

use crate::{certificate::Files, explain::Problem, secret::Secret};
use std::{
    fs::{self, File},
    io,
    path::Path,
};
use zeroize::Zeroizing;

const STDIN: &str = "stdin";

/// The text in `file`; - is stdin.
pub(super) fn text(file: &Path) -> Result<String, Problem> {
    if file == Path::new("-") {
        return io::read_to_string(io::stdin()).map_err(|error| unreadable(None, &error));
    }
    fs::read_to_string(file).map_err(|error| unreadable(Some(file), &error))
}

/// The octets of a secret: what is in `file`, or comes on stdin.
pub(super) fn octets(file: Option<&Path>) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let read = match file {
        Some(path) => File::open(path).and_then(Files::octets),
        None => Files::octets(io::stdin()),
    };
    read.map_err(|error| unreadable(file, &error))
}

/// A secret of one line, without the line's end: in `file`, or on stdin.
pub(super) fn secret(file: Option<&Path>) -> Result<Secret, Problem> {
    let octets = octets(file)?;
    let text = std::str::from_utf8(&octets)
        .map_err(|_| unreadable(file, &io::ErrorKind::InvalidData.into()))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

fn unreadable(file: Option<&Path>, error: &io::Error) -> Problem {
    Problem::reading(file.unwrap_or(STDIN.as_ref()), error)
}
