//! What becomes of a message where a gesture is made twice, and where the window is closed on it.

use crate::{
    app::ENTER,
    camera::photograph,
    counterparts::{relay_that_accepts, relay_that_falls_silent, server_that_says_nothing},
    declared::{apply, relay, run, sender},
    session::Session,
    webdriver::Page,
};
use serde_json::{Value, json};
use std::{sync::mpsc, thread, time::Duration};

/// Opens Compose of the only sender and writes a letter.
fn write(window: &Page, subject: &str) {
    window.turn_to("Compose");
    window.fill("To", &format!("anna@kestrel.example{ENTER}"));
    window.fill("Subject", subject);
    window.fill("Text of the message", "They are attached.");
}

/// How the messages that left are said to have ended, newest first.
fn ended(window: &Page) -> Vec<Value> {
    let all = json!({"profile_ids": [], "search": "", "outcomes": [], "transport": null, "since": null, "limit": 10, "offset": 0});
    let page = window.ask_app("history", &all);
    page["rows"].as_array().into_iter().flatten().map(|row| row["outcome"].clone()).collect()
}

#[test]
fn a_letter_leaves_once_by_one_gesture_however_often_it_is_made() {
    let session = Session::with_a_note_for_a_browser(None);
    declare(&session, relay_that_accepts());
    photograph(&session, |camera| {
        let window = camera.window;
        window.see("Invoices");
        write(window, "Invoices of November");
        window.press("Reports");
        window.double_press("Send");
        window.see("Accepted by");
        window.see("Sent again, it arrives twice");
        window.control(ENTER);
        window.control(ENTER);
        assert_eq!(ended(window), ["accepted"]);
        camera.take("compose-again");
        window.press("Send again");
        window.see("Accepted by");
        assert_eq!(ended(window), ["accepted", "accepted"]);
        camera.take("compose-accepted");

        window.press("Show in History");
        window.see("Transcript");
        assert!(window.focused().contains("Invoices of November"), "{}", window.focused());
        camera.take("history-of-a-send");
    });
}

/// The only sender, through the relay at `port`.
fn declare(session: &Session, port: u16) {
    let invoices =
        sender("Invoices", "invoices@kestrel.example", &relay(port), "sign_in = \"none\"");
    apply(session, &invoices);
}

/// How the only message ended, as the command line reads it once the window is gone.
fn left(session: &Session) -> Value {
    let read = run(session, &["history", "--json"]);
    let page: Value = serde_json::from_slice(&read.stdout).expect("history is JSON");
    assert_eq!(page["total"], 1, "{page}");
    page["rows"][0].clone()
}

#[test]
fn a_window_that_is_closed_on_a_send_asks_and_stops_it() {
    let session = Session::with_a_note_for_a_browser(None);
    declare(&session, server_that_says_nothing());
    photograph(&session, |camera| {
        let window = camera.window;
        window.see("Invoices");
        write(window, "Invoices of November");
        window.press("Send");
        window.see("Greeting");
        session.press_close();
        window.see("A message is being sent");
        camera.take("closing");
        window.press("Keep open");
        assert_eq!(ended(window), ["sending"]);
        session.press_close();
        window.press_at_last("Stop it and close");
        session.wait_for_end("the end of the window");
    });
    let row = left(&session);
    assert_eq!((&row["outcome"], &row["cancelled"]), (&json!("not_sent"), &json!(true)), "{row}");
}

#[test]
fn a_window_that_is_closed_on_a_message_that_the_server_has_says_so() {
    let session = Session::with_a_note_for_a_browser(None);
    let (let_go, held) = mpsc::channel::<()>();
    declare(&session, relay_that_falls_silent(held));
    photograph(&session, |camera| {
        let window = camera.window;
        window.see("Invoices");
        write(window, "Invoices of November");
        window.press("Send");
        window.see("Too late to cancel");
        session.press_close();
        window.see("The server has all of it");
        camera.take("closing-too-late");
        window.press("Close anyway");
        window.see("Stopping");
        drop(let_go); // the answer does not come, and the end of the connection is known in time
        session.wait_for_end("the end of the window");
    });
    assert_eq!(left(&session)["outcome"], "uncertain");
}

#[test]
fn a_window_whose_page_hangs_closes_at_the_second_wish() {
    let session = Session::with_a_note_for_a_browser(None);
    declare(&session, server_that_says_nothing());
    let (_driver, window) = session.window();
    window.see("Invoices");
    write(&window, "Invoices of November");
    window.press("Send");
    window.see("Greeting");
    window.script("setTimeout(() => { for (;;); })", &json!([]));
    session.press_close();
    thread::sleep(Duration::from_millis(1_500)); // so long it may think
    session.press_close();
    session.wait_for_end("the end of the window");
    assert_eq!(left(&session)["outcome"], "not_sent");
}

#[test]
fn a_window_that_sends_nothing_closes_at_once() {
    let session = Session::with_a_note_for_a_browser(None);
    let (_driver, window) = session.window();
    window.see("Add your first sender");
    session.press_close();
    session.wait_for_end("the end of the window");
}
