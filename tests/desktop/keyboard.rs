//! Everything by the keyboard: no pointer is touched.

use crate::{
    app::{DOWN, ENTER, TAB},
    servers::{imap::Mailbox, servers},
    session::Session,
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
    window.go_to(TAB, "Host and port");
    window.keys("localhost");
    window.go_to(TAB, "Port");
    window.control("a");
    window.keys(&servers.port("submission").to_string());
    window.go_to(TAB, "Password");
    window.keys("alice-pass");
    window.keys(ENTER);

    window.see("The sender is there");
    window.go_to(TAB, "Write the first message");
    window.keys(ENTER);
    window.go_to(TAB, "To");
    window.keys("bob@corp.test");
    window.keys(ENTER);
    window.go_to(TAB, "Subject");
    window.keys("By keys alone");
    window.go_to(TAB, "Text of the message");
    window.keys("Hello Bob, no mouse was harmed.");
    window.go_to(TAB, "Send Ctrl");
    window.keys(ENTER);
    window.see("Accepted by");
    let arrived = Mailbox::open(servers, "bob").wait_for_subject("By keys alone");
    assert!(String::from_utf8_lossy(&arrived).contains("no mouse was harmed"));
}
