//! LIST, STATUS, SELECT: which folders there are, and what is new in the one that is open.

use super::session::{Open, Outcome, Session};
use crate::sandbox::inbox::{Entry, Folder, Mark};
use imap_codec::imap_types::{
    mailbox::{ListMailbox, Mailbox},
    status::StatusDataItemName,
};
use tokio::io::{AsyncRead, AsyncWrite};

/// The marks that are kept.
const MARKS: &str = r"\Seen \Answered \Flagged \Draft";
const NO_FOLDER: &str = "NO [NONEXISTENT] Folder doesn't exist.";

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Answers `LIST` and `LSUB`; every folder is subscribed.
    pub(super) fn list(
        &mut self,
        verb: &str,
        reference: &Mailbox<'_>,
        pattern: &ListMailbox<'_>,
    ) -> &'static str {
        let pattern = match pattern {
            ListMailbox::Token(token) => token.as_ref(),
            ListMailbox::String(string) => string.as_ref(),
        };
        if pattern.is_empty() {
            self.line(&format!(r#"* {verb} (\Noselect) "/" """#)); // RFC 3501 §6.3.8: the delimiter
        }
        let pattern = [name(reference), pattern].concat();
        for folder in Folder::ALL.into_iter().filter(|folder| matches(&pattern, called(*folder))) {
            let attributes = match folder {
                Folder::Inbox => r"\HasNoChildren",
                Folder::Junk => r"\HasNoChildren \Junk",
                Folder::Sent => r"\HasNoChildren \Sent",
            };
            let called = called(folder);
            self.line(&format!(r#"* {verb} ({attributes}) "/" "{called}""#));
        }
        if verb == "LIST" { "OK LIST completed." } else { "OK LSUB completed." }
    }

    /// Answers `STATUS`.
    pub(super) fn status(
        &mut self,
        owner: &str,
        mailbox: &Mailbox<'_>,
        asked: &[StatusDataItemName],
    ) -> Outcome {
        let folder = find(mailbox).ok_or(NO_FOLDER)?;
        let entries = self.world.inbox.entries(owner, folder);
        let mut items = Vec::new();
        for item in asked {
            items.push(match item {
                StatusDataItemName::Messages => format!("MESSAGES {}", entries.len()),
                StatusDataItemName::Recent => "RECENT 0".to_owned(),
                StatusDataItemName::UidNext => format!("UIDNEXT {}", self.world.inbox.next_uid()),
                StatusDataItemName::UidValidity => {
                    format!("UIDVALIDITY {}", self.world.uid_validity)
                }
                StatusDataItemName::Unseen => format!("UNSEEN {}", unseen(&entries).count()),
                _ => return Err("BAD Command Argument Error. 11"),
            });
        }
        self.line(&format!(r#"* STATUS "{}" ({})"#, called(folder), items.join(" ")));
        Ok("OK STATUS completed.")
    }

    /// Answers `SELECT` and, when `read_only`, `EXAMINE`.
    pub(super) fn select(
        &mut self,
        owner: &str,
        mailbox: &Mailbox<'_>,
        read_only: bool,
    ) -> Outcome {
        self.open = None;
        let folder = find(mailbox).ok_or(NO_FOLDER)?;
        let entries = self.world.inbox.entries(owner, folder);
        self.line(&format!("* {} EXISTS\r\n* 0 RECENT", entries.len()));
        self.line(&format!("* FLAGS ({MARKS})"));
        let kept = if read_only { "" } else { MARKS };
        self.line(&format!("* OK [PERMANENTFLAGS ({kept})] Permanent flags"));
        if let Some((first, _)) = unseen(&entries).next() {
            self.line(&format!("* OK [UNSEEN {}] Is the first unseen message", first + 1));
        }
        self.line(&format!("* OK [UIDVALIDITY {}] UIDVALIDITY value", self.world.uid_validity));
        self.line(&format!(
            "* OK [UIDNEXT {}] The next unique identifier",
            self.world.inbox.next_uid()
        ));
        let uids = entries.iter().map(|entry| entry.uid).collect();
        self.open = Some(Open { folder, uids, read_only });
        if read_only {
            Ok("OK [READ-ONLY] EXAMINE completed.")
        } else {
            Ok("OK [READ-WRITE] SELECT completed.")
        }
    }

    /// Says what went and came since the client was last told.
    pub(super) fn renew(&mut self) {
        let (Some(mut open), Some(login)) = (self.open.take(), self.login) else { return };
        let entries = self.world.inbox.entries(login.mailbox.address, open.folder);
        let now: Vec<_> = entries.iter().map(|entry| entry.uid).collect();
        // From the end: each removal moves up what comes behind it (RFC 3501 §7.4.1).
        for at in (0..open.uids.len()).rev().filter(|at| !now.contains(&open.uids[*at])) {
            self.line(&format!("* {} EXPUNGE", at + 1));
        }
        if now.last() > open.uids.last() {
            self.line(&format!("* {} EXISTS", now.len()));
        }
        open.uids = now;
        self.open = Some(open);
    }
}

fn unseen(entries: &[Entry]) -> impl Iterator<Item = (usize, &Entry)> {
    entries.iter().enumerate().filter(|(_, entry)| !entry.marks.contains(&Mark::Seen))
}

fn called(folder: Folder) -> &'static str {
    match folder {
        Folder::Inbox => "INBOX",
        Folder::Junk => "Junk Email",
        Folder::Sent => "Sent Items",
    }
}

fn name<'a>(mailbox: &'a Mailbox<'_>) -> &'a [u8] {
    match mailbox {
        Mailbox::Inbox => b"INBOX",
        Mailbox::Other(other) => other.as_ref(),
    }
}

fn find(mailbox: &Mailbox<'_>) -> Option<Folder> {
    let name = name(mailbox);
    Folder::ALL.into_iter().find(|folder| called(*folder).as_bytes().eq_ignore_ascii_case(name))
}

/// Whether `pattern`, in which `*` and `%` stand for anything, matches `name`; there are no levels.
fn matches(pattern: &[u8], name: &str) -> bool {
    let pieces: Vec<_> = pattern.split(|octet| matches!(octet, b'*' | b'%')).collect();
    let mut rest = name.to_ascii_lowercase();
    for (at, piece) in pieces.iter().enumerate() {
        let piece = String::from_utf8_lossy(piece).to_ascii_lowercase();
        let found = match at {
            0 if pieces.len() == 1 => (rest == piece).then_some(0),
            0 => rest.starts_with(&piece).then_some(0),
            at if at + 1 == pieces.len() => {
                rest.ends_with(&piece).then(|| rest.len() - piece.len())
            }
            _ => rest.find(&piece),
        };
        let Some(found) = found else { return false };
        rest.drain(..found + piece.len());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_the_folders_it_stands_for() {
        for (pattern, expected) in [
            ("*", 3),
            ("%", 3),
            ("inbox", 1),
            ("Sent*", 1),
            ("*item*", 1),
            ("*e*", 2),
            ("%x", 1),
            ("**", 3),
            ("", 0),
            ("IN", 0),
            ("INBOX/%", 0),
            ("Sent*Sent Items", 0),
        ] {
            let found =
                Folder::ALL.iter().filter(|folder| matches(pattern.as_bytes(), called(**folder)));
            assert_eq!(found.count(), expected, "{pattern}");
        }
    }
}
