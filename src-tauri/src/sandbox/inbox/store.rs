//! What a mail's text is kept in: memory while it is short, a file when it is long.

use crate::sandbox::SandboxError;
use std::{
    fs::{self, File},
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};
use uuid::Uuid;

/// How much of a text stays in memory, in octets.
const IN_MEMORY: usize = 64 * 1024;

/// The directory that one run of the sandbox keeps its long mails in. It is removed at the end, or,
/// after a crash, by the next run.
pub(in crate::sandbox) struct Room {
    dir: PathBuf,
    /// Held while the run lives: others can tell that it does.
    lock: Option<File>,
}

impl Room {
    /// Makes a room of its own below `dir`, and clears those that a crash left behind.
    pub(in crate::sandbox) fn open(dir: &Path) -> Result<Arc<Self>, SandboxError> {
        clear(dir);
        let room = dir.join(format!("mails-{}", Uuid::new_v4().simple()));
        let failed = |source| SandboxError::File { path: room.clone(), source };
        fs::create_dir_all(&room).map_err(failed)?;
        let mut lock = File::create(room.join("lock")).map_err(failed)?;
        // Until something stands in it, a run that starts at the same time leaves the room alone.
        lock.lock().and_then(|()| lock.write_all(b"locked")).map_err(failed)?;
        Ok(Arc::new(Self { dir: room, lock: Some(lock) }))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.lock = None; // Windows removes no open file
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Removes the rooms whose runs have ended without doing so.
fn clear(dir: &Path) {
    let rooms = fs::read_dir(dir).into_iter().flatten().flatten();
    for room in rooms.filter(|entry| entry.file_name().to_string_lossy().starts_with("mails-")) {
        let lock = room.path().join("lock");
        let was_held = fs::metadata(&lock).is_ok_and(|lock| lock.len() > 0);
        if was_held && File::open(&lock).is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(room.path());
        }
    }
}

/// A mail's text. Its beginning is always in memory.
pub(in crate::sandbox) struct Body {
    room: Arc<Room>,
    start: Vec<u8>,
    rest: Option<Rest>,
    len: u64,
}

struct Rest {
    path: PathBuf,
    /// Until the text is complete.
    file: Option<io::BufWriter<File>>,
}

impl Body {
    /// Nothing yet.
    pub(in crate::sandbox) fn new(room: &Arc<Room>) -> Self {
        Self { room: Arc::clone(room), start: Vec::new(), rest: None, len: 0 }
    }

    /// Adds `more` at the end.
    pub(in crate::sandbox) fn push(&mut self, more: &[u8]) -> io::Result<()> {
        self.len += more.len() as u64;
        let fits = (IN_MEMORY - self.start.len()).min(more.len());
        let (first, more) = more.split_at(fits);
        self.start.extend_from_slice(first);
        if more.is_empty() {
            return Ok(());
        }
        if self.rest.is_none() {
            let path = self.room.dir.join(Uuid::new_v4().simple().to_string());
            let file = io::BufWriter::new(File::create(&path)?);
            self.rest = Some(Rest { path, file: Some(file) });
        }
        let file = self.rest.as_mut().and_then(|rest| rest.file.as_mut());
        file.map_or_else(|| Err(io::ErrorKind::InvalidInput.into()), |file| file.write_all(more))
    }

    /// Says that nothing more comes.
    pub(in crate::sandbox) fn finish(&mut self) -> io::Result<()> {
        match self.rest.as_mut().and_then(|rest| rest.file.take()) {
            Some(mut file) => file.flush(),
            None => Ok(()),
        }
    }

    /// The first octets: the header, unless it is very long.
    pub(in crate::sandbox) fn start(&self) -> &[u8] {
        &self.start
    }

    /// How many octets it has.
    pub(in crate::sandbox) fn len(&self) -> u64 {
        self.len
    }

    /// The whole text.
    pub(in crate::sandbox) fn read(&self) -> io::Result<Vec<u8>> {
        let mut whole = Vec::new();
        self.reader()?.read_to_end(&mut whole)?;
        Ok(whole)
    }

    /// The text from its start, bit by bit.
    pub(in crate::sandbox) fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match &self.rest {
            None => Box::new(self.start.as_slice()),
            Some(rest) => Box::new(self.start.chain(File::open(&rest.path)?)),
        })
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if let Some(mut rest) = self.rest.take() {
            rest.file = None;
            let _ = fs::remove_file(&rest.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(dir: &Path) -> usize {
        fs::read_dir(dir).unwrap().count()
    }

    #[test]
    fn a_long_text_is_in_a_file_and_leaves_none_behind() {
        let dir = tempfile::tempdir().unwrap();
        let room = Room::open(dir.path()).unwrap();
        let mut body = Body::new(&room);
        let text = b"0123456789".repeat(20_000);
        for part in [&text[..999], &text[999..150_000], &text[150_000..]] {
            body.push(part).unwrap();
        }
        body.finish().unwrap();
        assert_eq!(body.start().len(), IN_MEMORY, "the beginning, however it was cut");
        assert_eq!((body.len(), body.read().unwrap()), (200_000, text));
        assert_eq!(files(&room.dir), 2, "the text and the lock");
        drop(body);
        assert_eq!(files(&room.dir), 1);
        drop(room);
        assert_eq!(files(dir.path()), 0);
    }

    #[test]
    fn what_a_crash_left_is_cleared_and_what_is_in_use_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let crashed = dir.path().join("mails-crashed");
        fs::create_dir(&crashed).unwrap();
        fs::write(crashed.join("lock"), "locked").unwrap();
        let first = Room::open(dir.path()).unwrap();
        let _second = Room::open(dir.path()).unwrap();
        assert!(!crashed.exists());
        assert!(first.dir.exists());
    }
}
