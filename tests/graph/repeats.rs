//! What is asked again, what is looked for first, and what is left uncertain.

use super::*;

const FIND: &str = "GET /v1.0/me/messages?%24filter=internetMessageId+eq+%27%3C";

fn busy(after: &str) -> Say {
    answer(
        "429 Too Many Requests",
        &format!("{after}request-id: r-42\r\n"),
        r#"{"error":{"code":"ApplicationThrottled","message":"over its MailboxConcurrency limit"}}"#,
    )
}

fn hits(is_draft: &str) -> Say {
    json("200 OK", &format!(r#"{{"value":[{{"id":"A1","isDraft":{is_draft}}}]}}"#))
}

fn none() -> Say {
    json("200 OK", r#"{"value":[]}"#)
}

#[tokio::test]
async fn a_throttled_request_is_made_again_after_the_time_it_names() {
    let steps = [(SEND_MAIL, busy("Retry-After: 1\r\n")), (FIND, none()), (SEND_MAIL, accepted())];
    let server = GraphScript::start(steps).await;
    let waits = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&waits);
    let watch = Watch::new(CancellationToken::new(), move |progress: Progress| {
        heard.lock().unwrap().extend(progress.wait.map(|wait| (wait, progress.cancellable)));
    });
    let began = std::time::Instant::now();
    Attempt { watch, ..Attempt::default() }.send(&server, &draft()).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(*waits.lock().unwrap(), [(Duration::from_secs(1), true)], "the faces are told");

    let asked = server.asked();
    let (first, again) = (&asked[0], &asked[2]);
    assert_eq!(first.header("client-request-id"), again.header("client-request-id"));
    assert_eq!((first.header("retry-attempt"), again.header("retry-attempt")), ("", "1"));
    assert_eq!(first.body, again.body);
}

#[tokio::test]
async fn without_a_time_it_waits_a_little_and_gives_up_in_the_end() {
    let server = GraphScript::start((0..6).map(|_| (SEND_MAIL, busy("")))).await;
    let problem = Attempt::blind().refused(&server, &draft()).await;
    assert_eq!((problem.code, problem.retry), (Code::Busy, Retry::AfterWait));
    assert_eq!(server.lines().len(), 6);
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_passed_on() {
    let server = GraphScript::start([(SEND_MAIL, busy("Retry-After: 700\r\n"))]).await;
    let problem = Attempt::default().refused(&server, &draft()).await;
    assert_eq!((problem.retry, problem.retry_after_ms), (Retry::AfterWait, Some(700_000)));
}

#[tokio::test]
async fn a_wait_may_be_told_as_a_date() {
    let dates =
        "Date: Wed, 18 Nov 2026 12:00:00 GMT\r\nRetry-After: Wed, 18 Nov 2026 12:20:00 GMT\r\n";
    let server = GraphScript::start([(SEND_MAIL, busy(dates))]).await;
    let problem = Attempt::default().refused(&server, &draft()).await;
    assert_eq!((problem.retry, problem.retry_after_ms), (Retry::AfterWait, Some(1_200_000)));
}

#[tokio::test]
async fn a_wait_can_be_cancelled() {
    let server = GraphScript::start([(SEND_MAIL, busy("Retry-After: 2\r\n"))]).await;
    let token = CancellationToken::new();
    let stop = token.clone();
    let watch = Watch::new(token, move |progress| {
        if progress.wait.is_some() {
            stop.cancel();
        }
    });
    let problem = Attempt { watch, ..Attempt::default() }.refused(&server, &draft()).await;
    assert_eq!(problem.code, Code::Cancelled);
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_found_in_the_mailbox() {
    let losses = [
        Say::HangUp,
        Say::Silence,
        Say::Raw("HTTP/1.1 202 Accepted\r\ncontent-length: 9\r\n\r\n".into()),
        answer("504 Gateway Timeout", "Retry-After: 1\r\n", ""),
    ];
    for lost in losses {
        let told = format!("{lost:?}");
        // It is on its way out first: a draft still.
        let steps =
            [(SEND_MAIL, lost), (FIND, none()), (FIND, hits("true")), (FIND, hits("false"))];
        let server = GraphScript::start(steps).await;
        let delivery = Attempt::default().send(&server, &draft()).await;
        let delivery = delivery.unwrap_or_else(|error| panic!("{told}: {error}"));
        assert!(delivery.reply.starts_with("found among the mailbox's sent messages"), "{told}");
        assert_eq!(server.lines().len(), 4, "and never sent again: {told}");
    }
}

#[tokio::test]
async fn a_message_that_is_not_found_may_have_been_sent_all_the_same() {
    let steps = [(SEND_MAIL, Say::HangUp), (FIND, none()), (FIND, none()), (FIND, none())];
    let server = GraphScript::start(steps).await;
    let problem = Attempt::default().refused(&server, &draft()).await;
    assert_eq!(problem.code, Code::Uncertain);
    assert_eq!(server.lines().len(), 4, "and is never sent again");
}

#[tokio::test]
async fn a_search_can_be_stopped_and_leaves_the_message_uncertain() {
    for asked in [1, 2] {
        let steps = [(SEND_MAIL, Say::HangUp), (FIND, Say::HangUp)];
        let server = GraphScript::start(steps.into_iter().take(asked)).await;
        let token = CancellationToken::new();
        let (stop, waits) = (token.clone(), Mutex::new(0));
        let watch = Watch::new(token, move |progress: Progress| {
            if progress.wait.is_some() {
                assert!(progress.cancellable);
                *waits.lock().unwrap() += 1;
                if *waits.lock().unwrap() == asked {
                    stop.cancel();
                }
            }
        });
        let problem = Attempt { watch, ..Attempt::default() }.refused(&server, &draft()).await;
        assert_eq!(problem.code, Code::Uncertain);
        assert_eq!(server.lines().len(), asked, "not looked for any more");
    }
}

#[tokio::test]
async fn without_the_right_to_look_it_is_uncertain_at_once() {
    let server = GraphScript::start([(SEND_MAIL, Say::HangUp)]).await;
    let problem = Attempt::blind().refused(&server, &draft()).await;
    assert_eq!(problem.code, Code::Uncertain);
    assert_eq!(server.lines(), [SEND_MAIL]);
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_once() {
    let expired = || refusal("401 Unauthorized", "InvalidAuthenticationToken", "expired");
    let server = GraphScript::start([(SEND_MAIL, expired()), (SEND_MAIL, accepted())]).await;
    let newer = || Desk { newer: Mutex::new(Some(Secret::new(NEWER))), ..Desk::default() };
    Attempt { desk: newer(), ..Attempt::default() }.send(&server, &draft()).await.unwrap();
    let asked = server.asked();
    assert_eq!(asked[1].header("authorization"), format!("Bearer {NEWER}"));
    assert_eq!(asked[0].body, asked[1].body);

    let server = GraphScript::start([(SEND_MAIL, expired()), (SEND_MAIL, expired())]).await;
    let attempt = Attempt { desk: newer(), ..Attempt::default() };
    assert_eq!(attempt.refused(&server, &draft()).await.code, Code::SignInNeeded);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn a_claims_challenge_is_no_matter_of_renewing() {
    let claims = r#"{"access_token":{"nbf":{"essential":true,"value":"1795000000"}}}"#;
    let challenge = format!(
        "www-authenticate: Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{}\"\r\n",
        STANDARD.encode(claims)
    );
    let body = r#"{"error":{"code":"InvalidAuthenticationToken","message":"Continuous access evaluation resulted in challenge"}}"#;
    let server =
        GraphScript::start([(SEND_MAIL, answer("401 Unauthorized", &challenge, body))]).await;
    let desk = Desk { newer: Mutex::new(Some(Secret::new(NEWER))), ..Desk::default() };
    let error = Attempt { desk, ..Attempt::default() }.send(&server, &draft()).await.unwrap_err();
    let SendError::Graph(refusal) = &error else { panic!("{error:?}") };
    assert_eq!(refusal.claims.as_deref(), Some(claims));
    assert_eq!(server.lines().len(), 1, "the same person's token would be refused again");
}
