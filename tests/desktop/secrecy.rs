//! No secret anywhere, seen from outside: marked secrets go through the real window, and then everything that crossed to the webview,
//! every file of the person's and every argument and environment of our processes is searched for them.

use crate::{
    marked::{self, CLIENT_SECRET, ECHOED_SECRET, PASSWORD},
    session::{Session, processes_of},
    webdriver::Page,
};
use sendright::{
    clock::Clock,
    sandbox::{Options, Sandbox, USER},
};
use serde_json::json;
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use url::Url;

/// Typed into the window.
const TYPED_PASSWORD: &str = "marked/typed+password=4716";

/// Notes everything that Rust hands to the webview from now on: answers, refusals, news.
const LISTEN: &str = r"
    const { callbacks } = window.__TAURI_INTERNALS__;
    const get = callbacks.get.bind(callbacks);
    window.crossed = [];
    callbacks.get = (id) => {
      const callback = get(id);
      return callback && ((data) => { window.crossed.push(JSON.stringify(data) ?? ''); return callback(data); });
    };
";

/// What the processes of one home are told by arguments and environment, looked at again and again.
struct Watch {
    seen: Arc<Mutex<Vec<(String, String)>>>,
    end: Arc<AtomicBool>,
    watching: thread::JoinHandle<()>,
}

impl Watch {
    fn over(home: &Path) -> Self {
        let (seen, end) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (home, into, until) = (home.display().to_string(), Arc::clone(&seen), Arc::clone(&end));
        let watching = thread::spawn(move || {
            while !until.load(Ordering::Relaxed) {
                let found = processes_of(&home);
                let mut into = into.lock().expect("nobody panics while looking");
                for one in found {
                    if !into.contains(&one) {
                        into.push(one);
                    }
                }
                drop(into);
                // Nobody tells of a new process.
                thread::sleep(Duration::from_millis(50));
            }
        });
        Self { seen, end, watching }
    }

    fn end(self) -> Vec<(String, String)> {
        self.end.store(true, Ordering::Relaxed);
        self.watching.join().expect("it looked until the end");
        Arc::into_inner(self.seen).and_then(|seen| seen.into_inner().ok()).expect("it ended")
    }
}

/// Allows what is asked as a browser would, and gives the code that went back.
fn allow(session: &Session) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let still =
        reqwest::blocking::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let browser = still.build().expect("a client can be built");
    let form = [("user", USER), ("decision", "allow")];
    let answer =
        browser.post(session.sent_to()).form(&form).send().expect("the sign-in page answers");
    let back = answer.headers()["location"].to_str().expect("an address is ASCII");
    let back: Url = back.parse().expect("it is an address");
    browser.get(back.clone()).send().expect("the window listens");
    let code = back.query_pairs().find(|(name, _)| name == "code").expect("it was allowed");
    code.1.into_owned()
}

fn type_a_password(window: &Page, port: u16) {
    window.press("New sender");
    window.fill("Mailbox", "typed@kestrel.example");
    window.press("Another SMTP server");
    window.press("Continue");
    window.press("Password");
    window.press("Continue");
    window.fill("Host and port", "127.0.0.1");
    window.fill("Port", &port.to_string());
    window.choose("Security", "None, in clear text");
    window.fill("Password", TYPED_PASSWORD);
    window.press("Continue");
    window.press("Write the first message");
    window.fill("To", "anna@kestrel.example");
    window.fill("Subject", "With a typed password");
    window.fill("Text of the message", "Nothing.");
    window.press("Send");
    window.see("535 5.7.8");
}

/// Everything the window shows of `sender` and of what it sent.
fn look_at(window: &Page, sender: &str) {
    let id = window.profile(sender);
    window.send(&id, &[USER], sender);
    window.ask_app("token_view", &id);
    window.press(sender);
    for tab in ["Overview", "Settings", "History"] {
        window.turn_to(tab);
    }
    window.press("All history");
}

/// Applies the marked senders, whose sandbox is `sandbox`, as the command line does.
fn apply(session: &Session, sandbox: &Sandbox) {
    let file = session.file("senders.toml", marked::senders(sandbox.addresses()).as_bytes());
    let secrets = [
        ("CLIENT_SECRET", CLIENT_SECRET),
        ("ECHOED_SECRET", ECHOED_SECRET),
        ("PASSWORD", PASSWORD),
    ];
    let mut apply = session.command(env!("CARGO_BIN_EXE_sendright"));
    let applied = apply.args(["apply", "-f"]).arg(file).envs(secrets).output();
    let applied = applied.expect("the command line runs");
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
}

/// Types, signs in, sends and looks at everything; gives the code of the sign-in.
fn use_the_window(session: &Session, window: &Page) -> String {
    type_a_password(window, marked::server_that_repeats_passwords());
    window.press("Delegated");
    window.turn_to("Overview");
    window.press("Sign in");
    let code = allow(session);
    window.see("Signed in as");
    window.press("Close");
    for sender in ["Delegated", "App-only", "Echo", "Password"] {
        look_at(window, sender);
    }
    window.open_row("With a typed password");
    window.see("AUTH PLAIN");
    code
}

/// The refresh tokens among what the keychain holds.
fn refresh_tokens(stored: &[String]) -> Vec<String> {
    let behind = stored.iter().filter_map(|one| one.split_once(r#""refresh_token":""#));
    behind.filter_map(|(_, rest)| rest.split('"').next()).map(str::to_owned).collect()
}

#[test]
fn no_secret_leaves_the_vault_by_the_window() {
    let session = Session::with_a_note_for_a_browser(None);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    // Senders of the sandbox trust the authority that stands there.
    let dir = session.home().join("data/sendright/sandbox");
    let options = Options { clients: vec![marked::client()], ..Options::new(dir, Clock::system()) };
    let sandbox = runtime.block_on(Sandbox::start(options)).expect("the sandbox starts");
    apply(&session, &sandbox);

    let watch = Watch::over(session.home());
    let (driver, window) = session.window();
    window.see("Delegated");
    window.script(LISTEN, &json!([]));
    let code = use_the_window(&session, &window);
    let crossed = window.script("return window.crossed", &json!([]));
    let crossed: Vec<String> = serde_json::from_value(crossed).expect("they are texts");
    assert!(crossed.iter().any(|text| text.contains("535 5.7.8")), "what crossed was noted");
    let mut places: Vec<_> =
        crossed.into_iter().map(|text| ("the webview".to_owned(), text)).collect();
    places.push(("the page".to_owned(), window.text()));
    drop((window, driver));
    places.extend(watch.end());
    marked::files(session.home(), &mut places);
    for expected in ["sendright-desktop", ".log", "sendright.db"] {
        assert!(places.iter().any(|(from, _)| from.contains(expected)), "{expected} was looked at");
    }

    let stored = session.keyring_secrets();
    assert!(stored.iter().any(|secret| secret.contains(TYPED_PASSWORD)), "the keychain has them");
    let refresh = refresh_tokens(&stored);
    assert!(!refresh.is_empty(), "the sign-in left a refresh token");
    let known = [CLIENT_SECRET, ECHOED_SECRET, PASSWORD, TYPED_PASSWORD, &code];
    let secrets = known.into_iter().chain(refresh.iter().map(String::as_str)).chain(marked::TOKENS);
    let wanted: Vec<_> = secrets.flat_map(marked::forms).collect();
    for (from, text) in &places {
        for secret in &wanted {
            assert!(!text.contains(secret.as_str()), "{secret} stands in {from}:\n{text}");
        }
    }
}
