//! What a text says by its percent signs and backslashes.

use super::Secret;
use memchr::memmem;
use std::ops::Range;

/// A text as somebody would read it.
pub(super) struct Reading {
    pub(super) octets: Vec<u8>,
    pub(super) lower: Vec<u8>,
    /// Where each octet, and the end, stands in the text.
    at: Vec<usize>,
}

impl Reading {
    fn plain(text: &str) -> Self {
        let octets = text.as_bytes().to_vec();
        Self { lower: octets.to_ascii_lowercase(), octets, at: (0..=text.len()).collect() }
    }

    /// `next` takes the next octets off the text: how many, and what they mean.
    fn decoded(text: &str, next: impl Fn(&[u8]) -> (usize, Vec<u8>)) -> Self {
        let (mut octets, mut at, mut here) = (Vec::new(), Vec::new(), 0);
        while here < text.len() {
            let (taken, meant) = next(&text.as_bytes()[here..]);
            at.extend(meant.iter().map(|_| here));
            octets.extend(meant);
            here += taken;
        }
        at.push(here);
        Self { lower: octets.to_ascii_lowercase(), octets, at }
    }

    /// Where `spelling` stands in the text.
    pub(super) fn all(&self, octets: &[u8], spelling: &Secret) -> Vec<Range<usize>> {
        let spelling = spelling.expose().as_bytes();
        if spelling.len() > octets.len() {
            return Vec::new(); // most lines are shorter than most spellings, and a search costs more
        }
        memmem::find_iter(octets, spelling)
            .map(|found| self.at[found]..self.at[found + spelling.len()])
            .collect()
    }
}

/// `text` as it is, and what its percent signs and backslashes stand for.
pub(super) fn readings(text: &str) -> Vec<Reading> {
    let mut readings = vec![Reading::plain(text)];
    if text.contains(['%', '+']) {
        readings.push(Reading::decoded(text, percent));
    }
    if text.contains('\\') {
        readings.push(Reading::decoded(text, escape));
    }
    readings
}

/// The octet that a form or an address begins with.
fn percent(rest: &[u8]) -> (usize, Vec<u8>) {
    let hex = rest.get(1..3).filter(|_| rest[0] == b'%').and_then(number);
    match (hex.and_then(|octet| u8::try_from(octet).ok()), rest[0]) {
        (Some(octet), _) => (3, vec![octet]),
        (None, b'+') => (1, vec![b' ']),
        (None, octet) => (1, vec![octet]),
    }
}

/// The character that a JSON string begins with (RFC 8259 §7).
fn escape(rest: &[u8]) -> (usize, Vec<u8>) {
    let meant = match rest {
        [b'\\', b'u', ..] => return unicode(rest).unwrap_or((1, vec![b'\\'])),
        [b'\\', b'b', ..] => 8,
        [b'\\', b'f', ..] => 12,
        [b'\\', b'n', ..] => b'\n',
        [b'\\', b'r', ..] => b'\r',
        [b'\\', b't', ..] => b'\t',
        [b'\\', other, ..] => *other,
        _ => return (1, vec![rest[0]]),
    };
    (2, vec![meant])
}

/// The character behind `\u`, or behind two of them.
fn unicode(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let unit = |at: usize| {
        let digits = rest.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::try_from(number(digits)?).ok()
    };
    let units: Vec<u16> = [unit(0), unit(6)].into_iter().map_while(|unit| unit).collect();
    let first = char::decode_utf16(units).next()?.ok()?;
    Some((6 * first.len_utf16(), first.to_string().into_bytes()))
}

fn number(digits: &[u8]) -> Option<u32> {
    let digits =
        str::from_utf8(digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}
