//! Addresses as they may stand in SMTP commands and headers: nothing can be smuggled in.

use super::{
    Wrong,
    network::is_dns_name,
    words::{Read, line, shown},
};
use crate::profile::Mailbox;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A mail address: `local@domain`, as it may stand in an SMTP command (RFC 5321 §4.1.2, §4.5.3.1).
pub(super) fn plain_address(value: &str) -> Read<String> {
    let wrong = |fault: &str| {
        Err(Wrong::new(
            format!("{} {fault}", shown(value)),
            "An address such as invoices@kestrel.example",
        ))
    };
    let Some((local, domain)) = value.rsplit_once('@') else { return wrong("has no @") };
    if value.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return wrong("contains a space or a control character");
    }
    if local.is_empty() || local.len() > 64 {
        return wrong("must have 1 to 64 octets before the @");
    }
    let atom =
        |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if !local.chars().all(atom) || local.split('.').any(str::is_empty) {
        return wrong("has a character or dot before the @ that may not stand there");
    }
    if !is_mail_domain(domain) {
        return wrong("has no domain after the @");
    }
    if value.len() > 254 {
        return wrong("is longer than 254 octets");
    }
    Ok(value.to_owned())
}

fn is_mail_domain(domain: &str) -> bool {
    let literal = domain.strip_prefix('[').and_then(|d| d.strip_suffix(']'));
    match literal {
        Some(literal) => match literal.strip_prefix("IPv6:") {
            Some(v6) => v6.parse::<Ipv6Addr>().is_ok(),
            None => literal.parse::<Ipv4Addr>().is_ok(),
        },
        None => idna::domain_to_ascii(domain).is_ok_and(|ascii| is_dns_name(&ascii)),
    }
}

/// `Name <local@domain>`, or the address alone.
///
/// # Errors
/// The fault and the remedy, as sentences.
pub fn mailbox(value: &str) -> Result<Mailbox, (String, String)> {
    named_mailbox(value.trim()).map_err(|wrong| (wrong.fault, wrong.remedy))
}

pub(super) fn named_mailbox(value: &str) -> Read<Mailbox> {
    let Some((name, rest)) = value.rsplit_once('<') else {
        return Ok(Mailbox { name: None, address: plain_address(value)? });
    };
    let remedy = "Name <address>, for example: Kestrel Invoices <invoices@kestrel.example>";
    let Some(inner) = rest.strip_suffix('>') else {
        return Err(Wrong::new(format!("{} has no > at its end", shown(value)), remedy));
    };
    let name = name.trim();
    let name = name.strip_prefix('"').and_then(|n| n.strip_suffix('"')).unwrap_or(name).trim();
    if name.contains(['<', '>', '"']) {
        return Err(Wrong::new("the name contains quotes or angle brackets", remedy));
    }
    let name = if name.is_empty() { None } else { Some(line(name, 200)?) };
    Ok(Mailbox { name, address: plain_address(inner.trim())? })
}
