//! STORE: marks that a client sets and takes away.

use super::session::Session;
use crate::sandbox::inbox::{Folder, Mark};
use imap_codec::imap_types::{
    flag::{Flag, StoreResponse, StoreType},
    sequence::SequenceSet,
};
use std::collections::BTreeSet;
use tokio::io::{AsyncRead, AsyncWrite};

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Answers `STORE` and `UID STORE`.
    pub(super) fn store(
        &mut self,
        (owner, folder): (&'static str, Folder),
        set: &SequenceSet,
        (kind, response, flags): (StoreType, StoreResponse, &[Flag<'_>]),
        uid: bool,
    ) -> &'static str {
        let asked: BTreeSet<Mark> = flags.iter().filter_map(mark).collect();
        for mail in self.named(owner, set, uid) {
            let mut marks = mail.entry.marks;
            match kind {
                StoreType::Replace => marks.clone_from(&asked),
                StoreType::Add => marks.extend(&asked),
                StoreType::Remove => marks.retain(|mark| !asked.contains(mark)),
            }
            if response == StoreResponse::Answer {
                let uid = if uid { format!(" UID {}", mail.entry.uid) } else { String::new() };
                let flags = written(&marks);
                self.line(&format!("* {} FETCH (FLAGS ({flags}){uid})", mail.number));
            }
            self.world.inbox.mark(owner, folder, mail.entry.uid, marks);
        }
        "OK STORE completed."
    }
}

/// The mark that `flag` sets; others are not permanent here, and forgotten at once.
fn mark(flag: &Flag<'_>) -> Option<Mark> {
    Some(match flag {
        Flag::Seen => Mark::Seen,
        Flag::Answered => Mark::Answered,
        Flag::Flagged => Mark::Flagged,
        Flag::Draft => Mark::Draft,
        _ => return None,
    })
}

/// Marks as they are written in a response.
fn written(marks: &BTreeSet<Mark>) -> String {
    marks.iter().map(|mark| mark_flag(*mark).to_string()).collect::<Vec<_>>().join(" ")
}

/// The flag that stands for `mark`.
pub(super) fn mark_flag(mark: Mark) -> Flag<'static> {
    match mark {
        Mark::Seen => Flag::Seen,
        Mark::Answered => Flag::Answered,
        Mark::Flagged => Flag::Flagged,
        Mark::Draft => Flag::Draft,
    }
}
