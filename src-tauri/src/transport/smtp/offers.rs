//! What a server offers in its answer to EHLO.

use super::Reply;

/// The extensions that matter here (RFC 5321 §4.1.1.1).
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // each is a word the server said or did not say
pub(super) struct Offers {
    /// STARTTLS (RFC 3207).
    pub starttls: bool,
    /// SIZE (RFC 1870): the most octets, 0 when the server names no limit.
    pub size: Option<u64>,
    /// PIPELINING (RFC 2920).
    pub pipelining: bool,
    /// 8BITMIME (RFC 6152).
    pub eight_bit_mime: bool,
    /// SMTPUTF8 (RFC 6531).
    pub smtputf8: bool,
    /// CHUNKING (RFC 3030).
    pub chunking: bool,
    /// DSN (RFC 3461).
    pub dsn: bool,
    /// AUTH mechanisms (RFC 4954), in capital letters.
    pub auth: Vec<String>,
    /// Everything, word for word.
    pub said: String,
}

impl Offers {
    pub(super) fn of(reply: &Reply) -> Self {
        let mut offers = Self { said: reply.to_string(), ..Self::default() };
        // The first line is the server's name.
        for line in reply.lines().skip(1) {
            // NOTE: some old servers write "AUTH=LOGIN PLAIN" beside "AUTH LOGIN PLAIN".
            let line = line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
            let mut words = line.split_whitespace();
            match words.next() {
                Some("STARTTLS") => offers.starttls = true,
                Some("SIZE") => {
                    offers.size = Some(words.next().and_then(|n| n.parse().ok()).unwrap_or(0));
                }
                Some("PIPELINING") => offers.pipelining = true,
                Some("8BITMIME") => offers.eight_bit_mime = true,
                Some("SMTPUTF8") => offers.smtputf8 = true,
                Some("CHUNKING") => offers.chunking = true,
                Some("DSN") => offers.dsn = true,
                Some("AUTH") => offers.auth.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        offers.auth.dedup();
        offers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_read_whatever_their_case() {
        let said = "250-starttls.example greets you\n250-size 100\n250-Pipelining\n250-8bitmime\n250-Chunking\n\
                    250-AUTH=LOGIN\n250-auth login xoauth2\n250 X-UNKNOWN";
        let offers = Offers::of(&Reply::parse(said).unwrap());
        assert!(!offers.starttls, "the first line is a name");
        assert!(offers.pipelining && offers.eight_bit_mime && !offers.smtputf8);
        assert!(offers.chunking && !offers.dsn);
        assert_eq!(offers.size, Some(100));
        assert_eq!(offers.auth, ["LOGIN", "XOAUTH2"]);
        let unlimited = Offers::of(&Reply::parse("250-a\n250 SIZE").unwrap());
        assert_eq!(unlimited.size, Some(0), "no limit is named");
    }
}
