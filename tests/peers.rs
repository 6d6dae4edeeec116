//! The product against other people's servers: an OpenID-certified provider, Postfix with Dovecot, and Graph requests judged
//! by Microsoft's own description.

mod admin_consent;
mod certificate;
mod consent;
mod device;
mod discovery;
mod graph;
mod kill;
mod processes;
mod product;
mod registrations;
mod route;
mod servers;
mod smtp;
// The window's tests use all of it.
#[allow(dead_code)]
#[path = "desktop/webdriver.rs"]
mod webdriver;

use mail_parser::{MessageParser, MimeHeaders as _};

/// The attachment of a mail as it arrived: its name and its octets.
fn attachment(raw: &[u8]) -> (String, Vec<u8>) {
    let mail = MessageParser::default().parse(raw).expect("it is a mail");
    let file = mail.attachment(0).expect("it has an attachment");
    (file.attachment_name().unwrap_or_default().to_owned(), file.contents().to_vec())
}

/// Octets of every value, in no order that compresses or repeats by line.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(size).collect()
}
