//! A person's desktop, private to one test: a display, a session bus with a keyring, a home, and a real Chromium as the
//! system's browser.

mod browser;
mod hands;

use crate::{
    keyring::{Ended, Keyring},
    servers::Servers,
    webdriver::{Driver, Page, free_port, wait_until},
};
use serde_json::json;
use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Two desktops at once are too much for a small machine.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A desktop session. Everything in it ends with it.
pub(crate) struct Session {
    keyring: Keyring,
    display: String,
    debug_port: u16,
    /// The authority that the system trusts beside its own.
    ca: Option<PathBuf>,
    _xvfb: Ended,
    _turn: MutexGuard<'static, ()>,
}

impl Session {
    /// A desktop on which nothing runs yet, whose browser hands our links over when `servers`' provider asks.
    pub(crate) fn start(servers: &Servers) -> Self {
        Self::opened(Keyring::unlocked, servers)
    }

    /// The same without a keychain.
    pub(crate) fn without_keyring(servers: &Servers) -> Self {
        Self::opened(Keyring::absent, servers)
    }

    fn opened(keyring: fn() -> Keyring, servers: &Servers) -> Self {
        let session = Self::with(keyring, Some(servers.ca.clone()));
        session.make_chromium_the_browser(servers);
        session
    }

    /// A desktop whose browser opens nothing, but tells the test where it was sent: [`Self::sent_to`].
    pub(crate) fn with_a_note_for_a_browser(servers: Option<&Servers>) -> Self {
        let session = Self::with(Keyring::unlocked, servers.map(|servers| servers.ca.clone()));
        session.make_browser(&format!("printf %s \"$1\" >'{}'", session.note().display()));
        session
    }

    fn with(keyring: fn() -> Keyring, ca: Option<PathBuf>) -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let (xvfb, display) = xvfb();
        let keyring = keyring();
        Self { keyring, display, debug_port: free_port(), ca, _xvfb: xvfb, _turn: turn }
    }

    /// The person's home directory.
    pub(crate) fn home(&self) -> &Path {
        self.keyring.home()
    }

    /// The keyring's entries of ours.
    pub(crate) fn keyring_entries(&self) -> Vec<String> {
        self.keyring.entries()
    }

    /// What is in them.
    pub(crate) fn keyring_secrets(&self) -> Vec<String> {
        self.keyring.secrets()
    }

    /// `program`, as the person would start it.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = self.keyring.command(program);
        command
            .env("DISPLAY", &self.display)
            .env("XDG_CONFIG_HOME", self.home().join("config"))
            .env("XDG_CACHE_HOME", self.home().join("cache"))
            // A bare window manager: no desktop environment says how links are opened.
            .env_remove("XDG_CURRENT_DESKTOP")
            .env_remove("DESKTOP_SESSION")
            // There is neither a graphics card nor an accessibility bus.
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_A11Y", "none")
            .env("LANG", "C.UTF-8")
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        if let Some(ca) = &self.ca {
            // The system trusts the authority of the test's servers.
            command.env("SSL_CERT_FILE", ca);
        }
        command
    }

    /// The window, as a person opens it from the menu.
    pub(crate) fn window(&self) -> (Driver, Page) {
        // One that is still ending would be handed everything that the next one is told.
        self.wait_for_end("the end of the last window");
        let driver = Driver::start(self.command("setpriv"), "WebKitWebDriver");
        let binary = env!("CARGO_BIN_EXE_sendright-desktop");
        let page =
            driver.open(&json!({"webkitgtk:browserOptions": {"binary": binary, "args": []}}));
        (driver, page)
    }

    /// Waits until a window is shown that nobody drives.
    pub(crate) fn wait_for_window(&self) {
        self.run("timeout 40 xdotool search --sync --onlyvisible --name '^Sendright$'");
    }

    /// Ends the program that shows a window and is nobody's child here.
    pub(crate) fn close_window(&self) {
        self.wait_for_window();
        self.run(
            "pid=$(xdotool search --onlyvisible --name '^Sendright$' getwindowpid | head -1)\n\
             kill $pid && timeout 20 tail --pid=$pid -f /dev/null",
        );
    }

    /// Asks the window to close, as a press on its close button does.
    pub(crate) fn press_close(&self) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desktop/close.py");
        self.run(&format!(
            "/usr/bin/python3 '{}' $(xdotool search --onlyvisible --name '^Sendright$' | head -1)",
            script.display()
        ));
    }

    /// Waits until no window of this desktop is open any more.
    pub(crate) fn wait_for_end(&self, what: &str) {
        let home = self.home().display().to_string();
        wait_until(what, || {
            let all = processes_of(&home);
            !all.iter().any(|(process, _)| process.contains("sendright-desktop"))
        });
    }

    fn run(&self, script: &str) {
        let ended = self.command("sh").args(["-c", script]).stdout(Stdio::null()).status();
        assert!(
            ended.is_ok_and(|status| status.success()),
            "is xdotool missing (`scripts/setup test`)? {script}"
        );
    }

    /// What the window wrote into its log.
    pub(crate) fn log(&self) -> String {
        let files = fs::read_dir(self.home().join("data/sendright/logs")).into_iter().flatten();
        files.flatten().filter_map(|file| fs::read_to_string(file.path()).ok()).collect()
    }

    /// A file of the person's.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.home().join(name);
        fs::write(&path, content).expect("the home is ours");
        path
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.close_browser();
    }
}

/// Arguments and environment of every process whose home is `home`.
pub(crate) fn processes_of(home: &str) -> Vec<(String, String)> {
    let all = fs::read_dir("/proc").expect("this is Linux").flatten();
    let told = all.filter_map(|process| {
        let read = |name| fs::read(process.path().join(name)).ok();
        let text = |octets: Vec<u8>| String::from_utf8_lossy(&octets).replace('\0', " ");
        let environment = text(read("environ")?);
        let arguments = text(read("cmdline")?);
        environment
            .contains(home)
            .then(|| (format!("process {arguments}"), format!("{arguments}\n{environment}")))
    });
    told.collect()
}

/// A display that nobody sees, and its name.
fn xvfb() -> (Ended, String) {
    let mut child = Command::new("setpriv")
        // It ends when this test is killed, and with it all that has a window.
        .args([
            "--pdeathsig",
            "TERM",
            "Xvfb",
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1400x1000x24",
            "-nolisten",
            "tcp",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("setpriv is part of every Linux");
    let stdout = child.stdout.take().expect("it is piped");
    let number = BufReader::new(stdout).lines().next().and_then(Result::ok);
    let number =
        number.expect("Xvfb is missing or does not start; `scripts/setup test` installs it");
    (Ended::new(child), format!(":{number}"))
}
