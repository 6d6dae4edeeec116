//! MAIL and RCPT: addresses and their parameters.

use super::session::SIZE;

/// A message on its way in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Transaction {
    /// MAIL FROM; empty for the null path.
    pub(super) from: String,
    /// RCPT TO.
    pub(super) to: Vec<String>,
    /// Whether addresses may have other letters than ASCII (RFC 6531).
    pub(super) utf8: bool,
}

/// What happens to recipients with these names, at any domain; all others are accepted.
#[rustfmt::skip]
const FATES: &[(&str, &str)] = &[
    ("unknown", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
    ("full",    "552 5.2.2 Mailbox full"),
    ("busy",    "451 4.7.500 Server busy. Please try again later."),
];

/// Reads `FROM:<address> parameters`.
///
/// # Errors
/// The reply that refuses it.
pub(super) fn sender(text: &str) -> Result<Transaction, String> {
    let (from, parameters) = path(text, "FROM:")?;
    let mut transaction = Transaction { from, ..Transaction::default() };
    for parameter in parameters {
        let (name, value) = split(parameter);
        match (name.as_str(), value) {
            ("SIZE", Some(size)) => match size.parse::<u64>() {
                Ok(size) if size <= SIZE => {}
                Ok(_) => {
                    return Err("552 5.3.4 Message size exceeds fixed maximum message size".into());
                }
                Err(_) => return Err("501 5.5.4 Invalid arguments".into()),
            },
            ("SMTPUTF8", None) => transaction.utf8 = true,
            ("BODY", Some("7BIT" | "8BITMIME")) | ("RET", Some("FULL" | "HDRS")) => {}
            ("ENVID" | "AUTH", Some(_)) => {}
            _ => return Err(unsupported(parameter)),
        }
    }
    if !transaction.from.is_empty() {
        check(&transaction.from, transaction.utf8)?;
    }
    Ok(transaction)
}

/// Reads `TO:<address> parameters`.
///
/// # Errors
/// The reply that refuses it, or its fate.
pub(super) fn recipient(text: &str, utf8: bool) -> Result<String, String> {
    let (to, parameters) = path(text, "TO:")?;
    for parameter in parameters {
        match split(parameter) {
            (name, Some(_)) if name == "NOTIFY" || name == "ORCPT" => {}
            _ => return Err(unsupported(parameter)),
        }
    }
    check(&to, utf8)?;
    let local = to.split('@').next().unwrap_or_default();
    match FATES.iter().find(|(name, _)| name.eq_ignore_ascii_case(local)) {
        Some((_, reply)) => Err((*reply).to_owned()),
        None => Ok(to),
    }
}

fn path<'a>(text: &'a str, word: &str) -> Result<(String, std::str::SplitWhitespace<'a>), String> {
    let start = text.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word));
    let rest = start.map(|_| text[word.len()..].trim_start());
    let (address, parameters) = rest
        .and_then(|rest| rest.strip_prefix('<')?.split_once('>'))
        .ok_or("501 5.5.4 Invalid arguments")?;
    Ok((address.to_owned(), parameters.split_whitespace()))
}

fn split(parameter: &str) -> (String, Option<&str>) {
    match parameter.split_once('=') {
        Some((name, value)) => (name.to_ascii_uppercase(), Some(value)),
        None => (parameter.to_ascii_uppercase(), None),
    }
}

fn unsupported(parameter: &str) -> String {
    format!("555 5.5.4 Unsupported option: {parameter}")
}

/// Whether `address` can be one (RFC 5321 §4.1.2, §4.5.3.1).
fn check(address: &str, utf8: bool) -> Result<(), String> {
    if !utf8 && !address.is_ascii() {
        return Err("553 5.6.7 SMTPUTF8 is needed for this address".into());
    }
    let parts = address.rsplit_once('@').filter(|(local, domain)| {
        let fits = (1..=64).contains(&local.len()) && (1..=255).contains(&domain.len());
        let odd = |c: char| c.is_control() || c.is_whitespace() || "<>,;".contains(c);
        fits && !address.contains(odd)
    });
    parts.map(drop).ok_or_else(|| "501 5.1.7 Invalid address".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rustfmt::skip]
    const SENDERS: &[(&str, &str)] = &[
        ("FROM:<you@sandbox.test>",                             ""),
        ("from: <you@sandbox.test> SIZE=100 BODY=8BITMIME",     ""),
        ("FROM:<you@sandbox.test> RET=HDRS ENVID=x SMTPUTF8",   ""),
        ("FROM:<>",                                             ""),
        ("FROM:<jürgen@sandbox.test> SMTPUTF8",                 ""),
        ("FROM:<jürgen@sandbox.test>",                          "553 5.6.7"),
        ("FROM:<you@sandbox.test> SIZE=157286401",              "552 5.3.4"),
        ("FROM:<you@sandbox.test> SIZE=-1",                     "501 5.5.4"),
        ("FROM:<you@sandbox.test> BODY=BINARYMIME",             "555 5.5.4"),
        ("FROM:you@sandbox.test",                               "501 5.5.4"),
        ("FROM:<you>",                                          "501 5.1.7"),
        ("FROM:<you you@sandbox.test>",                         "501 5.1.7"),
        ("ü",                                                   "501 5.5.4"),
    ];

    #[test]
    fn a_sender_is_read_or_refused_with_the_right_code() {
        for (text, refused) in SENDERS {
            match sender(text) {
                Ok(_) => assert_eq!(*refused, "", "{text}"),
                Err(reply) => {
                    assert!(!refused.is_empty() && reply.starts_with(refused), "{text}: {reply}");
                }
            }
        }
    }

    #[test]
    fn some_recipients_have_a_fate() {
        for (name, reply) in FATES {
            let refused = recipient(&format!("TO:<{name}@elsewhere.test>"), false);
            assert_eq!(refused.unwrap_err(), *reply);
        }
        assert_eq!(recipient("TO:<a@b.test> NOTIFY=NEVER", false).as_deref(), Ok("a@b.test"));
        assert!(recipient("TO:<>", false).is_err());
    }
}
