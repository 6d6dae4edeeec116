//! Which hosts a proxy is not for, in the ways that environments and desktops write them.

use std::net::IpAddr;

/// A list of hosts.
#[derive(Debug, Clone, Default)]
pub(super) struct Ignored {
    entries: Vec<String>,
    /// Names without a dot are covered.
    pub(super) simple_names: bool,
    /// The list is turned round: the proxy is for these hosts only.
    pub(super) only_these: bool,
}

impl Ignored {
    /// Entries with commas, semicolons or spaces between them.
    pub(super) fn of_list(list: &str) -> Self {
        Self::of(list.split([',', ';', ' ', '\t', '\n']))
    }

    /// These entries.
    pub(super) fn of<'a>(entries: impl IntoIterator<Item = &'a str>) -> Self {
        let mut list = Self::default();
        for entry in entries.into_iter().map(str::trim).filter(|entry| !entry.is_empty()) {
            if entry.eq_ignore_ascii_case("<local>") {
                list.simple_names = true;
            } else {
                list.entries.push(entry.to_ascii_lowercase());
            }
        }
        list
    }

    /// Whether `host:port` is reached without the proxy.
    pub(super) fn covers(&self, host: &str, port: u16) -> bool {
        let host = host.to_ascii_lowercase();
        let simple = self.simple_names && !host.contains(['.', ':']);
        let listed = self.entries.iter().any(|entry| covers(entry, &host, port));
        (simple || listed) != self.only_these
    }
}

/// Whether one entry means `host`: a name with all below it, a pattern with `*`, an address, a network.
fn covers(entry: &str, host: &str, port: u16) -> bool {
    let (entry, own_port) = split_port(entry);
    if own_port.is_some_and(|own| own != port) {
        return false;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return in_network(entry, address) || matches(entry, host);
    }
    if entry.contains('*') {
        // `*.example` means `.example`: the name itself as well, as browsers read it.
        return matches(entry, host) || entry.strip_prefix("*.") == Some(host);
    }
    let name = entry.trim_matches('.');
    host == name || host.strip_suffix(name).is_some_and(|above| above.ends_with('.'))
}

/// An entry without the port at its end.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    if let Some((host, rest)) = entry.strip_prefix('[').and_then(|entry| entry.split_once(']')) {
        return (host, rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match entry.split_once(':') {
        Some((host, port)) if !port.contains(':') && !port.contains('/') => {
            (host, port.parse().ok())
        }
        _ => (entry, None),
    }
}

/// `192.0.2.0/24`, also in its short form `169.254/16`, or one address.
fn in_network(entry: &str, address: IpAddr) -> bool {
    let (network, bits) = match entry.split_once('/') {
        Some((network, bits)) => match bits.parse::<u32>() {
            Ok(bits) => (network, Some(bits)),
            Err(_) => return false,
        },
        None => (entry, None),
    };
    let long = if network.contains(':') {
        network.to_owned()
    } else {
        let missing = 4_usize.saturating_sub(network.split('.').count());
        format!("{network}{}", ".0".repeat(missing))
    };
    match (long.parse(), address) {
        (Ok(IpAddr::V4(network)), IpAddr::V4(address)) => {
            let bits = bits.unwrap_or(32).min(32);
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(network) & mask == u32::from(address) & mask
        }
        (Ok(IpAddr::V6(network)), IpAddr::V6(address)) => {
            let bits = bits.unwrap_or(128).min(128);
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(network) & mask == u128::from(address) & mask
        }
        _ => false,
    }
}

/// Whether `text` fits `pattern`, in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn entries_mean_what_their_writers_mean() {
        let table = [
            // entry               host                  covered
            ("*",                  "mail.example",       true),
            ("example.com",        "example.com",        true),
            ("example.com",        "mail.example.com",   true),
            (".example.com",       "mail.example.com",   true),
            (".example.com",       "example.com",        true),
            ("EXAMPLE.com",        "mail.Example.COM",   true),
            ("example.com",        "notexample.com",     false),
            ("example.com",        "example.com.evil",   false),
            ("*.example.com",      "mail.example.com",   true),
            ("*.example.com",      "example.com",        true),
            ("*.example.com",      "badexample.com",     false),
            ("mail*.example",      "mail7.example",      true),
            ("mail*.example",      "smtp.example",       false),
            ("example.com:587",    "example.com",        true),
            ("example.com:25",     "example.com",        false),
            ("192.0.2.7",          "192.0.2.7",          true),
            ("192.0.2.7",          "192.0.2.77",         false),
            ("192.0.2.0/24",       "192.0.2.200",        true),
            ("192.0.2.0/24",       "192.0.3.1",          false),
            ("0.0.0.0/0",          "8.8.8.8",            true),
            ("169.254/16",         "169.254.7.7",        true),
            ("169.254/16",         "169.255.7.7",        false),
            ("192.168.*",          "192.168.3.4",        true),
            ("2001:db8::/32",      "2001:db8::25",       true),
            ("2001:db8::/32",      "2001:db9::25",       false),
            ("::1",                "::1",                true),
            ("[2001:db8::1]:587",  "2001:db8::1",        true),
            ("[2001:db8::1]:25",   "2001:db8::1",        false),
            ("192.0.2.0/x",        "192.0.2.1",          false),
            ("10.0.0.0/8",         "mail.example",       false),
            ("2.0.0.10",           "10.0.0.2",           false),
        ];
        for (entry, host, covered) in table {
            assert_eq!(Ignored::of([entry]).covers(host, 587), covered, "{entry} {host}");
        }
    }

    #[test]
    fn a_list_is_any_of_its_entries_and_may_be_turned_round() {
        let list = Ignored::of_list("a.example, b.example;<local>\n10.0.0.0/8");
        let covered = |host| list.covers(host, 587);
        assert!(covered("a.example") && covered("b.example") && covered("10.1.1.1"));
        assert!(covered("intranet") && !covered("::2") && !covered("c.example"));
        let turned = Ignored { only_these: true, ..Ignored::of(["a.example"]) };
        assert!(!turned.covers("a.example", 587) && turned.covers("b.example", 587));
        assert!(!Ignored::default().covers("a.example", 587));
    }
}
