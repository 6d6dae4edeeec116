//! The way to a session: greeting, protection, silence.

use super::*;

#[tokio::test]
async fn words_put_in_before_tls_end_the_connection() {
    let injected = "
        S: 220 mail.example
        C: EHLO
        S: 250-mail.example
        S: 250 STARTTLS
        C: STARTTLS
        S: 220 go on\\r\\n250-mail.example\\r\\n250 AUTH PLAIN
        SILENCE
    ";
    let sent = Attempt::protected(&[injected]).go().await;
    assert_eq!(sent.heard, ["EHLO [127.0.0.1]", "STARTTLS", ""], "and nothing more was said");
    assert_eq!(sent.problem().code, Code::PlaintextInjected);
}

#[tokio::test]
async fn without_starttls_nothing_is_sent_in_its_place() {
    let bare = "S: 220 hi\nC: EHLO\nS: 250 mail.example\nSILENCE";
    let stripped = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 AUTH PLAIN\nSILENCE";
    let declined = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 4.7.0 TLS not available\nSILENCE";
    for (script, code) in [
        (bare, Code::StarttlsMissing),
        (stripped, Code::PlaintextAuthOnly),
        (declined, Code::StarttlsMissing),
    ] {
        let sent = Attempt { credentials: password(), ..Attempt::protected(&[script]) }.go().await;
        assert!(!sent.heard.join("\n").contains("AUTH"), "{:?}", sent.heard);
        let problem = sent.problem();
        assert_eq!((problem.code, problem.said.is_some()), (code, true));
    }
}

#[tokio::test]
async fn what_is_not_a_mail_server_is_said_to_be_none() {
    let long = format!("S: 220 {}", "a".repeat(100_000));
    #[rustfmt::skip]
    let table = [
        ("S: HTTP/1.1 400 Bad Request\nSILENCE",                          Code::NotTheProtocol),
        ("S: * OK IMAP4rev1 ready\nSILENCE",                              Code::NotTheProtocol),
        ("S: +OK POP3 ready\nSILENCE",                                    Code::NotTheProtocol),
        ("S: 220-a\\r\\n250 b\nSILENCE",                                   Code::NotTheProtocol),
        ("S: 999 what\nSILENCE",                                          Code::NotTheProtocol),
        (long.as_str(),                                                   Code::NotTheProtocol),
        ("CLOSE",                                                         Code::ConnectionLost),
        ("S: 220 hi\nC: EHLO\nCLOSE",                                     Code::ConnectionLost),
        ("S: 554 5.7.1 not you\nSILENCE",                                 Code::NoConnection),
        ("S: 421 4.3.2 too many connections\nSILENCE",                    Code::Busy),
    ];
    for (script, code) in table {
        let sent = Attempt::clear(&[script], Credentials::None).go().await;
        let uncertain = sent.result.as_ref().unwrap_err().uncertain();
        let problem = sent.problem();
        assert_eq!((problem.code, uncertain), (code, false), "{script:.60}: {problem:?}");
        assert!(problem.said.unwrap_or_default().len() < 2_100);
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_has_the_time_of_its_phase_and_no_more() {
    let brief = Duration::from_millis(50);
    let hello = "S: 220 hi\nC: EHLO\nS: 250 mail.example\n";
    let asked = [hello, "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nSILENCE"].concat();
    let dripped = "S: 220 hi\nC: EHLO\nDRIP: 250-one letter at a time, and never a whole reply";
    let table = [
        ("SILENCE", Stage::Ehlo, Limits { greeting: brief, ..limits() }),
        ("S: 220 hi\nC: EHLO\nSILENCE", Stage::Ehlo, Limits { command: brief, ..limits() }),
        (dripped, Stage::Ehlo, Limits { command: brief, ..limits() }),
        (&asked, Stage::Message, Limits { data: brief, ..limits() }),
    ];
    for (script, stage, limits) in table {
        let sent = Attempt { limits, ..Attempt::clear(&[script], Credentials::None) }.go().await;
        let failed = sent.result.as_ref().unwrap_err();
        assert!(
            matches!(failed, SendError::TimedOut { limit, .. } if *limit == brief),
            "{script}: {failed:?}"
        );
        assert_eq!((failed.stage(), sent.problem().code), (stage, Code::TimedOut), "{script}");
    }
}

#[tokio::test]
async fn a_cancelled_wait_ends_at_once() {
    let token = CancellationToken::new();
    let cancel = token.clone();
    let watch = Watch::new(token, move |progress| {
        if progress.stage == Stage::Ehlo {
            cancel.cancel();
        }
    });
    let sent = Attempt { watch, ..Attempt::clear(&["SILENCE"], Credentials::None) }.go().await;
    assert_eq!(sent.problem().code, Code::Cancelled);
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_ends_it() {
    let other = SmtpScript::start("").await;
    for security in [Security::Starttls, Security::Tls] {
        let script =
            SmtpScript::start(if security == Security::Tls { "TLS" } else { PROTECTED }).await;
        let trust = Trust::only_pem(other.ca.as_bytes()).unwrap();
        let server = Server { trust, ..server(&script, security) };
        let refused = open(&server, &token(), &limits(), &Watch::nobody()).await.unwrap_err();
        assert_eq!(refused.stage(), Stage::Tls);
        assert_eq!(Problem::from(refused).code, Code::CertificateNotTrusted);
    }
}
