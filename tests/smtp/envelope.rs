//! Sender and recipients: who is taken, and what is asked of the server.

use super::*;

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
async fn a_sender_refused_only_at_the_recipients_is_a_refused_sender() {
    let no = "S: 553 5.7.1 <ana@kestrel.example>: Sender address rejected: not owned by user bo";
    let script = format!(
        "C: MAIL\nS: 250 ok\nC: RCPT\n{no}\nC: RCPT\n{no}\nC: RCPT\n{no}\nC: RSET\nS: 250 ok\nC: QUIT\nS: 221 bye"
    );
    let problem = three(&[&script]).go().await.problem();
    assert_eq!((problem.code, problem.code.exit_code()), (Code::SenderRefused, 6));
    assert_eq!(problem.title, "The mailbox may not send with this From address");
    assert!(!problem.means.contains("Exchange") && problem.source.is_none(), "{problem:?}");
    assert_eq!(problem.said.as_deref(), no.strip_prefix("S: "), "said once");
}

#[tokio::test]
async fn a_refused_recipient_is_no_refused_sender_and_each_reply_is_kept() {
    for no in [
        "550 5.7.1 <bo@example.org>: Recipient address rejected: not wanted here",
        "554 5.7.1 <bo@example.org>: Recipient address rejected: looks like spam",
        "550 5.4.4 this server reaches nothing outside",
    ] {
        let script = format!(
            "C: MAIL\nS: 250 ok\nC: RCPT\nS: {no}\nC: RCPT\nS: 550 5.1.1 no such user\nC: RCPT\nS: {no}\n\
             C: RSET\nS: 250 ok\nC: QUIT\nS: 221 bye"
        );
        let problem = three(&[&script]).go().await.problem();
        assert_eq!(problem.code, Code::RecipientsRefused);
        assert_eq!(problem.title, "All 3 recipients were refused");
        assert!(!problem.means.contains("From"), "{problem:?}");
        assert_eq!(problem.said.unwrap(), format!("{no}\n550 5.1.1 no such user\n{no}"));
    }
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

/// What a server offers that takes several commands at once.
const PIPELINING: &str = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 PIPELINING\n";

/// [`three`] at a server that takes several commands at once.
fn three_at_once(steps: &[&str]) -> Attempt {
    let asked = "C: MAIL\nC: RCPT\nC: RCPT\nC: RCPT\nC: DATA\n";
    let script = [&[PIPELINING, asked], steps].concat();
    Attempt { script: script.concat(), ..three(&[]) }
}

#[tokio::test]
async fn sender_recipients_and_data_go_out_at_once_and_each_has_its_own_result() {
    let partly = "
        S: 250 ok
        S: 250 ok
        S: 550 5.1.1 no such user
        S: 250 ok
        S: 354 go
        MESSAGE
        S: 250 done
        C: QUIT
        CLOSE
    ";
    let delivery = three_at_once(&[partly]).go().await.result.unwrap();
    let taken: Vec<_> = delivery.recipients.iter().map(|r| r.accepted).collect();
    assert_eq!(taken, [true, false, true]);
}

#[tokio::test]
async fn nobody_gets_a_message_that_was_asked_for_although_everybody_was_refused() {
    let refused = "S: 250 ok\nS: 550 5.1.1 a\nS: 550 5.1.1 b\nS: 550 5.1.1 c\n";
    #[rustfmt::skip]
    let table = [
        ("S: 354 go\nC: .\nS: 554 5.5.1 no valid recipients\nC: QUIT\nCLOSE", "."),
        ("S: 354 go\nC: .\nS: 250 2.0.0 queued as 4711\nC: QUIT\nCLOSE",      "."),
        ("S: 503 5.5.1 nobody\nC: RSET\nS: 250 ok\nC: QUIT\nCLOSE",           "RSET"),
    ];
    for (steps, taken_back) in table {
        let sent = three_at_once(&[refused, steps]).go().await;
        assert_eq!(sent.heard[6..], [taken_back, "QUIT"]);
        let error = sent.result.unwrap_err();
        assert_eq!(error.recipients().len(), 3);
        assert_eq!(
            Problem::from(error).said.as_deref(),
            Some("550 5.1.1 a\n550 5.1.1 b\n550 5.1.1 c")
        );
    }
}

#[tokio::test]
async fn a_refused_sender_is_named_as_such_whatever_is_said_to_the_rest() {
    let rest = "S: 550 5.7.60 not as him\nS: 503 a\nS: 503 b\nS: 250 c\n";
    for data in ["S: 503 no\nC: QUIT", "S: 354 go\nC: .\nS: 554 no\nC: QUIT"] {
        let sent = three_at_once(&[rest, data]).go().await;
        assert!(!sent.heard.join("\n").contains("Subject"), "{:?}", sent.heard);
        assert_eq!(sent.problem().code, Code::SenderRefused);
    }
}

#[tokio::test]
async fn very_many_recipients_go_in_groups() {
    let mut script = format!("{PIPELINING}C: MAIL\n");
    let group = |from: usize, to: usize, more: &str| {
        let (said, answered) = ("C: RCPT\n".repeat(to - from), "S: 250 ok\n".repeat(to - from));
        format!("{said}{more}{answered}")
    };
    script += &group(0, 99, "S: 250 sender\n");
    script += &group(99, 199, "");
    script += &group(199, 250, "C: DATA\n");
    script += "S: 354 go\nMESSAGE\nS: 250 done\nC: QUIT";
    let mut attempt = Attempt::clear(&[&script], Credentials::None);
    attempt.draft.bcc = (1..250).map(|n| format!("user{n}@example.org")).collect();
    assert_eq!(attempt.go().await.result.unwrap().recipients.len(), 250);
}

#[tokio::test]
async fn reports_are_asked_for_where_the_server_gives_them() {
    let offered = |what: &str| format!("S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 {what}\n");
    let taken = "S: 250 ok\nC: DATA\nS: 354 go\nMESSAGE\nS: 250 done\nC: QUIT";
    let draft = Draft {
        to: vec!["bo+list@example.org".into()],
        notices: Notices {
            on: vec![Notice::Failure, Notice::Success],
            returned: Some(Returned::Headers),
        },
        ..draft()
    };
    let asked = "C: MAIL FROM:<ana@kestrel.example> RET=HDRS ENVID=\nS: 250 ok\n\
                 C: RCPT TO:<bo+list@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bo+2Blist@example.org\n";
    let script = [&offered("DSN"), asked, taken];
    let with = Attempt { draft: draft.clone(), ..Attempt::clear(&script, Credentials::None) };
    let sent = with.go().await;
    let message_id = sent.heard[1].split_once("ENVID=").unwrap().1.to_owned();
    assert!(sent.heard[4].contains(&format!("Message-ID: <{message_id}>")), "{}", sent.heard[4]);
    sent.result.unwrap();

    let script = [&offered("HELP"), "C: MAIL\nS: 250 ok\nC: RCPT\n", taken];
    let sent = Attempt { draft, ..Attempt::clear(&script, Credentials::None) }.go().await;
    assert!(!sent.heard.join("\n").contains("NOTIFY"), "{:?}", sent.heard);
    assert!(sent.transcript.contains("none is asked for"), "{}", sent.transcript);
    sent.result.unwrap();
}
