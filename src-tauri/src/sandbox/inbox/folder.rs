//! The inbox as the owner of a mailbox sees it: folders, numbered mails, marks.

use super::{Body, Inbox, Kept, Mail, next_uid};
use std::{collections::BTreeSet, num::NonZeroU32, sync::Arc};

/// A folder of a mailbox, named as Exchange names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sandbox) enum Folder {
    /// What arrived.
    Inbox,
    /// What was taken for junk: nothing is, here.
    Junk,
    /// What was sent with the mailbox's sign-in.
    Sent,
}

/// Something that a mail is marked as (RFC 3501 §2.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sandbox) enum Mark {
    Seen,
    Answered,
    Flagged,
    Draft,
}

/// The marks of a mail, by the mailbox and the folder it is in.
pub(super) type Marks = Vec<(&'static str, Folder, BTreeSet<Mark>)>;

/// A mail in a folder.
pub(in crate::sandbox) struct Entry {
    /// Its number; later mails have higher ones.
    pub(in crate::sandbox) uid: NonZeroU32,
    /// As it is listed.
    pub(in crate::sandbox) mail: Mail,
    /// Its text.
    pub(in crate::sandbox) source: Arc<Body>,
    /// What it is marked as.
    pub(in crate::sandbox) marks: BTreeSet<Mark>,
}

impl Folder {
    /// All of them.
    pub(in crate::sandbox) const ALL: [Self; 3] = [Self::Inbox, Self::Junk, Self::Sent];

    /// Whether `mail` is in this folder of `owner`.
    fn has(self, owner: &str, mail: &Mail) -> bool {
        match self {
            Self::Inbox => mail.to.iter().any(|to| to.eq_ignore_ascii_case(owner)),
            Self::Junk => false,
            Self::Sent => mail.mailbox.eq_ignore_ascii_case(owner),
        }
    }

    /// How a mail is marked at first: who sent it has seen it.
    fn first_marks(self) -> BTreeSet<Mark> {
        if self == Self::Sent { BTreeSet::from([Mark::Seen]) } else { BTreeSet::new() }
    }
}

impl Kept {
    fn marks(&self, owner: &str, folder: Folder) -> BTreeSet<Mark> {
        let of_owner = self.marks.iter().find(|(whose, at, _)| *whose == owner && *at == folder);
        of_owner.map_or_else(|| folder.first_marks(), |(_, _, marks)| marks.clone())
    }
}

impl Inbox {
    /// What is in `folder` of `owner`, oldest first.
    pub(in crate::sandbox) fn entries(&self, owner: &str, folder: Folder) -> Vec<Entry> {
        let kept = self.kept();
        let within = kept.iter().rev().filter(|kept| folder.has(owner, &kept.mail));
        within
            .map(|kept| Entry {
                uid: kept.uid,
                mail: kept.mail.clone(),
                source: Arc::clone(&kept.source),
                marks: kept.marks(owner, folder),
            })
            .collect()
    }

    /// The number that the next mail will have.
    pub(in crate::sandbox) fn next_uid(&self) -> NonZeroU32 {
        next_uid(&self.kept())
    }

    /// Marks the mail `uid` in `folder` of `owner` as `marks` and nothing else.
    pub(in crate::sandbox) fn mark(
        &self,
        owner: &'static str,
        folder: Folder,
        uid: NonZeroU32,
        marks: BTreeSet<Mark>,
    ) {
        let mut kept = self.kept();
        let Some(kept) = kept.iter_mut().find(|kept| kept.uid == uid) else { return };
        kept.marks.retain(|(whose, at, _)| (*whose, *at) != (owner, folder));
        kept.marks.push((owner, folder, marks));
    }
}
