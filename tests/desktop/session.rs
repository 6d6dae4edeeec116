//! A person's desktop, private to one test: a display, a session bus with a keyring, a home, and a real Chromium as the
//! system's browser.

use crate::{
    keyring::{Ended, Keyring},
    servers::Servers,
    webdriver::{Driver, Page, free_port, wait_until},
};
use serde_json::json;
use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Two desktops at once are too much for a small machine.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The scheme the browser may hand over without asking, as after "Always allow".
const SCHEME: &str = "org.sendright.app";

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

    fn note(&self) -> PathBuf {
        self.home().join("sent-to")
    }

    /// Where the browser was sent, once; waits for it.
    pub(crate) fn sent_to(&self) -> String {
        let note = self.note();
        let read = || fs::read_to_string(&note).unwrap_or_default();
        wait_until("the system's browser", || read().contains("://"));
        let address = read();
        fs::remove_file(&note).expect("the home is ours");
        address
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

    fn make_chromium_the_browser(&self, servers: &Servers) {
        let profile = self.home().join("chromium");
        let port = self.debug_port;
        self.make_browser(&format!(
            "exec {} --no-sandbox --user-data-dir='{}' --remote-debugging-port={port} \
             --ignore-certificate-errors --no-first-run --no-default-browser-check --disable-background-networking \
             --disable-component-update --disable-sync --disable-gpu --disable-quic --password-store=basic \
             --window-size=1000,800 \"$@\" >'{}' 2>&1",
            chromium(),
            profile.display(),
            self.home().join("chromium.log").display(),
        ));
        let allowed = json!({"protocol_handler": {"allowed_origin_protocol_pairs": {&servers.idp: {SCHEME: true}}}});
        write(&profile.join("Default/Preferences"), &allowed.to_string());
    }

    /// Makes what `script` does the system's browser.
    fn make_browser(&self, script: &str) {
        let program = self.home().join("browser");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("the home is ours");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("the home is ours");
        let entry = format!(
            "[Desktop Entry]\nType=Application\nName=Browser\nExec={} %u\n\
             MimeType=x-scheme-handler/http;x-scheme-handler/https;text/html;\n",
            program.display(),
        );
        write(&self.home().join("data/applications/browser.desktop"), &entry);
        let kinds = ["x-scheme-handler/http", "x-scheme-handler/https", "text/html"];
        let defaults = kinds.map(|kind| format!("{kind}=browser.desktop\n")).concat();
        write(
            &self.home().join("config/mimeapps.list"),
            &format!("[Default Applications]\n{defaults}"),
        );
    }

    /// The page that the system's browser shows, once something has made it open one.
    pub(crate) fn browser(&self) -> (Driver, Page) {
        let address = format!("127.0.0.1:{}", self.debug_port);
        wait_until("the system's browser", || std::net::TcpStream::connect(&address).is_ok());
        let driver = Driver::start(self.command("setpriv"), "chromedriver");
        let page = driver.open(&json!({"goog:chromeOptions": {"debuggerAddress": address}}));
        (driver, page)
    }

    /// The window, as a person opens it from the menu.
    pub(crate) fn window(&self) -> (Driver, Page) {
        // One that is still ending would be handed everything that the next one is told.
        let home = self.home().display().to_string();
        wait_until("the end of the last window", || {
            let all = processes_of(&home);
            !all.iter().any(|(process, _)| process.contains("sendright-desktop"))
        });
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

    /// Presses keys in the window.
    pub(crate) fn keys(&self, keys: &str) {
        self.mouse(&format!(
            "search --onlyvisible --name ^Sendright$ windowfocus --sync key {keys}"
        ));
    }

    /// Moves the mouse, and does what else `xdotool` does.
    pub(crate) fn mouse(&self, what: &str) {
        self.run(&format!("timeout 20 xdotool {what}"));
    }

    /// Chooses `file` in the dialog `title` that is open, by the keyboard.
    pub(crate) fn choose_file(&self, title: &str, file: &Path) {
        // A key that comes before the dialog listens is lost: again, until it is gone.
        let pattern = title.replace(' ', ".");
        let script = format!(
            "dialog='search --onlyvisible --name ^{pattern}$'\n\
             xdotool search --sync --onlyvisible --name '^{pattern}$' >&2\n\
             while xdotool $dialog >&2; do\n\
               xdotool $dialog windowfocus --sync key ctrl+l key ctrl+a type --delay 15 '{}'\n\
               xdotool key Return; sleep 1\n\
             done",
            file.display(),
        );
        let chosen = self
            .command("timeout")
            .args(["30", "sh", "-c", &script])
            .stderr(Stdio::null())
            .status();
        assert!(
            chosen.is_ok_and(|status| status.success()),
            "no file dialog, or xdotool is missing (`scripts/setup test` installs it)"
        );
    }

    /// Keeps a picture of the window, for the README and for whoever wants to see; it lands in `target/tmp`.
    pub(crate) fn picture(&self, name: &str) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        fs::create_dir_all(path.parent().expect("it is a file")).expect("the directory is Cargo's");
        let script = format!(
            "import -window $(xdotool search --onlyvisible --name '^Sendright$' | head -1) '{}'",
            path.display()
        );
        let taken = self.command("sh").args(["-c", &script]).status();
        assert!(
            taken.is_ok_and(|status| status.success()),
            "no picture: is ImageMagick missing (`scripts/setup test`)?"
        );
    }

    /// Makes the window as large as the person drags it.
    pub(crate) fn resize(&self, (width, height): (u32, u32)) {
        let script = format!(
            "xdotool search --onlyvisible --name '^Sendright$' windowsize --sync {width} {height}"
        );
        let done = self.command("timeout").args(["20", "sh", "-c", &script]).status();
        assert!(done.is_ok_and(|status| status.success()), "the window cannot be resized");
    }

    /// Closes the browser, as a person does who is done with it.
    pub(crate) fn close_browser(&self) {
        // It is nobody's child here: it was opened through the desktop. Its lock names its process.
        let lock = fs::read_link(self.home().join("chromium/SingletonLock")).unwrap_or_default();
        let lock = lock.to_string_lossy();
        let Some(pid) = lock.rsplit('-').next().filter(|pid| !pid.is_empty()) else { return };
        let _ = Command::new("sh")
            .args([
                "-c",
                &format!("kill {pid} 2>/dev/null && timeout 20 tail --pid={pid} -f /dev/null"),
            ])
            .status();
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

fn chromium() -> &'static str {
    let known = ["chromium", "chromium-browser", "google-chrome"];
    let there = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
    known.iter().find(there).expect("Chromium is missing; `scripts/setup test` installs it")
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("it is a file")).expect("the home is ours");
    fs::write(path, text).expect("the home is ours");
}
