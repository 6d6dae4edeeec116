//! One secret, one entry; a secret too long for one entry spans several.
//!
//! The *head* entry carries the secret itself, or names the *generation* of numbered entries that
//! carry it. A new generation is written beside the old one, then the head is replaced, then the old
//! generation is removed. Invariants, at every moment and after every crash: a reader finds the old
//! value or the new one, never a part; the head names every span that may exist, so nothing is left
//! that nobody finds again.

use super::Secret;
use keyring_core::Error;
use std::fmt;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Single entries by name, in whatever store.
pub(super) trait Entries {
    /// The entry's text, if there is such an entry.
    fn read(&self, entry: &str) -> Result<Option<Zeroizing<String>>, Error>;
    /// Stores an entry, replacing what was there; `part` is which of how many.
    fn write(&self, entry: &str, text: &str, part: Option<(usize, usize)>) -> Result<(), Error>;
    /// Removes an entry; nothing happens when there is none.
    fn remove(&self, entry: &str) -> Result<(), Error>;
}

/// What a head begins with that is more than the secret itself.
const MARK: &str = "sendright-spans:1 ";

/// Kept free in a head for its first line, in bytes.
const HEADLINE: usize = 128;

/// More spans than any secret has: a damaged head must not make us count to the moon.
const MOST_SPANS: usize = 4096;

/// One run of numbered entries.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Generation {
    id: String,
    spans: usize,
}

impl Generation {
    fn fresh(spans: usize) -> Self {
        Self { id: Uuid::new_v4().simple().to_string(), spans }
    }

    /// The reverse of `Display`.
    fn parse(word: &str) -> Option<Self> {
        let (id, spans) = word.split_once('/')?;
        let spans = spans.parse().ok().filter(|spans| *spans <= MOST_SPANS)?;
        Some(Self { id: id.to_owned(), spans })
    }

    /// The names of its entries.
    fn entries<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> + 'a {
        (1..=self.spans).map(move |n| format!("{name}#{}.{n}", self.id))
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.id, self.spans)
    }
}

/// Where the value is.
#[derive(Clone)]
enum Body {
    /// There is none yet.
    Nothing,
    /// In the head.
    Here(Zeroizing<String>),
    /// In these entries.
    Spans(Generation),
}

/// What the head entry says.
struct Head {
    body: Body,
    /// Entries that are not the value (any more, or yet) and may exist.
    leftover: Option<Generation>,
}

impl Head {
    fn encode(&self) -> Zeroizing<String> {
        let leftover = self.leftover.as_ref().map_or_else(|| "-".to_owned(), Generation::to_string);
        Zeroizing::new(match &self.body {
            Body::Here(text) if self.leftover.is_none() && !text.starts_with(MARK) => {
                return text.clone();
            }
            Body::Here(text) => format!("{MARK}here {leftover}\n{}", text.as_str()),
            Body::Spans(generation) => format!("{MARK}{generation} {leftover}\n"),
            Body::Nothing => format!("{MARK}- {leftover}\n"),
        })
    }

    fn decode(entry: Zeroizing<String>) -> Self {
        let Some((line, text)) = entry.strip_prefix(MARK).and_then(|rest| rest.split_once('\n'))
        else {
            return Self { body: Body::Here(entry), leftover: None };
        };
        let mut words = line.split(' ');
        let body = match words.next().unwrap_or_default() {
            "here" => Body::Here(Zeroizing::new(text.to_owned())),
            word => Generation::parse(word).map_or(Body::Nothing, Body::Spans),
        };
        Self { body, leftover: words.next().and_then(Generation::parse) }
    }

    /// Removes the entries that are not the value.
    fn sweep(&self, store: &dyn Entries, name: &str) -> Result<(), Error> {
        let leftover = self.leftover.iter().flat_map(|generation| generation.entries(name));
        leftover.into_iter().try_for_each(|entry| store.remove(&entry))
    }
}

fn head(store: &dyn Entries, name: &str) -> Result<Option<Head>, Error> {
    Ok(store.read(name)?.map(Head::decode))
}

/// Stores `secret` in entries of at most `limit` bytes.
pub(super) fn put(
    store: &dyn Entries,
    name: &str,
    secret: &Secret,
    limit: usize,
) -> Result<(), Error> {
    let old = head(store, name)?.unwrap_or(Head { body: Body::Nothing, leftover: None });
    old.sweep(store, name)?;
    let leftover = match &old.body {
        Body::Spans(generation) => Some(generation.clone()),
        Body::Nothing | Body::Here(_) => None,
    };
    let text = secret.expose();
    let body = if text.len() + HEADLINE <= limit {
        Body::Here(Zeroizing::new(text.to_owned()))
    } else {
        Body::Spans(write_spans(store, name, old.body, &split(text, limit))?)
    };
    let mut new = Head { body, leftover };
    store.write(name, &new.encode(), None)?;
    if new.leftover.is_some() {
        new.sweep(store, name)?;
        new.leftover = None;
        store.write(name, &new.encode(), None)?;
    }
    Ok(())
}

/// Writes a generation beside the value that still counts.
fn write_spans(
    store: &dyn Entries,
    name: &str,
    body: Body,
    spans: &[&str],
) -> Result<Generation, Error> {
    let generation = Generation::fresh(spans.len());
    // Named before it exists: whoever comes after a crash finds what to remove.
    let announced = Head { body, leftover: Some(generation.clone()) };
    store.write(name, &announced.encode(), None)?;
    for (n, (entry, span)) in generation.entries(name).zip(spans).enumerate() {
        store.write(&entry, span, Some((n + 1, spans.len())))?;
    }
    Ok(generation)
}

/// Cuts between characters: some stores keep UTF-8 only (`KWallet`).
fn split(text: &str, limit: usize) -> Vec<&str> {
    let mut spans = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let most = rest.len().min(limit.max(char::MAX.len_utf8()));
        let at = (1..=most).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let (span, after) = rest.split_at(at);
        spans.push(span);
        rest = after;
    }
    spans
}

/// How often a reader looks again when a writer replaced the generation it was reading.
const LOOKS: usize = 4;

/// The secret; `None` when there is none, or when somebody removed a part of it.
pub(super) fn get(store: &dyn Entries, name: &str) -> Result<Option<Secret>, Error> {
    let mut torn = None;
    for _ in 0..LOOKS {
        let generation = match head(store, name)?.map(|head| head.body) {
            None | Some(Body::Nothing) => return Ok(None),
            Some(Body::Here(text)) => return Ok(Some(Secret::new(text.as_str()))),
            Some(Body::Spans(generation)) => generation,
        };
        if torn.as_ref() == Some(&generation) {
            break;
        }
        if let Some(whole) = gather(store, name, &generation)? {
            return Ok(Some(whole));
        }
        torn = Some(generation);
    }
    Ok(None)
}

/// The spans put together, if all are there.
fn gather(store: &dyn Entries, name: &str, from: &Generation) -> Result<Option<Secret>, Error> {
    let mut spans = Vec::with_capacity(from.spans);
    for entry in from.entries(name) {
        match store.read(&entry)? {
            Some(span) => spans.push(span),
            None => return Ok(None),
        }
    }
    // One allocation: growing would leave copies of the secret behind in freed memory.
    let mut whole = String::with_capacity(spans.iter().map(|span| span.len()).sum());
    for span in &spans {
        whole.push_str(span);
    }
    Ok(Some(Secret::new(whole)))
}

/// Removes the secret with all its entries, the head last.
pub(super) fn forget(store: &dyn Entries, name: &str) -> Result<(), Error> {
    let Some(head) = head(store, name)? else { return Ok(()) };
    head.sweep(store, name)?;
    if let Body::Spans(generation) = head.body {
        Head { body: Body::Nothing, leftover: Some(generation) }.sweep(store, name)?;
    }
    store.remove(name)
}

#[cfg(test)]
mod tests;
