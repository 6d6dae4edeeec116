//! Every screen of the real window, light and dark, as it opens and as small as it goes: photographed into
//! `target/tmp/pictures`, with nothing cut off and nothing that axe finds wrong.

use crate::{app::ENTER, session::Session, webdriver::Page};
use sendright::sandbox::USER;
use serde_json::json;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::mpsc::{self, Receiver},
    thread,
};

/// As it opens, and as small as it goes.
const SIZES: [(u32, u32); 2] = [(1180, 760), (900, 600)];

/// Looks at what the window shows, and remembers what is wrong with it.
struct Camera<'a> {
    session: &'a Session,
    window: &'a Page,
    wrong: Vec<String>,
}

impl Camera<'_> {
    fn take(&mut self, screen: &str) {
        for (theme, size) in
            [("light", SIZES[0]), ("light", SIZES[1]), ("dark", SIZES[1]), ("dark", SIZES[0])]
        {
            self.session.resize(size);
            self.window
                .script("document.documentElement.dataset.theme = arguments[0]", &json!([theme]));
            self.window.drawn(size);
            self.session.picture(&format!("pictures/{screen}-{theme}-{}", size.0));
            let cut_off = self.window.cut_off().into_iter().map(|one| format!("cut off: {one}"));
            let faults = if size == SIZES[0] { self.window.faults() } else { Vec::new() };
            let wrong = cut_off.chain(faults);
            self.wrong.extend(wrong.map(|one| format!("{screen}, {theme}, {}: {one}", size.0)));
        }
    }
}

/// An SMTP server that takes a message and says nothing more until it is let go, and then hangs up.
fn server_that_falls_silent(let_go: Receiver<()>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there are free ports");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        let (mut out, _) = listener.accept().expect("somebody connects");
        let lines = BufReader::new(out.try_clone().expect("a socket can be shared")).lines();
        let _ = out.write_all(b"220 silent.test ESMTP\r\n");
        for line in lines.map_while(Result::ok) {
            let reply = match line.get(..4).unwrap_or(&line) {
                "DATA" => "354 Go on",
                "." => {
                    let _ = let_go.recv();
                    return;
                }
                "EHLO" | "MAIL" | "RCPT" => "250 2.0.0 OK",
                _ => continue,
            };
            let _ = out.write_all(format!("{reply}\r\n").as_bytes());
        }
    });
    port
}

/// What the person does on the sign-in page that the browser was sent to.
fn decide(session: &Session, decision: &str) {
    let address = session.sent_to();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let browser =
        reqwest::blocking::Client::builder().no_proxy().build().expect("a client can be built");
    let answer = browser.post(address).form(&[("user", USER), ("decision", decision)]).send();
    answer.expect("the sign-in page sends the browser back");
}

/// Senders that do not work, from a file.
fn apply(session: &Session, port: u16) {
    let closed = crate::webdriver::free_port();
    let sender = |name: &str, port: u16| {
        format!(
            "[[profile]]\nname = \"{name}\"\ntags = [\"staging\"]\nsign_in = \"none\"\nmailbox = \"reports@kestrel.example\"\n\
             from = \"Kestrel Reports <reports@kestrel.example>\"\nsmtp = {{ host = \"127.0.0.1\", port = {port}, security = \"none\" }}\n"
        )
    };
    let file = [sender("Silent relay", port), sender("Closed relay", closed)].concat();
    let file = session.file("senders.toml", file.as_bytes());
    let applied =
        session.command(env!("CARGO_BIN_EXE_sendright")).args(["apply", "-f"]).arg(file).output();
    let applied = applied.expect("the command line runs");
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
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

#[test]
fn every_screen_is_whole_in_both_themes_and_sizes() {
    let session = Session::with_a_note_for_a_browser();
    let (_driver, window) = session.window();
    let mut camera = Camera { session: &session, window: &window, wrong: Vec::new() };
    window.see("Add your first sender");
    camera.take("first-run");
    new_sender(&mut camera);
    sign_in(&mut camera);

    let (let_go, silent) = mpsc::channel();
    apply(&session, server_that_falls_silent(silent));
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
    compose(&mut camera, let_go);

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
    assert_eq!(camera.wrong, Vec::<String>::new());
}
