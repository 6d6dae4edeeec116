//! `sendMail` in JSON form: the one way to send without a copy in Sent Items.
//!
//! It has room for less than MIME: one body (Exchange writes the text form from the HTML), and
//! custom headers that begin with `x-`.
//! Source: <https://learn.microsoft.com/graph/api/user-sendmail>, 2026-11.

use super::{
    LONGEST_REQUEST, Rights,
    ask::{Ask, Nature},
    submit::{Trace, submit},
    talk::Talk,
};
use crate::{
    letter::{FileOnDisk, Letter, LetterError},
    transport::{Delivery, SendError},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use lettre::message::Mailbox;
use serde_json::{Value, json};

/// Octets that JSON needs around a file at most: names, types, an id.
const AROUND: u64 = 2_048;

/// How many custom headers are taken: "Maximum number of headers in one message should be less than or
/// equal to 5" (Graph's own answer, `InvalidInternetMessageHeaderCollection`).
const MOST_HEADERS: usize = 5;

/// Whether `letter` goes into one request.
pub(super) fn fits(letter: &Letter) -> bool {
    let draft = letter.draft();
    let files: u64 = letter.files().map(|file| file.size().div_ceil(3) * 4 + AROUND).sum();
    // Each octet of text may become six: \u0001.
    let text = 6 * (draft.text.len().max(draft.html.len()) as u64);
    let people = letter.envelope().to.len() as u64 * 1_024;
    files + text + people + 16 * AROUND <= LONGEST_REQUEST
}

/// Why a message that does not fit cannot be sent in this form.
pub(super) fn needs_copy() -> SendError {
    refused(
        "save_to_sent_items",
        "Microsoft Graph keeps a copy in Sent Items of every message that is too large for one request",
        "Send it with a copy, or with smaller attachments.",
    )
}

fn refused(field: &str, fault: &str, remedy: &str) -> SendError {
    let (field, fault, remedy) = (field.to_owned(), fault.to_owned(), remedy.to_owned());
    LetterError::Field { field, fault, remedy }.into()
}

/// Sends `letter` and keeps no copy.
pub(super) async fn send(
    talk: &mut Talk<'_>,
    letter: &Letter,
    rights: Rights,
) -> Result<Delivery, SendError> {
    let body = json!({ "message": message(letter).await?, "saveToSentItems": false });
    let url = talk.way.graph.at(&["sendMail"]);
    let ask = Ask::new(Nature::Sends, Method::POST, url)
        .with("application/json", body.to_string().into_bytes());
    // A recipient that is the mailbox itself aside, there is no copy that could be found.
    submit(talk, ask, letter, Trace::MessageId(rights), (0, letter.size_with_bcc())).await
}

async fn message(letter: &Letter) -> Result<Value, SendError> {
    let (draft, people) = (letter.draft(), letter.people());
    let (kind, content) =
        if draft.html.is_empty() { ("Text", &draft.text) } else { ("HTML", &draft.html) };
    let mut message = json!({
        "internetMessageId": letter.message_id(),
        "subject": draft.subject,
        "body": { "contentType": kind, "content": content },
        "from": person(&people.from),
        "toRecipients": all(&people.to),
        "ccRecipients": all(&people.cc),
        "bccRecipients": all(&people.bcc),
        "replyTo": all(people.reply_to.as_slice()),
    });
    if !draft.headers.is_empty() {
        message["internetMessageHeaders"] = headers(&draft.headers)?;
    }
    let mut files = Vec::new();
    for file in letter.files() {
        files.push(attachment(file).await?);
    }
    if !files.is_empty() {
        message["attachments"] = files.into();
    }
    Ok(message)
}

fn headers(own: &[(String, String)]) -> Result<Value, SendError> {
    if own.len() > MOST_HEADERS {
        return Err(refused(
            "headers",
            "without a copy in Sent Items, Microsoft Graph takes five at most",
            "Send it with a copy, or leave some out.",
        ));
    }
    let one = |(name, value): &(String, String)| {
        if name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-")) {
            return Ok(json!({ "name": name, "value": value }));
        }
        Err(refused(
            &format!("headers.{name}"),
            "without a copy in Sent Items, Microsoft Graph takes only headers that begin with X-",
            "Send it with a copy, or leave the header out.",
        ))
    };
    own.iter().map(one).collect::<Result<Vec<_>, _>>().map(Value::from)
}

/// A whole file as Graph describes one.
/// Source: <https://learn.microsoft.com/graph/api/resources/fileattachment>, 2026-11.
pub(super) async fn attachment(file: &FileOnDisk) -> Result<Value, SendError> {
    let length = usize::try_from(file.size()).expect("it fits a request");
    let octets = file.octets(0, length).await?;
    let mut described = json!({
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": file.name(),
        "contentType": file.media_type(),
        "contentBytes": STANDARD.encode(octets),
        "isInline": file.is_inline(),
    });
    if let Some(id) = file.content_id() {
        described["contentId"] = id.into();
    }
    Ok(described)
}

fn person(mailbox: &Mailbox) -> Value {
    let mut address = json!({ "address": mailbox.email.to_string() });
    if let Some(name) = &mailbox.name {
        address["name"] = name.as_str().into();
    }
    json!({ "emailAddress": address })
}

fn all(mailboxes: &[Mailbox]) -> Vec<Value> {
    mailboxes.iter().map(person).collect()
}
