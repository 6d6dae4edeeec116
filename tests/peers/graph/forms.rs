//! One message, in one request and as a draft with uploads: the same mail arrives.

use super::*;
use mail_parser::{MessageParser, MimeHeaders as _, PartType};

/// The headers that differ from mail to mail, or are written on the way.
const OF_ITS_OWN: [&str; 7] =
    ["date", "message-id", "received", "return-path", "delivered-to", "content-type", "to"];

/// What recipients see of a mail: its headers, and its parts with their nesting.
fn seen(raw: &[u8]) -> (Vec<(String, String)>, Vec<String>) {
    let mail = MessageParser::default().parse(raw).expect("it is a mail");
    let headers = mail.headers_raw().map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let mut headers: Vec<_> =
        headers.filter(|(name, _)| !OF_ITS_OWN.contains(&name.as_str())).collect();
    headers.sort();
    let parts = mail.parts.iter().map(|part| {
        let kind = part
            .content_type()
            .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()));
        let shown = part.content_disposition().map(|shown| shown.ctype().to_owned());
        let (name, id) = (part.attachment_name(), part.content_id());
        let text = match &part.body {
            PartType::Text(text) | PartType::Html(text) => text.trim().to_owned(),
            PartType::Multipart(parts) => format!("{} parts", parts.len()),
            _ => String::new(),
        };
        format!("{kind:?} {shown:?} {name:?} {id:?} {text}")
    });
    (headers, parts.collect())
}

#[test]
fn both_forms_of_a_message_arrive_as_the_same_mail() {
    let more = format!(
        "{READ_WRITE}from = \"Zoë Grün <grace@corp.test>\"\nreply_to = \"carol@corp.test\"\n"
    );
    let product = graph_with("desktop", "grace", &more);
    let html = product.write("body.html", "<p>Grüße <img src=\"cid:logo\"></p>".as_bytes());
    let image = noise(20_000);
    product.write("logo.png", &image);
    let note = product.write("Notiz ü.txt", "Kurz\r\n".as_bytes());
    let mut mails = Vec::new();
    for size in [300_000, 5_000_000] {
        let content = noise(size);
        let file = product.write("data.bin", &content);
        let answer = send(
            &product,
            "Two forms",
            &[
                "--html-file",
                &html,
                "--cc",
                "Dave <dave@corp.test>",
                "--bcc",
                "carol@corp.test",
                "--header",
                "X-Order: 17",
                "--header",
                "List-Id: <orders.corp.test>",
                "--attach",
                &file,
                &note,
            ],
        )
        .fine();
        let raw = Mailbox::open(servers(), "bob").wait_for(answer.message_id());
        let mail = MessageParser::default().parse(&raw).unwrap();
        let file = mail.attachments().find(|part| part.attachment_name() == Some("data.bin"));
        assert!(file.expect("it arrives").contents() == content);
        Mailbox::open(servers(), "carol").wait_for(answer.message_id());
        mails.push(seen(&raw));
    }
    let [one_request, draft] = &mails[..] else { unreachable!() };
    assert!(one_request.0.iter().any(|(name, _)| name == "list-id"), "{one_request:?}");
    assert_eq!(one_request.0, draft.0, "header by header");
    assert_eq!(one_request.1, draft.1, "part by part");
}
