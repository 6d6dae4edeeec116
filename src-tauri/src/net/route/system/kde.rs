//! KDE's settings: the file `kioslaverc` (KDE's kio, `kprotocolmanager.cpp`, 2026-11).

use super::{Ignored, Protocol, Settings, SystemFault, proxy_at};
use std::collections::HashMap;

const ORIGIN: &str = "the desktop's proxy settings";

/// What the text of `kioslaverc` says.
pub(super) fn read(text: &str) -> Result<Settings, SystemFault> {
    let mut ours = false;
    let mut values = HashMap::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            ours = line == "[Proxy Settings]";
        } else if let Some((key, value)) = line.split_once('=').filter(|_| ours) {
            values.insert(key.trim(), value.trim());
        }
    }
    let value = |key| values.get(key).copied().unwrap_or_default();
    match value("ProxyType") {
        // 0: none, 3: automatic detection, which finds nothing in most networks, 4: the environment.
        "1" => {
            let ways = [
                ("httpsProxy", Protocol::Http),
                ("socksProxy", Protocol::Socks5),
                ("httpProxy", Protocol::Http),
            ];
            let set = ways.into_iter().find(|(key, _)| !value(key).is_empty());
            let proxy = set.map(|(key, protocol)| {
                // Written as `http://proxy.example 3128`.
                proxy_at(&value(key).replacen(' ', ":", 1), protocol, ORIGIN)
            });
            let mut ignored = Ignored::of_list(value("NoProxyFor"));
            ignored.only_these = value("ReversedException") == "true";
            Ok(Settings { proxy: proxy.transpose()?, ignored })
        }
        "2" => Err(SystemFault::Script {
            origin: ORIGIN.to_owned(),
            url: value("Proxy Config Script").to_owned(),
        }),
        _ => Ok(Settings::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = "\
[General]
ProxyType=7

[Proxy Settings]
NoProxyFor=localhost,.corp.example
Proxy Config Script=http://wpad.example/proxy.pac
ProxyType=1
ReversedException=false
httpsProxy=http://proxy.example 3128
socksProxy=
";

    #[test]
    fn a_manual_proxy_and_what_it_is_not_for_are_read() {
        let settings = read(MANUAL).unwrap();
        let through = settings.proxy.unwrap().through().to_string();
        assert_eq!(through, "the HTTP proxy proxy.example:3128 (the desktop's proxy settings)");
        assert!(settings.ignored.covers("mail.corp.example", 587));
        assert!(!settings.ignored.covers("mail.example", 587));
        let turned = read(&MANUAL.replace("=false", "=true")).unwrap();
        assert!(turned.ignored.covers("mail.example", 587));
    }

    #[test]
    fn none_is_none_and_a_script_is_said_to_be_one() {
        for none in ["0", "3", "4"] {
            let text = MANUAL.replace("ProxyType=1", &format!("ProxyType={none}"));
            assert!(read(&text).unwrap().proxy.is_none(), "{none}");
        }
        let script = read(&MANUAL.replace("ProxyType=1", "ProxyType=2")).unwrap_err();
        assert!(matches!(script, SystemFault::Script { url, .. } if url.ends_with("proxy.pac")));
    }
}
