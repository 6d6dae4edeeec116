//! A mail as it is listed, and as it is opened.

use super::{Body, Envelope};
use crate::clock::Timestamp;
use mail_parser::{MessageParser, MimeHeaders as _};
use serde::Serialize;
use uuid::Uuid;

/// How much of the source is shown, in octets.
const SHOWN: usize = 64 * 1024;

/// Which way a mail came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// SMTP.
    Smtp,
    /// Microsoft Graph.
    Graph,
}

/// A mail as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// Names it.
    pub id: Uuid,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Which way it came.
    pub via: Via,
    /// The mailbox that was signed in with.
    pub mailbox: String,
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Its subject; empty when it has none.
    pub subject: String,
    /// Its Message-ID, with the angle brackets; empty when it has none.
    pub message_id: String,
    /// Octets.
    pub size: u64,
}

/// A mail with its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailDetail {
    /// As it is listed.
    #[serde(flatten)]
    pub mail: Mail,
    /// Header lines, unfolded, in their order.
    pub headers: Vec<(String, String)>,
    /// The text part.
    pub text: Option<String>,
    /// The HTML part.
    pub html: Option<String>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// The first 64 KiB as they arrived.
    pub source: String,
}

/// A file in a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Its name; empty when it has none.
    pub name: String,
    /// For example "application/pdf".
    pub media_type: String,
    /// Octets.
    pub size: u64,
}

impl Mail {
    pub(super) fn new(envelope: Envelope, received_at: Timestamp, source: &Body) -> Self {
        let head = MessageParser::default().parse_headers(source.start());
        let head = head.as_ref();
        let message_id = head.and_then(|head| head.message_id());
        Self {
            id: Uuid::new_v4(),
            received_at,
            via: envelope.via,
            mailbox: envelope.mailbox,
            from: envelope.from,
            to: envelope.to,
            subject: head.and_then(|head| head.subject()).unwrap_or_default().to_owned(),
            message_id: message_id.map(|id| format!("<{id}>")).unwrap_or_default(),
            size: source.len(),
        }
    }

    /// Whether it is in the mailbox of `address`: received, or sent.
    pub(in crate::sandbox) fn is_in_mailbox_of(&self, address: &str) -> bool {
        let is = |other: &String| other.eq_ignore_ascii_case(address);
        is(&self.mailbox) || self.to.iter().any(is)
    }
}

impl MailDetail {
    pub(super) fn read(mail: Mail, source: &[u8]) -> Self {
        let shown = String::from_utf8_lossy(&source[..source.len().min(SHOWN)]).into_owned();
        let empty = Self {
            mail,
            headers: Vec::new(),
            text: None,
            html: None,
            attachments: Vec::new(),
            source: shown,
        };
        let Some(parsed) = MessageParser::default().parse(source) else { return empty };
        // A part that was made from the other form is not in the mail.
        let text = parsed.text_bodies().find(|part| part.is_text() && !part.is_text_html());
        let html = parsed.html_bodies().find(|part| part.is_text_html());
        let contents =
            |part: &mail_parser::MessagePart<'_>| part.text_contents().map(str::to_owned);
        Self {
            headers: parsed
                .headers_raw()
                .map(|(name, value)| (name.to_owned(), unfolded(value)))
                .collect(),
            text: text.and_then(contents),
            html: html.and_then(contents),
            attachments: parsed.attachments().map(Attachment::of).collect(),
            ..empty
        }
    }
}

impl Attachment {
    fn of(part: &mail_parser::MessagePart<'_>) -> Self {
        let media_type = part.content_type().map_or_else(
            || "application/octet-stream".to_owned(),
            |kind| match kind.subtype() {
                Some(subtype) => format!("{}/{subtype}", kind.ctype()),
                None => kind.ctype().to_owned(),
            },
        );
        Self {
            name: part.attachment_name().unwrap_or_default().to_owned(),
            media_type,
            size: part.len() as u64,
        }
    }
}

/// The addresses in the From header of a message that starts with `start`.
pub(in crate::sandbox) fn from_addresses(start: &[u8]) -> Vec<String> {
    let head = MessageParser::default().parse_headers(start);
    let from = head.as_ref().and_then(|head| head.from());
    let addresses = from.into_iter().flat_map(mail_parser::Address::iter);
    addresses.filter_map(|from| from.address().map(str::to_owned)).collect()
}

/// A header's value on one line (RFC 5322 §2.2.3).
fn unfolded(value: &str) -> String {
    value.replace("\r\n", "").replace('\n', "").trim().to_owned()
}
