//! What the command line changes while the window is open: it is shown, and nothing that is being typed is lost.

use crate::{
    app::ENTER,
    camera::{Camera, SMALLEST, photograph},
    counterparts::relay_that_falls_silent,
    declared::{apply, relay, run, sender},
    session::Session,
    webdriver::{Page, free_port},
};
use serde_json::{Value, json};
use std::sync::mpsc;

/// Two senders through a relay that is not there, and the app registration of nobody yet.
fn senders(port: u16, reply_to: &str, tenant: &str) -> String {
    let more = format!("tags = [\"production\"]\nsign_in = \"none\"\nreply_to = \"{reply_to}\"");
    let sender = |name, mailbox| sender(name, mailbox, &relay(port), &more);
    let app = format!(
        "[[registration]]\nname = \"Kestrel Mailer\"\nprovider = \"microsoft\"\ntenant = \"{tenant}\"\n\
         client_id = \"11111111-2222-3333-4444-555555555555\"\n"
    );
    [
        sender("Invoices", "invoices@kestrel.example"),
        sender("Reports", "reports@kestrel.example"),
        app,
    ]
    .concat()
}

/// Whether the window tells of uncertain messages.
const NOTICED: &str =
    "return document.querySelector(\"[aria-label='Uncertain messages']\") !== null";

/// What stands in the field called `name`.
fn value(window: &Page, name: &str) -> Value {
    let field = json!({crate::webdriver::ELEMENT: window.find("field", name)});
    window.script("return arguments[0].value", &json!([field]))
}

/// A letter is begun; then senders change and come, and one of them sends.
fn lists(session: &Session, window: &Page, closed: u16) {
    window.press("Reports");
    window.turn_to("Compose");
    window.fill("To", &format!("anna@kestrel.example{ENTER}"));
    window.fill("Subject", "Figures of Nov");
    window.fill("Text of the message", "Dear Anna,");
    let more = sender("Newsletter", "news@kestrel.example", &relay(25), "sign_in = \"none\"");
    apply(session, &(senders(closed, "", "kestrel.example") + &more));
    window.see("Newsletter");
    assert_eq!(window.focused(), "Text of the message", "whoever types goes on typing");
    window.keys(" here they are");
    assert_eq!(value(window, "Text of the message"), "Dear Anna, here they are");

    window.press("All history");
    window.see("Nothing has been sent yet");
    let to = ["send", "Invoices", "--to", "ben@kestrel.example", "--text", "Hello", "--subject"];
    run(session, &[&to[..], &["From the command line"]].concat());
    window.see("From the command line");
    window.press("Invoices");
    window.see("Failing");
    run(session, &[&to[..], &["The second one"]].concat());
    window.see("The second one");
}

/// Settings are edited here and elsewhere at the same time.
fn settings(camera: &mut Camera<'_>, closed: u16) {
    let (session, window) = (camera.session, camera.window);
    window.press("Reports");
    window.turn_to("Settings");
    window.fill("Reply-To", "help@kestrel.example");
    apply(session, &senders(closed + 1, "service@kestrel.example", "kestrel.example"));
    window.see("Changed elsewhere while you edit: Server, Sender.");
    window.see("was service@kestrel.example");
    assert_eq!(value(window, "Port"), (closed + 1).to_string());
    camera.take("settings-changed-elsewhere");
    window.press("Save");
    window.see("Saved");
    let kept = window.ask_app("get_profile", &window.profile("Reports"));
    assert_eq!(kept["settings"]["reply_to"], "help@kestrel.example");
    assert_eq!(kept["settings"]["smtp"]["port"], closed + 1);
    in_one_moment(session, window);

    window.press("Settings");
    window.press("Edit Kestrel Mailer");
    window.fill("Name", "Kestrel Post");
    apply(session, &senders(closed + 1, "help@kestrel.example", "other.example"));
    window.see("Kestrel Mailer changed elsewhere while you edit.");
    assert_eq!(value(window, "Tenant"), "other.example");
    camera.take("registration-changed-elsewhere");
    window.press("Save");
    window.see("Kestrel Post is saved");
}

/// Somebody else writes while the person saves: nothing is overwritten unseen, and what was typed stays.
fn in_one_moment(session: &Session, window: &Page) {
    const ELSEWHERE: &str = "BEGIN IMMEDIATE; UPDATE profiles
        SET document = json_set(document, '$.technical_mail', 'it-ops@kestrel.example') WHERE name = 'Reports'";
    let database = session.home().join("data/sendright/sendright.db");
    let database = rusqlite::Connection::open(database).expect("the window made it");
    window.fill("Reply-To", "desk@kestrel.example");
    database.execute_batch(ELSEWHERE).expect("nobody else writes now");
    window.press("Save");
    database.execute_batch("COMMIT").expect("the disk has room");
    window.see("was changed elsewhere in the meantime");
    let kept = || window.ask_app("get_profile", &window.profile("Reports"))["settings"].take();
    assert_eq!(kept()["reply_to"], "help@kestrel.example");
    assert_eq!(value(window, "Reply-To"), "desk@kestrel.example");
    window.press("Save");
    window.see("Saved");
    assert_eq!(kept()["reply_to"], "desk@kestrel.example");
    assert_eq!(kept()["technical_mail"], "it-ops@kestrel.example");
}

/// Senders go, one of them under changed settings and one under a letter.
fn removals(camera: &mut Camera<'_>) {
    let (session, window) = (camera.session, camera.window);
    window.press("Newsletter");
    window.turn_to("Settings");
    window.fill("Reply-To", "help@kestrel.example");
    run(session, &["remove", "Newsletter"]);
    window.see("This sender was removed elsewhere. What you wrote stays here until you leave it.");
    assert_eq!(value(window, "Reply-To"), "help@kestrel.example");
    camera.take("settings-removed-elsewhere");
    session.resize(SMALLEST);
    window.drawn(SMALLEST);
    window.press("Revert");
    window.see("Newsletter was removed elsewhere");
    camera.glance("removed-elsewhere");
    window.press("Reports");
    window.turn_to("Compose");
    run(session, &["remove", "Reports"]);
    window.see("This sender was removed elsewhere. What you wrote stays here until you leave it.");
    assert_eq!(value(window, "Subject"), "Figures of Nov");
    assert_eq!(value(window, "Text of the message"), "Dear Anna, here they are");
    camera.take("compose-removed-elsewhere");
    window.press("Send");
    window.see("There is no sender");
    window.press("Invoices");
    window.turn_to("Overview");
    window.see("The second one");
}

#[test]
fn what_the_command_line_does_is_shown_and_what_is_typed_stays() {
    let session = Session::with_a_note_for_a_browser(None);
    let closed = free_port();
    apply(&session, &senders(closed, "", "kestrel.example"));
    photograph(&session, |camera| {
        lists(&session, camera.window, closed);
        settings(camera, closed);
        removals(camera);
    });
}

#[test]
fn what_the_command_line_may_have_sent_is_told_of_until_it_is_shown() {
    let session = Session::with_a_note_for_a_browser(None);
    let (let_go, silent) = mpsc::channel();
    drop(let_go);
    let port = relay_that_falls_silent(silent);
    apply(&session, &senders(port, "", "kestrel.example"));
    let send = |subject| {
        let to = ["send", "Invoices", "--to", "ben@kestrel.example", "--text", "Hello"];
        let sent = run(&session, &[&to[..], &["--subject", subject]].concat());
        assert_eq!(sent.status.code(), Some(10), "it may have been sent");
    };
    send("Before the window opened");
    photograph(&session, |camera| {
        let window = camera.window;
        window.see("1 message may have been sent, or not");
        send("Beside the open window");
        window.see("2 messages may have been sent, or not");
        camera.take("uncertain");
        let unseen = window.ask_app("unseen_uncertain", &Value::Null);
        let show = ["history", "show", unseen[0].as_str().expect("it has an id")];
        run(&session, &[&show[..], &["--json"]].concat());
        assert_eq!(window.ask_app("unseen_uncertain", &Value::Null), unseen, "no person saw it");
        run(&session, &show);
        window.see("1 message may have been sent, or not");
        window.press("Show them");
        window.see("Before the window opened");
        window.see("Beside the open window");
        assert_eq!(window.ask_app("unseen_uncertain", &Value::Null), json!([]));
        assert_eq!(window.script(NOTICED, &json!([])), false);
    });
}
