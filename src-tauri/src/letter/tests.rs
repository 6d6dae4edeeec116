mod addresses;
mod files;
mod headers;

use super::*;
use mail_parser::{MessageParser, MimeHeaders as _};
use proptest::prelude::*;
use std::{fs, path::Path};

fn now() -> Timestamp {
    Timestamp::from_unix(1_795_000_000).unwrap()
}

fn draft() -> Draft {
    Draft {
        from: Mailbox {
            name: Some("Kestrel Invoices".into()),
            address: "invoices@kestrel.example".into(),
        },
        reply_to: None,
        to: vec!["ana@example.org".into()],
        cc: vec![],
        bcc: vec![],
        subject: "Invoice 42".into(),
        text: "Hello\n".into(),
        html: String::new(),
        headers: vec![],
        attachments: vec![],
        notices: Notices::default(),
    }
}

fn attach(path: &Path, content_id: Option<&str>) -> Attachment {
    Attachment { path: path.to_owned(), content_id: content_id.map(str::to_owned) }
}

async fn bytes(mut reader: LetterReader<'_>) -> Vec<u8> {
    let (mut all, mut block) = (Vec::new(), Vec::new());
    while !reader.is_at_end() {
        reader.next(&mut block).await.unwrap();
        assert!(!block.is_empty() && block.len() < 256 * 1024, "memory does not grow with files");
        all.extend_from_slice(&block);
    }
    all
}

/// The message, once it has been checked for what holds for every one.
async fn composed(draft: &Draft) -> Vec<u8> {
    let letter = Letter::compose(draft, now()).await.unwrap();
    let all = bytes(letter.read()).await;
    assert_eq!(all.len() as u64, letter.size(), "the size is exact");
    assert_eq!(all, bytes(letter.read()).await, "it can be read twice");
    assert!(all.ends_with(b"\r\n"));
    let text = String::from_utf8(all.clone()).unwrap();
    for line in text.split("\r\n") {
        assert!(line.len() <= 998, "{line}");
        assert!(!line.contains(['\r', '\n']), "{line:?}");
    }
    assert!(letter.needs_smtputf8().is_some() || text.is_ascii());
    all
}

async fn refused(draft: Draft) -> (String, String, String) {
    match Letter::compose(&draft, now()).await {
        Err(LetterError::Field { field, fault, remedy }) => (field, fault, remedy),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_plain_letter_looks_like_this() {
    let letter = Letter::compose(&draft(), now()).await.unwrap();
    let text = String::from_utf8(bytes(letter.read()).await).unwrap();
    let text = text.replace(letter.message_id(), "<ID>").replace("\r\n", "\n");
    insta::assert_snapshot!(text, @r#"
    Date: Wed, 18 Nov 2026 11:06:40 +0000
    From: "Kestrel Invoices" <invoices@kestrel.example>
    To: ana@example.org
    Subject: Invoice 42
    Message-ID: <ID>
    MIME-Version: 1.0
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: 7bit

    Hello
    "#);
    assert!(
        letter.message_id().ends_with("@kestrel.example>"),
        "the sender's domain, no host name"
    );
}

#[tokio::test]
async fn everything_that_is_put_in_comes_out_again() {
    let dir = tempfile::tempdir().unwrap();
    // Windows lets no file have quotes in its name.
    let name =
        if cfg!(windows) { "Rechnung März – 42.pdf" } else { "Rechnung März – \"42\".pdf" };
    let (logo, file) = (dir.path().join("logo.png"), dir.path().join(name));
    fs::write(&logo, [0, 159, 146, 150]).unwrap();
    fs::write(&file, vec![b'.'; 1000]).unwrap();
    let all = composed(&Draft {
        from: Mailbox {
            name: Some("Jörg \"J\" Müller, Büro".into()),
            address: "j@bücher.example".into(),
        },
        reply_to: Some(Mailbox { name: None, address: "service@kestrel.example".into() }),
        to: vec![
            "Ana <ana@example.org>, \"Doe, Bo\" <bo@example.org>".into(),
            "李雷 <li@example.cn>".into(),
        ],
        cc: vec!["carol@example.org".into()],
        bcc: vec!["secret@example.org".into()],
        subject: "Ünïcödé 📬 ".repeat(20).trim().into(),
        text: "Grüße\r\nzwei\rdrei\n.vier".into(),
        html: "<img src=\"cid:logo@kestrel\">".into(),
        headers: vec![("X-Campaign".into(), "März".into()), ("X-Campaign".into(), "zwei".into())],
        attachments: vec![attach(&logo, Some("logo@kestrel")), attach(&file, None)],
        notices: Notices::default(),
    })
    .await;
    let mail = MessageParser::default().parse(&all).unwrap();
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!(from.name(), Some("Jörg \"J\" Müller, Büro"));
    assert_eq!(from.address(), Some("j@xn--bcher-kva.example"));
    let to: Vec<_> = mail.to().unwrap().iter().map(|a| (a.name(), a.address().unwrap())).collect();
    assert_eq!(
        to,
        [
            (Some("Ana"), "ana@example.org"),
            (Some("Doe, Bo"), "bo@example.org"),
            (Some("李雷"), "li@example.cn")
        ]
    );
    assert_eq!(mail.subject().unwrap(), "Ünïcödé 📬 ".repeat(20).trim());
    assert!(mail.bcc().is_none(), "hidden copies stay hidden");
    assert_eq!(mail.body_text(0).unwrap().trim_end(), "Grüße\r\nzwei\r\ndrei\r\n.vier");
    assert_eq!(mail.body_html(0).unwrap().trim_end(), "<img src=\"cid:logo@kestrel\">");
    let campaigns = mail.header_as("X-Campaign", mail_parser::HeaderForm::Text);
    let campaigns: Vec<_> = campaigns.iter().filter_map(|value| value.as_text()).collect();
    assert_eq!(campaigns, ["März", "zwei"]);
    let parts: Vec<_> = mail.attachments().collect();
    assert_eq!(
        (parts[0].contents(), parts[0].content_id()),
        (&[0, 159, 146, 150][..], Some("logo@kestrel"))
    );
    assert_eq!(parts[1].contents(), vec![b'.'; 1000]);
    assert_eq!(parts[1].attachment_name(), Some(name));
    assert_eq!(parts[1].content_type().unwrap().subtype(), Some("pdf"));
}

#[tokio::test]
async fn parts_are_nested_as_readers_expect() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.txt");
    fs::write(&file, "x").unwrap();
    let (text, html) = ("text", "<p>html</p>");
    #[rustfmt::skip]
    let table = [
        (text, "",   vec![],                                                "text/plain"),
        ("",   html, vec![],                                                "text/html"),
        (text, html, vec![],                                                "multipart/alternative(text/plain text/html)"),
        (text, "",   vec![attach(&file, None)],                             "multipart/mixed(text/plain text/plain)"),
        (text, html, vec![attach(&file, Some("a@b"))],                      "multipart/alternative(text/plain multipart/related(text/html text/plain))"),
        ("",   html, vec![attach(&file, Some("a@b")), attach(&file, None)], "multipart/mixed(multipart/related(text/html text/plain) text/plain)"),
        (text, "",   vec![attach(&file, Some("a@b"))],                      "multipart/mixed(text/plain text/plain)"),
        ("",   "",   vec![],                                                "text/plain"),
    ];
    for (text, html, attachments, expected) in table {
        let all =
            composed(&Draft { text: text.into(), html: html.into(), attachments, ..draft() }).await;
        let mail = MessageParser::default().parse(&all).unwrap();
        assert_eq!(nesting(&mail, 0), expected);
    }
}

fn nesting(mail: &mail_parser::Message<'_>, part: usize) -> String {
    let part = &mail.parts[part];
    let kind = part.content_type().unwrap();
    let kind = format!("{}/{}", kind.ctype(), kind.subtype().unwrap());
    match part.sub_parts() {
        None => kind,
        Some(inside) => {
            let inside: Vec<_> = inside.iter().map(|id| nesting(mail, *id as usize)).collect();
            format!("{kind}({})", inside.join(" "))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_written_is_a_message_of_the_announced_size(
        name in "\\PC{0,80}", subject in "\\PC{0,200}", text in "(\\PC|\n|\r|\\.){0,400}",
        value in "\\PC{0,200}", file in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file.bin");
        fs::write(&path, &file).unwrap();
        let draft = Draft {
            from: Mailbox { name: Some(name), ..draft().from },
            subject: subject.clone(),
            text,
            headers: vec![("X-A".into(), value)],
            attachments: vec![attach(&path, None)],
            ..draft()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let all = runtime.block_on(composed(&draft));
        let mail = MessageParser::default().parse(&all).unwrap();
        prop_assert_eq!(mail.attachment(0).unwrap().contents(), file.as_slice());
        prop_assert_eq!(mail.header_values("Subject").count(), 1);
        prop_assert!(mail.bcc().is_none());
    }
}
