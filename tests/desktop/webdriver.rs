//! A real browser engine, driven by the W3C `WebDriver` protocol.

// Named, because the tests with peers include this file, too.
#[path = "webdriver/page.rs"]
mod page;

pub(crate) use page::Page;

use reqwest::{Method, blocking::Client};
use serde_json::{Value, json};
use std::{
    fs,
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long anything may take that a person would wait for.
const PATIENCE: Duration = Duration::from_secs(40);

/// The key under which an element is handed over (W3C `WebDriver` §12).
pub(crate) const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A running driver.
pub(crate) struct Driver {
    child: Child,
    base: String,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It says that a session is over before it has ended the program, which nobody else would end.
        let began = Instant::now();
        while self.has_children() && began.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody has.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there are free ports");
    listener.local_addr().expect("it is bound").port()
}

impl Driver {
    /// Starts `program` through `setpriv` on a free port and waits until it is ready.
    ///
    /// # Panics
    /// When it is not installed or does not start.
    pub(crate) fn start(mut setpriv: Command, program: &str) -> Self {
        let port = free_port();
        let child = setpriv
            .args(["--pdeathsig", "TERM", program])
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("setpriv is part of every Linux");
        let driver = Self { child, base: format!("http://127.0.0.1:{port}") };
        let client = client();
        wait_until(&format!("{program} (`scripts/setup test` installs it)"), || {
            client.get(format!("{}/status", driver.base)).send().is_ok()
        });
        driver
    }

    fn has_children(&self) -> bool {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        children.is_ok_and(|children| !children.is_empty())
    }

    /// Opens a session; the page that is shown.
    pub(crate) fn open(&self, capabilities: &Value) -> Page {
        let client = client();
        let asked = json!({"capabilities": {"alwaysMatch": capabilities}});
        let url = format!("{}/session", self.base);
        let answer = client.post(&url).json(&asked).send().expect("the driver answers");
        let answer: Value = answer.json().expect("the driver speaks JSON");
        let id = answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("{answer}"));
        let page = Page { client, base: format!("{url}/{id}") };
        let patience = u64::try_from(PATIENCE.as_millis()).expect("it is short");
        let timeouts = json!({"script": patience + 5_000, "pageLoad": patience, "implicit": 0});
        page.ask(Method::POST, "timeouts", Some(&timeouts)).expect("timeouts can be set");
        page
    }
}

/// A Chromium without a window, as on another device: it shares nothing with anybody.
pub(crate) fn another_device() -> (Driver, Page) {
    let driver = Driver::start(Command::new("setpriv"), "chromedriver");
    let args = ["--headless=new", "--no-sandbox", "--ignore-certificate-errors", "--disable-gpu"];
    let page = driver.open(&json!({"goog:chromeOptions": {"args": args}}));
    (driver, page)
}

/// Asks over HTTP, as a browser or a driver is asked.
pub(crate) fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .no_proxy()
        .timeout(PATIENCE + Duration::from_secs(20))
        .build()
        .expect("a client can be built")
}

/// Waits for something outside that tells nobody when it is ready.
pub(crate) fn wait_until(what: &str, ready: impl Fn() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < PATIENCE, "{what} is not ready after {PATIENCE:?}");
        thread::sleep(Duration::from_millis(50));
    }
}
