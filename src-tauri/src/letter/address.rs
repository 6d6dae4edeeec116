//! Who is written to: lists of mailboxes, taken apart and checked.

use super::{Draft, Envelope, LetterError};
use crate::profile::Mailbox;
use lettre::{Address, message::Mailbox as Checked};
use std::collections::HashSet;

/// Everybody a message names, checked, with domains in their ASCII form.
#[derive(Debug, Clone)]
pub struct People {
    /// Who writes.
    pub from: Checked,
    /// Where answers go.
    pub reply_to: Option<Checked>,
    /// Recipients.
    pub to: Vec<Checked>,
    /// Those who get a copy.
    pub cc: Vec<Checked>,
    /// Those who get one that the others do not see.
    pub bcc: Vec<Checked>,
}

impl People {
    pub(super) fn of(draft: &Draft) -> Result<Self, LetterError> {
        let all = |field: &str, entries: &[String]| -> Result<Vec<Checked>, LetterError> {
            let mut found = Vec::new();
            for mailbox in entries.iter().map(|entry| mailboxes(field, entry)) {
                found.extend(
                    mailbox?.iter().map(|m| checked(field, m)).collect::<Result<Vec<_>, _>>()?,
                );
            }
            Ok(found)
        };
        let people = Self {
            from: checked("from", &draft.from)?,
            reply_to: draft.reply_to.as_ref().map(|m| checked("reply_to", m)).transpose()?,
            to: all("to", &draft.to)?,
            cc: all("cc", &draft.cc)?,
            bcc: all("bcc", &draft.bcc)?,
        };
        if people.recipients().next().is_none() {
            return Err(LetterError::field("to", "there is no recipient", "Name at least one"));
        }
        Ok(people)
    }

    fn recipients(&self) -> impl Iterator<Item = &Checked> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    pub(super) fn envelope(&self) -> Envelope {
        let mut seen = HashSet::new();
        let once = self.recipients().map(|mailbox| &mailbox.email).filter(|a| seen.insert(*a));
        Envelope { from: self.from.email.clone(), to: once.cloned().collect() }
    }

    /// The first address with a local part that has no ASCII form.
    pub(super) fn first_not_ascii(&self) -> Option<String> {
        std::iter::once(&self.from)
            .chain(&self.reply_to)
            .chain(self.recipients())
            .map(|mailbox| mailbox.email.to_string())
            .find(|address| !address.is_ascii())
    }
}

/// The mailboxes in `list`, separated by commas; `field` is named when one cannot be read.
pub fn mailboxes(field: &str, list: &str) -> Result<Vec<Mailbox>, LetterError> {
    split(list).into_iter().map(|one| mailbox(field, one)).collect()
}

/// The address of `mailbox` as a message goes out with it; `None`: it can stand in none.
pub fn sent_as(mailbox: &Mailbox) -> Option<String> {
    checked("from", mailbox).ok().map(|checked| checked.email.to_string())
}

/// Splits at commas outside of quotation marks.
fn split(list: &str) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    list.split(|c| {
        let separates = c == ',' && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        separates
    })
    .map(str::trim)
    .filter(|one| !one.is_empty())
    .collect()
}

fn mailbox(field: &str, text: &str) -> Result<Mailbox, LetterError> {
    let (name, address) = match text.strip_suffix('>').and_then(|open| open.rsplit_once('<')) {
        Some((name, address)) => (unquoted(name.trim()), address.trim()),
        None => (String::new(), text),
    };
    let mailbox =
        Mailbox { name: Some(name).filter(|name| !name.is_empty()), address: address.to_owned() };
    checked(field, &mailbox).map(|_| mailbox)
}

/// The name without its quotation marks and backslashes.
fn unquoted(name: &str) -> String {
    let Some(inside) = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return name.to_owned();
    };
    let mut characters = inside.chars();
    let mut plain = String::with_capacity(inside.len());
    while let Some(c) = characters.next() {
        plain.extend(if c == '\\' { characters.next() } else { Some(c) });
    }
    plain
}

/// The mailbox, if it can stand in a header and an envelope; its domain in ASCII form (RFC 5891).
fn checked(field: &str, mailbox: &Mailbox) -> Result<Checked, LetterError> {
    let text = mailbox.address.as_str();
    let wrong = |fault: String| {
        LetterError::field(
            field,
            fault,
            "Write it as name@example.com or \"Name\" <name@example.com>",
        )
    };
    if let Some(name) = &mailbox.name {
        super::header::one_line(field, name)?;
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>')) {
        return Err(wrong(format!("{text:?} is not an e-mail address")));
    }
    let (local, domain) =
        text.rsplit_once('@').ok_or_else(|| wrong(format!("{text:?} is not an e-mail address")))?;
    let ascii = if domain.starts_with('[') {
        domain.to_owned()
    } else {
        idna::domain_to_ascii(domain)
            .map_err(|_| wrong(format!("{domain:?} is not a domain name")))?
    };
    let address = Address::new(local, ascii)
        .map_err(|_| wrong(format!("{text:?} is not an e-mail address")))?;
    Ok(Checked::new(mailbox.name.clone(), address))
}
