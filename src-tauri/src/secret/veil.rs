//! Takes secrets out of what others say: whoever was shown one may repeat it, as it is or in the
//! spelling in which it arrived.

mod reading;

use super::Secret;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use memchr::memmem;
use reading::{Reading, readings};
use std::{fmt::Write as _, ops::Range};
use zeroize::Zeroizing;

/// What stands for a secret.
const STRUCK: &str = "(secret)";
/// What stands for a whole text: a gap in it would tell what a short secret is.
const WITHHELD: &str = "(text withheld: it may contain a secret)";
/// A secret of fewer characters is part of ordinary words, and looked for as a word of its own.
const SHORT: usize = 4;
/// A fragment this long of a secret is struck out as well: servers repeat tokens in pieces.
const FRAGMENT: usize = 16;

/// The secrets of a conversation.
#[derive(Debug, Clone, Default)]
pub struct Veil(Vec<Hidden>);

/// A secret and its spellings. Percent-encoding and JSON's escapes are none of them: a text is read
/// by those before it is searched.
#[derive(Debug, Clone)]
struct Hidden {
    secret: Secret,
    short: bool,
    /// As it is and in hexadecimal, in lower case: found in whatever case.
    caseless: Vec<Secret>,
    /// In base64.
    base64: Vec<Secret>,
}

impl Veil {
    /// From now on `secret` is struck out.
    pub fn hide(&mut self, secret: &Secret) {
        if !secret.is_empty() {
            self.0.push(Hidden::new(secret));
        }
    }

    /// `text` without any secret, nor a long piece of one.
    #[must_use]
    pub fn strike(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.to_owned();
        }
        let readings = readings(text);
        if self.0.iter().any(|hidden| readings.iter().any(|reading| hidden.is_word_of(reading))) {
            return WITHHELD.to_owned();
        }
        let mut found: Vec<_> = self
            .0
            .iter()
            .filter(|hidden| !hidden.short)
            .flat_map(|hidden| readings.iter().flat_map(|reading| hidden.places(reading, text)))
            .collect();
        found.sort_by_key(|place| place.start);
        self.without_pieces(&without(text, &found))
    }

    fn without_pieces(&self, text: &str) -> String {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "+/=-_.~".contains(c);
        let mut kept = String::with_capacity(text.len());
        for word in text.split_inclusive(|c| !is_token(c)) {
            let bare = word.trim_end_matches(|c| !is_token(c));
            let known =
                bare.len() >= FRAGMENT && self.0.iter().any(|h| h.secret.expose().contains(bare));
            kept.push_str(if known { STRUCK } else { bare });
            kept.push_str(&word[bare.len()..]);
        }
        kept
    }
}

impl Hidden {
    fn new(secret: &Secret) -> Self {
        let plain = secret.expose();
        let short = plain.chars().count() < SHORT;
        let room = String::with_capacity(2 * plain.len()); // no growing, which leaves copies behind
        let hex = plain.bytes().fold(room, |mut hex, octet| {
            let _ = write!(hex, "{octet:02x}");
            hex
        });
        Self {
            secret: secret.clone(),
            short,
            caseless: vec![Secret::new(plain.to_ascii_lowercase()), Secret::new(hex)],
            base64: if short { as_words(plain) } else { within(plain) },
        }
    }

    /// Whether it is short and stands in `reading` by itself.
    fn is_word_of(&self, reading: &Reading) -> bool {
        self.short
            && (self.caseless.iter().any(|word| has_word(&reading.lower, word))
                || self.base64.iter().any(|word| has_word(&reading.octets, word)))
    }

    /// Where it stands in `text`, read like this.
    fn places(&self, reading: &Reading, text: &str) -> Vec<Range<usize>> {
        let caseless = self.caseless.iter().flat_map(|it| reading.all(&reading.lower, it));
        // What stands around it holds some of its bits, and a user name perhaps.
        let base64 = self.base64.iter().flat_map(|it| reading.all(&reading.octets, it));
        caseless.chain(base64.map(|place| whole_run(text, &place))).collect()
    }
}

/// `secret` in base64, as a word of its own.
fn as_words(secret: &str) -> Vec<Secret> {
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .map(|engine| Secret::new(engine.encode(secret)))
        .to_vec()
}

/// What of `secret` in base64 is the same whatever stands before and behind it: three spellings, by
/// where it begins.
fn within(secret: &str) -> Vec<Secret> {
    let spelling = |before: usize, engine: &base64::engine::GeneralPurpose| {
        let text = Zeroizing::new(["\0".repeat(before).as_str(), secret].concat());
        let whole = (before * 8).div_ceil(6)..text.len() * 8 / 6;
        Secret::new(&Zeroizing::new(engine.encode(&*text))[whole])
    };
    let engines = [STANDARD_NO_PAD, URL_SAFE_NO_PAD];
    (0..3).flat_map(|before| engines.each_ref().map(|engine| spelling(before, engine))).collect()
}

/// All of the base64 that `place` is in.
fn whole_run(text: &str, place: &Range<usize>) -> Range<usize> {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=_-".contains(c);
    let before = text[..place.start].trim_end_matches(is_base64);
    let behind = text[place.end..].trim_start_matches(is_base64);
    before.len()..text.len() - behind.len()
}

fn has_word(octets: &[u8], word: &Secret) -> bool {
    let word = word.expose().as_bytes();
    let ends = |octet: Option<&u8>| octet.is_none_or(|octet| !octet.is_ascii_alphanumeric());
    memmem::find_iter(octets, word).any(|at| {
        ends(at.checked_sub(1).and_then(|before| octets.get(before)))
            && ends(octets.get(at + word.len()))
    })
}

/// `text` with a mark in the place of each of `found`, which begin one after the other.
fn without(text: &str, found: &[Range<usize>]) -> String {
    let (mut kept, mut here) = (String::with_capacity(text.len()), 0);
    for place in found {
        if place.start >= here {
            kept.push_str(&text[here..place.start]);
            kept.push_str(STRUCK);
        }
        here = here.max(place.end);
    }
    kept + &text[here..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn veil(secrets: &[&str]) -> Veil {
        let mut veil = Veil::default();
        for secret in secrets {
            veil.hide(&Secret::new(*secret));
        }
        veil
    }

    #[test]
    #[rustfmt::skip]
    fn secrets_and_long_pieces_of_them_are_struck_out() {
        let veil = veil(&["eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.signature", "hunter2", ""]);
        let table = [
            ("no eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.signature!", "no (secret)!"),
            ("first eyJhbGciOiJSUzI1Ni",                              "first (secret)"),
            ("then: J9.eyJzdWIiOiJhbmE, and",                         "then: (secret), and"),
            ("pass=hunter2;",                                         "pass=(secret);"),
            ("HUNTER2hunter2, Hunter2",                               "(secret)(secret), (secret)"),
            ("eyJhbGci is short",                                     "eyJhbGci is short"),
            ("user ana@kestrel.example unknown",                      "user ana@kestrel.example unknown"),
        ];
        for (said, shown) in table {
            assert_eq!(veil.strike(said), shown);
        }
    }

    #[test]
    #[rustfmt::skip]
    fn a_secret_is_known_in_every_spelling_that_it_travels_in() {
        let veil = veil(&["p\"ä s/w?rd"]);
        let table = [
            ("in base64 cCLDpCBzL3c/cmQ= or cCLDpCBzL3c_cmQ", "in base64 (secret) or (secret)"),
            ("with a name AGFuYQBwIsOkIHMvdz9yZA==",         "with a name (secret)"),
            ("with others eHAiw6Qgcy93P3Jkeg==",             "with others (secret)"),
            ("p%22%C3%A4%20s%2Fw%3Frd",                      "(secret)"),
            ("p%22%c3%a4+s/w%3frd&x=1",                      "(secret)&x=1"),
            (r#"{"pw":"p\"ä s\/w?rd"}"#,                     r#"{"pw":"(secret)"}"#),
            (r#""p\u0022\u00e4\u0020s/w?rd""#,               r#""(secret)""#),
            ("7022C3A420732f773f7264.",                      "(secret)."),
            (r"nothing of it: 100% \ \u12 \ud800 %zz +",     r"nothing of it: 100% \ \u12 \ud800 %zz +"),
        ];
        for (said, shown) in table {
            assert_eq!(veil.strike(said), shown);
        }
    }

    #[test]
    #[rustfmt::skip]
    fn a_gap_does_not_tell_a_short_secret() {
        let table = [
            ("2",   "2.1.0 ok",                  WITHHELD),
            ("abc", "wrong password 'ABC'",      WITHHELD),
            ("abc", "it was YWJj",               WITHHELD),
            ("a\"", r#"{"password":"a\""}"#,     WITHHELD),
            ("abc", "abcd and labcore say none", "abcd and labcore say none"),
        ];
        for (secret, said, shown) in table {
            assert_eq!(veil(&[secret]).strike(said), shown);
        }
    }

    proptest! {
        #[test]
        fn no_text_stops_us_and_no_secret_stays(
            secret in "\\PC{4,12}", before in "\\PC{0,9}", after in "(%|\\\\u|\\\\|é|\\PC){0,9}",
        ) {
            let said = format!("{before}{secret}{after}");
            prop_assume!(!STRUCK.contains(&secret));
            let kept = veil(&[&secret]).strike(&said);
            prop_assert!(kept.contains(STRUCK) && !kept.contains(&secret), "{kept}");
        }
    }
}
