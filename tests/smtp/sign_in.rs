//! Signing in.

use super::*;

#[tokio::test]
async fn a_token_is_never_written_down() {
    let sent = Attempt::protected(&[PROTECTED, SIGNED_IN, TAKEN, "C: QUIT\nS: 221 bye"]).go().await;
    insta::assert_snapshot!(sent.transcript, @r"
    -- connected
    S: 220 mail.example ESMTP
    C: EHLO [127.0.0.1]
    S: 250-mail.example
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 2.0.0 go on
    -- TLS 1.3, TLS13_AES_256_GCM_SHA384
    -- certificate of CN=rcgen self signed cert, issued by CN=rcgen self signed cert, valid from 1975-01-01 until 4096-01-01
    C: EHLO [127.0.0.1]
    S: 250-mail.example Hello
    S: 250-SIZE 1000000
    S: 250-PIPELINING
    S: 250-8BITMIME
    S: 250 AUTH LOGIN XOAUTH2
    C: AUTH XOAUTH2 (token, 128 octets)
    S: 235 2.7.0 welcome
    C: MAIL FROM:<ana@kestrel.example> SIZE=271
    C: RCPT TO:<bo@example.org>
    C: DATA
    S: 250 2.1.0 sender ok
    S: 250 2.1.5 recipient ok
    S: 354 go ahead
    -- the message, 271 octets
    C: .
    S: 250 2.0.0 queued as 4711
    C: QUIT
    S: 221 bye
    ");
    let delivery = sent.result.unwrap();
    assert_eq!(delivery.reply, "250 2.0.0 queued as 4711");
    assert!(!delivery.partly());
    assert_eq!(delivery.recipients[0].reply.as_deref(), Some("250 2.1.5 recipient ok"));
}

#[tokio::test]
async fn the_reason_for_a_refused_token_is_asked_for_and_kept() {
    let refused = "
        C: AUTH XOAUTH2 dXNlcj
        S: 334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0K
        EMPTY
        S: 535-5.7.8 Username and Password not accepted. For more information, go to
        S: 535 5.7.8 https://support.google.com/mail/?p=BadCredentials
    ";
    let sent = Attempt::protected(&[PROTECTED, refused]).go().await;
    let sign_in = sent.transcript.split_once("XOAUTH2\nC: AUTH ").unwrap().1;
    insta::assert_snapshot!(sign_in, @r#"
    XOAUTH2 (token, 128 octets)
    S: 334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0K
    -- the reason, decoded: {"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"} !
    C: (an empty line)
    S: 535-5.7.8 Username and Password not accepted. For more information, go to !
    S: 535 5.7.8 https://support.google.com/mail/?p=BadCredentials !
    "#);
    let error = sent.result.as_ref().unwrap_err();
    assert!(error.refused() && error.stage() == Stage::Auth);
    let problem = sent.problem();
    assert_eq!(problem.code, Code::AuthRefused);
    let said = problem.said.unwrap();
    assert!(
        said.starts_with("535-5.7.8 Username") && said.contains("\"status\":\"401\""),
        "{said}"
    );
}

#[tokio::test]
async fn a_server_that_asks_for_ever_is_left() {
    let again = "
        C: AUTH XOAUTH2 dXNlcj
        S: 334 YQ==
        EMPTY
        S: 334 YQ==
        EMPTY
        S: 334 YQ==
        EMPTY
        S: 334 YQ==
        SILENCE
    ";
    assert_eq!(
        Attempt::protected(&[PROTECTED, again]).go().await.problem().code,
        Code::NotTheProtocol
    );
}

#[tokio::test]
async fn a_server_that_repeats_secrets_is_not_repeated() {
    let echo = format!(
        "
        C: AUTH XOAUTH2 dXNlcj
        S: 535-5.7.8 bad token {TOKEN}
        S: 535-5.7.8 or was it geheimgeheimgeheimg?
        S: 535 5.7.8 really
        "
    );
    let sent = Attempt::protected(&[PROTECTED, &echo]).go().await;
    let said = sent.problem().said.unwrap();
    assert_eq!(
        said,
        "535-5.7.8 bad token (secret)\n535-5.7.8 or was it (secret)?\n535 5.7.8 really"
    );
}

/// Refuses `password`, and says `words`.
async fn refused_with(password: &str, words: &str) -> Sent {
    let script = format!("C: AUTH PLAIN\nS: 535 5.7.8 {words}\nSILENCE");
    let password = Secret::new(password);
    Attempt::clear(&[CLEAR, &script], Credentials::Password { user: "ana".into(), password })
        .go()
        .await
}

#[tokio::test]
async fn a_password_is_known_in_other_spellings_too() {
    for spelling in [
        "cGEiczogd29yZCE=",     // base64
        "YW5hOnBhInM6IHdvcmQh", // of the user name with it
        "pa%22s%3A%20word%21",
        "pa%22s%3a+word!",
        r#"{"password":"pa\"s: word!"}"#,
        "pa\\u0022s: word!",
        "PA\"S: WORD!",
        "7061 and 706122733a20776f726421",
    ] {
        let sent = refused_with("pa\"s: word!", spelling).await;
        let shown = sent.transcript.clone() + &sent.problem().said.unwrap();
        assert_eq!(shown.matches("(secret)").count(), 2, "{spelling}: {shown}");
    }
}

#[tokio::test]
async fn a_gap_in_a_reply_does_not_tell_a_short_password() {
    let withheld = "535 (text withheld: it may contain a secret)";
    for (password, words, shown) in [
        ("5.7", "wrong", withheld),
        ("5", "no reason to hide", withheld),
        ("ord", "words that only contain it", "535 5.7.8 words that only contain it"),
    ] {
        let sent = refused_with(password, words).await;
        let last = format!("S: {shown} !");
        assert!(sent.transcript.contains(&last), "{last}: {}", sent.transcript);
        let problem = sent.problem();
        assert_eq!((problem.code, problem.said.as_deref()), (Code::AuthRefused, Some(shown)));
    }
}

#[tokio::test]
async fn a_password_goes_by_plain_or_else_by_login() {
    let plain = "
        C: AUTH PLAIN AGFuYQBodW50ZXIyLWh1bnRlcjI=
        S: 235 ok
    ";
    let sent = Attempt::clear(&[CLEAR, plain, "CLOSE"], password()).go().await;
    assert!(sent.transcript.contains("C: AUTH PLAIN (password)\nS: 235 ok"), "{}", sent.transcript);

    let offer = "
        S: 220 mail.example
        C: EHLO
        S: 250-mail.example
        S: 250 auth=login
    ";
    let login = "
        C: AUTH LOGIN
        S: 334 UGFzc3dvcmQ6
        C: YW5h
        S: 334 VXNlciBOYW1lAA==
        C: aHVudGVyMi1odW50ZXIy
        S: 235 ok
        CLOSE
    ";
    let sent = Attempt::clear(&[offer, login], password()).go().await;
    assert!(
        sent.transcript
            .contains("C: (user name)\nS: 334 VXNlciBOYW1lAA==\nC: (password)\nS: 235 ok"),
        "{}",
        sent.transcript
    );
}

#[tokio::test]
async fn a_sign_in_that_is_not_offered_before_tls_is_laid_at_the_senders_own_security() {
    let script = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 STARTTLS\nSILENCE";
    let problem = Attempt::clear(&[script], password()).go().await.problem();
    assert_eq!(problem.code, Code::AuthMethodMissing);
    assert!(problem.means.starts_with("The sender's security is None"), "{}", problem.means);
}

#[tokio::test]
async fn a_sign_in_that_is_not_offered_is_named() {
    let none = "S: 220 hi\nC: EHLO\nS: 250 mail.example\nSILENCE";
    #[rustfmt::skip]
    let table = [
        (none,                               password(), "PLAIN or LOGIN", None),
        (&format!("{CLEAR}\nSILENCE"),       token(),    "XOAUTH2 or OAUTHBEARER", Some("AUTH PLAIN LOGIN")),
    ];
    for (script, credentials, wanted, said) in table {
        let problem = Attempt::clear(&[script], credentials).go().await.problem();
        assert_eq!(problem.code, Code::AuthMethodMissing);
        assert!(problem.title.contains(wanted), "{}", problem.title);
        assert_eq!(problem.said.as_deref(), said);
    }
}

/// A server that protects its connection and offers `ways` of signing in.
fn offering(ways: &str) -> String {
    PROTECTED.replace("AUTH LOGIN XOAUTH2", &format!("AUTH {ways}"))
}

fn long_token() -> Credentials {
    Credentials::Bearer { user: "ana@kestrel.example".into(), token: Secret::new(TOKEN.repeat(9)) }
}

#[tokio::test]
async fn a_token_that_is_too_long_for_the_command_waits_until_it_is_asked_for() {
    let two_steps = "
        C: AUTH XOAUTH2
        S: 334
        C: dXNlcj
        S: 235 ok
    ";
    let script = [PROTECTED, two_steps, TAKEN, "C: QUIT"];
    let mut attempt = Attempt::protected(&script);
    attempt.credentials = long_token();
    let sent = attempt.go().await;
    assert_eq!(sent.heard[3], "AUTH XOAUTH2", "and nothing behind it");
    sent.result.unwrap();
}

#[tokio::test]
async fn a_token_goes_by_oauthbearer_where_the_server_knows_nothing_else() {
    let said = "
        C: AUTH OAUTHBEARER bixhPWFuYUBrZXN0cmVsLmV4YW1wbGUsAWhvc3Q9bG9jYWxob3N0AXBvcnQ9
        S: 235 ok
    ";
    let script = [&offering("PLAIN OAUTHBEARER"), said, TAKEN, "C: QUIT"];
    Attempt::protected(&script).go().await.result.unwrap();
}

#[tokio::test]
async fn the_reason_against_oauthbearer_is_answered_as_its_rfc_wants() {
    let refused = "
        C: AUTH OAUTHBEARER
        S: 334
        C: bixhPW
        S: 334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=
        C: AQ==
        S: 535 5.7.8 no
    ";
    let mut attempt = Attempt::protected(&[&offering("OAUTHBEARER"), refused]);
    attempt.credentials = long_token();
    let problem = attempt.go().await.problem();
    assert_eq!(problem.code, Code::AuthRefused);
    assert_eq!(problem.said.unwrap(), "535 5.7.8 no\n{\"status\":\"invalid_token\"}");
}

#[tokio::test]
async fn the_settings_say_which_of_the_offered_ways_is_taken() {
    let all = offering("LOGIN PLAIN XOAUTH2 OAUTHBEARER");
    #[rustfmt::skip]
    let table = [
        (token(),    SmtpAuth::Auto,        "AUTH XOAUTH2 "),
        (token(),    SmtpAuth::Xoauth2,     "AUTH XOAUTH2 "),
        (token(),    SmtpAuth::Oauthbearer, "AUTH OAUTHBEARER "),
        (password(), SmtpAuth::Auto,        "AUTH PLAIN "),
        (password(), SmtpAuth::Login,       "AUTH LOGIN"),
    ];
    for (credentials, auth, said) in table {
        let script = format!("C: {said}\nCLOSE");
        let attempt = Attempt::protected(&[&all, &script]);
        let sent = Attempt { auth, credentials, ..attempt }.go().await;
        assert!(sent.heard.last().unwrap().starts_with(said), "{auth}: {:?}", sent.heard);
    }
    let attempt = Attempt::protected(&[&offering("XOAUTH2 PLAIN"), "SILENCE"]);
    let problem = Attempt { auth: SmtpAuth::Oauthbearer, ..attempt }.go().await.problem();
    assert_eq!(problem.code, Code::AuthMethodMissing);
    assert!(problem.title.ends_with("does not offer OAUTHBEARER"), "{}", problem.title);
}

#[tokio::test]
async fn a_server_that_overlooks_what_comes_with_the_command_is_given_it_again() {
    let asks = "
        C: AUTH PLAIN AGFu
        S: 334
        C: AGFuYQBodW50ZXIyLWh1bnRlcjI=
        S: 235 ok
        CLOSE
    ";
    let sent = Attempt::clear(&[CLEAR, asks], password()).go().await;
    assert!(sent.transcript.contains("C: (password)\nS: 235 ok"), "{}", sent.transcript);
}
