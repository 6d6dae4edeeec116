//! The operating system's proxy settings: the environment first, then the desktop's own.
//!
//! Invariant: what they name is used or said to be unusable; it is never gone past.

mod environment;
#[cfg(fuzzing)]
pub(super) mod fuzzing;
#[cfg(any(all(unix, not(target_os = "macos")), test, fuzzing))]
mod gnome;
mod ignored;
#[cfg(any(all(unix, not(target_os = "macos")), test, fuzzing))]
mod kde;
#[cfg(any(target_os = "macos", test, fuzzing))]
mod macos;
mod remembered;
#[cfg(any(windows, test, fuzzing))]
mod windows;

use super::{Login, Protocol, Proxy};
use crate::{
    net::dial::{bare, is_loopback},
    secret::Secret,
};
use ignored::Ignored;
use percent_encoding::percent_decode_str;
use remembered::Remembered;
use std::path::PathBuf;
use url::Url;

/// What the settings are read from. It is filled in where the program starts.
#[derive(Debug, Default)]
pub struct Surroundings {
    variables: Vec<Variable>,
    #[cfg_attr(any(windows, target_os = "macos"), allow(dead_code))] // they have one desktop each
    desktop: Option<String>,
    #[cfg_attr(any(windows, target_os = "macos"), allow(dead_code))] // and keep this elsewhere
    config_dir: Option<PathBuf>,
    /// What the desktop said last: who is asked may be slow, and a window asks for every sender it shows.
    said: Remembered<Result<Settings, SystemFault>>,
}

/// A variable of the environment: a proxy's address may have a password in it.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name, as it is written.
    pub name: &'static str,
    /// Its value.
    pub value: Secret,
}

/// Why the system's settings cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SystemFault {
    /// They name a program that picks the proxy (PAC).
    #[error("{origin} names a proxy script: {url}")]
    Script {
        /// Which of the settings.
        origin: String,
        /// Where the script is.
        url: String,
    },
    /// They name something that is no proxy we can use.
    #[error("{origin} names no proxy that can be used: {said}")]
    Unusable {
        /// Which of the settings.
        origin: String,
        /// What is wrong with it.
        said: String,
    },
    /// They are there and cannot be read.
    #[error("{origin} cannot be read: {said}")]
    Unreadable {
        /// Which of the settings.
        origin: String,
        /// Why not.
        said: String,
    },
}

/// How long the desktop may take to say what is set.
#[cfg(unix)]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);

/// What one source of settings says.
#[derive(Debug, Clone, Default)]
struct Settings {
    proxy: Option<Proxy>,
    ignored: Ignored,
}

impl Surroundings {
    /// `variables` are those of the environment that speak of proxies, those that win first; `desktop` is its
    /// name, as in `XDG_CURRENT_DESKTOP`, where there is one; programs keep their settings in
    /// `config_dir`.
    pub fn new(
        variables: Vec<Variable>,
        desktop: Option<String>,
        config_dir: Option<PathBuf>,
    ) -> Self {
        Self { variables, desktop, config_dir, said: Remembered::default() }
    }

    /// The proxy on the way to `host:port`; this computer is always reached straight.
    ///
    /// # Errors
    /// What the settings name cannot be used.
    pub(super) async fn proxy_for(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Option<Proxy>, SystemFault> {
        if is_loopback(host) {
            return Ok(None);
        }
        let settings = match environment::read(&self.variables)? {
            Some(settings) => settings,
            // Boxed: it is rare, and larger than all the rest.
            None => self.said.or(Box::pin(self.of_the_desktop())).await?,
        };
        let straight = settings.ignored.covers(bare(host), port);
        Ok(settings.proxy.filter(|_| !straight))
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    async fn of_the_desktop(&self) -> Result<Settings, SystemFault> {
        let Some(desktop) = &self.desktop else { return Ok(Settings::default()) };
        if desktop.split(':').any(|name| name.eq_ignore_ascii_case("KDE")) {
            let Some(dir) = &self.config_dir else { return Ok(Settings::default()) };
            return kde::read(&text_of(&dir.join("kioslaverc")).await?);
        }
        gnome::read(&said_by("gsettings", &["list-recursively", "org.gnome.system.proxy"]).await?)
    }

    #[cfg(target_os = "macos")]
    async fn of_the_desktop(&self) -> Result<Settings, SystemFault> {
        macos::read(&said_by("/usr/sbin/scutil", &["--proxy"]).await?)
    }

    #[cfg(windows)]
    #[allow(clippy::unused_async)] // elsewhere another program is asked
    async fn of_the_desktop(&self) -> Result<Settings, SystemFault> {
        windows::Values::of_the_user()?.read()
    }
}

/// What is in `file`; nothing where it is not there.
#[cfg(all(unix, not(target_os = "macos")))]
async fn text_of(file: &std::path::Path) -> Result<String, SystemFault> {
    let text = tokio::fs::read(file).await.map(|read| String::from_utf8_lossy(&read).into_owned());
    or_nothing(text, &file.display().to_string())
}

/// What `program` says; nothing where it, or what it is asked for, is not there.
#[cfg(unix)]
async fn said_by(program: &str, arguments: &[&str]) -> Result<String, SystemFault> {
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).env("LC_ALL", "C").stdin(std::process::Stdio::null());
    let output = tokio::time::timeout(PATIENCE, command.kill_on_drop(true).output()).await;
    let output = output.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
    let text = output.and_then(|output| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else if complaint.contains("schema") {
            Ok(String::new()) // gsettings without GNOME's schemas: there are no such settings
        } else {
            Err(std::io::Error::other(complaint.lines().next().unwrap_or_default().to_owned()))
        }
    });
    or_nothing(text, program)
}

#[cfg(unix)]
fn or_nothing(text: std::io::Result<String>, origin: &str) -> Result<String, SystemFault> {
    text.or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(String::new()),
        _ => Err(SystemFault::Unreadable { origin: origin.to_owned(), said: error.to_string() }),
    })
}

/// The proxy at `address`: `scheme://user:password@host:port`, all but the host optional.
fn proxy_at(address: &str, usual: Protocol, origin: &str) -> Result<Proxy, SystemFault> {
    let unusable = |said: &str| {
        Err(SystemFault::Unusable { origin: origin.to_owned(), said: said.to_owned() })
    };
    let whole = match (address.contains("://"), usual) {
        (true, _) => address.to_owned(),
        (false, Protocol::Http) => format!("http://{address}"),
        (false, Protocol::Socks5) => format!("socks5://{address}"),
    };
    let Ok(url) = Url::parse(&whole) else { return unusable("it is not an address") };
    let (protocol, usual_port) = match url.scheme() {
        "http" => (Protocol::Http, 80),
        "socks" | "socks5" | "socks5h" => (Protocol::Socks5, 1080),
        "https" => return unusable("a proxy that is itself reached over TLS is not supported"),
        "socks4" | "socks4a" => return unusable("SOCKS 4 is not supported, only SOCKS 5"),
        _ => return unusable("only http:// and socks5:// proxies are supported"),
    };
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return unusable("it names no host");
    };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let login = (!url.username().is_empty()).then(|| Login {
        user: decoded(url.username()),
        password: Secret::new(decoded(url.password().unwrap_or_default())),
    });
    Ok(Proxy {
        protocol,
        host: bare(host).to_owned(),
        port: url.port().unwrap_or(usual_port),
        login,
        origin: Some(origin.to_owned()),
    })
}

/// The proxy at `host` and `port` where a desktop keeps them apart.
#[cfg(any(unix, test, fuzzing))]
fn proxy_of(
    host: &str,
    port: &str,
    protocol: Protocol,
    origin: &str,
) -> Result<Proxy, SystemFault> {
    let bare = bare(host);
    let host = if bare.contains(':') { format!("[{bare}]") } else { bare.to_owned() };
    proxy_at(&format!("{host}:{port}"), protocol, origin)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn settings_that_are_not_there_are_told_from_those_that_cannot_be_read() {
        assert_eq!(said_by("no-such-program", &[]).await, Ok(String::new()));
        let no_schema = ["-c", "echo 'No such schema “org.gnome.system.proxy”' >&2; exit 1"];
        assert_eq!(said_by("sh", &no_schema).await, Ok(String::new()));
        let broken = said_by("sh", &["-c", "echo 'no bus' >&2; exit 1"]).await.unwrap_err();
        assert_eq!(broken.to_string(), "sh cannot be read: no bus");
        assert_eq!(said_by("sh", &["-c", "printf set"]).await, Ok("set".to_owned()));
    }

    #[cfg(not(target_os = "macos"))]
    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_not_taken_for_none() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(text_of(&dir.path().join("kioslaverc")).await, Ok(String::new()));
        assert!(matches!(text_of(dir.path()).await, Err(SystemFault::Unreadable { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_say_what_is_set_is_not_waited_for_longer_than_it_takes() {
        let asked = tokio::time::Instant::now();
        let silent = said_by("sleep", &["60"]).await.unwrap_err();
        assert!(matches!(silent, SystemFault::Unreadable { .. }), "{silent}");
        assert!(asked.elapsed().as_secs() < 5, "{:?}", asked.elapsed());
    }

    #[cfg(not(target_os = "macos"))]
    #[tokio::test(start_paused = true)]
    async fn a_desktop_is_not_asked_at_every_look_and_a_changed_setting_is_used_soon() {
        let dir = tempfile::tempdir().unwrap();
        let set = |host: &str| {
            let text = format!("[Proxy Settings]\nProxyType=1\nhttpsProxy=http://{host} 3128\n");
            std::fs::write(dir.path().join("kioslaverc"), text).unwrap();
        };
        let desktop = Some("KDE".to_owned());
        let system = Surroundings::new(Vec::new(), desktop, Some(dir.path().to_owned()));
        let host = async || system.proxy_for("mail.example", 587).await.unwrap().unwrap().host;
        set("old.example");
        assert_eq!(host().await, "old.example");
        set("new.example");
        assert_eq!(host().await, "old.example");
        tokio::time::advance(remembered::LIFE).await;
        assert_eq!(host().await, "new.example");
    }
}
