//! Envelope and message in one go, where the settings say so and CHUNKING is offered (RFC 3030).

use super::*;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const HELLO: &str = "
    S: 220 hi
    C: EHLO
    S: 250-mail.example
    S: 250-PIPELINING
    S: 250 CHUNKING
";
const ENVELOPE: &str = "C: MAIL\nC: RCPT\nC: RCPT\nC: RCPT\n";
const TAKEN: &str = "S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 250 ok\n";

/// Sends to bo, carol and dave; the script begins after the server's offers.
fn chunked(steps: &[&str]) -> Attempt {
    let mut attempt = Attempt::clear(&[&[HELLO], steps].concat(), Credentials::None);
    attempt.chunking = true;
    attempt.draft.text = ".".into();
    attempt.draft.cc = vec!["carol@example.org".into()];
    attempt.draft.bcc = vec!["dave@example.org".into()];
    attempt
}

/// With more than is read or written at a time.
fn large(steps: &[&str]) -> (tempfile::TempDir, Attempt) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("big.bin");
    fs::write(&path, vec![0; 20_000_000]).unwrap();
    let mut attempt = chunked(steps);
    attempt.draft.attachments = vec![Attachment { path, content_id: None }];
    (dir, attempt)
}

#[tokio::test]
async fn nothing_is_waited_for_between_the_envelope_and_the_end_of_the_message() {
    let script = [ENVELOPE, "CHUNK\nC: QUIT\n", TAKEN, "S: 250 queued\nS: 221 bye"];
    let sent = Attempt { then: Then::Quit, ..chunked(&script) }.go().await;
    let delivery = sent.result.unwrap();
    assert_eq!(delivery.reply, "250 queued");
    assert!(!delivery.partly());
    assert!(sent.heard[5].ends_with("\r\n\r\n.\r\n"), "no dot is doubled: {}", sent.heard[5]);
    let said = sent.transcript;
    assert!(said.contains("C: BDAT ") && !said.contains("C: DATA"), "{said}");
}

#[tokio::test]
async fn a_server_that_does_not_offer_it_is_asked_for_the_message() {
    let asked = "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nMESSAGE\nS: 250 done\nC: QUIT\nCLOSE";
    for offer in ["S: 250 CHUNKING\n", "S: 250 8BITMIME\n"] {
        let hello = ["S: 220 hi\nC: EHLO\nS: 250-mail.example\n", offer, asked];
        let attempt = Attempt::clear(&hello, Credentials::None);
        Attempt { chunking: true, ..attempt }.go().await.result.unwrap();
    }
}

#[tokio::test]
async fn only_the_first_message_of_a_connection_goes_in_one_go() {
    let asked = "C: MAIL\nC: RCPT\nC: DATA\n";
    let first = "S: 250 ok\nS: 250 ok\nS: 250 first\n";
    let second = "S: 250 ok\nS: 250 ok\nS: 354 go\nMESSAGE\nS: 250 second\nC: QUIT\nS: 221 bye";
    for (announced, steps) in [(true, [asked, first]), (false, [first, asked])] {
        let script = [HELLO, "C: MAIL\nC: RCPT\nCHUNK\n", steps[0], steps[1], second];
        let script = SmtpScript::start(&script.concat()).await;
        let server = Server { chunking: true, ..server(&script, Security::None) };
        let letters = [letter(draft()).await, letter(draft()).await];
        let watch = Watch::nobody();
        let mut session = open(&server, &Credentials::None, &limits(), &watch).await.unwrap();
        let then = if announced { Then::Next(&letters[1]) } else { Then::Open };
        let first = session.send(&letters[0], then, &watch).await.unwrap();
        let second = session.send(&letters[1], Then::Open, &watch).await.unwrap();
        assert_eq!((first.reply.as_str(), second.reply.as_str()), ("250 first", "250 second"));
        session.quit(&watch).await;
        assert_eq!(script.heard().await.last().unwrap(), "QUIT");
    }
}

#[tokio::test]
async fn each_recipient_has_its_own_result() {
    let replies = "CHUNK\nS: 250 ok\nS: 250 ok\nS: 550 5.1.1 nobody\nS: 250 ok\nS: 250 queued\n";
    let sent = chunked(&[ENVELOPE, replies]).go().await;
    let accepted: Vec<_> = sent.result.unwrap().recipients.iter().map(|r| r.accepted).collect();
    assert_eq!(accepted, [true, false, true]);
}

#[tokio::test]
async fn each_way_of_saying_no_has_its_place() {
    let unsent = "S: 503 5.5.1 no\nS: 503 5.5.1 no\nS: 503 5.5.1 no\nS: 503 5.5.1 no\n";
    #[rustfmt::skip]
    let table = [
        (["S: 550 5.7.60 SMTP; Client does not have permissions to send as this sender\n", unsent], Code::SenderRefused),
        (["S: 250 ok\nS: 550 5.1.1 no\nS: 550 5.1.1 no\nS: 550 5.1.1 no\n", "S: 554 no valid recipients\n"], Code::RecipientsRefused),
        ([TAKEN, "S: 554 5.6.0 no\n"],             Code::MessageRefused),
        ([TAKEN, "S: 552 5.3.4 too big\n"],        Code::MessageTooLarge),
        ([TAKEN, "S: 502 5.5.1 not implemented\n"], Code::MessageRefused),
        ([TAKEN, "CLOSE\n"],                       Code::Uncertain),
        ([TAKEN, "S: what?\n"],                    Code::Uncertain),
        (["S: 250 ok\n", "CLOSE\n"],               Code::Uncertain),
        (["S: 421 4.3.2 too many\n", "CLOSE\n"],   Code::Busy),
        (["S: 250 ok\nS: 250 ok\n", "S: 421 4.3.2 closing\nCLOSE\n"], Code::Busy),
        (["S: 250 ok\nS: 550 5.1.1 no\nS: 550 5.1.1 no\nS: 550 5.1.1 no\n", "CLOSE\n"], Code::RecipientsRefused),
    ];
    for (replies, code) in table {
        let sent = chunked(&[ENVELOPE, "CHUNK\n", replies[0], replies[1], "SILENCE"]).go().await;
        assert!(!sent.heard.iter().any(|heard| heard == "QUIT"), "{replies:?}: it may be text");
        assert_eq!(sent.problem().code, code, "{replies:?}");
    }
}

#[tokio::test]
async fn a_message_that_nobody_gets_is_not_sent_to_its_end() {
    let refused = "C: BDAT\nS: 250 ok\nS: 550 5.1.1 no\nS: 550 5.1.1 no\nS: 550 5.1.1 no\nSILENCE";
    let (_dir, attempt) = large(&[ENVELOPE, refused]);
    let sent = attempt.go().await;
    assert!(sent.heard.last().unwrap().len() < 20_000_000, "all of it was sent");
    assert_eq!(sent.problem().code, Code::RecipientsRefused);
}

#[tokio::test]
async fn a_refusal_of_the_message_hides_no_refusal_before_it() {
    let nobody = "S: 250 ok\nS: 550 5.1.1 no\nS: 550 5.1.1 no\nS: 550 5.1.1 no\n";
    for (replies, code, answered) in [
        (nobody, Code::RecipientsRefused, 3),
        (TAKEN, Code::MessageTooLarge, 3),
        (
            "S: 550 5.7.60 SMTP; Client does not have permissions to send as this sender\nS: 503 no\nS: 503 no\nS: 503 no\n",
            Code::SenderRefused,
            0,
        ),
    ] {
        let at_once = replies.trim_end().replace("S: ", "").replace('\n', "\\r\\n");
        let at_once = format!("BYTES: {at_once}\\r\\n552 5.3.4 too big\\r\\n\nSILENCE");
        let (_dir, attempt) = large(&[ENVELOPE, "C: BDAT\n", &at_once]);
        let sent = attempt.go().await;
        assert_eq!(sent.result.as_ref().unwrap_err().recipients().len(), answered, "{replies}");
        assert_eq!(sent.problem().code, code, "{replies}");
    }
}

#[tokio::test]
async fn who_was_refused_is_known_although_nobody_knows_of_the_message() {
    let replies = "CHUNK\nS: 250 ok\nS: 250 ok\nS: 550 5.1.1 nobody\nS: 250 ok\nCLOSE";
    let error = chunked(&[ENVELOPE, replies]).go().await.result.unwrap_err();
    assert!(error.uncertain());
    let accepted: Vec<_> = error.recipients().iter().map(|r| r.accepted).collect();
    assert_eq!(accepted, [true, false, true]);
}

#[tokio::test]
async fn what_is_cut_off_before_its_last_octet_was_not_sent() {
    for (ending, code) in
        [("CLOSE", Code::ConnectionLost), ("S: 421 4.3.2 closing\nSILENCE", Code::Busy)]
    {
        let (_dir, attempt) = large(&[ENVELOPE, "C: BDAT\n", TAKEN, "HALF\n", ending]);
        let sent = attempt.go().await;
        assert!(!sent.result.as_ref().unwrap_err().uncertain(), "{ending}");
        assert_eq!(sent.problem().code, code, "{ending}");
    }
}

#[tokio::test]
async fn cancelling_is_possible_until_the_last_block() {
    let (token, most) = (CancellationToken::new(), std::sync::Arc::new(AtomicU64::new(0)));
    let (cancel, seen) = (token.clone(), most.clone());
    let watch = Watch::new(token, move |progress| {
        seen.fetch_max(progress.sent, Relaxed);
        if progress.sent > 1_000_000 {
            cancel.cancel();
        }
    });
    let (_dir, attempt) = large(&[ENVELOPE, "C: BDAT\n", TAKEN, "SILENCE"]);
    let sent = Attempt { watch, ..attempt }.go().await;
    assert!(most.load(Relaxed) < 20_000_000);
    assert!(!sent.result.as_ref().unwrap_err().uncertain());
    assert_eq!(sent.problem().code, Code::Cancelled);
}
