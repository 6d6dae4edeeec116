//! Dot-stuffing: a dot at the start of a line is doubled, so that it does not end the message.

use memchr::memmem;

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
    /// Makes `block` what goes over the wire. Lines end with CRLF and with nothing else.
    pub(super) fn stuff(&mut self, block: &mut Vec<u8>) {
        let first = (self.line_start && block.starts_with(b".")).then_some(0);
        let others = memmem::find_iter(block, b"\n.").map(|end| end + 1);
        let dots: Vec<usize> = first.into_iter().chain(others).collect();
        self.line_start = block.last().map_or(self.line_start, |octet| *octet == b'\n');
        if dots.is_empty() {
            return;
        }
        let mut stuffed = Vec::with_capacity(block.len() + dots.len());
        let mut copied = 0;
        for dot in dots {
            stuffed.extend_from_slice(&block[copied..dot]);
            stuffed.push(b'.');
            copied = dot;
        }
        stuffed.extend_from_slice(&block[copied..]);
        *block = stuffed;
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
            let mut wire = Vec::new();
            for block in message.chunks(size) {
                let mut block = block.to_vec();
                stuffing.stuff(&mut block);
                wire.extend(block);
            }
            assert_eq!(wire, expected, "in blocks of {size}");
        }
    }
}
