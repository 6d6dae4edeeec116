//! What leads to another computer, one value at a time: tenants, hosts, ports, web addresses, routes.

use super::{
    Wrong,
    words::{Read, line, shown},
};
use crate::{
    net::{http::is_this_computer, route::Protocol},
    profile::{ProxySettings, Redirect, Route, presets},
};
use percent_encoding::percent_decode_str;
use std::net::IpAddr;
use url::Url;

/// A tenant. It becomes part of the address that a secret is posted to.
pub(super) fn tenant(value: &str) -> Read<String> {
    let remedy = "A GUID, a domain of the tenant such as contoso.com, or one of: organizations, common, consumers";
    if presets::TENANT_WORDS.contains(&value) || presets::is_guid(value) {
        return Ok(value.to_owned());
    }
    match host(value) {
        Ok(domain) if domain.contains('.') && domain.parse::<IpAddr>().is_err() => Ok(domain),
        _ => Err(Wrong::new(format!("{} is not a tenant", shown(value)), remedy)),
    }
}

/// A tenant of another provider: whatever fits into an address without changing it.
pub(super) fn realm(value: &str) -> Read<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if value.chars().all(plain) && !value.contains("..") && value.len() <= 253 {
        return Ok(value.to_owned());
    }
    Err(Wrong::new(
        format!("{} does not fit into an address", shown(value)),
        "Letters, digits, dots, hyphens and underscores",
    ))
}

/// A DNS name, in its ASCII form, or an IP address.
pub(super) fn host(value: &str) -> Read<String> {
    if value.is_empty() {
        return Err(Wrong::new(
            "it is missing",
            "The server's name, for example smtp.office365.com",
        ));
    }
    let bare = value.strip_prefix('[').and_then(|v| v.strip_suffix(']')).unwrap_or(value);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    let wrong =
        |fault: &str, remedy: &str| Err(Wrong::new(format!("{} {fault}", shown(value)), remedy));
    if value.contains("://") || value.contains('/') {
        return wrong(
            "is an address, not a host name",
            "Only the name, for example smtp.office365.com",
        );
    }
    if value.contains(':') {
        return wrong("contains a port", "The name alone; the port has its own setting");
    }
    if value.contains('@') {
        return wrong("is a mail address", "The server's name, for example smtp.office365.com");
    }
    match idna::domain_to_ascii(value) {
        Ok(ascii) if is_dns_name(&ascii) => Ok(ascii.trim_end_matches('.').to_owned()),
        _ => wrong(
            "is not a host name",
            "Letters, digits, hyphens and dots, for example smtp.office365.com",
        ),
    }
}

/// RFC 1123 §2.1, and the underscore that names inside networks often have.
pub(super) fn is_dns_name(ascii: &str) -> bool {
    let labels: Vec<_> = ascii.strip_suffix('.').unwrap_or(ascii).split('.').collect();
    let fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let numeric = labels.last().is_some_and(|last| last.chars().all(|c| c.is_ascii_digit()));
    ascii.len() <= 253 && labels.iter().all(|label| fits(label)) && !numeric
}

/// A TCP port.
pub(super) fn port(value: i64) -> Read<u16> {
    u16::try_from(value).ok().filter(|port| *port > 0).ok_or_else(|| {
        Wrong::new(
            format!("{value} is not a port"),
            "A number from 1 to 65535, for mail usually 587 or 465",
        )
    })
}

/// An `https://` address; `http://` for this computer only. A token or secret travels to it.
pub(super) fn web_address(value: &str) -> Read<Url> {
    let remedy = "An address that begins with https:// (http:// for this computer only)";
    let wrong = |fault: String| Err(Wrong::new(fault, remedy));
    if value.len() > 2_000 || value.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return wrong("it is too long, or has spaces in it".to_owned());
    }
    let url = match value.parse::<Url>() {
        Ok(url) => url,
        Err(error) => return wrong(format!("{} is not an address: {error}", shown(value))),
    };
    let protected = url.scheme() == "https" || (url.scheme() == "http" && is_this_computer(&url));
    if !protected || url.host().is_none() {
        return wrong(format!("{} is not protected on its way", shown(value)));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("it contains a user name or a password".to_owned());
    }
    if url.fragment().is_some() {
        return wrong("it contains a #, which never reaches the server".to_owned());
    }
    Ok(url)
}

/// The beginning of addresses: nothing may follow its path.
pub(super) fn base_address(value: &str) -> Read<Url> {
    let url = web_address(value)?;
    match url.query() {
        None => Ok(url),
        Some(_) => Err(Wrong::new(
            "it contains a ?, and a path is put after it",
            "Leave out the ? and what follows",
        )),
    }
}

/// Graph's address. Other products write it with the version, which is put after it here.
pub(super) fn graph(value: &str) -> Read<Url> {
    let mut url = base_address(value)?;
    let path = url.path().trim_end_matches('/').to_owned();
    if path.ends_with("/beta") {
        return Err(Wrong::new("Graph is used in version 1.0", "Leave the version out"));
    }
    if let Some(before) = path.strip_suffix("/v1.0") {
        url.set_path(before);
    }
    Ok(url)
}

/// An endpoint in which `{tenant}` or `#TenantID#` may stand for `tenant`.
pub(super) fn endpoint(value: &str, tenant: Option<&str>) -> Read<String> {
    let filled = presets::filled_in(value, tenant);
    if filled != value && tenant.is_none() {
        return Err(Wrong::new(
            "it has a place for a tenant, and no tenant is given",
            "Set tenant, or write the address out",
        ));
    }
    if filled.contains(['{', '}']) {
        return Err(Wrong::new(
            "it has a place for something unknown",
            "Only {tenant} and #TenantID# are filled in",
        ));
    }
    web_address(&filled).map(|_| value.to_owned())
}

/// As [`authority`], of Microsoft: its issuers and endpoints go on with a version, which is put after
/// it here.
pub(super) fn microsoft_authority(value: &str, tenant: Option<&str>) -> Read<String> {
    let value = value.trim_end_matches('/');
    let value = value.strip_suffix("/v2.0").unwrap_or(value);
    let value = value.strip_suffix("/oauth2").unwrap_or(value);
    if value.contains("/oauth2/") {
        let remedy =
            "What stands before /oauth2, or the whole as authorize_endpoint or token_endpoint";
        return Err(Wrong::new("it is an endpoint, and those begin with the authority", remedy));
    }
    authority(value, tenant)
}

/// The beginning of a provider's addresses, in which `{tenant}` or `#TenantID#` may stand for `tenant`.
/// Microsoft's own libraries write the tenant itself at its end.
pub(super) fn authority(value: &str, tenant: Option<&str>) -> Read<String> {
    let value = endpoint(value, tenant)?;
    base_address(&presets::filled_in(&value, tenant))?;
    let value = value.trim_end_matches('/');
    Ok(match (value.rsplit_once('/'), tenant) {
        (Some((rest, last)), Some(tenant)) if last.eq_ignore_ascii_case(tenant) => {
            format!("{rest}/{{tenant}}")
        }
        _ => value.to_owned(),
    })
}

/// `loopback`, `deep-link`, or the address of a page from which the person copies the answer.
pub(super) fn redirect(value: &str) -> Read<Redirect> {
    match value {
        "loopback" => return Ok(Redirect::Loopback),
        "deep-link" => return Ok(Redirect::DeepLink),
        _ => {}
    }
    let remedy = "loopback, deep-link, or a full https:// address as it is registered";
    if value.len() > 256 {
        return Err(Wrong::new("it is longer than 256 characters", remedy));
    }
    let page = web_address(value).map_err(|wrong| Wrong::new(wrong.fault, remedy))?;
    // NOTE: the browser writes a name in its ASCII form, and Entra wants it registered so.
    let written = if value.is_ascii() { value.to_owned() } else { page.into() };
    Ok(Redirect::Pasted(written))
}

/// `direct`, `system`, `socks5://user@host:port` or `http://user@host:port`, the user optional.
pub(super) fn route(value: &str) -> Read<Route> {
    let remedy = "direct, system, socks5://host:port or http://host:port";
    let (protocol, proxy) = match value {
        "direct" => return Ok(Route::Direct),
        "system" => return Ok(Route::System),
        _ => match (value.strip_prefix("socks5://"), value.strip_prefix("http://")) {
            (Some(proxy), _) => (Protocol::Socks5, proxy),
            (_, Some(proxy)) => (Protocol::Http, proxy),
            _ => return Err(Wrong::new(no_route(value), remedy)),
        },
    };
    let (user, proxy) = match proxy.rsplit_once('@') {
        Some((user, proxy)) => (Some(proxy_user(user)?), proxy),
        None => (None, proxy),
    };
    let parts = proxy.trim_end_matches('/').rsplit_once(':');
    let Some((name, Ok(number))) = parts.map(|(name, port)| (name, port.parse::<i64>())) else {
        return Err(Wrong::new("the proxy has no port", remedy));
    };
    if name.is_empty() {
        let remedy = "The proxy's name or address, for example proxy.kestrel.example";
        return Err(Wrong::new("the proxy is missing", remedy));
    }
    Ok(Route::Proxy(ProxySettings { protocol, host: host(name)?, port: port(number)?, user }))
}

/// What is said of a value that is no route. What stands before an @ may be a password: it is not repeated.
fn no_route(value: &str) -> String {
    let scheme = value.split_once("://").map(|(scheme, _)| scheme);
    let is_one = |scheme: &&str| scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+');
    match scheme.filter(is_one) {
        _ if !value.contains('@') => format!("{} is not a route", shown(value)),
        Some(scheme) => format!("no route begins with {}", shown(&format!("{scheme}://"))),
        None => "it is not a route".to_owned(),
    }
}

/// The user name in a proxy's address, percent-encoded there. A password is refused, not repeated.
fn proxy_user(encoded: &str) -> Read<String> {
    if encoded.contains(':') {
        return Err(Wrong::new(
            "a password may not stand in it",
            "Leave only the user name before the @, and put the password into the vault: \
             sendright secret set PROFILE proxy-password, or proxy_password in the file",
        ));
    }
    let user = percent_decode_str(encoded).decode_utf8_lossy();
    if user.contains(':') {
        return Err(Wrong::new("a proxy's user name has no colon", "Write the user name alone"));
    }
    line(&user, 255)
}
