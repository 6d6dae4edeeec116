//! A server that asks for time.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_for_time_gets_it() {
    let later = "C: MAIL\nS: 451 4.7.0 try again later\n";
    let script = [HELLO, TAKEN, later, TAKEN, BYE].concat();
    let (ended, _) = repeat(&[script], "2", &[]).await;
    assert_eq!(names(&ended), ["accepted", "refused", "waiting", "accepted", "result"]);
    assert_eq!((ended.code, &events(&ended)[4]["accepted"]), (0, &2.into()));
    assert!(ended.stderr.contains("Trying again in 1 s"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_time_is_told_of_one_message_at_a_time() {
    let later = "S: 451 4.7.0 later\n";
    let first = [PIPELINES, ASKED, GO_ON, ASKED, later, "SILENCE"].concat();
    let alone = [ASKED, GO_ON, later, ASKED, GO_ON, "S: 250 queued\n"].concat();
    let rest =
        [ASKED, GO_ON, ASKED, "S: 250 queued\n", GO_ON, "C: QUIT\nS: 250 queued\nS: 221 bye"];
    let (ended, _) = repeat(&[first, [PIPELINES, &alone, &rest.concat()].concat()], "3", &[]).await;
    let waited = ["refused", "waiting", "refused", "waiting"];
    assert_eq!(names(&ended)[..4], waited, "{}", ended.stdout);
    assert_eq!(names(&ended)[4..], ["accepted", "accepted", "accepted", "result"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn patience_has_an_end_and_what_was_not_sent_is_not_called_sent() {
    let throttled = "C: MAIL\nS: 432 4.3.2 STOREDRV.ClientSubmit; try again in 90 seconds\n";
    let script = [HELLO, TAKEN, throttled, BYE].concat();
    let (ended, _) = repeat(&[script], "4", &["--patience", "60"]).await;
    assert_eq!(names(&ended), ["accepted", "refused", "result"]);
    let last = &events(&ended)[2];
    assert_eq!((ended.code, &last["accepted"]), (9, &1.into()));
    assert_eq!(last["problem"]["retry_after_ms"], 90_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_long_wait_the_next_message_is_composed_anew() {
    let later = "C: MAIL\nS: 451 4.7.0 try again in 6 seconds\n";
    let script = [HELLO, TAKEN, later, TAKEN, TAKEN, BYE].concat();
    let server = SmtpScript::start_each(&[script]).await;
    let place = place(server.port);
    let (ended, place) = send(place, "3", &[]).await;
    assert_eq!((ended.code, names(&ended).len()), (0, 6), "{}", ended.stdout);
    let dates = dates(&server.heard().await);
    assert!(dates[1] - dates[0] >= time::Duration::seconds(5), "{dates:?}");
    assert_eq!(outcomes(&rows(place).await), ["accepted", "accepted", "accepted", "refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_has_what_the_server_heard_of_and_says_what_put_it_off() {
    let first = [ASKED, GO_ON, ASKED, "S: 250 queued\n", GO_ON, ASKED];
    let put_off = [&first.concat(), "S: 451 4.7.0 try again in 6 seconds\nSILENCE"].concat();
    let again = [ASKED, GO_ON, "S: 451 4.7.0 not yet\n", ASKED, GO_ON, "S: 250 queued\n"].concat();
    let rest =
        [ASKED, GO_ON, ASKED, "S: 250 queued\n", GO_ON, "C: QUIT\nS: 250 queued\nS: 221 bye"];
    let scripts = [[PIPELINES, &put_off].concat(), [PIPELINES, &again, &rest.concat()].concat()];
    let server = SmtpScript::start_each(&scripts).await;
    let place = place(server.port);
    let (ended, place) = send(place, "4", &[]).await;
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    let looked_at = tokio::task::spawn_blocking(move || {
        let rows = place.history();
        let heard_of = rows.iter().find(|row| row["outcome"] == "not_sent").unwrap();
        let shown = place.run(&["history", "show", heard_of["id"].as_str().unwrap()]).stdout;
        (rows, shown)
    });
    let (rows, shown) = looked_at.await.unwrap();
    let expected =
        ["accepted", "accepted", "accepted", "accepted", "not_sent", "refused", "refused"];
    assert_eq!(outcomes(&rows), expected);
    assert!(shown.contains("Put off: the server asked for time"), "{shown}");
    assert!(shown.contains("451 4.7.0 try again in 6 seconds"), "{shown}");
}
