//! The header: ours first, then what the person added.

use super::{Draft, LetterError, address::People};
use crate::clock::Timestamp;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::message::{
    Mailbox as Checked, Mailboxes,
    header::{
        Cc, ContentDisposition, Date, From as FromHeader, Header, HeaderName, HeaderValue, Headers,
        MIME_VERSION_1_0, MessageId, ReplyTo, Subject, To,
    },
};
use std::time::SystemTime;

/// The longest line without its end (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;
/// The longest subject, in octets before it is encoded. RFC 5322 sets no limit; servers refuse a header
/// of some ten times this.
const LONGEST_SUBJECT: usize = 8_192;

/// Everything above the first `Content-…` line.
pub(super) fn head(
    draft: &Draft,
    people: &People,
    now: Timestamp,
    message_id: &str,
) -> Result<String, LetterError> {
    let mut head = line(Date::new(SystemTime::from(now.date_time())).display());
    head += &short("from", line(FromHeader::from(Mailboxes::from(people.from.clone())).display()))?;
    if let Some(reply_to) = &people.reply_to {
        let reply_to = ReplyTo::from(Mailboxes::from(reply_to.clone()));
        head += &short("reply_to", line(reply_to.display()))?;
    }
    head += &self::people("To", "to", &people.to)?;
    head += &self::people("Cc", "cc", &people.cc)?;
    head += &subject(&draft.subject)?;
    head += &line(MessageId::from(message_id.to_owned()).display());
    head += &line(MIME_VERSION_1_0.display());
    for (name, value) in &draft.headers {
        head += &extra(name, value)?;
    }
    Ok(head)
}

/// The header `name` with `mailboxes`; nothing when there are none.
pub(super) fn people(
    name: &'static str,
    field: &str,
    mailboxes: &[Checked],
) -> Result<String, LetterError> {
    if mailboxes.is_empty() {
        return Ok(String::new());
    }
    let all: Mailboxes = mailboxes.iter().cloned().collect();
    // lettre keeps its own Bcc out of what it writes: To's value under the other name is the same.
    let value = match name {
        "Cc" => line(Cc::from(all).display()),
        "To" => line(To::from(all).display()),
        other => line(To::from(all).display()).replacen("To:", &format!("{other}:"), 1),
    };
    short(field, folded(&value))
}

/// Breaks lines between addresses: lettre writes plain ones into one line, however many there are.
/// 78 characters are what a line should have (RFC 5322 §2.1.1).
fn folded(value: &str) -> String {
    let mut folded = String::with_capacity(value.len() + value.len() / 20);
    let mut column = 0;
    for piece in value.split_inclusive(", ") {
        let width = piece.find("\r\n").unwrap_or(piece.trim_end().len());
        if column > 0 && column + width > 78 {
            folded.truncate(folded.trim_end().len());
            folded.push_str("\r\n ");
            column = 1;
        }
        folded.push_str(piece);
        column = piece.rfind('\n').map_or(column + piece.len(), |end| piece.len() - end - 1);
    }
    folded
}

/// Refuses what would end a header line or cannot be seen.
pub(super) fn one_line(field: &str, value: &str) -> Result<(), LetterError> {
    match value.chars().find(|c| c.is_control() && *c != '\t') {
        None => Ok(()),
        Some('\r' | '\n') => {
            Err(LetterError::field(field, "it has a line break in it", "Write it in one line"))
        }
        Some(c) => Err(LetterError::field(
            field,
            format!("it has the control character U+{:04X} in it", u32::from(c)),
            "Take the character out",
        )),
    }
}

/// Says how a file is shown, and its name as recipients see it (RFC 2183, RFC 2231).
pub(super) fn disposition(name: &str, inline: bool) -> Result<String, LetterError> {
    if name.contains(char::is_control) {
        return Err(LetterError::field(
            "attachments",
            format!("the file name {name:?} has a line break or another control character in it"),
            "Rename the file, or attach a copy of it",
        ));
    }
    let value = if inline {
        ContentDisposition::inline_with_name(name)
    } else {
        ContentDisposition::attachment(name)
    };
    short("attachments", line(value.display()))
}

/// A header line, or several when folded, with its line end.
pub(super) fn line(value: HeaderValue) -> String {
    let mut headers = Headers::new();
    headers.insert_raw(value);
    headers.to_string()
}

fn subject(text: &str) -> Result<String, LetterError> {
    one_line("subject", text)?;
    if text.len() > LONGEST_SUBJECT {
        return Err(LetterError::field(
            "subject",
            format!("it has {} octets, and at most {LONGEST_SUBJECT} are sent", text.len()),
            "Shorten it; what is long belongs into the text",
        ));
    }
    let folded = line(Subject::from(text.to_owned()).display());
    Ok(if fits(&folded) { folded } else { format!("Subject: {}\r\n", encoded(text)) })
}

/// RFC 2047 for text that has no space to fold at.
fn encoded(text: &str) -> String {
    let mut words: Vec<String> = vec![String::new()];
    for c in text.chars() {
        if words.last().is_some_and(|word| word.len() + c.len_utf8() > 42) {
            words.push(String::new());
        }
        words.last_mut().expect("there is always one").push(c);
    }
    let words = words.iter().map(|word| format!("=?utf-8?b?{}?=", STANDARD.encode(word)));
    words.collect::<Vec<_>>().join("\r\n ")
}

fn extra(name: &str, value: &str) -> Result<String, LetterError> {
    let field = format!("headers.{name}");
    let fault = |fault: &str, remedy: &str| Err(LetterError::field(&field, fault, remedy));
    if let Some((why, instead)) = taken(&name.to_ascii_lowercase()) {
        return fault(why, instead);
    }
    let printable = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b':');
    let Some(known) = printable.then(|| HeaderName::new_from_ascii(name.to_owned()).ok()).flatten()
    else {
        return fault(
            "this is not a header's name",
            "Use letters, digits and hyphens, at most 76, for example X-Campaign",
        );
    };
    one_line(&field, value)?;
    short(&field, line(HeaderValue::new(known, value.to_owned())))
}

/// Why nobody may add the header `name`, and what to do instead: headers that say who sends what to whom,
/// how it is built and where it has been.
fn taken(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "from" | "to" | "cc" | "bcc" | "subject" => {
            ("the message has a place of its own for this", "Write it there")
        }
        "reply-to" => ("it comes from the sender's settings", "Set the sender's reply_to"),
        "sender" => (
            "it would name somebody else as the one who sends",
            "Leave it out; another From may be used where the sender's send_as has it",
        ),
        "received" | "return-path" | "dkim-signature" => {
            ("the servers on the message's way write it", "Leave it out")
        }
        _ if name.starts_with("resent-") => {
            ("it would say that this message was sent before", "Leave it out")
        }
        "date" | "message-id" | "mime-version" => ("Sendright writes it itself", "Leave it out"),
        _ if name.starts_with("content-") => ("Sendright writes it itself", "Leave it out"),
        _ => return None,
    })
}

fn fits(folded: &str) -> bool {
    folded.split("\r\n").all(|line| line.len() <= LONGEST_LINE)
}

fn short(field: &str, folded: String) -> Result<String, LetterError> {
    if fits(&folded) {
        return Ok(folded);
    }
    Err(LetterError::field(
        field,
        format!("a word in it does not fit a line of {LONGEST_LINE} octets"),
        "Shorten it, or put spaces into it",
    ))
}
