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

#[tokio::test]
async fn a_line_break_gets_into_no_header() {
    let evil = "x\r\nBcc: victim@example.org";
    let name = |name: &str| Mailbox { name: Some(name.into()), ..draft().from };
    let table = [
        ("subject", Draft { subject: evil.into(), ..draft() }),
        ("from", Draft { from: name(evil), ..draft() }),
        ("reply_to", Draft { reply_to: Some(name(evil)), ..draft() }),
        ("to", Draft { to: vec![format!("{evil} <a@example.org>")], ..draft() }),
        ("cc", Draft { cc: vec!["a@example.org\nBcc: b@example.org".into()], ..draft() }),
        ("bcc", Draft { bcc: vec!["a\0@example.org".into()], ..draft() }),
        ("headers.X-A", Draft { headers: vec![("X-A".into(), evil.into())], ..draft() }),
        ("headers.X-A", Draft { headers: vec![("X-A".into(), "a\0b".into())], ..draft() }),
        ("headers.X\\r\\nA", Draft { headers: vec![("X\r\nA".into(), "a".into())], ..draft() }),
        ("headers.X A", Draft { headers: vec![("X A".into(), "a".into())], ..draft() }),
        ("headers.", Draft { headers: vec![(String::new(), "a".into())], ..draft() }),
        ("text", Draft { text: "a\0b".into(), ..draft() }),
    ];
    for (expected, draft) in table {
        let (field, fault, remedy) = refused(draft).await;
        assert_eq!(field, expected);
        assert!(!fault.is_empty() && remedy.ends_with('.'), "{field}: {fault}: {remedy}");
    }
}

#[tokio::test]
async fn headers_that_are_ours_cannot_be_added() {
    for name in [
        "From",
        "to",
        "BCC",
        "Date",
        "message-id",
        "MIME-Version",
        "Content-Type",
        "Sender",
        "Resent-To",
    ] {
        let (field, fault, _) =
            refused(Draft { headers: vec![(name.into(), "x".into())], ..draft() }).await;
        assert_eq!(field, format!("headers.{name}"));
        assert!(fault.contains("itself"), "{fault}");
    }
}

#[tokio::test]
async fn addresses_that_are_none_are_named() {
    for wrong in [
        "ana",
        "@example.org",
        "ana@",
        "a b@example.org",
        "<ana@example.org",
        "ana@exa mple.org",
        "a@b@c",
    ] {
        let (field, fault, _) = refused(Draft { to: vec![wrong.into()], ..draft() }).await;
        assert_eq!(field, "to", "{wrong}");
        assert!(fault.contains("address") || fault.contains("domain"), "{wrong}: {fault}");
    }
    let (field, fault, _) = refused(Draft { to: vec![" , ".into()], ..draft() }).await;
    assert_eq!((field.as_str(), fault.as_str()), ("to", "there is no recipient"));
}

#[tokio::test]
async fn the_envelope_has_everybody_once_with_ascii_domains() {
    let draft = Draft {
        to: vec!["Ana <ana@bücher.example>".into()],
        cc: vec!["bo@example.org, ana@xn--bcher-kva.example".into()],
        bcc: vec!["secret@example.org".into()],
        ..draft()
    };
    let letter = Letter::compose(&draft, now()).await.unwrap();
    let to: Vec<_> = letter.envelope().to.iter().map(ToString::to_string).collect();
    assert_eq!(to, ["ana@xn--bcher-kva.example", "bo@example.org", "secret@example.org"]);
    assert_eq!(letter.needs_smtputf8(), None);
    let shown = bytes(letter.read_with_bcc()).await;
    assert_eq!(shown.len() as u64, letter.size_with_bcc());
    assert!(shown.starts_with(b"Bcc: secret@example.org\r\nDate: "));
}

#[tokio::test]
async fn only_a_local_part_beyond_ascii_needs_smtputf8() {
    let draft = Draft { to: vec!["jörg@bücher.example".into()], ..draft() };
    let letter = Letter::compose(&draft, now()).await.unwrap();
    assert_eq!(letter.needs_smtputf8(), Some("jörg@xn--bcher-kva.example"));
}

#[tokio::test]
async fn long_words_are_folded_or_refused() {
    let long = "a".repeat(3000);
    let all = composed(&Draft { subject: long.clone(), ..draft() }).await;
    assert_eq!(MessageParser::default().parse(&all).unwrap().subject().unwrap(), long);
    let cjk = "邮".repeat(1500);
    let all = composed(&Draft { subject: cjk.clone(), ..draft() }).await;
    assert_eq!(MessageParser::default().parse(&all).unwrap().subject().unwrap(), cjk);
    composed(&Draft { text: long.clone(), html: long.clone(), ..draft() }).await;
    let (field, fault, _) = refused(Draft { headers: vec![("X-A".into(), long)], ..draft() }).await;
    assert!(field == "headers.X-A" && fault.contains("998"), "{fault}");
}

#[tokio::test]
async fn a_message_in_a_message_is_not_taken_for_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("old.eml");
    fs::write(&file, "Subject: old\r\n\r\nold").unwrap();
    let all = composed(&Draft { attachments: vec![attach(&file, None)], ..draft() }).await;
    assert!(String::from_utf8(all).unwrap().contains("Content-Type: application/octet-stream\r\n"));
}

#[tokio::test]
async fn a_file_that_changes_ends_the_reading() {
    type Change = fn(&Path);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("big.bin");
    let changes: [(&str, Change); 4] = [
        ("grows", |file| fs::write(file, vec![1; 300_001]).unwrap()),
        ("shrinks", |file| fs::write(file, vec![1; 10]).unwrap()),
        ("is touched", |file| {
            let file = fs::File::options().write(true).open(file).unwrap();
            file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        }),
        ("goes", |file| fs::remove_file(file).unwrap()),
    ];
    for (what, change) in changes {
        for blocks_before in [0, 1] {
            fs::write(&file, vec![0; 300_000]).unwrap();
            let draft = Draft { attachments: vec![attach(&file, None)], ..draft() };
            let letter = Letter::compose(&draft, now()).await.unwrap();
            let (mut reader, mut block) = (letter.read(), Vec::new());
            for _ in 0..blocks_before {
                reader.next(&mut block).await.unwrap();
            }
            change(&file);
            let mut ended = None;
            while ended.is_none() && !reader.is_at_end() {
                ended = reader.next(&mut block).await.err();
            }
            match ended {
                Some(LetterError::Changed { .. } | LetterError::File { .. }) => {}
                None if what == "goes" && blocks_before == 1 => {} // what is open can still be read
                other => panic!("{what} after {blocks_before}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_a_file_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    for path in [dir.path().to_owned(), dir.path().join("absent")] {
        let draft = Draft { attachments: vec![attach(&path, None)], ..draft() };
        let refused = Letter::compose(&draft, now()).await;
        assert!(matches!(refused, Err(LetterError::File { .. })), "{refused:?}");
    }
}

#[test]
fn lists_of_mailboxes_are_taken_apart() {
    #[rustfmt::skip]
    let table = [
        ("a@b.example",                                vec![(None, "a@b.example")]),
        (" a@b.example , c@d.example,",                vec![(None, "a@b.example"), (None, "c@d.example")]),
        ("Ana B. <a@b.example>",                       vec![(Some("Ana B."), "a@b.example")]),
        ("\"B, Ana\" <a@b.example>, Bo <c@d.example>", vec![(Some("B, Ana"), "a@b.example"), (Some("Bo"), "c@d.example")]),
        ("\"a \\\"q\\\" \\\\\" <a@b.example>",         vec![(Some("a \"q\" \\"), "a@b.example")]),
        ("<a@b.example>",                              vec![(None, "a@b.example")]),
        ("o'hara+x=y@b.example",                       vec![(None, "o'hara+x=y@b.example")]),
        ("a@[192.0.2.1]",                              vec![(None, "a@[192.0.2.1]")]),
    ];
    for (list, expected) in table {
        let found = mailboxes("to", list).unwrap();
        let found: Vec<_> = found.iter().map(|m| (m.name.as_deref(), m.address.as_str())).collect();
        assert_eq!(found, expected, "{list}");
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

    #[test]
    fn no_list_of_mailboxes_makes_it_panic(list in "\\PC{0,200}") {
        let _ = mailboxes("to", &list);
    }
}

#[tokio::test]
async fn a_thousand_recipients_stand_in_lines_of_a_usual_length() {
    let to: Vec<_> = (0..1_000).map(|n| format!("user{n}@example.org")).collect();
    let all = composed(&Draft { to: to.clone(), ..draft() }).await;
    let text = String::from_utf8(all).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap();
    assert!(head.lines().all(|line| line.len() <= 78), "{head}");
    let unfolded = head.replace("\r\n ", " ");
    assert!(unfolded.contains(&format!("To: {}\r\n", to.join(", "))), "{unfolded:.200}");
}
