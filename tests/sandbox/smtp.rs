//! SMTP, line by line.

mod talk;

use super::*;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::time::Duration;
use talk::{Talk, blob, letter};

#[tokio::test]
async fn it_offers_what_exchange_offers_and_signing_in_only_under_tls() {
    let stage = Stage::set().await;
    let mut talk = Talk::plain(&stage).await;
    let offered = "SIZE 157286400\n250-PIPELINING\n250-DSN\n250-ENHANCEDSTATUSCODES\n250-";
    let hello = talk.say("EHLO client.test").await;
    assert!(hello.contains(&format!("{offered}STARTTLS\n250-8BITMIME\n250 SMTPUTF8")), "{hello}");
    assert!(talk.say("AUTH LOGIN").await.starts_with("530 5.7.0"));
    assert!(talk.say("MAIL FROM:<you@sandbox.test>").await.starts_with("451 5.7.3"));
    assert!(talk.say("STARTTLS").await.starts_with("220"));
    let mut talk = talk.over_tls(&stage).await;
    assert!(talk.say("MAIL FROM:<you@sandbox.test>").await.starts_with("503 5.5.2 Send hello"));
    let hello = talk.say("EHLO client.test").await;
    let under_tls =
        format!("{offered}AUTH LOGIN XOAUTH2 PLAIN OAUTHBEARER\n250-8BITMIME\n250 SMTPUTF8");
    assert!(hello.contains(&under_tls), "{hello}");
    assert!(talk.say("STARTTLS").await.starts_with("503"));
    assert!(talk.say("AUTH CRAM-MD5").await.starts_with("504 5.7.4"));
    assert!(talk.say("QUIT").await.starts_with("221"));
}

#[tokio::test]
async fn what_comes_behind_starttls_in_clear_text_is_not_taken_into_it() {
    let stage = Stage::set().await;
    let mut talk = Talk::plain(&stage).await;
    talk.say("EHLO client.test").await;
    talk.send(b"STARTTLS\r\nRSET\r\n").await;
    assert!(talk.reply().await.starts_with("503"), "TLS is not begun");
}

#[tokio::test]
async fn a_mail_arrives_octet_by_octet() {
    let stage = Stage::set().await;
    let mut talk = Talk::signed_in(&stage, USER).await;
    let sent = [letter(USER), b"..two dots\r\n...\r\n".to_vec()].concat();
    let reply = talk.mail(USER, &sent).await;
    let expected =
        "250 2.0.0 OK <1@sandbox.test> [Hostname=localhost sandbox] Queued mail for delivery";
    assert_eq!(reply, expected);
    let mails = stage.sandbox.inbox().list();
    let [mail] = &mails[..] else { panic!("{mails:?}") };
    assert_eq!((&*mail.from, &*mail.to[0], &*mail.subject), (USER, "anna@sandbox.test", "Hello"));
    let arrived = stage.sandbox.inbox().source(mail.id).unwrap().unwrap();
    assert_eq!(arrived, [letter(USER), b".two dots\r\n..\r\n".to_vec()].concat());
    assert!(talk.mail(USER, &letter(USER)).await.starts_with("250"), "another on the same line");
}

#[tokio::test]
async fn the_other_port_speaks_tls_from_the_start() {
    let stage = Stage::set().await;
    let mut talk = Talk::at_tls_port(&stage).await;
    assert!(talk.reply().await.starts_with("220"));
    assert!(talk.say("EHLO client.test").await.contains("AUTH LOGIN XOAUTH2 PLAIN"));
}

#[tokio::test]
async fn a_token_opens_only_what_it_is_for() {
    let stage = Stage::set().await;
    let outlook = "https://outlook.office.com/";
    let own = stage.access_token(USER, SMTP_SEND).await;
    let graph = stage.access_token(USER, "SMTP.Send").await;
    let imap = stage.access_token(USER, &format!("{outlook}IMAP.AccessAsUser.All")).await;
    let off = stage.access_token("smtpoff@sandbox.test", SMTP_SEND).await;
    let app =
        field(&stage.app_token("https://outlook.office365.com/.default").await, "access_token");
    let mut forged = own.clone();
    forged.replace_range(own.len() - 4.., "AAAA");
    #[rustfmt::skip]
    let table = [
        ("its own mailbox",         USER,                   &own,    "235 2.7.0"),
        ("whatever the case",       "You@Sandbox.Test",     &own,    "235 2.7.0"),
        ("a shared mailbox",        "team@sandbox.test",    &own,    "235 2.7.0"),
        ("somebody else's",         "anna@sandbox.test",    &own,    "535 5.7.3 Authentication unsuccessful"),
        ("nobody's",                "nobody@sandbox.test",  &own,    "535 5.7.3"),
        ("a Graph token",           USER,                   &graph,  "535 5.7.3"),
        ("another permission",      USER,                   &imap,   "535 5.7.3"),
        ("a forged token",          USER,                   &forged, "535 5.7.3"),
        ("SMTP switched off",       "smtpoff@sandbox.test", &off,    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."),
        ("a program's token",       "anna@sandbox.test",    &app,    "235 2.7.0"),
    ];
    for (what, user, token, expected) in table {
        let mut talk = Talk::protected(&stage).await;
        assert_eq!(talk.say("AUTH XOAUTH2").await, "334", "in two steps");
        let reply = talk.say(&blob(user, token)).await;
        assert!(reply.starts_with(expected), "{what}: {reply}");
    }
    stage.clock.advance(Duration::from_secs(3600));
    let reply =
        Talk::protected(&stage).await.say(&format!("AUTH XOAUTH2 {}", blob(USER, &own))).await;
    assert!(reply.starts_with("535 5.7.3"), "expired: {reply}");
}

#[tokio::test]
async fn a_token_passes_by_oauthbearer_and_a_refused_one_gets_its_reason_first() {
    let stage = Stage::set().await;
    let token = stage.access_token(USER, SMTP_SEND).await;
    let blob = |user: &str, token: &str| {
        let said = format!(
            "n,a={user},\u{1}host=localhost\u{1}port=587\u{1}auth=Bearer {token}\u{1}\u{1}"
        );
        BASE64.encode(said)
    };
    let mut talk = Talk::protected(&stage).await;
    let reply = talk.say(&format!("AUTH OAUTHBEARER {}", blob(USER, &token))).await;
    assert_eq!(reply, "235 2.7.0 Authentication successful");
    assert!(talk.mail(USER, &letter(USER)).await.starts_with("250"));

    for (user, token) in [("anna@sandbox.test", &*token), (USER, "guessed")] {
        let mut talk = Talk::protected(&stage).await;
        assert_eq!(talk.say("AUTH OAUTHBEARER").await, "334", "in two steps");
        let reason = talk.say(&blob(user, token)).await;
        let reason = BASE64.decode(reason.strip_prefix("334 ").unwrap()).unwrap();
        let reason: Value = serde_json::from_slice(&reason).unwrap();
        assert_eq!(reason["status"], "invalid_token");
        assert!(talk.say("AQ==").await.starts_with("535 5.7.3"), "{user}");
        assert!(talk.say("MAIL FROM:<you@sandbox.test>").await.starts_with("530"));
    }
}

#[tokio::test]
async fn a_password_opens_the_mailbox_of_its_person() {
    let stage = Stage::set().await;
    let plain = |user: &str, password: &str| {
        format!("AUTH PLAIN {}", BASE64.encode(format!("\0{user}\0{password}")))
    };
    #[rustfmt::skip]
    let table = [
        (USER,                "sandbox", "235 2.7.0"),
        (USER,                "wrong",   "535 5.7.3"),
        ("team@sandbox.test", "sandbox", "535 5.7.3"), // nobody signs in with a shared mailbox
        ("",                  "",        "535 5.7.3"),
    ];
    for (user, password, expected) in table {
        let reply = Talk::protected(&stage).await.say(&plain(user, password)).await;
        assert!(reply.starts_with(expected), "{user} {password}: {reply}");
        let mut talk = Talk::protected(&stage).await;
        assert_eq!(talk.say("AUTH LOGIN").await, "334 VXNlcm5hbWU6");
        assert_eq!(talk.say(&BASE64.encode(user)).await, "334 UGFzc3dvcmQ6");
        let reply = talk.say(&BASE64.encode(password)).await;
        assert!(reply.starts_with(expected), "{user} {password}: {reply}");
    }
    let mut talk = Talk::protected(&stage).await;
    talk.say("AUTH LOGIN").await;
    assert!(talk.say("*").await.starts_with("501"), "the client may change its mind");
    assert!(talk.say(&plain(USER, "sandbox")).await.starts_with("235"));
    assert!(talk.say(&plain(USER, "sandbox")).await.starts_with("503"), "once is enough");
}

#[tokio::test]
async fn nobody_sends_without_signing_in() {
    let stage = Stage::set().await;
    let mut talk = Talk::protected(&stage).await;
    let reply = talk.say("MAIL FROM:<you@sandbox.test>").await;
    assert_eq!(reply, "530 5.7.57 Client not authenticated to send mail.");
    assert!(talk.say("DATA").await.starts_with("503"));
}

#[tokio::test]
async fn a_mail_is_from_whom_its_sender_may_be() {
    let stage = Stage::set().await;
    #[rustfmt::skip]
    let table: &[(&str, &str, &str)] = &[
        (USER,                "You <you@sandbox.test>", "250 2.0.0 OK"),
        (USER,                "team@sandbox.test",      "250 2.0.0 OK"),
        ("",                  USER,                     "250 2.0.0 OK"),
        (USER,                "anna@sandbox.test",      "554 5.2.252 SendAsDenied; you@sandbox.test not allowed to send as anna@sandbox.test;"),
        ("anna@sandbox.test", USER,                     "554 5.2.252 SendAsDenied"),
        (USER,                "you@sandbox.test, anna@sandbox.test", "554 5.2.252 SendAsDenied"),
        (USER,                "",                       "550 5.7.512"),
    ];
    for (envelope, from, expected) in table {
        let reply = Talk::signed_in(&stage, USER).await.mail(envelope, &letter(from)).await;
        assert!(reply.starts_with(expected), "{envelope} {from}: {reply}");
    }
    assert_eq!(stage.sandbox.inbox().list().len(), 3, "what was refused did not arrive");
}

#[tokio::test]
async fn commands_sent_together_are_answered_in_order_each_recipient_by_its_fate() {
    let stage = Stage::set().await;
    let mut talk = Talk::signed_in(&stage, USER).await;
    talk.send(
        b"MAIL FROM:<you@sandbox.test>\r\nRCPT TO:<unknown@a.test>\r\nRCPT TO:<anna@sandbox.test>\r\n\
          RCPT TO:<full@a.test>\r\nRCPT TO:<busy@a.test>\r\nDATA\r\n",
    )
    .await;
    for code in ["250 2.1.0", "550 5.1.10", "250 2.1.5", "552 5.2.2", "451 4.7.500", "354"] {
        let reply = talk.reply().await;
        assert!(reply.starts_with(code), "{reply}");
    }
    talk.send(&letter(USER)).await;
    assert!(talk.say(".").await.starts_with("250"));
    assert_eq!(stage.sandbox.inbox().list()[0].to, ["anna@sandbox.test"]);

    talk.say("MAIL FROM:<you@sandbox.test>").await;
    talk.say("RCPT TO:<unknown@a.test>").await;
    assert!(talk.say("DATA").await.starts_with("503"), "no recipient, no message");
}

#[tokio::test]
async fn a_long_mail_is_kept_whole_and_one_too_long_is_refused() {
    let stage = Stage::set().await;
    let mut talk = Talk::signed_in(&stage, USER).await;
    let line = [vec![b'a'; 998], b"\r\n".to_vec()].concat();
    let long = [letter(USER), line.repeat(2000)].concat();
    assert!(talk.mail(USER, &long).await.starts_with("250"));
    let mail = &stage.sandbox.inbox().list()[0];
    assert_eq!(mail.size, long.len() as u64);
    assert!(stage.sandbox.inbox().source(mail.id).unwrap().unwrap() == long);

    let too_long = [letter(USER), line.repeat(37_000)].concat();
    let reply = talk.mail(USER, &too_long).await;
    assert_eq!(reply, "552 5.3.4 Message size exceeds fixed maximum message size");
    assert!(talk.say("NOOP").await.starts_with("250"), "the conversation goes on");
}

#[tokio::test]
async fn a_message_with_bare_line_feeds_is_refused() {
    let stage = Stage::set().await;
    let mut talk = Talk::signed_in(&stage, USER).await;
    let message =
        [letter(USER), b"smuggled\n.\nMAIL FROM:<anna@sandbox.test>\r\n".to_vec()].concat();
    assert!(talk.mail(USER, &message).await.starts_with("550 5.6.11"));
    assert!(stage.sandbox.inbox().list().is_empty());
}

#[tokio::test]
async fn nonsense_ends_the_conversation() {
    let stage = Stage::set().await;
    for nonsense in [&b"NOOP\n"[..], b"\xff\xfe\r\n", b"\0\r\n"] {
        let mut talk = Talk::plain(&stage).await;
        talk.send(nonsense).await;
        assert!(talk.reply().await.starts_with("500"));
        assert_eq!(talk.reply().await, "", "the server hung up");
    }
    let mut talk = Talk::plain(&stage).await;
    talk.send(&vec![b'A'; 100_000]).await;
    // The reply may be lost: the server hangs up on what it has not read.
    while !talk.reply().await.is_empty() {}
    let mut talk = Talk::plain(&stage).await;
    for _ in 0..20 {
        assert!(talk.say("GET / HTTP/1.1").await.starts_with("500 5.3.3"));
    }
    assert!(talk.reply().await.starts_with("421"));
}
