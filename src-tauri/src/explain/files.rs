//! What the operating system says about files and directories, in words.

use super::{Code, Problem};
use std::{io, path::Path};

impl Problem {
    /// Says why `path` could not be written, and that nothing was lost.
    pub fn writing(path: &Path, error: &io::Error) -> Self {
        let path = path.display();
        let (code, title, means) = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => (
                Code::DiskFull,
                "The disk is full".to_owned(),
                format!("{path} could not be written, and nothing was changed. Free some space and try again."),
            ),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (
                Code::NotWritable,
                format!("{path} cannot be written"),
                "Give this user the right to write it, or name another directory with --data-dir."
                    .to_owned(),
            ),
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => (
                Code::NotWritable,
                format!("{path} is not a directory"),
                "A file stands where a directory is needed. Move it away, or name another directory \
                 with --data-dir."
                    .to_owned(),
            ),
            _ => (
                Code::NotWritable,
                format!("{path} could not be written"),
                "Nothing was changed.".to_owned(),
            ),
        };
        Self::new(code, title, means).said(error.to_string())
    }

    /// Says why `path` could not be read.
    pub fn reading(path: &Path, error: &io::Error) -> Self {
        let means = match error.kind() {
            io::ErrorKind::NotFound => "There is no such file. Check its path.",
            io::ErrorKind::PermissionDenied => "This user may not read it.",
            io::ErrorKind::IsADirectory => "It is a directory. Name a file.",
            io::ErrorKind::InvalidData => "It is not UTF-8 text.",
            io::ErrorKind::Unsupported => {
                "It is no file that keeps its size. Save what comes from it in a file, and name that."
            }
            _ => "Nothing was changed.",
        };
        Self::new(Code::FileUnreadable, format!("{} cannot be read", path.display()), means)
            .said(error.to_string())
    }
}
