//! SMTP against servers that follow a script: what is said, and what becomes of it.

use crate::world::smtp_script::SmtpScript;
use sendright::{
    clock::Timestamp,
    explain::{Code, Problem},
    letter::{Attachment, Draft, Letter},
    net::{
        limits::Limits,
        tls::{Oldest, Trust},
    },
    profile::{Mailbox, Security},
    secret::Secret,
    transport::{
        Credentials, Delivery, SendError, Side, Stage, Watch,
        smtp::{Server, Session},
    },
};
use std::{fs, time::Duration};
use tokio_util::sync::CancellationToken;

const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.geheimgeheimgeheimgeheim.unterschrift";
const PASSWORD: &str = "hunter2-hunter2";

/// What a server that protects its connection says before the sign-in.
const PROTECTED: &str = "
    S: 220 mail.example ESMTP
    C: EHLO [127.0.0.1]
    S: 250-mail.example
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 2.0.0 go on
    TLS
    C: EHLO [127.0.0.1]
    S: 250-mail.example Hello
    S: 250-SIZE 1000000
    S: 250-PIPELINING
    S: 250-8BITMIME
    S: 250 AUTH LOGIN XOAUTH2
";
const SIGNED_IN: &str = "
    C: AUTH XOAUTH2
    S: 334
    C: dXNlcj
    S: 235 2.7.0 welcome
";
const TAKEN: &str = "
    C: MAIL FROM:<ana@kestrel.example> SIZE=
    C: RCPT TO:<bo@example.org>
    S: 250 2.1.0 sender ok
    S: 250 2.1.5 recipient ok
    C: DATA
    S: 354 go ahead
    MESSAGE
    S: 250 2.0.0 queued as 4711
";
const CLEAR: &str = "
    S: 220 mail.example ESMTP
    C: EHLO
    S: 250-mail.example
    S: 250 AUTH PLAIN LOGIN
";

fn token() -> Credentials {
    Credentials::Bearer { user: "ana@kestrel.example".into(), token: Secret::new(TOKEN) }
}

fn password() -> Credentials {
    Credentials::Password { user: "ana".into(), password: Secret::new(PASSWORD) }
}

fn draft() -> Draft {
    Draft {
        from: Mailbox { name: None, address: "ana@kestrel.example".into() },
        reply_to: None,
        to: vec!["bo@example.org".into()],
        cc: vec![],
        bcc: vec![],
        subject: "Test".into(),
        text: "Hello".into(),
        html: String::new(),
        headers: vec![],
        attachments: vec![],
    }
}

async fn letter(draft: Draft) -> Letter {
    Letter::compose(&draft, Timestamp::from_unix(1_795_000_000).unwrap()).await.unwrap()
}

fn limits() -> Limits {
    let short = Duration::from_secs(5);
    Limits {
        connect: short,
        tls: short,
        greeting: short,
        command: short,
        block: short,
        final_dot: short,
        http: short,
    }
}

/// One message for one server.
struct Attempt {
    script: String,
    security: Security,
    credentials: Credentials,
    draft: Draft,
    limits: Limits,
    watch: Watch,
}

/// What became of it: the result, what was written down, and what the server heard.
struct Sent {
    result: Result<Delivery, SendError>,
    transcript: String,
    heard: Vec<String>,
}

impl Attempt {
    fn protected(steps: &[&str]) -> Self {
        Self { security: Security::Starttls, ..Self::clear(steps, token()) }
    }

    fn clear(steps: &[&str], credentials: Credentials) -> Self {
        Self {
            script: steps.concat(),
            security: Security::None,
            credentials,
            draft: draft(),
            limits: limits(),
            watch: Watch::nobody(),
        }
    }

    async fn go(self) -> Sent {
        let script = SmtpScript::start(&self.script).await;
        let server = Server {
            host: "localhost".into(),
            port: script.port,
            security: self.security,
            oldest: Oldest::Tls12,
            trust: Trust::only_pem(script.ca.as_bytes()).unwrap(),
        };
        let letter = letter(self.draft).await;
        let result = async {
            let mut session =
                Session::open(&server, &self.credentials, &self.limits, &self.watch).await?;
            let sent = session.send(&letter, &self.watch).await;
            session.quit(&self.watch).await;
            sent
        }
        .await;
        let transcript = shown(&self.watch);
        for secret in [TOKEN, PASSWORD, "geheimgeheim", "hunter2"] {
            assert!(!transcript.contains(secret), "{transcript}");
            assert!(!format!("{result:?}").contains(secret), "{result:?}");
        }
        Sent { result, transcript, heard: script.heard().await }
    }
}

impl Sent {
    fn problem(self) -> Problem {
        Problem::from(self.result.unwrap_err())
    }
}

/// The transcript, without what differs from run to run.
fn shown(watch: &Watch) -> String {
    let lines = watch.transcript().lines().into_iter().map(|line| {
        let side = match line.side {
            Side::Client => "C:",
            Side::Server => "S:",
            Side::Note => "--",
        };
        let text = match line.text.split_once(": name ") {
            Some(_) => "connected",
            None => line.text.as_str(),
        };
        format!("{side} {text}{}", if line.bad { " !" } else { "" })
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_token_goes_in_two_steps_and_is_never_written_down() {
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
    -- certificate of CN=rcgen self signed cert, issued by CN=rcgen self signed cert, valid until 4096-01-01
    C: EHLO [127.0.0.1]
    S: 250-mail.example Hello
    S: 250-SIZE 1000000
    S: 250-PIPELINING
    S: 250-8BITMIME
    S: 250 AUTH LOGIN XOAUTH2
    C: AUTH XOAUTH2
    S: 334
    C: (token, 128 octets)
    S: 235 2.7.0 welcome
    C: MAIL FROM:<ana@kestrel.example> SIZE=271
    C: RCPT TO:<bo@example.org>
    S: 250 2.1.0 sender ok
    S: 250 2.1.5 recipient ok
    C: DATA
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
        C: AUTH XOAUTH2
        S: 334
        C: dXNlcj
        S: 334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0K
        EMPTY
        S: 535-5.7.8 Username and Password not accepted. For more information, go to
        S: 535 5.7.8 https://support.google.com/mail/?p=BadCredentials
    ";
    let sent = Attempt::protected(&[PROTECTED, refused]).go().await;
    let sign_in = sent.transcript.split_once("XOAUTH2\nC: AUTH ").unwrap().1;
    insta::assert_snapshot!(sign_in, @r#"
    XOAUTH2
    S: 334
    C: (token, 128 octets)
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
        C: AUTH XOAUTH2
        S: 334
        C: dXNlcj
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
        C: AUTH XOAUTH2
        S: 334
        C: dXNlcj
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

#[tokio::test]
async fn a_password_goes_by_plain_or_else_by_login() {
    let plain = "
        C: AUTH PLAIN AGFuYQBodW50ZXIyLWh1bnRlcjI=
        S: 235 ok
    ";
    let sent = Attempt::clear(&[CLEAR, plain, "CLOSE"], password()).go().await;
    assert!(sent.transcript.contains("C: AUTH PLAIN (secret)\nS: 235 ok"), "{}", sent.transcript);

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
    assert!(sent.transcript.contains("C: (password, 20 octets)\nS: 235 ok"), "{}", sent.transcript);
}

#[tokio::test]
async fn a_sign_in_that_is_not_offered_is_named() {
    let none = "S: 220 hi\nC: EHLO\nS: 250 mail.example\nSILENCE";
    #[rustfmt::skip]
    let table = [
        (none,                               password(), "PLAIN or LOGIN", None),
        (&format!("{CLEAR}\nSILENCE"),       token(),    "XOAUTH2",        Some("AUTH PLAIN LOGIN")),
    ];
    for (script, credentials, wanted, said) in table {
        let problem = Attempt::clear(&[script], credentials).go().await.problem();
        assert_eq!(problem.code, Code::AuthMethodMissing);
        assert!(problem.title.contains(wanted), "{}", problem.title);
        assert_eq!(problem.said.as_deref(), said);
    }
}

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
    let stripped = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 AUTH PLAIN\nSILENCE";
    let declined = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 4.7.0 TLS not available\nSILENCE";
    for script in [stripped, declined] {
        let sent = Attempt { credentials: password(), ..Attempt::protected(&[script]) }.go().await;
        assert!(!sent.heard.join("\n").contains("AUTH"), "{:?}", sent.heard);
        let problem = sent.problem();
        assert_eq!((problem.code, problem.said.is_some()), (Code::StarttlsMissing, true));
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
async fn a_silent_server_is_not_waited_for_for_ever() {
    let limits = Limits { greeting: Duration::from_millis(50), ..limits() };
    let problem =
        Attempt { limits, ..Attempt::clear(&["SILENCE"], Credentials::None) }.go().await.problem();
    assert_eq!(problem.code, Code::TimedOut);
}

/// Sends to bo, carol and dave without a sign-in; the script begins at MAIL.
fn three(steps: &[&str]) -> Attempt {
    let hello = "S: 220 hi\nC: EHLO\nS: 250 mail.example\n";
    let mut attempt = Attempt::clear(&[&[hello], steps].concat(), Credentials::None);
    attempt.draft.cc = vec!["carol@example.org".into()];
    attempt.draft.bcc = vec!["dave@example.org".into()];
    attempt
}

#[tokio::test]
async fn each_recipient_has_its_own_result() {
    let partly = "
        C: MAIL FROM:<ana@kestrel.example>
        S: 250 ok
        C: RCPT TO:<bo@example.org>
        S: 250 ok
        C: RCPT TO:<carol@example.org>
        S: 550 5.1.1 no such user
        C: RCPT TO:<dave@example.org>
        S: 452 4.2.2 full
        C: DATA
        S: 354 go
        MESSAGE
        S: 250 done
        C: QUIT
        CLOSE
    ";
    let sent = three(&[partly]).go().await;
    assert!(!sent.heard.iter().any(|heard| heard.contains("SIZE=")), "not offered");
    assert!(!sent.heard[6].contains("dave"), "a hidden copy: {}", sent.heard[6]);
    let delivery = sent.result.unwrap();
    assert!(delivery.partly());
    let fates: Vec<_> =
        delivery.recipients.iter().map(|r| (r.accepted, r.reply.as_deref().unwrap())).collect();
    assert_eq!(
        fates,
        [(true, "250 ok"), (false, "550 5.1.1 no such user"), (false, "452 4.2.2 full")]
    );
}

#[tokio::test]
async fn with_nobody_left_the_message_is_not_handed_over() {
    let nobody = "
        C: MAIL FROM:<ana@kestrel.example>
        S: 250 ok
        C: RCPT TO
        S: 550 5.1.1 no such user
        C: RCPT TO
        S: 550 5.1.1 no such user
        C: RCPT TO
        S: 550 5.1.1 no such user
        C: RSET
        S: 250 ok
        C: QUIT
        S: 221 bye
    ";
    let sent = three(&[nobody]).go().await;
    assert_eq!(sent.result.as_ref().unwrap_err().recipients().len(), 3);
    let problem = sent.problem();
    assert_eq!(problem.code, Code::RecipientsRefused);
    assert_eq!(problem.title, "All 3 recipients were refused");
}

#[tokio::test]
async fn each_way_of_saying_no_has_its_place() {
    let mail = "C: MAIL\nS: 250 ok\n";
    let to = "C: RCPT\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: RCPT\nS: 250 ok\n";
    #[rustfmt::skip]
    let table = [
        (vec!["C: MAIL\nS: 550 5.7.60 SMTP; Client does not have permissions to send as this sender\n"], Stage::Sender,  Code::SenderRefused),
        (vec![mail, "C: RCPT\nS: 421 4.3.2 closing\nCLOSE"],                                             Stage::Sender,  Code::Busy),
        (vec![mail, to, "C: DATA\nS: 451 4.7.0 later\n"],                                                Stage::Message, Code::Busy),
        (vec![mail, to, "C: DATA\nS: 354 go\nMESSAGE\nS: 554 5.6.0 no\n"],                               Stage::Message, Code::MessageRefused),
        (vec![mail, to, "C: DATA\nS: 354 go\nMESSAGE\nS: 552 5.3.4 too big\n"],                          Stage::Message, Code::MessageTooLarge),
        (vec![mail, to, "C: DATA\nS: 354 go\nMESSAGE\nS: 554 5.2.252 SendAsDenied; a not allowed\n"],    Stage::Message, Code::SenderRefused),
        (vec![mail, to, "C: DATA\nS: 354 go\nHALF\nCLOSE\n"],                                            Stage::Message, Code::Uncertain),
        (vec![mail, to, "C: DATA\nCLOSE\n"],                                                             Stage::Message, Code::ConnectionLost),
    ];
    for (steps, stage, code) in table {
        let sent = three(&steps).go().await;
        let error = sent.result.as_ref().unwrap_err();
        assert_eq!(error.uncertain(), code == Code::Uncertain, "{steps:?}: {error}");
        assert_eq!(error.stage(), stage, "{steps:?}");
        assert_eq!(sent.problem().code, code, "{steps:?}");
    }
}

#[tokio::test]
async fn after_the_final_dot_no_answer_means_that_nobody_knows() {
    let mail = "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nMESSAGE\n";
    for ending in ["CLOSE", "SILENCE", "S: what?\nCLOSE"] {
        let mut attempt = three(&[mail, ending]);
        attempt.limits.final_dot = Duration::from_millis(50);
        let sent = attempt.go().await;
        assert!(sent.result.as_ref().unwrap_err().uncertain(), "{ending}");
        let problem = sent.problem();
        assert_eq!((problem.code, problem.code.exit_code()), (Code::Uncertain, 10));
    }
}

#[tokio::test]
async fn who_was_refused_before_stays_refused_whatever_comes_after() {
    let mail = "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: RCPT\nS: 550 5.1.1 no\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nMESSAGE\n";
    for ending in ["CLOSE", "S: 554 5.6.0 no\nC: QUIT\nCLOSE"] {
        let sent = three(&[mail, ending]).go().await;
        let error = sent.result.unwrap_err();
        let taken: Vec<_> = error.recipients().iter().map(|r| r.accepted).collect();
        assert_eq!(taken, [true, false, true], "{ending}");
        assert_eq!(error.recipients()[1].reply.as_deref(), Some("550 5.1.1 no"));
    }
}

#[tokio::test]
async fn cancelling_is_possible_until_the_dot_and_not_after() {
    let hello = "S: 220 hi\nC: EHLO\nS: 250 mail.example\nC: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\n";
    let data = "C: DATA\nS: 354 go\nMESSAGE\nS: 250 done\nC: QUIT\nS: 221 bye";
    for (at_last, accepted) in [(false, false), (true, true)] {
        let token = CancellationToken::new();
        let cancel = token.clone();
        let watch = Watch::new(token, move |progress| {
            if progress.total > 0 && progress.cancellable != at_last {
                cancel.cancel();
            }
        });
        let sent =
            Attempt { watch, ..Attempt::clear(&[hello, data], Credentials::None) }.go().await;
        assert_eq!(sent.result.is_ok(), accepted, "{:?}", sent.result);
        if !accepted {
            assert!(!sent.result.as_ref().unwrap_err().uncertain());
            assert_eq!(sent.problem().code, Code::Cancelled);
        }
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
async fn a_file_that_changes_while_it_is_sent_is_never_ended_as_a_message() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("big.bin");
    fs::write(&path, vec![0; 1_000_000]).unwrap();
    let (grown, mut done) = (path.clone(), false);
    let changed = std::sync::Mutex::new(move || {
        if !std::mem::replace(&mut done, true) {
            fs::write(&grown, vec![1; 2_000_000]).unwrap();
        }
    });
    let watch = Watch::new(CancellationToken::new(), move |progress| {
        if progress.total > 0 {
            changed.lock().unwrap()();
        }
    });
    let script = "S: 220 hi\nC: EHLO\nS: 250 mail.example\nC: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nSILENCE";
    let mut attempt = Attempt { watch, ..Attempt::clear(&[script], Credentials::None) };
    attempt.draft.attachments = vec![Attachment { path, content_id: None }];
    let sent = attempt.go().await;
    let on_the_wire = sent.heard.last().unwrap();
    assert!(on_the_wire.contains("big.bin") && !on_the_wire.ends_with("\n."));
    assert_eq!(sent.problem().code, Code::FileUnreadable);
}

#[tokio::test]
async fn a_server_that_has_had_enough_is_heard_before_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("big.bin");
    fs::write(&path, vec![0; 20_000_000]).unwrap();
    let script = "S: 220 hi\nC: EHLO\nS: 250 mail.example\nC: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nHALF\nS: 552 5.3.4 too much\nSILENCE";
    let mut attempt = Attempt::clear(&[script], Credentials::None);
    attempt.draft.attachments = vec![Attachment { path, content_id: None }];
    let sent = attempt.go().await;
    assert!(!sent.heard.last().unwrap().ends_with("QUIT"), "that would be text of the message");
    assert_eq!(sent.problem().code, Code::MessageTooLarge);
}

#[tokio::test]
async fn what_the_server_cannot_take_is_not_offered_to_it() {
    let small = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 SIZE 100\nC: QUIT\nS: 221 bye";
    assert_eq!(
        Attempt::clear(&[small], Credentials::None).go().await.problem().code,
        Code::MessageTooLarge
    );

    let seven_bit = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 8BITMIME\nC: QUIT\nS: 221 bye";
    let mut attempt = Attempt::clear(&[seven_bit], Credentials::None);
    attempt.draft.to = vec!["jörg@example.org".into()];
    let problem = attempt.go().await.problem();
    assert_eq!((problem.code, problem.code.exit_code()), (Code::SmtpUtf8Missing, 8));
    assert!(problem.title.contains("jörg@example.org"));

    let modern = "
        S: 220 hi
        C: EHLO
        S: 250-mail.example
        S: 250-8BITMIME
        S: 250 SMTPUTF8
        C: MAIL FROM:<ana@kestrel.example> SMTPUTF8 BODY=8BITMIME
        S: 250 ok
        C: RCPT TO:<jörg@example.org>
        S: 250 ok
        C: DATA
        S: 354 go
        MESSAGE
        S: 250 done
        C: QUIT
    ";
    let mut attempt = Attempt::clear(&[modern], Credentials::None);
    attempt.draft.to = vec!["jörg@example.org".into()];
    attempt.go().await.result.unwrap();
}

#[tokio::test]
async fn dots_at_the_start_of_lines_arrive_doubled() {
    let script = "S: 220 hi\nC: EHLO\nS: 250 mail.example\nC: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nMESSAGE\nS: 250 done\nC: QUIT\nCLOSE";
    let mut attempt = Attempt::clear(&[script], Credentials::None);
    attempt.draft.text = ".\r\n..a\r\n.".into();
    let sent = attempt.go().await;
    sent.result.unwrap();
    assert!(sent.heard[4].ends_with("\r\n\r\n..\r\n...a\r\n.."), "{}", sent.heard[4]);
}

#[tokio::test]
async fn one_connection_takes_many_messages() {
    let again = "
        C: MAIL
        C: RCPT
        S: 550 5.7.60 not as this one
        S: 503 5.5.1 no sender
    ";
    let script =
        SmtpScript::start(&[PROTECTED, SIGNED_IN, TAKEN, again, TAKEN, "C: QUIT"].concat()).await;
    let server = Server {
        host: "localhost".into(),
        port: script.port,
        security: Security::Starttls,
        oldest: Oldest::Tls13,
        trust: Trust::only_pem(script.ca.as_bytes()).unwrap(),
    };
    let letter = letter(draft()).await;
    let watch = Watch::nobody();
    let mut session = Session::open(&server, &token(), &limits(), &watch).await.unwrap();
    for accepted in [true, false, true] {
        let watch = Watch::nobody();
        assert_eq!(session.send(&letter, &watch).await.is_ok(), accepted);
        assert!(session.is_usable());
        assert!(shown(&watch).starts_with("C: MAIL FROM"), "each has its own transcript");
    }
    session.quit(&watch).await;
    assert_eq!(script.heard().await.last().unwrap(), "QUIT");
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_ends_it() {
    let script = SmtpScript::start(PROTECTED).await;
    let other = SmtpScript::start("").await;
    for security in [Security::Starttls, Security::Tls] {
        let script = if security == Security::Tls {
            SmtpScript::start("TLS").await.port
        } else {
            script.port
        };
        let server = Server {
            host: "localhost".into(),
            port: script,
            security,
            oldest: Oldest::Tls12,
            trust: Trust::only_pem(other.ca.as_bytes()).unwrap(),
        };
        let refused =
            Session::open(&server, &token(), &limits(), &Watch::nobody()).await.unwrap_err();
        assert_eq!(refused.stage(), Stage::Tls);
        assert_eq!(Problem::from(refused).code, Code::CertificateNotTrusted);
    }
}
