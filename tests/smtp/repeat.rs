//! `send --repeat` as the outside sees it: one connection as long as it holds, nothing twice.

mod asked;
mod pace;

use crate::world::{
    sendright::{Ended, Sendright, outcomes},
    smtp_script::SmtpScript,
    token_endpoint::{Say, TokenEndpoint},
};
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

const HELLO: &str = "S: 220 hi\nC: EHLO\nS: 250 mail.example\n";
const TAKEN: &str =
    "C: MAIL\nS: 250 ok\nC: RCPT\nS: 250 ok\nC: DATA\nS: 354 go\nMESSAGE\nS: 250 queued\n";
/// Of a server that takes commands in groups: its greeting, a group, and the replies up to the final dot.
const PIPELINES: &str = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 PIPELINING\n";
const ASKED: &str = "C: MAIL\nC: RCPT\nC: DATA\n";
const GO_ON: &str = "S: 250 ok\nS: 250 ok\nS: 354 go\nMESSAGE\n";
const BYE: &str = "C: QUIT\nS: 221 bye\n";

/// Sends `times` messages to servers that follow `scripts`, one a connection.
async fn repeat(scripts: &[String], times: &str, more: &[&str]) -> (Ended, Vec<String>) {
    let server = SmtpScript::start_each(scripts).await;
    let place = place(server.port);
    let (ended, place) = send(place, times, more).await;
    drop(place);
    (ended, server.heard().await)
}

/// Where a sender of the server at `port` is told to be.
fn place(port: u16) -> Sendright {
    let place = Sendright::new();
    place.write("p.toml", &profile("\"none\"", port));
    place
}

fn profile(sign_in: &str, port: u16) -> String {
    format!(
        "[[profile]]\nname = \"P\"\nmailbox = \"ana@kestrel.example\"\nsign_in = {sign_in}\ntransport = \"smtp\"\n\
         smtp = {{ host = \"localhost\", port = {port}, security = \"none\" }}\n"
    )
}

async fn send(place: Sendright, times: &str, more: &[&str]) -> (Ended, Sendright) {
    let more: Vec<_> = more.iter().map(|one| (*one).to_owned()).collect();
    let times = times.to_owned();
    let sending = tokio::task::spawn_blocking(move || {
        place.json(&["apply", "-f", "p.toml"]);
        let mut arguments =
            vec!["send", "P", "--to", "bo@example.org", "--json", "--repeat", &times];
        arguments.extend(more.iter().map(String::as_str));
        (place.run(&arguments), place)
    });
    sending.await.unwrap()
}

/// What the history has.
async fn rows(place: Sendright) -> Vec<Value> {
    tokio::task::spawn_blocking(move || place.history()).await.unwrap()
}

fn events(ended: &Ended) -> Vec<Value> {
    ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn names(ended: &Ended) -> Vec<String> {
    let outcome = |event: &Value| match event["report"]["outcome"].as_str() {
        Some(outcome) => outcome.to_owned(),
        None => event["event"].as_str().unwrap().to_owned(),
    };
    events(ended).iter().map(outcome).collect()
}

/// When the messages that a server `heard` say that they were sent.
fn dates(heard: &[String]) -> Vec<OffsetDateTime> {
    let said = heard.iter().filter_map(|text| text.split("Date: ").nth(1)?.split("\r\n").next());
    said.map(|date| OffsetDateTime::parse(date, &Rfc2822).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_messages_go_over_one_connection() {
    let script = [HELLO, &TAKEN.repeat(5), BYE].concat();
    let (ended, heard) = repeat(&[script], "5", &[]).await;
    assert_eq!((ended.code, names(&ended).len()), (0, 6), "{}", ended.stdout);
    let mut ids: Vec<_> =
        heard.iter().filter_map(|text| text.split("Message-ID: ").nth(1)).collect();
    ids.dedup();
    assert_eq!(ids.len(), 5, "each is a message of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_goes_out_with_the_envelope_of_the_next_and_the_last_with_the_good_bye() {
    let turn = [ASKED, "S: 250 queued\n", GO_ON].concat();
    let script = [PIPELINES, ASKED, GO_ON, &turn.repeat(3), "C: QUIT\nS: 250 queued\nS: 221 bye"];
    let (ended, heard) = repeat(&[script.concat()], "4", &[]).await;
    assert_eq!(names(&ended), ["accepted", "accepted", "accepted", "accepted", "result"]);
    let numbers: Vec<_> = events(&ended).iter().map(|event| event["number"].clone()).collect();
    assert_eq!(numbers[..4], [1, 2, 3, 4], "told in their order, each once");
    assert_eq!(heard.last().unwrap(), "QUIT");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lets_go_is_called_again() {
    for end in ["C: MAIL\nS: 421 4.4.2 that was enough\nCLOSE", "CLOSE", "C: MAIL\nCLOSE"] {
        let scripts = [[HELLO, &TAKEN.repeat(2), end].concat(), [HELLO, TAKEN, BYE].concat()];
        let (ended, heard) = repeat(&scripts, "3", &[]).await;
        assert_eq!(names(&ended), ["accepted", "accepted", "accepted", "result"], "{end}");
        assert_eq!(heard.iter().filter(|text| text.contains("Message-ID")).count(), 3, "{end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_sent_ends_it() {
    let doubt = TAKEN.replace("S: 250 queued\n", "CLOSE");
    let scripts = [[HELLO, TAKEN, &doubt].concat()];
    let (ended, heard) = repeat(&scripts, "3", &[]).await;
    assert_eq!(
        (ended.code, names(&ended)),
        (10, vec!["accepted".into(), "uncertain".into(), "result".into()])
    );
    assert_eq!(heard.iter().filter(|text| text.contains("Message-ID")).count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_ends_on_the_way_is_renewed_with_a_new_token() {
    let mut number = 0;
    let endpoint = TokenEndpoint::start(move |_| {
        number += 1;
        Say::Json(
            200,
            format!(
                r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":3600}}"#
            ),
        )
    })
    .await;
    let hello = "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 AUTH XOAUTH2\nC: AUTH XOAUTH2 dXNlcj1hbmFAa2VzdHJlbC5leGFtcGxlAWF1dGg9QmVhcmVyIHRva2VuL";
    let [first, second] = ["TEBA\n", "TIBA\n"].map(|end| format!("{hello}{end}S: 235 ok\n"));
    let ended_sign_in = "C: MAIL\nS: 530 5.7.0 Authentication required\nSILENCE";
    let scripts = [[&first, TAKEN, ended_sign_in].concat(), [&second, TAKEN, BYE].concat()];
    let server = SmtpScript::start_each(&scripts).await;
    let place = Sendright::new();
    let registration = format!(
        "[[registration]]\nname = \"r\"\nprovider = \"custom\"\nclient_id = \"c\"\nclient_secret = {{ env = \"KESTREL_SECRET\" }}\n\
         authorize_endpoint = \"{0}/a\"\ntoken_endpoint = \"{0}/token\"\n\n",
        endpoint.authority
    );
    place.write(
        "p.toml",
        &(registration + &profile("\"app-only\"\nregistration = \"r\"", server.port)),
    );
    let (ended, _place) = send(place, "2", &[]).await;
    assert_eq!(names(&ended), ["accepted", "accepted", "result"], "{}", ended.stdout);
    assert_eq!(endpoint.asked().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_had_no_turn_does_not_hide_the_one_that_was_refused() {
    let refused =
        [ASKED, GO_ON, ASKED, "S: 250 queued\n", GO_ON, ASKED, "S: 554 5.7.1 no\nSILENCE"];
    let server = SmtpScript::start(&[PIPELINES, &refused.concat()].concat()).await;
    let place = place(server.port);
    let (_, place) = send(place, "5", &[]).await;
    let rows = rows(place).await;
    assert_eq!(outcomes(&rows), ["accepted", "not_sent", "refused"]);
    assert_eq!(rows[0]["outcome"], "refused", "the newest is the one that had its turn");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_reached_leaves_one_row_however_many_there_were_to_be() {
    let place = place(9);
    let (ended, place) = send(place, "5", &[]).await;
    assert_eq!((ended.code, names(&ended)), (4, vec!["not_sent".into(), "result".into()]));
    assert_eq!(outcomes(&rows(place).await), ["not_sent"]);
}
