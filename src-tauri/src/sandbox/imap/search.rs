//! SEARCH (RFC 3501 §6.4.4): which mails are asked for.

use super::{
    head,
    session::{Outcome, Session},
};
use crate::sandbox::inbox::{Entry, Mark};
use imap_codec::imap_types::{
    core::{Charset, Vec1},
    datetime::NaiveDate,
    search::SearchKey,
    sequence::{SeqOrUid, Sequence, SequenceSet},
};
use mail_parser::{MessageParser, MessagePart, parsers::MessageStream};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};

/// A mail that may be meant, and its place among the others.
pub(super) struct Numbered {
    pub(super) number: u32,
    pub(super) entry: Entry,
}

/// The highest numbers, which `*` stands for.
#[derive(Debug, Clone, Copy)]
struct Last {
    number: u32,
    uid: u32,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// The mails of the open folder that are still there, by the client's numbers.
    pub(super) fn numbered(&self, owner: &str) -> Vec<Numbered> {
        let Some(open) = &self.open else { return Vec::new() };
        let entries = self.world.inbox.entries(owner, open.folder).into_iter();
        let numbered = entries.filter_map(|entry| {
            let at = open.uids.binary_search(&entry.uid).ok()?;
            Some(Numbered { number: u32::try_from(at + 1).ok()?, entry })
        });
        numbered.collect()
    }

    /// Those of them that `set` names, by UID or by number.
    pub(super) fn named(&self, owner: &str, set: &SequenceSet, uid: bool) -> Vec<Numbered> {
        let mut all = self.numbered(owner);
        let last = last(&all);
        all.retain(|mail| {
            let (own, last) =
                if uid { (mail.entry.uid.get(), last.uid) } else { (mail.number, last.number) };
            within(set, own, last)
        });
        all
    }

    /// Answers `SEARCH` and `UID SEARCH`.
    pub(super) fn search(
        &mut self,
        owner: &str,
        charset: Option<&Charset<'_>>,
        criteria: Vec1<SearchKey<'_>>,
        uid: bool,
    ) -> io::Result<Outcome> {
        let known = ["US-ASCII", "UTF-8"];
        if charset
            .is_some_and(|set| !known.iter().any(|one| set.as_ref().eq_ignore_ascii_case(one)))
        {
            return Ok(Err(
                "NO [BADCHARSET (US-ASCII UTF-8)] The specified charset is not supported.",
            ));
        }
        let (all, wanted) = (self.numbered(owner), SearchKey::And(criteria));
        let last = last(&all);
        let mut found = vec!["* SEARCH".to_owned()];
        for mail in &all {
            if mail.is(&wanted, last)? {
                let number = if uid { mail.entry.uid.get() } else { mail.number };
                found.push(number.to_string());
            }
        }
        self.line(&found.join(" "));
        Ok(Ok("OK SEARCH completed."))
    }
}

impl Numbered {
    fn is(&self, key: &SearchKey<'_>, last: Last) -> io::Result<bool> {
        let marked = |mark| self.entry.marks.contains(&mark);
        let size = self.entry.mail.size;
        Ok(match key {
            SearchKey::And(keys) => {
                for key in keys.as_ref() {
                    if !self.is(key, last)? {
                        return Ok(false);
                    }
                }
                true
            }
            SearchKey::Or(one, other) => self.is(one, last)? || self.is(other, last)?,
            SearchKey::Not(key) => !self.is(key, last)?,
            SearchKey::SequenceSet(set) => within(set, self.number, last.number),
            SearchKey::Uid(set) => within(set, self.entry.uid.get(), last.uid),
            SearchKey::Seen => marked(Mark::Seen),
            SearchKey::Unseen => !marked(Mark::Seen),
            SearchKey::Answered => marked(Mark::Answered),
            SearchKey::Unanswered => !marked(Mark::Answered),
            SearchKey::Flagged => marked(Mark::Flagged),
            SearchKey::Unflagged => !marked(Mark::Flagged),
            SearchKey::Draft => marked(Mark::Draft),
            SearchKey::Undraft => !marked(Mark::Draft),
            // Nothing is ever deleted, recent, or has a keyword.
            SearchKey::Deleted | SearchKey::Recent | SearchKey::New | SearchKey::Keyword(_) => {
                false
            }
            SearchKey::All | SearchKey::Undeleted | SearchKey::Old | SearchKey::Unkeyword(_) => {
                true
            }
            SearchKey::Larger(octets) => size > u64::from(*octets),
            SearchKey::Smaller(octets) => size < u64::from(*octets),
            SearchKey::Before(day) => self.received() < iso(day),
            SearchKey::On(day) => self.received() == iso(day),
            SearchKey::Since(day) => self.received() >= iso(day),
            SearchKey::SentBefore(day) => self.sent().is_some_and(|sent| sent < iso(day)),
            SearchKey::SentOn(day) => self.sent().is_some_and(|sent| sent == iso(day)),
            SearchKey::SentSince(day) => self.sent().is_some_and(|sent| sent >= iso(day)),
            SearchKey::From(text) => self.field_has("From", text.as_ref()),
            SearchKey::To(text) => self.field_has("To", text.as_ref()),
            SearchKey::Cc(text) => self.field_has("Cc", text.as_ref()),
            SearchKey::Bcc(text) => self.field_has("Bcc", text.as_ref()),
            SearchKey::Subject(text) => self.field_has("Subject", text.as_ref()),
            SearchKey::Header(name, text) => {
                self.field_has(&String::from_utf8_lossy(name.as_ref()), text.as_ref())
            }
            SearchKey::Body(text) => self.text_has(text.as_ref())?,
            SearchKey::Text(text) => {
                let header = head::split(self.entry.source.start()).0;
                has(&String::from_utf8_lossy(header), text.as_ref())
                    || self.text_has(text.as_ref())?
            }
        })
    }

    /// The day it arrived, as dates compare: "2026-11-18".
    fn received(&self) -> String {
        self.entry.mail.received_at.date_time().date().to_string()
    }

    /// The day its Date header names.
    fn sent(&self) -> Option<String> {
        let head = MessageParser::default().parse_headers(self.entry.source.start())?;
        let date = head.date()?;
        Some(format!("{:04}-{:02}-{:02}", date.year, date.month, date.day))
    }

    /// Whether a field called `name` has `text` in it, as written or as read.
    fn field_has(&self, name: &str, text: &[u8]) -> bool {
        let header = head::split(self.entry.source.start()).0;
        head::fields(header).into_iter().any(|(own, field)| {
            let value = &field[own.len() + 1..];
            let written = String::from_utf8_lossy(value).replace("\r\n", "");
            let read = MessageStream::new(value).parse_unstructured();
            own.eq_ignore_ascii_case(name.as_bytes())
                && (has(&written, text) || read.as_text().is_some_and(|read| has(read, text)))
        })
    }

    /// Whether the text of a part has `text` in it.
    fn text_has(&self, text: &[u8]) -> io::Result<bool> {
        let source = self.entry.source.read()?;
        let mail = MessageParser::default().parse(&source);
        let parts = mail.iter().flat_map(|mail| &mail.parts).filter_map(MessagePart::text_contents);
        Ok(parts.into_iter().any(|part| has(part, text)))
    }
}

/// Whether `text` is in `within`, whatever its case.
fn has(within: &str, text: &[u8]) -> bool {
    within.to_lowercase().contains(&String::from_utf8_lossy(text).to_lowercase())
}

fn iso(day: &NaiveDate) -> String {
    day.as_ref().to_string()
}

fn last(mails: &[Numbered]) -> Last {
    mails.last().map_or(Last { number: 0, uid: 0 }, |mail| Last {
        number: mail.number,
        uid: mail.entry.uid.get(),
    })
}

/// Whether `set` names `number` when `*` stands for `last`; a range may be written either way round.
fn within(set: &SequenceSet, number: u32, last: u32) -> bool {
    let value = |end: &SeqOrUid| match end {
        SeqOrUid::Value(value) => value.get(),
        SeqOrUid::Asterisk => last,
    };
    set.0.as_ref().iter().any(|part| match part {
        Sequence::Single(one) => value(one) == number,
        Sequence::Range(from, to) => {
            let (from, to) = (value(from), value(to));
            (from.min(to)..=from.max(to)).contains(&number)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_names_numbers_and_the_last() {
        for (set, expected) in [
            ("1", vec![1]),
            ("2:3", vec![2, 3]),
            ("3:2", vec![2, 3]),
            ("*", vec![4]),
            ("3:*", vec![3, 4]),
            ("9:*", vec![4]),
            ("1,4", vec![1, 4]),
            ("5", vec![]),
        ] {
            let parsed = set.parse().unwrap();
            let found: Vec<_> = (1..=4).filter(|number| within(&parsed, *number, 4)).collect();
            assert_eq!(found, expected, "{set}");
        }
    }
}
