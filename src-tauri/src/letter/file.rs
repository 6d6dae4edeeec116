//! Files to send along: looked at when the message is composed, read when it is sent.

use super::{Attachment, LetterError};
use std::{
    fs::Metadata,
    io::{self, ErrorKind, SeekFrom},
    path::{Path, PathBuf},
    time::SystemTime,
};
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _},
};

/// Octets of a file in one line of base64, and in how many octets they are written.
pub(super) const LINE: (usize, usize) = (57, 76);

/// A file as it was when the message was composed.
#[derive(Debug)]
pub struct FileOnDisk {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    modified: Option<SystemTime>,
    name: String,
    media_type: String,
    content_id: Option<String>,
    inline: bool,
}

impl FileOnDisk {
    pub(super) async fn look(attachment: &Attachment, inline: bool) -> Result<Self, LetterError> {
        let path = &attachment.path;
        let refused = |source| LetterError::File { path: path.display().to_string(), source };
        let found = tokio::fs::metadata(path).await.map_err(refused)?;
        if found.is_dir() {
            return Err(refused(ErrorKind::IsADirectory.into()));
        }
        if !found.is_file() {
            return Err(refused(io::Error::new(
                ErrorKind::Unsupported,
                "it is a device or a pipe",
            )));
        }
        Ok(Self {
            size: found.len(),
            modified: found.modified().ok(),
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            media_type: media_type(path),
            content_id: attachment.content_id.as_deref().map(content_id).transpose()?,
            inline,
            path: path.clone(),
        })
    }

    /// Its name, as recipients see it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The media type that its name suggests.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// Its Content-ID, without angle brackets.
    pub fn content_id(&self) -> Option<&str> {
        self.content_id.as_deref()
    }

    /// Whether it is shown inside the HTML part.
    pub fn is_inline(&self) -> bool {
        self.inline
    }

    /// Its octets.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// `length` octets of it from `start` on.
    ///
    /// # Errors
    /// It cannot be read, or is not what it was when the message was composed.
    pub async fn octets(&self, start: u64, length: usize) -> Result<Vec<u8>, LetterError> {
        let mut file = self.open().await?;
        file.seek(SeekFrom::Start(start)).await.map_err(|e| self.unreadable(e))?;
        let mut octets = vec![0; length];
        match file.read_exact(&mut octets).await {
            Ok(_) => Ok(octets),
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => Err(self.changed()),
            Err(e) => Err(self.unreadable(e)),
        }
    }

    /// Opens it, if it is still what it was.
    pub(super) async fn open(&self) -> Result<File, LetterError> {
        let file = File::open(&self.path).await.map_err(|e| self.unreadable(e))?;
        self.compare(&file).await?;
        Ok(file)
    }

    pub(super) async fn compare(&self, file: &File) -> Result<(), LetterError> {
        let found = file.metadata().await.map_err(|e| self.unreadable(e))?;
        if self.is_still(&found) { Ok(()) } else { Err(self.changed()) }
    }

    pub(super) fn unreadable(&self, source: io::Error) -> LetterError {
        LetterError::File { path: self.path.display().to_string(), source }
    }

    pub(super) fn changed(&self) -> LetterError {
        LetterError::Changed { path: self.path.display().to_string() }
    }

    fn is_still(&self, found: &Metadata) -> bool {
        found.len() == self.size && found.modified().ok() == self.modified
    }

    /// Its octets in base64, every line with its end.
    pub(super) fn encoded_size(&self) -> u64 {
        let (full, rest) = (self.size / LINE.0 as u64, self.size % LINE.0 as u64);
        let last = if rest == 0 { 0 } else { rest.div_ceil(3) * 4 + 2 };
        full * (LINE.1 as u64 + 2) + last
    }
}

/// The media type that the name of `path` suggests.
fn media_type(path: &Path) -> String {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    // NOTE: parts of these types must not be base64 (RFC 2046 §5.2.1), and files are.
    match guess.type_().as_str() {
        "message" | "multipart" => "application/octet-stream".to_owned(),
        _ => guess.essence_str().to_owned(),
    }
}

fn content_id(id: &str) -> Result<String, LetterError> {
    let bare = id.trim_start_matches('<').trim_end_matches('>');
    if bare.is_empty()
        || bare.len() > 200
        || !bare.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b))
    {
        return Err(LetterError::field(
            "attachments",
            format!("{id:?} is not a Content-ID"),
            "Use letters, digits, dots and hyphens, for example logo@example.com",
        ));
    }
    Ok(bare.to_owned())
}
