//! The system's browser: a real Chromium, or a note of where it was sent.

use super::Session;
use crate::{
    servers::Servers,
    webdriver::{Driver, Page, wait_until},
};
use serde_json::json;
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

/// The scheme the browser may hand over without asking, as after "Always allow".
const SCHEME: &str = "org.sendright.app";

impl Session {
    pub(super) fn note(&self) -> PathBuf {
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

    pub(super) fn make_chromium_the_browser(&self, servers: &Servers) {
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
    pub(super) fn make_browser(&self, script: &str) {
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
