//! A pace that the person set.

use super::*;

/// Five messages, two a minute.
const FIVE: [&str; 9] =
    ["send", "P", "--to", "bo@example.org", "--json", "--repeat", "5", "--per-minute", "2"];

#[tokio::test(flavor = "multi_thread")]
async fn a_pace_is_kept_and_its_wait_is_said_and_can_be_stopped() {
    let script = [HELLO, &TAKEN.repeat(2), BYE].concat();
    let server = SmtpScript::start_each(&[script]).await;
    let place = place(server.port);
    let stopped = tokio::task::spawn_blocking(move || {
        place.json(&["apply", "-f", "p.toml"]);
        let first = place.interrupted_at(&FIVE, "\"waiting\"");
        // Who begins anew within the same minute has no more messages free.
        let again = place.interrupted_at(&FIVE, "\"waiting\"");
        (first, again)
    });
    let (first, again) = stopped.await.unwrap();
    assert_eq!(names(&first), ["accepted", "accepted", "waiting", "result"], "{}", first.stdout);
    let waiting = &events(&first)[2];
    assert_eq!((&waiting["per_minute"], &waiting["problem"]), (&2.into(), &Value::Null));
    assert!(waiting["wait_ms"].as_u64().is_some_and(|ms| (50_000..=60_000).contains(&ms)));
    assert!(
        first.stderr.contains("no more than 2 a minute: this takes some 2 min"),
        "{}",
        first.stderr
    );
    assert_eq!(events(&first)[3]["problem"]["code"], "cancelled");
    assert_eq!(names(&again), ["waiting", "result"], "{}", again.stdout);
    assert_eq!(server.heard().await.last().unwrap(), "QUIT");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_written_down_and_no_more_is_announced_than_the_pace_lets() {
    let script =
        [PIPELINES, ASKED, GO_ON, ASKED, "S: 250 queued\n", GO_ON, "S: 250 queued\nSILENCE"];
    let server = SmtpScript::start_each(&[script.concat()]).await;
    let place = place(server.port);
    let rows = tokio::task::spawn_blocking(move || {
        place.json(&["apply", "-f", "p.toml"]);
        place.killed_at(&FIVE, "\"waiting\"");
        place.history()
    });
    assert_eq!(outcomes(&rows.await.unwrap()), ["accepted", "accepted"]);
    assert_eq!(server.heard().await.last().unwrap(), "", "nothing of the third");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_its_pace_bears_the_date_of_its_turn() {
    let two = [HELLO, &TAKEN.repeat(2), BYE].concat();
    let server = SmtpScript::start_each(&[two.clone(), two]).await;
    let place = place(server.port);
    let two_a_minute = ["--per-minute", "2"];
    let (_, place) = send(place, "2", &two_a_minute).await;
    let db = rusqlite::Connection::open(place.path("data").join("sendright.db")).unwrap();
    let a_while_ago =
        "UPDATE sends SET started_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) - 54000";
    assert_eq!(db.execute(a_while_ago, []).unwrap(), 2);
    let (ended, _place) = send(place, "2", &two_a_minute).await;
    assert_eq!(names(&ended), ["waiting", "accepted", "accepted", "result"], "{}", ended.stdout);
    let wait = events(&ended)[0]["wait_ms"].as_i64().map(time::Duration::milliseconds).unwrap();
    assert!(wait > time::Duration::seconds(3), "{wait}");
    let dates = dates(&server.heard().await);
    assert!(dates[2] - dates[1] >= wait - time::Duration::SECOND, "{dates:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pace_that_cannot_be_counted_has_a_result_too() {
    let place = place(9);
    let ended = tokio::task::spawn_blocking(move || {
        place.json(&["apply", "-f", "p.toml"]);
        let db = rusqlite::Connection::open(place.path("data").join("sendright.db")).unwrap();
        db.execute_batch("ALTER TABLE sends RENAME COLUMN transport TO another").unwrap();
        place.run(&FIVE)
    });
    let ended = ended.await.unwrap();
    assert_eq!(names(&ended), ["result"], "{}", ended.stdout);
    assert_eq!(events(&ended)[0]["outcome"], "not_sent", "{}", ended.stdout);
}
