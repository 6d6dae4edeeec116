//! FETCH (RFC 3501 §6.4.5): what is in a mail.

use super::{
    data::{envelope, string},
    head,
    search::Numbered,
    session::{Outcome, Session},
    store::mark_flag,
};
use crate::sandbox::inbox::Mark;
use imap_codec::{
    ResponseCodec,
    encode::Encoder as _,
    imap_types::{
        IntoStatic as _,
        core::Vec1,
        fetch::{MacroOrMessageDataItemNames, MessageDataItem, MessageDataItemName, Section},
        flag::FlagFetch,
        response::{Data, Response},
        sequence::SequenceSet,
    },
};
use std::{io, num::NonZeroU32};
use tokio::io::{AsyncRead, AsyncWrite};

type Name = MessageDataItemName<'static>;
type Item = MessageDataItem<'static>;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Answers `FETCH` and `UID FETCH`.
    pub(super) fn fetch(
        &mut self,
        owner: &'static str,
        set: &SequenceSet,
        asked: MacroOrMessageDataItemNames<'static>,
        uid: bool,
    ) -> io::Result<Outcome> {
        let mut names = match asked {
            MacroOrMessageDataItemNames::Macro(several) => {
                several.expand().into_iter().map(|name| name.into_static()).collect()
            }
            MacroOrMessageDataItemNames::MessageDataItemNames(names) => names,
        };
        if names.iter().any(needs_parts) {
            return Ok(Err("NO [CANNOT] The sandbox does not take mails apart: fetch BODY[]."));
        }
        if uid && !names.contains(&MessageDataItemName::Uid) {
            names.push(MessageDataItemName::Uid);
        }
        for mut mail in self.named(owner, set, uid) {
            let mut names = names.clone();
            if names.iter().any(reads) && self.see(owner, &mut mail) {
                names.push(MessageDataItemName::Flags);
            }
            let source =
                if names.iter().any(needs_source) { mail.entry.source.read()? } else { Vec::new() };
            let items = names.into_iter().filter_map(|name| item(name, &mail, &source)).collect();
            self.say(&mail, items);
        }
        Ok(Ok("OK FETCH completed."))
    }

    /// Marks `mail` as seen; whether it was not before.
    fn see(&mut self, owner: &'static str, mail: &mut Numbered) -> bool {
        let Some(open) = self.open.as_ref().filter(|open| !open.read_only) else { return false };
        let new = mail.entry.marks.insert(Mark::Seen);
        if new {
            let marks = mail.entry.marks.clone();
            self.world.inbox.mark(owner, open.folder, mail.entry.uid, marks);
        }
        new
    }

    fn say(&mut self, mail: &Numbered, items: Vec<Item>) {
        let Some((seq, items)) = NonZeroU32::new(mail.number).zip(Vec1::try_from(items).ok())
        else {
            return;
        };
        let response = Response::Data(Data::Fetch { seq, items });
        self.wire.put(&ResponseCodec::default().encode(&response).dump());
    }
}

/// Whether the mail's parts would have to be known.
fn needs_parts(name: &Name) -> bool {
    match name {
        MessageDataItemName::Body
        | MessageDataItemName::BodyStructure
        | MessageDataItemName::Binary { .. }
        | MessageDataItemName::BinarySize { .. } => true,
        MessageDataItemName::BodyExt { section: Some(section), .. } => !matches!(
            section,
            Section::Header(None)
                | Section::HeaderFields(None, _)
                | Section::HeaderFieldsNot(None, _)
                | Section::Text(None)
        ),
        _ => false,
    }
}

/// Whether who fetches it has seen the mail.
fn reads(name: &Name) -> bool {
    matches!(
        name,
        MessageDataItemName::BodyExt { peek: false, .. }
            | MessageDataItemName::Rfc822
            | MessageDataItemName::Rfc822Text
    )
}

fn needs_source(name: &Name) -> bool {
    reads(name)
        || matches!(name, MessageDataItemName::BodyExt { .. } | MessageDataItemName::Rfc822Header)
}

fn item(name: Name, mail: &Numbered, source: &[u8]) -> Option<Item> {
    let (header, text) = head::split(source);
    Some(match name {
        MessageDataItemName::Uid => MessageDataItem::Uid(mail.entry.uid),
        MessageDataItemName::Flags => {
            let flags = mail.entry.marks.iter().map(|mark| mark_flag(*mark));
            MessageDataItem::Flags(flags.map(FlagFetch::Flag).collect())
        }
        MessageDataItemName::InternalDate => {
            let at = mail.entry.mail.received_at.date_time().unix_timestamp();
            let at = chrono::DateTime::from_timestamp(at, 0)?.fixed_offset();
            MessageDataItem::InternalDate(at.try_into().ok()?)
        }
        MessageDataItemName::Rfc822Size => {
            MessageDataItem::Rfc822Size(u32::try_from(mail.entry.mail.size).unwrap_or(u32::MAX))
        }
        MessageDataItemName::Envelope => {
            MessageDataItem::Envelope(envelope(mail.entry.source.start()))
        }
        MessageDataItemName::Rfc822 => MessageDataItem::Rfc822(string(source)),
        MessageDataItemName::Rfc822Header => MessageDataItem::Rfc822Header(string(header)),
        MessageDataItemName::Rfc822Text => MessageDataItem::Rfc822Text(string(text)),
        MessageDataItemName::BodyExt { section, partial, .. } => {
            let whole = match &section {
                Some(Section::Header(_)) => header.to_vec(),
                Some(Section::Text(_)) => text.to_vec(),
                Some(Section::HeaderFields(_, names)) => head::chosen(header, &octets(names), true),
                Some(Section::HeaderFieldsNot(_, names)) => {
                    head::chosen(header, &octets(names), false)
                }
                _ => source.to_vec(),
            };
            let data = partial.map_or(&whole[..], |(from, most)| cut(&whole, from, most));
            let origin = partial.map(|(from, _)| from);
            MessageDataItem::BodyExt { section, origin, data: string(data) }
        }
        _ => return None,
    })
}

fn octets<'a>(names: &'a Vec1<imap_codec::imap_types::core::AString<'_>>) -> Vec<&'a [u8]> {
    names.as_ref().iter().map(AsRef::as_ref).collect()
}

/// The part of `whole` that begins at `from` and has `most` octets at most.
fn cut(whole: &[u8], from: u32, most: NonZeroU32) -> &[u8] {
    let (from, most) = (usize::try_from(from), usize::try_from(most.get()));
    let rest = from.ok().and_then(|from| whole.get(from..)).unwrap_or_default();
    &rest[..rest.len().min(most.unwrap_or(usize::MAX))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_text_is_within_it() {
        let most = |most| NonZeroU32::new(most).unwrap();
        assert_eq!(cut(b"abcdef", 1, most(3)), b"bcd");
        assert_eq!(cut(b"abcdef", 4, most(u32::MAX)), b"ef");
        assert_eq!(cut(b"abcdef", 9, most(1)), b"");
    }
}
