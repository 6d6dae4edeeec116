//! A server that takes the connection and says nothing: whether port and security fit each other.

use super::{Cause, Code, Fix, Likelihood, Problem};
use crate::{profile::Security, transport::Stage};

/// What to check first where a server keeps silent at `stage`; `None`: nothing there is known to be wrong.
pub fn first_to_check(stage: Stage, port: u16, security: Security) -> Option<String> {
    match (stage, security, port) {
        (Stage::Ehlo, Security::Starttls | Security::None, 465) => Some(
            "Port 465 begins with TLS: until then the server keeps silent. Set the security to TLS."
                .to_owned(),
        ),
        (Stage::Ehlo, Security::Starttls | Security::None, port) => Some(format!(
            "A server whose port begins with TLS keeps silent until then. If port {port} does, set the \
             security to TLS."
        )),
        (Stage::Tls, Security::Tls, 25 | 587) => Some(format!(
            "Port {port} begins in clear text, and TLS follows when it is asked for. Set the security to \
             STARTTLS."
        )),
        _ => None,
    }
}

/// What else it may be that a server hangs up before it has said what it is.
pub(super) const HUNG_UP: &str = " A load balancer may also have no server behind it, or the server may have \
     blocked this computer's address.";

impl Problem {
    /// Names port and security as the first thing to check: the server did not even greet.
    #[must_use]
    pub fn not_greeted(mut self, port: u16, security: Security) -> Self {
        let Some(check) = first_to_check(Stage::Ehlo, port, security) else { return self };
        let hung_up = if self.code == Code::ConnectionLost { HUNG_UP } else { "" };
        self.means = format!(
            "It took the connection and did not greet, so nothing was sent. {check}{hung_up}"
        );
        let (likelihood, title) = match port {
            465 => (Likelihood::VeryLikely, "Port 465 begins with TLS, and the sender does not"),
            _ => (Likelihood::Possible, "The port begins with TLS, and the sender does not"),
        };
        self.causes.push(Cause {
            code: "port-and-security".to_owned(),
            title: title.to_owned(),
            likelihood,
            why: vec![format!("Port {port}, security {security}, and not a word from the server.")],
            fixes: vec![Fix {
                who: "you".to_owned(),
                kind: "setting".to_owned(),
                title: "Set the security to TLS".to_owned(),
                text: "The server's provider says which port begins how: 465 with TLS, 587 in clear text \
                       with STARTTLS."
                    .to_owned(),
            }],
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn what_is_said_of_silence_fits_the_port() {
        use Security as S;
        let table = [
            (Stage::Ehlo, 465, S::Starttls, Some("Set the security to TLS.")),
            (Stage::Ehlo, 465, S::None,     Some("Set the security to TLS.")),
            (Stage::Ehlo, 587, S::Starttls, Some("If port 587 does, set the security to TLS.")),
            (Stage::Ehlo, 465, S::Tls,      None),
            (Stage::Tls,  587, S::Tls,      Some("Set the security to STARTTLS.")),
            (Stage::Tls,  465, S::Tls,      None),
            (Stage::Tls,  587, S::Starttls, None),
            (Stage::Auth, 465, S::Starttls, None),
        ];
        for (stage, port, security, expected) in table {
            let said = first_to_check(stage, port, security);
            assert_eq!(said.is_some(), expected.is_some(), "{stage:?} {port} {security}");
            assert!(said.unwrap_or_default().ends_with(expected.unwrap_or_default()), "{port} {security}");
        }
    }
}
