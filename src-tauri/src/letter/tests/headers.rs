//! What may stand in a header, and how.

use super::*;

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
        ("headers.X\r\nA", Draft { headers: vec![("X\r\nA".into(), "a".into())], ..draft() }),
        ("headers.Größe", Draft { headers: vec![("Größe".into(), "a".into())], ..draft() }),
        ("headers.\"X\\ A\"", Draft { headers: vec![("\"X\\ A\"".into(), "a".into())], ..draft() }),
        ("headers.X A", Draft { headers: vec![("X A".into(), "a".into())], ..draft() }),
        ("headers.", Draft { headers: vec![(String::new(), "a".into())], ..draft() }),
        ("text", Draft { text: "a\0b".into(), ..draft() }),
    ];
    for (expected, draft) in table {
        let (field, fault, remedy) = refused(draft).await;
        assert_eq!(field, expected);
        assert!(!fault.is_empty() && !remedy.ends_with('.'), "{field}: {fault}: {remedy}");
    }
}

#[tokio::test]
async fn headers_that_are_ours_cannot_be_added() {
    let table = [
        ("From", "a place of its own"),
        ("to", "a place of its own"),
        ("BCC", "a place of its own"),
        ("Date", "itself"),
        ("message-id", "itself"),
        ("MIME-Version", "itself"),
        ("Content-Type", "itself"),
        ("Reply-To", "the sender's settings"),
        ("Sender", "somebody else"),
        ("Received", "the servers"),
        ("Resent-To", "sent before"),
    ];
    for (name, why) in table {
        let (field, fault, _) =
            refused(Draft { headers: vec![(name.into(), "x".into())], ..draft() }).await;
        assert_eq!(field, format!("headers.{name}"));
        assert!(fault.contains(why), "{fault}");
    }
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
    let endless = Draft { subject: "a b ".repeat(3_000), ..draft() };
    let (field, fault, _) = refused(endless).await;
    assert!(field == "subject" && fault.contains("12000 octets"), "{fault}");
}
