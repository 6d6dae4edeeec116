//! The operating system's proxy settings: the environment first, then the desktop's own.
//!
//! Invariant: what they name is used or said to be unusable; it is never gone past.

mod environment;
#[cfg(any(all(unix, not(target_os = "macos")), test))]
mod gnome;
mod ignored;
#[cfg(any(all(unix, not(target_os = "macos")), test))]
mod kde;
#[cfg(any(target_os = "macos", test))]
mod macos;
#[cfg(any(windows, test))]
mod windows;

use super::{Login, Protocol, Proxy};
use crate::{
    net::dial::{bare, is_loopback},
    secret::Secret,
};
use ignored::Ignored;
use percent_encoding::percent_decode_str;
use std::path::PathBuf;
use url::Url;

/// What the settings are read from. It is filled in where the program starts.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The variables of the environment that speak of proxies, those that win first.
    pub variables: Vec<Variable>,
    /// The desktop's name, as in `XDG_CURRENT_DESKTOP`; `None`: there is no desktop.
    pub desktop: Option<String>,
    /// Where programs keep their settings.
    pub config_dir: Option<PathBuf>,
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
}

/// What one source of settings says.
#[derive(Debug, Default)]
struct Settings {
    proxy: Option<Proxy>,
    ignored: Ignored,
}

impl Surroundings {
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
            None => self.of_the_desktop().await?,
        };
        let straight = settings.ignored.covers(bare(host), port);
        Ok(settings.proxy.filter(|_| !straight))
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    async fn of_the_desktop(&self) -> Result<Settings, SystemFault> {
        let Some(desktop) = &self.desktop else { return Ok(Settings::default()) };
        if desktop.split(':').any(|name| name.eq_ignore_ascii_case("KDE")) {
            let Some(dir) = &self.config_dir else { return Ok(Settings::default()) };
            let text = tokio::fs::read_to_string(dir.join("kioslaverc")).await;
            return kde::read(&text.unwrap_or_default());
        }
        let text = said_by("gsettings", &["list-recursively", "org.gnome.system.proxy"]).await;
        gnome::read(&text.unwrap_or_default())
    }

    #[cfg(target_os = "macos")]
    async fn of_the_desktop(&self) -> Result<Settings, SystemFault> {
        let text = said_by("/usr/sbin/scutil", &["--proxy"]).await;
        macos::read(&text.unwrap_or_default())
    }

    #[cfg(windows)]
    #[allow(clippy::unused_async)] // elsewhere another program is asked
    async fn of_the_desktop(&self) -> Result<Settings, SystemFault> {
        windows::Values::of_the_user().read()
    }
}

/// What `program` says; `None` where it is not there, fails or takes too long.
#[cfg(unix)]
async fn said_by(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).stdin(std::process::Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(std::time::Duration::from_secs(3), command.output());
    let output = output.await.ok()?.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
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
#[cfg(any(unix, test))]
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
