//! Everything by the keyboard: no pointer is touched.

use crate::{
    app::{DOWN, ENTER, ESCAPE, RIGHT, TAB},
    servers::{imap::Mailbox, servers},
    session::Session,
    webdriver::{Page, wait_until},
};

#[test]
fn a_sender_is_added_and_a_mail_is_sent_by_keys_alone() {
    let servers = servers();
    let session = Session::start(servers);
    let (_driver, window) = session.window();
    window.see("Add your first sender");
    window.go_to(DOWN, "Add a sender");
    window.keys(ENTER);

    window.see("Where is this mailbox?");
    window.go_to(TAB, "Mailbox");
    window.keys("alice@corp.test");
    window.keys(TAB);
    window.keys(TAB);
    window.go_to(DOWN, "Another SMTP server");
    window.keys(ENTER);
    window.see("How should this sender sign in");
    window.go_to(DOWN, "Password");
    window.keys(ENTER);
    window.see("Host and port");
    focus(&window, "Host and port");
    window.keys("localhost");
    window.go_to(TAB, "Port");
    window.control("a");
    window.keys(&servers.port("submission").to_string());
    window.go_to(TAB, "More settings");
    window.keys(ENTER);
    window.see("Connections go");
    window.go_to(TAB, "Password");
    window.keys("alice-pass");
    window.keys(ENTER);

    window.see("The sender is there");
    focus(&window, "Write the first message");
    window.keys(ENTER);
    window.go_to(TAB, "To");
    window.keys("bob@corp.test");
    window.keys(ENTER);
    window.go_to(TAB, "Subject");
    window.keys("By keys alone");
    window.go_to(TAB, "Headers");
    window.keys(ENTER);
    window.keys("X-Order");
    window.keys(TAB);
    window.keys("17");
    window.go_to(TAB, "Text of the message");
    window.keys("Hello Bob, no mouse was harmed.");
    window.go_to(TAB, "Send Ctrl");
    window.keys(ENTER);
    window.see("Accepted by");
    let arrived = Mailbox::open(servers, "bob").wait_for_subject("By keys alone");
    let arrived = String::from_utf8_lossy(&arrived);
    assert!(arrived.contains("no mouse was harmed"), "{arrived}");
    assert!(arrived.contains("\r\nX-Order: 17\r\n"), "{arrived}");
}

/// What a sheet was opened from has the focus again once it is closed.
fn escape(window: &Page, back_at: &str) {
    window.keys(ESCAPE);
    focus(window, back_at);
}

/// The focus comes to the control by itself.
fn focus(window: &Page, control: &str) {
    wait_until(&format!("the focus at {control:?}"), || window.focused().starts_with(control));
}

#[test]
fn sheets_are_opened_worked_and_closed_by_keys_alone() {
    let session = Session::with_a_note_for_a_browser(None);
    let (_driver, window) = session.window();
    window.see("Add your first sender");
    window.control("b");
    window.see("Sandbox SMTP");

    window.go_to(TAB, "Sign in");
    window.keys(ENTER);
    window.see("Waiting for the sign-in");
    focus(&window, "Loopback");
    window.go_to(RIGHT, "Device code");
    window.see("runs out in 14:");
    window.go_to(TAB, "Copy code");
    window.keys(ENTER);
    window.see("Copied");
    window.go_to(TAB, "The browser shows an error");
    window.keys(ENTER);
    window.go_to(TAB, "What does the browser show?");
    window.keys("AADSTS50011: The redirect URI does not match");
    window.go_to(TAB, "Explain");
    window.keys(ENTER);
    window.see("AADSTS50011");
    escape(&window, "Sign in");

    window.control(",");
    window.see("Where things are kept");
    window.go_to(TAB, "Edit Sandbox");
    window.keys(ENTER);
    window.see("Register this address");
    window.go_to(TAB, "Delete");
    window.keys(ENTER);
    window.see("cannot be deleted");
    escape(&window, "Edit Sandbox");
    window.keys(ENTER);
    window.go_to(TAB, "Ask");
    window.keys(ENTER);
    window.see("Waiting for the administrator");
    focus(&window, "Loopback");
    window.go_to(TAB, "Copy link");
    window.keys(ENTER);
    window.see("Copied");
    window.keys(ESCAPE);
    window.see("Where things are kept");

    window.control("n");
    window.see("Where is this mailbox?");
    window.keys(ESCAPE);
    window.go_to(TAB, "New sender");
}
