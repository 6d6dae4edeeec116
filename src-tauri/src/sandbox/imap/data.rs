//! Envelopes and strings as responses carry them.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use imap_codec::imap_types::{
    core::{IString, Literal, NString},
    envelope::{Address, Envelope},
};
use mail_parser::{Addr, HeaderName, Message, MessageParser};

/// `octets` as a literal. NUL, which no literal may have, is sent as 0x80, as Dovecot does.
pub(super) fn string(octets: &[u8]) -> NString<'static> {
    let octets: Vec<u8> =
        octets.iter().map(|octet| if *octet == 0 { 0x80 } else { *octet }).collect();
    let literal = Literal::try_from(octets).expect("there is no NUL in it");
    NString(Some(IString::Literal(literal)))
}

/// The envelope of a message that begins with `start` (RFC 3501 §7.4.2).
pub(super) fn envelope(start: &[u8]) -> Envelope<'static> {
    let head = MessageParser::default().parse_headers(start).unwrap_or_default();
    let raw = |name| head.header_raw(name).map(|value| value.replace("\r\n", "").trim().to_owned());
    let from = addresses(&head, HeaderName::From);
    let or_from = |name| Some(addresses(&head, name)).filter(|own| !own.is_empty());
    Envelope {
        date: short(raw(HeaderName::Date)),
        subject: short(raw(HeaderName::Subject)),
        sender: or_from(HeaderName::Sender).unwrap_or_else(|| from.clone()),
        reply_to: or_from(HeaderName::ReplyTo).unwrap_or_else(|| from.clone()),
        from,
        to: addresses(&head, HeaderName::To),
        cc: addresses(&head, HeaderName::Cc),
        bcc: addresses(&head, HeaderName::Bcc),
        in_reply_to: short(raw(HeaderName::InReplyTo)),
        message_id: short(raw(HeaderName::MessageId)),
    }
}

fn addresses(head: &Message<'_>, name: HeaderName<'static>) -> Vec<Address<'static>> {
    let listed = head.header_values(name).filter_map(|value| value.as_address());
    listed.flat_map(mail_parser::Address::iter).filter_map(address).collect()
}

fn address(one: &Addr<'_>) -> Option<Address<'static>> {
    let (mailbox, host) = one.address()?.rsplit_once('@')?;
    Some(Address {
        name: short(one.name().map(encoded)),
        adl: NString(None),
        mailbox: short(Some(mailbox.to_owned())),
        host: short(Some(host.to_owned())),
    })
}

/// A text as a string, as short as it can be written.
fn short(text: Option<String>) -> NString<'static> {
    match text {
        None => NString(None),
        Some(text) => NString::try_from(text.clone()).unwrap_or_else(|_| string(text.as_bytes())),
    }
}

/// `name` as it is written in a header (RFC 2047 §2).
fn encoded(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    let mut words = vec![String::new()];
    for character in name.chars() {
        // An encoded word has 75 octets at most: 45 before base64.
        if words.last().is_some_and(|word| word.len() + character.len_utf8() > 45) {
            words.push(String::new());
        }
        words.last_mut().expect("there is one").push(character);
    }
    let words = words.iter().map(|word| format!("=?utf-8?B?{}?=", BASE64.encode(word)));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_ascii_is_encoded_in_words_that_are_not_too_long() {
        assert_eq!(encoded("Anna Berg"), "Anna Berg");
        assert_eq!(encoded("Änna"), "=?utf-8?B?w4RubmE=?=");
        let long = encoded(&"ä".repeat(60));
        assert!(
            long.split(' ').count() == 3 && long.split(' ').all(|word| word.len() <= 75),
            "{long}"
        );
    }

    #[test]
    fn who_sent_it_is_who_it_is_from_unless_it_says_otherwise() {
        let mail = b"From: You <you@sandbox.test>\r\nSubject: A\r\n b\r\n\r\n";
        let read = envelope(mail);
        assert_eq!((&read.sender, &read.reply_to), (&read.from, &read.from));
        assert_eq!(read.subject, NString::try_from("A b").unwrap());
        assert_eq!((read.message_id, read.to.len()), (NString(None), 0));
        assert_eq!(string(b"a\0b"), string(b"a\x80b"));
    }
}
