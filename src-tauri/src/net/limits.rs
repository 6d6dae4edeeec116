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
    /// The reply to a command.
    pub command: Duration,
    /// Writing one block of the message.
    pub block: Duration,
    /// The reply to the final dot: shorter and a slow server's mail would be sent twice
    /// (RFC 5321 §4.5.3.2.6: 10 minutes).
    pub final_dot: Duration,
    /// One HTTP request with its answer.
    pub http: Duration,
    /// Waits that a busy HTTP service asks for, all of one send together.
    pub patience: Duration,
    /// The first wait where it does not say how long; each further one is twice as long.
    pub backoff: Duration,
}

impl Default for Limits {
    /// For a person who waits: shorter than RFC 5321 §4.5.3.2, except after the final dot.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            tls: Duration::from_secs(20),
            greeting: Duration::from_secs(60),
            idle: Duration::from_secs(8),
            command: Duration::from_secs(60),
            block: Duration::from_secs(180),
            final_dot: Duration::from_secs(600),
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
            block: self.block.min(longest),
            final_dot: self.final_dot.min(longest),
            http: self.http.min(longest),
            ..self
        }
    }
}
