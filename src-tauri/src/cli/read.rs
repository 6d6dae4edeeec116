//! What commands are given to read, a file or stdin: not without end, and no text for ever.

use crate::{
    certificate::Files,
    explain::{Code, Problem},
    secret::Secret,
};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    thread,
    time::Duration,
};
use tokio::{sync::oneshot, time::timeout};
use zeroize::Zeroizing;

const STDIN: &str = "stdin";
/// The most that is read as text, in MiB.
const MOST_MIB: u64 = 16;
/// How long a file may take: nobody may ever write to a pipe. Stdin has all the time that the person or
/// the program before us takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether `file` stands for stdin.
pub(super) fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

/// The text in `file`; `-` is stdin.
pub(super) async fn text(file: &Path) -> Result<String, Problem> {
    let patience = if is_stdin(file) { Duration::MAX } else { PATIENCE };
    within(patience, file).await
}

async fn within(patience: Duration, file: &Path) -> Result<String, Problem> {
    let (tell, told) = oneshot::channel();
    let path = file.to_owned();
    // A thread that ends with the program, which Ctrl-C ends: nothing else interrupts it while it waits.
    thread::spawn(move || {
        let read =
            if is_stdin(&path) { whole(io::stdin()) } else { File::open(&path).and_then(whole) };
        tell.send(read)
    });
    let read = timeout(patience, told).await.map_err(|_| silent(file, patience))?;
    read.expect("the thread tells what it read").map_err(|error| unread(file, &error))
}

fn whole(from: impl Read) -> io::Result<String> {
    let most = MOST_MIB * 1024 * 1024;
    let mut octets = Vec::new();
    from.take(most + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    String::from_utf8(octets).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn unread(file: &Path, error: &io::Error) -> Problem {
    if error.kind() != io::ErrorKind::FileTooLarge {
        return unreadable(Some(file).filter(|file| !is_stdin(file)), error);
    }
    Problem::new(
        Code::FileUnreadable,
        format!("{} is too large", file.display()),
        format!(
            "At most {MOST_MIB} MiB are read as text. Name another file, or take a part of this one."
        ),
    )
}

fn silent(file: &Path, patience: Duration) -> Problem {
    Problem::new(
        Code::FileUnreadable,
        format!("{} did not come to an end", file.display()),
        format!(
            "After {} seconds it had no end. Where it is a pipe, see that something writes to it and \
             ends; what takes longer can be piped in, with - for the file.",
            patience.as_secs()
        ),
    )
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[tokio::test]
    async fn a_file_is_read_as_it_is_and_what_is_no_text_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("text");
        fs::write(&path, "Grüße\r\n").unwrap();
        assert_eq!(text(&path).await.unwrap(), "Grüße\r\n");
        fs::write(&path, [0xff]).unwrap();
        assert!(text(&path).await.unwrap_err().means.contains("UTF-8"));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_has_no_end_is_not_read_to_it() {
        let problem = text(Path::new("/dev/zero")).await.unwrap_err();
        assert_eq!(problem.code, Code::FileUnreadable);
        assert!(problem.means.contains("16 MiB"), "{}", problem.means);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_pipe_that_nobody_writes_to_is_waited_for_as_long_as_for_any_file() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let problem = within(Duration::from_millis(10), &pipe).await.unwrap_err();
        assert!(problem.title.contains("did not come to an end"), "{}", problem.title);
    }
}
