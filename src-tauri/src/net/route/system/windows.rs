//! Windows: the user's Internet options, in the registry.

use super::{Ignored, Protocol, Proxy, Settings, SystemFault, proxy_at};
use std::io;

const ORIGIN: &str = "the Internet options of Windows";
/// What is said of a key or a value that is not there: `ERROR_FILE_NOT_FOUND`, as an HRESULT.
const NOT_THERE: i32 = 0x8007_0002_u32.cast_signed();

/// The values below `Software\Microsoft\Windows\CurrentVersion\Internet Settings`.
#[derive(Debug, Default)]
pub(super) struct Values {
    enabled: bool,
    server: String,
    bypass: String,
    script: String,
}

impl Values {
    #[cfg(windows)]
    pub(super) fn of_the_user() -> Result<Self, SystemFault> {
        const PATH: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";
        let Some(key) = there(windows_registry::CURRENT_USER.open(PATH))? else {
            return Ok(Self::default());
        };
        let text = |name| there(key.get_string(name)).map(Option::unwrap_or_default);
        Ok(Self {
            enabled: there(key.get_u32("ProxyEnable"))?.is_some_and(|enabled| enabled != 0),
            server: text("ProxyServer")?,
            bypass: text("ProxyOverride")?,
            script: text("AutoConfigURL")?,
        })
    }

    /// As if the user had set one proxy, and hosts that it is not for.
    #[cfg(any(test, fuzzing))]
    pub(super) fn set_to(server: &str, bypass: &str) -> Self {
        let (server, bypass) = (server.to_owned(), bypass.to_owned());
        Self { enabled: true, server, bypass, script: String::new() }
    }

    /// What they say.
    pub(super) fn read(&self) -> Result<Settings, SystemFault> {
        if !self.script.trim().is_empty() {
            let url = self.script.trim().to_owned();
            return Err(SystemFault::Script { origin: ORIGIN.to_owned(), url });
        }
        if !self.enabled || self.server.trim().is_empty() {
            return Ok(Settings::default());
        }
        let proxy = self.proxy().transpose()?;
        Ok(Settings { proxy, ignored: Ignored::of_list(&self.bypass) })
    }

    /// `proxy:8080` for everything, or `http=proxy:8080;https=proxy:8080;socks=proxy:1080`.
    fn proxy(&self) -> Option<Result<Proxy, SystemFault>> {
        let entries = || self.server.split(';').map(str::trim).filter(|entry| !entry.is_empty());
        let of = |wanted: &str| {
            entries().filter_map(|entry| entry.split_once('=')).find(|(kind, _)| *kind == wanted)
        };
        if let Some(all) = entries().find(|entry| !entry.contains('=')) {
            return Some(proxy_at(all, Protocol::Http, ORIGIN));
        }
        let (kind, address) = of("https").or_else(|| of("socks")).or_else(|| of("http"))?;
        let protocol = if kind == "socks" { Protocol::Socks5 } else { Protocol::Http };
        Some(proxy_at(address, protocol, ORIGIN))
    }
}

/// What was read in the registry; `None`: it is not there. What is there and cannot be read may name a
/// proxy.
#[cfg_attr(fuzzing, allow(dead_code))] // there is no registry to read
fn there<T>(read: Result<T, impl Into<io::Error>>) -> Result<Option<T>, SystemFault> {
    match read.map_err(Into::into) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.raw_os_error() == Some(NOT_THERE) => Ok(None),
        Err(error) => {
            Err(SystemFault::Unreadable { origin: ORIGIN.to_owned(), said: error.to_string() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(server: &str) -> Values {
        Values::set_to(server, "*.corp.example;192.168.*;<local>")
    }

    fn through(server: &str) -> Option<String> {
        let proxy = values(server).read().unwrap().proxy?;
        Some(format!("{:?} {}:{}", proxy.protocol, proxy.host, proxy.port))
    }

    #[test]
    #[rustfmt::skip]
    fn one_proxy_or_one_a_protocol_is_read() {
        let table = [
            ("proxy.example:8080",                                  Some("Http proxy.example:8080")),
            ("http://proxy.example:8080",                           Some("Http proxy.example:8080")),
            ("http=web.example:80;https=proxy.example:8080",        Some("Http proxy.example:8080")),
            ("http=web.example:80;socks=socks.example:1080",        Some("Socks5 socks.example:1080")),
            ("ftp=web.example:80",                                  None),
        ];
        for (server, expected) in table {
            assert_eq!(through(server).as_deref(), expected, "{server}");
        }
    }

    #[test]
    fn what_it_is_not_for_is_read_and_off_is_off() {
        let settings = values("proxy.example:8080").read().unwrap();
        for straight in ["mail.corp.example", "192.168.7.7", "intranet"] {
            assert!(settings.ignored.covers(straight, 587), "{straight}");
        }
        assert!(!settings.ignored.covers("mail.example", 587));
        let off = Values { enabled: false, ..values("proxy.example:8080") };
        assert!(off.read().unwrap().proxy.is_none());
    }

    #[test]
    fn a_script_is_said_to_be_one() {
        let script = "http://wpad.example/proxy.pac".to_owned();
        let fault = Values { script, ..values("") }.read().unwrap_err();
        assert!(matches!(fault, SystemFault::Script { .. }));
    }

    #[test]
    fn what_is_not_there_is_told_from_what_cannot_be_read() {
        let read = |answer: io::Result<u32>| there(answer);
        assert_eq!(read(Ok(1)), Ok(Some(1)));
        assert_eq!(read(Err(io::Error::from_raw_os_error(NOT_THERE))), Ok(None));
        let locked = read(Err(io::ErrorKind::PermissionDenied.into())).unwrap_err();
        let words = "the Internet options of Windows cannot be read: permission denied";
        assert_eq!(locked.to_string(), words);
    }
}
