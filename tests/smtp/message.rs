//! The message itself, and the point of no return.

use super::*;

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
        if progress.sent > 0 {
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
async fn dots_at_the_start_of_lines_arrive_doubled() {
    let script = "S: 220 hi\nC: EHLO\nS: 250 mail.example\nC: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nMESSAGE\nS: 250 done\nC: QUIT\nCLOSE";
    let mut attempt = Attempt::clear(&[script], Credentials::None);
    attempt.draft.text = ".\r\n..a\r\n.".into();
    let sent = attempt.go().await;
    sent.result.unwrap();
    assert!(sent.heard[4].ends_with("\r\n\r\n..\r\n...a\r\n.."), "{}", sent.heard[4]);
}

const ASKED: &str = "C: MAIL\nC: RCPT\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\nMESSAGE\n";

/// The last message for a server that takes several commands at once.
fn last(steps: &str) -> Attempt {
    Attempt { then: Then::Quit, ..Attempt::protected(&[PROTECTED, SIGNED_IN, ASKED, steps]) }
}

#[tokio::test]
async fn the_good_bye_goes_out_with_the_final_dot_of_the_last_message() {
    for answers in ["S: 250 taken\nS: 221 bye", "BYTES: 250 taken\\r\\n221 bye\\r\\n"] {
        let sent = last(&["C: QUIT\n", answers].concat()).go().await;
        assert_eq!(sent.result.unwrap().reply, "250 taken");
        assert!(sent.transcript.contains("C: .\nC: QUIT\nS: 250 taken\nS: 221 bye"));
        assert_eq!(sent.heard.last().unwrap(), "QUIT", "and is not said twice");
    }
}

#[tokio::test]
async fn a_good_bye_in_place_of_an_answer_to_the_message_means_that_nobody_knows() {
    for ending in ["CLOSE", "S: 221 2.0.0 bye\nCLOSE", "SILENCE"] {
        let mut attempt = last(&["C: QUIT\n", ending].concat());
        attempt.limits.final_dot = Duration::from_millis(50);
        let sent = attempt.go().await;
        assert!(sent.result.unwrap_err().uncertain(), "{ending}");
    }
}

#[tokio::test]
async fn a_refused_last_message_is_refused_whatever_follows() {
    for ending in ["S: 221 bye", "CLOSE"] {
        let sent = last(&["C: QUIT\nS: 554 5.6.0 no\n", ending].concat()).go().await;
        assert_eq!(sent.problem().code, Code::MessageRefused, "{ending}");
    }
}

#[tokio::test]
async fn who_takes_one_command_at_a_time_hears_the_good_bye_after_its_answer() {
    let script = "S: 220 hi\nC: EHLO\nS: 250 mail.example\nC: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nMESSAGE\nS: 250 done\nC: QUIT\nS: 221 bye";
    let script = SmtpScript::start(script).await;
    let server = server(&script, Security::None);
    let watch = Watch::nobody();
    let opened = open(&server, &Credentials::None, &limits(), &watch).await;
    let mut session = opened.unwrap();
    session.send(&letter(draft()).await, Then::Quit, &watch).await.unwrap();
    assert!(!shown(&watch).contains("QUIT"));
    session.quit(&watch).await;
    assert_eq!(script.heard().await.last().unwrap(), "QUIT");
}
