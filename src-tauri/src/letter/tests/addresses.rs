//! Whom a letter is from and for.

use super::*;

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

proptest! {
    #[test]
    fn no_list_of_mailboxes_makes_it_panic(list in "\\PC{0,200}") {
        let _ = mailboxes("to", &list);
    }
}
