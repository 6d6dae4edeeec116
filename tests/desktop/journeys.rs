//! From an empty window to a mail in somebody's mailbox.

use crate::{
    servers::{Servers, imap::Mailbox, servers},
    session::Session,
    webdriver::Page,
};
use mail_parser::{MessageParser, MimeHeaders as _};
use std::path::Path;

/// The wizard up to consent: a Microsoft sender of `user` that signs in by `method` and comes back by `way`.
pub(crate) fn new_sender(window: &Page, servers: &Servers, user: &str, method: &str, way: &str) {
    window.press("New sender");
    window.fill("Mailbox", &format!("{user}@corp.test"));
    window.press("Microsoft 365 Work and school");
    window.press("Continue");
    window.press(method);
    window.press("Continue");
    window.fill("Tenant", &servers.tenant);
    window.fill("Application (client) ID", &servers.clients["desktop"]);
    window.choose("Way back", way);
    window.press("Addresses and certificates of its own");
    window.fill("Authority", &servers.idp);
    window.fill("Graph address", &servers.graph);
    window.press("Continue");
}

/// The person at the provider's page.
pub(crate) fn sign_in(browser: &Page, user: &str) {
    browser.fill("Enter any login", &format!("{user}@corp.test"));
    browser.fill("and password", "any");
    browser.press("Sign-in");
    browser.see("Authorize");
}

/// Writes and sends a message with a file; waits until it is accepted.
fn compose(session: &Session, window: &Page, subject: &str, file: &Path) {
    window.turn_to("Compose");
    window.fill("To", "bob@corp.test");
    window.fill("Subject", subject);
    window.fill("Text of the message", "Hello Bob,\nhere it is.");
    window.press("choose files");
    session.choose_file("Open File", file);
    window.see("report.bin");
    window.press("Send");
    window.see("Accepted by");
}

/// What arrived is what was attached, and History says that it was sent.
fn arrived(window: &Page, subject: &str, content: &[u8]) {
    let raw = Mailbox::open(servers(), "bob").wait_for_subject(subject);
    let mail = MessageParser::default().parse(&raw).expect("it is a mail");
    let file = mail.attachment(0).expect("the file arrived");
    assert_eq!(file.attachment_name(), Some("report.bin"));
    assert!(file.contents() == content, "the file's octets are the same");
    window.turn_to("History");
    window.see(subject);
    window.see("Accepted");
}

fn content() -> Vec<u8> {
    (0..150_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect()
}

#[test]
fn a_sender_signs_in_by_deep_link_and_sends_by_smtp() {
    let servers = servers();
    let session = Session::start(servers);
    let (_driver, window) = session.window();
    new_sender(
        &window,
        servers,
        "alice",
        "OAuth, delegated",
        "Deep link: the browser opens Sendright",
    );
    {
        let (_driver, browser) = session.browser();
        sign_in(&browser, "alice");
        browser.press("Continue");
        window.see("Signed in as alice@corp.test");
    }
    session.close_browser();
    session.picture("consent");
    assert!(!session.keyring_entries().is_empty(), "the tokens are in the keychain");
    window.press("Continue");
    window.press("Write the first message");

    window.turn_to("Settings");
    window.press("Use another");
    window.fill("Host and port", "localhost");
    window.fill("Port", &servers.port("submission").to_string());
    window.press("Save");
    window.see("Saved");

    let file = session.file("report.bin", &content());
    compose(&session, &window, "By deep link", &file);
    session.picture("sent");
    arrived(&window, "By deep link", &content());
    session.picture("history");
    window.turn_to("Overview");
    window.see("By deep link");
    // README's: `cp target/tmp/overview.png docs/images/`.
    session.picture("overview");
}

#[test]
fn a_sender_signs_in_by_loopback_and_sends_by_graph() {
    let servers = servers();
    let session = Session::start(servers);
    let (_driver, window) = session.window();
    new_sender(
        &window,
        servers,
        "carol",
        "Microsoft Graph, delegated",
        "Loopback: a port of this computer",
    );
    {
        let (_driver, browser) = session.browser();
        sign_in(&browser, "carol");
        browser.press("Continue");
        window.see("Signed in as carol@corp.test");
        let page = browser.text();
        assert!(page.contains("carol@corp.test"), "it says who signed in: {page}");
        assert!(!browser.url().contains("code="), "nothing secret stays in its address");
    }
    session.close_browser();
    window.press("Continue");
    window.press("Write the first message");
    let file = session.file("report.bin", &content());
    compose(&session, &window, "By loopback", &file);
    arrived(&window, "By loopback", &content());
}

#[test]
fn who_says_no_reads_the_providers_words() {
    let servers = servers();
    let session = Session::start(servers);
    let (_driver, window) = session.window();
    new_sender(&window, servers, "dave", "OAuth, delegated", "Loopback: a port of this computer");
    let (_driver, browser) = session.browser();
    sign_in(&browser, "dave");
    browser.press("[ Cancel ]");
    window.see("End-User aborted interaction");
    session.picture("denied");
    assert!(session.keyring_entries().is_empty(), "nothing was stored");
}
