//! How a sender is said to do: by the sends that show it, and by no others.

use crate::world::{sendright::Sendright, smtp_script::SmtpScript};

const HELLO: &str = "S: 220 hi\nC: EHLO\nS: 250 mail.example\nC: MAIL\n";
const TO: &str = "S: 250 ok\nC: RCPT\n";
const MESSAGE: &str = "S: 250 ok\nC: DATA\nS: 354 go\nMESSAGE\n";

/// The exit code of each send to a server that treats them in these `ways`, one after the other, and how
/// its sender is said to do then.
async fn judged(ways: &[&[&str]]) -> Vec<(u8, String)> {
    let scripts: Vec<_> = ways.iter().map(|way| format!("{HELLO}{}", way.concat())).collect();
    let port = SmtpScript::start_each(&scripts).await.port;
    let sending = tokio::task::spawn_blocking(move || {
        let place = sender(port);
        scripts.iter().map(|_| send(&place)).collect()
    });
    sending.await.unwrap()
}

fn sender(port: u16) -> Sendright {
    let place = Sendright::new();
    let profile = format!(
        "[[profile]]\nname = \"P\"\nmailbox = \"ana@kestrel.example\"\nsign_in = \"none\"\n\
         smtp = {{ host = \"localhost\", port = {port}, security = \"none\" }}\n"
    );
    place.write("p.toml", &profile);
    place.json(&["apply", "-f", "p.toml"]);
    place
}

fn send(place: &Sendright) -> (u8, String) {
    let code = place.run(&["send", "P", "--to", "bo@example.org", "--text", "Hello"]).code;
    let view = place.json(&["show", "P"]);
    let health = view["row"]["health"].as_str().unwrap().to_owned();
    assert_eq!(view["failed"].is_string(), health == "failing", "{view}");
    (code, health)
}

/// What is wrong with a message, its recipient or the moment, and the exit code that says so.
const NO_FAULT_OF_THE_SENDER: [(&[&str], u8); 5] = [
    (&[TO, "S: 550 5.1.1 no such user\n"], 7),
    (&["S: 552 5.3.4 Message size exceeds fixed maximum message size\n"], 8),
    (&[TO, MESSAGE, "S: 554 5.7.1 spam\n"], 8),
    (&[TO, MESSAGE, "CLOSE\n"], 10),
    (&["S: 450 4.7.1 slow down\n"], 9),
];
const ACCEPTED: &[&str] = &[TO, MESSAGE, "S: 250 queued\n"];
const NOT_SIGNED_IN: &[&str] = &["S: 530 5.7.0 Authentication required\n"];

/// Whoever is said to be in this `health` after what came `before` is so after each of those, too.
async fn keeps(health: &str, before: &[&str], code: u8) {
    let ways: Vec<_> = NO_FAULT_OF_THE_SENDER.iter().map(|(way, _)| *way).collect();
    let judged = judged(&[&[before][..], &ways].concat()).await;
    let codes = NO_FAULT_OF_THE_SENDER.iter().map(|(_, code)| *code);
    let all = [code].into_iter().chain(codes).map(|code| (code, health.to_owned()));
    assert_eq!(judged, all.collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_is_ready_stays_so_whatever_is_wrong_with_a_message_or_its_recipient() {
    keeps("ready", ACCEPTED, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_cannot_sign_in_is_failing_until_it_can() {
    keeps("failing", NOT_SIGNED_IN, 5).await;
    let mended = judged(&[NOT_SIGNED_IN, ACCEPTED]).await;
    assert_eq!(mended[1], (0, "ready".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_nothing_was_proved_of_is_neither() {
    for (way, code) in NO_FAULT_OF_THE_SENDER {
        assert_eq!(judged(&[way]).await, [(code, "never_verified".to_owned())]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_whose_server_is_gone_is_failing() {
    let gone = SmtpScript::start_each(&[]).await.port;
    let sent = tokio::task::spawn_blocking(move || send(&sender(gone))).await.unwrap();
    assert_eq!(sent, (4, "failing".to_owned()));
}
