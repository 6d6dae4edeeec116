//! What servers say: replies, taken apart and kept word for word.

use crate::transport::transcript::bounded;
use std::fmt;

/// The most lines of one reply that are read: EHLO answers have some 20.
pub(super) const MOST_LINES: usize = 200;

/// A server's reply (RFC 5321 §4.2): without secrets, bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    lines: Vec<String>,
}

impl Reply {
    /// Takes a reply apart: every line begins with the same code, and only the last has no hyphen
    /// after it. `None` when this is not a reply. Enhanced codes and texts are not demanded.
    pub fn parse(text: &str) -> Option<Self> {
        let mut code = None;
        let mut lines = Vec::new();
        let mut ended = false;
        for line in text.lines() {
            let (this, last, words) = parse_line(line)?;
            if ended || *code.get_or_insert(this) != this {
                return None;
            }
            lines.push(bounded(words));
            ended = last;
        }
        ended.then_some(Self { code: code?, lines })
    }

    /// Its three digits.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// Whether the server says yes. 334 and 354, which only ask for more, are not meant.
    pub fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Whether waiting may help (RFC 5321 §4.2.1).
    pub fn is_temporary(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// The enhanced status code (RFC 3463), for example `5.7.139`, if the reply has one.
    pub fn enhanced(&self) -> Option<&str> {
        let word = self.lines.first()?.split_whitespace().next()?;
        let mut parts = word.split('.');
        let number = |part: Option<&str>| {
            part.is_some_and(|p| {
                (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit())
            })
        };
        let class = word.starts_with(['2', '4', '5']) && word.as_bytes().get(1) == Some(&b'.');
        let fits = number(parts.next()) && number(parts.next()) && number(parts.next());
        (class && fits && parts.next().is_none()).then_some(word)
    }

    /// What follows the code in each line.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }
}

/// Code, whether it is the last line, and the words.
pub(super) fn parse_line(line: &str) -> Option<(u16, bool, &str)> {
    let code = line.get(..3).filter(|code| code.bytes().all(|b| b.is_ascii_digit()))?;
    let code = code.parse().ok().filter(|code| (200..600).contains(code))?;
    match line.as_bytes().get(3) {
        None => Some((code, true, "")),
        Some(b' ') => Some((code, true, &line[4..])),
        Some(b'-') => Some((code, false, &line[4..])),
        Some(_) => None,
    }
}

impl fmt::Display for Reply {
    /// As it came, a line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (left, line) in (0..self.lines.len()).rev().zip(&self.lines) {
            let (hyphen, end) = if left > 0 { ('-', "\n") } else { (' ', "") };
            write!(f, "{}", format!("{}{hyphen}{line}", self.code).trim_end())?;
            f.write_str(end)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    #[rustfmt::skip]
    fn replies_are_taken_apart() {
        let table = [
            // words                             code           enhanced         lines
            ("250 2.1.0 ok",                     Some((250, Some("2.1.0"),   1))),
            ("250",                              Some((250, None,            1))),
            ("250-a\r\n250-b\r\n250 c\r\n",      Some((250, None,            3))),
            ("535-5.7.8 no\n535 5.7.8 really",   Some((535, Some("5.7.8"),   2))),
            ("535 5.7.139 no",                   Some((535, Some("5.7.139"), 1))),
            ("550 10.0.0.1 is listed",           Some((550, None,            1))),
            ("550 5.1.2.3 is listed",            Some((550, None,            1))),
            ("250-a",                            None),
            ("250-a\n251 b",                     None),
            ("250 a\n250 b",                     None),
            ("25 a",                             None),
            ("2500 a",                           None),
            ("199 a",                            None),
            ("600 a",                            None),
            ("",                                 None),
            ("\u{fffd}\u{fffd}",                 None),
        ];
        for (text, expected) in table {
            let reply = Reply::parse(text);
            let found = reply.as_ref().map(|r| (r.code(), r.enhanced(), r.lines().count()));
            assert_eq!(found, expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_server_says_parsing_does_not_panic(text in "([2-5][0-9]{2}[ -])?\\PC{0,60}(\r?\n)?\\PC*") {
            if let Some(reply) = Reply::parse(&text) {
                let again = Reply::parse(&reply.to_string()).unwrap();
                prop_assert_eq!(again.code(), reply.code());
            }
        }
    }
}
