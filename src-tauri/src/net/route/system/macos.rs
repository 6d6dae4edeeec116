//! macOS: what `scutil --proxy` prints of the network that is in use.

use super::{Ignored, Protocol, Settings, SystemFault, proxy_of};
use std::collections::HashMap;

const ORIGIN: &str = "System Settings";

/// What `scutil --proxy` says.
pub(super) fn read(text: &str) -> Result<Settings, SystemFault> {
    let (mut values, mut exceptions, mut in_exceptions) = (HashMap::new(), Vec::new(), false);
    for line in text.lines().map(str::trim) {
        match line.split_once(" : ") {
            Some(("ExceptionsList", _)) => in_exceptions = true,
            Some((_, value)) if in_exceptions => exceptions.push(value),
            Some((key, value)) => {
                values.insert(key, value);
            }
            None => in_exceptions = in_exceptions && line != "}",
        }
    }
    let value = |key: &str| values.get(key).copied().unwrap_or_default();
    if value("ProxyAutoConfigEnable") == "1" {
        let url = value("ProxyAutoConfigURLString").to_owned();
        return Err(SystemFault::Script { origin: ORIGIN.to_owned(), url });
    }
    let ways = [("HTTPS", Protocol::Http), ("SOCKS", Protocol::Socks5), ("HTTP", Protocol::Http)];
    let set = ways.into_iter().find(|(way, _)| value(&format!("{way}Enable")) == "1");
    let proxy = set.map(|(way, protocol)| {
        let (host, port) = (value(&format!("{way}Proxy")), value(&format!("{way}Port")));
        proxy_of(host, port, protocol, ORIGIN)
    });
    let mut ignored = Ignored::of(exceptions);
    ignored.simple_names = value("ExcludeSimpleHostnames") == "1";
    Ok(Settings { proxy: proxy.transpose()?, ignored })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANUAL: &str = "\
<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  ExcludeSimpleHostnames : 1
  FTPPassive : 1
  HTTPEnable : 0
  HTTPSEnable : 1
  HTTPSPort : 3128
  HTTPSProxy : proxy.example
  ProxyAutoConfigEnable : 0
  ProxyAutoConfigURLString : http://wpad.example/proxy.pac
  SOCKSEnable : 0
}
";

    #[test]
    fn a_manual_proxy_and_what_it_is_not_for_are_read() {
        let settings = read(MANUAL).unwrap();
        let through = settings.proxy.unwrap().through().to_string();
        assert_eq!(through, "the HTTP proxy proxy.example:3128 (System Settings)");
        for straight in ["printer.local", "169.254.3.3", "intranet"] {
            assert!(settings.ignored.covers(straight, 587), "{straight}");
        }
        assert!(!settings.ignored.covers("mail.example", 587));
    }

    #[test]
    fn none_is_none_and_a_script_is_said_to_be_one() {
        let none = MANUAL.replace("HTTPSEnable : 1", "HTTPSEnable : 0");
        assert!(read(&none).unwrap().proxy.is_none());
        let script = MANUAL.replace("ConfigEnable : 0", "ConfigEnable : 1");
        let fault = read(&script).unwrap_err();
        assert!(matches!(fault, SystemFault::Script { url, .. } if url.ends_with("proxy.pac")));
    }
}
