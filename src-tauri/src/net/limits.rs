//! How long each wait may last: every one has an end.

use std::time::Duration;

/// Time limits of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Name look-up and TCP, together over all addresses.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// The server's greeting.
    pub greeting: Duration,
    /// How long a server that was greeted may have waited for the sign-in before it is greeted anew:
    /// Postfix under stress hangs up after 10 seconds (postconf(5), `smtpd_timeout`, 2026-11).
    pub idle: Duration,
    /// The reply to a command: EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET.
    pub command: Duration,
    /// The reply to DATA.
    pub data: Duration,
    /// Writing one block of the message.
    pub block: Duration,
    /// The reply to the final dot: shorter and a slow server's mail would be sent twice.
    pub final_dot: Duration,
    /// One HTTP request with its answer.
    pub http: Duration,
    /// Waits that a busy HTTP service asks for, all of one send together.
    pub patience: Duration,
    /// The first wait where it does not say how long; each further one is twice as long.
    pub backoff: Duration,
}

impl Default for Limits {
    /// What RFC 5321 §4.5.3.2 wants of an SMTP client: who waits sees for what, and can stop it.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            tls: Duration::from_secs(20),
            greeting: Duration::from_secs(5 * 60),
            idle: Duration::from_secs(8),
            command: Duration::from_secs(5 * 60),
            data: Duration::from_secs(2 * 60),
            block: Duration::from_secs(3 * 60),
            final_dot: Duration::from_secs(10 * 60),
            http: Duration::from_secs(60),
            patience: Duration::from_secs(120),
            backoff: Duration::from_secs(2),
        }
    }
}

impl Limits {
    /// The same, with no wait for an answer longer than `longest`.
    #[must_use]
    pub fn at_most(self, longest: Duration) -> Self {
        Self {
            connect: self.connect.min(longest),
            tls: self.tls.min(longest),
            greeting: self.greeting.min(longest),
            command: self.command.min(longest),
            data: self.data.min(longest),
            block: self.block.min(longest),
            final_dot: self.final_dot.min(longest),
            http: self.http.min(longest),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits for an SMTP server, in seconds.
    fn smtp(limits: Limits) -> [u64; 5] {
        let Limits { greeting, command, data, block, final_dot, .. } = limits;
        [greeting, command, data, block, final_dot].map(|limit| limit.as_secs())
    }

    #[test]
    fn a_server_has_the_time_that_the_standard_gives_it_unless_the_person_gives_it_less() {
        let usual = Limits::default();
        assert_eq!(smtp(usual), [300, 300, 120, 180, 600], "RFC 5321 §4.5.3.2.1 to .6");
        assert_eq!(smtp(usual.at_most(Duration::from_secs(150))), [150, 150, 120, 150, 150]);
        assert_eq!(usual.at_most(Duration::from_secs(3_600)), usual, "no wait grows");
    }
}
