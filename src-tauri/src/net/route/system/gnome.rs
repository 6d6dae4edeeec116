//! GNOME's settings, and those of the desktops that share them, as `gsettings` prints them:
//! `org.gnome.system.proxy mode 'manual'` (GNOME's gsettings-desktop-schemas, 2026-11).

use super::{Ignored, Protocol, Settings, SystemFault, proxy_of};
use std::collections::HashMap;

const ORIGIN: &str = "the desktop's network settings";

/// What `gsettings list-recursively org.gnome.system.proxy` says.
pub(super) fn read(text: &str) -> Result<Settings, SystemFault> {
    let values: HashMap<(&str, &str), &str> = text
        .lines()
        .filter_map(|line| {
            let (schema, rest) = line.split_once(' ')?;
            let (key, value) = rest.split_once(' ')?;
            Some(((schema.strip_prefix("org.gnome.system.proxy")?, key), value.trim()))
        })
        .collect();
    let value = |schema, key| unquoted(values.get(&(schema, key)).copied().unwrap_or_default());
    match value("", "mode") {
        "auto" if !value("", "autoconfig-url").is_empty() => Err(SystemFault::Script {
            origin: ORIGIN.to_owned(),
            url: value("", "autoconfig-url").to_owned(),
        }),
        "manual" => {
            let ways = [
                (".https", Protocol::Http),
                (".socks", Protocol::Socks5),
                (".http", Protocol::Http),
            ];
            let set = ways.into_iter().find(|(schema, _)| !value(schema, "host").is_empty());
            let proxy = set.map(|(schema, protocol)| {
                proxy_of(value(schema, "host"), value(schema, "port"), protocol, ORIGIN)
            });
            let list = values.get(&("", "ignore-hosts")).copied().unwrap_or_default();
            let ignored = Ignored::of(list.split(['[', ']', ',']).map(|one| unquoted(one.trim())));
            Ok(Settings { proxy: proxy.transpose()?, ignored })
        }
        _ => Ok(Settings::default()),
    }
}

fn unquoted(value: &str) -> &str {
    value.trim_matches('\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = "\
org.gnome.system.proxy autoconfig-url ''
org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '::1', '*.corp.example']
org.gnome.system.proxy mode 'manual'
org.gnome.system.proxy use-same-proxy true
org.gnome.system.proxy.ftp host ''
org.gnome.system.proxy.ftp port 0
org.gnome.system.proxy.http host 'web.example'
org.gnome.system.proxy.http port 8080
org.gnome.system.proxy.https host ''
org.gnome.system.proxy.https port 0
org.gnome.system.proxy.socks host 'socks.example'
org.gnome.system.proxy.socks port 1080
";

    #[test]
    fn a_manual_proxy_and_what_it_is_not_for_are_read() {
        let settings = read(MANUAL).unwrap();
        let through = settings.proxy.unwrap().through().to_string();
        assert_eq!(through, "the SOCKS5 proxy socks.example:1080 (the desktop's network settings)");
        assert!(settings.ignored.covers("mail.corp.example", 587));
        assert!(!settings.ignored.covers("mail.example", 587));
    }

    #[test]
    fn none_is_none_and_a_script_is_said_to_be_one() {
        let none = MANUAL.replace("'manual'", "'none'");
        assert!(read(&none).unwrap().proxy.is_none());
        assert!(read("").unwrap().proxy.is_none());
        let script = MANUAL
            .replace("'manual'", "'auto'")
            .replace("autoconfig-url ''", "autoconfig-url 'http://wpad.example/proxy.pac'");
        let fault = read(&script).unwrap_err();
        assert!(matches!(fault, SystemFault::Script { url, .. } if url.ends_with("proxy.pac")));
    }
}
