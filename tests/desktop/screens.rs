//! Every screen of the real window, photographed: see [`Camera`].

use crate::{
    app::ENTER,
    camera::{Camera, decide, photograph},
    counterparts::relay_that_falls_silent,
    declared::{apply, relay, sender},
    session::Session,
    webdriver::free_port,
};
use std::sync::mpsc;

/// Senders that do not work, from a file.
fn senders(silent: u16) -> String {
    let reports = |name: &str, port: u16| {
        let more = "tags = [\"staging\"]\nsign_in = \"none\"\nfrom = \"Kestrel Reports <reports@kestrel.example>\"";
        sender(name, "reports@kestrel.example", &relay(port), more)
    };
    [reports("Silent relay", silent), reports("Closed relay", free_port())].concat()
}

fn new_sender(camera: &mut Camera<'_>) {
    let window = camera.window;
    window.press("Add a sender");
    window.see("Where is this mailbox?");
    camera.take("new-sender-provider");
    window.fill("Mailbox", "invoices@kestrel.example");
    window.press("Another SMTP server");
    window.press("Continue");
    window.press("Password");
    window.press("Continue");
    camera.take("new-sender-server");
    window.press("Back");
    window.press("Back");
    window.press("Microsoft 365 Work and school");
    window.press("Continue");
    window.see("How should this sender sign in");
    camera.take("new-sender-method");
    window.press("OAuth, delegated");
    window.press("Continue");
    window.press("Addresses and certificates of its own");
    camera.take("new-sender-app");
    window.press("More settings");
    window.choose("Connections go", "Through an HTTP proxy");
    window.fill("Proxy’s user", "clerk");
    camera.take("new-sender-more");
    window.choose("Connections go", "As the system says");
    window.press("Continue");
    window.see("Tenant");
    camera.take("new-sender-faults");
    window.press("Cancel");
}

fn sign_in(camera: &mut Camera<'_>) {
    let (session, window) = (camera.session, camera.window);
    window.press("Try it in the sandbox");
    window.see("Sandbox SMTP");
    camera.take("overview-needs-sign-in");
    window.press("Sign in");
    window.see("Open browser again");
    camera.take("consent-waiting");
    decide(session, "decline");
    window.press("Try again");
    window.see("Open browser again");
    decide(session, "decline");
    window.see("AADSTS65004");
    camera.take("consent-failed");
    window.press("Try again");
    window.see("Open browser again");
    decide(session, "allow");
    window.see("Signed in as");
    camera.take("consent-success");
    window.press("Close");
}

fn compose(camera: &mut Camera<'_>, let_go: mpsc::Sender<()>) {
    let (session, window) = (camera.session, camera.window);
    window.turn_to("Compose");
    camera.take("compose-empty");
    window.fill("To", &format!("anna@sandbox.test{ENTER}full@sandbox.test{ENTER}"));
    window.fill(
        "Subject",
        "Invoices of November, with everything that was asked for in the meeting of last week",
    );
    window.fill(
        "Text of the message",
        &["Dear Anna,", "", "the invoices are attached.", "", "Regards", "You"].join(ENTER),
    );
    window.press("choose files");
    session.choose_file(
        "Open File",
        &session.file("invoices-2026-11.csv", &"1;2;3\n".repeat(10_000).into_bytes()),
    );
    window.see("invoices-2026-11.csv");
    camera.take("compose-filled");
    window.press("Headers");
    window.fill("Name of header 1", "Sender");
    window.fill("Value of header 1", "anna@sandbox.test");
    window.press("Send");
    window.see("Leave it out; another From");
    camera.take("compose-header-refused");
    window.fill("Name of header 1", "X-Order");
    window.press("HTML");
    camera.take("compose-html");
    window.press("Preview");
    camera.take("compose-preview");
    window.press("Send");
    window.see("Accepted by");
    camera.take("compose-partly");

    window.press("Silent relay");
    window.turn_to("Compose");
    window.fill("To", &format!("anna@kestrel.example{ENTER}"));
    window.fill("Subject", "Nightly report");
    window.fill("Text of the message", "Nothing happened.");
    window.press("Send");
    window.see("Waiting");
    camera.take("compose-sending");
    drop(let_go);
    window.see("may have");
    camera.take("compose-uncertain");
}

/// What was sent well, and what was not.
fn sent(camera: &mut Camera<'_>) {
    let window = camera.window;
    let sandbox = window.profile("Sandbox SMTP");
    window.send(&sandbox, &["anna@sandbox.test"], "Figures of November");
    window.send(&sandbox, &["unknown@sandbox.test"], "To somebody who is gone");
    window.send(
        &window.profile("Closed relay"),
        &["anna@kestrel.example"],
        "Through a closed door",
    );
    window.press("Sandbox SMTP");
    window.turn_to("Overview");
    window.see("Figures of November");
    camera.take("overview");
}

fn history_and_settings(camera: &mut Camera<'_>) {
    let window = camera.window;
    window.press("Closed relay");
    window.turn_to("Overview");
    window.see("Through a closed door");
    camera.take("overview-failing");
    window.press("Sandbox SMTP");
    window.turn_to("History");
    window.open_row("To somebody who is gone");
    window.see("550 5.1.10");
    camera.take("history-drawer");
    window.turn_to("Settings");
    camera.take("settings");
    window.fill("Failures go to", "it-ops@kestrel.example");
    window.fill("Host and port", "127.0.0.1");
    camera.take("settings-changed");
    window.press("Revert");
}

fn the_whole_app(camera: &mut Camera<'_>) {
    let window = camera.window;
    window.press("All history");
    window.see("Nightly report");
    camera.take("history");
    window.press("Sandbox inbox");
    window.press("Figures of November");
    window.see("IMAP, TLS");
    camera.take("sandbox");
    window.press("Settings");
    window.see("Theme");
    camera.take("app-settings");
    window.press("Edit Sandbox");
    window.see("Application (client) ID");
    camera.take("registration");
}

#[test]
fn every_screen_is_whole_in_both_themes_and_sizes() {
    let session = Session::with_a_note_for_a_browser(None);
    photograph(&session, |camera| {
        camera.window.see("Add your first sender");
        camera.take("first-run");
        new_sender(camera);
        sign_in(camera);
        let (let_go, silent) = mpsc::channel();
        apply(&session, &senders(relay_that_falls_silent(silent)));
        sent(camera);
        compose(camera, let_go);
        history_and_settings(camera);
        the_whole_app(camera);
    });
}
