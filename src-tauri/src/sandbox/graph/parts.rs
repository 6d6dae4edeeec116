//! A message as JSON describes it.
//! Source: <https://learn.microsoft.com/graph/api/resources/message>, 2026-11.

use super::refusal::Refusal;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentDisposition, ContentId, ContentType, HeaderName, HeaderValue},
    },
};
use serde::Deserialize;

/// The body of a `sendMail` request.
#[derive(Deserialize)]
struct Sent {
    message: Parts,
}

/// The message.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(super) struct Parts {
    subject: String,
    body: Text,
    from: Option<Recipient>,
    to_recipients: Vec<Recipient>,
    cc_recipients: Vec<Recipient>,
    bcc_recipients: Vec<Recipient>,
    reply_to: Vec<Recipient>,
    internet_message_headers: Vec<Header>,
    attachments: Vec<File>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Text {
    content_type: String,
    content: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: EmailAddress,
}

#[derive(Deserialize)]
struct EmailAddress {
    address: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    name: String,
    #[serde(default)]
    content_type: Option<String>,
    content_bytes: String,
    #[serde(default)]
    content_id: Option<String>,
    #[serde(default)]
    is_inline: bool,
}

impl Parts {
    /// Reads a message that stands in a request to send it.
    pub(super) fn sent(body: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice::<Sent>(body)
            .map(|sent| sent.message)
            .map_err(|error| Refusal::NotJson(error.to_string()))
    }

    /// Reads a message that is the whole request.
    pub(super) fn bare(body: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(body).map_err(|error| Refusal::NotJson(error.to_string()))
    }

    /// The message over the wire; from the mailbox `own` when it does not say from whom.
    pub(super) fn built(self, own: &str) -> Result<Vec<u8>, Refusal> {
        let own = Recipient { email_address: EmailAddress { address: own.to_owned(), name: None } };
        let mut message = Message::builder()
            .keep_bcc()
            .from(self.from.as_ref().unwrap_or(&own).mailbox()?)
            .message_id(None)
            .subject(&self.subject);
        for to in &self.to_recipients {
            message = message.to(to.mailbox()?);
        }
        for cc in &self.cc_recipients {
            message = message.cc(cc.mailbox()?);
        }
        for bcc in &self.bcc_recipients {
            message = message.bcc(bcc.mailbox()?);
        }
        for reply_to in &self.reply_to {
            message = message.reply_to(reply_to.mailbox()?);
        }
        for header in &self.internet_message_headers {
            message = message.raw_header(header.value()?);
        }
        let message = message.multipart(self.content()?);
        message.map(|message| message.formatted()).map_err(|_| Refusal::NoRecipients)
    }

    fn content(&self) -> Result<MultiPart, Refusal> {
        let text = self.body.content.clone();
        let mut content =
            MultiPart::mixed().singlepart(if self.body.content_type.eq_ignore_ascii_case("html") {
                SinglePart::html(text)
            } else {
                SinglePart::plain(text)
            });
        for file in &self.attachments {
            content = content.singlepart(file.part()?);
        }
        Ok(content)
    }
}

impl File {
    fn part(&self) -> Result<SinglePart, Refusal> {
        let refused = |why: &str| Refusal::NotJson(why.to_owned());
        let octets = BASE64
            .decode(&self.content_bytes)
            .map_err(|_| refused("contentBytes is not base64"))?;
        let kind = self.content_type.as_deref().unwrap_or("application/octet-stream");
        let kind = ContentType::parse(kind).map_err(|_| refused("contentType is no media type"))?;
        let shown = if self.is_inline {
            ContentDisposition::inline_with_name(&self.name)
        } else {
            ContentDisposition::attachment(&self.name)
        };
        let mut part = SinglePart::builder().header(shown).header(kind);
        if let Some(id) = &self.content_id {
            if id.contains(['\r', '\n']) {
                return Err(refused("contentId is more than one line"));
            }
            part = part.header(ContentId::from(format!("<{id}>")));
        }
        Ok(part.body(octets))
    }
}

impl Recipient {
    fn mailbox(&self) -> Result<Mailbox, Refusal> {
        let EmailAddress { address, name } = &self.email_address;
        let address: Address = address.parse().map_err(|_| Refusal::NoRecipients)?;
        Ok(Mailbox::new(name.clone(), address))
    }
}

impl Header {
    /// NOTE: Graph takes no header that does not start with `x-`.
    fn value(&self) -> Result<HeaderValue, Refusal> {
        let ours = self.name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"));
        let name = HeaderName::new_from_ascii(self.name.clone())
            .ok()
            .filter(|_| ours && !self.value.contains(['\r', '\n']))
            .ok_or_else(|| Refusal::BadHeader(self.name.clone()))?;
        Ok(HeaderValue::new(name, self.value.clone()))
    }
}
