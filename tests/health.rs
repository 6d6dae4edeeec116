//! How a sender is said to do: by the sends that show it, and by no others.

use crate::world::{
    sendright::Sendright,
    smtp_script::SmtpScript,
    token_endpoint::{Say, TokenEndpoint},
};
use std::fs;

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

/// Its health and the note beside it.
fn health(place: &Sendright, sender: &str) -> (String, String) {
    let row = &place.json(&["show", sender])["row"];
    let word = |name: &str| row[name].as_str().unwrap().to_owned();
    (word("health"), word("health_note"))
}

fn change(place: &Sendright, from: &str, to: &str) {
    let profile = fs::read_to_string(place.path("p.toml")).unwrap();
    place.write("p.toml", &profile.replace(from, to));
    place.json(&["apply", "-f", "p.toml"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_counts_until_what_it_may_lie_with_is_changed() {
    let refuses =
        "S: 220 hi\nC: EHLO\nS: 250-mail.example\nS: 250 AUTH PLAIN\nC: AUTH\nS: 535 5.7.8 no\n";
    let port = SmtpScript::start_each(&[refuses.to_owned(), refuses.to_owned()]).await.port;
    let looking = tokio::task::spawn_blocking(move || {
        let place = sender(port);
        change(&place, "\"none\"\nsmtp", "\"password\"\nsmtp");
        let set = |value| place.run_with(&["secret", "set", "P", "password"], value).code;
        assert_eq!((set("wrong"), send(&place).1.as_str()), (0, "failing"));
        place.json(&["disable", "P"]);
        place.json(&["enable", "P"]);
        change(&place, "name = \"P\"", "name = \"P\"\ntags = [\"production\"]");
        assert_eq!(health(&place, "P").0, "failing", "that is not why");
        assert_eq!(set("right"), 0);
        let (health_now, note) = health(&place, "P");
        assert_eq!(health_now, "never_verified");
        assert!(note.starts_with("not tested since the password was stored 20"), "{note}");
        assert_eq!(send(&place).1, "failing");
        change(&place, "ana@", "anna@");
        let (health_now, note) = health(&place, "P");
        assert_eq!(health_now, "never_verified");
        assert!(note.starts_with("not tested since its settings changed 20"), "{note}");
    });
    looking.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_not_reached_fails_until_the_settings_change() {
    let port = SmtpScript::start_each(&[]).await.port;
    let looking = tokio::task::spawn_blocking(move || {
        let place = sender(port);
        change(&place, "\"none\"\nsmtp", "\"password\"\nsmtp");
        let set = || place.run_with(&["secret", "set", "P", "password"], "new").code;
        assert_eq!((set(), send(&place)), (0, (4, "failing".to_owned())));
        assert_eq!((set(), health(&place, "P").0.as_str()), (0, "failing"), "nobody looked at it");
        change(&place, "localhost", "127.0.0.1");
        assert_eq!(health(&place, "P").0, "never_verified");
    });
    looking.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_and_a_registration_that_is_set_back_leave_a_refusal_behind() {
    let tokens =
        r#"{"access_token":"a","token_type":"Bearer","expires_in":3600,"refresh_token":"r"}"#;
    let provider = TokenEndpoint::start(|_| Say::Json(200, tokens.to_owned())).await;
    let toml = format!(
        "[[registration]]\nname = \"kestrel\"\nprovider = \"microsoft\"\ntenant = \"kestrel.example\"\n\
         client_id = \"11111111-2222-3333-4444-555555555555\"\nauthority = \"{}\"\n\
         [[profile]]\nname = \"P\"\nregistration = \"kestrel\"\nmailbox = \"ana@kestrel.example\"\n\
         smtp = {{ host = \"localhost\", port = 9, security = \"none\" }}\n",
        provider.authority,
    );
    let looking = tokio::task::spawn_blocking(move || {
        let place = Sendright::new();
        place.write("p.toml", &toml);
        place.json(&["apply", "-f", "p.toml"]);
        assert_eq!(send(&place).0, 3);
        assert_eq!(place.consent("P", &["code=c0de&state=STATE"]).1.code, 0);
        let (health_now, note) = health(&place, "P");
        assert_eq!(health_now, "never_verified", "{note}");
        assert!(note.starts_with("not tested since somebody signed in 20"), "{note}");
        change(&place, "11111111", "99999999");
        assert_eq!(send(&place), (3, "needs_sign_in".to_owned()));
        change(&place, "99999999", "11111111");
        let (health_now, note) = health(&place, "P");
        assert_eq!(health_now, "never_verified", "{note}");
    });
    looking.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_a_wrong_clock_has_dated_tomorrow_hides_no_later_send() {
    let scripts = [NOT_SIGNED_IN, ACCEPTED].map(|way| format!("{HELLO}{}", way.concat()));
    let port = SmtpScript::start_each(&scripts).await.port;
    let looking = tokio::task::spawn_blocking(move || {
        let place = sender(port);
        assert_eq!(send(&place).1, "failing");
        let db = rusqlite::Connection::open(place.path("data/sendright.db")).unwrap();
        db.execute_batch("UPDATE sends SET started_at = started_at + 86400000").unwrap();
        assert_eq!(health(&place, "P").0, "failing");
        assert_eq!(send(&place), (0, "ready".to_owned()));
    });
    looking.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_proves_the_address_it_was_sent_from_until_the_settings_change() {
    let accepts = format!("{HELLO}{}", ACCEPTED.concat());
    let port = SmtpScript::start_each(&[accepts.clone(), accepts]).await.port;
    let looking = tokio::task::spawn_blocking(move || {
        let place = sender(port);
        change(
            &place,
            "name = \"P\"",
            "name = \"P\"\nfrom = \"bills@bücher.example\"\nsend_as = [\"other@kestrel.example\"]",
        );
        let proved = || place.json(&["show", "P"])["identity"]["proved_at"].is_string();
        let send = ["send", "P", "--to", "bo@example.org", "--text", "Hello"];
        let other = [&send[..], &["--from", "other@kestrel.example"]].concat();
        assert_eq!((place.run(&other).code, proved()), (0, false));
        assert_eq!((place.run(&send).code, proved()), (0, true));
        change(&place, "bills@", "orders@");
        assert!(!proved(), "nothing was sent from there yet");
    });
    looking.await.unwrap();
}
