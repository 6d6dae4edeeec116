//! What becomes of a message where a gesture is made twice.

use crate::{
    app::ENTER,
    camera::photograph,
    counterparts::relay_that_accepts,
    declared::{apply, relay, sender},
    session::Session,
    webdriver::Page,
};
use serde_json::{Value, json};

/// Opens Compose of the only sender and writes a letter.
fn write(window: &Page, subject: &str) {
    window.turn_to("Compose");
    window.fill("To", &format!("anna@kestrel.example{ENTER}"));
    window.fill("Subject", subject);
    window.fill("Text of the message", "They are attached.");
}

/// How the messages that left are said to have ended, newest first.
fn ended(window: &Page) -> Vec<Value> {
    let all = json!({"profile_id": null, "search": "", "outcomes": [], "transport": null, "since": null, "limit": 10, "offset": 0});
    let page = window.ask_app("history", &all);
    page["rows"].as_array().into_iter().flatten().map(|row| row["outcome"].clone()).collect()
}

#[test]
fn a_letter_leaves_once_by_one_gesture_however_often_it_is_made() {
    let session = Session::with_a_note_for_a_browser(None);
    apply(
        &session,
        &sender(
            "Invoices",
            "invoices@kestrel.example",
            &relay(relay_that_accepts()),
            "sign_in = \"none\"",
        ),
    );
    photograph(&session, |camera| {
        let window = camera.window;
        window.see("Invoices");
        write(window, "Invoices of November");
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
