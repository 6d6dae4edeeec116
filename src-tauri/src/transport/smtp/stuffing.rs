//! Dot-stuffing: a dot at the start of a line is doubled, so that it does not end the message.

use std::borrow::Cow;

/// Doubles dots across blocks (RFC 5321 §4.5.2).
#[derive(Debug)]
pub(super) struct Stuffing {
    /// Whether the next octet starts a line.
    line_start: bool,
}

impl Default for Stuffing {
    fn default() -> Self {
        Self { line_start: true }
    }
}

impl Stuffing {
    /// `block` as it goes over the wire. Lines end with CRLF and with nothing else.
    pub(super) fn stuff<'a>(&mut self, block: &'a [u8]) -> Cow<'a, [u8]> {
        let mut stuffed: Option<Vec<u8>> = None;
        let mut copied = 0;
        let mut at = 0;
        while at < block.len() {
            if self.line_start && block[at] == b'.' {
                let out = stuffed.get_or_insert_with(|| Vec::with_capacity(block.len() + 64));
                out.extend_from_slice(&block[copied..at]);
                out.push(b'.');
                copied = at;
            }
            let end = block[at..].iter().position(|octet| *octet == b'\n');
            self.line_start = end.is_some();
            at = end.map_or(block.len(), |end| at + end + 1);
        }
        match stuffed {
            None => Cow::Borrowed(block),
            Some(mut out) => {
                out.extend_from_slice(&block[copied..]);
                Cow::Owned(out)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_doubled_at_the_start_of_lines_only_wherever_the_blocks_end() {
        let message = b".a\r\n.\r\n..b\r\nc.d.\r\n\r\n.";
        let expected = b"..a\r\n..\r\n...b\r\nc.d.\r\n\r\n..";
        for size in 1..=message.len() {
            let mut stuffing = Stuffing::default();
            let blocks = message.chunks(size);
            let wire: Vec<u8> = blocks.flat_map(|b| stuffing.stuff(b).into_owned()).collect();
            assert_eq!(wire, expected, "in blocks of {size}");
        }
    }

    #[test]
    fn a_block_without_dots_is_not_copied() {
        assert!(matches!(Stuffing::default().stuff(b"a.\r\nb\r\n"), Cow::Borrowed(_)));
    }
}
