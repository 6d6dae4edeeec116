//! What was said, line by line: bounded, and without secrets, which are struck out on the way in.

use crate::tame;
use std::sync::{Arc, Mutex};
use tokio::time::Instant;

/// The most lines that are kept: a message to 1 000 recipients, Exchange's most, has some 2 050.
const MOST_LINES: usize = 3_000;
/// The longest line that is kept, in characters; SMTP has 512 octets (RFC 5321 §4.5.3.1.5).
const LONGEST_LINE: usize = 1_000;

/// Who wrote a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// We did.
    Client,
    /// The server did.
    Server,
    /// Nobody: something that happened, for example the TLS handshake.
    Note,
}

/// One line of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Milliseconds since it began.
    pub at_ms: u64,
    /// Who wrote it.
    pub side: Side,
    /// What, without its line end.
    pub text: String,
    /// A refusal, or a note of something that failed.
    pub bad: bool,
}

/// A conversation as it is kept. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Transcript {
    began: Instant,
    lines: Arc<Mutex<Vec<Line>>>,
}

impl Transcript {
    /// An empty one, from now on.
    pub(super) fn start() -> Self {
        Self { began: Instant::now(), lines: Arc::default() }
    }

    /// A copy of what is in it.
    pub fn lines(&self) -> Vec<Line> {
        self.lines.lock().expect("nobody panics while holding the lines").clone()
    }

    pub(super) fn client(&self, text: impl AsRef<str>) {
        self.push(Side::Client, text.as_ref(), false);
    }

    pub(super) fn server(&self, text: impl AsRef<str>, bad: bool) {
        self.push(Side::Server, text.as_ref(), bad);
    }

    pub(super) fn note(&self, text: impl AsRef<str>) {
        self.push(Side::Note, text.as_ref(), false);
    }

    pub(super) fn failed(&self, text: impl AsRef<str>) {
        self.push(Side::Note, text.as_ref(), true);
    }

    fn push(&self, side: Side, text: &str, bad: bool) {
        let at_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut lines = self.lines.lock().expect("nobody panics while holding the lines");
        let line = match lines.len() {
            more if more > MOST_LINES => return,
            MOST_LINES => {
                Line { at_ms, side: Side::Note, text: "more is not kept".into(), bad: false }
            }
            _ => Line { at_ms, side, text: bounded(text), bad },
        };
        lines.push(line);
    }
}

/// What can be shown of `text`: on one line, not too long.
pub(super) fn bounded(text: &str) -> String {
    let mut shown: String = tame::line(text).chars().take(LONGEST_LINE).collect();
    if text.chars().nth(LONGEST_LINE).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transcript_has_an_end_and_so_have_its_lines() {
        let transcript = Transcript::start();
        for _ in 0..MOST_LINES + 50 {
            transcript.server("a\u{1b}[2J".to_owned() + &"b".repeat(5_000), false);
        }
        let lines = transcript.lines();
        assert_eq!(lines.len(), MOST_LINES + 1);
        assert_eq!(lines[MOST_LINES].text, "more is not kept");
        assert!(lines[0].text.starts_with("a\u{fffd}[2Jbbb") && lines[0].text.ends_with("b…"));
        assert_eq!(lines[0].text.chars().count(), LONGEST_LINE + 1);
    }
}
