//! Reads a letter block by block; files are encoded on the way.

use super::{
    LetterError, Piece,
    file::{FileOnDisk, LINE},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::io::ErrorKind;
use tokio::{fs::File, io::AsyncReadExt as _};

/// A block is sent once it is this long, in octets.
const BLOCK: usize = 64 * 1024;
/// How much of a file is read at a time, in octets: whole lines of base64.
const CHUNK: usize = LINE.0 * 2048;

/// Reads a letter from start to end. Memory stays below half a MiB, whatever is attached.
#[derive(Debug)]
pub struct LetterReader<'a> {
    first: &'a [u8],
    pieces: &'a [Piece],
    /// What of the first of `pieces` has been read, in octets.
    done: usize,
    file: Option<Open<'a>>,
    /// A chunk of a file in base64, in no lines yet.
    encoded: Vec<u8>,
}

impl<'a> LetterReader<'a> {
    pub(super) fn new(first: &'a [u8], pieces: &'a [Piece]) -> Self {
        Self { first, pieces, done: 0, file: None, encoded: Vec::new() }
    }

    /// Whether all of it has been read.
    pub fn is_at_end(&self) -> bool {
        self.first.is_empty() && self.pieces.is_empty()
    }

    /// Puts the next block into `block`, in place of what was in it: nothing only at the end.
    ///
    /// # Errors
    /// A file cannot be read, or is not what it was when the letter was composed. What has been
    /// read so far is then not a message and must not be ended as one.
    pub async fn next(&mut self, block: &mut Vec<u8>) -> Result<(), LetterError> {
        block.clear();
        block.extend_from_slice(std::mem::take(&mut self.first));
        while block.len() < BLOCK
            && let Some((piece, rest)) = self.pieces.split_first()
        {
            let ended = match piece {
                Piece::Bytes(bytes) => self.take(bytes, block),
                Piece::File(file) => self.encode(file, block).await?,
            };
            if ended {
                (self.pieces, self.done, self.file) = (rest, 0, None);
            }
        }
        Ok(())
    }

    /// Takes what fits of `bytes`; whether they ended.
    fn take(&mut self, bytes: &[u8], block: &mut Vec<u8>) -> bool {
        let left = &bytes[self.done..];
        let taken = left.len().min(BLOCK - block.len());
        block.extend_from_slice(&left[..taken]);
        self.done += taken;
        self.done == bytes.len()
    }

    /// Takes a chunk of a file, in base64; whether it ended.
    async fn encode(
        &mut self,
        known: &'a FileOnDisk,
        block: &mut Vec<u8>,
    ) -> Result<bool, LetterError> {
        let file = match &mut self.file {
            Some(file) => file,
            closed => closed.insert(Open::open(known).await?),
        };
        // All at once, and then in lines: one by one takes several times as long.
        self.encoded.clear();
        let chunk = file.chunk().await?;
        self.encoded.resize(chunk.len().div_ceil(3) * 4, 0);
        STANDARD.encode_slice(chunk, &mut self.encoded).expect("the room was made for it");
        for line in self.encoded.chunks(LINE.1) {
            block.extend_from_slice(line);
            block.extend_from_slice(b"\r\n");
        }
        match file.left {
            0 => file.ended().await.map(|()| true),
            _ => Ok(false),
        }
    }
}

/// A file while it is read.
#[derive(Debug)]
struct Open<'a> {
    known: &'a FileOnDisk,
    file: File,
    left: u64,
    chunk: Vec<u8>,
}

impl<'a> Open<'a> {
    async fn open(known: &'a FileOnDisk) -> Result<Self, LetterError> {
        Ok(Self { known, file: known.open().await?, left: known.size, chunk: Vec::new() })
    }

    /// The next whole lines' worth of it.
    async fn chunk(&mut self) -> Result<&[u8], LetterError> {
        let size = usize::try_from(self.left).map_or(CHUNK, |left| left.min(CHUNK));
        self.chunk.resize(size, 0);
        match self.file.read_exact(&mut self.chunk).await {
            Ok(_) => self.left -= size as u64,
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Err(self.known.changed()),
            Err(e) => return Err(self.known.unreadable(e)),
        }
        Ok(&self.chunk)
    }

    async fn ended(&mut self) -> Result<(), LetterError> {
        let more = self.file.read(&mut [0]).await.map_err(|e| self.known.unreadable(e))?;
        if more > 0 {
            return Err(self.known.changed());
        }
        self.known.compare(&self.file).await
    }
}
