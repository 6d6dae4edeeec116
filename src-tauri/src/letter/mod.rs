//! A message as it goes over the wire.
//!
//! Headers, addresses and text parts are built in memory (lettre does the encoding); attachments stay
//! on disk and are encoded while they are read, so memory does not grow with them.
//!
//! Invariants: the size is exact before the first byte is read; every byte is 7-bit, except for
//! addresses that need SMTPUTF8; every line ends with CRLF and has at most 998 octets; a header is
//! never more than the one it was meant to be.

mod address;
mod body;
mod file;
mod header;
mod notices;
mod reader;
#[cfg(test)]
mod tests;

pub use address::{People, mailboxes, sent_as};
pub use file::FileOnDisk;
pub use notices::Notices;
pub use reader::LetterReader;

use crate::{clock::Timestamp, profile::Mailbox};
use lettre::Address;
use std::{io, path::PathBuf};
use uuid::Uuid;

/// What somebody wants to send.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What recipients see.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// Recipients: one or more mailboxes each, `local@domain` or `Name <local@domain>`.
    pub to: Vec<String>,
    /// Copies.
    pub cc: Vec<String>,
    /// Hidden copies.
    pub bcc: Vec<String>,
    /// One line.
    pub subject: String,
    /// The text part; empty: none.
    pub text: String,
    /// The HTML part; empty: none.
    pub html: String,
    /// Extra headers, name and value.
    pub headers: Vec<(String, String)>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// What the servers on the way are to report.
    pub notices: Notices,
}

/// A file to send along.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Where it is.
    pub path: PathBuf,
    /// Shown inside the HTML part: its Content-ID, for `<img src="cid:…">`.
    pub content_id: Option<String>,
}

/// Whom the server is told about; domains in their ASCII form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Who sends.
    pub from: Address,
    /// Who gets it, each once.
    pub to: Vec<Address>,
}

/// A message ready to go. It can be read more than once.
#[derive(Debug)]
pub struct Letter {
    draft: Draft,
    dated: Timestamp,
    people: People,
    message_id: String,
    envelope: Envelope,
    needs_smtputf8: Option<String>,
    bcc: String,
    notices: Notices,
    pieces: Vec<Piece>,
    size: u64,
}

/// A stretch of the message.
#[derive(Debug)]
enum Piece {
    Bytes(Vec<u8>),
    File(FileOnDisk),
}

/// Why a message cannot be built or read.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// A value cannot stand where it was put.
    #[error("{field}: {fault}")]
    Field {
        /// Which: `to`, `subject`, `headers.X-Name`, …
        field: String,
        /// What is wrong with it.
        fault: String,
        /// What would be right.
        remedy: String,
    },
    /// A file to attach cannot be read.
    #[error("{path} cannot be read: {source}")]
    File {
        /// The file.
        path: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file to attach is no longer what it was when its size was announced.
    #[error("{path} changed after the message was composed")]
    Changed {
        /// The file.
        path: String,
    },
}

impl LetterError {
    fn field(
        field: impl Into<String>,
        fault: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Field { field: field.into(), fault: fault.into(), remedy: remedy.into() }
    }
}

impl Letter {
    /// Builds the message `draft` describes, dated `now`; looks at its files and does not read them.
    pub async fn compose(draft: &Draft, now: Timestamp) -> Result<Self, LetterError> {
        draft.notices.check()?;
        let people = People::of(draft)?;
        let message_id = format!("<{}@{}>", Uuid::new_v4(), people.from.email.domain());
        Self::build(draft.clone(), people, now, message_id).await
    }

    async fn build(
        draft: Draft,
        people: People,
        dated: Timestamp,
        message_id: String,
    ) -> Result<Self, LetterError> {
        let mut head = header::head(&draft, &people, dated, &message_id)?;
        let body = body::pieces(&draft, &mut head).await?;
        let mut pieces = vec![Piece::Bytes(head.into_bytes())];
        pieces.extend(body);
        let size = pieces.iter().map(Piece::size).sum();
        Ok(Self {
            envelope: people.envelope(),
            needs_smtputf8: people.first_not_ascii(),
            bcc: header::people("Bcc", "bcc", &people.bcc)?,
            notices: draft.notices.clone(),
            draft,
            dated,
            people,
            message_id,
            pieces,
            size,
        })
    }

    /// The same message without its files, for a server that takes them one by one.
    pub async fn without_files(&self) -> Result<Self, LetterError> {
        let draft = Draft { attachments: Vec::new(), ..self.draft.clone() };
        Self::build(draft, self.people.clone(), self.dated, self.message_id.clone()).await
    }

    /// What it was composed of.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// Everybody it names, checked.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// Its files, in the order in which they stand in it.
    pub fn files(&self) -> impl Iterator<Item = &FileOnDisk> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Bytes(_) => None,
            Piece::File(file) => Some(file),
        })
    }

    /// Its own id, with angle brackets.
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// Whom the server is told about.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The first address that only a server with SMTPUTF8 takes (RFC 6531).
    pub fn needs_smtputf8(&self) -> Option<&str> {
        self.needs_smtputf8.as_deref()
    }

    /// What the servers on its way are to report.
    pub fn notices(&self) -> &Notices {
        &self.notices
    }

    /// Octets as RFC 1870 counts them: with every CRLF, without doubled dots and the final one.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Octets with the hidden copies' header.
    pub fn size_with_bcc(&self) -> u64 {
        self.size + self.bcc.len() as u64
    }

    /// Reads it from the start, hidden copies left out: they must not be seen by the others.
    pub fn read(&self) -> LetterReader<'_> {
        LetterReader::new(b"", &self.pieces)
    }

    /// Reads it from the start with the hidden copies' header, for a server that takes it out.
    pub fn read_with_bcc(&self) -> LetterReader<'_> {
        LetterReader::new(self.bcc.as_bytes(), &self.pieces)
    }
}

impl Piece {
    fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(file) => file.encoded_size(),
        }
    }
}
